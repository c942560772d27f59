//! Names in the cluster behind which something else stands than pods that a Service selects.

use super::address::{Address, Expect, read};
use super::cell::{CellFacts, Manifest, Spot};
use crate::kustomize::Node;

/// An address behind a name of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The field that it stands in.
    pub field: String,
    /// The address.
    pub address: Address,
    /// Where it stands.
    pub spot: Spot,
}

/// Where each kind has addresses: the path, in which `*` is every entry of a list.
const PLACES: &[(&str, &str, &[&str])] = &[
    ("", "Service", &["spec.externalName"]),
    (
        "",
        "Endpoints",
        &[
            "subsets.*.addresses.*.ip",
            "subsets.*.notReadyAddresses.*.ip",
        ],
    ),
    (
        "discovery.k8s.io",
        "EndpointSlice",
        &["endpoints.*.addresses.*"],
    ),
    // https://istio.io/latest/docs/reference/config/networking/service-entry/
    (
        "networking.istio.io",
        "ServiceEntry",
        &[
            "spec.hosts.*",
            "spec.addresses.*",
            "spec.endpoints.*.address",
        ],
    ),
    ("networking.istio.io", "WorkloadEntry", &["spec.address"]),
    // https://gateway.envoyproxy.io/docs/api/extension_types/#backend
    (
        "gateway.envoyproxy.io",
        "Backend",
        &[
            "spec.endpoints.*.fqdn.hostname",
            "spec.endpoints.*.ip.address",
        ],
    ),
    // https://docs.konghq.com/kubernetes-ingress-controller/latest/
    (
        "configuration.konghq.com",
        "KongUpstreamPolicy",
        &["spec.targets.*.target"],
    ),
    ("gloo.solo.io", "Upstream", &["spec.static.hosts.*.addr"]),
    (
        "kuma.io",
        "MeshExternalService",
        &["spec.endpoints.*.address"],
    ),
    ("kuma.io", "ExternalService", &["spec.networking.address"]),
    (
        "consul.hashicorp.com",
        "TerminatingGateway",
        &["spec.services.*.name"],
    ),
    ("serving.knative.dev", "DomainMapping", &["spec.ref.name"]),
];

/// Routes whose backends may be hosts: `kind: Hostname` of Istio.
const ROUTES: &[&str] = &["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"];

impl CellFacts<'_> {
    /// Every address behind a name of the cluster.
    pub fn aliases(&self) -> Vec<Alias> {
        let mut found = Vec::new();
        for (index, manifest) in self.manifests.iter().enumerate() {
            let own = (manifest.group(), manifest.object.kind());
            for (_, _, paths) in PLACES
                .iter()
                .filter(|(group, kind, _)| (*group, *kind) == own)
            {
                for path in *paths {
                    let parts: Vec<&str> = path.split('.').collect();
                    follow(index, &manifest.object.root, &parts, path, &mut found);
                }
            }
            if own == ("", "Service") && !selects(manifest) {
                let path = ["spec", "externalIPs", "*"];
                let field = "spec.externalIPs";
                follow(index, &manifest.object.root, &path, field, &mut found);
            }
            if own.0 == "gateway.networking.k8s.io" && ROUTES.contains(&own.1) {
                routes(index, manifest, &mut found);
            }
        }
        found
    }
}

/// Whether a Service has pods behind it that it selects: its `externalIPs` are then another way to these, and not what its
/// name leads to (<https://kubernetes.io/docs/concepts/services-networking/service/#external-ips>).
pub fn selects(service: &Manifest) -> bool {
    let selector = service.at(&["spec", "selector"]);
    selector.is_some_and(|selector| !selector.entries().is_empty())
}

fn follow(manifest: usize, node: &Node, path: &[&str], field: &str, found: &mut Vec<Alias>) {
    match path.split_first() {
        Some((&"*", rest)) => {
            for item in node.items() {
                follow(manifest, item, rest, field, found);
            }
        }
        Some((key, rest)) => {
            if let Some(next) = node.get(key) {
                follow(manifest, next, rest, field, found);
            }
        }
        None => add(manifest, node, field, found),
    }
}

fn add(manifest: usize, node: &Node, field: &str, found: &mut Vec<Alias>) {
    for reading in node
        .as_text()
        .map(|text| read(text, Expect::Address))
        .unwrap_or_default()
    {
        found.push(Alias {
            field: field.replace(".*", ""),
            address: reading.address,
            spot: Spot::whole(manifest, node).part(reading.written),
        });
    }
}

fn routes(index: usize, manifest: &Manifest, found: &mut Vec<Alias>) {
    let rules = manifest.at(&["spec", "rules"]).map_or(&[][..], Node::items);
    let backends = rules
        .iter()
        .filter_map(|rule| rule.get("backendRefs"))
        .flat_map(|backends| backends.items());
    for backend in backends {
        let is_host = backend.get("kind").and_then(Node::as_text) == Some("Hostname");
        if let Some(name) = backend.get("name").filter(|_| is_host) {
            add(index, name, "spec.rules.backendRefs.name", found);
        }
    }
}
