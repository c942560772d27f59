//! What a change does to a running cluster, so that a reviewer looks at the right one first.

mod deletion;
mod egress;
mod exposure;
mod immutable;
mod peers;
mod rbac;
mod selector;
mod workload;

use super::fields::FieldChange;
use super::identity::Pair;
use crate::kustomize::{Node, Object};

pub(super) use egress::Surroundings;

/// The kinds of effect, most important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Data, a namespace or a kind of object goes away, or will when something else does.
    Deletion,
    /// The API server refuses the change: the object has to be made anew.
    Immutable,
    /// Somebody may do more through the API server than before.
    RbacWidening,
    /// Pods may reach more than before.
    EgressWidening,
    /// Something can be reached from outside that could not be.
    Exposure,
    /// Pods are replaced.
    Restart,
    /// A container runs another image.
    Image,
    /// There are more or fewer pods.
    Replicas,
}

impl Mark {
    /// All of them, most important first.
    pub const ALL: [Self; 8] = [
        Self::Deletion,
        Self::Immutable,
        Self::RbacWidening,
        Self::EgressWidening,
        Self::Exposure,
        Self::Restart,
        Self::Image,
        Self::Replicas,
    ];

    /// Its name for programs.
    pub fn id(self) -> &'static str {
        match self {
            Self::Deletion => "deletion",
            Self::Immutable => "immutable",
            Self::RbacWidening => "rbac-widening",
            Self::EgressWidening => "egress-widening",
            Self::Exposure => "exposure",
            Self::Restart => "restart",
            Self::Image => "image",
            Self::Replicas => "replicas",
        }
    }

    /// Its name for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Deletion => "deletion",
            Self::Immutable => "immutable field",
            Self::RbacWidening => "wider RBAC",
            Self::EgressWidening => "wider egress",
            Self::Exposure => "exposure",
            Self::Restart => "restart",
            Self::Image => "image",
            Self::Replicas => "replicas",
        }
    }
}

/// An effect, and what causes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marked {
    /// Which effect.
    pub mark: Mark,
    /// What causes it, in one line.
    pub detail: String,
}

/// What a change does; most important first.
pub(super) fn of(
    pair: &Pair<'_>,
    fields: &[FieldChange],
    surroundings: &Surroundings<'_>,
) -> Vec<Marked> {
    let change = Change {
        before: pair.before.map(|found| found.object),
        after: pair.after.map(|found| found.object),
        unpruned: pair.before.is_some_and(|found| !found.unit.prunes),
        fields,
    };
    let mut marked = Vec::new();
    deletion::marks(&change, &mut marked);
    immutable::marks(&change, &mut marked);
    rbac::marks(&change, &mut marked);
    egress::marks(&change, surroundings, &mut marked);
    exposure::marks(&change, &mut marked);
    workload::marks(&change, &mut marked);
    marked.sort();
    marked.dedup();
    marked
}

/// An object on both sides, or on one.
struct Change<'a> {
    before: Option<&'a Object>,
    after: Option<&'a Object>,
    /// Whether Argo CD leaves in the cluster what leaves the repository.
    unpruned: bool,
    fields: &'a [FieldChange],
}

impl<'a> Change<'a> {
    /// The object as it is, or as it was.
    fn object(&self) -> Option<&'a Object> {
        self.after.or(self.before)
    }

    fn kind(&self) -> &'a str {
        self.object().map_or("", Object::kind)
    }

    /// The API group of the object.
    fn group(&self) -> &'a str {
        let version = self.object().map_or("", Object::api_version);
        version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// Both sides, when the object is on both under one name; what has a new hash in its name is a new object.
    fn same_object(&self) -> Option<(&'a Object, &'a Object)> {
        let (before, after) = (self.before?, self.after?);
        (before.name() == after.name()).then_some((before, after))
    }

    /// Whether anything at or below this path changed.
    fn touches(&self, path: &[&str]) -> bool {
        self.fields.iter().any(|field| field.path.is_below(path))
    }
}

/// The text at the end of these keys.
fn text<'a>(object: Option<&'a Object>, path: &[&str]) -> Option<&'a str> {
    object?.root.at(path)?.as_text()
}

/// The items at the end of these keys.
fn items<'a>(object: Option<&'a Object>, path: &[&str]) -> &'a [Node] {
    object
        .and_then(|object| object.root.at(path))
        .map_or(&[], Node::items)
}

/// The items of a node's field.
fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map_or(&[], Node::items)
}

/// The texts of a node's field.
fn texts<'a>(node: &'a Node, key: &str) -> Vec<&'a str> {
    list(node, key).iter().filter_map(Node::as_text).collect()
}

fn push(marked: &mut Vec<Marked>, mark: Mark, detail: impl Into<String>) {
    let detail = detail.into();
    marked.push(Marked { mark, detail });
}

/// A few of many, and how many more there are.
fn some(mut all: Vec<String>) -> String {
    const SHOWN: usize = 4;
    all.dedup();
    let more = all.len().saturating_sub(SHOWN);
    all.truncate(SHOWN);
    let shown = all.join("; ");
    if more == 0 {
        shown
    } else {
        format!("{shown}; and {more} more")
    }
}

#[cfg(test)]
mod tests;
