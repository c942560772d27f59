//! Prefixes and suffixes of names.

use crate::kustomize::config::FieldSpec;
use crate::kustomize::fail::{Detail as _, INVALID, Outcome, fail};
use crate::kustomize::fieldspec::{Make, visit};
use crate::kustomize::id::Gvk;
use crate::kustomize::node::{Kind, Value};
use crate::kustomize::resource::Resource;
use crate::kustomize::scalar::Tag;
use crate::kustomize::spec::Text;

/// On which side of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kustomize) enum Side {
    Prefix,
    Suffix,
}

/// Adds a text to the names of all objects.
pub(in crate::kustomize) fn add(
    resources: &mut [Resource],
    side: Side,
    text: &Text,
    specs: &[FieldSpec],
) -> Outcome<()> {
    for resource in resources {
        let original = resource.original_id().gvk;
        if is_skipped(&original) {
            continue;
        }
        for spec in specs {
            if !original.is_selected(spec.filter()) {
                continue;
            }
            if &*spec.path == "metadata/name" {
                match side {
                    Side::Prefix => resource.add_prefix(&text.text),
                    Side::Suffix => resource.add_suffix(&text.text),
                }
                resource.store_previous_id();
            }
            let make = Make {
                kind: Kind::Scalar,
                tag: Tag::Str,
                from: text.origin,
            };
            visit(resource, spec, Some(make), &mut |node| {
                let Value::Scalar(scalar) = &node.value else {
                    return Err(
                        fail(INVALID, format!("a name is {}", node.what())).at(node.origin, "here")
                    );
                };
                let name = match side {
                    Side::Prefix => format!("{}{}", text.text, scalar.text),
                    Side::Suffix => format!("{}{}", scalar.text, text.text),
                };
                let from = node.origin;
                node.set_scalar(name, Tag::Unset, from);
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Kinds whose names mean something elsewhere.
fn is_skipped(gvk: &Gvk) -> bool {
    matches!(&*gvk.kind, "CustomResourceDefinition" | "Namespace")
        || (&*gvk.kind == "APIService" && &*gvk.group == "apiregistration.k8s.io")
}
