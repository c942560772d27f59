//! The root of a cell: AppProjects that allow as little as possible, and one Application for each unit.

use super::Origin;
use super::files::{self, Files};
use crate::model::{Cell, Platform};
use crate::spec::names::Name;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const KUSTOMIZATION: &str = "cluster/overlays/cell/kustomization.yaml";
const PROJECTS: &str = "cluster/overlays/cell/projects.yaml";
const APPLICATIONS: &str = "cluster/overlays/cell/applications.yaml";

/// Services come up after the base (wave 0) and the stores (wave 1).
const FIRST_SERVICE_WAVE: u32 = 2;

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

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let projects = Projects {
        platform: &platform.name,
        repository: &platform.repository.url,
        projects: projects(platform),
    };
    let projects = files::text(origin(PROJECTS, "platform"), &projects)?;
    let waves = waves(platform);
    for cell in &platform.cells {
        let overlay = cell.overlay();
        let key = format!("environments.{}", cell.environment);
        let path = format!("{overlay}/kustomization.yaml");
        files.render(path, origin(KUSTOMIZATION, &key), &())?;
        let path = format!("{overlay}/projects.yaml");
        files.generated(path, origin(PROJECTS, "platform"), projects.clone())?;
        let applications = Applications {
            platform: &platform.name,
            repository: &platform.repository.url,
            branch: &platform.branch,
            applications: applications(platform, cell, &waves),
        };
        let path = format!("{overlay}/applications.yaml");
        files.render(path, origin(APPLICATIONS, &key), &applications)?;
    }
    Ok(())
}

/// The units of a cell in the order of their sync waves: each after those it needs.
pub(super) fn units(platform: &Platform, cell: &Cell) -> Vec<String> {
    applications(platform, cell, &waves(platform))
        .into_iter()
        .map(|application| application.name)
        .collect()
}

fn origin<'a>(template: &'static str, key: &'a str) -> Origin<'a> {
    Origin {
        template,
        key,
        custom: "",
    }
}

fn projects(platform: &Platform) -> Vec<Project> {
    let (apps, data) = (platform.apps_namespace(), platform.data_namespace());
    let project = |part: &str, what: &str, namespaces: Vec<String>, kinds: &[_]| Project {
        name: project_name(platform, part),
        description: format!("{what} of {}", platform.name),
        creates_namespaces: part == "base",
        namespaces,
        kinds: kinds
            .iter()
            .map(|&(group, kind)| Kind { group, kind })
            .collect(),
    };
    vec![
        project("apps", "services", vec![apps.clone()], APPS_KINDS),
        project(
            "base",
            "namespaces and their network policies",
            vec![apps, data.clone()],
            BASE_KINDS,
        ),
        project("data", "stores", vec![data], DATA_KINDS),
    ]
}

fn project_name(platform: &Platform, part: &str) -> String {
    format!("{}-{part}", platform.name)
}

fn applications(
    platform: &Platform,
    cell: &Cell,
    waves: &BTreeMap<&Name, u32>,
) -> Vec<Application> {
    let overlay = cell.overlay();
    let application = |name: &str, part: &str, namespace, wave: u32, source: String| Application {
        name: name.to_owned(),
        project: project_name(platform, part),
        namespace,
        path: format!("{overlay}/{name}"),
        wave: wave.to_string(),
        watches: format!(".;../../../../{source};../custom/{name}"),
        precious: part != "apps",
        prune: part != "data",
    };
    let (apps, data) = (platform.apps_namespace(), platform.data_namespace());
    let mut all = vec![application(
        "base",
        "base",
        apps.clone(),
        0,
        "base".to_owned(),
    )];
    if cell.object_storage.is_some() {
        let source = "data/object-storage".to_owned();
        all.push(application("object-storage", "data", data, 1, source));
    }
    let mut services: Vec<(&Name, u32)> = waves.iter().map(|(name, wave)| (*name, *wave)).collect();
    services.sort_by_key(|(name, wave)| (*wave, *name));
    all.extend(
        services.into_iter().map(|(name, wave)| {
            application(name, "apps", apps.clone(), wave, format!("apps/{name}"))
        }),
    );
    all
}

/// The sync wave of each service: callees before callers. Where services call each other in a circle, the edge that
/// closes the circle, going through the services by name, is left out.
fn waves(platform: &Platform) -> BTreeMap<&Name, u32> {
    let mut waves = BTreeMap::new();
    for name in platform.services.keys() {
        wave(platform, name, &mut BTreeSet::new(), &mut waves);
    }
    waves
}

fn wave<'a>(
    platform: &'a Platform,
    name: &'a Name,
    on_the_way: &mut BTreeSet<&'a Name>,
    waves: &mut BTreeMap<&'a Name, u32>,
) -> u32 {
    if let Some(known) = waves.get(name) {
        return *known;
    }
    on_the_way.insert(name);
    let mut latest = FIRST_SERVICE_WAVE;
    if let Some(service) = platform.services.get(name) {
        for callee in &service.calls {
            if !on_the_way.contains(callee) {
                latest = latest.max(wave(platform, callee, on_the_way, waves) + 1);
            }
        }
    }
    on_the_way.remove(name);
    waves.insert(name, latest);
    latest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;

    fn waves_of(services: &[(&str, &[&str])]) -> Vec<(String, u32)> {
        let mut text = r#"
schema = 1
[platform]
name = "p"
repository = "https://github.com/acme/p"
registry = "ghcr.io/acme"
[residency.jurisdictions.ES]
countries = ["ES"]
[regions.es]
jurisdiction = "ES"
provider = "gcp"
location = "europe-southwest1"
domain = "p.example"
[environments.production]
regions = ["es"]
"#
        .to_owned();
        for (port, (name, calls)) in services.iter().enumerate() {
            let port = 8000 + port;
            text.push_str(&format!(
                "[services.{name}]\nport = {port}\ncalls = {calls:?}\n"
            ));
        }
        let (platform, _) = model::load(&text).unwrap_or_else(|problems| panic!("{problems:#?}"));
        waves(&platform)
            .into_iter()
            .map(|(name, wave)| (name.to_string(), wave))
            .collect()
    }

    fn named(waves: &[(&str, u32)]) -> Vec<(String, u32)> {
        waves
            .iter()
            .map(|(name, wave)| ((*name).to_owned(), *wave))
            .collect()
    }

    #[test]
    fn callees_come_up_before_callers() {
        let services: &[(&str, &[&str])] =
            &[("a", &["b", "c"]), ("b", &["c"]), ("c", &[]), ("d", &[])];
        assert_eq!(
            waves_of(services),
            named(&[("a", 4), ("b", 3), ("c", 2), ("d", 2)])
        );
    }

    #[test]
    fn a_circle_is_opened_at_the_same_place_every_time() {
        let services: &[(&str, &[&str])] = &[("a", &["b"]), ("b", &["c"]), ("c", &["a"])];
        assert_eq!(waves_of(services), named(&[("a", 4), ("b", 3), ("c", 2)]));
        let reversed: &[(&str, &[&str])] = &[("c", &["a"]), ("b", &["c"]), ("a", &["b"])];
        assert_eq!(waves_of(reversed), waves_of(services));
    }
}
