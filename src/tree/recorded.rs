//! What the last render recorded, for those who only want to know.

use super::disk::{self, Found};
use super::{LOCK_FILE, Lock};
use crate::diagnostic::Diagnostic;
use std::path::Path;

/// The lock of a repository; `None` when there is none, or its damage as diagnostics with the text they point into.
///
/// # Errors
/// When it is there and cannot be read.
pub fn recorded(root: &Path) -> anyhow::Result<Result<Option<Lock>, (Vec<Diagnostic>, String)>> {
    let text = match disk::look(root, LOCK_FILE)? {
        Found::File(_) => disk::own_text(root, LOCK_FILE)?.unwrap_or_default(),
        Found::Nothing | Found::Folder | Found::Link | Found::Special => return Ok(Ok(None)),
    };
    Ok(match Lock::parse(&text) {
        Ok(lock) => Ok(Some(lock)),
        Err(damage) => Err((damage, text)),
    })
}
