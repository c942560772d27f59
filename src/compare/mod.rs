//! What two states of a platform build to, compared object by object and field by field.
//!
//! In: the cells of two sides, each with its units and their built objects ([`deployed`] follows a cell's Argo CD
//! Applications to them). Out: a [`Difference`], in which every change says what it does to a running cluster. What is the
//! same in several cells is told once, and the most important comes first. Values of Secrets are compared and never
//! carried on.

mod deployed;
mod fields;
mod identity;
mod keys;
mod marks;
mod merge;
mod secrecy;
mod shown;

pub use deployed::{Source, Tree, Unreadable, deployed};
pub use fields::{Edit, FieldChange, Line, Path, Sign, Step};
pub use identity::ObjectId;
pub use marks::{Mark, Marked};

use crate::kustomize::Object;
use std::collections::{BTreeMap, BTreeSet};

/// A cell of one side.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Its name, such as `production/tr`.
    pub name: String,
    /// What its Argo CD deploys: the root first.
    pub units: Vec<Unit>,
    /// The units whose objects are not known.
    pub unknown: Vec<UnknownUnit>,
}

/// What one Application deploys; the root of a cell is one as well.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The names of the Applications that lead to it from the root, its own last; the root is [`ROOT`].
    pub within: Vec<String>,
    /// Whether Argo CD deletes from the cluster what leaves the repository.
    pub prunes: bool,
    /// What it builds to.
    pub objects: Vec<Object>,
}

impl Unit {
    /// Its own name.
    pub fn name(&self) -> &str {
        self.within.last().map_or(ROOT, String::as_str)
    }
}

/// The name of the unit that leads to all others of a cell.
pub const ROOT: &str = "root";

/// A unit whose objects cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownUnit {
    /// Its name.
    pub unit: String,
    /// Why its objects are not known, such as that it does not build.
    pub why: String,
    /// Whether nothing of it is known. Otherwise its objects are compared, and this is a caution.
    pub whole: bool,
}

/// What differs between two sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// How many cells were looked at, those of one side only included.
    pub looked_at: usize,
    /// The cells that are on one side only, sorted by name.
    pub cells: Vec<CellChange>,
    /// What is not the same, most important first. Of a cell on one side only: what has a mark.
    pub objects: Vec<ObjectChange>,
    /// What could not be compared, sorted.
    pub unknown: Vec<Unknown>,
}

impl Difference {
    /// Whether both sides deploy the same, as far as they could be compared.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty() && self.objects.is_empty()
    }

    /// The cells in which anything differs.
    pub fn differing_cells(&self) -> BTreeSet<&str> {
        let changed = self.objects.iter().flat_map(|change| &change.cells);
        let whole = self.cells.iter().map(|cell| &cell.name);
        changed.chain(whole).map(String::as_str).collect()
    }

    /// How many objects carry each mark, counted once per cell.
    pub fn marks(&self) -> BTreeMap<Mark, usize> {
        let mut counts = BTreeMap::new();
        for object in &self.objects {
            let marks: BTreeSet<Mark> = object.marks.iter().map(|marked| marked.mark).collect();
            for mark in marks {
                *counts.entry(mark).or_default() += object.cells.len();
            }
        }
        counts
    }

    /// How many objects were added, removed or changed, counted once per cell; whole cells are not counted.
    pub fn count(&self, what: What) -> usize {
        let whole: BTreeSet<&str> = self.cells.iter().map(|cell| cell.name.as_str()).collect();
        self.objects
            .iter()
            .filter(|object| object.what == what)
            .flat_map(|object| &object.cells)
            .filter(|cell| !whole.contains(cell.as_str()))
            .count()
    }
}

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It is no longer there.
    Removed,
    /// It is there on both sides and not the same.
    Changed,
    /// It was not there.
    Added,
}

/// A cell that is on one side only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    /// Its name.
    pub name: String,
    /// Added or removed.
    pub what: What,
    /// How many objects of each kind it has.
    pub kinds: BTreeMap<String, usize>,
}

impl CellChange {
    /// How many objects it has.
    pub fn objects(&self) -> usize {
        self.kinds.values().sum()
    }
}

/// One object that is not the same, in one or several cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChange {
    /// Which object; of one whose name ends in a hash of its content, as it is named after.
    pub id: ObjectId,
    /// The unit that deploys it; of a removed one, that did.
    pub unit: String,
    /// The unit that deployed it before, when that was another.
    pub moved_from: Option<String>,
    /// Added, removed or changed.
    pub what: What,
    /// What it does to a running cluster, most important first.
    pub marks: Vec<Marked>,
    /// Its fields that are not the same, by path; of an added object the whole of it.
    pub fields: Vec<FieldChange>,
    /// The cells in which it changes in exactly this way, sorted.
    pub cells: Vec<String>,
}

/// What could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// Which unit.
    pub unit: String,
    /// Why.
    pub why: String,
    /// On which side.
    pub side: Side,
    /// Whether nothing of it was compared; otherwise this is a caution.
    pub whole: bool,
    /// In which cells, sorted.
    pub cells: Vec<String>,
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// What was.
    Before,
    /// What is.
    After,
}

/// Compares two sides. Cells are told apart by their names; the order of the input does not matter.
pub fn compare(before: &[Cell], after: &[Cell]) -> Difference {
    merge::merge(before, after)
}

#[cfg(test)]
mod tests;
