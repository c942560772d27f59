//! Replacements: a value of one object copied into fields of others
//! (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/filters/replacement/replacement.go>).

mod path;

use super::fail::{Detail as _, Fail, Outcome, REPLACEMENT, fail, warning};
use super::id::{GvkFilter, Id};
use super::node::{Node, Origin, Value};
use super::resource::Resource;
use super::scalar::Tag;
use super::selector::Picker;
use super::spec::{FieldOptions, Replacement, Selector, Source, Target};

/// What a replacement reads and writes when it names no field.
const DEFAULT_FIELD: &str = "metadata.name";

/// Carries out one replacement.
pub(super) fn apply(
    resources: &mut [Resource],
    replacement: &Replacement,
    warnings: &mut Vec<Fail>,
) -> Outcome<()> {
    let value = value(resources, replacement)?;
    let Some(targets) = &replacement.targets else {
        return Err(
            fail(REPLACEMENT, "a replacement has no targets").at(replacement.origin, "here")
        );
    };
    for target in targets {
        copy(resources, &value, target, warnings)?;
    }
    Ok(())
}

fn value(resources: &[Resource], replacement: &Replacement) -> Outcome<Node> {
    match (&replacement.source, &replacement.source_value) {
        (Some(_), Some(value)) => Err(fail(REPLACEMENT, "a replacement has two sources")
            .at(value.origin, "one of them")
            .help("keep `source` or `sourceValue`")),
        (None, None) => {
            Err(fail(REPLACEMENT, "a replacement has no source").at(replacement.origin, "here"))
        }
        (None, Some(value)) => Ok(Node::bare(std::sync::Arc::clone(&value.text), value.origin)),
        (Some(source), None) => from_source(resources, source),
    }
}

fn from_source(resources: &[Resource], source: &Source) -> Outcome<Node> {
    let selector = &source.selector;
    let mut found = resources
        .iter()
        .filter(|resource| !resource.is_gone() && has_id(resource, selector));
    let Some(resource) = found.next() else {
        return Err(
            fail(REPLACEMENT, "the source of a replacement is not there")
                .at(selector.origin, "no object is selected"),
        );
    };
    if let Some(other) = found.next() {
        return Err(fail(
            REPLACEMENT,
            "several objects could be the source of a replacement",
        )
        .at(selector.origin, "selected here")
        .at(resource.origin(), "this one")
        .at(other.origin(), "and this one")
        .help("add kind, name or namespace"));
    }
    let path = source
        .field_path
        .as_ref()
        .map_or(DEFAULT_FIELD, |path| &path.text);
    let at = source
        .field_path
        .as_ref()
        .map_or(selector.origin, |path| path.origin);
    let node = resource
        .root
        .as_ref()
        .map_or(Ok(None), |root| path::lookup(root, &path::split(path), at))?
        .filter(|node| !node.is_empty());
    let Some(node) = node else {
        return Err(
            fail(REPLACEMENT, format!("the source has no field `{path}`"))
                .at(at, "named here")
                .at(resource.origin(), "the source"),
        );
    };
    refine(node, source.options.as_ref(), at)
}

/// Whether one of an object's names is the selected one; here names are texts, not expressions.
fn has_id(resource: &Resource, selector: &Selector) -> bool {
    let filter = GvkFilter {
        group: &selector.group,
        version: &selector.version,
        kind: &selector.kind,
    };
    let wanted = Id {
        gvk: super::id::Gvk::default(),
        name: std::sync::Arc::clone(&selector.name),
        namespace: std::sync::Arc::clone(&selector.namespace),
        cluster_scoped: false,
    };
    plain_ids(resource).iter().any(|id| {
        (selector.name.is_empty() || id.name == selector.name)
            && (selector.namespace.is_empty()
                || id.effective_namespace() == wanted.effective_namespace())
            && id.gvk.is_selected(filter)
    })
}

/// All names, none of them known to be without a namespace.
fn plain_ids(resource: &Resource) -> Vec<Id> {
    let mut ids = resource.all_ids();
    for id in &mut ids {
        id.cluster_scoped = false;
    }
    ids
}

fn refine(node: &Node, options: Option<&FieldOptions>, at: Origin) -> Outcome<Node> {
    let Some(options) = options.filter(|options| !options.delimiter.is_empty()) else {
        return Ok(node.clone());
    };
    if !matches!(node.value, Value::Scalar(_)) {
        return Err(no_delimiter(at, node));
    }
    let parts: Vec<&str> = node.raw().split(&*options.delimiter).collect();
    let part = usize::try_from(options.index)
        .ok()
        .and_then(|index| parts.get(index));
    let Some(part) = part else {
        return Err(fail(
            REPLACEMENT,
            format!("`{}` has no part {}", node.raw(), options.index),
        )
        .at(at, "in this replacement")
        .at(node.origin, "the value"));
    };
    let mut refined = node.clone();
    set_text(&mut refined, part, node.origin);
    Ok(refined)
}

