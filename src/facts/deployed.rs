//! What Argo CD deploys into a cell: the cell's root, and what every Application in it points to, and so on; and what
//! `bootstrap/` puts into the cluster before Argo CD is there.

use super::cell::Manifest;
use super::repository::Repository;
use crate::diagnostic::Diagnostic;
use crate::kustomize::{Builder, Object};
use crate::model::{Cell, Platform};
use std::collections::{BTreeSet, VecDeque};

/// The group of Argo CD's kinds.
const ARGO_CD: &str = "argoproj.io";

/// What was built, and what could not be.
#[derive(Default)]
pub(super) struct Deployed {
    pub(super) manifests: Vec<Manifest>,
    pub(super) problems: Vec<Diagnostic>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// Builds a cell as Argo CD does: its root, then the path of each Application that is in this repository.
pub(super) fn deployed(
    platform: &Platform,
    cell: &Cell,
    builder: &Builder<'_>,
    repository: &Repository<'_>,
) -> Deployed {
    let mut deployed = Deployed::default();
    bootstrap(cell, builder, repository, &mut deployed);
    let mut seen = BTreeSet::from([cell.overlay()]);
    let mut pending = VecDeque::from([(String::new(), cell.overlay())]);
    for manifest in &deployed.manifests {
        for (unit, path) in applications(platform, &manifest.object) {
            if seen.insert(path.clone()) {
                pending.push_back((unit, path));
            }
        }
    }
    while let Some((unit, folder)) = pending.pop_front() {
        match builder.build(&folder) {
            Ok(built) => {
                for object in &built.objects {
                    for (unit, path) in applications(platform, object) {
                        if seen.insert(path.clone()) {
                            pending.push_back((unit, path));
                        }
                    }
                }
                let own = built.objects.into_iter().map(|object| Manifest {
                    folder: folder.clone(),
                    unit: unit.clone(),
                    object,
                });
                deployed.manifests.extend(own);
                deployed.warnings.extend(built.warnings);
            }
            Err(problem) => deployed.problems.push(*problem),
        }
    }
    deployed
}

/// The unit of what the bootstrap script applies.
const BOOTSTRAP: &str = "bootstrap";

/// The objects in the cell's folder below `bootstrap/`, and in that of Argo CD, which all cells share.
fn bootstrap(
    cell: &Cell,
    builder: &Builder<'_>,
    repository: &Repository<'_>,
    deployed: &mut Deployed,
) {
    let own = format!("{BOOTSTRAP}/{}", cell.name);
    for folder in [own.as_str(), "bootstrap/argocd"] {
        let files = repository
            .below(folder)
            .filter(|path| path.ends_with(".yaml") || path.ends_with(".yml"));
        for path in files {
            match builder.read(path) {
                Ok(objects) => {
                    deployed
                        .manifests
                        .extend(objects.into_iter().map(|object| Manifest {
                            folder: folder.to_owned(),
                            unit: BOOTSTRAP.to_owned(),
                            object,
                        }))
                }
                Err(problem) => deployed.problems.push(*problem),
            }
        }
    }
}

/// The paths in this repository that an Application deploys, with its name.
fn applications(platform: &Platform, object: &Object) -> Vec<(String, String)> {
    let is_application = object.kind() == "Application"
        && object
            .api_version()
            .split_once('/')
            .is_some_and(|(group, _)| group == ARGO_CD);
    if !is_application {
        return Vec::new();
    }
    let spec = object.root.get("spec");
    let one = spec.and_then(|spec| spec.get("source"));
    let several = spec
        .and_then(|spec| spec.get("sources"))
        .map_or(&[][..], |sources| sources.items());
    one.into_iter()
        .chain(several)
        .filter(|source| {
            let url = source.get("repoURL").and_then(|url| url.as_text());
            url.is_some_and(|url| same_repository(url, platform.repository.url.as_str()))
        })
        .filter_map(|source| source.get("path")?.as_text())
        .map(|path| {
            let path = path.trim_start_matches("./").trim_matches('/');
            (object.name().to_owned(), path.to_owned())
        })
        .collect()
}

/// Whether two URLs name one repository: `.git` at the end and a slash make no difference.
fn same_repository(a: &str, b: &str) -> bool {
    let bare = |url: &str| {
        url.trim_end_matches('/')
            .trim_end_matches(".git")
            .to_lowercase()
    };
    bare(a) == bare(b)
}
