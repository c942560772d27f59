//! Who may do more through the API server than before.
//!
//! Rules are taken apart into single permissions, and one is new when no earlier rule of the same role allowed it
//! (<https://kubernetes.io/docs/reference/access-authn-authz/rbac/>).

use super::{Change, Mark, Marked, items, push, some, text, texts};
use crate::kustomize::{Node, Object};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn marks(change: &Change<'_>, marked: &mut Vec<Marked>) {
    if change.group() != "rbac.authorization.k8s.io" || change.after.is_none() {
        return;
    }
    let mut say = |detail: String| push(marked, Mark::RbacWidening, detail);
    match change.kind() {
        "Role" | "ClusterRole" => {
            let new = new_rules(change);
            if !new.is_empty() {
                say(format!("allows {}", some(new)));
            }
            for label in new_aggregation(change) {
                say(label);
            }
        }
        "RoleBinding" | "ClusterRoleBinding" => binding(change, &mut say),
        _ => {}
    }
}

/// One permission; `*` stands for all, an empty name for every object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Permission<'a> {
    On {
        group: &'a str,
        resource: &'a str,
        name: &'a str,
        verb: &'a str,
    },
    Url {
        url: &'a str,
        verb: &'a str,
    },
}

impl Permission<'_> {
    fn covers(&self, other: &Permission<'_>) -> bool {
        let all = |mine: &str, theirs: &str| mine == "*" || mine == theirs;
        match (self, other) {
            (
                Self::On {
                    group,
                    resource,
                    name,
                    verb,
                },
                Permission::On {
                    group: other_group,
                    resource: other_resource,
                    name: other_name,
                    verb: other_verb,
                },
            ) => {
                let sub = resource.strip_prefix("*/");
                let resources = all(resource, other_resource)
                    || sub.is_some_and(|sub| {
                        other_resource
                            .split_once('/')
                            .is_some_and(|(_, s)| s == sub)
                    });
                all(group, other_group)
                    && resources
                    && (name.is_empty() || name == other_name)
                    && all(verb, other_verb)
            }
            (
                Self::Url { url, verb },
                Permission::Url {
                    url: other,
                    verb: other_verb,
                },
            ) => {
                let wild = url
                    .strip_suffix('*')
                    .is_some_and(|start| other.starts_with(start));
                (wild || url == other) && all(verb, other_verb)
            }
            _ => false,
        }
    }
}

fn permissions(rule: &Node) -> BTreeSet<Permission<'_>> {
    let mut found = BTreeSet::new();
    let names = match texts(rule, "resourceNames") {
        names if names.is_empty() => vec![""],
        names => names,
    };
    for verb in texts(rule, "verbs") {
        for group in texts(rule, "apiGroups") {
            for resource in texts(rule, "resources") {
                found.extend(names.iter().map(|name| Permission::On {
                    group,
                    resource,
                    name,
                    verb,
                }));
            }
        }
        for url in texts(rule, "nonResourceURLs") {
            found.insert(Permission::Url { url, verb });
        }
    }
    found
}

/// New permissions, one text per resource.
fn new_rules(change: &Change<'_>) -> Vec<String> {
    let all = |object| -> BTreeSet<Permission<'_>> {
        let rules = items(object, &["rules"]).iter();
        rules.flat_map(permissions).collect()
    };
    let before = all(change.before);
    let mut by_resource: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for new in all(change.after) {
        if before.iter().any(|old| old.covers(&new)) {
            continue;
        }
        let (what, verb) = match new {
            Permission::On {
                group,
                resource,
                name,
                verb,
            } => {
                let of = |text: &str| {
                    if text.is_empty() {
                        String::new()
                    } else {
                        format!(".{text}")
                    }
                };
                let only = if name.is_empty() {
                    String::new()
                } else {
                    format!(" `{name}`")
                };
                (format!("`{resource}{}`{only}", of(group)), verb)
            }
            Permission::Url { url, verb } => (format!("`{url}`"), verb),
        };
        by_resource.entry(what).or_default().push(verb);
    }
    // Wildcards first: they matter most and a list is cut at its end.
    let mut new: Vec<(bool, String)> = by_resource
        .into_iter()
        .map(|(what, verbs)| {
            let is_wild = what.contains('*') || verbs.contains(&"*");
            let wild = if is_wild { " (wildcard)" } else { "" };
            (!is_wild, format!("{} on {what}{wild}", verbs.join(", ")))
        })
        .collect();
    new.sort();
    new.into_iter().map(|(_, text)| text).collect()
}

/// Roles that take in the rules of others, or give theirs to others.
fn new_aggregation(change: &Change<'_>) -> Vec<String> {
    let mut new = Vec::new();
    if change.touches(&["aggregationRule"])
        || (change.before.is_none()
            && change
                .after
                .is_some_and(|role| role.root.get("aggregationRule").is_some()))
    {
        new.push("takes in the rules of other ClusterRoles (`aggregationRule`)".to_owned());
    }
    let labels = |object: Option<&Object>| -> BTreeSet<String> {
        let labels = object.and_then(|object| object.root.at(&["metadata", "labels"]));
        let entries = labels.map_or(&[][..], Node::entries).iter();
        entries
            .filter(|entry| entry.value.as_text() == Some("true"))
            .filter_map(|entry| {
                entry
                    .key
                    .strip_prefix("rbac.authorization.k8s.io/aggregate-to-")
            })
            .map(str::to_owned)
            .collect()
    };
    for role in labels(change.after).difference(&labels(change.before)) {
        new.push(format!("adds its rules to the ClusterRole `{role}`"));
    }
    new
}

fn binding(change: &Change<'_>, say: &mut dyn FnMut(String)) {
    let role = |object: Option<&Object>| {
        let part = |key: &str| text(object, &["roleRef", key]).unwrap_or("").to_owned();
        (part("kind"), part("name"))
    };
    let (kind, name) = role(change.after);
    let all = |object| -> BTreeSet<String> {
        let subjects = items(object, &["subjects"]).iter();
        subjects.map(subject).collect()
    };
    let is_another = change.before.is_some() && role(change.before) != (kind.clone(), name.clone());
    let new: Vec<String> = if is_another {
        all(change.after).into_iter().collect()
    } else {
        all(change.after)
            .difference(&all(change.before))
            .cloned()
            .collect()
    };
    if new.is_empty() {
        return;
    }
    let everything = if name == "cluster-admin" {
        ", which may do everything"
    } else {
        ""
    };
    say(format!(
        "gives {kind} `{name}`{everything} to {}",
        some(new)
    ));
}

fn subject(node: &Node) -> String {
    let part = |key: &str| node.get(key).and_then(Node::as_text).unwrap_or("");
    match part("namespace") {
        "" => format!("{} `{}`", part("kind"), part("name")),
        namespace => format!("{} `{namespace}/{}`", part("kind"), part("name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_covers_what_it_stands_for() {
        let on = |resource, verb, name| Permission::On {
            group: "",
            resource,
            name,
            verb,
        };
        assert!(on("*", "*", "").covers(&on("secrets", "get", "a")));
        assert!(on("*/scale", "get", "").covers(&on("pods/scale", "get", "")));
        assert!(!on("secrets", "get", "a").covers(&on("secrets", "get", "")));
        assert!(!on("secrets", "get", "").covers(&on("secrets", "*", "")));
    }
}
