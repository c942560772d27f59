//! Where an address leads: into the cell, to its own region, to a declared endpoint, to a provider's place, or nowhere known.

use super::address::{Address, Host};
use super::cell::CellFacts;
use crate::catalogue;
use crate::model::Region;
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
    /// A service of a vendor whose place the host does not say.
    Vendor(&'static str),
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
            }
            Destination::Region(region) => trace.push(format!("region {region}")),
            Destination::Endpoint(at) | Destination::ForeignEndpoint(at) => {
                trace.push(format!("endpoint {}", self.platform.endpoints[*at].id));
            }
            Destination::Provider { provider, code } => {
                trace.push(format!("{}/{code}", provider.name()));
            }
            Destination::Vendor(vendor) => trace.push((*vendor).to_owned()),
            _ => {}
        }
        Resolved {
            destination,
            countries,
            trace,
        }
    }

    fn destination(&self, address: &Address, namespace: &str) -> (Destination, BTreeSet<Country>) {
        let home = || self.region.map_or_else(BTreeSet::new, countries);
        match &address.host {
            Host::Ip(ip) if ip.is_loopback() || ip.is_unspecified() => {
                (Destination::Itself, home())
            }
            Host::Ip(ip) => self.network(IpNet::from(*ip)),
            Host::Net(net) => self.network(*net),
            Host::Name(name) if name == "localhost" => (Destination::Itself, home()),
            Host::Name(name) => match self.service(name, namespace) {
                Some(destination) => (destination, home()),
                None => self.outside(name),
            },
        }
    }

    /// The Service that a name means, as the cluster's DNS searches for it.
    fn service(&self, name: &str, namespace: &str) -> Option<Destination> {
        let labels: Vec<&str> = name.split('.').collect();
        let is_cluster = matches!(
            labels.as_slice(),
            [.., "svc"] | [.., "svc", "cluster", "local"]
        );
        let (service, namespace) = match labels.as_slice() {
            [.., service, namespace, "svc"]
            | [.., service, namespace, "svc", "cluster", "local"] => (*service, *namespace),
            [service] => (*service, namespace),
            [service, namespace] => (*service, *namespace),
            _ => return None,
        };
        let exists = self.of_kind("", "Service").any(|(_, manifest)| {
            manifest.object.name() == service && manifest.object.namespace() == namespace
        });
        if exists {
            Some(Destination::Service {
                namespace: namespace.to_owned(),
                name: service.to_owned(),
            })
        } else {
            is_cluster.then_some(Destination::NoService)
        }
    }

    /// A name outside of the cluster.
    fn outside(&self, name: &str) -> (Destination, BTreeSet<Country>) {
        let regions = self.platform.regions.values();
        let owner = regions
            .filter(|region| is_below(name, region.domain.as_str()))
            .max_by_key(|region| region.domain.as_str().len());
        if let Some(region) = owner {
            return self.of_region(region);
        }
        let endpoints = &self.platform.endpoints;
        if let Some(at) = endpoints
            .iter()
            .position(|endpoint| endpoint.host.as_str() == name)
        {
            let countries = BTreeSet::from([endpoints[at].country.clone()]);
            let allowed = endpoints[at].regions.contains(&self.cell.region);
            let destination = if allowed {
                Destination::Endpoint(at)
            } else {
                Destination::ForeignEndpoint(at)
            };
            return (destination, countries);
        }
        match name.strip_suffix(".amazonaws.com").and_then(|rest| {
            rest.split('.')
                .find_map(|label| catalogue::find(Provider::Aws, label))
        }) {
            Some(place) => (
                Destination::Provider {
                    provider: place.provider,
                    code: place.code,
                },
                place.countries,
            ),
            None => (Destination::Unknown, BTreeSet::new()),
        }
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
        let within = |cidrs: &[crate::spec::names::Cidr]| {
            cidrs
                .iter()
                .filter_map(|cidr| cidr.as_str().parse::<IpNet>().ok())
                .any(|cidr| cidr.contains(&net))
        };
        let region = self
            .platform
            .regions
            .values()
            .find(|region| within(&region.cidrs) || within(&region.ingress));
        if let Some(region) = region {
            return self.of_region(region);
        }
        let endpoints = &self.platform.endpoints;
        match endpoints
            .iter()
            .position(|endpoint| within(&endpoint.cidrs))
        {
            Some(at) => (
                Destination::Endpoint(at),
                BTreeSet::from([endpoints[at].country.clone()]),
            ),
            None => (Destination::Unknown, BTreeSet::new()),
        }
    }
}

fn countries(region: &Region) -> BTreeSet<Country> {
    region.place.countries.clone()
}

/// Whether a name is a domain or below it.
fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
