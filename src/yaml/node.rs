//! What a YAML text consists of.

use super::scalar::{Resolved, resolve};
use crate::source::Span;

/// One document of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The top node; an empty document holds an empty plain scalar.
    pub root: Node,
    /// Every anchor of the document, in the order of the text.
    pub anchors: Vec<Anchor>,
    /// Every alias (`*name`) of the document, in the order of the text.
    pub aliases: Vec<Span>,
}

/// An anchor (`&name`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// What [`Value::Alias`] refers to.
    pub id: usize,
    /// The name without `&`.
    pub name: String,
    /// The bytes of `&name`.
    pub span: Span,
}

/// A value and the bytes it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Its bytes, quotes and brackets included, anchor and tag not. Empty for a value that is not written. Of a block
    /// scalar it is the lines of its content, without `|` or `>`.
    pub span: Span,
    /// The id of its anchor.
    pub anchor: Option<usize>,
    /// Its explicit tag as resolved, such as `tag:yaml.org,2002:str`.
    pub tag: Option<String>,
}

/// The kinds of value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, number, boolean or null.
    Scalar(Scalar),
    /// A list.
    Sequence(Sequence),
    /// Keys and values.
    Mapping(Mapping),
    /// A reference to the anchor with this id; never expanded here.
    Alias(usize),
}

/// A scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text after escapes and folding.
    pub text: String,
    /// How it is written.
    pub style: ScalarStyle,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// By indentation.
    Block,
    /// With brackets or braces.
    Flow,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// Its items.
    pub items: Vec<Node>,
    /// How it is written.
    pub style: Style,
}

/// Keys and values, in the order of the text. Scalar keys are unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Its entries.
    pub entries: Vec<Entry>,
    /// How it is written.
    pub style: Style,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key, mostly a scalar.
    pub key: Node,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The text of a scalar, whatever a reader would resolve it to.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// What a scalar means to kustomize and kubectl: a plain one may be a number, a quoted one is text.
    pub fn resolved(&self) -> Option<Resolved> {
        match &self.value {
            Value::Scalar(scalar) => Some(resolve(scalar, self.tag.as_deref())),
            _ => None,
        }
    }

    /// The mapping, if it is one.
    pub fn mapping(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The list, if it is one.
    pub fn sequence(&self) -> Option<&Sequence> {
        match &self.value {
            Value::Sequence(sequence) => Some(sequence),
            _ => None,
        }
    }

    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        Some(&self.mapping()?.entry(key)?.value)
    }

    /// In words for messages: `a text`, `a list`, …
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
            Value::Alias(_) => "an alias",
            Value::Scalar(_) => match self.resolved() {
                Some(Resolved::Null) => "nothing",
                Some(Resolved::Bool(_)) => "a boolean",
                Some(Resolved::Int(_) | Resolved::Float(_)) => "a number",
                Some(Resolved::Timestamp) => "a date",
                _ => "a text",
            },
        }
    }
}

impl Mapping {
    /// The entry with this scalar key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key.text() == Some(key))
    }

    /// The position of the entry with this scalar key.
    pub fn position(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|e| e.key.text() == Some(key))
    }
}
