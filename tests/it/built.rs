//! What is planned, as Kubernetes would get it: built with the real kustomize, or run by a real shell.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files, read the environment and start programs"
)]

use crate::plan::{CASES, build, declaration, load, write};
use platformctl::model::Platform;
use platformctl::pins::{self, Pin};
use platformctl::plan::{self, Plan};
use serde::Deserialize as _;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// kustomize, if this machine has it; otherwise a line that nobody overlooks.
pub(crate) fn kustomize() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join("kustomize"))
        .find(|program| program.is_file());
    if found.is_none() {
        // Not through `println!`, which a test that passes keeps to itself.
        let line = b"SKIPPED: kustomize is not on PATH; no overlay was built\n";
        std::io::stderr().write_all(line).expect("stderr is there");
    }
    found
}

/// What the real kustomize makes of a folder.
fn built(program: &Path, folder: &Path) -> Vec<Value> {
    let output = Command::new(program)
        .arg("build")
        .arg(folder)
        .output()
        .expect("kustomize starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", folder.display());
    assert_eq!(errors, "", "{}", folder.display());
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    serde_yaml::Deserializer::from_str(&text)
        .map(|document| Value::deserialize(document).expect("an object"))
        // A unit that has nothing yet builds to an empty document.
        .filter(|object| !object.is_null())
        .collect()
}

/// Every unit of every cell, built: `cell/unit` and its objects.
pub(crate) fn units(
    program: &Path,
    platform: &Platform,
    root: &Path,
) -> BTreeMap<String, Vec<Value>> {
    let mut units = BTreeMap::new();
    for cell in &platform.cells {
        let overlay = root.join(cell.overlay());
        let applications = built(program, &overlay);
        for application in applications.iter().filter(|o| o["kind"] == "Application") {
            let path = application["spec"]["source"]["path"]
                .as_str()
                .expect("a path");
            let name = application["metadata"]["name"].as_str().expect("a name");
            let objects = built(program, &root.join(path));
            allowed(&applications, application, &objects);
            units.insert(format!("{}/{name}", cell.name), objects);
        }
    }
    units
}

/// The project of an Application allows every object of it.
fn allowed(root: &[Value], application: &Value, objects: &[Value]) {
    let project = root
        .iter()
        .find(|o| {
            o["kind"] == "AppProject" && o["metadata"]["name"] == application["spec"]["project"]
        })
        .expect("the project is there");
    for object in objects {
        let api = object["apiVersion"].as_str().expect("an apiVersion");
        let group = api.split_once('/').map_or("", |(group, _)| group);
        let list = if object["metadata"].get("namespace").is_none() {
            "clusterResourceWhitelist"
        } else {
            let namespace = &object["metadata"]["namespace"];
            let destinations = project["spec"]["destinations"].as_array().expect("a list");
            assert!(
                destinations.iter().any(|d| d["namespace"] == *namespace),
                "{namespace}"
            );
            "namespaceResourceWhitelist"
        };
        let kinds = project["spec"][list].as_array().expect("a list");
        let found = kinds.iter().any(|kind| {
            let name = &object["metadata"]["name"];
            kind.get("name").is_none_or(|only| only == name)
                && kind["group"] == group
                && kind["kind"] == object["kind"]
        });
        assert!(
            found,
            "{} may not deploy {api} {}",
            project["metadata"]["name"], object["kind"]
        );
    }
}

fn find<'a>(objects: &'a [Value], kind: &str) -> Option<&'a Value> {
    objects.iter().find(|object| object["kind"] == kind)
}

fn env<'a>(workload: &'a Value, name: &str) -> Option<&'a Value> {
    let containers = &workload["spec"]["template"]["spec"]["containers"];
    let env = containers[0]["env"].as_array()?;
    env.iter().find(|variable| variable["name"] == name)
}

/// The plan as it is after every service was released everywhere.
pub(crate) fn released(platform: &Platform) -> Plan {
    let mut plan = plan::build(platform).unwrap_or_else(|error| panic!("{error:#}"));
    let pin = Pin::new(Some("v1.0.0"), Some(DIGEST));
    for cell in &platform.cells {
        for service in platform.services.values() {
            let path = cell.pins(&service.name);
            let file = plan.files.get_mut(&path).expect("pins are planned");
            file.content = pins::write(&path, &file.content, &service.image, &pin)
                .unwrap_or_else(|problems| panic!("{problems:#?}"));
        }
    }
    plan
}

