//! RES507: overlays that use another cell's files, and objects that carry another cell's name.

use super::found::Found;
use super::located::{located, stranger};
use super::rule::{Input, Rule, Weight};
use super::strays::{Kind, strays};
use crate::diagnostic::Diagnostic;
use crate::facts::{CellFacts, Kustomization, Setting, Spot, joined, owner};
use crate::kustomize::Node;
use crate::model::{Cell, Platform};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES507",
    title: "An overlay mixes cells",
    severity: Weight::Critical,
    rationale: "Most data that ends up in the wrong country was sent there by a line that somebody copied from the neighbour's overlay. So the overlay of one cell \
        uses no file of another cell, an Application deploys no other cell's folder, and no object carries another region's or environment's name \
        in a label, an annotation or a variable that says where it is.",
    fix: "Use the file or the name of this cell; what several cells share belongs in a folder of its own outside the overlays.",
    example_bad: "labels:\n  jurisdiction: ES   # in a cell of tr",
    example_good: "labels:\n  jurisdiction: TR",
    exceptable: false,
    check,
};

/// Keys that say where something is, by their last word.
const IDENTITIES: [&str; 10] = [
    "jurisdiction",
    "region",
    "environment",
    "env",
    "cell",
    "country",
    "cluster",
    "residency",
    "site",
    "stage",
];

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    for kustomization in &facts.kustomizations {
        let other_cell =
            matches!((&kustomization.cell, input.cell), (Some(own), Some(only)) if own != only);
        if !other_cell {
            references(input, kustomization, out);
        }
    }
    for here in input.all_built() {
        out.examined(&RULE, here, here.manifests.len());
        for application in &here.argo_cd.applications {
            for stray in strays(input, here, application) {
                if stray.kind == Kind::Folder {
                    let message = format!("Application {} {}", application.name(), stray.what);
                    out.push(
                        located(&RULE, input, here, &stray.place, message, "another cell's")
                            .help("deploy the folder of this cell's overlay"),
                    );
                }
            }
        }
        for index in 0..here.manifests.len() {
            object(input, here, index, out);
        }
        variables(input, here, out);
    }
}

/// Paths of another cell's overlay, and prefixes made of another cell's name.
fn references(input: &Input<'_>, kustomization: &Kustomization, out: &mut Found) {
    let platform = input.platform;
    for (keys, node) in kustomization.references() {
        let text = node.text().unwrap_or_default();
        let path = match keys.as_slice() {
            // `key=path`
            [.., "files"] => text.split_once('=').map_or(text, |(_, path)| path),
            _ => text,
        };
        let Some(target) = joined(&kustomization.folder, path) else {
            continue;
        };
        let Some(other) = owner(platform, &target) else {
            continue;
        };
        if kustomization.cell.as_ref() == Some(&other.name) {
            continue;
        }
        let message = match &kustomization.cell {
            Some(own) => format!(
                "the overlay of {} uses `{path}`, which belongs to {}",
                own.as_str(),
                other.name.as_str()
            ),
            None => format!(
                "`{}` is for every cell and uses `{path}`, which belongs to {}",
                kustomization.path,
                other.name.as_str()
            ),
        };
        let finding = RULE
            .finding(message)
            .at(node.place.clone(), format!("of {}", other.name.as_str()))
            .help(RULE.fix);
        out.push(of_cell(kustomization, finding));
    }
    let Some(cell) = kustomization
        .cell
        .as_ref()
        .and_then(|name| platform.cell(name.as_str()))
    else {
        return;
    };
    for key in ["namePrefix", "nameSuffix", "namespace"] {
        let Some(node) = kustomization.root.get(key) else {
            continue;
        };
        let text = node.text().unwrap_or_default();
        if let Some(stranger) = stranger(platform, cell, text) {
            let message = format!(
                "`{key}` of an overlay of {} is that of {}",
                cell.name.as_str(),
                stranger.what
            );
            let finding = RULE
                .finding(message)
                .at(node.place.clone(), format!("of {}", stranger.what))
                .help(RULE.fix);
            out.push(of_cell(kustomization, finding));
        }
    }
}

fn of_cell(kustomization: &Kustomization, finding: Diagnostic) -> Diagnostic {
    match &kustomization.cell {
        Some(cell) => finding.in_cell(cell.as_str()),
        None => finding,
    }
}

