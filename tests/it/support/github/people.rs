//! What people and their buttons do to a repository, beside platformctl.

use std::collections::BTreeMap;
use std::path::Path;

use git2::{Oid, Signature, Time};

use super::world::World;

impl World {
    /// What a person does: commit on a branch (made from `main` if it is new) and push.
    pub(crate) fn push(&mut self, branch: &str, files: &[(&str, &str)], message: &str) -> Oid {
        let parent = self.head(branch).or_else(|| self.head("main"));
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(path, text)| (*path, text.as_bytes()))
            .collect();
        let parents: Vec<Oid> = parent.into_iter().collect();
        let commit = self.commit(
            &parents,
            &files,
            message,
            ("A Person", "person@example.com"),
        );
        self.set(branch, Some(commit));
        commit
    }

    /// A person's amended commit: same message and parent, other contents, pushed with force.
    pub(crate) fn amend(&mut self, branch: &str, files: &[(&str, &str)]) -> Oid {
        let old = self.head(branch).unwrap();
        let (message, parent, kept) = {
            let commit = self.git.find_commit(old).unwrap();
            (
                commit.message().unwrap().to_owned(),
                commit.parent_id(0).unwrap(),
                commit.tree_id(),
            )
        };
        let mut all: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for path in self.changed(parent, old).into_keys() {
            let tree = self.git.find_tree(kept).unwrap();
            let blob = tree.get_path(Path::new(&path)).unwrap().id();
            all.insert(path, self.git.find_blob(blob).unwrap().content().to_owned());
        }
        all.extend(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_owned())),
        );
        let all: Vec<(&str, &[u8])> = all
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_slice()))
            .collect();
        let commit = self.commit(
            &[parent],
            &all,
            &message,
            ("A Person", "person@example.com"),
        );
        self.set(branch, Some(commit));
        commit
    }

    /// GitHub's "Update branch" button: merges the base into the branch of a pull request.
    pub(crate) fn update_branch(&mut self, number: u64) -> Oid {
        let pull = self.pull(number).clone();
        let base = self.head(&pull.base).unwrap();
        let mut index = self
            .git
            .merge_commits(
                &self.git.find_commit(pull.head).unwrap(),
                &self.git.find_commit(base).unwrap(),
                None,
            )
            .unwrap();
        let tree = index.write_tree_to(&self.git).unwrap();
        let who =
            Signature::new("GitHub", "noreply@github.com", &Time::new(self.tick(), 0)).unwrap();
        let message = format!("Merge branch '{}' into {}", pull.base, pull.branch);
        let commit = {
            let tree = self.git.find_tree(tree).unwrap();
            let parents = [
                self.git.find_commit(pull.head).unwrap(),
                self.git.find_commit(base).unwrap(),
            ];
            let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
            self.git
                .commit(None, &who, &who, &message, &tree, &parents)
                .unwrap()
        };
        self.set(&pull.branch, Some(commit));
        commit
    }

    /// A person closes a pull request without merging it.
    pub(crate) fn close(&mut self, number: u64) {
        let now = self.tick();
        self.pull(number).end(now, false);
    }

    /// A person merges a pull request, with a merge commit.
    pub(crate) fn merge(&mut self, number: u64) {
        let pull = self.pull(number).clone();
        let base = self.head(&pull.base).unwrap();
        let start = self.git.merge_base(base, pull.head).unwrap();
        let mut files = Vec::new();
        for (path, (_, blob)) in self.changed(start, pull.head) {
            files.push((path, self.git.find_blob(blob).unwrap().content().to_owned()));
        }
        let files: Vec<(&str, &[u8])> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_slice()))
            .collect();
        let message = format!("Merge pull request #{number}");
        let commit = self.commit(
            &[base, pull.head],
            &files,
            &message,
            ("A Person", "person@example.com"),
        );
        self.set(&pull.base, Some(commit));
    }

    /// A person deletes a branch.
    pub(crate) fn delete_branch(&mut self, branch: &str) {
        self.set(branch, None);
        let now = self.now;
        for pull in &mut self.pulls {
            if pull.branch == branch && !pull.open && pull.ended_at != Some(now) {
                pull.events.push(("HeadRefDeletedEvent", now));
            }
        }
    }
}
