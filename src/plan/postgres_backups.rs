//! What backups need outside the cells: the image with pgBackRest and the workflow that builds it, the script that restores,
//! and the page that says how.

use super::postgres::{self, image, upstream};
use super::workflows::{Uses, registry, uses};
use super::{Files, Origin};
use crate::catalogue::{self, BuiltFrom};
use crate::model::{
    self, BACKUP_IMAGE, POSTGRES, POSTGRES_BACKUP, Platform, Postgres, PostgresBackups,
    PostgresFlavour,
};
use anyhow::Context as _;
use serde::Serialize;
use std::collections::BTreeMap;

const KEY: &str = "components.backups";

#[derive(Serialize)]
struct Image<'a> {
    base: String,
    supabase: bool,
    user: String,
    pgbackrest: &'a BuiltFrom,
    image: String,
    /// The tag that the workflow begins with.
    version: String,
    branch: &'a str,
    registry: &'a str,
    github_registry: bool,
    actions: BTreeMap<String, Uses<'a>>,
}

#[derive(Serialize)]
struct Page<'a> {
    platform: &'a str,
    namespace: String,
    supabase: bool,
    image: String,
    built: bool,
    retention_full: u32,
    archive_timeout: u32,
    rpo: String,
    rto: String,
    offsite: bool,
    cells: Vec<Row<'a>>,
}

/// A cell and its backups.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    bucket: &'a str,
    full: &'a str,
    diff: &'a str,
    drill: &'a str,
    offsite: &'a str,
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let (Some(postgres), Some(backups)) = (&platform.postgres, &platform.postgres_backups) else {
        return Ok(());
    };
    let image = described(platform, postgres)?;
    let file = "images/postgres/Dockerfile";
    files.render(file.to_owned(), origin(file), &image)?;
    let workflow = ".github/workflows/postgres-image.yml".to_owned();
    files.render(workflow, origin("github/postgres-image.yml"), &image)?;
    let page = page(platform, postgres, backups, image.image)?;
    let script = "bootstrap/postgres/restore.sh";
    files.render(script.to_owned(), origin(script), &page)?;
    let doc = "docs/restore.md";
    files.render(doc.to_owned(), origin(doc), &page)
}

fn origin(template: &'static str) -> Origin<'static> {
    Origin {
        template,
        key: KEY,
        custom: "",
    }
}

fn described<'a>(platform: &'a Platform, postgres: &Postgres) -> anyhow::Result<Image<'a>> {
    let name = upstream(postgres);
    let base = platform.images.get(name);
    let base = base.with_context(|| format!("the catalogue has no image `{name}`"))?;
    let pgbackrest = catalogue::sources().get("pgbackrest");
    let pgbackrest =
        pgbackrest.context("the catalogue does not say what pgBackRest is built from")?;
    let (registry, github_registry) = registry(platform);
    let (uid, gid) = postgres::user(postgres);
    Ok(Image {
        base: base.reference(),
        supabase: postgres.flavour == PostgresFlavour::Supabase,
        user: format!("{uid}:{gid}"),
        version: format!("{}-{}", base.tag, pgbackrest.version),
        pgbackrest,
        image: match platform.images.get(BACKUP_IMAGE) {
            Some(own) => own.image.clone(),
            None => format!("{}/{POSTGRES}", platform.registry),
        },
        branch: &platform.branch,
        registry,
        github_registry,
        actions: uses(),
    })
}

fn page<'a>(
    platform: &'a Platform,
    postgres: &Postgres,
    backups: &'a PostgresBackups,
    own_image: String,
) -> anyhow::Result<Page<'a>> {
    let rows = platform.cells.iter().map(|cell| {
        let schedules = cell.backup_schedules.as_ref();
        let schedules = schedules.unwrap_or(&backups.schedules);
        let store = cell.object_storage.as_ref();
        let bucket = store.and_then(|store| store.buckets.get(POSTGRES_BACKUP));
        let offsite = model::offsite(backups, cell);
        Ok(Row {
            name: &cell.name,
            bucket: bucket.context("the backups' bucket is one of the cell's")?,
            full: &schedules.full,
            diff: &schedules.diff,
            drill: &schedules.drill,
            offsite: offsite.map_or("none", |offsite| offsite.store.as_str()),
        })
    });
    Ok(Page {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        supabase: postgres.flavour == PostgresFlavour::Supabase,
        image: own_image,
        built: image(platform, postgres).is_some(),
        retention_full: backups.retention_full,
        archive_timeout: backups.archive_timeout(),
        rpo: span(backups.rpo_seconds),
        rto: span(backups.rto_seconds),
        offsite: !backups.offsite.is_empty(),
        cells: rows.collect::<anyhow::Result<_>>()?,
    })
}

/// A time span in the largest unit that fits.
fn span(seconds: u32) -> String {
    let units = [
        (86_400, "day"),
        (3600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let fitting = units
        .into_iter()
        .find(|(unit, _)| seconds.is_multiple_of(*unit));
    let (unit, word) = fitting.unwrap_or((1, "second"));
    match seconds / unit {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_the_largest_unit() {
        assert_eq!(span(300), "5 minutes");
        assert_eq!(span(86_400), "1 day");
        assert_eq!(span(5400), "90 minutes");
        assert_eq!(span(61), "61 seconds");
    }
}
