//! RES005: data that moves to where it may not be.

use super::found::Found;
use super::handled::handled;
use super::places::{classes, entry, forbidden, words};
use super::res004;
use super::rule::{Input, Rule, Weight};
use crate::model::{Endpoint, Service};
use crate::spec::KeyPath;
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES005",
    title: "Data moves to where it may not be",
    severity: Weight::Critical,
    rationale: "Data may only go to countries that are allowed for its class. The rule looks at `[[flows]]`, at the classes that an endpoint says it \
        receives, and at services that call an endpoint. An endpoint that lists no classes is taken to receive everything its callers handle; one \
        that lists classes, but none that its caller handles, leaves open what is sent. Calls between services carry data both ways, so both \
        sides count as handling what either handles. An endpoint may only be called by services that run in regions it lists, \
        because a service runs in every region.",
    fix: "Use an endpoint or a store in the jurisdiction, take the classes off that do not go there, or limit the endpoint's `regions`. A flow that must leave \
        needs a written exception and names it.",
    example_bad: "[[endpoints]]\nid = \"mail\"\nhost = \"smtp.example.com\"\ncountry = \"US\"\nclasses = [\"pii\"]",
    example_good: "[[endpoints]]\nid = \"mail\"\nhost = \"smtp.example.es\"\ncountry = \"ES\"\nclasses = [\"pii\"]\nregions = [\"es\"]",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    let platform = input.platform;
    out.looked(&RULE, "", platform.flows.len() + platform.endpoints.len());
    res004::departing(input, &RULE, out);
    let handled = handled(input.platform);
    for service in input.platform.services.values() {
        for (index, endpoint) in input.platform.endpoints.iter().enumerate() {
            if service.contacts.contains(&endpoint.id) {
                regions(input, service, endpoint, index, out);
                undeclared(
                    input,
                    service,
                    endpoint,
                    index,
                    &handled[&service.name],
                    out,
                );
            }
        }
    }
}

/// Regions in which the service runs and from which the endpoint may not be contacted.
fn regions(
    input: &Input<'_>,
    service: &Service,
    endpoint: &Endpoint,
    index: usize,
    out: &mut Found,
) {
    let missing: Vec<&str> = input
        .used_regions()
        .into_iter()
        .map(|region| region.name.as_str())
        .filter(|region| !endpoint.regions.contains(*region))
        .collect();
    if missing.is_empty() {
        return;
    }
    let calls = KeyPath::new(["services", &service.name, "calls"]);
    let message = format!(
        "`{}` calls the endpoint `{}`, which may not be contacted from region {}",
        service.name,
        endpoint.id,
        words(missing.iter().copied())
    );
    out.push(
        RULE.finding(message)
            .at(entry(input, &calls, &endpoint.id), "runs in every region")
            .at(
                input.value(&KeyPath::new(["endpoints"]).index(index).key("regions")),
                "only these regions may contact it",
            )
            .help("add the region to the endpoint's `regions` if its data may go there, or call an endpoint that every region may contact"),
    );
}

/// A caller that handles nothing of what the endpoint says it receives: what does it send?
fn undeclared(
    input: &Input<'_>,
    service: &Service,
    endpoint: &Endpoint,
    index: usize,
    handled: &BTreeSet<crate::spec::types::DataClass>,
    out: &mut Found,
) {
    if endpoint.classes.is_empty() || handled.is_empty() || !endpoint.classes.is_disjoint(handled) {
        return;
    }
    let country = BTreeSet::from([endpoint.country.clone()]);
    let protected = input
        .used_regions()
        .into_iter()
        .filter(|region| endpoint.regions.contains(&region.name))
        .filter_map(|region| forbidden(input.platform, region, handled, &country))
        .next();
    let Some(protected) = protected else { return };
    let calls = KeyPath::new(["services", &service.name, "calls"]);
    let message = format!(
        "`{}` handles {} and calls the endpoint `{}` in {}, which receives {} only",
        service.name,
        classes(&protected),
        endpoint.id,
        endpoint.country,
        classes(&endpoint.classes)
    );
    out.push(
        RULE.finding(message)
            .at(
                entry(input, &calls, &endpoint.id),
                "what is sent here is not declared",
            )
            .at(
                input.value(&KeyPath::new(["endpoints"]).index(index).key("classes")),
                "none of these is handled by the service",
            )
            .help(format!(
                "if only that is sent, say so: add it to `classes` of `[services.{}]`",
                service.name
            )),
    );
}
