//! From the documents of a file to objects: lists taken apart, everything named.
//! (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/resource/factory.go>, `RNodesFromBytes`)

use super::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail};
use super::node::{Node, Value};
use super::parse::Parsed;
use super::resource::{PREFIX, Resource};
use super::scalar::{Scalar, Style, Tag, Typed};
use std::collections::VecDeque;
use std::sync::Arc;

/// The objects of a file or of an inline text.
pub(super) fn objects(parsed: &Parsed) -> Outcome<Vec<Resource>> {
    let mut pending: VecDeque<Node> = VecDeque::new();
    for document in &parsed.documents {
        match unwrapped(document, parsed.pieces) {
            Some(items) => pending.extend(items.iter().cloned()),
            None => pending.push_back(document.clone()),
        }
    }
    pending.retain(|node| !node.is_empty());
    pending.iter().try_for_each(check)?;
    let mut objects = Vec::with_capacity(pending.len());
    while let Some(node) = pending.pop_front() {
        let is_list = node.get("kind").map_or("", Node::raw).ends_with("List");
        let Some(items) = node.get("items").filter(|_| is_list) else {
            objects.push(Resource::new(node));
            continue;
        };
        // What is in a list comes after everything else of the file, by way of JSON.
        match &items.value {
            Value::List(items) => {
                for item in items.iter().filter(|item| !item.is_empty()) {
                    let item = through_json(item)?;
                    check(&item)?;
                    pending.push_back(item);
                }
            }
            _ if items.is_null() => {}
            _ => {
                return Err(
                    fail(INVALID, format!("`items` is {}, not a list", items.what()))
                        .at(items.origin, "here"),
                );
            }
        }
    }
    Ok(objects)
}

/// The items of a list that is the only document of its file.
fn unwrapped(document: &Node, pieces: usize) -> Option<&[Node]> {
    let kind = document.get("kind").map_or("", Node::raw);
    let is_list = matches!(kind, "List" | "ResourceList");
    if pieces != 1 || !is_list {
        return None;
    }
    match (document.get("items"), document.get("functionConfig")) {
        (None, None) => None,
        (items, _) => Some(items.map_or(&[], Node::items)),
    }
}

fn check(node: &Node) -> Outcome<()> {
    let Value::Map(_) = &node.value else {
        return Err(fail(
            INVALID,
            format!("an object is a mapping, and this is {}", node.what()),
        )
        .at(node.origin, "here"));
    };
    let kind = node.get("kind").map_or("", Node::value_text);
    if kind.is_empty() {
        return Err(fail(INVALID, "an object has no kind")
            .at(node.origin, "this object")
            .help("every Kubernetes object has `apiVersion`, `kind` and `metadata.name`"));
    }
    if !kind.ends_with("List") {
        let name = node.at(&["metadata", "name"]).map_or("", Node::raw);
        if name.is_empty() || node.at(&["metadata", "name"]).is_some_and(Node::is_null) {
            return Err(fail(INVALID, format!("this {kind} has no name"))
                .at(node.origin, "this object")
                .help("give it a `metadata.name`"));
        }
    }
    for (field, is_map) in [("metadata", true), ("apiVersion", false)] {
        let odd = node.get(field).is_some_and(|value| {
            !value.is_null() && matches!(value.value, Value::Map(_)) != is_map
        });
        if odd {
            return Err(fail(
                INVALID,
                format!("`{field}` of this {kind} is of another type"),
            )
            .at(node.origin, "this object"));
        }
    }
    refuse_reserved(node)
}

/// Annotations in which kustomize keeps its own notes, and functions that it would run.
fn refuse_reserved(node: &Node) -> Outcome<()> {
    let Some(annotations) = node.at(&["metadata", "annotations"]) else {
        return Ok(());
    };
    for entry in annotations.entries() {
        let why = if entry.key.starts_with(PREFIX) {
            "is kustomize's own"
        } else if matches!(
            &*entry.key,
            "config.kubernetes.io/function" | "config.k8s.io/function"
        ) {
            "asks kustomize to run a program"
        } else {
            continue;
        };
        return Err(
            fail(UNSUPPORTED, format!("the annotation `{}` {why}", entry.key))
                .at(entry.value.origin, "here")
                .help("remove it"),
        );
    }
    Ok(())
}

/// A tree after it was written as JSON and read again: texts in quotes, everything else plain.
fn through_json(node: &Node) -> Outcome<Node> {
    let value = match &node.value {
        Value::List(items) => Value::List(Arc::new(
            items.iter().map(through_json).collect::<Outcome<_>>()?,
        )),
        Value::Map(entries) => {
            let mut entries = entries.to_vec();
            for entry in &mut entries {
                entry.value = through_json(&entry.value)?;
                entry.quoted = true;
            }
            Value::Map(Arc::new(entries))
        }
        Value::Scalar(scalar) => match scalar.typed() {
            Ok(Typed::Text(text)) => Value::Scalar(Scalar {
                text,
                tag: Tag::Str,
                style: Style::Quoted,
            }),
            Ok(Typed::Float(number)) => Value::Scalar(Scalar {
                text: super::number::format_json(number).into(),
                tag: if number.fract() == 0.0 && number.abs() < 1e15 {
                    Tag::Int
                } else {
                    Tag::Float
                },
                style: Style::Plain,
            }),
            Ok(Typed::Int(number)) => plain(number.to_string(), Tag::Int),
            Ok(Typed::Uint(number)) => plain(number.to_string(), Tag::Int),
            Ok(Typed::Bool(flag)) => plain(flag.to_string(), Tag::Bool),
            Ok(Typed::Null) => plain("null".to_owned(), Tag::Null),
            Err(why) => return Err(fail(INVALID, why).at(node.origin, "here")),
        },
    };
    Ok(Node {
        value,
        origin: node.origin,
    })
}

fn plain(text: String, tag: Tag) -> Value {
    Value::Scalar(Scalar {
        text: text.into(),
        tag,
        style: Style::Plain,
    })
}
