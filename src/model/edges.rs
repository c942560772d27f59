//! Edges: who may talk to whom in a cell. Every NetworkPolicy is written from them, for both ends, and nothing else is open.

use serde::Serialize;
use std::collections::BTreeMap;

/// The label that tells the pods of one workload from all others.
pub const NAME_LABEL: &str = "app.kubernetes.io/name";
/// The label that tells the platform's own pods from strangers.
pub const PART_OF_LABEL: &str = "app.kubernetes.io/part-of";

/// Pods of one kind, by their labels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pods {
    /// Their namespace.
    pub namespace: String,
    /// What they are called here; the name of their NetworkPolicy.
    pub name: String,
    /// The labels by which a NetworkPolicy finds them.
    pub labels: BTreeMap<String, String>,
    /// The unit that deploys them; none for pods that are not the platform's own, for which no policy is written.
    pub unit: Option<String>,
}

impl Pods {
    /// A workload of the platform, found by its name.
    pub fn workload(platform: &str, namespace: &str, name: &str, unit: &str) -> Self {
        let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            labels: BTreeMap::from([label(NAME_LABEL, name), label(PART_OF_LABEL, platform)]),
            unit: Some(unit.to_owned()),
        }
    }
}

/// One end of an edge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// Pods by their labels.
    Pods(Pods),
    /// Every pod of a namespace that is not the platform's own.
    Namespace(String),
    /// The cluster's API server, by its addresses: it is no pod.
    ApiServer {
        /// Its addresses.
        cidrs: Vec<String>,
    },
    /// Something outside, by its addresses.
    Outside {
        /// Its host, for people.
        host: String,
        /// Its addresses.
        cidrs: Vec<String>,
    },
    /// Whoever comes from anywhere, through a load balancer.
    World,
}

/// A way that is open: from one end to the other, by TCP.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Edge {
    /// Who opens connections.
    pub from: Peer,
    /// Who takes them.
    pub to: Peer,
    /// The ports of the pods that take them.
    pub ports: Vec<u16>,
    /// What declares it: a key of platform.toml, such as `services.frontend.calls`.
    pub because: String,
}
