//! Promotion: copying pins from the cells of one environment to those of the next.

use super::base::{Base, unknown};
use super::step::{Scope, Verb, step};
use super::{Change, Promotion, Refusal, Skipped, State, branch};
use crate::diagnostic::Diagnostic;
use crate::model::{Cell, Service};
use crate::pins::Pin;
use crate::source::Location;
use std::collections::BTreeSet;

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromoteRequest {
    /// The environment whose pins are copied.
    pub from: String,
    /// The environment that gets them.
    pub to: String,
    /// Only these services; all when empty.
    pub services: Vec<String>,
    /// Only these regions of `to`; all when empty.
    pub regions: Vec<String>,
}

/// What is to move.
///
/// # Errors
/// A [`Refusal`]: unknown names, a pair that `promote-from` does not name, a source that was never released or has no
/// digest, pins files that are missing or unclear.
pub fn promote(base: &Base<'_>, request: &PromoteRequest) -> Result<Promotion, Refusal> {
    let promoter = Promoter::new(base, request)?;
    let waves = promoter.waves();
    let last = waves
        .iter()
        .rposition(|wave| wave.iter().any(|cell| promoter.in_scope(cell)))
        .unwrap_or(0);
    let mut problems = Vec::new();
    let mut skipped = Vec::new();
    let mut moves = Vec::new();
    for wave in waves.iter().take(last + 1) {
        moves.push(promoter.moves(wave, &mut problems, &mut skipped));
    }
    if !problems.is_empty() {
        problems.dedup();
        return Err(Refusal::Policy(problems));
    }
    promoter.check_released(&skipped)?;
    promoter.steps(&waves, moves, skipped)
}

struct Promoter<'a> {
    base: &'a Base<'a>,
    from: Vec<&'a Cell>,
    to: Vec<&'a Cell>,
    request: &'a PromoteRequest,
    /// Named services, else all.
    services: Vec<&'a Service>,
    /// Named regions, else all.
    regions: BTreeSet<String>,
    waves: &'a [Vec<crate::spec::names::Name>],
}

impl<'a> Promoter<'a> {
    fn new(base: &'a Base<'a>, request: &'a PromoteRequest) -> Result<Self, Refusal> {
        base.environment(&request.from)?;
        let environment = base.environment(&request.to)?;
        if environment.promote_from.as_deref() != Some(request.from.as_str()) {
            return Err(wrong_pair(request, environment.promote_from.as_deref()));
        }
        let to = base.cells(&request.to);
        let named: BTreeSet<&String> = request.services.iter().collect();
        let mut services = Vec::new();
        for name in &named {
            services.push(base.service(name)?);
        }
        if services.is_empty() {
            services = base.platform.services.values().collect();
        }
        let mut regions: BTreeSet<String> = request.regions.iter().cloned().collect();
        let known: Vec<&str> = to.iter().map(|cell| cell.region.as_str()).collect();
        if let Some(region) = regions
            .iter()
            .find(|region| !known.contains(&region.as_str()))
        {
            let what = format!("region of `{}` called", request.to);
            return Err(unknown(&what, region, known));
        }
        if regions.is_empty() {
            regions = known.iter().map(|&region| region.to_owned()).collect();
        }
        let from = base.cells(&request.from);
        Ok(Self {
            base,
            from,
            to,
            request,
            services,
            regions,
            waves: &environment.waves,
        })
    }

    fn in_scope(&self, cell: &Cell) -> bool {
        self.regions.contains(cell.region.as_str())
    }

