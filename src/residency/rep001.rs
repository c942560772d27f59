//! REP001: generated files that are not what platform.toml declares.

use super::found::Found;
use super::repository::FileState;
use super::rule::{Input, Rule, Weight};
use crate::source::Location;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "REP001",
    title: "A generated file is not what platform.toml declares",
    severity: Weight::High,
    rationale: "Argo CD deploys the rendered files, not platform.toml. As long as the two differ, what was judged and reviewed is not what runs: \
        a file is missing, is older than the declaration or the program, or belongs to something that is no longer declared.",
    fix: "Run `platformctl render` and commit what it changes. `platformctl render --check` shows the difference.",
    example_bad: "a new service in platform.toml, and no folder cluster/apps/<service>",
    example_good: "`platformctl render --check` finds nothing to do",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    if let Some(tree) = input.tree {
        out.looked(&RULE, "", tree.compared);
    }
    for file in input.files() {
        let (message, label) = match file.state {
            FileState::Missing => ("is missing", "not there"),
            FileState::Outdated => (
                "is not up to date",
                "differs from what platform.toml declares",
            ),
            FileState::Stale => ("belongs to nothing that is declared", "no longer declared"),
            FileState::Edited | FileState::Foreign => continue,
        };
        out.push(
            RULE.finding(format!("`{}` {message}", file.path))
                .at(Location::file(&file.path), label)
                .help("run `platformctl render` and commit the result"),
        );
    }
}
