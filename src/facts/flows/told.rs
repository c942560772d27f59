//! Where manifests send an actor: every address that it is told, and what that can carry.

use super::actors::Actor;
use super::build::{Draft, Way};
use super::{FlowKind, Mechanism};
use crate::facts::resolve::Destination;
use crate::facts::scan::Mention;
use crate::facts::telemetry::Product;
use crate::spec::types::DataClass;
use std::collections::BTreeSet;

impl Draft<'_, '_> {
    /// Ways that manifests tell somebody about.
    pub(super) fn told(&mut self) {
        let facts = self.facts;
        for mention in &facts.mentions {
            for from in 0..self.actors.len() {
                if self.actors[from].reads(&mention.spot) {
                    self.towards(from, mention);
                }
            }
        }
    }

    fn towards(&mut self, from: usize, mention: &Mention) {
        let actor = &self.actors[from];
        let mechanism = if mention.spot.manifest == actor.manifest
            && !mention
                .key
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        {
            Mechanism::Field
        } else if actor.mounted.contains(&mention.spot.manifest) {
            Mechanism::Configuration
        } else {
            Mechanism::Variable
        };
        let way = Way {
            mechanism,
            key: &mention.key,
            both_ways: true,
            spot: Some(&mention.spot),
            only: self.limit(actor, mention),
        };
        match &mention.resolved.destination {
            Destination::Service { namespace, name } => {
                let served = self.served(namespace, name);
                if served.is_empty() {
                    let id = format!("Service {namespace}/{name}");
                    self.node(&id, FlowKind::Service, &id, self.home());
                    self.edge(&self.actors[from].id, &id, way);
                    return;
                }
                for to in served {
                    let way = Way {
                        only: self.between(from, to, way.only.clone()),
                        ..way
                    };
                    self.inner(from, to, way);
                }
            }
            _ => self.outwards(from, mention, way),
        }
    }

    /// What leaves the manifests that are known.
    fn outwards(&mut self, from: usize, mention: &Mention, mut way: Way<'_>) {
        let host = mention.address.host.to_string();
        let countries = mention.resolved.countries.clone();
        way.both_ways = false;
        let id = match &mention.resolved.destination {
            Destination::Itself | Destination::Service { .. } => return,
            Destination::NoService => {
                let id = format!("Service {host}");
                self.node(&id, FlowKind::Service, &host, self.home());
                id
            }
            Destination::Home => {
                let id = format!("host {host}");
                self.node(&id, FlowKind::Home, &host, countries);
                id
            }
            Destination::Region(region) => {
                let id = format!("region {region}");
                self.node(&id, FlowKind::Region(region.clone()), region, countries);
                id
            }
            Destination::Endpoint(at) | Destination::ForeignEndpoint(at) => {
                let id = self.endpoint(*at);
                if self.is_declared(from, &id) {
                    way.only = self.accepted(*at);
                }
                id
            }
            Destination::Provider { provider, code } => {
                let id = format!("place {}/{code}", provider.name());
                let name = format!("{}/{code}", provider.name());
                self.node(&id, FlowKind::Provider, &name, countries);
                id
            }
            Destination::Cloud(cloud) => {
                let id = format!("place {cloud}");
                self.node(&id, FlowKind::Provider, cloud, countries);
                id
            }
            Destination::Vendor(vendor) => {
                let id = format!("vendor {vendor}");
                self.node(&id, FlowKind::Vendor, vendor, countries);
                id
            }
            Destination::Unknown => {
                let id = format!("host {host}");
                self.node(&id, FlowKind::Unknown, &host, countries);
                id
            }
        };
        self.edge(&self.actors[from].id, &id, way);
    }

    /// Whether the declaration opens the way from an actor to an endpoint.
    fn is_declared(&self, from: usize, to: &str) -> bool {
        let from = &self.actors[from].id;
        self.edges
            .keys()
            .any(|(a, b, mechanism, _)| a == from && b == to && *mechanism == Mechanism::Declared)
    }

    /// What an address can carry by what it is for and who is told it.
    fn limit(&self, actor: &Actor, mention: &Mention) -> Option<BTreeSet<DataClass>> {
        let telemetry = || {
            Some(BTreeSet::from([
                DataClass::Telemetry,
                DataClass::TelemetryScrubbed,
            ]))
        };
        match actor.product {
            // What may stand in an alert is judged by its templates.
            Some(Product::Alertmanager) => Some(BTreeSet::from([DataClass::AlertsScrubbed])),
            Some(_) => telemetry(),
            None if mention.key.starts_with("OTEL_") || mention.key.starts_with("LOGFLARE_") => {
                telemetry()
            }
            None => None,
        }
    }

    /// What goes between two actors: whoever reads a store of health data reads all of it, and whoever reports to a
    /// product of observability sends telemetry.
    fn between(
        &self,
        from: usize,
        to: usize,
        only: Option<BTreeSet<DataClass>>,
    ) -> Option<BTreeSet<DataClass>> {
        let (from, to) = (&self.actors[from], &self.actors[to]);
        if to.product.is_some() {
            return Some(BTreeSet::from([
                DataClass::Telemetry,
                DataClass::TelemetryScrubbed,
                DataClass::AlertsScrubbed,
            ]));
        }
        match from.product {
            Some(Product::Grafana | Product::Vector | Product::Fluentd) => None,
            _ => only,
        }
    }

    /// The actors behind a Service.
    fn served(&self, namespace: &str, name: &str) -> Vec<usize> {
        let service = self.facts.of_kind("", "Service").find(|(_, manifest)| {
            manifest.object.name() == name && manifest.object.namespace() == namespace
        });
        let Some(selector) = service.and_then(|(_, manifest)| manifest.at(&["spec", "selector"]))
        else {
            return Vec::new();
        };
        let labels = || {
            selector
                .entries()
                .iter()
                .filter_map(|entry| Some((&*entry.key, entry.value.as_text()?)))
        };
        let actors = self.actors.iter().enumerate();
        actors
            .filter(|(_, actor)| actor.is_selected(namespace, labels()))
            .map(|(index, _)| index)
            .collect()
    }
}
