//! How secrets reach the clusters.

use crate::spec::names::Name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How secrets reach the clusters. Without it, and always on a laptop, bootstrap makes them straight into the cluster.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SecretsSpec {
    /// Which way. Default: `sealed-secrets`.
    pub backend: Option<SecretsBackend>,
    /// Where the values are kept; for `external-secrets`, and needed there.
    pub vault: Option<VaultSpec>,
}

/// A way of secrets into a cluster.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum SecretsBackend {
    /// Sealed into the repository for one cell's controller.
    SealedSecrets,
    /// Fetched by the External Secrets Operator from Vault or OpenBao.
    ExternalSecrets,
}

/// A Vault or OpenBao in each region.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VaultSpec {
    /// The servers, by their id in `[[endpoints]]`: one that each region with cells may contact.
    pub endpoints: Vec<Name>,
    /// Mount of the key-value engine, version 2. Default: `secret`.
    pub mount: Option<Name>,
    /// First part of the mounts of Kubernetes authentication: that of a cell, which is a cluster of its own, is
    /// `<auth-mount>/<platform>/<environment>/<region>`. Default: `kubernetes`.
    pub auth_mount: Option<Name>,
    /// Certificates, in PEM, of those who vouch for the servers. Default: those that the operator's image trusts.
    pub ca: Option<String>,
    /// How often the operator looks for new values, such as `15m`. Default: `1h`.
    pub refresh: Option<String>,
}
