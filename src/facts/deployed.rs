//! What Argo CD deploys into a cell: the cell's root, and what every Application in it points to, and so on; and what
//! `bootstrap/` puts into the cluster before Argo CD is there.

use super::argocd::{ArgoCd, GROUP, owner};
use super::cell::Manifest;
use super::repository::Repository;
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::kustomize::{Builder, Object};
use crate::model::{Cell, Platform};
use crate::source::Location;
use std::collections::{BTreeSet, VecDeque};

/// What was built, and what could not be.
#[derive(Default)]
pub(super) struct Deployed {
    pub(super) manifests: Vec<Manifest>,
    pub(super) argo_cd: ArgoCd,
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
    deployed.argo_cd.add_bootstrap(platform, cell, repository);
    let mut seen = BTreeSet::from([cell.overlay()]);
    let mut pending = VecDeque::from([(String::new(), cell.overlay())]);
    let mut read = 0;
    loop {
        for (unit, path) in deployed.argo_cd.paths(platform).split_off(read) {
            read += 1;
            // What belongs to another cell is not this one's to be judged by: the path is what is wrong.
            let is_foreign = owner(platform, &path).is_some_and(|other| other.name != cell.name);
            if !is_foreign && seen.insert(path.clone()) {
                pending.push_back((unit, path));
            }
        }
        let Some((unit, folder)) = pending.pop_front() else {
            return deployed;
        };
        match builder.build(&folder) {
            Ok(built) => {
                for object in built.objects.iter().filter(|object| is_argo_cds(object)) {
                    let locate = |origin| {
                        let fallback = || Location::file(format!("{folder}/kustomization.yaml"));
                        builder.location(origin).unwrap_or_else(fallback)
                    };
                    let written = Written::of_node(&object.root, builder, &locate);
                    deployed.argo_cd.add(platform, repository, written);
                }
                let objects = built.objects.into_iter();
                let own = objects.map(|object| Manifest::new(&folder, &unit, object));
                deployed.manifests.extend(own);
                deployed.warnings.extend(built.warnings);
            }
            Err(problem) => deployed.problems.push(*problem),
        }
    }
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
                    let objects = objects.into_iter();
                    let own = objects.map(|object| Manifest::new(folder, BOOTSTRAP, object));
                    deployed.manifests.extend(own);
                }
                // Not every YAML file there is an object: k3s and k3d have settings of their own.
                Err(_) if !names_a_kind(repository, path) => {}
                Err(problem) => deployed.problems.push(*problem),
            }
        }
    }
}

/// Whether a file says that it holds Kubernetes objects.
fn names_a_kind(repository: &Repository<'_>, path: &str) -> bool {
    let text = repository.text(path).unwrap_or_default();
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    has("kind:") && has("metadata:")
}

fn is_argo_cds(object: &Object) -> bool {
    let version = object.api_version();
    version
        .split_once('/')
        .is_some_and(|(group, _)| group == GROUP)
}
