//! Release: a new digest for a service, into an environment that takes releases.

use super::base::{Base, unknown};
use super::step::{Scope, Verb, step};
use super::{Change, Promotion, Refusal, branch};
use crate::diagnostic::Diagnostic;
use crate::pins::{Pin, UNRELEASED};
use crate::source::Location;
use crate::spec::formats::{is_digest, is_tag};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRequest {
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// Only this region; all when `None`.
    pub region: Option<String>,
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// The tag, for people.
    pub tag: Option<String>,
}

/// What is to change.
///
/// # Errors
/// A [`Refusal`]: unknown names, a malformed digest or tag, an environment that is promoted to, pins files that are
/// missing or unclear.
pub fn release(base: &Base<'_>, request: &ReleaseRequest) -> Result<Promotion, Refusal> {
    let service = base.service(&request.service)?;
    let environment = base.environment(&request.environment)?;
    check_values(request)?;
    if let Some(from) = &environment.promote_from {
        return Err(promoted(request, from));
    }
    let all = base.cells(&request.environment);
    let cells: Vec<_> = all
        .iter()
        .copied()
        .filter(|cell| {
            request
                .region
                .as_deref()
                .is_none_or(|only| cell.region.as_str() == only)
        })
        .collect();
    if let (true, Some(region)) = (cells.is_empty(), &request.region) {
        let what = format!("region of `{}` called", request.environment);
        return Err(unknown(
            &what,
            region,
            all.iter().map(|cell| cell.region.as_str()),
        ));
    }
    let to = Pin::new(request.tag.as_deref(), Some(&request.digest));
    let mut problems = Vec::new();
    let mut moves = Vec::new();
    for &cell in &cells {
        match base.pin(cell, service) {
            Ok(from) if from != to => moves.push((
                cell,
                service,
                Change {
                    service: service.name.to_string(),
                    cell: cell.name.to_string(),
                    from,
                    to: to.clone(),
                },
            )),
            Ok(_) => {}
            Err(more) => problems.extend(more),
        }
    }
    if !problems.is_empty() {
        return Err(Refusal::Policy(problems));
    }
    let regions: Vec<String> = cells.iter().map(|cell| cell.region.to_string()).collect();
    let scope = Scope {
        verb: Verb::Release {
            service: request.service.clone(),
            to: to.clone(),
        },
        to: request.environment.clone(),
        branch: branch::release(&request.environment, &regions, all.len(), &request.service),
        all_regions: regions.len() == all.len(),
        regions,
        wave: None,
    };
    let step = step(base, &scope, moves, &[])?;
    Ok(Promotion {
        steps: vec![step],
        skipped: Vec::new(),
    })
}

fn check_values(request: &ReleaseRequest) -> Result<(), Refusal> {
    let mut problems = Vec::new();
    if !is_digest(&request.digest) {
        problems.push(
            Diagnostic::error("bad-digest", format!("`{}` is not a digest", request.digest))
                .help("a digest is `sha256:` and 64 lower-case hexadecimal digits, as a registry answers to a push"),
        );
    }
    if let Some(tag) = request
        .tag
        .as_deref()
        .filter(|tag| !is_tag(tag) || *tag == UNRELEASED)
    {
        problems.push(
            Diagnostic::error("bad-tag", format!("`{tag}` is not a tag to release"))
                .help("a tag has at most 128 letters, digits, underscores, dots and hyphens, such as `v1.4.0`"),
        );
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Usage(problems))
    }
}

fn promoted(request: &ReleaseRequest, from: &str) -> Refusal {
    let to = &request.environment;
    Refusal::Policy(vec![
        Diagnostic::error(
            "release-into-promoted",
            format!("`{to}` takes no releases, it is promoted from `{from}`"),
        )
        .at(Location::file(crate::spec::FILE), "")
        .help(format!(
            "promote what runs in `{from}`: `platformctl promote {from}→{to} --service {}`",
            request.service
        )),
    ])
}
