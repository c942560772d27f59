//! A YAML tree in which every value and every key knows its place in a file: of a built manifest the place that a person
//! must change, of any other file the bytes in it.
//!
//! Rules about Argo CD, kustomizations and workflows read built manifests and plain files alike; this is what both become.

use super::cell::{CellFacts, Spot};
use crate::diagnostic::Diagnostic;
use crate::kustomize::{self, Builder, Origin};
use crate::source::{Location, Span};
use crate::yaml;
use std::cell::Cell;
use std::collections::BTreeMap;

/// Aliases inside aliases that are followed.
const DEEPEST: usize = 24;
/// Values that a document may have once its aliases are followed; what comes after them is not read.
const MOST: usize = 500_000;

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What it is.
    pub content: Content,
    /// Where it stands.
    pub place: Location,
}

/// The kinds of value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A scalar; empty for null.
    Text(String),
    /// A list.
    List(Vec<Written>),
    /// Keys and values.
    Map(Vec<Field>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub key: String,
    /// Where the key stands; where the value does when that is not known.
    pub place: Location,
    /// The value.
    pub value: Written,
}

impl Written {
    /// The documents of a YAML text.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn documents(path: &str, text: &str) -> Result<Vec<Self>, Box<Diagnostic>> {
        let (documents, _) = yaml::parse_repeating(path, text).map_err(first)?;
        Ok(documents
            .iter()
            .map(|document| {
                let mut anchors = BTreeMap::new();
                anchored(&document.root, &mut anchors);
                let left = Cell::new(MOST);
                Reading {
                    path,
                    anchors,
                    left,
                }
                .read(&document.root, 0)
            })
            .collect())
    }

    /// An object of a cell.
    pub fn manifest(here: &CellFacts<'_>, index: usize) -> Self {
        Self::built(here, index, &here.manifests[index].object.root)
    }

    /// A part of an object of a cell.
    pub fn built(here: &CellFacts<'_>, index: usize, node: &kustomize::Node) -> Self {
        let locate = |origin| {
            here.place(&Spot {
                origin,
                ..Spot::whole(index, node)
            })
        };
        Self::of_node(node, here.builder, &locate)
    }

    /// A built tree.
    pub(super) fn of_node(
        node: &kustomize::Node,
        builder: &Builder<'_>,
        locate: &dyn Fn(Origin) -> Location,
    ) -> Self {
        let content = match &node.value {
            kustomize::Value::Scalar(_) => {
                Content::Text(node.as_text().unwrap_or_default().to_owned())
            }
            kustomize::Value::List(items) => Content::List(
                items
                    .iter()
                    .map(|item| Self::of_node(item, builder, locate))
                    .collect(),
            ),
            kustomize::Value::Map(entries) => Content::Map(
                entries
                    .iter()
                    .map(|entry| {
                        let value = Self::of_node(&entry.value, builder, locate);
                        Field {
                            key: entry.key.to_string(),
                            place: before(builder, &value.place, &entry.key),
                            value,
                        }
                    })
                    .collect(),
            ),
        };
        Self {
            content,
            place: locate(node.origin),
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; none of anything else.
    pub fn fields(&self) -> &[Field] {
        match &self.content {
            Content::Map(fields) => fields,
            _ => &[],
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.field(key).map(|field| &field.value)
    }

    /// A key with its value; of several the last one, as readers take it.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields().iter().rfind(|field| field.key == key)
    }

    /// The value at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text at a path of keys; empty when there is none.
    pub fn text_at(&self, path: &[&str]) -> &str {
        self.at(path).and_then(Self::text).unwrap_or_default()
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        match &self.content {
            Content::Text(text) => text.is_empty() || text == "null" || text == "~",
            Content::List(items) => items.is_empty(),
            Content::Map(fields) => fields.is_empty(),
        }
    }

    /// Whether it is an object of a kind of an API group, in any version.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        let version = self.text_at(&["apiVersion"]);
        let own = version.split_once('/').map_or("", |(group, _)| group);
        self.text_at(&["kind"]) == kind && own == group
    }

    /// Every scalar in it, with the keys that lead there.
    pub fn scalars(&self) -> Vec<(Vec<&str>, &Self)> {
        let mut found = Vec::new();
        self.collect(&mut Vec::new(), &mut found);
        found
    }

    fn collect<'s>(&'s self, path: &mut Vec<&'s str>, found: &mut Vec<(Vec<&'s str>, &'s Self)>) {
        match &self.content {
            Content::Text(_) => found.push((path.clone(), self)),
            Content::List(items) => {
                for item in items {
                    item.collect(path, found);
                }
            }
            Content::Map(fields) => {
                for field in fields {
                    path.push(&field.key);
                    field.value.collect(path, found);
                    path.pop();
                }
            }
        }
    }
}

