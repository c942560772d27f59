//! What is at each path that matters: one look, at most one read, no judgement.

use super::disk::{self, Content, Found, Seen};
use super::folders::{Survey, Way, clearable};
use super::lock::Lock;
use crate::digest::Digest;
use crate::plan::{FileKind, Plan, PlannedFile};
use std::collections::BTreeSet;
use std::path::Path;

/// What was found at a planned path.
pub(super) enum Finding<'a> {
    Absent,
    /// Nothing but folders that are about to be empty, the deepest first, which give way.
    Yielding(Vec<String>),
    /// As planned; or a file of the user's, of which only the presence counts.
    Right,
    /// As planned, or as an earlier render wrote it.
    Ours(Seen),
    /// As a person left it.
    Edited(Seen),
    /// Something that render does not know is at this path, which is the planned one or one above it.
    Foreign(&'a str),
    Link,
}

/// What became of a recorded file that is planned no more.
pub(super) enum Leftover {
    Gone,
    Ours(Seen),
    Edited(Seen),
    Link,
}

/// Everything that a look needs.
pub(super) struct Inspection<'a> {
    root: &'a Path,
    lock: &'a Lock,
    survey: Survey<'a>,
}

impl<'a> Inspection<'a> {
    /// Looks at the folders above all files first.
    pub(super) fn new(root: &'a Path, plan: &'a Plan, lock: &'a Lock) -> anyhow::Result<Self> {
        let planned = plan.files.keys().map(String::as_str);
        Ok(Self {
            root,
            lock,
            survey: Survey::of(root, planned.chain(lock.paths()))?,
        })
    }

    /// The symlinks among the folders.
    pub(super) fn links(&self) -> BTreeSet<&'a str> {
        self.survey.links()
    }

    /// Looks at a recorded file that is planned no more.
    pub(super) fn leftover(&self, path: &str) -> anyhow::Result<Leftover> {
        if self.survey.way(path) != Way::Open {
            return Ok(Leftover::Gone);
        }
        Ok(match disk::look(self.root, path)? {
            Found::Nothing | Found::Folder | Found::Special => Leftover::Gone,
            Found::Link => Leftover::Link,
            Found::File(seen) if self.is_ours(path, &seen, disk::digest(self.root, path)?) => {
                Leftover::Ours(seen)
            }
            Found::File(seen) => Leftover::Edited(seen),
        })
    }

    /// Looks at a planned file, given the files that are about to be removed.
    pub(super) fn planned(
        &self,
        path: &'a str,
        file: &PlannedFile,
        removed: &BTreeSet<&str>,
    ) -> anyhow::Result<Finding<'a>> {
        match self.survey.way(path) {
            Way::Open => {}
            Way::Blocked(obstacle) if !removed.contains(obstacle) => {
                return Ok(Finding::Foreign(obstacle));
            }
            // A link is reported as such, once for all that lies behind it.
            Way::Missing | Way::Blocked(_) | Way::Link(_) => return Ok(Finding::Absent),
        }
        Ok(match disk::look(self.root, path)? {
            Found::Nothing => Finding::Absent,
            Found::Link => Finding::Link,
            Found::Special => Finding::Foreign(path),
            Found::Folder => match clearable(self.root, path, |below| removed.contains(below))? {
                Some(folders) => Finding::Yielding(folders),
                None => Finding::Foreign(path),
            },
            Found::File(_) if file.kind != FileKind::Generated => Finding::Right,
            Found::File(seen) => self.generated(path, file, seen)?,
        })
    }

    fn generated(
        &self,
        path: &'a str,
        file: &PlannedFile,
        seen: Seen,
    ) -> anyhow::Result<Finding<'a>> {
        let content = disk::compare(self.root, path, &seen, file.content.as_bytes())?;
        Ok(match content {
            Content::Same if disk::bit_is_right(&seen, file.executable) => Finding::Right,
            Content::Same => Finding::Ours(seen),
            Content::Other(digest) if self.is_ours(path, &seen, digest) => Finding::Ours(seen),
            Content::Other(_) if self.lock.digests(path).is_empty() => Finding::Foreign(path),
            Content::Other(_) => Finding::Edited(seen),
        })
    }

    /// An empty file has nothing of anybody's in it: a power cut leaves such, and render may fill it again.
    fn is_ours(&self, path: &str, seen: &Seen, digest: Digest) -> bool {
        let recorded = self.lock.digests(path);
        recorded.contains(&digest) || (seen.size == 0 && !recorded.is_empty())
    }
}
