//! A Valkey server as it is written.

use crate::spec::names::{Host, Quantity};
use crate::spec::types::{DataClass, ResourcesSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A Valkey server: one in each cell, for the services that use it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ValkeySpec {
    /// Size of the volume. Default: `2Gi`, on a laptop `1Gi`.
    pub storage: Option<Quantity>,
    /// StorageClass of the volume. Default: the cluster's.
    pub storage_class: Option<Host>,
    /// Requests and limits. Default: `100m` and `512Mi`.
    pub resources: Option<ResourcesSpec>,
    /// Classes of the data in it. Default: the classes of the services that use it.
    pub classes: Option<Vec<DataClass>>,
    /// What happens when it is full. Default: `noeviction`.
    pub eviction: Option<Eviction>,
}

/// What valkey does when it holds as much as it may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Eviction {
    /// Writing fails, nothing is lost: for queues, locks, sessions and whatever is nowhere else.
    Noeviction,
    /// What was used least recently goes: for a cache and nothing but a cache.
    AllkeysLru,
    /// What was used least often goes: for a cache and nothing but a cache.
    AllkeysLfu,
    /// Of the keys that have an end, what was used least recently goes.
    VolatileLru,
}

impl Eviction {
    /// The name, as platform.toml and Valkey itself have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Noeviction => "noeviction",
            Self::AllkeysLru => "allkeys-lru",
            Self::AllkeysLfu => "allkeys-lfu",
            Self::VolatileLru => "volatile-lru",
        }
    }
}

/// What an environment or a cell changes of Valkey.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ValkeyOverride {
    /// Size of the volume here.
    pub storage: Option<Quantity>,
    /// StorageClass of the volume here.
    pub storage_class: Option<Host>,
    /// Requests and limits here; what is not named stays.
    pub resources: Option<ResourcesSpec>,
}
