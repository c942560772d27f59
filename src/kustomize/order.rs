//! The order of objects in the output, and of rules before they are applied.

use super::fail::{CONFLICT, Detail as _, INVALID, Outcome, fail};
use super::resource::Resource;
use super::spec::Sort;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Kinds that come first (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/resid/gvk.go>).
const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
const LAST: [&str; 2] = [
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// How a type sorts among rules.
pub(super) fn type_key(group: &str, version: &str, kind: &str) -> (i64, String) {
    let position = |at: usize| i64::try_from(at).unwrap_or(0);
    let rank = if let Some(at) = FIRST.iter().position(|first| *first == kind) {
        position(at) - position(FIRST.len())
    } else {
        LAST.iter()
            .position(|last| *last == kind)
            .map_or(0, |at| position(at) + 1)
    };
    (rank, type_text(group, version, kind))
}

fn type_text(group: &str, version: &str, kind: &str) -> String {
    let or = |text: &'static str, value: &str| {
        if value.is_empty() {
            text.to_owned()
        } else {
            value.to_owned()
        }
    };
    format!(
        "{}_{}_{}",
        or("~G", group),
        or("~V", version),
        or("~K", kind)
    )
}

/// Sorts the objects as the kustomization says, `legacy` when it says nothing.
pub(super) fn sort(resources: Vec<Resource>, options: Option<&Sort>) -> Outcome<Vec<Resource>> {
    let (first, last) = match options {
        None => defaults(),
        Some(sort) => match (&*sort.order, &sort.legacy) {
            ("fifo", None) => return Ok(resources),
            ("fifo", Some(_)) => {
                return Err(
                    fail(INVALID, "`legacySortOptions` needs the order `legacy`")
                        .at(sort.origin, "here"),
                );
            }
            ("legacy", None) => defaults(),
            ("legacy", Some(lists)) => lists.clone(),
            (other, _) => {
                return Err(fail(INVALID, format!("there is no order `{other}`"))
                    .at(sort.origin, "here")
                    .help("`order` is `legacy` or `fifo`"));
            }
        },
    };
    legacy(resources, &first, &last)
}

fn defaults() -> (Vec<Arc<str>>, Vec<Arc<str>>) {
    let list = |kinds: &[&str]| kinds.iter().map(|kind| (*kind).into()).collect();
    (list(&FIRST), list(&LAST))
}

fn legacy(
    resources: Vec<Resource>,
    first: &[Arc<str>],
    last: &[Arc<str>],
) -> Outcome<Vec<Resource>> {
    let mut ranks: HashMap<&str, i64> = HashMap::new();
    let count = i64::try_from(first.len()).unwrap_or(0);
    for (at, kind) in (0..).zip(first) {
        ranks.insert(kind, at - count);
    }
    for (at, kind) in (1..).zip(last) {
        ranks.insert(kind, at);
    }
    let mut keyed: Vec<(SortKey, Resource)> = resources
        .into_iter()
        .map(|resource| (SortKey::of(&resource, &ranks), resource))
        .collect();
    keyed.sort_by(|a, b| a.0.compare(&b.0));
    let mut seen = BTreeMap::new();
    for (at, (_, resource)) in keyed.iter().enumerate() {
        let id = resource.current_id();
        if let Some(before) = seen.insert(id.key(), at) {
            let before: usize = before;
            return Err(fail(CONFLICT, format!("two objects end up as {id}"))
                .at(resource.origin(), "this one")
                .at(keyed[before].1.origin(), "and this one"));
        }
    }
    Ok(keyed.into_iter().map(|(_, resource)| resource).collect())
}

struct SortKey {
    rank: i64,
    is_core_namespace: bool,
    gvk: String,
    id: String,
}

impl SortKey {
    fn of(resource: &Resource, ranks: &HashMap<&str, i64>) -> Self {
        let id = resource.current_id();
        let gvk = &id.gvk;
        let or = |value: &str, other: &str| {
            if value.is_empty() {
                other.to_owned()
            } else {
                value.to_owned()
            }
        };
        Self {
            rank: ranks.get(&*gvk.kind).copied().unwrap_or(0),
            is_core_namespace: &*gvk.kind == "Namespace" && gvk.group.is_empty(),
            gvk: type_text(&gvk.group, &gvk.version, &gvk.kind),
            id: format!(
                "{}.{}.{}|{}|{}",
                or(&gvk.kind, "[noKind]"),
                or(&gvk.version, "[noVer]"),
                or(&gvk.group, "[noGrp]"),
                or(&id.namespace, "~X"),
                or(&id.name, "~N")
            ),
        }
    }

    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        // Namespaces of the core come before other kinds of that name, whose groups would sort before it.
        let gvk = if self.gvk != other.gvk
            && self.gvk.ends_with("_Namespace")
            && other.gvk.ends_with("_Namespace")
            && (self.is_core_namespace || other.is_core_namespace)
        {
            other.gvk.cmp(&self.gvk)
        } else {
            self.gvk.cmp(&other.gvk)
        };
        self.rank
            .cmp(&other.rank)
            .then(gvk)
            .then_with(|| self.id.cmp(&other.id))
    }
}
