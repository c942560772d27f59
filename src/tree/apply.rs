//! Carrying changes out: the steps of [`super::steps`], done to the disk.

use super::LOCK_FILE;
use super::changes::{Changes, What};
use super::disk::{self, Expected, Write};
use super::guard::{Guard, TEMPORARY};
use super::steps::{Phase, Step, phases};
use crate::plan::{FileKind, Plan};
use anyhow::bail;
use rayon::prelude::*;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Told how many files are done, of how many; called from several threads.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Makes the tree on disk what the plan says, but for the files that are kept.
///
/// The changes must come from [`compare`](super::compare) with the same plan, made while holding the guard.
///
/// # Errors
///
/// What the file system says (full, read-only), with the path; or that a file was changed since it was compared.
/// What has been done by then stays, and the next run goes on from there.
pub fn apply(
    guard: &Guard,
    plan: &Plan,
    changes: &Changes,
    progress: Progress<'_>,
) -> anyhow::Result<()> {
    if changes.refused {
        bail!("nothing may be written before the errors are resolved");
    }
    let total = changes.files.len() - changes.count(What::Keep);
    let done = AtomicUsize::new(0);
    let count = |step: &Step<'_>| {
        if matches!(step, Step::Write(..) | Step::Remove(..)) {
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
        }
    };
    for phase in phases(plan, changes) {
        perform_phase(guard.root(), &phase, &count)?;
    }
    Ok(())
}

/// Does only the first steps, as a run does that is killed after them; says how many steps there are in all.
///
/// For tests of what an interrupted run leaves behind.
///
/// # Errors
///
/// As [`apply`].
#[doc(hidden)]
pub fn apply_first(
    guard: &Guard,
    plan: &Plan,
    changes: &Changes,
    steps: usize,
) -> anyhow::Result<usize> {
    let phases = phases(plan, changes);
    let all = || phases.iter().flat_map(|phase| &phase.steps).enumerate();
    for (number, step) in all().take(steps) {
        perform(guard.root(), number, step)?;
    }
    Ok(all().count())
}

fn perform_phase(
    root: &Path,
    phase: &Phase<'_>,
    count: &(dyn Fn(&Step<'_>) + Sync),
) -> anyhow::Result<()> {
    if !phase.parallel {
        for step in &phase.steps {
            perform(root, 0, step)?;
            count(step);
        }
        return Ok(());
    }
    // After a failure (a full disk fails for every file) nothing more is begun.
    let failed = AtomicBool::new(false);
    let errors: Vec<anyhow::Error> = phase
        .steps
        .par_iter()
        .enumerate()
        .filter_map(|(number, step)| {
            if failed.load(Ordering::Relaxed) {
                return None;
            }
            let error = perform(root, number, step).err();
            if error.is_some() {
                failed.store(true, Ordering::Relaxed);
            } else {
                count(step);
            }
            error
        })
        .collect();
    errors.into_iter().next().map_or(Ok(()), Err)
}

/// Does one step; the number makes the temporary name, and is its own among the steps at work.
fn perform(root: &Path, number: usize, step: &Step<'_>) -> anyhow::Result<()> {
    match step {
        Step::MakeFolder(path) => disk::make_folder(root, path),
        Step::Prune(path) => disk::remove_if_empty(root, path),
        Step::Remove(path, seen) => disk::remove(root, path, *seen),
        Step::Write(path, file, seen) => disk::put(
            root,
            &format!("{TEMPORARY}/{number}"),
            &Write {
                path,
                content: file.content.as_bytes(),
                executable: file.executable,
                expected: match (seen, file.kind) {
                    (Some(seen), _) => Expected::File(*seen),
                    (None, FileKind::Generated) => Expected::Nothing,
                    (None, FileKind::Pins | FileKind::Sealed | FileKind::Custom) => {
                        Expected::NothingEver
                    }
                },
            },
        ),
        Step::Lock(text) => disk::put(
            root,
            &format!("{TEMPORARY}/{LOCK_FILE}"),
            &Write {
                path: LOCK_FILE,
                content: text.as_bytes(),
                executable: false,
                expected: Expected::Anything,
            },
        ),
    }
}
