//! Whether what identifies a person is taken out of logs and traces before they are kept.

use super::collector::pipelines;
use super::documents::{Document, Setting};
use super::outlets::Signal;
use super::product::Product;
use super::river::{Component, components, strings};
use crate::facts::cell::{CellFacts, Spot};
use std::collections::{BTreeMap, BTreeSet};

/// Something that ships logs or traces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipper {
    /// The manifest that configures it.
    pub manifest: usize,
    /// What ships, in words.
    pub what: String,
    /// Where a person would put the masking in.
    pub spot: Spot,
    /// The expressions that are masked on every way; none when there is a way on which nothing is.
    pub masked: Option<Vec<String>>,
    /// Whether it keeps only what is on a list.
    pub keeps_only_listed: bool,
}

/// Everything that ships logs or traces in a cell.
pub fn shippers(facts: &CellFacts<'_>) -> Vec<Shipper> {
    let documents = facts.documents();
    let mut found = Vec::new();
    for document in documents {
        promtail(document, documents, &mut found);
        collector(document, &mut found);
        vector(document, &mut found);
        if let Some(text) = &document.text {
            alloy(document, text, &mut found);
            fluent(document, text, documents, &mut found);
        }
    }
    if found.is_empty() {
        unconfigured(facts, &mut found);
    }
    found
}

fn shipper(document: &Document, what: &str, spot: &Spot, masked: Vec<String>) -> Shipper {
    Shipper {
        manifest: document.manifest,
        what: what.to_owned(),
        spot: spot.clone(),
        masked: (!masked.is_empty()).then_some(masked),
        keeps_only_listed: false,
    }
}

/// Promtail: every scrape configuration has stages of its own, or the chart's values have them for all.
fn promtail(document: &Document, all: &[Document], found: &mut Vec<Shipper>) {
    let expressions = |settings: &mut dyn Iterator<Item = &Setting>| -> Vec<String> {
        settings
            .filter(|setting| setting.ends(&["replace", "expression"]))
            .map(|setting| setting.value.clone())
            .collect()
    };
    let url = document.find(&["clients", "url"]);
    let jobs: BTreeSet<Vec<String>> = document
        .settings
        .iter()
        .filter_map(|setting| {
            let at = setting
                .path
                .iter()
                .position(|key| key == "scrape_configs")?;
            setting.path.get(..at + 2).map(<[String]>::to_vec)
        })
        .collect();
    if let Some(url) = url.filter(|_| !jobs.is_empty()) {
        for job in jobs {
            let masked = expressions(&mut document.below(&job));
            let spot = document
                .below(&job)
                .next()
                .map_or(&url.spot, |first| &first.spot);
            found.push(shipper(document, "Promtail", spot, masked));
        }
    } else if document.product == Some(Product::Promtail) && document.text.is_none() {
        let has_own = all.iter().any(|other| {
            other.manifest == document.manifest
                && other.text.is_some()
                && other.has("scrapeconfigs")
        });
        if !has_own {
            let mut masked = expressions(&mut document.settings.iter());
            let nested = all
                .iter()
                .filter(|other| other.manifest == document.manifest);
            masked.extend(nested.flat_map(|other| expressions(&mut other.settings.iter())));
            let spot = url.map_or(&document.spot, |url| &url.spot);
            found.push(shipper(document, "Promtail", spot, masked));
        }
    }
}

