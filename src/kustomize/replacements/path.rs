//! Field paths of replacements: `spec.containers.[name=web].image`, `metadata.annotations.[a.b/c]`, `*`, indices
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/match.go>, `PathMatcher`).

use super::super::config::split_escaped;
use super::super::fail::{Detail as _, Outcome, REPLACEMENT, UNSUPPORTED, fail};
use super::super::node::{Entry, Kind, Node, Origin, Value};
use super::super::pattern::Pattern;
use super::super::scalar::{Style, Tag};
use std::sync::Arc;

/// The path that is walked.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// As written.
    pub(super) text: &'a str,
    /// Where it is written.
    pub(super) at: Origin,
    /// The value for which missing fields are made.
    pub(super) create: Option<&'a Node>,
}

/// The parts of a path; what is in brackets stays together.
pub(super) fn split(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut pieces = split_escaped(path, ".").into_iter();
    while let Some(piece) = pieces.next() {
        if !piece.starts_with('[') || piece.ends_with(']') {
            parts.push(piece);
            continue;
        }
        let mut bracketed = piece;
        for more in pieces.by_ref() {
            bracketed.push('.');
            bracketed.push_str(&more);
            if more.ends_with(']') {
                break;
            }
        }
        parts.push(if bracketed.contains('=') {
            bracketed
        } else {
            bracketed.trim_matches(['[', ']']).to_owned()
        });
    }
    parts
}

/// `[name=value]`.
fn element(part: &str) -> Option<&str> {
    part.strip_prefix('[')?.strip_suffix(']')
}

fn is_index(part: &str) -> Option<usize> {
    part.parse::<usize>()
        .ok()
        .or_else(|| part.strip_prefix('+')?.parse().ok())
}

fn name_and_value<'p>(inner: &'p str, place: Place<'_>) -> Outcome<(&'p str, &'p str)> {
    inner.split_once('=').ok_or_else(|| {
        fail(REPLACEMENT, format!("`[{inner}]` in a path says no value"))
            .at(place.at, "here")
            .help("write `[name=value]`")
    })
}

/// The value at a path, as a source is read.
pub(super) fn lookup<'n>(
    root: &'n Node,
    parts: &[String],
    at: Origin,
) -> Outcome<Option<&'n Node>> {
    let mut node = root;
    for part in parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
    {
        if node.is_null() {
            return Ok(None);
        }
        let wrong = |wanted: &str| {
            fail(
                REPLACEMENT,
                format!("`{part}` is looked for in {}, not in {wanted}", node.what()),
            )
            .at(at, "in this path")
            .at(node.origin, "here")
        };
        let next = if let Ok(index) = part.parse::<i64>() {
            let Value::List(items) = &node.value else {
                return Err(wrong("a list"));
            };
            usize::try_from(index)
                .ok()
                .and_then(|index| items.get(index))
        } else if part == "-" || part == "*" {
            return Err(fail(
                UNSUPPORTED,
                format!("`{part}` is not supported in the path of a source"),
            )
            .at(at, "here"));
        } else if let Some(inner) = element(part) {
            let Value::List(items) = &node.value else {
                return Err(wrong("a list"));
            };
            let place = Place {
                text: part,
                at,
                create: None,
            };
            let (key, value) = name_and_value(inner, place)?;
            items.iter().find(|item| match key {
                "" => item.raw() == value,
                key => item.get(key).is_some_and(|found| found.raw() == value),
            })
        } else {
            let Value::Map(_) = &node.value else {
                return Err(wrong("a mapping"));
            };
            node.get(part)
        };
        match next {
            Some(next) => node = next,
            None => return Ok(None),
        }
    }
    Ok(Some(node))
}

/// Calls `set` for every field at a path, and counts them.
pub(super) fn visit(
    node: &mut Node,
    parts: &[String],
    place: Place<'_>,
    set: &mut dyn FnMut(&mut Node) -> Outcome<()>,
) -> Outcome<usize> {
    let Some((part, rest)) = parts.split_first() else {
        set(node)?;
        return Ok(1);
    };
    if let Some(index) = is_index(part) {
        return visit_index(node, index, rest, place, set);
    }
    if let Some(inner) = element(part) {
        return visit_elements(node, inner, rest, place, set);
    }
    if part == "*" {
        let items = list(node, part, place)?;
        let mut count = 0;
        for item in items {
            count += visit(item, rest, place, set)?;
        }
        return Ok(count);
    }
    visit_field(node, part, rest, place, set)
}

fn list<'n>(node: &'n mut Node, part: &str, place: Place<'_>) -> Outcome<&'n mut Vec<Node>> {
    let (what, origin) = (node.what(), node.origin);
    match &mut node.value {
        Value::List(items) => Ok(Arc::make_mut(items)),
        _ => Err(fail(
            REPLACEMENT,
            format!(
                "`{part}` in `{}` needs a list, and this is {what}",
                place.text
            ),
        )
        .at(place.at, "in this path")
        .at(origin, "here")),
    }
}

