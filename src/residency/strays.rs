//! What can be wrong with where an Application gets its manifests from and where it puts them. Applications and those that
//! ApplicationSets produce are held to the same.

use super::rule::Input;
use crate::facts::{
    Address, Application, CellFacts, Destination, IN_CLUSTER, Source, Written, owner,
};
use crate::source::Location;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stray {
    /// What kind of thing.
    pub(super) kind: Kind,
    /// Where.
    pub(super) place: Location,
    /// The second half of a sentence about the Application: "deploys to …".
    pub(super) what: String,
    /// How that was concluded.
    pub(super) steps: Vec<String>,
}

/// Kinds of things that are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It deploys to another cluster.
    Cluster,
    /// It deploys what belongs to another cell.
    Folder,
    /// It deploys something else than what was built here.
    Unbuilt,
}

/// All of it.
pub(super) fn strays(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    application: &Application,
) -> Vec<Stray> {
    let mut found = Vec::new();
    found.extend(elsewhere(here, application));
    for source in application.sources() {
        if source.is_of(here.platform) && source.chart().is_none() {
            found.extend(folder(input, here, source));
            found.extend(revision(here, source));
        }
    }
    found
}

/// A destination that is not the cell's own cluster.
fn elsewhere(here: &CellFacts<'_>, application: &Application) -> Option<Stray> {
    let Some(destination) = application.destination() else {
        return Some(Stray {
            kind: Kind::Cluster,
            place: application.object.place.clone(),
            what: "says no destination".to_owned(),
            steps: Vec::new(),
        });
    };
    let (node, text, steps) = named(here, destination)?;
    let steps = [
        vec![format!("destination.{}", node.0), text.to_owned()],
        steps,
    ]
    .concat();
    Some(Stray {
        kind: Kind::Cluster,
        place: node.1.place.clone(),
        what: format!(
            "deploys to `{text}`, which is not the cluster of {}",
            here.cell.name.as_str()
        ),
        steps,
    })
}

/// The server or name of another cluster than the cell's own, with the steps that lead there.
fn named<'w>(
    here: &CellFacts<'_>,
    destination: &'w Written,
) -> Option<((&'static str, &'w Written), &'w str, Vec<String>)> {
    for key in ["server", "name"] {
        let Some(node) = destination.get(key).filter(|node| !node.is_empty()) else {
            continue;
        };
        let text = node.text()?;
        let is_own = match key {
            "server" => is_own_server(here, text),
            _ => text == "in-cluster" || text == here.cell.cluster,
        };
        if !is_own {
            let steps = match Address::parse(text) {
                Some(address) if key == "server" => here.resolve(&address, "argocd").trace,
                _ => Vec::new(),
            };
            return Some(((key, node), text, steps.into_iter().skip(1).collect()));
        }
    }
    None
}

/// Whether a server is the cluster that the cell's Argo CD runs in.
pub(super) fn is_own_server(here: &CellFacts<'_>, server: &str) -> bool {
    let bare = server.trim_end_matches('/').trim_end_matches(":443");
    if bare == IN_CLUSTER || bare == "https://kubernetes.default.svc.cluster.local" {
        return true;
    }
    Address::parse(server).is_some_and(|address| {
        let host = address.host.to_string();
        let first = host.split('.').next().unwrap_or_default();
        let resolved = here.resolve(&address, "argocd");
        first == here.cell.cluster && resolved.destination == Destination::Home
    })
}

/// A folder that is another cell's, or that nobody could build.
fn folder(input: &Input<'_>, here: &CellFacts<'_>, source: Source<'_>) -> Option<Stray> {
    let node = source.node.get("path").unwrap_or(source.node);
    let path = source.path();
    let stray = |kind, what| {
        Some(Stray {
            kind,
            place: node.place.clone(),
            what,
            steps: Vec::new(),
        })
    };
    if let Some(other) = owner(here.platform, path)
        && other.name != here.cell.name
    {
        let what = format!("deploys `{path}`, which belongs to {}", other.name.as_str());
        return stray(Kind::Folder, what);
    }
    let exists = input.facts.is_some_and(|facts| {
        let mut below = facts.repository.below(path);
        below.next().is_some()
    });
    if !exists {
        return stray(
            Kind::Unbuilt,
            format!("deploys `{path}`, which is not there"),
        );
    }
    // A folder that fails to build says so itself.
    let is_kustomization = input.facts.is_some_and(|facts| {
        ["kustomization.yaml", "kustomization.yml", "Kustomization"]
            .iter()
            .any(|name| {
                facts
                    .repository
                    .sizes
                    .contains_key(&format!("{path}/{name}"))
            })
    });
    if !here.is_built(path) && !is_kustomization {
        let what = format!("deploys `{path}`, which has no kustomization and is not judged");
        return stray(Kind::Unbuilt, what);
    }
    None
}

/// A revision other than the branch that the platform follows.
fn revision(here: &CellFacts<'_>, source: Source<'_>) -> Option<Stray> {
    let node = source.node.get("targetRevision");
    let text = node.and_then(Written::text).unwrap_or("HEAD");
    let branch = here.platform.branch.as_str();
    if crate::gitops::is_branch(text, branch) {
        return None;
    }
    let place = node.map_or(&source.node.place, |node| &node.place).clone();
    Some(Stray {
        kind: Kind::Unbuilt,
        place,
        what: format!("deploys revision `{text}`, and what is judged is `{branch}`"),
        steps: Vec::new(),
    })
}
