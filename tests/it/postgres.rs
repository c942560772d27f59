//! PostgreSQL and its backups: what is rendered, what each cell changes, what is refused, and no trace without the tables.

use crate::plan::{build, declaration, load};
use platformctl::model::credentials::Value as Source;
use platformctl::model::edges::Peer;
use platformctl::model::{self, Cell, Platform};
use platformctl::plan::Plan;
use serde::Deserialize as _;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const IMAGE: &str = r#"
[catalogue.images.postgres-pgbackrest]
tag = "17-1"
digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
"#;

const BACKUPS: &str = r#"
[components.backups]
postgres = { rpo = "10m", rto = "2h", retention-full = 7 }
"#;

/// The full example with a plain database that one service uses.
fn text(more: &str) -> String {
    let text = declaration("full");
    let used = text.replacen(
        "uses = [\"objects\", \"exports\"]",
        "uses = [\"objects\", \"exports\", \"postgres\"]",
        1,
    );
    assert_ne!(text, used, "the example still has that line");
    format!("{used}\n[components.postgres]\nstorage = \"100Gi\"\n{more}")
}

pub(crate) fn with_backups(more: &str) -> String {
    text(&format!("{BACKUPS}{IMAGE}{more}"))
}

fn file<'a>(plan: &'a Plan, path: &str) -> &'a str {
    let file = plan.files.get(path);
    &file.unwrap_or_else(|| panic!("there is no {path}")).content
}

fn documents(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .filter(|document| !document.is_null())
        .collect()
}

fn cell<'a>(platform: &'a Platform, name: &str) -> &'a Cell {
    platform.cell(name).expect("the example has it")
}

/// Who opens connections to whom, at which ports, among the database's own pods and towards them.
fn ways(cell: &Cell) -> BTreeSet<(String, String, Vec<u16>)> {
    let name = |peer: &Peer| match peer {
        Peer::Pods(pods) => pods.name.clone(),
        Peer::Outside { host, .. } => host.clone(),
        other => format!("{other:?}"),
    };
    cell.edges
        .iter()
        .map(|edge| (name(&edge.from), name(&edge.to), edge.ports.clone()))
        .filter(|(from, to, _)| from.starts_with("postgres") || to == "postgres")
        .collect()
}

fn way(from: &str, to: &str, port: u16) -> (String, String, Vec<u16>) {
    (from.to_owned(), to.to_owned(), vec![port])
}

#[test]
fn nothing_of_it_is_there_without_its_tables() {
    let plan = build(&declaration("full"));
    let schema = "docs/platform.schema.json";
    for (path, file) in plan.files.iter().filter(|(path, _)| *path != schema) {
        assert!(
            !path.contains("postgres") && path != "docs/restore.md",
            "{path}"
        );
        assert!(!file.content.contains("pgbackrest"), "{path}");
        assert!(!file.content.contains("PGHOST"), "{path}");
    }
}

#[test]
fn without_backups_nothing_leaves_the_volume() {
    let plan = build(&text(""));
    assert!(file(&plan, "cluster/data/postgres/postgresql.conf").contains("archive_mode = off"));
    let own = plan
        .files
        .iter()
        .filter(|(path, _)| path.contains("postgres"));
    for (path, file) in own {
        assert!(!file.content.contains("pgbackrest"), "{path}");
        assert!(!file.content.contains("platform_drill"), "{path}");
    }
    assert!(!plan.files.contains_key("docs/restore.md"));
    let stateful = &documents(file(&plan, "cluster/data/postgres/statefulset.yaml"))[0];
    let containers = stateful["spec"]["template"]["spec"]["containers"].as_array();
    assert_eq!(containers.map(Vec::len), Some(1));
    assert_eq!(stateful["spec"]["replicas"], 1);
}

#[test]
fn only_declared_ways_are_open() {
    let platform = load(&with_backups(""));
    let expected = BTreeSet::from([
        way("backend-api", "postgres", 5432),
        way("postgres", "object-storage", 9000),
        way("postgres-backup", "object-storage", 9000),
        way("postgres-backup", "postgres", 8432),
        way("postgres-drill", "object-storage", 9000),
        way("postgres-drill", "postgres", 5432),
        way("postgres-restore", "object-storage", 9000),
        way("postgres-restore", "postgres", 5432),
        way("postgres-setup", "object-storage", 9000),
        way("postgres-setup", "postgres", 5432),
        way("postgres-setup", "postgres", 8432),
    ]);
    for cell in &platform.cells {
        assert_eq!(ways(cell), expected, "{}", cell.name.as_str());
    }
    let without = load(&text(""));
    let fewer = BTreeSet::from([
        way("backend-api", "postgres", 5432),
        way("postgres-setup", "postgres", 5432),
    ]);
    assert_eq!(ways(&without.cells[0]), fewer);
}

