//! Whatever runs containers, with the variables that the containers really get.
//!
//! A pod template is found by its shape (`containers` with images), in whatever kind it stands: kinds that nobody here
//! knows run containers too. Variables are put together as the kubelet does:
//! <https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/>.

use super::cell::{CellFacts, Spot};
use super::secrets::SecretKind;
use crate::kustomize::Node;
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
    /// Its variables, those of `envFrom` first; of several with one name the last one counts and is the only one here.
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
                let container = self.container(node, role, &workload.namespace);
                workload.containers.push(container);
            }
        }
        workload
    }

    fn container(&self, node: &Node, role: Role, namespace: &str) -> Container {
        let mut variables = Variables {
            facts: self.facts,
            manifest: self.manifest,
            namespace,
            list: Vec::new(),
        };
        for source in node.get("envFrom").map_or(&[][..], Node::items) {
            variables.all_of(source);
        }
        for variable in node.get("env").map_or(&[][..], Node::items) {
            variables.one(variable);
        }
        let words = ["command", "args"]
            .iter()
            .flat_map(|field| node.get(field).map_or(&[][..], Node::items))
            .filter_map(|word| {
                Some(Text {
                    text: variables.expanded(word.as_text()?).0,
                    spot: Spot::whole(self.manifest, word),
                })
            })
            .collect();
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
            env: variables.list,
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

/// The variables of a container while they are put together.
struct Variables<'f, 'a> {
    facts: &'f CellFacts<'a>,
    manifest: usize,
    namespace: &'f str,
    list: Vec<Variable>,
}

impl Variables<'_, '_> {
    /// `envFrom`: every entry of a ConfigMap or Secret.
    fn all_of(&mut self, source: &Node) {
        let prefix = text(source, "prefix");
        for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            let Some(reference) = source.get(field) else {
                continue;
            };
            let name = text(reference, "name");
            let spot = Spot::whole(self.manifest, reference);
            let found = self.entries(kind, &name);
            if found.is_empty() {
                self.put(Variable {
                    name: format!("{prefix}*"),
                    value: Setting::Missing {
                        kind,
                        name,
                        key: String::new(),
                    },
                    spot,
                    is_assembled: false,
                });
                continue;
            }
            for mut variable in found {
                variable.name.insert_str(0, &prefix);
                self.put(variable);
            }
        }
    }

    /// Everything in a ConfigMap or Secret, as variables.
    fn entries(&self, kind: &'static str, name: &str) -> Vec<Variable> {
        let is_secret = kind == "Secret";
        let mut found: Vec<Variable> = self
            .facts
            .configs
            .iter()
            .filter(|config| {
                config.is_secret == is_secret
                    && config.name == name
                    && config.namespace == self.namespace
            })
            .map(|config| Variable {
                name: config.key.clone(),
                value: Setting::Text(config.text.clone()),
                spot: config.spot.clone(),
                is_assembled: config.is_decoded,
            })
            .collect();
        let secrets = self.facts.secrets.iter().filter(|secret| {
            is_secret
                && secret.kind != SecretKind::Plain
                && secret.name == name
                && secret.namespace == self.namespace
        });
        for secret in secrets {
            found.extend(secret.entries.iter().map(|(key, spot)| Variable {
                name: key.clone(),
                value: Setting::Secret {
                    name: name.to_owned(),
                    key: key.clone(),
                },
                spot: spot.clone(),
                is_assembled: false,
            }));
        }
        found
    }

    /// One entry of `env`.
    fn one(&mut self, node: &Node) {
        let name = text(node, "name");
        let from = node.get("valueFrom");
        let spot = Spot::whole(self.manifest, node.get("value").or(from).unwrap_or(node));
        let variable = match (node.get("value"), from) {
            (Some(value), _) => {
                let (text, is_assembled) = self.expanded(value.as_text().unwrap_or_default());
                Variable {
                    name,
                    value: Setting::Text(text),
                    spot,
                    is_assembled,
                }
            }
            (None, Some(from)) => self.referenced(name, from, spot),
            (None, None) => Variable {
                name,
                value: Setting::Text(String::new()),
                spot,
                is_assembled: false,
            },
        };
        self.put(variable);
    }

    fn referenced(&self, name: String, from: &Node, spot: Spot) -> Variable {
        for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
            let Some(reference) = from.get(field) else {
                continue;
            };
            let (object, key) = (text(reference, "name"), text(reference, "key"));
            let entry = self
                .entries(kind, &object)
                .into_iter()
                .find(|entry| entry.name == key);
            return match entry {
                Some(entry) => {
                    let is_secret = matches!(entry.value, Setting::Secret { .. });
                    Variable {
                        name,
                        // A sealed value is changed where it is asked for; a readable one where it stands.
                        spot: if is_secret { spot } else { entry.spot },
                        ..entry
                    }
                }
                None if kind == "Secret" => Variable {
                    name,
                    value: Setting::Secret { name: object, key },
                    spot,
                    is_assembled: false,
                },
                None => Variable {
                    name,
                    value: Setting::Missing {
                        kind,
                        name: object,
                        key,
                    },
                    spot,
                    is_assembled: false,
                },
            };
        }
        Variable {
            name,
            value: Setting::Pod,
            spot,
            is_assembled: false,
        }
    }

    fn put(&mut self, variable: Variable) {
        self.list.retain(|other| other.name != variable.name);
        self.list.push(variable);
    }

    /// A text with `$(NAME)` replaced by what stands in the list so far, and whether anything was replaced.
    fn expanded(&self, text: &str) -> (String, bool) {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut replaced = false;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                out.push('$');
                rest = after;
                continue;
            }
            let name = rest
                .strip_prefix('(')
                .and_then(|inner| inner.split_once(')'))
                .map(|(name, _)| name);
            let value = name.and_then(|name| {
                let variable = self.list.iter().find(|variable| variable.name == name)?;
                match &variable.value {
                    Setting::Text(text) => Some(text.as_str()),
                    _ => None,
                }
            });
            match (name, value) {
                (Some(name), Some(value)) => {
                    out.push_str(value);
                    rest = &rest[name.len() + 2..];
                    replaced = true;
                }
                _ => out.push('$'),
            }
        }
        out.push_str(rest);
        (out, replaced)
    }
}
