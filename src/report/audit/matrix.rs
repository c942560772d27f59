//! The page an auditor reads first: whose data, in which country, of which class, in what. Everything off the home countries
//! must be allowed for its class, or carry an exception.

use super::flows::{CellFlows, Node, Side};
use super::policy::Policy;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Data of a jurisdiction in a country.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Whose data it is.
    pub jurisdiction: String,
    /// Where it is; none when that is not known.
    pub country: Option<String>,
    /// Whether that is a country of the jurisdiction.
    pub home: bool,
    /// By class.
    pub classes: BTreeMap<&'static str, Vec<Entry>>,
}

/// A store or place outside that holds or receives a class of data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: &'static str,
    /// The cells whose data it is.
    pub cells: Vec<String>,
    /// Whether the class may be there.
    pub allowed: bool,
    /// The exception under which it is.
    pub exception: Option<String>,
}

type Key = (
    String,
    Option<String>,
    &'static str,
    String,
    &'static str,
    bool,
    Option<String>,
);

/// One row for each country in which data of a jurisdiction is; a jurisdiction's own countries come first and are always there.
pub(super) fn matrix(policy: &Policy, flows: &[CellFlows]) -> Vec<Row> {
    let mut found: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    for map in flows {
        let Some(jurisdiction) = &map.jurisdiction else {
            continue;
        };
        for node in map.nodes.iter().filter(|node| node.side != Side::Handles) {
            for key in keys(jurisdiction, node) {
                found.entry(key).or_default().insert(map.cell.clone());
            }
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    for jurisdiction in &policy.jurisdictions {
        let own = found.keys().filter(|key| key.0 == jurisdiction.name);
        let away: BTreeSet<Option<String>> = own
            .map(|key| key.1.clone())
            .filter(|country| {
                country
                    .as_ref()
                    .is_none_or(|country| !jurisdiction.countries.contains(country))
            })
            .collect();
        let home = jurisdiction.countries.iter().cloned().map(Some);
        // What is not known comes last.
        let (known, unknown): (Vec<_>, Vec<_>) = away.into_iter().partition(Option::is_some);
        for country in home.chain(known).chain(unknown) {
            rows.push(row(
                &jurisdiction.name,
                country,
                &jurisdiction.countries,
                &found,
            ));
        }
    }
    rows
}

fn keys(jurisdiction: &str, node: &Node) -> Vec<Key> {
    let countries: Vec<Option<String>> = if node.countries.is_empty() {
        vec![None]
    } else {
        node.countries.iter().cloned().map(Some).collect()
    };
    let mut keys = Vec::new();
    for country in countries {
        for class in &node.classes {
            let allowed = !node.forbidden.contains(class);
            let exception = node.exception.clone().filter(|_| !allowed);
            keys.push((
                jurisdiction.to_owned(),
                country.clone(),
                *class,
                node.name.clone(),
                node.kind,
                allowed,
                exception,
            ));
        }
    }
    keys
}

fn row(
    jurisdiction: &str,
    country: Option<String>,
    home: &[String],
    found: &BTreeMap<Key, BTreeSet<String>>,
) -> Row {
    let mut classes: BTreeMap<&'static str, Vec<Entry>> = BTreeMap::new();
    for ((whose, wherever, class, name, kind, allowed, exception), cells) in found {
        if whose == jurisdiction && *wherever == country {
            classes.entry(class).or_default().push(Entry {
                name: name.clone(),
                kind,
                cells: cells.iter().cloned().collect(),
                allowed: *allowed,
                exception: exception.clone(),
            });
        }
    }
    Row {
        jurisdiction: jurisdiction.to_owned(),
        home: country
            .as_ref()
            .is_some_and(|country| home.contains(country)),
        country,
        classes,
    }
}
