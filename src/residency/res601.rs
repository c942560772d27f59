//! RES601: the same secret in two cells.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::{Material, materials_of_cell, materials_of_files};
use crate::source::Location;
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES601",
    title: "Two cells share a secret",
    severity: Weight::Critical,
    rationale: "Whoever has a key has what it opens. A password, a key or a token that is the same in two cells opens one cell's data with what leaked in the other, and \
        the same ciphertext in two cells is the same value. The rule compares sealed values, the fingerprints that `platformctl secrets` writes beside \
        them, values of plain Secrets, private keys in ConfigMaps, values that SOPS encrypted, and variables that hold a credential.",
    fix: "Make the value anew in one of the cells: `platformctl secrets rotate CELL SECRET`.",
    example_bad: "encryptedData:\n  password: AgBw9…   # the same in production/tr and production/es",
    example_good: "encryptedData:\n  password: AgCk2…   # of this cell alone",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    let mut all: Vec<Material> = Vec::new();
    for here in input.all_built() {
        let own = materials_of_cell(here);
        out.examined(&RULE, here, own.len());
        all.extend(own);
    }
    all.extend(materials_of_files(input.platform, facts.repository));
    let mut by_value: BTreeMap<&str, Vec<&Material>> = BTreeMap::new();
    for material in &all {
        by_value.entry(&material.value).or_default().push(material);
    }
    for same in by_value.values() {
        let cells: BTreeSet<&str> = same.iter().map(|m| m.cell.as_str()).collect();
        if cells.len() > 1 {
            shared(same, out);
        }
    }
}

/// One finding for each place; one that several cells use is said once.
fn shared(same: &[&Material], out: &mut Found) {
    let mut places: BTreeMap<&Location, Vec<&Material>> = BTreeMap::new();
    for material in same {
        places.entry(&material.place).or_default().push(material);
    }
    for (place, here) in &places {
        let own: BTreeSet<&str> = here.iter().map(|m| m.cell.as_str()).collect();
        let Some(first) = here.first() else { continue };
        let other = same.iter().find(|m| !own.contains(m.cell.as_str()));
        let (who, cell) = match own.iter().collect::<Vec<_>>().as_slice() {
            [one] => ((**one).to_owned(), Some((**one).to_owned())),
            several => (
                several
                    .iter()
                    .map(|name| **name)
                    .collect::<Vec<_>>()
                    .join(", "),
                None,
            ),
        };
        let message = match other {
            Some(other) => format!(
                "{} is the same in {who} and in {}",
                first.what,
                other.cell.as_str()
            ),
            None => format!("{} is the same in {who}", first.what),
        };
        let mut finding = RULE
            .finding(message)
            .at((*place).clone(), "the same secret")
            .help(RULE.fix);
        if let Some(other) = other.filter(|other| other.place != **place) {
            finding = finding.at(other.place.clone(), format!("in {}", other.cell.as_str()));
        }
        out.push(match cell {
            Some(cell) => finding.in_cell(cell),
            None => finding,
        });
    }
}
