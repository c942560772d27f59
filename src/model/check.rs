//! What a declaration may not say even though every name in it exists.

use super::Problems;
use super::cells::LOCAL;
use super::platform::*;
use crate::diagnostic::Diagnostic;
use crate::spec::names::{CellName, Name, Quantity, is_label, is_tag};
use crate::spec::types::*;
use crate::spec::{KeyPath, Spec};
use std::collections::BTreeMap;

/// Names that folders beside services have, or that components have.
const RESERVED: &[&str] = &[
    "base",
    "cell",
    "custom",
    "pins",
    "root",
    "object-storage",
    "supabase",
    "observability",
    "backups",
    "secrets",
    "ingress",
    "default-deny",
    "allow-dns",
    "acme-solver",
];

pub(super) fn check(spec: &Spec, problems: &mut Problems<'_>) {
    platform(spec, problems);
    regions(spec, problems);
    environments(spec, problems);
    services(spec, problems);
    components(spec, problems);
    stores(spec, problems);
    endpoints(spec, problems);
    classes(spec, problems);
}

/// Checks that need the resolved platform: names that are put together from several keys.
pub(super) fn resolved(platform: &Platform, problems: &mut Problems<'_>) {
    hosts(platform, problems);
    buckets(platform, problems);
    variables(platform, problems);
    for cell in &platform.cells {
        if !is_label(&cell.cluster, 63) {
            let path = KeyPath::new(["platform", "name"]);
            let message = format!(
                "the cluster of {} would be called `{}`, which is longer than 63 characters",
                cell.name, cell.cluster
            );
            problems.at_value(
                "name-too-long",
                &path,
                message,
                "part of that name",
                "shorten the platform, environment or region".to_owned(),
            );
        }
    }
}

fn platform(spec: &Spec, problems: &mut Problems<'_>) {
    let name = &spec.platform.name;
    if !is_label(name, 20) {
        let message = format!("the platform's name `{name}` is longer than 20 characters");
        let help = "it is part of namespaces, clusters and buckets, which may have 63".to_owned();
        problems.at_value(
            "name-too-long",
            &KeyPath::new(["platform", "name"]),
            message,
            "too long",
            help,
        );
    }
    if let Some(BranchName(branch)) = &spec.platform.branch
        && !is_branch(branch)
    {
        let help =
            "use letters, digits, `.`, `_`, `-` and `/`, as in `main` or `release/2027`".to_owned();
        let message = format!("`{branch}` cannot be the name of a branch");
        problems.at_value(
            "bad-name",
            &KeyPath::new(["platform", "branch"]),
            message,
            "not valid",
            help,
        );
    }
    let path = spec
        .platform
        .repository
        .trim_start_matches("https://")
        .split_once('/')
        .map_or("", |(_, path)| path);
    if path
        .trim_matches('/')
        .split('/')
        .filter(|part| !part.is_empty())
        .count()
        < 2
    {
        let help = "write it as https://HOST/OWNER/REPOSITORY".to_owned();
        let message = "the repository's URL has no owner and name".to_owned();
        problems.at_value(
            "bad-name",
            &KeyPath::new(["platform", "repository"]),
            message,
            "owner or name is missing",
            help,
        );
    }
    for (name, image) in &spec.catalogue.images {
        if !is_tag(&image.tag) {
            let path = KeyPath::new(["catalogue", "images", name, "tag"]);
            let help = "a tag has letters, digits, `_`, `.` and `-`".to_owned();
            problems.at_value(
                "bad-name",
                &path,
                format!("`{}` cannot be a tag", image.tag),
                "not valid",
                help,
            );
        }
    }
}

/// A subset of what git-check-ref-format allows.
fn is_branch(name: &str) -> bool {
    (1..=200).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b))
        && !name.contains("..")
        && name.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with(['.', '-'])
                && !part.ends_with('.')
                && !part.ends_with(".lock")
        })
}

