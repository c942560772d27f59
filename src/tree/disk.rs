//! The few things that are done to single files: look, read, put in place, remove. Never through a symlink.
//!
//! Writing is a new file in `.platformctl/tmp` and a rename, so that a file has its old content or its new one and
//! nothing between, whenever the process is killed. There is no `fsync`, which would cost more than all the rest: after
//! a power cut files may be older, empty or torn. platform.lock knows them by both of their contents or as empty, and
//! platform.toml can make them again; a lock that is torn itself comes back from Git, and what equals the plan is
//! adopted. The user's files are not written at all, so they have nothing to lose.
#![expect(
    clippy::disallowed_methods,
    reason = "this module is how `tree` touches files"
)]

use crate::digest::{Digest, Running};
use anyhow::{Context as _, bail};
use std::cell::RefCell;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::time::SystemTime;

/// Files above this size are hashed in pieces; no rendered file comes near it.
const WHOLE: u64 = 16 << 20;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Folder,
    Link,
    File(Seen),
    /// A pipe, a socket or a device.
    Special,
}

/// How a file looked when it was compared: if it looks otherwise when it is to be replaced, somebody has changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub(super) size: u64,
    pub(super) executable: bool,
    modified: Option<SystemTime>,
}

/// Looks at a path without following a symlink.
pub(super) fn look(root: &Path, path: &str) -> anyhow::Result<Found> {
    match fs::symlink_metadata(root.join(path)) {
        Ok(metadata) => Ok(kind(&metadata)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Found::Nothing)
        }
        Err(error) => Err(error).with_context(|| format!("cannot look at `{path}`")),
    }
}

fn kind(metadata: &Metadata) -> Found {
    let kind = metadata.file_type();
    if kind.is_symlink() {
        Found::Link
    } else if kind.is_dir() {
        Found::Folder
    } else if kind.is_file() {
        Found::File(Seen {
            size: metadata.len(),
            executable: is_executable(metadata),
            modified: metadata.modified().ok(),
        })
    } else {
        Found::Special
    }
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

/// Whether the executable bit of a file on disk is as planned; always so where files have none.
pub(super) fn bit_is_right(seen: &Seen, executable: bool) -> bool {
    !cfg!(unix) || seen.executable == executable
}

/// What a file's bytes are, next to what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Same,
    Other(Digest),
}

/// Reads a file once: the bytes are compared, and hashed only when they differ.
pub(super) fn compare(
    root: &Path,
    path: &str,
    seen: &Seen,
    planned: &[u8],
) -> anyhow::Result<Content> {
    content(&root.join(path), seen, planned).with_context(|| format!("cannot read `{path}`"))
}

/// The digest of a file.
pub(super) fn digest(root: &Path, path: &str) -> anyhow::Result<Digest> {
    stream(&root.join(path)).with_context(|| format!("cannot read `{path}`"))
}

