//! Whatever handles data in a cell: workloads, and custom resources and charts for which something runs.

use crate::facts::cell::{CellFacts, Manifest, Spot};
use crate::facts::telemetry::Product;
use crate::facts::workloads::Workload;
use crate::kustomize::{Node, Origin};
use std::collections::{BTreeMap, BTreeSet};

/// Kinds that run nothing and send nothing: what reads them does.
const PASSIVE: &[(&str, &str)] = &[
    ("", "ConfigMap"),
    ("", "Secret"),
    ("", "Service"),
    ("", "Endpoints"),
    ("", "Namespace"),
    ("", "ServiceAccount"),
    ("", "PersistentVolume"),
    ("", "PersistentVolumeClaim"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("networking.k8s.io", "Ingress"),
    ("storage.k8s.io", "StorageClass"),
    ("bitnami.com", "SealedSecret"),
    ("argoproj.io", "AppProject"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
];

/// Something that handles data.
pub(super) struct Actor {
    /// `Deployment carebase-apps/backend-api`.
    pub(super) id: String,
    pub(super) manifest: usize,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) unit: String,
    /// Whether its containers stand in a manifest.
    pub(super) is_workload: bool,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) product: Option<Product>,
    /// The ConfigMaps and Secrets that it mounts, by their manifests.
    pub(super) mounted: BTreeSet<usize>,
    /// Where the values of its variables stand, when that is another manifest.
    pub(super) variables: Vec<(usize, Origin)>,
    /// The claims that it mounts; those of a template end in `-`.
    pub(super) claims: BTreeSet<String>,
}

impl Actor {
    /// Whether a value is among what it is told.
    pub(super) fn reads(&self, spot: &Spot) -> bool {
        self.manifest == spot.manifest
            || self.mounted.contains(&spot.manifest)
            || self.variables.contains(&(spot.manifest, spot.origin))
    }

    /// Whether labels select its pods.
    pub(super) fn is_selected<'l>(
        &self,
        namespace: &str,
        mut labels: impl Iterator<Item = (&'l str, &'l str)>,
    ) -> bool {
        self.is_workload
            && self.namespace == namespace
            && labels.all(|(key, value)| self.labels.get(key).is_some_and(|own| own == value))
    }

    /// A claim that both mount.
    pub(super) fn shared_claim<'s>(&'s self, other: &'s Self) -> Option<&'s str> {
        if self.namespace != other.namespace {
            return None;
        }
        let meets = |a: &str, b: &str| {
            a == b
                || a.ends_with('-')
                    && b.strip_prefix(a)
                        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        self.claims.iter().find_map(|own| {
            let met = other
                .claims
                .iter()
                .any(|theirs| meets(own, theirs) || meets(theirs, own));
            met.then_some(own.as_str())
        })
    }
}

/// Everything that handles data, sorted by id.
pub(super) fn actors(facts: &CellFacts<'_>) -> Vec<Actor> {
    let configs = config_manifests(facts);
    let mut found: BTreeMap<String, Actor> = BTreeMap::new();
    for workload in &facts.workloads {
        let manifest = &facts.manifests[workload.manifest];
        let actor = found
            .entry(manifest.identity())
            .or_insert_with(|| actor(manifest, workload.manifest));
        add(actor, workload, manifest, &configs);
    }
    let told: BTreeSet<usize> = facts
        .mentions
        .iter()
        .map(|mention| mention.spot.manifest)
        .collect();
    for index in told {
        let manifest = &facts.manifests[index];
        let is_passive = PASSIVE.iter().any(|(group, kind)| manifest.is(group, kind));
        let is_own = is_application(manifest) && chart(manifest).is_none();
        if !is_passive && !is_own {
            found
                .entry(manifest.identity())
                .or_insert_with(|| actor(manifest, index));
        }
    }
    found.into_values().collect()
}

fn actor(manifest: &Manifest, index: usize) -> Actor {
    Actor {
        id: manifest.identity(),
        manifest: index,
        namespace: manifest.object.namespace().to_owned(),
        name: manifest.object.name().to_owned(),
        unit: manifest.unit.clone(),
        is_workload: false,
        labels: BTreeMap::new(),
        product: chart(manifest)
            .and_then(Product::of_chart)
            .or_else(|| Product::of_kind(manifest.group(), manifest.object.kind())),
        mounted: BTreeSet::new(),
        variables: Vec::new(),
        claims: BTreeSet::new(),
    }
}

fn is_application(manifest: &Manifest) -> bool {
    manifest.is("argoproj.io", "Application")
}

/// The chart that an Application deploys.
fn chart(manifest: &Manifest) -> Option<&str> {
    if !is_application(manifest) {
        return None;
    }
    let several = manifest
        .at(&["spec", "sources"])
        .map_or(&[][..], Node::items);
    manifest
        .at(&["spec", "source"])
        .into_iter()
        .chain(several)
        .find_map(|source| source.get("chart")?.as_text())
}

/// The manifests of ConfigMaps and readable Secrets: by whether it is a Secret, namespace and name.
fn config_manifests<'f>(facts: &'f CellFacts<'_>) -> BTreeMap<(bool, &'f str, &'f str), usize> {
    facts
        .configs
        .iter()
        .map(|config| {
            let key = (
                config.is_secret,
                config.namespace.as_str(),
                config.name.as_str(),
            );
            (key, config.spot.manifest)
        })
        .collect()
}

fn add(
    actor: &mut Actor,
    workload: &Workload,
    manifest: &Manifest,
    configs: &BTreeMap<(bool, &str, &str), usize>,
) {
    actor.is_workload = true;
    actor.labels.extend(workload.labels.clone());
    for container in &workload.containers {
        let image = container.image.as_ref();
        actor.product = actor
            .product
            .or_else(|| image.and_then(|image| Product::of_image(&image.text)));
        for variable in &container.env {
            if variable.spot.manifest != actor.manifest {
                actor
                    .variables
                    .push((variable.spot.manifest, variable.spot.origin));
            }
        }
    }
    for volume in workload.spec.get("volumes").map_or(&[][..], Node::items) {
        let projected = volume
            .at(&["projected", "sources"])
            .map_or(&[][..], Node::items);
        for source in std::iter::once(volume).chain(projected) {
            for (field, is_secret) in [("configMap", false), ("secret", true)] {
                let reference = source.get(field);
                let name = reference
                    .and_then(|reference| reference.get("secretName").or(reference.get("name")))
                    .and_then(Node::as_text);
                let at = name
                    .and_then(|name| configs.get(&(is_secret, workload.namespace.as_str(), name)));
                actor.mounted.extend(at);
            }
        }
        let claim = volume.at(&["persistentVolumeClaim", "claimName"]);
        actor
            .claims
            .extend(claim.and_then(Node::as_text).map(str::to_owned));
    }
    let templates = manifest
        .at(&["spec", "volumeClaimTemplates"])
        .map_or(&[][..], Node::items);
    for template in templates {
        let name = template.at(&["metadata", "name"]).and_then(Node::as_text);
        actor
            .claims
            .extend(name.map(|name| format!("{name}-{}-", actor.name)));
    }
}
