//! Backups of the database with pgBackRest: a bucket of the cell's own object store, and what works on it by the clock.

use super::postgres::{POSTGRES, POSTGRES_PORT, certificate, pods, way};
use super::{Brought, services};
use crate::model::cell::Cell;
use crate::model::credentials::{Credential, Value};
use crate::model::edges::{Edge, Peer, Pods};
use crate::model::needs::{self, Need};
use crate::model::object_users::{ObjectRights, ObjectUser};
use crate::model::platform::{Platform, Store, StoreOrigin};
use crate::model::resolve;
use crate::model::schedule::{Cron, longest_gap};
use crate::spec::Spec;
use crate::spec::names::{Identifier, Name, Schedule};
use crate::spec::types::{
    ComponentOverrides, DataClass, EnvironmentKind, PostgresBackupsSpec, StoreKind,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The store of the backups, their user of the object store, and the workload that makes them.
pub const POSTGRES_BACKUP: &str = "postgres-backup";
/// The image that the platform builds for itself: the database with pgBackRest.
pub const BACKUP_IMAGE: &str = "postgres-pgbackrest";
/// The port of pgBackRest's server beside the database.
pub const BACKUP_PORT: u16 = 8432;
/// The workload that restores a copy and compares.
const DRILL: &str = "postgres-drill";
/// The workload that brings the volume itself back, started by a person.
const RESTORE: &str = "postgres-restore";
/// The Job that makes the repository.
const SETUP: &str = "postgres-setup";

/// Backups of the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PostgresBackups {
    /// When things happen, where no environment or cell says otherwise.
    pub schedules: BackupSchedules,
    /// How many full backups are kept.
    pub retention_full: u32,
    /// How many differential backups are kept.
    pub retention_diff: u32,
    /// How much work may be lost, in seconds.
    pub rpo_seconds: u32,
    /// How long a restore may take, in seconds.
    pub rto_seconds: u32,
    /// Copies outside the clusters, by region.
    pub offsite: BTreeMap<Name, Offsite>,
}

/// When things happen to the backups of a cell, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BackupSchedules {
    /// Full backups.
    pub full: Schedule,
    /// Differential backups.
    pub diff: Schedule,
    /// Checks of archiving and age.
    pub check: Schedule,
    /// Drills.
    pub drill: Schedule,
}

/// A second repository outside the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Offsite {
    /// The id of its store.
    pub store: Name,
    /// The id of its endpoint.
    pub endpoint: Name,
    /// Name template of the bucket, with `{environment}`.
    pub bucket: String,
    /// What its region is called in signatures.
    pub s3_region: Identifier,
}

impl PostgresBackups {
    /// How old a segment of the log may grow before it is shipped, in seconds: a fifth of the RPO, so that the rest is left
    /// for the upload and for noticing that it fails.
    pub fn archive_timeout(&self) -> u32 {
        (self.rpo_seconds / 5).max(10)
    }
}

impl BackupSchedules {
    /// How old the newest full backup may be, and the newest of any type, in seconds: the longest time between two, and
    /// some for the backup itself.
    pub fn oldest(&self) -> Option<(u32, u32)> {
        let full = Cron::parse(&self.full).ok()?;
        let diff = Cron::parse(&self.diff).ok()?;
        let with_grace = |gap: u32| gap.saturating_add((gap / 4).clamp(2 * 3600, 24 * 3600));
        Some((
            with_grace(longest_gap(&[&full])?),
            with_grace(longest_gap(&[&full, &diff])?),
        ))
    }
}

