//! The files of a commit, read from the object store, and which commit a person means.

use super::Repo;
use anyhow::{Context as _, Result};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What stands at a path of a commit, symlinks resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Nothing, or another repository.
    Nothing,
    /// A folder, at this path; empty for the root.
    Folder(String),
    /// A file, at this path.
    File(String),
    /// Something that a symlink leads to outside of the root.
    Outside,
}

/// Reads blobs for all snapshots of a repository; each is read once.
pub struct Blobs {
    git: Mutex<git2::Repository>,
    read: Mutex<HashMap<git2::Oid, Arc<[u8]>>>,
}

/// The files of a commit below one folder.
pub struct Snapshot {
    blobs: Arc<Blobs>,
    /// Every file and symlink by its path.
    files: BTreeMap<String, Blob>,
}

#[derive(Debug, Clone, Copy)]
struct Blob {
    id: git2::Oid,
    is_link: bool,
}

/// More symlinks than these behind one another are a circle.
const DEEPEST: usize = 40;

impl Repo {
    /// What reads the blobs of this repository for any number of threads.
    ///
    /// # Errors
    /// When the repository cannot be opened a second time.
    pub fn blobs(&self) -> Result<Arc<Blobs>> {
        let git =
            git2::Repository::open(self.git.path()).context("cannot open the git repository")?;
        Ok(Arc::new(Blobs {
            git: Mutex::new(git),
            read: Mutex::default(),
        }))
    }

    /// The commit that a person names as git allows it: a branch, a tag, a part of a hash, `HEAD~2`. `None` when it names
    /// none.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn find_commit(&self, name: &str) -> Result<Option<String>> {
        let missing = |code| {
            matches!(
                code,
                git2::ErrorCode::NotFound
                    | git2::ErrorCode::Ambiguous
                    | git2::ErrorCode::InvalidSpec
                    | git2::ErrorCode::Peel
                    | git2::ErrorCode::UnbornBranch
            )
        };
        let found = self.git.revparse_single(name);
        match found.and_then(|object| object.peel_to_commit()) {
            Ok(commit) => Ok(Some(commit.id().to_string())),
            Err(error) if missing(error.code()) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot look for `{name}`")),
        }
    }

    /// The commit in which the histories of two commits part; `None` when they have none in common, or when a shallow
    /// clone does not have it.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>> {
        let (one, other) = (self.commit_of(one)?.id(), self.commit_of(other)?.id());
        match self.git.merge_base(one, other) {
            Ok(base) => Ok(Some(base.to_string())),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            // The parent of a shallow clone's last commit is not here.
            Err(_) if self.git.is_shallow() => Ok(None),
            Err(error) => Err(error).context("cannot find where two commits part"),
        }
    }

    /// Whether a remote of this name is configured.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    pub fn has_remote(&self, name: &str) -> Result<bool> {
        match self.git.find_remote(name) {
            Ok(_) => Ok(true),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(false),
            Err(error) => {
                Err(error).with_context(|| format!("cannot look for the remote `{name}`"))
            }
        }
    }

    /// Whether commits are missing here.
    pub fn is_shallow(&self) -> bool {
        self.git.is_shallow()
    }

    /// The files of a commit below a folder, given relative to the top of the repository with forward slashes; empty
    /// for all. A folder that is not there has no files.
    ///
    /// # Errors
    /// When the commit is not there or one of its trees cannot be read.
    pub fn snapshot(&self, oid: &str, folder: &str, blobs: &Arc<Blobs>) -> Result<Snapshot> {
        let mut tree = self.commit_of(oid)?.tree()?;
        let mut files = BTreeMap::new();
        if !folder.is_empty() {
            let entry = match tree.get_path(Path::new(folder)) {
                Ok(entry) => entry,
                Err(error) if error.code() == git2::ErrorCode::NotFound => {
                    let blobs = Arc::clone(blobs);
                    return Ok(Snapshot { blobs, files });
                }
                Err(error) => return Err(error).context("cannot read a tree"),
            };
            tree = self
                .git
                .find_tree(entry.id())
                .context("cannot read a tree")?;
        }
        tree.walk(git2::TreeWalkMode::PreOrder, |below, entry| {
            if entry.kind() == Some(git2::ObjectType::Blob)
                && let Ok(name) = entry.name()
            {
                let is_link = entry.filemode() == i32::from(git2::FileMode::Link);
                let id = entry.id();
                files.insert(format!("{below}{name}"), Blob { id, is_link });
            }
            git2::TreeWalkResult::Ok
        })
        .with_context(|| format!("cannot read the files of {oid}"))?;
        let blobs = Arc::clone(blobs);
        Ok(Snapshot { blobs, files })
    }
}

impl Blobs {
    fn get(&self, id: git2::Oid) -> Result<Arc<[u8]>> {
        if let Some(known) = lock(&self.read).get(&id) {
            return Ok(Arc::clone(known));
        }
        let bytes: Arc<[u8]> = lock(&self.git).find_blob(id)?.content().into();
        lock(&self.read).insert(id, Arc::clone(&bytes));
        Ok(bytes)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Snapshot {
    /// What stands at a path.
    ///
    /// # Errors
    /// When a symlink on the way cannot be read.
    pub fn look(&self, path: &str) -> Result<Entry> {
        let mut left: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut here: Vec<String> = Vec::new();
        let mut links = 0;
        while let Some(part) = left.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    if here.pop().is_none() {
                        return Ok(Entry::Outside);
                    }
                    continue;
                }
                _ => here.push(part),
            }
            let joined = here.join("/");
            match self.files.get(&joined) {
                Some(blob) if blob.is_link => {
                    links += 1;
                    let target = self.blobs.get(blob.id)?;
                    let target = String::from_utf8_lossy(&target).into_owned();
                    if target.starts_with('/') {
                        return Ok(Entry::Outside);
                    }
                    if links > DEEPEST {
                        return Ok(Entry::Nothing);
                    }
                    here.pop();
                    left.extend(target.split('/').rev().map(str::to_owned));
                }
                Some(_) if left.iter().any(|part| !part.is_empty()) => return Ok(Entry::Nothing),
                Some(_) => return Ok(Entry::File(joined)),
                None if self.is_folder(&joined) => {}
                None => return Ok(Entry::Nothing),
            }
        }
        Ok(Entry::Folder(here.join("/")))
    }

    fn is_folder(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let mut first = self.files.range(below.clone()..);
        first
            .next()
            .is_some_and(|(path, _)| path.starts_with(&below))
    }

    /// The bytes of a file, at the path that [`Self::look`] gave.
    ///
    /// # Errors
    /// When there is no such file or it cannot be read.
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        let blob = self
            .files
            .get(path)
            .with_context(|| format!("there is no `{path}`"))?;
        let bytes = self.blobs.get(blob.id);
        Ok(bytes
            .with_context(|| format!("cannot read `{path}`"))?
            .to_vec())
    }

    /// The names of what is in a folder, sorted, at the path that [`Self::look`] gave.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let below = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let mut names: Vec<String> = Vec::new();
        for (path, _) in self.files.range(below.clone()..) {
            let Some(rest) = path.strip_prefix(&below) else {
                break;
            };
            let name = rest.split('/').next().unwrap_or(rest);
            if names.last().is_none_or(|last| last != name) {
                names.push(name.to_owned());
            }
        }
        names
    }
}
