//! RES302: addresses that nothing declares.

use super::built::{Trouble, finding, steps, trouble};
use super::found::Found;
use super::rule::{Input, Rule, Weight};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES302",
    title: "An address is not declared",
    severity: Weight::High,
    rationale: "A place that nothing declares is an unknown place, and unknown is denied. Every address in the built manifests must be one of the cell, of \
        its region, or of a declared endpoint.",
    fix: "Declare it in `[[endpoints]]` with its country, or use an address in the cell.",
    example_bad: "AUDIT_SINK: audit.partner.example:6514",
    example_good: "[[endpoints]]\nid = \"audit\"\nhost = \"audit.partner.example\"\nports = [6514]\ncountry = \"TR\"\nclasses = [\"telemetry\"]\nregions = [\"tr\"]",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        out.examined(&RULE, here, here.mentions.len());
        for mention in &here.mentions {
            if trouble(input, here, &mention.resolved) != Some(Trouble::Undeclared) {
                continue;
            }
            let message = format!(
                "{} leads `{}` to `{}`, which nothing declares",
                here.manifest(&mention.spot).identity(),
                mention.key,
                mention.address.host
            );
            out.push(
                finding(&RULE, input, here, &mention.spot, message, "not declared")
                    .concluded(steps(input, here, &mention.key, &mention.resolved))
                    .help(RULE.fix),
            );
        }
    }
}
