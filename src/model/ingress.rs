//! How a cell is reached from outside: controller, routes, hosts, and where certificates come from.

use super::cell::Cell;
use super::edges::{Edge, Peer, Pods};
use super::operators::Operator;
use super::platform::{Endpoint, Platform};
use super::resolve;
use crate::spec::Spec;
use crate::spec::names::{Cidr, Country, Host, Name};
use crate::spec::types::{
    CertManagerSpec, CertificateIssuer, DataClass, EnvironmentKind, IngressController, RouteKind,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The unit, namespace and release of Traefik.
pub(crate) const TRAEFIK: &str = "traefik";
/// The unit, namespace and release of cert-manager.
pub(crate) const CERT_MANAGER: &str = "cert-manager";
/// The unit of the Gateway.
pub(crate) const GATEWAY: &str = "gateway";
/// The Secret with the certificate authority of one's own, and the ClusterIssuer that signs with it.
pub(crate) const PRIVATE_CA: &str = "private-ca";
/// The ports of Traefik's pods: plain, encrypted.
pub(crate) const TRAEFIK_PORTS: [u16; 2] = [8000, 8443];

/// The label of the pods with which cert-manager answers HTTP-01 challenges.
const SOLVER_LABEL: &str = "acme.cert-manager.io/http01-solver";
/// The port on which they answer.
const SOLVER_PORT: u16 = 8089;

/// How services are reached from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ingress {
    /// Who brings the controller.
    pub controller: IngressController,
    /// In which language routes are written.
    pub routes: RouteKind,
    /// IngressClass or GatewayClass.
    pub class: Name,
    /// Namespace of the ingress controller.
    pub namespace: Name,
    /// cert-manager ClusterIssuer, if certificates come from one.
    pub cluster_issuer: Option<Host>,
    /// Whether browsers are told to come back by HTTPS only.
    pub hsts: bool,
}

/// cert-manager and who makes its certificates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CertManager {
    /// The server, if certificates come by ACME; otherwise the Secret [`PRIVATE_CA`] signs.
    pub acme: Option<Acme>,
}

/// An ACME server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Acme {
    /// Whom it writes to.
    pub email: String,
    /// The URL of its directory.
    pub server: String,
    /// Its host.
    pub host: Host,
    /// Its port.
    pub port: u16,
    /// Where it is.
    pub country: Country,
    /// Who runs it, if that is known.
    pub operator: Option<String>,
    /// Its addresses.
    pub cidrs: Vec<Cidr>,
}

/// A host of a cell and what answers for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Exposed {
    /// The service or component; its certificate is the Secret `<name>-tls`.
    pub name: String,
    /// The namespace of its Service and of its route.
    pub namespace: String,
    /// The host in this cell.
    pub host: String,
}

/// The id of the ACME server among the endpoints.
pub(crate) const ACME_ENDPOINT: &str = "acme";

impl Ingress {
    /// The controller's pods, as one end of an edge.
    pub fn peer(&self) -> Peer {
        match self.controller {
            IngressController::Provided => Peer::Namespace(self.namespace.to_string()),
            IngressController::Traefik => Peer::Pods(traefik_pods()),
        }
    }
}

/// The pods of Traefik's chart.
pub(super) fn traefik_pods() -> Pods {
    let labels = [
        ("app.kubernetes.io/name", TRAEFIK),
        ("app.kubernetes.io/instance", "traefik-traefik"),
    ];
    Operator::new(TRAEFIK, "components.ingress.controller").pods(TRAEFIK, &labels)
}

impl Platform {
    /// How a cell is reached from outside. A laptop has what k3s brings: its own Traefik, which serves Ingresses.
    pub fn ingress_of(&self, cell: &Cell) -> Ingress {
        match cell.kind {
            EnvironmentKind::Cluster => self.ingress.clone(),
            EnvironmentKind::Local => Ingress {
                controller: IngressController::Provided,
                routes: RouteKind::Ingress,
                namespace: resolve::name("kube-system"),
                cluster_issuer: None,
                hsts: false,
                ..self.ingress.clone()
            },
        }
    }

    /// The namespace of the Gateway and of the certificates beside it.
    pub fn gateway_namespace(&self) -> String {
        format!("{}-gateway", self.name)
    }

    /// Whether routes are written for Gateway API.
    pub fn has_gateway(&self) -> bool {
        self.ingress.routes == RouteKind::Gateway
    }

    /// Whether cert-manager has to answer challenges, in the namespaces where certificates are.
    pub(super) fn answers_challenges(&self, cell: &Cell) -> bool {
        let own = self.cert_manager.as_ref();
        let acme = own.is_none_or(|own| own.acme.is_some());
        acme && self.ingress_of(cell).cluster_issuer.is_some()
    }

