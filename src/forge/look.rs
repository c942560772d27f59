//! What stands on the forge before anything is written: pull requests, the branch, and whose work is on it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::Failure;
use super::contents::{no_repository, target_of};
use super::wire::{Deadline, Replay, Request, Verb, Wire};
use super::{Connection, Error, PullRequest, seal};
use crate::promotion::Proposal;

/// GitHub lists at most this many files in a comparison
/// (<https://docs.github.com/en/rest/commits/commits#compare-two-commits>).
const COMPARED_FILES: usize = 300;
const PAGE: usize = 100;
/// GitHub lists at most 3,000 files of a commit.
const PAGES: usize = 30;

const REFS: &str =
    "query Look($owner: String!, $name: String!, $branch: String!, $number: Int!, $open: Boolean!) {
  repository(owner: $owner, name: $name) {
    id
    ref(qualifiedName: $branch) { target { oid } }
    pullRequest(number: $number) @include(if: $open) { isInMergeQueue }
  }
}";

const ENDING: &str = "query Ending($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      timelineItems(last: 20, itemTypes: [CLOSED_EVENT, HEAD_REF_DELETED_EVENT]) {
        nodes { __typename ... on ClosedEvent { createdAt } ... on HeadRefDeletedEvent { createdAt } }
      }
    }
  }
}";

/// A pull request, with what the algorithm needs of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Pull {
    pub(super) number: u64,
    html_url: String,
    state: String,
    pub(super) title: String,
    pub(super) body: Option<String>,
    merged_at: Option<String>,
    user: Option<Account>,
    head: End,
    base: End,
}

#[derive(Debug, Clone, Deserialize)]
struct Account {
    login: String,
}

#[derive(Debug, Clone, Deserialize)]
struct End {
    #[serde(rename = "ref")]
    branch: String,
    repo: Option<Repository>,
}

#[derive(Debug, Clone, Deserialize)]
struct Repository {
    full_name: String,
}

impl Pull {
    pub(super) fn is_open(&self) -> bool {
        self.state == "open"
    }

    pub(super) fn is_merged(&self) -> bool {
        self.merged_at.is_some()
    }

    pub(super) fn public(&self) -> PullRequest {
        PullRequest {
            number: self.number,
            url: self.html_url.clone(),
        }
    }

    /// Whether it was opened with the token that a workflow gets by itself.
    pub(super) fn by_workflow_token(&self) -> bool {
        self.user
            .as_ref()
            .is_some_and(|user| user.login == "github-actions[bot]")
    }
}

/// The branch as it is now.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) repository_id: String,
    pub(super) head: Option<String>,
    pub(super) queued: bool,
}

/// Whose work is on the branch, and what it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Nothing that the base has not got.
    Empty,
    /// One commit of platformctl's, untouched.
    Ours {
        /// The seal over all that the branch changes.
        seal: String,
        /// Where the branch left the base.
        merge_base: String,
    },
    /// Something that would be lost if the branch were rebuilt; why we think so.
    Foreign(String),
}

#[derive(Debug, Deserialize)]
struct Comparison {
    merge_base_commit: Sha,
    total_commits: usize,
    commits: Vec<Commit>,
    files: Option<Vec<ChangedFile>>,
}

#[derive(Debug, Deserialize)]
struct Sha {
    sha: String,
}

#[derive(Debug, Deserialize)]
struct Commit {
    sha: String,
    commit: CommitText,
    parents: Vec<Sha>,
    files: Option<Vec<ChangedFile>>,
}

#[derive(Debug, Deserialize)]
struct CommitText {
    message: String,
}

#[derive(Debug, Deserialize)]
struct ChangedFile {
    filename: String,
    sha: Option<String>,
    status: String,
}

/// Sees what is there, for one run of one proposal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) wire: &'a Wire,
    pub(super) connection: &'a Connection,
    pub(super) deadline: Deadline,
}

