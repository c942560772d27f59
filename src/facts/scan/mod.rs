//! Every address in every manifest, with where it stands and where it leads.
//!
//! Position counts, not shape: variables, words of commands, texts of configuration and fields are read each in their own
//! way, and what holds names that only look like hosts (API groups, images, labels, documentation) is passed over.

mod keys;
mod objects;
mod programs;
mod texts;

use super::address::{Address, Host, Reading};
use super::cell::{CellFacts, Spot};
use super::decode;
use super::resolve::{Destination, Resolved};
use crate::kustomize::Origin;
use keys::{Class, Keys};
use std::collections::BTreeSet;

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
    /// Whether it had to be decoded or put together to be seen, or is written so that it looks like another one.
    pub is_hidden: bool,
}

/// Every address of a cell.
pub(super) fn mentions(facts: &CellFacts<'_>) -> Vec<Mention> {
    let mut scan = Scan {
        facts,
        keys: Keys::default(),
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    scan.programs();
    scan.configs();
    scan.objects();
    scan.found
}

/// What is known about the place of a text while it is read.
#[derive(Debug, Clone)]
struct Place {
    /// The key, as a mention has it.
    key: String,
    /// The namespace of the object.
    namespace: String,
    /// The value.
    spot: Spot,
    /// Whether the text is not what stands in the file.
    is_hidden: bool,
}

/// The search through one cell.
struct Scan<'f, 'a> {
    facts: &'f CellFacts<'a>,
    keys: Keys,
    seen: BTreeSet<(usize, Origin, String, Host)>,
    found: Vec<Mention>,
}

impl Scan<'_, '_> {
    /// Reads the value of a key, as far as the key lets it be an address; `neutral` for keys that say nothing.
    fn value(&mut self, place: &Place, text: &str, neutral: super::address::Expect) {
        let class = self.keys.class(last(&place.key));
        let Some(expect) = class.expect(neutral) else {
            return;
        };
        self.take(place, super::address::read(text, expect));
        if class != Class::Passed {
            self.decoded(place, text);
        }
    }

    /// What a value hides.
    fn decoded(&mut self, place: &Place, text: &str) {
        for inner in decode::hidden(text) {
            let mut place = place.clone();
            place.is_hidden = true;
            place.spot = place.spot.part(text.trim());
            self.hidden(&place, &inner);
        }
    }

    /// Addresses in a text that does not stand in the file as it is.
    fn hidden(&mut self, place: &Place, text: &str) {
        for reading in super::address::read(text, super::address::Expect::Script) {
            self.put(place, reading, place.spot.clone());
        }
    }

    /// Addresses in a text that stands in the file.
    fn take(&mut self, place: &Place, readings: Vec<Reading>) {
        for reading in readings {
            let spot = if place.is_hidden {
                place.spot.clone()
            } else {
                place.spot.clone().part(reading.written.as_str())
            };
            self.put(place, reading, spot);
        }
    }

    fn put(&mut self, place: &Place, reading: Reading, spot: Spot) {
        let address = reading.address;
        if is_reference(&address) {
            return;
        }
        let resolved = self.facts.resolve(&address, &place.namespace);
        if !self.is_one(&address, &resolved) {
            return;
        }
        let id = (
            spot.manifest,
            spot.origin,
            spot.line.clone(),
            address.host.clone(),
        );
        if !self.seen.insert(id) {
            return;
        }
        self.found.push(Mention {
            key: place.key.clone(),
            address,
            resolved,
            spot,
            is_hidden: place.is_hidden || reading.is_disguised,
        });
    }

    /// Whether something is an address and not merely a word that could be one.
    fn is_one(&self, address: &Address, resolved: &Resolved) -> bool {
        let Host::Name(name) = &address.host else {
            return true;
        };
        if resolved.destination != Destination::Unknown {
            return true;
        }
        // A single label leads nowhere outside: what a cluster does not know is asked of nobody else.
        name.contains('.')
            && !(address.is_bare() && (self.facts.names.is_group(name) || is_group(name)))
    }
}

/// The last key of a path: of `spec.externalName` the latter.
fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

/// API groups that every cluster knows: <https://kubernetes.io/docs/reference/using-api/#api-groups>.
fn is_group(name: &str) -> bool {
    [
        "k8s.io",
        "kubernetes.io",
        "x-k8s.io",
        "coreos.com",
        "argoproj.io",
        "cattle.io",
    ]
    .iter()
    .any(|group| super::resolve::is_below(name, group))
}

/// Hosts of names that are written like URLs and that nobody contacts: of namespaces of XML, of schemas, of message types.
fn is_reference(address: &Address) -> bool {
    const HOSTS: &[&str] = &[
        "www.w3.org",
        "json-schema.org",
        "schema.org",
        "schemas.xmlsoap.org",
        "schemas.microsoft.com",
        "type.googleapis.com",
        "xmlns.jcp.org",
        "maven.apache.org",
        "www.apache.org",
        "opensource.org",
    ];
    matches!(&address.host, Host::Name(name) if HOSTS.contains(&name.as_str()))
}
