//! URLs: what they name, with several hosts, with users, with addresses among their parameters.

use super::ip::Notation;
use super::key::is_address_key;
use super::text::{Expect, read as read_text};
use super::{Host, Reading, host_and_port};

/// Schemes whose first part is no host: buckets, files, images, references.
fn is_local(scheme: &str) -> bool {
    matches!(
        scheme,
        "s3" | "s3a"
            | "s3n"
            | "gs"
            | "gcs"
            | "b2"
            | "r2"
            | "oss"
            | "cos"
            | "az"
            | "azblob"
            | "azure"
            | "swift"
            | "file"
            | "unix"
            | "http+unix"
            | "data"
            | "about"
            | "blob"
            | "docker"
            | "docker-archive"
            | "oci"
            | "docker-image"
            | "dir"
            | "spiffe"
            | "sqlite"
            | "sqlite3"
            | "memory"
            | "mem"
            | "inmemory"
            | "inmem"
            | "env"
            | "secret"
            | "vault"
            | "ref"
            | "configmap"
            | "awssm"
            | "ssm"
            | "keyvault"
            | "gcpsecretmanager"
            | "arn"
            | "chrome"
            | "classpath"
            | "pkg"
            | "npm"
            | "node"
            | "urn"
            | "containerd"
            | "rancher"
            | "local"
            | "image"
            | "container"
            | "jar"
            | "app"
            | "internal"
            | "fd"
            | "null"
            | "ws+unix"
    )
}

/// Every host that a URL names. The whole text is the URL.
pub(super) fn read(text: &str) -> Vec<Reading> {
    let mut found = Vec::new();
    for one in separate(text) {
        one_url(one, &mut found);
    }
    found
}

/// Several URLs with commas or semicolons between them; the several hosts of one URL stay together.
fn separate(text: &str) -> Vec<&str> {
    let mut urls: Vec<&str> = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices([',', ';', '|']) {
        let next = &text[at + 1..];
        let scheme = next.split("://").next().unwrap_or_default();
        let begins = next.contains("://")
            && !scheme.trim().is_empty()
            && scheme.trim().bytes().all(is_scheme_byte);
        if begins {
            urls.push(text[start..at].trim());
            start = at + 1;
        }
    }
    urls.push(text[start..].trim());
    urls
}

/// Whether a byte can stand in a scheme, such as `redis+sentinel` or `jdbc:postgresql`.
pub(super) fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-' | b':')
}

fn one_url(text: &str, found: &mut Vec<Reading>) {
    let Some((scheme, rest)) = text.split_once("://") else {
        return;
    };
    let scheme = scheme.to_ascii_lowercase();
    // `k8s://https://host`: the inner one is what is contacted.
    if let Some(at) = rest.find("://")
        && rest[..at].bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        return one_url(rest, found);
    }
    if is_local(&scheme) {
        return;
    }
    let end = rest.find(['/', '?', '#', '\\', ';']).unwrap_or(rest.len());
    let (authority, after) = rest.split_at(end);
    let path = after.strip_prefix('/').unwrap_or(after);
    // `dns:///host:port` of gRPC: https://github.com/grpc/grpc/blob/master/doc/naming.md
    let is_named_in_path = authority.is_empty()
        && matches!(
            scheme.as_str(),
            "dns" | "passthrough" | "xds" | "ipv4" | "ipv6"
        );
    let (authority, path) = if is_named_in_path {
        path.split_once('/').unwrap_or((path, ""))
    } else {
        (authority, path)
    };
    let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let deceives = is_deceiving(user);
    for host in hosts.split(',') {
        let Some(mut reading) = host_and_port(host.trim(), Notation::Any)
            .or_else(|| host_and_port(host.split(':').next()?, Notation::Any))
        else {
            continue;
        };
        reading.address.scheme = Some(scheme.clone());
        path.clone_into(&mut reading.address.path);
        reading.is_disguised |= deceives;
        found.push(reading);
    }
    parameters(after, found);
}

/// Whether a user's name looks like the host: `https://minio.data.svc@elsewhere.example`.
fn is_deceiving(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default();
    match host_and_port(name, Notation::Usual).map(|reading| reading.address.host) {
        Some(Host::Name(name)) => {
            name.ends_with(".svc") || name.ends_with(".cluster.local") || super::is_strong(&name)
        }
        Some(_) => true,
        None => false,
    }
}

/// Parameters that name a host: `postgresql:///db?host=…`, `jdbc:sqlserver://…;serverName=…`.
fn parameters(after: &str, found: &mut Vec<Reading>) {
    let Some(at) = after.find(['?', ';']) else {
        return;
    };
    for parameter in after[at + 1..].split(['&', ';', '#']) {
        let Some((key, value)) = parameter.split_once('=') else {
            continue;
        };
        let is_host = is_address_key(key) || key.eq_ignore_ascii_case("serverName");
        let is_url = value.contains("://") || value.contains("%3A%2F%2F");
        if (is_host || is_url) && !value.starts_with(['/', '$']) {
            let value = value.replace("%3A", ":").replace("%3a", ":");
            let value = value.replace("%2F", "/").replace("%2f", "/");
            found.extend(read_text(&value, Expect::Address));
        }
    }
}