impl Look<'_> {
    /// The path of something below the repository.
    pub(super) fn path(&self, rest: &str) -> String {
        format!(
            "/repos/{}/{}{rest}",
            self.connection.owner, self.connection.name
        )
    }

    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        verb: Verb,
        path: &str,
        body: Option<Value>,
        replay: Replay,
    ) -> Result<T, Failure> {
        let request = Request {
            verb,
            path: self.path(path),
            body,
            replay,
        };
        let answer = self.wire.rest(&request, self.deadline)?;
        serde_json::from_value(answer).map_err(|error| {
            let text = format!("GitHub's answer makes no sense: {error}");
            Failure::Fatal(Error::Unexpected(text))
        })
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.ask(Verb::Get, path, None, Replay::Safe)
    }

    /// All pull requests from the proposal's branch into its base, newest first. A fork may have a branch of the same
    /// name, so only those from this repository count.
    pub(super) fn pulls(&self, proposal: &Proposal) -> Result<Vec<Pull>, Failure> {
        let owner = &self.connection.owner;
        let query = format!(
            "/pulls?state=all&head={}&base={}&per_page={PAGE}",
            encode(&format!("{owner}:{}", proposal.branch)),
            encode(&proposal.base_branch),
        );
        let mut pulls: Vec<Pull> = self.get(&query)?;
        let own = self.connection.repository();
        pulls.retain(|pull| {
            let repo = pull.head.repo.as_ref();
            // The repository of a deleted fork is null.
            repo.is_some_and(|repo| repo.full_name.eq_ignore_ascii_case(&own))
                && pull.head.branch == proposal.branch
                && pull.base.branch == proposal.base_branch
        });
        pulls.sort_by_key(|pull| std::cmp::Reverse(pull.number));
        Ok(pulls)
    }

    pub(super) fn branch(&self, branch: &str, open: Option<u64>) -> Result<Branch, Failure> {
        let variables = json!({
            "owner": self.connection.owner,
            "name": self.connection.name,
            "branch": format!("refs/heads/{branch}"),
            "number": open.unwrap_or(0),
            "open": open.is_some(),
        });
        let data = self
            .wire
            .graphql(REFS, variables, Replay::Safe, self.deadline)?;
        let repository = &data["repository"];
        let head = target_of(repository, branch)?;
        let id = repository["id"].as_str().ok_or_else(no_repository)?;
        Ok(Branch {
            repository_id: id.to_owned(),
            head,
            queued: repository["pullRequest"]["isInMergeQueue"] == true,
        })
    }

    /// What the branch adds to the base commit of the proposal. Both ends are commit ids, so the answer cannot mix
    /// two moments.
    pub(super) fn work(&self, base: &str, head: &str) -> Result<Work, Failure> {
        let path = format!("/compare/{base}...{head}?per_page={PAGE}");
        let comparison: Comparison = match self.get(&path) {
            Err(Failure::Refused(refusal)) if refusal.message.contains("o common ancestor") => {
                let text = "it has no commit in common with its base".to_owned();
                return Ok(Work::Foreign(text));
            }
            answer => answer?,
        };
        if comparison.total_commits == 0 {
            return Ok(Work::Empty);
        }
        let many = comparison.total_commits > comparison.commits.len();
        let (merges, own): (Vec<&Commit>, Vec<&Commit>) = comparison
            .commits
            .iter()
            .partition(|commit| commit.parents.len() > 1);
        let stranger = own
            .iter()
            .find(|commit| seal::in_message(&commit.commit.message).is_none());
        if let Some(commit) = stranger {
            return Ok(Work::Foreign(format!(
                "commit `{}` is not platformctl's",
                short(&commit.sha)
            )));
        }
        let [commit] = own.as_slice() else {
            return Ok(Work::Foreign(
                "it does not hold just one commit of platformctl's".to_owned(),
            ));
        };
        if many {
            return Ok(Work::Foreign(
                "it holds more commits than can be looked at".to_owned(),
            ));
        }
        let files = comparison.files.unwrap_or_default();
        let changed = if files.len() < COMPARED_FILES {
            blobs_of(&files)
        } else if merges.is_empty() {
            self.files_of(&commit.sha)?
        } else {
            None
        };
        let found = changed.map(|blobs| seal::of_blobs(&blobs));
        let expected = seal::in_message(&commit.commit.message);
        match found {
            // Merges of the base bring nothing of their own exactly when the whole difference is still what was sealed.
            Some(seal) if expected == Some(seal.as_str()) => Ok(Work::Ours {
                seal,
                merge_base: comparison.merge_base_commit.sha,
            }),
            _ => Ok(Work::Foreign(format!(
                "commit `{}` or a merge after it no longer holds what platformctl wrote",
                short(&commit.sha)
            ))),
        }
    }

    /// All files of one commit, page by page; `None` when something other than platformctl's edits is among them.
    fn files_of(&self, sha: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let commit: Commit =
                self.get(&format!("/commits/{sha}?per_page={PAGE}&page={page}"))?;
            let files = commit.files.unwrap_or_default();
            let last = files.len() < PAGE;
            all.extend(files);
            if last {
                return Ok(blobs_of(&all));
            }
        }
        Ok(None)
    }

    /// Whether a closed pull request once carried the values of this proposal.
    pub(super) fn carried(&self, pull: &Pull, id: &str) -> Result<bool, Failure> {
        let path = format!("/pulls/{}/commits?per_page={PAGE}", pull.number);
        let commits: Vec<Commit> = self.get(&path)?;
        Ok(commits
            .iter()
            .any(|commit| seal::names(&commit.commit.message, id)))
    }

    /// Whether a pull request was closed by deleting its branch. GitHub records both events at the same moment; who
    /// closes first and deletes later has declined, who deletes the branch wants it built anew.
    pub(super) fn closed_by_deletion(&self, pull: &Pull) -> Result<bool, Failure> {
        let variables = json!({
            "owner": self.connection.owner,
            "name": self.connection.name,
            "number": pull.number,
        });
        let data = self
            .wire
            .graphql(ENDING, variables, Replay::Safe, self.deadline)?;
        let nodes = &data["repository"]["pullRequest"]["timelineItems"]["nodes"];
        let last = |kind: &str| {
            let nodes = nodes.as_array()?;
            let node = nodes.iter().rev().find(|node| node["__typename"] == kind)?;
            node["createdAt"].as_str()?.parse::<jiff::Timestamp>().ok()
        };
        let moments = last("ClosedEvent").zip(last("HeadRefDeletedEvent"));
        Ok(moments
            .is_some_and(|(closed, deleted)| deleted.as_second().abs_diff(closed.as_second()) <= 1))
    }
}

/// Blob ids by path; `None` when files were removed or renamed, which platformctl never does.
fn blobs_of(files: &[ChangedFile]) -> Option<BTreeMap<String, String>> {
    files
        .iter()
        .map(|file| match (file.status.as_str(), &file.sha) {
            ("added" | "modified" | "changed", Some(sha)) => {
                Some((file.filename.clone(), sha.clone()))
            }
            _ => None,
        })
        .collect()
}

/// A commit id as people read it.
pub(super) fn short(oid: &str) -> &str {
    oid.get(..7).unwrap_or(oid)
}

/// A value inside a query string or a path segment.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
