//! What may move where: from the pins at a base commit to the change that is proposed, without touching anything.
//!
//! In: a [`Base`] (the platform, a commit, the texts of its pins files) and what was asked for. Out: a [`Promotion`]:
//! one [`Step`] per wave with its [`Proposal`], or a [`Refusal`]. Nothing here reads the work tree, so what is proposed
//! is what the commit says, whoever runs it.

mod base;
mod body;
mod branch;
mod promote;
mod release;
mod step;
mod text;

use crate::diagnostic::Diagnostic;
use crate::pins::Pin;
use std::collections::BTreeMap;

pub use base::{Base, pins_paths};
pub use branch::is_branch_name;
pub use promote::{PromoteRequest, promote};
pub use release::{ReleaseRequest, release};

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

/// What was found: what moves now, what waits, what was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// One for each wave in scope, in order; a release has one.
    pub steps: Vec<Step>,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
}

/// One wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its branch.
    pub branch: String,
    /// What is to change, sorted by service and cell; empty when everything already runs there.
    pub changes: Vec<Change>,
    /// Whether it can be proposed now.
    pub state: State,
}

/// Whether a step can be proposed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Yes. Its `files` are empty when nothing is to change.
    Ready(Box<Proposal>),
    /// No: these cells of earlier waves do not run the digests yet.
    Waiting(Vec<String>),
}

/// Another pin for a service in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The service.
    pub service: String,
    /// The cell, such as `production/tr`.
    pub cell: String,
    /// What it runs at the base commit.
    pub from: Pin,
    /// What it is to run.
    pub to: Pin,
}

/// A service that was left out in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The service.
    pub service: String,
    /// The cell.
    pub cell: String,
    /// Why, in a few words.
    pub reason: String,
}

/// Why nothing is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// What was asked for does not exist. Exit code 2.
    Usage(Vec<Diagnostic>),
    /// It exists, and must not be done. Exit code 1.
    Policy(Vec<Diagnostic>),
}

impl Refusal {
    /// What is wrong.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Usage(diagnostics) | Self::Policy(diagnostics) => diagnostics,
        }
    }
}
