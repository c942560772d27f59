//! Operators: what a Helm chart brings into a namespace of its own, to operate the cell.
//!
//! Every operator is one unit of part [`Part::Ops`](super::units::Part::Ops): its Namespace, its default-deny and its NetworkPolicies are
//! rendered, and the chart comes through an Argo CD Application of that unit, in an AppProject that allows this chart and
//! nothing else.

use super::edges::Pods;
use super::units::{Part, Unit};
use serde::Serialize;
use std::collections::BTreeMap;

/// The Pod Security level of a namespace: <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PodSecurity {
    /// The strictest one.
    Restricted,
    /// No privileges of the host, but for example root in the container.
    Baseline {
        /// Why it is not `restricted`.
        reason: &'static str,
    },
}

impl PodSecurity {
    /// The value of the label `pod-security.kubernetes.io/enforce`.
    pub fn level(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Baseline { .. } => "baseline",
        }
    }

    /// Why it is not the strictest one; empty when it is.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Restricted => "",
            Self::Baseline { reason } => reason,
        }
    }
}

/// A kind of objects, by its API group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ObjectKind {
    /// The API group; empty for the core.
    pub group: &'static str,
    /// The kind.
    pub kind: &'static str,
}

/// Kinds from pairs of group and kind.
pub const fn kind(group: &'static str, kind: &'static str) -> ObjectKind {
    ObjectKind { group, kind }
}

/// An operator of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Operator {
    /// Its unit, its Helm release and its chart in the catalogue.
    pub name: &'static str,
    /// Its namespace, which is made for it alone.
    pub namespace: String,
    /// What its namespace admits.
    pub security: PodSecurity,
    /// Git repositories from which definitions come that are not in its chart.
    pub repositories: Vec<String>,
    /// Other namespaces in which its chart makes objects.
    pub elsewhere: Vec<String>,
    /// The cluster-wide kinds that its chart makes.
    pub cluster_kinds: Vec<ObjectKind>,
    /// The namespaced kinds that its chart makes.
    pub kinds: Vec<ObjectKind>,
    /// The cluster-wide kinds that its unit makes beside its Namespace.
    pub own_cluster_kinds: Vec<ObjectKind>,
    /// The namespaces beside its own in which its unit makes objects.
    pub own_elsewhere: Vec<String>,
    /// The key of platform.toml it stems from.
    pub key: String,
}

impl Operator {
    /// An operator in a namespace of its own name that bears the strictest level.
    pub fn new(name: &'static str, key: impl Into<String>) -> Self {
        Self {
            name,
            namespace: name.to_owned(),
            security: PodSecurity::Restricted,
            repositories: Vec::new(),
            elsewhere: Vec::new(),
            cluster_kinds: Vec::new(),
            kinds: Vec::new(),
            own_cluster_kinds: Vec::new(),
            own_elsewhere: Vec::new(),
            key: key.into(),
        }
    }

    /// The AppProject of its chart, without the platform's name.
    pub fn project(&self) -> String {
        format!("{}-chart", self.name)
    }

    /// Its unit.
    pub fn unit(&self) -> Unit {
        Unit {
            name: self.name.to_owned(),
            part: Part::Ops,
            project: "ops".to_owned(),
            namespace: self.namespace.clone(),
            wave: Unit::OPERATOR_WAVE,
            base: format!("ops/{}", self.name),
            key: self.key.clone(),
            before: vec!["cell"],
            behind: Vec::new(),
        }
    }

    /// Pods that its chart makes, by labels of the chart. They lack the label of the platform, which tells them from
    /// workloads whose manifests are rendered.
    pub fn pods(&self, name: &str, labels: &[(&str, &str)]) -> Pods {
        let labels = labels.iter().map(|(key, value)| (*key, *value));
        Pods {
            namespace: self.namespace.clone(),
            name: name.to_owned(),
            labels: labels
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect::<BTreeMap<_, _>>(),
            unit: Some(self.name.to_owned()),
        }
    }
}
