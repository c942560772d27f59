//! The folders in which Terraform runs, the files with values that each may be given, and whose data they hold.

use super::scope::Scope;
use super::sources::{Sources, folder, name};
use super::syntax::Body;
use super::{Root, collect};
use crate::spec::names::Name;
use std::collections::{BTreeMap, BTreeSet};

/// The names of the platform by which a root is told to belong to a cell.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The regions.
    pub regions: BTreeSet<Name>,
    /// The environments.
    pub environments: BTreeSet<Name>,
}

impl Names {
    /// The names of a platform.
    pub fn of(platform: &crate::model::Platform) -> Self {
        Self {
            regions: platform.regions.keys().cloned().collect(),
            environments: platform
                .environments
                .iter()
                .map(|environment| environment.name.clone())
                .collect(),
        }
    }
}

/// The one name that a path tells: of a part that is the name, else of a part that has it between `-`, `_` and `.`.
/// Later parts count more.
pub fn told<'n>(path: &str, names: &'n BTreeSet<Name>) -> Option<&'n Name> {
    let parts = || path.split('/').rev();
    let whole = parts().find_map(|part| names.iter().find(|name| name.as_str() == part));
    whole.or_else(|| {
        parts().find_map(|part| {
            names
                .iter()
                .filter(|name| holds_word(part, name))
                .max_by_key(|name| name.len())
        })
    })
}

/// Whether a text holds a name with nothing but punctuation around it.
fn holds_word(text: &str, name: &str) -> bool {
    let is_edge = |byte: Option<u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    text.match_indices(name).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| text.as_bytes().get(at));
        let after = text.as_bytes().get(at + name.len());
        is_edge(before.copied()) && is_edge(after.copied())
    })
}

/// Every root, each with every set of values that it may be given.
pub(super) fn roots(sources: &Sources, names: &Names) -> Vec<Root> {
    let called = called(sources);
    let folders: Vec<&String> = sources
        .modules
        .keys()
        .filter(|folder| is_root(folder, sources, &called, names))
        .collect();
    let mut given = given(sources, &folders);
    let mut found = Vec::new();
    for folder in folders {
        let files = given.remove(folder.as_str()).unwrap_or_default();
        let Some(module) = sources.modules.get(folder) else {
            continue;
        };
        let bodies = |paths: &[&str]| -> Vec<&Body> {
            paths
                .iter()
                .rev()
                .filter_map(|path| sources.values.get(*path))
                .collect()
        };
        let sets: Vec<Option<&str>> = match files.named.as_slice() {
            [] => vec![None],
            named => named.iter().map(|path| Some(*path)).collect(),
        };
        for named in sets {
            let mut paths = files.automatic.clone();
            paths.extend(named);
            let scope = Scope::root(sources, folder, module, bodies(&paths));
            found.push(collect::root(&scope, named, &files.backends, names));
        }
    }
    found
}

/// Folders that are called as modules.
fn called(sources: &Sources) -> BTreeSet<String> {
    let mut called = BTreeSet::new();
    for (folder, module) in &sources.modules {
        let scope = Scope::root(sources, folder, module, Vec::new());
        called.extend(
            module
                .calls
                .iter()
                .filter_map(|call| scope.called_folder(call)),
        );
    }
    called
}

/// Terraform runs where nobody calls, where a cell is, and where a backend is; not in a library of modules.
fn is_root(folder: &str, sources: &Sources, called: &BTreeSet<String>, names: &Names) -> bool {
    let module = sources.modules.get(folder);
    if module.is_some_and(|module| !module.backends.is_empty()) {
        return true;
    }
    let parts: Vec<&str> = folder.split('/').collect();
    if parts.contains(&"modules") || parts.contains(&"examples") || parts.contains(&".terraform") {
        return false;
    }
    let is_cell = match parts.as_slice() {
        [.., environment, region] => {
            names
                .environments
                .iter()
                .any(|name| name.as_str() == *environment)
                && names.regions.iter().any(|name| name.as_str() == *region)
        }
        _ => false,
    };
    is_cell || !called.contains(folder)
}

/// The files with values for one root.
#[derive(Debug, Default)]
struct Given<'a> {
    /// Those that Terraform reads by itself, in its order.
    automatic: Vec<&'a str>,
    /// Those that a person names: one at a time.
    named: Vec<&'a str>,
    /// Those with the settings of a backend.
    backends: Vec<&'a str>,
}

/// Which file belongs to which root: that of its folder, else the nearest folder above that is one, else every root below.
fn given<'a>(sources: &'a Sources, roots: &[&String]) -> BTreeMap<String, Given<'a>> {
    let mut given: BTreeMap<String, Given<'a>> = BTreeMap::new();
    for path in sources.values.keys() {
        let own = folder(path);
        let is_above =
            |root: &str| root.is_empty() || own == root || own.starts_with(&format!("{root}/"));
        let nearest = roots
            .iter()
            .filter(|root| is_above(root))
            .max_by_key(|root| root.len());
        let targets: Vec<&String> = match nearest {
            Some(root) => vec![*root],
            None => roots
                .iter()
                .copied()
                .filter(|root| own.is_empty() || root.starts_with(&format!("{own}/")))
                .collect(),
        };
        for root in targets {
            let files = given.entry(root.clone()).or_default();
            let is_here = own == root;
            if path.ends_with(".tfbackend") || path.ends_with(".hcl") {
                files.backends.push(path);
            } else if is_here && is_automatic(path) {
                files.automatic.push(path);
            } else {
                files.named.push(path);
            }
        }
    }
    for files in given.values_mut() {
        files.automatic.sort_by_key(|path| order(path));
    }
    given
}

/// Files that are read without being named: <https://developer.hashicorp.com/terraform/language/values/variables>.
fn is_automatic(path: &str) -> bool {
    let name = name(path);
    matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
        || name.ends_with(".auto.tfvars")
        || name.ends_with(".auto.tfvars.json")
}

/// `terraform.tfvars`, then its JSON, then the others by name; later ones win.
fn order(path: &str) -> (u8, String) {
    match name(path) {
        "terraform.tfvars" => (0, String::new()),
        "terraform.tfvars.json" => (1, String::new()),
        other => (2, other.to_owned()),
    }
}