    /// The way to the pods that answer for the hosts of a namespace when cert-manager asks for their certificates. With a
    /// Gateway they are beside it, wherever the host leads.
    pub(super) fn challenge(&self, namespace: &str) -> Edge {
        let solver = Pods {
            namespace: match self.ingress.routes {
                RouteKind::Ingress => namespace.to_owned(),
                RouteKind::Gateway => self.gateway_namespace(),
            },
            name: "acme-solver".to_owned(),
            labels: BTreeMap::from([(SOLVER_LABEL.to_owned(), "true".to_owned())]),
            unit: Some("base".to_owned()),
        };
        Edge {
            from: self.ingress.peer(),
            to: Peer::Pods(solver),
            ports: vec![SOLVER_PORT],
            because: "components.ingress.cluster-issuer".to_owned(),
        }
    }
}

/// Ingress with every default filled in.
pub(super) fn ingress(spec: &Spec) -> Ingress {
    let written = spec.components.ingress.clone().unwrap_or_default();
    let controller = written.controller.unwrap_or(IngressController::Provided);
    let namespace = match controller {
        IngressController::Provided => "kube-system",
        IngressController::Traefik => TRAEFIK,
    };
    let issuer = spec.components.cert_manager.as_ref().and_then(|own| {
        Host::new(match own.issuer {
            Some(CertificateIssuer::Ca) => PRIVATE_CA,
            _ => "letsencrypt",
        })
    });
    Ingress {
        controller,
        routes: written.routes.unwrap_or(RouteKind::Ingress),
        class: written.class.unwrap_or_else(|| resolve::name(TRAEFIK)),
        namespace: written
            .namespace
            .unwrap_or_else(|| resolve::name(namespace)),
        cluster_issuer: written.cluster_issuer.or(issuer),
        hsts: written.hsts.unwrap_or(false),
    }
}

/// cert-manager with every default filled in.
pub(super) fn cert_manager(written: &CertManagerSpec) -> CertManager {
    let by_acme = written.issuer != Some(CertificateIssuer::Ca);
    CertManager {
        acme: by_acme.then(|| acme(written)).flatten(),
    }
}

/// The server as it is written; none when it has no URL, which is refused elsewhere.
fn acme(written: &CertManagerSpec) -> Option<Acme> {
    let server = directory(written.server.as_deref().unwrap_or("letsencrypt"));
    let (host, port) = host_and_port(server)?;
    let known = written.country.is_none() || is_lets_encrypt(written);
    Some(Acme {
        email: written.email.clone().unwrap_or_default(),
        server: server.to_owned(),
        host,
        port,
        country: written.country.clone().or_else(|| Country::new("US"))?,
        operator: known.then(|| "Internet Security Research Group, Let's Encrypt".to_owned()),
        cidrs: written.cidrs.clone(),
    })
}

/// Whether the ACME server is Let's Encrypt's.
pub(super) fn is_lets_encrypt(written: &CertManagerSpec) -> bool {
    let server = written.server.as_deref();
    server.is_none_or(|name| matches!(name, "letsencrypt" | "letsencrypt-staging"))
}

/// The URL of a server that has a name here: <https://letsencrypt.org/docs/acme-protocol-updates/>.
fn directory(server: &str) -> &str {
    match server {
        "letsencrypt" => "https://acme-v02.api.letsencrypt.org/directory",
        "letsencrypt-staging" => "https://acme-staging-v02.api.letsencrypt.org/directory",
        url => url,
    }
}

/// The host and the port of an https URL.
pub(super) fn host_and_port(url: &str) -> Option<(Host, u16)> {
    let rest = url.strip_prefix("https://")?;
    let authority = rest.split('/').next()?;
    match authority.split_once(':') {
        Some((host, port)) => Some((
            Host::new(host)?,
            port.parse().ok().filter(|port| *port > 0)?,
        )),
        None => Some((Host::new(authority)?, 443)),
    }
}

/// The ACME server as an endpoint: it is told the names of hosts, which are public with every certificate anyway.
pub(super) fn endpoint(acme: &Acme, regions: BTreeSet<Name>) -> Endpoint {
    Endpoint {
        id: resolve::name(ACME_ENDPOINT),
        host: acme.host.clone(),
        ports: vec![acme.port],
        country: acme.country.clone(),
        operator: acme.operator.clone(),
        classes: BTreeSet::from([DataClass::Public]),
        regions,
        cidrs: acme.cidrs.clone(),
        via: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_server_is_read_from_its_url() {
        let read = |url| host_and_port(url).map(|(host, port)| (host.to_string(), port));
        assert_eq!(
            read("https://ca.acme.example/acme/directory"),
            Some(("ca.acme.example".to_owned(), 443))
        );
        assert_eq!(
            read("https://ca.acme.example:9000/directory"),
            Some(("ca.acme.example".to_owned(), 9000))
        );
        for wrong in [
            "http://ca.example/",
            "https://ca.example:0/",
            "https:///x",
            "ca.example",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
