//! kustomize's own table of the fields that its transformers reach
//! (<https://github.com/kubernetes-sigs/kustomize/tree/api/v0.21.1/api/internal/konfig/builtinpluginconsts>).

mod labels;

use super::config::{Config, FieldSpec, NameReference};
use super::order;

/// Kinds that hold a pod's specification, with the version they are limited to and where it is.
const CONFIG_USERS: [(&str, &str, &str); 8] = [
    ("Pod", "v1", "spec"),
    ("PodTemplate", "", "template/spec"),
    ("Deployment", "", "spec/template/spec"),
    ("ReplicaSet", "", "spec/template/spec"),
    ("DaemonSet", "", "spec/template/spec"),
    ("StatefulSet", "", "spec/template/spec"),
    ("Job", "", "spec/template/spec"),
    ("CronJob", "", "spec/jobTemplate/spec/template/spec"),
];

/// The same for names that other kinds of reference use.
const POD_USERS: [(&str, &str); 7] = [
    ("Pod", "spec"),
    ("StatefulSet", "spec/template/spec"),
    ("Deployment", "spec/template/spec"),
    ("ReplicationController", "spec/template/spec"),
    ("CronJob", "spec/jobTemplate/spec/template/spec"),
    ("Job", "spec/template/spec"),
    ("DaemonSet", "spec/template/spec"),
];

/// Where a pod's specification names a ConfigMap.
const CONFIG_MAP_PATHS: [&str; 6] = [
    "volumes/configMap/name",
    "containers/env/valueFrom/configMapKeyRef/name",
    "initContainers/env/valueFrom/configMapKeyRef/name",
    "containers/envFrom/configMapRef/name",
    "initContainers/envFrom/configMapRef/name",
    "volumes/projected/sources/configMap/name",
];

/// Where a pod's specification names a Secret.
const SECRET_PATHS: [&str; 7] = [
    "volumes/secret/secretName",
    "containers/env/valueFrom/secretKeyRef/name",
    "initContainers/env/valueFrom/secretKeyRef/name",
    "containers/envFrom/secretRef/name",
    "initContainers/envFrom/secretRef/name",
    "imagePullSecrets/name",
    "volumes/projected/sources/secret/name",
];