fn regions(spec: &Spec, problems: &mut Problems<'_>) {
    for (name, region) in &spec.regions {
        let path = KeyPath::new(["regions", name]);
        if name.as_str() == LOCAL {
            let location = problems.key(&path);
            problems.push(
                Diagnostic::error("reserved-name", "a region cannot be called `local`")
                    .at(location, "reserved")
                    .help("`local` is the region of a local environment's cell"),
            );
        }
        if let Some(country) = &region.country
            && region.provider != Provider::Onprem
        {
            let message = format!("`{path}.country` is only for sites of one's own");
            let help = format!(
                "where {} `{}` is, is known: remove `country = \"{country}\"`",
                region.provider.name(),
                region.location
            );
            problems.at_value(
                "not-applicable",
                &path.key("country"),
                message,
                "looked up, not declared",
                help,
            );
        }
    }
}

fn environments(spec: &Spec, problems: &mut Problems<'_>) {
    for (name, environment) in &spec.environments {
        let path = KeyPath::new(["environments", name]);
        let local = environment.kind == Some(EnvironmentKind::Local);
        if local && !environment.regions.is_empty() {
            let help = format!("its one cell is `{name}/{LOCAL}`: remove `regions`");
            let message = format!("the local environment `{name}` has no regions");
            problems.at_value(
                "not-applicable",
                &path.key("regions"),
                message,
                "runs on a laptop",
                help,
            );
        }
        if !local && environment.regions.is_empty() {
            let location = problems.key(&path);
            problems.push(
                Diagnostic::error(
                    "missing-key",
                    format!("the environment `{name}` has no regions"),
                )
                .at(location, "needs `regions`")
                .help("list the regions it exists in, or make it `kind = \"local\"`"),
            );
        }
        if let Some(source) = &environment.promote_from
            && local
        {
            let help = "releases reach a laptop from its owner: remove `promote-from`".to_owned();
            let message =
                format!("nothing is promoted from `{source}` to the local environment `{name}`");
            problems.at_value(
                "not-applicable",
                &path.key("promote-from"),
                message,
                "runs on a laptop",
                help,
            );
        }
        if let Some(Subdomain(subdomain)) = &environment.subdomain
            && !subdomain.is_empty()
            && !is_label(subdomain, 63)
        {
            let help = "use a DNS label, or \"\" for none".to_owned();
            problems.at_value(
                "bad-name",
                &path.key("subdomain"),
                format!("`{subdomain}` cannot be a subdomain"),
                "not valid",
                help,
            );
        }
        waves(name, environment, &path, problems);
        overrides(&environment.services, &path.key("services"), spec, problems);
    }
    for (cell, overridden) in &spec.cells {
        overrides(
            &overridden.services,
            &KeyPath::new(["cells", cell, "services"]),
            spec,
            problems,
        );
    }
}

/// Waves name each region of the environment exactly once.
fn waves(name: &Name, environment: &EnvironmentSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    if environment.waves.is_empty() {
        return;
    }
    let path = path.key("waves");
    let in_waves: Vec<&Name> = environment.waves.iter().flatten().collect();
    for region in &environment.regions {
        let times = in_waves.iter().filter(|other| **other == region).count();
        if times != 1 {
            let message = format!("the region `{region}` of `{name}` is in {times} waves");
            let help = "put each region of the environment into exactly one wave".to_owned();
            problems.at_value(
                "bad-waves",
                &path,
                message,
                "must have each region once",
                help,
            );
        }
    }
}

fn overrides(
    overrides: &BTreeMap<Name, ServiceOverride>,
    path: &KeyPath,
    spec: &Spec,
    problems: &mut Problems<'_>,
) {
    for (name, written) in overrides {
        let path = path.key(name);
        scaling(written.replicas, written.autoscale, &path, problems);
        resources(written.resources.as_ref(), &path, problems);
        let exposed = spec
            .services
            .get(name)
            .is_none_or(|service| service.expose.is_some());
        if written.expose.is_some() && !exposed {
            let help = format!(
                "set `expose` in `[services.{name}]` first; here only its label can change"
            );
            let message = format!("`{name}` is not reachable from outside");
            problems.at_value(
                "not-applicable",
                &path.key("expose"),
                message,
                "nothing to rename",
                help,
            );
        }
    }
}

