//! The variables of a container, put together as the kubelet does:
//! <https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/>.

use super::{Setting, Text, Variable, Workload, text};
use crate::facts::cell::{CellFacts, Spot};
use crate::facts::scripts::mounts;
use crate::facts::secrets::SecretKind;
use crate::facts::shell::{Script, Word};
use crate::kustomize::Node;

/// The variables of a container while they are put together.
pub(super) struct Environment<'f, 'a> {
    facts: &'f CellFacts<'a>,
    workload: &'f Workload,
    /// The metadata of the pod.
    metadata: Option<&'f Node>,
    pub(super) list: Vec<Variable>,
}

impl<'f, 'a> Environment<'f, 'a> {
    pub(super) fn of(
        facts: &'f CellFacts<'a>,
        workload: &'f Workload,
        metadata: Option<&'f Node>,
    ) -> Self {
        Self {
            facts,
            workload,
            metadata,
            list: Vec::new(),
        }
    }

    /// `envFrom`: every entry of a ConfigMap or Secret.
    pub(super) fn all_of(&mut self, source: &Node) {
        let prefix = text(source, "prefix");
        for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            let Some(reference) = source.get(field) else {
                continue;
            };
            let name = text(reference, "name");
            let spot = Spot::whole(self.workload.manifest, reference);
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
                    is_told: false,
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
                    && config.namespace == self.workload.namespace
            })
            .map(|config| Variable {
                name: config.key.clone(),
                value: Setting::Text(config.text.clone()),
                spot: config.spot.clone(),
                is_assembled: config.is_decoded,
                is_told: false,
            })
            .collect();
        let secrets = self.facts.secrets.iter().filter(|secret| {
            is_secret
                && secret.kind != SecretKind::Plain
                && secret.name == name
                && secret.namespace == self.workload.namespace
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
                is_told: false,
            }));
        }
        found
    }

    /// One entry of `env`.
    pub(super) fn one(&mut self, node: &Node) {
        let name = text(node, "name");
        let from = node.get("valueFrom");
        let spot = Spot::whole(
            self.workload.manifest,
            node.get("value").or(from).unwrap_or(node),
        );
        let variable = match (node.get("value"), from) {
            (Some(value), _) => {
                let (text, is_assembled) = self.expanded(value.as_text().unwrap_or_default());
                Variable {
                    name,
                    value: Setting::Text(text),
                    spot,
                    is_assembled,
                    is_told: false,
                }
            }
            (None, Some(from)) => self.referenced(name, from, spot),
            (None, None) => Variable {
                name,
                value: Setting::Text(String::new()),
                spot,
                is_assembled: false,
                is_told: false,
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
                    is_told: false,
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
                    is_told: false,
                },
            };
        }
        let of_pod = from
            .at(&["fieldRef", "fieldPath"])
            .and_then(Node::as_text)
            .and_then(|path| self.of_pod(path));
        let (value, spot) = match of_pod {
            Some(node) => (
                Setting::Text(node.as_text().unwrap_or_default().to_owned()),
                Spot::whole(self.workload.manifest, node),
            ),
            None => (Setting::Pod, spot),
        };
        Variable {
            name,
            value,
            spot,
            is_assembled: false,
            is_told: false,
        }
    }

    /// The annotation or label of the pod that a field's path names: `metadata.annotations['sink']`.
    /// <https://kubernetes.io/docs/concepts/workloads/pods/downward-api/>
    fn of_pod(&self, path: &str) -> Option<&'f Node> {
        let (field, key) = path.strip_prefix("metadata.")?.split_once('[')?;
        let key = key.strip_suffix(']')?.trim_matches(['\'', '"']);
        self.metadata?.get(field)?.get(key)
    }

    /// Files of variables, such as `.env`, that the pod mounts: programs read them as they read variables.
    pub(super) fn files(&mut self) {
        let facts = self.facts;
        let files = facts.configs.iter().filter(|config| {
            let is_one = config.key == "env" || config.key.ends_with(".env");
            is_one && config.namespace == self.workload.namespace && mounts(self.workload, config)
        });
        for config in files {
            for leaf in config.leaves() {
                self.list.push(Variable {
                    name: leaf.key().to_owned(),
                    value: Setting::Text(leaf.value.clone()),
                    spot: leaf.spot(&config.spot),
                    is_assembled: config.is_decoded,
                    is_told: true,
                });
            }
        }
    }

    /// Variables that the command line sets before it starts the program: `env NAME=value …`, `sh -c "export NAME=value; …"`.
    pub(super) fn command(&mut self, words: &[Text]) {
        let mut line = Vec::new();
        for word in words {
            line.push(Word::text(&word.text, Some(word.spot.clone())));
        }
        let Script {
            commands, assigned, ..
        } = Script::of_words(line);
        let of_commands = commands.into_iter().flat_map(|command| command.assigned);
        for (name, word) in assigned.into_iter().chain(of_commands) {
            let value = word.value(&|other| {
                let variable = self.list.iter().rfind(|variable| variable.name == other)?;
                match &variable.value {
                    Setting::Text(text) => Some(text.clone()),
                    _ => None,
                }
            });
            let (Some(text), Some(spot)) = (value, &word.spot) else {
                continue;
            };
            self.list.push(Variable {
                name,
                value: Setting::Text(text),
                spot: spot.clone().line(&word.line),
                is_assembled: false,
                is_told: true,
            });
        }
    }

    fn put(&mut self, variable: Variable) {
        self.list.retain(|other| other.name != variable.name);
        self.list.push(variable);
    }

    /// A text with `$(NAME)` replaced by what stands in the list so far, and whether anything was replaced.
    pub(super) fn expanded(&self, text: &str) -> (String, bool) {
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
