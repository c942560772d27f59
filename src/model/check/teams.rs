//! Teams: their names, who belongs to them, and whether their services have room.

use crate::diagnostic::Diagnostic;
use crate::model::amount::Amount;
use crate::model::needs::{Need, Rations, Total};
use crate::model::references::dangling;
use crate::model::{Cell, Platform};
use crate::model::{Problems, namespaces};
use crate::spec::names::{Name, Quantity};
use crate::spec::{KeyPath, Spec};

/// What a namespace or an AppProject of the platform is called, or will be.
const RESERVED: &[&str] = &[
    "apps",
    "backups",
    "base",
    "cert-manager",
    "data",
    "external-secrets",
    "guard-rails",
    "ingress",
    "monitoring",
    "observability",
    "operators",
    "ops",
    "root",
    "sealed-secrets",
    "secrets",
    "traefik",
];

pub(super) fn teams(spec: &Spec, problems: &mut Problems<'_>) {
    references(spec, problems);
    for (name, team) in &spec.teams {
        let path = KeyPath::new(["teams", name]);
        if RESERVED.contains(&name.as_str()) {
            let location = problems.key(&path);
            let message = format!("a team cannot be called `{name}`");
            let help = "the platform has a namespace or an AppProject of that name itself";
            problems.push(
                Diagnostic::error("reserved-name", message)
                    .at(location, "reserved")
                    .help(help),
            );
        }
        groups(&team.groups, &path, problems);
    }
    for (environment, written) in &spec.environments {
        let path = KeyPath::new(["environments", environment, "teams"]);
        for (name, team) in &written.teams {
            groups(
                team.groups.as_deref().unwrap_or_default(),
                &path.key(name),
                problems,
            );
        }
    }
    for (cell, written) in &spec.cells {
        let path = KeyPath::new(["cells", cell, "teams"]);
        for (name, team) in &written.teams {
            groups(
                team.groups.as_deref().unwrap_or_default(),
                &path.key(name),
                problems,
            );
        }
    }
}

/// Services and differences are of teams that there are.
fn references(spec: &Spec, problems: &mut Problems<'_>) {
    let teams: Vec<&str> = spec.teams.keys().map(Name::as_str).collect();
    let mut unknown = |at_key, path: &KeyPath, team: &Name| {
        if !teams.contains(&team.as_str()) {
            let known = teams.iter().copied();
            dangling(problems, at_key, path, "there is no team", team, known);
        }
    };
    for (name, service) in &spec.services {
        if let Some(team) = &service.team {
            let path = KeyPath::new(["services", name, "team"]);
            unknown(false, &path, team);
        }
    }
    for (name, environment) in &spec.environments {
        for team in environment.teams.keys() {
            unknown(
                true,
                &KeyPath::new(["environments", name, "teams", team]),
                team,
            );
        }
    }
    for (cell, overrides) in &spec.cells {
        for team in overrides.teams.keys() {
            unknown(true, &KeyPath::new(["cells", cell, "teams", team]), team);
        }
    }
}

/// Groups are names of somebody else's; but Kubernetes has some of its own, and Argo CD separates them by commas.
fn groups(groups: &[String], path: &KeyPath, problems: &mut Problems<'_>) {
    let path = path.key("groups");
    for (index, group) in groups.iter().enumerate() {
        let here = path.index(index);
        let strange = |c: char| c.is_control() || matches!(c, ',' | '"');
        if group.starts_with("system:") {
            let message = format!("`{group}` is a group of Kubernetes itself");
            let help = "name groups of the identity provider: `system:authenticated`, for example, is everyone";
            problems.at_value(
                "reserved-name",
                &here,
                message,
                "not the identity provider's",
                help.to_owned(),
            );
        } else if group.is_empty() || group.trim() != group || group.contains(strange) {
            let message = format!("`{}` is no name of a group", group.escape_debug());
            let help = "write it as the identity provider puts it into tokens: without blanks around it, commas and quotes";
            problems.at_value("bad-name", &here, message, "not a group", help.to_owned());
        } else if let Some(first) = groups[..index].iter().position(|other| other == group) {
            let (again, before) = (problems.value(&here), problems.value(&path.index(first)));
            problems.push(
                Diagnostic::error(
                    "duplicate-entry",
                    format!("`{group}` stands twice in `{path}`"),
                )
                .at(again, "again")
                .at(before, "here already")
                .help("remove one of them"),
            );
        }
    }
}

