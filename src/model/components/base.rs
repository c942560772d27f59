//! The base of a cell: its namespaces, and the ways that the cluster itself needs.

use super::Brought;
use crate::model::edges::{Edge, Peer, Pods};
use crate::model::platform::{Cell, Platform};
use crate::model::units::{Part, Unit};
use std::collections::BTreeMap;

/// The label of the pods with which cert-manager answers HTTP-01 challenges.
const SOLVER_LABEL: &str = "acme.cert-manager.io/http01-solver";
/// The port on which they answer.
const SOLVER_PORT: u16 = 8089;

pub(super) fn bring(platform: &Platform, _cell: &Cell, brought: &mut Brought) {
    brought.units.push(Unit {
        name: "base".to_owned(),
        part: Part::Base,
        project: "base".to_owned(),
        namespace: platform.apps_namespace(),
        wave: Unit::BASE_WAVE,
        base: "base".to_owned(),
        key: "platform".to_owned(),
        before: Vec::new(),
        behind: Vec::new(),
    });
    if platform.ingress.cluster_issuer.is_none() {
        return;
    }
    for service in platform.services.values().filter(|s| s.expose.is_some()) {
        let edge = challenge(platform, &service.namespace);
        brought.edges.push(edge);
    }
}

/// The way to the pods that answer for the hosts of a namespace when cert-manager asks for their certificates.
pub(super) fn challenge(platform: &Platform, namespace: &str) -> Edge {
    let solver = Pods {
        namespace: namespace.to_owned(),
        name: "acme-solver".to_owned(),
        labels: BTreeMap::from([(SOLVER_LABEL.to_owned(), "true".to_owned())]),
        unit: Some("base".to_owned()),
    };
    Edge {
        from: Peer::Namespace(platform.ingress.namespace.to_string()),
        to: Peer::Pods(solver),
        ports: vec![SOLVER_PORT],
        because: "components.ingress.cluster-issuer".to_owned(),
    }
}
