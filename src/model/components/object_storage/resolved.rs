//! The object store with its defaults, and what everyone who uses it must know to reach it.

use crate::catalogue::{self, LocationKind, LocationStatus, Place};
use crate::model::OBJECT_STORAGE_PORT;
use crate::model::cell::Cell;
use crate::model::platform::{Environment, Platform, Resources};
use crate::model::resolve::{over, quantity, resources};
use crate::spec::Spec;
use crate::spec::names::{CellName, Cidr, Host, Name, Quantity};
use crate::spec::types::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The Secret with the certificate by which clients know the store, in the namespace of each of them.
pub const OBJECT_STORAGE_CA_SECRET: &str = "object-storage-ca";
/// The certificate's key in it.
pub const OBJECT_STORAGE_CA_KEY: &str = "ca.crt";
/// Where pods mount it.
pub const OBJECT_STORAGE_CA_FOLDER: &str = "/etc/platform/object-storage";

/// The object store of every cell.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ObjectStorage {
    /// Which server.
    pub engine: ObjectStorageEngine,
    /// Size of the volume, where no environment or cell says otherwise.
    pub storage: Quantity,
    /// StorageClass of the volume; none for the cluster's default.
    pub storage_class: Option<Host>,
    /// Requests and limits.
    pub resources: Resources,
    /// How many days a version is kept after it was overwritten or deleted.
    pub version_days: u32,
    /// How many days what a backup wrote cannot be destroyed.
    pub lock_days: u32,
    /// The most that a bucket may hold, by the id of its store.
    pub quotas: BTreeMap<Name, Quantity>,
}

impl ObjectStorage {
    /// Whether it runs in the cell's own cluster.
    pub fn is_in_cluster(&self) -> bool {
        self.engine != ObjectStorageEngine::External
    }

    /// How many days a bucket of a cell is locked, if backups go there.
    pub fn lock_days_of(&self, cell: &Cell, bucket: &str) -> Option<u32> {
        cell.is_backed_up_to(bucket).then_some(self.lock_days)
    }

    /// How many days a bucket of a cell keeps what was overwritten or deleted: what a stolen key hides can be had back
    /// for at least as long as it could not have been destroyed.
    pub fn version_days_of(&self, cell: &Cell, bucket: &str) -> u32 {
        let lock = self.lock_days_of(cell, bucket);
        self.version_days.max(lock.unwrap_or(0))
    }
}

/// The object store in one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CellObjectStorage {
    /// Size of the volume.
    pub storage: Quantity,
    /// StorageClass of the volume; none for the cluster's default.
    pub storage_class: Option<Host>,
    /// Requests and limits.
    pub resources: Resources,
    /// The most that a bucket may hold, by the id of its store.
    pub quotas: BTreeMap<Name, Quantity>,
    /// Buckets by the id of their store.
    pub buckets: BTreeMap<Name, String>,
    /// How it is reached.
    pub access: ObjectAccess,
    /// Where it is and how, when it is not in the cell's own cluster.
    pub outside: Option<OutsideObjectStorage>,
}

/// What everyone who uses the object store must know. A bucket's name is in [`CellObjectStorage::buckets`], the Secret with
/// the keys is [`crate::model::ObjectUser::secret`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ObjectAccess {
    /// Its host.
    pub host: String,
    /// Its port, on which it speaks HTTPS.
    pub port: u16,
    /// The region that requests are signed for.
    pub region: String,
    /// Whether buckets are part of the path and not of the host.
    pub path_style: bool,
    /// Whether its certificate is verified with the one in the Secret [`OBJECT_STORAGE_CA_SECRET`]; else with the
    /// authorities that every image trusts.
    pub own_ca: bool,
}

impl ObjectAccess {
    /// Its URL.
    pub fn url(&self) -> String {
        match self.port {
            443 => format!("https://{}", self.host),
            port => format!("https://{}:{port}", self.host),
        }
    }

    /// The file with the certificate that clients trust, if they need one.
    pub fn ca_file(&self) -> Option<String> {
        self.own_ca
            .then(|| format!("{OBJECT_STORAGE_CA_FOLDER}/{OBJECT_STORAGE_CA_KEY}"))
    }
}

/// An object store outside the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct OutsideObjectStorage {
    /// Where its data is.
    pub place: Place,
    /// Its addresses.
    pub cidrs: Vec<Cidr>,
    /// The certificate of the authority that signs its own, in PEM.
    pub ca: Option<String>,
}

pub(in crate::model) fn everywhere(written: &ObjectStorageSpec) -> ObjectStorage {
    ObjectStorage {
        engine: written.engine.unwrap_or(ObjectStorageEngine::Minio),
        storage: written.storage.clone().unwrap_or_else(|| quantity("50Gi")),
        storage_class: written.storage_class.clone(),
        resources: resources(written.resources.as_ref(), ("250m", "1Gi")),
        version_days: written.version_days.unwrap_or(30),
        lock_days: written.lock_days.unwrap_or(30),
        quotas: written.quotas.clone(),
    }
}

