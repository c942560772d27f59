//! Violations as a stranger to the rules would plant them: one change to the rendered example each, and the rule that must
//! say so at the line that is to be changed.

mod containment;
mod gitops;
mod infrastructure;
mod reach;
mod stores;
mod telemetry;

use crate::support::planted::Planted;
use platformctl::diagnostic::Diagnostic;
use platformctl::source::position;
use rayon::prelude::*;

/// One change, and what must be said about it.
pub(super) struct Plant {
    /// What was done, in words.
    pub(super) name: &'static str,
    /// The rule that must say so.
    pub(super) rule: &'static str,
    /// The file that a person must change.
    pub(super) file: String,
    /// A part of the line in it.
    pub(super) line: &'static str,
    /// The repository after the change.
    pub(super) planted: Planted,
}

pub(super) const TR: &str = "production/tr";
pub(super) const ES: &str = "production/es";

pub(super) fn plant(
    name: &'static str,
    rule: &'static str,
    file: impl Into<String>,
    line: &'static str,
    planted: Planted,
) -> Plant {
    Plant {
        name,
        rule,
        file: file.into(),
        line,
        planted,
    }
}

/// The user's own Component of a unit.
pub(super) fn custom(cell: &str, unit: &str) -> String {
    format!("cluster/overlays/{cell}/custom/{unit}/kustomization.yaml")
}

/// A file beside it.
pub(super) fn beside(cell: &str, unit: &str, name: &str) -> String {
    format!("cluster/overlays/{cell}/custom/{unit}/{name}")
}

/// The example with a variable added to the first container of a Deployment.
pub(super) fn env(cell: &str, unit: &str, deployment: &str, name: &str, value: &str) -> Planted {
    let patch = format!(
        "patches:\n  - target:\n      kind: Deployment\n      name: {deployment}\n    patch: |-\n      - op: add\n        \
         path: /spec/template/spec/containers/0/env/-\n        value:\n          name: {name}\n          value: {value}\n"
    );
    Planted::example().custom(cell, unit, &patch)
}

/// The example with a variable of a Deployment's container, set by a strategic merge patch.
pub(super) fn set(
    cell: &str,
    unit: &str,
    deployment: &str,
    container: &str,
    name: &str,
    value: &str,
) -> Planted {
    merge(
        cell,
        unit,
        "Deployment",
        deployment,
        &format!(
            "template:\n  spec:\n    containers:\n      - name: {container}\n        env:\n          - name: {name}\n            \
             value: {value}\n"
        ),
    )
}

/// The example with a strategic merge patch of the `spec` of an object.
pub(super) fn merge(cell: &str, unit: &str, kind: &str, name: &str, spec: &str) -> Planted {
    let group = match kind {
        "Deployment" | "StatefulSet" => "apps/v1",
        "NetworkPolicy" | "Ingress" => "networking.k8s.io/v1",
        _ => "v1",
    };
    let spec: String = spec
        .lines()
        .map(|line| format!("        {line}\n"))
        .collect();
    let patch = format!(
        "patches:\n  - target:\n      kind: {kind}\n      name: {name}\n    patch: |-\n      apiVersion: {group}\n      kind: \
         {kind}\n      metadata:\n        name: {name}\n      spec:\n{spec}"
    );
    Planted::example().custom(cell, unit, &patch)
}

/// The example with a new object in the user's own Component of a unit.
pub(super) fn object(cell: &str, unit: &str, text: &str) -> Planted {
    Planted::example()
        .custom(cell, unit, "resources:\n  - added.yaml\n")
        .beside(cell, unit, "added.yaml", text)
}

/// A Deployment with one container, whose `spec` is continued.
pub(super) fn deployment(namespace: &str, name: &str, container: &str) -> String {
    let container: String = container
        .lines()
        .map(|line| format!("          {line}\n"))
        .collect();
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: {namespace}\nspec:\n  selector:\n    \
         matchLabels: {{app: {name}}}\n  template:\n    metadata:\n      labels: {{app: {name}}}\n    spec:\n      containers:\n        \
         - name: main\n{container}"
    )
}

/// A CronJob that runs a shell script.
pub(super) fn cron_job(name: &str, script: &str) -> String {
    format!(
        "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: {name}\n  namespace: carebase-data\nspec:\n  schedule: \"0 3 * * \
         *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: Never\n          containers:\n            \
         - name: main\n              image: ghcr.io/acme/tools@sha256:{digest}\n              command:\n                - sh\n                \
         - -c\n                - {script}\n",
        digest = "a".repeat(64)
    )
}

/// What is said about a plant: nothing when its rule found it at its line.
fn missed(plant: &Plant) -> Option<String> {
    let findings = plant.planted.judge_anyway().findings;
    let is_it = findings.iter().any(|finding| {
        let place = finding.primary().unwrap();
        if finding.code != plant.rule || place.path != plant.file {
            return false;
        }
        let Some(text) = plant.planted.files.get(&place.path) else {
            return plant.line.is_empty();
        };
        let text = std::str::from_utf8(text).unwrap();
        let line = position(text, place.span.map_or(0, |(start, _)| start)).line;
        let line = text.lines().nth(line - 1).unwrap_or_default();
        line.contains(plant.line)
    });
    if is_it {
        return None;
    }
    let said: Vec<String> = findings
        .iter()
        .map(|finding| {
            format!(
                "\n      {} — {}",
                plant.planted.at(finding),
                finding.message
            )
        })
        .collect();
    Some(format!(
        "{}: {} at {} `{}` is wanted; said:{}",
        plant.name,
        plant.rule,
        plant.file,
        plant.line,
        if said.is_empty() {
            " nothing".to_owned()
        } else {
            said.concat()
        }
    ))
}

/// Judges all of them and tells which were not caught.
#[track_caller]
pub(super) fn all_caught(plants: &[Plant]) {
    let missed: Vec<String> = plants.par_iter().filter_map(missed).collect();
    assert!(
        missed.is_empty(),
        "{} of {} were not caught:\n  {}",
        missed.len(),
        plants.len(),
        missed.join("\n  ")
    );
}

/// What the other plants rely on: what is planted into one cell is found by judging that cell, and is all there is.
#[test]
fn other_cells_have_nothing_to_say_about_a_plant() {
    let all: Vec<Plant> = [
        containment::plants(),
        gitops::plants(),
        infrastructure::plants(),
        reach::plants(),
        stores::plants(),
        telemetry::plants(),
    ]
    .into_iter()
    .flatten()
    .filter(|plant| !plant.planted.is_everywhere())
    .collect();
    assert!(
        all.len() > 50,
        "most plants are in one place: {}",
        all.len()
    );
    let some: Vec<&Plant> = all.iter().step_by(5).collect();
    some.par_iter().for_each(|plant| {
        let said = |findings: Vec<Diagnostic>| -> Vec<String> {
            findings.iter().map(|f| plant.planted.at(f)).collect()
        };
        let whole = said(plant.planted.judge_whole().findings);
        assert_eq!(
            said(plant.planted.judge_anyway().findings),
            whole,
            "{}",
            plant.name
        );
    });
}
