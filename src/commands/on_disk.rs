//! The files of a folder on disk, as builds read them.
#![expect(clippy::disallowed_methods, reason = "this is how builds read files")]

use crate::digest::{Digest, Running};
use crate::kustomize::{Files, Found};
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Read as _, Result};
use std::path::{Path, PathBuf};

/// The files below a folder; symlinks are followed as long as they stay below it.
pub struct OnDisk {
    root: PathBuf,
}

impl OnDisk {
    /// The files below this folder.
    ///
    /// # Errors
    /// When it is not there.
    pub fn new(root: &Path) -> Result<Self> {
        Ok(Self {
            root: std::fs::canonicalize(root)?,
        })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path of a folder relative to the root, with forward slashes; `None` when it is not below the root.
    ///
    /// # Errors
    /// When it is not there.
    pub fn folder(&self, path: &Path) -> Result<Option<String>> {
        let real = std::fs::canonicalize(path)?;
        if !real.is_dir() {
            return Err(Error::new(ErrorKind::NotADirectory, "this is no folder"));
        }
        Ok(self.relative(&real))
    }

    /// The sizes of all regular files, by path with forward slashes, without those below `.git` and without `ignored` paths.
    /// Symlinks are not followed: what they lead to is listed where it is.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn sizes(&self, ignored: impl Fn(&str) -> bool) -> Result<BTreeMap<String, u64>> {
        let mut sizes = BTreeMap::new();
        let walk = walkdir::WalkDir::new(&self.root)
            .into_iter()
            .filter_entry(|entry| {
                let path = self.relative(entry.path()).unwrap_or_default();
                entry.file_name() != ".git" && (path.is_empty() || !ignored(&path))
            });
        for entry in walk {
            let entry = entry.map_err(Error::from)?;
            if let Some(path) = self
                .relative(entry.path())
                .filter(|_| entry.file_type().is_file())
            {
                sizes.insert(path, entry.metadata().map_err(Error::from)?.len());
            }
        }
        Ok(sizes)
    }

    /// The hash of a file, however large it is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn hash(&self, path: &str) -> Result<Digest> {
        let mut file = std::fs::File::open(self.root.join(path))?;
        let mut running = Running::default();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(running.finish()),
                count => running.update(&buffer[..count]),
            }
        }
    }

    fn relative(&self, real: &Path) -> Option<String> {
        let inside = real.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
        Some(parts?.join("/"))
    }
}

impl Files for OnDisk {
    fn look(&self, path: &str) -> Result<Found> {
        let real = match std::fs::canonicalize(self.root.join(path)) {
            Ok(real) => real,
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename
                ) =>
            {
                return Ok(Found::Nothing);
            }
            // A name that no file can have, such as a text written inline.
            Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        let Some(relative) = self.relative(&real) else {
            return Ok(Found::Outside);
        };
        let metadata = std::fs::metadata(&real)?;
        Ok(if metadata.is_dir() {
            Found::Folder(relative)
        } else if metadata.is_file() {
            Found::File(relative)
        } else {
            Found::Nothing
        })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>> {
        std::fs::read(self.root.join(path))
    }
}
