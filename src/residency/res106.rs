//! RES106: where the state of Terraform is kept.

use super::found::Found;
use super::places::bucket;
use super::rule::{Input, Rule, Weight};
use super::terraform::{Ground, Trouble};
use crate::catalogue::Place;
use crate::diagnostic::Severity;
use crate::facts::terraform::{Backend, Mode, Resource, Value};
use crate::source::Location;
use crate::spec::types::Provider;
use std::collections::BTreeMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES106",
    title: "The state of Terraform is kept in another place, or on somebody's machine",
    severity: Weight::High,
    rationale: "State holds passwords, keys and kubeconfigs in clear text, so where it is kept is where they are. Judged are the region or endpoint of the backend \
        and of `terraform_remote_state`, files given to `-backend-config`, and HCP Terraform (`cloud`, `remote`), which is in the US unless it runs on a host of your \
        own. Of a bucket or storage account the place must be told: by a resource in the same root, or by a store of kind `tf-state` in platform.toml with \
        that bucket. `backend \"local\"` keeps the state on the machine that runs Terraform, a laptop or a runner abroad, and is a finding. So is a root without any \
        backend that makes something whose state holds secrets (databases, clusters, keys, passwords); that is a warning, because such a root may be one that is only \
        planned.",
    fix: "Use a bucket in the region: `backend \"s3\"` with a region or an endpoint of the region's own object store.",
    example_bad: "terraform {\n  backend \"s3\" {\n    bucket = \"carebase-es-state\"\n    region = \"us-east-1\"\n  }\n}",
    example_good: "terraform {\n  backend \"s3\" {\n    bucket = \"carebase-es-state\"\n    region = \"eu-south-2\"\n  }\n}",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for ground in Ground::all(input) {
        let mut count = 0;
        for backend in &ground.root.backends {
            count += 1;
            let state = State::of_backend(backend);
            report(&ground, &state, out);
        }
        for resource in &ground.root.resources {
            if resource.kind == "terraform_remote_state" && resource.mode == Mode::Data {
                count += 1;
                report(&ground, &State::of_data(resource), out);
            }
        }
        if ground.root.backends.is_empty() && !ground.root.resources.is_empty() {
            count += 1;
            without(&ground, out);
        }
        ground.looked(&RULE, count, out);
    }
}

/// A backend, wherever it is written.
struct State<'r> {
    kind: String,
    at: Location,
    fields: BTreeMap<&'r str, &'r Value>,
}

impl<'r> State<'r> {
    fn of_backend(backend: &'r Backend) -> Self {
        Self {
            kind: backend.kind.clone(),
            at: backend.at.clone(),
            fields: fields(&backend.fields),
        }
    }

    fn of_data(resource: &'r Resource) -> Self {
        let config = resource.blocks("config").into_iter().next();
        let entries = match config.map(|value| &value.datum) {
            Some(crate::facts::terraform::Datum::Object(entries)) => fields(entries),
            _ => BTreeMap::new(),
        };
        Self {
            kind: resource
                .get("backend")
                .and_then(Value::text)
                .unwrap_or_default(),
            at: resource.at.clone(),
            fields: entries,
        }
    }

    fn get(&self, key: &str) -> Option<&'r Value> {
        self.fields
            .get(key)
            .copied()
            .filter(|value| !value.is_null())
    }
}

fn fields(entries: &BTreeMap<String, Value>) -> BTreeMap<&str, &Value> {
    entries
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect()
}

fn report(ground: &Ground<'_>, state: &State<'_>, out: &mut Found) {
    let told = ground.root.region.as_ref();
    for trouble in troubles(ground, state) {
        let message = format!("the state of `{}` is not kept at home", ground.root.folder);
        ground.report(&RULE, told, message, trouble, out);
    }
}

fn troubles(ground: &Ground<'_>, state: &State<'_>) -> Vec<Trouble> {
    match state.kind.as_str() {
        "s3" => s3(ground, state),
        "gcs" => stored(ground, state, Provider::Gcp, "bucket"),
        "azurerm" => stored(ground, state, Provider::Azure, "storage_account_name"),
        "cloud" | "remote" => hosted(ground, state),
        "http" => address(ground, state, &["address", "lock_address"]),
        "pg" => address(ground, state, &["conn_str"]),
        "consul" | "etcdv3" | "etcd" | "artifactory" => {
            address(ground, state, &["address", "endpoints", "url"])
        }
        // A Secret of the cluster that the kubeconfig leads to; a host that is written here is looked at.
        "kubernetes" => match state.get("host") {
            Some(_) => address(ground, state, &["host"]),
            None => Vec::new(),
        },
        "local" => vec![Trouble::plain(
            &state.at,
            "on the machine that runs Terraform",
        )],
        kind => vec![Trouble::plain(
            &state.at,
            format!("where a backend `{kind}` keeps it cannot be told"),
        )],
    }
}

/// An endpoint of its own, else the region of AWS.
fn s3(ground: &Ground<'_>, state: &State<'_>) -> Vec<Trouble> {
    let endpoints = state
        .get("endpoints")
        .into_iter()
        .flat_map(Value::items)
        .filter_map(|block| block.get("s3"));
    if let Some(endpoint) = state.get("endpoint").into_iter().chain(endpoints).next() {
        return addressed(ground, "endpoint", endpoint)
            .into_iter()
            .collect();
    }
    let told = ground.root.region.as_ref();
    match state.get("region") {
        Some(region) => ground.look(told, Provider::Aws, "region", region),
        None => {
            let so = "the environment of whoever runs Terraform decides";
            vec![Trouble {
                steps: vec!["region".to_owned(), "not set".to_owned(), so.to_owned()],
                ..Trouble::plain(&state.at, format!("`region` is not set: {so}"))
            }]
        }
    }
}

