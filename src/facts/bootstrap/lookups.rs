//! How a node finds addresses: name servers, names of its own, and proxies that the text which starts it writes.
//!
//! Looked at are lines of `resolv.conf` and `hosts` in whatever writes them (`echo`, here-documents, `write_files` of
//! cloud-init), `nameservers` of cloud-init and netplan, systemd-resolved, NetworkManager, dhclient, and proxy variables.

use super::{Setting, encoded, lines};
use std::net::IpAddr;

/// A name server.
pub const NAMESERVER: &str = "nameserver";
/// An address that gets a name.
pub const HOSTS: &str = "/etc/hosts";
/// A proxy for all connections.
pub const PROXY: &str = "proxy";

/// Variables that name a proxy for everything: <https://docs.k3s.io/advanced#configuring-an-http-proxy>.
const PROXIES: [&str; 3] = ["http_proxy", "https_proxy", "all_proxy"];

/// Lines that name the servers to ask, by what stands in them: <https://www.freedesktop.org/software/systemd/man/latest/resolvectl.html>,
/// <https://networkmanager.dev/docs/api/latest/nm-settings-nmcli.html>, <https://man7.org/linux/man-pages/man5/resolved.conf.5.html>.
const SERVERS: [&str; 5] = [
    "resolvectl dns",
    "ipv4.dns",
    "ipv6.dns",
    "domain-name-servers",
    "nameservers:",
];

/// Everything in a text that changes how its node finds addresses, in its order.
pub fn lookups(text: &str) -> Vec<Setting> {
    let mut found = in_text(text);
    for (span, decoded) in encoded(text) {
        found.extend(in_text(&decoded).into_iter().map(|setting| Setting {
            span: span.clone(),
            ..setting
        }));
    }
    found.sort_by_key(|setting| (setting.span.start, setting.key));
    found
}

fn in_text(text: &str) -> Vec<Setting> {
    let writes_hosts = text.contains(HOSTS);
    let is_of_resolved = text.contains("resolved");
    let mut found = Vec::new();
    // How far the list below `nameservers:` is indented less than.
    let mut list: Option<usize> = None;
    for (start, line) in lines(text) {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let mut add = |key: &'static str, at: usize, value: &str| {
            found.push(Setting {
                key,
                values: vec![value.to_owned()],
                span: start + at..start + at + value.len(),
            });
        };
        let is_item = trimmed.starts_with("- ");
        list = list.filter(|above| indent > *above || indent == *above && is_item);
        let is_server = list.is_some()
            || SERVERS.iter().any(|words| line.contains(words))
            || is_of_resolved
                && ["DNS=", "FallbackDNS="]
                    .iter()
                    .any(|key| trimmed.starts_with(key));
        if is_server {
            for (at, value) in addresses(line) {
                add(NAMESERVER, at, value);
            }
        } else {
            for (at, value) in named(line) {
                add(NAMESERVER, at, value);
            }
        }
        if trimmed.trim_end() == "nameservers:" {
            list = Some(indent);
        }
        let begins_with_address = addresses(line).first().is_some_and(|(at, _)| *at == indent);
        if writes_hosts && (line.contains(HOSTS) || begins_with_address) {
            for (at, value) in addresses(line) {
                add(HOSTS, at, value);
            }
        }
        for (at, value) in proxies(line) {
            add(PROXY, at, value);
        }
    }
    found
}

/// What follows `nameserver`, which may stand in the text that a command prints.
fn named(line: &str) -> Vec<(usize, &str)> {
    line.match_indices(NAMESERVER)
        .filter(|(at, _)| {
            let before = &line[..*at];
            before.ends_with("\\n") || !before.ends_with(|c: char| c.is_alphanumeric() || c == '-')
        })
        .filter_map(|(at, word)| {
            let rest = &line[at + word.len()..];
            let value = rest.trim_start_matches([' ', '\t']);
            let at = line.len() - value.len();
            let end = value
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\' | ';'))
                .unwrap_or(value.len());
            (value.len() < rest.len() && end > 0).then(|| (at, &value[..end]))
        })
        .collect()
}

/// Every numeric address in a line.
fn addresses(line: &str) -> Vec<(usize, &str)> {
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    let mut found = Vec::new();
    let mut at = 0;
    for word in line.split_inclusive(|c: char| !is_part(c)) {
        let bare = word.trim_end_matches(|c: char| !is_part(c));
        if bare.parse::<IpAddr>().is_ok() {
            found.push((at, bare));
        }
        at += word.len();
    }
    found
}

/// `HTTPS_PROXY=http://…`, also as a key of YAML.
fn proxies(line: &str) -> Vec<(usize, &str)> {
    let lower = line.to_ascii_lowercase();
    let mut found = Vec::new();
    for name in PROXIES {
        for (at, _) in lower.match_indices(name) {
            let is_own = !lower[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
            let rest = &line[at + name.len()..];
            let rest = rest.trim_start_matches(['"', '\'']);
            let Some(value) = rest.strip_prefix(['=', ':']).filter(|_| is_own) else {
                continue;
            };
            let value = value.trim_start_matches([' ', '"', '\'']);
            let start = line.len() - value.len();
            let end = value
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';'))
                .unwrap_or(value.len());
            if end > 0 {
                found.push((start, &value[..end]));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(&'static str, String)> {
        lookups(text)
            .into_iter()
            .map(|setting| {
                assert_eq!(&text[setting.span], setting.values[0]);
                (setting.key, setting.values[0].clone())
            })
            .collect()
    }

    #[test]
    fn name_servers_are_found_however_they_are_written() {
        for text in [
            "echo \"nameserver 192.0.2.53\" > /etc/resolv.conf\n",
            "printf 'search a\\nnameserver 192.0.2.53\\n' | tee /etc/resolv.conf\n",
            "resolv_conf:\n  nameservers: ['192.0.2.53']\n",
            "nameservers:\n  addresses:\n    - 192.0.2.53\nroutes:\n  - via: 192.0.2.1\n",
            "# /etc/systemd/resolved.conf\ncat <<E > /etc/systemd/resolved.conf\nDNS=192.0.2.53\nE\n",
            "nmcli con mod eth0 ipv4.dns 192.0.2.53\n",
        ] {
            let found = values(text);
            assert_eq!(found, [(NAMESERVER, "192.0.2.53".to_owned())], "{text}");
        }
        assert_eq!(values("# nameserver 192.0.2.53\nDNS=192.0.2.53\n"), []);
        assert_eq!(values("node-ip: 192.0.2.9\n"), []);
    }

    #[test]
    fn names_of_a_nodes_own_and_proxies_are_found() {
        let found = values("echo '192.0.2.9 store.example' >> /etc/hosts\n");
        assert_eq!(found, [(HOSTS, "192.0.2.9".to_owned())]);
        let found = values("export HTTPS_PROXY=\"http://192.0.2.8:3128\"\nNO_PROXY=192.0.2.1\n");
        assert_eq!(found, [(PROXY, "http://192.0.2.8:3128".to_owned())]);
        assert_eq!(values("CONTAINERD_HTTPS_PROXY=http://a:1\n"), []);
    }
}
