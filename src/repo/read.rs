//! Reading: HEAD, branches, texts at a commit, what is not committed.

use super::Repo;
use crate::promotion::MANAGED_TRAILER;
use anyhow::{Context as _, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Where HEAD is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The branch it names; `None` when it is detached.
    pub branch: Option<String>,
    /// The commit, 40 hexadecimal digits; `None` before the first one.
    pub oid: Option<String>,
}

/// A commit, as far as messages tell about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitInfo {
    /// 40 hexadecimal digits.
    pub oid: String,
    /// First line of its message.
    pub headline: String,
    /// Whether its trailers say that platformctl made it.
    pub managed: bool,
    /// The `Promotion-Id` of its trailers.
    pub promotion_id: Option<String>,
}

impl Repo {
    /// Where HEAD is.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn head(&self) -> Result<Head> {
        let head = self
            .git
            .find_reference("HEAD")
            .context("cannot read HEAD")?;
        let branch = match head.symbolic_target() {
            Ok(Some(target)) => target.strip_prefix("refs/heads/").map(str::to_owned),
            _ => None,
        };
        let oid = match self.git.head() {
            Ok(reference) => Some(
                reference
                    .peel_to_commit()
                    .context("HEAD is no commit")?
                    .id()
                    .to_string(),
            ),
            Err(error)
                if matches!(
                    error.code(),
                    git2::ErrorCode::UnbornBranch | git2::ErrorCode::NotFound
                ) =>
            {
                None
            }
            Err(error) => return Err(error).context("cannot read HEAD"),
        };
        Ok(Head { branch, oid })
    }

    /// The commit that a local branch points to; `None` when there is no such branch.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn branch(&self, name: &str) -> Result<Option<String>> {
        match self.git.find_reference(&format!("refs/heads/{name}")) {
            Ok(reference) => Ok(Some(
                reference
                    .peel_to_commit()
                    .with_context(|| format!("the branch `{name}` is no commit"))?
                    .id()
                    .to_string(),
            )),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read the branch `{name}`")),
        }
    }

    /// Texts of files at a commit, by path; a path that is not there is left out.
    ///
    /// # Errors
    /// When the commit is not there, or a path is no text file.
    pub fn read(&self, oid: &str, paths: &[String]) -> Result<BTreeMap<String, String>> {
        let tree = self.commit_of(oid)?.tree()?;
        let mut texts = BTreeMap::new();
        for path in paths {
            let entry = match tree.get_path(Path::new(path)) {
                Ok(entry) => entry,
                Err(error) if error.code() == git2::ErrorCode::NotFound => continue,
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot read `{path}` at {oid}"));
                }
            };
            if entry.kind() != Some(git2::ObjectType::Blob)
                || entry.filemode() == i32::from(git2::FileMode::Link)
            {
                bail!("`{path}` at {oid} is no plain file");
            }
            texts.insert(path.clone(), self.blob_text(entry.id(), path)?);
        }
        Ok(texts)
    }

    pub(super) fn blob_text(&self, id: git2::Oid, path: &str) -> Result<String> {
        let blob = self
            .git
            .find_blob(id)
            .with_context(|| format!("cannot read `{path}`"))?;
        let text = std::str::from_utf8(blob.content())
            .with_context(|| format!("`{path}` is not UTF-8 text"))?;
        Ok(text.to_owned())
    }

    pub(super) fn commit_of(&self, oid: &str) -> Result<git2::Commit<'_>> {
        let id = git2::Oid::from_str(oid).with_context(|| format!("`{oid}` is no commit"))?;
        self.git
            .find_commit(id)
            .with_context(|| format!("the commit {oid} is not in this repository"))
    }

    /// Whether Git ignores a path relative to the root; what cannot be said counts as not ignored.
    pub fn ignores(&self, path: &str) -> bool {
        self.git.is_path_ignored(path).unwrap_or(false)
    }

    /// Which of these paths differ from HEAD in the work tree or the index, sorted.
    ///
    /// # Errors
    /// When the repository is bare or cannot be read.
    pub fn dirty(&self, paths: &[String]) -> Result<Vec<String>> {
        let mut options = git2::StatusOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .include_ignored(true)
            .recurse_ignored_dirs(true)
            .disable_pathspec_match(true);
        for path in paths {
            options.pathspec(path);
        }
        let wanted: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
        let statuses = self
            .git
            .statuses(Some(&mut options))
            .context("cannot compare the work tree with HEAD")?;
        let mut dirty: Vec<String> = statuses
            .iter()
            .filter(|entry| entry.status() != git2::Status::CURRENT)
            .filter_map(|entry| entry.path().ok().map(str::to_owned))
            .filter(|path| wanted.contains(path.as_str()))
            .collect();
        dirty.sort();
        Ok(dirty)
    }

    /// The commits of `tip` that `base` does not have, newest first.
    ///
    /// # Errors
    /// When a commit is not there.
    pub fn commits_since(&self, base: &str, tip: &str) -> Result<Vec<CommitInfo>> {
        let mut walk = self.git.revwalk()?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL)?;
        walk.push(self.commit_of(tip)?.id())?;
        walk.hide(self.commit_of(base)?.id())?;
        let mut commits = Vec::new();
        for id in walk {
            let commit = self.git.find_commit(id?)?;
            commits.push(info(&commit));
        }
        Ok(commits)
    }

    /// Whether a branch is checked out here or in another work tree of this repository.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn is_checked_out(&self, name: &str) -> Result<bool> {
        let wanted = format!("refs/heads/{name}");
        let at_head = |git: &git2::Repository| {
            git.find_reference("HEAD")
                .ok()
                .and_then(|head| head.symbolic_target().ok().flatten().map(str::to_owned))
                .is_some_and(|target| target == wanted)
        };
        let mut others: Vec<git2::Repository> = git2::Repository::open(self.git.commondir())
            .into_iter()
            .collect();
        for name in self.git.worktrees()?.iter() {
            // A work tree whose folder is gone is checked out nowhere.
            let Ok(Some(name)) = name else { continue };
            let tree = self
                .git
                .find_worktree(name)
                .and_then(|tree| git2::Repository::open_from_worktree(&tree));
            others.extend(tree);
        }
        Ok(at_head(&self.git) || others.iter().any(at_head))
    }
}

fn info(commit: &git2::Commit<'_>) -> CommitInfo {
    let message = String::from_utf8_lossy(commit.message_raw_bytes()).into_owned();
    let trailers: Vec<(String, String)> = git2::message_trailers_strs(&message)
        .map(|trailers| {
            trailers
                .iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect()
        })
        .unwrap_or_default();
    let value = |key: &str| {
        trailers
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.clone())
    };
    CommitInfo {
        oid: commit.id().to_string(),
        headline: message.lines().next().unwrap_or_default().to_owned(),
        managed: trailers
            .iter()
            .any(|(key, value)| format!("{key}: {value}") == MANAGED_TRAILER),
        promotion_id: value("Promotion-Id"),
    }
}
