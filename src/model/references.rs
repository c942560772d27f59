//! Every name that refers to something declared elsewhere in the file.

use super::Problems;
use super::cells::LOCAL;
use super::components::backups::{BACKUP_IMAGE, POSTGRES_BACKUP};
use super::components::postgres::POSTGRES;
use super::supabase::{SUPABASE, SUPABASE_BUCKET};
use crate::catalogue;
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::spec::names::Name;
use crate::spec::types::{EnvironmentKind, Provider, ServiceOverride};
use crate::spec::{KeyPath, Spec};
use std::collections::BTreeMap;

pub(super) fn check(spec: &Spec, problems: &mut Problems<'_>) {
    regions(spec, problems);
    environments(spec, problems);
    promotion_cycles(spec, problems);
    services(spec, problems);
    stores_and_endpoints(spec, problems);
    flows(spec, problems);
    cells(spec, problems);
    let images = catalogue::images();
    for name in spec.catalogue.images.keys() {
        let path = KeyPath::new(["catalogue", "images", name]);
        if name.as_str() == BACKUP_IMAGE && spec.components.backups.is_some() {
            continue;
        }
        if !images.contains_key(name.as_str()) {
            dangling(
                problems,
                true,
                &path,
                "the catalogue has no image",
                name,
                images.keys().map(String::as_str),
            );
        }
    }
}

const NO_STORE: &str = "there is no store";

/// Some stores come with a component: for them the remedy is the component.
fn remedy(what: &str, written: &str) -> Option<&'static str> {
    match (what, written) {
        (NO_STORE, "objects") => {
            Some("it comes with a component: add `[components.object-storage]`")
        }
        (NO_STORE, "valkey") => Some("it comes with a component: add `[components.valkey]`"),
        (NO_STORE, "rabbitmq") => Some("it comes with a component: add `[components.rabbitmq]`"),
        (NO_STORE, "postgres") => Some(
            "it comes with a component: add `[components.postgres]`, or `[components.supabase]`",
        ),
        (NO_STORE, "supabase") => Some("it comes with a component: add `[components.supabase]`"),
        _ => None,
    }
}

/// Reports a name that refers to nothing.
pub(super) fn dangling<'a>(
    problems: &mut Problems<'_>,
    at_key: bool,
    path: &KeyPath,
    what: &str,
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) {
    let known: Vec<&str> = known.into_iter().collect();
    let location = if at_key {
        problems.key(path)
    } else {
        problems.value(path)
    };
    let label = match did_you_mean(written, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => "not declared".to_owned(),
    };
    problems.push(
        Diagnostic::error("unknown-reference", format!("{what} `{written}`"))
            .at(location, label)
            .help(remedy(what, written).map_or_else(|| listed(known), str::to_owned)),
    );
}

/// Checks a list of names, duplicates included.
fn list(problems: &mut Problems<'_>, path: &KeyPath, what: &str, names: &[Name], known: &[&str]) {
    for (index, name) in names.iter().enumerate() {
        let here = path.index(index);
        if !known.contains(&name.as_str()) {
            dangling(problems, false, &here, what, name, known.iter().copied());
        } else if let Some(first) = names[..index].iter().position(|other| other == name) {
            let (again, before) = (problems.value(&here), problems.value(&path.index(first)));
            problems.push(
                Diagnostic::error(
                    "duplicate-entry",
                    format!("`{name}` stands twice in `{path}`"),
                )
                .at(again, "again")
                .at(before, "here already")
                .help("remove one of them"),
            );
        }
    }
}

fn strings<V>(map: &BTreeMap<Name, V>) -> Vec<&str> {
    map.keys().map(Name::as_str).collect()
}

fn regions(spec: &Spec, problems: &mut Problems<'_>) {
    for (name, region) in &spec.regions {
        let path = KeyPath::new(["regions", name]);
        if let Some(jurisdiction) = &region.jurisdiction
            && !spec.residency.jurisdictions.contains_key(jurisdiction)
        {
            let known = spec
                .residency
                .jurisdictions
                .keys()
                .map(|name| name.as_str());
            dangling(
                problems,
                false,
                &path.key("jurisdiction"),
                "there is no jurisdiction",
                jurisdiction,
                known,
            );
        }
        location(problems, region.provider, &region.location, &path);
    }
}

