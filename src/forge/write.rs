//! The only writes to branches: build a commit aside, then swap references, or delete a branch that was seen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer::{Failure, Refusal};
use super::contents::{self, is_oid};
use super::look::Look;
use super::wire::{Replay, Request, Verb};
use super::{Error, seal};
use crate::promotion::Proposal;

/// In `updateRefs`, the id of no object: "must not exist" before, "delete" after
/// (<https://docs.github.com/en/graphql/reference/input-objects#refupdate>).
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// Where commits are built before they are put in place.
const ASIDE: &str = "platformctl-tmp/";

const COMMIT: &str = "mutation Commit($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}";

const SWAP: &str = "mutation Swap($input: UpdateRefsInput!) {
  updateRefs(input: $input) { clientMutationId }
}";

/// How a write of a branch ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// The branch is where it should be.
    Moved,
    /// Somebody moved something first; nothing was written. What.
    Raced(&'static str),
    /// The answer was lost; look again.
    Unsure(String),
}

/// A step that failed in a way that a new look can heal, or for good.
enum Stop {
    Heal(Written),
    Fail(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Unsure(text) => Self::Heal(Written::Unsure(text)),
            other => Self::Fail(other),
        }
    }
}

impl Look<'_> {
    /// Puts the proposal's files as one commit on its base commit, and moves the branch there if it still is where
    /// it was seen (`before`; `None`: it did not exist).
    pub(super) fn write_commit(
        &self,
        proposal: &Proposal,
        repository_id: &str,
        before: Option<&str>,
    ) -> Result<Written, Failure> {
        let aside = format!("{ASIDE}{:016x}", fastrand::u64(..));
        let ended = self.swap_in(proposal, repository_id, before, &aside);
        if ended.is_err() {
            self.drop_aside(&aside);
        }
        match ended {
            Ok(()) => Ok(Written::Moved),
            Err(Stop::Heal(written)) => Ok(written),
            Err(Stop::Fail(failure)) => Err(failure),
        }
    }

    fn swap_in(
        &self,
        proposal: &Proposal,
        repository_id: &str,
        before: Option<&str>,
        aside: &str,
    ) -> Result<(), Stop> {
        self.start_aside(proposal, aside)?;
        let commit = self.commit_aside(proposal, aside)?;
        let updates = json!([
            {
                "name": format!("refs/heads/{}", proposal.branch),
                "beforeOid": before.unwrap_or(NOTHING),
                "afterOid": commit,
                "force": true,
            },
            { "name": format!("refs/heads/{aside}"), "beforeOid": commit, "afterOid": NOTHING, "force": true },
        ]);
        self.swap(repository_id, updates, &proposal.branch, before)
    }

    /// Deletes the proposal's branch if it still is where it was seen.
    pub(super) fn delete_branch(
        &self,
        proposal: &Proposal,
        repository_id: &str,
        before: &str,
    ) -> Result<Written, Failure> {
        let name = format!("refs/heads/{}", proposal.branch);
        let updates =
            json!([{ "name": name, "beforeOid": before, "afterOid": NOTHING, "force": true }]);
        match self.swap(repository_id, updates, &proposal.branch, Some(before)) {
            Ok(()) => Ok(Written::Moved),
            Err(Stop::Heal(written)) => Ok(written),
            Err(Stop::Fail(failure)) => Err(failure),
        }
    }

    fn start_aside(&self, proposal: &Proposal, aside: &str) -> Result<(), Stop> {
        let body = json!({ "ref": format!("refs/heads/{aside}"), "sha": proposal.base_oid });
        let made: Result<Value, Failure> =
            self.ask(Verb::Post, "/git/refs", Some(body), Replay::Never);
        match made {
            Err(Failure::Refused(refusal)) if refusal.message.contains("does not exist") => {
                let text = format!(
                    "there is no commit `{}` in {}; push it first",
                    proposal.base_oid,
                    self.connection.repository()
                );
                Err(Stop::Fail(Failure::Fatal(Error::NotFound(text))))
            }
            other => Ok(other.map(drop)?),
        }
    }

    fn commit_aside(&self, proposal: &Proposal, aside: &str) -> Result<String, Stop> {
        let additions: Vec<Value> = proposal
            .files
            .iter()
            .map(|(path, text)| json!({ "path": path, "contents": STANDARD.encode(text) }))
            .collect();
        let body = seal::message(proposal).map_err(Failure::Fatal)?;
        let variables = json!({ "input": {
            "branch": { "repositoryNameWithOwner": self.connection.repository(), "branchName": aside },
            "expectedHeadOid": proposal.base_oid,
            "message": { "headline": proposal.headline, "body": body },
            "fileChanges": { "additions": additions },
        }});
        let data = match self
            .wire
            .graphql(COMMIT, variables, Replay::Never, self.deadline)
        {
            Err(Failure::Refused(refusal)) if refusal.kind.as_deref() == Some("STALE_DATA") => {
                return Err(Stop::Heal(Written::Raced("the temporary branch was moved")));
            }
            answer => answer?,
        };
        match data["createCommitOnBranch"]["commit"]["oid"].as_str() {
            Some(oid) if is_oid(oid) => Ok(oid.to_owned()),
            _ => {
                let text = "GitHub made a commit but does not say which".to_owned();
                Err(Stop::Fail(Failure::Fatal(Error::Unexpected(text))))
            }
        }
    }

    fn swap(
        &self,
        repository_id: &str,
        updates: Value,
        branch: &str,
        before: Option<&str>,
    ) -> Result<(), Stop> {
        let variables =
            json!({ "input": { "repositoryId": repository_id, "refUpdates": updates } });
        match self
            .wire
            .graphql(SWAP, variables, Replay::Never, self.deadline)
        {
            Err(Failure::Refused(refusal)) => Err(self.why_refused(refusal, branch, before)),
            answer => Ok(answer.map(drop)?),
        }
    }

    /// GitHub does not document how it words a lost swap, so the branch itself is asked: if it is no longer where it
    /// was seen, somebody was faster; else the refusal means what it says.
    fn why_refused(&self, refusal: Refusal, branch: &str, before: Option<&str>) -> Stop {
        let raced = Stop::Heal(Written::Raced("somebody moved the branch meanwhile"));
        if refusal.kind.as_deref() == Some("STALE_DATA") {
            return raced;
        }
        match contents::branch(self.wire, self.connection, branch, self.deadline) {
            Ok(now) if now.as_deref() != before => raced,
            Ok(_) => Stop::Fail(Failure::Refused(refusal)),
            Err(failure) => failure.into(),
        }
    }

    /// Best effort: a branch left behind is litter, not damage.
    fn drop_aside(&self, aside: &str) {
        let request = Request {
            verb: Verb::Delete,
            path: self.path(&format!("/git/refs/heads/{aside}")),
            body: None,
            replay: Replay::Safe,
        };
        // It may not have been made, or the swap may have deleted it already.
        let _ = self.wire.rest(&request, self.wire.short_deadline());
    }
}
