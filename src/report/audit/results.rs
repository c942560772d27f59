//! What each rule came to in each cell. Nothing looked at is never a pass.

use super::Material;
use super::body::sha256;
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use crate::residency::{self, Rule};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A rule, for those who read a report without the program.
#[derive(Debug, Clone, Serialize)]
pub struct RuleText {
    /// Its id.
    pub id: &'static str,
    /// What is wrong when it is broken.
    pub title: &'static str,
    /// How much that weighs.
    pub severity: &'static str,
    /// Why the rule is there.
    pub rationale: &'static str,
    /// Whether a written exception can allow what it finds.
    pub exceptable: bool,
}

/// What a rule can come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It looked at something and found nothing.
    Pass,
    /// It found something.
    Fail,
    /// It found something that a written exception allows, and nothing else.
    Excepted,
    /// There is nothing of the kind that it is about.
    NotApplicable,
    /// It could not look.
    NotEvaluated,
}

/// What a rule came to in a cell.
#[derive(Debug, Clone, Serialize)]
pub struct RuleResult {
    /// The rule.
    pub rule: &'static str,
    /// The cell; none for what concerns the whole platform.
    pub cell: Option<String>,
    /// What it came to.
    pub result: Outcome,
    /// How many things it looked at.
    pub examined: usize,
    /// How many findings it has.
    pub findings: usize,
    /// How many findings exceptions allow.
    pub excepted: usize,
}

/// Results by their kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Passed.
    pub pass: usize,
    /// Failed.
    pub fail: usize,
    /// Allowed by exceptions.
    pub excepted: usize,
    /// Nothing to look at.
    pub not_applicable: usize,
    /// Not looked at.
    pub not_evaluated: usize,
}

impl Counts {
    pub(super) fn of(results: &[RuleResult]) -> Self {
        let mut counts = Self::default();
        for result in results {
            *match result.result {
                Outcome::Pass => &mut counts.pass,
                Outcome::Fail => &mut counts.fail,
                Outcome::Excepted => &mut counts.excepted,
                Outcome::NotApplicable => &mut counts.not_applicable,
                Outcome::NotEvaluated => &mut counts.not_evaluated,
            } += 1;
        }
        counts
    }
}

/// The texts of all rules.
pub(super) fn texts() -> Vec<RuleText> {
    let texts = residency::RULES.iter().map(|rule| RuleText {
        id: rule.id,
        title: rule.title,
        severity: rule.severity.name(),
        rationale: rule.rationale,
        exceptable: rule.exceptable,
    });
    texts.collect()
}

/// One hash for what all rules say.
pub(super) fn rules_hash() -> String {
    let pages: Vec<String> = residency::RULES
        .iter()
        .map(|rule| {
            format!(
                "{} {} {}\n{}",
                rule.id,
                rule.severity.name(),
                rule.exceptable,
                residency::page(rule)
            )
        })
        .collect();
    sha256(Digest::of(pages.join("\0").as_bytes()))
}

/// Every rule in every cell that it is about, sorted by rule and cell.
pub(super) fn results(material: &Material<'_>) -> Vec<RuleResult> {
    let cells = Cells::of(material);
    residency::RULES
        .iter()
        .flat_map(|rule| of_rule(rule, material, &cells))
        .collect()
}

/// The cells of a run.
struct Cells<'a> {
    /// Those that hold real data.
    judged: Vec<&'a str>,
    /// Those that could not be built as a whole.
    broken: BTreeSet<&'a str>,
}

impl<'a> Cells<'a> {
    fn of(material: &Material<'a>) -> Self {
        let input = material.input;
        let built = input.facts.into_iter().flat_map(|facts| &facts.cells);
        let broken = built.filter(|facts| !facts.problems.is_empty());
        Self {
            judged: input.cells().map(|cell| cell.name.as_str()).collect(),
            broken: broken.map(|facts| facts.cell.name.as_str()).collect(),
        }
    }
}

fn of_rule(rule: &Rule, material: &Material<'_>, cells: &Cells<'_>) -> Vec<RuleResult> {
    let findings = material.report.diagnostics().iter();
    let findings: Vec<&Diagnostic> = findings.filter(|found| found.code == rule.id).collect();
    let excepted = material.report.excepted().iter();
    let excepted: Vec<&Diagnostic> = excepted
        .map(|allowed| &allowed.finding)
        .filter(|found| found.code == rule.id)
        .collect();
    let examined: BTreeMap<&str, usize> = material
        .judgement
        .examined
        .iter()
        .filter(|((id, _), _)| *id == rule.id)
        .map(|((_, cell), count)| (cell.as_str(), *count))
        .collect();
    let named = findings.iter().chain(&excepted).map(|found| in_cell(found));
    let mut all: BTreeSet<&str> = examined.keys().copied().chain(named).collect();
    if all.iter().any(|cell| !cell.is_empty()) {
        all.extend(&cells.judged);
    }
    if all.is_empty() {
        // It said nothing at all: it did not run.
        all.insert("");
    }
    let here = |found: &[&Diagnostic], cell: &str| -> usize {
        found.iter().filter(|found| in_cell(found) == cell).count()
    };
    all.into_iter()
        .map(|cell| {
            // What only warns early breaks nothing yet.
            let weighty = findings
                .iter()
                .filter(|found| in_cell(found) == cell && found.severity <= rule.severity.level());
            let looked = examined.get(cell).copied();
            let excepted = here(&excepted, cell);
            RuleResult {
                rule: rule.id,
                cell: (!cell.is_empty()).then(|| cell.to_owned()),
                result: outcome(
                    looked,
                    weighty.count(),
                    excepted,
                    cells.broken.contains(cell),
                ),
                examined: looked.unwrap_or_default(),
                findings: here(&findings, cell),
                excepted,
            }
        })
        .collect()
}

fn in_cell(found: &Diagnostic) -> &str {
    found.cell.as_deref().unwrap_or_default()
}

/// `looked` is none when the rule did not run here.
fn outcome(looked: Option<usize>, findings: usize, excepted: usize, is_broken: bool) -> Outcome {
    match looked {
        _ if findings > 0 => Outcome::Fail,
        None => Outcome::NotEvaluated,
        // What could not be built may hold what the rule is about.
        Some(_) if is_broken => Outcome::NotEvaluated,
        Some(_) if excepted > 0 => Outcome::Excepted,
        Some(0) => Outcome::NotApplicable,
        Some(_) => Outcome::Pass,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_examined_is_never_a_pass() {
        for (looked, findings, excepted, is_broken, wanted) in [
            (Some(0), 0, 0, false, Outcome::NotApplicable),
            (Some(3), 0, 0, false, Outcome::Pass),
            (Some(3), 0, 0, true, Outcome::NotEvaluated),
            (None, 0, 0, false, Outcome::NotEvaluated),
            (Some(0), 1, 0, false, Outcome::Fail),
            (None, 1, 1, true, Outcome::Fail),
            (Some(2), 0, 1, false, Outcome::Excepted),
        ] {
            assert_eq!(outcome(looked, findings, excepted, is_broken), wanted);
        }
    }
}
