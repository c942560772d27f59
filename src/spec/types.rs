//! The shape of `platform.toml`. Doc comments here are what editors show and what docs/platform-toml.md says.

use super::names::{
    CellName, Cidr, Country, Date, Digest, Host, Identifier, Image, Name, Quantity, RepositoryUrl,
    UrlPath, Variable,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one platform is: declared once, rendered for every environment and region.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spec {
    /// Version of this file's format. Always 1.
    #[schemars(range(min = 1, max = 1))]
    pub schema: u32,
    /// The platform itself: its name and where its parts are kept.
    pub platform: PlatformSpec,
    /// Which countries data may be in, and the written exceptions.
    pub residency: ResidencySpec,
    /// Places that each run their own full stack.
    pub regions: BTreeMap<Name, RegionSpec>,
    /// Environments, in any order; `promote-from` says how releases move.
    pub environments: BTreeMap<Name, EnvironmentSpec>,
    /// The workloads of your own.
    #[serde(default)]
    pub services: BTreeMap<Name, ServiceSpec>,
    /// Parts of the platform. A component is there when its table is there.
    #[serde(default)]
    pub components: ComponentsSpec,
    /// Stores that no component knows, such as a bucket of one's own. Each exists once per cell.
    #[serde(default)]
    pub stores: Vec<StoreSpec>,
    /// Everything outside the clusters that may be contacted.
    #[serde(default)]
    pub endpoints: Vec<EndpointSpec>,
    /// Declared movements of data between stores of different regions. Each needs an exception.
    #[serde(default)]
    pub flows: Vec<FlowSpec>,
    /// Differences of one cell, keyed `environment/region`.
    #[serde(default)]
    pub cells: BTreeMap<CellName, OverridesSpec>,
    /// Other versions of third-party parts than the embedded catalogue has.
    #[serde(default)]
    pub catalogue: CatalogueSpec,
}

/// The platform itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlatformSpec {
    /// Prefix of namespaces, buckets and clusters.
    pub name: Name,
    /// https URL of the Git repository that holds this file and that Argo CD reads.
    pub repository: RepositoryUrl,
    /// Where the images of the services are: `registry/organisation`.
    pub registry: Image,
    /// The branch that Argo CD follows and that promotions go to. Default: `main`.
    pub branch: Option<BranchName>,
}

/// A Git branch: letters, digits, `.`, `_`, `-` and `/`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct BranchName(pub String);

/// Residency: countries, data classes, exceptions.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ResidencySpec {
    /// What happens to data nothing is said about. `deny` is the only value; it stands here for the reader.
    pub default: Option<Deny>,
    /// What happens at a place whose country is not known. `deny` is the only value.
    pub unknown_location: Option<Deny>,
    /// The longest life of an exception, in days. Default: 180.
    #[schemars(range(min = 1, max = 366))]
    pub max_exception_days: Option<u32>,
    /// Named sets of countries in which data must stay.
    pub jurisdictions: BTreeMap<Identifier, JurisdictionSpec>,
    /// Where a data class may be, when not at home only.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "$ref": "#/$defs/DataClass" }))]
    pub classes: BTreeMap<DataClass, ClassSpec>,
    /// The only way to let protected data leave: one store or flow, one target, two people, an end date.
    #[serde(default)]
    pub exceptions: Vec<ExceptionSpec>,
}

/// The one policy there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Deny {
    /// Nothing leaves unless an exception says so.
    Deny,
}

/// A set of countries.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct JurisdictionSpec {
    /// ISO 3166-1 alpha-2 codes.
    #[schemars(length(min = 1))]
    pub countries: Vec<Country>,
    /// Why: free labels that are copied to reports, such as `KVKK-9`.
    #[serde(default)]
    pub basis: Vec<String>,
}

/// What kind of data it is. The class decides where it may be.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DataClass {
    /// Health data of a person.
    Phi,
    /// Other data of a person.
    Pii,
    /// Identities and credentials of users.
    Auth,
    /// Keys and secrets.
    Keys,
    /// Raw logs, traces and metrics.
    Telemetry,
    /// Telemetry from which personal data was removed.
    TelemetryScrubbed,
    /// Alerts without personal data.
    AlertsScrubbed,
    /// Configuration without secrets.
    Config,
    /// Secrets encrypted for one cluster.
    SealedSecret,
    /// Container images.
    Image,
    /// Published data.
    Public,
}

