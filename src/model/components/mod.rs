//! What each part of the platform brings into a cell: units, edges, credentials, users of the object store.
//!
//! One file per component, and one for services. A new component adds its file here and a line to `PARTS`; everything
//! that is the same for all (Applications, overlays, NetworkPolicies, Secrets) follows from what it brings.

pub(super) mod backups;
mod base;
mod cert_manager;
mod guard_rails;
mod ingress;
mod object_storage;
pub(super) mod postgres;
mod rabbitmq;
mod secrets;
mod server;
mod services;
mod supabase;
mod valkey;

use super::cell::Cell;
use super::credentials::Credential;
use super::edges::{Edge, Peer, Pods};
use super::ingress::{Exposed, Ingress};
use super::namespaces::Namespace;
use super::needs::Need;
use super::object_users::ObjectUser;
use super::operators::Operator;
use super::platform::{Platform, Service, Store};
use super::units::{ClusterWide, Unit};
use crate::spec::Spec;
use crate::spec::names::Name;
use std::collections::BTreeMap;

pub use object_storage::{
    CellObjectStorage, OBJECT_STORAGE_CA_FOLDER, OBJECT_STORAGE_CA_KEY, OBJECT_STORAGE_CA_SECRET,
    ObjectAccess, ObjectStorage, OutsideObjectStorage,
};
pub use rabbitmq::{RABBITMQ_PORT, Rabbitmq};
pub use secrets::{Secrets, Vault};
pub use server::{CellServer, secret_of};
pub use valkey::{VALKEY_PORT, Valkey};

pub(super) use object_storage::{
    external as external_object_storage, in_cell as object_storage_in_cell,
};
pub(super) use rabbitmq::rabbitmq;
pub(super) use secrets::secrets;
pub(super) use valkey::valkey;

/// The object store, where no environment or cell says otherwise.
pub(super) fn object_storage(spec: &Spec) -> Option<ObjectStorage> {
    let written = spec.components.object_storage.as_ref()?;
    Some(object_storage::everywhere(written))
}

/// The stores that components bring.
pub(super) fn stores(spec: &Spec, services: &BTreeMap<Name, Service>) -> Vec<Store> {
    let mut stores = object_storage::stores(spec, services);
    stores.extend(postgres::stores(spec, services));
    stores.extend(rabbitmq::stores(spec, services));
    stores.extend(supabase::stores(spec, services));
    stores.extend(valkey::stores(spec, services));
    stores
}

/// Components that are declared and that no service uses: a store nobody uses is not rendered.
pub(super) fn unused(spec: &Spec) -> Vec<&'static str> {
    let components = &spec.components;
    let declared = [
        (&rabbitmq::SERVER, components.rabbitmq.is_some()),
        (&valkey::SERVER, components.valkey.is_some()),
    ];
    let unused = declared
        .into_iter()
        .filter(|(server, declared)| *declared && !server.is_used(spec));
    unused.map(|(server, _)| server.name).collect()
}
pub(super) use services::is_contacted;
pub(super) use supabase::service_secret as supabase_secret;

/// What the parts of the platform bring into one cell.
#[derive(Debug, Default)]
pub(super) struct Brought {
    pub(super) namespaces: Vec<Namespace>,
    pub(super) units: Vec<Unit>,
    pub(super) cluster_wide: Vec<ClusterWide>,
    pub(super) needs: Vec<Need>,
    pub(super) edges: Vec<Edge>,
    pub(super) credentials: Vec<Credential>,
    pub(super) object_users: Vec<ObjectUser>,
    pub(super) operators: Vec<Operator>,
    pub(super) exposed: Vec<Exposed>,
}

impl Brought {
    /// Exposes pods under a host, on the port on which they take connections. Route and certificate follow from it.
    pub(super) fn expose(
        &mut self,
        ingress: &Ingress,
        exposed: Exposed,
        (pods, port): (Pods, u16),
        because: String,
    ) {
        self.exposed.push(exposed);
        self.edges.push(Edge {
            from: ingress.peer(),
            to: Peer::Pods(pods),
            ports: vec![port],
            because,
        });
    }

    /// Adds an operator with its unit.
    pub(super) fn operate(&mut self, operator: Operator) {
        self.units.push(operator.unit());
        self.operators.push(operator);
    }
}

/// Each part adds its own. What exposes something comes before ingress; the object store comes last, because it opens a way
/// for every user.
const PARTS: &[fn(&Platform, &Cell, &mut Brought)] = &[
    base::bring,
    guard_rails::bring,
    services::bring,
    postgres::bring,
    rabbitmq::bring,
    valkey::bring,
    supabase::bring,
    cert_manager::bring,
    ingress::bring,
    secrets::bring,
    object_storage::bring,
];

/// Fills in what all parts bring into a cell.
pub(super) fn fill(platform: &Platform, cell: &mut Cell) {
    let mut brought = Brought::default();
    for bring in PARTS {
        bring(platform, cell, &mut brought);
    }
    brought
        .units
        .sort_by(|a, b| (a.wave, a.part, &a.name).cmp(&(b.wave, b.part, &b.name)));
    brought.edges.sort();
    brought.edges.dedup();
    brought.credentials.sort_by(|a, b| a.name.cmp(&b.name));
    brought.object_users.sort_by(|a, b| a.name.cmp(&b.name));
    brought
        .needs
        .sort_by(|a, b| (&a.namespace, &a.workload).cmp(&(&b.namespace, &b.workload)));
    let operators = brought.operators.iter();
    brought.namespaces.extend(operators.map(base::of_operator));
    brought.namespaces.sort_by(|a, b| a.name.cmp(&b.name));
    cell.namespaces = brought.namespaces;
    cell.needs = brought.needs;
    cell.units = brought.units;
    base::rations(platform, cell);
    guard_rails::names(platform, cell, &mut brought.cluster_wide);
    brought.cluster_wide.sort();
    cell.cluster_wide = brought.cluster_wide;
    cell.edges = brought.edges;
    cell.credentials = brought.credentials;
    cell.object_users = brought.object_users;
    brought.operators.sort_by_key(|operator| operator.name);
    cell.operators = brought.operators;
    brought.exposed.sort();
    cell.exposed = brought.exposed;
}
