//! The root of a cell: AppProjects that allow as little as possible, and one Application for each unit.

use super::{Files, Origin};
use crate::catalogue;
use crate::model::operators::{ObjectKind, Operator, kind};
use crate::model::units::{ClusterWide, Part, Unit};
use crate::model::{Cell, Platform, Secrets};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The project of the unit that brings Secrets.
const SECRETS: &str = "secrets";
const KUSTOMIZATION: &str = "cluster/overlays/cell/kustomization.yaml";
const PROJECTS: &str = "cluster/overlays/cell/projects.yaml";
const APPLICATIONS: &str = "cluster/overlays/cell/applications.yaml";

#[derive(Serialize)]
struct Projects<'a> {
    platform: &'a str,
    projects: Vec<Project<'a>>,
}

#[derive(Serialize)]
struct Project<'a> {
    name: String,
    description: String,
    repositories: Vec<String>,
    namespaces: Vec<String>,
    /// Sorted, each once; one that any object may have has no name.
    cluster_kinds: BTreeSet<ClusterKind>,
    kinds: Vec<ObjectKind>,
    roles: Vec<Role<'a>>,
}

/// What people of some groups may do with the Applications of a project.
#[derive(Serialize)]
struct Role<'a> {
    name: &'static str,
    description: &'static str,
    policies: Vec<String>,
    groups: &'a [String],
}

/// A kind of objects that are in no namespace, and the one name they may have.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct ClusterKind {
    group: &'static str,
    kind: &'static str,
    name: Option<String>,
}

impl ClusterKind {
    fn namespace(name: &str) -> Self {
        Self {
            group: "",
            kind: "Namespace",
            name: Some(name.to_owned()),
        }
    }
}

impl From<&ObjectKind> for ClusterKind {
    fn from(kind: &ObjectKind) -> Self {
        Self {
            group: kind.group,
            kind: kind.kind,
            name: None,
        }
    }
}

impl From<&ClusterWide> for ClusterKind {
    fn from(object: &ClusterWide) -> Self {
        Self {
            group: object.group,
            kind: object.kind,
            name: Some(object.name.clone()),
        }
    }
}

#[derive(Serialize)]
struct Applications<'a> {
    platform: &'a str,
    repository: &'a str,
    branch: &'a str,
    applications: Vec<Application>,
}

#[derive(Serialize)]
struct Application {
    name: String,
    project: String,
    namespace: String,
    path: String,
    /// A sync wave is an annotation and therefore a string.
    wave: String,
    /// The folders a change of which makes Argo CD build this Application again, relative to its path.
    watches: String,
    /// Whether data or namespaces hang on it.
    precious: bool,
    /// Whether Argo CD removes by itself what is no longer declared.
    prune: bool,
}

const BASE_KINDS: &[ObjectKind] = &[
    kind("", "LimitRange"),
    kind("", "ResourceQuota"),
    kind("", "ServiceAccount"),
    kind("networking.k8s.io", "NetworkPolicy"),
    kind("rbac.authorization.k8s.io", "Role"),
    kind("rbac.authorization.k8s.io", "RoleBinding"),
];
const APPS_KINDS: &[ObjectKind] = &[
    kind("", "ConfigMap"),
    kind("", "Service"),
    kind("", "ServiceAccount"),
    kind("apps", "Deployment"),
    kind("autoscaling", "HorizontalPodAutoscaler"),
    kind("batch", "CronJob"),
    kind("batch", "Job"),
    kind("bitnami.com", "SealedSecret"),
    kind("gateway.networking.k8s.io", "HTTPRoute"),
    kind("networking.k8s.io", "Ingress"),
    kind("networking.k8s.io", "NetworkPolicy"),
    kind("policy", "PodDisruptionBudget"),
];
const DATA_KINDS: &[ObjectKind] = &[
    kind("", "ConfigMap"),
    kind("", "PersistentVolumeClaim"),
    kind("", "Service"),
    kind("", "ServiceAccount"),
    kind("apps", "StatefulSet"),
    kind("batch", "CronJob"),
    kind("batch", "Job"),
    kind("bitnami.com", "SealedSecret"),
    kind("networking.k8s.io", "NetworkPolicy"),
    kind("policy", "PodDisruptionBudget"),
];

