//! What changes how a pod finds addresses: names of its own, name servers, proxies, mounted files, the cluster's DNS.

use super::address::{Address, Expect, Host, read};
use super::cell::{CellFacts, Spot};
use super::configs::Config;
use super::workloads::{Setting, Workload};
use crate::kustomize::Node;

/// Something that changes how addresses are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// What it does.
    pub change: Change,
    /// The address that everything goes to, or is asked of; none when it cannot be read, or is not one.
    pub address: Option<Address>,
    /// The namespace.
    pub namespace: String,
    /// Where it stands.
    pub spot: Spot,
}

/// How addresses are changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A name has an address of the pod's own: `hostAliases`, `hosts` of CoreDNS.
    Alias(String),
    /// Names are asked of somebody else.
    Nameserver,
    /// Names are completed with another domain.
    Search(String),
    /// The cluster's DNS is not asked.
    NoClusterDns,
    /// One name is read as another.
    Rewrite(String),
    /// Connections go through a proxy; the variable or flag.
    Proxy(String),
    /// A file that says how names are found is replaced.
    File(String),
}

/// Files that say how names are found.
const FILES: &[&str] = &[
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
];

/// Variables that name a proxy for everything, in upper or lower case.
const PROXIES: &[&str] = &[
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "ftp_proxy",
    "ws_proxy",
    "wss_proxy",
    "grpc_proxy",
    "socks_proxy",
    "socks5_proxy",
    "npm_config_proxy",
    "npm_config_https_proxy",
    "http_proxy_host",
    "https_proxy_host",
    "global_agent_http_proxy",
    "rsync_proxy",
    "yarn_proxy",
    "yarn_https_proxy",
    "git_proxy_command",
    "pip_proxy",
];

impl CellFacts<'_> {
    /// Everything in the cell that changes how addresses are found.
    pub fn lookups(&self) -> Vec<Lookup> {
        let mut found = Vec::new();
        for workload in &self.workloads {
            aliases(workload, &mut found);
            dns(workload, &mut found);
            for container in &workload.containers {
                mounts(workload, &container.node, &mut found);
                for variable in &container.env {
                    let text = match &variable.value {
                        Setting::Text(text) => Some(text.as_str()),
                        Setting::Pod => continue,
                        _ => None,
                    };
                    variable_of(workload, &variable.name, text, &variable.spot, &mut found);
                }
                for word in &container.words {
                    options(workload, &word.text, &word.spot, &mut found);
                }
            }
        }
        for config in &self.configs {
            if is_of_dns(config) {
                server(config, &mut found);
            }
        }
        found
    }
}

fn lookup(workload: &Workload, change: Change, address: Option<Address>, spot: Spot) -> Lookup {
    Lookup {
        change,
        address,
        namespace: workload.namespace.clone(),
        spot,
    }
}

fn aliases(workload: &Workload, found: &mut Vec<Lookup>) {
    let list = workload
        .spec
        .get("hostAliases")
        .map_or(&[][..], Node::items);
    for alias in list {
        let Some(ip) = alias.get("ip") else {
            continue;
        };
        let address = ip.as_text().and_then(Address::parse);
        let names = alias.get("hostnames").map_or(&[][..], Node::items);
        let names: Vec<&str> = names.iter().filter_map(Node::as_text).collect();
        let spot = Spot::whole(workload.manifest, ip);
        found.push(lookup(
            workload,
            Change::Alias(names.join(", ")),
            address,
            spot,
        ));
    }
}

fn dns(workload: &Workload, found: &mut Vec<Lookup>) {
    let policy = workload.spec.get("dnsPolicy");
    if let Some(policy) = policy.filter(|policy| policy.as_text() == Some("None")) {
        let spot = Spot::whole(workload.manifest, policy);
        found.push(lookup(workload, Change::NoClusterDns, None, spot));
    }
    let list = |field| {
        workload
            .spec
            .at(&["dnsConfig", field])
            .map_or(&[][..], Node::items)
    };
    for server in list("nameservers") {
        let address = server.as_text().and_then(Address::parse);
        let spot = Spot::whole(workload.manifest, server);
        found.push(lookup(workload, Change::Nameserver, address, spot));
    }
    for search in list("searches") {
        let domain = search.as_text().unwrap_or_default();
        let spot = Spot::whole(workload.manifest, search);
        let change = Change::Search(domain.to_owned());
        found.push(lookup(workload, change, Address::parse(domain), spot));
    }
}

fn mounts(workload: &Workload, container: &Node, found: &mut Vec<Lookup>) {
    let mounts = container.get("volumeMounts").map_or(&[][..], Node::items);
    for path in mounts.iter().filter_map(|mount| mount.get("mountPath")) {
        let text = path.as_text().unwrap_or_default().trim_end_matches('/');
        if FILES.contains(&text) {
            let spot = Spot::whole(workload.manifest, path);
            found.push(lookup(workload, Change::File(text.to_owned()), None, spot));
        }
    }
}

