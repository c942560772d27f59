//! Every address in every manifest, with where it stands and where it leads.

use super::address::{Address, Host};
use super::cell::{CellFacts, Spot};
use super::resolve::Resolved;
use super::workloads::Setting;

/// An address in a manifest.
#[derive(Debug, Clone)]
pub struct Mention {
    /// The key it stands at: the name of a variable, else the path of the value.
    pub key: String,
    /// The address.
    pub address: Address,
    /// Where it leads.
    pub resolved: Resolved,
    /// Where it stands.
    pub spot: Spot,
    /// Whether it had to be decoded or put together to be seen.
    pub is_hidden: bool,
}

/// Every address of a cell.
pub(super) fn mentions(facts: &CellFacts<'_>) -> Vec<Mention> {
    let mut mentions = Vec::new();
    for workload in &facts.workloads {
        for container in &workload.containers {
            for variable in &container.env {
                let Setting::Text(text) = &variable.value else {
                    continue;
                };
                let Some(address) = Address::parse(text).filter(is_plainly_an_address) else {
                    continue;
                };
                mentions.push(Mention {
                    key: variable.name.clone(),
                    resolved: facts.resolve(&address, &workload.namespace),
                    spot: variable.spot.clone().part(address.host.to_string()),
                    address,
                    is_hidden: variable.is_assembled,
                });
            }
        }
    }
    mentions
}

/// Whether something is an address and not merely a word that could be one.
fn is_plainly_an_address(address: &Address) -> bool {
    match &address.host {
        Host::Name(name) => address.scheme.is_some() || address.port.is_some() || is_domain(name),
        Host::Ip(_) | Host::Net(_) => true,
    }
}

/// Whether a name has several labels, the last of which is no number.
fn is_domain(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, top)| top.bytes().any(|byte| byte.is_ascii_alphabetic()))
}
