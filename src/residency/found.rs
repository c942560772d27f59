//! What the rules found, what exceptions allow of it, and how much was looked at.

use super::exceptions;
use super::rule::{Input, Rule};
use crate::diagnostic::{self, Diagnostic};
use crate::facts::CellFacts;
use crate::model::Region;
use crate::source::Location;
use crate::spec::names::Country;
use crate::spec::types::{DataClass, Provider};
use std::collections::{BTreeMap, BTreeSet};

/// What is known about data that leaves, for an exception to be held against. What is not known matches no exception that
/// asks for it.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    /// The region whose data it is.
    pub region: &'a Region,
    /// The store it is from, by the id in platform.toml.
    pub store: Option<&'a str>,
    /// Its classes, as far as they are known.
    pub classes: BTreeSet<DataClass>,
    /// Where it goes; empty when not known.
    pub countries: BTreeSet<Country>,
    /// The provider there.
    pub provider: Option<Provider>,
    /// The provider's code of the place.
    pub location: Option<&'a str>,
    /// The bucket.
    pub bucket: Option<&'a str>,
}

impl<'a> Evidence<'a> {
    /// Data of a region that goes to these countries.
    pub fn new(region: &'a Region, countries: &BTreeSet<Country>) -> Self {
        Self {
            region,
            store: None,
            classes: BTreeSet::new(),
            countries: countries.clone(),
            provider: None,
            location: None,
            bucket: None,
        }
    }
}

/// A finding that a written exception allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excepted {
    /// What was found.
    pub finding: Diagnostic,
    /// The exception, by its position in platform.toml.
    pub exception: usize,
}

/// What the rules say about a repository.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// What breaks a rule, sorted by place.
    pub findings: Vec<Diagnostic>,
    /// What would, without an exception; sorted by place.
    pub excepted: Vec<Excepted>,
    /// How many things each rule looked at in each cell; what is about no cell stands under an empty name.
    pub examined: BTreeMap<(&'static str, String), usize>,
}

/// What the rules have found so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    so_far: Judgement,
}

impl Found {
    /// Adds a finding.
    pub(super) fn push(&mut self, finding: Diagnostic) {
        self.so_far.findings.push(finding);
    }

    /// Adds several.
    pub(super) fn extend(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        self.so_far.findings.extend(findings);
    }

    /// Adds all that another one has.
    pub(super) fn append(&mut self, other: Self) {
        let more = other.so_far;
        self.so_far.findings.extend(more.findings);
        self.so_far.excepted.extend(more.excepted);
        for (key, count) in more.examined {
            *self.so_far.examined.entry(key).or_default() += count;
        }
    }

    /// Adds a finding that an exception allows.
    pub(super) fn except(&mut self, finding: Diagnostic, exception: usize) {
        self.so_far.excepted.push(Excepted { finding, exception });
    }

    /// Adds a finding about data that leaves, unless an exception in order was written for just this.
    pub(super) fn depart(
        &mut self,
        input: &Input<'_>,
        finding: Diagnostic,
        evidence: &Evidence<'_>,
    ) {
        let code = finding.code;
        let valid =
            exceptions::meant(input, code, evidence).find(|index| exceptions::holds(input, *index));
        match valid {
            Some(exception) => self.except(finding, exception),
            None => match exceptions::meant(input, code, evidence).next() {
                Some(intended) => {
                    let id = &input.platform.residency.exceptions[intended].id;
                    self.push(finding.help(format!(
                        "the exception `{id}` would allow it: see what RES006 and RES007 say about it"
                    )));
                }
                None => self.push(finding),
            },
        }
    }

    /// Says that a rule looked at so many things in a cell. A rule that looked at nothing has not passed.
    pub(super) fn examined(&mut self, rule: &Rule, here: &CellFacts<'_>, count: usize) {
        self.looked(rule, here.cell.name.as_str(), count);
    }

    /// Says that a rule looked at so many things; the cell is empty for what concerns none.
    pub(super) fn looked(&mut self, rule: &Rule, cell: &str, count: usize) {
        *self
            .so_far
            .examined
            .entry((rule.id, cell.to_owned()))
            .or_default() += count;
    }

    /// Whether an exception has allowed anything.
    pub(super) fn has_used(&self, exception: usize) -> bool {
        self.so_far
            .excepted
            .iter()
            .any(|excepted| excepted.exception == exception)
    }

    /// Everything, sorted, and of several findings about one value only what the most specific rule says.
    pub(super) fn judgement(self) -> Judgement {
        let mut judged = self.so_far;
        let specific: Vec<Claim> = judged
            .findings
            .iter()
            .chain(judged.excepted.iter().map(|excepted| &excepted.finding))
            .filter_map(Claim::of)
            .collect();
        let is_said_better = |finding: &Diagnostic| {
            Claim::of(finding).is_some_and(|own| specific.iter().any(|other| other.outdoes(&own)))
        };
        judged.findings.retain(|finding| !is_said_better(finding));
        diagnostic::sort(&mut judged.findings);
        judged.findings.dedup();
        judged.excepted.sort_by(|a, b| {
            (a.finding.primary(), a.exception).cmp(&(b.finding.primary(), b.exception))
        });
        judged.excepted.dedup();
        judged
    }
}

/// Longer than this, a place is a whole object or file and says nothing about one value in it.
const LONGEST: usize = 1024;

/// A place that a rule speaks about.
struct Claim {
    path: String,
    span: (usize, usize),
    cell: Option<String>,
    rank: u8,
}

impl Claim {
    fn of(finding: &Diagnostic) -> Option<Self> {
        let Location { path, span } = finding.primary()?;
        Some(Self {
            path: path.clone(),
            span: (*span)?,
            cell: finding.cell.clone(),
            rank: rank(finding.code),
        })
    }

    /// Whether this one makes the other superfluous.
    fn outdoes(&self, other: &Self) -> bool {
        self.rank > other.rank
            && self.cell == other.cell
            && self.path == other.path
            && self.span.1 - self.span.0 <= LONGEST
            && self.span.0 < other.span.1.max(other.span.0 + 1)
            && other.span.0 < self.span.1.max(self.span.0 + 1)
    }
}

/// How specific a rule is: those that would say something about any address come first.
fn rank(code: &str) -> u8 {
    match code {
        "RES302" => 0,
        "RES301" => 1,
        "RES303" | "RES304" | "RES308" => 2,
        // What is replicated or backed up there says more than that it is there.
        "RES101" | "RES307" => 3,
        code if code.starts_with("RES0") || !code.starts_with("RES") => 3,
        // Where a bucket is says more than whose name it has.
        "RES209" => 4,
        // A program that makes a link is more than one that copies.
        "RES408" => 6,
        _ => 5,
    }
}
