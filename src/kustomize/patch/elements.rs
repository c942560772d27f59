//! Merging two lists element by element
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/walk/associative_sequence.go>).

use super::super::fail::{Detail as _, Outcome, PATCH, fail};
use super::super::node::{Kind, Node};
use super::super::scalar::Tag;
use super::lists;
use super::schema::Schema;
use super::strategic::{Pair, walk};

/// Two lists whose elements are known by their keys.
pub(super) struct Elements {
    pub(super) dest: Node,
    pub(super) patch: Option<Node>,
    pub(super) same: bool,
    /// Of the elements.
    pub(super) schema: Option<Schema>,
}

impl Elements {
    /// The merged list; `values` are the keys' values of all elements, those of the patch first.
    pub(super) fn run(mut self, mut values: Vec<Vec<String>>, keys: &[&str]) -> Outcome<Node> {
        if keys.len() > 1 {
            unite(&mut values);
        }
        let mut merged = Node::list(Vec::new(), self.dest.origin);
        let mut last_keys: Vec<&str> = Vec::new();
        for value in &values {
            let (valid, found) = valid_keys(&values, value, keys);
            last_keys.clone_from(&valid);
            if let Some(element) = self.element(&valid, &found)? {
                lists::set_element(&mut merged, Some(&element), &valid, &found)?;
            }
        }
        if values.is_empty() {
            return Ok(self.dest);
        }
        append(&mut merged, &self.dest, &last_keys)?;
        Ok(merged)
    }

    /// The element with these values, merged; nothing when the patch removes it.
    fn element(&mut self, keys: &[&str], values: &[&str]) -> Outcome<Option<Node>> {
        let (exact_keys, exact) = valid_keys(&[strings(values)], values, keys);
        let at = lists::find(&self.dest, &exact_keys, &exact);
        let comes = self.patch.as_ref().and_then(|patch| {
            let at = lists::find(patch, &exact_keys, &exact)?;
            patch.items().get(at).cloned()
        });
        let pair = Pair {
            dest: at.and_then(|at| self.dest.items().get(at).cloned()),
            patch: comes,
            same: self.same,
        };
        let merged = walk(pair, self.schema)?;
        let value = merged
            .value
            .filter(|value| !value.is_null() && !value.is_empty_map());
        let Some(mut value) = value else {
            lists::set_element(&mut self.dest, None, keys, values)?;
            return Ok(None);
        };
        for (key, wanted) in keys.iter().zip(values) {
            if value.get(key).is_some() || wanted.is_empty() {
                continue;
            }
            let origin = value.origin;
            if key.is_empty() {
                value.set_scalar(*wanted, Tag::Unset, origin);
            } else {
                value.set(key, Node::bare(*wanted, origin));
            }
        }
        if let Some(at) = at.filter(|_| merged.in_place)
            && let Some(items) = self.dest.items_mut()
        {
            items[at] = value.clone();
        }
        Ok(Some(value))
    }
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// Puts the elements that were there behind those of the patch, and in the place of those with the same keys.
fn append(merged: &mut Node, dest: &Node, keys: &[&str]) -> Outcome<()> {
    for element in dest.items() {
        if keys.first().is_none_or(|key| key.is_empty()) {
            lists::set_element(merged, Some(element), &[""], &[element.raw()])?;
            continue;
        }
        let mut values = Vec::with_capacity(keys.len());
        for key in keys {
            if element.kind().is_some_and(|kind| kind != Kind::Map) {
                return Err(fail(
                    PATCH,
                    format!("a list that is merged by `{key}` holds {}", element.what()),
                )
                .at(element.origin, "here"));
            }
            match element.get(key) {
                Some(value) => values.push(value.raw()),
                None => {
                    if let Some(items) = merged.items_mut() {
                        items.push(element.clone());
                    }
                }
            }
        }
        if keys.len() > 1 {
            lists::set_element(merged, None, keys, &values)?;
        }
        lists::set_element(merged, Some(element), keys, &values)?;
    }
    Ok(())
}

/// The keys that some element has a value for, and this element's values for them.
fn valid_keys<'a>(
    all: &[Vec<String>],
    values: &'a [impl AsRef<str>],
    keys: &[&'a str],
) -> (Vec<&'a str>, Vec<&'a str>) {
    let is_used = |at: usize| {
        all.iter()
            .any(|values| values.get(at).is_some_and(|value| !value.is_empty()))
    };
    let plain = || values.iter().map(AsRef::as_ref).collect();
    if !(0..keys.len()).any(is_used) {
        return (keys.to_vec(), plain());
    }
    let valid = keys.iter().enumerate().filter(|(at, _)| is_used(*at));
    let found = values
        .iter()
        .map(AsRef::as_ref)
        .enumerate()
        .filter(|(at, value)| !value.is_empty() || is_used(*at));
    (
        valid.map(|(_, key)| *key).collect(),
        found.map(|(_, value)| value).collect(),
    )
}

/// Makes one of values that differ only where one of them is empty.
fn unite(values: &mut [Vec<String>]) {
    for one in 0..values.len() {
        // As it was before this round, as kustomize compares it.
        let first = values[one].clone();
        for other in 0..values.len() {
            if let Some(united) = united(&first, &values[other]) {
                values[one].clone_from(&united);
                values[other] = united;
            }
        }
    }
}

fn united(one: &[String], other: &[String]) -> Option<Vec<String>> {
    let mut common = false;
    let mut united = Vec::with_capacity(one.len());
    for (a, b) in one.iter().zip(other) {
        if a == b {
            common = true;
        } else if !a.is_empty() && !b.is_empty() {
            return None;
        }
        united.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    common.then_some(united)
}
