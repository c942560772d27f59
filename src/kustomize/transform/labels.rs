//! Labels and annotations.

use crate::kustomize::config::FieldSpec;
use crate::kustomize::fail::{Detail as _, INVALID, Outcome, fail};
use crate::kustomize::fieldspec::{Make, visit};
use crate::kustomize::node::{Kind, Node, Value};
use crate::kustomize::resource::Resource;
use crate::kustomize::scalar::Tag;
use crate::kustomize::spec::Pairs;
use std::sync::Arc;

/// Sets labels or annotations wherever the specifications say.
pub(in crate::kustomize) fn set(
    resources: &mut [Resource],
    pairs: &Pairs,
    specs: &[FieldSpec],
) -> Outcome<()> {
    for resource in resources {
        for (key, value) in pairs {
            let make = Make {
                kind: Kind::Map,
                tag: Tag::Unset,
                from: value.origin,
            };
            for spec in specs {
                visit(resource, spec, Some(make), &mut |node| {
                    let Value::Map(_) = &node.value else {
                        return Err(fail(
                            INVALID,
                            format!(
                                "the field `{}` is {}, not a mapping",
                                spec.path,
                                node.what()
                            ),
                        )
                        .at(node.origin, "here"));
                    };
                    node.set(key, Node::text(Arc::clone(&value.text), value.origin));
                    Ok(())
                })?;
            }
        }
    }
    Ok(())
}
