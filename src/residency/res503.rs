//! RES503: ApplicationSets that put one cell's manifests into another's cluster.

use super::found::Found;
use super::located::{located, stranger};
use super::rule::{Input, Rule, Weight};
use super::strays::strays;
use crate::facts::{ApplicationSet, CellFacts, Field, Written};
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES503",
    title: "An ApplicationSet mixes regions",
    severity: Weight::Critical,
    rationale: "An ApplicationSet multiplies: a list of folders times a list of clusters puts every folder into every cluster, and a generator of clusters without a \
        selector takes in whichever cluster is added next. The rule works the generators out (lists, folders of this repository, clusters, matrix and \
        merge) and holds every Application that comes out to the same as one that is written. A generator that asks somebody outside the repository \
        cannot be worked out, and so nothing is known of what it deploys.",
    fix: "Let one element of a list carry path, cluster and project together, or select clusters by the label of their jurisdiction; best write one Application per unit.",
    example_bad: "generators:\n  - clusters: {}",
    example_good: "generators:\n  - list:\n      elements:\n        - unit: backend-api\n          path: cluster/overlays/production/tr/backend-api",
    exceptable: false,
    check,
};

/// Labels of a cluster that say whose it is.
const OF_A_REGION: [&str; 5] = ["jurisdiction", "region", "cell", "cluster", "country"];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.all_built() {
        let sets = &here.argo_cd.sets;
        out.examined(
            &RULE,
            here,
            sets.iter().map(|set| set.produced.len().max(1)).sum(),
        );
        for set in sets {
            judge(input, here, set, out);
        }
    }
}

fn judge(input: &Input<'_>, here: &CellFacts<'_>, set: &ApplicationSet, out: &mut Found) {
    let name = set.object.text_at(&["metadata", "name"]);
    for unexpanded in &set.unexpanded {
        let message = format!(
            "what ApplicationSet {name} produces cannot be told: {}",
            unexpanded.why
        );
        out.push(
            located(
                &RULE,
                input,
                here,
                &unexpanded.place,
                message,
                "not worked out",
            )
            .help(RULE.fix),
        );
    }
    let generators = set.object.at(&["spec", "generators"]);
    for generator in clusters(generators) {
        if let Some(what) = unselected(here, generator) {
            let message = format!("ApplicationSet {name} {what}");
            out.push(
                located(
                    &RULE,
                    input,
                    here,
                    &generator.place,
                    message,
                    "takes in other regions",
                )
                .help(RULE.fix),
            );
        }
    }
    let project = set.object.at(&["spec", "template", "spec", "project"]);
    if let Some(project) = project.filter(|p| p.text().is_some_and(|text| text.contains("{{"))) {
        let message = format!("ApplicationSet {name} makes the project out of parameters");
        out.push(
            located(
                &RULE,
                input,
                here,
                &project.place,
                message,
                "not one project",
            )
            .help(RULE.fix),
        );
    }
    let mut said = BTreeSet::new();
    for application in &set.produced {
        for stray in strays(input, here, application) {
            if said.insert((stray.place.clone(), stray.what.clone())) {
                let message = format!(
                    "ApplicationSet {name} produces the Application {}, which {}",
                    application.name(),
                    stray.what
                );
                out.push(
                    located(
                        &RULE,
                        input,
                        here,
                        &stray.place,
                        message,
                        "of each that is produced",
                    )
                    .concluded(stray.steps)
                    .help(RULE.fix),
                );
            }
        }
    }
}

/// Every generator of clusters, at whatever depth.
fn clusters(generators: Option<&Written>) -> Vec<&Field> {
    let mut found = Vec::new();
    for generator in generators.map_or(&[][..], Written::items) {
        for field in generator.fields() {
            match field.key.as_str() {
                "clusters" => found.push(field),
                "matrix" | "merge" => found.extend(clusters(field.value.get("generators"))),
                _ => {}
            }
        }
    }
    found
}

/// Why a generator of clusters may yield another region's.
fn unselected(here: &CellFacts<'_>, generator: &Field) -> Option<String> {
    let labels = generator.value.at(&["selector", "matchLabels"]);
    let labels = labels.map_or(&[][..], Written::fields);
    let of_region = |key: &str| {
        let last = key.rsplit('/').next().unwrap_or(key);
        OF_A_REGION.contains(&last)
    };
    let Some(label) = labels.iter().find(|label| of_region(&label.key)) else {
        return Some(
            "takes every cluster that Argo CD knows, whichever region it is in".to_owned(),
        );
    };
    let value = label.value.text().unwrap_or_default();
    let own = here.region.and_then(|region| region.jurisdiction.as_ref());
    let is_own = [
        here.cell.region.as_str(),
        here.cell.cluster.as_str(),
        here.cell.name.as_str(),
    ]
    .contains(&value)
        || own.is_some_and(|own| own.as_str() == value);
    if is_own {
        return None;
    }
    let who = stranger(here.platform, here.cell, value)
        .map_or_else(|| format!("`{value}`"), |stranger| stranger.what);
    Some(format!("takes clusters of {who}"))
}
