//! Walking an object to the fields that a [`FieldSpec`] names
//! (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/filters/fieldspec/fieldspec.go>).

use super::config::FieldSpec;
use super::fail::{Detail as _, INVALID, Outcome, fail};
use super::node::{Kind, Node, Origin, Value};
use super::resource::Resource;
use super::scalar::Tag;

/// What is made where a field is missing or null.
#[derive(Debug, Clone, Copy)]
pub(super) struct Make {
    pub(super) kind: Kind,
    /// The tag a null scalar gets before it is set.
    pub(super) tag: Tag,
    pub(super) from: Origin,
}

/// Calls `set` for every field that the specification names in the object, if it is for objects of that kind.
pub(super) fn visit(
    resource: &mut Resource,
    spec: &FieldSpec,
    make: Option<Make>,
    set: &mut dyn FnMut(&mut Node) -> Outcome<()>,
) -> Outcome<()> {
    if !resource.gvk().is_selected(spec.filter()) {
        return Ok(());
    }
    let Some(root) = &mut resource.root else {
        return Ok(());
    };
    let make = make.filter(|_| spec.create);
    // Looking first keeps what is not touched shared with the base.
    if make.is_none() && !reaches(root, &spec.parts) {
        return Ok(());
    }
    walk(root, &spec.parts, &spec.path, make, set)
}

/// Whether walking the path would set, change or refuse something.
fn reaches(node: &Node, parts: &[String]) -> bool {
    let Some((part, rest)) = parts.split_first() else {
        return true;
    };
    match &node.value {
        Value::List(items) => items.iter().any(|item| reaches(item, parts)),
        Value::Map(_) => {
            let (name, is_list) = list_part(part);
            node.get(name)
                .is_some_and(|field| (is_list && field.is_null()) || reaches(field, rest))
        }
        Value::Scalar(_) => !node.is_null(),
    }
}

fn list_part(part: &str) -> (&str, bool) {
    match part.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (part, false),
    }
}

fn walk(
    node: &mut Node,
    parts: &[String],
    path: &str,
    make: Option<Make>,
    set: &mut dyn FnMut(&mut Node) -> Outcome<()>,
) -> Outcome<()> {
    let Some((part, rest)) = parts.split_first() else {
        return set(node);
    };
    if node.is_null() {
        return Ok(());
    }
    let origin = node.origin;
    match &mut node.value {
        Value::List(items) => {
            for item in std::sync::Arc::make_mut(items) {
                walk(item, parts, path, make, set)?;
            }
            Ok(())
        }
        Value::Scalar(_) => Err(fail(
            INVALID,
            format!("the field `{path}` cannot be reached: this is a plain value"),
        )
        .at(origin, "a list or a mapping is expected here")),
        Value::Map(_) => walk_map(node, part, rest, path, make, set),
    }
}

fn walk_map(
    node: &mut Node,
    part: &str,
    rest: &[String],
    path: &str,
    make: Option<Make>,
    set: &mut dyn FnMut(&mut Node) -> Outcome<()>,
) -> Outcome<()> {
    let (name, is_list) = list_part(part);
    if name.is_empty() {
        return Err(fail(
            INVALID,
            format!("the path `{path}` has an empty part"),
        ));
    }
    let wanted = match make {
        Some(make) if !is_list => Some(if rest.is_empty() {
            make.kind
        } else {
            Kind::Map
        }),
        _ => None,
    };
    let field = match (wanted, make) {
        (Some(kind), Some(make)) => node.get_or_make(name, kind, make.from),
        _ => node.get_mut(name),
    };
    let Some(field) = field else { return Ok(()) };
    if field.is_null() {
        let from = make.map_or(field.origin, |make| make.from);
        match (wanted, is_list) {
            (Some(Kind::Scalar), _) => {
                let text = field.raw().to_owned();
                let tag = make.map_or(Tag::Unset, |make| make.tag);
                field.set_scalar(text, tag, from);
            }
            (Some(kind), _) => *field = Node::empty(kind, from),
            (None, true) => *field = Node::empty(Kind::List, field.origin),
            (None, false) => {}
        }
    }
    walk(field, rest, path, make, set)
}

/// Whether any field at the path fits, or cannot be reached because something else is in its way.
pub(super) fn any(node: &Node, parts: &[String], fits: &dyn Fn(&Node) -> bool) -> bool {
    let Some((part, rest)) = parts.split_first() else {
        return fits(node);
    };
    match &node.value {
        Value::List(items) => items.iter().any(|item| any(item, parts, fits)),
        Value::Map(_) => node
            .get(list_part(part).0)
            .is_some_and(|field| any(field, rest, fits)),
        Value::Scalar(_) => !node.is_null(),
    }
}

/// Calls `set` for every field at the path, whatever the object's kind; nothing is made.
pub(super) fn visit_any(
    resource: &mut Resource,
    spec: &FieldSpec,
    set: &mut dyn FnMut(&mut Node) -> Outcome<()>,
) -> Outcome<()> {
    match &mut resource.root {
        Some(root) => walk(root, &spec.parts, &spec.path, None, set),
        None => Ok(()),
    }
}
