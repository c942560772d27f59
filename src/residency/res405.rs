//! RES405: policies that are there and do not apply.

use super::built::finding;
use super::found::Found;
use super::inventory::Inventory;
use super::other_policies;
use super::res403::SYSTEM;
use super::res404::opens_too_much;
use super::rule::{Input, Rule, Weight};
use crate::diagnostic::Diagnostic;
use crate::facts::egress::{Labels, Policy, Selector, policies};
use crate::facts::{CellFacts, Chart, Container, Manifest, Spot, Workload};
use crate::kustomize::Node;
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES405",
    title: "A network policy is there and does not apply",
    severity: Weight::High,
    rationale: "A control that applies to nothing looks like one that holds. Network policies do not bind pods in the node's own network, nor those that \
        can become the node (privileged, or in its process namespace); a policy whose `policyTypes` leave a direction out does not close it; one that \
        selects no pod, or stands in a namespace that does not exist, closes nothing; and policies of other kinds (Cilium, Calico, AdminNetworkPolicy) \
        that let the world in or out stand above the ones that do not.",
    fix: "Let the policy select the pods it is for, with both `policyTypes`, and let the pods stay in a network of their own.",
    example_bad: "spec:\n  template:\n    spec:\n      hostNetwork: true",
    example_good: "spec:\n  template:\n    spec:\n      hostNetwork: false",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let inventory = Inventory::of(input, here);
        let policies = policies(here);
        let mut examined = policies.len() + here.workloads.len();
        let case = Case {
            input,
            here,
            inventory: &inventory,
            namespaces: here.known_namespaces(),
        };
        for workload in &here.workloads {
            case.unbound(workload, out);
        }
        for policy in &policies {
            case.policy(policy, &policies, out);
        }
        for (index, manifest) in here.manifests.iter().enumerate() {
            if other_policies::is_policy(manifest) {
                examined += 1;
                case.other(index, manifest, out);
            }
        }
        for chart in &here.charts {
            case.chart(chart, out);
        }
        out.examined(&RULE, here, examined);
    }
}

struct Case<'c, 'a> {
    input: &'c Input<'a>,
    here: &'a CellFacts<'a>,
    inventory: &'c Inventory<'a>,
    namespaces: BTreeSet<&'a str>,
}

impl Case<'_, '_> {
    fn finding(&self, spot: &Spot, message: String, label: &str) -> Diagnostic {
        finding(&RULE, self.input, self.here, spot, message, label).help(RULE.fix)
    }

    /// Pods that no policy binds.
    fn unbound(&self, workload: &Workload, out: &mut Found) {
        let identity = self.here.manifests[workload.manifest].identity();
        let why = [
            (
                "hostNetwork",
                "runs in the node's own network, where no network policy binds it",
            ),
            (
                "hostPID",
                "sees the processes of the node, and can go out by their networks",
            ),
        ];
        for (field, what) in why {
            if let Some(node) = on(workload.spec.get(field)) {
                let spot = Spot::whole(workload.manifest, node);
                out.push(self.finding(&spot, format!("{identity} {what}"), "no policy applies"));
            }
        }
        for container in &workload.containers {
            if let Some(node) = privileged(container) {
                let spot = Spot::whole(workload.manifest, node);
                let message = format!(
                    "container `{}` of {identity} is privileged: it can take the node's network, where no network policy binds it",
                    container.name
                );
                out.push(self.finding(&spot, message, "no policy applies"));
            }
        }
    }

    fn policy(&self, policy: &Policy, all: &[Policy], out: &mut Found) {
        let manifest = &self.here.manifests[policy.manifest];
        let identity = manifest.identity();
        let namespace = policy.namespace.as_str();
        if !self.namespaces.contains(namespace) && !SYSTEM.contains(&namespace) {
            let node = manifest.at(&["metadata", "namespace"]);
            let spot = Spot::whole(policy.manifest, node.unwrap_or(&manifest.object.root));
            let message = format!(
                "{identity} is in a namespace that nothing makes, and so applies to no pod"
            );
            out.push(self.finding(&spot, message, "no such namespace"));
            return;
        }
        self.types(policy, all, &identity, out);
        let pods = self.here.pods_of(namespace);
        if pods.iter().any(|labels| policy.selector.matches(labels))
            || policy.selector.is_everything()
            || self.may_have_others(namespace, &policy.selector, &pods)
            || opens_too_much(self.inventory, policy)
        {
            return;
        }
        let message = format!("{identity} selects no pod of namespace {namespace}");
        out.push(self.finding(policy.narrowest(&pods), message, "matches no pod"));
    }

