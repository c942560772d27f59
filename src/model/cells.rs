//! Every cell with its differences applied: service, then environment, then cell; the later one wins.

use super::cell::{Cell, CellService};
use super::components::{self, backups, postgres};
use super::platform::*;
use super::resolve::{over, scaling};
use super::storage;
use super::supabase;
use crate::spec::Spec;
use crate::spec::names::{CellName, Cidr, Name};
use crate::spec::types::{EnvironmentKind, RegionSpec, ServiceOverride};

/// The region part of the one cell of a local environment.
pub(super) const LOCAL: &str = "local";

pub(super) fn cells(spec: &Spec, platform: &Platform) -> Vec<Cell> {
    let mut cells = Vec::new();
    for environment in &platform.environments {
        match environment.kind {
            EnvironmentKind::Local => cells.extend(Name::new(LOCAL).map(|region| {
                let domain = format!("{}.localhost", environment.name);
                cell(spec, platform, environment, region, domain)
            })),
            EnvironmentKind::Cluster => cells.extend(environment.regions.iter().map(|region| {
                let domain = platform.regions[region].domain.to_string();
                let domain = match environment.subdomain.as_str() {
                    "" => domain,
                    subdomain => format!("{subdomain}.{domain}"),
                };
                cell(spec, platform, environment, region.clone(), domain)
            })),
        }
    }
    cells
}

fn cell(
    spec: &Spec,
    platform: &Platform,
    environment: &Environment,
    region: Name,
    domain: String,
) -> Cell {
    let name = CellName::join(&environment.name, &region);
    let written = &spec.environments[&environment.name];
    let here = spec.cells.get(&name);
    let services = platform.services.values().map(|service| {
        let overrides = [
            written.services.get(&service.name),
            here.and_then(|cell| cell.services.get(&service.name)),
        ];
        (
            service.name.clone(),
            cell_service(service, environment.kind, overrides, &domain),
        )
    });
    let teams = platform.teams.values().map(|team| {
        let overrides = [
            written.teams.get(&team.name),
            here.and_then(|cell| cell.teams.get(&team.name)),
        ];
        (team.name.clone(), team.here(overrides))
    });
    // A laptop is in no region.
    let region_spec = spec
        .regions
        .get(&region)
        .filter(|_| environment.kind == EnvironmentKind::Cluster);
    let overrides = [Some(&written.components), here.map(|cell| &cell.components)];
    let named = platform
        .regions
        .get(&region)
        .and_then(|region| region.cluster.as_ref());
    let mut cell = Cell {
        services: services.collect(),
        teams: teams.collect(),
        object_storage: components::object_storage_in_cell(spec, platform, environment, &region),
        valkey: platform.valkey.as_ref().map(|store| {
            let written = overrides.map(|written| written?.valkey.as_ref().map(Into::into));
            store.server.in_cell(environment.kind, written)
        }),
        rabbitmq: platform.rabbitmq.as_ref().map(|store| {
            let written = overrides.map(|written| written?.rabbitmq.as_ref().map(Into::into));
            store.server.in_cell(environment.kind, written)
        }),
        cluster: match named {
            Some(cluster) => format!("{cluster}-{}", environment.name),
            None => format!("{}-{}-{region}", platform.name, environment.name),
        },
        name,
        environment: environment.name.clone(),
        region,
        kind: environment.kind,
        domain,
        namespaces: Vec::new(),
        needs: Vec::new(),
        postgres: platform
            .postgres
            .as_ref()
            .map(|postgres| postgres::here(postgres, environment.kind, overrides)),
        backup_schedules: platform
            .postgres_backups
            .as_ref()
            .map(|backups| backups::here(backups, overrides)),
        units: Vec::new(),
        cluster_wide: Vec::new(),
        edges: Vec::new(),
        credentials: Vec::new(),
        object_users: Vec::new(),
        operators: Vec::new(),
        exposed: Vec::new(),
        api_server: api_server(region_spec),
        storage_class: storage::class(
            &spec.platform.name,
            region_spec.map(|region| (region.provider, region.storage_class.as_ref())),
        ),
        supabase: None,
    };
    let overrides = overrides.map(|o| o.and_then(|o| o.supabase.as_ref()));
    cell.supabase = supabase::here(platform, &cell, overrides);
    cell
}

/// The addresses of the API server: as declared, else every private address.
fn api_server(region: Option<&RegionSpec>) -> Vec<Cidr> {
    match region {
        Some(region) if !region.api_server.is_empty() => region.api_server.clone(),
        _ => ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
            .into_iter()
            .filter_map(Cidr::new)
            .collect(),
    }
}

fn cell_service(
    service: &Service,
    kind: EnvironmentKind,
    overrides: [Option<&ServiceOverride>; 2],
    domain: &str,
) -> CellService {
    let mut result = CellService {
        // A laptop needs no second replica.
        scaling: if kind == EnvironmentKind::Local {
            Scaling::Fixed { replicas: 1 }
        } else {
            service.scaling
        },
        resources: service.resources.clone(),
        env: service.env.clone(),
        host: None,
    };
    let mut label = service.expose.clone();
    for written in overrides.into_iter().flatten() {
        result.scaling = scaling(written.replicas, written.autoscale).unwrap_or(result.scaling);
        result.resources = over(&result.resources, written.resources.as_ref());
        result.env.extend(written.env.clone());
        label = written.expose.clone().or(label);
    }
    result.host = label.map(|label| format!("{label}.{domain}"));
    result
}
