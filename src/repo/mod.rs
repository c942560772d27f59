//! The git repository, as an edge on libgit2: what a commit holds, what a branch carries, and commits made in memory.
//!
//! In: a directory. Out: texts and whole trees at a commit, histories of files, and branches moved by compare-and-swap.
//! Work tree, index and HEAD are left alone by everything but [`Repo::first_commit`]. Variables such as `GIT_DIR` and
//! `GIT_WORK_TREE` are not looked at: the directory decides, so that a hook or an outer tool cannot redirect a promotion.

mod history;
mod local;
mod read;
mod snapshot;
mod write;

use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

pub use history::History;
pub use local::{Published, check_clean, publish};
pub use read::{CommitInfo, Head};
pub use snapshot::{Blobs, Entry, Snapshot};
pub use write::Moved;

/// Who commits are by when git knows no name. The domain is reserved and belongs to nobody (RFC 2606).
const FALLBACK: (&str, &str) = ("platformctl", "noreply@platformctl.invalid");

/// A git repository.
pub struct Repo {
    git: git2::Repository,
}

/// Who a commit is by.
pub struct Identity {
    pub(crate) signature: git2::Signature<'static>,
    /// Whether git knows a `user.name` and `user.email`; otherwise the commit is by platformctl.
    pub known: bool,
}

impl Repo {
    /// The repository that a directory is in; `None` when it is in none.
    ///
    /// # Errors
    /// When there is one that cannot be opened, such as one that belongs to another user.
    pub fn discover(directory: &Path) -> Result<Option<Self>> {
        match git2::Repository::discover(directory) {
            Ok(git) => Ok(Some(Self { git })),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| {
                format!("cannot open the git repository of {}", directory.display())
            }),
        }
    }

    /// Makes a repository in a directory that is none yet; its first branch is `branch`.
    ///
    /// # Errors
    /// When the directory is a repository already or cannot be written.
    pub fn init(directory: &Path, branch: &str) -> Result<Self> {
        let mut options = git2::RepositoryInitOptions::new();
        // Templates of this machine may bring hooks; a new platform has none.
        options
            .no_reinit(true)
            .external_template(false)
            .initial_head(branch);
        let git = git2::Repository::init_opts(directory, &options)
            .with_context(|| format!("cannot make a git repository in {}", directory.display()))?;
        Ok(Self { git })
    }

    /// The directory of the work tree; `None` for a bare repository.
    pub fn root(&self) -> Option<PathBuf> {
        self.git.workdir().map(Path::to_path_buf)
    }

    /// Who commits are by: `user.name` and `user.email` of git's configuration, else platformctl itself. A machine
    /// without a name, such as a CI runner, can so promote and release; the trailers say what made the commit.
    ///
    /// # Errors
    /// When the configured name or address cannot stand in a commit.
    pub fn identity(&self) -> Result<Identity> {
        match self.git.signature() {
            Ok(signature) => Ok(Identity { signature, known: true }),
            Err(error) if error.code() == git2::ErrorCode::NotFound => {
                let signature = git2::Signature::now(FALLBACK.0, FALLBACK.1)?;
                Ok(Identity { signature, known: false })
            }
            Err(error) => Err(error).context("git's `user.name` or `user.email` cannot stand in a commit; set them with `git config`"),
        }
    }
}