/// Bytes of white space before a value that are looked through for its key.
const WINDOW: usize = 120;

/// The key that stands right before a value in its file; the value where none does, as in a JSON patch.
fn before(builder: &Builder<'_>, value: &Location, key: &str) -> Location {
    let found = value.span.and_then(|(start, _)| {
        let text = builder.text(&value.path)?;
        let window = start.saturating_sub(key.len() + WINDOW);
        let head = text.get(window..start)?.trim_ascii_end();
        let head = without_indicator(head).strip_suffix(b":")?.trim_ascii_end();
        let head = head.strip_suffix(b"\"").unwrap_or(head);
        let at = window + head.strip_suffix(key.as_bytes())?.len();
        Some(Location::new(value.path.clone(), at..at + key.len()))
    });
    found.unwrap_or_else(|| value.clone())
}

/// A text without the sign of a block of lines at its end: `|`, `>-`, `|2+`.
fn without_indicator(head: &[u8]) -> &[u8] {
    let signs = head
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-'))
        .count();
    let rest = &head[..head.len() - signs];
    let bare = rest.strip_suffix(b"|").or_else(|| rest.strip_suffix(b">"));
    bare.map_or(head, <[u8]>::trim_ascii_end)
}

fn first(problems: Vec<Diagnostic>) -> Box<Diagnostic> {
    let fallback = || Diagnostic::error("yaml-syntax", "the file cannot be read as YAML");
    Box::new(problems.into_iter().next().unwrap_or_else(fallback))
}

/// The nodes that have an anchor.
fn anchored<'n>(node: &'n yaml::Node, anchors: &mut BTreeMap<usize, &'n yaml::Node>) {
    if let Some(id) = node.anchor {
        anchors.insert(id, node);
    }
    match &node.value {
        yaml::Value::Sequence(list) => list.items.iter().for_each(|item| anchored(item, anchors)),
        yaml::Value::Mapping(map) => map
            .entries
            .iter()
            .for_each(|entry| anchored(&entry.value, anchors)),
        _ => {}
    }
}

struct Reading<'t> {
    path: &'t str,
    anchors: BTreeMap<usize, &'t yaml::Node>,
    left: Cell<usize>,
}

impl Reading<'_> {
    fn read(&self, node: &yaml::Node, depth: usize) -> Written {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        let content = match &node.value {
            _ if left == 0 => Content::Text(String::new()),
            yaml::Value::Scalar(scalar) => Content::Text(scalar.text.clone()),
            yaml::Value::Sequence(list) => Content::List(
                list.items
                    .iter()
                    .map(|item| self.read(item, depth))
                    .collect(),
            ),
            yaml::Value::Mapping(map) => {
                Content::Map(map.entries.iter().map(|e| self.field(e, depth)).collect())
            }
            yaml::Value::Alias(id) => match self.anchors.get(id).filter(|_| depth < DEEPEST) {
                Some(target) => self.read(target, depth + 1).content,
                None => Content::Text(String::new()),
            },
        };
        Written {
            content,
            place: self.place(&node.span),
        }
    }

    fn field(&self, entry: &yaml::Entry, depth: usize) -> Field {
        Field {
            key: entry.key.text().unwrap_or_default().to_owned(),
            place: self.place(&entry.key.span),
            value: self.read(&entry.value, depth),
        }
    }

    fn place(&self, span: &Span) -> Location {
        Location::new(self.path, span.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_bytes_and_aliases_are_followed() {
        let text = "a: &x\n  b: [one, two]\nc: *x\n";
        let documents = Written::documents("f.yaml", text).unwrap();
        let two = &documents[0].at(&["c", "b"]).unwrap().items()[1];
        assert_eq!(two.text(), Some("two"));
        let (start, end) = two.place.span.unwrap();
        assert_eq!(&text[start..end], "two");
        assert_eq!(documents[0].scalars().len(), 4);
    }

    #[test]
    fn what_is_no_yaml_is_an_error_with_a_place() {
        let problem = Written::documents("f.yaml", "a: [").unwrap_err();
        assert_eq!(problem.primary().unwrap().path, "f.yaml");
    }
}
