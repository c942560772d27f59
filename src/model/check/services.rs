//! Services: their names, ports and hosts, how many run, and what they ask for.

use crate::diagnostic::Diagnostic;
use crate::model::Problems;
use crate::spec::names::Name;
use crate::spec::types::*;
use crate::spec::{KeyPath, Spec};
use std::collections::BTreeMap;

/// Names that folders beside services have, or that components have.
const RESERVED: &[&str] = &[
    "acme-solver",
    "allow-dns",
    "apps",
    "backups",
    "base",
    "cell",
    "cert-manager",
    "custom",
    "data",
    "default-deny",
    "external-secrets",
    "guard-rails",
    "ingress",
    "object-storage",
    "object-storage-setup",
    "objects",
    "observability",
    "operators",
    "ops",
    "pins",
    "postgres",
    "postgres-backup",
    "postgres-drill",
    "postgres-setup",
    "rabbitmq",
    "root",
    "sealed",
    "sealed-secrets",
    "secrets",
    "supabase",
    "traefik",
    "valkey",
];

pub(super) fn services(spec: &Spec, problems: &mut Problems<'_>) {
    let mut ports: BTreeMap<u16, &Name> = BTreeMap::new();
    let mut labels: BTreeMap<&Name, &Name> = BTreeMap::new();
    // In the order of the file, so that "first" is what a reader sees first.
    let mut in_order: Vec<(&Name, &ServiceSpec)> = spec.services.iter().collect();
    in_order.sort_by_key(|(name, _)| problems.key(&KeyPath::new(["services", name])));
    for (name, service) in in_order {
        let path = KeyPath::new(["services", name]);
        if RESERVED.contains(&name.as_str()) || name.starts_with("supabase-") {
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

pub(super) fn scaling(
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

pub(super) fn resources(
    written: Option<&ResourcesSpec>,
    path: &KeyPath,
    problems: &mut Problems<'_>,
) {
    let Some(written) = written else { return };
    let path = path.key("resources");
    for (request, limit, key) in [
        (&written.memory, &written.memory_limit, "memory-limit"),
        (&written.cpu, &written.cpu_limit, "cpu-limit"),
    ] {
        if let (Some(request), Some(limit)) = (request, limit)
            && request.amount() > limit.amount()
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
