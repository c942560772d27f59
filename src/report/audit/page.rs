//! The page that people read: everything that the evidence says, in the order in which they ask.
//!
//! In: an [`Audit`]. Out: one HTML file that needs nothing besides itself. What is shown is what the JSON has; the template
//! escapes every value, so that no name or message can become part of the page.

use super::Audit;
use super::body::Body;
use super::exceptions::State;
use super::inputs::{InputFile, Role};
use super::map::{self, Map};
use super::matrix::Entry;
use super::shown::{RuleRow, Shown, ShownException, columns, exceptions, rules, shown};
use crate::spec::types::DataClass;
use crate::template;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

const TEMPLATE: &str = "report/residency-report.html";

#[derive(Serialize)]
struct Page<'a> {
    body: &'a Body,
    digest: String,
    day: String,
    scope: String,
    counted: String,
    classes: Vec<ClassHead>,
    matrix: Vec<MatrixRow>,
    maps: Vec<Map>,
    findings: Vec<Shown<'a>>,
    excepted: Vec<Shown<'a>>,
    exceptions: Vec<ShownException<'a>>,
    columns: Vec<String>,
    rules: Vec<RuleRow<'a>>,
    inputs: Vec<InputGroup<'a>>,
}

#[derive(Serialize)]
struct ClassHead {
    name: &'static str,
    words: &'static str,
}

#[derive(Serialize)]
struct MatrixRow {
    jurisdiction: String,
    country: String,
    tag: &'static str,
    place: &'static str,
    cells: Vec<MatrixCell>,
}

#[derive(Serialize)]
struct MatrixCell {
    state: &'static str,
    entries: Vec<MatrixEntry>,
}

#[derive(Serialize)]
struct MatrixEntry {
    name: String,
    note: String,
}

#[derive(Serialize)]
struct InputGroup<'a> {
    title: &'static str,
    count: usize,
    files: Vec<&'a InputFile>,
}

impl Audit {
    /// The page.
    ///
    /// # Errors
    /// A mistake in the template.
    pub fn html(&self) -> anyhow::Result<String> {
        let body = &self.body;
        let columns = columns(body);
        let page = Page {
            day: day(&body.header.as_of),
            digest: format!("sha256:{}", self.digest),
            scope: scope(body),
            counted: counted(body),
            classes: classes(body),
            matrix: matrix(body),
            maps: map::maps(&body.flows, &home(body)),
            findings: shown(&body.findings),
            excepted: shown(&body.excepted),
            exceptions: exceptions(body),
            rules: rules(body, &columns),
            columns,
            inputs: inputs(body),
            body,
        };
        template::render(TEMPLATE, &page)
    }
}

/// `21 November 2026`.
fn day(written: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let parts: Vec<usize> = written
        .split('-')
        .filter_map(|part| part.parse().ok())
        .collect();
    match parts[..] {
        [year, month @ 1..=12, day] => format!("{day} {} {year}", MONTHS[month - 1]),
        _ => written.to_owned(),
    }
}

pub(super) fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// What was looked at, in one line.
fn scope(body: &Body) -> String {
    let judged = body.coverage.iter().filter(|cell| cell.judged).count();
    let objects = body.coverage.iter().map(|cell| cell.objects).sum();
    format!(
        "{}, {}, {}, {}",
        many(judged, "cell with real data", "cells with real data"),
        many(objects, "object", "objects"),
        many(body.header.rules, "rule", "rules"),
        many(body.inputs.len(), "file", "files")
    )
}

/// What was found, in one line.
fn counted(body: &Body) -> String {
    let verdict = &body.verdict;
    let mut parts = vec![many(
        verdict.errors,
        "finding that closes the gate",
        "findings that close the gate",
    )];
    if verdict.warnings + verdict.notes > 0 {
        parts.push(many(verdict.warnings + verdict.notes, "remark", "remarks"));
    }
    let in_force = body
        .exceptions
        .iter()
        .filter(|exception| exception.state == State::InForce)
        .count();
    parts.push(many(in_force, "exception in use", "exceptions in use"));
    if verdict.results.not_evaluated > 0 {
        parts.push(many(
            verdict.results.not_evaluated,
            "result could not be evaluated",
            "results could not be evaluated",
        ));
    }
    parts.join(", ")
}

