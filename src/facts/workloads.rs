//! Whatever runs containers, with the variables that the containers really get.
//!
//! A pod template is found by its shape (`containers` with images), in whatever kind it stands: kinds that nobody here
//! knows run containers too.

mod environment;

use super::cell::{CellFacts, Spot};
use crate::kustomize::Node;
use environment::Environment;
use std::collections::BTreeMap;

/// A pod template and what it belongs to.
#[derive(Debug, Clone)]
pub struct Workload {
    /// The object, by its position in the cell's manifests.
    pub manifest: usize,
    /// The namespace of its pods.
    pub namespace: String,
    /// The name of the object.
    pub name: String,
    /// The labels of its pods.
    pub labels: BTreeMap<String, String>,
    /// The annotations of its pods.
    pub annotations: Option<Node>,
    /// The pod's `spec`.
    pub spec: Node,
    /// Its containers of every role.
    pub containers: Vec<Container>,
}

/// What a container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Runs before the others.
    Init,
    /// Runs.
    Main,
    /// Is put in while the pod runs.
    Ephemeral,
}

/// A container.
#[derive(Debug, Clone)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// The image, if it names one.
    pub image: Option<Text>,
    /// `command`, then `args`, with variables put in.
    pub words: Vec<Text>,
    /// Its variables, those of `envFrom` first; of several with one name the last one counts and is the only one here. After
    /// them come those that a command line or a mounted file of variables sets, which may have the same names.
    pub env: Vec<Variable>,
    /// The container as it is written.
    pub node: Node,
}

impl Container {
    /// A variable by its name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.env.iter().find(|variable| variable.name == name)
    }

    /// The text of a variable, if it has one that can be read.
    pub fn text(&self, name: &str) -> Option<&str> {
        match &self.variable(name)?.value {
            Setting::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// A text in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text, with variables put in.
    pub text: String,
    /// Where it stands.
    pub spot: Spot,
}

/// A variable of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What it is set to.
    pub value: Setting,
    /// Where a person changes it: the value, or the entry of a ConfigMap that it comes from.
    pub spot: Spot,
    /// Whether the value had to be put together from others or decoded.
    pub is_assembled: bool,
    /// Whether a command line or a mounted file sets it, which are texts that are read as such too.
    pub is_told: bool,
}

/// What a variable is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A text that can be read.
    Text(String),
    /// A key of a Secret whose value cannot be read here.
    Secret {
        /// The Secret.
        name: String,
        /// The key.
        key: String,
    },
    /// Something of the pod itself, such as its name.
    Pod,
    /// A ConfigMap or a key that no manifest of the cell makes.
    Missing {
        /// `ConfigMap` or `Secret`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The key; empty for all of them.
        key: String,
    },
}

/// Every workload of a cell.
pub(super) fn workloads(facts: &CellFacts<'_>) -> Vec<Workload> {
    let mut found = Vec::new();
    for (index, manifest) in facts.manifests.iter().enumerate() {
        // Schemas, dashboards and the like are long and have no pods.
        if manifest.object.kind() == "CustomResourceDefinition" {
            continue;
        }
        let search = Search {
            facts,
            manifest: index,
        };
        search.look(&manifest.object.root, None, &mut found);
    }
    found
}

struct Search<'f, 'a> {
    facts: &'f CellFacts<'a>,
    manifest: usize,
}

impl Search<'_, '_> {
    /// Looks for pod templates: a mapping with `spec` that has containers, and beside it perhaps `metadata`.
    fn look(&self, node: &Node, metadata: Option<&Node>, found: &mut Vec<Workload>) {
        if is_pod_spec(node) {
            found.push(self.workload(node, metadata));
            return;
        }
        for entry in node.entries() {
            let beside = (&*entry.key == "spec")
                .then(|| node.get("metadata"))
                .flatten();
            self.look(&entry.value, beside, found);
        }
        for item in node.items() {
            self.look(item, None, found);
        }
    }

    fn workload(&self, spec: &Node, metadata: Option<&Node>) -> Workload {
        let object = &self.facts.manifests[self.manifest].object;
        let labels = metadata.and_then(|metadata| metadata.get("labels"));
        let namespace = object.namespace().to_owned();
        let mut workload = Workload {
            manifest: self.manifest,
            name: object.name().to_owned(),
            labels: labels
                .map_or(&[][..], Node::entries)
                .iter()
                .filter_map(|label| {
                    Some((label.key.to_string(), label.value.as_text()?.to_owned()))
                })
                .collect(),
            annotations: metadata
                .and_then(|metadata| metadata.get("annotations"))
                .cloned(),
            spec: spec.clone(),
            containers: Vec::new(),
            namespace,
        };
        for (field, role) in [
            ("initContainers", Role::Init),
            ("containers", Role::Main),
            ("ephemeralContainers", Role::Ephemeral),
        ] {
            for node in spec.get(field).map_or(&[][..], Node::items) {
                let container = self.container(node, role, &workload, metadata);
                workload.containers.push(container);
            }
        }
        workload
    }

    fn container(
        &self,
        node: &Node,
        role: Role,
        workload: &Workload,
        metadata: Option<&Node>,
    ) -> Container {
        let mut environment = Environment::of(self.facts, workload, metadata);
        for source in node.get("envFrom").map_or(&[][..], Node::items) {
            environment.all_of(source);
        }
        for variable in node.get("env").map_or(&[][..], Node::items) {
            environment.one(variable);
        }
        let words: Vec<Text> = ["command", "args"]
            .iter()
            .flat_map(|field| node.get(field).map_or(&[][..], Node::items))
            .filter_map(|word| {
                Some(Text {
                    text: environment.expanded(word.as_text()?).0,
                    spot: Spot::whole(self.manifest, word),
                })
            })
            .collect();
        environment.files();
        environment.command(&words);
        Container {
            name: text(node, "name"),
            role,
            image: node.get("image").and_then(|image| {
                Some(Text {
                    text: image.as_text()?.to_owned(),
                    spot: Spot::whole(self.manifest, image),
                })
            }),
            words,
            env: environment.list,
            node: node.clone(),
        }
    }
}

/// Whether something is the `spec` of a pod.
fn is_pod_spec(node: &Node) -> bool {
    let containers = node.get("containers").map_or(&[][..], Node::items);
    containers
        .iter()
        .any(|container| container.get("name").is_some() && container.get("image").is_some())
}

fn text(node: &Node, key: &str) -> String {
    node.get(key)
        .and_then(Node::as_text)
        .unwrap_or_default()
        .to_owned()
}
