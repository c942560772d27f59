//! What platformctl renders is what its own guard rails let through, and fits into its own quotas.

use crate::built::{kustomize, released, units};
use crate::plan::{CASES, build, declaration, load, write};
use crate::tenancy::{TEAMS, objects};
use platformctl::blueprint;
use platformctl::model::needs::{Need, Total};
use platformctl::model::units::Part;
use platformctl::model::{Amount, Platform};
use platformctl::spec::names::Quantity;
use serde_json::Value;
use std::collections::BTreeMap;

/// Every store that a service may use, and backups.
fn with_stores(database: &str) -> String {
    let text = TEAMS.replace(
        "uses = [\"objects\"]",
        "uses = [\"objects\", \"postgres\", \"valkey\", \"rabbitmq\"]",
    );
    let digest = "0".repeat(64);
    format!(
        "{text}{database}\n[components.backups]\n[components.valkey]\n[components.rabbitmq]\n\
         [catalogue.images.postgres-pgbackrest]\ntag = \"17\"\ndigest = \"sha256:{digest}\"\n"
    )
}

/// Every declaration there is to render.
fn declarations() -> Vec<(String, String)> {
    let golden = CASES
        .iter()
        .map(|case| ((*case).to_owned(), declaration(case)));
    let blueprint = blueprint::platform_toml(&blueprint::defaults());
    let others = [
        ("blueprint", blueprint),
        ("teams", TEAMS.to_owned()),
        ("stores", with_stores("[components.postgres]")),
        (
            "supabase",
            with_stores("[components.supabase]\nanalytics = true"),
        ),
    ];
    golden
        .chain(others.map(|(name, text)| (name.to_owned(), text)))
        .collect()
}

/// What the admission policies refuse is in no file that platformctl writes.
#[test]
fn nothing_that_is_rendered_is_what_the_guard_rails_refuse() {
    for (case, text) in declarations() {
        let (mut pods, mut services) = (0, 0);
        for (path, planned) in build(&text).files {
            let whole = path.starts_with("cluster/")
                && path.ends_with(".yaml")
                && !path.ends_with("kustomization.yaml");
            if !whole {
                continue;
            }
            for object in objects(&planned.content) {
                let at = format!("{case}: {path}");
                if object["kind"] == "Service" {
                    services += 1;
                    let kind = object["spec"].get("type");
                    assert!(kind.is_none_or(|kind| kind == "ClusterIP"), "{at}");
                }
                if let Some(pod) = pod(&object) {
                    pods += 1;
                    judge(pod, &at, path.starts_with("cluster/apps/"));
                }
            }
        }
        assert!(
            pods > 0 && services > 0,
            "{case}: {pods} pods, {services} Services"
        );
    }
}