/// A cloud provider's location must be in the embedded table; a site of one's own has the name its owner gives it.
pub(super) fn location(
    problems: &mut Problems<'_>,
    provider: Provider,
    code: &str,
    path: &KeyPath,
) {
    if provider == Provider::Onprem || catalogue::find(provider, code).is_some() {
        return;
    }
    let known = catalogue::codes(provider);
    let (message, place) = (
        format!("{} has no location `{code}`", provider.name()),
        problems.value(&path.key("location")),
    );
    let elsewhere = Provider::ALL
        .into_iter()
        .find(|other| catalogue::find(*other, code).is_some());
    let help = match (did_you_mean(code, known.iter().copied()), elsewhere) {
        (_, Some(other)) => format!("`{code}` is a location of {}", other.name()),
        (Some(word), None) => format!("did you mean `{word}`?"),
        (None, None) => format!("known: {}", known.join(", ")),
    };
    problems.push(
        Diagnostic::error("unknown-location", message)
            .at(place, "not in the table of locations")
            .help(help)
            .help("a location whose country is not known cannot be proven to be in any country"),
    );
}

fn environments(spec: &Spec, problems: &mut Problems<'_>) {
    let regions = strings(&spec.regions);
    let services = strings(&spec.services);
    for (name, environment) in &spec.environments {
        let path = KeyPath::new(["environments", name]);
        list(
            problems,
            &path.key("regions"),
            "there is no region",
            &environment.regions,
            &regions,
        );
        if let Some(source) = &environment.promote_from
            && !spec.environments.contains_key(source)
        {
            dangling(
                problems,
                false,
                &path.key("promote-from"),
                "there is no environment",
                source,
                strings(&spec.environments),
            );
        }
        let own: Vec<&str> = environment.regions.iter().map(Name::as_str).collect();
        for (index, wave) in environment.waves.iter().enumerate() {
            let what = format!("`{name}` has no region");
            list(problems, &path.key("waves").index(index), &what, wave, &own);
        }
        overridden(problems, &path, &environment.services, &services);
    }
}

/// Differences are of services that there are.
fn overridden(
    problems: &mut Problems<'_>,
    path: &KeyPath,
    overrides: &BTreeMap<Name, ServiceOverride>,
    services: &[&str],
) {
    for service in overrides
        .keys()
        .filter(|service| !services.contains(&service.as_str()))
    {
        let here = path.key("services").key(service);
        dangling(
            problems,
            true,
            &here,
            "there is no service",
            service,
            services.iter().copied(),
        );
    }
}

/// Every environment of a cycle is named, once per cycle.
fn promotion_cycles(spec: &Spec, problems: &mut Problems<'_>) {
    for start in spec.environments.keys() {
        let mut way = vec![start];
        while let Some(next) = way
            .last()
            .and_then(|name| spec.environments.get(*name)?.promote_from.as_ref())
        {
            if next == start {
                // Each cycle is reported from its first name only.
                if way.iter().min() == Some(&start) {
                    let path = KeyPath::new(["environments", start, "promote-from"]);
                    let round: Vec<&str> = way
                        .iter()
                        .chain([&start])
                        .map(|name| name.as_str())
                        .collect();
                    let message =
                        format!("promotion goes round in a circle: {}", round.join(" from "));
                    let help =
                        "releases need a first environment: remove one `promote-from`".to_owned();
                    problems.at_value("promotion-cycle", &path, message, "closes the circle", help);
                }
                break;
            }
            if way.contains(&next) {
                break;
            }
            way.push(next);
        }
    }
}

