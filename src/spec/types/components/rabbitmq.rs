//! A RabbitMQ server as it is written.

use crate::spec::names::{Host, Quantity};
use crate::spec::types::{DataClass, ResourcesSpec};
use schemars::JsonSchema;
use serde::Deserialize;

/// A RabbitMQ server: one in each cell, for the services that use it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RabbitmqSpec {
    /// Size of the volume. Default: `8Gi`, on a laptop `1Gi`.
    pub storage: Option<Quantity>,
    /// StorageClass of the volume. Default: the cluster's.
    pub storage_class: Option<Host>,
    /// Requests and limits. Default: `100m` and `1Gi`.
    pub resources: Option<ResourcesSpec>,
    /// Classes of the data in it. Default: the classes of the services that use it.
    pub classes: Option<Vec<DataClass>>,
}

/// What an environment or a cell changes of RabbitMQ.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RabbitmqOverride {
    /// Size of the volume here.
    pub storage: Option<Quantity>,
    /// StorageClass of the volume here.
    pub storage_class: Option<Host>,
    /// Requests and limits here; what is not named stays.
    pub resources: Option<ResourcesSpec>,
}