/// The collector: a processor of every pipeline of logs or traces.
fn collector(document: &Document, found: &mut Vec<Shipper>) {
    for pipeline in pipelines(document) {
        let ships = pipeline.exporters.iter().find(|id| {
            !matches!(
                id.value.split('/').next(),
                Some("debug" | "logging" | "nop")
            )
        });
        let Some(exporter) = ships.filter(|_| pipeline.signal() != Signal::Metrics) else {
            continue;
        };
        let mut masked = Vec::new();
        let mut keeps_only_listed = false;
        for id in &pipeline.processors {
            let path: Vec<String> = pipeline
                .root
                .iter()
                .cloned()
                .chain(["processors".to_owned(), id.value.clone()])
                .collect();
            let own: Vec<&Setting> = document.below(&path).collect();
            match id.value.split('/').next() {
                Some("redaction") => {
                    // Keys that are not on the list go, unless all are let through.
                    keeps_only_listed |= own.iter().any(|setting| setting.has("allowedkeys"))
                        && !own
                            .iter()
                            .any(|s| s.key() == "allowallkeys" && s.value == "true");
                    let blocked = own.iter().filter(|setting| setting.has("blockedvalues"));
                    masked.extend(blocked.map(|setting| setting.value.clone()));
                }
                Some("transform") => masked.extend(
                    own.iter()
                        .filter(|setting| {
                            setting.value.contains("replace_pattern")
                                || setting.value.contains("replace_all_patterns")
                        })
                        .map(|setting| setting.value.clone()),
                ),
                _ => {}
            }
        }
        let what = format!("the pipeline `{}`", pipeline.name);
        let mut one = shipper(document, &what, &exporter.spot, masked);
        one.keeps_only_listed = keeps_only_listed;
        found.push(one);
    }
}

/// Alloy: on every way from a source to where logs or traces are written stands a component that masks.
fn alloy(document: &Document, text: &str, found: &mut Vec<Shipper>) {
    let all = components(text);
    let is_writer = |component: &Component| {
        component.kind == "loki.write"
            || component.kind.starts_with("otelcol.exporter.")
                && !component.kind.contains("prometheus")
    };
    let masks = |component: &Component| {
        component.kind == "loki.process" && component.has("stage.replace")
            || component.kind == "otelcol.processor.transform"
                && component
                    .attributes
                    .iter()
                    .any(|a| a.value.contains("replace_"))
            || component.kind == "otelcol.processor.redaction"
    };
    let sources: Vec<&Component> = all
        .iter()
        .filter(|c| c.kind.starts_with("loki.source.") || c.kind.starts_with("otelcol.receiver."))
        .collect();
    for writer in all.iter().filter(|component| is_writer(component)) {
        let is_used = all.iter().any(|other| other.refers_to(writer));
        if !is_used {
            continue;
        }
        let mut pending = sources.clone();
        let mut seen = BTreeSet::new();
        let mut bare = false;
        while let Some(component) = pending.pop() {
            if !seen.insert(component.name()) || masks(component) {
                continue;
            }
            bare |= component.refers_to(writer);
            pending.extend(all.iter().filter(|next| component.refers_to(next)));
        }
        let masked = all
            .iter()
            .filter(|component| masks(component) && !bare)
            .flat_map(|component| &component.attributes)
            .filter(|attribute| {
                matches!(
                    attribute.name.as_str(),
                    "expression" | "statements" | "blocked_values"
                )
            })
            .flat_map(|attribute| strings(&attribute.value))
            .collect();
        let spot = document.spot.clone().line(writer.line.clone());
        found.push(shipper(
            document,
            &format!("`{}`", writer.name()),
            &spot,
            masked,
        ));
    }
}

/// Vector: on every way from a source to a sink stands a transform that redacts.
fn vector(document: &Document, found: &mut Vec<Shipper>) {
    let part = |setting: &Setting, name: &str| -> Option<Vec<String>> {
        if let Some(first) = setting
            .path
            .first()
            .filter(|first| first.starts_with(&format!("{name}.")))
        {
            return Some(vec![first.clone()]);
        }
        let at = setting.path.iter().position(|key| key == name)?;
        setting.path.get(..at + 2).map(<[String]>::to_vec)
    };
    let parts = |name: &str| -> BTreeSet<Vec<String>> {
        document
            .settings
            .iter()
            .filter_map(|s| part(s, name))
            .collect()
    };
    let sinks = parts("sinks");
    if sinks.is_empty() || parts("sources").is_empty() {
        return;
    }
    let inputs = |path: &Vec<String>| -> Vec<String> {
        document
            .below(path)
            .filter(|setting| setting.key() == "inputs")
            .flat_map(|setting| super::outlets::addresses(&setting.value).collect::<Vec<_>>())
            .collect()
    };
    let id = |path: &Vec<String>| -> String {
        let last = path.last().map_or("", String::as_str);
        last.rsplit('.').next().unwrap_or(last).to_owned()
    };
    let transforms: BTreeMap<String, Vec<String>> = parts("transforms")
        .into_iter()
        .map(|path| (id(&path), path))
        .collect();
    let source = |path: &Vec<String>| {
        document
            .below(path)
            .find(|setting| setting.key() == "source" && setting.value.contains("redact("))
            .map(|setting| setting.value.clone())
    };
    for sink in sinks {
        let mut pending = inputs(&sink);
        let mut masked = Vec::new();
        let mut bare = false;
        let mut seen = BTreeSet::new();
        while let Some(input) = pending.pop() {
            let name = input.split('.').next().unwrap_or(&input).to_owned();
            if !seen.insert(name.clone()) {
                continue;
            }
            match transforms.get(&name) {
                Some(path) => match source(path) {
                    Some(text) => masked.push(text),
                    None => pending.extend(inputs(path)),
                },
                None => bare = true,
            }
        }
        if bare {
            masked.clear();
        }
        let Some(first) = document.below(&sink).next() else {
            continue;
        };
        found.push(shipper(
            document,
            &format!("the sink `{}`", id(&sink)),
            &first.spot,
            masked,
        ));
    }
}

