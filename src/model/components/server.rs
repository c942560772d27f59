//! What stores that are one server with one volume have in common: Valkey and RabbitMQ, each with a user for each service.

use super::{Brought, services};
use crate::model::credentials::{Credential, Value};
use crate::model::edges::{Edge, Peer, Pods};
use crate::model::needs::Need;
use crate::model::platform::{Platform, Resources, Service, Store, StoreOrigin};
use crate::model::resolve::{self, over, quantity};
use crate::model::units::Unit;
use crate::spec::Spec;
use crate::spec::names::{Host, Name, Quantity};
use crate::spec::types::{
    DataClass, EnvironmentKind, RabbitmqOverride, ResourcesSpec, StoreKind, ValkeyOverride,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// The volume and the resources of one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CellServer {
    /// Size of the volume.
    pub storage: Quantity,
    /// StorageClass of the volume; none for the cluster's default.
    pub storage_class: Option<Host>,
    /// Requests and limits.
    pub resources: Resources,
}

/// What an environment or a cell changes of a server.
pub(in crate::model) struct ServerOverride<'a> {
    storage: Option<&'a Quantity>,
    storage_class: Option<&'a Host>,
    resources: Option<&'a ResourcesSpec>,
}

impl<'a> From<&'a ValkeyOverride> for ServerOverride<'a> {
    fn from(written: &'a ValkeyOverride) -> Self {
        Self {
            storage: written.storage.as_ref(),
            storage_class: written.storage_class.as_ref(),
            resources: written.resources.as_ref(),
        }
    }
}

impl<'a> From<&'a RabbitmqOverride> for ServerOverride<'a> {
    fn from(written: &'a RabbitmqOverride) -> Self {
        Self {
            storage: written.storage.as_ref(),
            storage_class: written.storage_class.as_ref(),
            resources: written.resources.as_ref(),
        }
    }
}

impl CellServer {
    /// What stands in one cell: a laptop has a small volume, and later differences win.
    pub(in crate::model) fn in_cell(
        &self,
        kind: EnvironmentKind,
        overrides: [Option<ServerOverride<'_>>; 2],
    ) -> Self {
        let mut here = self.clone();
        if kind == EnvironmentKind::Local {
            here.storage = quantity("1Gi");
        }
        for written in overrides.into_iter().flatten() {
            here.storage = written.storage.cloned().unwrap_or(here.storage);
            here.storage_class = written.storage_class.cloned().or(here.storage_class);
            here.resources = over(&here.resources, written.resources);
        }
        here
    }
}

/// A kind of server: its names and ports.
pub(super) struct Server {
    /// The component, its unit, its workload, its Service and the id of its store.
    pub(super) name: &'static str,
    /// The port that applications use.
    pub(super) port: u16,
    /// What its store is.
    pub(super) kind: StoreKind,
    /// What a person must know when a service's password changes.
    pub(super) on_rotation: &'static str,
}

impl Server {
    /// Whether a service uses it. A store nobody uses is not rendered.
    pub(super) fn is_used(&self, spec: &Spec) -> bool {
        let mut services = spec.services.values();
        services.any(|service| service.uses.iter().any(|id| id.as_str() == self.name))
    }

    pub(super) fn store(
        &self,
        classes: Option<&Vec<DataClass>>,
        services: &BTreeMap<Name, Service>,
    ) -> Store {
        Store {
            id: resolve::name(self.name),
            kind: self.kind,
            classes: resolve::classes(classes, services, self.name),
            bucket: None,
            region: None,
            place: None,
            origin: StoreOrigin::Component(self.name),
        }
    }

    /// Its unit, a way for each service that uses it, and a password for each.
    pub(super) fn bring(&self, platform: &Platform, here: &CellServer, brought: &mut Brought) {
        let data = platform.data_namespace();
        let server = Need::of_pods(self.name, &data, self.name, 1, here.resources.clone());
        let class = here.storage_class.as_ref();
        brought
            .needs
            .push(server.with_claims(1, &here.storage, class));
        brought
            .units
            .push(Unit::store(self.name, data.clone(), Unit::STORE_WAVE));
        let own = Pods::workload(&platform.name, &data, self.name, self.name);
        for service in users(platform, self.name) {
            brought.edges.push(Edge {
                from: Peer::Pods(services::pods(platform, service)),
                to: Peer::Pods(own.clone()),
                ports: vec![self.port],
                because: format!("services.{}.uses", service.name),
            });
            let purpose = format!("{}'s user of {}", service.name, self.name);
            let namespaces = [service.namespace.clone(), data.clone()];
            let credential =
                Credential::new(secret_of(&service.name, self.name), namespaces, &purpose)
                    .with("password", Value::Password { length: 40 })
                    .on_rotation(self.on_rotation);
            brought.credentials.push(credential);
        }
    }
}

/// The services that use a store.
pub(super) fn users<'a>(
    platform: &'a Platform,
    store: &'a str,
) -> impl Iterator<Item = &'a Service> {
    let services = platform.services.values();
    services.filter(move |service| service.uses.contains(store))
}

/// The Secret with the password of a service's user.
pub fn secret_of(service: &str, store: &str) -> String {
    format!("{service}-{store}")
}