fn variable_of(
    workload: &Workload,
    name: &str,
    text: Option<&str>,
    spot: &Spot,
    found: &mut Vec<Lookup>,
) {
    let lower = name.to_ascii_lowercase();
    if text.is_some_and(|text| text.trim().is_empty()) {
        return;
    }
    if PROXIES.contains(&lower.as_str()) {
        let readings = text
            .map(|text| read(text, Expect::Address))
            .unwrap_or_default();
        let address = readings.into_iter().next().map(|reading| reading.address);
        let change = Change::Proxy(name.to_owned());
        found.push(lookup(workload, change, address, spot.clone()));
    } else if lower == "localdomain" || lower == "hostaliases" || lower == "resolv_conf" {
        let change = Change::Search(text.unwrap_or(name).to_owned());
        let address = text.and_then(Address::parse);
        found.push(lookup(workload, change, address, spot.clone()));
    } else if let Some(text) = text {
        options(workload, text, spot, found);
    }
}

/// `-Dhttp.proxyHost=…` in the options of a Java program, `--proxy-server=…` of a browser.
fn options(workload: &Workload, text: &str, spot: &Spot, found: &mut Vec<Lookup>) {
    const FLAGS: &[&str] = &[
        "-Dhttp.proxyHost=",
        "-Dhttps.proxyHost=",
        "-DsocksProxyHost=",
        "--proxy-server=",
        "--http-proxy=",
        "--https-proxy=",
    ];
    for flag in FLAGS {
        let Some(at) = text.find(flag) else {
            continue;
        };
        let rest = &text[at + flag.len()..];
        let value = rest
            .split(|c: char| c.is_whitespace() || c == '"' || c == '\'')
            .next()
            .unwrap_or_default();
        let reading = read(value, Expect::Address).into_iter().next();
        if let Some(reading) = reading {
            let change = Change::Proxy(flag.trim_matches(['-', '=']).to_owned());
            let spot = spot.clone().part(reading.written);
            found.push(lookup(workload, change, Some(reading.address), spot));
        }
    }
}

/// Whether a text is of the cluster's DNS server: <https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/>,
/// <https://docs.k3s.io/networking/networking-services#coredns>.
fn is_of_dns(config: &Config) -> bool {
    let key = config.key.as_str();
    let of_server = config.name.contains("coredns")
        || config.name.contains("node-local-dns")
        || config.name == "kube-dns"
        || key == "Corefile";
    of_server
        || matches!(
            key,
            "resolv.conf"
                | "NodeHosts"
                | "stubDomains"
                | "upstreamNameservers"
                | "dnsmasq.conf"
                | "unbound.conf"
        )
}

fn server(config: &Config, found: &mut Vec<Lookup>) {
    for line in config.text.lines() {
        let line = line.trim();
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut add = |change: Change, address: Option<Address>| {
            found.push(Lookup {
                change,
                address,
                namespace: config.namespace.clone(),
                spot: config.spot.clone().line(line),
            });
        };
        match words.as_slice() {
            [] => {}
            [first, ..] if first.starts_with(['#', '/']) => {}
            ["rewrite", rest @ ..] => add(Change::Rewrite(rest.join(" ")), None),
            ["template", rest @ ..] | ["alternate", rest @ ..] => {
                add(Change::Rewrite(rest.join(" ")), None);
            }
            ["forward" | "proxy" | "grpc", _, rest @ ..] => servers(rest, &mut add),
            ["nameserver", rest @ ..] => servers(rest, &mut add),
            ["search", domains @ ..] => {
                for domain in domains {
                    add(Change::Search((*domain).to_owned()), Address::parse(domain));
                }
            }
            ["hosts", file, ..] if *file != "{" => {}
            [ip, names @ ..] if !names.is_empty() && is_ip(ip) => {
                add(Change::Alias(names.join(", ")), Address::parse(ip));
            }
            _ if config.key == "upstreamNameservers" || config.key == "stubDomains" => {
                for reading in read(line, Expect::Script) {
                    add(Change::Nameserver, Some(reading.address));
                }
            }
            _ => {}
        }
    }
}

fn servers(words: &[&str], add: &mut impl FnMut(Change, Option<Address>)) {
    for word in words.iter().take_while(|word| **word != "{") {
        if word.starts_with('/') {
            continue;
        }
        let bare = word.split_once("://").map_or(*word, |(_, rest)| rest);
        add(Change::Nameserver, Address::parse(bare));
    }
}

fn is_ip(word: &str) -> bool {
    Address::parse(word).is_some_and(|address| matches!(address.host, Host::Ip(_)))
}
