//! REP002: files that somebody else wrote where render's own belong.

use super::found::Found;
use super::repository::FileState;
use super::rule::{Input, Rule, Weight};
use crate::source::Location;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "REP002",
    title: "A generated file was changed by hand",
    severity: Weight::High,
    rationale: "A generated file with changes of somebody's own says something that platform.toml does not say, so no rule that looks at the declaration \
        has judged it, and the next change of the declaration would collide with it. The same is true of a file that render never wrote and that \
        stands where a generated one belongs.",
    fix: "Move the change into platform.toml or into the `custom/` folder of the cell, where it is kept and built in; then `platformctl render --force` puts the \
        generated file back. Move a foreign file elsewhere.",
    example_bad: "replicas changed by hand in cluster/apps/<service>/deployment.yaml",
    example_good: "the same change in platform.toml, or as a patch in cluster/overlays/<environment>/<region>/custom/<service>/",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    if let Some(tree) = input.tree {
        out.looked(&RULE, "", tree.compared);
    }
    for file in input.files() {
        let (message, help) = match file.state {
            FileState::Edited => (
                "was changed by hand",
                "move the change to platform.toml or to the cell's `custom/` folder, then run `platformctl render --force`",
            ),
            FileState::Foreign => (
                "is in the way: render did not write it",
                "move it elsewhere, then run `platformctl render`",
            ),
            FileState::Missing | FileState::Outdated | FileState::Stale => continue,
        };
        out.push(
            RULE.finding(format!("`{}` {message}", file.path))
                .at(Location::file(&file.path), "not as rendered")
                .help(help),
        );
    }
}
