//! JSON patches (<https://www.rfc-editor.org/rfc/rfc6902>), with the liberties that kustomize's library takes:
//! `replace` adds what is not there, `copy` copies what is not there as null
//! (<https://github.com/evanphx/json-patch/blob/v4.13.0/patch.go>).

mod values;

use super::super::fail::{Detail as _, Outcome, PATCH, UNSUPPORTED, fail};
use super::super::node::{Entry, Node, Origin, Value};
use super::super::parse::Parsed;
use super::super::resource::Resource;
use super::super::scalar::Typed;
use super::super::spec::typed;
use std::sync::Arc;
use values::{is_equal, normalised, read_value, renormalised};

/// The operations of a patch.
pub(in super::super) type Operations = Vec<Operation>;

/// One operation.
#[derive(Debug, Clone)]
pub(in super::super) struct Operation {
    origin: Origin,
    op: String,
    path: Option<Vec<String>>,
    from: Option<Vec<String>>,
    value: Option<Node>,
}

/// Reads a patch: JSON if it begins like it, otherwise YAML.
pub(super) fn read(text: &str, parsed: &Parsed, origin: Origin) -> Outcome<Operations> {
    let is_json = text.starts_with('[');
    if is_json {
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| {
            fail(
                PATCH,
                format!("the patch begins as JSON and is none: {error}"),
            )
            .at(origin, "here")
        })?;
        // What YAML reads otherwise than JSON.
        if text.contains("\\u") || text.contains("\\/") {
            return Err(fail(
                UNSUPPORTED,
                "a patch in JSON has an escape such as `\\u0041`",
            )
            .at(origin, "here")
            .help("write the character itself, or the patch as YAML"));
        }
    }
    if parsed.pieces > 1 && parsed.documents.len() > 1 {
        return Err(fail(UNSUPPORTED, "a JSON patch has several documents")
            .at(origin, "here")
            .help("kustomize reads only the first; remove the others"));
    }
    let Some(root) = parsed.documents.first() else {
        return Ok(Vec::new());
    };
    let Value::List(items) = &root.value else {
        return Err(fail(
            PATCH,
            format!("a JSON patch is a list, and this is {}", root.what()),
        )
        .at(root.origin, "here"));
    };
    items.iter().map(|item| operation(item, is_json)).collect()
}

fn operation(node: &Node, is_json: bool) -> Outcome<Operation> {
    let Value::Map(_) = &node.value else {
        return Err(fail(PATCH, "an operation is a mapping").at(node.origin, "here"));
    };
    let text = |key: &str| -> Outcome<Option<String>> {
        match node.get(key) {
            None => Ok(None),
            Some(value) => match typed(value) {
                Some(Typed::Text(text)) => Ok(Some(text.to_string())),
                _ => Err(fail(PATCH, format!("`{key}` must be a text")).at(value.origin, "here")),
            },
        }
    };
    let pointer = |key: &str| -> Outcome<Option<Vec<String>>> {
        Ok(text(key)?.map(|path| split_pointer(&path)))
    };
    let op = text("op")?.unwrap_or_default();
    let value = node.get("value");
    if op == "test" && is_json {
        refuse_inexact(value)?;
    }
    Ok(Operation {
        origin: node.origin,
        op,
        path: pointer("path")?,
        from: pointer("from")?,
        value: value.map(read_value).transpose()?,
    })
}

/// A test in JSON compares spellings of numbers and escapes of texts, not only values.
fn refuse_inexact(value: Option<&Node>) -> Outcome<()> {
    let Some(value) = value else { return Ok(()) };
    let is_odd = match typed(value) {
        Some(Typed::Float(_) | Typed::Uint(_)) => true,
        Some(Typed::Text(text)) => text.contains(['<', '>', '&', '"', '\\', '\n', '\t']),
        Some(_) => false,
        None => true,
    };
    if !is_odd {
        return Ok(());
    }
    Err(
        fail(UNSUPPORTED, "a `test` in JSON compares spellings here")
            .at(value.origin, "this value")
            .help("write the patch as YAML"),
    )
}

