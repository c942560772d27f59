//! `cluster/data/postgres` and what each cell changes of it: the database, its setup, its backups and drills.

use super::network::{self, Network};
use super::postgres_cell;
use super::postgres_jobs::{self, Job};
use super::resources::Resources;
use super::{Files, Origin};
use crate::catalogue::ImagePin;
use crate::model::{
    self, BACKUP_IMAGE, BACKUP_PORT, OBJECT_STORAGE_PORT, ObjectUser, POSTGRES, POSTGRES_BACKUP,
    POSTGRES_PORT, Platform, Postgres, PostgresBackups, PostgresFlavour,
};
use crate::pins::UNRELEASED;
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
            postgres_cell::plan(platform, postgres, cell, here, policies, &key, files)?;
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
pub(super) fn shared_buffers(resources: &model::Resources) -> String {
    let megabytes = (resources.memory.amount() / 4.0 / 1024.0 / 1024.0).floor();
    format!("shared_buffers={}MB", megabytes.max(16.0))
}