impl DataClass {
    /// Every class.
    pub const ALL: [Self; 11] = [
        Self::Phi,
        Self::Pii,
        Self::Auth,
        Self::Keys,
        Self::Telemetry,
        Self::TelemetryScrubbed,
        Self::AlertsScrubbed,
        Self::Config,
        Self::SealedSecret,
        Self::Image,
        Self::Public,
    ];

    /// The name, as platform.toml has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phi => "phi",
            Self::Pii => "pii",
            Self::Auth => "auth",
            Self::Keys => "keys",
            Self::Telemetry => "telemetry",
            Self::TelemetryScrubbed => "telemetry-scrubbed",
            Self::AlertsScrubbed => "alerts-scrubbed",
            Self::Config => "config",
            Self::SealedSecret => "sealed-secret",
            Self::Image => "image",
            Self::Public => "public",
        }
    }
}

/// Where a data class may be.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClassSpec {
    /// `home`: the region's jurisdiction; `listed`: also `countries`; `any`: everywhere.
    pub residency: ClassResidency,
    /// Countries besides the jurisdiction's own, with `residency = "listed"`.
    #[serde(default)]
    pub countries: Vec<Country>,
    /// Why it may be there. Needed with `listed` and `any`.
    pub reason: Option<String>,
}

/// How far a data class may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassResidency {
    /// The countries of the region's jurisdiction.
    Home,
    /// These and the listed ones.
    Listed,
    /// Everywhere.
    Any,
}

/// A written exception from the policy.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExceptionSpec {
    /// How reports and flows refer to it.
    pub id: Identifier,
    /// The rules it excepts from, such as `RES005`. No wildcards.
    #[serde(default)]
    pub rules: Vec<String>,
    /// The one region whose data leaves.
    pub region: Option<String>,
    /// The one store it is about.
    pub store: Option<String>,
    /// The data classes that leave. No wildcards.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Where the data goes.
    pub to: Option<ExceptionTarget>,
    /// Why.
    pub reason: Option<String>,
    /// The legal ground.
    pub legal_basis: Option<String>,
    /// Who asked for it.
    pub requested_by: Option<String>,
    /// Who approved it; another person.
    pub approved_by: Option<String>,
    /// Where the decision is kept.
    pub ticket: Option<String>,
    /// The day of approval.
    pub approved_on: Option<Date>,
    /// The first day on which it no longer holds.
    pub expires: Option<Date>,
    /// How the copy is encrypted.
    pub encryption: Option<EncryptionSpec>,
    /// The transfer instrument; needed when the target is outside the EEA (or outside Türkiye for Turkish data).
    pub transfer_tool: Option<String>,
}

/// Where excepted data goes.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExceptionTarget {
    /// Cloud provider.
    pub provider: Option<String>,
    /// The provider's name of the place.
    pub location: Option<String>,
    /// The country it is in.
    pub country: Option<Country>,
    /// The bucket.
    pub bucket: Option<String>,
}

/// How a copy outside the region is encrypted.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EncryptionSpec {
    /// `client-side` is the only mode under which ciphertext may leave.
    pub mode: String,
    /// The cipher, such as `aes-256-cbc`.
    pub cipher: Option<String>,
    /// The region in which the key is kept.
    pub key_location: Option<String>,
    /// Whether the key is copied elsewhere. Default: true, because unknown is denied.
    pub key_replicated: Option<bool>,
}

/// A place with its own full stack.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RegionSpec {
    /// The jurisdiction whose data this region holds.
    pub jurisdiction: Option<Identifier>,
    /// Who runs the machines.
    pub provider: Provider,
    /// The provider's name of the place; for `onprem` the name of the site.
    pub location: Identifier,
    /// For `onprem`: the country of the site, as attested. Default: the jurisdiction's, if it has just one.
    pub country: Option<Country>,
    /// Hosts of this region's services end in this domain.
    pub domain: Host,
    /// Availability zones. Default: whatever the provider chooses.
    #[serde(default)]
    pub zones: Vec<Identifier>,
    /// Addresses of this region's own networks.
    #[serde(default)]
    pub cidrs: Vec<Cidr>,
    /// The attestation of an `onprem` site.
    pub attestation: Option<AttestationSpec>,
    /// Names of the clusters. Default: `<platform>-<environment>-<region>` for each cell. Two regions may not share one.
    pub cluster: Option<Name>,
}

