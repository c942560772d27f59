//! Replacing a few files at once that are no part of a plan: those that `secrets` owns.
//!
//! In: the [`Guard`], and the new contents. Every file is complete or not there, as everywhere in `tree`; and nothing is
//! moved into place before all of it is written, so that a full disk leaves everything as it was.

use super::disk::{self, Expected, Found, Write};
use super::folders::all_folders;
use super::guard::{Guard, TEMPORARY};
use anyhow::{Context as _, bail};
use std::collections::BTreeMap;
use std::path::Path;

/// The text of a file; `None` where there is none.
///
/// # Errors
/// When it cannot be read, is a symlink, or is no text.
pub fn read(root: &Path, path: &str) -> anyhow::Result<Option<String>> {
    match disk::look(root, path)? {
        Found::Nothing => Ok(None),
        Found::File(_) => match disk::text(root, path) {
            Some(text) => Ok(Some(text)),
            None => bail!("`{path}` is not a text that can be read"),
        },
        Found::Link => bail!("`{path}` is a symlink: nothing is read or written through one"),
        Found::Folder | Found::Special => bail!("`{path}` is in the way: it is not a file"),
    }
}

/// Writes files, in their order, and then removes those without content.
///
/// # Errors
/// What the file system says, with the path. Before the first file is in place nothing has happened.
pub fn replace(guard: &Guard, files: &BTreeMap<String, Option<String>>) -> anyhow::Result<()> {
    let root = guard.root();
    let contents = || {
        files
            .iter()
            .filter_map(|(path, text)| Some((path, text.as_ref()?)))
    };
    for folder in all_folders(contents().map(|(path, _)| path.as_str())) {
        disk::make_folder(root, folder)?;
    }
    let writes: Vec<(std::path::PathBuf, Write<'_>)> = contents()
        .enumerate()
        .map(|(number, (path, text))| {
            let write = Write {
                path,
                content: text.as_bytes(),
                executable: false,
                expected: Expected::Anything,
            };
            (root.join(format!("{TEMPORARY}/{number}")), write)
        })
        .collect();
    // What a failure leaves in the folder for temporary files is cleared by whoever takes the guard next.
    for (temporary, write) in &writes {
        disk::fill(temporary, write).with_context(|| format!("cannot write `{}`", write.path))?;
    }
    for (temporary, write) in &writes {
        disk::place(root, temporary, write)?;
    }
    for path in files
        .iter()
        .filter(|(_, text)| text.is_none())
        .map(|(path, _)| path)
    {
        if let Found::File(seen) = disk::look(root, path)? {
            disk::remove(root, path, seen)?;
        }
    }
    Ok(())
}
