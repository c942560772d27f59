//! Whatever in routes copies requests, asks somebody about them, or leads them elsewhere.
//!
//! Sources: <https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/>,
//! <https://doc.traefik.io/traefik/middlewares/http/forwardauth/>, <https://gateway-api.sigs.k8s.io/reference/spec/>,
//! <https://docs.konghq.com/hub/>, <https://istio.io/latest/docs/reference/config/networking/virtual-service/>,
//! <https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto>.

use super::relays_nginx::setting;
use super::relays_text;
use crate::facts::routes::TRAEFIK;
use crate::facts::{CellFacts, Manifest, Spot};
use crate::kustomize::Node;

/// Something that passes requests on.
pub(super) struct Relay {
    /// The key under which it stands.
    pub(super) key: String,
    /// What it does, in words: `sends what it is asked`.
    pub(super) what: String,
    /// Where to; empty when that makes no difference.
    pub(super) target: String,
    /// Whether the target decides.
    pub(super) concern: Concern,
    /// Where it stands.
    pub(super) spot: Spot,
}

/// When something that passes requests on is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concern {
    /// Whatever it leads to.
    Always,
    /// When it leads out of the cell.
    Target,
}

/// Everything that passes requests on, and how many objects were looked at for it.
pub(super) fn relays(here: &CellFacts<'_>) -> (Vec<Relay>, usize) {
    let mut found = Vec::new();
    let mut looked_at = 0;
    for (index, manifest) in here.manifests.iter().enumerate() {
        let mut search = Search {
            here,
            index,
            found: &mut found,
        };
        looked_at += usize::from(search.object(manifest));
    }
    for config in &here.configs {
        looked_at += 1;
        relays_text::read(config, &mut found);
    }
    (found, looked_at)
}

pub(super) struct Search<'s, 'a> {
    here: &'s CellFacts<'a>,
    index: usize,
    found: &'s mut Vec<Relay>,
}

impl Search<'_, '_> {
    /// Looks at an object; whether it is of a kind that has to do with routes.
    fn object(&mut self, manifest: &Manifest) -> bool {
        self.annotations(manifest);
        let root = &manifest.object.root;
        let spec = root.get("spec").unwrap_or(root);
        match (manifest.group(), manifest.object.kind()) {
            ("networking.k8s.io" | "extensions", "Ingress") => self.canary(manifest),
            ("gateway.networking.k8s.io", kind) if kind.ends_with("Route") => self.gateway(spec),
            (group, _) if TRAEFIK.contains(&group) => self.traefik(spec),
            ("argoproj.io", "Application")
            | ("helm.cattle.io", _)
            | ("helm.toolkit.fluxcd.io", _) => {
                let here = self.here;
                for chart in here.charts_of(self.index) {
                    self.traefik(&chart.values);
                    self.nginx_settings(&chart.values);
                }
            }
            ("configuration.konghq.com", "KongPlugin" | "KongClusterPlugin") => {
                self.kong(root.get("plugin"), root.get("config"));
            }
            ("networking.istio.io", "VirtualService") => self.istio(spec),
            ("networking.istio.io", "EnvoyFilter")
            | ("extensions.istio.io", "WasmPlugin")
            | ("gateway.envoyproxy.io", _) => self.envoy(spec),
            ("projectcontour.io", _) => self.contour(spec),
            ("k8s.nginx.org", _) => self.snippets(spec),
            _ => return false,
        }
        true
    }

    fn push(&mut self, concern: Concern, key: &str, what: &str, node: &Node, target: &str) {
        self.found.push(Relay {
            key: key.to_owned(),
            what: what.to_owned(),
            target: target.to_owned(),
            concern,
            spot: Spot::whole(self.index, node).part(if node.as_text().is_some() {
                target
            } else {
                ""
            }),
        });
    }

