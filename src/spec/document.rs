//! The parsed tree of `platform.toml` with the place of each key and value.

use super::FILE;
use crate::source::{Location, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The way from the root of the file to a key or value: table keys, and indices of arrays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct KeyPath(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(String),
    Index(usize),
}

impl KeyPath {
    /// A path of table keys, such as `["services", "frontend", "port"]`.
    pub fn new<S: AsRef<str>>(keys: impl IntoIterator<Item = S>) -> Self {
        Self(
            keys.into_iter()
                .map(|key| Step::Key(key.as_ref().to_owned()))
                .collect(),
        )
    }

    /// One table key further down.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Key(key.to_owned()));
        Self(steps)
    }

    /// One array element further down, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(index));
        Self(steps)
    }
}

impl std::fmt::Display for KeyPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => {
                    let dot = if position == 0 { "" } else { "." };
                    let bare = key
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
                    if bare {
                        write!(f, "{dot}{key}")?;
                    } else {
                        write!(f, "{dot}{key:?}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// A value of the file, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

/// What a TOML value can be.
#[derive(Debug, Clone)]
pub(super) enum Value {
    String(String),
    /// `None` when it does not fit into 64 bits.
    Integer(Option<i64>),
    Float,
    Boolean,
    Datetime(toml::value::Datetime),
    Array(Vec<Node>),
    /// In the order of the file.
    Table(Vec<Entry>),
}

/// A key of a table, and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) node: Node,
}

/// The spanned tree of one `platform.toml`.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    root: Node,
}

impl Document {
    /// Parses as much as can be parsed, and returns every syntax error.
    pub(super) fn parse(text: &str) -> (Self, Vec<toml::de::Error>) {
        let (root, errors) = DeTable::parse_recoverable(text);
        let document = Self {
            text: text.to_owned(),
            root: Node {
                span: root.span(),
                value: Value::Table(entries(root.get_ref())),
            },
        };
        (document, errors)
    }

    /// The text that was parsed.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    /// The place of the value at `path`; of the nearest thing above it when the path is not written in the file.
    pub fn value(&self, path: &KeyPath) -> Location {
        self.find(path).value
    }

    /// The place of the last key of `path`; of the nearest key above it when the path is not written in the file.
    pub fn key(&self, path: &KeyPath) -> Location {
        self.find(path).key
    }

    /// Whether the path is written in the file.
    pub fn contains(&self, path: &KeyPath) -> bool {
        self.find(path).complete
    }

    fn find(&self, path: &KeyPath) -> Found {
        let mut node = &self.root;
        let mut found = Found {
            key: Location::new(FILE, 0..0),
            value: Location::new(FILE, 0..0),
            complete: false,
        };
        for step in &path.0 {
            match (step, &node.value) {
                (Step::Key(name), Value::Table(entries)) => {
                    let Some(entry) = entries.iter().find(|entry| entry.key == *name) else {
                        return found;
                    };
                    found.key = Location::new(FILE, entry.key_span.clone());
                    found.value = Location::new(FILE, self.drawn_span(entry));
                    node = &entry.node;
                }
                (Step::Index(index), Value::Array(items)) => {
                    let Some(item) = items.get(*index) else {
                        return found;
                    };
                    found.key = Location::new(FILE, item.span.clone());
                    found.value = Location::new(FILE, item.span.clone());
                    node = item;
                }
                _ => return found,
            }
        }
        found.complete = true;
        found
    }

    /// Tables written as `[header]` have no extent of their own worth drawing: their key stands for them.
    pub(super) fn drawn_span(&self, entry: &Entry) -> Span {
        let inline = self
            .text
            .get(entry.node.span.clone())
            .is_some_and(|text| text.starts_with('{'));
        if matches!(entry.node.value, Value::Table(_)) && !inline {
            entry.key_span.clone()
        } else {
            entry.node.span.clone()
        }
    }
}

struct Found {
    key: Location,
    value: Location,
    complete: bool,
}

fn entries(table: &DeTable<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_span: key.span(),
            node: node(value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    entries
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let kind = match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok())
        }
        DeValue::Float(_) => Value::Float,
        DeValue::Boolean(_) => Value::Boolean,
        DeValue::Datetime(datetime) => Value::Datetime(*datetime),
        DeValue::Array(items) => Value::Array(items.iter().map(node).collect()),
        DeValue::Table(table) => Value::Table(entries(table)),
    };
    Node {
        span: value.span(),
        value: kind,
    }
}