/// Who vouches for the place of an on-premises site.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AttestationSpec {
    /// The document, such as `attest/ist-dc1.pdf`.
    pub document: String,
    /// Who signed it.
    pub by: String,
    /// The first day on which it no longer holds.
    pub expires: Date,
}

/// Who runs the machines.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// A site of one's own, attested.
    Onprem,
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
    /// Civo.
    Civo,
    /// DigitalOcean.
    Digitalocean,
    /// Hetzner Cloud.
    Hetzner,
    /// Linode (Akamai).
    Linode,
    /// OVHcloud.
    Ovh,
    /// Scaleway.
    Scaleway,
    /// Vultr.
    Vultr,
}

impl Provider {
    /// Every provider.
    pub const ALL: [Self; 11] = [
        Self::Onprem,
        Self::Aws,
        Self::Azure,
        Self::Gcp,
        Self::Civo,
        Self::Digitalocean,
        Self::Hetzner,
        Self::Linode,
        Self::Ovh,
        Self::Scaleway,
        Self::Vultr,
    ];

    /// The name, as platform.toml has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Onprem => "onprem",
            Self::Aws => "aws",
            Self::Azure => "azure",
            Self::Gcp => "gcp",
            Self::Civo => "civo",
            Self::Digitalocean => "digitalocean",
            Self::Hetzner => "hetzner",
            Self::Linode => "linode",
            Self::Ovh => "ovh",
            Self::Scaleway => "scaleway",
            Self::Vultr => "vultr",
        }
    }
}

/// An environment: which regions it has and where its releases come from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct EnvironmentSpec {
    /// `cluster`: real clusters; `local`: k3d on a laptop, synthetic data only, one cell called `local`. Default: `cluster`.
    pub kind: Option<EnvironmentKind>,
    /// The regions in which this environment exists. Needed unless `local`.
    #[serde(default)]
    pub regions: Vec<Name>,
    /// The environment whose digests are promoted to this one.
    pub promote_from: Option<Name>,
    /// Regions in the order in which promotions reach them; each wave waits for the one before. Default: all at once.
    #[serde(default)]
    pub waves: Vec<Vec<Name>>,
    /// Put before the region's domain in host names. Default: the environment's name, or nothing for the last environment.
    pub subdomain: Option<Subdomain>,
    /// Differences of services in this environment.
    #[serde(default)]
    pub services: BTreeMap<Name, ServiceOverride>,
    /// Differences of components in this environment.
    #[serde(default)]
    pub components: ComponentOverrides,
}

/// A DNS label, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Subdomain(pub String);

/// What an environment runs on.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum EnvironmentKind {
    /// A cluster per region.
    Cluster,
    /// One k3d cluster on a laptop.
    Local,
}

/// A workload of the user's own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServiceSpec {
    /// The port on which it speaks HTTP, 1024 or above because it does not run as root.
    #[schemars(range(min = 1024, max = 65535))]
    pub port: u16,
    /// The image without tag. Default: `<registry>/<service>`.
    pub image: Option<Image>,
    /// Reachable from outside under `<expose>.<domain>`. Default: not reachable.
    pub expose: Option<Name>,
    /// Services and endpoints it calls: produces variables, network policies and data flows.
    #[serde(default)]
    pub calls: Vec<Name>,
    /// Stores it reads and writes: produces variables, credentials, network policies and data flows.
    #[serde(default)]
    pub uses: Vec<Name>,
    /// Classes of the data it handles.
    #[serde(default)]
    pub classes: Vec<DataClass>,
    /// A fixed number of replicas. Not together with `autoscale`. Default: 2, on a laptop 1.
    #[schemars(range(min = 1, max = 500))]
    pub replicas: Option<u32>,
    /// Replicas between two bounds, by CPU. Not together with `replicas`.
    pub autoscale: Option<AutoscaleSpec>,
    /// Requests and limits of one replica.
    pub resources: Option<ResourcesSpec>,
    /// Paths of the probes.
    pub health: Option<HealthSpec>,
    /// Environment variables with plain values. Never secrets.
    #[serde(default)]
    pub env: BTreeMap<Variable, String>,
    /// Writable scratch directories; everything else is read-only. Default: `/tmp`.
    pub scratch: Option<Vec<UrlPath>>,
}

/// Bounds of autoscaling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AutoscaleSpec {
    /// The fewest replicas.
    #[schemars(range(min = 1, max = 500))]
    pub min: u32,
    /// The most replicas.
    #[schemars(range(min = 1, max = 500))]
    pub max: u32,
    /// Average CPU use in percent of the request at which replicas are added. Default: 70.
    #[schemars(range(min = 10, max = 95))]
    pub cpu: Option<u32>,
}

