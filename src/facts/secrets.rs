//! Secrets of every kind, by the name under which workloads find them, without values.

use super::cell::{Manifest, Spot};
use crate::kustomize::Node;
use std::collections::BTreeMap;

/// How a Secret comes into the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// As it is, readable by everyone who reads Git.
    Plain,
    /// Sealed for one cluster.
    Sealed,
    /// Fetched from a store of secrets.
    External,
}

/// A Secret as it will be in the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFact {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// How it comes into the cluster.
    pub kind: SecretKind,
    /// Its keys, each with the place of what it is made from.
    pub entries: BTreeMap<String, Spot>,
    /// The object.
    pub manifest: usize,
}

/// Every Secret that the manifests make.
pub(super) fn secrets(manifests: &[Manifest]) -> Vec<SecretFact> {
    manifests
        .iter()
        .enumerate()
        .filter_map(|(index, manifest)| {
            if manifest.is("", "Secret") {
                Some(plain(index, manifest))
            } else if manifest.is("bitnami.com", "SealedSecret") {
                Some(sealed(index, manifest))
            } else if manifest.is("external-secrets.io", "ExternalSecret") {
                Some(external(index, manifest))
            } else {
                None
            }
        })
        .collect()
}

fn fact(index: usize, manifest: &Manifest, kind: SecretKind, name: Option<&Node>) -> SecretFact {
    let name = name.and_then(Node::as_text);
    SecretFact {
        namespace: manifest.object.namespace().to_owned(),
        name: name.unwrap_or(manifest.object.name()).to_owned(),
        kind,
        entries: BTreeMap::new(),
        manifest: index,
    }
}

fn add(fact: &mut SecretFact, data: Option<&Node>) {
    for entry in data.map_or(&[][..], Node::entries) {
        let spot = Spot::whole(fact.manifest, &entry.value);
        fact.entries.insert(entry.key.to_string(), spot);
    }
}

fn plain(index: usize, manifest: &Manifest) -> SecretFact {
    let mut fact = fact(index, manifest, SecretKind::Plain, None);
    add(&mut fact, manifest.at(&["data"]));
    add(&mut fact, manifest.at(&["stringData"]));
    fact
}

fn sealed(index: usize, manifest: &Manifest) -> SecretFact {
    let name = manifest.at(&["spec", "template", "metadata", "name"]);
    let mut fact = fact(index, manifest, SecretKind::Sealed, name);
    add(&mut fact, manifest.at(&["spec", "encryptedData"]));
    add(&mut fact, manifest.at(&["spec", "template", "data"]));
    fact
}

fn external(index: usize, manifest: &Manifest) -> SecretFact {
    let name = manifest.at(&["spec", "target", "name"]);
    let mut fact = fact(index, manifest, SecretKind::External, name);
    let items = manifest.at(&["spec", "data"]).map_or(&[][..], Node::items);
    for item in items {
        if let Some(key) = item.get("secretKey").and_then(Node::as_text) {
            fact.entries
                .insert(key.to_owned(), Spot::whole(index, item));
        }
    }
    add(
        &mut fact,
        manifest.at(&["spec", "target", "template", "data"]),
    );
    fact
}
