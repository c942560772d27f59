//! What `[components.supabase]` needs from the rest of the declaration, and what may not be said in it.

use super::services::resources;
use crate::diagnostic::Diagnostic;
use crate::model::Problems;
use crate::model::supabase::{SUPABASE, SUPABASE_BUCKET, SupabasePart};
use crate::spec::names::Name;
use crate::spec::types::*;
use crate::spec::{KeyPath, Spec};

/// Checks on what is written.
pub(super) fn supabase(spec: &Spec, problems: &mut Problems<'_>) {
    let Some(written) = &spec.components.supabase else {
        return;
    };
    let path = KeyPath::new(["components", SUPABASE]);
    object_storage(spec, &path, problems);
    site(spec, written, &path, problems);
    texts(written, &path, problems);
    functions(written, &path, problems);
    smtp(spec, written, &path, problems);
    resources(written.resources.as_ref(), &path, problems);
    parts(&written.parts, &path, problems);
    for (name, environment) in &spec.environments {
        if let Some(here) = &environment.components.supabase {
            let path = KeyPath::new(["environments", name, "components", SUPABASE]);
            resources(here.resources.as_ref(), &path, problems);
            parts(&here.parts, &path, problems);
        }
    }
    for (name, cell) in &spec.cells {
        if let Some(here) = &cell.components.supabase {
            let path = KeyPath::new(["cells", name, "components", SUPABASE]);
            resources(here.resources.as_ref(), &path, problems);
            parts(&here.parts, &path, problems);
        }
    }
    bucket(spec, problems);
}

/// It keeps files in the cell's object store.
fn object_storage(spec: &Spec, path: &KeyPath, problems: &mut Problems<'_>) {
    if spec.components.object_storage.is_none() {
        let location = problems.key(path);
        problems.push(
            Diagnostic::error(
                "missing-key",
                "supabase keeps files in an object store, and there is none",
            )
            .at(location, "needs `[components.object-storage]`")
            .help("add `[components.object-storage]`: each cell gets a bucket `storage` in it"),
        );
    }
}

/// Links lead back to a service, which must be reachable.
fn site(spec: &Spec, written: &SupabaseSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    let Some(site) = &written.site else { return };
    if spec
        .services
        .get(site)
        .is_none_or(|service| service.expose.is_none())
    {
        problems.at_value(
            "unknown-reference",
            &path.key("site"),
            format!("no exposed service is called `{site}`"),
            "not a service that people can open",
            "name a service that has `expose`".to_owned(),
        );
    }
}

/// Texts that end up in lists separated by commas.
fn texts(written: &SupabaseSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    for (index, url) in written.redirect_urls.iter().enumerate() {
        let is_clean = !url.contains([',', ' ']) && !url.chars().any(char::is_control);
        if !is_clean || !url.contains("://") {
            problems.at_value(
                "invalid-value",
                &path.key("redirect-urls").index(index),
                format!("`{url}` is not an address"),
                "not an address",
                "write it with its scheme, such as `com.acme.app://callback`".to_owned(),
            );
        }
    }
    let schemas = written.schemas.as_deref().unwrap_or_default();
    for (index, schema) in schemas.iter().enumerate() {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if schema.is_empty() || !schema.chars().all(fits) {
            problems.at_value(
                "invalid-value",
                &path.key("schemas").index(index),
                format!("`{schema}` is not the name of a schema"),
                "not a name",
                "letters, digits and underscores".to_owned(),
            );
        }
    }
    if written.schemas.as_ref().is_some_and(Vec::is_empty) {
        problems.at_value(
            "invalid-value",
            &path.key("schemas"),
            "REST would offer no schema".to_owned(),
            "empty",
            "leave the key out for the default".to_owned(),
        );
    }
}

