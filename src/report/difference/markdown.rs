//! The difference as Markdown for a comment on a pull request, which has room for so much and no more.
//!
//! Every object is named before any is shown in full, the most important first; what had no room is counted at the end.
//! Whatever comes from files stands in code, where GitHub reads neither Markdown nor HTML nor the names of people.

use super::{
    Comparison, cell_line, draw, mark_counts, some_cells, summary, title, unit, unknown_line,
};
use crate::compare::{Difference, Mark, ObjectChange, What};
use crate::report::text::visible;
use std::fmt::Write as _;
use std::io::{self, Write};

/// How many bytes are written unless told otherwise. A comment on GitHub has at most 65,536 characters; the rest is for
/// what a workflow adds of its own.
pub const DEFAULT_LIMIT: usize = 60_000;

/// Below this there is no room for the summary.
pub const SMALLEST_LIMIT: usize = 2_000;

/// Room for the note on what was left out.
const NOTE: usize = 400;

/// Writes the difference in at most `limit` bytes, which are at least [`SMALLEST_LIMIT`].
///
/// # Errors
/// What the writer says.
pub fn markdown(comparison: &Comparison<'_>, limit: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(text(comparison, limit.max(SMALLEST_LIMIT)).as_bytes())
}

fn text(comparison: &Comparison<'_>, limit: usize) -> String {
    let difference = comparison.difference;
    let mut page = Page {
        text: head(comparison),
        limit: limit - NOTE,
    };
    let notes = difference
        .unknown
        .iter()
        .map(|unknown| unknown_line(unknown, comparison));
    page.list("⚠️ ", notes.collect(), limit / 8);
    page.list(
        "",
        difference.cells.iter().map(cell_line).collect(),
        limit / 8,
    );
    page.list_under("### Look at these first\n\n", severe(difference), limit / 4);
    let left_out = page.objects(difference);
    page.text.push_str(&left_out.note(limit));
    page.text
}

fn head(comparison: &Comparison<'_>) -> String {
    let (before, after) = (code(comparison.before.name), code(comparison.after.name));
    let difference = comparison.difference;
    let mut text = format!(
        "## What changes in the clusters\n\nFrom {before} to {after}: **{}**.\n\n",
        summary(difference)
    );
    let marks = mark_counts(difference);
    if !marks.is_empty() {
        let _ = write!(text, "Marks: {marks}.\n\n");
    }
    text
}

/// What a reviewer must not miss, one line each.
fn severe(difference: &Difference) -> Vec<String> {
    let mut lines = Vec::new();
    for change in &difference.objects {
        for marked in change
            .marks
            .iter()
            .filter(|marked| marked.mark <= Mark::Exposure)
        {
            lines.push(format!(
                "**{}** {} in {}: {}",
                marked.mark.words(),
                code(&title(change)),
                code(&some_cells(&change.cells, difference)),
                code(&marked.detail),
            ));
        }
    }
    lines
}

struct Page {
    text: String,
    limit: usize,
}

impl Page {
    fn fits(&self, piece: &str) -> bool {
        self.text.len() + piece.len() <= self.limit
    }

    /// Lines of plain text from files.
    fn list(&mut self, before: &str, lines: Vec<String>, room: usize) {
        let lines = lines
            .into_iter()
            .map(|line| format!("{before}{}", code(&line)));
        self.list_under("", lines.collect(), room);
    }

    /// Lines of Markdown, as many as have room, under a heading.
    fn list_under(&mut self, heading: &str, lines: Vec<String>, room: usize) {
        if lines.is_empty() {
            return;
        }
        let mut text = heading.to_owned();
        let mut shown = 0;
        for line in &lines {
            let line = format!("- {line}\n");
            if text.len() + line.len() > room || !self.fits(&format!("{text}{line}")) {
                break;
            }
            text.push_str(&line);
            shown += 1;
        }
        let rest = lines.len() - shown;
        if rest > 0 {
            let _ = writeln!(text, "- … and {rest} more");
        }
        text.push('\n');
        if self.fits(&text) {
            self.text.push_str(&text);
        }
    }

