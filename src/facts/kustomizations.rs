//! The kustomization files of the repository as they are written, whether anything builds them or not.

use super::argocd::owner;
use super::repository::Repository;
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::model::Platform;
use crate::source::Location;
use crate::spec::names::CellName;
use rayon::prelude::*;

/// Names that a kustomization file may have.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A kustomization file.
#[derive(Debug, Clone)]
pub struct Kustomization {
    /// The file.
    pub path: String,
    /// Its folder; empty for the root of the repository.
    pub folder: String,
    /// The cell whose overlay it is in.
    pub cell: Option<CellName>,
    /// What is written in it.
    pub root: Written,
}

/// Every kustomization file, sorted by path, and those that cannot be read.
pub(super) fn kustomizations(
    platform: &Platform,
    repository: &Repository<'_>,
) -> (Vec<Kustomization>, Vec<Diagnostic>) {
    let paths: Vec<&str> = repository.paths().filter(|path| is_one(path)).collect();
    let read: Vec<_> = paths
        .into_par_iter()
        .filter_map(|path| {
            let Some(text) = repository.text(path) else {
                let why = "it is no text in UTF-8, or too large for a kustomization";
                let place = Location::file(path);
                let problem = Diagnostic::error("yaml-syntax", why);
                return Some(Err(problem.at(place, "here")));
            };
            let root = match Written::documents(path, &text) {
                Ok(documents) => documents.into_iter().next()?,
                Err(problem) => return Some(Err(*problem)),
            };
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            Some(Ok(Kustomization {
                path: path.to_owned(),
                folder: folder.to_owned(),
                cell: owner(platform, folder).map(|cell| cell.name.clone()),
                root,
            }))
        })
        .collect();
    let mut good = Vec::new();
    let mut bad = Vec::new();
    for one in read {
        match one {
            Ok(one) => good.push(one),
            Err(problem) => bad.push(problem),
        }
    }
    (good, bad)
}

fn is_one(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    NAMES.contains(&name)
}

/// A path as written in a file of a folder, from the root of the repository; none when it leads out of it.
pub fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

impl Kustomization {
    /// Everything in it that names a file or a folder, with the keys that lead there: `resources`, `patches.path`, …
    pub fn references(&self) -> Vec<(Vec<&str>, &Written)> {
        self.root
            .scalars()
            .into_iter()
            .filter(|(keys, _)| names_a_file(keys))
            .collect()
    }
}

/// Whether what stands under these keys is a path.
fn names_a_file(keys: &[&str]) -> bool {
    match keys {
        [list] | [list, ..]
            if matches!(
                *list,
                "resources"
                    | "components"
                    | "bases"
                    | "crds"
                    | "configurations"
                    | "generators"
                    | "transformers"
                    | "validators"
                    | "patchesStrategicMerge"
            ) =>
        {
            true
        }
        ["patches" | "patchesJson6902" | "replacements", "path"] => true,
        [
            "configMapGenerator" | "secretGenerator",
            "files" | "envs" | "env",
        ] => true,
        ["openapi", "path"] => true,
        ["helmCharts", ..] | ["helmChartInflationGenerator", ..] => true,
        _ => false,
    }
}