#[test]
fn every_overlay_builds_and_means_what_was_declared() {
    let Some(program) = kustomize() else { return };
    for case in CASES {
        let text = declaration(case);
        let platform = load(&text);
        let root = tempfile::tempdir().expect("a folder");
        write(&build(&text), root.path());
        let is_service = |unit: &str| {
            let name = unit.rsplit('/').next().unwrap_or_default();
            platform.services.contains_key(name)
        };
        for (unit, objects) in units(&program, &platform, root.path()) {
            if let Some(deployment) = find(&objects, "Deployment").filter(|_| is_service(&unit)) {
                assert_eq!(
                    deployment["spec"]["replicas"], 0,
                    "{unit}: held until the first release"
                );
            }
        }
        write(&released(&platform), root.path());
        let units = units(&program, &platform, root.path());
        let mut services = 0;
        for (unit, objects) in &units {
            if let Some(deployment) = find(objects, "Deployment").filter(|_| is_service(unit)) {
                services += 1;
                let replicas = deployment["spec"].get("replicas");
                let scaled = find(objects, "HorizontalPodAutoscaler").is_some();
                assert_eq!(
                    replicas.is_none(),
                    scaled,
                    "{unit}: either an autoscaler or {replicas:?}"
                );
                let image = &deployment["spec"]["template"]["spec"]["containers"][0]["image"];
                let image = image.as_str().unwrap_or_default();
                assert!(
                    image.ends_with(&format!(":v1.0.0@{DIGEST}")),
                    "{unit}: {image}"
                );
            }
        }
        assert_eq!(services, platform.services.len() * platform.cells.len());
        if case == "full" {
            full(&units);
        }
    }
}

fn full(units: &BTreeMap<String, Vec<Value>>) {
    let host =
        |unit: &str| find(&units[unit], "Ingress").map(|o| o["spec"]["rules"][0]["host"].clone());
    assert_eq!(
        host("production/tr/frontend"),
        Some("portal.tr.carebase.example".into())
    );
    assert_eq!(
        host("production/es/frontend"),
        Some("app.es.carebase.example".into())
    );
    assert_eq!(
        host("dev-local/local/backend-api"),
        Some("api.dev-local.localhost".into())
    );
    assert_eq!(host("dev-local/local/backend-ai"), None);

    let replicas = |unit: &str| {
        let deployment = find(&units[unit], "Deployment").expect("a Deployment");
        deployment["spec"].get("replicas").cloned()
    };
    assert_eq!(replicas("production/es/frontend"), Some(3.into()));
    assert_eq!(replicas("staging/es/backend-ai"), Some(1.into()));
    assert_eq!(replicas("dev-local/local/backend-ai"), Some(1.into()));
    assert_eq!(replicas("staging/es/frontend"), Some(2.into()));

    let scaled = |unit: &str| {
        find(&units[unit], "HorizontalPodAutoscaler").map(|o| o["spec"]["maxReplicas"].clone())
    };
    assert_eq!(
        scaled("production/tr/frontend"),
        Some(20.into()),
        "added in the cell"
    );
    assert_eq!(scaled("production/es/frontend"), None);
    assert_eq!(
        scaled("production/tr/backend-ai"),
        Some(40.into()),
        "changed in the cell"
    );
    assert_eq!(scaled("production/es/backend-ai"), Some(10.into()));
    assert_eq!(
        scaled("staging/es/backend-ai"),
        None,
        "deleted in the environment"
    );
    assert_eq!(
        scaled("dev-local/local/backend-ai"),
        None,
        "deleted on a laptop"
    );

    let value = |unit: &str, kind: &str, name: &str| {
        find(&units[unit], kind)
            .and_then(|o| env(o, name))
            .map(|v| v["value"].clone())
    };
    let api = |cell: &str, name: &str| value(&format!("{cell}/backend-api"), "Deployment", name);
    assert_eq!(
        api("production/tr", "OBJECTS_BUCKET"),
        Some("carebase-production-tr-objects".into())
    );
    assert_eq!(
        api("production/tr", "EXPORTS_BUCKET"),
        Some("acme-production-tr-exports".into())
    );
    assert_eq!(api("staging/es", "AWS_REGION"), Some("es".into()));
    assert_eq!(api("production/tr", "CACHE_SECONDS"), Some("0755".into()));
    assert_eq!(api("production/es", "CACHE_SECONDS"), None);
    let web = |name: &str| value("staging/tr/frontend", "Deployment", name);
    assert_eq!(web("GREETING"), Some("NO".into()));
    assert_eq!(
        web("TAGLINE"),
        Some("it's \"fine\": 100 %\n# really 🩺".into())
    );

    let store = |cell: &str| {
        let set = find(&units[&format!("{cell}/object-storage")], "StatefulSet").expect("a store");
        let claim = &set["spec"]["volumeClaimTemplates"][0]["spec"];
        let storage = claim["resources"]["requests"]["storage"].clone();
        (
            storage,
            claim["storageClassName"].clone(),
            env(set, "MINIO_SITE_REGION").map(|v| v["value"].clone()),
        )
    };
    assert_eq!(
        store("production/tr"),
        ("2Ti".into(), "local-nvme".into(), Some("tr".into()))
    );
    assert_eq!(
        store("staging/es"),
        ("20Gi".into(), "fast-retain".into(), Some("es".into()))
    );
    assert_eq!(store("dev-local/local").0, Value::from("5Gi"));

    let policies = |unit: &str| {
        let all = units[unit].iter().filter(|o| o["kind"] == "NetworkPolicy");
        let names = all.map(|o| {
            o["metadata"]["name"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        });
        names.collect::<Vec<_>>()
    };
    assert_eq!(
        policies("production/es/backend-api"),
        ["backend-api", "backend-api.cell"]
    );
    // The ingress controller of a laptop is in another namespace; nothing else is.
    assert_eq!(policies("production/tr/backend-ai"), ["backend-ai"]);
    assert_eq!(policies("dev-local/local/backend-ai"), ["backend-ai"]);
}
