//! Nodes and edges of the flow map, each with the classes it starts with.

use super::actors::{Actor, actors};
use super::kept::keepers;
use super::{FlowEdge, FlowKind, FlowMap, FlowNode, Mechanism};
use crate::facts::cell::{CellFacts, Spot};
use crate::facts::telemetry::Product;
use crate::model::Store;
use crate::model::edges::{NAME_LABEL, Peer, Pods};
use crate::spec::names::Country;
use crate::spec::types::DataClass;
use std::collections::{BTreeMap, BTreeSet};

/// The map with what each node starts with.
pub(super) fn build(facts: &CellFacts<'_>) -> FlowMap {
    let actors = actors(facts);
    let mut draft = Draft {
        facts,
        keepers: keepers(facts, &actors),
        actors: &actors,
        nodes: BTreeMap::new(),
        edges: BTreeMap::new(),
    };
    draft.inside();
    draft.declared();
    draft.told();
    draft.shared();
    FlowMap {
        cell: facts.cell.name.clone(),
        region: facts.region.map(|region| region.name.clone()),
        jurisdiction: facts.region.and_then(|region| region.jurisdiction.clone()),
        nodes: draft.nodes.into_values().collect(),
        edges: draft.edges.into_values().collect(),
    }
}

/// Whether a store is one of the cell's.
pub(super) fn exists(facts: &CellFacts<'_>, store: &Store) -> bool {
    let region = &facts.cell.region;
    store.region.as_ref().is_none_or(|only| only == region)
}

type EdgeKey = (String, String, Mechanism, String);

pub(super) struct Draft<'d, 'a> {
    pub(super) facts: &'d CellFacts<'a>,
    pub(super) actors: &'d [Actor],
    pub(super) keepers: BTreeMap<usize, usize>,
    nodes: BTreeMap<String, FlowNode>,
    pub(super) edges: BTreeMap<EdgeKey, FlowEdge>,
}

/// What one edge is made of.
pub(super) struct Way<'w> {
    pub(super) mechanism: Mechanism,
    pub(super) key: &'w str,
    pub(super) both_ways: bool,
    pub(super) spot: Option<&'w Spot>,
    pub(super) only: Option<BTreeSet<DataClass>>,
}

impl<'w> Way<'w> {
    fn declared(key: &'w str) -> Self {
        Self {
            mechanism: Mechanism::Declared,
            key,
            both_ways: true,
            spot: None,
            only: None,
        }
    }
}

impl Draft<'_, '_> {
    /// Workloads and stores, and which workload keeps which store.
    fn inside(&mut self) {
        let home = self.home();
        for actor in self.actors {
            let kind = if actor.is_workload {
                FlowKind::Workload
            } else {
                FlowKind::Operated
            };
            let classes = self.starts_with(actor);
            self.node(&actor.id, kind, &actor.id, home.clone());
            if let Some(node) = self.nodes.get_mut(&actor.id) {
                node.unit = Some(actor.unit.clone()).filter(|unit| !unit.is_empty());
                node.classes = classes;
            }
        }
        for (index, store) in self.facts.platform.stores.iter().enumerate() {
            if !exists(self.facts, store) {
                continue;
            }
            let id = store_id(store);
            let countries = match &store.place {
                Some(place) => place.countries.clone(),
                None => home.clone(),
            };
            self.node(&id, FlowKind::Store(store.kind), &store.id, countries);
            if let Some(node) = self.nodes.get_mut(&id) {
                node.classes.extend(&store.classes);
            }
            if let Some(keeper) = self.keepers.get(&index) {
                let from = self.actors[*keeper].id.clone();
                let way = Way {
                    mechanism: Mechanism::Keeps,
                    ..Way::declared("")
                };
                self.edge(&from, &id, way);
            }
        }
    }

    pub(super) fn home(&self) -> BTreeSet<Country> {
        let region = self.facts.region;
        region.map_or_else(BTreeSet::new, |region| region.place.countries.clone())
    }

    /// The classes that are known of an actor without looking at its edges.
    fn starts_with(&self, actor: &Actor) -> BTreeSet<DataClass> {
        let service = self.facts.platform.services.values().find(|service| {
            actor.is_selected(
                &service.namespace,
                [(NAME_LABEL, service.name.as_str())].into_iter(),
            )
        });
        let declared = service.into_iter().flat_map(|service| &service.classes);
        let mut classes: BTreeSet<DataClass> = declared.copied().collect();
        match actor.product {
            Some(Product::Alertmanager) => {
                classes.extend([DataClass::Telemetry, DataClass::AlertsScrubbed]);
            }
            Some(_) => {
                classes.insert(DataClass::Telemetry);
            }
            None => {}
        }
        classes
    }

