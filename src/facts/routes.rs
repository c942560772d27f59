//! Ways in from outside: the hosts that routes of every kind claim, and the Services they lead to.
//!
//! Kinds: Ingress, Gateway API, Traefik, Contour, Istio, Kong, NGINX Inc., OpenShift, and the TCP tables of ingress-nginx
//! (<https://kubernetes.github.io/ingress-nginx/user-guide/exposing-tcp-udp-services/>).

use super::cell::{CellFacts, Manifest, Spot};
use crate::kustomize::Node;

/// Where a route leads.
#[derive(Debug, Clone)]
pub struct Backend {
    /// The namespace of the Service.
    pub namespace: String,
    /// Its name.
    pub service: String,
    /// Its port, by number or name.
    pub port: Option<String>,
    /// Where the route names it.
    pub spot: Spot,
}

/// A host that an object claims.
#[derive(Debug, Clone)]
pub struct Claim {
    /// As it is written; empty for every host.
    pub host: String,
    /// Where.
    pub spot: Spot,
}

/// The groups of Traefik's kinds, the old one too.
pub const TRAEFIK: [&str; 2] = ["traefik.io", "traefik.containo.us"];
const GATEWAY: &str = "gateway.networking.k8s.io";

/// Every Service that a route leads to.
pub fn backends(facts: &CellFacts<'_>) -> Vec<Backend> {
    let mut found = Vec::new();
    for (index, manifest) in facts.manifests.iter().enumerate() {
        let route = Route {
            index,
            namespace: facts.namespace(index),
        };
        route.read(manifest, &mut found);
        for chart in facts.charts_of(index) {
            route.tables(&chart.values, &mut found);
        }
    }
    found
}

struct Route<'r> {
    index: usize,
    namespace: &'r str,
}

