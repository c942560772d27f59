//! Variables and arguments of containers that say where logs, metrics and traces go.

use super::outlets::{Outlet, Signal, Target, addresses, taken};
use crate::facts::address::Address;
use crate::facts::cell::{CellFacts, Spot};
use crate::facts::workloads::{Container, Setting as Value, Text, Workload};
use crate::kustomize::Node;

/// Arguments, as they begin, and what their value is an address for.
const FLAGS: &[(&str, Signal)] = &[
    ("remotewrite.url", Signal::Metrics),
    ("remote-write.address", Signal::Metrics),
    ("receive.remote-write", Signal::Metrics),
    ("objstore.s3.endpoint", Signal::Metrics),
    ("client.url", Signal::Logs),
    ("clients.url", Signal::Logs),
    ("ruler.alertmanager-url", Signal::Logs),
    ("common.storage.s3.endpoint", Signal::Logs),
    ("s3.endpoint", Signal::Logs),
    ("s3.url", Signal::Logs),
    ("syslog", Signal::Logs),
    ("log-syslog", Signal::Logs),
    ("storage.trace.s3.endpoint", Signal::Traces),
    ("es.server-urls", Signal::Traces),
    ("cassandra.servers", Signal::Traces),
    ("reporter.grpc.host-port", Signal::Traces),
    ("tracing.otlp", Signal::Traces),
    ("otlp-endpoint", Signal::Traces),
    ("otlp.endpoint", Signal::Traces),
    ("otel.endpoint", Signal::Traces),
    ("tracing.endpoint", Signal::Traces),
    ("zipkin", Signal::Traces),
];

/// What the containers of a cell are told.
pub(super) fn outlets(facts: &CellFacts<'_>) -> Vec<Outlet> {
    let mut found = Vec::new();
    for workload in &facts.workloads {
        for container in &workload.containers {
            for variable in &container.env {
                let Value::Text(text) = &variable.value else {
                    continue;
                };
                if let Some(signal) = named(&variable.name, text) {
                    add(
                        workload,
                        &variable.name,
                        text,
                        &variable.spot,
                        signal,
                        &mut found,
                    );
                }
            }
            for word in &container.words {
                argument(workload, word, &mut found);
            }
            logflare(workload, container, &mut found);
        }
    }
    instrumentations(facts, &mut found);
    found
}

/// The signal that a variable gives an address for.
fn named(name: &str, text: &str) -> Option<Signal> {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let begins = |heads: &[&str]| heads.iter().any(|head| name.starts_with(head));
    let is_address = ends(&[
        "ENDPOINT",
        "URL",
        "URI",
        "HOST",
        "ADDRESS",
        "ADDR",
        "SERVER",
        "SERVERS",
        "SERVER_URLS",
        "TARGET",
        "SINK",
    ]);
    if name.starts_with("OTEL_EXPORTER_") && is_address {
        return Some(Signal::Traces);
    }
    if begins(&["JAEGER_", "ZIPKIN_", "TEMPO_", "OTLP_"]) && (is_address || ends(&["HOST_PORT"]))
        || matches!(name, "ES_SERVER_URLS" | "CASSANDRA_SERVERS")
    {
        return Some(Signal::Traces);
    }
    if (name.contains("REMOTE_WRITE") || begins(&["PUSHGATEWAY", "PROMETHEUS_"])) && is_address {
        return Some(Signal::Metrics);
    }
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    let is_syslog = scheme.is_some_and(|scheme| scheme.to_lowercase().contains("syslog"))
        || name.contains("SYSLOG");
    if is_syslog && Address::parse(text).is_some()
        || begins(&[
            "LOGFLARE_",
            "LOKI_",
            "PROMTAIL_",
            "FLUENT_",
            "FLUENTD_",
            "FLUENTBIT_",
            "GELF_",
            "GRAYLOG_",
            "LOGSTASH_",
            "VECTOR_SINK",
            "LOGS_SINK",
        ]) && is_address
    {
        return Some(Signal::Logs);
    }
    taken(text)
}

/// `--flag=value`.
fn argument(workload: &Workload, word: &Text, found: &mut Vec<Outlet>) {
    let Some((flag, value)) = word.text.split_once('=') else {
        return;
    };
    if !flag.starts_with('-') {
        return;
    }
    let flag = flag.trim_start_matches('-').to_lowercase();
    let signal = FLAGS
        .iter()
        .find(|(known, _)| flag.starts_with(known))
        .map(|(_, signal)| *signal);
    if let Some(signal) = signal.filter(|_| !matches!(value, "true" | "false")) {
        add(workload, &flag, value, &word.spot, signal, found);
    }
}

fn add(
    workload: &Workload,
    key: &str,
    text: &str,
    spot: &Spot,
    signal: Signal,
    found: &mut Vec<Outlet>,
) {
    for address in addresses(text) {
        found.push(Outlet {
            signal,
            manifest: workload.manifest,
            namespace: workload.namespace.clone(),
            key: key.to_owned(),
            value: String::new(),
            spot: spot.clone().part(address.clone()),
            target: Target::Address(address),
        });
    }
}

/// A key of Logflare without an address: its client goes to the vendor then.
fn logflare(workload: &Workload, container: &Container, found: &mut Vec<Outlet>) {
    let is_server = container
        .image
        .as_ref()
        .is_some_and(|image| image.text.contains("logflare"));
    let key = container.env.iter().find(|variable| {
        variable.name.starts_with("LOGFLARE_")
            && (variable.name.ends_with("API_KEY") || variable.name.contains("SOURCE"))
    });
    let is_told = container
        .env
        .iter()
        .any(|variable| variable.name.starts_with("LOGFLARE_") && variable.name.ends_with("URL"));
    if let Some(key) = key.filter(|_| !is_server && !is_told) {
        found.push(Outlet {
            signal: Signal::Logs,
            manifest: workload.manifest,
            namespace: workload.namespace.clone(),
            key: key.name.clone(),
            value: String::new(),
            target: Target::Default("Logflare"),
            spot: key.spot.clone(),
        });
    }
}

/// The operator of OpenTelemetry gives these variables to every pod that asks for it.
fn instrumentations(facts: &CellFacts<'_>, found: &mut Vec<Outlet>) {
    for (index, manifest) in facts.of_kind("opentelemetry.io", "Instrumentation") {
        let Some(spec) = manifest.at(&["spec"]) else {
            continue;
        };
        let parts = spec.entries().iter().map(|entry| &entry.value);
        for list in std::iter::once(spec).chain(parts) {
            for variable in list.get("env").map_or(&[][..], Node::items) {
                let name = variable.get("name").and_then(Node::as_text);
                let (Some(name), Some(value)) = (name, variable.get("value")) else {
                    continue;
                };
                let text = value.as_text().unwrap_or_default();
                let Some(signal) = named(name, text) else {
                    continue;
                };
                for address in addresses(text) {
                    found.push(Outlet {
                        signal,
                        manifest: index,
                        namespace: manifest.object.namespace().to_owned(),
                        key: name.to_owned(),
                        value: String::new(),
                        spot: Spot::whole(index, value).part(address.clone()),
                        target: Target::Address(address),
                    });
                }
            }
        }
    }
}
