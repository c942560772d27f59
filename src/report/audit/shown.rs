//! Findings, exceptions and results, as the page shows them.

use super::body::Body;
use super::exceptions::State;
use super::findings::Finding;
use super::page::many;
use super::results::{Outcome, RuleResult};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
pub(super) struct Shown<'a> {
    finding: &'a Finding,
    where_: String,
    trace: String,
}

#[derive(Serialize)]
pub(super) struct ShownException<'a> {
    id: &'a str,
    state: &'static str,
    words: &'static str,
    facts: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
pub(super) struct RuleRow<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'a str,
    rationale: &'a str,
    cells: Vec<ResultCell>,
}

#[derive(Serialize)]
pub(super) struct ResultCell {
    state: &'static str,
    words: String,
}

/// Findings that differ only in the cell, once.
pub(super) fn shown(findings: &[Finding]) -> Vec<Shown<'_>> {
    let mut groups: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for finding in findings {
        let same = |other: &Finding| {
            (
                other.rule,
                &other.message,
                &other.object,
                &other.trace,
                &other.exception,
            ) == (
                finding.rule,
                &finding.message,
                &finding.object,
                &finding.trace,
                &finding.exception,
            ) && other.places.first().map(|place| (&place.file, place.line))
                == finding
                    .places
                    .first()
                    .map(|place| (&place.file, place.line))
        };
        let cell = finding.cell.as_deref();
        match groups.iter_mut().find(|(other, _)| same(other)) {
            Some((_, cells)) => cells.extend(cell),
            None => groups.push((finding, cell.into_iter().collect())),
        }
    }
    groups
        .into_iter()
        .map(|(finding, cells)| Shown {
            finding,
            where_: cells.join(", "),
            trace: finding.trace.join(" → "),
        })
        .collect()
}

pub(super) fn exceptions(body: &Body) -> Vec<ShownException<'_>> {
    let all = body.exceptions.iter().map(|exception| {
        let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "not said".to_owned());
        let left = match exception.days_left {
            Some(left) if left > 0 => format!(
                " ({})",
                many(
                    usize::try_from(left).unwrap_or_default(),
                    "day left",
                    "days left"
                )
            ),
            Some(_) => " (has ended)".to_owned(),
            None => String::new(),
        };
        let (state, words) = match exception.state {
            State::InForce => ("excepted", "in force"),
            State::Unused => ("not-applicable", "in order, and not used"),
            State::Expired => ("fail", "expired: allows nothing"),
            State::NotInOrder => ("fail", "not in order: allows nothing"),
        };
        ShownException {
            id: &exception.id,
            state,
            words,
            facts: vec![
                (
                    "Data of",
                    format!(
                        "{}, store {}",
                        said(&exception.region),
                        said(&exception.store)
                    ),
                ),
                ("Classes", exception.classes.join(", ")),
                ("Goes to", said(&exception.to)),
                ("Expires", format!("{}{left}", said(&exception.expires))),
                ("Reason", said(&exception.reason)),
                ("Legal basis", said(&exception.legal_basis)),
                ("Requested by", said(&exception.requested_by)),
                (
                    "Approved by",
                    format!(
                        "{}, on {}",
                        said(&exception.approved_by),
                        said(&exception.approved_on)
                    ),
                ),
                ("Ticket", said(&exception.ticket)),
                ("Encryption", said(&exception.encryption)),
                ("Excepts from", exception.rules.join(", ")),
                (
                    "Allows",
                    many(exception.suppresses.len(), "finding", "findings"),
                ),
            ],
        }
    });
    all.collect()
}

/// The platform as a whole, then every cell that has a result.
pub(super) fn columns(body: &Body) -> Vec<String> {
    let cells: BTreeSet<&String> = body
        .results
        .iter()
        .filter_map(|result| result.cell.as_ref())
        .collect();
    let order = body
        .coverage
        .iter()
        .map(|cell| &cell.cell)
        .filter(|cell| cells.contains(cell));
    order.cloned().collect()
}

pub(super) fn rules<'a>(body: &'a Body, columns: &[String]) -> Vec<RuleRow<'a>> {
    let mut of: BTreeMap<(&str, &str), &RuleResult> = BTreeMap::new();
    for result in &body.results {
        of.insert(
            (result.rule, result.cell.as_deref().unwrap_or_default()),
            result,
        );
    }
    let rows = body.rules.iter().map(|rule| {
        let names = std::iter::once("").chain(columns.iter().map(String::as_str));
        RuleRow {
            id: rule.id,
            title: rule.title,
            severity: rule.severity,
            rationale: rule.rationale,
            cells: names
                .map(|cell| result_cell(of.get(&(rule.id, cell)).copied()))
                .collect(),
        }
    });
    rows.collect()
}

pub(super) fn result_cell(result: Option<&RuleResult>) -> ResultCell {
    let Some(result) = result else {
        return ResultCell {
            state: "none",
            words: "–".to_owned(),
        };
    };
    let (state, words) = match result.result {
        Outcome::Pass => ("pass", format!("pass ({})", result.examined)),
        Outcome::Fail => (
            "fail",
            format!(
                "fail: {} of {}",
                result.findings,
                result.examined.max(result.findings)
            ),
        ),
        Outcome::Excepted => ("excepted", format!("excepted ({})", result.excepted)),
        Outcome::NotApplicable => ("not-applicable", "nothing there".to_owned()),
        Outcome::NotEvaluated => ("not-evaluated", "not evaluated".to_owned()),
    };
    ResultCell { state, words }
}
