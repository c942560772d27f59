//! How services are reached from outside, and where the certificates of their hosts come from.

use crate::spec::names::{Cidr, Country, Host, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How services are reached from outside.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct IngressSpec {
    /// IngressClass or, with `routes = "gateway"`, GatewayClass. Default: `traefik`.
    pub class: Option<Name>,
    /// Namespace in which the cluster's own ingress controller runs. Default: `kube-system`, where k3s has it.
    pub namespace: Option<Name>,
    /// cert-manager ClusterIssuer that makes the certificates. Default: the one that `[components.cert-manager]` makes, which
    /// is called `letsencrypt` or, with `issuer = "ca"`, `private-ca`; without that component none: put the certificates into
    /// the Secret `<service>-tls`.
    pub cluster_issuer: Option<Host>,
    /// Who brings the ingress controller. Default: `provided`.
    pub controller: Option<IngressController>,
    /// In which language routes are written. Default: `ingress`.
    pub routes: Option<RouteKind>,
    /// Tells browsers to come back by HTTPS only, for a year. Needs `controller = "traefik"` or `routes = "gateway"`.
    /// Default: false.
    pub hsts: Option<bool>,
}

/// Who brings the ingress controller.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum IngressController {
    /// The cluster has one, as k3s has.
    Provided,
    /// Traefik, from its chart, in the namespace `traefik`.
    Traefik,
}

/// In which language routes are written.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RouteKind {
    /// One Ingress for each service.
    Ingress,
    /// Gateway API: one Gateway for each cell, one HTTPRoute for each service.
    Gateway,
}

/// cert-manager, which has certificates made for the hosts of services.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CertManagerSpec {
    /// Who makes the certificates. Default: `acme`.
    pub issuer: Option<CertificateIssuer>,
    /// The address that an ACME server writes to when a certificate is about to end. Needed with `acme`.
    pub email: Option<String>,
    /// `letsencrypt`, `letsencrypt-staging`, or the https URL of the directory of another ACME server. Default: `letsencrypt`.
    pub server: Option<String>,
    /// The country of the ACME server. Default: `US` for Let's Encrypt; another server's must be said.
    pub country: Option<Country>,
    /// The addresses of the ACME server. Needed with `acme`, because a NetworkPolicy cannot name a host. Let's Encrypt
    /// publishes none: `["0.0.0.0/0"]` lets cert-manager's controller, and nothing else, open connections to port 443 anywhere.
    #[serde(default)]
    pub cidrs: Vec<Cidr>,
}

/// Who makes certificates.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateIssuer {
    /// An ACME server, by challenges over HTTP (HTTP-01).
    Acme,
    /// A certificate authority of one's own: the Secret `private-ca` in the namespace `cert-manager`, given by a person.
    Ca,
}
