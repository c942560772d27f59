//! Reading the whole tree and judging every file, before anything is written.
//!
//! In: the root and a [`Plan`]. Out: [`Changes`]. Only recorded files of render's own and planned paths are ever looked
//! at; everything else in the repository is none of its business.

use super::changes::{Change, Changes, What};
use super::disk::{self, Found, Seen};
use super::folders::all_folders;
use super::inspect::{Finding, Inspection, Leftover};
use super::lock::{Lock, POLICY, is_value};
use super::path::refusal;
use super::{LOCK_FILE, guard, remarks};
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::plan::{FileKind, Plan, PlannedFile};
use anyhow::bail;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

/// How to compare.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// Give up edits that were made by hand to generated files. Files that render never wrote are kept all the same.
    pub force: bool,
    /// The hash of the residency policy to record in platform.lock; `None` keeps what is recorded.
    pub policy: Option<&'a str>,
}

/// Compares the tree on disk with the plan. Writes nothing.
///
/// # Errors
///
/// A root, folder or file that cannot be read, with its path. What is wrong with the files themselves is in
/// [`Changes::diagnostics`]; when [`Changes::refused`] is set, nothing may be written at all.
pub fn compare(root: &Path, plan: &Plan, options: Options<'_>) -> anyhow::Result<Changes> {
    if let Some(policy) = options.policy
        && !is_value(policy)
    {
        bail!(
            "the hash of the policy is not one word: `{}`",
            policy.escape_default()
        );
    }
    let root = disk::real(root)?;
    let mut changes = Changes {
        diagnostics: guard::own_links(&root)?,
        ..Changes::default()
    };
    changes.diagnostics.extend(check_plan(plan));
    let lock = if changes.diagnostics.is_empty() {
        read_lock(&root, &mut changes)?
    } else {
        None
    };
    let Some((lock, lock_is_there)) = lock else {
        changes.refused = true;
        return Ok(changes);
    };
    let inspection = Inspection::new(&root, plan, &lock)?;
    let mut judgement = Judgement {
        links: inspection.links(),
        obstacles: BTreeSet::new(),
        force: options.force,
        lock: &lock,
        changes,
    };
    judgement.changes.lock_is_there = lock_is_there;
    judgement.changes.after = lock.successor();
    if let Some(policy) = options.policy {
        judgement.changes.after.set_fact(POLICY, policy);
    }
    judgement.leftovers(&inspection, plan)?;
    judgement.planned(&inspection, plan)?;
    let mut changes = judgement.finish();
    changes.before = lock;
    Ok(changes)
}

/// Paths that a plan must not have; names that pass the checks of platform.toml cannot make one.
fn check_plan(plan: &Plan) -> Vec<Diagnostic> {
    let paths = || plan.files.keys().map(String::as_str);
    let mut wrong: Vec<_> = paths()
        .filter_map(|path| refusal(path).map(|why| remarks::unsafe_path(path, why)))
        .collect();
    for folder in all_folders(paths()) {
        if plan.files.contains_key(folder) {
            let below = paths().find(|path| super::path::is_below(path, folder));
            wrong.push(remarks::clash(folder, below.unwrap_or_default()));
        }
    }
    wrong
}

/// The lock and whether there is one; `None` when it is damaged.
fn read_lock(root: &Path, changes: &mut Changes) -> anyhow::Result<Option<(Lock, bool)>> {
    let text = match disk::look(root, LOCK_FILE)? {
        Found::Nothing => return Ok(Some((Lock::default(), false))),
        Found::File(_) => disk::own_text(root, LOCK_FILE)?.unwrap_or_default(),
        Found::Folder | Found::Link | Found::Special => bail!("`{LOCK_FILE}` is not a file"),
    };
    match Lock::parse(&text) {
        Ok(lock) => Ok(Some((lock, true))),
        Err(damage) => {
            changes.diagnostics.extend(damage);
            changes.sources.insert(LOCK_FILE, text);
            Ok(None)
        }
    }
}

/// What becomes of every file, built up in the order of the paths.
struct Judgement<'a> {
    lock: &'a Lock,
    force: bool,
    links: BTreeSet<&'a str>,
    obstacles: BTreeSet<&'a str>,
    changes: Changes,
}

