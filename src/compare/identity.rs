//! Which object of one side is which of the other.

use super::{Cell, Unit};
use crate::kustomize::Object;
use std::collections::BTreeMap;

/// What names an object in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId {
    /// The API group without the version; empty for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty when it names none.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl ObjectId {
    /// Of an object.
    pub fn of(object: &Object) -> Self {
        let group = object.api_version().rsplit_once('/');
        Self {
            group: group.map_or(String::new(), |(group, _)| group.to_owned()),
            kind: object.kind().to_owned(),
            namespace: object.namespace().to_owned(),
            name: object.name().to_owned(),
        }
    }

    /// With the hash of its content taken off its name; `None` when it has none.
    fn without_hash(&self) -> Option<Self> {
        let is_generated = self.group.is_empty() && matches!(&*self.kind, "ConfigMap" | "Secret");
        let name = stem(&self.name).filter(|_| is_generated)?;
        Some(Self {
            name: name.to_owned(),
            ..self.clone()
        })
    }
}

impl std::fmt::Display for ObjectId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// How many characters kustomize appends to the name of what it generates.
const HASH: usize = 10;

/// A name without the hash that kustomize appends
/// (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/hasher/hasher.go>, `encode`).
fn stem(name: &str) -> Option<&str> {
    let (stem, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == HASH && hash.chars().all(|c| "ghkmt2456789bcdf".contains(c));
    (is_hash && !stem.is_empty()).then_some(stem)
}

/// An object where it was found.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) unit: &'a Unit,
    pub(super) object: &'a Object,
}

/// An object of both sides, or of one.
pub(super) struct Pair<'a> {
    pub(super) id: ObjectId,
    pub(super) before: Option<Found<'a>>,
    pub(super) after: Option<Found<'a>>,
}

/// Brings the objects of two cells together, sorted by what names them.
pub(super) fn pairs<'a>(before: Option<&'a Cell>, after: Option<&'a Cell>) -> Vec<Pair<'a>> {
    let (mut before, mut after) = (by_id(before), by_id(after));
    let mut pairs = Vec::new();
    let ids: Vec<ObjectId> = before.keys().chain(after.keys()).cloned().collect();
    for id in ids {
        let one = before.remove(&id).unwrap_or_default();
        let other = after.remove(&id).unwrap_or_default();
        together(&id, one, other, &mut pairs);
    }
    hashed(&mut pairs);
    pairs.sort_by(|a, b| a.id.cmp(&b.id));
    pairs
}

fn by_id(cell: Option<&Cell>) -> BTreeMap<ObjectId, Vec<Found<'_>>> {
    let mut found: BTreeMap<ObjectId, Vec<Found<'_>>> = BTreeMap::new();
    for unit in cell.iter().flat_map(|cell| &cell.units) {
        for object in &unit.objects {
            let here = Found { unit, object };
            found.entry(ObjectId::of(object)).or_default().push(here);
        }
    }
    found
}

/// Objects of one name: those of the same unit first, then in their order.
fn together<'a>(
    id: &ObjectId,
    mut before: Vec<Found<'a>>,
    after: Vec<Found<'a>>,
    pairs: &mut Vec<Pair<'a>>,
) {
    let mut pair = |before, after| {
        let id = id.clone();
        pairs.push(Pair { id, before, after });
    };
    let mut left = Vec::new();
    for found in after {
        let same = |one: &Found<'_>| one.unit.name() == found.unit.name();
        match before.iter().position(same) {
            Some(at) => pair(Some(before.remove(at)), Some(found)),
            None => left.push(found),
        }
    }
    let mut before = before.into_iter();
    for found in left {
        pair(before.next(), Some(found));
    }
    for found in before {
        pair(Some(found), None);
    }
}

/// What kustomize generated under a new hash is the same thing with another content.
fn hashed(pairs: &mut Vec<Pair<'_>>) {
    let mut gone: BTreeMap<ObjectId, Vec<usize>> = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate().filter(|(_, p)| p.after.is_none()) {
        if let Some(stem) = pair.id.without_hash() {
            gone.entry(stem).or_default().push(at);
        }
    }
    let mut used = Vec::new();
    for at in 0..pairs.len() {
        let pair = &pairs[at];
        let stem = pair.id.without_hash().filter(|_| pair.before.is_none());
        let Some(candidates) = stem.and_then(|stem| gone.get_mut(&stem)) else {
            continue;
        };
        if !candidates.is_empty() {
            let old = candidates.remove(0);
            pairs[at].before = pairs[old].before;
            used.push(old);
        }
    }
    used.sort_unstable();
    for at in used.into_iter().rev() {
        pairs.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_kustomize_appends_is_a_hash() {
        assert_eq!(stem("app-config-7k2m4t6b8c"), Some("app-config"));
        for name in [
            "app-config",
            "app-config-1234567890",
            "-7k2m4t6b8c",
            "app-7k2m4t6b8",
        ] {
            assert_eq!(stem(name), None, "{name}");
        }
    }
}
