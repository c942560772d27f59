//! Remembers what was read: the hash of the very bytes that a result rests on.

use super::on_disk::OnDisk;
use crate::digest::Digest;
use crate::kustomize::{Files, Found};
use std::collections::BTreeMap;
use std::io::Result;
use std::sync::{Mutex, PoisonError};

/// Files on disk, with the hash of each one that was read.
pub(super) struct ReadFiles<'a> {
    disk: &'a OnDisk,
    read: Mutex<BTreeMap<String, Digest>>,
}

impl<'a> ReadFiles<'a> {
    /// Nothing is read yet.
    pub(super) fn new(disk: &'a OnDisk) -> Self {
        Self {
            disk,
            read: Mutex::default(),
        }
    }

    /// The hashes of what was read, by path.
    pub(super) fn hashes(&self) -> BTreeMap<String, Digest> {
        self.read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The hash of a file that may not have been read.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn hash(&self, path: &str) -> Result<Digest> {
        self.disk.hash(path)
    }
}

impl Files for ReadFiles<'_> {
    fn look(&self, path: &str) -> Result<Found> {
        self.disk.look(path)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>> {
        let bytes = self.disk.read(path)?;
        self.read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_owned(), Digest::of(&bytes));
        Ok(bytes)
    }
}
