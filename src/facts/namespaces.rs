//! Namespaces: which one an object comes into, which ones there are, and which pods are in them.

use super::cell::{CellFacts, Manifest};
use super::selector::Labels;
use crate::kustomize::Node;
use crate::model::edges::Peer;
use std::collections::{BTreeMap, BTreeSet};

impl CellFacts<'_> {
    /// The namespace that an object comes into: its own, else that which its Application deploys into.
    pub fn namespace(&self, manifest: usize) -> &str {
        let manifest = &self.manifests[manifest];
        match manifest.object.namespace() {
            "" => self.deploys_into(&manifest.unit).unwrap_or("default"),
            namespace => namespace,
        }
    }

    /// The namespace that an Application deploys into.
    fn deploys_into(&self, application: &str) -> Option<&str> {
        self.of_kind("argoproj.io", "Application")
            .find(|(_, manifest)| manifest.object.name() == application)
            .and_then(|(_, manifest)| {
                manifest
                    .at(&["spec", "destination", "namespace"])?
                    .as_text()
            })
    }

    /// The Applications that deploy what is not in this repository, charts mostly.
    pub fn foreign_applications(&self) -> impl Iterator<Item = (usize, &Manifest)> {
        self.of_kind("argoproj.io", "Application")
            .filter(|(_, manifest)| {
                let one = manifest.at(&["spec", "source"]);
                let several = manifest
                    .at(&["spec", "sources"])
                    .map_or(&[][..], Node::items);
                one.into_iter().chain(several).any(|source| {
                    let url = text(source, "repoURL");
                    source.get("chart").is_some()
                        || !crate::gitops::is_same_repository(
                            url,
                            self.platform.repository.url.as_str(),
                        )
                })
            })
    }

    /// The labels of the pods that are known in a namespace: of workloads in the manifests, and of those that the platform
    /// says are there, such as pods of charts.
    pub fn pods_of(&self, namespace: &str) -> Vec<&Labels> {
        let declared = self
            .cell
            .edges
            .iter()
            .flat_map(|edge| [&edge.from, &edge.to]);
        let declared = declared.filter_map(|peer| match peer {
            Peer::Pods(pods) if pods.namespace == namespace => Some(&pods.labels),
            _ => None,
        });
        self.workloads
            .iter()
            .filter(|workload| self.namespace(workload.manifest) == namespace)
            .map(|workload| &workload.labels)
            .chain(declared)
            .collect()
    }

    /// The labels of the namespaces that the manifests make, each with the name that Kubernetes adds.
    pub fn namespaces(&self) -> BTreeMap<&str, Labels> {
        self.of_kind("", "Namespace")
            .map(|(_, manifest)| {
                let labels = manifest.at(&["metadata", "labels"]);
                let mut labels: Labels = labels
                    .map_or(&[][..], Node::entries)
                    .iter()
                    .filter_map(|label| {
                        Some((label.key.to_string(), label.value.as_text()?.to_owned()))
                    })
                    .collect();
                let name = manifest.object.name();
                labels.insert("kubernetes.io/metadata.name".to_owned(), name.to_owned());
                (name, labels)
            })
            .collect()
    }

    /// Every namespace that this repository makes, fills or declares.
    pub fn known_namespaces(&self) -> BTreeSet<&str> {
        let made = self
            .of_kind("", "Namespace")
            .map(|(_, made)| made.object.name());
        let filled = self
            .workloads
            .iter()
            .map(|workload| self.namespace(workload.manifest));
        let declared = self
            .cell
            .namespaces
            .iter()
            .map(|declared| declared.name.as_str());
        let deployed = self
            .of_kind("argoproj.io", "Application")
            .filter_map(|(_, manifest)| {
                manifest
                    .at(&["spec", "destination", "namespace"])?
                    .as_text()
            });
        made.chain(filled).chain(declared).chain(deployed).collect()
    }
}

fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::as_text).unwrap_or_default()
}
