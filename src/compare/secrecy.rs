//! What must not be shown: values of Secrets, and texts that look like one wherever they stand.
//!
//! Everything is compared as it is. Only on its way into a [`super::Difference`] is it cut.

mod texts;

use super::fields::Step;
use crate::kustomize::{Entry, Node, Scalar, Value};
use std::sync::Arc;
use texts::{is_secret_flag, is_secret_word};

/// What stands in the place of a value.
pub(super) const MASK: &str = "(not shown)";

/// Whether the value of a mapping's key is a secret; `path` leads to the value. A mapping is none: its keys are told.
pub(super) fn hides(kind: &str, path: &[Step], mapping: &Node, key: &str) -> bool {
    let Some(value) = mapping.get(key) else {
        return false;
    };
    !matches!(value.value, Value::Map(_))
        && (by_kind(kind, path)
            || key == "kubectl.kubernetes.io/last-applied-configuration"
            || (is_text(value) && (is_secret_word(key) || is_secret_variable(mapping, key))))
}

/// The fields of kinds that are there to hold secrets. What is sealed is not secret, and nobody can read it either.
fn by_kind(kind: &str, path: &[Step]) -> bool {
    let keys: Vec<&str> = path.iter().map_while(Step::key).collect();
    matches!(
        (kind, keys.as_slice()),
        ("Secret", ["data" | "stringData", ..])
            | ("SealedSecret", ["spec", "encryptedData", ..])
            | (
                "SealedSecret",
                ["spec", "template", "data" | "stringData", ..]
            )
    )
}

fn is_text(value: &Node) -> bool {
    value.as_text().is_some_and(|text| {
        !text.is_empty() && !matches!(text, "true" | "false") && text.parse::<f64>().is_err()
    })
}

/// `value` beside a `name` that promises a secret: an environment variable, a Helm parameter.
fn is_secret_variable(mapping: &Node, key: &str) -> bool {
    let name = mapping.get("name").and_then(Node::as_text);
    key == "value" && name.is_some_and(is_secret_word)
}

/// A value with everything secret in it replaced.
pub(super) fn masked(kind: &str, path: &mut Vec<Step>, node: &Node) -> Node {
    let value = match &node.value {
        Value::Scalar(scalar) => Value::Scalar(Scalar {
            text: texts::masked(&scalar.text).into(),
            ..scalar.clone()
        }),
        Value::List(items) => {
            let items = items.iter().enumerate().map(|(at, item)| {
                let flag = at.checked_sub(1).and_then(|at| items.get(at)?.as_text());
                if flag.is_some_and(is_secret_flag) && item.as_text().is_some() {
                    let origin = item.origin;
                    return Node {
                        value: mask(),
                        origin,
                    };
                }
                path.push(Step::Index(at));
                let item = masked(kind, path, item);
                path.pop();
                item
            });
            Value::List(Arc::new(items.collect()))
        }
        Value::Map(entries) => {
            let entries = entries.iter().map(|entry| {
                path.push(Step::Key(entry.key.to_string()));
                let value = if hides(kind, path, node, &entry.key) {
                    Node {
                        value: mask(),
                        origin: entry.value.origin,
                    }
                } else {
                    masked(kind, path, &entry.value)
                };
                path.pop();
                Entry {
                    value,
                    ..entry.clone()
                }
            });
            Value::Map(Arc::new(entries.collect()))
        }
    };
    Node {
        value,
        origin: node.origin,
    }
}

fn mask() -> Value {
    Value::Scalar(Scalar {
        text: MASK.into(),
        tag: crate::kustomize::Tag::Str,
        style: crate::kustomize::Style::Plain,
    })
}
