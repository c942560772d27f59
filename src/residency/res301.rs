//! RES301: addresses that lead to another jurisdiction.

use super::built::{Trouble, evidence, finding, steps, trouble};
use super::found::Found;
use super::relayed;
use super::rule::{Input, Rule, Weight};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES301",
    title: "An address leads to another jurisdiction",
    severity: Weight::Critical,
    rationale: "Whatever a workload is told to contact may receive what the workload handles. Every address in the built manifests must lead into the \
        cell, to its own region, or to a declared endpoint; this one leads to a place whose countries are not all the region's own.",
    fix: "Use the address in the cell, such as `postgres.carebase-data.svc`, or an endpoint in the country that `[[endpoints]]` declares.",
    example_bad: "DATABASE_HOST: pg.es.carebase.example   # in a cell of tr",
    example_good: "DATABASE_HOST: postgres.carebase-data.svc.cluster.local",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        out.examined(&RULE, here, here.mentions.len());
        relayed::check(&RULE, input, here, out);
        for mention in &here.mentions {
            let (Some(trouble), Some(evidence)) = (
                trouble(input, here, &mention.resolved),
                evidence(here, &mention.resolved),
            ) else {
                continue;
            };
            if trouble == Trouble::Undeclared {
                continue;
            }
            let message = format!(
                "{} leads `{}` to `{}`, which is {}",
                here.manifest(&mention.spot).identity(),
                mention.key,
                mention.address.host,
                trouble.words()
            );
            let finding = finding(&RULE, input, here, &mention.spot, message, trouble.words())
                .concluded(steps(input, here, &mention.key, &mention.resolved))
                .help(RULE.fix);
            out.depart(input, finding, &evidence);
        }
    }
}
