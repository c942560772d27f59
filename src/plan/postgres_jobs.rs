//! The CronJobs around the backups, and what a cell changes of them.

use crate::model::{BackupSchedules, POSTGRES_BACKUP, PostgresBackups};
use anyhow::Context as _;
use serde::Serialize;

const DRILL: &str = "postgres-drill";

/// A CronJob.
#[derive(Serialize)]
pub(super) struct Job {
    name: &'static str,
    workload: &'static str,
    comment: &'static str,
    schedule: String,
    command: Vec<&'static str>,
    env: Vec<Variable>,
    memory: &'static str,
    /// How often a failed run is repeated at once.
    retries: u32,
    /// How long it may take, in seconds.
    deadline: u32,
    /// Whether pgBackRest reads the database through the server in its pod.
    reads_through_server: bool,
    drill: bool,
    /// Whether only a person starts it.
    by_hand: bool,
}

/// A variable of a container.
#[derive(PartialEq, Eq, Serialize)]
pub(super) struct Variable {
    name: String,
    value: String,
}

/// What a cell changes of a CronJob.
#[derive(Serialize)]
pub(super) struct JobDifference {
    name: &'static str,
    schedule: Option<String>,
    env: Vec<Variable>,
    /// The size of the drill's volume.
    volume: Option<String>,
}

/// A variable of a container.
pub(super) fn variable(name: &str, value: impl Into<String>) -> Variable {
    Variable {
        name: name.to_owned(),
        value: value.into(),
    }
}

/// Every CronJob as it is where no cell says otherwise.
pub(super) fn jobs(backups: &PostgresBackups) -> anyhow::Result<Vec<Job>> {
    let schedules = &backups.schedules;
    let day = 24 * 3600;
    let backup = |name, comment, schedule: &str, kind| Job {
        name,
        workload: POSTGRES_BACKUP,
        comment,
        schedule: schedule.to_owned(),
        command: vec!["/bin/sh", "/scripts/backup.sh", kind],
        env: Vec::new(),
        memory: "512Mi",
        retries: 1,
        deadline: day,
        reads_through_server: true,
        drill: false,
        by_hand: false,
    };
    let (full, diff) = ("postgres-backup-full", "postgres-backup-diff");
    let full = backup(full, "A full backup.", &schedules.full, "full");
    let diff = backup(
        diff,
        "What changed since the last full backup.",
        &schedules.diff,
        "diff",
    );
    Ok(vec![
        check(schedules)?,
        diff,
        full,
        drill(backups),
        restore(),
    ])
}

fn check(schedules: &BackupSchedules) -> anyhow::Result<Job> {
    Ok(Job {
        name: "postgres-backup-check",
        workload: POSTGRES_BACKUP,
        comment: "Fails when the log does not arrive or the newest backup is too old.",
        schedule: schedules.check.to_string(),
        command: vec!["/bin/sh", "/scripts/check.sh"],
        env: ages(schedules)?,
        memory: "256Mi",
        retries: 1,
        deadline: 900,
        reads_through_server: true,
        drill: false,
        by_hand: false,
    })
}

fn drill(backups: &PostgresBackups) -> Job {
    let repositories = if backups.offsite.is_empty() { 1 } else { 2 };
    let text = str::to_owned;
    Job {
        name: DRILL,
        workload: DRILL,
        comment: "Restores a copy to a second, starts it, compares it with the live database, and measures how long that takes.",
        schedule: backups.schedules.drill.to_string(),
        command: vec!["/bin/sh", "/scripts/drill.sh"],
        env: vec![
            variable("PGHOST", text("postgres")),
            variable("PGUSER", text("platform_drill")),
            variable("RTO_SECONDS", backups.rto_seconds.to_string()),
            variable("SCRATCH", text("/scratch")),
        ],
        memory: "1Gi",
        // A second try would hide that the first one failed.
        retries: 0,
        // Past the RTO the script itself says so; the rest is for counting and comparing.
        deadline: backups.rto_seconds.saturating_mul(2 * repositories) + 3600,
        reads_through_server: false,
        drill: true,
        by_hand: false,
    }
}

fn restore() -> Job {
    Job {
        name: "postgres-restore",
        workload: "postgres-restore",
        comment: "Brings the volume itself back to a second. Only bootstrap/postgres/restore.sh starts it: see docs/restore.md.",
        schedule: "0 0 1 1 *".to_owned(),
        command: vec!["/bin/sh", "/scripts/restore.sh"],
        env: Vec::new(),
        memory: "1Gi",
        retries: 0,
        // Nothing may end a restore but its own end.
        deadline: 7 * 24 * 3600,
        reads_through_server: false,
        drill: false,
        by_hand: true,
    }
}

/// How old backups may be.
fn ages(schedules: &BackupSchedules) -> anyhow::Result<Vec<Variable>> {
    let (full, any) = schedules
        .oldest()
        .context("schedules were checked before")?;
    Ok(vec![
        variable("ANY_MAX_AGE", any.to_string()),
        variable("FULL_MAX_AGE", full.to_string()),
    ])
}

/// What a cell changes; `volume` is the size of the drill's volume where it differs.
pub(super) fn differences(
    backups: &PostgresBackups,
    here: &BackupSchedules,
    volume: Option<&str>,
) -> anyhow::Result<Vec<JobDifference>> {
    let everywhere = &backups.schedules;
    let other = |there: &str, here: &str| (there != here).then(|| here.to_owned());
    let (ages_there, ages_here) = (ages(everywhere)?, ages(here)?);
    let difference = |name, schedule| JobDifference {
        name,
        schedule,
        env: Vec::new(),
        volume: None,
    };
    let mut jobs = vec![
        JobDifference {
            env: if ages_there == ages_here {
                Vec::new()
            } else {
                ages_here
            },
            ..difference(
                "postgres-backup-check",
                other(&everywhere.check, &here.check),
            )
        },
        difference("postgres-backup-diff", other(&everywhere.diff, &here.diff)),
        difference("postgres-backup-full", other(&everywhere.full, &here.full)),
        JobDifference {
            volume: volume.map(str::to_owned),
            ..difference(DRILL, other(&everywhere.drill, &here.drill))
        },
    ];
    jobs.retain(|job| job.schedule.is_some() || !job.env.is_empty() || job.volume.is_some());
    Ok(jobs)
}