impl Route<'_> {
    fn read(&self, manifest: &Manifest, found: &mut Vec<Backend>) {
        let (group, kind) = (manifest.group(), manifest.object.kind());
        let Some(spec) = manifest.at(&["spec"]) else {
            if let (("", "ConfigMap"), Some(data)) = ((group, kind), manifest.at(&["data"])) {
                self.ports(data, found);
            }
            return;
        };
        match (group, kind) {
            ("networking.k8s.io" | "extensions", "Ingress")
            | ("configuration.konghq.com", "TCPIngress" | "UDPIngress") => {
                self.ingress(spec, found)
            }
            (GATEWAY, kind) if kind.ends_with("Route") => {
                for rule in items(spec, "rules") {
                    self.services(items(rule, "backendRefs"), found);
                }
            }
            (group, _) if TRAEFIK.contains(&group) => {
                for route in items(spec, "routes") {
                    self.services(items(route, "services"), found);
                }
                let weighted = spec.get("weighted");
                self.services(weighted.map_or(&[][..], |w| items(w, "services")), found);
                self.services(spec.get("mirroring"), found);
            }
            ("projectcontour.io", "HTTPProxy") => {
                for route in items(spec, "routes").iter().chain(spec.get("tcpproxy")) {
                    self.services(items(route, "services"), found);
                }
            }
            ("networking.istio.io", "VirtualService") => self.virtual_service(spec, found),
            ("k8s.nginx.org", _) => {
                for upstream in items(spec, "upstreams") {
                    self.add(upstream.get("service"), None, upstream.get("port"), found);
                }
            }
            ("route.openshift.io", "Route") => {
                let port = spec.at(&["port", "targetPort"]);
                self.add(spec.at(&["to", "name"]), None, port, found);
            }
            _ => {}
        }
    }

    fn ingress(&self, spec: &Node, found: &mut Vec<Backend>) {
        let mut backends: Vec<&Node> = Vec::new();
        backends.extend(spec.get("defaultBackend").or_else(|| spec.get("backend")));
        for rule in items(spec, "rules") {
            let paths = rule
                .get("http")
                .map_or(&[][..], |http| items(http, "paths"));
            backends.extend(paths.iter().filter_map(|path| path.get("backend")));
            backends.extend(rule.get("backend"));
        }
        for backend in backends {
            let service = backend.get("service");
            let name = service.and_then(|service| service.get("name"));
            let port = service.and_then(|service| service.get("port"));
            let port = port.and_then(|port| port.get("number").or_else(|| port.get("name")));
            self.add(
                name.or_else(|| backend.get("serviceName")),
                None,
                port.or_else(|| backend.get("servicePort")),
                found,
            );
        }
    }

    /// References of the form `name`, `namespace`, `port`, and perhaps `kind`.
    fn services<'n>(
        &self,
        references: impl IntoIterator<Item = &'n Node>,
        found: &mut Vec<Backend>,
    ) {
        for reference in references {
            let kind = reference.get("kind").and_then(Node::as_text);
            if kind.is_none_or(|kind| kind == "Service") {
                self.add(
                    reference.get("name"),
                    reference.get("namespace"),
                    reference.get("port"),
                    found,
                );
            }
        }
    }

    fn virtual_service(&self, spec: &Node, found: &mut Vec<Backend>) {
        for protocol in ["http", "tcp", "tls"] {
            for route in items(spec, protocol) {
                for target in items(route, "route") {
                    let host = target.at(&["destination", "host"]);
                    let mut labels = host.and_then(Node::as_text).unwrap_or_default().split('.');
                    let (Some(host), Some(service)) = (host, labels.next()) else {
                        continue;
                    };
                    found.push(Backend {
                        namespace: labels.next().unwrap_or(self.namespace).to_owned(),
                        service: service.to_owned(),
                        port: text(target.at(&["destination", "port", "number"])),
                        spot: Spot::whole(self.index, host),
                    });
                }
            }
        }
    }

    /// Tables of ports in a chart's values.
    fn tables(&self, node: &Node, found: &mut Vec<Backend>) {
        self.ports(node, found);
        for entry in node.entries() {
            self.tables(&entry.value, found);
        }
    }

    /// `"5432": "data/postgres:5432"`: a port, and the Service that answers on it.
    fn ports(&self, table: &Node, found: &mut Vec<Backend>) {
        for entry in table.entries() {
            let Some(target) = entry.value.as_text() else {
                continue;
            };
            let (Ok(_), Some((namespace, rest))) =
                (entry.key.parse::<u16>(), target.split_once('/'))
            else {
                continue;
            };
            let mut parts = rest.split(':');
            if let (Some(service), Some(port)) = (parts.next(), parts.next()) {
                found.push(Backend {
                    namespace: namespace.to_owned(),
                    service: service.to_owned(),
                    port: Some(port.to_owned()),
                    spot: Spot::whole(self.index, &entry.value),
                });
            }
        }
    }

    fn add(
        &self,
        name: Option<&Node>,
        namespace: Option<&Node>,
        port: Option<&Node>,
        found: &mut Vec<Backend>,
    ) {
        let Some((node, name)) = name.and_then(|node| Some((node, node.as_text()?))) else {
            return;
        };
        found.push(Backend {
            namespace: text(namespace).unwrap_or_else(|| self.namespace.to_owned()),
            service: name.to_owned(),
            port: text(port),
            spot: Spot::whole(self.index, node),
        });
    }
}

/// The annotations by which ExternalDNS and ingress-nginx are told further hosts:
/// <https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/>.
const HOST_ANNOTATIONS: [&str; 3] = [
    "external-dns.alpha.kubernetes.io/hostname",
    "external-dns.alpha.kubernetes.io/internal-hostname",
    "nginx.ingress.kubernetes.io/server-alias",
];

/// Every host that a route, a certificate or a DNS record of the manifests claims.
pub fn claims(facts: &CellFacts<'_>) -> Vec<Claim> {
    let mut found = Vec::new();
    for (index, manifest) in facts.manifests.iter().enumerate() {
        let mut claims = Claims {
            index,
            found: &mut found,
        };
        claims.annotations(manifest);
        if let Some(spec) = manifest.at(&["spec"]) {
            claims.read(manifest.group(), manifest.object.kind(), spec);
        }
    }
    found
}

struct Claims<'c> {
    index: usize,
    found: &'c mut Vec<Claim>,
}

