//! NetworkPolicies: one per workload, from the edges of the cells, for both ends.
//!
//! What is open in every cell that has a unit stands in the unit's base; what is open in some cells only is added there. All else is
//! denied in `cluster/base`.

use super::{Files, Origin};
use crate::model::edges::{Edge, Peer, Pods};
use crate::model::units::Unit;
use crate::model::{Cell, Platform};
use serde::Serialize;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

const TEMPLATE: &str = "cluster/network-policies.yaml";
/// The file of a unit's policies, in its base and in the Component of a cell.
pub(super) const FILE: &str = "network-policies.yaml";

/// The edges of all cells, sorted by where they are open and by the unit whose pods they concern.
pub(super) struct Network<'a> {
    everywhere: ByUnit<'a>,
    here: Vec<ByUnit<'a>>,
}

/// Edges under the units of their ends.
type ByUnit<'a> = BTreeMap<&'a str, BTreeSet<&'a Edge>>;

impl<'a> Network<'a> {
    pub(super) fn new(platform: &'a Platform) -> Self {
        let cells: Vec<ByUnit<'a>> = platform
            .cells
            .iter()
            .map(|cell| by_unit(cell.edges.iter()))
            .collect();
        let mut everywhere: ByUnit<'a> = BTreeMap::new();
        for (cell, edges) in platform.cells.iter().zip(&cells) {
            for unit in &cell.units {
                let here = edges.get(unit.name.as_str()).cloned().unwrap_or_default();
                match everywhere.entry(unit.name.as_str()) {
                    Entry::Vacant(free) => {
                        free.insert(here);
                    }
                    Entry::Occupied(mut other) => other.get_mut().retain(|e| here.contains(e)),
                }
            }
        }
        everywhere.retain(|_, edges| !edges.is_empty());
        let here = cells.into_iter().map(|mut cell| {
            for (unit, edges) in &mut cell {
                if let Some(everywhere) = everywhere.get(unit) {
                    edges.retain(|edge| !everywhere.contains(edge));
                }
            }
            cell.retain(|_, edges| !edges.is_empty());
            cell
        });
        Self {
            here: here.collect(),
            everywhere,
        }
    }

    /// Whether a unit has policies that are the same in every cell that has the unit.
    pub(super) fn is_everywhere(&self, unit: &str) -> bool {
        self.everywhere.contains_key(unit)
    }

    /// Whether a unit has policies in one cell only, which is the `index`th of the platform.
    pub(super) fn is_here(&self, unit: &str, index: usize) -> bool {
        self.here[index].contains_key(unit)
    }

    /// Plans the policies of a unit, everywhere and in each cell that has it.
    pub(super) fn plan(
        &self,
        platform: &Platform,
        unit: &Unit,
        files: &mut Files,
    ) -> anyhow::Result<()> {
        if let Some(edges) = self.everywhere.get(unit.name.as_str()) {
            let path = format!("cluster/{}/{FILE}", unit.base);
            let custom = format!("custom/{} of a cell", unit.name);
            policies(platform, unit, edges, "", &custom, path, files)?;
        }
        for (index, cell) in platform.cells.iter().enumerate() {
            if let Some(edges) = self.here[index].get(unit.name.as_str()) {
                let path = here_path(cell, unit);
                let custom = format!("custom/{}", unit.name);
                policies(platform, unit, edges, ".cell", &custom, path, files)?;
            }
        }
        Ok(())
    }
}

fn here_path(cell: &Cell, unit: &Unit) -> String {
    super::overlay::component(cell, &unit.name, FILE)
}

/// Every edge under the units of its ends.
fn by_unit<'a>(edges: impl Iterator<Item = &'a Edge>) -> ByUnit<'a> {
    let mut units: ByUnit<'a> = BTreeMap::new();
    for edge in edges {
        for pods in [own(&edge.from), own(&edge.to)].into_iter().flatten() {
            units
                .entry(pods.unit.as_deref().unwrap_or_default())
                .or_default()
                .insert(edge);
        }
    }
    units
}

/// Pods of the platform itself, for which policies are written.
fn own(peer: &Peer) -> Option<&Pods> {
    match peer {
        Peer::Pods(pods) if pods.unit.is_some() => Some(pods),
        _ => None,
    }
}

#[derive(Serialize)]
struct Policies<'a> {
    platform: &'a str,
    policies: Vec<Policy<'a>>,
}

#[derive(Serialize)]
struct Policy<'a> {
    name: String,
    namespace: &'a str,
    workload: &'a str,
    labels: &'a BTreeMap<String, String>,
    takes: bool,
    opens: bool,
    ingress: Vec<Rule<'a>>,
    egress: Vec<Rule<'a>>,
    dns: bool,
}

