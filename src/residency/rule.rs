//! What a rule is, and what it may look at.

use super::found::Found;
use super::repository::{FileFact, PinFact, Tree};
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::{CellFacts, Facts};
use crate::model::{Cell, Platform, Region};
use crate::source::Location;
use crate::spec::names::{CellName, Name};
use crate::spec::types::EnvironmentKind;
use crate::spec::{Document, KeyPath};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// How much a broken rule weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Protected data leaves or rests abroad, or a control fails that all others stand on.
    Critical,
    /// A control is missing, or nothing can be proven.
    High,
    /// Worth putting right.
    Medium,
    /// For information.
    Info,
}

impl Weight {
    /// The word used in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Info => "info",
        }
    }

    /// Whether it closes the gate: critical and high do.
    pub fn level(self) -> Severity {
        match self {
            Self::Critical | Self::High => Severity::Error,
            Self::Medium => Severity::Warning,
            Self::Info => Severity::Note,
        }
    }
}

/// One rule: what it asks, why, and the function that looks.
#[derive(Debug)]
pub struct Rule {
    /// Stable id, such as `RES002`.
    pub id: &'static str,
    /// What is wrong when it is broken, in a few words.
    pub title: &'static str,
    /// How much that weighs.
    pub severity: Weight,
    /// Why the rule is there and what exactly it looks at.
    pub rationale: &'static str,
    /// What to do about a finding.
    pub fix: &'static str,
    /// A fragment that breaks it.
    pub example_bad: &'static str,
    /// The same fragment put right.
    pub example_good: &'static str,
    /// Whether a written exception can allow what it finds.
    pub exceptable: bool,
    /// Adds what it finds.
    pub(super) check: fn(&Input<'_>, &mut Found),
}

impl Rule {
    /// A finding of this rule, without a place yet.
    pub(super) fn finding(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity: self.severity.level(),
            ..Diagnostic::error(self.id, message)
        }
    }

    /// A finding of this rule that does not close the gate yet.
    pub(super) fn early_warning(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(self.id, message)
    }
}

/// Everything rules look at. Nothing in it is read from a clock, a disk or a network by the rules themselves.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The resolved declaration.
    pub platform: &'a Platform,
    /// Where its keys stand.
    pub document: &'a Document,
    /// The day as of which exceptions and attestations are judged.
    pub as_of: Date,
    /// The one cell to be judged; all when `None`.
    pub cell: Option<&'a CellName>,
    /// The approved hash of the policy from platform.lock, if it has one.
    pub policy: Option<&'a str>,
    /// What is in the repository; `None` when only the declaration is judged.
    pub tree: Option<&'a Tree>,
    /// What is built and what else is in the repository; `None` when only the declaration is judged.
    pub facts: Option<&'a Facts<'a>>,
}

impl<'a> Input<'a> {
    /// The cells that are judged. Local ones hold synthetic data only and are not.
    pub fn cells(&self) -> impl Iterator<Item = &'a Cell> {
        let only = self.cell;
        self.platform
            .cells
            .iter()
            .filter(|cell| cell.kind == EnvironmentKind::Cluster)
            .filter(move |cell| only.is_none_or(|only| cell.name == *only))
    }

    /// The cells that are judged, local ones too: for rules about files, which they have as well.
    pub(super) fn all_cells(&self) -> impl Iterator<Item = &'a Cell> {
        let only = self.cell;
        self.platform
            .cells
            .iter()
            .filter(move |cell| only.is_none_or(|only| cell.name == *only))
    }

    /// What is known about the judged cells. Local ones hold synthetic data only and are not among them.
    pub(super) fn built(&self) -> impl Iterator<Item = &'a CellFacts<'a>> {
        self.all_built()
            .filter(|facts| facts.cell.kind == EnvironmentKind::Cluster)
    }

    /// What is known about the judged cells, local ones too.
    pub(super) fn all_built(&self) -> impl Iterator<Item = &'a CellFacts<'a>> {
        let only = self.cell;
        self.facts
            .into_iter()
            .flat_map(|facts| &facts.cells)
            .filter(move |facts| only.is_none_or(|only| facts.cell.name == *only))
    }

    /// Files that are not as rendered; of one cell, those below its overlay.
    pub(super) fn files(&self) -> impl Iterator<Item = &'a FileFact> {
        let overlay = self
            .cell
            .and_then(|only| self.platform.cell(only))
            .map(|cell| format!("{}/", cell.overlay()));
        self.tree
            .into_iter()
            .flat_map(|tree| &tree.files)
            .filter(move |file| {
                let elsewhere = file.path.starts_with("cluster/overlays/");
                overlay
                    .as_ref()
                    .is_none_or(|overlay| !elsewhere || file.path.starts_with(overlay))
            })
    }

    /// The pins of the judged cells.
    pub(super) fn pins(&self) -> impl Iterator<Item = &'a PinFact> {
        let only = self.cell;
        self.tree
            .into_iter()
            .flat_map(|tree| &tree.pins)
            .filter(move |pin| only.is_none_or(|only| pin.cell == *only))
    }

    /// Says for each judged cell how many of its pins a rule looks at.
    pub(super) fn looked_at_pins(
        &self,
        rule: &Rule,
        out: &mut Found,
        is_looked_at: impl Fn(&PinFact) -> bool,
    ) {
        if self.tree.is_none() {
            return;
        }
        for cell in self.all_cells() {
            let own = self.pins().filter(|pin| pin.cell == cell.name);
            out.looked(
                rule,
                &cell.name,
                own.filter(|pin| is_looked_at(pin)).count(),
            );
        }
    }

    /// The environment from which a pin's environment is promoted.
    pub(super) fn source_environment(&self, pin: &PinFact) -> Option<&'a Name> {
        let environment = self.platform.environment(&pin.cell.parts().0)?;
        environment.promote_from.as_ref()
    }

    /// The regions that are judged: all declared ones, or that of the one cell.
    pub fn regions(&self) -> impl Iterator<Item = &'a Region> {
        let only: Option<Name> = self.cell.map(|cell| cell.parts().1);
        self.platform
            .regions
            .values()
            .filter(move |region| only.as_ref().is_none_or(|only| region.name == *only))
    }

    /// The judged regions in which some environment has a cell.
    pub fn used_regions(&self) -> Vec<&'a Region> {
        let used: BTreeSet<&Name> = self.cells().map(|cell| &cell.region).collect();
        self.regions()
            .filter(|region| used.contains(&region.name))
            .collect()
    }

    /// The place of a value in platform.toml.
    pub fn value(&self, path: &KeyPath) -> Location {
        self.document.value(path)
    }

    /// The place of a key in platform.toml.
    pub fn key(&self, path: &KeyPath) -> Location {
        self.document.key(path)
    }

    /// The place that says which countries a region's data may be in: the line that forbids the others.
    pub(super) fn policy_line(&self, region: &Region) -> Option<Location> {
        let jurisdiction = region.jurisdiction.as_ref()?;
        let path = KeyPath::new(["residency", "jurisdictions", jurisdiction, "countries"]);
        Some(self.value(&path))
    }
}