fn scaling(
    replicas: Option<u32>,
    autoscale: Option<AutoscaleSpec>,
    path: &KeyPath,
    problems: &mut Problems<'_>,
) {
    if replicas.is_some() && autoscale.is_some() {
        let (fixed, auto) = (
            problems.key(&path.key("replicas")),
            problems.key(&path.key("autoscale")),
        );
        problems.push(
            Diagnostic::error(
                "conflicting-keys",
                format!("`{path}` has both `replicas` and `autoscale`"),
            )
            .at(auto, "between two bounds")
            .at(fixed, "a fixed number")
            .help("keep one: the autoscaler would fight over the number"),
        );
    }
    if let Some(AutoscaleSpec { min, max, .. }) = autoscale
        && min > max
    {
        let message =
            format!("`{path}.autoscale` has more replicas at least ({min}) than at most ({max})");
        let help = "`min` may not be greater than `max`".to_owned();
        problems.at_value(
            "out-of-range",
            &path.key("autoscale").key("min"),
            message,
            "greater than `max`",
            help,
        );
    }
}

fn resources(written: Option<&ResourcesSpec>, path: &KeyPath, problems: &mut Problems<'_>) {
    let Some(written) = written else { return };
    let path = path.key("resources");
    for (request, limit, key) in [
        (&written.memory, &written.memory_limit, "memory-limit"),
        (&written.cpu, &written.cpu_limit, "cpu-limit"),
    ] {
        if let (Some(request), Some(limit)) = (request, limit)
            && amount(request) > amount(limit)
        {
            let message = format!("`{path}` requests {request}, more than its limit of {limit}");
            let help = "Kubernetes refuses a request above the limit".to_owned();
            problems.at_value(
                "out-of-range",
                &path.key(key),
                message,
                "smaller than the request",
                help,
            );
        }
    }
}

/// A quantity as a number, for comparison only.
pub(super) fn amount(quantity: &Quantity) -> f64 {
    let digits = quantity.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &quantity[digits.len()..] {
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "Ki" => 1024.0,
        "Mi" => 1024f64.powi(2),
        "Gi" => 1024f64.powi(3),
        "Ti" => 1024f64.powi(4),
        "Pi" => 1024f64.powi(5),
        _ => 1.0,
    };
    digits.parse::<f64>().unwrap_or(0.0) * factor
}

fn services(spec: &Spec, problems: &mut Problems<'_>) {
    let mut ports: BTreeMap<u16, &Name> = BTreeMap::new();
    let mut labels: BTreeMap<&Name, &Name> = BTreeMap::new();
    // In the order of the file, so that "first" is what a reader sees first.
    let mut in_order: Vec<(&Name, &ServiceSpec)> = spec.services.iter().collect();
    in_order.sort_by_key(|(name, _)| problems.key(&KeyPath::new(["services", name])));
    for (name, service) in in_order {
        let path = KeyPath::new(["services", name]);
        if RESERVED.contains(&name.as_str()) {
            let location = problems.key(&path);
            problems.push(
                Diagnostic::error(
                    "reserved-name",
                    format!("a service cannot be called `{name}`"),
                )
                .at(location, "reserved")
                .help("the rendered repository has something else of that name"),
            );
        }
        if let Some(first) = ports.insert(service.port, name) {
            let message = format!("`{first}` and `{name}` have the same port {}", service.port);
            let before = problems.value(&KeyPath::new(["services", first, "port"]));
            let here = problems.value(&path.key("port"));
            problems.push(
                Diagnostic::error("duplicate-port", message)
                    .at(here, "the same port")
                    .at(before, "first here")
                    .help("give each service a port of its own, so that port-forwards and policies tell them apart"),
            );
        }
        if let Some(label) = &service.expose
            && let Some(first) = labels.insert(label, name)
        {
            let before = problems.value(&KeyPath::new(["services", first, "expose"]));
            let here = problems.value(&path.key("expose"));
            problems.push(
                Diagnostic::error(
                    "duplicate-host",
                    format!("`{first}` and `{name}` are both exposed as `{label}`"),
                )
                .at(here, "the same host")
                .at(before, "first here")
                .help("give each exposed service a label of its own"),
            );
        }
        if service.calls.contains(name) {
            let index = service
                .calls
                .iter()
                .position(|callee| callee == name)
                .unwrap_or_default();
            let help = "a service reaches itself without a declaration: remove it".to_owned();
            problems.at_value(
                "self-reference",
                &path.key("calls").index(index),
                format!("`{name}` calls itself"),
                "itself",
                help,
            );
        }
        scaling(service.replicas, service.autoscale, &path, problems);
        resources(service.resources.as_ref(), &path, problems);
    }
}

