//! Which addresses outside the cluster a cell's pods may reach, by its declaration.

use super::rule::Input;
use crate::facts::CellFacts;
use crate::facts::egress::{Labels, Policy, Ports};
use crate::facts::ranges::{Ranges, network};
use crate::model::edges::{Peer, Pods};
use crate::spec::names::{Cidr, Name};

/// What may be reached, and by whom.
pub(super) struct Inventory<'a> {
    here: &'a CellFacts<'a>,
    entries: Vec<Entry<'a>>,
    foreign: Vec<(&'a Name, Ranges)>,
}

struct Entry<'a> {
    ranges: Ranges,
    /// None for all of them.
    ports: Vec<u16>,
    /// The pods that may; none for all of them.
    pods: Option<&'a Pods>,
}

/// What the declaration says about addresses that a policy opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict<'a> {
    /// All of them may be reached.
    Declared,
    /// They may, on other ports.
    OtherPorts,
    /// They are in another region's networks.
    Foreign(&'a Name),
    /// Nothing declares all of them.
    Undeclared,
}

/// The addresses of an API server of which nothing is declared: every private one.
/// <https://datatracker.ietf.org/doc/html/rfc1918#section-3>.
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// A block of more addresses than this is no place: whoever declares it means all there is, for the one who asked for it.
const WIDEST: u8 = 8;

impl<'a> Inventory<'a> {
    /// What a cell declares: networks of its region, endpoints, its API server, and what its own edges open.
    pub(super) fn of(input: &Input<'a>, here: &'a CellFacts<'a>) -> Self {
        let mut inventory = Self {
            here,
            entries: Vec::new(),
            foreign: Vec::new(),
        };
        for region in input.platform.regions.values() {
            let own = here.region.is_some_and(|own| own.name == region.name);
            let cidrs = region.cidrs.iter().chain(&region.ingress);
            let ranges = Ranges::parsed(cidrs.map(Cidr::as_str));
            if own {
                inventory.allow(ranges, &[], None);
            } else {
                inventory.foreign.push((&region.name, ranges));
            }
        }
        for endpoint in &input.platform.endpoints {
            if endpoint.regions.contains(&here.cell.region) {
                inventory.allow(places(&endpoint.cidrs), &endpoint.ports, None);
            }
        }
        let server: Vec<&str> = here.cell.api_server.iter().map(Cidr::as_str).collect();
        if server != PRIVATE {
            let ports = crate::model::Cell::API_SERVER_PORTS;
            inventory.allow(Ranges::parsed(server), ports, None);
        }
        for edge in &here.cell.edges {
            let (Peer::Pods(from), Peer::ApiServer { cidrs } | Peer::Outside { cidrs, .. }) =
                (&edge.from, &edge.to)
            else {
                continue;
            };
            inventory.allow(Ranges::parsed(cidrs), &edge.ports, Some(from));
        }
        inventory
    }

    fn allow(&mut self, ranges: Ranges, ports: &[u16], pods: Option<&'a Pods>) {
        if !ranges.is_empty() {
            self.entries.push(Entry {
                ranges,
                ports: ports.to_vec(),
                pods,
            });
        }
    }

    /// What is declared about addresses that a policy opens on these ports; on all, if none are given.
    pub(super) fn verdict(&self, policy: &Policy, ranges: &Ranges, ports: &[Ports]) -> Verdict<'a> {
        let manifest = &self.here.manifests[policy.manifest];
        let selects = |labels: &Labels| policy.selector.matches(labels);
        let is_for = |entry: &Entry<'_>| {
            entry.pods.is_none_or(|pods| {
                // One that was written for these pods and selects nobody opens nothing more: that is RES405's to say.
                let was_for_them = || {
                    manifest.object.name() == pods.name
                        && !self.here.pods_of(&pods.namespace).into_iter().any(selects)
                };
                pods.namespace == policy.namespace
                    && !policy.selector.is_everything()
                    && (selects(&pods.labels) || was_for_them())
            })
        };
        self.judged(ranges, ports, &is_for)
    }

    /// What is declared about addresses that any pod may reach.
    pub(super) fn for_all(&self, ranges: &Ranges, ports: &[Ports]) -> Verdict<'a> {
        self.judged(ranges, ports, &|entry| entry.pods.is_none())
    }

    fn judged(
        &self,
        ranges: &Ranges,
        ports: &[Ports],
        is_for: &dyn Fn(&Entry<'_>) -> bool,
    ) -> Verdict<'a> {
        let union = |on: &dyn Fn(&Entry<'_>) -> bool| {
            let mut union = Ranges::default();
            for entry in self
                .entries
                .iter()
                .filter(|entry| is_for(entry) && on(entry))
            {
                union.extend(&entry.ranges);
            }
            union
        };
        let covered = |port: Option<&Ports>| {
            let on_port = |entry: &Entry<'_>| {
                entry.ports.is_empty() || port.is_some_and(|port| port.are_among(&entry.ports))
            };
            ranges.is_subset(&union(&on_port))
        };
        let all_covered = match ports {
            [] => covered(None),
            _ => ports.iter().all(|port| covered(Some(port))),
        };
        if all_covered {
            return Verdict::Declared;
        }
        let foreign = self.foreign.iter().find(|(_, own)| ranges.is_subset(own));
        match foreign {
            Some((region, _)) => Verdict::Foreign(region),
            None if ranges.is_subset(&union(&|_| true)) => Verdict::OtherPorts,
            None => Verdict::Undeclared,
        }
    }
}

/// The addresses of an endpoint, without what is no place.
fn places(cidrs: &[Cidr]) -> Ranges {
    let is_place = |cidr: &&Cidr| network(cidr).is_some_and(|net| net.prefix_len() >= WIDEST);
    Ranges::parsed(cidrs.iter().filter(is_place).map(Cidr::as_str))
}