    /// All objects by name as far as half of the room goes, as many of them in full as fit, then more names.
    fn objects(&mut self, difference: &Difference) -> LeftOut {
        let objects = &difference.objects;
        let heading = "### Objects\n\n";
        if objects.is_empty() || !self.fits(heading) {
            return LeftOut {
                shortened: 0,
                missing: objects.len(),
            };
        }
        let room = self.limit - self.text.len() - heading.len();
        let briefs: Vec<String> = objects
            .iter()
            .map(|change| brief(change, difference))
            .collect();
        let mut used = 0;
        let mut named = 0;
        for brief in &briefs {
            if used + brief.len() > room / 2 {
                break;
            }
            used += brief.len();
            named += 1;
        }
        let mut pieces: Vec<(bool, String)> = Vec::new();
        for (change, brief) in objects.iter().zip(&briefs).take(named) {
            let full = full(change, difference);
            if used - brief.len() + full.len() <= room {
                used = used - brief.len() + full.len();
                pieces.push((true, full));
            } else {
                pieces.push((false, brief.clone()));
            }
        }
        for brief in briefs.iter().skip(named) {
            if used + brief.len() > room {
                break;
            }
            used += brief.len();
            pieces.push((false, brief.clone()));
        }
        self.text.push_str(heading);
        for (_, piece) in &pieces {
            self.text.push_str(piece);
        }
        LeftOut {
            shortened: pieces.iter().filter(|(is_full, _)| !is_full).count(),
            missing: objects.len() - pieces.len(),
        }
    }
}

/// What had no room.
struct LeftOut {
    /// Objects that are only named.
    shortened: usize,
    /// Objects that are not even named.
    missing: usize,
}

impl LeftOut {
    fn note(&self, limit: usize) -> String {
        let mut parts = Vec::new();
        if self.shortened > 0 {
            parts.push(format!(
                "{} named without their fields",
                entries(self.shortened)
            ));
        }
        if self.missing > 0 {
            parts.push(format!("{} left out", entries(self.missing)));
        }
        if parts.is_empty() {
            return String::new();
        }
        format!(
            "\n> **Not everything is shown:** {}, the least important ones, to stay within {limit} bytes. \
             `platformctl diff` shows all of it.\n",
            parts.join(", ")
        )
    }
}

fn entries(count: usize) -> String {
    match count {
        1 => "1 entry is".to_owned(),
        count => format!("{count} entries are"),
    }
}

fn sign(what: What) -> &'static str {
    match what {
        What::Added => "added",
        What::Removed => "removed",
        What::Changed => "changed",
    }
}

/// The words of its marks, each once.
fn marks(change: &ObjectChange) -> String {
    let mut words: Vec<&str> = change
        .marks
        .iter()
        .map(|marked| marked.mark.words())
        .collect();
    words.dedup();
    words.join(", ")
}

/// One line, as HTML so that it can stand between folded sections and in their titles.
fn line(change: &ObjectChange, difference: &Difference) -> String {
    let marks = match marks(change) {
        marks if marks.is_empty() => String::new(),
        marks => format!(" — <b>{marks}</b>"),
    };
    let title = html(&short(&title(change)));
    let cells = html(&short(&visible(&some_cells(&change.cells, difference))));
    format!(
        "{} <code>{title}</code>{marks} — <code>{cells}</code>",
        sign(change.what)
    )
}

fn brief(change: &ObjectChange, difference: &Difference) -> String {
    format!("<p>{}</p>\n\n", line(change, difference))
}

fn full(change: &ObjectChange, difference: &Difference) -> String {
    let mut lines = vec![unit(change)];
    for marked in &change.marks {
        lines.push(format!(
            "! {}: {}",
            marked.mark.words(),
            visible(&marked.detail)
        ));
    }
    if some_cells(&change.cells, difference).ends_with(" more") {
        lines.push(format!("in {}", visible(&change.cells.join(", "))));
    }
    for drawn in change.fields.iter().flat_map(draw) {
        let line = format!("{} {}", drawn.sign, drawn.text);
        lines.push(line.trim_end().to_owned());
    }
    let body = lines.join("\n");
    let fence = fence(&body);
    format!(
        "<details><summary>{}</summary>\n\n{fence}diff\n{body}\n{fence}\n\n</details>\n\n",
        line(change, difference)
    )
}

/// A fence that is longer than any row of backticks inside.
fn fence(body: &str) -> String {
    let (mut longest, mut here) = (2, 0);
    for c in body.chars() {
        here = if c == '`' { here + 1 } else { 0 };
        longest = longest.max(here);
    }
    "`".repeat(longest + 1)
}

/// A text as code inside a line.
fn code(text: &str) -> String {
    let text = short(&visible(text)).replace('`', "'");
    format!("`{text}`")
}

/// Names and reasons of any length, as far as they are read.
fn short(text: &str) -> String {
    const LONGEST: usize = 240;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
