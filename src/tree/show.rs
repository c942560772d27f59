//! Changes for people: counts, names, unified diffs. The only reading is of the old texts.

use super::changes::{Change, Changes, What};
use super::{LOCK_FILE, disk};
use crate::plan::{Plan, PlannedFile};
use similar::TextDiff;
use std::io::{self, Write};
use std::path::Path;

/// How much to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// One line of counts.
    Summary,
    /// One line per file that is not as planned.
    Names,
    /// Unified diffs from what is on disk to what is planned, with `a/` and `b/`, as `git apply` reads them.
    Diff,
}

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const CYAN: &str = "\u{1b}[36m";
const YELLOW: &str = "\u{1b}[33m";
const RESET: &str = "\u{1b}[0m";

/// Shows changes; the same text for the same tree and plan.
///
/// # Errors
///
/// Only those of `out`. A file that is no text, or vanished meanwhile, is shown as such.
pub fn show(
    changes: &Changes,
    plan: &Plan,
    root: &Path,
    what: Show,
    colour: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut pen = Pen { out, colour };
    match what {
        Show::Summary => summary(changes, &mut pen),
        Show::Names => names(changes, &mut pen),
        Show::Diff => {
            for change in &changes.files {
                diff(change, plan.files.get(&change.path), root, &mut pen)?;
            }
            lone_lock(changes, &mut pen)
        }
    }
}

/// A lock that is out of date by itself would be a difference that nobody sees.
fn lone_lock(changes: &Changes, pen: &mut Pen<'_>) -> io::Result<()> {
    if changes.files.is_empty() && changes.lock_is_stale() {
        pen.line(YELLOW, &format!("update {LOCK_FILE}"))?;
    }
    Ok(())
}

struct Pen<'a> {
    out: &'a mut dyn Write,
    colour: bool,
}

impl Pen<'_> {
    fn line(&mut self, style: &str, text: &str) -> io::Result<()> {
        if self.colour && !style.is_empty() {
            writeln!(self.out, "{style}{text}{RESET}")
        } else {
            writeln!(self.out, "{text}")
        }
    }
}

fn summary(changes: &Changes, pen: &mut Pen<'_>) -> io::Result<()> {
    let counts = [
        ("created", changes.count(What::Create)),
        ("updated", changes.count(What::Update)),
        ("removed", changes.count(What::Remove)),
        ("kept", changes.count(What::Keep)),
        ("unchanged", changes.unchanged),
    ];
    let parts: Vec<String> = counts
        .iter()
        .filter(|(word, count)| *count > 0 || *word == "unchanged")
        .map(|(word, count)| format!("{word} {count}"))
        .collect();
    pen.line("", &parts.join(", "))
}

fn names(changes: &Changes, pen: &mut Pen<'_>) -> io::Result<()> {
    for change in &changes.files {
        let (style, word) = match change.what {
            What::Create => (GREEN, "create"),
            What::Update => (YELLOW, "update"),
            What::Remove => (RED, "remove"),
            What::Keep => (CYAN, "keep  "),
        };
        pen.line(style, &format!("{word} {}", change.path))?;
    }
    lone_lock(changes, pen)
}

/// The diff of one file. A kept one is shown too: that is how a person sees what was edited.
fn diff(
    change: &Change,
    planned: Option<&PlannedFile>,
    root: &Path,
    pen: &mut Pen<'_>,
) -> io::Result<()> {
    let path = &change.path;
    let before = change.seen.map(|_| disk::text(root, path));
    if change.what == What::Keep && before.is_none() {
        return pen.line(CYAN, &format!("keep {path}: something else is in the way"));
    }
    let after = planned.map(|file| file.content.as_str());
    pen.line(BOLD, &format!("diff --git a/{path} b/{path}"))?;
    modes(change, planned, pen)?;
    let before = match &before {
        None => "",
        Some(Some(text)) => text,
        Some(None) => return pen.line("", &format!("Binary files a/{path} and b/{path} differ")),
    };
    let old = if change.seen.is_some() {
        format!("a/{path}")
    } else {
        "/dev/null".to_owned()
    };
    let new = if after.is_some() {
        format!("b/{path}")
    } else {
        "/dev/null".to_owned()
    };
    if before.is_empty() && after.unwrap_or_default().is_empty() {
        // An empty file that comes or goes has no lines; readers of patches want its Git object named instead.
        return match (change.seen, after) {
            (None, _) => pen.line("", "index 0000000..e69de29"),
            (Some(_), None) => pen.line("", "index e69de29..0000000"),
            _ => Ok(()),
        };
    }
    let text = TextDiff::from_lines(before, after.unwrap_or_default());
    let mut unified = text.unified_diff();
    let unified = unified.header(&old, &new).to_string();
    for line in unified.split_terminator('\n') {
        let style = match line.as_bytes().first() {
            Some(b'+') if line.starts_with("+++ b/") || line == "+++ /dev/null" => BOLD,
            Some(b'-') if line.starts_with("--- a/") || line == "--- /dev/null" => BOLD,
            Some(b'+') => GREEN,
            Some(b'-') => RED,
            Some(b'@') => CYAN,
            _ => "",
        };
        pen.line(style, line)?;
    }
    Ok(())
}

fn modes(change: &Change, planned: Option<&PlannedFile>, pen: &mut Pen<'_>) -> io::Result<()> {
    let mode = |executable: bool| if executable { "100755" } else { "100644" };
    match (change.seen, planned) {
        (None, Some(file)) => pen.line("", &format!("new file mode {}", mode(file.executable))),
        (Some(seen), None) => pen.line("", &format!("deleted file mode {}", mode(seen.executable))),
        (Some(seen), Some(file)) if !disk::bit_is_right(&seen, file.executable) => {
            pen.line("", &format!("old mode {}", mode(seen.executable)))?;
            pen.line("", &format!("new mode {}", mode(file.executable)))
        }
        _ => Ok(()),
    }
}
