//! Addresses in texts: URLs, hosts with and without port, IP addresses, networks.
//!
//! Nothing here knows where an address leads; see [`super::resolve`].

use ipnet::IpNet;
use std::net::IpAddr;

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
    /// else, such as a word, a path or an image.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some((scheme, rest)) = text.split_once("://") {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let authority = authority
                .rsplit_once('@')
                .map_or(authority, |(_, host)| host);
            let mut address = Self::host_and_port(authority)?;
            address.scheme = Some(scheme.to_lowercase());
            address.path = path.to_owned();
            return Some(address);
        }
        if let Ok(net) = text.parse::<IpNet>() {
            return Some(Self::bare(Host::Net(net)));
        }
        Self::host_and_port(text)
    }

    fn bare(host: Host) -> Self {
        Self {
            host,
            port: None,
            scheme: None,
            path: String::new(),
        }
    }

    fn host_and_port(text: &str) -> Option<Self> {
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Some(Self::bare(Host::Ip(ip.to_canonical())));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (text, None),
        };
        let host = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) => Host::Ip(ip.to_canonical()),
            Err(_) => Host::Name(name(host)?),
        };
        Some(Self {
            port,
            ..Self::bare(host)
        })
    }
}

/// A host name as it is compared; none when the text cannot be one.
fn name(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let ascii = idna::domain_to_ascii(text).ok()?;
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    (!ascii.is_empty() && ascii.split('.').all(is_label)).then_some(ascii)
}
