//! Whether a written exception is in order. What is not in order allows nothing: the finding it was written for returns.

use super::found::Evidence;
use super::rule::Input;
use super::{res006, res007};
use crate::diagnostic::has_errors;
use crate::source::Location;
use crate::spec::KeyPath;
use crate::spec::types::{ExceptionSpec, Provider};

/// Whether an exception, by its position in the declaration, is complete, in force and keeps its key at home.
pub fn holds(input: &Input<'_>, index: usize) -> bool {
    let Some(exception) = input.platform.residency.exceptions.get(index) else {
        return false;
    };
    let written = Written {
        input,
        index,
        exception,
    };
    !has_errors(&res006::defects(&written)) && !has_errors(&res007::defects(&written))
}

/// The exceptions that are written for just this, in order or not, by their position in the declaration. Everything that
/// an exception says about its target must be known to be so.
pub(super) fn meant<'a>(
    input: &Input<'a>,
    rule: &'a str,
    evidence: &'a Evidence<'a>,
) -> impl Iterator<Item = usize> + 'a {
    let all = input.platform.residency.exceptions.iter().enumerate();
    all.filter(move |(_, exception)| is_meant(rule, evidence, exception))
        .map(|(index, _)| index)
}

fn is_meant(rule: &str, evidence: &Evidence<'_>, exception: &ExceptionSpec) -> bool {
    let Some(to) = &exception.to else {
        return false;
    };
    let is = |wanted: Option<&str>, known: Option<&str>| {
        wanted.is_none_or(|wanted| known == Some(wanted))
    };
    let of_store = |store: &str| exception.store.as_deref() == Some(store);
    exception.rules.iter().any(|id| id == rule)
        && exception.region.as_deref() == Some(evidence.region.name.as_str())
        && evidence.store.is_none_or(of_store)
        && evidence
            .classes
            .iter()
            .all(|class| exception.classes.iter().any(|name| name == class.name()))
        && !evidence.countries.is_empty()
        && evidence
            .countries
            .iter()
            .all(|country| to.country.as_ref() == Some(country))
        && is(
            to.provider.as_deref(),
            evidence.provider.map(Provider::name),
        )
        && is(to.location.as_deref(), evidence.location)
        && is(to.bucket.as_deref(), evidence.bucket)
}

/// The exceptions about regions that are judged, or about none that is known.
pub(super) fn all<'a>(input: &'a Input<'a>) -> impl Iterator<Item = Written<'a>> {
    input
        .platform
        .residency
        .exceptions
        .iter()
        .enumerate()
        .filter(|(_, exception)| {
            let name = exception.region.as_deref().unwrap_or_default();
            input.cell.is_none() || input.regions().any(|region| region.name.as_str() == name)
        })
        .map(move |(index, exception)| Written {
            input,
            index,
            exception,
        })
}

/// An exception as it is written, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'a> {
    /// What rules look at.
    pub(super) input: &'a Input<'a>,
    /// Its position in the declaration, from 0.
    pub(super) index: usize,
    /// What it says.
    pub(super) exception: &'a ExceptionSpec,
}

impl Written<'_> {
    /// Its table.
    pub(super) fn path(&self) -> KeyPath {
        KeyPath::new(["residency", "exceptions"]).index(self.index)
    }

    /// The place of one of its values.
    pub(super) fn value(&self, key: &str) -> Location {
        self.input.value(&self.path().key(key))
    }

    /// The place of its id.
    pub(super) fn id(&self) -> Location {
        self.value("id")
    }
}
