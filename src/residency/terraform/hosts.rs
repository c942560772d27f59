//! Addresses in Terraform and in what starts a cluster.

use super::super::built::{Trouble as Address, steps, trouble};
use super::Ground;
use crate::facts::{self, CellFacts, Resolved};
use crate::spec::names::{Country, Name};
use std::collections::BTreeSet;

/// Where an address leads, when it is not at home.
#[derive(Debug)]
pub(in crate::residency) struct Led {
    /// What is wrong, in a few words.
    pub(in crate::residency) words: String,
    /// The steps to that.
    pub(in crate::residency) steps: Vec<String>,
    /// The countries, where they are known.
    pub(in crate::residency) countries: BTreeSet<Country>,
    /// Whether it leads to a place that is known to be another one.
    pub(in crate::residency) is_known: bool,
}

/// What is wrong with an address, as seen from a cell; nothing for one at home.
pub(in crate::residency) fn led(
    input: &crate::residency::Input<'_>,
    here: &CellFacts<'_>,
    key: &str,
    text: &str,
) -> Option<Led> {
    let text = text.trim();
    let Some(address) = facts::Address::parse(text) else {
        return Some(Led {
            words: "no address".to_owned(),
            steps: vec![key.to_owned(), text.to_owned()],
            countries: BTreeSet::new(),
            is_known: false,
        });
    };
    let resolved: Resolved = here.resolve(&address, "");
    let trouble = trouble(input, here, &resolved)?;
    Some(Led {
        words: trouble.words(),
        steps: steps(input, here, key, &resolved),
        is_known: trouble != Address::Undeclared,
        countries: resolved.countries,
    })
}

impl Ground<'_> {
    /// What is wrong with an address in this root; nothing for one at home.
    pub(in crate::residency) fn led(
        &self,
        told: Option<&Name>,
        key: &str,
        text: &str,
    ) -> Option<Led> {
        let here = self.cell_facts(told)?;
        led(self.input, here, key, text)
    }
}
