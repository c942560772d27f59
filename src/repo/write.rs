//! Writing: commits in memory, and branches moved by compare-and-swap.

use super::{Identity, Repo};
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;
use std::path::Path;

/// Whether a branch could be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It points to the new commit.
    Yes,
    /// It was somewhere else than expected and stays there.
    Elsewhere,
}

impl Repo {
    /// Makes a commit on top of another one, in the object store only. Modes of files that exist are kept.
    ///
    /// # Errors
    /// When the parent is not there, or a path is no plain file.
    pub fn commit(
        &self,
        parent: &str,
        files: &BTreeMap<String, String>,
        message: &str,
        by: &Identity,
    ) -> Result<String> {
        let parent = self.commit_of(parent)?;
        let tree = parent.tree()?;
        let mut update = git2::build::TreeUpdateBuilder::new();
        for (path, text) in files {
            let mode = match tree.get_path(Path::new(path)) {
                Ok(entry) if entry.filemode() == i32::from(git2::FileMode::BlobExecutable) => {
                    git2::FileMode::BlobExecutable
                }
                Ok(entry)
                    if entry.kind() != Some(git2::ObjectType::Blob)
                        || entry.filemode() == i32::from(git2::FileMode::Link) =>
                {
                    bail!("`{path}` is no plain file in {}", parent.id())
                }
                _ => git2::FileMode::Blob,
            };
            let blob = self
                .git
                .blob(text.as_bytes())
                .context("cannot write to the git object store")?;
            update.upsert(path.as_str(), blob, mode);
        }
        let tree = update
            .create_updated(&self.git, &tree)
            .context("cannot write to the git object store")?;
        let tree = self.git.find_tree(tree)?;
        let id = self
            .git
            .commit(
                None,
                &by.signature,
                &by.signature,
                message,
                &tree,
                &[&parent],
            )
            .context("cannot write the commit")?;
        Ok(id.to_string())
    }

    /// Moves a local branch to a commit if it is still where it is expected: `None` means that it must not exist.
    ///
    /// # Errors
    /// When the reference cannot be written.
    pub fn move_branch(
        &self,
        name: &str,
        to: &str,
        expected: Option<&str>,
        why: &str,
    ) -> Result<Moved> {
        let reference = format!("refs/heads/{name}");
        if !git2::Reference::is_valid_name(&reference) {
            bail!("`{name}` cannot be the name of a branch");
        }
        let to = self.commit_of(to)?.id();
        let expected = match expected {
            Some(oid) => git2::Oid::from_str(oid)?,
            None => git2::Oid::ZERO_SHA1,
        };
        match self
            .git
            .reference_matching(&reference, to, true, expected, why)
        {
            Ok(_) => Ok(Moved::Yes),
            Err(error)
                if matches!(
                    error.code(),
                    git2::ErrorCode::Modified | git2::ErrorCode::NotFound | git2::ErrorCode::Locked
                ) =>
            {
                Ok(Moved::Elsewhere)
            }
            Err(error) => Err(error).with_context(|| format!("cannot move the branch `{name}`")),
        }
    }

    /// The first commit of a new repository: these files of the work tree, on the branch that HEAD names.
    ///
    /// # Errors
    /// When there is a commit already, or a file cannot be read.
    pub fn first_commit(&self, paths: &[String], message: &str, by: &Identity) -> Result<String> {
        if self.head()?.oid.is_some() {
            bail!("the repository has commits already");
        }
        let mut index = self.git.index()?;
        for path in paths {
            index
                .add_path(Path::new(path))
                .with_context(|| format!("cannot add `{path}` to git"))?;
        }
        index.write().context("cannot write git's index")?;
        let tree = self.git.find_tree(index.write_tree()?)?;
        let id = self
            .git
            .commit(
                Some("HEAD"),
                &by.signature,
                &by.signature,
                message,
                &tree,
                &[],
            )
            .context("cannot write the first commit")?;
        Ok(id.to_string())
    }
}
