//! The object store as it is written.

use crate::spec::names::{Cidr, Host, Identifier, Name, Quantity};
use crate::spec::types::{DataClass, LocationSpec, ResourcesSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An object store.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ObjectStorageSpec {
    /// Which server. Default: `minio`.
    pub engine: Option<ObjectStorageEngine>,
    /// Size of the volume. Default: `50Gi`, on a laptop `5Gi`. Not with `external`.
    pub storage: Option<Quantity>,
    /// StorageClass of the volume. Default: the cluster's. Not with `external`.
    pub storage_class: Option<Host>,
    /// Requests and limits. Not with `external`.
    pub resources: Option<ResourcesSpec>,
    /// Classes of the data in the bucket `objects`. Default: the classes of the services that use it.
    pub classes: Option<Vec<DataClass>>,
    /// How many days a version is kept after it was overwritten or deleted. Default: 30.
    #[schemars(range(min = 1, max = 3650))]
    pub version_days: Option<u32>,
    /// How many days nobody but the store's administrator can destroy what a backup wrote. Default: 30.
    #[schemars(range(min = 1, max = 3650))]
    pub lock_days: Option<u32>,
    /// The most that a bucket may hold, by the id of its store; not on a laptop. Default: no bound but the volume. Not with `external`.
    #[serde(default)]
    pub quotas: BTreeMap<Name, Quantity>,
    /// Where the store is, with `engine = "external"`. Environments and cells name what is different there.
    pub external: Option<ExternalStoreSpec>,
}

/// A store outside the cluster. What is needed may stand here, in the environment or in the cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExternalStoreSpec {
    /// Its host, without a bucket. Needed.
    pub host: Option<Host>,
    /// Its port, on which it speaks HTTPS. Default: 443.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// The region that requests are signed for. Default: the location in `at`.
    pub region: Option<Identifier>,
    /// Whether buckets are part of the path and not of the host. Default: true, which nearly every store understands.
    pub path_style: Option<bool>,
    /// Where its data is: the residency rules judge it like a region. Needed.
    pub at: Option<LocationSpec>,
    /// Its addresses, because a NetworkPolicy cannot name a host. Needed.
    pub cidrs: Option<Vec<Cidr>>,
    /// The certificate of the authority that signs the store's own, in PEM. Default: the authorities that images trust.
    pub ca: Option<String>,
}

/// An object storage server.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectStorageEngine {
    /// The maintained fork of MinIO.
    Minio,
    /// RustFS.
    Rustfs,
    /// A store outside the cluster, whose buckets and users somebody else makes.
    External,
}

/// What an environment or a cell changes of the object store.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ObjectStorageOverride {
    /// Size of the volume here.
    pub storage: Option<Quantity>,
    /// StorageClass of the volume here.
    pub storage_class: Option<Host>,
    /// Requests and limits here; what is not named stays.
    pub resources: Option<ResourcesSpec>,
    /// Other bounds of buckets; what is not named stays.
    #[serde(default)]
    pub quotas: BTreeMap<Name, Quantity>,
    /// Another store outside the cluster; what is not named stays.
    pub external: Option<ExternalStoreSpec>,
}
