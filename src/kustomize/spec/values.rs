//! Typed values out of a tree, strict as kustomize's reader is: a number is no text.

use crate::diagnostic::known_words;
use crate::kustomize::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail};
use crate::kustomize::node::{Entry, Node, Origin, Value};
use crate::kustomize::scalar::{Style, Tag, Typed, resolve_old};
use std::sync::Arc;

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::kustomize) struct Text {
    pub(in crate::kustomize) text: Arc<str>,
    pub(in crate::kustomize) origin: Origin,
    /// Whether it is written as a literal block, whose lines can be pointed at.
    pub(in crate::kustomize) is_block: bool,
}

/// The fields of a mapping, with the keys that it may have.
pub(super) struct Table<'a> {
    node: &'a Node,
}

impl<'a> Table<'a> {
    /// The mapping with these keys, which are matched as Go's JSON does: in any case of letters.
    pub(super) fn new(node: &'a Node, what: &str, known: &[&str]) -> Outcome<Self> {
        let Value::Map(entries) = &node.value else {
            return Err(
                fail(INVALID, format!("{what} is {}, not a mapping", node.what()))
                    .at(node.origin, "here"),
            );
        };
        for (at, entry) in entries.iter().enumerate() {
            if !known.iter().any(|k| k.eq_ignore_ascii_case(&entry.key)) {
                return Err(
                    fail(INVALID, format!("{what} has no field `{}`", entry.key))
                        .at(entry.value.origin, "here")
                        .help(known_words(&entry.key, known.iter().copied())),
                );
            }
            let twice = entries[..at]
                .iter()
                .any(|other| other.key.eq_ignore_ascii_case(&entry.key));
            if twice {
                return Err(fail(UNSUPPORTED, format!("`{}` is there twice", entry.key))
                    .at(entry.value.origin, "again here"));
            }
        }
        Ok(Self { node })
    }

    /// The value of a key that is there and not null.
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.entry(key)
            .map(|entry| &entry.value)
            .filter(|value| !value.is_null())
    }

    fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.node
            .entries()
            .iter()
            .find(|entry| entry.key.eq_ignore_ascii_case(key))
    }

    pub(super) fn text(&self, key: &str) -> Outcome<Option<Text>> {
        self.get(key).map(|node| text(node, key)).transpose()
    }

    /// The text of a key; empty when it is not there.
    pub(super) fn word(&self, key: &str) -> Outcome<Arc<str>> {
        Ok(self.text(key)?.map_or_else(|| "".into(), |text| text.text))
    }

    /// A text that says something: kustomize treats an empty one as if it were not there.
    pub(super) fn filled(&self, key: &str) -> Outcome<Option<Text>> {
        Ok(self.text(key)?.filter(|text| !text.text.is_empty()))
    }

    pub(super) fn flag(&self, key: &str) -> Outcome<bool> {
        let Some(node) = self.get(key) else {
            return Ok(false);
        };
        match typed(node) {
            Some(Typed::Bool(flag)) => Ok(flag),
            _ => Err(wrong(node, key, "true or false")),
        }
    }

    pub(super) fn number(&self, key: &str) -> Outcome<Option<i64>> {
        let Some(node) = self.get(key) else {
            return Ok(None);
        };
        match typed(node) {
            Some(Typed::Int(number)) => Ok(Some(number)),
            _ => Err(wrong(node, key, "a whole number")),
        }
    }

    pub(super) fn list(&self, key: &str) -> Outcome<&'a [Node]> {
        match self.get(key) {
            None => Ok(&[]),
            Some(node) => match &node.value {
                Value::List(items) => Ok(items),
                _ => Err(wrong(node, key, "a list")),
            },
        }
    }

    pub(super) fn texts(&self, key: &str) -> Outcome<Vec<Text>> {
        self.list(key)?
            .iter()
            .map(|item| {
                if item.is_null() {
                    return Err(wrong(item, key, "a text"));
                }
                text(item, key)
            })
            .collect()
    }

    pub(super) fn words(&self, key: &str) -> Outcome<Vec<Arc<str>>> {
        let texts = self.texts(key)?;
        Ok(texts.into_iter().map(|text| text.text).collect())
    }

    /// A mapping of texts, sorted by key.
    pub(super) fn pairs(&self, key: &str) -> Outcome<super::Pairs> {
        let Some(node) = self.get(key) else {
            return Ok(Vec::new());
        };
        let Value::Map(entries) = &node.value else {
            return Err(wrong(node, key, "a mapping of texts"));
        };
        let mut pairs = Vec::with_capacity(entries.len());
        for entry in entries.iter() {
            if !entry.quoted && resolve_old(&entry.key).0 != Tag::Str {
                return Err(fail(
                    UNSUPPORTED,
                    format!("the key `{}` is not a text", entry.key),
                )
                .at(entry.value.origin, "its value is here")
                .help("put the key into quotes"));
            }
            let value = if entry.value.is_null() {
                Text {
                    text: "".into(),
                    origin: entry.value.origin,
                    is_block: false,
                }
            } else {
                text(&entry.value, key)?
            };
            pairs.push((Arc::clone(&entry.key), value));
        }
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(pairs)
    }

    pub(super) fn origin(&self) -> Origin {
        self.node.origin
    }
}

fn wrong(node: &Node, key: &str, wanted: &str) -> crate::kustomize::fail::Fail {
    fail(INVALID, format!("`{key}` must be {wanted}")).at(node.origin, "here")
}

/// What a value of a kustomization file is to YAML 1.1, through which it is read; `None` for a collection.
pub(in crate::kustomize) fn typed(node: &Node) -> Option<Typed> {
    let Value::Scalar(scalar) = &node.value else {
        return None;
    };
    Some(
        if matches!(scalar.style, Style::Plain | Style::PlainInFlow) {
            resolve_old(&scalar.text).1
        } else {
            Typed::Text(Arc::clone(&scalar.text))
        },
    )
}

pub(super) fn text(node: &Node, key: &str) -> Outcome<Text> {
    match (typed(node), &node.value) {
        (Some(Typed::Text(text)), Value::Scalar(scalar)) => Ok(Text {
            text,
            origin: node.origin,
            is_block: scalar.style == Style::Block,
        }),
        (Some(_), Value::Scalar(scalar)) => Err(fail(
            INVALID,
            format!(
                "`{key}` must be a text, and `{}` is none to YAML 1.1",
                scalar.text
            ),
        )
        .at(node.origin, "here")
        .help("put it into quotes")),
        _ => Err(wrong(node, key, "a text")),
    }
}
