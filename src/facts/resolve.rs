//! Where an address leads: into the cell, to its own region, to a declared endpoint, to a provider's place, or nowhere known.

use super::address::{Address, Host};
use super::cell::CellFacts;
use super::names::Behind;
use super::providers::{self, Sited};
use super::vendors;
use crate::catalogue::{LocationKind, Place};
use crate::model::Region;
use crate::model::edges::Peer;
use crate::spec::names::{Country, Name};
use crate::spec::types::Provider;
use ipnet::IpNet;
use std::collections::BTreeSet;

/// Where an address leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// The container, pod or node itself.
    Itself,
    /// A Service of the cell.
    Service {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// A name of the cluster for which no manifest makes a Service.
    NoService,
    /// The region's own networks and domain.
    Home,
    /// Another region.
    Region(Name),
    /// A declared endpoint, by its position in the platform's list, that may be contacted from the region.
    Endpoint(usize),
    /// A declared endpoint that may not be contacted from this region.
    ForeignEndpoint(usize),
    /// A place of a cloud provider.
    Provider {
        /// The provider.
        provider: Provider,
        /// The code of the place.
        code: String,
    },
    /// A service of a vendor.
    Vendor(&'static str),
    /// A host of a cloud provider that does not say where it is.
    Cloud(&'static str),
    /// Nothing that is declared.
    Unknown,
}

/// Where an address leads, and how that was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// Where.
    pub destination: Destination,
    /// The countries that may be; empty when not known.
    pub countries: BTreeSet<Country>,
    /// The steps, from the address on, without the countries.
    pub trace: Vec<String>,
}

impl CellFacts<'_> {
    /// Where an address in an object of a namespace leads.
    pub fn resolve(&self, address: &Address, namespace: &str) -> Resolved {
        let mut trace = vec![address.host.to_string()];
        let (destination, countries) = self.destination(address, namespace);
        match &destination {
            Destination::Service { namespace, name } => {
                trace.push(format!("Service {namespace}/{name}"));
                let behind = self.behind(namespace, name);
                trace.extend(behind.iter().map(|behind| behind.address.host.to_string()));
            }
            Destination::Region(region) => trace.push(format!("region {region}")),
            Destination::Endpoint(at) | Destination::ForeignEndpoint(at) => {
                trace.push(format!("endpoint {}", self.platform.endpoints[*at].id));
            }
            Destination::Provider { provider, code } => {
                trace.push(format!("{}/{code}", provider.name()));
            }
            Destination::Vendor(vendor) | Destination::Cloud(vendor) => {
                trace.push((*vendor).to_owned())
            }
            _ => {}
        }
        Resolved {
            destination,
            countries,
            trace,
        }
    }

    /// What stands behind a Service of the cell beside its pods: the name it is another name for, addresses written by hand,
    /// external addresses.
    pub fn behind(&self, namespace: &str, service: &str) -> &[Behind] {
        self.names.behind(namespace, service)
    }

    fn destination(&self, address: &Address, namespace: &str) -> (Destination, BTreeSet<Country>) {
        match &address.host {
            Host::Ip(ip) if is_own(*ip) => (Destination::Itself, self.home()),
            Host::Ip(ip) => self.network(IpNet::from(*ip)),
            Host::Net(net) => self.network(*net),
            Host::Name(name) if name == "localhost" || name.ends_with(".localhost") => {
                (Destination::Itself, self.home())
            }
            Host::Name(name) => match self.names.find(name, namespace) {
                Some(Ok((namespace, name))) => {
                    (Destination::Service { namespace, name }, self.home())
                }
                Some(Err(())) => (Destination::NoService, self.home()),
                None => self.outside(name),
            },
        }
    }

    /// The countries of the cell's own region.
    fn home(&self) -> BTreeSet<Country> {
        self.region.map_or_else(BTreeSet::new, countries)
    }

    /// A name outside of the cluster: the longest domain that is declared, else what the name itself says.
    fn outside(&self, name: &str) -> (Destination, BTreeSet<Country>) {
        let endpoint = self.endpoint(|at| self.platform.endpoints[at].host.as_str() == name);
        if let Some(found) = endpoint {
            return found;
        }
        let regions = self.platform.regions.values();
        let owner = regions
            .filter(|region| is_below(name, region.domain.as_str()))
            .max_by_key(|region| region.domain.as_str().len());
        if let Some(region) = owner {
            return self.of_region(region);
        }
        if let Some(found) = self.object_store(name).or_else(|| self.rendered(name)) {
            return found;
        }
        let vendor = vendors::find(name);
        match (providers::sited(name), vendor) {
            // A provider's host under the name of one of its services is both.
            (Some(Sited::At(place)), None) => of_place(&place),
            (_, Some(vendor)) => (Destination::Vendor(vendor.name), vendor.countries()),
            (Some(Sited::Somewhere(provider)), None) => {
                (Destination::Cloud(provider), BTreeSet::new())
            }
            (None, None) => (Destination::Unknown, BTreeSet::new()),
        }
    }

    /// The first endpoint of which something holds; one that may be contacted from here comes before others.
    fn endpoint(&self, is_it: impl Fn(usize) -> bool) -> Option<(Destination, BTreeSet<Country>)> {
        let endpoints = &self.platform.endpoints;
        let may = |at: &usize| endpoints[*at].regions.contains(&self.cell.region);
        let all = || (0..endpoints.len()).filter(|at| is_it(*at));
        let at = all().find(may).or_else(|| all().next())?;
        let destination = if may(&at) {
            Destination::Endpoint(at)
        } else {
            Destination::ForeignEndpoint(at)
        };
        Some((destination, BTreeSet::from([endpoints[at].country.clone()])))
    }

    /// An object store that some cell has outside of its cluster.
    fn object_store(&self, name: &str) -> Option<(Destination, BTreeSet<Country>)> {
        let here = |cell: &&crate::model::Cell| cell.name == self.cell.name;
        let cells = self.platform.cells.iter();
        let own = cells.clone().filter(here);
        let others = cells.filter(|cell| !here(cell));
        own.chain(others).find_map(|cell| {
            let store = cell.object_storage.as_ref()?;
            let outside = store.outside.as_ref()?;
            let host = store.access.host.as_str();
            // A bucket may be part of the host.
            (is_below(name, host)).then(|| {
                let is_at_home = outside.place.kind == LocationKind::Site
                    && outside.place.countries.is_empty()
                    && cell.name == self.cell.name;
                if is_at_home {
                    (Destination::Home, self.home())
                } else {
                    of_place(&outside.place)
                }
            })
        })
    }

    /// A host that the model itself opens a way to, such as that of another store.
    fn rendered(&self, name: &str) -> Option<(Destination, BTreeSet<Country>)> {
        let is_it =
            |peer: &Peer| matches!(peer, Peer::Outside { host, .. } if host.as_str() == name);
        let known = self.cell.edges.iter().any(|edge| is_it(&edge.to));
        known.then(|| (Destination::Home, self.home()))
    }

    fn of_region(&self, region: &Region) -> (Destination, BTreeSet<Country>) {
        let destination = if region.name == self.cell.region {
            Destination::Home
        } else {
            Destination::Region(region.name.clone())
        };
        (destination, countries(region))
    }

    fn network(&self, net: IpNet) -> (Destination, BTreeSet<Country>) {
        let longest = |cidrs: &[crate::spec::names::Cidr]| {
            cidrs
                .iter()
                .filter_map(|cidr| cidr.as_str().parse::<IpNet>().ok())
                .filter(|cidr| cidr.contains(&net))
                .map(|cidr| cidr.prefix_len())
                .max()
        };
        let regions = self.platform.regions.values();
        let region = regions
            .filter_map(|region| {
                let length = longest(&region.cidrs).max(longest(&region.ingress))?;
                Some((length, region))
            })
            .max_by_key(|(length, _)| *length);
        if let Some((_, region)) = region {
            return self.of_region(region);
        }
        let endpoints = &self.platform.endpoints;
        let declared = self.endpoint(|at| longest(&endpoints[at].cidrs).is_some());
        if let Some(found) = declared {
            return found;
        }
        let outside = |cell: &crate::model::Cell| {
            let store = cell.object_storage.as_ref()?.outside.as_ref()?;
            longest(&store.cidrs).map(|_| of_place(&store.place))
        };
        // The default of an API server's addresses is every private range, which says nothing about any one of them.
        let is_api_server = self.cell.api_server.iter().any(|cidr| {
            let cidr = cidr.as_str().parse::<IpNet>();
            cidr.is_ok_and(|cidr| cidr.prefix_len() > 16 && cidr.contains(&net))
        });
        match outside(self.cell) {
            Some(found) => found,
            None if is_api_server => (Destination::Home, self.home()),
            None => (Destination::Unknown, BTreeSet::new()),
        }
    }
}

/// The pod, its node, or nobody: loopback, unspecified, link-local.
fn is_own(ip: std::net::IpAddr) -> bool {
    let is_link_local = match ip {
        std::net::IpAddr::V4(ip) => ip.is_link_local() || ip.is_broadcast(),
        std::net::IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    ip.is_loopback() || ip.is_unspecified() || is_link_local
}

fn of_place(place: &Place) -> (Destination, BTreeSet<Country>) {
    let destination = Destination::Provider {
        provider: place.provider,
        code: place.code.clone(),
    };
    (destination, place.countries.clone())
}

fn countries(region: &Region) -> BTreeSet<Country> {
    region.place.countries.clone()
}

/// Whether a name is a domain or below it.
pub(super) fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