fn functions(written: &SupabaseSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    if written.functions == Some(false) && !written.public_functions.is_empty() {
        problems.at_value(
            "conflicting-keys",
            &path.key("public-functions"),
            "no functions run here".to_owned(),
            "does not go with `functions = false`",
            "remove one of the two".to_owned(),
        );
    }
    if written.functions == Some(false) && written.parts.functions.is_some() {
        not_running(
            &path.key("parts").key("functions"),
            "functions = true",
            problems,
        );
    }
    if written.pooler == Some(false) && written.parts.pooler.is_some() {
        not_running(&path.key("parts").key("pooler"), "pooler = true", problems);
    }
    if written.analytics != Some(true) && written.parts.analytics.is_some() {
        not_running(
            &path.key("parts").key("analytics"),
            "analytics = true",
            problems,
        );
    }
}

fn not_running(path: &KeyPath, key: &str, problems: &mut Problems<'_>) {
    let location = problems.key(path);
    problems.push(
        Diagnostic::error(
            "not-applicable",
            format!("`{path}` is the size of a part that does not run"),
        )
        .at(location, "does not run")
        .help(format!("remove the table, or write `{key}`")),
    );
}

/// Mails hold addresses of persons, and the network can only name addresses.
fn smtp(spec: &Spec, written: &SupabaseSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    let Some(smtp) = &written.smtp else { return };
    let path = path.key("smtp");
    let (from, sender) = (smtp.from.as_str(), smtp.sender.as_deref().unwrap_or("x"));
    let is_address = from.split_once('@').is_some_and(|(user, host)| {
        let fits = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace());
        fits(user) && fits(host)
    });
    if !is_address || [from, sender].concat().chars().any(char::is_control) {
        problems.at_value(
            "invalid-value",
            &path.key("from"),
            format!("`{from}` is not a mail address"),
            "not an address",
            "such as `no-reply@acme.example`".to_owned(),
        );
    }
    for (index, id) in smtp.endpoints.iter().enumerate() {
        let here = path.key("endpoints").index(index);
        match spec.endpoints.iter().find(|endpoint| endpoint.id == *id) {
            None => problems.at_value(
                "unknown-reference",
                &here,
                format!("there is no endpoint `{id}`"),
                "not declared",
                "declare the mail relay as one of `[[endpoints]]`".to_owned(),
            ),
            Some(endpoint) => relay(endpoint, id, &here, problems),
        }
    }
}

fn relay(endpoint: &EndpointSpec, id: &Name, here: &KeyPath, problems: &mut Problems<'_>) {
    if endpoint.cidrs.is_empty() {
        problems.at_value(
            "missing-key",
            here,
            format!("the addresses of `{id}` are not known"),
            "needs `cidrs`",
            "a NetworkPolicy cannot name a host: add the addresses as `cidrs` of the endpoint"
                .to_owned(),
        );
    }
    if !endpoint.classes.contains(&DataClass::Pii) {
        problems.at_value(
            "missing-key",
            here,
            format!("mails to users go through `{id}`, which does not say that it receives their addresses"),
            "receives `pii`",
            "add `pii` to the endpoint's `classes`, so that its country is judged".to_owned(),
        );
    }
}

/// Some parts keep what they know in memory.
fn parts(written: &SupabasePartsSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    for part in SupabasePart::ALL {
        let Some(own) = part.of(written) else {
            continue;
        };
        let path = path.key("parts").key(part.name());
        resources(own.resources.as_ref(), &path, problems);
        if part.is_single() && own.replicas.is_some_and(|replicas| replicas > 1) {
            problems.at_value(
                "out-of-range",
                &path.key("replicas"),
                format!("there can be only one of {}", part.name()),
                "more than one",
                "give it more CPU and memory instead".to_owned(),
            );
        }
    }
}

/// Its bucket is its own: what is in it means nothing without its database.
fn bucket(spec: &Spec, problems: &mut Problems<'_>) {
    for (name, service) in &spec.services {
        if let Some(index) = service
            .uses
            .iter()
            .position(|id| id.as_str() == SUPABASE_BUCKET)
        {
            problems.at_value(
                "not-applicable",
                &KeyPath::new(["services", name, "uses"]).index(index),
                format!("`{name}` cannot use supabase's bucket itself"),
                "only storage knows what is in it",
                "use `supabase`, whose storage has files and an S3 interface, or a bucket of your own".to_owned(),
            );
        }
    }
}
