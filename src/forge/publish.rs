//! From a proposal to its pull request: look, decide, write once, and start over when somebody was faster.
//!
//! The new commit is built on a throw-away branch and put in place by one compare-and-swap of references. The
//! branch of the pull request therefore never points to its base in between (GitHub would close the pull request),
//! and never moves away from a commit that this run has not seen.

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::answer::Failure;
use super::contents::{self, is_oid};
use super::look::{Branch, Look, Pull, Work};
use super::wire::{Replay, Verb};
use super::write::Written;
use super::{Action, Error, Outcome, seal};
use crate::diagnostic::Diagnostic;
use crate::promotion::Proposal;

/// How often a run starts over after somebody moved what it was about to write.
const ROUNDS: u32 = 6;

/// What a pass over the state came to.
enum Step {
    Done(Outcome),
    /// The state changed under our hands; look again. Why.
    Again(Again),
}

/// Why a pass is repeated.
enum Again {
    Raced(&'static str),
    Lost(String),
}

/// What earlier passes of this run may have written, so that the last one reports it as this run's work.
#[derive(Default)]
struct Memory {
    moved: bool,
    posted: bool,
    labelled: bool,
    warnings: Vec<Diagnostic>,
}

/// Publishes one proposal.
pub(super) fn publish(look: Look<'_>, proposal: &Proposal) -> Result<Outcome, Error> {
    if !is_oid(&proposal.base_oid) {
        let text = format!("`{}` is not the full id of a commit", proposal.base_oid);
        return Err(Error::NotFound(text));
    }
    let mut run = Run {
        look,
        proposal,
        seal: seal::of_files(&proposal.files)?,
        memory: Memory::default(),
    };
    let mut last = Again::Raced("");
    for round in 0..ROUNDS {
        if round > 0 && !look.wire.pause(round - 1, look.deadline) {
            break;
        }
        let step = run.pass();
        match step
            .map_err(|failure| failure.into_error(&format!("publish `{}`", proposal.branch)))?
        {
            Step::Done(mut outcome) => {
                outcome.warnings.append(&mut run.memory.warnings);
                return Ok(outcome);
            }
            Step::Again(again) => last = again,
        }
    }
    Err(match last {
        Again::Raced(what) => Error::Contended(format!(
            "gave up on `{}` after several attempts: {what}",
            proposal.branch
        )),
        Again::Lost(text) => {
            Error::Unavailable(format!("cannot publish `{}`: {text}", proposal.branch))
        }
    })
}

struct Run<'a> {
    look: Look<'a>,
    proposal: &'a Proposal,
    seal: String,
    memory: Memory,
}

