//! Addresses that nobody can read: keys that name an address and take it from a Secret that is sealed, fetched, or made by
//! nobody here.

use super::address::{Expect, is_address_key, read};
use super::cell::{CellFacts, Spot};
use super::secrets::SecretKind;
use super::workloads::{Setting, Workload};
use crate::kustomize::Node;
use crate::model::credentials::Value as Made;

/// An address that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opaque {
    /// The key that names it: a variable, a file, a field.
    pub key: String,
    /// The namespace of the Secret.
    pub namespace: String,
    /// The Secret.
    pub secret: String,
    /// The key in it.
    pub secret_key: String,
    /// Where it is asked for.
    pub spot: Spot,
}

impl CellFacts<'_> {
    /// Every address that cannot be read, in the order of the manifests.
    pub fn opaque(&self) -> Vec<Opaque> {
        let mut found = Vec::new();
        for workload in &self.workloads {
            variables(workload, &mut found);
            self.volumes(workload, &mut found);
        }
        for (index, manifest) in self.manifests.iter().enumerate() {
            if manifest.group().contains('.') || manifest.object.kind() == "Secret" {
                let namespace = manifest.object.namespace();
                fields(index, namespace, &manifest.object.root, &mut found);
            }
        }
        found.retain(|opaque| !self.is_known(opaque));
        found
    }

    /// Whether what a Secret's key holds can be known: it is readable here, or the model itself says what is made of it.
    fn is_known(&self, opaque: &Opaque) -> bool {
        let is_it =
            |namespace: &str, name: &str| namespace == opaque.namespace && name == opaque.secret;
        let plain = self.configs.iter().any(|config| {
            config.is_secret
                && config.key == opaque.secret_key
                && is_it(&config.namespace, &config.name)
        });
        let template = self.secrets.iter().any(|secret| {
            is_it(&secret.namespace, &secret.name)
                && secret.kind != SecretKind::Plain
                && self.template(secret.manifest, &opaque.secret_key)
        });
        let made = self.cell.credentials.iter().any(|credential| {
            credential.namespaces.contains(&opaque.namespace)
                && credential.name == opaque.secret
                && credential
                    .keys
                    .iter()
                    .any(|key| key.key == opaque.secret_key && self.is_made(&key.value))
        });
        plain || template || made
    }

    /// Whether a value of a Secret of the model's own is no address that a person sets.
    fn is_made(&self, value: &Made) -> bool {
        match value {
            Made::Given => false,
            Made::Copy { secret, key } => self.cell.credentials.iter().any(|credential| {
                credential.name == *secret
                    && credential
                        .keys
                        .iter()
                        .any(|other| other.key == *key && !matches!(other.value, Made::Given))
            }),
            _ => true,
        }
    }

    /// Whether the template of a sealed or fetched Secret says where its key leads.
    fn template(&self, manifest: usize, key: &str) -> bool {
        let manifest = &self.manifests[manifest];
        [
            &["spec", "template", "data", key][..],
            &["spec", "target", "template", "data", key][..],
        ]
        .iter()
        .filter_map(|path| manifest.at(path)?.as_text())
        .any(|text| !read(text, Expect::Value).is_empty())
    }

    /// Secrets as files.
    fn volumes(&self, workload: &Workload, found: &mut Vec<Opaque>) {
        let volumes = workload.spec.get("volumes").map_or(&[][..], Node::items);
        for volume in volumes {
            let projected = volume
                .at(&["projected", "sources"])
                .map_or(&[][..], Node::items);
            let projected = projected.iter().filter_map(|source| source.get("secret"));
            for source in volume.get("secret").into_iter().chain(projected) {
                let name = source.get("secretName").or_else(|| source.get("name"));
                if let Some(name) = name {
                    self.files(workload, source, name, found);
                }
            }
        }
    }

    fn files(&self, workload: &Workload, source: &Node, name: &Node, found: &mut Vec<Opaque>) {
        let secret = name.as_text().unwrap_or_default();
        let mut add = |key: &str, secret_key: &str, spot: Spot| {
            found.push(Opaque {
                key: key.to_owned(),
                namespace: workload.namespace.clone(),
                secret: secret.to_owned(),
                secret_key: secret_key.to_owned(),
                spot,
            });
        };
        let Some(items) = source.get("items") else {
            let made = self.secrets.iter().filter(|fact| {
                fact.kind != SecretKind::Plain
                    && fact.name == secret
                    && fact.namespace == workload.namespace
            });
            for key in made.flat_map(|fact| fact.entries.keys()) {
                if names_an_address(key) {
                    add(key, key, Spot::whole(workload.manifest, name));
                }
            }
            return;
        };
        for item in items.items() {
            let text = |field| item.get(field).and_then(Node::as_text).unwrap_or_default();
            let (key, path) = (text("key"), text("path"));
            if names_an_address(key) || names_an_address(path) {
                let node = item.get("key").unwrap_or(item);
                add(key, key, Spot::whole(workload.manifest, node));
            }
        }
    }
}

