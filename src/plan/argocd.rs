//! The root of a cell: AppProjects that allow as little as possible, and one Application for each unit.

use super::{Files, Origin};
use crate::model::units::{Part, Unit};
use crate::model::{Cell, Platform};
use serde::Serialize;
use std::collections::BTreeMap;

const KUSTOMIZATION: &str = "cluster/overlays/cell/kustomization.yaml";
const PROJECTS: &str = "cluster/overlays/cell/projects.yaml";
const APPLICATIONS: &str = "cluster/overlays/cell/applications.yaml";

#[derive(Serialize)]
struct Projects<'a> {
    platform: &'a str,
    repository: &'a str,
    projects: Vec<Project>,
}

#[derive(Serialize)]
struct Project {
    name: String,
    description: String,
    namespaces: Vec<String>,
    creates_namespaces: bool,
    kinds: Vec<Kind>,
}

/// A kind of namespaced objects, by its API group.
#[derive(Serialize)]
struct Kind {
    group: &'static str,
    kind: &'static str,
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

const BASE_KINDS: &[(&str, &str)] = &[
    ("", "LimitRange"),
    ("", "ResourceQuota"),
    ("networking.k8s.io", "NetworkPolicy"),
];
const APPS_KINDS: &[(&str, &str)] = &[
    ("", "ConfigMap"),
    ("", "Service"),
    ("", "ServiceAccount"),
    ("apps", "Deployment"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("batch", "CronJob"),
    ("batch", "Job"),
    ("bitnami.com", "SealedSecret"),
    ("networking.k8s.io", "Ingress"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy", "PodDisruptionBudget"),
];
const DATA_KINDS: &[(&str, &str)] = &[
    ("", "ConfigMap"),
    ("", "PersistentVolumeClaim"),
    ("", "Service"),
    ("", "ServiceAccount"),
    ("apps", "StatefulSet"),
    ("batch", "CronJob"),
    ("batch", "Job"),
    ("bitnami.com", "SealedSecret"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("policy", "PodDisruptionBudget"),
];

const OPS_KINDS: &[(&str, &str)] = &[
    ("", "ConfigMap"),
    ("", "ServiceAccount"),
    ("argoproj.io", "Application"),
    ("bitnami.com", "SealedSecret"),
    ("external-secrets.io", "ExternalSecret"),
    ("external-secrets.io", "SecretStore"),
    ("networking.k8s.io", "NetworkPolicy"),
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
            repository: &platform.repository.url,
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

/// One project for each that the cell's units name.
fn projects(platform: &Platform, cell: &Cell) -> Vec<Project> {
    let mut projects: BTreeMap<&str, Project> = BTreeMap::new();
    for unit in &cell.units {
        let project = projects.entry(&unit.project).or_insert_with(|| Project {
            name: project_name(platform, &unit.project),
            description: format!("{} of {}", what(unit.part), platform.name),
            namespaces: Vec::new(),
            creates_namespaces: unit.part == Part::Base,
            kinds: kinds(unit.part)
                .iter()
                .map(|&(group, kind)| Kind { group, kind })
                .collect(),
        });
        project.namespaces.push(unit.namespace.clone());
        if unit.part == Part::Base {
            project.namespaces.extend(platform.namespaces());
        }
    }
    for project in projects.values_mut() {
        project.namespaces.sort();
        project.namespaces.dedup();
    }
    projects.into_values().collect()
}

fn what(part: Part) -> &'static str {
    match part {
        Part::Apps => "services",
        Part::Base => "namespaces and what holds in all of them",
        Part::Data => "stores",
        Part::Ops => "what operates the cell",
    }
}

fn kinds(part: Part) -> &'static [(&'static str, &'static str)] {
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
