//! Guard rails: what the API server refuses in the platform's namespaces, whoever asks.
//!
//! Each is a ValidatingAdmissionPolicy: <https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/>.

use super::cell::Cell;
use crate::spec::types::EnvironmentKind;
use serde::Serialize;

/// One admission policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GuardRail {
    /// Services are reachable inside the cluster only.
    ClusterIpOnly,
    /// Hosts end in the cell's domain.
    OwnHosts,
    /// Volumes are of the cell's own StorageClass, or of one that its stores declare.
    OwnStorageClasses,
    /// Pods have nothing of their node.
    NoNodeAccess,
    /// Pods have no token of the `default` ServiceAccount.
    NoDefaultToken,
    /// Images have a digest.
    PinnedImages,
}

impl GuardRail {
    /// Every policy, by name.
    pub const ALL: [Self; 6] = [
        Self::ClusterIpOnly,
        Self::NoDefaultToken,
        Self::NoNodeAccess,
        Self::OwnHosts,
        Self::OwnStorageClasses,
        Self::PinnedImages,
    ];

    /// Its name, which the platform's name precedes in a cluster.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClusterIpOnly => "cluster-ip-only",
            Self::OwnHosts => "own-hosts",
            Self::OwnStorageClasses => "own-storage-classes",
            Self::NoNodeAccess => "no-node-access",
            Self::NoDefaultToken => "no-default-token",
            Self::PinnedImages => "pinned-images",
        }
    }

    /// What it refuses, for people.
    pub fn refuses(self) -> &'static str {
        match self {
            Self::ClusterIpOnly => {
                "a Service of another type than ClusterIP, or with external addresses"
            }
            Self::OwnHosts => "an Ingress or a route for a host outside the cell's domain",
            Self::OwnStorageClasses => "a volume of a StorageClass that is not the cell's own",
            Self::NoNodeAccess => {
                "a pod with a path, a port, the network or the processes of its node, or a privileged one"
            }
            Self::NoDefaultToken => "a pod with a token of the ServiceAccount called default",
            Self::PinnedImages => "an image without digest",
        }
    }
}

impl Cell {
    /// The admission policies of this cell.
    pub fn guard_rails(&self) -> Vec<GuardRail> {
        let holds = |rail: &GuardRail| match rail {
            // `dev.sh run` takes images from this machine's docker, which have no digest before they are pushed.
            GuardRail::PinnedImages => self.kind != EnvironmentKind::Local,
            _ => true,
        };
        GuardRail::ALL.into_iter().filter(holds).collect()
    }

    /// The StorageClasses of this cell: its own, and those that its stores declare; sorted.
    pub fn storage_classes(&self) -> Vec<String> {
        let declared = self
            .needs
            .iter()
            .filter_map(|need| need.storage_class.as_ref());
        let mut classes: Vec<String> = declared.map(ToString::to_string).collect();
        classes.push(self.storage_class());
        classes.sort();
        classes.dedup();
        classes
    }
}
