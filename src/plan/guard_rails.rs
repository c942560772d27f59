//! `cluster/ops/guard-rails`: the admission policies that are the same in every cell, and those that name what is its own.

use super::{Files, Origin};
use crate::model::guard_rails::GuardRail;
use crate::model::{Cell, Platform};
use serde::Serialize;
use std::collections::BTreeMap;

/// The unit.
const NAME: &str = "guard-rails";
const BASE: &str = "cluster/ops/guard-rails/kustomization.yaml";
const CELL: &str = "cluster/overlays/cell/guard-rails/cell/kustomization.yaml";

#[derive(Serialize)]
struct Policy<'a> {
    platform: &'a str,
    name: String,
    exempt: Vec<Exempt<'a>>,
    /// Whether a cert-manager that is not the platform's own makes pods beside the services.
    solver: bool,
    /// A CEL expression: the cell's domain. Empty where no cell is meant.
    domain: String,
    /// A CEL expression: the cell's StorageClasses.
    classes: String,
}

/// A namespace in which the policy does not hold.
#[derive(Serialize)]
struct Exempt<'a> {
    name: &'a str,
    because: &'a str,
}

#[derive(Serialize)]
struct Kustomization {
    resources: Vec<String>,
    removed: Vec<String>,
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let Some(first) = platform.cells.first() else {
        return Ok(());
    };
    let everywhere: Vec<GuardRail> = GuardRail::ALL
        .into_iter()
        .filter(|rail| !is_of_cell(*rail))
        .collect();
    for rail in &everywhere {
        let path = format!("cluster/ops/{NAME}/{}.yaml", rail.name());
        policy(platform, first, *rail, path, files)?;
    }
    let kustomization = Kustomization {
        resources: everywhere.iter().map(file).collect(),
        removed: Vec::new(),
    };
    files.render(BASE.to_owned(), origin(BASE), &kustomization)?;
    for cell in &platform.cells {
        here(platform, cell, &everywhere, files)?;
    }
    Ok(())
}

/// Whether a policy names something that each cell has of its own.
fn is_of_cell(rail: GuardRail) -> bool {
    matches!(rail, GuardRail::OwnHosts | GuardRail::OwnStorageClasses)
}

fn here(
    platform: &Platform,
    cell: &Cell,
    everywhere: &[GuardRail],
    files: &mut Files,
) -> anyhow::Result<()> {
    let folder = format!("{}/{NAME}/cell", cell.overlay());
    let holding = cell.guard_rails();
    let own = holding.iter().filter(|rail| is_of_cell(**rail));
    for rail in own.clone() {
        let path = format!("{folder}/{}", file(rail));
        policy(platform, cell, *rail, path, files)?;
    }
    let removed = everywhere.iter().filter(|rail| !holding.contains(rail));
    let kustomization = Kustomization {
        resources: own.map(file).collect(),
        removed: removed.map(|rail| name(platform, *rail)).collect(),
    };
    let path = format!("{folder}/kustomization.yaml");
    files.render(path, origin(CELL), &kustomization)
}

fn policy(
    platform: &Platform,
    cell: &Cell,
    rail: GuardRail,
    path: String,
    files: &mut Files,
) -> anyhow::Result<()> {
    let exempt = exempt(platform, rail).into_iter();
    let classes: Vec<String> = cell
        .storage_classes()
        .iter()
        .map(|class| literal(class))
        .collect();
    let policy = Policy {
        platform: &platform.name,
        name: name(platform, rail),
        exempt: exempt
            .map(|(name, because)| Exempt { name, because })
            .collect(),
        solver: platform.cert_manager.is_none() && platform.ingress.cluster_issuer.is_some(),
        domain: literal(&cell.domain),
        classes: format!("[{}]", classes.join(", ")),
    };
    files.render(path, origin(template(rail)), &policy)
}

/// The namespaces in which a policy does not hold. One that a cell does not have does no harm there.
fn exempt(platform: &Platform, rail: GuardRail) -> BTreeMap<&str, &str> {
    let namespaces = platform.cells.iter().flat_map(|cell| &cell.namespaces);
    let exempt = namespaces.filter_map(|namespace| {
        let because = namespace.exemptions.get(&rail)?;
        Some((namespace.name.as_str(), because.as_str()))
    });
    exempt.collect()
}

/// A text in CEL. Domains and names of StorageClasses have no character that would need an escape.
fn literal(text: &str) -> String {
    format!("'{text}'")
}

fn name(platform: &Platform, rail: GuardRail) -> String {
    format!("{}-{}", platform.name, rail.name())
}

fn file(rail: &GuardRail) -> String {
    format!("{}.yaml", rail.name())
}

fn template(rail: GuardRail) -> &'static str {
    match rail {
        GuardRail::ClusterIpOnly => "cluster/ops/guard-rails/cluster-ip-only.yaml",
        GuardRail::NoDefaultToken => "cluster/ops/guard-rails/no-default-token.yaml",
        GuardRail::NoNodeAccess => "cluster/ops/guard-rails/no-node-access.yaml",
        GuardRail::PinnedImages => "cluster/ops/guard-rails/pinned-images.yaml",
        GuardRail::OwnHosts => "cluster/overlays/cell/guard-rails/cell/own-hosts.yaml",
        GuardRail::OwnStorageClasses => {
            "cluster/overlays/cell/guard-rails/cell/own-storage-classes.yaml"
        }
    }
}

fn origin(template: &'static str) -> Origin<'static> {
    Origin {
        template,
        key: "platform",
        custom: "custom/guard-rails of a cell",
    }
}