/// Every key of a Secret that a manifest asks for.
fn asked(value: &Value, found: &mut BTreeSet<(String, String)>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match value {
        Value::Object(map) => {
            if let Some(key) = map.get("secretKeyRef") {
                found.insert((text(&key["name"]), text(&key["key"])));
            }
            if let Some(secret) = map.get("secret") {
                for item in secret["items"].as_array().into_iter().flatten() {
                    found.insert((text(&secret["secretName"]), text(&item["key"])));
                }
            }
            map.values().for_each(|value| asked(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| asked(value, found)),
        _ => {}
    }
}

#[test]
fn every_secret_it_asks_for_is_a_credential_of_the_cell() {
    for text in [with_backups(""), text("")] {
        let platform = load(&text);
        let plan = build(&text);
        let cell = cell(&platform, "production/tr");
        let data = platform.data_namespace();
        let kept: BTreeSet<(String, String)> = cell
            .credentials
            .iter()
            .filter(|credential| credential.namespaces.contains(&data))
            .flat_map(|credential| {
                let keys = credential.keys.iter();
                keys.map(|key| (credential.name.clone(), key.key.clone()))
            })
            .collect();
        let mut found = BTreeSet::new();
        for (path, file) in &plan.files {
            if path.starts_with("cluster/data/postgres/") && path.ends_with(".yaml") {
                documents(&file.content)
                    .iter()
                    .for_each(|document| asked(document, &mut found));
            }
        }
        assert!(found.len() >= 2, "{found:?}");
        // The certificate's authority comes with the object store.
        found.retain(|(name, _)| name != "object-storage-ca");
        let missing: Vec<_> = found.difference(&kept).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}

#[test]
fn its_certificates_are_for_the_hosts_it_is_reached_under() {
    let platform = load(&with_backups(""));
    for name in ["postgres-tls", "postgres-backup"] {
        let mut credentials = platform.cells[0].credentials.iter();
        let credential = credentials
            .find(|credential| credential.name == name)
            .expect("is there");
        let hosts = credential.keys.iter().find_map(|key| match &key.value {
            Source::Certificate { hosts } => Some(hosts.clone()),
            _ => None,
        });
        // The first one is the subject, which pg_ident.conf and pgbackrest.conf name.
        assert_eq!(
            hosts.expect("a certificate"),
            [
                "postgres",
                "postgres.carebase-data",
                "postgres.carebase-data.svc",
                "postgres.carebase-data.svc.cluster.local"
            ]
        );
    }
    let plan = build(&with_backups(""));
    assert!(
        file(&plan, "cluster/data/postgres/pg_ident.conf")
            .contains("setup   postgres  platform_setup")
    );
    let pgbackrest = file(&plan, "cluster/data/postgres/pgbackrest.conf");
    assert!(pgbackrest.contains("\ntls-server-auth=postgres=main\n"));
}

#[test]
fn a_service_gets_what_libpq_reads() {
    let platform = load(&with_backups(""));
    let service = &platform.services["backend-api"];
    let variables = platform.variables(service);
    let value = |name: &str| match &variables[name] {
        model::Setting::Text(text) => text.clone(),
        model::Setting::Secret { name, key } => format!("{name}/{key}"),
        other => format!("{other:?}"),
    };
    assert_eq!(value("PGHOST"), "postgres.carebase-data.svc");
    assert_eq!(value("PGPORT"), "5432");
    assert_eq!(value("PGDATABASE"), "app_backend_api");
    assert_eq!(value("PGUSER"), "app_backend_api");
    assert_eq!(value("PGPASSWORD"), "backend-api-postgres/password");
    let other = platform.variables(&platform.services["frontend"]);
    assert!(!other.contains_key("PGHOST"));
}

#[test]
fn declared_spans_and_numbers_reach_what_they_govern() {
    let plan = build(&with_backups(""));
    let settings = file(&plan, "cluster/data/postgres/postgresql.conf");
    assert!(
        settings.contains("\narchive_timeout = 120\n"),
        "a fifth of the RPO"
    );
    let pgbackrest = file(&plan, "cluster/data/postgres/pgbackrest.conf");
    assert!(pgbackrest.contains("\nrepo1-retention-full=7\n"));
    assert!(
        pgbackrest.contains("\nrepo1-retention-diff=14\n"),
        "the default"
    );
    let jobs = jobs(&plan);
    assert_eq!(jobs["postgres-drill"].env["RTO_SECONDS"], "7200");
    // Full backups every week, others every day: and some time for the backup itself.
    let check = &jobs["postgres-backup-check"].env;
    assert_eq!(check["FULL_MAX_AGE"], (8 * 86_400).to_string());
    assert_eq!(check["ANY_MAX_AGE"], (86_400 + 6 * 3600).to_string());
    let schedule = |name: &str| jobs[name].schedule.as_str();
    assert_eq!(schedule("postgres-backup-full"), "0 2 * * 0");
    assert_eq!(schedule("postgres-backup-diff"), "0 2 * * 1-6");
    assert_eq!(schedule("postgres-drill"), "0 5 1 * *");
    assert!(
        jobs["postgres-restore"].suspended,
        "only a person starts it"
    );
    assert!(!jobs["postgres-backup-full"].suspended);
}

struct Job {
    schedule: String,
    suspended: bool,
    env: BTreeMap<String, String>,
}

fn jobs(plan: &Plan) -> BTreeMap<String, Job> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let documents = documents(file(plan, "cluster/data/postgres/cronjobs.yaml"));
    let jobs = documents.iter().map(|document| {
        let spec = &document["spec"];
        let pod = &spec["jobTemplate"]["spec"]["template"]["spec"];
        let env = pod["containers"][0]["env"].as_array();
        let env = env.into_iter().flatten().filter(|v| v["value"].is_string());
        let job = Job {
            schedule: text(&spec["schedule"]),
            suspended: spec["suspend"] == true,
            env: env.map(|v| (text(&v["name"]), text(&v["value"]))).collect(),
        };
        (text(&document["metadata"]["name"]), job)
    });
    jobs.collect()
}

#[test]
fn a_cell_differs_in_what_it_declares_and_in_its_bucket() {
    let text = with_backups(
        r#"
[environments.staging.components.backups]
postgres = { drill = "0 6 * * 1" }
[cells."production/tr".components.postgres]
storage = "1Ti"
resources = { memory = "8Gi" }
[cells."production/tr".components.backups]
postgres = { schedule-full = "0 1 * * 6,3" }
"#,
    );
    let plan = build(&text);
    let component = |cell: &str| {
        file(
            &plan,
            &format!("cluster/overlays/{cell}/postgres/cell/kustomization.yaml"),
        )
    };
    let tr = component("production/tr");
    for part in [
        "value: 1Ti",
        "shared_buffers=2048MB",
        "memory: 8Gi",
        "schedule: \"0 1 * * 6,3\"",
        // The drill's volume grows along.
        "storage: 1Ti",
        // Four days are the longest time between two.
        "value: \"432000\"",
    ] {
        assert!(tr.contains(part), "{part}: {tr}");
    }
    assert!(component("staging/es").contains("schedule: \"0 6 * * 1\""));
    let same = component("production/es");
    assert!(
        !same.contains("schedule") && !same.contains("value:"),
        "{same}"
    );
    for cell in ["production/tr", "staging/es"] {
        let path = format!("cluster/overlays/{cell}/postgres/cell/repositories.yaml");
        let data = &documents(file(&plan, &path))[0]["data"];
        let (environment, region) = cell.split_once('/').expect("a cell");
        let bucket = format!("carebase-{environment}-{region}-postgres-backup");
        assert_eq!(data["PGBACKREST_REPO1_S3_BUCKET"], bucket.as_str());
        assert_eq!(data["PGBACKREST_REPO1_S3_REGION"], region);
        assert_eq!(data["REPOSITORIES"], "1");
    }
}

#[test]
fn until_its_image_is_built_the_database_stays_at_zero() {
    let plan = build(&text(BACKUPS));
    let stateful = &documents(file(&plan, "cluster/data/postgres/statefulset.yaml"))[0];
    assert_eq!(stateful["spec"]["replicas"], 0);
    let image = &stateful["spec"]["template"]["spec"]["containers"][0]["image"];
    assert_eq!(image, "ghcr.io/acme/postgres:unreleased");
    for job in ["cronjobs.yaml", "setup-job.yaml"] {
        let path = format!("cluster/data/postgres/{job}");
        assert!(!plan.files.contains_key(&path), "it could never succeed");
    }
    assert!(file(&plan, "images/postgres/Dockerfile").contains("pgbackrest version"));
    assert!(
        plan.files
            .contains_key(".github/workflows/postgres-image.yml")
    );
    assert!(file(&plan, "docs/restore.md").contains("There is no such entry yet"));
    let built = build(&with_backups(""));
    let stateful = file(&built, "cluster/data/postgres/statefulset.yaml");
    assert!(stateful.contains("image: ghcr.io/acme/postgres:17-1@sha256:1111"));
}

const OFFSITE: &str = r#"
[components.backups.offsite.es]
store = "vault-es"
endpoint = "vault"
s3-region = "eu-south-2"
[[stores]]
id = "vault-es"
kind = "backup-repo"
region = "es"
classes = ["phi", "pii"]
at = { provider = "aws", location = "eu-south-2" }
[[endpoints]]
id = "vault"
host = "s3.eu-south-2.amazonaws.com"
country = "ES"
classes = ["phi", "pii"]
cidrs = ["198.51.100.0/24"]
regions = ["es"]
"#;

#[test]
fn a_copy_outside_is_of_its_region_only() {
    let text = with_backups(OFFSITE);
    let (platform, plan) = (load(&text), build(&text));
    let data = |cell: &str| {
        let path = format!("cluster/overlays/{cell}/postgres/cell/repositories.yaml");
        documents(file(&plan, &path))[0]["data"].clone()
    };
    let es = data("production/es");
    assert_eq!(es["REPOSITORIES"], "1 2");
    assert_eq!(
        es["PGBACKREST_REPO2_S3_BUCKET"],
        "carebase-production-es-postgres-backup"
    );
    assert_eq!(
        es["PGBACKREST_REPO2_S3_ENDPOINT"],
        "s3.eu-south-2.amazonaws.com"
    );
    assert_eq!(es["PGBACKREST_REPO2_S3_REGION"], "eu-south-2");
    assert_eq!(es["PGBACKREST_REPO2_STORAGE_PORT"], "443");
    assert_eq!(data("production/tr")["REPOSITORIES"], "1");
    let outside = |cell: &Cell| {
        ways(cell)
            .iter()
            .filter(|(_, to, _)| to.contains("amazonaws"))
            .count()
    };
    assert_eq!(outside(cell(&platform, "production/es")), 5);
    assert_eq!(outside(cell(&platform, "production/tr")), 0);
    assert_eq!(
        outside(cell(&platform, "dev-local/local")),
        0,
        "a laptop has none"
    );
    let has = |cell: &Cell| {
        cell.credentials
            .iter()
            .any(|c| c.name == "postgres-backup-offsite")
    };
    assert!(has(cell(&platform, "staging/es")) && !has(cell(&platform, "staging/tr")));
    assert_eq!(es["PGBACKREST_REPO2_CIPHER_TYPE"], "aes-256-cbc");
    // A repository without a bucket would stop pgBackRest in the other cells.
    assert!(!file(&plan, "cluster/data/postgres/pgbackrest.conf").contains("repo2"));
}

/// The codes and messages of the problems of a declaration.
fn problems(text: &str) -> Vec<(String, String)> {
    let problems = model::load(text).map(|_| ()).expect_err("is refused");
    let told = problems
        .iter()
        .map(|problem| (problem.code.to_string(), problem.message.clone()));
    told.collect()
}

#[test]
fn what_cannot_be_is_refused_with_its_reason() {
    let full = declaration("full");
    for (text, code, message) in [
        (
            text("[components.supabase]\n"),
            "conflicting-keys",
            "both `components.postgres` and `components.supabase` bring a database",
        ),
        (
            format!("{full}\n[components.backups]\n"),
            "missing-key",
            "there is no database to back up",
        ),
        (
            full.replacen(
                "uses = [\"objects\", \"exports\"]",
                "uses = [\"objects\", \"exports\", \"postgres\"]",
                1,
            ),
            "unknown-reference",
            "there is no store `postgres`",
        ),
        (
            text("[components.backups]\npostgres = { schedule-full = \"0 25 * * 0\" }\n"),
            "bad-schedule",
            "`components.backups.postgres.schedule-full` is no schedule: the hour `25` is not from 0 to 23",
        ),
        (
            text("[components.backups]\npostgres = { drill = \"@monthly\" }\n"),
            "bad-name",
            "`components.backups.postgres.drill` is not valid: `@monthly`",
        ),
        (
            text("[components.backups]\npostgres = { rpo = \"30s\" }\n"),
            "out-of-range",
            "`components.backups.postgres.rpo` of 30s cannot be held",
        ),
        (
            text("[components.backups]\npostgres = { rto = \"1m\" }\n"),
            "out-of-range",
            "`components.backups.postgres.rto` of 1m cannot be held",
        ),
        (
            text(
                "[cells.\"production/tr\".components.backups]\npostgres = { drill = \"0 5 31 2 *\" }\n",
            ),
            "unknown-reference",
            "there is no backup to change",
        ),
        (
            format!("{full}\n[cells.\"production/tr\".components.postgres]\nstorage = \"1Ti\"\n"),
            "unknown-reference",
            "there is no database to change",
        ),
        (
            with_backups(&OFFSITE.replace("region = \"es\"\nclasses", "region = \"tr\"\nclasses")),
            "unknown-reference",
            "`vault-es` is no backup repository of the region `es`",
        ),
        (
            with_backups(&OFFSITE.replace("cidrs = [\"198.51.100.0/24\"]\n", "")),
            "unknown-reference",
            "`vault` is no endpoint that the region `es` can reach",
        ),
    ] {
        let found = problems(&text);
        let wanted = (code.to_owned(), message.to_owned());
        assert!(found.contains(&wanted), "{wanted:?} is not in {found:#?}");
    }
}
