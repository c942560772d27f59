//! The platform with every default filled in and every reference checked: what all later steps work on.
//!
//! In: a [`Spec`] and its [`Document`]. Out: a [`Platform`], or every problem of the declaration as diagnostics. This
//! is the only place where defaults are applied.

mod amount;
mod cell;
mod cells;
mod check;
mod components;
pub mod credentials;
pub mod edges;
pub mod guard_rails;
pub(crate) mod ingress;
pub mod namespaces;
pub mod needs;
mod object_users;
pub mod operators;
mod platform;
pub mod quantity;
mod references;
mod resolve;
mod schedule;
pub(crate) mod storage;
mod supabase;
mod teams;
pub mod units;
mod variables;

pub use amount::Amount;
pub use cell::{Cell, CellService, OVERLAYS};
pub(crate) use components::backups::offsite;
pub use components::backups::{
    BACKUP_IMAGE, BACKUP_PORT, BackupSchedules, Offsite, POSTGRES_BACKUP, PostgresBackups,
};
pub(crate) use components::postgres::users as postgres_users;
pub use components::postgres::{CellPostgres, POSTGRES, POSTGRES_PORT, Postgres, PostgresFlavour};
pub use components::{
    CellObjectStorage, CellServer, OBJECT_STORAGE_CA_FOLDER, OBJECT_STORAGE_CA_KEY,
    OBJECT_STORAGE_CA_SECRET, ObjectAccess, ObjectStorage, OutsideObjectStorage, RABBITMQ_PORT,
    Rabbitmq, Secrets, VALKEY_PORT, Valkey, Vault, secret_of,
};
pub use object_users::{ObjectRights, ObjectUser};
pub use platform::*;
pub use supabase::*;
pub use teams::{CellTeam, Team};
pub use variables::{OBJECT_STORAGE_PORT, ObjectSetting, Setting};

use crate::diagnostic::{self, Diagnostic};
use crate::source::Location;
use crate::spec::{self, Document, KeyPath, Spec};

/// Parses and resolves the text of `platform.toml`.
///
/// # Errors
/// Every problem found, sorted by place: those of syntax, else of shape, else of meaning.
pub fn load(text: &str) -> Result<(Platform, Document), Vec<Diagnostic>> {
    let (spec, document) = spec::parse(text)?;
    let platform = resolve(&spec, &document)?;
    Ok((platform, document))
}

/// What is no mistake and yet may not be what was meant, sorted by place.
pub fn notes(platform: &Platform, document: &Document) -> Vec<Diagnostic> {
    let mut notes: Vec<Diagnostic> = platform
        .unused
        .iter()
        .map(|name| {
            let path = KeyPath::new(["components", name]);
            let message = format!("no service uses `{name}`: it is not rendered");
            Diagnostic::warning("unused-component", message)
                .at(document.key(&path), "declared, and used by nobody")
                .help(format!(
                    "add `{name}` to the `uses` of a service, or remove the table"
                ))
        })
        .collect();
    diagnostic::sort(&mut notes);
    notes
}

/// Checks what a declaration means and fills in every default.
///
/// # Errors
/// Every problem of meaning, sorted by place.
pub fn resolve(spec: &Spec, document: &Document) -> Result<Platform, Vec<Diagnostic>> {
    let mut problems = Problems {
        document,
        found: Vec::new(),
    };
    references::check(spec, &mut problems);
    check::check(spec, &mut problems);
    if problems.found.is_empty() {
        let platform = resolve::platform(spec);
        check::resolved(&platform, &mut problems);
        // What is put together for each cell goes wrong in each cell; the line to change is one.
        problems
            .found
            .dedup_by(|a, b| (a.code, a.primary()) == (b.code, b.primary()));
        if problems.found.is_empty() {
            return Ok(platform);
        }
    }
    diagnostic::sort(&mut problems.found);
    problems.found.dedup();
    Err(problems.found)
}

/// Collects problems and knows where keys stand.
struct Problems<'a> {
    document: &'a Document,
    found: Vec<Diagnostic>,
}

