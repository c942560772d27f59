//! The names that a cell's own DNS knows: Services, pods of headless Services, namespaces.

use super::address::Address;
use super::aliases::selects;
use super::cell::{Manifest, Spot};
use crate::kustomize::Node;
use std::collections::{BTreeMap, BTreeSet};

/// What stands behind the name of a Service beside its pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The address.
    pub address: Address,
    /// Where it stands: `externalName`, an address of an EndpointSlice, an external IP.
    pub spot: Spot,
}

/// The Services and namespaces of a cell.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    services: BTreeMap<(String, String), Vec<Behind>>,
    namespaces: BTreeSet<String>,
    /// API groups of the cell's objects: they look like hosts.
    groups: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(manifests: &[Manifest], declared: impl Iterator<Item = String>) -> Self {
        let mut names = Self {
            namespaces: declared.collect(),
            ..Self::default()
        };
        for (index, manifest) in manifests.iter().enumerate() {
            names.groups.insert(manifest.group().to_owned());
            let namespace = manifest.object.namespace();
            if !namespace.is_empty() {
                names.namespaces.insert(namespace.to_owned());
            }
            match (manifest.group(), manifest.object.kind()) {
                ("", "Service") => names.service(index, manifest),
                ("", "Namespace") => {
                    names.namespaces.insert(manifest.object.name().to_owned());
                }
                ("argoproj.io", "Application") => {
                    let target = manifest.at(&["spec", "destination", "namespace"]);
                    names
                        .namespaces
                        .extend(target.and_then(Node::as_text).map(str::to_owned));
                }
                _ => {}
            }
        }
        for (index, manifest) in manifests.iter().enumerate() {
            names.endpoints(index, manifest);
        }
        names
    }

    fn entry(&mut self, namespace: &str, name: &str) -> &mut Vec<Behind> {
        self.services
            .entry((namespace.to_owned(), name.to_owned()))
            .or_default()
    }

    fn service(&mut self, index: usize, manifest: &Manifest) {
        let object = &manifest.object;
        let entry = self.entry(object.namespace(), object.name());
        let kind = manifest.at(&["spec", "type"]).and_then(Node::as_text);
        if kind == Some("ExternalName") {
            entry.extend(behind(index, manifest.at(&["spec", "externalName"])));
        }
        let ips = manifest.at(&["spec", "externalIPs"]);
        let ips = ips.filter(|_| !selects(manifest));
        let ips = ips.map_or(&[][..], Node::items);
        entry.extend(ips.iter().filter_map(|ip| behind(index, Some(ip))));
    }

    /// Addresses that are written by hand for a Service.
    fn endpoints(&mut self, index: usize, manifest: &Manifest) {
        let object = &manifest.object;
        let (service, lists) = match (manifest.group(), object.kind()) {
            ("", "Endpoints") => (object.name().to_owned(), subsets(manifest)),
            ("discovery.k8s.io", "EndpointSlice") => {
                let label = manifest.at(&["metadata", "labels", "kubernetes.io/service-name"]);
                let service = label.and_then(Node::as_text).unwrap_or_default();
                (service.to_owned(), slices(manifest))
            }
            _ => return,
        };
        let found: Vec<Behind> = lists
            .into_iter()
            .filter_map(|node| behind(index, Some(node)))
            .collect();
        self.entry(object.namespace(), &service).extend(found);
    }

    /// The Service that a name means, as the cluster's DNS searches for it: `Ok` when a manifest makes it, `Err` when it is a
    /// name of the cluster that none makes.
    pub(super) fn find(&self, name: &str, namespace: &str) -> Option<Result<(String, String), ()>> {
        let labels: Vec<&str> = name.split('.').collect();
        let (inside, is_cluster) = match labels.as_slice() {
            ["cluster", "local"] | ["svc"] => return Some(Err(())),
            [rest @ .., "cluster", "local"] => match rest {
                [rest @ .., "svc"] => (rest, true),
                _ => return Some(Err(())),
            },
            [rest @ .., "svc"] => (rest, true),
            rest => (rest, false),
        };
        let found = match inside {
            [service] if !is_cluster => Some((namespace, *service)),
            // `postgres-0.postgres` of the own namespace before `service.namespace`.
            [pod, service]
                if !is_cluster && self.has(namespace, service) && !self.has(service, pod) =>
            {
                Some((namespace, *service))
            }
            [.., service, namespace] => Some((*namespace, *service)),
            _ => None,
        };
        match found {
            Some((namespace, service)) if self.has(namespace, service) => {
                Some(Ok((namespace.to_owned(), service.to_owned())))
            }
            Some((namespace, _)) if !is_cluster => {
                (inside.len() > 1 && inside.len() < 4 && self.namespaces.contains(namespace))
                    .then_some(Err(()))
            }
            _ => is_cluster.then_some(Err(())),
        }
    }

    fn has(&self, namespace: &str, service: &str) -> bool {
        let is_own = service == "kubernetes" && namespace == "default";
        is_own
            || self
                .services
                .contains_key(&(namespace.to_owned(), service.to_owned()))
    }

    /// What stands behind a Service beside its pods.
    pub(super) fn behind(&self, namespace: &str, service: &str) -> &[Behind] {
        self.services
            .get(&(namespace.to_owned(), service.to_owned()))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether a text is the API group of an object of the cell.
    pub(super) fn is_group(&self, name: &str) -> bool {
        self.groups.contains(name)
    }
}

fn behind(manifest: usize, node: Option<&Node>) -> Option<Behind> {
    let node = node?;
    Some(Behind {
        address: Address::parse(node.as_text()?)?,
        spot: Spot::whole(manifest, node),
    })
}

fn subsets(manifest: &Manifest) -> Vec<&Node> {
    let subsets = manifest.at(&["subsets"]).map_or(&[][..], Node::items);
    subsets
        .iter()
        .flat_map(|subset| {
            ["addresses", "notReadyAddresses"]
                .into_iter()
                .filter_map(|field| subset.get(field))
        })
        .flat_map(|addresses| addresses.items())
        .filter_map(|address| address.get("ip"))
        .collect()
}

fn slices(manifest: &Manifest) -> Vec<&Node> {
    let endpoints = manifest.at(&["endpoints"]).map_or(&[][..], Node::items);
    endpoints
        .iter()
        .filter_map(|endpoint| endpoint.get("addresses"))
        .flat_map(|addresses| addresses.items())
        .collect()
}
