//! RES509: images that a tag alone identifies.

use super::found::Found;
use super::located::located;
use super::rule::{Input, Rule, Weight};
use crate::facts::{CellFacts, Workload};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES509",
    title: "An image without digest",
    severity: Weight::Info,
    rationale: "Images carry programs and no personal data, so their registry may be anywhere. What matters is that the bytes are those that were reviewed: a tag can be \
        moved, a digest cannot.",
    fix: "Write the digest behind the tag: `name:tag@sha256:…`.",
    example_bad: "image: ghcr.io/acme/tools:v1",
    example_good: "image: ghcr.io/acme/tools:v1@sha256:<64 hexadecimal digits>",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut count = 0;
        for workload in here.workloads.iter().filter(|w| !sleeps(here, w)) {
            for container in &workload.containers {
                let Some(image) = &container.image else {
                    continue;
                };
                count += 1;
                if image.text.contains("@sha256:") || image.text.is_empty() {
                    continue;
                }
                let identity = here.manifest(&image.spot).identity();
                let message = format!("{identity} runs `{}` by its tag", image.text);
                out.push(
                    located(
                        &RULE,
                        input,
                        here,
                        &here.place(&image.spot),
                        message,
                        "no digest",
                    )
                    .help(RULE.fix),
                );
            }
        }
        out.examined(&RULE, here, count);
    }
}

/// Whether nothing runs: a service that was never released has no replicas and no digest.
fn sleeps(here: &CellFacts<'_>, workload: &Workload) -> bool {
    let manifest = &here.manifests[workload.manifest];
    let is = |path: &[&str], value: &str| {
        manifest.at(path).and_then(|node| node.as_text()) == Some(value)
    };
    is(&["spec", "replicas"], "0") || is(&["spec", "suspend"], "true")
}
