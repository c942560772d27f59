//! Which workload keeps which store, and which of the stores that it keeps somebody uses.

use super::actors::Actor;
use super::build::{Draft, exists, store_id};
use crate::facts::cell::CellFacts;
use crate::kustomize::Node;
use crate::model::edges::NAME_LABEL;
use crate::model::{POSTGRES, Store};
use crate::spec::types::StoreKind;
use std::collections::{BTreeMap, BTreeSet};

/// The workload that keeps a store of the cell, by the store's position in the platform's list.
pub(super) fn keepers(facts: &CellFacts<'_>, actors: &[Actor]) -> BTreeMap<usize, usize> {
    let namespace = facts.platform.data_namespace();
    let workload = |name: &str| {
        actors
            .iter()
            .position(|actor| actor.is_selected(&namespace, [(NAME_LABEL, name)].into_iter()))
    };
    let stores = facts.platform.stores.iter().enumerate();
    stores
        .filter(|(_, store)| store.place.is_none() && exists(facts, store))
        .filter_map(|(index, store)| {
            let keeper = match store.kind {
                StoreKind::Postgres | StoreKind::AuthIdentities => workload(POSTGRES),
                StoreKind::Cache => workload("valkey"),
                StoreKind::Queue => workload("rabbitmq"),
                _ if store.bucket.is_some() => workload("object-storage"),
                _ => None,
            };
            Some((index, keeper?))
        })
        .collect()
}

/// The name of a store's bucket in the cell.
fn bucket(facts: &CellFacts<'_>, store: &Store) -> Option<String> {
    let template = store.bucket.as_ref()?;
    Some(
        template
            .replace("{environment}", &facts.cell.environment)
            .replace("{region}", &facts.cell.region),
    )
}

impl Draft<'_, '_> {
    /// The buckets of a keeper that an actor is known to use: those of its user, else those it names.
    pub(super) fn buckets(&self, from: usize, to: usize) -> BTreeSet<String> {
        let platform = self.facts.platform;
        let kept = self.keepers.iter().filter(|(_, keeper)| **keeper == to);
        let kept: BTreeMap<String, &Store> = kept
            .filter_map(|(store, _)| {
                let store = &platform.stores[*store];
                Some((bucket(self.facts, store)?, store))
            })
            .collect();
        if kept.is_empty() {
            return BTreeSet::new();
        }
        let users = self.facts.cell.object_users.iter();
        let own: BTreeSet<String> = users
            .filter(|user| {
                user.pods
                    .iter()
                    .any(|pods| self.selected(pods).contains(&from))
            })
            .flat_map(|user| &user.buckets)
            .filter_map(|id| platform.store(id).map(store_id))
            .collect();
        if !own.is_empty() {
            return own;
        }
        let texts = self.texts(&self.actors[from]);
        kept.iter()
            .filter(|(name, _)| texts.iter().any(|text| text.contains(name.as_str())))
            .map(|(_, store)| store_id(store))
            .collect()
    }

    /// Every text that an actor is told.
    fn texts(&self, actor: &Actor) -> Vec<&str> {
        let mut texts = Vec::new();
        words(
            &self.facts.manifests[actor.manifest].object.root,
            &mut texts,
        );
        let configs = self.facts.configs.iter();
        texts.extend(
            configs
                .filter(|config| actor.reads(&config.spot))
                .map(|config| config.text.as_str()),
        );
        texts
    }
}

/// Every text in a tree.
fn words<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
    found.extend(node.as_text());
    for entry in node.entries() {
        words(&entry.value, found);
    }
    for item in node.items() {
        words(item, found);
    }
}
