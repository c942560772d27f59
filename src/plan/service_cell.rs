//! `cluster/overlays/<cell>/<service>/cell`: what one cell changes of a service, all of it as patches.

use super::ingress::Route;
use super::network::{self, Network};
use super::resources::Resources;
use super::service::{self, Autoscale, Trust};
use super::{Files, Origin};
use crate::model::{Cell, CellService, ObjectSetting, Platform, Scaling, Service, Setting};
use crate::spec::names::Variable as VariableName;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Difference<'a> {
    name: &'a str,
    namespace: &'a str,
    added: Vec<&'static str>,
    env: Vec<Variable<'a>>,
    resources: Option<Resources<'a>>,
    host: Option<&'a str>,
    route: Route,
    object_storage_ca: Option<Trust>,
    #[serde(flatten)]
    scaling: ScalingDifference,
}

#[derive(Serialize)]
struct Variable<'a> {
    name: &'a str,
    value: Cow<'a, str>,
}

/// How a cell's replicas come about, so that a fixed number and an autoscaler never meet.
#[derive(Serialize, Default)]
struct ScalingDifference {
    replicas: Option<u32>,
    unset_replicas: bool,
    delete_autoscaler: bool,
    autoscale: Option<Autoscale>,
    #[serde(skip)]
    add: Option<Autoscale>,
}

impl ScalingDifference {
    fn between(everywhere: Scaling, here: Scaling) -> Self {
        let autoscale = Autoscale::of(here);
        match (everywhere, here) {
            _ if everywhere == here => Self::default(),
            (Scaling::Fixed { .. }, Scaling::Fixed { replicas }) => Self {
                replicas: Some(replicas),
                ..Self::default()
            },
            (Scaling::Auto { .. }, Scaling::Fixed { replicas }) => Self {
                replicas: Some(replicas),
                delete_autoscaler: true,
                ..Self::default()
            },
            (Scaling::Auto { .. }, Scaling::Auto { .. }) => Self {
                autoscale,
                ..Self::default()
            },
            (Scaling::Fixed { .. }, Scaling::Auto { .. }) => Self {
                unset_replicas: true,
                add: autoscale,
                ..Self::default()
            },
        }
    }
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    for service in platform.services.values() {
        let key = format!("services.{}", service.name);
        let custom = format!("custom/{}", service.name);
        let settings = platform.variables(service);
        for (index, cell) in platform.cells.iter().enumerate() {
            let Some(here) = cell.services.get(&service.name) else {
                continue;
            };
            let folder = format!("{}/{}/cell", cell.overlay(), service.name);
            let mut difference = difference(platform, service, cell, here, &settings);
            if difference.route == Route::Replaced
                && let Some(host) = &here.host
            {
                difference.added.push(service::INGRESS_FILE);
                let path = format!("{folder}/{}", service::INGRESS_FILE);
                service::ingress(platform, service, host, path, files)?;
            }
            if let Some(autoscale) = difference.scaling.add {
                difference.added.push("hpa.yaml");
                let path = format!("{folder}/hpa.yaml");
                service::autoscaler(platform, service, autoscale, path, files)?;
            }
            if network.is_here(&service.name, index) {
                difference.added.push(network::FILE);
            }
            let origin = Origin {
                template: "cluster/overlays/cell/service/cell/kustomization.yaml",
                key: &key,
                custom: &custom,
            };
            files.render(format!("{folder}/kustomization.yaml"), origin, &difference)?;
        }
    }
    Ok(())
}

fn difference<'a>(
    platform: &Platform,
    service: &'a Service,
    cell: &'a Cell,
    here: &'a CellService,
    settings: &'a BTreeMap<String, Setting>,
) -> Difference<'a> {
    Difference {
        name: &service.name,
        namespace: &service.namespace,
        added: Vec::new(),
        env: variables(service, cell, here, settings),
        resources: Resources::differing(&service.resources, &here.resources),
        host: here.host.as_deref(),
        route: Route::of(platform, cell),
        object_storage_ca: trust(platform, service, cell),
        scaling: ScalingDifference::between(service.scaling, here.scaling),
    }
}

/// The certificate of the cell's object store, where not every cell's has one.
fn trust(platform: &Platform, service: &Service, cell: &Cell) -> Option<Trust> {
    let here = cell.object_storage.as_ref()?;
    (here.access.own_ca
        && !platform.object_storage_ca_everywhere()
        && !service.buckets(platform).is_empty())
    .then(Trust::default)
}

/// What follows from the cell, and what the cell declares differently.
fn variables<'a>(
    service: &'a Service,
    cell: &'a Cell,
    here: &'a CellService,
    settings: &'a BTreeMap<String, Setting>,
) -> Vec<Variable<'a>> {
    let bucket = |store| {
        let buckets = &cell.object_storage.as_ref()?.buckets;
        buckets.get(store).map(String::as_str)
    };
    let object_storage = |setting: ObjectSetting| {
        let store = cell.object_storage.as_ref()?;
        setting.value(&store.access)
    };
    let derived = settings.iter().filter_map(|(name, setting)| {
        let value = match setting {
            Setting::Environment => Some(Cow::Borrowed(cell.environment.as_str())),
            Setting::Region => Some(Cow::Borrowed(cell.region.as_str())),
            // A store that only one region holds is not there elsewhere, and neither is its variable.
            Setting::Bucket(store) => bucket(store).map(Cow::Borrowed),
            Setting::ObjectStorage(setting) => object_storage(*setting).map(Cow::Owned),
            Setting::Text(_) | Setting::Secret { .. } => None,
        };
        value.map(|value| (name.as_str(), value))
    });
    let differs =
        |(name, value): &(&'a VariableName, &'a String)| service.env.get(*name) != Some(*value);
    let declared = here
        .env
        .iter()
        .filter(differs)
        .map(|(name, value)| (name.as_str(), Cow::Borrowed(value.as_str())));
    let all: BTreeMap<&str, Cow<'a, str>> = declared.chain(derived).collect();
    all.into_iter()
        .map(|(name, value)| Variable { name, value })
        .collect()
}
