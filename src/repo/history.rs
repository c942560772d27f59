//! Every text that files ever had, in one walk over the commits.

use super::Repo;
use anyhow::{Context as _, Result};
use std::collections::{BTreeMap, BTreeSet};

/// What files were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// Every distinct text by path, newest first. Versions that are not UTF-8 are left out.
    pub texts: BTreeMap<String, Vec<String>>,
    /// Whether all commits are here; a shallow clone knows only the latest ones.
    pub complete: bool,
}

impl Repo {
    /// Every text that these files had in any commit reachable from a commit, side branches included.
    ///
    /// Each commit is compared with its first parent; a version that no such comparison shows was in none of them.
    ///
    /// # Errors
    /// When a commit or tree cannot be read.
    pub fn history(&self, from: &str, paths: &[String]) -> Result<History> {
        let mut history = History {
            texts: BTreeMap::new(),
            complete: !self.git.is_shallow(),
        };
        if paths.is_empty() {
            return Ok(history);
        }
        let wanted: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
        let mut options = git2::DiffOptions::new();
        options.disable_pathspec_match(true).skip_binary_check(true);
        for path in paths {
            options.pathspec(path);
        }
        let mut seen: BTreeSet<(String, git2::Oid)> = BTreeSet::new();
        let mut walk = self.git.revwalk()?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::TIME)?;
        walk.push(self.commit_of(from)?.id())?;
        for id in walk {
            let commit = self
                .git
                .find_commit(id.context("cannot walk over the commits")?)?;
            // The parent of a shallow clone's last commit is not here; its whole tree counts then.
            let parent = commit.parent(0).ok().and_then(|parent| parent.tree().ok());
            let diff = self
                .git
                .diff_tree_to_tree(parent.as_ref(), Some(&commit.tree()?), Some(&mut options))
                .with_context(|| {
                    format!("cannot compare the commit {} with its parent", commit.id())
                })?;
            for delta in diff.deltas() {
                let file = delta.new_file();
                let path = file
                    .path()
                    .and_then(|path| path.to_str())
                    .unwrap_or_default();
                if wanted.contains(path)
                    && !file.id().is_zero()
                    && seen.insert((path.to_owned(), file.id()))
                    && let Ok(text) = self.blob_text(file.id(), path)
                {
                    history.texts.entry(path.to_owned()).or_default().push(text);
                }
            }
        }
        Ok(history)
    }

    /// Whether merging `tip` into `base` would change exactly these files to these texts, without a conflict.
    ///
    /// # Errors
    /// When a commit or tree cannot be read.
    pub fn adds_exactly(
        &self,
        base: &str,
        tip: &str,
        files: &BTreeMap<String, String>,
    ) -> Result<bool> {
        let base = self.commit_of(base)?;
        let mut merged = self.git.merge_commits(&base, &self.commit_of(tip)?, None)?;
        if merged.has_conflicts() {
            return Ok(false);
        }
        let tree = self.git.find_tree(merged.write_tree_to(&self.git)?)?;
        let diff = self
            .git
            .diff_tree_to_tree(Some(&base.tree()?), Some(&tree), None)?;
        let mut changed = BTreeMap::new();
        for delta in diff.deltas() {
            let file = delta.new_file();
            let path = file
                .path()
                .and_then(|path| path.to_str())
                .unwrap_or_default()
                .to_owned();
            let text = if file.id().is_zero() {
                None
            } else {
                self.blob_text(file.id(), &path).ok()
            };
            changed.insert(path, text);
        }
        Ok(changed.len() == files.len()
            && files
                .iter()
                .all(|(path, text)| changed.get(path).and_then(Option::as_ref) == Some(text)))
    }
}