const OPS_KINDS: &[ObjectKind] = &[
    kind("", "ConfigMap"),
    kind("", "ServiceAccount"),
    kind("argoproj.io", "Application"),
    kind("gateway.networking.k8s.io", "Gateway"),
    kind("gateway.networking.k8s.io", "HTTPRoute"),
    kind("networking.k8s.io", "NetworkPolicy"),
    kind("rbac.authorization.k8s.io", "Role"),
    kind("rbac.authorization.k8s.io", "RoleBinding"),
];

/// Of the project `secrets`, which reaches every namespace with a Secret.
const SECRETS_KINDS: &[ObjectKind] = &[
    kind("", "ServiceAccount"),
    kind("bitnami.com", "SealedSecret"),
    kind("external-secrets.io", "ExternalSecret"),
    kind("external-secrets.io", "SecretStore"),
];

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    for cell in &platform.cells {
        let overlay = cell.overlay();
        let key = format!("environments.{}", cell.environment);
        let path = format!("{overlay}/kustomization.yaml");
        files.render(path, origin(KUSTOMIZATION, &key), &())?;
        let path = format!("{overlay}/projects.yaml");
        let projects = Projects {
            platform: &platform.name,
            projects: projects(platform, cell),
        };
        files.render(path, origin(PROJECTS, "platform"), &projects)?;
        let applications = Applications {
            platform: &platform.name,
            repository: &platform.repository.url,
            branch: &platform.branch,
            applications: applications(platform, cell),
        };
        let path = format!("{overlay}/applications.yaml");
        files.render(path, origin(APPLICATIONS, &key), &applications)?;
    }
    Ok(())
}

fn origin<'a>(template: &'static str, key: &'a str) -> Origin<'a> {
    Origin {
        template,
        key,
        custom: "",
    }
}

/// One project for each that the cell's units name, one for each team, which may have no service yet, and one for the chart of
/// each operator.
fn projects<'a>(platform: &'a Platform, cell: &'a Cell) -> Vec<Project<'a>> {
    let mut projects: BTreeMap<String, Project<'a>> = BTreeMap::new();
    for team in platform.teams.values() {
        let project = project(platform, cell, &team.name, Part::Apps);
        projects.insert(team.name.to_string(), project);
    }
    for unit in &cell.units {
        let project = projects
            .entry(unit.project.clone())
            .or_insert_with(|| project(platform, cell, &unit.project, unit.part));
        project.namespaces.push(unit.namespace.clone());
    }
    for operator in &cell.operators {
        if let Some(project) = projects.get_mut(&operator.unit().project) {
            operated(project, operator);
        }
        let project = chart_project(platform, operator);
        projects.insert(operator.project(), project);
    }
    for project in projects.values_mut() {
        project.namespaces.sort_unstable();
        project.namespaces.dedup();
    }
    projects.into_values().collect()
}

fn project<'a>(platform: &'a Platform, cell: &'a Cell, name: &str, part: Part) -> Project<'a> {
    let team = platform.teams.get(name);
    let here = cell.teams.get(name);
    let mut kinds = kinds(part, name).to_vec();
    kinds.retain(|kind| is_used(platform, cell, kind));
    if here.is_some_and(|team| team.quota.storage.is_some()) {
        kinds.push(kind("", "PersistentVolumeClaim"));
        kinds.sort();
    }
    let own = cell.cluster_wide.iter().filter(|o| o.project == name);
    let mut project = Project {
        name: project_name(platform, name),
        description: match team {
            Some(team) => format!("services of team {} of {}", team.name, platform.name),
            None => format!("{} of {}", what(part), platform.name),
        },
        repositories: vec![platform.repository.url.to_string()],
        namespaces: team.iter().map(|team| team.namespace.clone()).collect(),
        cluster_kinds: own.map(Into::into).collect(),
        kinds,
        roles: here
            .map(|team| role(&project_name(platform, name), &team.groups))
            .into_iter()
            .collect(),
    };
    if name == SECRETS {
        let wanted = cell.credentials.iter().flat_map(|c| &c.namespaces);
        project.namespaces.extend(wanted.cloned());
    }
    if part == Part::Base {
        let made = cell.namespaces.iter().filter(|n| n.is_of_base());
        for namespace in made {
            project.namespaces.push(namespace.name.clone());
            let namespace = ClusterKind::namespace(&namespace.name);
            project.cluster_kinds.insert(namespace);
        }
    }
    project
}

