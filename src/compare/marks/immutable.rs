//! Fields that the API server does not let anybody change.
//!
//! From the validation of updates in Kubernetes
//! (<https://github.com/kubernetes/kubernetes/tree/v1.34.0/pkg/apis>, `Validate…Update`).

use super::{Change, Mark, Marked, push, text};
use crate::compare::fields::{FieldChange, Step};
use crate::compare::shown;
use crate::kustomize::{Node, Object};

pub(super) fn marks(change: &Change<'_>, marked: &mut Vec<Marked>) {
    let Some((before, after)) = change.same_object() else {
        return;
    };
    if is_made_anew(before, after) {
        return;
    }
    let fixed = fixed(change.group(), change.kind());
    let mut paths: Vec<String> = Vec::new();
    for path in fixed {
        let is_touched = change.touches(path) || replaced_above(change.fields, path);
        if is_touched && !is_spelled_out(before, after, path) {
            paths.push(path.join("."));
        }
    }
    match (change.group(), change.kind()) {
        ("", "PersistentVolumeClaim") => claim(change, before, after, &mut paths),
        ("", "Service") => service(change, before, after, &mut paths),
        ("", "ConfigMap" | "Secret") => frozen(change, before, &mut paths),
        ("apps", "StatefulSet") => stateful_set(change, before, after, &mut paths),
        _ => {}
    }
    paths.sort();
    paths.dedup();
    for path in paths {
        push(
            marked,
            Mark::Immutable,
            format!("`{path}` cannot be changed: the object has to be made anew"),
        );
    }
}

/// Whether a whole mapping above the path came or went with it.
fn replaced_above(fields: &[FieldChange], path: &[&str]) -> bool {
    fields.iter().any(|field| {
        let steps: Option<Vec<&str>> = field.path.0.iter().map(Step::key).collect();
        steps.is_some_and(|steps| {
            !steps.is_empty() && steps.len() < path.len() && path.starts_with(&steps)
        })
    })
}

/// Whether only the value that holds anyway was written down, or left out again.
fn is_spelled_out(before: &Object, after: &Object, path: &[&str]) -> bool {
    let default = match path {
        ["type"] => "Opaque",
        ["reclaimPolicy"] => "Delete",
        ["volumeBindingMode"] => "Immediate",
        ["spec", "completionMode"] => "NonIndexed",
        ["spec", "completions"] => "1",
        ["spec", "podManagementPolicy"] => "OrderedReady",
        _ => return false,
    };
    let value = |object| text(Some(object), path).unwrap_or(default);
    value(before) == value(after)
}

/// The fields of a kind that stay as they were made.
fn fixed(group: &str, kind: &str) -> &'static [&'static [&'static str]] {
    match (group, kind) {
        ("apps", "Deployment" | "DaemonSet" | "ReplicaSet") => &[&["spec", "selector"]],
        ("batch", "Job") => &[
            &["spec", "template"],
            &["spec", "selector"],
            &["spec", "completionMode"],
            &["spec", "completions"],
            &["spec", "podFailurePolicy"],
            &["spec", "backoffLimitPerIndex"],
            &["spec", "managedBy"],
        ],
        ("storage.k8s.io", "StorageClass") => &[
            &["provisioner"],
            &["parameters"],
            &["reclaimPolicy"],
            &["volumeBindingMode"],
        ],
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => &[&["roleRef"]],
        ("scheduling.k8s.io", "PriorityClass") => &[&["value"], &["preemptionPolicy"]],
        ("node.k8s.io", "RuntimeClass") => &[&["handler"]],
        ("networking.k8s.io", "IngressClass") => &[&["spec", "controller"]],
        ("apiextensions.k8s.io", "CustomResourceDefinition") => &[
            &["spec", "group"],
            &["spec", "scope"],
            &["spec", "names", "plural"],
        ],
        ("discovery.k8s.io", "EndpointSlice") => &[&["addressType"]],
        ("", "PersistentVolume") => &[
            &["spec", "csi"],
            &["spec", "hostPath"],
            &["spec", "local"],
            &["spec", "nfs"],
            &["spec", "volumeMode"],
            &["spec", "nodeAffinity"],
        ],
        ("", "Secret") => &[&["type"]],
        _ => &[],
    }
}

