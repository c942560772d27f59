//! Services and what environments and cells change of them.

use super::DataClass;
use crate::spec::names::{Image, Name, Quantity, UrlPath, Variable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A workload of the user's own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServiceSpec {
    /// The port on which it speaks HTTP, 1024 or above because it does not run as root.
    #[schemars(range(min = 1024, max = 65535))]
    pub port: u16,
    /// The image without tag. Default: `<registry>/<service>`.
    pub image: Option<Image>,
    /// The team it belongs to, in whose namespace it runs. Default: none, it runs beside the other services without one.
    pub team: Option<Name>,
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
