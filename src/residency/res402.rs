//! RES402: Services and pods that open a way in beside the ingress.

use super::built::finding;
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::egress::Selector;
use crate::facts::{CellFacts, Manifest, Spot, Workload, selects};
use crate::kustomize::Node;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES402",
    title: "A Service opens a way in beside the ingress",
    severity: Weight::Critical,
    rationale: "A Service of type LoadBalancer or NodePort, one with `externalIPs`, and a pod with a `hostPort` are reached from anywhere, whatever their \
        source ranges say. The ways into a cell are its ingress and its gateway, which policies and hosts are checked for. Values of charts and objects \
        from which operators make Services are looked at too.",
    fix: "Use `type: ClusterIP`, and `expose` in platform.toml for what has to be reached from outside.",
    example_bad: "kind: Service\nspec:\n  type: LoadBalancer",
    example_good: "kind: Service\nspec:\n  type: ClusterIP",
    exceptable: false,
    check,
};

/// Programs that take what comes in from outside, by their images and charts.
const CONTROLLERS: [&str; 9] = [
    "traefik",
    "ingress-nginx",
    "nginx-ingress",
    "haproxy-ingress",
    "kubernetes-ingress",
    "contour",
    "envoy-gateway",
    "gateway-helm",
    "nginx-gateway-fabric",
];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let services = here.of_kind("", "Service").count();
        out.examined(&RULE, here, services + here.workloads.len());
        let case = Case { input, here };
        for workload in &here.workloads {
            case.host_ports(workload, out);
        }
        for (index, manifest) in here.manifests.iter().enumerate() {
            match (manifest.group(), manifest.object.kind()) {
                ("", "Service") => case.service(index, manifest, out),
                ("argoproj.io" | "helm.cattle.io" | "helm.toolkit.fluxcd.io", _) => {
                    case.charts(index, manifest, out);
                }
                // Schemas and policies speak of types without being of one; gateways are ways in on purpose.
                (
                    "apiextensions.k8s.io"
                    | "admissionregistration.k8s.io"
                    | "gateway.envoyproxy.io",
                    _,
                ) => {}
                (group, _) if group.contains('.') => {
                    case.openings(index, manifest, &manifest.object.root, out);
                }
                _ => {}
            }
        }
    }
}

struct Case<'c, 'a> {
    input: &'c Input<'a>,
    here: &'a CellFacts<'a>,
}

impl Case<'_, '_> {
    fn push(&self, spot: &Spot, message: String, out: &mut Found) {
        let label = "reached from outside";
        out.push(finding(&RULE, self.input, self.here, spot, message, label).help(RULE.fix));
    }

    fn service(&self, index: usize, service: &Manifest, out: &mut Found) {
        if self.is_controller(index, service) {
            return;
        }
        let identity = service.identity();
        if let Some(kind) = service.at(&["spec", "type"])
            && let Some(text @ ("LoadBalancer" | "NodePort")) = kind.as_text()
        {
            self.push(
                &Spot::whole(index, kind),
                format!("{identity} is of type {text}"),
                out,
            );
        }
        // Where nothing is selected, they are what the name leads to, of which RES305 speaks.
        let addresses = service.at(&["spec", "externalIPs"]);
        let addresses = addresses.filter(|_| selects(service));
        for address in addresses.map_or(&[][..], Node::items) {
            let message = format!("{identity} takes what is sent to an address of the nodes' own");
            self.push(&Spot::whole(index, address), message, out);
        }
    }

    /// Whether a Service leads to an ingress controller.
    fn is_controller(&self, index: usize, service: &Manifest) -> bool {
        let selector = Selector::labels(service.at(&["spec", "selector"]));
        let namespace = self.here.namespace(index);
        !selector.is_everything()
            && self.here.workloads.iter().any(|workload| {
                self.here.namespace(workload.manifest) == namespace
                    && selector.matches(&workload.labels)
                    && is_controller(workload)
            })
    }

    fn host_ports(&self, workload: &Workload, out: &mut Found) {
        if is_controller(workload) {
            return;
        }
        for container in &workload.containers {
            for port in container.node.get("ports").map_or(&[][..], Node::items) {
                let Some(node) = port
                    .get("hostPort")
                    .filter(|node| node.as_text() != Some("0"))
                else {
                    continue;
                };
                let message = format!(
                    "container `{}` of {} listens on a port of its node",
                    container.name,
                    self.here.manifests[workload.manifest].identity()
                );
                self.push(&Spot::whole(workload.manifest, node), message, out);
            }
        }
    }

    /// What charts are told.
    fn charts(&self, index: usize, manifest: &Manifest, out: &mut Found) {
        for chart in self.here.charts_of(index) {
            if !CONTROLLERS.contains(&chart.name.as_str()) {
                self.openings(index, manifest, &chart.values, out);
            }
        }
    }

    /// Every opening in a tree of values.
    fn openings(&self, index: usize, manifest: &Manifest, node: &Node, out: &mut Found) {
        for entry in node.entries() {
            let value = entry.value.as_text().unwrap_or_default();
            if opens(&entry.key, value) {
                let message = described(manifest, &entry.key, value);
                self.push(&Spot::whole(index, &entry.value), message, out);
            }
            for address in entry
                .value
                .items()
                .iter()
                .filter(|_| &*entry.key == "externalIPs")
            {
                let message =
                    described(manifest, &entry.key, address.as_text().unwrap_or_default());
                self.push(&Spot::whole(index, address), message, out);
            }
            self.openings(index, manifest, &entry.value, out);
        }
        for item in node.items() {
            self.openings(index, manifest, item, out);
        }
    }
}

fn described(manifest: &Manifest, key: &str, value: &str) -> String {
    format!(
        "{} asks for a Service with `{key}: {value}`",
        manifest.identity()
    )
}

/// Whether a value opens a way in.
fn opens(key: &str, value: &str) -> bool {
    let is_on = value == "true";
    match key {
        "type" | "serviceType" => matches!(value, "LoadBalancer" | "NodePort"),
        "nodePort" | "hostPort" => value.parse::<u16>().is_ok_and(|port| port > 0),
        // <https://opensource.zalando.com/postgres-operator/docs/reference/cluster_manifest.html>
        "enableMasterLoadBalancer"
        | "enableReplicaLoadBalancer"
        | "enableMasterPoolerLoadBalancer" => is_on,
        _ => false,
    }
}

/// Whether a workload is an ingress controller.
fn is_controller(workload: &Workload) -> bool {
    workload.containers.iter().any(|container| {
        let image = container
            .image
            .as_ref()
            .map_or("", |image| image.text.as_str());
        let image = image.split('@').next().unwrap_or(image);
        image.split('/').any(|part| {
            let part = part.split(':').next().unwrap_or(part);
            CONTROLLERS.contains(&part)
        })
    })
}
