//! Publishing without a forge: a proposal becomes a branch with one commit, and nothing else in the repository changes.

use super::{Moved, Repo};
use crate::diagnostic::Diagnostic;
use crate::promotion::Proposal;
use crate::source::Location;
use anyhow::{Result, bail};

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// Nothing is to change.
    Nothing,
    /// A new branch carries it.
    Created,
    /// The branch carried other values of ours and now carries these.
    Updated,
    /// The branch carries exactly this already.
    Noop,
    /// A person's work would be lost or overruled; nothing was written.
    Blocked(Diagnostic),
}

/// Refuses when what a promotion is computed from is not committed: it reads HEAD and would not see it.
///
/// # Errors
/// When the repository cannot be read.
pub fn check_clean(repo: &Repo, paths: &[String]) -> Result<Option<Diagnostic>> {
    let dirty = repo.dirty(paths)?;
    let Some(first) = dirty.first() else {
        return Ok(None);
    };
    let count = match dirty.len() {
        1 => format!("`{first}` has changes that are not committed"),
        more => format!(
            "`{first}` and {} more have changes that are not committed",
            more - 1
        ),
    };
    let mut problem = Diagnostic::error("uncommitted", count);
    for path in &dirty {
        problem = problem.at(Location::file(path), "not committed");
    }
    Ok(Some(problem.help("promotions are computed from the last commit; commit the changes or put them aside with `git stash`")))
}

/// Makes the branch of a proposal carry it, as one commit on the proposal's base.
///
/// # Errors
/// When the repository cannot be read or written, or another process moved the branch meanwhile.
pub fn publish(repo: &Repo, proposal: &Proposal) -> Result<Published> {
    if proposal.files.is_empty() {
        return Ok(Published::Nothing);
    }
    let tip = repo.branch(&proposal.branch)?;
    if let Some(tip) = &tip {
        if carries(repo, proposal, tip)? {
            return Ok(Published::Noop);
        }
        if let Some(problem) = persons_work(repo, proposal, tip)? {
            return Ok(Published::Blocked(problem));
        }
    }
    let message = format!("{}\n\n{}", proposal.headline, proposal.message);
    let commit = repo.commit(
        &proposal.base_oid,
        &proposal.files,
        &message,
        &repo.identity()?,
    )?;
    match repo.move_branch(
        &proposal.branch,
        &commit,
        tip.as_deref(),
        "platformctl: proposal",
    )? {
        Moved::Yes if tip.is_some() => Ok(Published::Updated),
        Moved::Yes => Ok(Published::Created),
        Moved::Elsewhere => bail!(
            "the branch `{}` was changed meanwhile; run the command again",
            proposal.branch
        ),
    }
}

/// Whether the branch has our commits only, the last of which says exactly these values, and merges cleanly.
fn carries(repo: &Repo, proposal: &Proposal, tip: &str) -> Result<bool> {
    let commits = repo.commits_since(&proposal.base_oid, tip)?;
    let ours = commits.iter().all(|commit| commit.managed);
    let same = commits
        .first()
        .is_some_and(|commit| commit.promotion_id.as_ref() == Some(&proposal.id));
    Ok(ours && same && repo.adds_exactly(&proposal.base_oid, tip, &proposal.files)?)
}

fn persons_work(repo: &Repo, proposal: &Proposal, tip: &str) -> Result<Option<Diagnostic>> {
    let branch = &proposal.branch;
    if repo.is_checked_out(branch)? {
        return Ok(Some(
            Diagnostic::error(
                "branch-checked-out",
                format!("the branch `{branch}` is checked out"),
            )
            .help(format!(
                "switch to another branch first, such as `git switch {}`",
                proposal.base_branch
            )),
        ));
    }
    let commits = repo.commits_since(&proposal.base_oid, tip)?;
    let Some(theirs) = commits.iter().find(|commit| !commit.managed) else {
        return Ok(None);
    };
    let oid = theirs.oid.get(..12).unwrap_or(&theirs.oid);
    Ok(Some(
        Diagnostic::error(
            "branch-has-work",
            format!(
                "the branch `{branch}` has a commit that platformctl did not make: {oid} `{}`",
                theirs.headline
            ),
        )
        .help(format!(
            "merge it or move it elsewhere, then delete the branch with `git branch -D {branch}`"
        )),
    ))
}
