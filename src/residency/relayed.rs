//! Endpoints abroad that may receive some data, contacted by who handles other data as well: the last hop of data that
//! was handed on inside the cell. RES301 reports it; what a service itself declares that it calls, RES005 judges.

use super::built::finding;
use super::found::{Evidence, Found};
use super::places::{classes, forbidden};
use super::rule::{Input, Rule};
use crate::facts::CellFacts;
use crate::facts::flows::{self, FlowEdge, FlowKind};
use crate::model::Endpoint;
use crate::spec::types::DataClass;
use std::collections::BTreeSet;

/// Judges whoever is given the address of a declared endpoint.
pub(super) fn check(rule: &'static Rule, input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) {
    // Without an endpoint there is nothing to hand on to.
    if input.platform.endpoints.is_empty() {
        return;
    }
    let map = flows::map(here);
    for edge in &map.edges {
        let Some(FlowKind::Endpoint(name)) = map.node(&edge.to).map(|node| &node.kind) else {
            continue;
        };
        let endpoint = input.platform.endpoint(name);
        let Some(endpoint) = endpoint.filter(|endpoint| is_for(here, endpoint)) else {
            continue;
        };
        judge(rule, input, here, edge, endpoint, out);
    }
}

/// Whether an endpoint may be contacted from a cell; where it may not, its address alone is a finding.
fn is_for(here: &CellFacts<'_>, endpoint: &Endpoint) -> bool {
    endpoint.regions.contains(&here.cell.region)
}

fn judge(
    rule: &'static Rule,
    input: &Input<'_>,
    here: &CellFacts<'_>,
    edge: &FlowEdge,
    endpoint: &Endpoint,
    out: &mut Found,
) {
    let (Some(region), Some(spot)) = (here.region, &edge.spot) else {
        return;
    };
    let more: BTreeSet<DataClass> = edge
        .classes
        .difference(&endpoint.classes)
        .copied()
        .collect();
    if more.is_empty() {
        return;
    }
    let countries = BTreeSet::from([endpoint.country.clone()]);
    let Some(leaving) = forbidden(input.platform, region, &more, &countries) else {
        return;
    };
    let message = format!(
        "{} handles {} and is given the address of the endpoint `{}` in {}, which receives {}",
        edge.from,
        classes(&leaving),
        endpoint.id,
        endpoint.country,
        classes(&endpoint.classes)
    );
    let trace = [
        edge.key.clone(),
        endpoint.host.to_string(),
        format!("endpoint {}", endpoint.id),
        format!("{} ∉ allowed({})", endpoint.country, classes(&leaving)),
    ];
    let finding = finding(rule, input, here, spot, message, "may receive what is handled here")
        .concluded(trace)
        .help("contact it from a workload that handles nothing else, or declare in `calls` of a service what it is contacted for");
    let mut evidence = Evidence::new(region, &countries);
    evidence.classes = leaving;
    evidence.store = Some(endpoint.id.as_str());
    out.depart(input, finding, &evidence);
}
