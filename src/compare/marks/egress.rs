//! Whether pods may reach more than before.
//!
//! NetworkPolicies of a namespace add up: pods that no policy restricts may reach everything, pods that some do may reach
//! what any of these allows (<https://kubernetes.io/docs/concepts/services-networking/network-policies/>). So a policy is
//! judged together with those around it: an allowance that another policy gave already is not new, and a restriction that
//! another policy still makes is not lost.

use super::peers::{Allowed, egress};
use super::selector::Selector;
use super::{Change, Mark, Marked, push, some, texts};
use crate::compare::identity::Pair;
use crate::kustomize::{Entry, Node, Object};
use std::collections::{BTreeMap, BTreeSet};

/// The NetworkPolicies of a cell that restrict egress, by namespace.
pub(in crate::compare) struct Surroundings<'a> {
    before: BTreeMap<&'a str, Vec<Policy>>,
    after: BTreeMap<&'a str, Vec<Policy>>,
    /// The namespaces that go, and everything in them.
    gone: BTreeSet<&'a str>,
}

/// A policy that restricts what its pods may reach.
struct Policy {
    pods: Selector,
    allowed: Vec<Allowed>,
}

impl Policy {
    /// `None` for a policy that says nothing of egress.
    fn of(object: &Object) -> Option<Self> {
        let spec = object.root.get("spec")?;
        let types = texts(spec, "policyTypes");
        let restricts = if types.is_empty() {
            spec.get("egress").is_some()
        } else {
            types.contains(&"Egress")
        };
        restricts.then(|| Self {
            pods: spec
                .get("podSelector")
                .map(Selector::of)
                .unwrap_or_default(),
            allowed: egress(object),
        })
    }
}

fn is_policy(object: &Object) -> bool {
    object.kind() == "NetworkPolicy" && object.api_version().starts_with("networking.k8s.io/")
}

impl<'a> Surroundings<'a> {
    /// Of all objects of a cell.
    pub(in crate::compare) fn of(pairs: &[Pair<'a>]) -> Self {
        let mut surroundings = Self {
            before: BTreeMap::new(),
            after: BTreeMap::new(),
            gone: BTreeSet::new(),
        };
        for pair in pairs {
            if let (Some(before), None) = (pair.before, pair.after)
                && (before.object.api_version(), before.object.kind()) == ("v1", "Namespace")
            {
                surroundings.gone.insert(before.object.name());
            }
            let sides = [
                (pair.before, &mut surroundings.before),
                (pair.after, &mut surroundings.after),
            ];
            for (found, policies) in sides {
                let object = found.map(|found| found.object).filter(|o| is_policy(o));
                if let Some((object, policy)) = object.and_then(|o| Some((o, Policy::of(o)?))) {
                    policies.entry(object.namespace()).or_default().push(policy);
                }
            }
        }
        surroundings
    }
}

pub(super) fn marks(
    change: &Change<'_>,
    surroundings: &Surroundings<'_>,
    marked: &mut Vec<Marked>,
) {
    let Some(object) = change.object() else {
        return;
    };
    if !is_policy(object) {
        relabelled(change, surroundings, marked);
        return unknown_kind(change, marked);
    }
    let around = |policies: &'_ BTreeMap<&str, Vec<Policy>>| -> Vec<Policy> {
        let here = policies.get(object.namespace());
        here.into_iter()
            .flatten()
            .map(|policy| Policy {
                pods: policy.pods.clone(),
                allowed: policy.allowed.clone(),
            })
            .collect()
    };
    let (before, after) = (around(&surroundings.before), around(&surroundings.after));
    let is_gone = surroundings.gone.contains(object.namespace());
    if let Some(old) = change.before.and_then(Policy::of).filter(|_| !is_gone) {
        let still = after.iter().any(|policy| policy.pods.covers(&old.pods));
        if !still {
            let detail = format!(
                "{} may reach everything: nothing restricts them any more",
                pods(&old.pods)
            );
            push(marked, Mark::EgressWidening, detail);
        }
    }
    if let Some(new) = change.after.and_then(Policy::of) {
        let new_here = new_allowances(&new, &before);
        if !new_here.is_empty() {
            let detail = format!("{} may also reach {}", pods(&new.pods), some(new_here));
            push(marked, Mark::EgressWidening, detail);
        }
    }
}

