//! `[components.backups]`: what is copied, how often, for how long, and how fast it must be back.

use crate::spec::names::{Identifier, Name, Schedule, Timespan};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Backups of the cell's database with pgBackRest, into the cell's own object store.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BackupsSpec {
    /// Backups of PostgreSQL. Without the key every default holds.
    pub postgres: Option<PostgresBackupsSpec>,
    /// A second copy outside the cluster, by region: the object store of a cell does not outlive its cell.
    #[serde(default)]
    pub offsite: BTreeMap<Name, OffsiteSpec>,
}

/// Backups of PostgreSQL. Schedules are in UTC.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PostgresBackupsSpec {
    /// When full backups are made. Default: `0 2 * * 0`, Sunday night.
    pub schedule_full: Option<Schedule>,
    /// When differential backups are made. Default: `0 2 * * 1-6`, every other night.
    pub schedule_diff: Option<Schedule>,
    /// When it is checked that the log arrives and that backups are young enough. Default: `7,22,37,52 * * * *`.
    pub schedule_check: Option<Schedule>,
    /// When a copy is restored and compared. Default: `0 5 1 * *`, the first of the month.
    pub drill: Option<Schedule>,
    /// How many full backups are kept, with everything that hangs on them. Default: 4.
    #[schemars(range(min = 1, max = 9999))]
    pub retention_full: Option<u32>,
    /// How many differential backups are kept. Default: 14.
    #[schemars(range(min = 1, max = 9999))]
    pub retention_diff: Option<u32>,
    /// How much work may be lost at most, from `1m`: sets how often the log is shipped. Default: `5m`.
    pub rpo: Option<Timespan>,
    /// How long it may take until the database is back, from `5m`: a drill that takes longer fails. Default: `4h`.
    pub rto: Option<Timespan>,
}

/// A second repository of backups, outside the cluster and encrypted with a passphrase of its own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct OffsiteSpec {
    /// The store it is, from `[[stores]]`: `kind = "backup-repo"`, with `region` and `at`, so that its place is judged.
    pub store: Name,
    /// How it is reached, from `[[endpoints]]`, with `cidrs`.
    pub endpoint: Name,
    /// Name of the bucket; must contain `{environment}`. Default: `<platform>-{environment}-<region>-postgres-backup`.
    pub bucket: Option<String>,
    /// The store's own name of its region, which requests are signed with.
    pub s3_region: Identifier,
}

/// What an environment or a cell changes of backups.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BackupsOverride {
    /// Backups of PostgreSQL here.
    pub postgres: Option<PostgresBackupsOverride>,
}

/// What an environment or a cell changes of the backups of PostgreSQL.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PostgresBackupsOverride {
    /// When full backups are made here.
    pub schedule_full: Option<Schedule>,
    /// When differential backups are made here.
    pub schedule_diff: Option<Schedule>,
    /// When archiving and age are checked here.
    pub schedule_check: Option<Schedule>,
    /// When a copy is restored and compared here.
    pub drill: Option<Schedule>,
}
