//! What Vector and Fluent Bit send, where that is configured as a tree: sinks and outputs with their settings.
//!
//! <https://vector.dev/docs/reference/configuration/sinks/>, <https://docs.fluentbit.io/manual/pipeline/outputs>

use super::documents::{Document, Setting};
use super::outlets::{Outlet, Signal, Target};
use crate::spec::types::Provider;
use std::collections::BTreeSet;

/// Sinks and outputs that go to their vendor when they are told no address.
const VENDORS: &[(&str, &str)] = &[
    ("datadog", "Datadog"),
    ("newrelic", "New Relic"),
    ("nrlogs", "New Relic"),
    ("honeycomb", "Honeycomb"),
    ("gcp", "Google Cloud"),
    ("stackdriver", "Google Cloud"),
    ("bigquery", "Google Cloud"),
    ("azure", "Azure Monitor"),
    ("papertrail", "Papertrail"),
    ("mezmo", "Mezmo"),
    ("logdna", "Mezmo"),
    ("axiom", "Axiom"),
    ("appsignal", "AppSignal"),
    ("humio", "Humio"),
    ("sematext", "Sematext"),
    ("keep", "Keep"),
    ("logtail", "Better Stack"),
];

/// What the sinks of a document send.
pub(super) fn outlets(document: &Document, found: &mut Vec<Outlet>) {
    let sinks: BTreeSet<Vec<String>> = document.settings.iter().filter_map(sink).collect();
    for sink in sinks {
        let settings: Vec<&Setting> = document.below(&sink).collect();
        output(document, &settings, found);
    }
}

/// The path of the sink or output that a setting belongs to.
fn sink(setting: &Setting) -> Option<Vec<String>> {
    let path = &setting.path;
    // TOML says the path in one piece: `[sinks.out]`.
    let joined = path
        .first()
        .filter(|first| first.starts_with("sinks.") && path.len() > 1);
    if joined.is_some() {
        return Some(path[..1].to_vec());
    }
    let at = path
        .iter()
        .position(|key| key == "sinks" || key == "outputs")?;
    let is_fluent_bit = path[at] == "outputs" && at > 0 && path[at - 1] == "pipeline";
    (path.len() > at + 2 && (path[at] == "sinks" || is_fluent_bit)).then(|| path[..at + 2].to_vec())
}

/// What one sink or output sends, and where.
pub(super) fn output(document: &Document, settings: &[&Setting], found: &mut Vec<Outlet>) {
    let kind = settings
        .iter()
        .find(|setting| matches!(setting.key(), "type" | "name" | "@type"))
        .map(|setting| super::documents::plain(&setting.value));
    let kind = kind.unwrap_or_default();
    let signal = if kind.contains("prometheus") || kind.ends_with("metrics") {
        Signal::Metrics
    } else if kind.ends_with("traces") {
        Signal::Traces
    } else {
        Signal::Logs
    };
    let before = found.len();
    for setting in settings {
        let is_address = matches!(
            setting.key(),
            "endpoint"
                | "endpoints"
                | "uri"
                | "url"
                | "address"
                | "host"
                | "hosts"
                | "brokers"
                | "bootstrapservers"
                | "upstream"
                | "s3endpoint"
                | "endpointurl"
                | "site"
                | "server"
        ) && !setting.value.starts_with('/');
        if is_address {
            found.extend(Outlet::addresses(signal, document, setting));
        }
    }
    if found.len() > before {
        return;
    }
    let region = settings.iter().find(|setting| {
        matches!(setting.key(), "region" | "s3region") && !setting.value.is_empty()
    });
    let is_amazon = matches!(
        kind.as_str(),
        "s3" | "cloudwatch"
            | "cloudwatchlogs"
            | "kinesisfirehose"
            | "kinesisstreams"
            | "es"
            | "opensearch"
    ) || kind.starts_with("aws")
        || kind.starts_with("kinesis");
    if let Some(region) = region.filter(|_| is_amazon) {
        let target = Target::Place(Provider::Aws, region.value.clone());
        found.push(Outlet::of(signal, document, region, target));
        return;
    }
    let named = settings
        .iter()
        .find(|setting| matches!(setting.key(), "type" | "name" | "@type"));
    if let Some(named) = named {
        let vendor = VENDORS
            .iter()
            .find(|(known, _)| kind.starts_with(known))
            .map(|(_, vendor)| *vendor)
            .or((is_amazon
                && (kind == "s3" || kind.starts_with("aws") || kind.starts_with("cloudwatch")))
            .then_some("Amazon Web Services"));
        if let Some(vendor) = vendor {
            found.push(Outlet::of(signal, document, named, Target::Default(vendor)));
        }
    }
}
