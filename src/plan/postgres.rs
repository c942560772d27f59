//! `cluster/data/postgres` and what each cell changes of it: the database, its setup, its backups and drills.

use super::network::{self, Network};
use super::postgres_jobs::{self, Job, JobDifference};
use super::resources::Resources;
use super::{Files, Origin};
use crate::catalogue::ImagePin;
use crate::model::{
    self, BACKUP_IMAGE, BACKUP_PORT, Cell, CellPostgres, OBJECT_STORAGE_PORT, ObjectUser, POSTGRES,
    POSTGRES_BACKUP, POSTGRES_PORT, Platform, Postgres, PostgresBackups, PostgresFlavour,
};
use crate::pins::UNRELEASED;
use anyhow::Context as _;
use serde::Serialize;

/// The name of the one database cluster in its repositories.
pub(super) const STANZA: &str = "main";

const FOLDER: &str = "cluster/data/postgres";

const TEMPLATES: [&str; 12] = [
    "cluster/data/postgres/init.sql",
    "cluster/data/postgres/kustomization.yaml",
    "cluster/data/postgres/pdb.yaml",
    "cluster/data/postgres/pg_hba.conf",
    "cluster/data/postgres/pg_ident.conf",
    "cluster/data/postgres/postgresql.conf",
    "cluster/data/postgres/service.yaml",
    "cluster/data/postgres/serviceaccount.yaml",
    "cluster/data/postgres/setup-job.yaml",
    "cluster/data/postgres/setup.sh",
    "cluster/data/postgres/setup.sql",
    "cluster/data/postgres/statefulset.yaml",
];

/// What there is besides where backups are declared.
const BACKUP_TEMPLATES: [&str; 7] = [
    "cluster/data/postgres/backup.sh",
    "cluster/data/postgres/check.sh",
    "cluster/data/postgres/cronjobs.yaml",
    "cluster/data/postgres/drill.sh",
    "cluster/data/postgres/pgbackrest.conf",
    "cluster/data/postgres/restore.sh",
    "cluster/data/postgres/stanza.sh",
];

/// The roles of Supabase's services: the variable of the setup Job and the key of the Secret `supabase-database`.
const SUPABASE_PASSWORDS: [(&str, &str); 6] = [
    ("PASSWORD_AUTHENTICATOR", "authenticator"),
    ("PASSWORD_PGBOUNCER", "pgbouncer"),
    ("PASSWORD_POSTGRES", "postgres"),
    ("PASSWORD_SUPABASE_AUTH_ADMIN", "supabase-auth-admin"),
    (
        "PASSWORD_SUPABASE_FUNCTIONS_ADMIN",
        "supabase-functions-admin",
    ),
    ("PASSWORD_SUPABASE_STORAGE_ADMIN", "supabase-storage-admin"),
];

#[derive(Serialize)]
struct Base<'a> {
    platform: &'a str,
    namespace: String,
    supabase: bool,
    superuser: &'static str,
    /// The subject of the certificates: the first of the hosts they are for.
    certificate_name: &'static str,
    port: u16,
    uid: u32,
    gid: u32,
    image: String,
    built: bool,
    resources: Resources<'a>,
    shared_buffers: String,
    storage: &'a str,
    storage_class: Option<&'a str>,
    files: Vec<&'a str>,
    setup_files: Vec<String>,
    services: Vec<User>,
    role_passwords: Vec<RolePassword>,
    passwords: Vec<Password>,
    password_variables: Vec<String>,
    backups: Option<Backups>,
    offsite: bool,
    repository: Repository,
    jobs: Vec<Job>,
}

/// A service that uses the database.
#[derive(Serialize)]
struct User {
    role: String,
    variable: String,
}

/// A role that others made.
#[derive(Serialize)]
struct RolePassword {
    role: &'static str,
    variable: &'static str,
}

/// Where the setup Job has a password from.
#[derive(Serialize)]
struct Password {
    variable: String,
    secret: String,
    key: &'static str,
}

#[derive(Serialize)]
struct Backups {
    stanza: &'static str,
    archive_timeout: u32,
    retention_full: u32,
    retention_diff: u32,
    server_port: u16,
    server_port_text: String,
    object_secret: String,
}

