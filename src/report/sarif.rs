//! SARIF 2.1.0, for code scanning services.
//!
//! Format: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. Two runs on the same files are equal
//! byte for byte: there is no clock, no absolute path and no random identifier in it.

use super::{Allowed, Report, codes, level, steps};
use crate::diagnostic::{Code, Diagnostic};
use crate::digest::{Digest, Running};
use crate::residency::{self, Rule, Weight};
use crate::source::Location;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The base of all paths: the root of the checked-out repository.
const ROOT: &str = "%SRCROOT%";

/// Where the source of this program is; empty while it is not published, and then rules have no `helpUri`.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// Writes the report as a SARIF 2.1.0 log with one run.
///
/// # Errors
/// What the writer says.
pub fn sarif(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &log(report, REPOSITORY))?;
    writeln!(out)
}

pub(super) fn log(report: &Report, repository: &str) -> Value {
    let mut rules: Vec<(Code, Value)> = residency::RULES
        .iter()
        .map(|rule| (rule.id, described_rule(rule, repository)))
        .collect();
    let mut others: Vec<&Diagnostic> = everything(report)
        .filter(|diagnostic| residency::rule(diagnostic.code).is_none())
        .collect();
    others.sort_by_key(|diagnostic| diagnostic.code);
    others.dedup_by_key(|diagnostic| diagnostic.code);
    rules.extend(
        others
            .into_iter()
            .map(|other| (other.code, described_code(other))),
    );
    let positions: BTreeMap<Code, usize> = rules
        .iter()
        .enumerate()
        .map(|(index, (code, _))| (*code, index))
        .collect();
    let artifacts = artifacts(report);
    let mut log = Log {
        report,
        artifacts: artifacts.keys().copied().zip(0..).collect(),
        seen: BTreeMap::new(),
    };
    let mut results = Vec::new();
    for diagnostic in &report.diagnostics {
        results.push(log.result(diagnostic, positions[diagnostic.code]));
    }
    for allowed in &report.excepted {
        let mut result = log.result(&allowed.finding, positions[allowed.finding.code]);
        result["suppressions"] = json!([suppression(allowed)]);
        results.push(result);
    }
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.into_iter().map(|(_, rule)| rule).collect::<Vec<_>>(),
            }},
            "artifacts": artifacts.iter().map(|(path, hash)| artifact(path, hash.as_ref())).collect::<Vec<_>>(),
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": true }],
            "results": results,
        }],
    })
}

fn described_rule(rule: &Rule, repository: &str) -> Value {
    let mut described = json!({
        "id": rule.id,
        "name": rule.title,
        "shortDescription": { "text": rule.title },
        "fullDescription": { "text": rule.rationale },
        "help": {
            "text": format!("{}\n\n{}", rule.rationale, rule.fix),
            "markdown": residency::page(rule),
        },
        "defaultConfiguration": { "level": level(rule.severity.level()) },
        "properties": {
            "precision": "high",
            "security-severity": security_severity(rule.severity),
            "tags": ["security", if rule.id.starts_with("RES") { "residency" } else { "repository" }],
        },
    });
    if !repository.is_empty() {
        let page = format!("{repository}/blob/main/{}", residency::page_path(rule));
        described["helpUri"] = page.into();
    }
    described
}

fn described_code(diagnostic: &Diagnostic) -> Value {
    let text = codes::find(diagnostic.code);
    let title = text.map_or(diagnostic.code, |text| text.title);
    json!({
        "id": diagnostic.code,
        "name": title,
        "shortDescription": { "text": title },
        "fullDescription": { "text": text.map_or(title, |text| text.text) },
        "defaultConfiguration": { "level": level(diagnostic.severity) },
    })
}

/// The number by which code scanning services sort, 0.0 to 10.0.
fn security_severity(weight: Weight) -> &'static str {
    match weight {
        Weight::Critical => "9.5",
        Weight::High => "8.0",
        Weight::Medium => "5.0",
        Weight::Info => "1.0",
    }
}

/// What is found and what is allowed.
fn everything(report: &Report) -> impl Iterator<Item = &Diagnostic> {
    let excepted = report.excepted.iter().map(|allowed| &allowed.finding);
    report.diagnostics.iter().chain(excepted)
}

/// The files that findings point into, and those that were named, with their hashes where they are known.
fn artifacts(report: &Report) -> BTreeMap<&str, Option<Digest>> {
    let pointed = everything(report)
        .flat_map(|diagnostic| &diagnostic.labels)
        .map(|label| label.location.path.as_str())
        .map(|path| {
            (
                path,
                report
                    .sources
                    .text(path)
                    .map(|text| Digest::of(text.as_bytes())),
            )
        });
    let named = report
        .hashes
        .iter()
        .map(|(path, hash)| (path.as_str(), Some(*hash)));
    pointed.chain(named).collect()
}

