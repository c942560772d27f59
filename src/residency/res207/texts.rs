//! Addresses in the settings of stores, queues and caches.

/// What a store does with the address in a variable; none when it is of something else.
/// <https://min.io/docs/minio/linux/reference/minio-server/settings/notifications.html>
pub(super) fn reports(name: &str) -> Option<&'static str> {
    if name.starts_with("MINIO_") || name.starts_with("RUSTFS_") {
        return reports_events(name).then_some("reports events to");
    }
    is_replica(name).then_some("is a replica of")
}

fn reports_events(name: &str) -> bool {
    let is_target = [
        "_ENDPOINT",
        "_BROKERS",
        "_URL",
        "_ADDRESS",
        "_CONNECTION_STRING",
        "_DSN_STRING",
        "_BROKER",
    ]
    .iter()
    .any(|word| name.contains(word));
    let is_report = ["_AUDIT_", "_LOGGER_", "_NOTIFY_", "_LAMBDA_"]
        .iter()
        .any(|word| name.contains(word));
    is_target && is_report
}

fn is_replica(name: &str) -> bool {
    let is_cache = ["REDIS", "VALKEY", "SENTINEL"]
        .iter()
        .any(|word| name.contains(word));
    if !is_cache {
        return false;
    }
    let is_other = ["MASTER", "PRIMARY", "REPLICAOF", "REPLICA_OF", "UPSTREAM"]
        .iter()
        .any(|word| name.contains(word));
    let is_host = ["_HOST", "_URL", "_SERVICE", "OF"]
        .iter()
        .any(|end| name.ends_with(end));
    is_other && is_host
}

/// The addresses in a list.
pub(super) fn targets(text: &str) -> Vec<String> {
    if text.contains("host=") {
        return crate::facts::sql::hosts(text);
    }
    // `user:password@tcp(host:port)/name`
    let text = text
        .split_once("@tcp(")
        .map_or(text, |(_, rest)| rest.split(')').next().unwrap_or(rest));
    text.split([',', ' '])
        .map(|target| target.trim().trim_matches('"'))
        .filter(|target| !target.is_empty() && !matches!(*target, "on" | "off" | "true" | "false"))
        .map(str::to_owned)
        .collect()
}

/// The addresses of message brokers in a text.
pub(super) fn uris(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for start in ["amqp://", "amqps://"] {
        for (at, _) in text.match_indices(start) {
            let rest = &text[at..];
            let end = rest
                .find(|c: char| {
                    c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ']' | '}' | '\\')
                })
                .unwrap_or(rest.len());
            let uri = &rest[..end];
            // `amqp://` alone is the broker itself.
            if uri.len() > start.len()
                && !uri[start.len()..].starts_with('/')
                && !found.iter().any(|other| other == uri)
            {
                found.push(uri.to_owned());
            }
        }
    }
    found
}
