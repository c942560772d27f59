//! The database: one of the two, and nothing is changed of one that is not there.

use super::services::resources;
use crate::diagnostic::Diagnostic;
use crate::model::Problems;
use crate::spec::types::ComponentOverrides;
use crate::spec::{KeyPath, Spec};

pub(super) fn postgres(spec: &Spec, problems: &mut Problems<'_>) {
    let path = KeyPath::new(["components", "postgres"]);
    if let Some(written) = &spec.components.postgres {
        resources(written.resources.as_ref(), &path, problems);
        if spec.components.supabase.is_some() {
            let supabase = KeyPath::new(["components", "supabase"]);
            let (here, there) = (problems.key(&path), problems.key(&supabase));
            problems.push(
                Diagnostic::error(
                    "conflicting-keys",
                    "both `components.postgres` and `components.supabase` bring a database",
                )
                .at(here, "a plain PostgreSQL")
                .at(there, "brings its own")
                .help("keep one: with Supabase, services that use `postgres` have a schema in its database"),
            );
        }
    }
    for (path, overrides) in overrides(spec) {
        if overrides.postgres.is_some() && spec.components.postgres.is_none() {
            absent(&path.key("postgres"), "database", "postgres", problems);
        }
    }
}

/// Whether a cell has a database.
pub(super) fn has_database(spec: &Spec) -> bool {
    spec.components.postgres.is_some() || spec.components.supabase.is_some()
}

/// What environments and cells change of components, and where that stands.
pub(super) fn overrides(spec: &Spec) -> Vec<(KeyPath, &ComponentOverrides)> {
    let environments = spec.environments.iter().map(|(name, written)| {
        let path = KeyPath::new(["environments", name, "components"]);
        (path, &written.components)
    });
    let cells = spec.cells.iter().map(|(name, written)| {
        let path = KeyPath::new(["cells", name, "components"]);
        (path, &written.components)
    });
    environments.chain(cells).collect()
}

/// Reports a difference of a component that is not there.
pub(super) fn absent(path: &KeyPath, what: &str, component: &str, problems: &mut Problems<'_>) {
    let location = problems.key(path);
    problems.push(
        Diagnostic::error("unknown-reference", format!("there is no {what} to change"))
            .at(location, "of what is not there")
            .help(format!("add `[components.{component}]`, or remove this")),
    );
}
