//! Teams and what environments and cells change of them.

use crate::spec::names::Quantity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A team: a namespace of its own in every cell for the services that say `team = "<name>"`, and what its people may do there.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TeamSpec {
    /// Groups of the identity provider whose people may see the team's workloads and logs, in Kubernetes and in Argo CD.
    #[schemars(length(min = 1))]
    pub groups: Vec<String>,
    /// Whether they may also open a port-forward to the team's pods. Default: false.
    pub debug: Option<bool>,
    /// The most that the team's namespace may hold. Default: twice what its services need at their largest, and a little.
    pub quota: Option<QuotaSpec>,
}

/// The most that a namespace may hold; what is not named follows from the services in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct QuotaSpec {
    /// The sum of all requested CPU.
    pub cpu: Option<Quantity>,
    /// The sum of all requested memory, and of all memory limits unless `memory-limit` says otherwise.
    pub memory: Option<Quantity>,
    /// The sum of all memory limits.
    pub memory_limit: Option<Quantity>,
    /// The sum of all volumes. Default: 0, because data belongs into the stores, which are backed up.
    pub storage: Option<Quantity>,
    /// The number of pods.
    #[schemars(range(min = 1, max = 10000))]
    pub pods: Option<u32>,
}

/// What an environment or a cell changes of a team.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TeamOverride {
    /// Other groups here, such as fewer people in production.
    #[schemars(length(min = 1))]
    pub groups: Option<Vec<String>>,
    /// Whether they may open a port-forward here.
    pub debug: Option<bool>,
    /// The most that the namespace may hold here; what is not named stays.
    pub quota: Option<QuotaSpec>,
}