/// The names of namespaces are put together from the platform's, of at most 20 characters, and the team's, of at most 40:
/// they fit, but a component may have taken one.
pub(super) fn namespaces(platform: &Platform, problems: &mut Problems<'_>) {
    for team in platform.teams.values() {
        let path = KeyPath::new(["teams", &team.name]);
        let location = problems.key(&path);
        let namespace = &team.namespace;
        let holders = platform.cells.iter().flat_map(|cell| &cell.namespaces);
        let own = namespaces::of_team(&team.name);
        if let Some(other) = holders
            .into_iter()
            .find(|other| &other.name == namespace && other.holds != own)
        {
            let message = format!("`{namespace}` is the namespace of {} already", other.holds);
            problems.push(
                Diagnostic::error("reserved-name", message)
                    .at(location, "taken")
                    .help("give the team another name"),
            );
        }
    }
}

/// A quota that is smaller than what is declared to run in it would hold up the next rollout, or the autoscaler.
pub(super) fn quotas(platform: &Platform, problems: &mut Problems<'_>) {
    for cell in &platform.cells {
        for team in platform.teams.values() {
            let namespace = cell.namespaces.iter().find(|n| n.name == team.namespace);
            let Some(rations) = namespace.and_then(|namespace| namespace.rations.as_ref()) else {
                continue;
            };
            let needs = cell
                .needs
                .iter()
                .filter(|need| need.namespace == team.namespace);
            let needs: Vec<&Need> = needs.collect();
            for short in shortages(rations, &needs) {
                let message = format!(
                    "team `{}` may have {} {} in {}, and its services need {} at their largest",
                    team.name, short.allowed, short.what, cell.name, short.needed
                );
                let path = written(problems, cell, &team.name, short.key);
                let help = format!(
                    "{}; raise it, or leave it out for twice what is needed",
                    short.sum
                );
                problems.at_value("quota-too-small", &path, message, "too little", help);
            }
        }
    }
}

/// One kind of thing of which there is too little.
struct Shortage {
    key: &'static str,
    what: &'static str,
    allowed: String,
    needed: String,
    sum: String,
}

fn shortages(rations: &Rations, needs: &[&Need]) -> Vec<Shortage> {
    let total = Total::of(needs.iter().copied());
    let each = |of: &dyn Fn(&Need) -> &Quantity| {
        let parts = needs
            .iter()
            .map(|need| format!("{}: {} × {}", need.workload, need.pods, of(need)));
        parts.collect::<Vec<_>>().join(", ")
    };
    let cpu = each(&|need| &need.resources.cpu);
    let memory = each(&|need| &need.resources.memory);
    let limit = each(&|need| &need.resources.memory_limit);
    let mut found = Vec::new();
    for (key, what, allowed, needed, shown, sum) in [
        ("cpu", "CPU", &rations.cpu, total.cpu, total.cpu.cpu(), cpu),
        (
            "memory",
            "memory",
            &rations.memory,
            total.memory,
            total.memory.bytes(),
            memory,
        ),
        (
            "memory-limit",
            "memory as the sum of limits",
            &rations.memory_limit,
            total.memory_limit,
            total.memory_limit.bytes(),
            limit,
        ),
    ] {
        if Amount::of(allowed) < needed {
            found.push(Shortage {
                key,
                what,
                allowed: allowed.to_string(),
                needed: shown.to_string(),
                sum,
            });
        }
    }
    if rations.pods < total.pods {
        let parts = needs
            .iter()
            .map(|need| format!("{}: {}", need.workload, need.pods));
        found.push(Shortage {
            key: "pods",
            what: "pods",
            allowed: rations.pods.to_string(),
            needed: total.pods.to_string(),
            sum: parts.collect::<Vec<_>>().join(", "),
        });
    }
    found
}

/// Where the number that counts in a cell is written: the later of the three places wins.
fn written(problems: &Problems<'_>, cell: &Cell, team: &Name, key: &'static str) -> KeyPath {
    let places = [
        KeyPath::new(["cells", &cell.name, "teams", team, "quota"]),
        KeyPath::new(["environments", &cell.environment, "teams", team, "quota"]),
        KeyPath::new(["teams", team, "quota"]),
    ];
    // The sum of limits follows the sum of requests where it is not written.
    let keys = match key {
        "memory-limit" => vec![key, "memory"],
        _ => vec![key],
    };
    let mut candidates = places
        .iter()
        .flat_map(|place| keys.iter().map(|key| place.key(key)));
    candidates
        .find(|path| problems.document.contains(path))
        .unwrap_or_else(|| KeyPath::new(["teams", team]))
}