fn services(spec: &Spec, problems: &mut Problems<'_>) {
    let endpoints = spec.endpoints.iter().map(|endpoint| endpoint.id.as_str());
    let callable: Vec<&str> = spec
        .services
        .keys()
        .map(Name::as_str)
        .chain(endpoints)
        .collect();
    let stores = stores(spec);
    for (name, service) in &spec.services {
        let path = KeyPath::new(["services", name]);
        list(
            problems,
            &path.key("calls"),
            "there is no service or endpoint",
            &service.calls,
            &callable,
        );
        list(
            problems,
            &path.key("uses"),
            NO_STORE,
            &service.uses,
            &stores,
        );
    }
}

/// The ids of all stores: the declared ones and those of components.
fn stores(spec: &Spec) -> Vec<&str> {
    let components = &spec.components;
    let brought = [
        ("objects", components.object_storage.is_some()),
        (
            POSTGRES,
            components.postgres.is_some() || components.supabase.is_some(),
        ),
        (POSTGRES_BACKUP, components.backups.is_some()),
        ("rabbitmq", components.rabbitmq.is_some()),
        (SUPABASE, components.supabase.is_some()),
        (SUPABASE_BUCKET, components.supabase.is_some()),
        ("valkey", components.valkey.is_some()),
    ];
    let declared = spec.stores.iter().map(|store| store.id.as_str());
    let brought = brought.into_iter().filter(|(_, there)| *there);
    declared.chain(brought.map(|(id, _)| id)).collect()
}

fn stores_and_endpoints(spec: &Spec, problems: &mut Problems<'_>) {
    let regions = strings(&spec.regions);
    for (index, store) in spec.stores.iter().enumerate() {
        let path = KeyPath::new(["stores"]).index(index);
        if let Some(region) = &store.region
            && !spec.regions.contains_key(region)
        {
            dangling(
                problems,
                false,
                &path.key("region"),
                "there is no region",
                region,
                regions.iter().copied(),
            );
        }
        if let Some(at) = &store.at {
            location(problems, at.provider, &at.location, &path.key("at"));
        }
    }
    for (index, endpoint) in spec.endpoints.iter().enumerate() {
        let path = KeyPath::new(["endpoints"]).index(index).key("regions");
        list(
            problems,
            &path,
            "there is no region",
            &endpoint.regions,
            &regions,
        );
    }
}

fn flows(spec: &Spec, problems: &mut Problems<'_>) {
    let stores = stores(spec);
    let exceptions: Vec<&str> = spec
        .residency
        .exceptions
        .iter()
        .map(|exception| exception.id.as_str())
        .collect();
    for (index, flow) in spec.flows.iter().enumerate() {
        let path = KeyPath::new(["flows"]).index(index);
        for (key, end) in [("from", &flow.from), ("to", &flow.to)] {
            let (region, store) = end.parts();
            if !spec.regions.contains_key(&region) {
                dangling(
                    problems,
                    false,
                    &path.key(key),
                    "there is no region",
                    &region,
                    strings(&spec.regions),
                );
            }
            if !stores.contains(&store.as_str()) {
                dangling(
                    problems,
                    false,
                    &path.key(key),
                    NO_STORE,
                    &store,
                    stores.iter().copied(),
                );
            }
        }
        if let Some(exception) = &flow.exception
            && !exceptions.contains(&exception.as_str())
        {
            dangling(
                problems,
                false,
                &path.key("exception"),
                "there is no exception",
                exception,
                exceptions.iter().copied(),
            );
        }
    }
}

fn cells(spec: &Spec, problems: &mut Problems<'_>) {
    let services = strings(&spec.services);
    let mut known: Vec<String> = Vec::new();
    for (name, environment) in &spec.environments {
        if environment.kind == Some(EnvironmentKind::Local) {
            known.push(format!("{name}/{LOCAL}"));
        }
        known.extend(
            environment
                .regions
                .iter()
                .map(|region| format!("{name}/{region}")),
        );
    }
    for (cell, overrides) in &spec.cells {
        let path = KeyPath::new(["cells", cell]);
        if !known.iter().any(|name| name == cell.as_str()) {
            dangling(
                problems,
                true,
                &path,
                "there is no cell",
                cell,
                known.iter().map(String::as_str),
            );
        }
        overridden(problems, &path, &overrides.services, &services);
    }
}
