//! Where labels, selectors and annotations are.

use super::Field;
use crate::kustomize::config::FieldSpec;

/// Where `commonLabels` sets selectors: group, version, kind, path, whether it is made.
const SELECTORS: &[(&str, &str, &str, &str, bool)] = &[
    ("", "v1", "Service", "spec/selector", true),
    ("", "v1", "ReplicationController", "spec/selector", true),
    ("", "", "Deployment", "spec/selector/matchLabels", true),
    ("", "", "ReplicaSet", "spec/selector/matchLabels", true),
    ("", "", "DaemonSet", "spec/selector/matchLabels", true),
    ("apps", "", "StatefulSet", "spec/selector/matchLabels", true),
    ("batch", "", "Job", "spec/selector/matchLabels", false),
    (
        "batch",
        "",
        "CronJob",
        "spec/jobTemplate/spec/selector/matchLabels",
        false,
    ),
    (
        "policy",
        "",
        "PodDisruptionBudget",
        "spec/selector/matchLabels",
        false,
    ),
    (
        "networking.k8s.io",
        "",
        "NetworkPolicy",
        "spec/podSelector/matchLabels",
        false,
    ),
    (
        "networking.k8s.io",
        "",
        "NetworkPolicy",
        "spec/ingress/from/podSelector/matchLabels",
        false,
    ),
    (
        "networking.k8s.io",
        "",
        "NetworkPolicy",
        "spec/egress/to/podSelector/matchLabels",
        false,
    ),
];

/// The selectors inside the pods of a Deployment and a StatefulSet of the group `apps`.
const POD_SELECTORS: [&str; 5] = [
    "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
    "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
    "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
    "topologySpreadConstraints/labelSelector/matchLabels",
];

/// Where labels and annotations of templates are; all are made.
const TEMPLATES: &[Field] = &[
    ("", "v1", "ReplicationController", "spec/template/metadata"),
    ("", "", "Deployment", "spec/template/metadata"),
    ("", "", "ReplicaSet", "spec/template/metadata"),
    ("", "", "DaemonSet", "spec/template/metadata"),
    ("apps", "", "StatefulSet", "spec/template/metadata"),
    (
        "apps",
        "",
        "StatefulSet",
        "spec/volumeClaimTemplates[]/metadata",
    ),
    ("batch", "", "Job", "spec/template/metadata"),
    ("batch", "", "CronJob", "spec/jobTemplate/metadata"),
    (
        "batch",
        "",
        "CronJob",
        "spec/jobTemplate/spec/template/metadata",
    ),
];

pub(super) fn template_labels() -> Vec<FieldSpec> {
    let mut specs = vec![FieldSpec::new("", "", "", "metadata/labels", true)];
    specs.extend(TEMPLATES.iter().map(|(group, version, kind, path)| {
        FieldSpec::new(group, version, kind, &format!("{path}/labels"), true)
    }));
    specs
}

pub(super) fn common_labels() -> Vec<FieldSpec> {
    let mut specs: Vec<FieldSpec> = SELECTORS
        .iter()
        .map(|(group, version, kind, path, create)| {
            FieldSpec::new(group, version, kind, path, *create)
        })
        .collect();
    for kind in ["Deployment", "StatefulSet"] {
        for path in POD_SELECTORS {
            let path = format!("spec/template/spec/{path}");
            specs.push(FieldSpec::new("apps", "", kind, &path, false));
        }
    }
    specs.extend(template_labels());
    specs
}

pub(super) fn common_annotations() -> Vec<FieldSpec> {
    let mut specs = vec![FieldSpec::new("", "", "", "metadata/annotations", true)];
    for (group, version, kind, path) in TEMPLATES {
        if path.contains("[]") {
            continue;
        }
        // A StatefulSet of any group here, unlike for labels.
        let group = if *kind == "StatefulSet" { "" } else { group };
        let path = format!("{path}/annotations");
        specs.push(FieldSpec::new(group, version, kind, &path, true));
    }
    specs
}
