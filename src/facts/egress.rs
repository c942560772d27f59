//! NetworkPolicies as Kubernetes applies them: whom they select, which directions they close, and what they open.
//!
//! In: the objects of a cell. Out: [`Policy`]s, whose openings know the line that opens them. Policies add up: what one of
//! them opens no other one closes (<https://kubernetes.io/docs/concepts/services-networking/network-policies/>).

use super::cell::{CellFacts, Manifest, Spot};
use super::ranges::{Ranges, network};
pub use super::selector::{Labels, Selector};
use crate::kustomize::Node;

/// A NetworkPolicy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The object, by its position in the cell's manifests.
    pub manifest: usize,
    /// The namespace that it is in.
    pub namespace: String,
    /// The pods that it is for.
    pub selector: Selector,
    /// Each condition of the selector by itself, with its place.
    pub conditions: Vec<(Selector, Spot)>,
    /// Where the pods are selected.
    pub selected_at: Spot,
    /// Whether it closes what comes in, but for its own rules.
    pub closes_ingress: bool,
    /// Whether it closes what goes out, but for its own rules.
    pub closes_egress: bool,
    /// Where it says which directions it is about: `policyTypes`, else all of it.
    pub types_at: Spot,
    /// Its rules for what comes in.
    pub ingress: Vec<Opening>,
    /// Its rules for what goes out.
    pub egress: Vec<Opening>,
}

impl Policy {
    /// Whether it opens nothing.
    pub fn is_deny(&self) -> bool {
        self.ingress.is_empty() && self.egress.is_empty()
    }

    /// The condition that none of these pods fulfils; else the first one.
    pub fn narrowest(&self, pods: &[&Labels]) -> &Spot {
        let fits = |selector: &Selector| pods.iter().any(|labels| selector.matches(labels));
        let missed = self.conditions.iter().find(|(selector, _)| !fits(selector));
        missed
            .or(self.conditions.first())
            .map_or(&self.selected_at, |(_, spot)| spot)
    }
}

/// One way that a policy opens.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The other end.
    pub peer: Reach,
    /// The ports; none for all of them.
    pub ports: Vec<Ports>,
    /// The line that opens it.
    pub spot: Spot,
}

/// The other end of a way.
#[derive(Debug, Clone)]
pub enum Reach {
    /// Whatever there is.
    Anyone,
    /// Addresses, exceptions taken out.
    Block {
        /// As it is written.
        text: String,
        /// The addresses; none for what is no network.
        ranges: Option<Ranges>,
    },
    /// Pods of this cluster.
    Pods {
        /// Their namespaces; none for the policy's own.
        namespaces: Option<Selector>,
        /// The pods; none for all of them.
        pods: Option<Selector>,
    },
}

/// Ports of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ports {
    /// From one to another, both included.
    Range(u16, u16),
    /// One with a name, or all of a protocol.
    Other,
}

impl Ports {
    /// Whether all of them are among the given ones.
    pub fn are_among(&self, ports: &[u16]) -> bool {
        match self {
            Self::Range(first, last) => (*first..=*last).all(|port| ports.contains(&port)),
            Self::Other => false,
        }
    }

    /// Whether it is just the port of DNS.
    pub fn is_dns(&self) -> bool {
        *self == Self::Range(53, 53)
    }
}

/// Every NetworkPolicy of a cell.
pub fn policies(facts: &CellFacts<'_>) -> Vec<Policy> {
    facts
        .of_kind("networking.k8s.io", "NetworkPolicy")
        .map(|(index, manifest)| policy(facts, index, manifest))
        .collect()
}

fn policy(facts: &CellFacts<'_>, index: usize, manifest: &Manifest) -> Policy {
    let root = &manifest.object.root;
    let spec = root.get("spec").unwrap_or(root);
    let types = spec
        .get("policyTypes")
        .filter(|types| !types.items().is_empty());
    let is_type = |name: &str| {
        types.is_some_and(|types| {
            types
                .items()
                .iter()
                .any(|item| item.as_text() == Some(name))
        })
    };
    let ingress = openings(index, spec.get("ingress"), "from");
    let egress = openings(index, spec.get("egress"), "to");
    Policy {
        manifest: index,
        namespace: facts.namespace(index).to_owned(),
        selector: Selector::read(spec.get("podSelector")),
        conditions: Selector::conditions(spec.get("podSelector"))
            .into_iter()
            .map(|(selector, node)| (selector, Spot::whole(index, node)))
            .collect(),
        selected_at: Spot::whole(index, spec.get("podSelector").unwrap_or(spec)),
        // Without types a policy is about what comes in, and about what goes out if it has rules for that.
        closes_ingress: types.is_none() || is_type("Ingress"),
        closes_egress: is_type("Egress") || (types.is_none() && !egress.is_empty()),
        types_at: Spot::whole(index, types.unwrap_or(spec)),
        ingress,
        egress,
    }
}

fn openings(index: usize, rules: Option<&Node>, ends: &str) -> Vec<Opening> {
    let mut openings = Vec::new();
    for rule in rules.map_or(&[][..], Node::items) {
        let ports: Vec<Ports> = rule
            .get("ports")
            .map_or(&[][..], Node::items)
            .iter()
            .map(ports)
            .collect();
        let peers = rule.get(ends).map_or(&[][..], Node::items);
        if peers.is_empty() {
            openings.push(Opening {
                peer: Reach::Anyone,
                ports,
                spot: Spot::whole(index, rule),
            });
            continue;
        }
        openings.extend(peers.iter().map(|peer| Opening {
            ports: ports.clone(),
            ..opening(index, peer)
        }));
    }
    openings
}

fn opening(index: usize, peer: &Node) -> Opening {
    let (peer, node) = match peer.get("ipBlock") {
        Some(block) => {
            let cidr = block.get("cidr").unwrap_or(block);
            (self::block(block), cidr)
        }
        None => {
            let selector = |key: &str| peer.get(key).map(|node| Selector::read(Some(node)));
            let (namespaces, pods) = (selector("namespaceSelector"), selector("podSelector"));
            match (&namespaces, &pods) {
                (None, None) => (Reach::Anyone, peer),
                _ => (Reach::Pods { namespaces, pods }, peer),
            }
        }
    };
    Opening {
        peer,
        ports: Vec::new(),
        spot: Spot::whole(index, node),
    }
}

fn block(block: &Node) -> Reach {
    let cidr = text(block, "cidr");
    let except = block.get("except").map_or(&[][..], Node::items);
    let ranges = network(cidr).map(|net| {
        let mut ranges = Ranges::of(net);
        ranges.remove(&Ranges::parsed(except.iter().filter_map(Node::as_text)));
        ranges
    });
    Reach::Block {
        text: cidr.to_owned(),
        ranges,
    }
}

fn ports(node: &Node) -> Ports {
    let number = |key: &str| node.get(key).and_then(Node::as_text)?.parse::<u16>().ok();
    match (number("port"), number("endPort")) {
        (Some(port), Some(end)) => Ports::Range(port, end.max(port)),
        (Some(port), None) => Ports::Range(port, port),
        _ => Ports::Other,
    }
}

fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::as_text).unwrap_or_default()
}
