//! Findings and problems as people and programs want them: one renderer per format.
//!
//! In: [`Diagnostic`]s and the texts they point into. Out: bytes on a writer. Nothing is judged here, and nothing a
//! user or a file wrote can break out of the format it is put into: [`Report::new`] makes control characters visible.

pub mod audit;
pub mod codes;
pub mod difference;
mod github;
mod human;
mod json;
mod mask;
mod sarif;
mod text;

pub use github::github;
pub use human::human;
pub use json::json;
pub use sarif::sarif;

use crate::diagnostic::{self, Diagnostic, Severity};
use crate::digest::Digest;
use crate::residency;
use crate::source::{Location, Position, SourceMap};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What is to be shown: sorted, free of repetitions and of control characters.
#[derive(Debug, Clone)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    excepted: Vec<Allowed>,
    scope: Option<Scope>,
    hashes: BTreeMap<String, Digest>,
    sources: SourceMap,
    color: bool,
}

/// A finding that a written exception allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// What was found.
    pub finding: Diagnostic,
    /// The id of the exception.
    pub exception: String,
    /// Why it was approved.
    pub reason: String,
    /// Who approved it.
    pub approver: String,
    /// The first day on which it no longer holds.
    pub expires: String,
}

/// What was looked at to come to the findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Cells that were built.
    pub cells: usize,
    /// Objects in them.
    pub objects: usize,
    /// Rules they were judged by.
    pub rules: usize,
    /// The day as of which.
    pub as_of: String,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Pictures of the lines, for a terminal.
    Human,
    /// One JSON document, `version` 1.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that GitHub Actions turns into annotations.
    Github,
}

impl Format {
    /// Writes the report in this format.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Human => human(report, out),
            Self::Json => json(report, out),
            Self::Sarif => sarif(report, out),
            Self::Github => github(report, out),
        }
    }
}

impl Report {
    /// Sorts the diagnostics by place, drops repetitions and makes control characters visible.
    pub fn new(mut diagnostics: Vec<Diagnostic>, sources: SourceMap) -> Self {
        for diagnostic in &mut diagnostics {
            harmless(diagnostic);
        }
        diagnostic::sort(&mut diagnostics);
        diagnostics.dedup();
        Self {
            diagnostics,
            excepted: Vec::new(),
            scope: None,
            hashes: BTreeMap::new(),
            sources,
            color: false,
        }
    }

    /// Adds findings that exceptions allow: they are told to programs, and do not count.
    #[must_use]
    pub fn excepting(mut self, excepted: Vec<Allowed>) -> Self {
        self.excepted = excepted;
        for allowed in &mut self.excepted {
            harmless(&mut allowed.finding);
            for text in [
                &mut allowed.exception,
                &mut allowed.reason,
                &mut allowed.approver,
                &mut allowed.expires,
            ] {
                *text = clean(text);
            }
        }
        self
    }

    /// Says what was looked at.
    #[must_use]
    pub fn examining(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Names the files that were looked at, with their hashes.
    #[must_use]
    pub fn hashed(mut self, hashes: BTreeMap<String, Digest>) -> Self {
        self.hashes = hashes;
        self
    }

    /// The report about the files that findings point into, and no others.
    #[must_use]
    pub fn without_hashes(mut self) -> Self {
        self.hashes.clear();
        self
    }

    /// What exceptions allow.
    pub fn excepted(&self) -> &[Allowed] {
        &self.excepted
    }

    /// Says whether the human format may use colours; the caller knows the terminal.
    #[must_use]
    pub fn colored(mut self, color: bool) -> Self {
        self.color = color;
        self
    }

    /// What is reported, sorted.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many there are of each level.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.diagnostics)
    }

    /// First and last position of a place; `None` when only the file is known.
    fn positions(&self, location: &Location) -> Option<(Position, Position)> {
        self.sources.positions(location)
    }
}

/// Makes what others wrote visible, and credentials in it invisible.
fn harmless(diagnostic: &mut Diagnostic) {
    diagnostic.message = clean(&diagnostic.message);
    for label in &mut diagnostic.labels {
        label.text = clean(&label.text);
    }
    for line in diagnostic.help.iter_mut().chain(&mut diagnostic.trace) {
        *line = clean(line);
    }
    diagnostic.cell = diagnostic.cell.as_deref().map(text::visible);
    diagnostic.object = diagnostic.object.as_deref().map(text::visible);
}

/// A text of somebody else's, made visible and free of credentials.
fn clean(text: &str) -> String {
    mask::masked(&text::visible(text))
}

/// The steps of a conclusion on one line.
fn steps(diagnostic: &Diagnostic) -> Option<String> {
    (!diagnostic.trace.is_empty()).then(|| diagnostic.trace.join(" → "))
}

/// How many findings there are of each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Errors: the gate closes.
    pub errors: usize,
    /// Warnings: worth a person's attention.
    pub warnings: usize,
    /// Notes: for information.
    pub notes: usize,
}

impl Summary {
    fn of(diagnostics: &[Diagnostic]) -> Self {
        let count = |severity| {
            diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.severity == severity)
                .count()
        };
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts: Vec<String> = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }))
        .collect();
        if parts.is_empty() {
            f.write_str("no findings")
        } else {
            f.write_str(&parts.join(", "))
        }
    }
}

/// The level's name in JSON, SARIF and on the terminal.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The rule's own weight; a problem that is no rule's gets the weight that goes with its level.
fn weight(diagnostic: &Diagnostic) -> residency::Weight {
    match (residency::rule(diagnostic.code), diagnostic.severity) {
        (Some(rule), severity) if rule.severity.level() == severity => rule.severity,
        (_, Severity::Error) => residency::Weight::High,
        (_, Severity::Warning) => residency::Weight::Medium,
        (_, Severity::Note) => residency::Weight::Info,
    }
}

#[cfg(test)]
mod tests;
