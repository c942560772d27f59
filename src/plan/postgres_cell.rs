//! What the database has in one cell that it does not have elsewhere.

use super::postgres::{image, shared_buffers};
use super::postgres_jobs::{self, JobDifference};
use super::resources::Resources;
use super::{Files, Origin};
use crate::model::{
    self, Cell, CellPostgres, POSTGRES, POSTGRES_BACKUP, Platform, Postgres, PostgresBackups,
};
use anyhow::Context as _;
use serde::Serialize;

#[derive(Serialize)]
struct Difference<'a> {
    namespace: String,
    files: Vec<&'static str>,
    resources: Option<Resources<'a>>,
    shared_buffers: String,
    storage: Option<&'a str>,
    storage_class: Option<&'a str>,
    jobs: Vec<JobDifference>,
}

#[derive(Serialize)]
struct Repositories<'a> {
    platform: &'a str,
    namespace: String,
    bucket: String,
    region: &'a str,
    offsite: Vec<postgres_jobs::Variable>,
    repositories: &'static str,
}

/// Adds the files of a cell.
pub(super) fn plan(
    platform: &Platform,
    postgres: &Postgres,
    cell: &Cell,
    here: &CellPostgres,
    policies: Option<&'static str>,
    key: &str,
    files: &mut Files,
) -> anyhow::Result<()> {
    let folder = format!("{}/{POSTGRES}/cell", cell.overlay());
    let origin = |template| Origin {
        template,
        key,
        custom: "custom/postgres",
    };
    let storage = (here.storage != postgres.storage).then_some(&*here.storage);
    let storage_class = here
        .storage_class
        .as_deref()
        .filter(|class| postgres.storage_class.as_deref() != Some(*class));
    let backups = platform.postgres_backups.as_ref();
    let mut own: Vec<&'static str> = policies.into_iter().collect();
    own.extend(backups.map(|_| "repositories.yaml"));
    let difference = Difference {
        namespace: platform.data_namespace(),
        files: own,
        resources: Resources::differing(&postgres.resources, &here.resources),
        shared_buffers: shared_buffers(&here.resources),
        storage,
        storage_class,
        jobs: match (backups, &cell.backup_schedules) {
            (Some(backups), Some(schedules)) if image(platform, postgres).is_some() => {
                let volume = storage_class.map_or(storage, |_| Some(&*here.storage));
                postgres_jobs::differences(backups, schedules, volume)?
            }
            _ => Vec::new(),
        },
    };
    let template = "cluster/overlays/cell/postgres/cell/kustomization.yaml";
    let path = format!("{folder}/kustomization.yaml");
    files.render(path, origin(template), &difference)?;
    if let Some(backups) = backups {
        let template = "cluster/overlays/cell/postgres/cell/repositories.yaml";
        let path = format!("{folder}/repositories.yaml");
        files.render(
            path,
            origin(template),
            &repositories(platform, backups, cell)?,
        )?;
    }
    Ok(())
}

fn repositories<'a>(
    platform: &'a Platform,
    backups: &PostgresBackups,
    cell: &'a Cell,
) -> anyhow::Result<Repositories<'a>> {
    let store = cell.object_storage.as_ref();
    let bucket = store.and_then(|store| store.buckets.get(POSTGRES_BACKUP));
    let offsite = model::offsite(backups, cell);
    let mut variables = Vec::new();
    if let Some(offsite) = offsite {
        let endpoint = platform.endpoint(&offsite.endpoint);
        let endpoint = endpoint.context("the endpoint of the copy outside was checked before")?;
        let port = endpoint.ports.first().copied().unwrap_or(443);
        let bucket = offsite
            .bucket
            .replace("{environment}", &cell.environment)
            .replace("{region}", &cell.region);
        // All of it, because a repository without a bucket would stop pgBackRest in the cells that have none.
        for (name, value) in [
            ("TYPE", "s3".to_owned()),
            ("PATH", "/postgres".to_owned()),
            ("S3_BUCKET", bucket),
            ("S3_ENDPOINT", endpoint.host.to_string()),
            ("S3_REGION", offsite.s3_region.to_string()),
            ("S3_URI_STYLE", "path".to_owned()),
            ("STORAGE_PORT", port.to_string()),
            ("CIPHER_TYPE", "aes-256-cbc".to_owned()),
            ("BUNDLE", "y".to_owned()),
            ("RETENTION_FULL", backups.retention_full.to_string()),
            ("RETENTION_DIFF", backups.retention_diff.to_string()),
        ] {
            variables.push(postgres_jobs::variable(
                &format!("PGBACKREST_REPO2_{name}"),
                value,
            ));
        }
    }
    let store = cell.object_storage.as_ref();
    let store = store.context("a cell with backups has an object store")?;
    if store.outside.is_some() {
        let style = if store.access.path_style {
            "path"
        } else {
            "host"
        };
        for (name, value) in [
            ("S3_ENDPOINT", store.access.host.clone()),
            ("S3_URI_STYLE", style.to_owned()),
            ("STORAGE_PORT", store.access.port.to_string()),
        ] {
            let name = format!("PGBACKREST_REPO1_{name}");
            variables.push(postgres_jobs::variable(&name, value));
        }
    }
    Ok(Repositories {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        bucket: bucket
            .cloned()
            .context("the backups' bucket is one of the cell's")?,
        region: &store.access.region,
        repositories: if offsite.is_some() { "1 2" } else { "1" },
        offsite: variables,
    })
}