/// Labels, annotations and the name of an object and of its pods.
fn object(input: &Input<'_>, here: &CellFacts<'_>, index: usize, out: &mut Found) {
    let manifest = &here.manifests[index];
    let root = &manifest.object.root;
    let mut places = vec![root.get("metadata")];
    for path in [
        &["spec", "template", "metadata"][..],
        &["spec", "jobTemplate", "metadata"],
        &["spec", "jobTemplate", "spec", "template", "metadata"],
    ] {
        places.push(root.at(path));
    }
    for metadata in places.into_iter().flatten() {
        for field in ["labels", "annotations"] {
            let entries = metadata.get(field).map_or(&[][..], Node::entries);
            for entry in entries {
                let value = entry.value.as_text().unwrap_or_default();
                let Some(what) = foreign_identity(here, &entry.key, value) else {
                    continue;
                };
                let message = format!(
                    "{} has `{}: {value}`, which is {what}",
                    manifest.identity(),
                    entry.key
                );
                let place = here.place(&Spot::whole(index, &entry.value));
                out.push(located(&RULE, input, here, &place, message, what).help(RULE.fix));
            }
        }
    }
    let name = root.at(&["metadata", "name"]);
    if let Some(name) = name
        && let Some(other) = cell_in(here.platform, here, name.as_text().unwrap_or_default())
    {
        let message = format!("{} bears the name of {other}", manifest.identity());
        let place = here.place(&Spot::whole(index, name));
        out.push(
            located(&RULE, input, here, &place, message, format!("of {other}")).help(RULE.fix),
        );
    }
}

/// Variables that tell a workload where it is.
fn variables(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) {
    for workload in &here.workloads {
        for variable in workload.containers.iter().flat_map(|c| &c.env) {
            let Setting::Text(value) = &variable.value else {
                continue;
            };
            // Where an object store is has rules of its own.
            if variable.name.contains("S3") || variable.name == "REGION" {
                continue;
            }
            let Some(what) = foreign_identity(here, &variable.name, value) else {
                continue;
            };
            let manifest = here.manifest(&variable.spot);
            let message = format!(
                "{} sets `{}` to `{value}`, which is {what}",
                manifest.identity(),
                variable.name
            );
            let place = here.place(&variable.spot.clone().part(value.as_str()));
            out.push(located(&RULE, input, here, &place, message, what).help(RULE.fix));
        }
    }
}

/// Whose name a value is, when its key says where something is and it is not this cell's.
fn foreign_identity(here: &CellFacts<'_>, key: &str, value: &str) -> Option<String> {
    if key.starts_with("topology.") || key.starts_with("failure-domain.") {
        return None;
    }
    let last = key.rsplit('/').next().unwrap_or(key).to_lowercase();
    let word = last.rsplit(['-', '_', '.']).next().unwrap_or(&last);
    if !IDENTITIES.contains(&word) {
        return None;
    }
    let is = |name: &str| name.eq_ignore_ascii_case(value);
    let platform = here.platform;
    let own_jurisdiction = here.region.and_then(|region| region.jurisdiction.as_ref());
    if is(here.cell.region.as_str())
        || is(here.cell.environment.as_str())
        || own_jurisdiction.is_some_and(|own| is(own.as_str()))
    {
        return None;
    }
    let own_countries = own_jurisdiction
        .and_then(|own| platform.residency.jurisdictions.get(own))
        .map(|jurisdiction| &jurisdiction.countries);
    if own_countries.is_some_and(|own| own.iter().any(|country| is(country.as_str()))) {
        return None;
    }
    if platform.regions.keys().any(|name| is(name.as_str())) {
        return Some(format!("region `{value}`"));
    }
    if platform
        .residency
        .jurisdictions
        .keys()
        .any(|name| is(name.as_str()))
    {
        return Some(format!("jurisdiction `{value}`"));
    }
    if platform
        .environments
        .iter()
        .any(|other| is(other.name.as_str()))
    {
        return Some(format!("environment `{value}`"));
    }
    if word == "jurisdiction" && !value.is_empty() && here.region.is_some() {
        return Some("no jurisdiction of this cell".to_owned());
    }
    cell_in(platform, here, value)
}

/// Another cell whose cluster or `environment-region` a name contains.
fn cell_in(platform: &Platform, here: &CellFacts<'_>, name: &str) -> Option<String> {
    // Every name in every cell comes by, and hardly any has another cell in it.
    let may_be = |cell: &Cell| {
        name.contains(&*cell.region) && name.contains(&*cell.environment)
            || name.contains(&cell.cluster)
    };
    if !platform.cells.iter().any(may_be) {
        return None;
    }
    let words: Vec<&str> = name.split(['-', '.', '/', '_']).collect();
    let contains = |what: &str| {
        let parts: Vec<&str> = what.split('-').collect();
        words.windows(parts.len()).any(|window| window == parts)
    };
    let own = format!("{}-{}", here.cell.environment, here.cell.region);
    if contains(&own) || contains(&here.cell.cluster) {
        return None;
    }
    let others = platform
        .cells
        .iter()
        .filter(|cell| cell.name != here.cell.name);
    others
        .into_iter()
        .find(|other| {
            contains(&format!("{}-{}", other.environment, other.region)) || contains(&other.cluster)
        })
        .map(|other| other.name.as_str().to_owned())
}
