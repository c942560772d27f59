//! The report as one JSON document, with types of its own so that the inside can change and this cannot.

use super::{Report, Summary, level, weight};
use crate::diagnostic::{Diagnostic, Label};
use serde::Serialize;
use std::io::{self, Write};

/// Version of this format; it grows when a key changes its meaning or goes away.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Finding<'a>>,
    /// What exceptions allow; not counted in the summary.
    excepted: Vec<Excepted<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    severity: &'static str,
    level: &'static str,
    message: &'a str,
    cell: Option<&'a str>,
    object: Option<&'a str>,
    #[serde(flatten)]
    place: Place<'a>,
    labels: Vec<Marked<'a>>,
    trace: &'a [String],
    help: &'a [String],
}

#[derive(Serialize)]
struct Excepted<'a> {
    exception: &'a str,
    #[serde(flatten)]
    finding: Finding<'a>,
}

#[derive(Serialize)]
struct Marked<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
}

/// Lines and columns count from 1; the end column is the one after the last character.
#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

/// Writes the report as `{"version":1,"findings":[…],"excepted":[…],"summary":{…}}`.
///
/// # Errors
/// What the writer says.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let findings = report.diagnostics.iter();
    let excepted = report.excepted.iter().map(|allowed| Excepted {
        exception: &allowed.exception,
        finding: finding(report, &allowed.finding),
    });
    let document = Document {
        version: VERSION,
        findings: findings.map(|found| finding(report, found)).collect(),
        excepted: excepted.collect(),
        summary: report.summary(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn finding<'a>(report: &Report, diagnostic: &'a Diagnostic) -> Finding<'a> {
    Finding {
        rule: diagnostic.code,
        severity: weight(diagnostic).name(),
        level: level(diagnostic.severity),
        message: &diagnostic.message,
        cell: diagnostic.cell.as_deref(),
        object: diagnostic.object.as_deref(),
        place: diagnostic
            .labels
            .first()
            .map_or_else(Place::default, |label| place(report, label)),
        labels: diagnostic
            .labels
            .iter()
            .map(|label| Marked {
                text: &label.text,
                place: place(report, label),
            })
            .collect(),
        trace: &diagnostic.trace,
        help: &diagnostic.help,
    }
}

fn place<'a>(report: &Report, label: &'a Label) -> Place<'a> {
    let positions = report.positions(&label.location);
    Place {
        file: Some(&label.location.path),
        line: positions.map(|(start, _)| start.line),
        column: positions.map(|(start, _)| start.column),
        end_line: positions.map(|(_, end)| end.line),
        end_column: positions.map(|(_, end)| end.column),
    }
}