/// Requests and limits. CPU has no limit on purpose: throttling hurts latency more than it helps neighbours.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ResourcesSpec {
    /// Requested CPU. Default: `100m`.
    pub cpu: Option<Quantity>,
    /// Requested memory, and its limit unless `memory-limit` says otherwise. Default: `256Mi`.
    pub memory: Option<Quantity>,
    /// Memory limit.
    pub memory_limit: Option<Quantity>,
    /// CPU limit. Default: none.
    pub cpu_limit: Option<Quantity>,
}

/// Paths of the probes, on the service's port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HealthSpec {
    /// Has it started? Default: the same as `live`.
    pub startup: Option<UrlPath>,
    /// Can it serve now? Default: `/healthz/ready`.
    pub ready: Option<UrlPath>,
    /// Must it be restarted? Default: `/healthz/live`.
    pub live: Option<UrlPath>,
    /// How long a start may take, in seconds. Default: 120.
    #[schemars(range(min = 5, max = 3600))]
    pub startup_seconds: Option<u32>,
}

/// What an environment or a cell changes of a service.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServiceOverride {
    /// A fixed number of replicas here.
    #[schemars(range(min = 1, max = 500))]
    pub replicas: Option<u32>,
    /// Bounds of autoscaling here.
    pub autoscale: Option<AutoscaleSpec>,
    /// Requests and limits here; what is not named stays.
    pub resources: Option<ResourcesSpec>,
    /// More environment variables, or other values.
    #[serde(default)]
    pub env: BTreeMap<Variable, String>,
    /// Another host label than the service's `expose`.
    pub expose: Option<Name>,
}

/// Parts of the platform.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ComponentsSpec {
    /// An S3-compatible object store in each cell.
    pub object_storage: Option<ObjectStorageSpec>,
    /// Ingress controller settings.
    pub ingress: Option<IngressSpec>,
    /// Self-hosted Supabase. Not rendered by this version.
    pub supabase: Option<BTreeMap<String, serde_json::Value>>,
    /// Metrics, logs, traces and alerts. Not rendered by this version.
    pub observability: Option<BTreeMap<String, serde_json::Value>>,
    /// Backups of databases and volumes. Not rendered by this version.
    pub backups: Option<BTreeMap<String, serde_json::Value>>,
    /// How secrets reach the clusters. Not rendered by this version.
    pub secrets: Option<BTreeMap<String, serde_json::Value>>,
}

/// An object store.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ObjectStorageSpec {
    /// Which server. Default: `minio`.
    pub engine: Option<ObjectStorageEngine>,
    /// Size of the volume. Default: `50Gi`, on a laptop `5Gi`.
    pub storage: Option<Quantity>,
    /// StorageClass of the volume. Default: the cluster's.
    pub storage_class: Option<Host>,
    /// Requests and limits.
    pub resources: Option<ResourcesSpec>,
    /// Classes of the data in the bucket `objects`. Default: the classes of the services that use it.
    pub classes: Option<Vec<DataClass>>,
}

/// An object storage server.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectStorageEngine {
    /// The maintained fork of MinIO.
    Minio,
    /// RustFS. Not rendered by this version.
    Rustfs,
    /// A store outside the cluster. Not rendered by this version.
    External,
}

/// How services are reached from outside.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IngressSpec {
    /// IngressClass. Default: `traefik`.
    pub class: Option<Name>,
    /// Namespace in which the ingress controller runs. Default: `kube-system`, where k3s has it.
    pub namespace: Option<Name>,
    /// cert-manager ClusterIssuer that makes the certificates. Default: none; put them into the Secret `<service>-tls`.
    pub cluster_issuer: Option<Host>,
}

/// What an environment or a cell changes of components.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ComponentOverrides {
    /// The object store here.
    pub object_storage: Option<ObjectStorageOverride>,
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
}

/// What one cell changes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OverridesSpec {
    /// Differences of services in this cell.
    #[serde(default)]
    pub services: BTreeMap<Name, ServiceOverride>,
    /// Differences of components in this cell.
    #[serde(default)]
    pub components: ComponentOverrides,
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

/// A place of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LocationSpec {
    /// Who runs it.
    pub provider: Provider,
    /// The provider's name of the place.
    pub location: Identifier,
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
