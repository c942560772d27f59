//! Two objects, field by field.

use super::secrecy::{self, MASK};
use super::{keys, shown};
use crate::kustomize::{Node, Object, Value};
use std::collections::BTreeSet;
use std::fmt;

/// One step of the way to a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// The item of a list that has this name.
    Item(String),
    /// The item of a list at this position, from 0.
    Index(usize),
}

impl Step {
    /// The key, if it is one.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            _ => None,
        }
    }
}

/// The way to a value; its text is such as `spec.template.spec.containers[api].image`. Empty for the object itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// Whether it begins with these keys.
    pub(super) fn is_below(&self, keys: &[&str]) -> bool {
        self.0.len() >= keys.len()
            && self
                .0
                .iter()
                .zip(keys)
                .all(|(step, key)| step.key() == Some(key))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if key.contains(['.', '/', '[', ' ']) => write!(f, "[\"{key}\"]")?,
                Step::Key(key) if at == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Item(name) => write!(f, "[{name}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// What became of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Which field.
    pub path: Path,
    /// What became of it.
    pub edit: Edit,
}

/// What became of a field. Texts have as many lines as the value; what is secret in them is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// It was not there.
    Added(String),
    /// It is no longer there.
    Removed(String),
    /// It has another value.
    Replaced {
        /// What it was.
        before: String,
        /// What it is.
        after: String,
    },
    /// A text of several lines or a list of plain values: what is not the same, with a few lines around it.
    Lines(Vec<Line>),
    /// A list has the same items in another order.
    Reordered,
    /// It is not the same, and it is secret.
    Hidden,
}

/// A line of a text, or an item of a list of plain values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What became of it.
    pub sign: Sign,
    /// Its text without the line break; of a gap, empty.
    pub text: String,
}

impl Line {
    pub(super) fn gap(lines: usize) -> Self {
        Self {
            sign: Sign::Gap(lines),
            text: String::new(),
        }
    }
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It stays.
    Same,
    /// It is no longer there.
    Removed,
    /// It was not there.
    Added,
    /// This many lines that stay are left out.
    Gap(usize),
}

/// What is not the same in two objects.
pub(super) fn changed(before: &Object, after: &Object) -> Vec<FieldChange> {
    let mut walk = Walk::of(after.kind());
    walk.node(&before.root, &after.root);
    walk.found
}

/// An added object as a whole.
pub(super) fn whole(object: &Object) -> Vec<FieldChange> {
    let walk = Walk::of(object.kind());
    vec![FieldChange {
        path: Path::default(),
        edit: Edit::Added(walk.shown(&object.root)),
    }]
}

struct Walk<'a> {
    kind: &'a str,
    path: Vec<Step>,
    found: Vec<FieldChange>,
}

impl<'a> Walk<'a> {
    fn of(kind: &'a str) -> Self {
        Self {
            kind,
            path: Vec::new(),
            found: Vec::new(),
        }
    }

    fn push(&mut self, edit: Edit) {
        let path = Path(self.path.clone());
        self.found.push(FieldChange { path, edit });
    }

    fn below(&mut self, step: Step, act: impl FnOnce(&mut Self)) {
        self.path.push(step);
        act(self);
        self.path.pop();
    }

    fn masked(&self, node: &Node) -> Node {
        secrecy::masked(self.kind, &mut self.path.clone(), node)
    }

    fn shown(&self, node: &Node) -> String {
        shown::text(&self.masked(node))
    }

    fn node(&mut self, before: &Node, after: &Node) {
        if shown::same(before, after) {
            return;
        }
        match (&before.value, &after.value) {
            (Value::Map(_), Value::Map(_)) => self.map(before, after),
            (Value::List(_), Value::List(_)) => self.list(before, after),
            _ => self.leaf(before, after),
        }
    }

    fn map(&mut self, before: &Node, after: &Node) {
        let entries = before.entries().iter().chain(after.entries());
        let keys: BTreeSet<&str> = entries.map(|entry| &*entry.key).collect();
        for key in keys {
            self.below(Step::Key(key.to_owned()), |walk| {
                let (old, new) = (before.get(key), after.get(key));
                let secret = secrecy::hides(walk.kind, &walk.path, before, key)
                    || secrecy::hides(walk.kind, &walk.path, after, key);
                match (old, new) {
                    (Some(old), Some(new)) if secret => {
                        if !shown::same(old, new) {
                            walk.push(Edit::Hidden);
                        }
                    }
                    (Some(old), Some(new)) => walk.node(old, new),
                    (Some(old), None) => walk.one(old, secret, Edit::Removed),
                    (None, Some(new)) => walk.one(new, secret, Edit::Added),
                    (None, None) => {}
                }
            });
        }
    }

