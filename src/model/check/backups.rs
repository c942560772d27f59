//! Backups: something to back up, somewhere to keep it, schedules that come, and spans that can be held.

use super::postgres::{absent, has_database, overrides};
use crate::diagnostic::Diagnostic;
use crate::model::Problems;
use crate::model::schedule::Cron;
use crate::spec::names::{Name, Schedule, Timespan};
use crate::spec::types::{BackupsSpec, OffsiteSpec, StoreKind};
use crate::spec::{KeyPath, Spec};

/// The shortest RPO, in seconds: a log is shipped by the minute at best.
const SHORTEST_RPO: u32 = 60;
/// The shortest RTO, in seconds: starting anything takes minutes.
const SHORTEST_RTO: u32 = 300;

pub(super) fn backups(spec: &Spec, problems: &mut Problems<'_>) {
    let path = KeyPath::new(["components", "backups"]);
    if let Some(written) = &spec.components.backups {
        needs(spec, &path, problems);
        let here = path.key("postgres");
        let postgres = written.postgres.as_ref();
        let of =
            |key: fn(&_) -> &Option<Schedule>| postgres.and_then(|written| key(written).as_ref());
        schedule(
            of(|w| &w.schedule_full),
            &here.key("schedule-full"),
            problems,
        );
        schedule(
            of(|w| &w.schedule_diff),
            &here.key("schedule-diff"),
            problems,
        );
        schedule(
            of(|w| &w.schedule_check),
            &here.key("schedule-check"),
            problems,
        );
        schedule(of(|w| &w.drill), &here.key("drill"), problems);
        if let Some(postgres) = postgres {
            span(
                postgres.rpo.as_ref(),
                &here.key("rpo"),
                SHORTEST_RPO,
                problems,
            );
            span(
                postgres.rto.as_ref(),
                &here.key("rto"),
                SHORTEST_RTO,
                problems,
            );
        }
        offsite(spec, written, &path.key("offsite"), problems);
    }
    for (path, overrides) in overrides(spec) {
        let Some(written) = &overrides.backups else {
            continue;
        };
        let path = path.key("backups");
        if spec.components.backups.is_none() {
            absent(&path, "backup", "backups", problems);
        }
        let here = path.key("postgres");
        if let Some(written) = &written.postgres {
            for (key, value) in [
                ("schedule-full", &written.schedule_full),
                ("schedule-diff", &written.schedule_diff),
                ("schedule-check", &written.schedule_check),
                ("drill", &written.drill),
            ] {
                schedule(value.as_ref(), &here.key(key), problems);
            }
        }
    }
}

/// Backups are of something and go somewhere.
fn needs(spec: &Spec, path: &KeyPath, problems: &mut Problems<'_>) {
    let missing = [
        (
            has_database(spec),
            "there is no database to back up",
            "a database: add `[components.postgres]` or `[components.supabase]`",
        ),
        (
            spec.components.object_storage.is_some(),
            "there is no object store to keep backups in",
            "an object store: add `[components.object-storage]`",
        ),
    ];
    for (_, message, remedy) in missing.into_iter().filter(|(there, ..)| !there) {
        let location = problems.key(path);
        problems.push(
            Diagnostic::error("missing-key", message)
                .at(location, "needs it")
                .help(format!("`components.backups` needs {remedy}")),
        );
    }
}

fn schedule(written: Option<&Schedule>, path: &KeyPath, problems: &mut Problems<'_>) {
    let Some(written) = written else { return };
    if let Err(wrong) = Cron::parse(written) {
        let help = "the fields are minute, hour, day of the month, month and day of the week, in UTC: `0 2 * * 0` is Sunday at two";
        let message = format!("`{path}` is no schedule: {wrong}");
        problems.at_value(
            "bad-schedule",
            path,
            message,
            "does not work",
            help.to_owned(),
        );
    }
}

fn span(written: Option<&Timespan>, path: &KeyPath, shortest: u32, problems: &mut Problems<'_>) {
    let Some(written) = written.filter(|written| written.seconds() < shortest) else {
        return;
    };
    let message = format!("`{path}` of {written} cannot be held");
    let help = format!("at least {} minutes", shortest / 60);
    problems.at_value("out-of-range", path, message, "too short", help);
}

fn offsite(spec: &Spec, written: &BackupsSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    for (region, offsite) in &written.offsite {
        let path = path.key(region);
        if !spec.regions.contains_key(region) {
            let location = problems.key(&path);
            problems.push(
                Diagnostic::error(
                    "unknown-reference",
                    format!("there is no region `{region}`"),
                )
                .at(location, "not declared")
                .help("a copy outside belongs to one region, whose data may be there"),
            );
            continue;
        }
        place(spec, region, offsite, &path, problems);
        way(spec, region, offsite, &path, problems);
        let shared = offsite
            .bucket
            .as_ref()
            .filter(|bucket| !bucket.contains("{environment}"));
        if shared.is_some() {
            let help =
                "cells may not share a repository; write for example `acme-{environment}-backups`";
            let message = "the bucket's name does not contain `{environment}`".to_owned();
            let label = "the same in several cells";
            problems.at_value(
                "shared-name",
                &path.key("bucket"),
                message,
                label,
                help.to_owned(),
            );
        }
    }
}

/// Where the copy is, so that the rules of residency can judge it.
fn place(
    spec: &Spec,
    region: &Name,
    offsite: &OffsiteSpec,
    path: &KeyPath,
    problems: &mut Problems<'_>,
) {
    let found = spec.stores.iter().find(|store| store.id == offsite.store);
    let fits = found.is_some_and(|store| {
        store.kind == StoreKind::BackupRepo
            && store.at.is_some()
            && store.region.as_ref() == Some(region)
    });
    if !fits {
        let message = format!(
            "`{}` is no backup repository of the region `{region}`",
            offsite.store
        );
        let help = format!(
            "declare it: `[[stores]]` with this id, `kind = \"backup-repo\"`, `region = \"{region}\"`, `classes` and `at`"
        );
        problems.at_value(
            "unknown-reference",
            &path.key("store"),
            message,
            "not declared so",
            help,
        );
    }
}

/// How the copy is reached, so that a way can be opened.
fn way(
    spec: &Spec,
    region: &Name,
    offsite: &OffsiteSpec,
    path: &KeyPath,
    problems: &mut Problems<'_>,
) {
    let found = spec
        .endpoints
        .iter()
        .find(|endpoint| endpoint.id == offsite.endpoint);
    let fits = found.is_some_and(|endpoint| {
        !endpoint.cidrs.is_empty()
            && (endpoint.regions.is_empty() || endpoint.regions.contains(region))
    });
    if !fits {
        let message = format!(
            "`{}` is no endpoint that the region `{region}` can reach",
            offsite.endpoint
        );
        let help = "declare it: `[[endpoints]]` with this id, `host`, `country`, `classes`, and `cidrs` for its network policy";
        problems.at_value(
            "unknown-reference",
            &path.key("endpoint"),
            message,
            "not declared so",
            help.to_owned(),
        );
    }
}