    pub(super) fn target(&mut self, key: &str, what: &str, node: Option<&Node>) {
        if let Some((node, text)) = node.and_then(|node| Some((node, node.as_text()?))) {
            self.push(Concern::Target, key, what, node, text);
        }
    }

    pub(super) fn always(&mut self, key: &str, what: &str, node: &Node) {
        self.push(Concern::Always, key, what, node, "");
    }

    fn annotations(&mut self, manifest: &Manifest) {
        let annotations = manifest.at(&["metadata", "annotations"]);
        for entry in annotations.map_or(&[][..], Node::entries) {
            let Some((domain, name)) = entry.key.split_once('/') else {
                continue;
            };
            let is_controller = domain.contains("nginx")
                || domain.contains("ingress.kubernetes.io")
                || domain.contains("haproxy")
                || domain == "konghq.com";
            if is_controller {
                self.setting(name, &entry.value);
            }
        }
    }

    /// A setting of ingress-nginx or its likes, as an annotation or in its ConfigMap.
    fn setting(&mut self, name: &str, node: &Node) {
        let text = node.as_text().unwrap_or_default();
        if let Some((concern, what)) = setting(name, text) {
            let target = if concern == Concern::Target { text } else { "" };
            self.push(concern, name, &what, node, target);
        }
    }

    /// A chart's values for the ConfigMap of ingress-nginx.
    fn nginx_settings(&mut self, values: &Node) {
        for entry in values.entries() {
            if matches!(
                &*entry.key,
                "config" | "extraConfig" | "annotations" | "ingressAnnotations"
            ) {
                for setting in entry.value.entries() {
                    let name = setting.key.rsplit('/').next().unwrap_or(&setting.key);
                    self.setting(name, &setting.value);
                }
            }
            self.nginx_settings(&entry.value);
        }
    }

    /// A canary whose Service is none of the cell's.
    fn canary(&mut self, manifest: &Manifest) {
        let canary = [
            "metadata",
            "annotations",
            "nginx.ingress.kubernetes.io/canary",
        ];
        if manifest.at(&canary).and_then(Node::as_text) != Some("true") {
            return;
        }
        let namespace = self.here.namespace(self.index).to_owned();
        let mut strangers = Vec::new();
        for rule in items(manifest.at(&["spec"]), "rules") {
            for path in items(rule.get("http"), "paths") {
                let Some(node) = path.at(&["backend", "service", "name"]) else {
                    continue;
                };
                let name = node.as_text().unwrap_or_default();
                let is_own = self.here.of_kind("", "Service").any(|(index, service)| {
                    service.object.name() == name
                        && self.here.namespace(index) == namespace
                        && service.at(&["spec", "externalName"]).is_none()
                });
                if !is_own {
                    strangers.push(node.clone());
                }
            }
        }
        for node in strangers {
            self.always(
                "canary",
                "sends a part of the requests to a Service that is none of the cell's own",
                &node,
            );
        }
    }

    fn gateway(&mut self, spec: &Node) {
        for rule in items(Some(spec), "rules") {
            let backends = items(Some(rule), "backendRefs");
            let filters = items(Some(rule), "filters").iter().chain(
                backends
                    .iter()
                    .flat_map(|backend| items(Some(backend), "filters")),
            );
            for filter in filters {
                self.filter(filter);
            }
        }
    }

    fn filter(&mut self, filter: &Node) {
        if let Some(mirror) = filter.get("requestMirror") {
            let node = mirror.at(&["backendRef", "name"]).unwrap_or(mirror);
            self.always("requestMirror", MIRRORS, node);
        }
        let redirect = filter.at(&["requestRedirect", "hostname"]);
        self.target("requestRedirect.hostname", REDIRECTS, redirect);
        self.target(
            "urlRewrite.hostname",
            REWRITES,
            filter.at(&["urlRewrite", "hostname"]),
        );
        if let Some(auth) = filter.get("externalAuth") {
            self.reference("externalAuth", auth.get("backendRef"));
        }
    }

