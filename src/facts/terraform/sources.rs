//! The files of every folder with Terraform, merged as Terraform merges them.

use super::syntax::{Block, Body};
use super::{hcl, json};
use crate::diagnostic::Diagnostic;
use std::collections::BTreeMap;

/// Everything that is read, by folder.
#[derive(Debug, Default)]
pub(super) struct Sources {
    /// Configurations by folder; the top folder is empty.
    pub(super) modules: BTreeMap<String, Module>,
    /// Files with values of variables, by path.
    pub(super) values: BTreeMap<String, Body>,
    /// Every text, for functions that read files.
    pub(super) texts: BTreeMap<String, String>,
    /// What could not be read.
    pub(super) problems: Vec<Diagnostic>,
}

/// The configuration of one folder.
#[derive(Debug, Default)]
pub(super) struct Module {
    pub(super) resources: Vec<Block>,
    pub(super) providers: Vec<Block>,
    pub(super) variables: BTreeMap<String, Block>,
    pub(super) outputs: BTreeMap<String, Block>,
    pub(super) calls: Vec<Block>,
    pub(super) locals: Body,
    /// `backend` and `cloud` blocks.
    pub(super) backends: Vec<Block>,
    /// The files, in order.
    pub(super) files: Vec<String>,
}

/// Whether a file takes part at all.
pub(super) fn is_configuration(path: &str) -> bool {
    [".tf", ".tf.json", ".tofu", ".tofu.json"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// Whether a file holds values of variables or of a backend.
pub(super) fn is_values(path: &str) -> bool {
    [".tfvars", ".tfvars.json", ".tfbackend"]
        .iter()
        .any(|ending| path.ends_with(ending))
        || (path.ends_with(".hcl") && name(path).contains("backend"))
}

/// The folder of a path, without a slash at its end.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub(super) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

impl Sources {
    /// Reads all files.
    pub(super) fn read(files: &BTreeMap<String, String>) -> Self {
        let mut sources = Self::default();
        // Overrides come last, whatever they are called.
        let (overrides, plain): (Vec<_>, Vec<_>) = files
            .iter()
            .filter(|(path, _)| is_configuration(path))
            .partition(|(path, _)| is_override(path));
        for (path, text) in plain.into_iter().chain(overrides) {
            let read = if path.ends_with(".json") {
                json::body(path, text)
            } else {
                hcl::body(path, text)
            };
            match read {
                Ok(body) => {
                    let module = sources.modules.entry(folder(path).to_owned()).or_default();
                    module.files.push(path.clone());
                    module.add(body, is_override(path));
                }
                Err(problem) => sources.problems.push(*problem),
            }
        }
        for (path, text) in files.iter().filter(|(path, _)| is_values(path)) {
            let read = if path.ends_with(".json") {
                json::values(path, text)
            } else {
                hcl::body(path, text)
            };
            match read {
                Ok(body) => {
                    sources.values.insert(path.clone(), body);
                }
                Err(problem) => sources.problems.push(*problem),
            }
        }
        sources.texts.clone_from(files);
        sources
    }
}

/// Files that change the blocks of other files: <https://developer.hashicorp.com/terraform/language/files/override>.
fn is_override(path: &str) -> bool {
    let name = name(path);
    let stem = name.split('.').next().unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}

impl Module {
    fn add(&mut self, body: Body, overriding: bool) {
        for block in body.blocks {
            match block.kind.as_str() {
                "resource" | "data" | "ephemeral" => {
                    put(&mut self.resources, block, overriding, |a, b| {
                        a.kind == b.kind && a.labels == b.labels
                    });
                }
                "provider" => put(&mut self.providers, block, overriding, |a, b| {
                    a.labels == b.labels && alias(a) == alias(b)
                }),
                "module" => {
                    put(&mut self.calls, block, overriding, |a, b| {
                        a.labels == b.labels
                    });
                }
                "variable" => put_named(&mut self.variables, block, overriding),
                "output" => put_named(&mut self.outputs, block, overriding),
                "locals" => {
                    for attribute in block.body.attributes {
                        self.locals
                            .attributes
                            .retain(|known| !overriding || known.name != attribute.name);
                        self.locals.attributes.push(attribute);
                    }
                }
                "terraform" => self.settings(block, overriding),
                _ => {}
            }
        }
    }

    fn settings(&mut self, block: Block, overriding: bool) {
        for inner in block.body.blocks {
            if matches!(inner.kind.as_str(), "backend" | "cloud") {
                // An override replaces the backend as a whole.
                if overriding {
                    self.backends.clear();
                }
                self.backends.push(inner);
            }
        }
    }

    pub(super) fn call(&self, name: &str) -> Option<&Block> {
        self.calls
            .iter()
            .find(|block| block.labels.first().is_some_and(|label| label == name))
    }

    pub(super) fn resource(&self, mode: &str, kind: &str, name: &str) -> Option<&Block> {
        self.resources
            .iter()
            .find(|block| block.kind == mode && block.labels == [kind, name])
    }

    pub(super) fn provider(&self, name: &str, wanted: Option<&str>) -> Option<&Block> {
        self.providers.iter().find(|block| {
            block.labels.first().is_some_and(|label| label == name)
                && alias(block).as_deref() == wanted
        })
    }
}

/// The alias of a provider block.
pub(super) fn alias(block: &Block) -> Option<String> {
    let value = &block.body.attribute("alias")?.value;
    value.text().map(str::to_owned)
}

fn put(blocks: &mut Vec<Block>, block: Block, overriding: bool, same: fn(&Block, &Block) -> bool) {
    let known = blocks
        .iter_mut()
        .find(|known| overriding && same(known, &block));
    match known {
        Some(known) => merge(known, block),
        None => blocks.push(block),
    }
}

fn put_named(blocks: &mut BTreeMap<String, Block>, block: Block, overriding: bool) {
    let Some(name) = block.labels.first().cloned() else {
        return;
    };
    match blocks.get_mut(&name) {
        Some(known) if overriding => merge(known, block),
        Some(_) => {}
        None => {
            blocks.insert(name, block);
        }
    }
}

/// Attributes take the place of those with the same name, nested blocks of those of the same kind.
fn merge(known: &mut Block, over: Block) {
    for attribute in over.body.attributes {
        known
            .body
            .attributes
            .retain(|other| other.name != attribute.name);
        known.body.attributes.push(attribute);
    }
    known
        .body
        .blocks
        .retain(|other| !over.body.blocks.iter().any(|new| new.kind == other.kind));
    known.body.blocks.extend(over.body.blocks);
}