impl Problems<'_> {
    /// The place of a value.
    fn value(&self, path: &KeyPath) -> Location {
        self.document.value(path)
    }

    /// The place of a key.
    fn key(&self, path: &KeyPath) -> Location {
        self.document.key(path)
    }

    fn push(&mut self, problem: Diagnostic) {
        self.found.push(problem);
    }

    /// Reports a problem at a value, with a remedy.
    fn at_value(
        &mut self,
        code: &'static str,
        path: &KeyPath,
        message: String,
        label: &str,
        help: String,
    ) {
        let location = self.value(path);
        self.push(
            Diagnostic::error(code, message)
                .at(location, label)
                .help(help),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLATFORM: &str = r#"
schema = 1
[platform]
name = "carebase"
repository = "https://github.com/acme/platform"
registry = "ghcr.io/acme"
[residency.jurisdictions.TR]
countries = ["TR"]
[residency.jurisdictions.ES]
countries = ["ES"]
[regions.tr]
jurisdiction = "TR"
provider = "onprem"
location = "ist-dc1"
domain = "tr.carebase.example"
[regions.es]
jurisdiction = "ES"
provider = "gcp"
location = "europe-southwest1"
domain = "es.carebase.example"
[environments.dev-local]
kind = "local"
[environments.staging]
regions = ["tr", "es"]
[environments.production]
regions = ["tr", "es"]
promote-from = "staging"
waves = [["es"], ["tr"]]
[services.frontend]
port = 3000
expose = "app"
calls = ["backend-api"]
[services.backend-api]
port = 8000
expose = "api"
uses = ["objects"]
classes = ["phi", "pii"]
[components.object-storage]
[environments.production.services.frontend]
replicas = 3
[cells."production/tr".services.frontend]
replicas = 5
"#;

    #[test]
    fn defaults_are_applied_and_the_later_difference_wins() {
        let (platform, _) = load(PLATFORM).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let names: Vec<&str> = platform
            .cells
            .iter()
            .map(|cell| cell.name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "dev-local/local",
                "staging/tr",
                "staging/es",
                "production/tr",
                "production/es"
            ]
        );
        let fewest = |cell: &str| {
            platform
                .cell(cell)
                .map(|cell| cell.services["frontend"].scaling.fewest())
        };
        assert_eq!(fewest("dev-local/local"), Some(1));
        assert_eq!(fewest("staging/tr"), Some(2));
        assert_eq!(fewest("production/es"), Some(3));
        assert_eq!(fewest("production/tr"), Some(5));
        let host = |cell: &str| {
            platform
                .cell(cell)
                .and_then(|cell| cell.services["frontend"].host.clone())
        };
        assert_eq!(
            host("staging/tr").as_deref(),
            Some("app.staging.tr.carebase.example")
        );
        assert_eq!(
            host("production/tr").as_deref(),
            Some("app.tr.carebase.example")
        );
        let bucket = platform.cell("staging/es").and_then(|cell| {
            cell.object_storage
                .as_ref()?
                .buckets
                .get("objects")
                .cloned()
        });
        assert_eq!(bucket.as_deref(), Some("carebase-staging-es-objects"));
        let countries = |region: &str| {
            platform.regions[region]
                .place
                .countries
                .iter()
                .map(|c| c.to_string())
                .collect::<String>()
        };
        assert_eq!(
            (countries("tr"), countries("es")),
            ("TR".to_owned(), "ES".to_owned())
        );
    }

    #[test]
    fn every_problem_is_reported_in_one_run() {
        let text = PLATFORM
            .replace(
                "location = \"europe-southwest1\"",
                "location = \"europe-southwest7\"",
            )
            .replace("promote-from = \"staging\"", "promote-from = \"stagin\"")
            .replace("calls = [\"backend-api\"]", "calls = [\"backend\"]")
            .replace("port = 8000", "port = 3000");
        let problems = load(&text).map(|_| ()).expect_err("four problems");
        let found: Vec<(usize, &str)> = problems
            .iter()
            .map(|problem| {
                let offset = problem
                    .primary()
                    .and_then(|place| place.span)
                    .map_or(0, |span| span.0);
                (crate::source::position(&text, offset).line, problem.code)
            })
            .collect();
        assert_eq!(
            found,
            [
                (19, "unknown-location"),
                (27, "unknown-reference"),
                (32, "unknown-reference"),
                (34, "duplicate-port")
            ]
        );
    }
}
