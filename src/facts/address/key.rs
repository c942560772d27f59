//! What the name of a variable, flag or field says about its value.

/// Whether a key names an address by its last word: `S3_ENDPOINT`, `externalName`, `--api-server`, `dbHost`, `s3Url`.
pub(in crate::facts) fn is_address_key(key: &str) -> bool {
    const WORDS: &[&str] = &[
        "addrs",
        "broker",
        "brokers",
        "domain",
        "domains",
        "fqdn",
        "ip",
        "ips",
        "nameserver",
        "nameservers",
        "peer",
        "peers",
        "seeds",
        "sentinels",
        "sinks",
        "upstream",
        "upstreams",
        "webhook",
        "webhooks",
    ];
    const ENDINGS: &[&str] = &[
        "url",
        "urls",
        "uri",
        "uris",
        "host",
        "hosts",
        "hostname",
        "hostnames",
        "hostaddr",
        "hostport",
        "endpoint",
        "endpoints",
        "server",
        "servers",
        "address",
        "addresses",
        "addr",
        "dsn",
        "externalname",
        "externalips",
    ];
    const HUMPS: &[&str] = &[
        "Domain", "Peer", "Peers", "Upstream", "Webhook", "Ip", "IP", "IPs", "Portal", "Monitors",
    ];
    let last = last_word(key);
    let lower = last.to_ascii_lowercase();
    WORDS.contains(&lower.as_str())
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || HUMPS.iter().any(|ending| last.ends_with(ending))
}

/// Whether a key may name an address: `AUDIT_SINK`, `primary`, `exporter.target`.
pub(in crate::facts) fn may_be_address_key(key: &str) -> bool {
    const WORDS: &[&str] = &[
        "backend",
        "bootstrap",
        "callback",
        "collector",
        "dest",
        "destination",
        "dial",
        "forward",
        "gateway",
        "hub",
        "jwks",
        "listen",
        "listener",
        "listeners",
        "master",
        "mirror",
        "monitors",
        "node",
        "nodes",
        "origin",
        "portal",
        "primary",
        "proxy",
        "relay",
        "remote",
        "replica",
        "replicaof",
        "sink",
        "standby",
        "target",
        "targets",
    ];
    const HUMPS: &[&str] = &[
        "Target",
        "Targets",
        "Proxy",
        "Remote",
        "Sink",
        "Destination",
        "Origin",
        "Gateway",
        "Relay",
    ];
    let last = last_word(key);
    WORDS.contains(&last.to_ascii_lowercase().as_str())
        || HUMPS.iter().any(|ending| last.ends_with(ending))
}

fn last_word(key: &str) -> &str {
    key.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_' || c == '-')
        .rsplit(['_', '-', '.', '/', ' '])
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
pub(super) const ADDRESS_KEYS: &[&str] = &[
    "S3_ENDPOINT",
    "externalName",
    "--api-server",
    "dbHost",
    "s3Url",
    "REPORTS_HOST",
    "REDIS_ADDR",
    "KAFKA_BROKERS",
    "repo1-s3-endpoint",
    "PG_HOST_2",
];
