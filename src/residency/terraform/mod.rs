//! Terraform as rules look at it: whose data a resource holds, where its values point, what to say about it.

mod asks;
mod buckets;
mod copies;
mod hosts;
mod names;
mod places;
mod records;
mod targets;

pub(super) use asks::{Ask, Row, judge_rows};
pub(super) use buckets::{BucketName, bucket_names, opened_buckets};
pub(super) use copies::COPIES;
pub(super) use hosts::{Led, led};
pub(super) use names::{HostName, host_names};
pub(super) use places::{location_keys, place, provider};
pub(super) use records::Record;
pub(super) use targets::arn_region;

use super::built::with_policy;
use super::found::{Evidence, Found};
use super::places::{countries, home};
use super::rule::{Input, Rule};
use crate::catalogue::Place;
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::CellFacts;
use crate::facts::terraform::{Datum, Root, Unknown, Value};
use crate::model::{Cell, Region};
use crate::source::Location;
use crate::spec::names::{Country, Name};
use crate::spec::types::{EnvironmentKind, Provider};
use std::collections::BTreeSet;

/// A root with one set of values, and the regions whose data it may hold.
pub(super) struct Ground<'a> {
    pub(super) input: &'a Input<'a>,
    pub(super) root: &'a Root,
    /// The judged regions: one, if the path tells it.
    regions: Vec<&'a Region>,
    /// The cell, if the path tells it.
    cell: Option<&'a str>,
}

/// What is wrong with a value that should name a place at home.
#[derive(Debug)]
pub(super) struct Trouble {
    /// What a person must change.
    pub(super) at: Location,
    /// Where that is used.
    pub(super) used: Location,
    /// What is wrong, in a few words.
    pub(super) words: String,
    /// The steps to that.
    pub(super) steps: Vec<String>,
    /// The countries, where they are known.
    pub(super) countries: BTreeSet<Country>,
    /// The provider's place, where it is known.
    pub(super) place: Option<Place>,
}

impl Trouble {
    /// Something that is wrong whatever its place is.
    pub(super) fn plain(at: &Location, words: impl Into<String>) -> Self {
        Self {
            at: at.clone(),
            used: at.clone(),
            words: words.into(),
            steps: Vec::new(),
            countries: BTreeSet::new(),
            place: None,
        }
    }

    /// The same about a value, which may be written elsewhere than it is used.
    pub(super) fn about(value: &Value, words: impl Into<String>) -> Self {
        Self {
            used: value.used.clone(),
            ..Self::plain(&value.at, words)
        }
    }
}

impl<'a> Ground<'a> {
    /// Every root that holds data of a judged cell. Those of local environments hold synthetic data only.
    pub(super) fn all(input: &'a Input<'a>) -> Vec<Self> {
        let Some(facts) = input.facts else {
            return Vec::new();
        };
        facts
            .terraform
            .roots
            .iter()
            .filter_map(|root| Self::of(input, root))
            .collect()
    }

    fn of(input: &'a Input<'a>, root: &'a Root) -> Option<Self> {
        let platform = input.platform;
        let environment = root
            .environment
            .as_ref()
            .and_then(|name| platform.environment(name));
        if environment.is_some_and(|environment| environment.kind == EnvironmentKind::Local) {
            return None;
        }
        if let (Some(only), Some(environment)) = (input.cell, &root.environment)
            && only.parts().0 != *environment
        {
            return None;
        }
        let regions: Vec<&Region> = input
            .regions()
            .filter(|region| root.region.as_ref().is_none_or(|own| *own == region.name))
            .filter(|region| home(platform, region).is_some())
            .collect();
        if regions.is_empty() {
            return None;
        }
        let cell = platform.cells.iter().find(|cell| {
            root.environment.as_ref() == Some(&cell.environment)
                && root.region.as_ref() == Some(&cell.region)
        });
        Some(Self {
            input,
            root,
            regions,
            cell: cell.map(|cell| cell.name.as_str()),
        })
    }

