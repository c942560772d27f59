//! Who may talk to whom: the edges of `calls`, `uses`, `expose` and the endpoints, for both ends.

use crate::model::{Cell, Endpoint, Platform, Service};
use crate::spec::types::EnvironmentKind;
use serde::Serialize;

/// A service that another one calls.
#[derive(Serialize)]
pub(super) struct Callee<'a> {
    name: &'a str,
    port: u16,
}

/// Something outside, by its addresses.
#[derive(Serialize)]
pub(super) struct Outside<'a> {
    host: &'a str,
    cidrs: Vec<&'a str>,
    ports: &'a [u16],
}

/// The services that a service calls.
pub(super) fn callees<'a>(platform: &'a Platform, service: &'a Service) -> Vec<Callee<'a>> {
    service
        .calls
        .iter()
        .filter_map(|name| platform.services.get(name))
        .map(|callee| Callee {
            name: &callee.name,
            port: callee.port,
        })
        .collect()
}

/// The endpoints that a service may contact from every cell.
pub(super) fn endpoints_everywhere<'a>(
    platform: &'a Platform,
    service: &'a Service,
) -> Vec<Outside<'a>> {
    endpoints(platform, service, |endpoint| {
        is_everywhere(platform, endpoint)
    })
}

/// The endpoints that a service may contact from this cell and not from every one. A laptop is in no region, so it has
/// none of them.
pub(super) fn endpoints_here<'a>(
    platform: &'a Platform,
    service: &'a Service,
    cell: &Cell,
) -> Vec<Outside<'a>> {
    endpoints(platform, service, |endpoint| {
        cell.kind == EnvironmentKind::Cluster
            && endpoint.regions.contains(&cell.region)
            && !is_everywhere(platform, endpoint)
    })
}

fn is_everywhere(platform: &Platform, endpoint: &Endpoint) -> bool {
    platform
        .regions
        .keys()
        .all(|region| endpoint.regions.contains(region))
}

fn endpoints<'a>(
    platform: &'a Platform,
    service: &'a Service,
    wanted: impl Fn(&Endpoint) -> bool,
) -> Vec<Outside<'a>> {
    service
        .contacts
        .iter()
        .filter_map(|id| platform.endpoint(id))
        .filter(|endpoint| wanted(endpoint))
        .map(|endpoint| Outside {
            host: &endpoint.host,
            cidrs: endpoint.cidrs.iter().map(|cidr| cidr.as_str()).collect(),
            ports: &endpoint.ports,
        })
        .collect()
}
