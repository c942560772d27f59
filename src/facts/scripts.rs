//! Where scripts and command lines stand in the manifests, and what their variables are.
//!
//! Containers of every role with their hooks and probes, texts of ConfigMaps and Secrets that are scripts, `command` and
//! `script` in kinds that nobody here knows, and annotations that hand a command to a backup tool.

use super::cell::{CellFacts, Manifest, Spot};
use super::configs::Config;
use super::shell::{Script, Word};
use super::workloads::{Container, Setting, Workload};
use crate::kustomize::{Node, Origin};
use std::collections::BTreeMap;

/// A script in a manifest.
#[derive(Debug, Clone)]
pub struct PlacedScript {
    /// What it does.
    pub script: Script,
    /// The value that it is, or the first one that it is put together from.
    pub spot: Spot,
    /// The namespace in which it runs.
    pub namespace: String,
    /// The values of its variables that can be known.
    pub variables: BTreeMap<String, String>,
}

impl PlacedScript {
    /// What a word is when the script runs; none when that cannot be known.
    pub fn value(&self, word: &Word) -> Option<String> {
        word.value(&|name| self.variables.get(name).cloned())
    }

    /// The place of a word.
    pub fn place(&self, word: &Word) -> Spot {
        match &word.spot {
            Some(own) => own.clone().line(&word.line).part(&word.raw),
            None => self.spot.clone().line(&word.line).part(&word.raw),
        }
    }
}

/// Every script of a cell.
pub(super) fn scripts(facts: &CellFacts<'_>) -> Vec<PlacedScript> {
    let mut search = Search {
        facts,
        seen: Vec::new(),
        found: Vec::new(),
    };
    for workload in &facts.workloads {
        for container in &workload.containers {
            search.container(workload, container);
        }
        search.annotations(workload);
    }
    for (index, manifest) in facts.manifests.iter().enumerate() {
        if manifest.object.kind() != "CustomResourceDefinition" {
            search.elsewhere(index, manifest, &manifest.object.root);
        }
    }
    for config in facts.texts() {
        search.config(config);
    }
    search.found
}

struct Search<'f, 'a> {
    facts: &'f CellFacts<'a>,
    /// Lists of words that belong to containers which were looked at.
    seen: Vec<(usize, Origin)>,
    found: Vec<PlacedScript>,
}

impl Search<'_, '_> {
    fn container(&mut self, workload: &Workload, container: &Container) {
        let variables = known(container);
        let mut words = Vec::new();
        for word in &container.words {
            words.push(Word::text(&word.text, Some(word.spot.clone())));
        }
        for field in ["command", "args"] {
            if let Some(list) = container.node.get(field) {
                self.seen.push((workload.manifest, list.origin));
            }
        }
        self.words(words, &workload.namespace, &variables);
        self.hooks(workload, &container.node, &variables);
        // A command in a variable is run by what the image is made of.
        for variable in &container.env {
            let is_command = ["COMMAND", "CMD", "SCRIPT", "HOOK"]
                .iter()
                .any(|end| variable.name.ends_with(end));
            if let Setting::Text(text) = &variable.value
                && is_command
                && text.contains(char::is_whitespace)
            {
                self.text(text, &variable.spot, &workload.namespace, &variables);
            }
        }
    }

    /// Hooks and probes: every `command` below a container.
    fn hooks(&mut self, workload: &Workload, node: &Node, variables: &BTreeMap<String, String>) {
        for entry in node.entries() {
            if &*entry.key == "exec"
                && let Some(list) = entry.value.get("command")
            {
                self.seen.push((workload.manifest, list.origin));
                let words = texts(workload.manifest, list);
                self.words(words, &workload.namespace, variables);
            } else {
                self.hooks(workload, &entry.value, variables);
            }
        }
    }

    /// `pre.hook.backup.velero.io/command` and its like: a list of words in JSON, or a command.
    /// <https://velero.io/docs/main/backup-hooks/>
    fn annotations(&mut self, workload: &Workload) {
        let variables = workload
            .containers
            .iter()
            .flat_map(|container| known(container).into_iter())
            .collect();
        let annotations = workload.annotations.as_ref().map_or(&[][..], Node::entries);
        for entry in annotations {
            let is_command = entry.key.contains("hook") && entry.key.ends_with("/command");
            let Some(text) = entry.value.as_text().filter(|_| is_command) else {
                continue;
            };
            let spot = Spot::whole(workload.manifest, &entry.value);
            match serde_json::from_str::<Vec<String>>(text) {
                Ok(words) => {
                    let words = words
                        .into_iter()
                        .map(|word| Word::text(word, Some(spot.clone())))
                        .collect();
                    self.words(words, &workload.namespace, &variables);
                }
                Err(_) => self.text(text, &spot, &workload.namespace, &variables),
            }
        }
    }

    /// Commands in kinds that have no containers by shape: hooks of Velero, steps of pipelines, values of charts.
    fn elsewhere(&mut self, index: usize, manifest: &Manifest, node: &Node) {
        let namespace = manifest.object.namespace();
        let none = BTreeMap::new();
        let mut words = Vec::new();
        for field in ["command", "args"] {
            let list = node.get(field).filter(|list| !list.items().is_empty());
            if let Some(list) = list.filter(|list| !self.seen.contains(&(index, list.origin))) {
                words.extend(texts(index, list));
            }
        }
        self.words(words, namespace, &none);
        let has_image = node.get("image").is_some();
        for field in ["script", "source"] {
            let script = node.get(field).filter(|_| has_image);
            if let Some(text) = script.and_then(Node::as_text) {
                let spot = script.map(|script| Spot::whole(index, script));
                if let Some(spot) = spot {
                    self.text(text, &spot, namespace, &none);
                }
            }
        }
        for entry in node.entries() {
            self.elsewhere(index, manifest, &entry.value);
        }
        for item in node.items() {
            self.elsewhere(index, manifest, item);
        }
    }