    /// A reference to a backend that is asked about requests: a Service of the cell, or something that is not checked.
    pub(super) fn reference(&mut self, key: &str, reference: Option<&Node>) {
        let Some(reference) = reference else {
            return;
        };
        let kind = reference.get("kind").and_then(Node::as_text);
        let Some(name) = reference.get("name") else {
            return;
        };
        if kind.is_some_and(|kind| kind != "Service") {
            self.always(
                key,
                "asks something about requests that is no Service of the cell",
                name,
            );
            return;
        }
        let own = self.here.namespace(self.index).to_owned();
        let namespace = reference.get("namespace").and_then(Node::as_text);
        let namespace = namespace.unwrap_or(&own);
        let host = format!("{}.{namespace}.svc", name.as_text().unwrap_or_default());
        let is_there = self.here.of_kind("", "Service").any(|(index, service)| {
            Some(service.object.name()) == name.as_text() && self.here.namespace(index) == namespace
        });
        if !is_there {
            self.push(Concern::Target, key, ASKS, name, &host);
        }
    }

    /// Traefik's middlewares and mirrors, as objects or in its own configuration.
    fn traefik(&mut self, node: &Node) {
        for entry in node.entries() {
            let value = &entry.value;
            match &*entry.key {
                "forwardAuth" => self.target("forwardAuth.address", ASKS, value.get("address")),
                "mirroring" => {
                    let mirrors = items(Some(value), "mirrors");
                    for mirror in mirrors {
                        let node = mirror.get("name").unwrap_or(mirror);
                        self.always("mirroring", MIRRORS, node);
                    }
                }
                "redirectRegex" => {
                    self.target(
                        "redirectRegex.replacement",
                        REDIRECTS,
                        value.get("replacement"),
                    );
                }
                "plugin" | "plugins" | "localPlugins" if !value.entries().is_empty() => {
                    let first = &value.entries()[0];
                    let node = if first.value.entries().is_empty() {
                        &first.value
                    } else {
                        value
                    };
                    let what = format!(
                        "runs the plugin `{}`, which may send requests anywhere",
                        first.key
                    );
                    self.always("plugin", &what, node);
                }
                _ => self.traefik(value),
            }
        }
        for item in node.items() {
            self.traefik(item);
        }
    }

    fn kong(&mut self, plugin: Option<&Node>, config: Option<&Node>) {
        let Some((node, name)) = plugin.and_then(|node| Some((node, node.as_text()?))) else {
            return;
        };
        if relays_text::is_free(name) {
            let what = format!("runs the plugin `{name}`, which may send requests anywhere");
            self.always("plugin", &what, node);
        } else if relays_text::is_sender(name)
            && let Some(config) = config
        {
            self.addresses(name, config);
        }
    }

    /// Every address in the configuration of something that sends requests on.
    fn addresses(&mut self, key: &str, node: &Node) {
        for entry in node.entries() {
            if relays_text::is_address_key(&entry.key) {
                self.target(key, SENDS, Some(&entry.value));
            }
            self.addresses(key, &entry.value);
        }
        for item in node.items() {
            self.addresses(key, item);
        }
    }

    /// Snippets of NGINX Inc.'s kinds.
    fn snippets(&mut self, node: &Node) {
        for entry in node.entries() {
            self.setting(&entry.key, &entry.value);
            self.snippets(&entry.value);
        }
        for item in node.items() {
            self.snippets(item);
        }
    }
}

pub(super) const MIRRORS: &str = "copies live requests, with all that is in them";
pub(super) const REDIRECTS: &str = "leads users";
pub(super) const REWRITES: &str = "passes requests on under another host,";
pub(super) const ASKS: &str = "asks about every request, with its cookies and headers,";
const SENDS: &str = "sends what is requested";

pub(super) fn items<'n>(node: Option<&'n Node>, key: &str) -> &'n [Node] {
    node.and_then(|node| node.get(key))
        .map_or(&[][..], Node::items)
}
