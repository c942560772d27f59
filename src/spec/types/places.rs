//! Regions and environments: where the platform is.

use super::{ComponentOverrides, ServiceOverride, TeamOverride};
use crate::spec::names::{Cidr, Country, Date, Host, Identifier, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Addresses of the API servers of this region's clusters, as pods see them, for the network policies of operators.
    /// Default: the private ranges `10.0.0.0/8`, `172.16.0.0/12` and `192.168.0.0/16`.
    #[serde(default)]
    pub api_server: Vec<Cidr>,
    /// Addresses under which this region's hosts are reached from outside. Needed where cert-manager cannot reach them
    /// inside the cluster: it looks at its own challenges before an ACME server does.
    #[serde(default)]
    pub ingress: Vec<Cidr>,
    /// Where volumes come from. Default: what the provider has; `rancher.io/local-path` for `onprem`.
    pub storage_class: Option<StorageClassSpec>,
}

/// Where volumes come from: either a StorageClass that the cluster has, or what a new one is made of.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StorageClassSpec {
    /// The name of a StorageClass that the cluster has.
    pub existing: Option<Host>,
    /// The provisioner of the class that is made, such as `rbd.csi.ceph.com`.
    pub provisioner: Option<Host>,
    /// Parameters of the provisioner. They take the place of the defaults.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Whether its volumes can be enlarged. Default: true.
    pub expansion: Option<bool>,
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

/// A place of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LocationSpec {
    /// Who runs it.
    pub provider: Provider,
    /// The provider's name of the place.
    pub location: Identifier,
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
    /// Differences of teams in this environment.
    #[serde(default)]
    pub teams: BTreeMap<Name, TeamOverride>,
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
    /// Differences of teams in this cell.
    #[serde(default)]
    pub teams: BTreeMap<Name, TeamOverride>,
}
