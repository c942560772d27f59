//! Fills in defaults. Runs only on a declaration whose references hold.

mod places;

use super::components::backups::BACKUP_IMAGE;
use super::components::postgres::POSTGRES;
use super::platform::*;
use super::{cells, components, ingress, storage, supabase, teams};
use crate::catalogue::{self, ImagePin};
use crate::spec::Spec;
use crate::spec::names::{Image, Name, Quantity, Schedule, UrlPath};
use crate::spec::types::*;
use places::{region, residency};
use std::collections::{BTreeMap, BTreeSet};

/// The day this program's catalogue was looked through.
const CATALOGUE_DATE: &str = "2026-11-21";

pub(super) fn platform(spec: &Spec) -> Platform {
    let environments = environments(spec);
    let services: BTreeMap<Name, Service> = spec
        .services
        .iter()
        .map(|(name, service)| (name.clone(), self::service(spec, name, service)))
        .collect();
    let mut platform = Platform {
        name: spec.platform.name.clone(),
        repository: repository(spec),
        registry: spec.platform.registry.clone(),
        branch: branch(spec),
        residency: residency(spec),
        regions: spec
            .regions
            .iter()
            .map(|(name, region)| (name.clone(), self::region(spec, name, region)))
            .collect(),
        environments,
        ingress: ingress::ingress(spec),
        cert_manager: spec
            .components
            .cert_manager
            .as_ref()
            .map(ingress::cert_manager),
        object_storage: components::object_storage(spec),
        postgres: components::postgres::postgres(spec),
        postgres_backups: components::backups::backups(spec),
        valkey: components::valkey(spec),
        rabbitmq: components::rabbitmq(spec),
        unused: components::unused(spec),
        supabase: spec
            .components
            .supabase
            .as_ref()
            .map(|written| supabase::supabase(&spec.platform.name, written)),
        secrets: components::secrets(spec),
        stores: stores(spec, &services),
        services,
        teams: teams::teams(spec),
        endpoints: spec
            .endpoints
            .iter()
            .map(|endpoint| self::endpoint(spec, endpoint))
            .collect(),
        flows: Vec::new(),
        cells: Vec::new(),
        images: images(spec),
    };
    platform.flows = spec
        .flows
        .iter()
        .map(|flow| self::flow(&platform, flow))
        .collect();
    let acme = platform.cert_manager.as_ref();
    if let Some(acme) = acme.and_then(|own| own.acme.as_ref()) {
        let everywhere = platform.regions.keys().cloned().collect();
        platform.endpoints.push(ingress::endpoint(acme, everywhere));
    }
    let mut cells = cells::cells(spec, &platform);
    storage::apply(&mut platform, &mut cells);
    for cell in &mut cells {
        components::fill(&platform, cell);
    }
    platform.cells = cells;
    platform
}

pub(super) fn branch(spec: &Spec) -> String {
    spec.platform
        .branch
        .as_ref()
        .map_or_else(|| "main".to_owned(), |branch| branch.0.clone())
}

fn repository(spec: &Spec) -> Repository {
    let url = &spec.platform.repository;
    let (host, path) = url
        .trim_start_matches("https://")
        .split_once('/')
        .unwrap_or((url, ""));
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let (owner, name) = path.rsplit_once('/').unwrap_or(("", path));
    Repository {
        url: url.clone(),
        host: host.to_owned(),
        owner: owner.to_owned(),
        name: name.to_owned(),
    }
}

/// Environments, each after the one it is promoted from, otherwise by name; local ones first.
fn environments(spec: &Spec) -> Vec<Environment> {
    let mut order: Vec<&Name> = Vec::new();
    let mut waiting: Vec<&Name> = spec.environments.keys().collect();
    waiting.sort_by_key(|name| spec.environments[*name].kind != Some(EnvironmentKind::Local));
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|name| {
            let source = spec.environments[*name].promote_from.as_ref();
            source.is_none_or(|source| order.contains(&source))
        });
        // A cycle was refused before; taking the first keeps this loop finite all the same.
        order.push(waiting.remove(ready.unwrap_or(0)));
    }
    order
        .into_iter()
        .map(|name| environment(spec, name))
        .collect()
}

