//! What would change on disk: the value between comparing and applying. Pure.

use super::disk::Seen;
use super::lock::Lock;
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;

/// What happens to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It is not there, and is written.
    Create,
    /// It is render's own and out of date, and is written.
    Update,
    /// It is render's own and no longer belongs to the repository.
    Remove,
    /// It is not as planned, but a person's; it stays as it is, and a diagnostic says so.
    Keep,
}

/// One file that is not as planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Path relative to the root, with forward slashes.
    pub path: String,
    /// What happens to it.
    pub what: What,
    /// How it looked when it was compared; `None` when it was not there or not a file.
    pub(super) seen: Option<Seen>,
}

/// How a tree on disk differs from a plan, and what is to be done about it.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The files that are not as planned, sorted by path.
    pub files: Vec<Change>,
    /// How many planned files are as they should be.
    pub unchanged: usize,
    /// What a person should know: hand edits, files in the way, a damaged lock.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of platform.lock, when a diagnostic points into it.
    pub sources: SourceMap,
    /// Whether a diagnostic forbids to write anything at all.
    pub refused: bool,
    /// Whether there is a lock at all.
    pub(super) lock_is_there: bool,
    /// The lock as it is.
    pub(super) before: Lock,
    /// The lock as it will be.
    pub(super) after: Lock,
    /// Recorded files that are neither planned nor on disk any more, maybe in folders that a killed run left empty.
    pub(super) gone: Vec<String>,
    /// Folders that give way to files, the deepest first.
    pub(super) yielding: Vec<String>,
}

impl Changes {
    /// How many files have this happen to them.
    pub fn count(&self, what: What) -> usize {
        self.files.iter().filter(|c| c.what == what).count()
    }

    /// Whether platform.lock is missing or does not say what it should.
    pub fn lock_is_stale(&self) -> bool {
        !self.lock_is_there || !self.before.says_the_same(&self.after)
    }

    /// Whether the repository differs from what render would make of it.
    pub fn drift(&self) -> bool {
        self.refused || !self.files.is_empty() || self.lock_is_stale()
    }

    /// The lock as it was found.
    pub fn lock(&self) -> &Lock {
        &self.before
    }
}
