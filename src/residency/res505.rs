//! RES505: what changes manifests after they were built here.

use super::found::Found;
use super::located::located;
use super::rule::{Input, Rule, Weight};
use crate::facts::{Application, CellFacts, Source, Written, owner};
use crate::source::Location;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES505",
    title: "An Application overrides what was judged",
    severity: Weight::High,
    rationale: "What is judged is what the folders of this repository build to, and the values of charts that stand in an Application as `valuesObject`. A patch, \
        a parameter or a plugin in an Application, values from other files or sources, Jsonnet, and `.argocd-source` files change that after the fact.",
    fix: "Put patches into the cell's overlay, and values of a chart into `valuesObject`.",
    example_bad: "source:\n  path: cluster/overlays/production/tr/backend-api\n  kustomize:\n    patches: [...]",
    example_good: "source:\n  path: cluster/overlays/production/tr/backend-api",
    exceptable: false,
    check,
};

/// What of `helm` changes what a chart renders without being read here.
const OF_HELM: [&str; 4] = ["parameters", "fileParameters", "valueFiles", "values"];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.all_built() {
        let applications: Vec<_> = here.argo_cd.all().collect();
        out.examined(&RULE, here, applications.len());
        for application in applications {
            for (place, what) in overrides(here, application) {
                let message = format!("Application {} {what}", application.name());
                out.push(
                    located(
                        &RULE,
                        input,
                        here,
                        &place,
                        message,
                        "not part of what is judged",
                    )
                    .help(RULE.fix),
                );
            }
        }
    }
    files(input, out);
}

fn overrides(here: &CellFacts<'_>, application: &Application) -> Vec<(Location, String)> {
    let mut found = Vec::new();
    for source in application.sources() {
        let is_chart = source.chart().is_some();
        if let Some(reference) = source.node.field("ref") {
            let what = "hands files of one source to another by `ref`".to_owned();
            found.push((reference.place.clone(), what));
        }
        if !is_chart && !source.is_of(here.platform) {
            continue;
        }
        found.extend(of_source(source, is_chart));
    }
    found
}

fn of_source(source: Source<'_>, is_chart: bool) -> Vec<(Location, String)> {
    let mut found = Vec::new();
    for field in source.node.fields() {
        let key = field.key.as_str();
        let body = &field.value;
        if body.is_empty() {
            continue;
        }
        match key {
            "kustomize" => {
                for inner in body.fields().iter().filter(|inner| !inner.value.is_empty()) {
                    let what = format!("changes its manifests by `kustomize.{}`", inner.key);
                    found.push((inner.place.clone(), what));
                }
            }
            "plugin" => {
                let what = "lets a plugin make its manifests".to_owned();
                found.push((field.place.clone(), what));
            }
            "directory" => {
                for inner in body.fields() {
                    let what = match inner.key.as_str() {
                        "jsonnet" => "makes its manifests by Jsonnet",
                        "include" | "exclude" => "takes only some of its files",
                        _ => continue,
                    };
                    found.push((inner.place.clone(), what.to_owned()));
                }
            }
            "helm" => {
                for inner in body.fields().iter().filter(|inner| !inner.value.is_empty()) {
                    let is_read = matches!(
                        inner.key.as_str(),
                        "valuesObject" | "releaseName" | "skipCrds" | "version" | "namespace"
                    );
                    if !is_chart && inner.key != "version"
                        || is_chart && !is_read && OF_HELM.contains(&inner.key.as_str())
                    {
                        let what = format!("changes its manifests by `helm.{}`", inner.key);
                        found.push((inner.place.clone(), what));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// Files by which Argo CD overrides an Application from within its folder
/// (<https://argo-cd.readthedocs.io/en/stable/user-guide/parameters/#store-overrides-in-git>).
fn files(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    for path in facts.repository.paths() {
        let name = path.rsplit('/').next().unwrap_or(path);
        if !(name.starts_with(".argocd-source") && name.ends_with(".yaml")) {
            continue;
        }
        let owner = owner(input.platform, path);
        if owner.is_some_and(|owner| input.cell.is_some_and(|only| *only != owner.name)) {
            continue;
        }
        let text = facts.repository.text(path).unwrap_or_default();
        let first = Written::documents(path, &text)
            .ok()
            .and_then(|documents| Some(documents.first()?.fields().first()?.place.clone()));
        let place = first.unwrap_or_else(|| Location::file(path));
        let finding = RULE
            .finding(format!(
                "`{path}` overrides what Argo CD deploys from its folder"
            ))
            .at(place, "not part of what is judged")
            .help("put the change into the kustomization of the folder");
        out.push(match owner {
            Some(cell) => finding.in_cell(cell.name.as_str()),
            None => finding,
        });
    }
}
