//! RabbitMQ: queues. One server in each cell, a user and a virtual host for each service.

use super::Brought;
use super::server::{CellServer, Server};
use crate::model::cell::Cell;
use crate::model::platform::{Platform, Service, Store};
use crate::model::resolve::{quantity, resources};
use crate::spec::Spec;
use crate::spec::names::Name;
use crate::spec::types::StoreKind;
use serde::Serialize;
use std::collections::BTreeMap;

/// The port of RabbitMQ for AMQP.
pub const RABBITMQ_PORT: u16 = 5672;

pub(super) const SERVER: Server = Server {
    name: "rabbitmq",
    port: RABBITMQ_PORT,
    kind: StoreKind::Queue,
    on_rotation: "restart rabbitmq, then the service",
};

/// The RabbitMQ servers, where no environment or cell says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rabbitmq {
    /// Volume and resources.
    #[serde(flatten)]
    pub server: CellServer,
}

pub(in crate::model) fn rabbitmq(spec: &Spec) -> Option<Rabbitmq> {
    let written = spec.components.rabbitmq.as_ref()?;
    SERVER.is_used(spec).then(|| Rabbitmq {
        server: CellServer {
            storage: written.storage.clone().unwrap_or_else(|| quantity("8Gi")),
            storage_class: written.storage_class.clone(),
            resources: resources(written.resources.as_ref(), ("100m", "1Gi")),
        },
    })
}

pub(super) fn stores(spec: &Spec, services: &BTreeMap<Name, Service>) -> Option<Store> {
    let written = spec.components.rabbitmq.as_ref()?;
    let store = || SERVER.store(written.classes.as_ref(), services);
    SERVER.is_used(spec).then(store)
}

pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    if let Some(here) = &cell.rabbitmq {
        SERVER.bring(platform, here, brought);
    }
}