/// What pods are made from.
fn pod(object: &Value) -> Option<&Value> {
    let spec = match object["kind"].as_str()? {
        "CronJob" => &object["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        "Pod" => &object["spec"],
        _ => &object["spec"]["template"]["spec"],
    };
    spec.get("containers").map(|_| spec)
}

fn judge(pod: &Value, at: &str, is_service: bool) {
    for key in ["hostNetwork", "hostPID", "hostIPC"] {
        assert!(pod.get(key).is_none(), "{at}: {key}");
    }
    let list = |key: &str| pod[key].as_array().cloned().unwrap_or_default();
    assert!(
        !list("volumes").iter().any(|v| v.get("hostPath").is_some()),
        "{at}"
    );
    let account = pod["serviceAccountName"].as_str().unwrap_or("default");
    assert!(
        account != "default" || pod["automountServiceAccountToken"] == false,
        "{at}: a token"
    );
    for container in list("initContainers").iter().chain(&list("containers")) {
        let image = container["image"].as_str().unwrap_or_default();
        // A service is held at zero until its pins have a digest, and so is the database until its image has been built.
        let waits = is_service || image.ends_with("/postgres:unreleased");
        let unreleased = waits && image.ends_with(":unreleased");
        assert!(unreleased || image.contains("@sha256:"), "{at}: {image}");
        assert!(container["securityContext"]["privileged"] != true, "{at}");
        let limits = &container["resources"]["limits"]["memory"];
        assert!(limits.is_string(), "{at}: a quota wants limits of memory");
    }
}

#[test]
fn every_unit_says_what_it_needs() {
    for (case, text) in declarations() {
        for cell in &load(&text).cells {
            let silent: Vec<&str> = cell
                .units
                .iter()
                .filter(|unit| matches!(unit.part, Part::Apps | Part::Data))
                .filter(|unit| !cell.needs.iter().any(|need| need.unit == unit.name))
                .map(|unit| unit.name.as_str())
                .collect();
            assert!(
                silent.is_empty(),
                "{case} {}: {silent:?} bring no `Need`: their namespace has no quota",
                cell.name
            );
        }
    }
}

/// A component that forgets a workload, or a size, would find its namespace too small.
#[test]
fn no_quota_is_smaller_than_what_is_built_into_its_namespace() {
    for (case, text) in declarations() {
        let platform = load(&text);
        for cell in &platform.cells {
            for namespace in &cell.namespaces {
                let here = |need: &&Need| need.namespace == namespace.name;
                let total = Total::of(cell.needs.iter().filter(here));
                let fits = namespace.rations.as_ref().is_none_or(|rations| {
                    rations.pods >= total.pods && Amount::of(&rations.cpu) >= total.cpu
                });
                assert!(fits, "{case} {} {}", cell.name, namespace.name);
            }
        }
        // The blueprint has nothing that the golden trees do not have, and every build takes its time.
        let Some(program) = kustomize().filter(|_| case != "blueprint") else {
            continue;
        };
        let root = tempfile::tempdir().expect("a folder");
        write(&released(&platform), root.path());
        let starving = starving(&platform, &units(&program, &platform, root.path()));
        assert!(starving.is_empty(), "{case}: {starving:#?}");
    }
}

/// What is built in a namespace, added up: CPU, memory, memory limits, storage, pods.
type Sums = [Amount; 5];
const OF_WHAT: [&str; 5] = ["CPU", "memory", "memory limits", "storage", "pods"];

/// Where more is built than the workloads said they need.
fn starving(platform: &Platform, units: &BTreeMap<String, Vec<Value>>) -> Vec<String> {
    let mut short = Vec::new();
    for cell in &platform.cells {
        let prefix = format!("{}/", cell.name);
        let objects: Vec<&Value> = units
            .iter()
            .filter(|(unit, _)| unit.starts_with(&prefix))
            .flat_map(|(_, objects)| objects)
            .collect();
        for namespace in cell.namespaces.iter().filter(|n| n.rations.is_some()) {
            let here = |o: &&Value| o["metadata"]["namespace"] == namespace.name.as_str();
            assert!(
                objects
                    .iter()
                    .any(|o| here(o) && o["kind"] == "ResourceQuota")
            );
            let needs = cell
                .needs
                .iter()
                .filter(|need| need.namespace == namespace.name);
            let said = Total::of(needs);
            let said = [
                said.cpu,
                said.memory,
                said.memory_limit,
                said.storage,
                amount("1") * said.pods,
            ];
            let built = sums(objects.iter().copied().filter(here));
            for ((what, said), built) in OF_WHAT.iter().zip(said).zip(built) {
                if said < built {
                    short.push(format!(
                        "{} {}: {what}: {said:?} are said, {built:?} are built",
                        cell.name, namespace.name
                    ));
                }
            }
        }
    }
    short
}

fn sums<'a>(objects: impl Iterator<Item = &'a Value> + Clone) -> Sums {
    let mut sums = Sums::default();
    let text = |value: &Value| value.as_str().map(amount).unwrap_or_default();
    for object in objects.clone() {
        let Some(pod) = pod(object) else { continue };
        let scaled = objects.clone().find(|o| {
            o["kind"] == "HorizontalPodAutoscaler"
                && o["spec"]["scaleTargetRef"]["name"] == object["metadata"]["name"]
        });
        let replicas = scaled.map_or(&object["spec"]["replicas"], |o| &o["spec"]["maxReplicas"]);
        let replicas = u32::try_from(replicas.as_u64().unwrap_or(1)).expect("few");
        let rolls =
            object["kind"] == "Deployment" && object["spec"]["strategy"]["type"] != "Recreate";
        let pods = replicas + u32::from(rolls);
        for container in pod["containers"].as_array().expect("a list") {
            let resources = &container["resources"];
            let parts = [
                &resources["requests"]["cpu"],
                &resources["requests"]["memory"],
                &resources["limits"]["memory"],
            ];
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum = *sum + text(part) * pods;
            }
        }
        for claim in object["spec"]["volumeClaimTemplates"]
            .as_array()
            .into_iter()
            .flatten()
        {
            sums[3] = sums[3] + text(&claim["spec"]["resources"]["requests"]["storage"]) * replicas;
        }
        sums[4] = sums[4] + amount("1") * pods;
    }
    let claims = objects.filter(|o| o["kind"] == "PersistentVolumeClaim");
    for claim in claims {
        sums[3] = sums[3] + text(&claim["spec"]["resources"]["requests"]["storage"]);
    }
    sums
}

fn amount(text: &str) -> Amount {
    Amount::of(&Quantity::new(text).unwrap_or_else(|| panic!("{text} is a quantity")))
}
