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
        let wanted = Folder::of(paths);
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
            let mut changed = Vec::new();
            self.changed(parent.as_ref(), &commit.tree()?, &wanted, "", &mut changed)
                .with_context(|| format!("cannot read the commit {}", commit.id()))?;
            for (path, id) in changed {
                if seen.insert((path.clone(), id))
                    && let Ok(text) = self.blob_text(id, &path)
                {
                    history.texts.entry(path).or_default().push(text);
                }
            }
        }
        Ok(history)
    }

    /// The wanted files that are not the same in both trees, as they are in the new one. Equal folders are not entered,
    /// so a commit costs what it changed.
    fn changed(
        &self,
        old: Option<&git2::Tree<'_>>,
        new: &git2::Tree<'_>,
        wanted: &Folder<'_>,
        prefix: &str,
        found: &mut Vec<(String, git2::Oid)>,
    ) -> Result<()> {
        for (name, inside) in &wanted.entries {
            let Some(entry) = new.get_name(name) else {
                continue;
            };
            let before = old.and_then(|old| old.get_name(name));
            if before
                .as_ref()
                .is_some_and(|before| before.id() == entry.id())
            {
                continue;
            }
            let path = format!("{prefix}{name}");
            match entry.kind() {
                Some(git2::ObjectType::Blob) if inside.entries.is_empty() => {
                    found.push((path, entry.id()));
                }
                Some(git2::ObjectType::Tree) if !inside.entries.is_empty() => {
                    let before = before.and_then(|before| self.git.find_tree(before.id()).ok());
                    let tree = self.git.find_tree(entry.id())?;
                    self.changed(before.as_ref(), &tree, inside, &format!("{path}/"), found)?;
                }
                _ => {}
            }
        }
        Ok(())
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

/// Paths as folders; a file is a folder without entries.
#[derive(Default)]
struct Folder<'a> {
    entries: BTreeMap<&'a str, Self>,
}

impl<'a> Folder<'a> {
    fn of(paths: &'a [String]) -> Self {
        let mut root = Self::default();
        for path in paths {
            let mut folder = &mut root;
            for part in path.split('/') {
                folder = folder.entries.entry(part).or_default();
            }
        }
        root
    }
}