/// Fluent Bit and Fluentd: a filter that runs a script or replaces.
fn fluent(document: &Document, text: &str, all: &[Document], found: &mut Vec<Shipper>) {
    let lower = text.to_lowercase();
    let is_bit = lower.contains("[output]");
    let is_d = text.contains("<match") && text.contains("@type");
    if !is_bit && !is_d {
        return;
    }
    // The script of a filter is beside it in the same ConfigMap.
    let beside = || {
        all.iter()
            .filter(|other| other.manifest == document.manifest && other.name.ends_with(".lua"))
            .filter_map(|other| other.text.clone())
    };
    let masked: Vec<String> = if is_bit {
        let has_filter = lower.contains("[filter]");
        let is_script = lower
            .lines()
            .map(str::trim)
            .any(|line| line.split_whitespace().collect::<Vec<_>>() == ["name", "lua"]);
        beside().filter(|_| has_filter && is_script).collect()
    } else {
        text.lines()
            .filter(|line| {
                text.contains("<filter")
                    && (line.contains("gsub(") || line.trim().starts_with("expression"))
            })
            .map(str::to_owned)
            .collect()
    };
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| line.eq_ignore_ascii_case("[output]") || line.starts_with("<match"))
        .unwrap_or_default();
    let spot = document.spot.clone().line(line);
    let what = if is_bit { "Fluent Bit" } else { "Fluentd" };
    found.push(shipper(document, what, &spot, masked));
}

/// Collectors whose configuration stands nowhere in the manifests: nothing can be proven of them.
fn unconfigured(facts: &CellFacts<'_>, found: &mut Vec<Shipper>) {
    for workload in &facts.workloads {
        for container in &workload.containers {
            let Some(image) = &container.image else {
                continue;
            };
            let collects = Product::of_image(&image.text).filter(|product| {
                matches!(
                    product,
                    Product::Promtail
                        | Product::Alloy
                        | Product::FluentBit
                        | Product::Fluentd
                        | Product::Vector
                        | Product::Collector
                )
            });
            if let Some(product) = collects {
                found.push(Shipper {
                    manifest: workload.manifest,
                    what: format!("{product:?}"),
                    spot: image.spot.clone(),
                    masked: None,
                    keeps_only_listed: false,
                });
            }
        }
    }
}

/// Whether any of some expressions takes the number out that a country gives its people, as far as that can be told from
/// how it is written; `None` for countries whose numbers are not known here.
///
/// Türkiye: eleven digits (<https://en.wikipedia.org/wiki/Turkish_Identification_Number>). Spain: eight digits and a
/// letter, or X, Y or Z, seven digits and a letter (<https://es.wikipedia.org/wiki/N%C3%BAmero_de_identificaci%C3%B3n_fiscal>).
pub fn masks_national_id(country: &str, expressions: &[String]) -> Option<bool> {
    let any = |marks: &[&str]| {
        expressions
            .iter()
            .any(|expression| marks.iter().any(|mark| expression.contains(mark)))
    };
    match country {
        "TR" => Some(any(&["{11}", "{10}", "{9}"])),
        "ES" => Some(any(&["{8}", "{7,8}", "{7}"])),
        _ => None,
    }
}
