//! Ingress: Traefik where the platform brings it, the Gateway, and the ways to whoever answers challenges.

use super::Brought;
use crate::catalogue;
use crate::model::cell::Cell;
use crate::model::edges::{Edge, Peer};
use crate::model::ingress::{GATEWAY, TRAEFIK, TRAEFIK_PORTS, traefik_pods};
use crate::model::operators::{Operator, kind};
use crate::model::platform::Platform;
use crate::model::units::{Part, Unit};
use crate::spec::types::{IngressController, RouteKind};
use std::collections::BTreeSet;

/// Comes after everything that exposes something.
pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    let here = platform.ingress_of(cell);
    if here.controller == IngressController::Traefik {
        traefik(platform, cell, brought);
    }
    if here.routes == RouteKind::Gateway && !brought.exposed.is_empty() {
        brought.units.push(gateway(platform));
    }
    if platform.answers_challenges(cell) {
        let namespaces = exposed_namespaces(brought);
        let challenges = namespaces.iter().map(|own| platform.challenge(own));
        brought.edges.extend(challenges);
    }
}

fn exposed_namespaces(brought: &Brought) -> BTreeSet<String> {
    let exposed = brought.exposed.iter();
    exposed.map(|exposed| exposed.namespace.clone()).collect()
}

fn traefik(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    let because = "components.ingress.controller";
    let mut operator = Operator::new(TRAEFIK, because);
    operator.kinds = vec![
        kind("", "ConfigMap"),
        kind("", "Service"),
        kind("apps", "Deployment"),
        kind("policy", "PodDisruptionBudget"),
    ];
    operator.cluster_kinds = vec![kind("networking.k8s.io", "IngressClass")];
    operator.own_cluster_kinds = vec![
        kind("rbac.authorization.k8s.io", "ClusterRole"),
        kind("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ];
    operator.own_elsewhere = exposed_namespaces(brought).into_iter().collect();
    if platform.has_gateway() {
        operator.own_elsewhere.push(platform.gateway_namespace());
        operator.cluster_kinds = vec![
            kind("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
            kind(
                "admissionregistration.k8s.io",
                "ValidatingAdmissionPolicyBinding",
            ),
            kind("apiextensions.k8s.io", "CustomResourceDefinition"),
            kind("gateway.networking.k8s.io", "GatewayClass"),
        ];
        let definitions = catalogue::definitions().get("gateway-api");
        operator.repositories = definitions
            .map(|definitions| definitions.repository.clone())
            .into_iter()
            .collect();
    }
    let pods = traefik_pods();
    let edge = |from, to, ports: &[u16]| Edge {
        from,
        to,
        ports: ports.to_vec(),
        because: because.to_owned(),
    };
    let own = || Peer::Pods(pods.clone());
    brought.edges.push(edge(Peer::World, own(), &TRAEFIK_PORTS));
    let to_api_server = edge(own(), cell.api_server(), Cell::API_SERVER_PORTS);
    brought.edges.push(to_api_server);
    brought.operate(operator);
}

/// The unit of the Gateway: it needs the kinds that its controller brings.
fn gateway(platform: &Platform) -> Unit {
    Unit {
        name: GATEWAY.to_owned(),
        part: Part::Ops,
        project: "ops".to_owned(),
        namespace: platform.gateway_namespace(),
        wave: Unit::SECRETS_WAVE,
        base: format!("ops/{GATEWAY}"),
        key: "components.ingress.routes".to_owned(),
        before: vec!["cell"],
        behind: Vec::new(),
    }
}
