//! The object store: the services that use its buckets are its users.

use super::{Brought, services};
use crate::model::credentials::{Credential, Value};
use crate::model::edges::{Edge, Peer, Pods};
use crate::model::object_users::{ObjectRights, ObjectUser};
use crate::model::platform::{Cell, Platform, Service, Store, StoreOrigin};
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

/// The stores it brings.
pub(in crate::model) fn stores(spec: &Spec, services: &BTreeMap<Name, Service>) -> Vec<Store> {
    let Some(component) = &spec.components.object_storage else {
        return Vec::new();
    };
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

    let data = platform.data_namespace();
    brought
        .units
        .push(Unit::store(NAME, data.clone(), Unit::STORE_WAVE));
    let own = |name| Peer::Pods(Pods::workload(&platform.name, &data, name, NAME));
    let reach = |from: Peer, because: String| Edge {
        from,
        to: own(NAME),
        ports: vec![OBJECT_STORAGE_PORT],
        because,
    };
    let because = format!("components.{NAME}");
    brought.edges.push(reach(own(SETUP), because));
    for user in &brought.object_users {
        for pods in &user.pods {
            let from = Peer::Pods(pods.clone());
            brought.edges.push(reach(from, user.because.clone()));
        }
    }
    credentials(&data, brought);
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

fn credentials(data: &str, brought: &mut Brought) {
    let root = Credential::new(
        "object-storage-root",
        [data.to_owned()],
        "the object store's own administrator, for its setup job",
    )
    .with("root-user", Value::Password { length: 20 })
    .with("root-password", Value::Password { length: 40 })
    .on_rotation("the object store restarts");
    brought.credentials.push(root);
    for user in &brought.object_users {
        // The setup job beside the store gives the user its keys.
        let namespaces = user.namespaces.iter().cloned().chain([data.to_owned()]);
        let purpose = format!("{}'s user of the object store", user.name);
        let credential = Credential::new(&user.secret, namespaces, &purpose)
            .with("access-key", Value::Password { length: 20 })
            .with("secret-key", Value::Password { length: 40 })
            .on_rotation("sync object-storage, then restart the pods that use it");
        brought.credentials.push(credential);
    }
}
