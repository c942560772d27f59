//! Addresses in texts: URLs, hosts with and without port, IP addresses in every notation that resolvers take, networks,
//! connection strings.
//!
//! In: a text, and how likely its position makes it an address. Out: [`Reading`]s. Nothing here knows where an address
//! leads; see [`super::resolve`].

mod ip;
mod key;
mod name;
mod strings;
mod text;
mod url;

pub use text::Expect;

use ipnet::IpNet;
use std::net::IpAddr;

pub(super) use key::{is_address_key, may_be_address_key};
pub(super) use name::{is_plausible, is_strong};
pub(super) use text::read;

/// Where a text points to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The host.
    pub host: Host,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// The scheme of a URL, in lower case.
    pub scheme: Option<String>,
    /// The path of a URL, without the leading slash; empty when there is none.
    pub path: String,
}

/// A host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// A name: lower case, ASCII, no dot at the end.
    Name(String),
    /// An address; IPv4 in IPv6 is IPv4.
    Ip(IpAddr),
    /// A network.
    Net(IpNet),
}

/// An address as it was read from a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The address.
    pub address: Address,
    /// The host as it stands in the text.
    pub written: String,
    /// Whether it is written so that a reader takes it for something else: an IP address as one number or in octal or hexadecimal
    /// digits, a name with letters that are not ASCII, another host where the user's name stands.
    pub is_disguised: bool,
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(ip) => ip.fmt(f),
            Self::Net(net) => net.fmt(f),
        }
    }
}

impl Address {
    /// The address that a whole text is: a URL, `host`, `host:port`, an IP address or a network; none when it is something
    /// else, such as a word with a space, a path, a bucket or an image. Of several hosts the first one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(net) = text.parse::<IpNet>() {
            return Some(Self::of(Host::Net(net)));
        }
        if text.contains("://") {
            return Some(url::read(text).into_iter().next()?.address);
        }
        Some(host_and_port(text, ip::Notation::Usual)?.address)
    }

    /// Every host of a text that is an address: the several hosts of a URL or of a connection string, or of a list with commas.
    pub fn all(text: &str) -> Vec<Self> {
        read(text, Expect::Address)
            .into_iter()
            .map(|reading| reading.address)
            .collect()
    }

    fn of(host: Host) -> Self {
        Self {
            host,
            port: None,
            scheme: None,
            path: String::new(),
        }
    }

    /// Whether nothing beside the host is written.
    pub(super) fn is_bare(&self) -> bool {
        self.port.is_none() && self.scheme.is_none()
    }
}

/// `host`, `host:port`, `[v6]:port`.
fn host_and_port(text: &str, notation: ip::Notation) -> Option<Reading> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (inside, after) = bracketed.split_once(']')?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(port.parse().ok()?),
            None if after.is_empty() => None,
            None => return None,
        };
        let (ip, is_disguised) = ip::v6(inside)?;
        return Some(reading(Host::Ip(ip), port, inside, is_disguised));
    }
    if let Some((ip, is_disguised)) = ip::v6(text) {
        return Some(reading(Host::Ip(ip), None, text, is_disguised));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') => (host, Some(port.parse().ok()?)),
        Some(_) => return None,
        None => (text, None),
    };
    if let Some((ip, is_disguised)) = ip::v4(host, notation) {
        return Some(reading(Host::Ip(ip), port, host, is_disguised));
    }
    let (name, is_disguised) = name::normal(host)?;
    Some(reading(Host::Name(name), port, host, is_disguised))
}

fn reading(host: Host, port: Option<u16>, written: &str, is_disguised: bool) -> Reading {
    Reading {
        address: Address {
            port,
            ..Address::of(host)
        },
        written: written.to_owned(),
        is_disguised,
    }
}

#[cfg(test)]
mod tests;
