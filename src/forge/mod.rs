//! Where proposals become pull requests: GitHub, as an edge.
//!
//! In: a [`Connection`] made from the environment, and [`Proposal`]s computed from files
//! that [`GitHub::read`] gave. Out: an [`Outcome`] per proposal. The module exists so that everything which can fail,
//! race or be rate limited is behind four plain calls; nothing async leaves it.
//!
//! The one promise that shapes it: what a person pushed is never overwritten. Commits are built on a throw-away
//! branch and then moved into place by a compare-and-swap of references, so a push between our look and our write
//! makes the write fail instead of the push disappear.

mod answer;
mod connection;
mod contents;
mod error;
mod look;
mod publish;
mod seal;
mod token;
mod wire;
mod write;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::promotion::Proposal;

pub use connection::Connection;
pub use error::Error;

/// A pull request, as far as a command tells about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number in the repository.
    pub number: u64,
    /// Where a person finds it.
    pub url: String,
}

/// What became of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A new pull request is open.
    Created,
    /// The pull request that was open has new contents, title or body.
    Updated,
    /// The open pull request already says exactly this; nothing was written.
    Noop,
    /// Nothing is to change and no pull request is open.
    Nothing,
    /// Nothing is left to change: the open pull request was closed and its branch deleted.
    Closed,
    /// A person decided or wrote something that would be overruled or lost; nothing was written. Exit code 4.
    Blocked(Diagnostic),
}

impl Action {
    /// The word for machines: `created`, `updated`, `noop`, `nothing`, `closed`, `blocked`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Noop => "noop",
            Self::Nothing => "nothing",
            Self::Closed => "closed",
            Self::Blocked(_) => "blocked",
        }
    }
}

/// What [`GitHub::publish`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What became of the proposal.
    pub action: Action,
    /// The pull request it concerns, when there is one (also the one that blocks).
    pub pull_request: Option<PullRequest>,
    /// What went less than well without failing: labels not set, checks that will wait for approval.
    pub warnings: Vec<Diagnostic>,
}

/// How long to wait for a forge that is busy. The defaults suit github.com.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long one call of [`GitHub`] may take with all its retries.
    pub total: Duration,
    /// How long one request may take.
    pub request: Duration,
    /// The first pause before a replay; later ones double, with jitter.
    pub pause: Duration,
    /// The wait after a rate limit that does not say how long.
    pub rate_limit: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(300),
            request: Duration::from_secs(30),
            pause: Duration::from_millis(500),
            rate_limit: Duration::from_secs(60),
        }
    }
}

/// One repository on GitHub, github.com or GitHub Enterprise. All calls block.
#[derive(Debug)]
pub struct GitHub {
    connection: Connection,
    wire: wire::Wire,
}

/// The message that a proposal's commit has: the proposal's own with every trailer by which it is known again.
///
/// # Errors
/// When a text cannot be hashed.
pub fn sealed_message(proposal: &Proposal) -> Result<String, Error> {
    seal::message(proposal)
}

impl GitHub {
    /// Prepares to talk to a repository; nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when this machine cannot make TLS connections.
    pub fn connect(connection: Connection, patience: Patience) -> Result<Self, Error> {
        let wire = wire::Wire::open(&connection, patience)?;
        Ok(Self { connection, wire })
    }

    /// The commit that a branch points to, 40 hexadecimal digits.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such branch, else any [`Error`].
    pub fn base(&self, branch: &str) -> Result<String, Error> {
        let deadline = self.wire.deadline();
        contents::branch(&self.wire, &self.connection, branch, deadline)
            .map_err(|failure| failure.into_error(&format!("read branch `{branch}`")))?
            .ok_or_else(|| {
                let repository = self.connection.repository();
                Error::NotFound(format!("there is no branch `{branch}` in {repository}"))
            })
    }

    /// The texts of files at a commit; `None` for a path that does not exist there.
    ///
    /// # Errors
    /// [`Error::Content`] for what is not a whole UTF-8 text file, else any [`Error`].
    pub fn read(
        &self,
        oid: &str,
        paths: &[String],
    ) -> Result<BTreeMap<String, Option<String>>, Error> {
        let deadline = self.wire.deadline();
        contents::texts(&self.wire, &self.connection, oid, paths, deadline)
    }

    /// Makes the pull request say what the proposal says: opens it, updates it, or leaves it alone.
    ///
    /// Safe to repeat and to run twice at once. Commits that platformctl did not make are never overwritten: they
    /// give [`Action::Blocked`].
    ///
    /// # Errors
    /// Any [`Error`]; the forge may then hold part of the change, and the next run completes it.
    pub fn publish(&self, proposal: &Proposal) -> Result<Outcome, Error> {
        let look = look::Look {
            wire: &self.wire,
            connection: &self.connection,
            deadline: self.wire.deadline(),
        };
        publish::publish(look, proposal)
    }
}
