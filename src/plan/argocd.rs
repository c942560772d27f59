//! The root of a cell: AppProjects that allow as little as possible, and one Application for each unit.

use super::{Files, Origin};
use crate::catalogue;
use crate::model::operators::{ObjectKind, Operator, kind};
use crate::model::units::{Part, Unit};
use crate::model::{Cell, Platform};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const KUSTOMIZATION: &str = "cluster/overlays/cell/kustomization.yaml";
const PROJECTS: &str = "cluster/overlays/cell/projects.yaml";
const APPLICATIONS: &str = "cluster/overlays/cell/applications.yaml";

#[derive(Serialize)]
struct Projects<'a> {
    platform: &'a str,
    projects: Vec<Project>,
}

#[derive(Serialize)]
struct Project {
    name: String,
    description: String,
    repositories: Vec<String>,
    namespaces: Vec<String>,
    /// Sorted, each once; one that any object may have has no name.
    cluster_kinds: BTreeSet<ClusterKind>,
    kinds: Vec<ObjectKind>,
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
    kind("networking.k8s.io", "NetworkPolicy"),
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
    kind("bitnami.com", "SealedSecret"),
    kind("external-secrets.io", "ExternalSecret"),
    kind("external-secrets.io", "SecretStore"),
    kind("gateway.networking.k8s.io", "Gateway"),
    kind("gateway.networking.k8s.io", "HTTPRoute"),
    kind("networking.k8s.io", "NetworkPolicy"),
    kind("rbac.authorization.k8s.io", "Role"),
    kind("rbac.authorization.k8s.io", "RoleBinding"),
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

/// One project for each that the cell's units name, and one for the chart of each operator.
fn projects(platform: &Platform, cell: &Cell) -> Vec<Project> {
    let mut projects: BTreeMap<String, Project> = BTreeMap::new();
    for unit in &cell.units {
        let project = projects
            .entry(unit.project.clone())
            .or_insert_with(|| Project {
                name: project_name(platform, &unit.project),
                description: format!("{} of {}", what(unit.part), platform.name),
                repositories: vec![platform.repository.url.to_string()],
                namespaces: Vec::new(),
                cluster_kinds: BTreeSet::new(),
                kinds: kinds(unit.part).to_vec(),
            });
        project.namespaces.push(unit.namespace.clone());
        if unit.part == Part::Base {
            project.namespaces.extend(platform.namespaces());
            let namespaces = platform.namespaces();
            let namespaces = namespaces.iter().map(|name| ClusterKind::namespace(name));
            project.cluster_kinds.extend(namespaces);
            let class = cell.storage_class.made.as_ref();
            project.cluster_kinds.extend(class.map(|_| ClusterKind {
                group: "storage.k8s.io",
                kind: "StorageClass",
                name: Some(cell.storage_class()),
            }));
        }
    }
    for operator in &cell.operators {
        if let Some(project) = projects.get_mut(&operator.unit().project) {
            operated(project, operator);
        }
        let project = chart_project(platform, operator);
        projects.insert(operator.project(), project);
    }
    for project in projects.values_mut() {
        project.namespaces.sort();
        project.namespaces.dedup();
    }
    projects.into_values().collect()
}

/// What the project of the units needs for the unit of an operator: its Namespace and the Application of its chart.
fn operated(project: &mut Project, operator: &Operator) {
    project.namespaces.push("argocd".to_owned());
    project.namespaces.extend(operator.own_elsewhere.clone());
    let namespace = ClusterKind::namespace(&operator.namespace);
    let own = operator.own_cluster_kinds.iter().map(ClusterKind::from);
    project.cluster_kinds.extend(own.chain([namespace]));
}

/// The project of a chart: from its repository, into its namespaces, the kinds it makes.
fn chart_project(platform: &Platform, operator: &Operator) -> Project {
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
    }
}

fn what(part: Part) -> &'static str {
    match part {
        Part::Apps => "services",
        Part::Base => "namespaces and what holds in all of them",
        Part::Data => "stores",
        Part::Ops => "what operates the cell",
    }
}

fn kinds(part: Part) -> &'static [ObjectKind] {
    match part {
        Part::Apps => APPS_KINDS,
        Part::Base => BASE_KINDS,
        Part::Data => DATA_KINDS,
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
        watches: format!(".;../../../../{};../custom/{}", unit.base, unit.name),
        precious: unit.part != Part::Apps,
        prune: unit.part != Part::Data,
    };
    cell.units.iter().map(application).collect()
}
