//! What passes requests on, in texts of configuration: Envoy, Kong and Traefik in ConfigMaps.

use super::relays::{Concern, Relay};
use super::relays_nginx::{is_nginx, nginx, setting};
use crate::facts::{Config, Leaf};

/// Plugins of Kong that send requests, or what is in them, to an address of their configuration.
pub(super) fn is_sender(plugin: &str) -> bool {
    matches!(
        plugin,
        "http-log"
            | "tcp-log"
            | "udp-log"
            | "syslog"
            | "loggly"
            | "datadog"
            | "statsd"
            | "zipkin"
            | "opentelemetry"
            | "kafka-log"
            | "kafka-upstream"
            | "forward-proxy"
            | "openid-connect"
            | "oauth2-introspection"
            | "opa"
            | "ldap-auth"
            | "canary"
            | "redirect"
            | "request-callout"
            | "standard-webhooks"
    )
}

/// Plugins of Kong that run code or call clouds.
pub(super) fn is_free(plugin: &str) -> bool {
    matches!(
        plugin,
        "pre-function"
            | "post-function"
            | "aws-lambda"
            | "azure-functions"
            | "openwhisk"
            | "ai-proxy"
            | "ai-proxy-advanced"
            | "ai-request-transformer"
            | "confluent"
            | "moesif"
    )
}

/// Keys of such configurations that hold addresses.
pub(super) fn is_address_key(key: &str) -> bool {
    let key = key.to_lowercase();
    [
        "host",
        "endpoint",
        "url",
        "uri",
        "issuer",
        "proxy_host",
        "upstream_host",
        "bootstrap_servers",
        "location",
    ]
    .iter()
    .any(|known| key == *known || key.ends_with(&format!("_{known}")))
}

/// Whatever in a text of configuration passes requests on.
pub(super) fn read(config: &Config, found: &mut Vec<Relay>) {
    if let Some((concern, what)) = setting(&config.key, &config.text) {
        let target = match concern {
            Concern::Target => config.text.trim().to_owned(),
            Concern::Always => String::new(),
        };
        found.push(Relay {
            key: config.key.clone(),
            what,
            spot: config.spot.clone().part(target.clone()),
            target,
            concern,
        });
        return;
    }
    if is_nginx(&config.text) {
        nginx(config, found);
        return;
    }
    const WORDS: [&str; 7] = [
        "mirror",
        "ext_authz",
        "ext_proc",
        "forwardAuth",
        "redirectRegex",
        "plugin",
        "host_redirect",
    ];
    if !WORDS.iter().any(|word| config.text.contains(word)) {
        return;
    }
    let leaves = config.leaves();
    for (at, leaf) in leaves.iter().enumerate() {
        if let Some((concern, what, target)) = passed_on(leaves, at) {
            found.push(Relay {
                key: leaf.dotted(),
                what,
                target,
                concern,
                spot: leaf.spot(&config.spot),
            });
        }
    }
}

/// What a value of Envoy's, Kong's or Traefik's configuration passes on.
fn passed_on(leaves: &[Leaf], at: usize) -> Option<(Concern, String, String)> {
    let leaf = &leaves[at];
    let value = leaf.value.clone();
    let is_in = |key: &str| leaf.path.iter().any(|own| own == key);
    let asks = "asks about every request, with its cookies and headers,".to_owned();
    if is_in("request_mirror_policies") && leaf.key() == "cluster"
        || is_in("mirrors") && is_in("mirroring") && leaf.key() == "name"
    {
        let what = format!(
            "`{}` copies live requests, with all that is in them",
            leaf.dotted()
        );
        return Some((Concern::Always, what, String::new()));
    }
    if leaf.key() == "host_redirect" {
        return Some((Concern::Target, "leads users".to_owned(), value));
    }
    if leaf.ends_with(&["forwardAuth", "address"])
        || leaf.ends_with(&["server_uri", "uri"])
        || leaf.ends_with(&["google_grpc", "target_uri"])
    {
        return Some((Concern::Target, asks, value));
    }
    if leaf.ends_with(&["redirectRegex", "replacement"]) {
        return Some((Concern::Target, "leads users".to_owned(), value));
    }
    if is_in("plugins") {
        return of_kong(leaves, at);
    }
    None
}

/// A value of a plugin in Kong's declarative configuration: the plugin's name stands beside its `config`.
fn of_kong(leaves: &[Leaf], at: usize) -> Option<(Concern, String, String)> {
    let leaf = &leaves[at];
    let plugins = leaf.path.iter().rposition(|key| key == "plugins")?;
    let plugin = leaf.path.get(..plugins + 2)?;
    let name = leaves.iter().find(|other| {
        other.path.len() == plugin.len() + 1
            && other.path.starts_with(plugin)
            && other.key() == "name"
    })?;
    if leaf.key() == "name" && leaf.path.len() == plugin.len() + 1 && is_free(&leaf.value) {
        let what = format!(
            "runs the plugin `{}`, which may send requests anywhere",
            leaf.value
        );
        return Some((Concern::Always, what, String::new()));
    }
    let is_target = is_sender(&name.value) && is_address_key(leaf.key());
    let what = format!("sends what is requested by `{}`", name.value);
    is_target.then(|| (Concern::Target, what, leaf.value.clone()))
}
