//! What names an object: group, version, kind, name and namespace, now and before it was renamed.

use std::sync::Arc;

/// Group, version and kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct Gvk {
    pub(super) group: Arc<str>,
    pub(super) version: Arc<str>,
    pub(super) kind: Arc<str>,
}

/// A group, version and kind to look for; what is empty matches everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct GvkFilter<'a> {
    pub(super) group: &'a str,
    pub(super) version: &'a str,
    pub(super) kind: &'a str,
}

/// A name that an object has or had.
#[derive(Debug, Clone)]
pub(super) struct Id {
    pub(super) gvk: Gvk,
    pub(super) name: Arc<str>,
    pub(super) namespace: Arc<str>,
    /// Whether the kind is known to have no namespace. Never so of an earlier name, which keeps
    /// [`NO_NAMESPACE`] as its namespace instead.
    pub(super) cluster_scoped: bool,
}

/// What makes two names the same: kustomize's `Equals`, as a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct IdKey {
    gvk: Gvk,
    name: Arc<str>,
    namespace: Arc<str>,
}

/// The namespace of objects that have none.
pub(super) const NO_NAMESPACE: &str = "_non_namespaceable_";
/// The namespace of objects that name none.
const DEFAULT: &str = "default";

/// Group and version of an `apiVersion`.
pub(super) fn group_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

impl Gvk {
    pub(super) fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = group_version(api_version);
        Self {
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
        }
    }

    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_string()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    pub(super) fn is_selected(&self, filter: GvkFilter<'_>) -> bool {
        (filter.group.is_empty() || *self.group == *filter.group)
            && (filter.version.is_empty() || *self.version == *filter.version)
            && (filter.kind.is_empty() || *self.kind == *filter.kind)
    }

    /// Whether kustomize's table of Kubernetes 1.21 says that the kind has no namespace.
    pub(super) fn is_cluster_scoped(&self) -> bool {
        is_cluster_scoped(&self.group, &self.version, &self.kind)
    }
}

impl Id {
    pub(super) fn effective_namespace(&self) -> &str {
        if self.cluster_scoped {
            NO_NAMESPACE
        } else if self.namespace.is_empty() {
            DEFAULT
        } else {
            &self.namespace
        }
    }

    pub(super) fn key(&self) -> IdKey {
        IdKey {
            gvk: self.gvk.clone(),
            name: Arc::clone(&self.name),
            namespace: if !self.cluster_scoped && !self.namespace.is_empty() {
                Arc::clone(&self.namespace)
            } else {
                self.effective_namespace().into()
            },
        }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.gvk == other.gvk
            && self.effective_namespace() == other.effective_namespace()
    }
}

/// As messages name it: `apps/v1 Deployment web in namespace shop`.
impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {} {}",
            self.gvk.api_version(),
            self.gvk.kind,
            self.name
        )?;
        if self.cluster_scoped || self.namespace.is_empty() {
            return Ok(());
        }
        write!(f, " in namespace {}", self.namespace)
    }
}

/// The kinds without a namespace that kustomize 5.8.1 knows; any other kind counts as one with
/// (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/openapi/openapi.go>,
/// `precomputedIsNamespaceScoped`).
fn is_cluster_scoped(group: &str, version: &str, kind: &str) -> bool {
    let both = matches!(version, "v1" | "v1beta1");
    match group {
        "" => {
            version == "v1"
                && matches!(
                    kind,
                    "ComponentStatus"
                        | "Namespace"
                        | "Node"
                        | "NodeProxyOptions"
                        | "PersistentVolume"
                )
        }
        "admissionregistration.k8s.io" => {
            both && matches!(
                kind,
                "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration"
            )
        }
        "apiextensions.k8s.io" => both && kind == "CustomResourceDefinition",
        "apiregistration.k8s.io" => both && kind == "APIService",
        "certificates.k8s.io" => both && kind == "CertificateSigningRequest",
        "flowcontrol.apiserver.k8s.io" => {
            version == "v1beta1" && matches!(kind, "FlowSchema" | "PriorityLevelConfiguration")
        }
        "networking.k8s.io" => both && kind == "IngressClass",
        "node.k8s.io" => both && kind == "RuntimeClass",
        "policy" => version == "v1beta1" && kind == "PodSecurityPolicy",
        "rbac.authorization.k8s.io" => both && matches!(kind, "ClusterRole" | "ClusterRoleBinding"),
        "scheduling.k8s.io" => both && kind == "PriorityClass",
        "storage.k8s.io" => {
            both && matches!(
                kind,
                "CSIDriver" | "CSINode" | "StorageClass" | "VolumeAttachment"
            )
        }
        _ => false,
    }
}

/// Kinds that have no namespace in Kubernetes or in well-known controllers but that kustomize gives one.
pub(super) fn is_really_cluster_scoped(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        (
            "admissionregistration.k8s.io",
            "ValidatingAdmissionPolicy"
                | "ValidatingAdmissionPolicyBinding"
                | "MutatingAdmissionPolicy"
                | "MutatingAdmissionPolicyBinding"
                | "MutatingWebhookConfiguration"
                | "ValidatingWebhookConfiguration"
        ) | ("gateway.networking.k8s.io", "GatewayClass")
            | ("resource.k8s.io", "DeviceClass" | "ResourceSlice")
            | ("cert-manager.io", "ClusterIssuer")
            | (
                "external-secrets.io",
                "ClusterSecretStore" | "ClusterExternalSecret"
            )
            | (
                "snapshot.storage.k8s.io",
                "VolumeSnapshotClass" | "VolumeSnapshotContent"
            )
            | (
                "flowcontrol.apiserver.k8s.io",
                "FlowSchema" | "PriorityLevelConfiguration"
            )
            | (
                "networking.k8s.io",
                "IngressClass" | "ServiceCIDR" | "IPAddress"
            )
            | (
                "policy.networking.k8s.io",
                "AdminNetworkPolicy" | "BaselineAdminNetworkPolicy"
            )
            | (
                "storage.k8s.io",
                "VolumeAttributesClass" | "CSIDriver" | "CSINode"
            )
            | ("kyverno.io", "ClusterPolicy")
            | ("cilium.io", "CiliumClusterwideNetworkPolicy")
            | ("node.k8s.io", "RuntimeClass")
            | ("certificates.k8s.io", "ClusterTrustBundle")
    )
}
