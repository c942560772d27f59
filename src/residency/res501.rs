//! RES501: Applications that deploy to another cluster, or something else than what is judged.

use super::found::Found;
use super::located::located;
use super::rule::{Input, Rule, Weight};
use super::strays::{Kind, strays};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES501",
    title: "An Application goes to the wrong cluster",
    severity: Weight::Critical,
    rationale: "Each cell has a cluster with an Argo CD of its own, which deploys into that cluster and no other: nothing in one jurisdiction can then change \
        another's. What it deploys is what stands in the cell's overlay on the branch that is judged; of another revision or a folder that cannot be \
        built nothing is known. The rule reads the Applications of the cell and those that its bootstrap files apply.",
    fix: "Let the destination be `https://kubernetes.default.svc`, the path a folder of the cell's overlay, and the revision the branch of the platform.",
    example_bad: "destination:\n  server: https://k8s.es.carebase.example:6443   # in a cell of tr",
    example_good: "destination:\n  server: https://kubernetes.default.svc",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.all_built() {
        let applications = &here.argo_cd.applications;
        out.examined(&RULE, here, applications.len());
        for application in applications {
            for stray in strays(input, here, application) {
                let (label, help) = match stray.kind {
                    Kind::Folder => continue,
                    Kind::Cluster => (
                        "another cluster",
                        "let the destination be `https://kubernetes.default.svc`",
                    ),
                    Kind::Unbuilt => (
                        "not what is judged",
                        "deploy a folder of this cell's overlay from the platform's branch",
                    ),
                };
                let message = format!("Application {} {}", application.name(), stray.what);
                out.push(
                    located(&RULE, input, here, &stray.place, message, label)
                        .concluded(stray.steps)
                        .help(help),
                );
            }
        }
    }
}
