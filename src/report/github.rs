//! Workflow commands: GitHub Actions shows each line as an annotation beside the code.
//!
//! Format and escapes: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands> and
//! <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.

use super::{Report, steps, text};
use crate::diagnostic::{Diagnostic, Severity};
use std::io::{self, Write};

/// Writes one line per diagnostic. An empty report writes nothing.
///
/// # Errors
/// What the writer says.
pub fn github(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in &report.diagnostics {
        let properties = properties(report, diagnostic)
            .into_iter()
            .map(|(key, value)| format!("{key}={}", property(&value)))
            .collect::<Vec<_>>()
            .join(",");
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        writeln!(
            out,
            "::{command} {properties}::{}",
            data(&message(report, diagnostic))
        )?;
    }
    Ok(())
}

fn properties(report: &Report, diagnostic: &Diagnostic) -> Vec<(&'static str, String)> {
    let mut properties = Vec::new();
    if let Some(location) = diagnostic.primary() {
        properties.push(("file", text::visible(&location.path)));
        if let Some((start, end)) = report.positions(location) {
            properties.push(("line", start.line.to_string()));
            // Columns are only taken when an annotation stays on one line.
            if start.line == end.line {
                properties.push(("col", start.column.to_string()));
            }
            properties.push(("endLine", end.line.to_string()));
            if start.line == end.line {
                properties.push(("endColumn", end.column.to_string()));
            }
        }
    }
    properties.push(("title", diagnostic.code.to_owned()));
    properties
}

/// The message, what the other places have to do with it, and the remedies, one per line.
fn message(report: &Report, diagnostic: &Diagnostic) -> String {
    let mut lines = vec![diagnostic.message.clone()];
    if let Some(cell) = &diagnostic.cell {
        lines.push(format!("cell: {cell}"));
    }
    for label in diagnostic.labels.iter().skip(1) {
        let path = text::visible(&label.location.path);
        let line = report
            .positions(&label.location)
            .map_or_else(String::new, |(start, _)| format!(":{}", start.line));
        lines.push(format!("see {path}{line}: {}", label.text));
    }
    lines.extend(steps(diagnostic).map(|steps| format!("trace: {steps}")));
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.join("\n")
}

/// Escapes the part after the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
