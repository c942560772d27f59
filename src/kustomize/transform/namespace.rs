//! The namespace of all objects
//! (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/filters/namespace/namespace.go>).

use crate::kustomize::config::FieldSpec;
use crate::kustomize::fail::{CONFLICT, Detail as _, Fail, INVALID, Outcome, fail, warning};
use crate::kustomize::fieldspec::{Make, visit};
use crate::kustomize::id::is_really_cluster_scoped;
use crate::kustomize::node::{Kind, Node, Value};
use crate::kustomize::resource::Resource;
use crate::kustomize::scalar::Tag;
use crate::kustomize::spec::Text;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

static OWN: LazyLock<FieldSpec> =
    LazyLock::new(|| FieldSpec::new("", "", "", "metadata/namespace", true));

/// Puts all objects into a namespace.
pub(in crate::kustomize) fn set(
    resources: &mut [Resource],
    namespace: &Text,
    specs: &[FieldSpec],
    warnings: &mut Vec<Fail>,
) -> Outcome<()> {
    for resource in resources.iter_mut().filter(|resource| !resource.is_gone()) {
        resource.store_previous_id();
        set_one(resource, namespace, specs, warnings)?;
    }
    let mut seen = BTreeMap::new();
    for (at, resource) in resources.iter().enumerate() {
        if resource.is_gone() {
            continue;
        }
        let id = resource.current_id();
        if let Some(before) = seen.insert(id.key(), at) {
            let before: usize = before;
            return Err(
                fail(CONFLICT, format!("the namespace makes two objects {id}"))
                    .at(namespace.origin, "this namespace")
                    .at(resource.origin(), "this object")
                    .at(resources[before].origin(), "and this one"),
            );
        }
    }
    Ok(())
}

fn set_one(
    resource: &mut Resource,
    namespace: &Text,
    specs: &[FieldSpec],
    warnings: &mut Vec<Fail>,
) -> Outcome<()> {
    let make = |tag: Tag| {
        Some(Make {
            kind: Kind::Scalar,
            tag,
            from: namespace.origin,
        })
    };
    let mut put = |node: &mut Node| put(node, namespace);
    let gvk = resource.gvk();
    if !gvk.is_cluster_scoped() {
        if is_really_cluster_scoped(&gvk.group, &gvk.kind) {
            warnings.push(
                warning(
                    "kustomize-cluster-scoped",
                    format!("a {} gets a namespace, and its kind has none", gvk.kind),
                )
                .at(resource.origin(), "this object")
                .at(namespace.origin, "its namespace")
                .help("put it into a base of its own that sets no namespace"),
            );
        }
        visit(resource, &OWN, make(Tag::Unset), &mut put)?;
    }
    let is_binding = matches!(&*gvk.kind, "RoleBinding" | "ClusterRoleBinding");
    if is_binding {
        set_default_subjects(resource, namespace)?;
    }
    let is_core = resource.api_version() == "v1";
    for spec in specs {
        let path = &*spec.path;
        let is_skipped = path == "metadata/namespace"
            || (path == "metadata/name" && !is_core)
            || (is_binding
                && path == "subjects/namespace"
                && matches!(spec.filter().kind, "RoleBinding" | "ClusterRoleBinding"));
        if !is_skipped {
            visit(resource, spec, make(Tag::Str), &mut put)?;
        }
    }
    Ok(())
}

fn put(node: &mut Node, namespace: &Text) -> Outcome<()> {
    if node.set_scalar(Arc::clone(&namespace.text), Tag::Str, namespace.origin) {
        return Ok(());
    }
    Err(fail(INVALID, format!("a namespace is {}", node.what())).at(node.origin, "here"))
}

/// Of the subjects of a binding only those named `default` move along here.
fn set_default_subjects(resource: &mut Resource, namespace: &Text) -> Outcome<()> {
    let subjects = resource
        .root
        .as_mut()
        .and_then(|root| root.get_mut("subjects"));
    let Some(subjects) = subjects.filter(|subjects| !subjects.is_null()) else {
        return Ok(());
    };
    let origin = subjects.origin;
    let Some(items) = subjects.items_mut() else {
        return Err(fail(INVALID, "`subjects` is no list").at(origin, "here"));
    };
    for subject in items {
        if !matches!(subject.value, Value::Map(_)) && !subject.is_null() {
            return Err(fail(INVALID, format!("a subject is {}", subject.what()))
                .at(subject.origin, "here"));
        }
        let is_default = subject
            .get("name")
            .is_some_and(|name| name.as_text() == Some("default"));
        if is_default
            && let Some(field) = subject.get_or_make("namespace", Kind::Scalar, namespace.origin)
        {
            put(field, namespace)?;
        }
    }
    Ok(())
}