impl Run<'_> {
    fn pass(&mut self) -> Result<Step, Failure> {
        let pulls = self.look.pulls(self.proposal)?;
        let open = pulls.iter().find(|pull| pull.is_open());
        if open.is_none() && self.proposal.files.is_empty() {
            return Ok(Step::Done(outcome(Action::Nothing, None)));
        }
        let branch = self
            .look
            .branch(&self.proposal.branch, open.map(|pull| pull.number))?;
        match (open, &branch.head) {
            (Some(pull), Some(head)) => self.with_open(pull, &branch, head),
            // The branch is gone and the pull request is about to be closed for it.
            (Some(_), None) => Ok(Step::Again(Again::Raced(
                "the branch is gone while its pull request is open",
            ))),
            (None, _) => self.without_open(pulls.first(), &branch),
        }
    }

    fn with_open(&mut self, pull: &Pull, branch: &Branch, head: &str) -> Result<Step, Failure> {
        let work = self.look.work(&self.proposal.base_oid, head)?;
        if let Work::Foreign(why) = &work {
            return Ok(self.blocked(edited(self.proposal, why, Some(pull)), Some(pull)));
        }
        let done = !self.proposal.files.is_empty() && self.is_current(&work)?;
        if !done && branch.queued {
            return Ok(self.blocked(queued(self.proposal, pull), Some(pull)));
        }
        if self.proposal.files.is_empty() {
            return self.close(pull, branch, head);
        }
        if !done && let Some(again) = self.rebuild(branch, Some(head))? {
            return Ok(Step::Again(again));
        }
        let said = same_text(pull.body.as_deref(), &self.proposal.body)
            && pull.title == self.proposal.title;
        if !said {
            let body = json!({ "title": self.proposal.title, "body": self.proposal.body });
            let path = format!("/pulls/{}", pull.number);
            let after: Pull = self
                .look
                .ask(Verb::Patch, &path, Some(body), Replay::Safe)?;
            if !after.is_open() {
                return Ok(Step::Again(Again::Raced(
                    "the pull request was closed meanwhile",
                )));
            }
        }
        let action = match (self.memory.posted, self.memory.moved || !said) {
            (true, _) => {
                self.label(pull);
                Action::Created
            }
            (false, true) => Action::Updated,
            (false, false) => Action::Noop,
        };
        if self.memory.moved {
            self.warn_of_waiting_checks(pull);
        }
        Ok(Step::Done(outcome(action, Some(pull))))
    }

    fn without_open(&mut self, newest: Option<&Pull>, branch: &Branch) -> Result<Step, Failure> {
        if let Some(pull) = newest.filter(|pull| !pull.is_merged())
            && self.look.carried(pull, &self.proposal.id)?
            && (branch.head.is_some() || !self.look.closed_by_deletion(pull)?)
        {
            return Ok(self.blocked(declined(self.proposal, pull), Some(pull)));
        }
        let current = match &branch.head {
            None => false,
            Some(head) => {
                let work = self.look.work(&self.proposal.base_oid, head)?;
                if let Work::Foreign(why) = &work {
                    return Ok(self.blocked(edited(self.proposal, why, None), None));
                }
                self.is_current(&work)?
            }
        };
        if !current && let Some(again) = self.rebuild(branch, branch.head.as_deref())? {
            return Ok(Step::Again(again));
        }
        self.open()
    }

    /// Whether the branch says exactly what the proposal says, and merges cleanly into its base.
    fn is_current(&self, work: &Work) -> Result<bool, Failure> {
        let Work::Ours { seal, merge_base } = work else {
            return Ok(false);
        };
        if *seal != self.seal {
            return Ok(false);
        }
        if *merge_base == self.proposal.base_oid {
            return Ok(true);
        }
        // Equal values can still conflict: the base may have changed the same files since the branch left it.
        let paths: Vec<String> = self.proposal.files.keys().cloned().collect();
        let Look {
            wire,
            connection,
            deadline,
        } = self.look;
        let then = contents::blobs(wire, connection, merge_base, &paths, deadline)?;
        let now = contents::blobs(wire, connection, &self.proposal.base_oid, &paths, deadline)?;
        Ok(then == now)
    }

    fn rebuild(&mut self, branch: &Branch, before: Option<&str>) -> Result<Option<Again>, Failure> {
        match self
            .look
            .write_commit(self.proposal, &branch.repository_id, before)?
        {
            Written::Moved => {
                self.memory.moved = true;
                Ok(None)
            }
            Written::Raced(what) => Ok(Some(Again::Raced(what))),
            Written::Unsure(text) => {
                self.memory.moved = true;
                Ok(Some(Again::Lost(text)))
            }
        }
    }

    fn open(&mut self) -> Result<Step, Failure> {
        let body = json!({
            "title": self.proposal.title,
            "body": self.proposal.body,
            "head": self.proposal.branch,
            "base": self.proposal.base_branch,
        });
        let pull: Pull = match self
            .look
            .ask(Verb::Post, "/pulls", Some(body), Replay::Never)
        {
            Ok(pull) => pull,
            Err(Failure::Unsure(text)) => {
                self.memory.posted = true;
                return Ok(Step::Again(Again::Lost(text)));
            }
            Err(Failure::Refused(refusal)) if refusal.status == 422 => {
                let said = |text: &str| refusal.message.contains(text);
                if said("No commits between") {
                    // The branch says what is wanted, and the base holds the branch.
                    return Ok(Step::Done(outcome(Action::Nothing, None)));
                }
                let raced = if said("already exists") {
                    "another run opened the pull request"
                } else if said("head is invalid") {
                    "the branch was deleted meanwhile"
                } else {
                    return Err(Failure::Refused(refusal));
                };
                return Ok(Step::Again(Again::Raced(raced)));
            }
            Err(failure) => return Err(failure),
        };
        self.label(&pull);
        self.warn_of_waiting_checks(&pull);
        Ok(Step::Done(outcome(Action::Created, Some(&pull))))
    }

    /// Nothing is left to promote: deleting the branch closes the pull request, and the comment says why.
    fn close(&mut self, pull: &Pull, branch: &Branch, head: &str) -> Result<Step, Failure> {
        match self
            .look
            .delete_branch(self.proposal, &branch.repository_id, head)?
        {
            Written::Moved => {}
            Written::Raced(what) => return Ok(Step::Again(Again::Raced(what))),
            Written::Unsure(text) => return Ok(Step::Again(Again::Lost(text))),
        }
        let body = json!({ "body": format!(
            "`{}` already holds every change of this pull request, so platformctl closed it.",
            self.proposal.base_branch
        ) });
        let path = format!("/issues/{}/comments", pull.number);
        let said: Result<IgnoredAny, Failure> =
            self.look.ask(Verb::Post, &path, Some(body), Replay::Never);
        if let Err(failure) = said {
            self.warn(
                "comment-missing",
                failure,
                format!("comment on pull request #{}", pull.number),
            );
        }
        Ok(Step::Done(outcome(Action::Closed, Some(pull))))
    }

    /// Labels help people to filter; a pull request without them is still a pull request.
    fn label(&mut self, pull: &Pull) {
        if self.proposal.labels.is_empty() || self.memory.labelled {
            return;
        }
        self.memory.labelled = true;
        let body = json!({ "labels": self.proposal.labels });
        let path = format!("/issues/{}/labels", pull.number);
        let set: Result<Value, Failure> =
            self.look.ask(Verb::Post, &path, Some(body), Replay::Safe);
        if let Err(failure) = set {
            self.warn(
                "labels-missing",
                failure,
                format!("label pull request #{}", pull.number),
            );
        }
    }

    fn warn(&mut self, code: &'static str, failure: Failure, doing: String) {
        let text = failure.into_error(&doing).to_string();
        self.memory.warnings.push(Diagnostic::warning(code, text));
    }

    /// <https://docs.github.com/en/actions/concepts/security/github_token>
    fn warn_of_waiting_checks(&mut self, pull: &Pull) {
        if pull.by_workflow_token() {
            let text = format!(
                "pull request #{} belongs to `github-actions[bot]`: its workflows wait until somebody approves them",
                pull.number
            );
            let help = "give platformctl a GitHub App's token in PLATFORMCTL_GITHUB_TOKEN";
            self.memory
                .warnings
                .push(Diagnostic::warning("checks-wait", text).help(help));
        }
    }

    fn blocked(&self, why: Diagnostic, pull: Option<&Pull>) -> Step {
        Step::Done(outcome(Action::Blocked(why), pull))
    }
}

