//! The OpenTelemetry Collector: exporters that a pipeline uses. One that no pipeline uses sends nothing.
//!
//! <https://opentelemetry.io/docs/collector/configuration/>

use super::documents::{Document, Setting};
use super::outlets::{Outlet, Signal, Target};
use crate::facts::cell::{CellFacts, Spot};
use std::collections::{BTreeMap, BTreeSet};

/// Exporters that go to their vendor when no endpoint is set.
const VENDORS: &[(&str, &str)] = &[
    ("datadog", "Datadog"),
    ("honeycomb", "Honeycomb"),
    ("logzio", "Logz.io"),
    ("coralogix", "Coralogix"),
    ("awsxray", "AWS X-Ray"),
    ("awsemf", "Amazon CloudWatch"),
    ("awscloudwatchlogs", "Amazon CloudWatch"),
    ("googlecloud", "Google Cloud"),
    ("azuremonitor", "Azure Monitor"),
    ("sentry", "Sentry"),
    ("signalfx", "Splunk"),
    ("sapm", "Splunk"),
    ("mezmo", "Mezmo"),
];

/// The pipelines of a document that is a collector's: name, the settings of the list of a part, by the path above `service`.
pub(super) struct Pipeline<'d> {
    /// The path of the configuration in the document.
    pub(super) root: &'d [String],
    /// Its name: `traces`, `logs/audit`.
    pub(super) name: &'d str,
    /// Ids of its exporters.
    pub(super) exporters: Vec<&'d Setting>,
    /// Ids of its processors.
    pub(super) processors: Vec<&'d Setting>,
}

/// Every pipeline of a document.
pub(super) fn pipelines(document: &Document) -> Vec<Pipeline<'_>> {
    let mut found: BTreeMap<(&[String], &str), Pipeline<'_>> = BTreeMap::new();
    for setting in &document.settings {
        let path = &setting.path;
        let Some(at) = path
            .windows(2)
            .position(|two| two == ["service", "pipelines"])
        else {
            continue;
        };
        let [name, part, _] = &path[at + 2..] else {
            continue;
        };
        let pipeline = found
            .entry((&path[..at], name))
            .or_insert_with(|| Pipeline {
                root: &path[..at],
                name,
                exporters: Vec::new(),
                processors: Vec::new(),
            });
        match part.as_str() {
            "exporters" => pipeline.exporters.push(setting),
            "processors" => pipeline.processors.push(setting),
            _ => {}
        }
    }
    found.into_values().collect()
}

impl Pipeline<'_> {
    /// What goes through it.
    pub(super) fn signal(&self) -> Signal {
        match self.name.split('/').next() {
            Some("metrics") => Signal::Metrics,
            Some("logs") => Signal::Logs,
            _ => Signal::Traces,
        }
    }
}

/// The values of exporters that no pipeline uses: they send nothing, so their addresses lead nowhere.
pub(in crate::facts) fn idle(facts: &CellFacts<'_>) -> Vec<Spot> {
    let mut found = Vec::new();
    for document in facts.documents() {
        let pipelines = pipelines(document);
        if pipelines.is_empty() {
            continue;
        }
        let is_idle = |setting: &&Setting| {
            pipelines.iter().map(|pipeline| pipeline.root).any(|root| {
                match setting.path.strip_prefix(root) {
                    Some([part, id, ..]) if part == "exporters" => !pipelines
                        .iter()
                        .filter(|pipeline| pipeline.root == root)
                        .flat_map(|pipeline| &pipeline.exporters)
                        .any(|used| used.value == *id),
                    _ => false,
                }
            })
        };
        let idle = document.settings.iter().filter(is_idle);
        found.extend(idle.map(|setting| setting.spot.clone()));
    }
    found
}

/// What the pipelines of a document send.
pub(super) fn outlets(document: &Document, found: &mut Vec<Outlet>) {
    let mut seen = BTreeSet::new();
    let mut pipelines = pipelines(document);
    // An exporter that carries traces too is one of traces.
    pipelines.sort_by_key(|pipeline| std::cmp::Reverse(pipeline.signal()));
    for pipeline in &pipelines {
        for id in &pipeline.exporters {
            let path: Vec<String> = pipeline
                .root
                .iter()
                .cloned()
                .chain(["exporters".to_owned(), id.value.clone()])
                .collect();
            if seen.insert(path.clone()) {
                exporter(document, pipeline.signal(), id, &path, found);
            }
        }
    }
}

fn exporter(
    document: &Document,
    signal: Signal,
    id: &Setting,
    path: &[String],
    found: &mut Vec<Outlet>,
) {
    let mut is_told = false;
    for setting in document.below(path) {
        let is_address = setting.key().ends_with("endpoint")
            || matches!(
                setting.key(),
                "endpoints" | "brokers" | "url" | "hosts" | "host" | "dsn" | "site"
            );
        let is_region = setting.key() == "region";
        if is_address {
            is_told = true;
            found.extend(Outlet::addresses(signal, document, setting));
        } else if is_region {
            is_told = true;
            let target = Target::Place(crate::spec::types::Provider::Aws, setting.value.clone());
            found.push(Outlet::of(signal, document, setting, target));
        }
    }
    let kind = id.value.split('/').next().unwrap_or_default();
    let vendor = VENDORS.iter().find(|(name, _)| *name == kind);
    if let Some((_, vendor)) = vendor.filter(|_| !is_told) {
        found.push(Outlet::of(signal, document, id, Target::Default(vendor)));
    }
}
