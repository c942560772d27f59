//! What RES701, RES702 and RES703 share: where a signal is sent to or kept at, held against where it may be.

use super::built::{Trouble, evidence, finding, steps, trouble};
use super::found::{Evidence, Found};
use super::places::{countries, home};
use super::rule::{Input, Rule};
use crate::catalogue;
use crate::facts::telemetry::{Outlet, Signal, Target};
use crate::facts::{Address, CellFacts, Destination, Host, Resolved};
use crate::spec::types::Provider;
use std::collections::BTreeSet;

/// Judges every place that one signal is sent to.
pub(super) fn check(rule: &'static Rule, signal: Signal, input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut count = 0;
        for outlet in here.outlets().iter().filter(|o| o.signal == signal) {
            count += 1;
            match &outlet.target {
                Target::Address(text) => address(rule, input, here, outlet, text, out),
                Target::Place(provider, code) => {
                    place(rule, input, here, outlet, *provider, code, out);
                }
                Target::Default(vendor) => unplaced(rule, input, here, outlet, vendor, out),
            }
        }
        out.examined(rule, here, count);
    }
}

/// Where an address of telemetry leads, and what is wrong with that. A name of the cluster is in the cluster, whether a
/// manifest or a chart makes its Service.
pub(super) fn judged(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    address: &Address,
    namespace: &str,
) -> Option<(Resolved, Trouble)> {
    if is_of_cluster(here, &address.host) {
        return None;
    }
    let resolved = here.resolve(address, namespace);
    if resolved.destination == Destination::NoService {
        return None;
    }
    let trouble = trouble(input, here, &resolved)?;
    Some((resolved, trouble))
}

/// Whether a host is a name that only the cluster's DNS knows: `loki`, `loki.observability`.
fn is_of_cluster(here: &CellFacts<'_>, host: &Host) -> bool {
    let Host::Name(name) = host else {
        return false;
    };
    match name.split_once('.') {
        None => name.bytes().any(|byte| byte.is_ascii_alphabetic()),
        Some((_, namespace)) => here
            .manifests
            .iter()
            .any(|manifest| manifest.object.namespace() == namespace),
    }
}

fn address(
    rule: &'static Rule,
    input: &Input<'_>,
    here: &CellFacts<'_>,
    outlet: &Outlet,
    text: &str,
    out: &mut Found,
) {
    let Some(address) = Address::parse(text) else {
        return;
    };
    let Some((resolved, trouble)) = judged(input, here, &address, &outlet.namespace) else {
        return;
    };
    let message = format!(
        "{} sends {} to `{}`, which is {}",
        here.manifests[outlet.manifest].identity(),
        outlet.signal.name(),
        address.host,
        trouble.words()
    );
    let finding = finding(rule, input, here, &outlet.spot, message, trouble.words())
        .concluded(steps(input, here, &outlet.key, &resolved))
        .help(rule.fix);
    match (&trouble, evidence(here, &resolved)) {
        (Trouble::Undeclared, _) | (_, None) => out.push(finding),
        (_, Some(evidence)) => out.depart(input, finding, &evidence),
    }
}

/// A place of a provider that is named by its code alone.
fn place(
    rule: &'static Rule,
    input: &Input<'_>,
    here: &CellFacts<'_>,
    outlet: &Outlet,
    provider: Provider,
    code: &str,
    out: &mut Found,
) {
    let Some(own) = here.region.and_then(|region| home(input.platform, region)) else {
        return;
    };
    let found = catalogue::find(provider, code).map(|place| place.countries);
    let places = found.unwrap_or_default();
    if !places.is_empty() && places.is_subset(own) {
        return;
    }
    let resolved = Resolved {
        destination: Destination::Provider {
            provider,
            code: code.to_owned(),
        },
        countries: places,
        trace: vec![format!("{}/{code}", provider.name())],
    };
    let message = format!(
        "{} sends {} to `{code}` of {} without an endpoint, which is in {}",
        here.manifests[outlet.manifest].identity(),
        outlet.signal.name(),
        provider.name(),
        countries(&resolved.countries)
    );
    let finding = finding(rule, input, here, &outlet.spot, message, "not at home")
        .concluded(steps(input, here, &outlet.key, &resolved))
        .help(rule.fix);
    match evidence(here, &resolved) {
        Some(evidence) => out.depart(input, finding, &evidence),
        None => out.push(finding),
    }
}

/// A vendor that decides where, because nothing else is said.
fn unplaced(
    rule: &'static Rule,
    input: &Input<'_>,
    here: &CellFacts<'_>,
    outlet: &Outlet,
    vendor: &str,
    out: &mut Found,
) {
    if is_own_bucket(here, outlet, vendor) {
        return;
    }
    let message = format!(
        "{} sends {} to {vendor}, and nothing says where that is",
        here.manifests[outlet.manifest].identity(),
        outlet.signal.name()
    );
    let resolved = Resolved {
        destination: Destination::Unknown,
        countries: BTreeSet::new(),
        trace: vec![vendor.to_owned()],
    };
    let finding = finding(rule, input, here, &outlet.spot, message, "an unknown place")
        .concluded(steps(input, here, &outlet.key, &resolved))
        .help(rule.fix);
    let evidence = here
        .region
        .map(|region| Evidence::new(region, &BTreeSet::new()));
    match evidence {
        Some(evidence) => out.depart(input, finding, &evidence),
        None => out.push(finding),
    }
}

/// Whether a bucket is one that the cell has with the provider it runs on: that one is where the cell is.
fn is_own_bucket(here: &CellFacts<'_>, outlet: &Outlet, vendor: &str) -> bool {
    let provider = here.region.map(|region| region.place.provider);
    let is_own = matches!(
        (vendor, provider),
        ("Google Cloud Storage", Some(Provider::Gcp))
            | ("Azure Blob Storage", Some(Provider::Azure))
            | ("Amazon S3", Some(Provider::Aws))
    );
    let names = here.platform.stores.iter().filter_map(|store| {
        let template = store.bucket.as_ref()?;
        Some(
            template
                .replace("{environment}", &here.cell.environment)
                .replace("{region}", &here.cell.region),
        )
    });
    is_own
        && names
            .into_iter()
            .any(|name| outlet.value.split(',').any(|own| own.trim() == name))
}
