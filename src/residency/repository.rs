//! What rules are told about the files of the repository. Edges fill this in; rules only read it.

use crate::source::Location;
use crate::spec::names::{CellName, Name};
use std::collections::{BTreeMap, BTreeSet};

/// The state of the repository as far as rules ask for it.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Files that are not as `render` would have them; those that are, are left out, and so are pins files.
    pub files: Vec<FileFact>,
    /// How many generated files were compared with what `render` would write.
    pub compared: usize,
    /// The pins files that are there.
    pub pins: Vec<PinFact>,
    /// Every digest that a pins file ever had on the branch that Argo CD follows, by path. `None` when the history is
    /// not there to be read, as outside of Git; then nothing is concluded from it.
    pub history: Option<BTreeMap<String, BTreeSet<String>>>,
}

/// A file that is not as `render` would have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFact {
    /// Path relative to the repository, with forward slashes.
    pub path: String,
    /// What is the matter with it.
    pub state: FileState,
}

/// What can be the matter with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileState {
    /// `render` would create it.
    Missing,
    /// `render` would rewrite it: the declaration or the program changed since.
    Outdated,
    /// `render` would remove it.
    Stale,
    /// A generated file that somebody changed by hand.
    Edited,
    /// A file of somebody else where a generated one belongs.
    Foreign,
}

/// What one service runs in one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinFact {
    /// The cell.
    pub cell: CellName,
    /// The service.
    pub service: Name,
    /// The pins file, relative to the repository.
    pub path: String,
    /// The tag, for people.
    pub tag: Option<String>,
    /// The digest, which decides.
    pub digest: Option<String>,
    /// Whether anything was ever released into this cell; a service that never was runs nothing and breaks no rule.
    pub released: bool,
    /// Where the pin stands.
    pub location: Location,
    /// Why the file cannot be read as pins; the other fields say nothing then.
    pub problem: Option<String>,
}