/// People of a team see its Applications and logs and may sync: that brings what is in Git, and nothing else.
fn role<'a>(project: &str, groups: &'a [String]) -> Role<'a> {
    let policy = |resource: &str, action: &str| {
        format!("p, proj:{project}:team, {resource}, {action}, {project}/*, allow")
    };
    Role {
        name: "team",
        description: "sees the team's Applications and logs, and may sync",
        policies: vec![
            policy("applications", "get"),
            policy("applications", "sync"),
            policy("logs", "get"),
        ],
        groups,
    }
}

/// What the project of the units needs for the unit of an operator: its Namespace and the Application of its chart.
fn operated(project: &mut Project<'_>, operator: &Operator) {
    project.namespaces.push("argocd".to_owned());
    project.namespaces.extend(operator.own_elsewhere.clone());
    let namespace = ClusterKind::namespace(&operator.namespace);
    let own = operator.own_cluster_kinds.iter().map(ClusterKind::from);
    project.cluster_kinds.extend(own.chain([namespace]));
}

/// The project of a chart: from its repository, into its namespaces, the kinds it makes.
fn chart_project<'a>(platform: &Platform, operator: &Operator) -> Project<'a> {
    let chart = catalogue::charts().get(operator.name);
    let namespaces = operator.elsewhere.iter().chain([&operator.namespace]);
    let mut kinds = operator.kinds.clone();
    kinds.sort();
    Project {
        name: project_name(platform, &operator.project()),
        description: format!("the chart of {} of {}", operator.name, platform.name),
        repositories: chart
            .map(|chart| chart.repository.clone())
            .into_iter()
            .chain(operator.repositories.clone())
            .collect(),
        namespaces: namespaces.cloned().collect(),
        cluster_kinds: operator.cluster_kinds.iter().map(Into::into).collect(),
        kinds,
        roles: Vec::new(),
    }
}

fn what(part: Part) -> &'static str {
    match part {
        Part::Apps => "services",
        Part::Base => "namespaces and what holds in all of them",
        Part::Data => "stores",
        Part::GuardRails => "admission policies",
        Part::Ops => "what operates the cell",
    }
}

/// Kinds that only one of several ways needs are allowed where that way is declared.
fn is_used(platform: &Platform, cell: &Cell, kind: &ObjectKind) -> bool {
    match kind.group {
        "gateway.networking.k8s.io" => platform.has_gateway(),
        "bitnami.com" => matches!(platform.secrets_of(cell), Secrets::SealedSecrets),
        "external-secrets.io" => matches!(platform.secrets_of(cell), Secrets::ExternalSecrets(_)),
        _ => true,
    }
}

fn kinds(part: Part, project: &str) -> &'static [ObjectKind] {
    match part {
        Part::Apps => APPS_KINDS,
        Part::Base => BASE_KINDS,
        Part::Data => DATA_KINDS,
        // Nothing in any namespace.
        Part::GuardRails => &[],
        Part::Ops if project == SECRETS => SECRETS_KINDS,
        Part::Ops => OPS_KINDS,
    }
}

fn project_name(platform: &Platform, part: &str) -> String {
    format!("{}-{part}", platform.name)
}

fn applications(platform: &Platform, cell: &Cell) -> Vec<Application> {
    let overlay = cell.overlay();
    let application = |unit: &Unit| Application {
        name: unit.name.clone(),
        project: project_name(platform, &unit.project),
        namespace: unit.namespace.clone(),
        path: format!("{overlay}/{}", unit.name),
        wave: unit.wave.to_string(),
        watches: match unit.base.as_str() {
            "" => format!(".;../custom/{}", unit.name),
            base => format!(".;../../../../{base};../custom/{}", unit.name),
        },
        precious: unit.part != Part::Apps,
        // What is taken out by mistake must not take the Secret along that a store is open with.
        prune: unit.part != Part::Data && unit.project != SECRETS,
    };
    cell.units.iter().map(application).collect()
}
