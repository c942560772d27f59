//! Networks of clusters that enforce policies, and how one sees that one is installed.

use crate::facts::{CellFacts, bootstrap};

/// Words that only an installation of a network that enforces policies has.
const NETWORKS: &[&str] = &[
    "cilium install",
    "cilium/cilium",
    "charts/cilium",
    "chart: cilium",
    "helm.cilium.io",
    "tigera-operator",
    "projectcalico",
    "calico.yaml",
    "canal.yaml",
    "antrea.yml",
    "charts.antrea.io",
    "kube-router",
    "cni: cilium",
    "cni: calico",
    "cni: canal",
];

/// Whether a text installs one.
pub(super) fn installs_network(text: &str) -> bool {
    bootstrap::lines(text).any(|(_, line)| NETWORKS.iter().any(|word| line.contains(word)))
}

/// Whether a cell's manifests run one.
pub(super) fn runs_network(here: &CellFacts<'_>) -> bool {
    here.workloads
        .iter()
        .flat_map(|workload| &workload.containers)
        .any(|container| {
            let image = container
                .image
                .as_ref()
                .map_or("", |image| image.text.as_str());
            ["cilium/cilium", "calico/node", "antrea/antrea"]
                .iter()
                .any(|name| image.contains(name))
        })
        || here
            .of_kind("argoproj.io", "Application")
            .any(|(_, application)| {
                application
                    .at(&["spec", "source", "chart"])
                    .and_then(|chart| chart.as_text())
                    .is_some_and(|chart| matches!(chart, "cilium" | "tigera-operator" | "antrea"))
            })
}
