//! Values on their way into JSON and back.

use crate::kustomize::emit::plain_is_allowed;
use crate::kustomize::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail};
use crate::kustomize::node::{Entry, Node, Origin, Value};
use crate::kustomize::number;
use crate::kustomize::scalar::{Scalar, Style, Tag, Typed, needs_quotes, resolve, resolve_old};
use crate::kustomize::spec::typed;
use std::sync::Arc;

/// A value as YAML 1.1 reads it, on its way to JSON: `on` is true.
pub(super) fn read_value(node: &Node) -> Outcome<Node> {
    let value = match &node.value {
        Value::List(items) => Value::List(Arc::new(
            items.iter().map(read_value).collect::<Outcome<_>>()?,
        )),
        Value::Map(entries) => {
            let mut read = Vec::with_capacity(entries.len());
            for entry in entries.iter() {
                if !entry.quoted && resolve_old(&entry.key).0 != Tag::Str {
                    return Err(fail(
                        UNSUPPORTED,
                        format!("the key `{}` is not a text", entry.key),
                    )
                    .at(entry.value.origin, "its value is here")
                    .help("put the key into quotes"));
                }
                read.push(Entry {
                    key: Arc::clone(&entry.key),
                    quoted: true,
                    value: read_value(&entry.value)?,
                });
            }
            Value::Map(Arc::new(read))
        }
        Value::Scalar(_) => {
            let typed = typed(node).unwrap_or(Typed::Null);
            if matches!(typed, Typed::Float(number) if !number.is_finite()) {
                return Err(
                    fail(INVALID, "this number has no form in JSON").at(node.origin, "here")
                );
            }
            return Ok(from_json(&typed, node.origin));
        }
    };
    Ok(Node {
        value,
        origin: node.origin,
    })
}

/// The object as JSON has it.
pub(super) fn normalised(node: &Node) -> Outcome<Node> {
    map_scalars(node, &|scalar, origin| match scalar.typed() {
        Ok(typed) => Ok(from_json(&typed, origin)),
        Err(why) => Err(fail(INVALID, why).at(origin, "here")),
    })
}

/// The object as kustomize reads it back from JSON: all numbers as floating-point ones.
pub(super) fn renormalised(node: &Node) -> Outcome<Node> {
    map_scalars(node, &|scalar, origin| {
        let typed = match scalar.typed() {
            // The sign of zero is kept by floating-point numbers only.
            Ok(Typed::Int(0)) if scalar.text.starts_with('-') => Typed::Float(-0.0),
            Ok(Typed::Int(whole)) => Typed::Float(whole as f64),
            Ok(Typed::Uint(whole)) => Typed::Float(whole as f64),
            Ok(typed) => typed,
            Err(why) => return Err(fail(INVALID, why).at(origin, "here")),
        };
        Ok(from_json(&typed, origin))
    })
}

fn map_scalars(node: &Node, map: &dyn Fn(&Scalar, Origin) -> Outcome<Node>) -> Outcome<Node> {
    let value = match &node.value {
        Value::Scalar(scalar) => return map(scalar, node.origin),
        Value::List(items) => Value::List(Arc::new(
            items
                .iter()
                .map(|item| map_scalars(item, map))
                .collect::<Outcome<_>>()?,
        )),
        Value::Map(entries) => {
            let mut mapped = Vec::with_capacity(entries.len());
            for entry in entries.iter() {
                if !entry.quoted && resolve(&entry.key).0 != Tag::Str {
                    return Err(
                        fail(INVALID, format!("the key `{}` is not a text", entry.key))
                            .at(entry.value.origin, "its value is here"),
                    );
                }
                mapped.push(Entry {
                    key: Arc::clone(&entry.key),
                    quoted: entry.quoted || needs_quotes(&entry.key),
                    value: map_scalars(&entry.value, map)?,
                });
            }
            Value::Map(Arc::new(mapped))
        }
    };
    Ok(Node {
        value,
        origin: node.origin,
    })
}

/// A value as it is after go-yaml wrote it.
fn from_json(typed: &Typed, origin: Origin) -> Node {
    let plain = |text: String, tag: Tag| Node::scalar(text, tag, Style::Plain, origin);
    match typed {
        Typed::Null => Node::null(origin),
        Typed::Bool(flag) => plain(flag.to_string(), Tag::Bool),
        Typed::Int(whole) => plain(whole.to_string(), Tag::Int),
        Typed::Uint(whole) => plain(whole.to_string(), Tag::Int),
        Typed::Float(value) => {
            let text = number::format_g(*value);
            let tag = resolve(&text).0;
            plain(text, tag)
        }
        Typed::Text(text) => {
            let style = if text.contains('\n') {
                Style::Block
            } else if needs_quotes(text) || !plain_is_allowed(text) {
                Style::Quoted
            } else {
                Style::Plain
            };
            Node::scalar(Arc::clone(text), Tag::Str, style, origin)
        }
    }
}

/// Whether two values are spelt alike in JSON.
pub(super) fn is_equal(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Scalar(a), Value::Scalar(b)) => match (a.typed(), b.typed()) {
            (Ok(a), Ok(b)) => json_text(&a) == json_text(&b),
            _ => false,
        },
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| is_equal(a, b))
        }
        (Value::Map(a), Value::Map(entries)) => {
            a.len() == entries.len()
                && a.iter().all(|entry| {
                    b.get(&entry.key)
                        .is_some_and(|other| is_equal(&entry.value, other))
                })
        }
        _ => false,
    }
}

/// How a value is spelt in JSON.
fn json_text(typed: &Typed) -> String {
    match typed {
        Typed::Null => "null".to_owned(),
        Typed::Bool(flag) => flag.to_string(),
        Typed::Int(whole) => whole.to_string(),
        Typed::Uint(whole) => whole.to_string(),
        Typed::Float(value) => number::format_json(*value),
        Typed::Text(text) => format!("\"{text}"),
    }
}