/// How the cell's own object store is reached.
#[derive(Serialize)]
struct Repository {
    /// Whether every cell reaches its store in the same way.
    in_cluster: bool,
    /// Whether every cell's store shows a certificate of its own.
    own_ca: bool,
    endpoint: String,
    port: u16,
    ca_secret: &'static str,
    ca_folder: &'static str,
    ca_file: &'static str,
}

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

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let Some(postgres) = &platform.postgres else {
        return Ok(());
    };
    let base = base(platform, postgres)?;
    let key = format!("components.{}", postgres.component());
    // Without an image the setup Job could only fail, and hold up everything behind it.
    let skipped = |template: &&str| template.ends_with("setup-job.yaml") && !base.built;
    for template in TEMPLATES.into_iter().filter(|template| !skipped(template)) {
        files.render(template.to_owned(), origin(template, &key), &base)?;
    }
    if platform.postgres_backups.is_some() {
        let waits = |template: &&str| template.ends_with("/cronjobs.yaml") && !base.built;
        for template in BACKUP_TEMPLATES
            .into_iter()
            .filter(|template| !waits(template))
        {
            let origin = origin(template, "components.backups");
            files.render(template.to_owned(), origin, &base)?;
        }
    }
    for (index, cell) in platform.cells.iter().enumerate() {
        if let Some(here) = &cell.postgres {
            let policies = network.is_here(POSTGRES, index).then_some(network::FILE);
            differences(platform, postgres, cell, here, policies, &key, files)?;
        }
    }
    Ok(())
}

fn origin<'a>(template: &'static str, key: &'a str) -> Origin<'a> {
    Origin {
        template,
        key,
        custom: "custom/postgres of a cell",
    }
}

/// The image that the database and everything around its backups runs, if there is one yet.
pub(super) fn image<'a>(platform: &'a Platform, postgres: &Postgres) -> Option<&'a ImagePin> {
    match platform.postgres_backups {
        Some(_) => platform.images.get(BACKUP_IMAGE),
        None => platform.images.get(upstream(postgres)),
    }
}

/// The image of the database as its project makes it, by its name in the catalogue.
pub(super) fn upstream(postgres: &Postgres) -> &'static str {
    match postgres.flavour {
        PostgresFlavour::Plain => "postgres",
        PostgresFlavour::Supabase => "supabase-postgres",
    }
}

/// User and group `postgres` of Debian's image, and of Supabase's, which is made from Alpine.
pub(super) fn user(postgres: &Postgres) -> (u32, u32) {
    match postgres.flavour {
        PostgresFlavour::Plain => (999, 999),
        PostgresFlavour::Supabase => (100, 101),
    }
}

fn base<'a>(platform: &'a Platform, postgres: &'a Postgres) -> anyhow::Result<Base<'a>> {
    let supabase = postgres.flavour == PostgresFlavour::Supabase;
    let backups = platform.postgres_backups.as_ref();
    let image = image(platform, postgres).map(ImagePin::reference);
    anyhow::ensure!(
        backups.is_some() || image.is_some(),
        "the catalogue has no image `{}`",
        upstream(postgres)
    );
    let passwords = passwords(platform, postgres);
    let (uid, gid) = user(postgres);
    Ok(Base {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        supabase,
        superuser: postgres.superuser(),
        certificate_name: POSTGRES,
        port: POSTGRES_PORT,
        uid,
        gid,
        files: resource_files(backups.is_some(), image.is_some()),
        built: image.is_some(),
        image: image.unwrap_or_else(|| format!("{}/{POSTGRES}:{UNRELEASED}", platform.registry)),
        resources: (&postgres.resources).into(),
        shared_buffers: shared_buffers(&postgres.resources),
        storage: &postgres.storage,
        storage_class: postgres.storage_class.as_deref(),
        setup_files: setup_files(supabase),
        services: model::postgres_users(platform).map(service_user).collect(),
        role_passwords: vec![RolePassword {
            role: postgres.superuser(),
            variable: "SUPERUSER_PASSWORD",
        }],
        password_variables: passwords.iter().map(|p| p.variable.clone()).collect(),
        passwords,
        offsite: backups.is_some_and(|backups| !backups.offsite.is_empty()),
        backups: backups.map(described),
        repository: repository(platform),
        jobs: backups.map_or_else(|| Ok(Vec::new()), postgres_jobs::jobs)?,
    })
}