    /// Ways that the declaration opens.
    fn declared(&mut self) {
        let cell = self.facts.cell;
        for user in &cell.object_users {
            for bucket in &user.buckets {
                let Some(store) = self.facts.platform.store(bucket) else {
                    continue;
                };
                let users: Vec<usize> = user
                    .pods
                    .iter()
                    .flat_map(|pods| self.selected(pods))
                    .collect();
                for from in users {
                    let from = self.actors[from].id.clone();
                    self.edge(&from, &store_id(store), Way::declared(&user.because));
                }
            }
        }
        for edge in &cell.edges {
            let Peer::Pods(from) = &edge.from else {
                continue;
            };
            match &edge.to {
                Peer::Pods(to) => {
                    for from in self.selected(from) {
                        for to in self.selected(to) {
                            self.inner(from, to, Way::declared(&edge.because));
                        }
                    }
                }
                Peer::Outside { host, .. } => {
                    let endpoints = &self.facts.platform.endpoints;
                    let at = endpoints
                        .iter()
                        .position(|endpoint| endpoint.host.as_str() == host);
                    for from in self.selected(from) {
                        if let Some(at) = at {
                            let way = Way {
                                both_ways: false,
                                only: self.accepted(at),
                                ..Way::declared(&edge.because)
                            };
                            let id = self.endpoint(at);
                            self.edge(&self.actors[from].id, &id, way);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// What a caller that names an endpoint in the declaration sends it: what the endpoint says, which RES005 judges.
    pub(super) fn accepted(&self, endpoint: usize) -> Option<BTreeSet<DataClass>> {
        let classes = &self.facts.platform.endpoints[endpoint].classes;
        (!classes.is_empty()).then(|| classes.clone())
    }

    pub(super) fn selected(&self, pods: &Pods) -> Vec<usize> {
        let labels = || {
            pods.labels
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()))
        };
        let actors = self.actors.iter().enumerate();
        actors
            .filter(|(_, actor)| actor.is_selected(&pods.namespace, labels()))
            .map(|(index, _)| index)
            .collect()
    }

    /// A way from one actor to another; to the stores that the other keeps, as far as it is known which are used.
    pub(super) fn inner(&mut self, from: usize, to: usize, way: Way<'_>) {
        if from == to {
            return;
        }
        let (from_id, to_id) = (self.actors[from].id.clone(), self.actors[to].id.clone());
        let buckets = self.buckets(from, to);
        if buckets.is_empty() {
            self.edge(&from_id, &to_id, way);
            return;
        }
        for store in buckets {
            let way = Way {
                only: way.only.clone(),
                ..way
            };
            self.edge(&from_id, &store, way);
        }
    }

    /// Workloads that mount one volume.
    fn shared(&mut self) {
        let actors = self.actors;
        for (index, one) in actors.iter().enumerate() {
            for other in &actors[index + 1..] {
                if let Some(claim) = one.shared_claim(other) {
                    let way = Way {
                        mechanism: Mechanism::Volume,
                        ..Way::declared(claim)
                    };
                    self.edge(&one.id, &other.id, way);
                }
            }
        }
    }

    pub(super) fn endpoint(&mut self, at: usize) -> String {
        let endpoint = &self.facts.platform.endpoints[at];
        let id = format!("endpoint {}", endpoint.id);
        let countries = BTreeSet::from([endpoint.country.clone()]);
        let kind = FlowKind::Endpoint(endpoint.id.clone());
        self.node(&id, kind, &endpoint.id, countries);
        id
    }

    pub(super) fn node(
        &mut self,
        id: &str,
        kind: FlowKind,
        name: &str,
        countries: BTreeSet<Country>,
    ) {
        self.nodes.entry(id.to_owned()).or_insert_with(|| FlowNode {
            id: id.to_owned(),
            kind,
            name: name.to_owned(),
            unit: None,
            countries,
            classes: BTreeSet::new(),
        });
    }

    pub(super) fn edge(&mut self, from: &str, to: &str, way: Way<'_>) {
        let key = (
            from.to_owned(),
            to.to_owned(),
            way.mechanism,
            way.key.to_owned(),
        );
        // A store holds what it is declared to hold; who handles more than that puts no more into it.
        let held = self
            .nodes
            .get(to)
            .filter(|node| matches!(node.kind, FlowKind::Store(_)) && !node.classes.is_empty())
            .map(|node| node.classes.clone());
        self.edges.entry(key).or_insert_with(|| FlowEdge {
            from: from.to_owned(),
            to: to.to_owned(),
            mechanism: way.mechanism,
            key: way.key.to_owned(),
            both_ways: way.both_ways,
            classes: BTreeSet::new(),
            evidence: way.spot.map(|spot| self.facts.place(spot)),
            spot: way.spot.cloned(),
            only: held.or(way.only),
        });
    }
}

/// What edges call a store.
pub(super) fn store_id(store: &Store) -> String {
    format!("store {}", store.id)
}