/// Other references: group, version and kind of what is named; group, version, kind and path of what names it.
type Reference = ((&'static str, &'static str, &'static str), &'static [Field]);
/// Group, version, kind, path.
type Field = (&'static str, &'static str, &'static str, &'static str);

const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";
const SCALED: &[Field] = &[(
    "",
    "",
    "HorizontalPodAutoscaler",
    "spec/scaleTargetRef/name",
)];

const REFERENCES: &[Reference] = &[
    (("", "", "Deployment"), SCALED),
    (("", "", "ReplicationController"), SCALED),
    (("", "", "ReplicaSet"), SCALED),
    (("", "", "StatefulSet"), SCALED),
    (
        ("", "v1", "ConfigMap"),
        &[
            ("", "", "Node", "spec/configSource/configMap"),
            ("", "", "Role", "rules/resourceNames"),
            ("", "", "ClusterRole", "rules/resourceNames"),
            (
                "",
                "",
                "Ingress",
                "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap",
            ),
        ],
    ),
    (
        ("", "v1", "Secret"),
        &[
            ("", "", "Ingress", "spec/tls/secretName"),
            (
                "",
                "",
                "Ingress",
                "metadata/annotations/ingress.kubernetes.io\\/auth-secret",
            ),
            (
                "",
                "",
                "Ingress",
                "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret",
            ),
            (
                "",
                "",
                "Ingress",
                "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret",
            ),
            ("", "", "ServiceAccount", "imagePullSecrets/name"),
            ("", "", "StorageClass", "parameters/secretName"),
            ("", "", "StorageClass", "parameters/adminSecretName"),
            ("", "", "StorageClass", "parameters/userSecretName"),
            ("", "", "StorageClass", "parameters/secretRef"),
            ("", "", "Role", "rules/resourceNames"),
            ("", "", "ClusterRole", "rules/resourceNames"),
            (
                "serving.knative.dev",
                "v1",
                "Service",
                "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
            ),
            ("", "", "PersistentVolume", "spec/azureFile/secretName"),
        ],
    ),
    (
        ("", "v1", "Service"),
        &[
            ("apps", "", "StatefulSet", "spec/serviceName"),
            (
                "",
                "",
                "Ingress",
                "spec/rules/http/paths/backend/serviceName",
            ),
            ("", "", "Ingress", "spec/backend/serviceName"),
            (
                "",
                "",
                "Ingress",
                "spec/rules/http/paths/backend/service/name",
            ),
            ("", "", "Ingress", "spec/defaultBackend/service/name"),
            (
                "apiregistration.k8s.io",
                "",
                "APIService",
                "spec/service/name",
            ),
            (
                ADMISSION,
                "",
                "ValidatingWebhookConfiguration",
                "webhooks/clientConfig/service",
            ),
            (
                ADMISSION,
                "",
                "MutatingWebhookConfiguration",
                "webhooks/clientConfig/service",
            ),
        ],
    ),
    (
        (RBAC, "", "Role"),
        &[(RBAC, "", "RoleBinding", "roleRef/name")],
    ),
    (
        (RBAC, "", "ClusterRole"),
        &[
            (RBAC, "", "RoleBinding", "roleRef/name"),
            (RBAC, "", "ClusterRoleBinding", "roleRef/name"),
        ],
    ),
    (
        ("", "v1", "ServiceAccount"),
        &[
            (RBAC, "", "RoleBinding", "subjects"),
            (RBAC, "", "ClusterRoleBinding", "subjects"),
        ],
    ),
    (("", "v1", "PersistentVolumeClaim"), &[]),
    (
        ("", "v1", "PersistentVolume"),
        &[
            ("", "", "PersistentVolumeClaim", "spec/volumeName"),
            ("", "", "ClusterRole", "rules/resourceNames"),
        ],
    ),
    (
        ("storage.k8s.io", "v1", "StorageClass"),
        &[
            ("", "", "PersistentVolume", "spec/storageClassName"),
            ("", "", "PersistentVolumeClaim", "spec/storageClassName"),
            (
                "",
                "",
                "StatefulSet",
                "spec/volumeClaimTemplates/spec/storageClassName",
            ),
        ],
    ),
    (("scheduling.k8s.io", "v1", "PriorityClass"), &[]),
    // The group is as kustomize has it, so no class of an ingress is ever found by it.
    (
        ("networking.k8s.io/v1", "v1", "IngressClass"),
        &[("", "", "Ingress", "spec/ingressClassName")],
    ),
    (
        (ADMISSION, "", "ValidatingAdmissionPolicy"),
        &[(
            ADMISSION,
            "",
            "ValidatingAdmissionPolicyBinding",
            "spec/policyName",
        )],
    ),
];

fn sorted(mut specs: Vec<FieldSpec>) -> Vec<FieldSpec> {
    specs.sort_by_cached_key(|spec| {
        let filter = spec.filter();
        order::type_key(filter.group, filter.version, filter.kind)
    });
    specs
}

fn name_references() -> Vec<NameReference> {
    let mut references: Vec<NameReference> = REFERENCES
        .iter()
        .map(|((group, version, kind), fields)| {
            let mut specs = pod_references(kind);
            specs.extend(fields.iter().map(|(group, version, kind, path)| {
                FieldSpec::new(group, version, kind, path, false)
            }));
            NameReference::new(group, version, kind, specs)
        })
        .collect();
    references.sort_by_cached_key(|reference| {
        let filter = reference.filter();
        order::type_key(filter.group, filter.version, filter.kind)
    });
    references
}

/// Where pods name an object of this kind.
fn pod_references(kind: &str) -> Vec<FieldSpec> {
    let paths: &[&str] = match kind {
        "ConfigMap" => &CONFIG_MAP_PATHS,
        "Secret" => &SECRET_PATHS,
        "ServiceAccount" => &["serviceAccountName"],
        "PersistentVolumeClaim" => &["volumes/persistentVolumeClaim/claimName"],
        "PriorityClass" => &["priorityClassName"],
        _ => return Vec::new(),
    };
    let spec = |version: &str, user: &str, at: &str, path: &str| {
        FieldSpec::new("", version, user, &format!("{at}/{path}"), false)
    };
    if matches!(kind, "ConfigMap" | "Secret") {
        return CONFIG_USERS
            .iter()
            .flat_map(|(user, version, at)| {
                paths.iter().map(move |path| spec(version, user, at, path))
            })
            .collect();
    }
    POD_USERS
        .iter()
        .flat_map(|(user, at)| paths.iter().map(move |path| spec("", user, at, path)))
        .collect()
}

/// The whole table.
pub(super) fn defaults() -> Config {
    let anywhere = |path: &str, create: bool| FieldSpec::new("", "", "", path, create);
    let name = vec![anywhere("metadata/name", false)];
    let images = [
        "spec/containers[]/image",
        "spec/initContainers[]/image",
        "spec/volumes[]/image/reference",
        "spec/template/spec/containers[]/image",
        "spec/template/spec/initContainers[]/image",
        "spec/template/spec/volumes[]/image/reference",
    ];
    let scaled = [
        "Deployment",
        "ReplicationController",
        "ReplicaSet",
        "StatefulSet",
    ];
    Config {
        name_prefix: name.clone(),
        name_suffix: name,
        namespace: sorted(vec![
            FieldSpec::new("", "", "Namespace", "metadata/name", true),
            FieldSpec::new(
                "apiregistration.k8s.io",
                "",
                "APIService",
                "spec/service/namespace",
                true,
            ),
            FieldSpec::new(
                "apiextensions.k8s.io",
                "",
                "CustomResourceDefinition",
                "spec/conversion/webhook/clientConfig/service/namespace",
                false,
            ),
        ]),
        common_labels: sorted(labels::common_labels()),
        labels: Vec::new(),
        template_labels: sorted(labels::template_labels()),
        common_annotations: sorted(labels::common_annotations()),
        images: images.iter().map(|path| anywhere(path, true)).collect(),
        replicas: sorted(
            scaled
                .iter()
                .map(|kind| FieldSpec::new("", "", kind, "spec/replicas", true))
                .collect(),
        ),
        name_references: name_references(),
    }
}