    fn one(&mut self, node: &Node, secret: bool, edit: fn(String) -> Edit) {
        let text = if secret {
            MASK.to_owned()
        } else {
            self.shown(node)
        };
        self.push(edit(text));
    }

    fn leaf(&mut self, before: &Node, after: &Node) {
        let (one, other) = (self.masked(before), self.masked(after));
        if shown::same(&one, &other) {
            self.push(Edit::Hidden);
        } else if shown::is_long(&one) || shown::is_long(&other) {
            let (one, other) = (shown::text(&one), shown::text(&other));
            self.lines(&one, &other);
        } else {
            let (before, after) = shown::both(&one, &other);
            self.push(Edit::Replaced { before, after });
        }
    }

    fn lines(&mut self, before: &str, after: &str) {
        let split = |text: &str| text.lines().map(str::to_owned).collect::<Vec<String>>();
        let lines = shown::lines(&split(before), &split(after));
        if lines.is_empty() {
            // Only the line break at the end.
            let what = |text: &str| {
                if text.ends_with('\n') {
                    "with"
                } else {
                    "without"
                }
            };
            let words = |text: &str| format!("{} a line break at the end", what(text));
            self.push(Edit::Replaced {
                before: words(before),
                after: words(after),
            });
        } else {
            self.push(Edit::Lines(lines));
        }
    }

    fn list(&mut self, before: &Node, after: &Node) {
        let (one, other) = (self.masked(before), self.masked(after));
        let plain = (shown::plain_items(&one), shown::plain_items(&other));
        if let (Some(items), Some(others)) = plain {
            if items == others && !shown::same(&one, &other) {
                // `1` became `"1"`.
                let (before, after) = (shown::yaml(&one), shown::yaml(&other));
                self.lines(&before, &after);
            } else {
                self.plain_list(&items, &others);
            }
            return;
        }
        let field = self.path.iter().rev().find_map(Step::key).unwrap_or("");
        match keys::names(field, before.items(), after.items()) {
            Some((one, other)) => {
                self.named(before.items(), &one.0, after.items(), &other.0);
            }
            None => self.unnamed(before.items(), after.items()),
        }
    }

    fn plain_list(&mut self, before: &[String], after: &[String]) {
        let sorted = |items: &[String]| {
            let mut items = items.to_vec();
            items.sort();
            items
        };
        if before == after {
            self.push(Edit::Hidden);
        } else if sorted(before) == sorted(after) {
            self.push(Edit::Reordered);
        } else {
            self.push(Edit::Lines(shown::lines(before, after)));
        }
    }

    fn named(&mut self, before: &[Node], one: &[String], after: &[Node], other: &[String]) {
        let find = |names: &[String], name: &str| names.iter().position(|known| known == name);
        for (item, name) in before.iter().zip(one) {
            self.below(Step::Item(name.clone()), |walk| {
                match find(other, name).and_then(|at| after.get(at)) {
                    Some(new) => walk.node(item, new),
                    None => walk.one(item, false, Edit::Removed),
                }
            });
        }
        for (item, name) in after.iter().zip(other) {
            if find(one, name).is_none() {
                let step = Step::Item(name.clone());
                self.below(step, |walk| walk.one(item, false, Edit::Added));
            }
        }
        let kept = |names: &[String], others: &[String]| {
            let kept = names.iter().filter(|name| others.contains(name));
            kept.cloned().collect::<Vec<_>>()
        };
        if kept(one, other) != kept(other, one) {
            self.push(Edit::Reordered);
        }
    }

    fn unnamed(&mut self, before: &[Node], after: &[Node]) {
        for (old, new) in shown::aligned(before, after) {
            let at = new.or(old).unwrap_or_default();
            let (old, new) = (
                old.and_then(|at| before.get(at)),
                new.and_then(|at| after.get(at)),
            );
            self.below(Step::Index(at), |walk| match (old, new) {
                (Some(old), Some(new)) => walk.node(old, new),
                (Some(old), None) => walk.one(old, false, Edit::Removed),
                (None, Some(new)) => walk.one(new, false, Edit::Added),
                (None, None) => {}
            });
        }
    }
}
