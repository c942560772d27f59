//! The way from one tree to another, as a list of steps in an order that may be broken off after any of them. Pure.
//!
//! 1. platform.lock with the files of both trees,
//! 2. what has to go because a file becomes a folder or a folder becomes a file,
//! 3. folders, 4. new and changed files, 5. files that are no longer wanted, 6. folders that this left empty,
//! 7. platform.lock with the files of the new tree.
//!
//! Before step 1 nothing has happened. After it every file that a run may leave is known as render's own, in its old
//! and its new content, so the next render goes on from there. A file of the user's appears in no step but its creation.

use super::changes::{Change, Changes, What};
use super::disk::Seen;
use super::folders::all_folders;
use super::lock::Lock;
use super::path::ancestors;
use crate::plan::{Plan, PlannedFile};
use std::collections::BTreeSet;

/// One change on disk.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// Replace platform.lock by this text.
    Lock(String),
    MakeFolder(&'a str),
    /// Write a file; `None` where there must be no file yet.
    Write(&'a str, &'a PlannedFile, Option<Seen>),
    Remove(&'a str, Seen),
    /// Remove a folder if nothing is left in it.
    Prune(&'a str),
}

/// Steps that must all be done before the next phase begins, but may be done in any order if `parallel`.
#[derive(Debug)]
pub(super) struct Phase<'a> {
    pub(super) parallel: bool,
    pub(super) steps: Vec<Step<'a>>,
}

/// The steps that carry out changes.
pub(super) fn phases<'a>(plan: &'a Plan, changes: &'a Changes) -> Vec<Phase<'a>> {
    let written: Vec<(&Change, &PlannedFile)> = changes
        .files
        .iter()
        .filter(|change| matches!(change.what, What::Create | What::Update))
        .filter_map(|change| Some((change, plan.files.get(&change.path)?)))
        .collect();
    let (first, last) = removals(changes, &written);
    let folders = all_folders(written.iter().map(|(change, _)| change.path.as_str()));
    let (before, after) = locks(changes);
    [
        serial(before),
        serial(first),
        serial(changes.yielding.iter().map(|path| Step::Prune(path))),
        serial(folders.into_iter().map(Step::MakeFolder)),
        parallel(
            written
                .iter()
                .map(|(change, file)| Step::Write(&change.path, file, change.seen)),
        ),
        parallel(last),
        serial(emptied(plan, changes).into_iter().rev().map(Step::Prune)),
        serial(after),
    ]
    .into_iter()
    .filter(|phase| !phase.steps.is_empty())
    .collect()
}

fn serial<'a>(steps: impl IntoIterator<Item = Step<'a>>) -> Phase<'a> {
    Phase {
        parallel: false,
        steps: steps.into_iter().collect(),
    }
}

fn parallel<'a>(steps: impl IntoIterator<Item = Step<'a>>) -> Phase<'a> {
    Phase {
        parallel: true,
        ..serial(steps)
    }
}

/// The lock for the time of the change, and the lock for the time after it.
fn locks<'a>(changes: &Changes) -> (Option<Step<'a>>, Option<Step<'a>>) {
    if !changes.lock_is_stale() {
        return (None, None);
    }
    let during = changes.before.union(&changes.after);
    let write = |lock: &Lock| Step::Lock(lock.text());
    (
        (during != changes.before).then(|| write(&during)),
        (during != changes.after).then(|| write(&changes.after)),
    )
}

/// The removals that make room for something, and the others.
fn removals<'a>(
    changes: &'a Changes,
    written: &[(&Change, &PlannedFile)],
) -> (Vec<Step<'a>>, Vec<Step<'a>>) {
    let becomes_folder = all_folders(written.iter().map(|(change, _)| change.path.as_str()));
    let becomes_file: BTreeSet<&str> = changes.yielding.iter().map(String::as_str).collect();
    let makes_room = |path: &str| {
        becomes_folder.contains(path) || ancestors(path).any(|above| becomes_file.contains(above))
    };
    let mut first = Vec::new();
    let mut last = Vec::new();
    for change in &changes.files {
        if let (What::Remove, Some(seen)) = (change.what, change.seen) {
            let side = if makes_room(&change.path) {
                &mut first
            } else {
                &mut last
            };
            side.push(Step::Remove(&change.path, seen));
        }
    }
    (first, last)
}

/// Folders that may have become empty: above what was removed, and not needed by the plan. Sorted.
fn emptied<'a>(plan: &Plan, changes: &'a Changes) -> BTreeSet<&'a str> {
    let removed = changes.files.iter().filter(|c| c.what == What::Remove);
    let removed = removed.map(|change| change.path.as_str());
    let gone = changes.gone.iter().map(String::as_str);
    let needed = all_folders(plan.files.keys().map(String::as_str));
    all_folders(removed.chain(gone))
        .into_iter()
        .filter(|folder| !needed.contains(folder) && !plan.files.contains_key(*folder))
        .collect()
}
