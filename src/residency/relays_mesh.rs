//! What Istio, Contour and Envoy's gateway pass on.
//!
//! Sources: <https://istio.io/latest/docs/reference/config/networking/virtual-service/>,
//! <https://projectcontour.io/docs/main/config/api/>,
//! <https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto>.

use super::relays::{ASKS, MIRRORS, REDIRECTS, REWRITES, Search, items};
use crate::kustomize::Node;

impl Search<'_, '_> {
    pub(super) fn istio(&mut self, spec: &Node) {
        for route in items(Some(spec), "http") {
            let several = items(Some(route), "mirrors").iter();
            for mirror in route.get("mirror").into_iter().chain(several) {
                let host = mirror
                    .at(&["destination", "host"])
                    .or_else(|| mirror.get("host"));
                self.always("mirror", MIRRORS, host.unwrap_or(mirror));
            }
            self.target(
                "redirect.authority",
                REDIRECTS,
                route.at(&["redirect", "authority"]),
            );
            self.target(
                "rewrite.authority",
                REWRITES,
                route.at(&["rewrite", "authority"]),
            );
        }
    }

    pub(super) fn contour(&mut self, spec: &Node) {
        for route in items(Some(spec), "routes") {
            for service in items(Some(route), "services") {
                if service.get("mirror").and_then(Node::as_text) == Some("true") {
                    let node = service.get("name").unwrap_or(service);
                    self.always("mirror", MIRRORS, node);
                }
            }
            let redirect = route.at(&["requestRedirectPolicy", "hostname"]);
            self.target("requestRedirectPolicy.hostname", REDIRECTS, redirect);
        }
    }

    /// Envoy's own configuration, and what its gateway makes of policies.
    pub(super) fn envoy(&mut self, node: &Node) {
        for entry in node.entries() {
            let value = &entry.value;
            match &*entry.key {
                "request_mirror_policies" | "requestMirrorPolicies" => {
                    self.always("request_mirror_policies", MIRRORS, value);
                }
                "extAuth" | "extProc" => {
                    for service in ["http", "grpc"].iter().filter_map(|key| value.get(key)) {
                        self.reference(&entry.key, service.get("backendRef"));
                        for reference in items(Some(service), "backendRefs") {
                            self.reference(&entry.key, Some(reference));
                        }
                    }
                    for service in value.items() {
                        for reference in items(Some(service), "backendRefs") {
                            self.reference(&entry.key, Some(reference));
                        }
                    }
                }
                "uri" | "target_uri" => self.target(&entry.key, ASKS, Some(value)),
                "url" => self.target("url", "loads code for requests from", Some(value)),
                _ => self.envoy(value),
            }
        }
        for item in node.items() {
            self.envoy(item);
        }
    }
}
