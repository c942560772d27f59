//! RES502: AppProjects that allow everything, or several clusters.

use super::found::Found;
use super::located::located;
use super::rule::{Input, Rule, Weight};
use super::strays::is_own_server;
use crate::facts::{CellFacts, Written};
use crate::source::Location;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES502",
    title: "An AppProject allows everything",
    severity: Weight::High,
    rationale: "An AppProject is the fence around its Applications. With `*` as server, cluster, namespace or source it is none, and with a destination in another \
        cluster it leads through it. The project `default` of Argo CD allows everything, so nothing may be in it.",
    fix: "Name the one cluster, the namespaces and the repositories that the Applications of the project use.",
    example_bad: "destinations:\n  - server: \"*\"\n    namespace: carebase-data",
    example_good: "destinations:\n  - server: https://kubernetes.default.svc\n    namespace: carebase-data",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.all_built() {
        let argo_cd = &here.argo_cd;
        out.examined(&RULE, here, argo_cd.projects.len());
        for project in &argo_cd.projects {
            let name = project.text_at(&["metadata", "name"]);
            for (place, what) in holes(here, project) {
                let message = format!("AppProject {name} {what}");
                out.push(
                    located(
                        &RULE,
                        input,
                        here,
                        place,
                        message,
                        "wider than this cell needs",
                    )
                    .help(RULE.fix),
                );
            }
        }
        for application in argo_cd.all() {
            let node = application.object.at(&["spec", "project"]);
            let project = node.and_then(Written::text).unwrap_or_default();
            if !matches!(project, "" | "default") {
                continue;
            }
            let place = node.map_or(&application.object.place, |node| &node.place);
            let message = format!(
                "Application {} is in the project `default`, which allows everything",
                application.name()
            );
            out.push(
                located(&RULE, input, here, place, message, "no fence").help(
                    "put it into a project that names one cluster, its namespaces and its sources",
                ),
            );
        }
    }
}

/// What of a project is wider than one cell.
fn holes<'w>(here: &CellFacts<'_>, project: &'w Written) -> Vec<(&'w Location, String)> {
    let mut found = Vec::new();
    let list = |key| project.at(&["spec", key]).map_or(&[][..], Written::items);
    for source in list("sourceRepos") {
        let text = source.text().unwrap_or_default();
        if text.contains('*') && !text.starts_with('!') {
            found.push((&source.place, format!("takes sources from `{text}`")));
        }
    }
    for namespace in list("sourceNamespaces") {
        let text = namespace.text().unwrap_or_default();
        if text.contains('*') {
            found.push((
                &namespace.place,
                format!("takes Applications from namespaces `{text}`"),
            ));
        }
    }
    for destination in list("destinations") {
        found.extend(destination_hole(here, destination));
    }
    found
}

fn destination_hole<'w>(
    here: &CellFacts<'_>,
    destination: &'w Written,
) -> Vec<(&'w Location, String)> {
    let mut found = Vec::new();
    for key in ["server", "name", "namespace"] {
        let Some(node) = destination.get(key) else {
            continue;
        };
        let text = node.text().unwrap_or_default();
        if text.is_empty() || text.starts_with('!') {
            continue;
        }
        let is_open = match key {
            "namespace" => text.starts_with('*'),
            _ => text.contains('*'),
        };
        if is_open {
            found.push((
                &node.place,
                format!("allows every {key} that fits `{text}`"),
            ));
            continue;
        }
        let is_own = match key {
            "server" => is_own_server(here, text),
            "name" => text == "in-cluster" || text == here.cell.cluster,
            _ => true,
        };
        if !is_own {
            let what = format!(
                "leads to `{text}`, which is not the cluster of {}",
                here.cell.name.as_str()
            );
            found.push((&node.place, what));
        }
    }
    found
}