impl Claims<'_> {
    fn read(&mut self, group: &str, kind: &str, spec: &Node) {
        match (group, kind) {
            ("networking.k8s.io" | "extensions", "Ingress") => {
                self.all(spec.get("defaultBackend"));
                for rule in items(spec, "rules") {
                    self.host_or_all(rule.get("host"), rule);
                }
                for tls in items(spec, "tls") {
                    self.texts(items(tls, "hosts"));
                }
            }
            (GATEWAY, "Gateway" | "ListenerSet") => {
                for listener in items(spec, "listeners") {
                    self.host_or_all(listener.get("hostname"), listener);
                }
            }
            (GATEWAY, _) => self.texts(items(spec, "hostnames")),
            ("cert-manager.io", "Certificate") => {
                self.texts(items(spec, "dnsNames"));
                let name = spec.get("commonName");
                self.texts(name.filter(|node| node.as_text().is_some_and(|n| n.contains('.'))));
            }
            ("externaldns.k8s.io", "DNSEndpoint") => {
                for endpoint in items(spec, "endpoints") {
                    self.texts(endpoint.get("dnsName"));
                }
            }
            ("networking.istio.io", "VirtualService") => self.texts(items(spec, "hosts")),
            ("networking.istio.io", "Gateway") => {
                for server in items(spec, "servers") {
                    self.texts(items(server, "hosts"));
                }
            }
            ("projectcontour.io", "HTTPProxy") => self.texts(spec.at(&["virtualhost", "fqdn"])),
            ("k8s.nginx.org", _) | ("route.openshift.io", "Route") => self.texts(spec.get("host")),
            (group, _) if TRAEFIK.contains(&group) => {
                for route in items(spec, "routes") {
                    self.rule(route.get("match"));
                }
            }
            _ => {}
        }
    }

    fn annotations(&mut self, manifest: &Manifest) {
        let annotations = manifest.at(&["metadata", "annotations"]);
        for entry in annotations.map_or(&[][..], Node::entries) {
            if HOST_ANNOTATIONS.contains(&&*entry.key) {
                let hosts = entry.value.as_text().unwrap_or_default();
                for host in hosts.split([',', ' ']).filter(|host| !host.is_empty()) {
                    self.part(&entry.value, host);
                }
            }
        }
    }

    /// `Host(`a`) || HostSNI(`b`)`.
    fn rule(&mut self, rule: Option<&Node>) {
        let Some((node, text)) = rule.and_then(|node| Some((node, node.as_text()?))) else {
            return;
        };
        let mut rest = text;
        while let Some(at) = rest.find("Host") {
            rest = &rest[at + "Host".len()..];
            let Some((name, inner)) = rest.split_once('(') else {
                return;
            };
            let arguments = inner
                .split_once(')')
                .map_or(inner, |(arguments, _)| arguments);
            for host in arguments
                .split(',')
                .map(|part| part.trim().trim_matches(['`', '"']))
            {
                // A stream without TLS has no host to go by.
                let is_any_stream = host == "*" && name == "SNI";
                if !is_any_stream && !host.is_empty() {
                    let host = if name == "Regexp" {
                        host.trim_start_matches('^')
                            .trim_end_matches('$')
                            .replace('\\', "")
                    } else {
                        host.to_owned()
                    };
                    self.part(node, &host);
                }
            }
        }
    }

    fn texts<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node>) {
        for node in nodes {
            if let Some(text) = node.as_text() {
                self.part(node, text);
            }
        }
    }

    fn host_or_all(&mut self, host: Option<&Node>, whole: &Node) {
        match host.filter(|host| host.as_text().is_some_and(|text| !text.is_empty())) {
            Some(host) => self.texts([host]),
            None => self.all(Some(whole)),
        }
    }

    fn all(&mut self, node: Option<&Node>) {
        self.found.extend(node.map(|node| Claim {
            host: String::new(),
            spot: Spot::whole(self.index, node),
        }));
    }

    fn part(&mut self, node: &Node, host: &str) {
        self.found.push(Claim {
            host: host.trim_end_matches('.').to_lowercase(),
            spot: Spot::whole(self.index, node).part(host),
        });
    }
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).map_or(&[][..], Node::items)
}

fn text(node: Option<&Node>) -> Option<String> {
    node.and_then(Node::as_text).map(str::to_owned)
}
