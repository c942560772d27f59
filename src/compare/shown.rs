//! Values as texts for people.

use super::fields::{Line, Sign};
use crate::kustomize::{Built, Entry, Node, Object, Scalar, Style, Value};
use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};
use std::sync::Arc;

/// How many lines stand around a change.
const AROUND: usize = 2;

/// Whether two values mean the same; where they come from and how they are written does not matter, nor does the order of
/// keys.
pub(super) fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Scalar(one), Value::Scalar(other)) => same_scalar(one, other),
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Map(entries), Value::Map(others)) => {
            entries.len() == others.len()
                && entries
                    .iter()
                    .all(|entry| other.get(&entry.key).is_some_and(|b| same(&entry.value, b)))
        }
        _ => false,
    }
}

fn same_scalar(one: &Scalar, other: &Scalar) -> bool {
    one == other || written(one) == written(other)
}

/// A scalar as kustomize writes it: `8080` is a number and `"8080"` a text.
fn written(scalar: &Scalar) -> String {
    let value = Node {
        value: Value::Scalar(scalar.clone()),
        origin: Default::default(),
    };
    let entry = Entry {
        key: "v".into(),
        quoted: false,
        value,
    };
    let text = yaml(&Node {
        value: Value::Map(Arc::new(vec![entry])),
        origin: Default::default(),
    });
    text.trim_end().trim_start_matches("v: ").to_owned()
}

/// A value as YAML.
pub(super) fn yaml(node: &Node) -> String {
    let objects = vec![Object::new(node.clone())];
    let warnings = Vec::new();
    Built { objects, warnings }.yaml()
}

/// A value as one line, or as the YAML of a collection.
pub(super) fn text(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) if scalar.text.is_empty() => written(scalar),
        Value::Scalar(scalar) => scalar.text.to_string(),
        value => {
            let text = yaml(node).trim_end().to_owned();
            // On one line it would read as part of the line it is put into.
            match value {
                Value::Map(entries) if entries.len() == 1 && !text.contains('\n') => {
                    format!("{{{text}}}")
                }
                Value::List(items) if items.len() == 1 && !text.contains('\n') => {
                    format!("[{}]", text.trim_start_matches("- "))
                }
                _ => text,
            }
        }
    }
}

/// Two different values; where they read the same, with the quotes that tell them apart.
pub(super) fn both(before: &Node, after: &Node) -> (String, String) {
    let (one, other) = (text(before), text(after));
    match (&before.value, &after.value) {
        (Value::Scalar(before), Value::Scalar(after)) if one == other => {
            (written(before), written(after))
        }
        _ => (one, other),
    }
}

/// A text that is more readable line by line.
pub(super) fn is_long(node: &Node) -> bool {
    matches!(&node.value, Value::Scalar(scalar)
        if scalar.text.contains('\n') || matches!(scalar.style, Style::Block | Style::Folded))
}

/// The items of a list of plain values.
pub(super) fn plain_items(node: &Node) -> Option<Vec<String>> {
    let Value::List(items) = &node.value else {
        return None;
    };
    items
        .iter()
        .map(|item| match &item.value {
            Value::Scalar(_) => Some(text(item)),
            _ => None,
        })
        .collect()
}

/// What is not the same in two lists of lines, with a few lines around it.
pub(super) fn lines(before: &[String], after: &[String]) -> Vec<Line> {
    let groups = group_diff_ops(capture_diff_slices(Algorithm::Myers, before, after), AROUND);
    let mut lines = Vec::new();
    let mut shown = 0;
    for group in groups {
        let first = group.first().map_or(0, |op| op.old_range().start);
        if first > shown {
            lines.push(Line::gap(first - shown));
        }
        for change in group.iter().flat_map(|op| op.iter_changes(before, after)) {
            let sign = match change.tag() {
                ChangeTag::Equal => Sign::Same,
                ChangeTag::Delete => Sign::Removed,
                ChangeTag::Insert => Sign::Added,
            };
            lines.push(Line {
                sign,
                text: change.value().clone(),
            });
        }
        shown = group.last().map_or(shown, |op| op.old_range().end);
    }
    if !lines.is_empty() && before.len() > shown {
        lines.push(Line::gap(before.len() - shown));
    }
    lines
}

/// Which items of two lists belong together: equal ones first, then those that stand in each other's place.
pub(super) fn aligned(before: &[Node], after: &[Node]) -> Vec<(Option<usize>, Option<usize>)> {
    let texts = |items: &[Node]| items.iter().map(yaml).collect::<Vec<String>>();
    let (one, other) = (texts(before), texts(after));
    let mut pairs = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &one, &other) {
        let (old, new) = (op.old_range(), op.new_range());
        match op {
            DiffOp::Equal { .. } => {}
            _ => {
                let length = old.len().max(new.len());
                pairs.extend((0..length).map(|at| {
                    let within = |range: &std::ops::Range<usize>| {
                        (at < range.len()).then(|| range.start + at)
                    };
                    (within(&old), within(&new))
                }));
            }
        }
    }
    pairs
}