fn outcome(action: Action, pull: Option<&Pull>) -> Outcome {
    Outcome {
        action,
        pull_request: pull.map(Pull::public),
        warnings: Vec::new(),
    }
}

/// GitHub's editor sends `\r\n`, and white space at the end means nothing.
fn same_text(found: Option<&str>, wanted: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    plain(found.unwrap_or_default()) == plain(wanted)
}

fn edited(proposal: &Proposal, why: &str, pull: Option<&Pull>) -> Diagnostic {
    let branch = &proposal.branch;
    let message = format!("branch `{branch}` was edited by hand: {why}");
    let help = match pull {
        Some(pull) => format!(
            "merge or close pull request #{}, or delete the branch to have it built anew",
            pull.number
        ),
        None => {
            "open a pull request from it, or delete the branch to have it built anew".to_owned()
        }
    };
    Diagnostic::error("branch-edited", message).help(help)
}

fn declined(proposal: &Proposal, pull: &Pull) -> Diagnostic {
    let message = format!(
        "pull request #{} proposed exactly this from `{}` and was closed unmerged",
        pull.number, proposal.branch
    );
    Diagnostic::error("promotion-declined", message)
        .help(format!("reopen {} to take it up again", pull.public().url))
        .help("other digests are proposed in a new pull request")
}

fn queued(proposal: &Proposal, pull: &Pull) -> Diagnostic {
    let message = format!(
        "pull request #{} from `{}` is in the merge queue with other values",
        pull.number, proposal.branch
    );
    Diagnostic::error("merge-queue", message)
        .help("run again when it is merged, or take it out of the queue first")
}
