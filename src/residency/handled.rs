//! Which data classes each service handles, those it gets from others included.
//!
//! A call carries data both ways: the caller sends a request and gets an answer. So along each call both sides handle
//! the union of what either handles, and a service handles what is in the stores it uses, until nothing changes any
//! more. That may say too much about a service that only gets a yes or a no; it never says too little.

use crate::model::Platform;
use crate::spec::names::Name;
use crate::spec::types::DataClass;
use std::collections::{BTreeMap, BTreeSet};

/// The classes of every service.
pub(super) fn handled(platform: &Platform) -> BTreeMap<&Name, BTreeSet<DataClass>> {
    let mut handled: BTreeMap<&Name, BTreeSet<DataClass>> = platform
        .services
        .values()
        .map(|service| {
            let stored = service
                .uses
                .iter()
                .filter_map(|store| platform.store(store))
                .flat_map(|store| store.classes.iter().copied());
            let classes = service.classes.iter().copied().chain(stored).collect();
            (&service.name, classes)
        })
        .collect();
    loop {
        let mut changed = false;
        for (caller, callee) in calls(platform) {
            let union: BTreeSet<DataClass> =
                handled[caller].union(&handled[callee]).copied().collect();
            for side in [caller, callee] {
                if handled[side] != union {
                    handled.insert(side, union.clone());
                    changed = true;
                }
            }
        }
        if !changed {
            return handled;
        }
    }
}

fn calls(platform: &Platform) -> impl Iterator<Item = (&Name, &Name)> {
    platform.services.values().flat_map(|service| {
        service
            .calls
            .iter()
            .filter_map(|callee| platform.services.get(callee))
            .map(|callee| (&service.name, &callee.name))
    })
}
