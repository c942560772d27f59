//! Components, stores, endpoints, and where data classes may be.

use super::services::resources;
use crate::diagnostic::Diagnostic;
use crate::model::Problems;
use crate::model::{POSTGRES, POSTGRES_BACKUP, SUPABASE, SUPABASE_BUCKET};
use crate::spec::types::*;
use crate::spec::{KeyPath, Spec};

/// What this version does not render is refused, not passed over.
pub(super) fn components(spec: &Spec, problems: &mut Problems<'_>) {
    let components = &spec.components;
    let absent = [("observability", components.observability.is_some())];
    for (name, declared) in absent {
        if declared {
            let path = KeyPath::new(["components", name]);
            let location = problems.key(&path);
            problems.push(
                Diagnostic::error("not-available", format!("the component `{name}` is not rendered by this version"))
                    .at(location, "not available yet")
                    .help("remove the table: rendering the rest in silence would leave a hole where you expect it"),
            );
        }
    }
    for (name, written) in [
        (
            "valkey",
            components.valkey.as_ref().map(|w| w.resources.as_ref()),
        ),
        (
            "rabbitmq",
            components.rabbitmq.as_ref().map(|w| w.resources.as_ref()),
        ),
    ] {
        let path = KeyPath::new(["components", name]);
        resources(written.flatten(), &path, problems);
    }
}

/// Ids that components give to their own stores.
const TAKEN: &[&str] = &[
    "objects",
    POSTGRES,
    POSTGRES_BACKUP,
    "rabbitmq",
    SUPABASE,
    SUPABASE_BUCKET,
    "valkey",
];

pub(super) fn stores(spec: &Spec, problems: &mut Problems<'_>) {
    for (index, store) in spec.stores.iter().enumerate() {
        let path = KeyPath::new(["stores"]).index(index);
        let taken = spec.stores[..index]
            .iter()
            .any(|other| other.id == store.id)
            || TAKEN.contains(&store.id.as_str());
        if taken {
            let help = format!(
                "components have {}; every other id may stand once",
                TAKEN.join(", ")
            );
            problems.at_value(
                "duplicate-name",
                &path.key("id"),
                format!("the store `{}` is there already", store.id),
                "taken",
                help,
            );
        }
        if let Some(name) = &store.name {
            if store.kind != StoreKind::Bucket {
                let help = "only a bucket has a name: remove it".to_owned();
                problems.at_value(
                    "not-applicable",
                    &path.key("name"),
                    format!("`{path}.name` is for buckets"),
                    "not a bucket",
                    help,
                );
            }
            for part in ["{environment}", "{region}"]
                .into_iter()
                .filter(|part| !name.contains(part))
            {
                let message = format!("the bucket's name does not contain `{part}`");
                let help = "cells may not share a bucket; write for example `acme-{environment}-{region}-exports`".to_owned();
                problems.at_value(
                    "shared-name",
                    &path.key("name"),
                    message,
                    "the same in several cells",
                    help,
                );
            }
        }
        let used = spec
            .services
            .iter()
            .find(|(_, service)| service.uses.contains(&store.id));
        if let Some((user, service)) = used {
            let renders = store.kind == StoreKind::Bucket
                && store.at.is_none()
                && spec.components.object_storage.is_some();
            if !renders {
                let position = service
                    .uses
                    .iter()
                    .position(|id| *id == store.id)
                    .unwrap_or_default();
                let here = KeyPath::new(["services", user, "uses"]).index(position);
                let message = format!("`{user}` cannot use the store `{}`", store.id);
                let help = "this version gives services buckets in the cell's own object store (`kind = \"bucket\"` without `at`, and `[components.object-storage]`)";
                problems.at_value(
                    "not-available",
                    &here,
                    message,
                    "no way to it is rendered",
                    help.to_owned(),
                );
            }
        }
    }
}

pub(super) fn endpoints(spec: &Spec, problems: &mut Problems<'_>) {
    for (index, endpoint) in spec.endpoints.iter().enumerate() {
        let path = KeyPath::new(["endpoints"]).index(index);
        let id = &endpoint.id;
        if spec.services.contains_key(id)
            || spec.endpoints[..index].iter().any(|other| other.id == *id)
        {
            let help =
                "`calls` must tell services and endpoints apart: choose another id".to_owned();
            problems.at_value(
                "duplicate-name",
                &path.key("id"),
                format!("`{id}` is there already"),
                "taken",
                help,
            );
        }
        if endpoint
            .ports
            .as_ref()
            .is_some_and(|ports| ports.is_empty() || ports.contains(&0))
        {
            let help = "list ports from 1 to 65535, or leave the key out for 443".to_owned();
            problems.at_value(
                "out-of-range",
                &path.key("ports"),
                format!("`{path}.ports` is not a list of ports"),
                "not ports",
                help,
            );
        }
        if endpoint.cidrs.is_empty()
            && spec
                .services
                .values()
                .any(|service| service.calls.contains(id))
        {
            let help =
                "a NetworkPolicy cannot name a host: add the addresses as `cidrs`".to_owned();
            problems.at_value(
                "missing-key",
                &path.key("id"),
                format!("a service calls `{id}`, whose addresses are not known"),
                "needs `cidrs`",
                help,
            );
        }
    }
}

pub(super) fn classes(spec: &Spec, problems: &mut Problems<'_>) {
    for (class, rule) in &spec.residency.classes {
        let path = KeyPath::new(["residency", "classes", class.name()]);
        let listed = rule.residency == ClassResidency::Listed;
        if listed == rule.countries.is_empty() {
            let message = format!(
                "`{path}`: `countries` belongs to `residency = \"listed\"`, and only there"
            );
            let help = "name the countries, or choose `home`".to_owned();
            problems.at_value(
                "conflicting-keys",
                &path.key("countries"),
                message,
                "does not go with `residency`",
                help,
            );
        }
        if rule.residency != ClassResidency::Home
            && rule.reason.as_deref().unwrap_or_default().trim().is_empty()
        {
            let location = problems.key(&path);
            problems.push(
                Diagnostic::error(
                    "missing-key",
                    format!("`{path}` widens the policy without a `reason`"),
                )
                .at(location, "needs `reason`")
                .help("say why this class may leave; the reason is copied to reports"),
            );
        }
    }
}