    /// The regions whose data something holds: the one that is told, else all of the root.
    pub(super) fn owners(&self, told: Option<&Name>) -> Vec<&'a Region> {
        let own: Vec<&Region> = self
            .regions
            .iter()
            .copied()
            .filter(|region| told.is_none_or(|told| *told == region.name))
            .collect();
        if own.is_empty() {
            self.regions.clone()
        } else {
            own
        }
    }

    /// The cells whose things may be here: that of the path, else all of its environment and of the owners.
    pub(super) fn cells(&self, told: Option<&Name>) -> Vec<&'a Cell> {
        let owners = self.owners(told);
        let is_its = |cell: &&Cell| {
            let environment = self.root.environment.as_ref();
            environment.is_none_or(|own| *own == cell.environment)
                && owners.iter().any(|region| region.name == cell.region)
        };
        self.input.platform.cells.iter().filter(is_its).collect()
    }

    /// Whether the path or the provider tells one region.
    pub(super) fn is_of_one_region(&self, told: Option<&Name>) -> bool {
        self.owners(told).len() == 1
    }

    /// Whether these countries are home to one of the owners.
    pub(super) fn is_home(&self, told: Option<&Name>, places: &BTreeSet<Country>) -> bool {
        !places.is_empty()
            && self
                .owners(told)
                .iter()
                .filter_map(|region| home(self.input.platform, region))
                .any(|home| places.is_subset(home))
    }

    /// A cell of the owner, for addresses to be looked up in.
    pub(super) fn cell_facts(&self, told: Option<&Name>) -> Option<&'a CellFacts<'a>> {
        let owners = self.owners(told);
        let facts = self.input.facts?;
        let of_owner = || {
            facts
                .cells
                .iter()
                .filter(|cell| owners.iter().any(|region| region.name == cell.cell.region))
        };
        of_owner()
            .find(|cell| self.cell == Some(cell.cell.name.as_str()))
            .or_else(|| of_owner().next())
    }

    /// What is wrong with values that should name places of a provider.
    pub(super) fn look(
        &self,
        told: Option<&Name>,
        provider: Provider,
        key: &str,
        value: &Value,
    ) -> Vec<Trouble> {
        value
            .items()
            .into_iter()
            .filter_map(|item| self.look_at(told, provider, key, item))
            .collect()
    }

    fn look_at(
        &self,
        told: Option<&Name>,
        provider: Provider,
        key: &str,
        value: &Value,
    ) -> Option<Trouble> {
        match &value.datum {
            Datum::Unknown(why) if follows_provider(why) => None,
            Datum::Unknown(why) => Some(Trouble {
                steps: vec![key.to_owned(), why.to_string()],
                ..Trouble::about(value, why.to_string())
            }),
            Datum::Text(code) if code.is_empty() => None,
            Datum::Text(code) => match place(provider, code) {
                Some(place) if self.is_home(told, &place.countries) => None,
                Some(place) => Some(self.abroad(told, key, value, place)),
                None => Some(Trouble {
                    steps: vec![key.to_owned(), format!("{}/{code}", provider.name())],
                    ..Trouble::about(value, format!("no known place of {}", provider.name()))
                }),
            },
            _ => None,
        }
    }

    /// A place that is not at home.
    pub(super) fn abroad(
        &self,
        told: Option<&Name>,
        key: &str,
        value: &Value,
        place: Place,
    ) -> Trouble {
        let step = format!("{}/{}", place.provider.name(), place.code);
        let verdict = format!("{} ∉ {}", countries(&place.countries), self.homes(told));
        Trouble {
            steps: vec![key.to_owned(), step, verdict],
            countries: place.countries.clone(),
            words: format!("in {}", countries(&place.countries)),
            place: Some(place),
            ..Trouble::about(value, "")
        }
    }

    /// The countries that are home, as a set.
    pub(super) fn homes(&self, told: Option<&Name>) -> String {
        let sets: BTreeSet<String> = self
            .owners(told)
            .iter()
            .filter_map(|region| home(self.input.platform, region))
            .map(|home| format!("{{{}}}", countries(home)))
            .collect();
        sets.into_iter().collect::<Vec<_>>().join(" and ")
    }

    /// Reports what is wrong.
    pub(super) fn report(
        &self,
        rule: &Rule,
        told: Option<&Name>,
        message: String,
        trouble: Trouble,
        out: &mut Found,
    ) {
        self.report_as(rule, rule.severity.level(), told, message, trouble, out);
    }

    /// Reports it with a severity of its own.
    pub(super) fn report_as(
        &self,
        rule: &Rule,
        severity: Severity,
        told: Option<&Name>,
        message: String,
        trouble: Trouble,
        out: &mut Found,
    ) {
        let owners = self.owners(told);
        let Some(region) = owners.first() else {
            return;
        };
        let finding = Diagnostic {
            severity,
            ..rule.finding(message)
        };
        let mut finding = finding.at(trouble.at.clone(), trouble.words.clone());
        for owner in &owners {
            finding = with_policy(self.input, Some(owner), finding);
        }
        finding.labels.dedup();
        let is_elsewhere = trouble.used != trouble.at && !holds(&trouble.used, &trouble.at);
        if is_elsewhere {
            finding = finding.at(trouble.used.clone(), "used here");
        }
        if let Some(cell) = self.cell {
            finding = finding.in_cell(cell);
        }
        if !trouble.steps.is_empty() {
            finding = finding.concluded(trouble.steps.clone());
        }
        let finding = finding.help(rule.fix);
        let mut evidence = Evidence::new(region, &trouble.countries);
        if let Some(place) = &trouble.place {
            evidence.provider = Some(place.provider);
            evidence.location = Some(&place.code);
        }
        out.depart(self.input, finding, &evidence);
    }

    /// Says how much a rule looked at in this root.
    pub(super) fn looked(&self, rule: &Rule, count: usize, out: &mut Found) {
        out.looked(rule, self.cell.unwrap_or_default(), count);
    }
}

/// Whether a place is within another one.
fn holds(outer: &Location, inner: &Location) -> bool {
    match (outer.span, inner.span) {
        (Some(outer_span), Some(inner_span)) => {
            outer.path == inner.path && outer_span.0 <= inner_span.0 && inner_span.1 <= outer_span.1
        }
        _ => outer.path == inner.path,
    }
}

/// Whether what is not known is a place that the provider's configuration decides: a zone it lists, or where another resource
/// of this root is, which is judged for itself.
fn follows_provider(why: &Unknown) -> bool {
    let Unknown::Reference(address) = why else {
        return false;
    };
    if address.starts_with("data.aws_availability_zone")
        || address.starts_with("data.google_compute_zones")
        || address.starts_with("data.aws_subnet.")
    {
        return true;
    }
    let is_looked_up = address.starts_with("data.")
        || address.starts_with("module.")
        || ["each", "count", "self", "terraform", "tofu"]
            .iter()
            .any(|word| address.split('.').next() == Some(word));
    let last = address.rsplit('.').next().unwrap_or_default();
    !is_looked_up && location_keys(None).contains(&last)
}