    fn config(&mut self, config: &Config) {
        let users: Vec<&Workload> = self
            .facts
            .workloads
            .iter()
            .filter(|workload| workload.namespace == config.namespace && mounts(workload, config))
            .collect();
        let variables: BTreeMap<String, String> = users
            .iter()
            .flat_map(|workload| &workload.containers)
            .flat_map(|container| known(container).into_iter())
            .collect();
        if is_script(config, &users) {
            self.text(&config.text, &config.spot, &config.namespace, &variables);
        } else if config.key.contains("cron") {
            let text = without_times(&config.text);
            self.text(&text, &config.spot, &config.namespace, &variables);
        }
    }

    fn words(&mut self, words: Vec<Word>, namespace: &str, variables: &BTreeMap<String, String>) {
        let Some(spot) = words.first().and_then(|word| word.spot.clone()) else {
            return;
        };
        self.add(Script::of_words(words), spot, namespace, variables);
    }

    fn text(
        &mut self,
        text: &str,
        spot: &Spot,
        namespace: &str,
        variables: &BTreeMap<String, String>,
    ) {
        self.add(Script::parse(text), spot.clone(), namespace, variables);
    }

    fn add(
        &mut self,
        script: Script,
        spot: Spot,
        namespace: &str,
        variables: &BTreeMap<String, String>,
    ) {
        if script.commands.is_empty() {
            return;
        }
        let mut variables = variables.clone();
        assign(&script, &mut variables);
        self.found.push(PlacedScript {
            script,
            spot,
            namespace: namespace.to_owned(),
            variables,
        });
    }
}

/// What the script sets its variables to. One that is set twice may have either value, and has none that is known.
fn assign(script: &Script, variables: &mut BTreeMap<String, String>) {
    let mut set: BTreeMap<&str, Option<String>> = BTreeMap::new();
    for (name, word) in &script.assigned {
        let value = word.value(&|other| match set.get(other) {
            Some(value) => value.clone(),
            None => variables.get(other).cloned(),
        });
        set.entry(name)
            .and_modify(|before| {
                if *before != value {
                    *before = None;
                }
            })
            .or_insert(value);
    }
    for (name, value) in set {
        match value {
            Some(value) => variables.insert(name.to_owned(), value),
            None => variables.remove(name),
        };
    }
}

/// The variables of a container that can be read.
fn known(container: &Container) -> BTreeMap<String, String> {
    container
        .env
        .iter()
        .filter(|variable| !variable.is_told)
        .filter_map(|variable| match &variable.value {
            Setting::Text(text) => Some((variable.name.clone(), text.clone())),
            _ => None,
        })
        .collect()
}

fn texts(manifest: usize, list: &Node) -> Vec<Word> {
    list.items()
        .iter()
        .filter_map(|item| {
            Some(Word::text(
                item.as_text()?,
                Some(Spot::whole(manifest, item)),
            ))
        })
        .collect()
}

/// Whether a workload has a ConfigMap or Secret among its volumes.
pub fn mounts(workload: &Workload, config: &Config) -> bool {
    let (field, name, projected) = match config.is_secret {
        true => ("secret", "secretName", "secret"),
        false => ("configMap", "name", "configMap"),
    };
    let is = |node: Option<&Node>| node.and_then(Node::as_text) == Some(&config.name);
    let volumes = workload.spec.get("volumes").map_or(&[][..], Node::items);
    volumes.iter().any(|volume| {
        is(volume.at(&[field, name]))
            || volume
                .at(&["projected", "sources"])
                .map_or(&[][..], Node::items)
                .iter()
                .any(|source| is(source.at(&[projected, "name"])))
    })
}

fn is_script(config: &Config, users: &[&Workload]) -> bool {
    let ending = config.key.rsplit_once('.').map_or("", |(_, ending)| ending);
    if matches!(ending, "sh" | "bash" | "ksh") {
        return true;
    }
    let first = config.text.lines().next().unwrap_or_default();
    if first.starts_with("#!") {
        return first.trim_end().ends_with("sh") || first.contains("sh ");
    }
    let is_run = || {
        users
            .iter()
            .flat_map(|workload| &workload.containers)
            .flat_map(|container| &container.words)
            .any(|word| {
                word.text
                    .split_whitespace()
                    .any(|word| word.rsplit('/').next() == Some(&config.key))
            })
    };
    ending.is_empty() && (config.text.starts_with("set -") || is_run())
}

/// A table of cron: of each line what comes after the five times.
fn without_times(text: &str) -> String {
    let mut script = String::new();
    for line in text.lines() {
        let is_time = |word: &str| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || b"*/,-".contains(&byte))
        };
        let mut words = line.split_whitespace();
        let rest = match words.clone().next() {
            Some(first) if first.starts_with('@') => line.split_once(char::is_whitespace),
            Some(_) if words.by_ref().take(5).all(is_time) => {
                let mut rest = line.trim_start();
                for _ in 0..5 {
                    rest = rest
                        .split_once(char::is_whitespace)
                        .map_or("", |(_, rest)| rest.trim_start());
                }
                Some(("", rest))
            }
            _ => Some(("", line)),
        };
        script.push_str(rest.map_or("", |(_, rest)| rest));
        script.push('\n');
    }
    script
}