fn environment(spec: &Spec, name: &Name) -> Environment {
    let written = &spec.environments[name];
    let is_source = spec
        .environments
        .values()
        .any(|other| other.promote_from.as_ref() == Some(name));
    let default_subdomain = if is_source {
        name.to_string()
    } else {
        String::new()
    };
    Environment {
        name: name.clone(),
        kind: written.kind.unwrap_or(EnvironmentKind::Cluster),
        regions: written.regions.clone(),
        promote_from: written.promote_from.clone(),
        waves: if written.waves.is_empty() {
            vec![written.regions.clone()]
        } else {
            written.waves.clone()
        },
        subdomain: written
            .subdomain
            .as_ref()
            .map_or(default_subdomain, |subdomain| subdomain.0.clone()),
    }
}

fn service(spec: &Spec, name: &Name, written: &ServiceSpec) -> Service {
    let is_endpoint = |id: &&Name| spec.endpoints.iter().any(|endpoint| endpoint.id == **id);
    let health = written.health.clone().unwrap_or_default();
    let live = health.live.unwrap_or_else(|| path("/healthz/live"));
    Service {
        name: name.clone(),
        team: written.team.clone(),
        namespace: match &written.team {
            Some(team) => teams::namespace(spec, team),
            None => format!("{}-apps", spec.platform.name),
        },
        port: written.port,
        image: written
            .image
            .clone()
            .unwrap_or_else(|| image(&spec.platform.registry, name)),
        expose: written.expose.clone(),
        calls: written
            .calls
            .iter()
            .filter(|id| !is_endpoint(id))
            .cloned()
            .collect(),
        contacts: written.calls.iter().filter(is_endpoint).cloned().collect(),
        uses: written.uses.iter().cloned().collect(),
        classes: written.classes.iter().copied().collect(),
        scaling: scaling(written.replicas, written.autoscale)
            .unwrap_or(Scaling::Fixed { replicas: 2 }),
        resources: resources(written.resources.as_ref(), ("100m", "256Mi")),
        health: Health {
            startup: health.startup.unwrap_or_else(|| live.clone()),
            ready: health.ready.unwrap_or_else(|| path("/healthz/ready")),
            live,
            startup_seconds: health.startup_seconds.unwrap_or(120),
        },
        env: written.env.clone(),
        scratch: written
            .scratch
            .clone()
            .unwrap_or_else(|| vec![path("/tmp")]),
    }
}

pub(super) fn scaling(replicas: Option<u32>, autoscale: Option<AutoscaleSpec>) -> Option<Scaling> {
    match (replicas, autoscale) {
        (_, Some(AutoscaleSpec { min, max, cpu })) => Some(Scaling::Auto {
            min,
            max,
            cpu: cpu.unwrap_or(70),
        }),
        (Some(replicas), None) => Some(Scaling::Fixed { replicas }),
        (None, None) => None,
    }
}

/// Requests and limits: what is written, over the defaults for CPU and memory.
pub(super) fn resources(written: Option<&ResourcesSpec>, (cpu, memory): (&str, &str)) -> Resources {
    let defaults = Resources {
        cpu: quantity(cpu),
        memory: quantity(memory),
        memory_limit: quantity(memory),
        cpu_limit: None,
    };
    over(&defaults, written)
}

/// What an override changes. A new memory request without a new limit moves the limit along.
pub(super) fn over(base: &Resources, written: Option<&ResourcesSpec>) -> Resources {
    let Some(written) = written else {
        return base.clone();
    };
    let memory = written
        .memory
        .clone()
        .unwrap_or_else(|| base.memory.clone());
    let limit = match (&written.memory_limit, &written.memory) {
        (Some(limit), _) => limit.clone(),
        (None, Some(memory)) => memory.clone(),
        (None, None) => base.memory_limit.clone(),
    };
    Resources {
        cpu: written.cpu.clone().unwrap_or_else(|| base.cpu.clone()),
        memory,
        memory_limit: limit,
        cpu_limit: written.cpu_limit.clone().or_else(|| base.cpu_limit.clone()),
    }
}

/// The classes of a component's store: as declared, else those of the services that use it.
pub(super) fn classes(
    declared: Option<&Vec<DataClass>>,
    services: &BTreeMap<Name, Service>,
    id: &str,
) -> BTreeSet<DataClass> {
    match declared {
        Some(classes) => classes.iter().copied().collect(),
        None => services
            .values()
            .filter(|service| service.uses.contains(id))
            .flat_map(|service| service.classes.clone())
            .collect(),
    }
}

