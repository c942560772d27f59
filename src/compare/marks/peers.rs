//! What the rules of a NetworkPolicy allow, taken apart: one peer on one port each.

use super::list;
use super::selector::Selector;
use crate::kustomize::{Node, Object};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// One peer on one port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Allowed {
    peer: Peer,
    port: Port,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Peer {
    /// Everything there is.
    Any,
    /// A block of addresses without some of it.
    Net(IpNet, Vec<IpNet>),
    /// Pods, of the policy's own namespace or of those that are selected.
    Pods {
        namespaces: Option<Selector>,
        pods: Selector,
    },
    /// Something that is not understood.
    Odd(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Port {
    Any,
    /// A protocol with the ports from one to another.
    Range(String, u16, u16),
    /// A protocol with a port that has a name.
    Named(String, String),
}

/// What a policy allows its pods to reach.
pub(super) fn egress(policy: &Object) -> Vec<Allowed> {
    let rules = policy.root.at(&["spec", "egress"]);
    let rules = rules.map_or(&[][..], Node::items);
    let mut allowed = Vec::new();
    for rule in rules {
        let peers: Vec<Peer> = match list(rule, "to") {
            [] => vec![Peer::Any],
            peers => peers.iter().map(Peer::of).collect(),
        };
        let ports: Vec<Port> = match list(rule, "ports") {
            [] => vec![Port::Any],
            ports => ports.iter().map(Port::of).collect(),
        };
        for peer in &peers {
            allowed.extend(ports.iter().map(|port| Allowed {
                peer: peer.clone(),
                port: port.clone(),
            }));
        }
    }
    allowed
}

impl Allowed {
    /// Whether it is allowed by these already, by one of them or by several blocks of addresses together.
    pub(super) fn is_covered(&self, by: &[&Self]) -> bool {
        let same_port: Vec<&&Self> = by
            .iter()
            .filter(|old| old.port.covers(&self.port))
            .collect();
        if same_port.iter().any(|old| old.peer.covers(&self.peer)) {
            return true;
        }
        let Peer::Net(net, _) = &self.peer else {
            return false;
        };
        let (mut four, mut six) = (Vec::new(), Vec::new());
        for old in same_port {
            match &old.peer {
                Peer::Net(IpNet::V4(net), except) if except.is_empty() => four.push(*net),
                Peer::Net(IpNet::V6(net), except) if except.is_empty() => six.push(*net),
                _ => {}
            }
        }
        match net {
            IpNet::V4(net) => Ipv4Net::aggregate(&four)
                .iter()
                .any(|old| old.contains(net)),
            IpNet::V6(net) => Ipv6Net::aggregate(&six).iter().any(|old| old.contains(net)),
        }
    }
}

impl Peer {
    fn of(node: &Node) -> Self {
        if let Some(block) = node.get("ipBlock") {
            let text = block.get("cidr").and_then(Node::as_text).unwrap_or("");
            let except: Result<Vec<IpNet>, _> = super::texts(block, "except")
                .into_iter()
                .map(network)
                .collect();
            return match (network(text), except) {
                (Ok(net), Ok(except)) => Self::Net(net, except),
                _ => Self::Odd(text.to_owned()),
            };
        }
        let namespaces = node.get("namespaceSelector").map(Selector::of);
        let pods = node.get("podSelector").map(Selector::of);
        if namespaces.is_none() && pods.is_none() {
            return Self::Odd(crate::compare::shown::text(node));
        }
        let pods = pods.unwrap_or_default();
        Self::Pods { namespaces, pods }
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (Self::Net(net, except), Self::Net(other, others)) => {
                net.contains(other)
                    && except.iter().all(|hole| {
                        let apart = !hole.contains(other) && !other.contains(hole);
                        apart || others.iter().any(|theirs| theirs.contains(hole))
                    })
            }
            (
                Self::Pods { namespaces, pods },
                Self::Pods {
                    namespaces: other,
                    pods: others,
                },
            ) => {
                let namespaces = match (namespaces, other) {
                    (None, None) => true,
                    (Some(mine), Some(theirs)) => mine.covers(theirs),
                    // Its own namespace is one of all.
                    (Some(mine), None) => mine.is_everything(),
                    (None, Some(_)) => false,
                };
                namespaces && pods.covers(others)
            }
            (Self::Odd(one), Self::Odd(other)) => one == other,
            _ => false,
        }
    }
}

/// A block of addresses; bits behind the mask do not count.
fn network(text: &str) -> Result<IpNet, ipnet::AddrParseError> {
    text.parse::<IpNet>().map(|net| net.trunc())
}

impl Port {
    fn of(node: &Node) -> Self {
        let text = |key: &str| node.get(key).and_then(Node::as_text);
        let protocol = text("protocol").unwrap_or("TCP").to_owned();
        let Some(port) = text("port") else {
            return Self::Range(protocol, 0, u16::MAX);
        };
        let Ok(first) = port.parse() else {
            return Self::Named(protocol, port.to_owned());
        };
        let last = text("endPort").and_then(|last| last.parse().ok());
        Self::Range(protocol, first, last.unwrap_or(first))
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (Self::Range(mine, first, last), Self::Range(theirs, from, to)) => {
                mine == theirs && first <= from && to <= last
            }
            // Every port of the protocol, that of any name included.
            (Self::Range(mine, 0, u16::MAX), Self::Named(theirs, _)) => mine == theirs,
            (one, other) => one == other,
        }
    }
}

impl std::fmt::Display for Allowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.peer {
            Peer::Any => f.write_str("everything")?,
            Peer::Net(net, except) if except.is_empty() => write!(f, "{net}")?,
            Peer::Net(net, except) => {
                let except: Vec<String> = except.iter().map(ToString::to_string).collect();
                write!(f, "{net} without {}", except.join(", "))?;
            }
            Peer::Pods { namespaces, pods } => {
                match pods.is_everything() {
                    true => f.write_str("all pods")?,
                    false => write!(f, "pods with {pods}")?,
                }
                match namespaces {
                    None => f.write_str(" of the same namespace")?,
                    Some(all) if all.is_everything() => f.write_str(" of all namespaces")?,
                    Some(some) => write!(f, " of namespaces with {some}")?,
                }
            }
            Peer::Odd(text) => f.write_str(text)?,
        }
        match &self.port {
            Port::Any => Ok(()),
            Port::Range(protocol, 0, u16::MAX) => write!(f, " on every {protocol} port"),
            Port::Range(protocol, first, last) if first == last => {
                write!(f, " on {first}/{protocol}")
            }
            Port::Range(protocol, first, last) => write!(f, " on {first}-{last}/{protocol}"),
            Port::Named(protocol, name) => write!(f, " on {name}/{protocol}"),
        }
    }
}
