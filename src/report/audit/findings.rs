//! Findings, as the evidence has them.

use crate::diagnostic::Diagnostic;
use crate::report::{Report, level, sarif, weight};
use serde::Serialize;
use std::collections::BTreeMap;

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Stays the same as long as the finding is about the same thing: rule, cell, object and value.
    pub id: String,
    /// The rule, or the kind of problem.
    pub rule: &'static str,
    /// How much it weighs.
    pub severity: &'static str,
    /// `error`, `warning` or `note`.
    pub level: &'static str,
    /// The cell it is about.
    pub cell: Option<String>,
    /// The object it is about.
    pub object: Option<String>,
    /// What is wrong.
    pub message: String,
    /// How it was concluded.
    pub trace: Vec<String>,
    /// Where: first what a person must change.
    pub places: Vec<Place>,
    /// What to do.
    pub help: Vec<String>,
    /// The exception that allows it.
    pub exception: Option<String>,
}

/// A place in a file. Lines and columns count from 1.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, when it is known.
    pub line: Option<usize>,
    /// The column.
    pub column: Option<usize>,
    /// What it has to do with the matter.
    pub text: String,
}

/// What is found, and what exceptions allow of it.
pub(super) struct Findings {
    pub(super) found: Vec<Finding>,
    pub(super) excepted: Vec<Finding>,
}

impl Findings {
    pub(super) fn of(report: &Report) -> Self {
        // In the order of the SARIF log, so that both give the same names.
        let mut seen = BTreeMap::new();
        let found = report.diagnostics().iter();
        let found = found.map(|diagnostic| finding(report, diagnostic, None, &mut seen));
        let found = found.collect();
        let excepted = report.excepted().iter();
        let excepted = excepted.map(|allowed| {
            let exception = Some(allowed.exception.clone());
            finding(report, &allowed.finding, exception, &mut seen)
        });
        Self {
            found,
            excepted: excepted.collect(),
        }
    }
}

fn finding(
    report: &Report,
    diagnostic: &Diagnostic,
    exception: Option<String>,
    seen: &mut BTreeMap<String, usize>,
) -> Finding {
    let places = diagnostic.labels.iter().map(|label| {
        let start = report.positions(&label.location).map(|(start, _)| start);
        Place {
            file: label.location.path.clone(),
            line: start.map(|start| start.line),
            column: start.map(|start| start.column),
            text: label.text.clone(),
        }
    });
    Finding {
        id: sarif::fingerprint(report, diagnostic, seen),
        rule: diagnostic.code,
        severity: weight(diagnostic).name(),
        level: level(diagnostic.severity),
        cell: diagnostic.cell.clone(),
        object: diagnostic.object.clone(),
        message: diagnostic.message.clone(),
        trace: diagnostic.trace.clone(),
        places: places.collect(),
        help: diagnostic.help.clone(),
        exception,
    }
}
