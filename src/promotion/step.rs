//! From the changes of one wave to its proposal.

use super::base::Base;
use super::{Change, Proposal, Refusal, Skipped, State, Step, body, branch, text};
use crate::diagnostic::Diagnostic;
use crate::model::{Cell, Service};
use crate::pins::Pin;
use std::collections::BTreeMap;

/// What one proposal is about.
pub(super) struct Scope {
    pub(super) verb: Verb,
    /// The environment that changes.
    pub(super) to: String,
    pub(super) branch: String,
    /// Regions in scope, and whether they are all of the environment's.
    pub(super) regions: Vec<String>,
    pub(super) all_regions: bool,
    /// This wave and how many there are, when there is more than one.
    pub(super) wave: Option<(usize, usize)>,
}

/// What moves the pins.
pub(super) enum Verb {
    /// Copying from another environment.
    Promote { from: String, command: String },
    /// A service's own new digest.
    Release { service: String, to: Pin },
}

/// Makes the step of a scope, ready to be proposed.
pub(super) fn step(
    base: &Base<'_>,
    scope: &Scope,
    mut moves: Vec<(&Cell, &Service, Change)>,
    skipped: &[Skipped],
) -> Result<Step, Refusal> {
    if !branch::is_branch_name(&scope.branch) {
        return Err(Refusal::Usage(vec![
            Diagnostic::error(
                "bad-branch",
                format!("`{}` cannot be a branch", scope.branch),
            )
            .help("shorten the names of the environment, region or service"),
        ]));
    }
    moves.sort_by(|(.., a), (.., b)| (&a.service, &a.cell).cmp(&(&b.service, &b.cell)));
    let mut files = BTreeMap::new();
    let mut values = Vec::new();
    let mut problems = Vec::new();
    for (cell, service, change) in &moves {
        match base.with_pin(cell, service, &change.to) {
            Ok((path, text)) => {
                values.push(value_line(&path, &service.image, &change.to));
                files.insert(path, text);
            }
            Err(more) => problems.extend(more),
        }
    }
    if !problems.is_empty() {
        return Err(Refusal::Policy(problems));
    }
    values.sort();
    let id = branch::hex(&values.concat(), 16);
    let changes: Vec<Change> = moves.into_iter().map(|(.., change)| change).collect();
    let here: Vec<&Skipped> = skipped
        .iter()
        .filter(|skip| {
            skip.cell
                .split_once('/')
                .is_some_and(|(_, r)| scope.regions.iter().any(|region| region == r))
        })
        .collect();
    let proposal = Proposal {
        branch: scope.branch.clone(),
        base_branch: base.platform.branch.clone(),
        base_oid: base.oid.to_owned(),
        title: text::title(scope, &changes),
        body: body::body(scope, &id, &changes, &here),
        headline: text::headline(scope, &changes),
        message: text::message(scope, &id, base.oid, &changes),
        labels: text::labels(scope),
        id,
        files,
    };
    Ok(Step {
        branch: scope.branch.clone(),
        changes,
        state: State::Ready(Box::new(proposal)),
    })
}

/// One new value; the id of a proposal is the hash of all of them.
fn value_line(path: &str, image: &str, pin: &Pin) -> String {
    let (tag, digest) = (
        pin.tag.as_deref().unwrap_or_default(),
        pin.digest.as_deref().unwrap_or_default(),
    );
    format!("{path} {image}={tag}@{digest}\n")
}
