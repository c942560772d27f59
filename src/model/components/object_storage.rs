//! The object store: the services that use its buckets are its users.

mod resolved;

pub use resolved::{
    CellObjectStorage, OBJECT_STORAGE_CA_FOLDER, OBJECT_STORAGE_CA_KEY, OBJECT_STORAGE_CA_SECRET,
    ObjectAccess, ObjectStorage, OutsideObjectStorage,
};
pub(in crate::model) use resolved::{everywhere, external, in_cell};

use super::{Brought, services};
use crate::model::cell::Cell;
use crate::model::credentials::{Credential, Value};
use crate::model::edges::{Edge, Peer, Pods};
use crate::model::needs::{self, Need};
use crate::model::object_users::{ObjectRights, ObjectUser};
use crate::model::platform::{Platform, Service, Store, StoreOrigin};
use crate::model::units::Unit;
use crate::model::{OBJECT_STORAGE_PORT, resolve};
use crate::spec::Spec;
use crate::spec::names::Name;
use crate::spec::types::StoreKind;
use std::collections::BTreeMap;

/// Its unit, its workload and its Service.
const NAME: &str = "object-storage";
/// The job that makes buckets and users.
const SETUP: &str = "object-storage-setup";
/// The Secret with its certificate and the key of that.
const CERTIFICATE: &str = "object-storage-tls";

/// The stores it brings.
pub(in crate::model) fn stores(spec: &Spec, services: &BTreeMap<Name, Service>) -> Vec<Store> {
    let Some(component) = &spec.components.object_storage else {
        return Vec::new();
    };
    // A bucket that nobody uses is not made: other components may be all that the store is for.
    let is_used = services.values().any(|s| s.uses.contains("objects"));
    if !is_used && component.classes.is_none() {
        return Vec::new();
    }
    vec![Store {
        id: resolve::name("objects"),
        kind: StoreKind::Bucket,
        classes: resolve::classes(component.classes.as_ref(), services, "objects"),
        bucket: Some(format!(
            "{}-{{environment}}-{{region}}-objects",
            spec.platform.name
        )),
        region: None,
        place: None,
        origin: StoreOrigin::Component(NAME),
    }]
}

pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    let Some(here) = &cell.object_storage else {
        return;
    };
    for service in platform.services.values() {
        brought.object_users.extend(user(platform, service));
    }
    // A store that only one region holds is not there elsewhere; who uses no other has no user there.
    for user in &mut brought.object_users {
        user.buckets.retain(|id| here.buckets.contains_key(id));
    }
    brought.object_users.retain(|user| !user.buckets.is_empty());

    match &here.outside {
        None => in_cluster(platform, here, brought),
        Some(outside) => elsewhere(here, outside, brought),
    }
}

/// The store in the cell's own cluster: its unit, its certificate, its users and the ways to it.
fn in_cluster(platform: &Platform, here: &CellObjectStorage, brought: &mut Brought) {
    let data = platform.data_namespace();
    brought
        .units
        .push(Unit::store(NAME, data.clone(), Unit::STORE_WAVE));
    let store = Need::of_pods(NAME, &data, NAME, 1, here.resources.clone());
    let class = here.storage_class.as_ref();
    brought
        .needs
        .push(store.with_claims(1, &here.storage, class));
    // As much as it may take; it asks for half.
    let setup = needs::fixed("50m", "256Mi");
    brought
        .needs
        .push(Need::of_pods(NAME, &data, SETUP, 1, setup));
    let own = |name| Peer::Pods(Pods::workload(&platform.name, &data, name, NAME));
    let setup = Edge {
        from: own(SETUP),
        to: own(NAME),
        ports: vec![OBJECT_STORAGE_PORT],
        because: format!("components.{NAME}"),
    };
    brought.edges.push(setup);
    ways(&own(NAME), OBJECT_STORAGE_PORT, brought);
    brought.credentials.push(root(&data));
    brought.credentials.push(certificate(&data));
    let copy = Value::Copy {
        secret: CERTIFICATE.to_owned(),
        key: "tls.crt".to_owned(),
    };
    // The setup job is a client too.
    let trust = trust(copy, &brought.object_users, Some(&data));
    brought.credentials.push(trust);
    for user in &brought.object_users {
        // The setup job beside the store gives the user its keys.
        let namespaces = user.namespaces.iter().cloned().chain([data.clone()]);
        let credential = Credential::new(&user.secret, namespaces, &purpose(user))
            .with("access-key", Value::Password { length: 20 })
            .with("secret-key", Value::Password { length: 40 })
            .on_rotation("sync object-storage, which shuts out the old keys, and at once restart the pods that use it");
        brought.credentials.push(credential);
    }
}

