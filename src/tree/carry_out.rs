//! `render` behind its plan: compare, then show or write, and say what came of it.

use super::apply::{Progress, apply};
use super::changes::{Changes, What};
use super::compare::{Options, compare};
use super::disk;
use super::guard::{Guard, own_links};
use super::show::{Show, show};
use crate::diagnostic::Diagnostic;
use crate::plan::Plan;
use std::io::Write;
use std::path::Path;

/// What is to come of the differences between disk and plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Show them as diffs; they are a failure.
    Check,
    /// Show them as diffs.
    Diff,
    /// Name what would be done.
    DryRun,
    /// Make the disk what the plan says.
    Apply {
        /// Give up edits that were made by hand to generated files.
        force: bool,
    },
}

/// What came of a render.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The differences that were found; applied, if the mode says so and nothing forbade it.
    pub changes: Changes,
    /// What a person should know; [`Changes::sources`] has the text that they point into.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the repository was not what render makes of it.
    pub drift: bool,
}

impl Outcome {
    /// Whether a file was kept because a person edited it or put it there: exit code 4.
    pub fn kept(&self) -> bool {
        self.changes.count(What::Keep) > 0
    }

    /// Whether nothing may be written before a person has resolved an error.
    pub fn refused(&self) -> bool {
        self.changes.refused
    }
}

/// Compares the tree with the plan and does what the mode says. Only [`Mode::Apply`] writes anything at all.
///
/// `policy` is the hash of the residency policy, recorded in platform.lock; `None` keeps what is recorded. What is shown goes
/// to `out`, in colour if asked for.
///
/// # Errors
///
/// [`Busy`](super::Busy) when another run is writing; otherwise what the file system says, with the path.
pub fn carry_out(
    root: &Path,
    plan: &Plan,
    policy: Option<&str>,
    mode: Mode,
    colour: bool,
    out: &mut dyn Write,
    progress: Progress<'_>,
) -> anyhow::Result<Outcome> {
    let root = disk::real(root)?;
    let force = mode == Mode::Apply { force: true };
    let options = Options { force, policy };
    // A symlink where the guard would be is a matter for a person, not a failure of the machine.
    let guard = match mode {
        Mode::Apply { .. } if own_links(&root)?.is_empty() => Some(Guard::take(&root)?),
        _ => None,
    };
    let changes = compare(&root, plan, options)?;
    if !changes.refused {
        match (mode, &guard) {
            (Mode::Check | Mode::Diff, _) => show(&changes, plan, &root, Show::Diff, colour, out)?,
            (Mode::DryRun, _) => {
                show(&changes, plan, &root, Show::Names, colour, out)?;
                show(&changes, plan, &root, Show::Summary, colour, out)?;
            }
            (Mode::Apply { .. }, Some(guard)) => {
                apply(guard, plan, &changes, progress)?;
                show(&changes, plan, &root, Show::Summary, colour, out)?;
            }
            (Mode::Apply { .. }, None) => {}
        }
    }
    Ok(Outcome {
        diagnostics: changes.diagnostics.clone(),
        drift: changes.drift(),
        changes,
    })
}
