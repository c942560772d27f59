//! What differs between two revisions, for people, for a comment on a pull request, and for programs.
//!
//! In: a [`Difference`] and what its two sides are called. Out: bytes on a writer. Texts come from files that anybody may
//! have written, so every format makes them harmless in its own way.

mod human;
mod json;
mod markdown;

pub use human::human;
pub use json::json;
pub use markdown::{DEFAULT_LIMIT, SMALLEST_LIMIT, markdown};

use super::text;
use crate::compare::{Difference, Edit, FieldChange, ObjectChange, Sign, Unknown, What};

/// A difference, and between what.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// What differs.
    pub difference: &'a Difference,
    /// What is compared with.
    pub before: Side<'a>,
    /// What is compared.
    pub after: Side<'a>,
}

/// One of the two sides.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its commit; `None` for the work tree.
    pub commit: Option<&'a str>,
}

/// `3 changed, 1 added`.
fn counts(difference: &Difference) -> String {
    let parts: Vec<String> = [
        (What::Changed, "changed"),
        (What::Added, "added"),
        (What::Removed, "removed"),
    ]
    .into_iter()
    .map(|(what, word)| (difference.count(what), word))
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    parts.join(", ")
}

/// One line on everything: `5 objects: 3 changed, 2 added; 1 cell added; in 2 of 4 cells`.
fn summary(difference: &Difference) -> String {
    let looked_at = cells(difference.looked_at);
    if difference.is_empty() {
        return if difference.unknown.iter().any(|unknown| unknown.whole) {
            format!("no difference in what could be compared of {looked_at}")
        } else {
            format!("no difference in {looked_at}")
        };
    }
    let mut parts = Vec::new();
    let counted = counts(difference);
    if !counted.is_empty() {
        parts.push(format!("objects: {counted}"));
    }
    for (what, word) in [(What::Added, "added"), (What::Removed, "removed")] {
        let count = difference
            .cells
            .iter()
            .filter(|cell| cell.what == what)
            .count();
        if count > 0 {
            parts.push(format!("{} {word}", cells(count)));
        }
    }
    let differing = difference.differing_cells().len();
    format!("{}; in {differing} of {looked_at}", parts.join("; "))
}

fn cells(count: usize) -> String {
    match count {
        1 => "1 cell".to_owned(),
        count => format!("{count} cells"),
    }
}

/// `deletion 1, restart 4`: how many objects carry each mark.
fn mark_counts(difference: &Difference) -> String {
    let counts = difference.marks();
    let parts: Vec<String> = counts
        .iter()
        .map(|(mark, count)| format!("{} {count}", mark.words()))
        .collect();
    parts.join(", ")
}

/// `cell production/fr is added: 12 objects (3 Deployment, …)`.
fn cell_line(cell: &crate::compare::CellChange) -> String {
    let word = if cell.what == What::Added {
        "added"
    } else {
        "removed"
    };
    let kinds: Vec<String> = cell
        .kinds
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    let (name, count) = (&cell.name, cell.objects());
    text::visible(&format!(
        "cell {name} is {word}: {count} objects ({})",
        kinds.join(", ")
    ))
}

/// `not compared: unit x of production/tr: why`.
fn unknown_line(unknown: &Unknown, comparison: &Comparison<'_>) -> String {
    let side = match unknown.side {
        crate::compare::Side::Before => comparison.before.name,
        crate::compare::Side::After => comparison.after.name,
    };
    let word = if unknown.whole {
        "not compared"
    } else {
        "compared in part"
    };
    let Unknown {
        unit, why, cells, ..
    } = unknown;
    text::visible(&format!(
        "{word}: unit {unit} of {} in {side}: {why}",
        some_cells(cells, comparison.difference)
    ))
}

/// The names of the cells of a change: all of them by one word, of many the first ones.
fn some_cells(cells: &[String], difference: &Difference) -> String {
    const SHOWN: usize = 8;
    if cells.len() > SHOWN && cells.len() == difference.looked_at {
        return format!("all {} cells", cells.len());
    }
    if cells.len() <= SHOWN {
        return cells.join(", ");
    }
    let shown = cells.get(..SHOWN).unwrap_or(cells).join(", ");
    format!("{shown} and {} more", cells.len() - SHOWN)
}

/// The object's name on one line.
fn title(change: &ObjectChange) -> String {
    text::visible(&change.id.to_string())
}

/// The unit, and where the object was before.
fn unit(change: &ObjectChange) -> String {
    text::visible(&match &change.moved_from {
        Some(from) => format!("unit {}, before in {from}", change.unit),
        None => format!("unit {}", change.unit),
    })
}

/// A line in the manner of a diff: what became of it, and the text.
struct Drawn {
    sign: char,
    text: String,
}

/// A field as lines of a diff.
fn draw(field: &FieldChange) -> Vec<Drawn> {
    let mut drawn = Vec::new();
    let path = field.path.to_string();
    let mut line = |sign: char, text: String| {
        let text = cut(&text::visible(&text));
        drawn.push(Drawn { sign, text });
    };
    match &field.edit {
        Edit::Added(value) => value_lines('+', &path, value, &mut line),
        Edit::Removed(value) => value_lines('-', &path, value, &mut line),
        Edit::Replaced { before, after } => {
            let (before, after) = narrowed(before, after);
            value_lines('-', &path, &before, &mut line);
            value_lines('+', &path, &after, &mut line);
        }
        Edit::Lines(lines) => {
            line(' ', format!("{path}:"));
            for one in lines {
                match one.sign {
                    Sign::Same => line(' ', format!("  {}", one.text)),
                    Sign::Removed => line('-', format!("  {}", one.text)),
                    Sign::Added => line('+', format!("  {}", one.text)),
                    Sign::Gap(1) => line(' ', "  … 1 line".to_owned()),
                    Sign::Gap(count) => line(' ', format!("  … {count} lines")),
                }
            }
        }
        Edit::Reordered => line('!', format!("{path}: the same items in another order")),
        Edit::Hidden => line('!', format!("{path}: changed (not shown)")),
    }
    drawn
}

fn value_lines(sign: char, path: &str, value: &str, line: &mut dyn FnMut(char, String)) {
    match (path, value.contains('\n')) {
        ("", _) => value.lines().for_each(|text| line(sign, text.to_owned())),
        (path, false) => line(sign, format!("{path}: {value}")),
        (path, true) => {
            line(sign, format!("{path}:"));
            value
                .lines()
                .for_each(|text| line(sign, format!("  {text}")));
        }
    }
}

/// Longest line that is shown whole, in characters.
const WIDEST: usize = 300;

fn cut(text: &str) -> String {
    let length = text.chars().count();
    if length <= WIDEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(WIDEST).collect();
    format!("{start}… ({} more characters)", length - WIDEST)
}

/// Two long texts around the place where they part, so that the difference is not what is cut off.
fn narrowed(before: &str, after: &str) -> (String, String) {
    const AROUND: usize = 40;
    let shared = before
        .chars()
        .zip(after.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let longest = before.chars().count().max(after.chars().count());
    if longest <= WIDEST - 2 * AROUND || shared <= AROUND {
        return (before.to_owned(), after.to_owned());
    }
    let from = |text: &str| {
        let rest: String = text.chars().skip(shared - AROUND).collect();
        format!("…{rest}")
    };
    (from(before), from(after))
}
