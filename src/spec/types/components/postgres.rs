//! `[components.postgres]`: a plain PostgreSQL.

use crate::spec::names::{Host, Quantity};
use crate::spec::types::{DataClass, ResourcesSpec};
use schemars::JsonSchema;
use serde::Deserialize;

/// A PostgreSQL in each cell, with a database for each service that uses it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PostgresSpec {
    /// Size of the volume. Default: `50Gi`, on a laptop `5Gi`.
    pub storage: Option<Quantity>,
    /// StorageClass of the volume. Default: the cluster's.
    pub storage_class: Option<Host>,
    /// Requests and limits. Default: 500m and 2Gi; a quarter of the memory becomes shared buffers.
    pub resources: Option<ResourcesSpec>,
    /// Classes of the data in it. Default: the classes of the services that use it.
    pub classes: Option<Vec<DataClass>>,
}

/// What an environment or a cell changes of the database.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PostgresOverride {
    /// Size of the volume here.
    pub storage: Option<Quantity>,
    /// StorageClass of the volume here.
    pub storage_class: Option<Host>,
    /// Requests and limits here; what is not named stays.
    pub resources: Option<ResourcesSpec>,
}