fn artifact(path: &str, hash: Option<&Digest>) -> Value {
    let mut artifact = json!({ "location": { "uri": uri(path), "uriBaseId": ROOT } });
    if let Some(hash) = hash {
        artifact["hashes"] = json!({ "sha-256": hash.to_string() });
    }
    artifact
}

fn suppression(allowed: &Allowed) -> Value {
    json!({
        "kind": "external",
        "status": "accepted",
        "justification": escaped(&allowed.reason),
        "properties": {
            "id": allowed.exception,
            "approver": allowed.approver,
            "expires": allowed.expires,
        },
    })
}

/// A log that is being written.
struct Log<'a> {
    report: &'a Report,
    /// The position of each file in the list of artifacts.
    artifacts: BTreeMap<&'a str, usize>,
    /// How often each fingerprint was given.
    seen: BTreeMap<String, usize>,
}

impl Log<'_> {
    fn result(&mut self, diagnostic: &Diagnostic, rule_index: usize) -> Value {
        let mut text = diagnostic.message.clone();
        for line in steps(diagnostic).iter().chain(&diagnostic.help) {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n{line}");
        }
        let mut result = json!({
            "ruleId": diagnostic.code,
            "ruleIndex": rule_index,
            "level": level(diagnostic.severity),
            "kind": "fail",
            "message": { "text": escaped(&text) },
            "partialFingerprints": { "platformctl/v1": fingerprint(self.report, diagnostic, &mut self.seen) },
        });
        let mut labels = diagnostic.labels.iter();
        if let Some(primary) = labels.next() {
            let mut location = self.location(&primary.location, &primary.text);
            let names = [&diagnostic.cell, &diagnostic.object];
            let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
            if !names.is_empty() {
                location["logicalLocations"] = json!([{ "fullyQualifiedName": names.join("/") }]);
            }
            result["locations"] = json!([location]);
            if !diagnostic.trace.is_empty() {
                result["codeFlows"] = json!([self.code_flow(&primary.location, &diagnostic.trace)]);
            }
        }
        let related: Vec<Value> = labels
            .enumerate()
            .map(|(index, label)| {
                let mut location = self.location(&label.location, &label.text);
                location["id"] = (index + 1).into();
                location
            })
            .collect();
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        result
    }

    /// The steps of a conclusion, all of them drawn from one place.
    fn code_flow(&self, place: &Location, trace: &[String]) -> Value {
        let steps = trace.iter().map(|step| {
            let location = self.location(place, step);
            json!({ "location": location })
        });
        json!({ "threadFlows": [{ "locations": steps.collect::<Vec<_>>() }] })
    }

    fn location(&self, location: &Location, text: &str) -> Value {
        let mut artifact = json!({ "uri": uri(&location.path), "uriBaseId": ROOT });
        if let Some(index) = self.artifacts.get(location.path.as_str()) {
            artifact["index"] = (*index).into();
        }
        let mut physical = json!({ "artifactLocation": artifact });
        if let Some((start, end)) = self.report.positions(location) {
            physical["region"] = json!({
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            });
        }
        let mut described = json!({ "physicalLocation": physical });
        if !text.is_empty() {
            described["message"] = json!({ "text": escaped(text) });
        }
        described
    }
}

/// Names a finding by what it is about, not by where it stands or how it is worded: the code, the file, the cell, the
/// object, the marked text and every name in backticks. Findings that share all of that are numbered in their order.
pub(super) fn fingerprint(
    report: &Report,
    diagnostic: &Diagnostic,
    seen: &mut BTreeMap<String, usize>,
) -> String {
    let primary = diagnostic.primary();
    let marked = primary
        .and_then(|location| {
            let (start, end) = location.span?;
            report.sources.text(&location.path)?.get(start..end)
        })
        .unwrap_or_default();
    let mut hash = Running::default();
    let names = diagnostic.message.split('`').skip(1).step_by(2);
    for part in [
        diagnostic.code,
        primary.map_or("", |location| &location.path),
        diagnostic.cell.as_deref().unwrap_or_default(),
        diagnostic.object.as_deref().unwrap_or_default(),
        marked,
    ]
    .into_iter()
    .chain(names)
    {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    let mut name = hash.finish().to_string();
    name.truncate(32);
    let count = seen.entry(name.clone()).or_default();
    *count += 1;
    format!("{name}:{count}")
}

/// Escapes what a reader of SARIF would take for an embedded link or a placeholder, and nothing else: many readers show
/// escapes as they are.
fn escaped(text: &str) -> String {
    let text = text.replace("](", "\\](");
    let mut result = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        result.push(c);
        if c == '{' && rest.peek().is_some_and(char::is_ascii_digit) {
            result.push('{');
        }
    }
    result
}

/// A relative reference: everything but unreserved characters and `/` is percent-encoded.
fn uri(path: &str) -> String {
    path.bytes().fold(String::new(), |mut uri, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
        uri
    })
}
