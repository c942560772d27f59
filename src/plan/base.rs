//! `cluster/base`: what every cell has before anything runs in it, and what a cell adds: quotas and who may look.

use super::network::{self, Network};
use super::{Files, Origin, overlay};
use crate::model::namespaces::{Namespace, PodSecurity};
use crate::model::needs::Rations;
use crate::model::{Cell, Platform};
use serde::Serialize;
use std::collections::BTreeMap;

/// The unit.
const NAME: &str = "base";
const KUSTOMIZATION: &str = "cluster/base/kustomization.yaml";
/// What each namespace has, wherever it is.
const OF_NAMESPACES: [&str; 3] = [
    "cluster/base/namespaces.yaml",
    "cluster/base/default-deny.yaml",
    "cluster/base/service-accounts.yaml",
];
const ROLES: &str = "cluster/base/roles.yaml";
const CELL: &str = "cluster/overlays/cell/base/cell/kustomization.yaml";
const QUOTAS: &str = "cluster/overlays/cell/base/cell/quotas.yaml";
const ACCESS: &str = "cluster/overlays/cell/base/cell/access.yaml";

const STORAGE_CLASS: &str = "cluster/overlays/cell/base/cell/storage-class.yaml";
const STORAGE_CLASS_FILE: &str = "storage-class.yaml";

#[derive(Serialize)]
struct StorageClass<'a> {
    platform: &'a str,
    name: &'a str,
    provisioner: &'a str,
    parameters: &'a BTreeMap<String, String>,
    annotations: &'a BTreeMap<String, String>,
    expansion: bool,
    encryption: &'a str,
}

#[derive(Serialize)]
struct Kustomization {
    resources: Vec<String>,
}

#[derive(Serialize)]
struct Namespaces<'a> {
    platform: &'a str,
    namespaces: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    description: String,
    level: &'static str,
}

#[derive(Serialize)]
struct Quotas<'a> {
    platform: &'a str,
    quotas: Vec<Quota<'a>>,
}

#[derive(Serialize)]
struct Quota<'a> {
    namespace: &'a str,
    cpu: &'a str,
    memory: &'a str,
    memory_limit: &'a str,
    storage: &'a str,
    // Quantities are strings in every API object, so that they come back as they were sent.
    claims: Option<String>,
    pods: String,
    default_cpu: &'a str,
    default_memory: &'a str,
    largest_memory: &'a str,
}

impl<'a> Quota<'a> {
    fn of(namespace: &'a str, rations: &'a Rations) -> Self {
        Self {
            namespace,
            cpu: &rations.cpu,
            memory: &rations.memory,
            memory_limit: &rations.memory_limit,
            storage: &rations.storage,
            claims: rations.claims.map(|claims| claims.to_string()),
            pods: rations.pods.to_string(),
            default_cpu: &rations.default_cpu,
            default_memory: &rations.default_memory,
            largest_memory: &rations.largest_memory,
        }
    }
}

#[derive(Serialize)]
struct Access<'a> {
    platform: &'a str,
    teams: Vec<Team<'a>>,
}

#[derive(Serialize)]
struct Team<'a> {
    name: &'a str,
    namespace: &'a str,
    debug: bool,
    groups: &'a [String],
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let everywhere = everywhere(platform);
    let mut resources = namespaces(platform, &everywhere, "cluster/base", files)?;
    if !platform.teams.is_empty() {
        let teams = platform.teams.values().map(|team| Team {
            name: &team.name,
            namespace: &team.namespace,
            debug: team.everywhere.debug,
            groups: &team.everywhere.groups,
        });
        let access = Access {
            platform: &platform.name,
            teams: teams.collect(),
        };
        files.render(ROLES.to_owned(), origin(ROLES, "teams"), &access)?;
        resources.push("roles.yaml".to_owned());
    }
    if network.is_everywhere(NAME) {
        resources.push(network::FILE.to_owned());
    }
    kustomization(resources, KUSTOMIZATION, KUSTOMIZATION.to_owned(), files)?;
    for (index, cell) in platform.cells.iter().enumerate() {
        let added = network.is_here(NAME, index).then_some(network::FILE);
        here(platform, cell, &everywhere, added, files)?;
    }
    Ok(())
}

/// The namespaces that are alike in all cells.
fn everywhere(platform: &Platform) -> Vec<&Namespace> {
    let in_all = |name: &str, like: &Namespace| {
        platform.cells.iter().all(|cell| {
            let same = cell.namespaces.iter().find(|n| n.name == name);
            same.is_some_and(|same| (same.level, same.maker) == (like.level, like.maker))
        })
    };
    let all = platform.namespaces().into_iter();
    all.filter(|(name, namespace)| namespace.is_of_base() && in_all(name, namespace))
        .map(|(_, namespace)| namespace)
        .collect()
}

