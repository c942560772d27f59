//! The difference at a terminal.

use super::{
    Comparison, cell_line, draw, mark_counts, some_cells, summary, title, unit, unknown_line,
};
use crate::compare::{Difference, ObjectChange, What};
use crate::report::text::visible;
use std::io::{self, Write};

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const RESET: &str = "\u{1b}[0m";

/// Writes every object that differs with its fields, the most important first, and a summary as the last lines.
///
/// # Errors
/// What the writer says.
pub fn human(comparison: &Comparison<'_>, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut pen = Pen { out, colour };
    let difference = comparison.difference;
    for cell in &difference.cells {
        pen.line(BOLD, &cell_line(cell))?;
    }
    for change in &difference.objects {
        object(change, difference, &mut pen)?;
    }
    if !difference.is_empty() {
        pen.line("", "")?;
    }
    for unknown in &difference.unknown {
        pen.line(YELLOW, &unknown_line(unknown, comparison))?;
    }
    let (before, after) = (comparison.before.name, comparison.after.name);
    let between = visible(&format!("from {before} to {after}"));
    pen.line(BOLD, &format!("{between}: {}", summary(difference)))?;
    let marks = mark_counts(difference);
    if !marks.is_empty() {
        pen.line("", &format!("marks: {marks}"))?;
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

fn object(change: &ObjectChange, difference: &Difference, pen: &mut Pen<'_>) -> io::Result<()> {
    let sign = match change.what {
        What::Added => '+',
        What::Removed => '-',
        What::Changed => '~',
    };
    pen.line("", "")?;
    pen.line(BOLD, &format!("{sign} {}", title(change)))?;
    let cells = if change.cells.len() == difference.looked_at {
        some_cells(&change.cells, difference)
    } else {
        change.cells.join(", ")
    };
    let cells = visible(&cells);
    pen.line("", &format!("  {}, in {cells}", unit(change)))?;
    for marked in &change.marks {
        let detail = visible(&marked.detail);
        pen.line(YELLOW, &format!("  ! {}: {detail}", marked.mark.words()))?;
    }
    for line in change.fields.iter().flat_map(draw) {
        let style = match line.sign {
            '+' => GREEN,
            '-' => RED,
            '!' => YELLOW,
            _ => "",
        };
        pen.line(style, format!("    {} {}", line.sign, line.text).trim_end())?;
    }
    Ok(())
}