impl<'a> Judgement<'a> {
    /// Files that an earlier render wrote and that are planned no more.
    fn leftovers(&mut self, inspection: &Inspection<'a>, plan: &'a Plan) -> anyhow::Result<()> {
        let paths: Vec<&'a str> = self
            .lock
            .paths()
            .filter(|path| !plan.files.contains_key(*path))
            .collect();
        let found: Vec<Leftover> = paths
            .par_iter()
            .map(|path| inspection.leftover(path))
            .collect::<anyhow::Result<_>>()?;
        for (path, leftover) in paths.into_iter().zip(found) {
            match leftover {
                Leftover::Gone => self.changes.gone.push(path.to_owned()),
                Leftover::Link => {
                    self.links.insert(path);
                }
                Leftover::Ours(seen) => self.change(path, What::Remove, Some(seen)),
                Leftover::Edited(seen) if self.force => self.give_up(path, What::Remove, seen),
                Leftover::Edited(seen) => {
                    self.keep(path, Some(seen), Some(remarks::edited_leftover(path)));
                }
            }
        }
        Ok(())
    }

    fn planned(&mut self, inspection: &Inspection<'a>, plan: &'a Plan) -> anyhow::Result<()> {
        // Nothing is added before the files have been looked at, and only removals are there yet.
        let files = std::mem::take(&mut self.changes.files);
        let removed: BTreeSet<&str> = files
            .iter()
            .filter(|change| change.what == What::Remove)
            .map(|change| change.path.as_str())
            .collect();
        let planned: Vec<(&'a String, &'a PlannedFile)> = plan.files.iter().collect();
        let found: Vec<(Option<Digest>, Finding<'a>)> = planned
            .par_iter()
            .map(|(path, file)| {
                let generated = file.kind == FileKind::Generated;
                let digest = generated.then(|| Digest::of(file.content.as_bytes()));
                Ok((digest, inspection.planned(path, file, &removed)?))
            })
            .collect::<anyhow::Result<_>>()?;
        self.changes.files = files;
        for ((path, _), (digest, finding)) in planned.into_iter().zip(found) {
            if self.judge(path, finding)
                && let Some(digest) = digest
            {
                self.changes.after.own(path, digest);
            }
        }
        Ok(())
    }

    /// Decides about one planned file; says whether it will be as planned.
    fn judge(&mut self, path: &'a str, finding: Finding<'a>) -> bool {
        match finding {
            Finding::Right => self.changes.unchanged += 1,
            Finding::Absent => self.change(path, What::Create, None),
            Finding::Yielding(folders) => {
                self.changes.yielding.extend(folders);
                self.change(path, What::Create, None);
            }
            Finding::Ours(seen) => self.change(path, What::Update, Some(seen)),
            Finding::Edited(seen) if self.force => self.give_up(path, What::Update, seen),
            Finding::Edited(seen) => {
                self.keep(path, Some(seen), Some(remarks::edited(path)));
                return false;
            }
            Finding::Foreign(obstacle) => {
                let is_new = self.obstacles.insert(obstacle);
                let remark = is_new.then(|| remarks::foreign(obstacle, self.changes.lock_is_there));
                self.keep(path, None, remark);
                return false;
            }
            Finding::Link => {
                self.links.insert(path);
                return false;
            }
        }
        true
    }

    fn change(&mut self, path: &str, what: What, seen: Option<Seen>) {
        self.changes.files.push(Change {
            path: path.to_owned(),
            what,
            seen,
        });
    }

    fn give_up(&mut self, path: &str, what: What, seen: Seen) {
        self.changes.diagnostics.push(remarks::given_up(path));
        self.change(path, what, Some(seen));
    }

    /// Leaves a file alone; what is recorded of it stays recorded, so that it can go back to being render's own.
    fn keep(&mut self, path: &str, seen: Option<Seen>, remark: Option<Diagnostic>) {
        self.changes.diagnostics.extend(remark);
        for digest in self.lock.digests(path) {
            self.changes.after.own(path, *digest);
        }
        self.change(path, What::Keep, seen);
    }

    fn finish(self) -> Changes {
        let mut changes = self.changes;
        changes.refused = !self.links.is_empty();
        changes
            .diagnostics
            .extend(self.links.into_iter().map(remarks::symlink));
        changes.files.sort_by(|a, b| a.path.cmp(&b.path));
        crate::diagnostic::sort(&mut changes.diagnostics);
        changes
    }
}