fn no_delimiter(at: Origin, node: &Node) -> Fail {
    fail(
        REPLACEMENT,
        format!("a delimiter divides texts, and this is {}", node.what()),
    )
    .at(at, "in this replacement")
    .at(node.origin, "the value")
}

/// Changes the text of a scalar and nothing else: what it is stays.
fn set_text(node: &mut Node, text: &str, from: Origin) {
    if let Value::Scalar(scalar) = &mut node.value {
        scalar.text = text.into();
        node.origin = from;
    }
}

fn copy(
    resources: &mut [Resource],
    value: &Node,
    target: &Target,
    warnings: &mut Vec<Fail>,
) -> Outcome<()> {
    let Some(select) = &target.select else {
        return Err(fail(REPLACEMENT, "a target selects nothing")
            .at(target.origin, "here")
            .help("add `select`"));
    };
    let picker = Picker::new(select)?;
    let rejects = target
        .reject
        .iter()
        .map(Picker::new)
        .collect::<Outcome<Vec<_>>>()?;
    let mut found = false;
    for resource in resources.iter_mut().filter(|resource| !resource.is_gone()) {
        let ids = plain_ids(resource);
        let rejected = rejects.iter().any(|reject| {
            (reject.has_requirements() && reject.picks_texts(resource))
                || (reject.names_objects() && ids.iter().any(|id| reject.picks_id(id)))
        });
        if rejected || !picker.picks_texts(resource) || !ids.iter().any(|id| picker.picks_id(id)) {
            continue;
        }
        found = true;
        copy_into(resource, value, target)?;
    }
    if !found {
        warnings.push(
            warning(
                "kustomize-no-match",
                "the target of this replacement matches no object",
            )
            .at(select.origin, "nothing is replaced"),
        );
    }
    Ok(())
}

fn copy_into(resource: &mut Resource, value: &Node, target: &Target) -> Outcome<()> {
    let object = resource.origin();
    let Some(root) = &mut resource.root else {
        return Ok(());
    };
    let create = target
        .options
        .as_ref()
        .is_some_and(|options| options.create);
    let mut write = |path: &str, at: Origin| {
        let place = path::Place {
            text: path,
            at,
            create: create.then_some(value),
        };
        let count = path::visit(root, &path::split(path), place, &mut |field| {
            set(field, value, target.options.as_ref(), at)
        })?;
        if count == 0 {
            return Err(
                fail(REPLACEMENT, format!("the target has no field `{path}`"))
                    .at(at, "named here")
                    .at(object, "the target")
                    .help("correct the path, or add `options: {create: true}`"),
            );
        }
        Ok(())
    };
    if target.field_paths.is_empty() {
        return write(DEFAULT_FIELD, target.origin);
    }
    target
        .field_paths
        .iter()
        .try_for_each(|path| write(&path.text, path.origin))
}

/// Sets a field: a plain value keeps its type, so that a text becomes a number where a number was.
fn set(field: &mut Node, value: &Node, options: Option<&FieldOptions>, at: Origin) -> Outcome<()> {
    let mut value = value.clone();
    if let Some(options) = options.filter(|options| !options.delimiter.is_empty()) {
        if !matches!(field.value, Value::Scalar(_)) {
            return Err(no_delimiter(at, field));
        }
        let mut parts: Vec<&str> = field.raw().split(&*options.delimiter).collect();
        let new = value.value_text().to_owned();
        match usize::try_from(options.index) {
            Err(_) => parts.insert(0, &new),
            Ok(index) if index >= parts.len() => parts.push(&new),
            Ok(index) => parts[index] = &new,
        }
        let joined = parts.join(&options.delimiter);
        let from = value.origin;
        if !matches!(value.value, Value::Scalar(_)) {
            return Err(no_delimiter(at, &value));
        }
        set_text(&mut value, &joined, from);
    }
    match (&field.value, &value.value) {
        (Value::Scalar(there), Value::Scalar(new)) => {
            if there.tag == Tag::Null {
                return Err(fail(REPLACEMENT, "the target field is null")
                    .at(field.origin, "here")
                    .at(at, "named here")
                    .help("give the field a value of the type that it should have"));
            }
            let text = std::sync::Arc::clone(&new.text);
            set_text(field, &text, value.origin);
            Ok(())
        }
        (Value::Scalar(_), _) => Err(fail(
            REPLACEMENT,
            format!("{} cannot be put into a plain value", value.what()),
        )
        .at(at, "named here")
        .at(field.origin, "the target field")),
        _ => {
            *field = value;
            Ok(())
        }
    }
}
