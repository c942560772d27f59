//! The difference as one JSON document, with types of its own.

use super::{Comparison, Side};
use crate::compare::{CellChange, Edit, FieldChange, ObjectChange, Sign, Unknown, What};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Version of this format; it grows when a key changes its meaning or goes away.
const VERSION: u32 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    version: u32,
    before: Revision<'a>,
    after: Revision<'a>,
    summary: Summary,
    cells: Vec<Cell<'a>>,
    objects: Vec<Object<'a>>,
    not_compared: Vec<NotCompared<'a>>,
}

#[derive(Serialize)]
struct Revision<'a> {
    name: &'a str,
    commit: Option<&'a str>,
}

/// Objects are counted once per cell.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    cells: usize,
    differing_cells: usize,
    changed: usize,
    added: usize,
    removed: usize,
    marks: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Cell<'a> {
    cell: &'a str,
    change: &'static str,
    objects: usize,
    kinds: &'a BTreeMap<String, usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    change: &'static str,
    group: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    unit: &'a str,
    moved_from: Option<&'a str>,
    cells: &'a [String],
    marks: Vec<Mark<'a>>,
    fields: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Mark<'a> {
    mark: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct Field<'a> {
    path: String,
    change: &'static str,
    before: Option<&'a str>,
    after: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<Line<'a>>>,
}

/// `sign` is `+`, `-`, a space for a line that stays, or `…` with how many lines are left out in `text`.
#[derive(Serialize)]
struct Line<'a> {
    sign: &'static str,
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
struct NotCompared<'a> {
    unit: &'a str,
    side: &'static str,
    /// Whether nothing of the unit was compared.
    whole: bool,
    why: &'a str,
    cells: &'a [String],
}

/// Writes the difference as `{"version":1,"before":{…},"after":{…},"summary":{…},"cells":[…],"objects":[…],…}`.
///
/// # Errors
/// What the writer says.
pub fn json(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    let difference = comparison.difference;
    let marks = difference.marks().into_iter();
    let document = Document {
        version: VERSION,
        before: revision(comparison.before),
        after: revision(comparison.after),
        summary: Summary {
            cells: difference.looked_at,
            differing_cells: difference.differing_cells().len(),
            changed: difference.count(What::Changed),
            added: difference.count(What::Added),
            removed: difference.count(What::Removed),
            marks: marks.map(|(mark, count)| (mark.id(), count)).collect(),
        },
        cells: difference.cells.iter().map(cell).collect(),
        objects: difference.objects.iter().map(object).collect(),
        not_compared: difference.unknown.iter().map(not_compared).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn revision(side: Side<'_>) -> Revision<'_> {
    let Side { name, commit } = side;
    Revision { name, commit }
}

fn what(what: What) -> &'static str {
    match what {
        What::Added => "added",
        What::Removed => "removed",
        What::Changed => "changed",
    }
}

fn cell(cell: &CellChange) -> Cell<'_> {
    Cell {
        cell: &cell.name,
        change: what(cell.what),
        objects: cell.objects(),
        kinds: &cell.kinds,
    }
}

fn object(change: &ObjectChange) -> Object<'_> {
    let marks = change.marks.iter().map(|marked| Mark {
        mark: marked.mark.id(),
        detail: &marked.detail,
    });
    Object {
        change: what(change.what),
        group: &change.id.group,
        kind: &change.id.kind,
        namespace: &change.id.namespace,
        name: &change.id.name,
        unit: &change.unit,
        moved_from: change.moved_from.as_deref(),
        cells: &change.cells,
        marks: marks.collect(),
        fields: change.fields.iter().map(field).collect(),
    }
}

fn field(field: &FieldChange) -> Field<'_> {
    let (change, before, after, lines) = match &field.edit {
        Edit::Added(value) => ("added", None, Some(value.as_str()), None),
        Edit::Removed(value) => ("removed", Some(value.as_str()), None, None),
        Edit::Replaced { before, after } => (
            "replaced",
            Some(before.as_str()),
            Some(after.as_str()),
            None,
        ),
        Edit::Lines(lines) => ("lines", None, None, Some(lines.iter().map(line).collect())),
        Edit::Reordered => ("reordered", None, None, None),
        Edit::Hidden => ("hidden", None, None, None),
    };
    Field {
        path: field.path.to_string(),
        change,
        before,
        after,
        lines,
    }
}

fn line(line: &crate::compare::Line) -> Line<'_> {
    let text = line.text.as_str();
    let (sign, text) = match line.sign {
        Sign::Same => (" ", text.into()),
        Sign::Removed => ("-", text.into()),
        Sign::Added => ("+", text.into()),
        Sign::Gap(count) => ("…", count.to_string().into()),
    };
    Line { sign, text }
}

fn not_compared(unknown: &Unknown) -> NotCompared<'_> {
    NotCompared {
        unit: &unknown.unit,
        side: match unknown.side {
            crate::compare::Side::Before => "before",
            crate::compare::Side::After => "after",
        },
        whole: unknown.whole,
        why: &unknown.why,
        cells: &unknown.cells,
    }
}