fn home(body: &Body) -> BTreeMap<String, BTreeSet<String>> {
    let all = body.policy.jurisdictions.iter();
    all.map(|own| (own.name.clone(), own.countries.iter().cloned().collect()))
        .collect()
}

/// The classes that are anywhere, in the order of how much they weigh.
fn classes(body: &Body) -> Vec<ClassHead> {
    let there: BTreeSet<&str> = body
        .matrix
        .iter()
        .flat_map(|row| row.classes.keys().copied())
        .collect();
    let all = DataClass::ALL
        .into_iter()
        .filter(|class| there.contains(class.name()));
    all.map(|class| ClassHead {
        name: class.name(),
        words: words(class),
    })
    .collect()
}

fn words(class: DataClass) -> &'static str {
    match class {
        DataClass::Phi => "Health data",
        DataClass::Pii => "Other personal data",
        DataClass::Auth => "Identities, credentials of users",
        DataClass::Keys => "Keys and secrets",
        DataClass::Telemetry => "Raw logs, traces, metrics",
        DataClass::TelemetryScrubbed => "Telemetry without personal data",
        DataClass::AlertsScrubbed => "Alerts without personal data",
        DataClass::Config => "Configuration",
        DataClass::SealedSecret => "Sealed secrets",
        DataClass::Image => "Container images",
        DataClass::Public => "Published data",
    }
}

fn matrix(body: &Body) -> Vec<MatrixRow> {
    let heads = classes(body);
    body.matrix
        .iter()
        .map(|row| MatrixRow {
            jurisdiction: row.jurisdiction.clone(),
            country: row.country.clone().unwrap_or_else(|| "?".to_owned()),
            tag: if row.home { "home" } else { "warning" },
            place: match (row.home, &row.country) {
                (true, _) => "home",
                (false, Some(_)) => "abroad",
                (false, None) => "not known",
            },
            cells: heads
                .iter()
                .map(|head| {
                    matrix_cell(
                        row.classes.get(head.name).map_or(&[][..], Vec::as_slice),
                        row.home,
                    )
                })
                .collect(),
        })
        .collect()
}

fn matrix_cell(entries: &[Entry], is_home: bool) -> MatrixCell {
    let forbidden = |entry: &Entry| !entry.allowed && entry.exception.is_none();
    let state = if entries.is_empty() {
        "none"
    } else if entries.iter().any(forbidden) {
        "forbidden"
    } else if entries.iter().any(|entry| entry.exception.is_some()) {
        "excepted"
    } else if is_home {
        "home"
    } else {
        "allowed"
    };
    let entries = entries.iter().map(|entry| MatrixEntry {
        name: entry.name.clone(),
        note: match (&entry.exception, entry.allowed) {
            (Some(id), _) => format!("under exception {id}"),
            (None, false) => format!("not allowed: {}", entry.cells.join(", ")),
            (None, true) => String::new(),
        },
    });
    MatrixCell {
        state,
        entries: entries.collect(),
    }
}

fn inputs(body: &Body) -> Vec<InputGroup<'_>> {
    let roles = [
        (Role::Declaration, "The declaration"),
        (
            Role::Lock,
            "The record of what is rendered and which policy was approved",
        ),
        (Role::Pins, "Which image runs where"),
        (Role::Source, "What manifests are built from"),
        (Role::Terraform, "Terraform"),
        (Role::Bootstrap, "What sets clusters up"),
        (Role::Workflow, "Workflows of the repository's host"),
        (Role::Other, "Other files"),
    ];
    let groups = roles.into_iter().map(|(role, title)| {
        let files: Vec<&InputFile> = body
            .inputs
            .iter()
            .filter(|input| input.role == role)
            .collect();
        InputGroup {
            title,
            count: files.len(),
            files,
        }
    });
    groups.filter(|group| group.count > 0).collect()
}