/// What is made for a part of a path, going by the part behind it.
fn made(next: Option<&String>, value: &Node) -> Node {
    let kind = match next {
        None => value.kind().unwrap_or(Kind::Scalar),
        Some(next) if element(next).is_some() || is_index(next).is_some() => Kind::List,
        Some(_) => Kind::Map,
    };
    Node::empty(kind, value.origin)
}

fn visit_field(
    node: &mut Node,
    name: &str,
    rest: &[String],
    place: Place<'_>,
    set: &mut dyn FnMut(&mut Node) -> Outcome<()>,
) -> Outcome<usize> {
    if node.is_null() {
        return match place.create {
            None => Ok(0),
            Some(_) => Err(
                fail(UNSUPPORTED, format!("`{name}` would be made in nothing"))
                    .at(place.at, "in this path")
                    .at(node.origin, "here"),
            ),
        };
    }
    if !matches!(node.value, Value::Map(_)) {
        return Err(fail(
            REPLACEMENT,
            format!(
                "`{name}` in `{}` needs a mapping, and this is {}",
                place.text,
                node.what()
            ),
        )
        .at(place.at, "in this path")
        .at(node.origin, "here"));
    }
    if node.position(name).is_none() {
        let Some(value) = place.create else {
            return Ok(0);
        };
        if let Some(entries) = node.entries_mut() {
            entries.push(Entry {
                key: name.into(),
                quoted: false,
                value: made(rest.first(), value),
            });
        }
    }
    let Some(field) = node.get_mut(name) else {
        return Ok(0);
    };
    if !rest.is_empty() && matches!(field.value, Value::Scalar(_)) && !field.is_null() {
        return Err(fail(
            UNSUPPORTED,
            format!("the path `{}` goes on inside a text", place.text),
        )
        .at(place.at, "here")
        .at(field.origin, "this text")
        .help("use `delimiter` and `index`, or generate the text"));
    }
    visit(field, rest, place, set)
}

fn visit_index(
    node: &mut Node,
    index: usize,
    rest: &[String],
    place: Place<'_>,
    set: &mut dyn FnMut(&mut Node) -> Outcome<()>,
) -> Outcome<usize> {
    let items = list(node, &index.to_string(), place)?;
    if let Some(value) = place.create.filter(|_| items.len() == index) {
        items.push(made(rest.first(), value));
    }
    let count = items.len();
    match items.get_mut(index) {
        Some(item) => visit(item, rest, place, set),
        None => Err(fail(
            REPLACEMENT,
            format!("the list has {count} elements, none of them number {index}"),
        )
        .at(place.at, "in this path")),
    }
}

fn visit_elements(
    node: &mut Node,
    inner: &str,
    rest: &[String],
    place: Place<'_>,
    set: &mut dyn FnMut(&mut Node) -> Outcome<()>,
) -> Outcome<usize> {
    let (key, expression) = name_and_value(inner, place)?;
    // Comments would be part of what is compared, and they are gone here.
    if expression.contains('$') {
        return Err(
            fail(UNSUPPORTED, format!("`$` in `[{inner}]` is not supported"))
                .at(place.at, "here")
                .help("the expression need not match to the end"),
        );
    }
    let pattern = Pattern::part(expression).map_err(|why| {
        fail(UNSUPPORTED, format!("the expression `{expression}`: {why}")).at(place.at, "here")
    })?;
    let items = list(node, inner, place)?;
    let mut count = 0;
    let mut found = false;
    for item in items.iter_mut() {
        let compared = if key.is_empty() {
            Some(&*item)
        } else {
            item.get(key)
        };
        let Some(text) = compared.and_then(written) else {
            continue;
        };
        if !pattern.matches(&text) {
            continue;
        }
        found = true;
        if key.is_empty() {
            // The rest of a path behind a plain value is passed over.
            set(item)?;
            count += 1;
        } else {
            count += visit(item, rest, place, set)?;
        }
    }
    if found && count > 0 {
        return Ok(count);
    }
    match place.create {
        None => Ok(count),
        Some(_) if found => Err(fail(
            UNSUPPORTED,
            "the path would make fields in some elements only",
        )
        .at(place.at, "here")),
        Some(value) => {
            let new = Node::bare(expression, value.origin);
            let element = if key.is_empty() {
                new
            } else {
                let entry = Entry {
                    key: key.into(),
                    quoted: false,
                    value: new,
                };
                Node::map(vec![entry], value.origin)
            };
            if !pattern.matches(expression) {
                return Err(fail(
                    UNSUPPORTED,
                    format!("`[{inner}]` does not match what it would make"),
                )
                .at(place.at, "here"));
            }
            items.push(element);
            let Some(made) = items.last_mut() else {
                return Ok(0);
            };
            if key.is_empty() {
                set(made)?;
                return Ok(1);
            }
            visit(made, rest, place, set)
        }
    }
}

/// A value as it is written, with its quotes.
fn written(node: &Node) -> Option<String> {
    match &node.value {
        Value::Scalar(scalar) if scalar.tag == Tag::Null => Some(scalar.text.to_string()),
        Value::Scalar(scalar) => Some(match scalar.style {
            Style::Quoted => format!("\"{}\"", scalar.text),
            _ => scalar.text.to_string(),
        }),
        // Collections are written too, but nobody selects by them.
        _ => None,
    }
}
