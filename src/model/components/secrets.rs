//! Secrets: how the cell's credentials reach its cluster. The controller that brings them is a unit, and what it reads is
//! another one, which comes up after it.

use super::Brought;
use crate::model::cell::Cell;
use crate::model::edges::{Edge, NAME_LABEL, Peer, Pods};
use crate::model::operators::{Operator, kind};
use crate::model::platform::{Endpoint, Platform};
use crate::model::units::{Part, Unit};
use crate::spec::Spec;
use crate::spec::names::Name;
use crate::spec::types::{EnvironmentKind, SecretsBackend, VaultSpec};
use serde::Serialize;

/// The key of platform.toml.
const KEY: &str = "components.secrets";

/// How secrets reach a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Secrets {
    /// Bootstrap makes them in the cluster.
    Direct,
    /// They are sealed into the repository for the cell's own controller.
    SealedSecrets,
    /// The External Secrets Operator fetches them.
    ExternalSecrets(Vault),
}

/// A Vault or OpenBao in each region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Vault {
    /// The servers by their id as endpoints.
    pub endpoints: Vec<Name>,
    /// Mount of the key-value engine.
    pub mount: Name,
    /// First part of the mounts of Kubernetes authentication.
    pub auth_mount: Name,
    /// Certificates, in PEM, of those who vouch for the servers.
    pub ca: Option<String>,
    /// How often the operator looks for new values.
    pub refresh: String,
}

impl Secrets {
    /// The namespace of the controller, and the name of its unit and of its chart; `None` where there is none.
    pub fn controller(&self) -> Option<&'static str> {
        match self {
            Self::Direct => None,
            Self::SealedSecrets => Some("sealed-secrets"),
            Self::ExternalSecrets(_) => Some("external-secrets"),
        }
    }
}

impl Vault {
    /// The server that a cell fetches from.
    pub fn endpoint<'a>(&self, platform: &'a Platform, cell: &Cell) -> Option<&'a Endpoint> {
        let endpoints = self.endpoints.iter().filter_map(|id| platform.endpoint(id));
        endpoints
            .into_iter()
            .find(|endpoint| endpoint.regions.contains(&cell.region))
    }

    /// The address of that server.
    pub fn server(&self, platform: &Platform, cell: &Cell) -> Option<String> {
        let endpoint = self.endpoint(platform, cell)?;
        let port = endpoint.ports.first().copied().unwrap_or(443);
        Some(match port {
            443 => format!("https://{}", endpoint.host),
            port => format!("https://{}:{port}", endpoint.host),
        })
    }

    /// Where a Secret of a cell is kept, below the mount.
    pub fn path(platform: &Platform, cell: &Cell, secret: &str) -> String {
        format!("{}/{}/{secret}", platform.name, cell.name.as_str())
    }

    /// The mount of a cell's Kubernetes authentication.
    pub fn authentication(&self, platform: &Platform, cell: &Cell) -> String {
        format!(
            "{}/{}/{}",
            self.auth_mount,
            platform.name,
            cell.name.as_str()
        )
    }
}

impl Platform {
    /// How secrets reach a cell: on a laptop always directly.
    pub fn secrets_of(&self, cell: &Cell) -> &Secrets {
        match cell.kind {
            EnvironmentKind::Local => &Secrets::Direct,
            EnvironmentKind::Cluster => &self.secrets,
        }
    }
}

/// The way that is declared.
pub(in crate::model) fn secrets(spec: &Spec) -> Secrets {
    let Some(written) = &spec.components.secrets else {
        return Secrets::Direct;
    };
    match (&written.backend, &written.vault) {
        (Some(SecretsBackend::ExternalSecrets), Some(vault)) => {
            Secrets::ExternalSecrets(self::vault(vault))
        }
        _ => Secrets::SealedSecrets,
    }
}

fn vault(written: &VaultSpec) -> Vault {
    let name = |written: &Option<Name>, default: &str| {
        written
            .clone()
            .unwrap_or_else(|| crate::model::resolve::name(default))
    };
    Vault {
        endpoints: written.endpoints.clone(),
        mount: name(&written.mount, "secret"),
        auth_mount: name(&written.auth_mount, "kubernetes"),
        ca: written.ca.clone(),
        refresh: written.refresh.clone().unwrap_or_else(|| "1h".to_owned()),
    }
}

pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    let secrets = platform.secrets_of(cell);
    let Some(controller) = secrets.controller() else {
        return;
    };
    let operator = operator(controller);
    let labels = [
        (NAME_LABEL, controller),
        ("app.kubernetes.io/instance", controller),
    ];
    let pods = operator.pods(controller, &labels);
    brought
        .edges
        .push(edge(&pods, cell.api_server(), Cell::API_SERVER_PORTS));
    if let Secrets::ExternalSecrets(vault) = secrets
        && let Some(endpoint) = vault.endpoint(platform, cell)
    {
        let server = Peer::Outside {
            host: endpoint.host.to_string(),
            cidrs: endpoint.cidrs.iter().map(ToString::to_string).collect(),
        };
        brought.edges.push(edge(&pods, server, &endpoint.ports));
    }
    brought.operate(operator);
    brought.units.push(Unit {
        name: "secrets".to_owned(),
        part: Part::Ops,
        project: "secrets".to_owned(),
        namespace: platform.data_namespace(),
        wave: Unit::SECRETS_WAVE,
        base: String::new(),
        key: KEY.to_owned(),
        before: vec![match secrets {
            Secrets::ExternalSecrets(_) => "cell",
            _ => "sealed",
        }],
        behind: Vec::new(),
    });
}

fn edge(from: &Pods, to: Peer, ports: &[u16]) -> Edge {
    Edge {
        from: Peer::Pods(from.clone()),
        to,
        ports: ports.to_vec(),
        because: KEY.to_owned(),
    }
}

/// The kinds are those that the charts make with the values given to them.
fn operator(name: &'static str) -> Operator {
    let mut operator = Operator::new(name, KEY);
    operator.cluster_kinds = vec![
        kind("apiextensions.k8s.io", "CustomResourceDefinition"),
        kind("rbac.authorization.k8s.io", "ClusterRole"),
        kind("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ];
    operator.kinds = vec![
        kind("", "Service"),
        kind("", "ServiceAccount"),
        kind("apps", "Deployment"),
        kind("rbac.authorization.k8s.io", "Role"),
        kind("rbac.authorization.k8s.io", "RoleBinding"),
    ];
    operator
}