/// What this version does not render is refused, not passed over.
fn components(spec: &Spec, problems: &mut Problems<'_>) {
    let components = &spec.components;
    let absent = [
        ("supabase", components.supabase.is_some()),
        ("observability", components.observability.is_some()),
        ("backups", components.backups.is_some()),
        ("secrets", components.secrets.is_some()),
    ];
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
    if let Some(storage) = &components.object_storage {
        let path = KeyPath::new(["components", "object-storage"]);
        if let Some(engine) = storage.engine
            && engine != ObjectStorageEngine::Minio
        {
            let help = "use `engine = \"minio\"`, the maintained fork".to_owned();
            let message = "this engine is not rendered by this version".to_owned();
            problems.at_value(
                "not-available",
                &path.key("engine"),
                message,
                "not available yet",
                help,
            );
        }
        resources(storage.resources.as_ref(), &path, problems);
    }
}

fn stores(spec: &Spec, problems: &mut Problems<'_>) {
    for (index, store) in spec.stores.iter().enumerate() {
        let path = KeyPath::new(["stores"]).index(index);
        let taken = spec.stores[..index]
            .iter()
            .any(|other| other.id == store.id)
            || store.id.as_str() == "objects";
        if taken {
            let help =
                "`objects` is the object store's own; every other id may stand once".to_owned();
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

fn endpoints(spec: &Spec, problems: &mut Problems<'_>) {
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

fn classes(spec: &Spec, problems: &mut Problems<'_>) {
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

fn hosts(platform: &Platform, problems: &mut Problems<'_>) {
    let mut seen: BTreeMap<&str, (&CellName, &Name)> = BTreeMap::new();
    for cell in &platform.cells {
        for (name, service) in &cell.services {
            let Some(host) = &service.host else { continue };
            if let Some((other, first)) = seen.insert(host, (&cell.name, name)) {
                let path = KeyPath::new(["environments", &cell.environment]);
                let location = problems.key(&path);
                let message = format!(
                    "`{first}` in {other} and `{name}` in {} would both be `{host}`",
                    cell.name
                );
                problems.push(
                    Diagnostic::error("duplicate-host", message)
                        .at(location, "one of the two environments")
                        .help("give one environment a `subdomain` of its own, or the regions different domains"),
                );
            }
            if host.len() > 253 || host.split('.').any(|label| label.len() > 63) {
                let path = KeyPath::new(["services", name, "expose"]);
                problems.at_value(
                    "name-too-long",
                    &path,
                    format!("`{host}` is too long for a host name"),
                    "part of it",
                    "shorten it".to_owned(),
                );
            }
        }
    }
}

fn buckets(platform: &Platform, problems: &mut Problems<'_>) {
    for cell in &platform.cells {
        let Some(storage) = &cell.object_storage else {
            continue;
        };
        for (id, bucket) in &storage.buckets {
            let store = platform.store(id);
            let path = match store.map(|store| store.origin) {
                Some(StoreOrigin::Declared(index)) => {
                    KeyPath::new(["stores"]).index(index).key("name")
                }
                _ => KeyPath::new(["platform", "name"]),
            };
            if bucket.len() < 3 || !is_label(bucket, 63) {
                let message = format!("the bucket `{bucket}` of {} is not a valid name", cell.name);
                let help = "a bucket has 3 to 63 lower-case letters, digits and hyphens, and begins with a letter".to_owned();
                problems.at_value("bad-name", &path, message, "part of that name", help);
            }
        }
    }
}

/// Variables that platformctl sets itself may not be set a second time.
fn variables(platform: &Platform, problems: &mut Problems<'_>) {
    for service in platform.services.values() {
        let generated = platform.variables(service);
        for variable in service
            .env
            .keys()
            .filter(|name| generated.contains_key(name.as_str()))
        {
            let path = KeyPath::new(["services", &service.name, "env", variable]);
            let help = "it follows from `calls`, `uses` or the cell: remove it here".to_owned();
            problems.at_value(
                "reserved-name",
                &path,
                format!("`{variable}` is set by platformctl"),
                "set twice",
                help,
            );
        }
    }
}
