//! Spreads data classes along the edges until nothing changes any more.

use super::{FlowEdge, FlowMap};
use crate::spec::types::DataClass;
use std::collections::{BTreeMap, BTreeSet};

/// Gives every node and every edge its classes.
pub(super) fn spread(map: &mut FlowMap) {
    let at: BTreeMap<&str, usize> = map
        .nodes
        .iter()
        .enumerate()
        .map(|(index, node)| (node.id.as_str(), index))
        .collect();
    let ends: Vec<(usize, usize)> = map
        .edges
        .iter()
        .filter_map(|edge| Some((*at.get(edge.from.as_str())?, *at.get(edge.to.as_str())?)))
        .collect();
    loop {
        let mut changed = false;
        for (edge, (from, to)) in map.edges.iter_mut().zip(&ends) {
            let there = carried(edge, &map.nodes[*from].classes);
            changed |= add(&mut map.nodes[*to].classes, &there);
            edge.classes.extend(there);
            if edge.both_ways {
                let back = carried(edge, &map.nodes[*to].classes);
                changed |= add(&mut map.nodes[*from].classes, &back);
                edge.classes.extend(back);
            }
        }
        if !changed {
            return;
        }
    }
}

/// What of some classes can take an edge.
fn carried(edge: &FlowEdge, classes: &BTreeSet<DataClass>) -> BTreeSet<DataClass> {
    match &edge.only {
        Some(only) => classes.intersection(only).copied().collect(),
        None => classes.clone(),
    }
}

fn add(classes: &mut BTreeSet<DataClass>, more: &BTreeSet<DataClass>) -> bool {
    let before = classes.len();
    classes.extend(more);
    classes.len() > before
}
