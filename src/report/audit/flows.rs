//! Where data goes in each cell, held against where it may be: what the matrix and the map are drawn from.

use super::exceptions::{Exception, State};
use super::policy::{codes, names};
use crate::facts::flows::{self, FlowEdge, FlowKind, FlowMap, FlowNode, Mechanism};
use crate::model::{Platform, Region};
use crate::report::clean;
use crate::residency::Input;
use crate::spec::types::DataClass;
use serde::Serialize;
use std::collections::BTreeSet;

/// The data flows of one cell.
#[derive(Debug, Clone, Serialize)]
pub struct CellFlows {
    /// The cell.
    pub cell: String,
    /// Its region.
    pub region: Option<String>,
    /// The jurisdiction whose data it holds.
    pub jurisdiction: Option<String>,
    /// Everything that handles, keeps or receives data.
    pub nodes: Vec<Node>,
    /// The ways that data takes.
    pub edges: Vec<Edge>,
}

/// Something that handles, keeps or receives data.
#[derive(Debug, Clone, Serialize)]
pub struct Node {
    /// What edges call it.
    pub id: String,
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// The unit that deploys it.
    pub unit: Option<String>,
    /// Where it stands in the map.
    pub side: Side,
    /// The countries it is in; empty when they are not known.
    pub countries: Vec<String>,
    /// The classes of data it handles, keeps or may receive.
    pub classes: Vec<&'static str>,
    /// Those of them that may not be there.
    pub forbidden: Vec<&'static str>,
    /// The exception under which they are.
    pub exception: Option<String>,
}

/// Where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// It handles data, inside of the cell.
    Handles,
    /// It keeps data, inside of the cell.
    Keeps,
    /// It is outside of the cell.
    Outside,
}

/// A way that data takes.
#[derive(Debug, Clone, Serialize)]
pub struct Edge {
    /// The node that opens the connection.
    pub from: String,
    /// The other one.
    pub to: String,
    /// How it is known.
    pub mechanism: &'static str,
    /// The setting that says so.
    pub key: String,
    /// Whether data goes both ways.
    pub both_ways: bool,
    /// The classes of data that may take it.
    pub classes: Vec<&'static str>,
}

/// The flows of the judged cells.
pub(super) fn flows(input: &Input<'_>, exceptions: &[Exception]) -> Vec<CellFlows> {
    let judged: BTreeSet<&str> = input.cells().map(|cell| cell.name.as_str()).collect();
    let cells = input.facts.into_iter().flat_map(|facts| &facts.cells);
    cells
        .filter(|facts| judged.contains(facts.cell.name.as_str()))
        .map(|facts| of_cell(input.platform, &flows::map(facts), exceptions))
        .collect()
}

fn of_cell(platform: &Platform, map: &FlowMap, exceptions: &[Exception]) -> CellFlows {
    let region = map
        .region
        .as_ref()
        .and_then(|name| platform.regions.get(name));
    CellFlows {
        cell: map.cell.to_string(),
        region: map.region.as_ref().map(ToString::to_string),
        jurisdiction: map.jurisdiction.as_ref().map(ToString::to_string),
        nodes: map
            .nodes
            .iter()
            .map(|node| self::node(platform, region, node, exceptions))
            .collect(),
        edges: map.edges.iter().map(edge).collect(),
    }
}

fn node(
    platform: &Platform,
    region: Option<&Region>,
    node: &FlowNode,
    exceptions: &[Exception],
) -> Node {
    let forbidden = region.map_or_else(BTreeSet::new, |region| forbidden(platform, region, node));
    let exception = (!forbidden.is_empty())
        .then(|| {
            exceptions
                .iter()
                .find(|exception| allows(exception, region, node, &forbidden))
        })
        .flatten();
    Node {
        id: clean(&node.id),
        kind: kind(&node.kind),
        name: clean(&node.name),
        unit: node.unit.clone(),
        side: side(&node.kind),
        countries: codes(&node.countries),
        classes: names(&node.classes),
        forbidden: names(&forbidden),
        exception: exception.map(|exception| exception.id.clone()),
    }
}

/// The classes at a place that may not be in its countries. A place that is not known is nowhere allowed.
fn forbidden(platform: &Platform, region: &Region, node: &FlowNode) -> BTreeSet<DataClass> {
    let may_be = |class: &DataClass| {
        platform
            .allowed(*class, region)
            .is_none_or(|allowed| !node.countries.is_empty() && node.countries.is_subset(&allowed))
    };
    node.classes
        .iter()
        .copied()
        .filter(|class| !may_be(class))
        .collect()
}

/// Whether an exception in force is about this place.
fn allows(
    exception: &Exception,
    region: Option<&Region>,
    node: &FlowNode,
    classes: &BTreeSet<DataClass>,
) -> bool {
    let here = region.map(|region| region.name.as_str());
    let there = exception.country.as_deref();
    exception.state == State::InForce
        && exception.region.as_deref() == here
        && !node.countries.is_empty()
        && node
            .countries
            .iter()
            .all(|country| Some(country.as_str()) == there)
        && classes
            .iter()
            .all(|class| exception.classes.iter().any(|name| name == class.name()))
}

fn side(kind: &FlowKind) -> Side {
    match kind {
        FlowKind::Store(_) => Side::Keeps,
        kind if kind.is_inside() => Side::Handles,
        _ => Side::Outside,
    }
}

fn kind(kind: &FlowKind) -> &'static str {
    match kind {
        FlowKind::Workload => "workload",
        FlowKind::Operated => "operated",
        FlowKind::Store(_) => "store",
        FlowKind::Service => "service",
        FlowKind::Home => "home",
        FlowKind::Region(_) => "region",
        FlowKind::Endpoint(_) => "endpoint",
        FlowKind::Provider => "provider",
        FlowKind::Vendor => "vendor",
        FlowKind::Unknown => "unknown",
    }
}

fn edge(edge: &FlowEdge) -> Edge {
    Edge {
        from: clean(&edge.from),
        to: clean(&edge.to),
        mechanism: match edge.mechanism {
            Mechanism::Variable => "variable",
            Mechanism::Configuration => "configuration",
            Mechanism::Field => "field",
            Mechanism::Declared => "declared",
            Mechanism::Keeps => "keeps",
            Mechanism::Volume => "volume",
        },
        key: clean(&edge.key),
        both_ways: edge.both_ways,
        classes: names(&edge.classes),
    }
}
