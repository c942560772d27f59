//! The base of a cell: its namespaces, and what holds in all of them.

use super::Brought;
use crate::model::cell::Cell;
use crate::model::guard_rails::GuardRail;
use crate::model::ingress::TRAEFIK;
use crate::model::namespaces::{Namespace, PodSecurity, of_team};
use crate::model::needs::{Need, Rations, Total};
use crate::model::operators::{self, Operator};
use crate::model::platform::Platform;
use crate::model::units::{ClusterWide, Part, Unit};
use std::collections::BTreeSet;

pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    brought.units.push(Unit {
        name: "base".to_owned(),
        part: Part::Base,
        project: "base".to_owned(),
        namespace: platform.apps_namespace(),
        wave: Unit::BASE_WAVE,
        base: "base".to_owned(),
        key: "platform".to_owned(),
        before: vec!["cell"],
        behind: Vec::new(),
    });
    namespaces(platform, &mut brought.namespaces);
    let class = cell.storage_class.made.as_ref();
    brought.cluster_wide.extend(class.map(|_| ClusterWide {
        project: "base".to_owned(),
        group: "storage.k8s.io",
        kind: "StorageClass",
        name: cell.storage_class(),
    }));
}

fn namespaces(platform: &Platform, namespaces: &mut Vec<Namespace>) {
    namespaces.push(argo_cd());
    let apps = "the services that belong to no team";
    namespaces.push(Namespace::restricted(platform.apps_namespace(), apps));
    namespaces.push(Namespace::restricted(
        platform.data_namespace(),
        "the stores",
    ));
    if platform.has_gateway() {
        let gateway = "the Gateway through which hosts are reached";
        namespaces.push(Namespace::restricted(platform.gateway_namespace(), gateway));
    }
    let teams = platform
        .teams
        .values()
        .map(|team| Namespace::restricted(team.namespace.clone(), of_team(&team.name)));
    namespaces.extend(teams);
}

/// The namespace of an operator, which its own unit makes.
pub(super) fn of_operator(operator: &Operator) -> Namespace {
    let holds = format!("the operator {}", operator.name);
    let mut namespace = Namespace::restricted(operator.namespace.clone(), holds).by_its_unit();
    if let operators::PodSecurity::Baseline { reason } = operator.security {
        namespace = namespace.at(PodSecurity::Baseline, reason);
    }
    if operator.name == TRAEFIK {
        let because = "its load balancer is the one way in from outside";
        namespace = namespace.except(GuardRail::ClusterIpOnly, because);
    }
    namespace
}

/// Argo CD is installed whole from its own manifests, which nothing here changes.
fn argo_cd() -> Namespace {
    let own = "its manifests are the Argo CD project's own, checked by checksum and not changed";
    let mut namespace = Namespace::restricted("argocd".to_owned(), "Argo CD")
        .at(PodSecurity::Baseline, own)
        .by_bootstrap();
    for rail in GuardRail::ALL {
        namespace = namespace.except(rail, own);
    }
    namespace
}

/// Says how much may be in each namespace, once every unit in it has said what it needs: a quota that forgets a workload
/// starves it.
pub(super) fn rations(platform: &Platform, cell: &mut Cell) {
    let said: BTreeSet<&str> = cell.needs.iter().map(|need| need.unit.as_str()).collect();
    let mut rations = Vec::new();
    for namespace in &cell.namespaces {
        let mut units = cell.units.iter().filter(|unit| {
            unit.namespace == namespace.name && matches!(unit.part, Part::Apps | Part::Data)
        });
        let team = platform
            .teams
            .values()
            .find(|t| t.namespace == namespace.name);
        let own = team.is_some()
            || [platform.apps_namespace(), platform.data_namespace()].contains(&namespace.name);
        let known = own && units.all(|unit| said.contains(unit.name.as_str()));
        let here = |need: &&Need| need.namespace == namespace.name;
        let total = Total::of(cell.needs.iter().filter(here));
        let team = team.and_then(|team| cell.teams.get(&team.name));
        rations.push(known.then(|| match team {
            Some(team) => Rations::of_team(total, team),
            None => Rations::of(total),
        }));
    }
    for (namespace, rations) in cell.namespaces.iter_mut().zip(rations) {
        namespace.rations = rations;
    }
}
