//! Findings whose place is known already, and the names by which another cell is recognised.

use super::built::with_policy;
use super::rule::{Input, Rule};
use crate::diagnostic::Diagnostic;
use crate::facts::CellFacts;
use crate::model::{Cell, Platform};
use crate::source::Location;

/// A finding about a place, which concerns a cell: the place first, the line of the policy second.
pub(super) fn located(
    rule: &Rule,
    input: &Input<'_>,
    here: &CellFacts<'_>,
    place: &Location,
    message: impl Into<String>,
    label: impl Into<String>,
) -> Diagnostic {
    let finding = rule
        .finding(message)
        .at(place.clone(), label)
        .in_cell(here.cell.name.as_str());
    with_policy(input, here.region, finding)
}

/// Another cell, region or jurisdiction that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stranger {
    /// In words: `cell production/es`.
    pub(super) what: String,
}

/// Which other cell a text names, as part of a path or of a name: the words of the text are compared, so `es` is found in
/// `es/objects` and in `carebase-production-es`, and not in `test`.
pub(super) fn stranger(platform: &Platform, own: &Cell, text: &str) -> Option<Stranger> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let names = |name: &str| {
        let lower = name.to_lowercase();
        let parts: Vec<&str> = lower.split('-').collect();
        words.windows(parts.len()).any(|window| window == parts)
    };
    let own_region = names(own.region.as_str());
    let regions = platform.regions.values();
    let mut others = regions.filter(|region| region.name != own.region);
    if let Some(other) = others.find(|region| names(region.name.as_str())) {
        // A text that names both speaks of a way between them, or of neither.
        if !own_region {
            return Some(Stranger {
                what: format!("region `{}`", other.name),
            });
        }
    }
    let environments = platform.environments.iter();
    let mut others = environments.filter(|other| other.name != own.environment);
    let own_environment = names(own.environment.as_str());
    others
        .find(|other| names(other.name.as_str()) && !own_environment)
        .map(|other| Stranger {
            what: format!("environment `{}`", other.name),
        })
}
