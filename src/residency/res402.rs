//! RES402: Services that open a way in beside the ingress.

use super::built::finding;
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::Spot;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES402",
    title: "A Service opens a way in beside the ingress",
    severity: Weight::Critical,
    rationale: "A Service of type LoadBalancer or NodePort is reached from anywhere, whatever its source ranges say. The ways into a cell are its ingress \
        and its gateway, which policies and hosts are checked for.",
    fix: "Use `type: ClusterIP`, and `expose` in platform.toml for what has to be reached from outside.",
    example_bad: "kind: Service\nspec:\n  type: LoadBalancer",
    example_good: "kind: Service\nspec:\n  type: ClusterIP",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let services: Vec<_> = here.of_kind("", "Service").collect();
        out.examined(&RULE, here, services.len());
        for (index, service) in services {
            let Some(kind) = service.at(&["spec", "type"]) else {
                continue;
            };
            if !matches!(kind.as_text(), Some("LoadBalancer" | "NodePort")) {
                continue;
            }
            let message = format!(
                "{} is of type {}",
                service.identity(),
                kind.as_text().unwrap_or_default()
            );
            let spot = Spot::whole(index, kind);
            out.push(finding(
                &RULE,
                input,
                here,
                &spot,
                message,
                "reached from outside",
            ));
        }
    }
}
