//! What the fake remembers: a bare repository, pull requests and their events. Rules that GitHub applies whoever
//! moves a reference live here, so that they hold for the API and for people alike.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use git2::{Oid, Repository, Signature, Time};

/// GitHub's "no object" in `updateRefs`.
pub(crate) const ZEROS: &str = "0000000000000000000000000000000000000000";

/// A pull request as the fake keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Pull {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) branch: String,
    pub(crate) base: String,
    pub(crate) open: bool,
    pub(crate) merged: bool,
    pub(crate) queued: bool,
    pub(crate) head: Oid,
    pub(crate) base_oid: Oid,
    pub(crate) labels: BTreeSet<String>,
    pub(crate) comments: Vec<String>,
    pub(crate) login: String,
    /// The repository of the branch; another one for pull requests from forks.
    pub(crate) from: String,
    pub(crate) created_at: i64,
    pub(crate) ended_at: Option<i64>,
    pub(crate) events: Vec<(&'static str, i64)>,
}

/// The state behind the API.
pub(crate) struct World {
    pub(crate) address: String,
    pub(crate) git: Repository,
    pub(crate) pulls: Vec<Pull>,
    /// Who owns the token.
    pub(crate) login: String,
    pub(crate) now: i64,
    _folder: tempfile::TempDir,
}

/// A change of one reference, as `updateRefs` takes it.
#[derive(Debug)]
pub(crate) struct Move {
    pub(crate) name: String,
    pub(crate) before: Option<String>,
    pub(crate) after: String,
    pub(crate) force: bool,
}

impl World {
    pub(crate) fn new(address: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let git = Repository::init_bare(folder.path()).unwrap();
        git.set_head("refs/heads/main").unwrap();
        let mut world = Self {
            address: address.to_owned(),
            git,
            pulls: Vec::new(),
            login: "carebase-platform[bot]".to_owned(),
            now: 1_767_225_600,
            _folder: folder,
        };
        world.push("main", files, "first");
        world
    }

    pub(crate) fn tick(&mut self) -> i64 {
        self.now += 10;
        self.now
    }

    pub(crate) fn head(&self, branch: &str) -> Option<Oid> {
        let reference = self
            .git
            .find_reference(&format!("refs/heads/{branch}"))
            .ok()?;
        reference.target()
    }

