//! What the last render recorded, for those who only want to know.

use super::disk::{self, Found};
use super::{LOCK_FILE, Lock};
use crate::diagnostic::Diagnostic;
use std::path::Path;

/// A lock that cannot be read: its problems, and the text that they point into.
#[derive(Debug)]
pub struct Damage {
    /// The problems.
    pub diagnostics: Vec<Diagnostic>,
    /// The text of the lock.
    pub text: String,
}

/// The lock of a repository; `None` when there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub fn recorded(root: &Path) -> anyhow::Result<Result<Option<Lock>, Damage>> {
    let text = match disk::look(root, LOCK_FILE)? {
        Found::File(_) => disk::own_text(root, LOCK_FILE)?.unwrap_or_default(),
        Found::Nothing | Found::Folder | Found::Link | Found::Special => return Ok(Ok(None)),
    };
    Ok(match Lock::parse(&text) {
        Ok(lock) => Ok(Some(lock)),
        Err(diagnostics) => Err(Damage { diagnostics, text }),
    })
}
