//! RES304: addresses that nobody can read and nobody declares.

use super::built::finding;
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::{CellFacts, Opaque};
use crate::model::Endpoint;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES304",
    title: "An address cannot be read",
    severity: Weight::High,
    rationale: "A variable, a file or a field whose name says that it holds an address, and whose value comes from a Secret that is sealed, fetched from elsewhere, \
        or made by nothing in the repository, may lead anywhere. Secrets are for credentials, not for addresses. What the platform makes itself is known \
        and is not asked for.",
    fix: "Write the address as plain text and take only the credential from the Secret; or declare where it leads with `via = \"secret:namespace/name/key\"` \
        in `[[endpoints]]`.",
    example_bad: "- name: REDIS_URL\n  valueFrom: {secretKeyRef: {name: redis, key: url}}",
    example_good: "- name: REDIS_HOST\n  value: valkey.carebase-data.svc\n- name: REDIS_PASSWORD\n  valueFrom: {secretKeyRef: {name: redis, key: password}}",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let opaque = here.opaque();
        out.examined(&RULE, here, opaque.len());
        for opaque in opaque {
            let bound = input
                .platform
                .endpoints
                .iter()
                .find(|endpoint| is_bound(endpoint, &opaque));
            let problem = match bound {
                None => "which nobody can read".to_owned(),
                Some(endpoint) if endpoint.regions.contains(&here.cell.region) => continue,
                Some(endpoint) => format!(
                    "which leads to the endpoint `{}`, and that is not for region `{}`",
                    endpoint.id, here.cell.region
                ),
            };
            out.push(
                finding(
                    &RULE,
                    input,
                    here,
                    &opaque.spot,
                    message(here, &opaque, &problem),
                    "where it leads is not declared",
                )
                .help(RULE.fix),
            );
        }
    }
}

fn message(here: &CellFacts<'_>, opaque: &Opaque, problem: &str) -> String {
    format!(
        "{} takes the address `{}` from the key `{}` of the Secret {}/{}, {problem}",
        here.manifest(&opaque.spot).identity(),
        opaque.key,
        opaque.secret_key,
        opaque.namespace,
        opaque.secret
    )
}

/// Whether an endpoint says that a Secret leads to it.
fn is_bound(endpoint: &Endpoint, opaque: &Opaque) -> bool {
    let Some(via) = &endpoint.via else {
        return false;
    };
    let (namespace, name, key) = via.parts();
    namespace == opaque.namespace
        && name == opaque.secret
        && key.is_none_or(|key| key == opaque.secret_key)
}
