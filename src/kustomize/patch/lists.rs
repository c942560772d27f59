//! Finding, replacing, adding and removing elements of lists by their keys
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/fns.go>, `ElementSetter`, `ElementMatcher`).

use super::super::fail::{Detail as _, Outcome, PATCH, fail};
use super::super::node::{Node, Value};

fn is_map(node: &Node) -> bool {
    matches!(node.value, Value::Map(_))
}

/// Replaces the elements with these keys by `element`, or removes them; adds `element` when there is none.
pub(super) fn set_element(
    list: &mut Node,
    element: Option<&Node>,
    keys: &[&str],
    values: &[&str],
) -> Outcome<()> {
    let by_key = keys.first().is_some_and(|key| !key.is_empty())
        && values.first().is_some_and(|value| !value.is_empty());
    let mut kept = Vec::with_capacity(list.items().len() + 1);
    let mut found = false;
    for item in list.items() {
        if item.is_null() || item.is_empty_map() {
            continue;
        }
        if by_key && !is_map(item) {
            kept.push(item.clone());
            continue;
        }
        if !has(item, keys, values)? {
            if !values.is_empty() {
                kept.push(item.clone());
            }
            continue;
        }
        found = true;
        kept.extend(element.cloned());
    }
    let element = element.filter(|element| !element.is_null());
    if let Some(element) = element.filter(|_| !found) {
        kept.push(element.clone());
    }
    match list.items_mut() {
        Some(items) => *items = kept,
        None => *list = Node::list(kept, list.origin),
    }
    Ok(())
}

/// Whether an element has these values; an empty value stands for any. Where there are fewer values than keys, the answer
/// to the last value holds for the rest, and without any value no element fits.
fn has(item: &Node, keys: &[&str], values: &[&str]) -> Outcome<bool> {
    let mut fits = false;
    for (at, key) in keys.iter().enumerate() {
        if let Some(value) = values.get(at) {
            fits = has_value(item, key, value)?;
        }
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}

fn has_value(item: &Node, key: &str, value: &str) -> Outcome<bool> {
    if key.is_empty() {
        if !matches!(item.value, Value::Scalar(_)) {
            return Err(fail(
                PATCH,
                format!("a list of plain values holds {}", item.what()),
            )
            .at(item.origin, "here"));
        }
        return Ok(item.value_text() == value);
    }
    if !is_map(item) {
        return Err(
            fail(PATCH, format!("a list of mappings holds {}", item.what()))
                .at(item.origin, "here"),
        );
    }
    Ok(item
        .get(key)
        .is_some_and(|found| value.is_empty() || found.raw() == value))
}

/// The position of the first element with exactly these values.
pub(super) fn find(list: &Node, keys: &[&str], values: &[&str]) -> Option<usize> {
    let items = list.items();
    if keys.first().is_none_or(|key| key.is_empty()) {
        let value = values.first().copied().unwrap_or_default();
        return items.iter().position(|item| item.raw() == value);
    }
    if keys.len() != values.len() {
        return None;
    }
    items.iter().position(|item| {
        is_map(item)
            && keys
                .iter()
                .zip(values)
                .all(|(key, value)| item.get(key).is_some_and(|found| found.raw() == *value))
    })
}

/// For each element the values of these keys, empty where there is none.
pub(super) fn values(list: &Node, keys: &[&str]) -> Vec<Vec<String>> {
    list.items()
        .iter()
        .map(|item| {
            keys.iter()
                .map(|key| {
                    item.get(key)
                        .filter(|value| !value.is_empty())
                        .map_or("", Node::raw)
                        .to_owned()
                })
                .collect()
        })
        .collect()
}