/// A store outside: ways to it, and the keys that whoever runs it gave out.
fn elsewhere(here: &CellObjectStorage, outside: &OutsideObjectStorage, brought: &mut Brought) {
    let to = Peer::Outside {
        host: here.access.host.clone(),
        cidrs: outside.cidrs.iter().map(ToString::to_string).collect(),
    };
    ways(&to, here.access.port, brought);
    if let Some(ca) = &outside.ca
        && !brought.object_users.is_empty()
    {
        let trust = trust(Value::Text(ca.clone()), &brought.object_users, None);
        brought.credentials.push(trust);
    }
    for user in &brought.object_users {
        let credential = Credential::new(&user.secret, user.namespaces.clone(), &purpose(user))
            .with("access-key", Value::Given)
            .with("secret-key", Value::Given)
            .on_rotation("make new keys at the store, set them here, restart the pods that use it, then remove the old keys there");
        brought.credentials.push(credential);
    }
}

fn ways(to: &Peer, port: u16, brought: &mut Brought) {
    for user in &brought.object_users {
        for pods in &user.pods {
            brought.edges.push(Edge {
                from: Peer::Pods(pods.clone()),
                to: to.clone(),
                ports: vec![port],
                because: user.because.clone(),
            });
        }
    }
}

fn purpose(user: &ObjectUser) -> String {
    format!("{}'s user of the object store", user.name)
}

/// A service that uses a bucket of the store.
fn user(platform: &Platform, service: &Service) -> Option<ObjectUser> {
    let buckets = service.buckets(platform);
    (!buckets.is_empty()).then(|| ObjectUser {
        name: service.name.to_string(),
        pods: vec![services::pods(platform, service)],
        secret: ObjectUser::secret_of(&service.name),
        namespaces: vec![service.namespace.clone()],
        buckets,
        rights: ObjectRights::ReadWrite,
        because: format!("services.{}.uses", service.name),
    })
}

fn root(data: &str) -> Credential {
    Credential::new(
        "object-storage-root",
        [data.to_owned()],
        "the object store's own administrator, for its setup job",
    )
    .with("root-user", Value::Password { length: 20 })
    .with("root-password", Value::Password { length: 40 })
    .on_rotation("restart the object store, then sync it")
}

fn certificate(data: &str) -> Credential {
    let names = [
        "",
        &format!(".{data}"),
        &format!(".{data}.svc"),
        &format!(".{data}.svc.cluster.local"),
    ];
    Credential::new(
        CERTIFICATE,
        [data.to_owned()],
        "the certificate with which the object store shows itself",
    )
    .with(
        "tls.crt",
        Value::Certificate {
            hosts: names.map(|rest| format!("{NAME}{rest}")).to_vec(),
        },
    )
    .with(
        "tls.key",
        Value::PrivateKey {
            certificate: "tls.crt".to_owned(),
        },
    )
    .on_rotation("object-storage-ca changes with it: restart the object store, and at once the pods that use it")
}

/// The certificate that clients trust, beside each of them.
fn trust(value: Value, users: &[ObjectUser], setup: Option<&String>) -> Credential {
    let namespaces = users.iter().flat_map(|user| user.namespaces.clone());
    Credential::new(
        OBJECT_STORAGE_CA_SECRET,
        namespaces.chain(setup.cloned()),
        "the certificate by which clients know the object store; it is public",
    )
    .with(OBJECT_STORAGE_CA_KEY, value)
    .on_rotation("restart the pods that use the object store")
}
