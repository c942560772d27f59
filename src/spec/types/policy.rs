//! Residency: jurisdictions, data classes, exceptions.

use crate::spec::names::{Country, Date, Identifier};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
