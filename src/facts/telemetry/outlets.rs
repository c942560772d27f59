//! Places that metrics, logs and traces are sent to or kept at.

use super::documents::{Document, Setting};
use super::product::Product;
use super::{collector, fluent, object_stores, river, sinks, variables};
use crate::facts::cell::{CellFacts, Spot};
use crate::spec::types::Provider;

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signal {
    /// Metrics.
    Metrics,
    /// Logs.
    Logs,
    /// Traces.
    Traces,
}

impl Signal {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Logs => "logs",
            Self::Traces => "traces",
        }
    }
}

/// Where something is sent or kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// At an address.
    Address(String),
    /// At a place of a provider, by its code.
    Place(Provider, String),
    /// With a provider or vendor that decides where, because nothing else is said: a bucket of Google's, an S3 client without endpoint.
    Default(&'static str),
}

/// A place that a signal is sent to or kept at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    /// What is sent.
    pub signal: Signal,
    /// The manifest that says so.
    pub manifest: usize,
    /// The namespace from which an address is meant.
    pub namespace: String,
    /// The key that says so.
    pub key: String,
    /// The whole value that says so.
    pub value: String,
    /// Where.
    pub target: Target,
    /// The value that says so.
    pub spot: Spot,
}

impl Outlet {
    /// What a setting of a document says.
    pub(super) fn of(
        signal: Signal,
        document: &Document,
        setting: &Setting,
        target: Target,
    ) -> Self {
        Self {
            signal,
            manifest: document.manifest,
            namespace: document.namespace.clone(),
            key: setting.dotted(),
            value: setting.value.clone(),
            target,
            spot: setting.spot.clone(),
        }
    }

    /// The addresses in a setting: one, or several with commas between them.
    pub(super) fn addresses(signal: Signal, document: &Document, setting: &Setting) -> Vec<Self> {
        addresses(&setting.value)
            .map(|address| Self::of(signal, document, setting, Target::Address(address)))
            .collect()
    }
}

/// The addresses in a text: one, or several with commas between them, perhaps between brackets.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = String> + '_ {
    text.trim_matches(['[', ']'])
        .split(',')
        .map(|part| part.trim().trim_matches(['"', '\'']).trim())
        .filter(|part| !part.is_empty() && !part.contains(['{', '$', '%', ' ']))
        .map(str::to_owned)
}

impl CellFacts<'_> {
    /// Every place that a cell's metrics, logs and traces are sent to or kept at, looked for when somebody first asks.
    pub fn outlets(&self) -> &[Outlet] {
        self.outlets.get_or_init(|| outlets(self))
    }
}

fn outlets(facts: &CellFacts<'_>) -> Vec<Outlet> {
    let mut found = variables::outlets(facts);
    for document in facts.documents() {
        of_document(document, &mut found);
    }
    found.sort_by(|a, b| (a.signal, a.manifest, &a.key).cmp(&(b.signal, b.manifest, &b.key)));
    found.dedup();
    found
}

fn of_document(document: &Document, found: &mut Vec<Outlet>) {
    for setting in &document.settings {
        if let Some(signal) = signal_of(document, setting) {
            found.extend(Outlet::addresses(signal, document, setting));
        }
    }
    object_stores::outlets(document, found);
    collector::outlets(document, found);
    sinks::outlets(document, found);
    if let Some(text) = &document.text {
        river::outlets(document, text, found);
        fluent::outlets(document, text, found);
    }
}

/// The signal whose address a setting is, for settings that are one by their path alone.
fn signal_of(document: &Document, setting: &Setting) -> Option<Signal> {
    let is_remote = setting.has("remotewrite") || setting.has("remoteread");
    if is_remote && matches!(setting.key(), "url" | "proxyurl") {
        return Some(Signal::Metrics);
    }
    is_metrics(document, setting)
        .then_some(Signal::Metrics)
        .or_else(|| is_logs(document, setting).then_some(Signal::Logs))
        .or_else(|| is_traces(document, setting).then_some(Signal::Traces))
        .or_else(|| taken(&setting.value))
}

fn is_metrics(document: &Document, setting: &Setting) -> bool {
    let product = document.product;
    let is_of = |wanted| product == Some(wanted);
    setting.ends(&["staticconfigs", "targets"])
        || setting.ends(&["httpsdconfigs", "url"])
        || setting.ends(&["consulsdconfigs", "server"])
        || setting.ends(&["kubernetessdconfigs", "apiserver"])
        || setting.ends(&["datasources", "url"])
        || setting.ends(&["additionaldatasources", "url"])
        || is_of(Product::Grafana) && setting.ends(&["datasource", "url"])
        || is_of(Product::Prometheus)
            && (setting.ends(&["staticconfig", "static"])
                || setting.ends(&["prober", "url"])
                || setting.ends(&["httpsdconfigs", "url"])
                || setting.ends(&["queryendpoints"]))
        || is_of(Product::Thanos)
            && matches!(setting.key(), "queryendpoints" | "stores" | "endpoints")
}

/// The signal that an address takes, when its path says so.
/// <https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs>,
/// <https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>,
/// <https://prometheus.io/docs/prometheus/latest/querying/api/#remote-write-receiver>
pub(super) fn taken(text: &str) -> Option<Signal> {
    const PATHS: &[(&str, Signal)] = &[
        ("/loki/api/v1/push", Signal::Logs),
        ("/v1/logs", Signal::Logs),
        ("/v1/traces", Signal::Traces),
        ("/v1/metrics", Signal::Metrics),
        ("/api/v1/write", Signal::Metrics),
    ];
    let (_, rest) = text.split_once("://")?;
    let path = rest.split(['?', '#']).next()?.trim_end_matches('/');
    let known = PATHS.iter().find(|(end, _)| path.ends_with(end));
    known.map(|(_, signal)| *signal)
}

fn is_logs(document: &Document, setting: &Setting) -> bool {
    let is_shipper = document.product == Some(Product::Promtail)
        || document.has("scrapeconfigs") && document.has("clients");
    is_shipper && setting.ends(&["clients", "url"])
        || setting.ends(&["ruler", "alertmanagerurl"])
        || setting.ends(&["ruler", "storage", "s3"])
        || document.product == Some(Product::Fluentd)
            && matches!(setting.key(), "host" | "endpoint" | "s3endpoint" | "url")
            && setting.keys.len() > 1
        || document.product == Some(Product::FluentBit)
            && matches!(setting.key(), "host" | "endpoint" | "server" | "brokers")
            && setting.keys.len() == 2
}

fn is_traces(document: &Document, setting: &Setting) -> bool {
    document.product == Some(Product::Jaeger)
        && matches!(
            setting.key(),
            "serverurls" | "es.serverurls" | "servers" | "cassandra.servers"
        )
        || document.product == Some(Product::Collector) && setting.keys == ["exporter", "endpoint"]
        || setting.has("tracing")
            && setting.has("otlp")
            && matches!(setting.key(), "endpoint" | "address")
}
