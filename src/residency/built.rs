//! Findings about built manifests: where they point, what they say about addresses.

use super::found::Evidence;
use super::places::{self, countries, home};
use super::rule::{Input, Rule};
use crate::diagnostic::Diagnostic;
use crate::facts::{CellFacts, Destination, Resolved, Spot};
use crate::model::Region;
use crate::spec::names::Country;
use std::collections::BTreeSet;

/// A finding about a value in a manifest of a cell: its place first, the line of the policy second.
pub(super) fn finding(
    rule: &Rule,
    input: &Input<'_>,
    here: &CellFacts<'_>,
    spot: &Spot,
    message: impl Into<String>,
    label: impl Into<String>,
) -> Diagnostic {
    let finding = rule
        .finding(message)
        .at(here.place(spot), label)
        .in_cell(here.cell.name.as_str())
        .about(here.manifest(spot).identity());
    with_policy(input, here.region, finding)
}

/// Adds the line of platform.toml that says where a region's data stays.
pub(super) fn with_policy(
    input: &Input<'_>,
    region: Option<&Region>,
    finding: Diagnostic,
) -> Diagnostic {
    let line = region.and_then(|region| {
        let home = home(input.platform, region)?;
        Some((input.policy_line(region)?, region, countries(home)))
    });
    match line {
        Some((line, region, home)) => {
            let label = format!("data of region `{}` stays in {home}", region.name);
            finding.at(line, label)
        }
        None => finding,
    }
}

/// What is wrong with where an address leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It leads to these countries, not all of which are the region's own.
    Abroad(BTreeSet<Country>),
    /// It leads to a region of another jurisdiction, or to a declared endpoint that is not for this region.
    NotForThisRegion(BTreeSet<Country>),
    /// Nothing declares where it leads.
    Undeclared,
}

/// What is wrong with where an address leads from a cell; none for what stays at home and for what the declaration allows,
/// which other rules judge there.
pub(super) fn trouble(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    resolved: &Resolved,
) -> Option<Trouble> {
    let own = home(input.platform, here.region?)?;
    let at_home = !resolved.countries.is_empty() && resolved.countries.is_subset(own);
    match &resolved.destination {
        // A name of the cluster that nobody has leads nowhere: the cluster asks no one else for it.
        Destination::Itself
        | Destination::NoService
        | Destination::Service { .. }
        | Destination::Home
        | Destination::Endpoint(_) => None,
        Destination::ForeignEndpoint(_) => {
            Some(Trouble::NotForThisRegion(resolved.countries.clone()))
        }
        Destination::Region(_) => Some(Trouble::NotForThisRegion(resolved.countries.clone())),
        Destination::Provider { .. } | Destination::Vendor(_) if at_home => None,
        Destination::Provider { .. } | Destination::Vendor(_) if !resolved.countries.is_empty() => {
            Some(Trouble::Abroad(resolved.countries.clone()))
        }
        _ => Some(Trouble::Undeclared),
    }
}

impl Trouble {
    /// The words for it: `is in FR`.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Abroad(places) | Self::NotForThisRegion(places) => {
                format!("in {}", countries(places))
            }
            Self::Undeclared => "nowhere that is declared".to_owned(),
        }
    }
}

/// The steps from a key to a country: `S3_ENDPOINT`, the host, the provider's place, `FR ∉ {ES}`.
pub(super) fn steps(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    key: &str,
    resolved: &Resolved,
) -> Vec<String> {
    let own = here
        .region
        .and_then(|region| home(input.platform, region))
        .map(|own| places::words(own.iter().map(|country| country.as_str())))
        .unwrap_or_default();
    let mut steps = vec![key.to_owned()];
    steps.extend(resolved.trace.iter().cloned());
    steps.push(if resolved.countries.is_empty() {
        format!("not declared ∉ {{{own}}}")
    } else {
        format!("{} ∉ {{{own}}}", countries(&resolved.countries))
    });
    steps
}

/// The evidence that an address gives.
pub(super) fn evidence<'a>(
    here: &'a CellFacts<'a>,
    resolved: &'a Resolved,
) -> Option<Evidence<'a>> {
    let mut evidence = Evidence::new(here.region?, &resolved.countries);
    if let Destination::Provider { provider, code } = &resolved.destination {
        evidence.provider = Some(*provider);
        evidence.location = Some(code);
    }
    Some(evidence)
}