    /// Directions that a policy seems to close and does not.
    fn types(&self, policy: &Policy, all: &[Policy], identity: &str, out: &mut Found) {
        let closed_by_others = |direction: fn(&Policy) -> bool| {
            all.iter().any(|other| {
                other.namespace == policy.namespace
                    && other.selector.is_everything()
                    && direction(other)
            })
        };
        let is_deny = policy.selector.is_everything() && policy.is_deny();
        let open = |closes: bool, direction: fn(&Policy) -> bool| {
            is_deny && !closes && !closed_by_others(direction)
        };
        let egress = !policy.closes_egress && !policy.egress.is_empty();
        let message = if open(policy.closes_egress, |other| other.closes_egress) {
            format!(
                "{identity} denies nothing of what goes out: its `policyTypes` have no `Egress`"
            )
        } else if open(policy.closes_ingress, |other| other.closes_ingress) {
            format!(
                "{identity} denies nothing of what comes in: its `policyTypes` have no `Ingress`"
            )
        } else if egress {
            format!(
                "{identity} has rules for what goes out that do not apply: its `policyTypes` have no `Egress`"
            )
        } else if !policy.closes_ingress && !policy.ingress.is_empty() {
            format!(
                "{identity} has rules for what comes in that do not apply: its `policyTypes` have no `Ingress`"
            )
        } else {
            return;
        };
        out.push(self.finding(&policy.types_at, message, "a direction is missing"));
    }

    /// Whether pods may be in a namespace that neither the manifests nor the declaration know: charts and operators make
    /// them. A selector that asks only for what the known ones have is meant for these.
    fn may_have_others(&self, namespace: &str, selector: &Selector, known: &[&Labels]) -> bool {
        let is_there = |name: Option<&Node>| name.and_then(Node::as_text) == Some(namespace);
        let has_chart = SYSTEM.contains(&namespace)
            || self
                .here
                .foreign_applications()
                .any(|(_, manifest)| is_there(manifest.at(&["spec", "destination", "namespace"])));
        let has_custom = self
            .here
            .manifests
            .iter()
            .enumerate()
            .any(|(index, manifest)| {
                is_maker_of_pods(manifest) && self.here.namespace(index) == namespace
            });
        if !has_chart && !has_custom {
            return false;
        }
        let mut keys = selector.keys();
        known.is_empty() || keys.any(|key| !known.iter().any(|labels| labels.contains_key(key)))
    }

    /// Policies of other kinds that open the world.
    fn other(&self, index: usize, manifest: &Manifest, out: &mut Found) {
        for way in other_policies::ways(self.input, self.here, self.inventory, index) {
            let message = format!(
                "{} lets pods reach {}, whatever network policies say",
                manifest.identity(),
                way.what
            );
            out.push(self.finding(&way.spot, message, "opens the world"));
        }
    }

    /// Values of a chart that take its pods out of every policy.
    fn chart(&self, chart: &Chart, out: &mut Found) {
        let manifest = &self.here.manifests[chart.manifest];
        let mut found = Vec::new();
        host_networks(&chart.values, &mut found);
        for node in found {
            let message = format!(
                "the chart of {} puts pods into the node's own network, where no network policy binds them",
                manifest.identity()
            );
            out.push(self.finding(
                &Spot::whole(chart.manifest, node),
                message,
                "no policy applies",
            ));
        }
    }
}

/// A switch that is on.
fn on(node: Option<&Node>) -> Option<&Node> {
    node.filter(|node| node.as_text() == Some("true"))
}

fn privileged(container: &Container) -> Option<&Node> {
    on(container.node.at(&["securityContext", "privileged"]))
}

/// `hostNetwork: true` wherever it stands. The exporter of the nodes' own numbers has to be there.
fn host_networks<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    for entry in node.entries() {
        let key = entry.key.to_lowercase().replace('-', "");
        if key.contains("nodeexporter") {
            continue;
        }
        if key == "hostnetwork" {
            let switch = on(Some(&entry.value)).or_else(|| on(entry.value.get("enabled")));
            found.extend(switch);
        } else {
            host_networks(&entry.value, found);
        }
    }
    for item in node.items() {
        host_networks(item, found);
    }
}

/// Groups of objects that make no pods.
const QUIET: [&str; 9] = [
    "argoproj.io",
    "bitnami.com",
    "external-secrets.io",
    "cert-manager.io",
    "monitoring.coreos.com",
    "traefik.io",
    "cilium.io",
    "crd.projectcalico.org",
    "projectcalico.org",
];

/// Whether an operator may make pods of an object.
fn is_maker_of_pods(manifest: &Manifest) -> bool {
    let group = manifest.group();
    let is_built_in = !group.contains('.') || group.ends_with(".k8s.io");
    // What Prometheus' operator runs is declared beside its rules and monitors.
    let is_server = matches!(
        manifest.object.kind(),
        "Prometheus" | "Alertmanager" | "ThanosRuler" | "PrometheusAgent"
    );
    !is_built_in && (is_server || !QUIET.contains(&group))
}
