//! cert-manager: its chart, and the ways it needs.

use super::Brought;
use crate::model::cell::Cell;
use crate::model::credentials::{Credential, Value};
use crate::model::edges::{Edge, Peer, Pods};
use crate::model::ingress::{Acme, CERT_MANAGER, CertManager, PRIVATE_CA, TRAEFIK_PORTS};
use crate::model::operators::{Operator, kind};
use crate::model::platform::Platform;
use crate::spec::types::{EnvironmentKind, IngressController};

const KEY: &str = "components.cert-manager";
/// The port of its admission webhook.
const WEBHOOK_PORT: u16 = 10250;

pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    // Nobody reaches a laptop, so that nobody could tell whose it is.
    let Some(own) = platform
        .cert_manager
        .as_ref()
        .filter(|_| cell.kind == EnvironmentKind::Cluster)
    else {
        return;
    };
    let operator = operator();
    let part = |component: &str| {
        let labels = [
            ("app.kubernetes.io/instance", CERT_MANAGER),
            ("app.kubernetes.io/component", component),
        ];
        operator.pods(&format!("{CERT_MANAGER}-{component}"), &labels)
    };
    let (controller, webhook) = (part("controller"), part("webhook"));
    for pods in [&controller, &webhook, &part("cainjector")] {
        let mut ports = Cell::API_SERVER_PORTS.to_vec();
        if *pods == controller {
            // A way that leads everywhere leads to the API server too, and no way is opened twice.
            ports.retain(|port| !leads_everywhere(own, *port));
        }
        brought.edges.push(edge(pods, cell.api_server(), &ports));
    }
    brought.edges.push(Edge {
        from: cell.api_server(),
        to: Peer::Pods(webhook),
        ports: vec![WEBHOOK_PORT],
        because: KEY.to_owned(),
    });
    match &own.acme {
        Some(acme) => {
            let edges = acme_edges(platform, cell, acme, &controller);
            brought.edges.extend(edges);
        }
        None => brought.credentials.push(authority()),
    }
    brought.operate(operator);
}

/// Whether the way to the ACME server is one to every address on a port.
fn leads_everywhere(own: &CertManager, port: u16) -> bool {
    let everywhere = |acme: &Acme| acme.cidrs.iter().any(|cidr| cidr.ends_with("/0"));
    own.acme
        .as_ref()
        .is_some_and(|acme| acme.port == port && everywhere(acme))
}

fn edge(from: &Pods, to: Peer, ports: &[u16]) -> Edge {
    Edge {
        from: Peer::Pods(from.clone()),
        to,
        ports: ports.to_vec(),
        because: KEY.to_owned(),
    }
}

/// To the server, and to the cell's own hosts: cert-manager looks at a challenge itself before it asks the server to.
fn acme_edges(platform: &Platform, cell: &Cell, acme: &Acme, controller: &Pods) -> Vec<Edge> {
    let server = Peer::Outside {
        host: acme.host.to_string(),
        cidrs: acme.cidrs.iter().map(ToString::to_string).collect(),
    };
    let plain: &[u16] = match platform.ingress.controller {
        IngressController::Traefik => &TRAEFIK_PORTS[..1],
        // Which ports the pods of another controller have, is not known.
        IngressController::Provided => &[80, 443, 8000, 8443],
    };
    let mut edges = vec![
        edge(controller, server, &[acme.port]),
        edge(controller, platform.ingress.peer(), plain),
    ];
    if let Some(region) = platform.regions.get(&cell.region)
        && !region.ingress.is_empty()
    {
        let hosts = Peer::Outside {
            host: format!("*.{}", cell.domain),
            cidrs: region.ingress.iter().map(ToString::to_string).collect(),
        };
        edges.push(edge(controller, hosts, &[80, 443]));
    }
    edges
}

/// The kinds are those that the chart makes with the values given to it.
fn operator() -> Operator {
    let mut operator = Operator::new(CERT_MANAGER, KEY);
    operator.cluster_kinds = vec![
        kind(
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration",
        ),
        kind(
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration",
        ),
        kind("apiextensions.k8s.io", "CustomResourceDefinition"),
        kind("rbac.authorization.k8s.io", "ClusterRole"),
        kind("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ];
    operator.kinds = vec![
        kind("", "ConfigMap"),
        kind("", "Service"),
        kind("", "ServiceAccount"),
        kind("apps", "Deployment"),
        kind("policy", "PodDisruptionBudget"),
        kind("rbac.authorization.k8s.io", "Role"),
        kind("rbac.authorization.k8s.io", "RoleBinding"),
    ];
    operator.own_cluster_kinds = vec![kind("cert-manager.io", "ClusterIssuer")];
    operator
}

/// The certificate authority of one's own.
fn authority() -> Credential {
    Credential::new(
        PRIVATE_CA,
        [CERT_MANAGER.to_owned()],
        "the certificate authority that signs for the hosts of this cell",
    )
    .with("tls.crt", Value::Given)
    .with("tls.key", Value::Given)
    .on_rotation("devices must trust the new authority first; then renew every certificate")
}
