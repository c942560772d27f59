//! How many replicas a workload has.

use crate::kustomize::config::FieldSpec;
use crate::kustomize::fail::{Detail as _, INVALID, Outcome, fail};
use crate::kustomize::fieldspec::{Make, visit};
use crate::kustomize::node::Kind;
use crate::kustomize::resource::Resource;
use crate::kustomize::scalar::Tag;
use crate::kustomize::spec::Replica;

/// Sets the number of replicas of every workload that has or had the name.
pub(in crate::kustomize) fn set(
    resources: &mut [Resource],
    replica: &Replica,
    specs: &[FieldSpec],
) -> Outcome<()> {
    let make = Make {
        kind: Kind::Scalar,
        tag: Tag::Int,
        from: replica.origin,
    };
    let mut found = false;
    for spec in specs {
        for resource in resources.iter_mut().filter(|resource| !resource.is_gone()) {
            let is_meant = resource
                .all_ids()
                .iter()
                .any(|id| id.name == replica.name.text && id.gvk.is_selected(spec.filter()));
            if !is_meant {
                continue;
            }
            found = true;
            visit(resource, spec, Some(make), &mut |node| {
                if node.set_scalar(replica.count.to_string(), Tag::Int, replica.origin) {
                    return Ok(());
                }
                Err(fail(INVALID, format!("`replicas` is {}", node.what())).at(node.origin, "here"))
            })?;
        }
    }
    if found {
        return Ok(());
    }
    Err(fail(INVALID, format!("no workload is named `{}`", replica.name.text))
        .at(replica.name.origin, "here")
        .help("kustomize sets replicas of Deployments, StatefulSets, ReplicaSets and ReplicationControllers"))
}