fn resource_files(backups: bool, built: bool) -> Vec<&'static str> {
    let files = [
        ("cronjobs.yaml", backups && built),
        (network::FILE, true),
        ("pdb.yaml", true),
        ("service.yaml", true),
        ("serviceaccount.yaml", true),
        ("setup-job.yaml", built),
        ("statefulset.yaml", true),
    ];
    let there = files.into_iter().filter(|(_, there)| *there);
    there.map(|(file, _)| file).collect()
}

/// The files of the setup Job, relative to the folder of the base.
fn setup_files(supabase: bool) -> Vec<String> {
    let mut files = vec!["setup.sh".to_owned(), "setup.sql".to_owned()];
    if supabase {
        files.extend(supabase_templates().filter_map(|name| {
            Some(
                name.strip_prefix(FOLDER)?
                    .trim_start_matches('/')
                    .to_owned(),
            )
        }));
    }
    files
}

/// What Supabase's services need in the database.
fn supabase_templates() -> impl Iterator<Item = &'static str> {
    let names = crate::template::TEMPLATES.iter().map(|(name, _)| *name);
    names.filter(|name| name.starts_with("cluster/data/postgres/supabase/"))
}

fn described(backups: &PostgresBackups) -> Backups {
    Backups {
        stanza: STANZA,
        archive_timeout: backups.archive_timeout(),
        retention_full: backups.retention_full,
        retention_diff: backups.retention_diff,
        server_port: BACKUP_PORT,
        server_port_text: BACKUP_PORT.to_string(),
        object_secret: ObjectUser::secret_of(POSTGRES_BACKUP),
    }
}

fn repository(platform: &Platform) -> Repository {
    let store = platform.object_storage.as_ref();
    Repository {
        in_cluster: store.is_some_and(model::ObjectStorage::is_in_cluster),
        own_ca: platform.object_storage_ca_everywhere(),
        endpoint: format!("object-storage.{}.svc", platform.data_namespace()),
        port: OBJECT_STORAGE_PORT,
        ca_secret: "object-storage-ca",
        ca_folder: "/etc/platform/object-storage",
        ca_file: "/etc/platform/object-storage/ca.crt",
    }
}

fn service_user(service: &model::Service) -> User {
    let role = Postgres::role(&service.name);
    User {
        variable: format!("{}_PASSWORD", role.to_ascii_uppercase()),
        role,
    }
}

fn passwords(platform: &Platform, postgres: &Postgres) -> Vec<Password> {
    let password = |variable: &str, secret: &str, key| Password {
        variable: variable.to_owned(),
        secret: secret.to_owned(),
        key,
    };
    let mut passwords = vec![password("SUPERUSER_PASSWORD", POSTGRES, "password")];
    if platform.postgres_backups.is_some() {
        passwords.push(password("DRILL_PASSWORD", "postgres-drill", "password"));
    }
    if postgres.flavour == PostgresFlavour::Supabase {
        let roles = SUPABASE_PASSWORDS.iter();
        passwords.extend(roles.map(|(variable, key)| password(variable, "supabase-database", key)));
    }
    for service in model::postgres_users(platform) {
        let secret = Postgres::secret_of(&service.name);
        passwords.push(password(
            &service_user(service).variable,
            &secret,
            "password",
        ));
    }
    passwords
}

/// A quarter of the memory, as the server's own manual advises
/// (<https://www.postgresql.org/docs/17/runtime-config-resource.html>).
fn shared_buffers(resources: &model::Resources) -> String {
    let megabytes = (resources.memory.amount() / 4.0 / 1024.0 / 1024.0).floor();
    format!("shared_buffers={}MB", megabytes.max(16.0))
}

fn differences(
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
