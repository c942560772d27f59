//! Components, stores, endpoints, flows, and versions of third-party parts.

use super::{
    BackupsOverride, BackupsSpec, CertManagerSpec, DataClass, IngressSpec, LocationSpec,
    ObjectStorageOverride, ObjectStorageSpec, PostgresOverride, PostgresSpec, RabbitmqOverride,
    RabbitmqSpec, SecretsSpec, SupabaseOverride, SupabaseSpec, ValkeyOverride, ValkeySpec,
};
use crate::spec::names::{
    CellName, Cidr, Country, Digest, Host, Identifier, Image, Name, SecretKey,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Parts of the platform.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ComponentsSpec {
    /// An S3-compatible object store in each cell.
    pub object_storage: Option<ObjectStorageSpec>,
    /// A Valkey server in each cell: caches, sessions, locks.
    pub valkey: Option<ValkeySpec>,
    /// A RabbitMQ server in each cell: queues.
    pub rabbitmq: Option<RabbitmqSpec>,
    /// How services are reached from outside.
    pub ingress: Option<IngressSpec>,
    /// cert-manager, which has certificates made for the hosts of services.
    pub cert_manager: Option<CertManagerSpec>,
    /// Self-hosted Supabase in each cell.
    pub supabase: Option<SupabaseSpec>,
    /// Metrics, logs, traces and alerts. Not rendered by this version.
    pub observability: Option<BTreeMap<String, serde_json::Value>>,
    /// PostgreSQL in each cell. Not together with `supabase`, which brings its own.
    pub postgres: Option<PostgresSpec>,
    /// Backups of the database.
    pub backups: Option<BackupsSpec>,
    /// How secrets reach the clusters. Without it bootstrap makes them straight into each cluster.
    pub secrets: Option<SecretsSpec>,
}

/// What an environment or a cell changes of components.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ComponentOverrides {
    /// The object store here.
    pub object_storage: Option<ObjectStorageOverride>,
    /// Valkey here.
    pub valkey: Option<ValkeyOverride>,
    /// RabbitMQ here.
    pub rabbitmq: Option<RabbitmqOverride>,
    /// The database here.
    pub postgres: Option<PostgresOverride>,
    /// Backups here.
    pub backups: Option<BackupsOverride>,
    /// Supabase here.
    pub supabase: Option<SupabaseOverride>,
}

/// A store that no component knows; it exists once per cell.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StoreSpec {
    /// How services refer to it in `uses`.
    pub id: Name,
    /// What it is.
    pub kind: StoreKind,
    /// Name of the bucket; must contain `{region}` and `{environment}`. Default: `<platform>-{environment}-{region}-<id>`.
    pub name: Option<String>,
    /// Classes of the data in it.
    #[serde(default)]
    pub classes: Vec<DataClass>,
    /// The region that holds it, when it is not each cell's own. Data of another region may not be in it.
    pub region: Option<Name>,
    /// Where it is, when it is not inside the region's cluster.
    pub at: Option<LocationSpec>,
}

/// What a store is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum StoreKind {
    /// PostgreSQL.
    Postgres,
    /// A bucket in an object store.
    Bucket,
    /// Backups.
    BackupRepo,
    /// Write-ahead log of PostgreSQL.
    WalArchive,
    /// Snapshots of volumes.
    VolumeSnapshot,
    /// Snapshots of the cluster's state, with every Secret.
    EtcdSnapshot,
    /// Logs.
    Logs,
    /// Traces.
    Traces,
    /// Metrics.
    Metrics,
    /// A cache.
    Cache,
    /// A queue.
    Queue,
    /// Identities of users.
    AuthIdentities,
    /// Keys of secrets.
    SecretsKeys,
    /// Terraform state.
    TfState,
    /// A registry of images.
    ImageRegistry,
    /// A Git repository.
    Git,
}

/// Something outside the clusters that may be contacted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EndpointSpec {
    /// How services refer to it in `calls`.
    pub id: Name,
    /// Its host name.
    pub host: Host,
    /// Its ports. Default: 443.
    pub ports: Option<Vec<u16>>,
    /// The country it is in.
    pub country: Country,
    /// Who runs it, and under which contract.
    pub operator: Option<String>,
    /// Classes of data it may receive.
    #[serde(default)]
    pub classes: Vec<DataClass>,
    /// Regions from which it may be contacted. Default: all.
    #[serde(default)]
    pub regions: Vec<Name>,
    /// Its addresses. Needed when a service calls it, because a NetworkPolicy cannot name a host.
    #[serde(default)]
    pub cidrs: Vec<Cidr>,
    /// The Secret whose value leads here, `secret:namespace/name` or `secret:namespace/name/key`: what is sealed nobody can read,
    /// so this is where it is declared.
    pub via: Option<SecretKey>,
}

/// A declared movement of data.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FlowSpec {
    /// Source, written `region/store`.
    pub from: CellName,
    /// Target, written `region/store`.
    pub to: CellName,
    /// Classes of the data that moves. Default: those of the source.
    #[serde(default)]
    pub classes: Vec<DataClass>,
    /// The exception that allows it.
    pub exception: Option<Identifier>,
}

/// Other versions of third-party parts.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CatalogueSpec {
    /// Images by their name in the catalogue.
    #[serde(default)]
    pub images: BTreeMap<Name, ImageOverride>,
}

/// Another image than the catalogue's.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageOverride {
    /// The image without tag, such as a mirror of one's own. Default: the catalogue's.
    pub image: Option<Image>,
    /// The tag, for people.
    pub tag: String,
    /// The digest, which decides.
    pub digest: Digest,
}
