//! `[components.supabase]`.

use crate::spec::names::{Host, Name, Quantity};
use crate::spec::types::{DataClass, ResourcesSpec};
use schemars::JsonSchema;
use serde::Deserialize;

/// Self-hosted Supabase in each cell, upon the cell's own PostgreSQL and object store.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SupabaseSpec {
    /// Size of the database's volume. Default: `50Gi`, on a laptop `5Gi`.
    pub storage: Option<Quantity>,
    /// StorageClass of the database's volume. Default: the cluster's.
    pub storage_class: Option<Host>,
    /// Requests and limits of the database. Default: half a CPU and `2Gi`.
    pub resources: Option<ResourcesSpec>,
    /// Classes of the data in the database and in the bucket `storage`. Default: the classes of the services that use it.
    pub classes: Option<Vec<DataClass>>,
    /// The programming interfaces are reachable from outside under `<expose>.<domain>`. Default: not reachable.
    pub expose: Option<Name>,
    /// The exposed service to which links in mails and logins lead back. Default: the gateway's own address.
    pub site: Option<Name>,
    /// Other addresses to which a login may lead back, such as `com.acme.app://callback`.
    #[serde(default)]
    pub redirect_urls: Vec<String>,
    /// Whether anybody may create an account. Default: false; accounts are created with the service role's key.
    pub sign_up: Option<bool>,
    /// Whether there are accounts without any identity. Default: false.
    pub anonymous_users: Option<bool>,
    /// How long a token is valid, in seconds. Default: 3600.
    #[schemars(range(min = 60, max = 604_800))]
    pub jwt_expiry: Option<u32>,
    /// Schemas that REST offers; the first is the default. Default: `public`, `storage`, `graphql_public`.
    pub schemas: Option<Vec<String>>,
    /// The most rows that one answer of REST has. Default: 1000.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_rows: Option<u32>,
    /// The largest file that may be uploaded, in MiB. Default: 50.
    #[schemars(range(min = 1, max = 51_200))]
    pub max_upload_mib: Option<u32>,
    /// Whether edge functions run. Default: true.
    pub functions: Option<bool>,
    /// Functions that answer without a token, such as a webhook's. Default: none.
    #[serde(default)]
    pub public_functions: Vec<Name>,
    /// Whether the connection pooler runs. Default: true.
    pub pooler: Option<bool>,
    /// Whether Logflare runs, for the log pages of studio. Default: false.
    pub analytics: Option<bool>,
    /// How mails are sent. Default: not at all.
    pub smtp: Option<SmtpSpec>,
    /// Replicas and resources of single parts.
    #[serde(default)]
    pub parts: SupabasePartsSpec,
}

/// How mails are sent.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SmtpSpec {
    /// Ids of endpoints. Each cell uses the first that may be contacted from its region.
    #[schemars(length(min = 1))]
    pub endpoints: Vec<Name>,
    /// The address that mails come from.
    pub from: String,
    /// The name that mails come from. Default: the platform's.
    pub sender: Option<String>,
}

/// The parts of Supabase, each with its own size.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SupabasePartsSpec {
    /// Logflare.
    pub analytics: Option<SupabasePartSpec>,
    /// Accounts and logins.
    pub auth: Option<SupabasePartSpec>,
    /// Edge functions.
    pub functions: Option<SupabasePartSpec>,
    /// The gateway in front of all others.
    pub gateway: Option<SupabasePartSpec>,
    /// Resizes images.
    pub imgproxy: Option<SupabasePartSpec>,
    /// What studio asks about the database.
    pub meta: Option<SupabasePartSpec>,
    /// The connection pooler.
    pub pooler: Option<SupabasePartSpec>,
    /// Changes of tables as they happen.
    pub realtime: Option<SupabasePartSpec>,
    /// Tables as REST and GraphQL.
    pub rest: Option<SupabasePartSpec>,
    /// Files.
    pub storage: Option<SupabasePartSpec>,
    /// The pages of the operator.
    pub studio: Option<SupabasePartSpec>,
}

/// The size of one part.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SupabasePartSpec {
    /// How many run. Default: 2 of `gateway`, `auth`, `rest` and `storage`, 1 of the others, on a laptop 1 of all.
    #[schemars(range(min = 1, max = 50))]
    pub replicas: Option<u32>,
    /// Requests and limits of one replica.
    pub resources: Option<ResourcesSpec>,
}

/// What an environment or a cell changes of Supabase.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SupabaseOverride {
    /// Size of the database's volume here.
    pub storage: Option<Quantity>,
    /// StorageClass of the database's volume here.
    pub storage_class: Option<Host>,
    /// Requests and limits of the database here; what is not named stays.
    pub resources: Option<ResourcesSpec>,
    /// Another host label than the component's `expose`.
    pub expose: Option<Name>,
    /// Replicas and resources of single parts here.
    #[serde(default)]
    pub parts: SupabasePartsSpec,
}
