//! Valkey: caches, sessions, locks. One server in each cell, a user for each service, one keyspace for all of them.

use super::Brought;
use super::server::{CellServer, Server};
use crate::model::cell::Cell;
use crate::model::platform::{Platform, Service, Store};
use crate::model::resolve::{quantity, resources};
use crate::spec::Spec;
use crate::spec::names::Name;
use crate::spec::types::{Eviction, StoreKind};
use serde::Serialize;
use std::collections::BTreeMap;

/// The port of Valkey.
pub const VALKEY_PORT: u16 = 6379;

pub(super) const SERVER: Server = Server {
    name: "valkey",
    port: VALKEY_PORT,
    kind: StoreKind::Cache,
    on_rotation: "restart valkey, then the service",
};

/// The Valkey servers, where no environment or cell says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Valkey {
    /// Volume and resources.
    #[serde(flatten)]
    pub server: CellServer,
    /// What happens when it is full.
    pub eviction: Eviction,
}

pub(in crate::model) fn valkey(spec: &Spec) -> Option<Valkey> {
    let written = spec.components.valkey.as_ref()?;
    SERVER.is_used(spec).then(|| Valkey {
        server: CellServer {
            storage: written.storage.clone().unwrap_or_else(|| quantity("2Gi")),
            storage_class: written.storage_class.clone(),
            resources: resources(written.resources.as_ref(), ("100m", "512Mi")),
        },
        // Nobody here knows whether what is in it is anywhere else: a write that fails is seen, a key that is gone is not.
        eviction: written.eviction.unwrap_or(Eviction::Noeviction),
    })
}

pub(super) fn stores(spec: &Spec, services: &BTreeMap<Name, Service>) -> Option<Store> {
    let written = spec.components.valkey.as_ref()?;
    let store = || SERVER.store(written.classes.as_ref(), services);
    SERVER.is_used(spec).then(store)
}

pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    if let Some(here) = &cell.valkey {
        SERVER.bring(platform, here, brought);
    }
}
