//! Repositories of database backups as the programs see them: settings of files, variables and command lines put together.
//!
//! pgBackRest takes an option from its command line, else from a variable, else from its files, and every section of a
//! file may have its own value. <https://pgbackrest.org/configuration.html>, <https://pgbackrest.org/command.html>

use super::cell::{CellFacts, Spot};
use super::configs::Config;
use super::scripts::mounts;
use super::workloads::{Container, Setting, Workload};
use crate::kustomize::Node;
use std::collections::BTreeMap;

/// A value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionValue {
    /// The option as it is written, such as `PGBACKREST_REPO1_S3_ENDPOINT`.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Where it stands.
    pub spot: Spot,
}

/// A repository of pgBackRest as one container sees it.
#[derive(Debug, Clone, Default)]
pub struct Repository {
    /// Its number.
    pub number: u32,
    /// Options without `repoN-`, with the values that count; several when sections of a file differ.
    pub options: BTreeMap<String, Vec<OptionValue>>,
}

impl Repository {
    /// The first value of an option.
    pub fn first(&self, option: &str) -> Option<&OptionValue> {
        self.options.get(option)?.first()
    }

    /// Every value of an option.
    pub fn all(&self, option: &str) -> &[OptionValue] {
        self.options.get(option).map_or(&[], Vec::as_slice)
    }

    /// The first value of an option that is a text.
    pub fn text(&self, option: &str) -> Option<&str> {
        self.first(option).map(|value| value.value.as_str())
    }

    /// The bucket or container.
    pub fn bucket(&self) -> Option<&OptionValue> {
        ["s3-bucket", "azure-container", "gcs-bucket"]
            .into_iter()
            .find_map(|option| self.first(option))
    }
}

/// What pgBackRest is told in one container, file or command line.
#[derive(Debug, Clone)]
pub struct PgBackRest {
    /// The namespace.
    pub namespace: String,
    /// Repositories by number.
    pub repositories: BTreeMap<u32, Repository>,
    /// Hosts of databases: `pgN-host`.
    pub databases: Vec<OptionValue>,
    /// Whether it is a part only, as a command line is.
    pub is_partial: bool,
}

/// Everything that pgBackRest is told in a cell.
pub fn pgbackrest(here: &CellFacts<'_>) -> Vec<PgBackRest> {
    let files: Vec<&Config> = here
        .configs
        .iter()
        .filter(|config| is_of_pgbackrest(&config.text))
        .collect();
    let mut found = Vec::new();
    let mut is_read = vec![false; files.len()];
    for workload in &here.workloads {
        for container in &workload.containers {
            let mut options: BTreeMap<String, Vec<OptionValue>> = BTreeMap::new();
            for (file, is_read) in files.iter().zip(&mut is_read) {
                if has(workload, container, file) {
                    *is_read = true;
                    read_file(file, &mut options);
                }
            }
            read_variables(container, &mut options);
            found.extend(collected(&workload.namespace, options, false));
        }
    }
    for (file, _) in files.iter().zip(is_read).filter(|(_, is_read)| !is_read) {
        let mut options = BTreeMap::new();
        read_file(file, &mut options);
        found.extend(collected(&file.namespace, options, false));
    }
    for placed in &here.scripts {
        for command in &placed.script.commands {
            if command.program() != "pgbackrest" && !command.has(&["pgbackrest"]) {
                continue;
            }
            let mut options: BTreeMap<String, Vec<OptionValue>> = BTreeMap::new();
            for (at, word) in command.arguments().iter().enumerate() {
                let literal = word.literal();
                let Some(option) = literal
                    .strip_prefix("--")
                    .filter(|option| is_repository(option))
                else {
                    continue;
                };
                let (name, value) = match option.split_once('=') {
                    Some((name, _)) => (name, word.after(&format!("--{name}="))),
                    None => (option, command.arguments().get(at + 1).cloned()),
                };
                if let Some(value) = value
                    && let Some(text) = placed.value(&value)
                {
                    options.insert(
                        name.to_owned(),
                        vec![OptionValue {
                            key: format!("--{name}"),
                            value: text,
                            spot: placed.place(&value),
                        }],
                    );
                }
            }
            found.extend(collected(&placed.namespace, options, true));
        }
    }
    operators(here, &mut found);
    found
}

fn is_of_pgbackrest(text: &str) -> bool {
    text.lines().any(|line| {
        line.split_once('=')
            .is_some_and(|(key, _)| is_repository(key.trim()))
    })
}

/// Whether a name is that of an option of a repository or of a database: `repo1-s3-endpoint`.
fn is_repository(option: &str) -> bool {
    numbered(option).is_some()
}

