//! RES009: a policy that changed without approval, or that has parts nobody needs any more.

use super::departures::departures;
use super::exceptions::{all, holds};
use super::found::Found;
use super::policy::policy_hash;
use super::rule::{Input, Rule, Weight};
use crate::spec::KeyPath;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES009",
    title: "The policy changed or aged without approval",
    severity: Weight::High,
    rationale: "All other rules judge by the policy in platform.toml, so one more country in a jurisdiction makes them all pass. platform.lock therefore keeps the hash of the \
        policy that was approved (jurisdictions, data classes, the longest life of exceptions, the exceptions), and a change shows until it is approved anew; \
        comments and formatting do not count. Exceptions that allow nothing any more, and attestations of sites that have run out, are findings for the same reason.",
    fix: "If the owner of the policy agrees with the change, record it with `platformctl render --accept-policy` and have the change of platform.lock reviewed by that \
        person. Remove exceptions that are no longer needed, and renew attestations.",
    example_bad: "[residency.jurisdictions.TR]\ncountries = [\"TR\", \"DE\"]   # platform.lock still has the hash of [\"TR\"]",
    example_good: "[residency.jurisdictions.TR]\ncountries = [\"TR\"]",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    let attested = input
        .regions()
        .filter(|region| region.attestation.is_some());
    let policies = usize::from(input.policy.is_some());
    out.looked(&RULE, "", policies + attested.count() + all(input).count());
    changed(input, out);
    attestations(input, out);
}

fn changed(input: &Input<'_>, out: &mut Found) {
    let Some(approved) = input.policy else { return };
    if approved == policy_hash(input.platform) {
        return;
    }
    let path = KeyPath::new(["residency"]);
    // `[residency]` itself is often not written: then the first jurisdiction stands for it.
    let first = input.platform.residency.jurisdictions.keys().next();
    let location = match first {
        Some(name) => input.value(&path.key("jurisdictions").key(name).key("countries")),
        None => input.key(&path),
    };
    out.push(
        RULE.finding("the residency policy is not the one that was approved")
            .at(location, "the policy begins here")
            .help("compare `[residency]` with the version that was approved")
            .help("if its owner agrees with the change, record it: `platformctl render --accept-policy`"),
    );
}

/// Exceptions that allow nothing which is declared or built; asked when every other rule has looked.
pub(super) fn unused(input: &Input<'_>, out: &mut Found) {
    let used: Vec<usize> = departures(input)
        .iter()
        .filter_map(|departure| departure.exception(input))
        .collect();
    for written in all(input) {
        let is_used = used.contains(&written.index) || out.has_used(written.index);
        if holds(input, written.index) && !is_used {
            let message = format!(
                "the exception `{}` allows nothing that is declared",
                written.exception.id
            );
            out.push(
                RULE.finding(message)
                    .at(written.id(), "not needed")
                    .help("remove it: an open door that nobody uses is still open"),
            );
        }
    }
}

fn attestations(input: &Input<'_>, out: &mut Found) {
    for region in input.regions() {
        let Some(attestation) = &region.attestation else {
            continue;
        };
        if attestation.expires.0 <= input.as_of {
            let message = format!(
                "the attestation of region `{}` ended on {}",
                region.name, attestation.expires
            );
            let path = KeyPath::new(["regions", &region.name, "attestation", "expires"]);
            out.push(
                RULE.finding(message)
                    .at(
                        input.value(&path),
                        format!("not in force on {}", input.as_of),
                    )
                    .help(format!(
                        "have `{}` renewed by {}: without it nobody vouches for where the site is",
                        attestation.document, attestation.by
                    )),
            );
        }
    }
}
