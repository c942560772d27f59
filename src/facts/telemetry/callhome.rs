//! Software that tells its maker that it is there, unless it is told not to.

use super::documents::Document;
use super::habits::{HABITS, Habit, Switch};
use crate::facts::cell::{CellFacts, Spot};
use crate::facts::workloads::{Container, Workload};
use crate::kustomize::Node;
use Switch::{Argument, Setting, Variable};

/// Arguments and settings that turn reporting on where it is off by default.
const TURNED_ON: &[(&str, &[&str], &str)] = &[(
    "global.sendanonymoususage",
    &["global", "sendanonymoususage"],
    "Traefik reports its use",
)];

/// Something that calls home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The manifest.
    pub manifest: usize,
    /// What it does.
    pub does: &'static str,
    /// What to change: the value that allows it, else the image or the chart.
    pub spot: Spot,
    /// How to stop it.
    pub remedy: String,
}

/// Everything that calls home in a cell, and how many habits were looked at.
pub fn calls(facts: &CellFacts<'_>) -> (Vec<Call>, usize) {
    let documents = facts.documents();
    let mut found = Vec::new();
    let mut examined = 0;
    for workload in &facts.workloads {
        for container in &workload.containers {
            for habit in HABITS {
                if of_image(container, habit) {
                    examined += 1;
                    found.extend(container_call(facts, workload, container, habit, documents));
                }
            }
            found.extend(turned_on(workload, container));
        }
    }
    for (index, chart, spot) in charts(facts) {
        for habit in HABITS
            .iter()
            .filter(|habit| habit.charts.contains(&chart.as_str()))
        {
            let own: Vec<&Document> = documents
                .iter()
                .filter(|document| document.manifest == index)
                .collect();
            let has_part = chart != "kube-prometheus-stack"
                || !own.iter().any(|document| {
                    document.settings.iter().any(|setting| {
                        setting.keys == ["grafana", "enabled"] && setting.value == "false"
                    })
                });
            if !has_part {
                continue;
            }
            examined += 1;
            let (stopped, wrong) = settings(habit, &own);
            if habit.by_default && !stopped {
                found.push(Call {
                    manifest: index,
                    does: habit.does,
                    spot: wrong.unwrap_or_else(|| spot.clone()),
                    remedy: remedy(habit),
                });
            }
        }
        let own = documents
            .iter()
            .filter(|document| document.manifest == index);
        for setting in own.flat_map(|document| &document.settings) {
            for (_, keys, does) in TURNED_ON {
                if setting.ends(keys) && setting.value == "true" {
                    found.push(Call {
                        manifest: index,
                        does,
                        spot: setting.spot.clone(),
                        remedy: format!("set `{}` to false", setting.dotted()),
                    });
                }
            }
        }
    }
    (found, examined)
}

fn of_image(container: &Container, habit: &Habit) -> bool {
    let Some(image) = &container.image else {
        return false;
    };
    let repository = image.text.split('@').next().unwrap_or_default();
    let (folders, last) = repository.rsplit_once('/').unwrap_or(("", repository));
    let name = last.split(':').next().unwrap_or(last);
    habit
        .images
        .iter()
        .any(|known| match known.rsplit_once('/') {
            Some((folder, last)) => {
                name == last && (folders == folder || folders.ends_with(&format!("/{folder}")))
            }
            None => name == *known && (folders.is_empty() || folders == "docker.io"),
        })
}

fn container_call(
    facts: &CellFacts<'_>,
    workload: &Workload,
    container: &Container,
    habit: &Habit,
    documents: &[Document],
) -> Option<Call> {
    let mut wrong = None;
    for switch in habit.switches {
        match switch {
            Variable(name, values) => {
                let Some(variable) = container.variable(name) else {
                    continue;
                };
                let text = container.text(name).unwrap_or_default().to_lowercase();
                if values.contains(&text.as_str()) {
                    return (!habit.by_default)
                        .then(|| call(workload, habit, variable.spot.clone()));
                }
                wrong = Some(variable.spot.clone());
            }
            Argument(wanted) => {
                let given = container.words.iter().find(|word| {
                    let flag = word.text.trim_start_matches('-').to_lowercase();
                    flag == *wanted
                });
                if given.is_some() {
                    return None;
                }
                let name = wanted.split('=').next().unwrap_or(wanted);
                let other = container.words.iter().find(|word| {
                    let flag = word.text.trim_start_matches('-').to_lowercase();
                    flag.split('=').next() == Some(name)
                });
                wrong = wrong.or(other.map(|word| word.spot.clone()));
            }
            Setting(..) => {}
        }
    }
    if !habit.by_default {
        return None;
    }
    let mounted = mounted(workload);
    let own: Vec<&Document> = documents
        .iter()
        .filter(|document| {
            document.namespace == workload.namespace
                && mounted
                    .iter()
                    .any(|name| document.name.split(' ').next() == Some(name))
                && matches!(
                    facts.manifests[document.manifest].object.kind(),
                    "ConfigMap" | "Secret"
                )
        })
        .collect();
    let (stopped, elsewhere) = settings(habit, &own);
    if stopped {
        return None;
    }
    let image = container.image.as_ref()?;
    let spot = wrong.or(elsewhere).unwrap_or_else(|| image.spot.clone());
    Some(call(workload, habit, spot))
}