/// One rule: the other end and the ports.
#[derive(Serialize)]
struct Rule<'a> {
    because: Vec<&'a str>,
    namespace: Option<&'a str>,
    labels: Option<&'a BTreeMap<String, String>>,
    host: Option<&'a str>,
    cidrs: &'a [String],
    /// No particular other end: the whole world.
    anyone: bool,
    ports: Vec<u16>,
}

fn policies(
    platform: &Platform,
    unit: &Unit,
    edges: &BTreeSet<&Edge>,
    suffix: &str,
    custom: &str,
    path: String,
    files: &mut Files,
) -> anyhow::Result<()> {
    let mut workloads: BTreeSet<&Pods> = BTreeSet::new();
    for edge in edges {
        let ends = [own(&edge.from), own(&edge.to)].into_iter().flatten();
        workloads.extend(ends.filter(|pods| pods.unit.as_deref() == Some(&unit.name)));
    }
    let context = Policies {
        platform: &platform.name,
        policies: workloads
            .into_iter()
            .map(|pods| policy(pods, edges, suffix))
            .collect(),
    };
    let origin = Origin {
        template: TEMPLATE,
        key: &unit.key,
        custom,
    };
    files.render(path, origin, &context)
}

fn policy<'a>(pods: &'a Pods, edges: &BTreeSet<&'a Edge>, suffix: &str) -> Policy<'a> {
    let is = |peer: &Peer| matches!(peer, Peer::Pods(other) if other == pods);
    let ingress = edges.iter().filter(|edge| is(&edge.to));
    let egress = edges.iter().filter(|edge| is(&edge.from));
    let egress = rules(pods, egress.map(|edge| (&edge.to, *edge)));
    let ingress = rules(pods, ingress.map(|edge| (&edge.from, *edge)));
    let ingress = without_what_anyone_may(ingress);
    // A suffixed policy is added to one that is there everywhere: it says nothing of a direction that it does not open.
    let whole = suffix.is_empty();
    Policy {
        name: format!("{}{suffix}", pods.name),
        namespace: &pods.namespace,
        workload: &pods.name,
        labels: &pods.labels,
        takes: whole || !ingress.is_empty(),
        opens: whole || !egress.is_empty(),
        dns: egress
            .iter()
            .any(|rule| rule.labels.is_some() || rule.host.is_some() || rule.namespace.is_some()),
        ingress,
        egress,
    }
}

/// Ports that take connections from anyone need no second rule for someone.
fn without_what_anyone_may(mut rules: Vec<Rule<'_>>) -> Vec<Rule<'_>> {
    let anyone = rules.iter().filter(|rule| rule.anyone);
    let open: BTreeSet<u16> = anyone.flat_map(|rule| rule.ports.clone()).collect();
    for rule in rules.iter_mut().filter(|rule| !rule.anyone) {
        rule.ports.retain(|port| !open.contains(port));
    }
    rules.retain(|rule| !rule.ports.is_empty());
    rules
}

/// One rule for each other end, with all the ports that edges open towards it.
fn rules<'a>(pods: &Pods, edges: impl Iterator<Item = (&'a Peer, &'a Edge)>) -> Vec<Rule<'a>> {
    let mut by_peer: BTreeMap<&Peer, (BTreeSet<u16>, BTreeSet<&str>)> = BTreeMap::new();
    for (peer, edge) in edges {
        let (ports, because) = by_peer.entry(peer).or_default();
        ports.extend(&edge.ports);
        because.insert(&edge.because);
    }
    by_peer
        .into_iter()
        .map(|(peer, (ports, because))| {
            let mut rule = rule(pods, peer);
            rule.ports = ports.into_iter().collect();
            rule.because = because.into_iter().collect();
            rule
        })
        .collect()
}

fn rule<'a>(pods: &Pods, peer: &'a Peer) -> Rule<'a> {
    let mut rule = Rule {
        because: Vec::new(),
        namespace: None,
        labels: None,
        host: None,
        cidrs: &[],
        anyone: false,
        ports: Vec::new(),
    };
    match peer {
        Peer::Pods(other) => {
            rule.namespace = (other.namespace != pods.namespace).then_some(&other.namespace);
            rule.labels = Some(&other.labels);
        }
        Peer::Namespace(namespace) => rule.namespace = Some(namespace),
        Peer::ApiServer { cidrs } => rule.cidrs = cidrs,
        Peer::Outside { host, cidrs } => {
            rule.host = Some(host);
            rule.cidrs = cidrs;
        }
        Peer::World => rule.anyone = true,
    }
    rule
}
