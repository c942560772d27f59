//! An object as a tree whose every value knows where it was set last.
//!
//! Collections are shared until somebody changes them, so that a base that a thousand overlays use is parsed and kept
//! once. Scalars keep tag and style beside their text, because kustomize decides with these three what a value is at the
//! end (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/fns.go>, `FieldSetter`).

use super::scalar::{Scalar, Style, Tag, is_other_than_text};
use std::sync::Arc;

/// Where a value was set last: a file of the builder's and bytes in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Origin {
    /// The number of the file; 0 when the value comes from no file.
    pub(super) file: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it was set last.
    pub origin: Origin,
}

/// The kinds of value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text, number, boolean or null.
    Scalar(Scalar),
    /// A list.
    List(Arc<Vec<Node>>),
    /// Keys and values.
    Map(Arc<Vec<Entry>>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Arc<str>,
    /// Whether the key is text whatever it looks like; a plain `1` is no text, which is an error at the end.
    pub quoted: bool,
    /// The value.
    pub value: Node,
}

/// What a node is, when it is not null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Scalar,
    List,
    Map,
}

impl Kind {
    /// In words for messages.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Scalar => "a plain value",
            Self::List => "a list",
            Self::Map => "a mapping",
        }
    }
}

impl Node {
    pub(super) fn scalar(
        text: impl Into<Arc<str>>,
        tag: Tag,
        style: Style,
        origin: Origin,
    ) -> Self {
        Self {
            value: Value::Scalar(Scalar {
                text: text.into(),
                tag,
                style,
            }),
            origin,
        }
    }

    /// A value that is text, whatever it looks like.
    pub(super) fn text(text: impl Into<Arc<str>>, origin: Origin) -> Self {
        let text = text.into();
        let style = if text.contains('\n') {
            Style::Block
        } else {
            Style::Plain
        };
        Self::scalar(text, Tag::Str, style, origin)
    }

    /// A value that is what it looks like.
    pub(super) fn bare(text: impl Into<Arc<str>>, origin: Origin) -> Self {
        Self::scalar(text, Tag::Unset, Style::Plain, origin)
    }

    pub(super) fn null(origin: Origin) -> Self {
        Self::scalar("null", Tag::Null, Style::Plain, origin)
    }

    /// A mapping.
    pub(crate) fn map(entries: Vec<Entry>, origin: Origin) -> Self {
        Self {
            value: Value::Map(Arc::new(entries)),
            origin,
        }
    }

    /// A list.
    pub(crate) fn list(items: Vec<Self>, origin: Origin) -> Self {
        Self {
            value: Value::List(Arc::new(items)),
            origin,
        }
    }

    /// An empty value of a kind, as kustomize makes it where a path leads nowhere.
    pub(super) fn empty(kind: Kind, origin: Origin) -> Self {
        match kind {
            Kind::Scalar => Self::bare("", origin),
            Kind::List => Self::list(Vec::new(), origin),
            Kind::Map => Self::map(Vec::new(), origin),
        }
    }

