//! The shape of `platform.toml`. Doc comments here are what editors show and what docs/platform-toml.md says.

mod components;
mod parts;
mod places;
mod policy;
mod teams;
mod workloads;

pub use components::*;
pub use parts::*;
pub use places::*;
pub use policy::*;
pub use teams::*;
pub use workloads::*;

use super::names::{CellName, Image, Name, RepositoryUrl};
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
    /// Teams, each with a namespace of its own. Services without a team are in the one that all share.
    #[serde(default)]
    pub teams: BTreeMap<Name, TeamSpec>,
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
