//! What the archived log is handed to.

use super::RULE;
use crate::facts::shell::Script;
use crate::facts::{CellFacts, PlacedScript, Spot, sql};
use crate::kustomize::Node;
use crate::residency::copies;
use crate::residency::found::Found;
use crate::residency::reach::{self, Leak};
use crate::residency::rule::Input;
use std::collections::BTreeMap;

/// A command that archives the log, and where it stands.
struct Archive {
    command: String,
    spot: Spot,
    namespace: String,
}

/// Every `archive_command` and `restore_command`: in settings, on command lines, in kinds of operators and in SQL.
pub(super) fn archive_commands(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) -> usize {
    let mut found = Vec::new();
    for config in &here.configs {
        for line in config.text.lines().map(str::trim) {
            if let Some(command) = archived(line) {
                found.push(Archive {
                    command,
                    spot: config.spot.clone().line(line),
                    namespace: config.namespace.clone(),
                });
            }
        }
    }
    for workload in &here.workloads {
        for word in workload
            .containers
            .iter()
            .flat_map(|container| &container.words)
        {
            if let Some(command) = archived(word.text.trim_start_matches("--")) {
                found.push(Archive {
                    command,
                    spot: word.spot.clone(),
                    namespace: workload.namespace.clone(),
                });
            }
        }
    }
    for (index, manifest) in here.manifests.iter().enumerate() {
        let is_text = manifest.is("", "ConfigMap") || manifest.is("", "Secret");
        if !is_text {
            below(
                index,
                manifest.object.namespace(),
                &manifest.object.root,
                &mut found,
            );
        }
    }
    for text in sql::texts(here) {
        for remote in sql::statements(&text.text)
            .iter()
            .flat_map(sql::Statement::remotes)
        {
            if let ("archive_command", sql::Reach::Program(command)) = (remote.what, remote.target)
            {
                found.push(Archive {
                    spot: text.spot.clone().part(&command),
                    command,
                    namespace: text.namespace.clone(),
                });
            }
        }
    }
    for archive in &found {
        judge(input, here, out, archive);
    }
    found.len()
}

fn below(index: usize, namespace: &str, node: &Node, found: &mut Vec<Archive>) {
    for entry in node.entries() {
        let is_command = matches!(&*entry.key, "archive_command" | "restore_command");
        if let Some(command) = entry.value.as_text().filter(|_| is_command) {
            found.push(Archive {
                command: command.to_owned(),
                spot: Spot::whole(index, &entry.value),
                namespace: namespace.to_owned(),
            });
        }
        below(index, namespace, &entry.value, found);
    }
    for item in node.items() {
        below(index, namespace, item, found);
    }
}

/// The command in a setting `archive_command = '…'` or `archive_command: …`.
fn archived(line: &str) -> Option<String> {
    let rest = line
        .strip_prefix("archive_command")
        .or_else(|| line.strip_prefix("restore_command"))?
        .trim_start();
    let rest = rest.strip_prefix(['=', ':'])?.trim();
    let command = match rest.strip_prefix(['\'', '"']) {
        Some(quoted) => quoted
            .rsplit_once(['\'', '"'])
            .map_or(quoted, |(command, _)| command),
        None => rest,
    };
    (!command.is_empty()).then(|| command.replace("''", "'"))
}

/// Programs whose repository is judged by their own settings, and those that keep the log on the machine.
const KNOWN: &[&str] = &[
    "pgbackrest",
    "wal-g",
    "wal-e",
    "barman-cloud-wal-archive",
    "barman-wal-archive",
    "envdir",
    "test",
    "[",
    "true",
    "exit",
    "/bin/true",
    "sync",
    "mkdir",
    "date",
    "logger",
    "set",
    "cd",
    "chmod",
    "touch",
    "rm",
];

fn judge(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found, archive: &Archive) {
    let placed = PlacedScript {
        script: Script::parse(&archive.command),
        spot: archive.spot.clone(),
        namespace: archive.namespace.clone(),
        variables: BTreeMap::new(),
    };
    let commands = &placed.script.commands;
    for command in commands {
        let mut copies = copies::copies(here, &placed, command);
        let program = command.program();
        let is_known = KNOWN.contains(&program.as_str()) || copies::is_local(&program);
        if copies.is_empty()
            && !is_known
            && commands.len() > 1
            && let Some(word) = command.words.first()
        {
            copies.push(copies::Copy {
                what: "the archived log is handed to".to_owned(),
                target: word.raw.clone(),
                spot: archive.spot.clone().part(&word.raw),
                resolved: reach::unknown(format!("the program `{}`", word.raw)),
                bucket: None,
            });
        }
        for copy in copies {
            let mut spot = archive.spot.clone();
            if spot.part.is_empty() {
                spot.part.clone_from(&copy.spot.part);
            }
            let leak = Leak {
                rule: &RULE,
                key: "archive_command",
                message: format!(
                    "the archived log goes elsewhere: {} `{}`",
                    copy.what, copy.target
                ),
                spot,
                resolved: copy.resolved,
                bucket: copy.bucket.as_deref(),
            };
            reach::report(input, here, out, leak);
        }
    }
}
