//! `docs/tenancy.md`: who may do what in which namespace, how much there may be of it, and what is refused.

use super::{Files, Origin};
use crate::model::guard_rails::GuardRail;
use crate::model::needs::Rations;
use crate::model::{Cell, Platform};
use serde::Serialize;

const PAGE: &str = "docs/tenancy.md";

#[derive(Serialize)]
struct Tenancy<'a> {
    platform: &'a str,
    repository: &'a str,
    apps_namespace: String,
    data_namespace: String,
    teams: Vec<TeamRow<'a>>,
    access: Vec<AccessRow<'a>>,
    quotas: Vec<QuotaRow<'a>>,
    guard_rails: Vec<GuardRailRow>,
}

#[derive(Serialize)]
struct TeamRow<'a> {
    name: &'a str,
    namespace: &'a str,
    services: String,
}

#[derive(Serialize)]
struct AccessRow<'a> {
    cell: &'a str,
    team: &'a str,
    groups: String,
    debug: &'static str,
}

#[derive(Serialize)]
struct QuotaRow<'a> {
    cell: &'a str,
    namespace: &'a str,
    cpu: &'a str,
    memory: &'a str,
    memory_limit: &'a str,
    storage: &'a str,
    pods: u32,
}

#[derive(Serialize)]
struct GuardRailRow {
    name: String,
    refuses: &'static str,
    not_in: String,
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let cells = &platform.cells;
    let page = Tenancy {
        platform: &platform.name,
        repository: &platform.repository.url,
        apps_namespace: platform.apps_namespace(),
        data_namespace: platform.data_namespace(),
        teams: teams(platform),
        access: cells.iter().flat_map(access).collect(),
        quotas: cells.iter().flat_map(quotas).collect(),
        guard_rails: GuardRail::ALL
            .into_iter()
            .map(|rail| guard_rail(platform, rail))
            .collect(),
    };
    let origin = Origin {
        template: PAGE,
        key: "",
        custom: "",
    };
    files.render(PAGE.to_owned(), origin, &page)
}

fn teams(platform: &Platform) -> Vec<TeamRow<'_>> {
    let rows = platform.teams.values().map(|team| {
        let services = platform.services.values();
        let own = services.filter(|service| service.team.as_ref() == Some(&team.name));
        let names: Vec<&str> = own.map(|service| service.name.as_str()).collect();
        TeamRow {
            name: &team.name,
            namespace: &team.namespace,
            services: names.join(", "),
        }
    });
    rows.collect()
}

fn access(cell: &Cell) -> impl Iterator<Item = AccessRow<'_>> {
    cell.teams.iter().map(|(name, team)| AccessRow {
        cell: &cell.name,
        team: name,
        groups: team.groups.join(", "),
        debug: if team.debug { "yes" } else { "no" },
    })
}

fn quotas(cell: &Cell) -> impl Iterator<Item = QuotaRow<'_>> {
    cell.namespaces.iter().filter_map(|namespace| {
        let rations: &Rations = namespace.rations.as_ref()?;
        Some(QuotaRow {
            cell: &cell.name,
            namespace: &namespace.name,
            cpu: &rations.cpu,
            memory: &rations.memory,
            memory_limit: &rations.memory_limit,
            storage: &rations.storage,
            pods: rations.pods,
        })
    })
}

fn guard_rail(platform: &Platform, rail: GuardRail) -> GuardRailRow {
    let cells = platform.cells.iter();
    let without = cells.filter(|cell| !cell.guard_rails().contains(&rail));
    let cells = without.map(|cell| cell.name.to_string());
    let namespaces = platform.namespaces().into_values();
    let exempt = namespaces.filter(|namespace| namespace.exemptions.contains_key(&rail));
    let not_in: Vec<String> = exempt.map(|n| n.name.clone()).chain(cells).collect();
    GuardRailRow {
        name: format!("{}-{}", platform.name, rail.name()),
        refuses: rail.refuses(),
        not_in: not_in.join(", "),
    }
}
