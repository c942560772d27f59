//! Edge: where the platform repository is, the text of its platform.toml, and the directory of a new one.
#![expect(
    clippy::disallowed_methods,
    reason = "this edge finds, reads and starts the declaration"
)]

use crate::spec;
use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};

/// A declaration larger than this is a mistake: 300 services in 40 cells need some 200 kB.
const LARGEST: u64 = 8 * 1024 * 1024;

/// The nearest directory, from `start` upwards, that has a platform.toml.
///
/// # Errors
/// When `start` does not exist or cannot be looked into.
pub fn find(start: &Path) -> anyhow::Result<Option<PathBuf>> {
    let start = std::fs::canonicalize(start)
        .with_context(|| format!("looking into {}", start.display()))?;
    Ok(start
        .ancestors()
        .find(|dir| dir.join(spec::FILE).is_file())
        .map(Path::to_path_buf))
}

/// The text of the repository's platform.toml.
///
/// # Errors
/// When it cannot be read, is far too large, or is not UTF-8.
pub fn read_declaration(root: &Path) -> anyhow::Result<String> {
    let path = root.join(spec::FILE);
    let size = std::fs::metadata(&path)
        .with_context(|| format!("reading {}", path.display()))?
        .len();
    if size > LARGEST {
        bail!(
            "{} has {size} bytes, more than the {LARGEST} that a declaration may have",
            path.display()
        );
    }
    let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))
}

/// The names in a directory, sorted; none when it is not there.
///
/// # Errors
/// When it is not a directory or cannot be read.
pub fn entries(dir: &Path) -> anyhow::Result<Vec<String>> {
    let listing = match std::fs::read_dir(dir) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("looking into {}", dir.display())),
    };
    let mut names = Vec::new();
    for entry in listing {
        let entry = entry.with_context(|| format!("looking into {}", dir.display()))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Whether both are the same directory on disk.
pub fn is_same(one: Option<&Path>, other: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    one.and_then(real)
        .is_some_and(|one| Some(one) == real(other))
}

/// Writes the declaration of a new repository.
///
/// # Errors
/// When it cannot be written or is there already.
pub fn write_declaration(root: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let path = root.join(spec::FILE);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .with_context(|| format!("writing {}", path.display()))?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("writing {}", path.display()))
}

/// A directory that becomes the wanted one at the end, or vanishes: a new repository is there whole or not at all.
pub struct Staging {
    target: PathBuf,
    work: PathBuf,
    done: bool,
}

impl Staging {
    /// Prepares the making of `target`. A directory that is there already is worked in directly: somebody may be in it.
    ///
    /// # Errors
    /// When nothing can be made beside `target`.
    pub fn new(target: &Path) -> anyhow::Result<Self> {
        let in_place = target.is_dir();
        let work = if in_place {
            target.to_path_buf()
        } else {
            beside(target)?
        };
        Ok(Self {
            target: target.to_path_buf(),
            done: in_place,
            work,
        })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.work
    }

    /// Puts the directory into its place.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub fn commit(mut self) -> anyhow::Result<()> {
        if !self.done {
            std::fs::rename(&self.work, &self.target)
                .with_context(|| format!("making {}", self.target.display()))?;
            self.done = true;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.done {
            // Best effort on the way out of an error that is reported already.
            let _ = std::fs::remove_dir_all(&self.work);
        }
    }
}

/// A new directory next to `target`, on the same file system.
fn beside(target: &Path) -> anyhow::Result<PathBuf> {
    let parent = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    let name = target
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    for _ in 0..16 {
        let work = parent.join(format!(".{name}.init-{:08x}", fastrand::u32(..)));
        match std::fs::create_dir(&work) {
            Ok(()) => return Ok(work),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("making {}", work.display())),
        }
    }
    bail!("no free name beside {}", target.display())
}