/// A bucket or account that has no place of its own in the backend.
fn stored(ground: &Ground<'_>, state: &State<'_>, provider: Provider, key: &str) -> Vec<Trouble> {
    let Some(value) = state.get(key) else {
        return vec![Trouble::plain(&state.at, format!("`{key}` is not set"))];
    };
    let Some(name) = value.text() else {
        return vec![Trouble::about(value, "not known")];
    };
    let told = ground.root.region.as_ref();
    let declared = declared(ground, &name).or_else(|| {
        ground
            .root
            .resources
            .iter()
            .filter(|resource| resource.mode == Mode::Managed)
            .filter(|resource| {
                super::terraform::provider(&resource.provider_name) == Some(provider)
            })
            .find(|resource| {
                resource.get("name").and_then(Value::text).as_deref() == Some(name.as_str())
            })
            .and_then(|resource| ground.place_of(resource))
    });
    match declared {
        Some(place) if ground.is_home(told, &place.countries) => Vec::new(),
        Some(place) => vec![ground.abroad(told, key, value, place)],
        None => vec![Trouble {
            steps: vec![key.to_owned(), name, "no place is declared".to_owned()],
            ..Trouble::about(
                value,
                "nothing says where it is: declare a store of kind `tf-state` with this bucket",
            )
        }],
    }
}

/// The place of a bucket that platform.toml declares.
fn declared(ground: &Ground<'_>, name: &str) -> Option<Place> {
    let platform = ground.input.platform;
    platform.cells.iter().find_map(|cell| {
        let store = platform
            .stores
            .iter()
            .find(|store| bucket(store, cell).as_deref() == Some(name))?;
        let own = store.place.clone();
        own.or_else(|| {
            let region = store.region.as_ref().unwrap_or(&cell.region);
            Some(platform.regions.get(region)?.place.clone())
        })
    })
}

/// HCP Terraform, or a host of one's own: <https://developer.hashicorp.com/terraform/language/block/terraform>.
fn hosted(ground: &Ground<'_>, state: &State<'_>) -> Vec<Trouble> {
    match state.get("hostname") {
        Some(host) if host.text().as_deref() != Some("app.terraform.io") => {
            addressed(ground, "hostname", host).into_iter().collect()
        }
        other => vec![Trouble {
            steps: vec![
                state.kind.clone(),
                "app.terraform.io".to_owned(),
                format!(
                    "not declared ∉ {}",
                    ground.homes(ground.root.region.as_ref())
                ),
            ],
            ..Trouble::plain(
                other.map_or(&state.at, |host| &host.at),
                "kept by HCP Terraform",
            )
        }],
    }
}

fn address(ground: &Ground<'_>, state: &State<'_>, keys: &[&str]) -> Vec<Trouble> {
    let written: Vec<(&str, &Value)> = keys
        .iter()
        .filter_map(|key| Some((*key, state.get(key)?)))
        .collect();
    if written.is_empty() {
        return vec![Trouble::plain(
            &state.at,
            "the environment of whoever runs Terraform decides where",
        )];
    }
    written
        .into_iter()
        .flat_map(|(key, value)| value.items().into_iter().map(move |item| (key, item)))
        .filter_map(|(key, value)| addressed(ground, key, value))
        .collect()
}

fn addressed(ground: &Ground<'_>, key: &str, value: &Value) -> Option<Trouble> {
    let Some(text) = value.text() else {
        return Some(Trouble::about(value, "the address is not known"));
    };
    let led = ground.led(ground.root.region.as_ref(), key, &text)?;
    Some(Trouble {
        steps: led.steps,
        countries: led.countries,
        ..Trouble::about(value, led.words)
    })
}

/// Parts of the names of resources whose state holds secrets.
const SECRET: &[&str] = &[
    "_db_instance",
    "_rds_cluster",
    "_sql_",
    "sql_",
    "_database",
    "_rdb_",
    "_kubernetes_cluster",
    "_container_cluster",
    "_lke_cluster",
    "_k8s_cluster",
    "_eks_cluster",
    "_kube",
    "_secret",
    "_password",
    "_private_key",
    "_access_key",
    "_docdb_",
    "_redis_",
];

/// A root without a backend keeps its state beside its files.
fn without(ground: &Ground<'_>, out: &mut Found) {
    let holder = ground
        .root
        .resources
        .iter()
        .filter(|resource| resource.mode == Mode::Managed)
        .find(|resource| SECRET.iter().any(|part| resource.kind.contains(part)));
    if let Some(holder) = holder {
        let message = format!(
            "the state of `{}`, with the secrets of `{}`, is kept on the machine that runs Terraform",
            ground.root.folder, holder.address
        );
        let trouble = Trouble {
            used: holder.at.clone(),
            ..Trouble::plain(&ground.root.head, "no backend is declared")
        };
        let told = ground.root.region.as_ref();
        ground.report_as(&RULE, Severity::Warning, told, message, trouble, out);
    }
}
