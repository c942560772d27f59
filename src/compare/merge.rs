//! Cells side by side, and what is the same in several of them told once.

use super::identity::{Pair, pairs};
use super::marks::{self, Surroundings};
use super::{Cell, CellChange, Difference, Mark, ObjectChange, Side, Unit, Unknown, What, fields};
use std::collections::{BTreeMap, BTreeSet};

/// Compares two sides.
pub(super) fn merge(before: &[Cell], after: &[Cell]) -> Difference {
    let by_name = |cells: &[Cell]| -> BTreeMap<String, Cell> {
        cells.iter().map(|c| (c.name.clone(), c.clone())).collect()
    };
    let (mut before, mut after) = (by_name(before), by_name(after));
    let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    let mut difference = Difference {
        looked_at: names.len(),
        ..Difference::default()
    };
    for name in &names {
        let (mut one, mut other) = (before.remove(name), after.remove(name));
        forget_unknown(name, one.as_mut(), other.as_mut(), &mut difference.unknown);
        cell(name, one.as_ref(), other.as_ref(), &mut difference);
    }
    difference.objects = once(difference.objects);
    difference.unknown = unknown_once(difference.unknown);
    difference
}

/// What is not known on one side is not compared on either: otherwise it would look added or removed.
fn forget_unknown(
    name: &str,
    before: Option<&mut Cell>,
    after: Option<&mut Cell>,
    found: &mut Vec<Unknown>,
) {
    let mut whole: BTreeSet<String> = BTreeSet::new();
    let mut sides: Vec<(Side, &mut Cell)> = Vec::new();
    sides.extend(before.map(|cell| (Side::Before, cell)));
    sides.extend(after.map(|cell| (Side::After, cell)));
    for (side, cell) in &sides {
        for unknown in &cell.unknown {
            if unknown.whole {
                whole.insert(unknown.unit.clone());
            }
            found.push(Unknown {
                unit: unknown.unit.clone(),
                why: unknown.why.clone(),
                side: *side,
                whole: unknown.whole,
                cells: vec![name.to_owned()],
            });
        }
    }
    let is_known = |unit: &Unit| !unit.within.iter().any(|name| whole.contains(name));
    for (_, cell) in sides {
        cell.units.retain(is_known);
    }
}

fn cell(name: &str, before: Option<&Cell>, after: Option<&Cell>, difference: &mut Difference) {
    let only = match (before, after) {
        (None, Some(cell)) => Some((What::Added, cell)),
        (Some(cell), None) => Some((What::Removed, cell)),
        _ => None,
    };
    if let Some((what, cell)) = only {
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for object in cell.units.iter().flat_map(|unit| &unit.objects) {
            *kinds.entry(object.kind().to_owned()).or_default() += 1;
        }
        let name = name.to_owned();
        difference.cells.push(CellChange { name, what, kinds });
    }
    let pairs = pairs(before, after);
    let surroundings = Surroundings::of(&pairs);
    let changes = pairs
        .iter()
        .filter_map(|pair| change(name, pair, &surroundings))
        .map(|mut change| {
            // Nothing runs any more that could reach anything.
            if only.is_some_and(|(what, _)| what == What::Removed) {
                change.marks.retain(|marked| marked.mark == Mark::Deletion);
            }
            change
        })
        // A cell on one side only is one line; what a person should look at in it is told.
        .filter(|change| only.is_none() || !change.marks.is_empty());
    difference.objects.extend(changes);
}

fn change(cell: &str, pair: &Pair<'_>, surroundings: &Surroundings<'_>) -> Option<ObjectChange> {
    let unit =
        |found: Option<super::identity::Found<'_>>| found.map(|found| found.unit.name().to_owned());
    let (what, fields) = match (pair.before, pair.after) {
        (Some(before), Some(after)) => {
            let fields = fields::changed(before.object, after.object);
            (What::Changed, fields)
        }
        (None, Some(after)) => (What::Added, fields::whole(after.object)),
        _ => (What::Removed, Vec::new()),
    };
    let was = unit(pair.before);
    let is = unit(pair.after);
    let moved_from = was
        .clone()
        .filter(|was| is.as_ref().is_some_and(|is| is != was));
    if what == What::Changed && fields.is_empty() && moved_from.is_none() {
        return None;
    }
    Some(ObjectChange {
        id: pair.id.clone(),
        unit: is.or(was).unwrap_or_default(),
        moved_from,
        what,
        marks: marks::of(pair, &fields, surroundings),
        fields,
        cells: vec![cell.to_owned()],
    })
}

/// Changes that are the same in several cells become one; the most important ones come first.
fn once(changes: Vec<ObjectChange>) -> Vec<ObjectChange> {
    let mut merged: Vec<ObjectChange> = Vec::new();
    let mut known: BTreeMap<(super::ObjectId, What), Vec<usize>> = BTreeMap::new();
    for change in changes {
        let candidates = known.entry((change.id.clone(), change.what)).or_default();
        let same = candidates.iter().copied().find(|at| {
            let other = &merged[*at];
            other.unit == change.unit
                && other.moved_from == change.moved_from
                && other.marks == change.marks
                && other.fields == change.fields
        });
        match same {
            Some(at) => merged[at].cells.extend(change.cells),
            None => {
                candidates.push(merged.len());
                merged.push(change);
            }
        }
    }
    merged.sort_by(|a, b| (weight(a), &a.id, &a.cells).cmp(&(weight(b), &b.id, &b.cells)));
    merged
}

/// By the most important mark, then by what became of the object.
fn weight(change: &ObjectChange) -> (bool, Option<Mark>, What) {
    let first = change.marks.first().map(|marked| marked.mark);
    (first.is_none(), first, change.what)
}

fn unknown_once(found: Vec<Unknown>) -> Vec<Unknown> {
    let mut merged: BTreeMap<Unknown, Vec<String>> = BTreeMap::new();
    for mut unknown in found {
        let cells = std::mem::take(&mut unknown.cells);
        merged.entry(unknown).or_default().extend(cells);
    }
    let with_cells = |(unknown, cells)| Unknown { cells, ..unknown };
    merged.into_iter().map(with_cells).collect()
}