    /// Whether it is explicitly null.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.tag == Tag::Null)
    }

    /// Whether it holds nothing: null, `{}` or `[]`.
    pub(super) fn is_empty(&self) -> bool {
        match &self.value {
            Value::Scalar(scalar) => scalar.tag == Tag::Null,
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
        }
    }

    pub(super) fn is_empty_map(&self) -> bool {
        matches!(&self.value, Value::Map(entries) if entries.is_empty())
    }

    /// Its kind; `None` when it is null.
    pub(super) fn kind(&self) -> Option<Kind> {
        match &self.value {
            Value::Scalar(scalar) => (scalar.tag != Tag::Null).then_some(Kind::Scalar),
            Value::List(_) => Some(Kind::List),
            Value::Map(_) => Some(Kind::Map),
        }
    }

    /// In words for messages.
    pub(super) fn what(&self) -> &'static str {
        self.kind().map_or("nothing", Kind::words)
    }

    /// The text as written, of whatever type; empty for a collection.
    pub(super) fn raw(&self) -> &str {
        match &self.value {
            Value::Scalar(scalar) => &scalar.text,
            _ => "",
        }
    }

    /// The text as written; empty for a collection and for null.
    pub(super) fn value_text(&self) -> &str {
        if self.is_null() { "" } else { self.raw() }
    }

    /// The text of a scalar that is not null.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) if scalar.tag != Tag::Null => Some(&scalar.text),
            _ => None,
        }
    }

    /// The entries, if it is a mapping.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items, if it is a list.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|entry| &*entry.key == key)
            .map(|entry| &entry.value)
    }

    /// The value at the end of these keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    pub(super) fn entries_mut(&mut self) -> Option<&mut Vec<Entry>> {
        match &mut self.value {
            Value::Map(entries) => Some(Arc::make_mut(entries)),
            _ => None,
        }
    }

    pub(super) fn items_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.value {
            Value::List(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let at = self.position(key)?;
        Some(&mut self.entries_mut()?[at].value)
    }

    pub(super) fn position(&self, key: &str) -> Option<usize> {
        self.entries().iter().position(|entry| &*entry.key == key)
    }

    /// Removes a key; nothing happens when it is not there.
    pub(super) fn clear(&mut self, key: &str) {
        if let Some(at) = self.position(key)
            && let Some(entries) = self.entries_mut()
        {
            entries.remove(at);
        }
    }

    /// Sets a key as kustomize does: the style of what was there stays, so text in quotes stays text; null removes.
    /// Does nothing on what is no mapping; callers check that first.
    pub(super) fn set(&mut self, key: &str, value: Self) {
        self.set_keyed(key, false, Some(value));
    }

    /// As [`Self::set`], for a key that is quoted where it comes from; `None` removes.
    pub(super) fn set_keyed(&mut self, key: &str, quoted: bool, value: Option<Self>) {
        let Some(mut value) = value.filter(|value| !value.is_removal()) else {
            self.clear(key);
            return;
        };
        let at = self.position(key);
        let Some(entries) = self.entries_mut() else {
            return;
        };
        match at {
            Some(at) => {
                let old = &mut entries[at].value;
                if let (Value::Scalar(new), Value::Scalar(before)) = (&mut value.value, &old.value)
                {
                    new.style = before.style;
                } else if let Value::Scalar(new) = &mut value.value {
                    new.style = Style::Plain;
                }
                *old = value;
            }
            None => {
                value.quote_ambiguous();
                entries.push(Entry {
                    key: key.into(),
                    quoted,
                    value,
                });
            }
        }
    }

    /// Null that removes a key when it is set; one that a person wrote into the object itself is kept.
    fn is_removal(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.tag == Tag::Null && scalar.style != Style::Kept)
    }

    /// A new text that looks like a number, or like anything else that is no text, is written in quotes, and whatever
    /// takes its place later is in quotes too.
    pub(super) fn quote_ambiguous(&mut self) {
        if let Value::Scalar(scalar) = &mut self.value
            && matches!(scalar.tag, Tag::Unset | Tag::Str)
            && matches!(scalar.style, Style::Plain | Style::PlainInFlow)
            && is_other_than_text(&scalar.text)
        {
            scalar.style = Style::Quoted;
        }
    }

    /// Gives a scalar another text and tag; its style stays. `false` when this is a collection.
    pub(super) fn set_scalar(&mut self, text: impl Into<Arc<str>>, tag: Tag, from: Origin) -> bool {
        let Value::Scalar(scalar) = &mut self.value else {
            return false;
        };
        scalar.text = text.into();
        scalar.tag = tag;
        if scalar.style == Style::Kept {
            scalar.style = Style::Plain;
        }
        self.origin = from;
        true
    }

    /// The value of a key, made as an empty one of this kind if it is not there.
    pub(super) fn get_or_make(&mut self, key: &str, kind: Kind, from: Origin) -> Option<&mut Self> {
        if self.position(key).is_none() {
            self.entries_mut()?.push(Entry {
                key: key.into(),
                quoted: false,
                value: Self::empty(kind, from),
            });
        }
        self.get_mut(key)
    }
}
