//! RES008: regions that share what each must have for itself.

use super::found::Found;
use super::places::{bucket, exists_in, kind, store_path, words};
use super::res004;
use super::rule::{Input, Rule, Weight};
use crate::model::{Cell, Region, Store, StoreOrigin};
use crate::source::Location;
use crate::spec::KeyPath;
use std::collections::BTreeMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES008",
    title: "A region shares its cluster or stores with another one",
    severity: Weight::Critical,
    rationale: "A region stands on its own: its own clusters and its own full set of stores, so that nothing in one place can read another's and each can be \
        proven by itself. The rule finds clusters and buckets that would have the same name in two regions, a store that is tied to one region \
        while services of another one use it, and a kind of store that one region has in its cluster and another one lacks.",
    fix: "Give each region its own: leave out `region` so that the store exists in every cell, and choose names that contain environment and region.",
    example_bad: "[regions.tr]\ncluster = \"main\"\n[regions.es]\ncluster = \"main\"",
    example_good: "[regions.tr]\ncluster = \"main-tr\"\n[regions.es]\ncluster = \"main-es\"",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    out.looked(&RULE, "", input.cells().count());
    clusters(input, out);
    buckets(input, out);
    for store in &input.platform.stores {
        tied(input, store, out);
    }
}

/// The cells of other regions that have the same name for something; each pair of regions once.
fn shared<'a>(
    input: &Input<'a>,
    name: impl Fn(&'a Cell) -> Option<String>,
) -> Vec<(String, &'a Cell, &'a Cell)> {
    let mut first: BTreeMap<String, &Cell> = BTreeMap::new();
    let mut found: Vec<(String, &Cell, &Cell)> = Vec::new();
    // All cells are compared, also when one is judged: sharing takes two.
    let all = Input {
        cell: None,
        ..*input
    };
    let judged = |cell: &Cell| input.cells().any(|other| other.name == cell.name);
    for cell in all.cells() {
        let Some(name) = name(cell) else { continue };
        match first.get(&name) {
            Some(other) if other.region != cell.region && (judged(cell) || judged(other)) => {
                let is_new = !found
                    .iter()
                    .any(|(_, a, b)| a.region == other.region && b.region == cell.region);
                if is_new {
                    found.push((name, other, cell));
                }
            }
            Some(_) => {}
            None => {
                first.insert(name, cell);
            }
        }
    }
    found
}

fn clusters(input: &Input<'_>, out: &mut Found) {
    let place = |cell: &Cell| -> Location {
        let path = KeyPath::new(["regions", &cell.region]);
        let cluster = path.key("cluster");
        if input.document.contains(&cluster) {
            input.value(&cluster)
        } else {
            input.key(&path)
        }
    };
    for (name, first, second) in shared(input, |cell| Some(cell.cluster.clone())) {
        let message = format!(
            "{} and {} would be the same cluster `{name}`",
            first.name, second.name
        );
        out.push(
            RULE.finding(message)
                .at(place(second), "the same name")
                .at(place(first), "first here")
                .help("give each region a `cluster` of its own, or leave the key out"),
        );
    }
}

fn buckets(input: &Input<'_>, out: &mut Found) {
    for store in &input.platform.stores {
        let name = |cell: &Cell| {
            exists_in(store, cell)
                .then(|| bucket(store, cell))
                .flatten()
        };
        for (name, first, second) in shared(input, name) {
            let message = format!(
                "the store `{}` would have the same bucket `{name}` in {} and {}",
                store.id, first.name, second.name
            );
            let path = store_path(store);
            let place = match store.origin {
                StoreOrigin::Declared(_) => input.value(&path.key("name")),
                StoreOrigin::Component(_) => input.key(&path),
            };
            out.push(
                RULE.finding(message)
                    .at(place, "one bucket for two regions")
                    .help("put `{environment}` and `{region}` into the name with something between them that no environment or region has in its own name"),
            );
        }
    }
}

/// A store that only one region has: either services of other regions use it, or they have none of its kind.
fn tied(input: &Input<'_>, store: &Store, out: &mut Found) {
    let Some(only) = &store.region else { return };
    let others: Vec<&Region> = input
        .used_regions()
        .into_iter()
        .filter(|region| region.name != *only)
        .collect();
    let path = store_path(store).key("region");
    let names = |regions: &[&Region]| words(regions.iter().map(|region| region.name.as_str()));
    let is_used = input
        .platform
        .services
        .values()
        .any(|service| service.uses.contains(&store.id));
    if is_used {
        let apart = res004::abroad(input, store);
        let sharing: Vec<&Region> = others
            .into_iter()
            .filter(|region| !apart.contains(&&region.name))
            .collect();
        if !sharing.is_empty() {
            let message = format!(
                "services of region {} use the store `{}`, which only `{only}` has",
                names(&sharing),
                store.id
            );
            out.push(
                RULE.finding(message)
                    .at(input.value(&path), "tied to this region")
                    .help("leave out `region`, so that each region has this store for itself"),
            );
        }
        return;
    }
    // A copy at another place is something more than a region needs; other regions may do without.
    if input.document.contains(&store_path(store).key("at")) {
        return;
    }
    let lacking: Vec<&Region> = others
        .into_iter()
        .filter(|region| {
            !input.platform.stores.iter().any(|other| {
                other.kind == store.kind
                    && other.region.as_ref().is_none_or(|at| *at == region.name)
            })
        })
        .collect();
    if !lacking.is_empty() {
        let message = format!(
            "region {} has no `{}` store, which `{only}` has with `{}`",
            names(&lacking),
            kind(store.kind),
            store.id
        );
        out.push(
            RULE.finding(message)
                .at(input.value(&path), "only this region has one")
                .help("leave out `region`, or declare a store of this kind for each region"),
        );
    }
}
