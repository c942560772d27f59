//! RES003: a store, or a service that uses one, without a data class.

use super::found::Found;
use super::places::store_path;
use super::rule::{Input, Rule, Weight};
use crate::model::StoreOrigin;
use crate::spec::KeyPath;
use crate::spec::types::DataClass;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES003",
    title: "Data without a class",
    severity: Weight::High,
    rationale: "The class of data decides in which countries it may be. A store without classes, and a service that uses a store without saying what \
        kind of data it handles, cannot be judged: the most harmless and the most delicate data look the same. The bucket `objects` of the \
        object-storage component takes the classes of the services that use it.",
    fix: "Write `classes` with everything that is in the store or passes through the service.",
    example_bad: "[[stores]]\nid = \"exports\"\nkind = \"bucket\"",
    example_good: "[[stores]]\nid = \"exports\"\nkind = \"bucket\"\nclasses = [\"phi\"]",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    let known = format!(
        "known classes: {}",
        DataClass::ALL.map(DataClass::name).join(", ")
    );
    for service in input.platform.services.values() {
        if !service.uses.is_empty() && service.classes.is_empty() {
            let path = KeyPath::new(["services", &service.name, "uses"]);
            let message = format!(
                "the service `{}` uses a store and has no data classes",
                service.name
            );
            out.push(
                RULE.finding(message)
                    .at(input.value(&path), "what kind of data is that?")
                    .help(format!("add `classes` to `[services.{}]`", service.name))
                    .help(known.as_str()),
            );
        }
    }
    for store in &input.platform.stores {
        let is_used = |id: &str| {
            input
                .platform
                .services
                .values()
                .any(|service| service.uses.contains(id))
        };
        // The component's own bucket has the classes of its users; a user without classes is reported above.
        if !store.classes.is_empty()
            || (matches!(store.origin, StoreOrigin::Component(_)) && is_used(&store.id))
        {
            continue;
        }
        let path = store_path(store);
        let (location, help) = match store.origin {
            StoreOrigin::Declared(_) => {
                (input.value(&path.key("id")), "add `classes` to the store")
            }
            StoreOrigin::Component(_) => (
                input.key(&path),
                "no service uses it: add `classes` to the component, or `uses` to a service",
            ),
        };
        out.push(
            RULE.finding(format!("the store `{}` has no data classes", store.id))
                .at(location, "what kind of data is in it?")
                .help(help)
                .help(known.as_str()),
        );
    }
}
