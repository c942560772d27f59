//! One run at a time: whoever holds the [`Guard`] may write to the repository.
//!
//! In: the root. Out: a lock on `.platformctl/lock` that the operating system gives back when the process ends,
//! however it ends, and an empty `.platformctl/tmp` on the same file system as the repository.
#![expect(
    clippy::disallowed_methods,
    reason = "makes and clears the folder that `tree` works in"
)]

use super::disk::{self, Found};
use super::path::OWN_FOLDER;
use crate::diagnostic::Diagnostic;
use anyhow::{Context as _, bail};
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Where files are written before they are moved into place.
pub(super) const TEMPORARY: &str = ".platformctl/tmp";
const HELD: &str = ".platformctl/lock";
const IGNORED: &str = ".platformctl/.gitignore";

/// The right to write to a repository; given back on drop, and by the operating system when the process is killed.
#[derive(Debug)]
pub struct Guard {
    root: PathBuf,
    /// Held for its lock.
    held: File,
}

/// Another run holds the [`Guard`]: the error to look for with `anyhow::Error::downcast_ref`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("another platformctl is writing to this repository; wait until it is done, then run the command again")
    }
}

impl std::error::Error for Busy {}

impl Guard {
    /// Takes the right to write, at once or not at all, and clears what a killed run left in the folder for temporary files.
    ///
    /// # Errors
    ///
    /// [`Busy`] when another run holds it; otherwise what the file system says, with the path.
    pub fn take(root: &Path) -> anyhow::Result<Self> {
        let root = disk::real(root)?;
        if let Some(link) = own_links(&root)?.first() {
            bail!("{}", link.message);
        }
        disk::make_folder(&root, OWN_FOLDER)?;
        let held = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.join(HELD))
            .with_context(|| format!("cannot open `{HELD}`"))?;
        match held.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Busy.into()),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock `{HELD}`"));
            }
        }
        let guard = Self { root, held };
        guard.clear()?;
        Ok(guard)
    }

    /// The real path of the repository's root.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn clear(&self) -> anyhow::Result<()> {
        if disk::look(&self.root, IGNORED)? == Found::Nothing {
            fs::write(self.root.join(IGNORED), "*\n")
                .with_context(|| format!("cannot write `{IGNORED}`"))?;
        }
        disk::make_folder(&self.root, TEMPORARY)?;
        let cannot = || format!("cannot clear `{TEMPORARY}`");
        for entry in fs::read_dir(self.root.join(TEMPORARY)).with_context(cannot)? {
            let entry = entry.with_context(cannot)?;
            // Only files are ever made there; anything else is not ours to remove.
            if entry.file_type().with_context(cannot)?.is_file() {
                fs::remove_file(entry.path()).with_context(cannot)?;
            }
        }
        Ok(())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Closing the file is not enough while a child that another thread has just started still holds a copy of it.
        let _ = self.held.unlock();
    }
}

/// Symlinks at the places that a run writes to besides the plan.
pub(super) fn own_links(root: &Path) -> anyhow::Result<Vec<Diagnostic>> {
    let mut links = Vec::new();
    for path in [OWN_FOLDER, HELD, IGNORED, TEMPORARY, super::LOCK_FILE] {
        if disk::look(root, path)? == Found::Link {
            links.push(super::remarks::symlink(path));
            // What lies below a link is somewhere else.
            if path == OWN_FOLDER {
                break;
            }
        }
    }
    Ok(links)
}
