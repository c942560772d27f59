//! REP005: an image that is named by its tag alone where only promoted bytes may run.

use super::found::Found;
use super::rule::{Input, Rule, Weight};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "REP005",
    title: "A promoted environment runs an image without digest",
    severity: Weight::High,
    rationale: "A tag can be moved to other bytes at any time, a digest cannot. In an environment with `promote-from` every released service is pinned by digest, so \
        that it runs the very bytes that were tried before. A service that was never released runs nothing and needs no digest.",
    fix: "Release the service with its digest into the first environment and promote it.",
    example_bad: "images:\n  - name: ghcr.io/acme/frontend\n    newTag: v1.4.0",
    example_good: "images:\n  - name: ghcr.io/acme/frontend\n    newTag: v1.4.0\n    digest: sha256:<64 hexadecimal digits>",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    input.looked_at_pins(&RULE, out, |pin| {
        pin.released && input.source_environment(pin).is_some()
    });
    for pin in input.pins() {
        let Some(source) = input.source_environment(pin) else {
            continue;
        };
        if pin.released && pin.digest.is_none() && pin.problem.is_none() {
            let tag = pin.tag.as_deref().unwrap_or("no tag");
            let message = format!(
                "`{}` in {} is not pinned by digest: `{tag}`",
                pin.service, pin.cell
            );
            let target = pin.cell.parts().0;
            out.push(
                RULE.finding(message)
                    .at(pin.location.clone(), "a tag can be moved to other bytes")
                    .help(format!("`platformctl promote {source}→{target} --service {}` pins what {source} runs", pin.service))
                    .in_cell(pin.cell.as_str()),
            );
        }
    }
}
