//! What can be reached from outside that could not be.

use super::{Change, Mark, Marked, items, list, push, some, text, texts};
use crate::kustomize::{Node, Object};
use std::collections::BTreeSet;

pub(super) fn marks(change: &Change<'_>, marked: &mut Vec<Marked>) {
    if change.after.is_none() {
        return;
    }
    let ways = match (change.group(), change.kind()) {
        ("", "Service") => service,
        ("networking.k8s.io" | "extensions", "Ingress") => ingress,
        ("gateway.networking.k8s.io", "Gateway") => gateway,
        ("gateway.networking.k8s.io", kind) if kind.ends_with("Route") => route,
        ("traefik.io" | "traefik.containo.us", kind) if kind.starts_with("IngressRoute") => traefik,
        ("route.openshift.io", "Route") => openshift,
        _ => pod,
    };
    let of = |object: Option<&Object>| object.map(ways).unwrap_or_default();
    let before = of(change.before);
    let mut new: Vec<String> = of(change.after).difference(&before).cloned().collect();
    if change.kind() == "Service" {
        new.extend(new_ranges(change));
    }
    if !new.is_empty() {
        push(marked, Mark::Exposure, some(new));
    }
}

/// Ways in from outside, as texts.
type Ways = BTreeSet<String>;

fn service(object: &Object) -> Ways {
    let object = Some(object);
    let mut ways = Ways::new();
    let kind = text(object, &["spec", "type"]).unwrap_or("ClusterIP");
    if matches!(kind, "NodePort" | "LoadBalancer") {
        ways.extend(items(object, &["spec", "ports"]).iter().map(|port| {
            let number = port.get("port").and_then(Node::as_text).unwrap_or("");
            format!("port {number} through a Service of type {kind}")
        }));
    }
    let external = items(object, &["spec", "externalIPs"]);
    ways.extend(
        external
            .iter()
            .filter_map(Node::as_text)
            .map(|ip| format!("address {ip}")),
    );
    ways
}

/// Addresses that a load balancer lets in and did not before.
fn new_ranges(change: &Change<'_>) -> Vec<String> {
    let ranges = |object: Option<&Object>| -> Option<Vec<String>> {
        if text(object, &["spec", "type"]) != Some("LoadBalancer") {
            return None;
        }
        let ranges = items(object, &["spec", "loadBalancerSourceRanges"]);
        let ranges = ranges.iter().filter_map(Node::as_text);
        Some(ranges.map(str::to_owned).collect())
    };
    let (Some(before), Some(after)) = (ranges(change.before), ranges(change.after)) else {
        return Vec::new();
    };
    if before.is_empty() {
        return Vec::new();
    }
    if after.is_empty() {
        return vec!["the load balancer lets every address in".to_owned()];
    }
    let net = |text: &String| text.trim().parse::<ipnet::IpNet>().ok();
    let is_known = |new: &&String| {
        before.iter().any(|old| match (net(old), net(new)) {
            (Some(old), Some(new)) => old.contains(&new),
            _ => old == *new,
        })
    };
    let new = after.iter().filter(|range| !is_known(range));
    new.map(|range| format!("the load balancer lets {range} in"))
        .collect()
}

fn ingress(object: &Object) -> Ways {
    let mut ways = Ways::new();
    let spec = object.root.get("spec");
    if let Some(backend) = spec.and_then(|spec| spec.get("defaultBackend")) {
        ways.insert(format!("every host → {}", backend_of(backend)));
    }
    for rule in items(Some(object), &["spec", "rules"]) {
        let host = rule.get("host").and_then(Node::as_text);
        let host = host.filter(|host| !host.is_empty()).unwrap_or("every host");
        let paths = rule.get("http").map_or(&[][..], |http| list(http, "paths"));
        for path in paths {
            let at = path.get("path").and_then(Node::as_text).unwrap_or("/");
            let backend = path.get("backend").map(backend_of).unwrap_or_default();
            ways.insert(format!("{host}{at} → {backend}"));
        }
        if paths.is_empty() {
            ways.insert(host.to_owned());
        }
    }
    ways
}

/// The Service behind a path, without its port: another port of it is no new way in.
fn backend_of(backend: &Node) -> String {
    let service = backend
        .at(&["service", "name"])
        .or_else(|| backend.get("serviceName"));
    let other = || backend.at(&["resource", "name"]);
    let name = service.or_else(other).and_then(Node::as_text);
    name.unwrap_or("").to_owned()
}

fn gateway(object: &Object) -> Ways {
    let listeners = items(Some(object), &["spec", "listeners"]).iter();
    let listener = |listener: &Node| {
        let part = |key: &str| listener.get(key).and_then(Node::as_text).unwrap_or("");
        let host = match part("hostname") {
            "" => "every host",
            host => host,
        };
        format!("{host} on {}/{}", part("port"), part("protocol"))
    };
    listeners.map(listener).collect()
}

fn route(object: &Object) -> Ways {
    let spec = object.root.get("spec");
    let hosts = spec
        .map(|spec| texts(spec, "hostnames"))
        .unwrap_or_default();
    let hosts = if hosts.is_empty() {
        vec!["every host"]
    } else {
        hosts
    };
    let mut backends = BTreeSet::new();
    for rule in items(Some(object), &["spec", "rules"]) {
        for backend in list(rule, "backendRefs") {
            let part = |key: &str| backend.get(key).and_then(Node::as_text);
            backends.insert(part("name").unwrap_or("").to_owned());
        }
    }
    let mut ways = Ways::new();
    for host in hosts {
        ways.extend(backends.iter().map(|backend| format!("{host} → {backend}")));
    }
    ways
}

fn traefik(object: &Object) -> Ways {
    let routes = items(Some(object), &["spec", "routes"]).iter();
    let matches = routes.filter_map(|route| route.get("match").and_then(Node::as_text));
    matches.map(str::to_owned).collect()
}

fn openshift(object: &Object) -> Ways {
    let host = text(Some(object), &["spec", "host"]).unwrap_or("a host of the cluster's own");
    Ways::from([host.to_owned()])
}

/// Ports of the node itself that pods take.
fn pod(object: &Object) -> Ways {
    let mut ways = Ways::new();
    let specs = [
        &["spec", "template", "spec"][..],
        &["spec", "jobTemplate", "spec", "template", "spec"][..],
        &["spec"][..],
    ];
    for spec in specs.iter().filter_map(|path| object.root.at(path)) {
        if spec.get("containers").is_none() {
            continue;
        }
        if spec.get("hostNetwork").and_then(Node::as_text) == Some("true") {
            ways.insert("pods in the network of their node (`hostNetwork`)".to_owned());
        }
        let containers = list(spec, "containers")
            .iter()
            .chain(list(spec, "initContainers"));
        let ports = containers.flat_map(|container| list(container, "ports"));
        let ports = ports.filter_map(|port| port.get("hostPort").and_then(Node::as_text));
        ways.extend(ports.map(|port| format!("port {port} of the node (`hostPort`)")));
    }
    ways
}