fn content(file: &Path, seen: &Seen, planned: &[u8]) -> std::io::Result<Content> {
    thread_local! {
        static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    let length = planned.len();
    if seen.size != length as u64 || seen.size > WHOLE {
        return stream(file).map(|digest| {
            if seen.size == length as u64 && digest == Digest::of(planned) {
                Content::Same
            } else {
                Content::Other(digest)
            }
        });
    }
    BUFFER.with_borrow_mut(|buffer| {
        // One byte more than expected, so that one read tells the end of the file too.
        buffer.resize(length + 1, 0);
        let mut opened = File::open(file)?;
        let mut read = 0;
        while read <= length {
            match opened.read(&mut buffer[read..]) {
                Ok(0) => break,
                Ok(count) => read += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if read == length {
                break;
            }
        }
        if read > length {
            return stream(file).map(Content::Other);
        }
        Ok(if &buffer[..read] == planned {
            Content::Same
        } else {
            Content::Other(Digest::of(&buffer[..read]))
        })
    })
}

fn stream(file: &Path) -> std::io::Result<Digest> {
    let mut opened = File::open(file)?;
    let mut running = Running::default();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match opened.read(&mut buffer) {
            Ok(0) => return Ok(running.finish()),
            Ok(count) => running.update(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The text of a file, for showing; `None` when it is not text, not a file, or too large to be read by a person.
pub(super) fn text(root: &Path, path: &str) -> Option<String> {
    match look(root, path).ok()? {
        Found::File(seen) if seen.size <= WHOLE / 16 => fs::read_to_string(root.join(path)).ok(),
        _ => None,
    }
}

/// The text of a small file of platformctl's own; `None` when there is none. Bytes that are no text stay visible.
pub(super) fn own_text(root: &Path, path: &str) -> anyhow::Result<Option<String>> {
    match fs::read(root.join(path)) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read `{path}`")),
    }
}

/// What must be at a path for a write to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// Nothing, as far as can be seen.
    Nothing,
    /// Nothing, for certain: the file is the user's as soon as it exists.
    NothingEver,
    /// The file that was compared.
    File(Seen),
    /// Whatever there is.
    Anything,
}

/// A new content on its way to a path.
pub(super) struct Write<'a> {
    pub(super) path: &'a str,
    pub(super) content: &'a [u8],
    pub(super) executable: bool,
    pub(super) expected: Expected,
}

/// Writes a file under a temporary name and moves it into place.
pub(super) fn put(root: &Path, temporary: &str, write: &Write<'_>) -> anyhow::Result<()> {
    let temporary = root.join(temporary);
    let done = fill(&temporary, write)
        .with_context(|| format!("cannot write `{}`", write.path))
        .and_then(|()| place(root, &temporary, write));
    if done.is_err() {
        // What cannot be removed now is removed when the next run starts.
        let _ = fs::remove_file(&temporary);
    }
    done
}

/// Writes a file under a temporary name.
pub(super) fn fill(temporary: &Path, write: &Write<'_>) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    set_mode(&mut options, write.executable);
    let mut file = options.open(temporary)?;
    file.write_all(write.content)
}

#[cfg(unix)]
fn set_mode(options: &mut OpenOptions, executable: bool) {
    use std::os::unix::fs::OpenOptionsExt as _;
    // The user's umask takes away what it takes away everywhere.
    options.mode(if executable { 0o777 } else { 0o666 });
}

#[cfg(not(unix))]
fn set_mode(_: &mut OpenOptions, _: bool) {}

/// Moves a temporary file into place, if what is there is as expected.
pub(super) fn place(root: &Path, temporary: &Path, write: &Write<'_>) -> anyhow::Result<()> {
    expect(root, write.path, write.expected)?;
    let target = root.join(write.path);
    let cannot = || format!("cannot write `{}`", write.path);
    if write.expected == Expected::NothingEver {
        match rename_to_nothing(temporary, &target) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(changed(write.path));
            }
            // A file system that cannot do this: the look above has to do.
            Err(_) => {}
        }
    }
    fs::rename(temporary, &target).with_context(cannot)
}

/// Renames a file, and fails where a rename would replace something.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn rename_to_nothing(from: &Path, to: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn rename_to_nothing(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::hard_link(from, to)?;
    fs::remove_file(from)
}

/// Removes a file, if it is still the one that was compared.
pub(super) fn remove(root: &Path, path: &str, seen: Seen) -> anyhow::Result<()> {
    expect(root, path, Expected::File(seen))?;
    fs::remove_file(root.join(path)).with_context(|| format!("cannot remove `{path}`"))
}

fn expect(root: &Path, path: &str, expected: Expected) -> anyhow::Result<()> {
    let right = match (expected, look(root, path)?) {
        (_, Found::Link) => bail!("`{path}` is a symlink: nothing is written through one"),
        (Expected::Anything, Found::Nothing | Found::File(_)) => true,
        (Expected::Nothing | Expected::NothingEver, found) => found == Found::Nothing,
        (Expected::File(seen), found) => found == Found::File(seen),
        (Expected::Anything, _) => false,
    };
    if right { Ok(()) } else { Err(changed(path)) }
}

fn changed(path: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "`{path}` was changed by somebody else meanwhile and is left as it is; run the command again"
    )
}

/// Makes one folder, if it is not there.
pub(super) fn make_folder(root: &Path, path: &str) -> anyhow::Result<()> {
    match look(root, path)? {
        Found::Folder => Ok(()),
        Found::Nothing => match fs::create_dir(root.join(path)) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                Err(error).with_context(|| format!("cannot make the folder `{path}`"))
            }
            _ => Ok(()),
        },
        Found::Link => bail!("`{path}` is a symlink: nothing is written through one"),
        Found::File(_) | Found::Special => bail!("`{path}` is in the way: it is not a folder"),
    }
}

/// Removes a folder if it is there and empty.
pub(super) fn remove_if_empty(root: &Path, path: &str) -> anyhow::Result<()> {
    match fs::remove_dir(root.join(path)) {
        Err(error)
            if !matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory
            ) =>
        {
            Err(error).with_context(|| format!("cannot remove the empty folder `{path}`"))
        }
        _ => Ok(()),
    }
}

/// The real path of the root: the one symlink that is followed is the folder that the user named.
pub(super) fn real(root: &Path) -> anyhow::Result<std::path::PathBuf> {
    root.canonicalize()
        .with_context(|| format!("cannot open the folder `{}`", root.display()))
}