fn here(
    platform: &Platform,
    cell: &Cell,
    everywhere: &[&Namespace],
    policies: Option<&'static str>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let folder = format!("{}/{NAME}/cell", cell.overlay());
    let is_everywhere = |n: &Namespace| everywhere.iter().any(|other| other.name == n.name);
    let own = cell.namespaces.iter().filter(|n| n.is_of_base());
    let only_here: Vec<&Namespace> = own.clone().filter(|n| !is_everywhere(n)).collect();
    let mut resources = if only_here.is_empty() {
        Vec::new()
    } else {
        namespaces(platform, &only_here, &folder, files)?
    };
    let quotas = own.filter_map(|namespace| {
        let rations = namespace.rations.as_ref()?;
        Some(Quota::of(&namespace.name, rations))
    });
    let quotas = Quotas {
        platform: &platform.name,
        quotas: quotas.collect(),
    };
    if !quotas.quotas.is_empty() {
        let path = format!("{folder}/quotas.yaml");
        files.render(path, origin(QUOTAS, "services"), &quotas)?;
        resources.push("quotas.yaml".to_owned());
    }
    if !platform.teams.is_empty() {
        let path = format!("{folder}/access.yaml");
        files.render(path, origin(ACCESS, "teams"), &access(platform, cell))?;
        resources.push("access.yaml".to_owned());
    }
    resources.extend(policies.map(str::to_owned));
    let class = storage_class(platform, cell, files)?;
    resources.extend(class.map(str::to_owned));
    let path = format!("{folder}/kustomization.yaml");
    kustomization(resources, CELL, path, files)
}

/// Where the volumes of a cell come from, where it makes the class itself; gives the name of the file.
fn storage_class(
    platform: &Platform,
    cell: &Cell,
    files: &mut Files,
) -> anyhow::Result<Option<&'static str>> {
    let class = &cell.storage_class;
    let Some(volumes) = &class.made else {
        return Ok(None);
    };
    let context = StorageClass {
        platform: &platform.name,
        name: &class.name,
        provisioner: &volumes.provisioner,
        parameters: &volumes.parameters,
        annotations: &volumes.annotations,
        expansion: volumes.expansion,
        encryption: volumes.encryption,
    };
    let path = overlay::component(cell, NAME, STORAGE_CLASS_FILE);
    files.render(path, origin(STORAGE_CLASS, "regions"), &context)?;
    Ok(Some(STORAGE_CLASS_FILE))
}

fn access<'a>(platform: &'a Platform, cell: &'a Cell) -> Access<'a> {
    let teams = platform.teams.values().filter_map(|team| {
        let here = cell.teams.get(&team.name)?;
        Some(Team {
            name: &team.name,
            namespace: &team.namespace,
            debug: here.debug,
            groups: &here.groups,
        })
    });
    Access {
        platform: &platform.name,
        teams: teams.collect(),
    }
}

/// Plans what each of some namespaces has, and gives the names of the files.
fn namespaces(
    platform: &Platform,
    namespaces: &[&Namespace],
    folder: &str,
    files: &mut Files,
) -> anyhow::Result<Vec<String>> {
    let rows = namespaces.iter().map(|namespace| Row {
        name: &namespace.name,
        description: match namespace.level {
            PodSecurity::Restricted => namespace.holds.clone(),
            level => format!(
                "{}; {} and not restricted: {}",
                namespace.holds,
                level.name(),
                namespace.because
            ),
        },
        level: namespace.level.name(),
    });
    let context = Namespaces {
        platform: &platform.name,
        namespaces: rows.collect(),
    };
    let mut resources = Vec::new();
    for template in OF_NAMESPACES {
        let file = template.rsplit('/').next().unwrap_or_default();
        let path = format!("{folder}/{file}");
        files.render(path, origin(template, "platform"), &context)?;
        resources.push(file.to_owned());
    }
    Ok(resources)
}

fn kustomization(
    mut resources: Vec<String>,
    template: &'static str,
    path: String,
    files: &mut Files,
) -> anyhow::Result<()> {
    resources.sort();
    let context = Kustomization { resources };
    files.render(path, origin(template, "platform"), &context)
}

fn origin<'a>(template: &'static str, key: &'a str) -> Origin<'a> {
    Origin {
        template,
        key,
        custom: "custom/base of a cell",
    }
}