    /// The cells of the target in the order in which promotions reach them.
    fn waves(&self) -> Vec<Vec<&'a Cell>> {
        let in_wave = |wave: &[crate::spec::names::Name]| -> Vec<&'a Cell> {
            self.to
                .iter()
                .copied()
                .filter(|cell| wave.contains(&cell.region))
                .collect()
        };
        let mut waves: Vec<Vec<&Cell>> = self.waves.iter().map(|wave| in_wave(wave)).collect();
        // A laptop's cell is in no wave.
        let rest = self.to.iter().copied().filter(|cell| {
            !self
                .waves
                .iter()
                .flatten()
                .any(|region| *region == cell.region)
        });
        waves.push(rest.collect());
        waves.retain(|wave| !wave.is_empty());
        waves
    }

    /// What must change in the cells of a wave, in scope or not: what is out of scope may still hold back later waves.
    fn moves(
        &self,
        wave: &[&'a Cell],
        problems: &mut Vec<Diagnostic>,
        skipped: &mut Vec<Skipped>,
    ) -> Vec<(&'a Cell, &'a Service, Change)> {
        let mut moves = Vec::new();
        for &service in &self.services {
            for &cell in wave {
                let source = self.source(cell, service);
                match source.and_then(|pin| Ok((pin, self.base.pin(cell, service)?))) {
                    Ok((Some(to), from)) if from != to => moves.push((
                        cell,
                        service,
                        Change {
                            service: service.name.to_string(),
                            cell: cell.name.to_string(),
                            from,
                            to,
                        },
                    )),
                    Ok((Some(_), _)) => {}
                    Ok((None, _)) if self.in_scope(cell) => skipped.push(Skipped {
                        service: service.name.to_string(),
                        cell: cell.name.to_string(),
                        reason: format!("never released in {}", self.request.from),
                    }),
                    Ok((None, _)) => {}
                    Err(more) => problems.extend(more),
                }
            }
        }
        moves
    }

    /// The pin that a cell of the target is to get: that of the same region, else what all cells of the source agree on.
    fn source(&self, cell: &Cell, service: &Service) -> Result<Option<Pin>, Vec<Diagnostic>> {
        let same = self.from.iter().find(|source| source.region == cell.region);
        let sources: Vec<&Cell> = same.map_or_else(|| self.from.clone(), |&same| vec![same]);
        let mut pins = Vec::new();
        for source in sources {
            pins.push((source, self.base.pin(source, service)?));
        }
        let Some((source, first)) = pins.first() else {
            return Ok(None);
        };
        if pins.iter().any(|(_, pin)| pin != first) {
            return Err(vec![disagreement(cell, service, &pins)]);
        }
        if first.released && first.digest.is_none() {
            return Err(vec![without_digest(source, service, first)]);
        }
        Ok(first.released.then(|| first.clone()))
    }

    /// Refuses when what was named, or everything, was never released in the source.
    fn check_released(&self, skipped: &[Skipped]) -> Result<(), Refusal> {
        let never = |service: Option<&str>, region: Option<&str>| {
            let mut pairs = self
                .services
                .iter()
                .flat_map(|s| self.to.iter().map(move |c| (s, c)))
                .filter(|(s, c)| {
                    service.is_none_or(|only| s.name.as_str() == only)
                        && region.is_none_or(|only| c.region.as_str() == only)
                        && self.in_scope(c)
                });
            pairs.all(|(s, c)| {
                skipped
                    .iter()
                    .any(|skip| skip.service == s.name.as_str() && skip.cell == c.name.as_str())
            })
        };
        let from = &self.request.from;
        let message = if never(None, None) {
            format!("nothing was ever released in `{from}`")
        } else if let Some(service) = self
            .request
            .services
            .iter()
            .find(|name| never(Some(name), None))
        {
            format!("`{service}` was never released in `{from}`")
        } else if let Some(region) = self
            .request
            .regions
            .iter()
            .find(|name| never(None, Some(name)))
        {
            format!("nothing was ever released in `{from}` for region `{region}`")
        } else {
            return Ok(());
        };
        let service = self
            .request
            .services
            .first()
            .map_or("SERVICE", String::as_str);
        Err(Refusal::Policy(vec![
            Diagnostic::error("never-released", message).help(format!(
                "release it first: `platformctl release {service} --env {from} --digest sha256:…`"
            )),
        ]))
    }

    fn steps(
        &self,
        waves: &[Vec<&'a Cell>],
        moves: Vec<Vec<(&'a Cell, &'a Service, Change)>>,
        skipped: Vec<Skipped>,
    ) -> Result<Promotion, Refusal> {
        let mut steps = Vec::new();
        let mut behind: Vec<String> = Vec::new();
        let many = waves.len() > 1;
        for (index, (cells, moves)) in waves.iter().zip(moves).enumerate() {
            let regions: Vec<String> = cells
                .iter()
                .filter(|c| self.in_scope(c))
                .map(|c| c.region.to_string())
                .collect();
            let waiting = behind.clone();
            behind.extend(moves.iter().map(|(cell, ..)| cell.name.to_string()));
            behind.sort();
            behind.dedup();
            if regions.is_empty() {
                continue;
            }
            let services: Vec<String> = if self.request.services.is_empty() {
                Vec::new()
            } else {
                self.services.iter().map(|s| s.name.to_string()).collect()
            };
            let scope = Scope {
                verb: Verb::Promote {
                    from: self.request.from.clone(),
                    command: command(self.request),
                },
                to: self.request.to.clone(),
                branch: branch::promote(
                    &self.request.to,
                    &regions,
                    self.to.len(),
                    &services,
                    self.base.platform.services.len(),
                ),
                all_regions: regions.len() == self.to.len(),
                regions,
                wave: many.then_some((index + 1, waves.len())),
            };
            let mine: Vec<_> = moves
                .into_iter()
                .filter(|(cell, ..)| self.in_scope(cell))
                .collect();
            let mut step = step(self.base, &scope, mine, &skipped)?;
            if !waiting.is_empty() && !step.changes.is_empty() {
                step.state = State::Waiting(waiting);
            }
            steps.push(step);
        }
        Ok(Promotion { steps, skipped })
    }
}

/// The command that asks for the same again.
fn command(request: &PromoteRequest) -> String {
    let mut command = format!("platformctl promote {}→{}", request.from, request.to);
    for (flag, names) in [
        ("--service", &request.services),
        ("--region", &request.regions),
    ] {
        let names: BTreeSet<&String> = names.iter().collect();
        for name in names {
            command.push_str(&format!(" {flag} {name}"));
        }
    }
    command
}

fn wrong_pair(request: &PromoteRequest, from: Option<&str>) -> Refusal {
    let to = &request.to;
    let help = match from {
        Some(from) => {
            format!("`{to}` is promoted from `{from}`: `platformctl promote {from}→{to}`")
        }
        None => format!(
            "`{to}` takes releases: `platformctl release SERVICE --env {to} --digest sha256:…`; or add `promote-from` to `[environments.{to}]`"
        ),
    };
    Refusal::Policy(vec![
        Diagnostic::error(
            "promotion-pair",
            format!("`{to}` is not promoted from `{}`", request.from),
        )
        .at(Location::file(crate::spec::FILE), "")
        .help(help),
    ])
}

fn without_digest(cell: &Cell, service: &Service, pin: &Pin) -> Diagnostic {
    let tag = pin.tag.as_deref().unwrap_or_default();
    Diagnostic::error("no-digest", format!("`{}` runs the tag `{tag}` in {} without a digest", service.name, cell.name))
        .at(Location::file(cell.pins(&service.name)), "")
        .in_cell(cell.name.as_str())
        .help(format!(
            "a tag can move, so only digests are promoted: `platformctl release {} --env {} --tag {tag} --digest sha256:…`",
            service.name, cell.environment
        ))
}

fn disagreement(cell: &Cell, service: &Service, pins: &[(&Cell, Pin)]) -> Diagnostic {
    let from = pins
        .first()
        .map_or("", |(cell, _)| cell.environment.as_str());
    let mut problem = Diagnostic::error(
        "sources-differ",
        format!(
            "the cells of `{from}` run different pins of `{}`, and none of them is in region `{}`",
            service.name, cell.region
        ),
    )
    .in_cell(cell.name.as_str());
    for (source, pin) in pins {
        problem = problem.at(Location::file(source.pins(&service.name)), pin.short());
    }
    problem.help(format!(
        "bring them to one digest: `platformctl release {} --env {from} --digest sha256:…`",
        service.name
    ))
}