/// The backups that a declaration asks for.
pub(in crate::model) fn backups(spec: &Spec) -> Option<PostgresBackups> {
    let written = spec.components.backups.as_ref()?;
    let postgres = written.postgres.clone().unwrap_or_default();
    let seconds = |written: Option<u32>, default: u32| written.unwrap_or(default);
    let offsite = written.offsite.iter().map(|(region, written)| {
        let default = || {
            format!(
                "{}-{{environment}}-{region}-{POSTGRES_BACKUP}",
                spec.platform.name
            )
        };
        let offsite = Offsite {
            store: written.store.clone(),
            endpoint: written.endpoint.clone(),
            bucket: written.bucket.clone().unwrap_or_else(default),
            s3_region: written.s3_region.clone(),
        };
        (region.clone(), offsite)
    });
    Some(PostgresBackups {
        schedules: schedules(&postgres),
        retention_full: postgres.retention_full.unwrap_or(4),
        retention_diff: postgres.retention_diff.unwrap_or(14),
        rpo_seconds: seconds(postgres.rpo.as_ref().map(|rpo| rpo.seconds()), 300),
        rto_seconds: seconds(postgres.rto.as_ref().map(|rto| rto.seconds()), 4 * 3600),
        offsite: offsite.collect(),
    })
}

fn schedules(written: &PostgresBackupsSpec) -> BackupSchedules {
    let or = |written: &Option<Schedule>, default| {
        written
            .clone()
            .unwrap_or_else(|| resolve::schedule(default))
    };
    BackupSchedules {
        full: or(&written.schedule_full, "0 2 * * 0"),
        diff: or(&written.schedule_diff, "0 2 * * 1-6"),
        check: or(&written.schedule_check, "7,22,37,52 * * * *"),
        drill: or(&written.drill, "0 5 1 * *"),
    }
}

/// When things happen in a cell.
pub(in crate::model) fn here(
    backups: &PostgresBackups,
    overrides: [Option<&ComponentOverrides>; 2],
) -> BackupSchedules {
    let mut here = backups.schedules.clone();
    let overrides = overrides.into_iter().flatten();
    let overrides = overrides.filter_map(|written| written.backups.as_ref()?.postgres.as_ref());
    for written in overrides {
        here.full = written.schedule_full.clone().unwrap_or(here.full);
        here.diff = written.schedule_diff.clone().unwrap_or(here.diff);
        here.check = written.schedule_check.clone().unwrap_or(here.check);
        here.drill = written.drill.clone().unwrap_or(here.drill);
    }
    here
}

/// The repository in the cell's own object store: what is in it is what is in the database.
pub(super) fn store(spec: &Spec, classes: BTreeSet<DataClass>) -> Option<Store> {
    spec.components.backups.as_ref()?;
    Some(Store {
        id: resolve::name(POSTGRES_BACKUP),
        kind: StoreKind::BackupRepo,
        classes,
        bucket: Some(format!(
            "{}-{{environment}}-{{region}}-{POSTGRES_BACKUP}",
            spec.platform.name
        )),
        region: None,
        place: None,
        origin: StoreOrigin::Component("backups"),
    })
}

/// Whether there is an image that the database can run: with backups it is one of the platform's own.
pub(super) fn has_image(platform: &Platform) -> bool {
    platform.postgres_backups.is_none() || platform.images.contains_key(BACKUP_IMAGE)
}

pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    let Some(backups) = &platform.postgres_backups else {
        return;
    };
    // What cannot run yet is not rendered, and no way is opened for it.
    let runs = has_image(platform);
    needs(platform, cell, brought);
    let because = "components.backups";
    let jobs = [
        (SETUP, [BACKUP_PORT].as_slice()),
        (POSTGRES_BACKUP, &[BACKUP_PORT]),
        (DRILL, &[POSTGRES_PORT]),
        // It asks whether a server still answers, and then goes no further.
        (RESTORE, &[POSTGRES_PORT]),
    ];
    for (workload, ports) in jobs.into_iter().filter(|_| runs) {
        let from = pods(platform, workload);
        brought.edges.push(way(platform, from, ports, because));
    }
    // The database ships its log; the others read and write backups.
    let users = [POSTGRES, SETUP, POSTGRES_BACKUP, DRILL, RESTORE];
    let users = users.into_iter().filter(|name| runs || *name == POSTGRES);
    let users: Vec<Pods> = users.map(|workload| pods(platform, workload)).collect();
    brought.object_users.push(ObjectUser {
        name: POSTGRES_BACKUP.to_owned(),
        pods: users.clone(),
        secret: ObjectUser::secret_of(POSTGRES_BACKUP),
        namespaces: vec![platform.data_namespace()],
        buckets: BTreeSet::from([resolve::name(POSTGRES_BACKUP)]),
        rights: ObjectRights::Backup,
        because: because.to_owned(),
    });
    credentials(platform, brought);
    let offsite = offsite(backups, cell);
    if let Some(endpoint) = offsite.and_then(|offsite| platform.endpoint(&offsite.endpoint)) {
        brought.edges.extend(users.into_iter().map(|from| Edge {
            from: Peer::Pods(from),
            to: services::outside(endpoint),
            ports: endpoint.ports.clone(),
            because: format!("components.backups.offsite.{}", cell.region),
        }));
        brought.credentials.push(offsite_credential(platform));
    }
}

/// The server beside the database, and what works by the clock: all of it may run at once.
fn needs(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    let data = platform.data_namespace();
    let job = |workload, memory| {
        let resources = needs::fixed("100m", memory);
        Need::of_pods(POSTGRES, &data, workload, 1, resources)
    };
    // It is in the pod of the database, and costs no pod of its own.
    for database in brought
        .needs
        .iter_mut()
        .filter(|need| need.workload == POSTGRES)
    {
        *database = database.clone().beside("50m", "256Mi");
    }
    let mut drill = job(DRILL, "1Gi");
    if let Some(database) = &cell.postgres {
        // It restores a copy, into a volume as large as the database's.
        drill = drill.with_claims(1, &database.storage, database.storage_class.as_ref());
    }
    brought.needs.extend([
        job("postgres-backup-check", "256Mi"),
        job("postgres-backup-diff", "512Mi"),
        job("postgres-backup-full", "512Mi"),
        drill,
        job(RESTORE, "1Gi"),
    ]);
}

/// The copy outside that a cell has; a laptop has none.
pub(crate) fn offsite<'a>(backups: &'a PostgresBackups, cell: &Cell) -> Option<&'a Offsite> {
    match cell.kind {
        EnvironmentKind::Local => None,
        EnvironmentKind::Cluster => backups.offsite.get(&cell.region),
    }
}

const NEVER: &str = "never while backups are to be read: they can only be read with it";

fn credentials(platform: &Platform, brought: &mut Brought) {
    let data = platform.data_namespace();
    let own = |name: &str, purpose: &str| Credential::new(name, [data.clone()], purpose);
    let purpose = "the passphrase of the backups, and the certificate with which backup Jobs and the database know each other";
    let cipher = Value::Password { length: 64 };
    let backup = own(POSTGRES_BACKUP, purpose).with_lasting("cipher-pass", cipher);
    brought.credentials.push(certificate(backup, &data).on_rotation(
        "the passphrase never: backups can only be read with it; for the certificate restart the database",
    ));
    let drill = own(
        DRILL,
        "the password of the role with which drills read the database",
    )
    .with("password", Value::Password { length: 40 })
    .on_rotation("sync postgres: its setup job gives the role the new password");
    brought.credentials.push(drill);
}

/// Its keys are variables that pgBackRest reads, so that a cell without the copy needs no other manifest.
fn offsite_credential(platform: &Platform) -> Credential {
    let purpose = "keys of the object store outside, and the passphrase of the backups there";
    let namespaces = [platform.data_namespace()];
    Credential::new("postgres-backup-offsite", namespaces, purpose)
        .with("PGBACKREST_REPO2_S3_KEY", Value::Given)
        .with("PGBACKREST_REPO2_S3_KEY_SECRET", Value::Given)
        .with_lasting(
            "PGBACKREST_REPO2_CIPHER_PASS",
            Value::Password { length: 64 },
        )
        .on_rotation(NEVER)
}