fn call(workload: &Workload, habit: &Habit, spot: Spot) -> Call {
    Call {
        manifest: workload.manifest,
        does: habit.does,
        spot,
        remedy: remedy(habit),
    }
}

/// The first way to stop a habit, in words.
fn remedy(habit: &Habit) -> String {
    match (habit.switches.first(), habit.by_default) {
        (Some(Variable(name, values)), true) => {
            format!(
                "set `{name}` to `{}`",
                values.first().copied().unwrap_or("off")
            )
        }
        (Some(Variable(name, _)), false) => format!("set `{name}` to `off`"),
        (Some(Argument(argument)), _) => format!("start it with `-{argument}`"),
        (Some(Setting(keys, value)), _) => format!("set `{}` to `{value}`", keys.join(".")),
        (None, _) => String::new(),
    }
}

/// Whether some configuration stops a habit; and where it says that it does not.
fn settings(habit: &Habit, documents: &[&Document]) -> (bool, Option<Spot>) {
    let mut wrong = None;
    for document in documents {
        for setting in &document.settings {
            for switch in habit.switches {
                let (is_it, wanted): (bool, &[&str]) = match switch {
                    Setting(keys, value) => (setting.ends(keys), std::slice::from_ref(value)),
                    // Values of a chart may set variables of the container.
                    Variable(name, values) => {
                        (setting.path.last().is_some_and(|key| key == name), values)
                    }
                    Argument(argument) => {
                        let text = setting.value.trim_start_matches('-').to_lowercase();
                        if text == *argument {
                            return (true, None);
                        }
                        (false, &[])
                    }
                };
                if is_it {
                    if wanted.contains(&setting.value.to_lowercase().as_str()) {
                        return (true, None);
                    }
                    wrong = Some(setting.spot.clone());
                }
            }
        }
    }
    (false, wrong)
}

/// Arguments that turn on what is off by default.
fn turned_on(workload: &Workload, container: &Container) -> Vec<Call> {
    let mut found = Vec::new();
    for word in &container.words {
        let flag = word.text.trim_start_matches('-').to_lowercase();
        for (name, _, does) in TURNED_ON {
            if flag == *name || flag == format!("{name}=true") {
                found.push(Call {
                    manifest: workload.manifest,
                    does,
                    spot: word.spot.clone(),
                    remedy: format!("start it without `--{name}`"),
                });
            }
        }
    }
    found
}

/// The ConfigMaps and Secrets that a workload mounts, by name.
fn mounted(workload: &Workload) -> Vec<String> {
    let volumes = workload.spec.get("volumes").map_or(&[][..], Node::items);
    volumes
        .iter()
        .flat_map(|volume| {
            let projected = volume
                .at(&["projected", "sources"])
                .map_or(&[][..], Node::items);
            std::iter::once(volume).chain(projected)
        })
        .flat_map(|source| {
            [
                source.at(&["configMap", "name"]),
                source.at(&["secret", "secretName"]),
                source.at(&["secret", "name"]),
            ]
        })
        .filter_map(|name| Some(name?.as_text()?.to_owned()))
        .collect()
}

/// The charts that Applications and their like deploy, with where that stands.
fn charts(facts: &CellFacts<'_>) -> Vec<(usize, String, Spot)> {
    let mut found = Vec::new();
    for (index, manifest) in facts.manifests.iter().enumerate() {
        let several = manifest
            .at(&["spec", "sources"])
            .map_or(&[][..], Node::items);
        let sources = manifest.at(&["spec", "source"]).into_iter().chain(several);
        let named: Vec<&Node> = match (manifest.group(), manifest.object.kind()) {
            ("argoproj.io", "Application") => {
                sources.filter_map(|source| source.get("chart")).collect()
            }
            ("helm.toolkit.fluxcd.io", "HelmRelease") => manifest
                .at(&["spec", "chart", "spec", "chart"])
                .into_iter()
                .collect(),
            ("helm.cattle.io", "HelmChart") => {
                manifest.at(&["spec", "chart"]).into_iter().collect()
            }
            _ => Vec::new(),
        };
        for node in named {
            if let Some(chart) = node.as_text() {
                let name = chart.rsplit('/').next().unwrap_or(chart).to_owned();
                found.push((index, name, Spot::whole(index, node)));
            }
        }
    }
    // The operator of Grafana takes its configuration from the resource.
    for (index, manifest) in facts.of_kind("grafana.integreatly.org", "Grafana") {
        let spot = manifest.at(&["spec"]).map(|spec| Spot::whole(index, spec));
        found.extend(spot.map(|spot| (index, "grafana".to_owned(), spot)));
    }
    found
}