    pub(crate) fn branches(&self) -> Vec<String> {
        let references = self.git.references_glob("refs/heads/*").unwrap();
        let mut names: Vec<String> = references
            .map(|reference| reference.unwrap().shorthand().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn text(&self, branch: &str, path: &str) -> Option<String> {
        self.text_at(self.head(branch)?, path)
    }

    pub(crate) fn text_at(&self, commit: Oid, path: &str) -> Option<String> {
        let tree = self.git.find_commit(commit).ok()?.tree().ok()?;
        let entry = tree.get_path(Path::new(path)).ok()?;
        let blob = self.git.find_blob(entry.id()).ok()?;
        Some(String::from_utf8(blob.content().to_owned()).unwrap())
    }

    /// Messages of the commits that a branch has and `main` has not, newest first.
    pub(crate) fn messages(&self, branch: &str) -> Vec<String> {
        let (Some(head), Some(main)) = (self.head(branch), self.head("main")) else {
            return Vec::new();
        };
        let message = |oid| {
            self.git
                .find_commit(oid)
                .unwrap()
                .message()
                .unwrap()
                .to_owned()
        };
        self.between(main, head).into_iter().map(message).collect()
    }

    /// The commits of `head` that `base` has not, newest first.
    pub(crate) fn between(&self, base: Oid, head: Oid) -> Vec<Oid> {
        let mut walk = self.git.revwalk().unwrap();
        walk.set_sorting(git2::Sort::TOPOLOGICAL).unwrap();
        walk.push(head).unwrap();
        walk.hide(base).unwrap();
        walk.map(Result::unwrap).collect()
    }

    /// A commit on top of others, without a reference to it.
    pub(crate) fn commit(
        &mut self,
        parents: &[Oid],
        files: &[(&str, &[u8])],
        message: &str,
        who: (&str, &str),
    ) -> Oid {
        let now = self.tick();
        let parents: Vec<git2::Commit<'_>> = parents
            .iter()
            .map(|oid| self.git.find_commit(*oid).unwrap())
            .collect();
        let empty = self.git.treebuilder(None).unwrap().write().unwrap();
        let start = parents.first().map_or(empty, git2::Commit::tree_id);
        let start = self.git.find_tree(start).unwrap();
        let mut update = git2::build::TreeUpdateBuilder::new();
        for (path, content) in files {
            update.upsert(*path, self.git.blob(content).unwrap(), git2::FileMode::Blob);
        }
        let tree = self
            .git
            .find_tree(update.create_updated(&self.git, &start).unwrap())
            .unwrap();
        let who = Signature::new(who.0, who.1, &Time::new(now, 0)).unwrap();
        let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
        self.git
            .commit(None, &who, &who, message, &tree, &parents)
            .unwrap()
    }

    /// Changed paths between two commits with the new blob, `None` when it was removed.
    pub(crate) fn changed(&self, from: Oid, to: Oid) -> BTreeMap<String, (git2::Delta, Oid)> {
        let tree = |oid| self.git.find_commit(oid).unwrap().tree().unwrap();
        let diff = self
            .git
            .diff_tree_to_tree(Some(&tree(from)), Some(&tree(to)), None)
            .unwrap();
        diff.deltas()
            .map(|delta| {
                let file = match delta.status() {
                    git2::Delta::Deleted => delta.old_file(),
                    _ => delta.new_file(),
                };
                let path = file.path().unwrap().to_str().unwrap().to_owned();
                (path, (delta.status(), file.id()))
            })
            .collect()
    }

    pub(crate) fn pull(&mut self, number: u64) -> &mut Pull {
        self.pulls
            .iter_mut()
            .find(|pull| pull.number == number)
            .unwrap()
    }

    /// Moves, makes or deletes a branch, and lets GitHub draw its conclusions.
    pub(crate) fn set(&mut self, branch: &str, to: Option<Oid>) {
        let name = format!("refs/heads/{branch}");
        match to {
            Some(oid) => drop(self.git.reference(&name, oid, true, "set").unwrap()),
            None => self.git.find_reference(&name).unwrap().delete().unwrap(),
        }
        self.settle();
    }

    /// `updateRefs`: all or nothing, each only from where it is said to be.
    pub(crate) fn swap(&mut self, moves: &[Move]) -> Result<(), String> {
        for change in moves {
            let now = self
                .git
                .find_reference(&change.name)
                .ok()
                .and_then(|found| found.target());
            let expected = change.before.as_deref();
            let met = match (expected, now) {
                (None, _) => true,
                (Some(ZEROS), found) => found.is_none(),
                (Some(oid), Some(found)) => found.to_string() == oid,
                (Some(_), None) => false,
            };
            if !met {
                return Err(format!(
                    "Reference {} is not at the expected object",
                    change.name
                ));
            }
            if change.after == ZEROS {
                continue;
            }
            let after = Oid::from_str(&change.after).map_err(|error| error.message().to_owned())?;
            if self.git.find_commit(after).is_err() {
                return Err(format!("Object {after} does not exist"));
            }
            let forward = now.is_none_or(|now| {
                now == after || self.git.graph_descendant_of(after, now).unwrap()
            });
            if !change.force && !forward {
                return Err(format!("Update of {} is not a fast-forward", change.name));
            }
        }
        for change in moves {
            if change.after == ZEROS {
                if let Ok(mut found) = self.git.find_reference(&change.name) {
                    found.delete().map_err(|error| error.message().to_owned())?;
                }
            } else {
                let after =
                    Oid::from_str(&change.after).map_err(|error| error.message().to_owned())?;
                self.git
                    .reference(&change.name, after, true, "updateRefs")
                    .map_err(|error| error.message().to_owned())?;
            }
        }
        self.settle();
        Ok(())
    }

    /// After references moved: open pull requests follow their branch, are merged when the base holds them, and are
    /// closed when their branch is gone or adds nothing.
    fn settle(&mut self) {
        let now = self.tick();
        for at in 0..self.pulls.len() {
            let pull = self.pulls[at].clone();
            if !pull.open || pull.from != "acme/platform" {
                continue;
            }
            let (head, base) = (self.head(&pull.branch), self.head(&pull.base));
            let pull = &mut self.pulls[at];
            match (head, base) {
                (None, _) => {
                    pull.events.push(("HeadRefDeletedEvent", now));
                    pull.end(now, false);
                }
                (Some(head), Some(base)) => {
                    let moved = pull.head != head;
                    let inside = head == base || self.git.graph_descendant_of(base, head).unwrap();
                    pull.head = head;
                    pull.base_oid = base;
                    if inside {
                        pull.end(now, !moved);
                    }
                }
                (Some(_), None) => pull.end(now, false),
            }
        }
    }
}

impl Pull {
    pub(super) fn end(&mut self, now: i64, merged: bool) {
        self.open = false;
        self.merged = merged;
        self.ended_at = Some(now);
        self.events.push(("ClosedEvent", now));
    }
}
