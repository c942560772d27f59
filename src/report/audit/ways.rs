//! The ways that data takes in words: the table below a map, for those who do not see it and for those who want the setting.

use super::flows::{CellFlows, Edge, Node};
use crate::spec::types::DataClass;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A way in words, for the table below the map.
#[derive(Debug, Clone, Serialize)]
pub(super) struct WayText {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) country: String,
    pub(super) classes: String,
    pub(super) how: String,
    pub(super) verdict: String,
}

/// A way in all cells that have it.
struct Way {
    country: String,
    classes: BTreeSet<&'static str>,
    how: BTreeSet<String>,
    verdict: String,
}

pub(super) fn texts(flows: &[&CellFlows]) -> Vec<WayText> {
    let mut texts: BTreeMap<(String, String), Way> = BTreeMap::new();
    for map in flows {
        let nodes: BTreeMap<&str, &Node> = map
            .nodes
            .iter()
            .map(|node| (node.id.as_str(), node))
            .collect();
        for edge in &map.edges {
            let (Some(from), Some(to)) =
                (nodes.get(edge.from.as_str()), nodes.get(edge.to.as_str()))
            else {
                continue;
            };
            let country = or_unknown(&to.countries.join(", "));
            let text = texts
                .entry((from.name.clone(), format!("{} {}", to.kind, to.name)))
                .or_insert_with(|| Way {
                    country,
                    classes: BTreeSet::new(),
                    how: BTreeSet::new(),
                    verdict: verdict(to),
                });
            text.classes.extend(&edge.classes);
            text.how.insert(how(edge));
        }
    }
    texts
        .into_iter()
        .map(|((from, to), way)| WayText {
            from,
            to,
            country: way.country,
            classes: or_none(&listed(&way.classes)),
            how: way.how.into_iter().collect::<Vec<_>>().join("; "),
            verdict: way.verdict,
        })
        .collect()
}

fn verdict(node: &Node) -> String {
    match (&node.exception, node.forbidden.is_empty()) {
        (_, true) => "allowed".to_owned(),
        (Some(id), false) => format!("under exception {id}"),
        (None, false) => format!("not allowed: {}", node.forbidden.join(", ")),
    }
}

fn how(edge: &Edge) -> String {
    match edge.key.as_str() {
        "" => edge.mechanism.to_owned(),
        key => format!("{} {key}", edge.mechanism),
    }
}

/// Names in the order of how much they weigh, joined by commas.
pub(super) fn listed(classes: &BTreeSet<&'static str>) -> String {
    let all = DataClass::ALL.map(DataClass::name);
    let own: Vec<&str> = all
        .into_iter()
        .filter(|class| classes.contains(class))
        .collect();
    own.join(", ")
}

pub(super) fn or_unknown(text: &str) -> String {
    if text.is_empty() {
        "an unknown country".to_owned()
    } else {
        text.to_owned()
    }
}

pub(super) fn or_none(text: &str) -> String {
    if text.is_empty() {
        "no data of a class".to_owned()
    } else {
        text.to_owned()
    }
}
