//! What services bring: their units in the order in which they call each other, and the edges of `calls` and `expose`.

use super::Brought;
use crate::model::cell::Cell;
use crate::model::edges::{Edge, Peer, Pods};
use crate::model::ingress::Exposed;
use crate::model::needs::Need;
use crate::model::platform::{Endpoint, Platform, Service};
use crate::model::units::{Part, Unit};
use crate::spec::names::Name;
use crate::spec::types::EnvironmentKind;
use std::collections::{BTreeMap, BTreeSet};

/// The pods that a rollout adds: `maxSurge` of the Deployments.
const SURGE: u32 = 1;

pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    let waves = waves(platform);
    for service in platform.services.values() {
        let wave = waves.get(&service.name).copied();
        brought
            .units
            .push(unit(service, wave.unwrap_or(Unit::SERVICE_WAVE)));
        brought.needs.extend(need(cell, service));
        edges(platform, cell, service, &mut brought.edges);
        expose(platform, cell, service, brought);
    }
}

/// At its largest a service has one pod more than replicas, because a rollout adds before it takes away.
fn need(cell: &Cell, service: &Service) -> Option<Need> {
    let here = cell.services.get(&service.name)?;
    let pods = here.scaling.most().saturating_add(SURGE);
    let resources = here.resources.clone();
    let (name, namespace) = (&service.name, &service.namespace);
    Some(Need::of_pods(name, namespace, name, pods, resources))
}

fn unit(service: &Service, wave: u32) -> Unit {
    Unit {
        name: service.name.to_string(),
        part: Part::Apps,
        project: service
            .team
            .as_ref()
            .map_or_else(|| "apps".to_owned(), ToString::to_string),
        namespace: service.namespace.clone(),
        wave,
        base: format!("apps/{}", service.name),
        key: format!("services.{}", service.name),
        before: vec!["cell"],
        behind: vec!["pins"],
    }
}

/// The pods of a service.
pub(super) fn pods(platform: &Platform, service: &Service) -> Pods {
    Pods::workload(
        &platform.name,
        &service.namespace,
        &service.name,
        &service.name,
    )
}

fn edges(platform: &Platform, cell: &Cell, service: &Service, edges: &mut Vec<Edge>) {
    let own = Peer::Pods(pods(platform, service));
    let calls = format!("services.{}.calls", service.name);
    for callee in service
        .calls
        .iter()
        .filter_map(|name| platform.services.get(name))
    {
        edges.push(Edge {
            from: own.clone(),
            to: Peer::Pods(pods(platform, callee)),
            ports: vec![callee.port],
            because: calls.clone(),
        });
    }
    let contacts = service.contacts.iter();
    for endpoint in contacts.filter_map(|id| platform.endpoint(id)) {
        if is_contacted(platform, cell, endpoint) {
            edges.push(Edge {
                from: own.clone(),
                to: outside(endpoint),
                ports: endpoint.ports.clone(),
                because: calls.clone(),
            });
        }
    }
}

fn expose(platform: &Platform, cell: &Cell, service: &Service, brought: &mut Brought) {
    let here = cell.services.get(&service.name);
    let Some(host) = here.and_then(|here| here.host.clone()) else {
        return;
    };
    let exposed = Exposed {
        name: service.name.to_string(),
        namespace: service.namespace.clone(),
        host,
    };
    let because = format!("services.{}.expose", service.name);
    let pods = (pods(platform, service), service.port);
    let ingress = platform.ingress_of(cell);
    brought.expose(&ingress, exposed, pods, because);
}

/// An endpoint as one end of an edge.
pub(super) fn outside(endpoint: &Endpoint) -> Peer {
    Peer::Outside {
        host: endpoint.host.to_string(),
        cidrs: endpoint.cidrs.iter().map(ToString::to_string).collect(),
    }
}

/// Whether an endpoint may be contacted from a cell. A laptop is in no region: it contacts what every region may.
pub(in crate::model) fn is_contacted(
    platform: &Platform,
    cell: &Cell,
    endpoint: &Endpoint,
) -> bool {
    match cell.kind {
        EnvironmentKind::Cluster => endpoint.regions.contains(&cell.region),
        EnvironmentKind::Local => platform
            .regions
            .keys()
            .all(|region| endpoint.regions.contains(region)),
    }
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
    let mut latest = Unit::SERVICE_WAVE;
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
            named(&[("a", 8), ("b", 7), ("c", 6), ("d", 6)])
        );
    }

    #[test]
    fn a_circle_is_opened_at_the_same_place_every_time() {
        let services: &[(&str, &[&str])] = &[("a", &["b"]), ("b", &["c"]), ("c", &["a"])];
        assert_eq!(waves_of(services), named(&[("a", 8), ("b", 7), ("c", 6)]));
        let reversed: &[(&str, &[&str])] = &[("c", &["a"]), ("b", &["c"]), ("a", &["b"])];
        assert_eq!(waves_of(reversed), waves_of(services));
    }
}