/// Argo CD deletes and makes what is a hook or says `Force=true` with `Replace=true`
/// (<https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/>).
fn is_made_anew(before: &Object, after: &Object) -> bool {
    let annotation = |object, name| text(Some(object), &["metadata", "annotations", name]);
    let options = annotation(after, "argocd.argoproj.io/sync-options").unwrap_or("");
    let has = |wanted: &str| options.split(',').any(|option| option.trim() == wanted);
    let hook = "argocd.argoproj.io/hook";
    let policy = annotation(before, "argocd.argoproj.io/hook-delete-policy");
    let is_hook = annotation(before, hook).is_some() && annotation(after, hook).is_some();
    (has("Force=true") && has("Replace=true"))
        || (is_hook && policy.is_none_or(|policy| policy.contains("BeforeHookCreation")))
}

/// Everything but what may be changed in place.
fn stateful_set(change: &Change<'_>, before: &Object, after: &Object, paths: &mut Vec<String>) {
    const FREE: &[&str] = &[
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ];
    for field in change.fields {
        if let [Step::Key(spec), Step::Key(key), ..] = field.path.0.as_slice()
            && spec == "spec"
            && !FREE.contains(&key.as_str())
            && !is_spelled_out(before, after, &["spec", key])
        {
            paths.push(format!("spec.{key}"));
        }
    }
}

/// A claim may only ask for more, and choose another class of attributes.
fn claim(change: &Change<'_>, before: &Object, after: &Object, paths: &mut Vec<String>) {
    const STORAGE: [&str; 4] = ["spec", "resources", "requests", "storage"];
    for field in change.fields {
        let [Step::Key(spec), Step::Key(key), ..] = field.path.0.as_slice() else {
            continue;
        };
        if spec != "spec" || key == "volumeAttributesClassName" {
            continue;
        }
        let grows = match (text(Some(before), &STORAGE), text(Some(after), &STORAGE)) {
            (Some(old), Some(new)) => match (bytes(old), bytes(new)) {
                (Some(old), Some(new)) => new >= old,
                _ => false,
            },
            (None, Some(_)) => true,
            _ => false,
        };
        // A claim that names its volume for the first time binds to it.
        let binds = key == "volumeName" && text(Some(before), &["spec", "volumeName"]).is_none();
        let asks = field.path.is_below(&["spec", "resources", "requests"]);
        let is_taken = binds || (asks && grows);
        if !is_taken {
            paths.push(if asks {
                STORAGE.join(".")
            } else {
                format!("spec.{key}")
            });
        }
    }
}

/// A quantity as a number of bytes
/// (<https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>).
fn bytes(quantity: &str) -> Option<f64> {
    let end = quantity
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(quantity.len());
    let (number, unit) = quantity.split_at(end);
    let factor: f64 = match unit {
        "" => 1.0,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024.0,
        "Mi" => 1024.0_f64.powi(2),
        "Gi" => 1024.0_f64.powi(3),
        "Ti" => 1024.0_f64.powi(4),
        "Pi" => 1024.0_f64.powi(5),
        "Ei" => 1024.0_f64.powi(6),
        exponent => 10.0_f64.powi(exponent.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    Some(number.parse::<f64>().ok()? * factor)
}

/// The address of a Service stays while it has one.
fn service(change: &Change<'_>, before: &Object, after: &Object, paths: &mut Vec<String>) {
    let is_name = |object| text(Some(object), &["spec", "type"]) == Some("ExternalName");
    if is_name(before) || is_name(after) {
        return;
    }
    for field in ["clusterIP", "clusterIPs"] {
        // Nothing and nothing known: an address that is chosen by the cluster.
        let value = |object: &Object| {
            let value = object.root.at(&["spec", field]).cloned();
            value.filter(|value| value.as_text() != Some(""))
        };
        let same = match (value(before), value(after)) {
            (Some(old), Some(new)) => shown::same(&old, &new),
            (None, None) => true,
            _ => false,
        };
        if change.touches(&["spec", field]) && !same {
            paths.push(format!("spec.{field}"));
        }
    }
}

/// Nothing of a ConfigMap or Secret that says so may be changed, that it says so included.
fn frozen(change: &Change<'_>, before: &Object, paths: &mut Vec<String>) {
    let is_frozen = before.root.get("immutable").and_then(Node::as_text) == Some("true");
    if !is_frozen {
        return;
    }
    for key in ["data", "binaryData", "stringData", "immutable"] {
        if change.touches(&[key]) {
            paths.push(key.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn quantities_compare_across_units() {
        assert_eq!(bytes("1Gi"), bytes("1024Mi"));
        assert!(bytes("2Ti") > bytes("2T"));
        assert_eq!(bytes("1e3"), bytes("1k"));
        assert_eq!(bytes("much"), None);
    }
}