/// Pods whose labels change come under other policies.
fn relabelled(change: &Change<'_>, surroundings: &Surroundings<'_>, marked: &mut Vec<Marked>) {
    let Some((before, after)) = change.same_object() else {
        return;
    };
    let (Some(old), Some(new)) = (pod_labels(before), pod_labels(after)) else {
        return;
    };
    if old == new {
        return;
    }
    let Some(before) = reach(&surroundings.before, before.namespace(), &old) else {
        return;
    };
    match reach(&surroundings.after, after.namespace(), &new) {
        None => {
            let detail = "with other labels no policy restricts what its pods may reach";
            push(marked, Mark::EgressWidening, detail);
        }
        Some(after) => {
            let new = after.iter().filter(|one| !one.is_covered(&before));
            let new: Vec<String> = new.map(ToString::to_string).collect();
            if !new.is_empty() {
                let detail = format!("with other labels its pods may also reach {}", some(new));
                push(marked, Mark::EgressWidening, detail);
            }
        }
    }
}

/// What pods with these labels may reach; `None` when nothing restricts them.
fn reach<'a>(
    policies: &'a BTreeMap<&str, Vec<Policy>>,
    namespace: &str,
    labels: &BTreeMap<String, String>,
) -> Option<Vec<&'a Allowed>> {
    let here = policies.get(namespace)?.iter();
    let mut those = here.filter(|policy| policy.pods.selects(labels)).peekable();
    those.peek()?;
    Some(those.flat_map(|policy| &policy.allowed).collect())
}

/// The labels of the pods that an object makes.
fn pod_labels(object: &Object) -> Option<BTreeMap<String, String>> {
    let cron = ["spec", "jobTemplate", "spec", "template"];
    let pod = object
        .root
        .at(&["spec", "template"])
        .or_else(|| object.root.at(&cron))
        .or_else(|| (object.kind() == "Pod").then_some(&object.root))?;
    let labels = pod.at(&["metadata", "labels"])?.entries().iter();
    let text = |entry: &Entry| Some((entry.key.to_string(), entry.value.as_text()?.to_owned()));
    Some(labels.filter_map(text).collect())
}

/// What a policy allows that its pods could not reach before.
fn new_allowances(new: &Policy, before: &[Policy]) -> Vec<String> {
    // Pods that nothing restricted could reach everything.
    if before.iter().all(|old| old.pods.is_disjoint(&new.pods)) {
        return Vec::new();
    }
    let allowed: Vec<&Allowed> = before
        .iter()
        .filter(|old| old.pods.covers(&new.pods))
        .flat_map(|old| &old.allowed)
        .collect();
    let new = new.allowed.iter().filter(|one| !one.is_covered(&allowed));
    new.map(ToString::to_string).collect()
}

fn pods(selector: &Selector) -> String {
    if selector.is_everything() {
        "all pods of the namespace".to_owned()
    } else {
        format!("pods with {selector}")
    }
}

/// Kinds of network add-ons that are not taken apart: any change of what they say of egress is told.
fn unknown_kind(change: &Change<'_>, marked: &mut Vec<Marked>) {
    let kinds = [
        "CiliumNetworkPolicy",
        "CiliumClusterwideNetworkPolicy",
        "GlobalNetworkPolicy",
        "NetworkPolicy",
        "AdminNetworkPolicy",
        "BaselineAdminNetworkPolicy",
        "EgressFirewall",
    ];
    if !kinds.contains(&change.kind()) {
        return;
    }
    let rules = |object: Option<&Object>| -> Option<Vec<Node>> {
        let spec = object?.root.get("spec")?;
        let said: Vec<Node> = [
            "egress",
            "egressDeny",
            "types",
            "endpointSelector",
            "selector",
            "subject",
        ]
        .into_iter()
        .filter_map(|key| spec.get(key).cloned())
        .collect();
        spec.get("egress").or_else(|| spec.get("egressDeny"))?;
        Some(said)
    };
    let same = match (rules(change.before), rules(change.after)) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(&other)
                    .all(|(a, b)| crate::compare::shown::same(a, b))
        }
        _ => false,
    };
    if !same {
        let detail = format!(
            "what this {} says of egress changed, and is not taken apart here",
            change.kind()
        );
        push(marked, Mark::EgressWidening, detail);
    }
}
