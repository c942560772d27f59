//! RES403: namespaces without a default-deny.

use super::built::{finding, with_policy};
use super::found::Found;
use super::other_policies;
use super::rule::{Input, Rule, Weight};
use crate::facts::egress::{Policy, Reach, policies};
use crate::facts::{CellFacts, Spot};
use crate::model::namespaces::Maker;
use crate::source::Location;
use std::collections::BTreeMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES403",
    title: "A namespace has no default-deny",
    severity: Weight::High,
    rationale: "A pod that no network policy selects may talk to the whole world. Every namespace in which something runs needs a policy that selects \
        every pod, is about both directions and opens nothing; all other policies then open exactly what is declared.",
    fix: "Put the namespace's `default-deny` back: an empty `podSelector`, `policyTypes: [Ingress, Egress]` and no rules.",
    example_bad: "kind: NetworkPolicy\nspec:\n  podSelector:\n    matchLabels:\n      app: api\n  policyTypes: [Ingress, Egress]",
    example_good: "kind: NetworkPolicy\nspec:\n  podSelector: {}\n  policyTypes: [Ingress, Egress]",
    exceptable: false,
    check,
};

/// Namespaces that Kubernetes itself makes: what runs in them is the cluster's own.
pub(super) const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let policies = policies(here);
        let namespaces = namespaces(here);
        out.examined(&RULE, here, namespaces.len());
        for (namespace, spot) in namespaces {
            let own: Vec<&Policy> = policies
                .iter()
                .filter(|policy| policy.namespace == namespace)
                .collect();
            missing(input, here, namespace, spot, &own, out);
            for policy in own {
                opened(input, here, policy, out);
            }
        }
    }
}

/// The namespaces in which something runs, each with the place that makes or fills it, if a manifest does.
fn namespaces<'h>(here: &'h CellFacts<'_>) -> BTreeMap<&'h str, Option<Spot>> {
    let mut found: BTreeMap<&str, Option<Spot>> = BTreeMap::new();
    for (index, manifest) in here.of_kind("", "Namespace") {
        let name = manifest.at(&["metadata", "name"]);
        found.insert(
            manifest.object.name(),
            name.map(|name| Spot::whole(index, name)),
        );
    }
    for workload in &here.workloads {
        let manifest = &here.manifests[workload.manifest];
        let written = manifest.at(&["metadata", "namespace"]);
        let written = written.or_else(|| manifest.at(&["metadata", "name"]));
        found
            .entry(here.namespace(workload.manifest))
            .or_insert_with(|| written.map(|node| Spot::whole(workload.manifest, node)));
    }
    for (index, manifest) in here.foreign_applications() {
        if let Some(node) = manifest.at(&["spec", "destination", "namespace"])
            && let Some(name) = node.as_text()
        {
            found.entry(name).or_insert(Some(Spot::whole(index, node)));
        }
    }
    for declared in &here.cell.namespaces {
        if declared.maker != Maker::Bootstrap {
            found.entry(&declared.name).or_insert(None);
        }
    }
    found.retain(|name, _| !SYSTEM.contains(name));
    found
}

fn missing(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    namespace: &str,
    spot: Option<Spot>,
    policies: &[&Policy],
    out: &mut Found,
) {
    let others = other_policies::closed(here, namespace);
    let closes = |direction: fn(&Policy) -> bool| {
        policies
            .iter()
            .any(|policy| policy.selector.is_everything() && direction(policy))
    };
    let ingress = others.0 || closes(|policy| policy.closes_ingress);
    let egress = others.1 || closes(|policy| policy.closes_egress);
    // A default-deny that is there and does not apply is what RES405 reports, at the line that makes it void.
    let is_void = |policy: &&&Policy| {
        policy.is_deny()
            && (policy.selector.is_everything()
                || !here
                    .pods_of(namespace)
                    .iter()
                    .any(|labels| policy.selector.matches(labels)))
    };
    if (ingress && egress) || policies.iter().any(|policy| is_void(&policy)) {
        return;
    }
    let what = match (ingress, egress) {
        (true, _) => "what goes out",
        (_, true) => "what comes in",
        _ => "either direction",
    };
    let message = format!("namespace {namespace} has no default-deny for {what}");
    let label = "every pod in it is open";
    // A deny that was narrowed to some pods is the line to change.
    let narrowed = policies
        .iter()
        .find(|policy| policy.is_deny())
        .map(|policy| policy.narrowest(&[]).clone());
    // What cannot be built may hold the deny: that error stands, and says more.
    if narrowed.is_none() && !here.problems.is_empty() {
        return;
    }
    let found = match narrowed.or(spot) {
        Some(spot) => finding(&RULE, input, here, &spot, message, label),
        None => {
            let folder = Location::file(format!("{}/kustomization.yaml", here.cell.overlay()));
            let finding = RULE
                .finding(message)
                .at(folder, label)
                .in_cell(here.cell.name.as_str());
            with_policy(input, here.region, finding)
        }
    };
    out.push(found.help(RULE.fix));
}

/// A policy for every pod that lets anyone in undoes the default-deny.
fn opened(input: &Input<'_>, here: &CellFacts<'_>, policy: &Policy, out: &mut Found) {
    if !policy.selector.is_everything() || !policy.closes_ingress {
        return;
    }
    for opening in &policy.ingress {
        if matches!(opening.peer, Reach::Anyone) && opening.ports.is_empty() {
            let message = format!(
                "{} lets anyone into every pod of namespace {}",
                here.manifests[policy.manifest].identity(),
                policy.namespace
            );
            out.push(
                finding(
                    &RULE,
                    input,
                    here,
                    &opening.spot,
                    message,
                    "no `from`: anyone",
                )
                .help(RULE.fix),
            );
        }
    }
}
