//! RES003: a store, or a service that uses one, without a data class.

use super::built::finding;
use super::found::Found;
use super::places::store_path;
use super::rule::{Input, Rule, Weight};
use crate::facts::{CellFacts, Manifest, Spot};
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
        object-storage component takes the classes of the services that use it. A volume that outlives its pods, in a workload that \
        is no part of the platform, is a store too.",
    fix: "Write `classes` with everything that is in the store or passes through the service.",
    example_bad: "[[stores]]\nid = \"exports\"\nkind = \"bucket\"",
    example_good: "[[stores]]\nid = \"exports\"\nkind = \"bucket\"\nclasses = [\"phi\"]",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    declared(input, out);
    for here in input.built() {
        claims(input, here, out);
    }
}

/// Volumes that outlive their pods in what nobody declares.
fn claims(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) {
    let mut count = 0;
    for (index, manifest) in here.manifests.iter().enumerate() {
        let name = match manifest.is("", "PersistentVolumeClaim") {
            true => manifest.at(&["metadata", "name"]),
            false => manifest
                .at(&["spec", "volumeClaimTemplates"])
                .and_then(|claims| claims.items().first())
                .and_then(|claim| claim.at(&["metadata", "name"])),
        };
        let Some(name) = name else { continue };
        count += 1;
        if is_known(here, manifest) {
            continue;
        }
        let message = format!(
            "{} keeps data, and no store declares of what class",
            manifest.identity()
        );
        let spot = Spot::whole(index, name);
        let label = "what kind of data is in it?";
        let finding = finding(&RULE, input, here, &spot, message, label);
        out.push(finding.help(format!(
            "declare `[[stores]]` with `id = \"{}\"` and its `classes`",
            manifest.object.name()
        )));
    }
    out.examined(&RULE, here, count);
}

/// Whether a volume is of a part of the platform, of a service or of a declared store: by its label, or by its name.
fn is_known(here: &CellFacts<'_>, manifest: &Manifest) -> bool {
    let label = |key: &str| {
        manifest
            .at(&["metadata", "labels", key])
            .and_then(|label| label.as_text())
    };
    let name = manifest.object.name();
    let is_of = |id: &str| {
        name.strip_prefix(id)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            || label("app.kubernetes.io/name") == Some(id)
    };
    label("app.kubernetes.io/managed-by") == Some("platformctl")
        || here
            .platform
            .stores
            .iter()
            .any(|store| is_of(store.id.as_str()))
        || here
            .platform
            .services
            .keys()
            .any(|service| is_of(service.as_str()))
}

fn declared(input: &Input<'_>, out: &mut Found) {
    let platform = input.platform;
    out.looked(&RULE, "", platform.services.len() + platform.stores.len());
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