/// `repo`, the number and the rest of an option.
fn numbered(option: &str) -> Option<(&str, u32, &str)> {
    let kind = ["repo", "pg"]
        .into_iter()
        .find(|kind| option.starts_with(kind))?;
    let rest = &option[kind.len()..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = rest.split_at(digits);
    let rest = rest.strip_prefix('-')?;
    if kind == "pg" && digits == 0 {
        return None;
    }
    let number = if digits == 0 { 1 } else { number.parse().ok()? };
    Some((kind, number, rest))
}

/// Whether a container has a file: its workload has the ConfigMap as a volume, and it mounts that volume.
fn has(workload: &Workload, container: &Container, file: &Config) -> bool {
    if workload.namespace != file.namespace || !mounts(workload, file) {
        return false;
    }
    let name = |node: &Node| node.get("name").and_then(Node::as_text).map(str::to_owned);
    let volumes = workload.spec.get("volumes").map_or(&[][..], Node::items);
    let holding: Vec<String> = volumes
        .iter()
        .filter(|volume| mentions(volume, &file.name))
        .filter_map(name)
        .collect();
    let mounted = container
        .node
        .get("volumeMounts")
        .map_or(&[][..], Node::items);
    mounted
        .iter()
        .filter_map(name)
        .any(|mounted| holding.contains(&mounted))
}

fn mentions(node: &Node, text: &str) -> bool {
    node.as_text() == Some(text)
        || node
            .entries()
            .iter()
            .any(|entry| mentions(&entry.value, text))
        || node.items().iter().any(|item| mentions(item, text))
}

fn read_file(file: &Config, options: &mut BTreeMap<String, Vec<OptionValue>>) {
    for line in file.text.lines().map(str::trim) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        if is_repository(key) {
            options
                .entry(key.to_owned())
                .or_default()
                .push(OptionValue {
                    key: key.to_owned(),
                    value: value.to_owned(),
                    spot: file.spot.clone().line(line).part(value),
                });
        }
    }
}

/// Variables win over files.
fn read_variables(container: &Container, options: &mut BTreeMap<String, Vec<OptionValue>>) {
    for variable in &container.env {
        let Some(option) = variable.name.strip_prefix("PGBACKREST_") else {
            continue;
        };
        let option = option.to_lowercase().replace('_', "-");
        if !is_repository(&option) {
            continue;
        }
        match &variable.value {
            Setting::Text(value) => {
                options.insert(
                    option,
                    vec![OptionValue {
                        key: variable.name.clone(),
                        value: value.clone(),
                        spot: variable.spot.clone(),
                    }],
                );
            }
            // What is not known is not what the file says.
            _ => {
                options.remove(&option);
            }
        }
    }
}

fn collected(
    namespace: &str,
    options: BTreeMap<String, Vec<OptionValue>>,
    is_partial: bool,
) -> Option<PgBackRest> {
    let mut all = PgBackRest {
        namespace: namespace.to_owned(),
        repositories: BTreeMap::new(),
        databases: Vec::new(),
        is_partial,
    };
    for (option, values) in options {
        match numbered(&option) {
            Some(("repo", number, rest)) => {
                let repository = all.repositories.entry(number).or_default();
                repository.number = number;
                repository.options.insert(rest.to_owned(), values);
            }
            Some((_, _, "host")) => all.databases.extend(values),
            _ => {}
        }
    }
    (!all.repositories.is_empty() || !all.databases.is_empty()).then_some(all)
}

/// The operator of Crunchy Data: `spec.backups.pgbackrest`, with `repos` and `global`.
/// <https://access.crunchydata.com/documentation/postgres-operator/latest/references/crd/5.8.x/postgrescluster>
fn operators(here: &CellFacts<'_>, found: &mut Vec<PgBackRest>) {
    for (index, manifest) in here.manifests.iter().enumerate() {
        let Some(spec) = manifest.at(&["spec", "backups", "pgbackrest"]) else {
            continue;
        };
        let mut options: BTreeMap<String, Vec<OptionValue>> = BTreeMap::new();
        let mut put = |option: String, node: &Node| {
            if let Some(value) = node.as_text() {
                options.insert(
                    option.clone(),
                    vec![OptionValue {
                        key: option,
                        value: value.to_owned(),
                        spot: Spot::whole(index, node),
                    }],
                );
            }
        };
        for entry in spec.get("global").map_or(&[][..], Node::entries) {
            if is_repository(&entry.key) {
                put(entry.key.to_string(), &entry.value);
            }
        }
        for repository in spec.get("repos").map_or(&[][..], Node::items) {
            let Some(name) = repository
                .get("name")
                .filter(|name| name.as_text().is_some_and(|n| n.starts_with("repo")))
            else {
                continue;
            };
            let prefix = name.as_text().unwrap_or_default();
            for kind in ["s3", "azure", "gcs"] {
                let of_kind = repository.get(kind).map_or(&[][..], Node::entries);
                for entry in of_kind {
                    put(format!("{prefix}-{kind}-{}", entry.key), &entry.value);
                    // The kind of repository follows from which of them is there.
                    if matches!(&*entry.key, "bucket" | "container") {
                        let mut typed = entry.value.clone();
                        if let crate::kustomize::Value::Scalar(scalar) = &mut typed.value {
                            scalar.text = kind.into();
                        }
                        put(format!("{prefix}-type"), &typed);
                    }
                }
            }
        }
        found.extend(collected(manifest.object.namespace(), options, false));
    }
}
