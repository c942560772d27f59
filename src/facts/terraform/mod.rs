//! What Terraform would make, as far as its files say it.
//!
//! In: the text of every file with Terraform in a repository, by path. Out: [`Terraform`]: for every root the resources,
//! providers, backends and calls of modules from elsewhere, each attribute evaluated: variables from `.tfvars` files,
//! defaults and module inputs, locals, templates, functions, `count`, `for_each` and `dynamic`. Every [`Value`] knows where a
//! person must change it, which for `region = var.region` may be a line of another file. What only a provider or a person
//! at a terminal knows is [`Unknown`]; nothing is guessed. No file is read here and no provider is asked.

mod blocks;
mod collect;
mod decode;
mod evaluate;
mod functions;
mod hcl;
mod instances;
mod json;
mod providers;
mod reference;
mod roots;
mod scope;
mod sources;
mod syntax;
mod value;

pub use evaluate::UNKNOWN_PART;
pub use roots::{Names, told};
pub use value::{Datum, Unknown, Value};

use crate::diagnostic::Diagnostic;
use crate::source::Location;
use crate::spec::names::Name;
use std::collections::BTreeMap;

/// Everything that Terraform's files say.
#[derive(Debug, Default)]
pub struct Terraform {
    /// The folders in which Terraform runs, each once for every set of values that it may be given.
    pub roots: Vec<Root>,
    /// Files that could not be read; [`super::Facts`] has them among everything that is unread.
    pub problems: Vec<Diagnostic>,
}

impl Terraform {
    /// Reads the files, given as texts by their paths in the repository. Other files may be among them: they are used where
    /// `file` or `templatefile` names them.
    pub fn read(files: &BTreeMap<String, String>, names: &Names) -> Self {
        let sources = sources::Sources::read(files);
        let roots = roots::roots(&sources, names);
        Self {
            roots,
            problems: sources.problems,
        }
    }
}

/// Whether a file takes part in Terraform.
pub fn is_terraform(path: &str) -> bool {
    sources::is_configuration(path) || sources::is_values(path)
}

/// The files of a repository that Terraform reads, and those beside them that it may be told to read; and what is wrong with
/// files of Terraform that are not texts, or larger than any that a person writes.
pub(super) fn files(
    repository: &super::Repository<'_>,
) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
    let is_fetched = |path: &str| path.starts_with(".terraform/") || path.contains("/.terraform/");
    let folders: std::collections::BTreeSet<&str> = repository
        .paths()
        .filter(|path| sources::is_configuration(path))
        .map(sources::folder)
        .collect();
    let mut files = BTreeMap::new();
    let mut problems = Vec::new();
    for path in repository.paths().filter(|path| !is_fetched(path)) {
        let is_own = is_terraform(path);
        let is_called = is_text(path) && is_below(path, &folders);
        if !is_own && !is_called {
            continue;
        }
        let size = repository.sizes.get(path).copied().unwrap_or_default();
        match repository.text(path).filter(|_| size <= LARGEST) {
            Some(text) => {
                files.insert(path.to_owned(), text);
            }
            None if is_own => {
                let why = match size {
                    size if size > LARGEST => format!("it has more than {} KiB", LARGEST >> 10),
                    _ => "it is no text in UTF-8".to_owned(),
                };
                let place = Location::file(path);
                problems.push(Diagnostic::error(hcl::UNREADABLE, why).at(place, "here"));
            }
            None => {}
        }
    }
    (files, problems)
}

/// No file that a person writes for Terraform is larger.
const LARGEST: u64 = 512 << 10;

/// Files that `file` and `templatefile` are used with.
fn is_text(path: &str) -> bool {
    [
        ".tftpl", ".tpl", ".tmpl", ".yaml", ".yml", ".json", ".sh", ".cfg", ".conf", ".txt",
        ".toml",
    ]
    .iter()
    .any(|ending| path.ends_with(ending))
}

fn is_below(path: &str, folders: &std::collections::BTreeSet<&str>) -> bool {
    let mut folder = sources::folder(path);
    loop {
        if folders.contains(folder) {
            return !folder.is_empty();
        }
        if folder.is_empty() {
            return false;
        }
        folder = sources::folder(folder);
    }
}

/// A folder in which Terraform runs, with one set of values.
#[derive(Debug)]
pub struct Root {
    /// The folder, relative to the repository; empty for its top.
    pub folder: String,
    /// The file with values that must be named to get this set; `None` when Terraform finds all of them by itself.
    pub values: Option<String>,
    /// The region it is for, as the path tells; `None` when it may be for all.
    pub region: Option<Name>,
    /// The environment it is for, as the path tells.
    pub environment: Option<Name>,
    /// Where to point for what is missing: the first file.
    pub head: Location,
    /// What is made and what is looked up, in all modules.
    pub resources: Vec<Resource>,
    /// The configurations of providers.
    pub providers: Vec<Provider>,
    /// Where the state is kept; empty for a file beside the configuration.
    pub backends: Vec<Backend>,
    /// Calls of modules that are not in the repository.
    pub calls: Vec<Call>,
}

/// Whether something is made or looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// `resource`.
    Managed,
    /// `data` or `ephemeral`.
    Data,
}

/// One instance of a resource.
#[derive(Debug)]
pub struct Resource {
    /// Made or looked up.
    pub mode: Mode,
    /// Its type, such as `aws_s3_bucket`.
    pub kind: String,
    /// Its name in the module.
    pub name: String,
    /// Its full address, such as `module.data["es"].aws_s3_bucket.objects[0]`.
    pub address: String,
    /// The head of its block.
    pub at: Location,
    /// Its attributes; nested blocks are lists of objects.
    pub fields: BTreeMap<String, Value>,
    /// Its provider, by its position in [`Root::providers`]; `None` when no file configures it.
    pub provider: Option<usize>,
    /// The local name of its provider, such as `aws`.
    pub provider_name: String,
    /// The region it is for, when that can be told.
    pub region: Option<Name>,
}

impl Resource {
    /// An attribute that is written and not null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// The nested blocks of a kind.
    pub fn blocks(&self, kind: &str) -> Vec<&Value> {
        self.get(kind).map_or_else(Vec::new, |value| {
            value
                .items()
                .into_iter()
                .filter(|item| !item.is_null())
                .collect()
        })
    }
}

/// A `provider` block.
#[derive(Debug)]
pub struct Provider {
    /// Its local name, such as `aws`.
    pub name: String,
    /// Its alias.
    pub alias: Option<String>,
    /// The head of its block.
    pub at: Location,
    /// Its attributes; nested blocks are lists of objects.
    pub fields: BTreeMap<String, Value>,
    /// The region it is for, when that can be told.
    pub region: Option<Name>,
}

impl Provider {
    /// An attribute that is written and not null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }
}

/// Where the state is kept.
#[derive(Debug)]
pub struct Backend {
    /// `s3`, `gcs`, `azurerm`, …, or `cloud`.
    pub kind: String,
    /// The head of its block.
    pub at: Location,
    /// Its attributes, those from files with settings of backends included.
    pub fields: BTreeMap<String, Value>,
}

impl Backend {
    /// An attribute that is written and not null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }
}

/// A call of a module that is not in the repository.
#[derive(Debug)]
pub struct Call {
    /// Its address.
    pub address: String,
    /// Where the module is from.
    pub source: String,
    /// The head of its block.
    pub at: Location,
    /// What it is given.
    pub fields: BTreeMap<String, Value>,
}

#[cfg(test)]
mod tests;
