//! What names an item of a list, so that lists are compared by their items and not by their positions.
//!
//! The keys are those by which the API server merges, where it has any
//! (<https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy>); other lists whose items all have
//! a name of their own are compared by it.

use crate::kustomize::Node;
use std::collections::BTreeSet;

/// Lists by the name of their field, with the keys of their items.
const KEYS: &[(&str, &[&str])] = &[
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("hostAliases", &["ip"]),
    (
        "topologySpreadConstraints",
        &["topologyKey", "whenUnsatisfiable"],
    ),
    ("subjects", &["kind", "namespace", "name"]),
    ("resourceClaims", &["name"]),
    ("ownerReferences", &["uid"]),
    ("conditions", &["type"]),
];

/// The names of a list's items, if every item has one of its own.
pub(super) struct Names(pub(super) Vec<String>);

/// The names of the items of two lists under one field, by the same key.
pub(super) fn names(field: &str, before: &[Node], after: &[Node]) -> Option<(Names, Names)> {
    candidates(field).find_map(|key| Some((by(&key, before)?, by(&key, after)?)))
}

type Key = Box<dyn Fn(&Node) -> Option<String>>;

fn candidates(field: &str) -> impl Iterator<Item = Key> {
    let mut keys: Vec<Key> = Vec::new();
    if field == "ports" {
        keys.push(Box::new(|item| port(item, "containerPort")));
        keys.push(Box::new(|item| port(item, "port")));
    }
    if let Some((_, fields)) = KEYS.iter().find(|(name, _)| *name == field) {
        keys.push(Box::new(|item| joined(item, fields)));
    }
    keys.push(Box::new(|item| joined(item, &["name"])));
    keys.push(Box::new(|item| {
        let name = item.at(&["metadata", "name"])?;
        name.as_text().map(str::to_owned)
    }));
    // The rules of an Ingress, the paths of one of them.
    keys.push(Box::new(|item| joined(item, &["host"])));
    keys.push(Box::new(|item| joined(item, &["path"])));
    keys.into_iter()
}

/// A port with its protocol; TCP when none is written.
fn port(item: &Node, field: &str) -> Option<String> {
    let number = item.get(field)?.as_text()?;
    let protocol = item.get("protocol").and_then(Node::as_text);
    Some(format!("{number}/{}", protocol.unwrap_or("TCP")))
}

/// The values of some fields, of which the last one must be there.
fn joined(item: &Node, fields: &[&str]) -> Option<String> {
    let last = fields.last()?;
    item.get(last)?.as_text()?;
    let values = fields
        .iter()
        .filter_map(|field| item.get(field)?.as_text())
        .filter(|value| !value.is_empty());
    Some(values.collect::<Vec<_>>().join("/"))
}

fn by(key: &Key, items: &[Node]) -> Option<Names> {
    let names: Vec<String> = items.iter().map(key).collect::<Option<_>>()?;
    let distinct: BTreeSet<&String> = names.iter().collect();
    (distinct.len() == names.len()).then_some(Names(names))
}