/// The parts behind the first slash; none for a text without one.
fn split_pointer(path: &str) -> Vec<String> {
    path.split('/')
        .skip(1)
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// Applies the operations to an object.
pub(super) fn apply(resource: &mut Resource, operations: &Operations) -> Outcome<()> {
    let notes = resource.notes();
    let Some(root) = &resource.root else {
        return Ok(());
    };
    let mut root = normalised(root)?;
    for operation in operations {
        operation.apply(&mut root)?;
    }
    let Value::Map(_) = &root.value else {
        let origin = operations.first().map_or(Origin::default(), |op| op.origin);
        return Err(fail(PATCH, "the patch leaves no object").at(origin, "here"));
    };
    resource.root = Some(renormalised(&root)?);
    resource.restore_notes(notes);
    Ok(())
}

impl Operation {
    fn apply(&self, root: &mut Node) -> Outcome<()> {
        match self.op.as_str() {
            "add" => {
                let value = self.new_value();
                let (parent, key) = self.parent(root, self.path.as_deref())?;
                self.add(parent, key, value)
            }
            "remove" => {
                let (parent, key) = self.parent(root, self.path.as_deref())?;
                self.remove(parent, key)
            }
            "replace" => self.replace(root),
            "move" => {
                let (parent, key) = self.parent(root, self.from.as_deref())?;
                let value = self.get(parent, key)?;
                self.remove(parent, key)?;
                let (parent, key) = self.parent(root, self.path.as_deref())?;
                self.add(
                    parent,
                    key,
                    value.unwrap_or_else(|| Node::null(self.origin)),
                )
            }
            "copy" => {
                let (parent, key) = self.parent(root, self.from.as_deref())?;
                let value = self.get(parent, key)?;
                let (parent, key) = self.parent(root, self.path.as_deref())?;
                self.add(
                    parent,
                    key,
                    value.unwrap_or_else(|| Node::null(self.origin)),
                )
            }
            "test" => self.test(root),
            other => Err(self.wrong(format!("there is no operation `{other}`"))),
        }
    }

    fn wrong(&self, message: impl std::fmt::Display) -> super::super::fail::Fail {
        fail(PATCH, message).at(self.origin, "this operation")
    }

    fn shown(&self) -> String {
        format!("/{}", self.path.as_deref().unwrap_or_default().join("/"))
    }

    fn new_value(&self) -> Node {
        self.value
            .clone()
            .unwrap_or_else(|| Node::null(self.origin))
    }

    /// What the last part of a path is a key or index of.
    fn parent<'n, 'p>(
        &self,
        root: &'n mut Node,
        path: Option<&'p [String]>,
    ) -> Outcome<(&'n mut Node, &'p str)> {
        let Some((last, parts)) = path.and_then(<[String]>::split_last) else {
            return Err(self.wrong("the operation names no field"));
        };
        let mut node = root;
        for part in parts {
            let next = match &node.value {
                Value::Map(_) => node.position(part),
                Value::List(items) => index(part, items.len()).filter(|at| *at < items.len()),
                Value::Scalar(_) => None,
            };
            let missing = || self.wrong(format!("`{}` leads nowhere", self.shown()));
            let next = next.ok_or_else(missing)?;
            node = match &mut node.value {
                Value::Map(entries) => &mut Arc::make_mut(entries)[next].value,
                Value::List(items) => &mut Arc::make_mut(items)[next],
                Value::Scalar(_) => return Err(missing()),
            };
        }
        match &node.value {
            Value::Scalar(_) => Err(self.wrong(format!("`{}` leads nowhere", self.shown()))),
            _ => Ok((node, last)),
        }
    }

    fn get(&self, parent: &Node, key: &str) -> Outcome<Option<Node>> {
        match &parent.value {
            Value::List(items) => match index(key, items.len()).and_then(|at| items.get(at)) {
                Some(item) => Ok(Some(item.clone())),
                None => Err(self.wrong(format!("the list has no element `{key}`"))),
            },
            _ => Ok(parent.get(key).cloned()),
        }
    }

    fn add(&self, parent: &mut Node, key: &str, value: Node) -> Outcome<()> {
        match &mut parent.value {
            Value::List(items) => {
                let items = Arc::make_mut(items);
                let at = match key {
                    "-" => items.len(),
                    key => index(key, items.len() + 1)
                        .filter(|at| *at <= items.len())
                        .ok_or_else(|| self.wrong(format!("the list has no place `{key}`")))?,
                };
                items.insert(at, value);
            }
            _ => put(parent, key, value),
        }
        Ok(())
    }

    fn remove(&self, parent: &mut Node, key: &str) -> Outcome<()> {
        let missing = || {
            self.wrong(format!("there is nothing at `{}` to remove", self.shown()))
                .help("remove the operation, or correct its path")
        };
        match &mut parent.value {
            Value::List(items) => {
                let items = Arc::make_mut(items);
                let at = index(key, items.len()).filter(|at| *at < items.len());
                items.remove(at.ok_or_else(missing)?);
            }
            _ => {
                if parent.position(key).is_none() {
                    return Err(missing());
                }
                parent.clear(key);
            }
        }
        Ok(())
    }

    fn replace(&self, root: &mut Node) -> Outcome<()> {
        if self.path.as_ref().is_some_and(Vec::is_empty) {
            return Err(fail(UNSUPPORTED, "the operation replaces the whole object")
                .at(self.origin, "here")
                .help("write a new object instead"));
        }
        let value = self.new_value();
        let (parent, key) = self.parent(root, self.path.as_deref())?;
        match &mut parent.value {
            Value::List(items) => {
                let items = Arc::make_mut(items);
                let at = index(key, items.len()).filter(|at| *at < items.len());
                let at =
                    at.ok_or_else(|| self.wrong(format!("the list has no element `{key}`")))?;
                items[at] = value;
            }
            _ => put(parent, key, value),
        }
        Ok(())
    }

    fn test(&self, root: &mut Node) -> Outcome<()> {
        if self.path.as_ref().is_some_and(Vec::is_empty) {
            return Err(
                fail(UNSUPPORTED, "the operation tests the whole object").at(self.origin, "here")
            );
        }
        let (parent, key) = self.parent(root, self.path.as_deref())?;
        let found = self.get(parent, key)?.filter(|found| !found.is_null());
        let wanted = self.value.as_ref().filter(|wanted| !wanted.is_null());
        let same = match (&found, wanted) {
            (None, None) => true,
            (Some(found), Some(wanted)) => is_equal(found, wanted),
            _ => false,
        };
        if same {
            return Ok(());
        }
        let mut problem = self.wrong(format!("the test of `{}` fails", self.shown()));
        if let Some(found) = found {
            problem = problem.at(found.origin, "this is there");
        }
        Err(problem)
    }
}

fn put(map: &mut Node, key: &str, value: Node) {
    let at = map.position(key);
    let Some(entries) = map.entries_mut() else {
        return;
    };
    match at {
        Some(at) => entries[at].value = value,
        None => entries.push(Entry {
            key: key.into(),
            quoted: true,
            value,
        }),
    }
}

/// An index into a list of this length; a negative one counts from its end.
fn index(text: &str, length: usize) -> Option<usize> {
    let number: i64 = text.parse().ok()?;
    if number >= 0 {
        return usize::try_from(number).ok();
    }
    length.checked_sub(usize::try_from(-number).ok()?)
}
