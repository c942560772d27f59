//! Who handles what in a cell, and where it goes: the data-flow map that an auditor reads and that taint is judged on.
//!
//! In: [`CellFacts`]. Out: a [`FlowMap`] of nodes and edges, sorted, with the data classes of each. The classes start
//! from the declaration (what a service handles, what a store holds) and from what a manifest is (a log collector handles
//! telemetry), and spread along the edges until nothing changes any more: a call carries data both ways, and what a
//! workload contacts outside may receive all that the workload handles. That may say too much; it never says too little.

mod actors;
mod build;
mod kept;
mod spread;
mod told;

use super::cell::{CellFacts, Spot};
use crate::source::Location;
use crate::spec::names::{CellName, Country, Identifier, Name};
use crate::spec::types::{DataClass, StoreKind};
use serde::Serialize;
use std::collections::BTreeSet;

/// The data flows of one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FlowMap {
    /// The cell.
    pub cell: CellName,
    /// Its region; none on a laptop.
    pub region: Option<Name>,
    /// The jurisdiction of the region.
    pub jurisdiction: Option<Identifier>,
    /// Everything that handles, keeps or receives data, sorted by id.
    pub nodes: Vec<FlowNode>,
    /// Where data goes, sorted by source, target and mechanism.
    pub edges: Vec<FlowEdge>,
}

impl FlowMap {
    /// A node by its id.
    pub fn node(&self, id: &str) -> Option<&FlowNode> {
        let at = self
            .nodes
            .binary_search_by(|node| node.id.as_str().cmp(id))
            .ok()?;
        self.nodes.get(at)
    }
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowKind {
    /// Runs containers.
    Workload,
    /// A custom resource or a chart: something runs for it that no manifest shows.
    Operated,
    /// A declared store.
    Store(StoreKind),
    /// A Service of the cluster whose pods no manifest shows.
    Service,
    /// The region's own networks and hosts.
    Home,
    /// Another region.
    Region(Name),
    /// A declared endpoint.
    Endpoint(Name),
    /// A place of a provider.
    Provider,
    /// A vendor's service.
    Vendor,
    /// Nothing that is declared.
    Unknown,
}

impl FlowKind {
    /// Whether it is in the cell's own cluster.
    pub fn is_inside(&self) -> bool {
        matches!(
            self,
            Self::Workload | Self::Operated | Self::Store(_) | Self::Service
        )
    }
}

/// Something that handles, keeps or receives data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FlowNode {
    /// What edges call it: `Deployment carebase-apps/backend-api`, `store postgres`, `endpoint slack`.
    pub id: String,
    /// What it is.
    pub kind: FlowKind,
    /// Its name, for people.
    pub name: String,
    /// The unit of the cell that deploys it, if one does.
    pub unit: Option<String>,
    /// The countries it is in; empty when they are not known.
    pub countries: BTreeSet<Country>,
    /// The classes of data that it handles, keeps or may receive.
    pub classes: BTreeSet<DataClass>,
}

/// How data gets from one node to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// A variable of a container says where.
    Variable,
    /// A text of configuration that is mounted says where.
    Configuration,
    /// A field or an argument of the manifest says where.
    Field,
    /// The declaration opens this way in the network.
    Declared,
    /// The workload keeps the store.
    Keeps,
    /// Both mount one volume.
    Volume,
}

/// A way that data takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FlowEdge {
    /// The id of the node that opens the connection.
    pub from: String,
    /// The id of the other node.
    pub to: String,
    /// How.
    pub mechanism: Mechanism,
    /// The variable, the path of the value, the key of platform.toml or the volume that says so.
    pub key: String,
    /// Whether data goes both ways, as in the cluster; to what is outside it is only known to go.
    pub both_ways: bool,
    /// The classes of data that may take it.
    pub classes: BTreeSet<DataClass>,
    /// Where a person changes it; none for what the declaration opens.
    #[serde(skip)]
    pub evidence: Option<Location>,
    /// The value that says so; none for what the declaration opens.
    #[serde(skip)]
    pub spot: Option<Spot>,
    /// All that it can carry, where that is less than everything its ends handle.
    #[serde(skip)]
    only: Option<BTreeSet<DataClass>>,
}

/// The data flows of a cell.
pub fn map(facts: &CellFacts<'_>) -> FlowMap {
    let mut map = build::build(facts);
    spread::spread(&mut map);
    map
}
