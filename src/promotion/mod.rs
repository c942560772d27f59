//! What may move where: from the pins at a base commit to the change that is proposed, without touching anything.

use std::collections::BTreeMap;

/// A change of pins, ready to be written as one commit on one branch and opened as one pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The branch it lives on; the same for the same scope on every run and machine.
    pub branch: String,
    /// The branch it is to be merged into.
    pub base_branch: String,
    /// The commit of the base branch that `files` were computed from, 40 hexadecimal digits.
    pub base_oid: String,
    /// Names the set of new digests; two proposals with equal ids carry equal values.
    pub id: String,
    /// Title of the pull request.
    pub title: String,
    /// Body of the pull request, Markdown, at most 60,000 bytes.
    pub body: String,
    /// First line of the commit message.
    pub headline: String,
    /// The rest of the commit message, with its trailers.
    pub message: String,
    /// Labels of the pull request.
    pub labels: Vec<String>,
    /// Whole new texts by path. Empty when nothing is to change.
    pub files: BTreeMap<String, String>,
}

/// The trailer that marks a commit as platformctl's own.
pub const MANAGED_TRAILER: &str = "Platformctl-Managed: v1";