fn variables(workload: &Workload, found: &mut Vec<Opaque>) {
    for container in &workload.containers {
        for variable in &container.env {
            let (secret, secret_key) = match &variable.value {
                Setting::Secret { name, key } => (name, key),
                Setting::Missing {
                    kind: "Secret",
                    name,
                    key,
                } if !key.is_empty() => (name, key),
                _ => continue,
            };
            if names_an_address(&variable.name) || names_an_address(secret_key) {
                found.push(Opaque {
                    key: variable.name.clone(),
                    namespace: workload.namespace.clone(),
                    secret: secret.clone(),
                    secret_key: secret_key.clone(),
                    spot: variable.spot.clone(),
                });
            }
        }
    }
}

/// Fields of kinds that nobody here knows: `apiURL: {name: …, key: …}`, and variables beside them.
fn fields(manifest: usize, namespace: &str, node: &Node, found: &mut Vec<Opaque>) {
    for entry in node.entries() {
        // Containers are read with their workloads.
        if matches!(
            &*entry.key,
            "containers" | "initContainers" | "ephemeralContainers" | "status"
        ) {
            continue;
        }
        let value = &entry.value;
        let reference = value
            .get("secretKeyRef")
            .or_else(|| value.at(&["valueFrom", "secretKeyRef"]))
            .or_else(|| is_selector(value).then_some(value));
        if let Some(reference) = reference.filter(|_| names_an_address(&entry.key)) {
            found.extend(selected(manifest, namespace, &entry.key, reference));
        } else {
            fields(manifest, namespace, value, found);
        }
    }
    if let Some(name) = node.get("name").and_then(Node::as_text)
        && let Some(reference) = node.at(&["valueFrom", "secretKeyRef"])
        && names_an_address(name)
    {
        found.extend(selected(manifest, namespace, name, reference));
    }
    for item in node.items() {
        fields(manifest, namespace, item, found);
    }
}

/// `{name, key}` and nothing more but `optional`.
fn is_selector(node: &Node) -> bool {
    let entries = node.entries();
    node.get("name").is_some()
        && node.get("key").is_some()
        && entries
            .iter()
            .all(|entry| matches!(&*entry.key, "name" | "key" | "optional"))
}

fn selected(manifest: usize, namespace: &str, key: &str, reference: &Node) -> Option<Opaque> {
    let text = |field| reference.get(field)?.as_text();
    Some(Opaque {
        key: key.to_owned(),
        namespace: namespace.to_owned(),
        secret: text("name")?.to_owned(),
        secret_key: text("key")?.to_owned(),
        spot: Spot::whole(manifest, reference),
    })
}

/// Whether a key names an address, or a file in which one stands.
fn names_an_address(key: &str) -> bool {
    const FILES: &[&str] = &[
        "kubeconfig",
        "pgpass",
        ".pgpass",
        "pg_service.conf",
        "rclone.conf",
    ];
    is_address_key(key) || FILES.contains(&key)
}