fn stores(spec: &Spec, services: &BTreeMap<Name, Service>) -> Vec<Store> {
    let prefix = &spec.platform.name;
    let mut stores = components::stores(spec, services);
    stores.extend(spec.stores.iter().enumerate().map(|(index, store)| {
        let default = || format!("{prefix}-{{environment}}-{{region}}-{}", store.id);
        Store {
            id: store.id.clone(),
            kind: store.kind,
            classes: store.classes.iter().copied().collect(),
            bucket: (store.kind == StoreKind::Bucket)
                .then(|| store.name.clone().unwrap_or_else(default)),
            region: store.region.clone(),
            place: store
                .at
                .as_ref()
                .and_then(|at| catalogue::find(at.provider, &at.location)),
            origin: StoreOrigin::Declared(index),
        }
    }));
    stores
}

fn endpoint(spec: &Spec, written: &EndpointSpec) -> Endpoint {
    let all = || spec.regions.keys().cloned().collect();
    Endpoint {
        id: written.id.clone(),
        host: written.host.clone(),
        ports: written.ports.clone().unwrap_or_else(|| vec![443]),
        country: written.country.clone(),
        operator: written.operator.clone(),
        classes: written.classes.iter().copied().collect(),
        regions: if written.regions.is_empty() {
            all()
        } else {
            written.regions.iter().cloned().collect()
        },
        cidrs: written.cidrs.clone(),
        via: written.via.clone(),
    }
}

fn flow(platform: &Platform, written: &FlowSpec) -> Flow {
    let from = written.from.parts();
    let source_classes = || {
        platform
            .store(&from.1)
            .map(|store| store.classes.clone())
            .unwrap_or_default()
    };
    Flow {
        classes: if written.classes.is_empty() {
            source_classes()
        } else {
            written.classes.iter().copied().collect()
        },
        from,
        to: written.to.parts(),
        exception: written.exception.clone(),
    }
}

fn images(spec: &Spec) -> BTreeMap<String, ImagePin> {
    let mut images = catalogue::images().clone();
    // The image that the platform builds for itself is known once platform.toml says its digest.
    let own = spec.catalogue.images.get(BACKUP_IMAGE);
    images.extend(own.map(|written| (BACKUP_IMAGE.to_owned(), own_image(spec, written))));
    for (name, written) in &spec.catalogue.images {
        if let Some(pin) = images.get_mut(name.as_str()) {
            *pin = ImagePin {
                image: written
                    .image
                    .as_ref()
                    .map_or_else(|| pin.image.clone(), ToString::to_string),
                tag: written.tag.clone(),
                digest: written.digest.to_string(),
                source: "platform.toml".to_owned(),
                verified_at: CATALOGUE_DATE.to_owned(),
            };
        }
    }
    images
}

fn own_image(spec: &Spec, written: &ImageOverride) -> ImagePin {
    let default = || format!("{}/{POSTGRES}", spec.platform.registry);
    ImagePin {
        image: written
            .image
            .as_ref()
            .map_or_else(default, ToString::to_string),
        tag: written.tag.clone(),
        digest: written.digest.to_string(),
        source: "platform.toml".to_owned(),
        verified_at: CATALOGUE_DATE.to_owned(),
    }
}

// The texts below are constants of this file; each has its format, which the tests of this module hold.
pub(super) fn name(text: &str) -> Name {
    Name::new(text).unwrap_or_else(|| panic!("not a name: {text}"))
}

pub(super) fn quantity(text: &str) -> Quantity {
    Quantity::new(text).unwrap_or_else(|| panic!("not a quantity: {text}"))
}

pub(super) fn schedule(text: &str) -> Schedule {
    Schedule::new(text).unwrap_or_else(|| panic!("not a schedule: {text}"))
}

fn path(text: &str) -> UrlPath {
    UrlPath::new(text).unwrap_or_else(|| panic!("not a path: {text}"))
}

fn image(registry: &Image, service: &Name) -> Image {
    Image::new(&format!("{registry}/{service}")).unwrap_or_else(|| registry.clone())
}
