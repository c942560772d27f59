//! The files of the repository, read when somebody asks.

use crate::kustomize::Files;
use std::collections::BTreeMap;

/// A file larger than this is not looked into: no manifest, script or Terraform file is.
const LARGEST: u64 = 4 << 20;

/// The files of a repository: all that Git has or would have, without those it ignores.
pub struct Repository<'a> {
    /// Their sizes in bytes, by path relative to the root, with forward slashes.
    pub sizes: BTreeMap<String, u64>,
    files: &'a dyn Files,
}

impl std::fmt::Debug for Repository<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository")
            .field("files", &self.sizes.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Repository<'a> {
    /// The files with these paths and sizes.
    pub fn new(sizes: BTreeMap<String, u64>, files: &'a dyn Files) -> Self {
        Self { sizes, files }
    }

    /// The paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.sizes.keys().map(String::as_str)
    }

    /// The paths in a folder and below it, sorted.
    pub fn below<'s>(&'s self, folder: &str) -> impl Iterator<Item = &'s str> + 's {
        let start = format!("{folder}/");
        self.sizes
            .range(start.clone()..)
            .map(|(path, _)| path.as_str())
            .take_while(move |path| path.starts_with(&start))
    }

    /// The bytes of a file; none when it is too large or cannot be read.
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let size = self.sizes.get(path)?;
        if *size > LARGEST {
            return None;
        }
        self.files.read(path).ok()
    }

    /// The text of a file; none when it is too large, cannot be read or is no UTF-8.
    pub fn text(&self, path: &str) -> Option<String> {
        String::from_utf8(self.bytes(path)?).ok()
    }
}