/// The store as it is in one cell; none where there is none.
pub(in crate::model) fn in_cell(
    spec: &Spec,
    platform: &Platform,
    environment: &Environment,
    region: &Name,
) -> Option<CellObjectStorage> {
    let store = platform.object_storage.as_ref()?;
    let cell = CellName::join(&environment.name, region);
    let is_local = environment.kind == EnvironmentKind::Local;
    let small = is_local.then(|| quantity("5Gi"));
    let own = ObjectAccess {
        host: format!("object-storage.{}.svc", platform.data_namespace()),
        port: OBJECT_STORAGE_PORT,
        // The store calls its region as the platform does, so that no signature names a place abroad.
        region: region.to_string(),
        path_style: true,
        own_ca: true,
    };
    let outside = (!store.is_in_cluster()).then(|| external(spec, &environment.name, &cell));
    let mut here = CellObjectStorage {
        storage: small.unwrap_or_else(|| store.storage.clone()),
        storage_class: store.storage_class.clone(),
        resources: store.resources.clone(),
        // Bounds are made for volumes of real size.
        quotas: match is_local {
            true => BTreeMap::new(),
            false => store.quotas.clone(),
        },
        buckets: buckets(platform, &environment.name, region),
        access: outside.as_ref().and_then(access).unwrap_or(own),
        outside: outside.and_then(|written| outside_store(platform, written)),
    };
    for written in overrides(spec, &environment.name, &cell) {
        here.storage = written.storage.clone().unwrap_or(here.storage);
        here.storage_class = written.storage_class.clone().or(here.storage_class);
        here.resources = over(&here.resources, written.resources.as_ref());
        here.quotas.extend(written.quotas.clone());
    }
    Some(here)
}

fn overrides<'a>(
    spec: &'a Spec,
    environment: &Name,
    cell: &CellName,
) -> impl Iterator<Item = &'a ObjectStorageOverride> {
    let environment = spec.environments.get(environment);
    let cell = spec.cells.get(cell);
    [
        environment.map(|written| &written.components),
        cell.map(|written| &written.components),
    ]
    .into_iter()
    .flatten()
    .filter_map(|written| written.object_storage.as_ref())
}

/// What is written of the store outside, for one cell: the component, then the environment, then the cell.
pub(in crate::model) fn external(
    spec: &Spec,
    environment: &Name,
    cell: &CellName,
) -> ExternalStoreSpec {
    let component = spec.components.object_storage.as_ref();
    let mut result = component
        .and_then(|written| written.external.clone())
        .unwrap_or_default();
    for written in overrides(spec, environment, cell).filter_map(|here| here.external.clone()) {
        result = ExternalStoreSpec {
            host: written.host.or(result.host),
            port: written.port.or(result.port),
            region: written.region.or(result.region),
            path_style: written.path_style.or(result.path_style),
            at: written.at.or(result.at),
            cidrs: written.cidrs.or(result.cidrs),
            ca: written.ca.or(result.ca),
        };
    }
    result
}

/// `None` only for a declaration that the checks refuse.
fn access(written: &ExternalStoreSpec) -> Option<ObjectAccess> {
    let place = written.at.as_ref()?;
    Some(ObjectAccess {
        host: written.host.as_ref()?.to_string(),
        port: written.port.unwrap_or(443),
        region: written
            .region
            .as_ref()
            .unwrap_or(&place.location)
            .to_string(),
        path_style: written.path_style.unwrap_or(true),
        own_ca: written.ca.is_some(),
    })
}

fn outside_store(platform: &Platform, written: ExternalStoreSpec) -> Option<OutsideObjectStorage> {
    Some(OutsideObjectStorage {
        place: place(platform, &written.at?),
        cidrs: written.cidrs.unwrap_or_default(),
        ca: written.ca,
    })
}

/// A provider's location is looked up. A site of one's own is known when it is the site of a region; else nobody attests
/// where it is, and it is in no country that the rules could allow.
fn place(platform: &Platform, at: &LocationSpec) -> Place {
    let site = || {
        let mut regions = platform.regions.values().map(|region| &region.place);
        regions.find(|place| place.kind == LocationKind::Site && *place.code == *at.location)
    };
    catalogue::find(at.provider, &at.location)
        .or_else(|| site().cloned())
        .unwrap_or_else(|| Place {
            provider: at.provider,
            code: at.location.to_string(),
            countries: BTreeSet::new(),
            kind: LocationKind::Site,
            status: LocationStatus::Declared,
            parent: None,
        })
}

/// The buckets that this cell's object store holds: those that services use, and those of components.
fn buckets(platform: &Platform, environment: &Name, region: &Name) -> BTreeMap<Name, String> {
    let here = platform
        .stores
        .iter()
        .filter(|store| store.place.is_none())
        .filter(|store| store.region.as_ref().is_none_or(|only| only == region));
    here.filter_map(|store| {
        let template = store.bucket.as_ref()?;
        let bucket = template
            .replace("{environment}", environment)
            .replace("{region}", region);
        Some((store.id.clone(), bucket))
    })
    .collect()
}
