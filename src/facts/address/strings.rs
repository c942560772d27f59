//! Connection strings that are no URLs.

use super::ip::Notation;
use super::text::Expect;
use super::{Host, Reading, host_and_port, is_strong, text};

/// `host=… port=…` of libpq, `Server=tcp:host,1433;Database=…` of ADO, `AccountName=…;EndpointSuffix=…` of Azure:
/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING>,
/// <https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string>.
pub(super) fn pairs(text: &str) -> Vec<Reading> {
    let is_one = |text: &str| text.contains('=') && (text.contains(' ') || text.contains(';'));
    if !is_one(text) && !text.starts_with("host=") && !text.starts_with("hostaddr=") {
        return Vec::new();
    }
    let by_semicolon = text.contains(';');
    let mut found = Vec::new();
    let mut account = None;
    let mut suffix = None;
    let mut known = 0;
    let parts: Vec<&str> = if by_semicolon {
        text.split(';').collect()
    } else {
        text.split_whitespace().collect()
    };
    for part in &parts {
        let Some((key, value)) = part.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches(['\'', '"']);
        match key.trim().to_ascii_lowercase().as_str() {
            "host" | "hostaddr" | "server" | "data source" | "datasource" | "addr" | "address"
            | "network address" | "endpoint" | "blobendpoint" | "queueendpoint"
            | "tableendpoint" | "fileendpoint" | "ingestionendpoint" | "liveendpoint"
            | "hostname" => {
                known += 1;
                let value = value.strip_prefix("tcp:").unwrap_or(value);
                found.extend(text::read(value, Expect::Address));
            }
            "accountname" => account = Some(value),
            "endpointsuffix" => suffix = Some(value),
            "port"
            | "dbname"
            | "user"
            | "user id"
            | "uid"
            | "password"
            | "pwd"
            | "sslmode"
            | "database"
            | "initial catalog"
            | "accountkey"
            | "defaultendpointsprotocol"
            | "instrumentationkey" => known += 1,
            _ => {}
        }
    }
    if let (Some(account), Some(suffix)) = (account, suffix)
        && let Some(reading) = host_and_port(&format!("{account}.blob.{suffix}"), Notation::Usual)
    {
        return vec![reading];
    }
    // One pair alone may be anything.
    if known < 2 && !text.trim_start().starts_with("host") {
        return Vec::new();
    }
    found
        .into_iter()
        .filter(|reading| match &reading.address.host {
            Host::Name(name) => name.contains('.') || reading.address.port.is_some() || known > 1,
            _ => true,
        })
        .collect()
}

/// `user:password@tcp(host:port)/db` of Go's MySQL driver, `jdbc:oracle:thin:@host:1521:sid`, `host:port:database:user:password`
/// of a password file, `tcp:host:port`.
pub(super) fn wrapped(text: &str) -> Option<Reading> {
    if let Some((_, rest)) = text.split_once("@tcp(").or_else(|| text.split_once("tcp(")) {
        return host_and_port(rest.split_once(')')?.0, Notation::Any);
    }
    if let Some(rest) = text.strip_prefix("jdbc:oracle:thin:@") {
        let mut parts = rest.trim_start_matches("//").split([':', '/']);
        let (host, port) = (parts.next()?, parts.next()?);
        return host_and_port(&format!("{host}:{port}"), Notation::Any);
    }
    for scheme in ["tcp:", "udp:", "ipv4:", "dns:", "tcp4:", "ssl:"] {
        if let Some(rest) = text.strip_prefix(scheme) {
            return host_and_port(rest, Notation::Any);
        }
    }
    let parts: Vec<&str> = text.split(':').collect();
    if parts.len() == 5 && !text.contains('/') {
        let is_port = parts[1] == "*" || parts[1].parse::<u16>().is_ok();
        let reading = host_and_port(parts[0], Notation::Usual).filter(|_| is_port)?;
        return match &reading.address.host {
            Host::Name(name) => is_strong(name).then_some(reading),
            _ => Some(reading),
        };
    }
    None
}
