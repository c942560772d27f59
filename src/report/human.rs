//! Pictures of the lines, in the manner of rustc, for people at a terminal.

use super::{Report, Summary, steps, text};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::SourceMap;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::io::{self, Write};
use std::ops::Range;

/// Writes each diagnostic with a picture of its lines, and a summary as the last line.
///
/// # Errors
/// What the writer says.
pub fn human(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if report.color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut shown: Vec<(Diagnostic, Vec<&str>)> = Vec::new();
    for diagnostic in &report.diagnostics {
        // As it would be in any other cell.
        let bare = Diagnostic {
            cell: None,
            ..diagnostic.clone()
        };
        let cell = diagnostic.cell.as_deref();
        match shown.iter_mut().find(|(other, _)| *other == bare) {
            Some((_, cells)) => cells.extend(cell),
            None => shown.push((bare, cell.into_iter().collect())),
        }
    }
    for (diagnostic, cells) in &shown {
        let group = group(diagnostic, cells, &report.sources);
        writeln!(out, "{}\n", renderer.render(&[group]))?;
    }
    let shown = shown.into_iter().map(|(diagnostic, _)| diagnostic);
    conclusion(report, &shown.collect::<Vec<_>>(), out)
}

/// The last line: how much was found, or what was looked at to find nothing.
fn conclusion(report: &Report, shown: &[Diagnostic], out: &mut dyn Write) -> io::Result<()> {
    let all = report.summary();
    let count = Summary::of(shown);
    write!(out, "{count}")?;
    if report.diagnostics.len() > shown.len() {
        write!(out, " ({} counted in each cell)", report.diagnostics.len())?;
    }
    match report.excepted.len() {
        0 => {}
        1 => write!(out, ", 1 allowed by an exception")?,
        more => write!(out, ", {more} allowed by exceptions")?,
    }
    if let Some(scope) = report.scope.as_ref().filter(|_| all.errors == 0) {
        write!(
            out,
            ": {} cell{}, {} objects, {} rules; conforms to the declared policy (as of {})",
            scope.cells,
            if scope.cells == 1 { "" } else { "s" },
            scope.objects,
            scope.rules,
            scope.as_of
        )?;
    }
    writeln!(out)
}

fn group<'a>(diagnostic: &'a Diagnostic, cells: &[&str], sources: &SourceMap) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = match cells {
        [cell] if !diagnostic.message.contains(cell) => {
            format!("{} (cell {cell})", diagnostic.message)
        }
        [rest @ .., last] if !rest.is_empty() => {
            format!(
                "{} (in cells {} and {last})",
                diagnostic.message,
                rest.join(", ")
            )
        }
        _ => diagnostic.message.clone(),
    };
    let mut group = level
        .primary_title(title)
        .id(diagnostic.code)
        .elements(Vec::<Origin<'_>>::new());
    for (position, file) in files(&diagnostic.labels).into_iter().enumerate() {
        match snippet(diagnostic, file, sources) {
            Some(snippet) => group = group.element(snippet),
            None if position == 0 => group = group.element(Origin::path(text::visible(file))),
            None => {}
        }
    }
    for (position, label) in diagnostic.labels.iter().enumerate() {
        let drawn = label.location.span.is_some() && sources.text(&label.location.path).is_some();
        if !drawn && !label.text.is_empty() {
            // The primary file is named above already.
            let text = match position {
                0 => label.text.clone(),
                _ => format!("{}: {}", text::visible(&label.location.path), label.text),
            };
            group = group.element(Level::NOTE.message(text));
        }
    }
    if let Some(steps) = steps(diagnostic) {
        group = group.element(Level::NOTE.with_name("trace").message(steps));
    }
    diagnostic.help.iter().fold(group, |group, help| {
        group.element(Level::HELP.message(help.as_str()))
    })
}

/// The files of the labels, that of the primary label first, each once.
fn files(labels: &[Label]) -> Vec<&str> {
    let mut files: Vec<&str> = Vec::new();
    for label in labels {
        if !files.contains(&label.location.path.as_str()) {
            files.push(&label.location.path);
        }
    }
    files
}

/// The lines of one file that have labels, or nothing when its text or its places are not known.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    file: &str,
    sources: &SourceMap,
) -> Option<Snippet<'a, Annotation<'a>>> {
    let whole = sources.text(file)?;
    let spans: Vec<(usize, &Label, Range<usize>)> = diagnostic
        .labels
        .iter()
        .enumerate()
        .filter(|(_, label)| label.location.path == file)
        .filter_map(|(index, label)| Some((index, label, bounded(whole, label.location.span?))))
        .collect();
    let first = spans.iter().map(|(_, _, span)| span.start).min()?;
    let last = spans.iter().map(|(_, _, span)| span.end).max()?;
    let start = whole[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let end = whole[last..]
        .find('\n')
        .map_or(whole.len(), |newline| last + newline);
    let snippet = Snippet::source(text::drawable(&whole[start..end]))
        .path(text::visible(file))
        .line_start(whole[..start].matches('\n').count() + 1);
    let annotations = spans.into_iter().map(|(index, label, span)| {
        let kind = if index == 0 {
            AnnotationKind::Primary
        } else {
            AnnotationKind::Context
        };
        let annotation = kind.span(span.start - start..span.end - start);
        if label.text.is_empty() {
            annotation
        } else {
            annotation.label(label.text.as_str())
        }
    });
    Some(snippet.annotations(annotations.collect::<Vec<_>>()))
}

/// A span inside the text, on the borders of characters, however wrong it is.
fn bounded(text: &str, (start, end): (usize, usize)) -> Range<usize> {
    let floor = |mut offset: usize| {
        offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    let start = floor(start);
    start..floor(end).max(start)
}
