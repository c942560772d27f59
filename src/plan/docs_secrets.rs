//! What docs/secrets.md says: every Secret, who makes it, and the way that secrets take.

use crate::model::credentials::{Credential, Value};
use crate::model::{Cell, Platform, SUPABASE, Secrets, SupabasePart, Vault};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One Secret in one namespace.
#[derive(Serialize)]
pub(super) struct Row {
    namespace: String,
    name: String,
    keys: Vec<String>,
    maker: &'static str,
    purpose: String,
}

/// The way that secrets take.
#[derive(Serialize)]
pub(super) struct Way<'a> {
    name: &'static str,
    /// A cell whose secrets take this way.
    example: &'a str,
    example_script: String,
    /// Cells whose secrets take this way.
    cells: Vec<&'a str>,
    /// Cells whose secrets are made straight into the cluster all the same.
    direct: Vec<&'a str>,
    /// A Secret to show things with; empty if there is none.
    secret: String,
    mount: &'a str,
    auth_mount: &'a str,
    roles: Vec<Role<'a>>,
    servers: Vec<Server<'a>>,
    rotations: BTreeMap<&'a str, &'a str>,
}

/// What a namespace may read.
#[derive(Serialize)]
struct Role<'a> {
    namespace: &'a str,
    policy: String,
    paths: Vec<String>,
}

/// Where the secrets of a cell are kept.
#[derive(Serialize)]
struct Server<'a> {
    cell: &'a str,
    server: String,
    authentication: String,
}

pub(super) fn way(platform: &Platform) -> Way<'_> {
    let is_direct = |cell: &&Cell| *platform.secrets_of(cell) == Secrets::Direct;
    let on_the_way: Vec<&Cell> = match platform.secrets {
        Secrets::Direct => platform.cells.iter().collect(),
        _ => platform
            .cells
            .iter()
            .filter(|cell| !is_direct(cell))
            .collect(),
    };
    let example = on_the_way.last().copied();
    let (mount, auth_mount, servers) = match &platform.secrets {
        Secrets::ExternalSecrets(vault) => {
            let servers = on_the_way.iter().map(|cell| Server {
                cell: &cell.name,
                server: vault.server(platform, cell).unwrap_or_default(),
                authentication: vault.authentication(platform, cell),
            });
            (
                vault.mount.as_str(),
                vault.auth_mount.as_str(),
                servers.collect(),
            )
        }
        _ => ("", "", Vec::new()),
    };
    let credentials = || example.iter().flat_map(|cell| &cell.credentials);
    Way {
        name: platform.secrets.controller().unwrap_or("direct"),
        example: example.map_or("", |cell| cell.name.as_str()),
        example_script: example.map(super::bootstrap::script).unwrap_or_default(),
        cells: on_the_way.iter().map(|cell| cell.name.as_str()).collect(),
        direct: match platform.secrets {
            Secrets::Direct => Vec::new(),
            _ => platform
                .cells
                .iter()
                .filter(is_direct)
                .map(|c| c.name.as_str())
                .collect(),
        },
        secret: credentials()
            .next()
            .map_or_else(String::new, |c| c.name.clone()),
        mount,
        auth_mount,
        roles: example
            .map(|cell| roles(platform, cell))
            .unwrap_or_default(),
        servers,
        rotations: credentials()
            .filter(|c| !c.on_rotation.is_empty())
            .map(|c| (c.name.as_str(), c.on_rotation.as_str()))
            .collect(),
    }
}

fn roles<'a>(platform: &Platform, cell: &'a Cell) -> Vec<Role<'a>> {
    let namespaces: BTreeSet<&str> = cell
        .credentials
        .iter()
        .flat_map(|credential| &credential.namespaces)
        .map(String::as_str)
        .collect();
    let roles = namespaces.into_iter().map(|namespace| {
        let here = |c: &&Credential| c.namespaces.iter().any(|other| other == namespace);
        let read = cell.credentials.iter().filter(here);
        Role {
            namespace,
            policy: format!("{}-{namespace}", cell.name.as_str().replace('/', "-")),
            paths: read.map(|c| Vault::path(platform, cell, &c.name)).collect(),
        }
    });
    roles.collect()
}

/// Every Secret of a cell, whoever makes it.
pub(super) fn rows(platform: &Platform) -> Vec<Row> {
    let credentials: BTreeMap<&str, &Credential> = platform
        .cells
        .iter()
        .flat_map(|cell| &cell.credentials)
        .map(|credential| (credential.name.as_str(), credential))
        .collect();
    let rows = credentials.into_values().flat_map(|credential| {
        credential.namespaces.iter().map(|namespace| Row {
            namespace: namespace.clone(),
            name: credential.name.clone(),
            keys: credential.keys.iter().map(|key| key.key.clone()).collect(),
            maker: maker(platform, credential),
            purpose: credential.purpose.clone(),
        })
    });
    let mut rows: Vec<Row> = rows.collect();
    let exposed = platform.cells.iter().flat_map(|cell| &cell.exposed);
    let certificates: BTreeMap<&str, String> = exposed
        .map(|exposed| {
            let beside = platform.has_gateway().then(|| platform.gateway_namespace());
            let namespace = beside.unwrap_or_else(|| exposed.namespace.clone());
            (exposed.name.as_str(), namespace)
        })
        .collect();
    rows.extend(certificates.into_iter().map(|(name, namespace)| Row {
        namespace,
        name: format!("{name}-tls"),
        keys: ["tls.crt", "tls.key"].map(str::to_owned).to_vec(),
        maker: match platform.ingress.cluster_issuer {
            Some(_) => "cert-manager",
            None => "you",
        },
        purpose: format!("the certificate of {}'s host", whose(name)),
    }));
    if platform.secrets == Secrets::SealedSecrets {
        rows.push(Row {
            namespace: "sealed-secrets".to_owned(),
            name: "sealed-secrets-key-…".to_owned(),
            keys: ["tls.crt", "tls.key"].map(str::to_owned).to_vec(),
            maker: "platformctl secrets key, bootstrap script",
            purpose: "the private key that opens the sealed secrets".to_owned(),
        });
    }
    rows.push(Row {
        namespace: "argocd".to_owned(),
        name: "platform-repository".to_owned(),
        keys: ["type", "url", "username", "password"]
            .map(str::to_owned)
            .to_vec(),
        maker: "bootstrap script, from ARGOCD_REPO_TOKEN",
        purpose: "Argo CD reads this repository; only if it is private".to_owned(),
    });
    rows.push(Row {
        namespace: "argocd".to_owned(),
        name: "argocd-initial-admin-secret".to_owned(),
        keys: vec!["password".to_owned()],
        maker: "Argo CD",
        purpose: "first password of user admin; delete it after you have changed the password"
            .to_owned(),
    });
    rows
}

fn maker(platform: &Platform, credential: &Credential) -> &'static str {
    let given = |key: &crate::model::credentials::CredentialKey| matches!(key.value, Value::Given);
    match &platform.secrets {
        _ if credential.keys.iter().any(given) => "you, with platformctl secrets set",
        Secrets::Direct => "bootstrap script",
        Secrets::SealedSecrets => "platformctl secrets generate",
        Secrets::ExternalSecrets(_) => "platformctl secrets generate, into Vault",
    }
}

/// What people call it whose workload has a name of its own.
fn whose(exposed: &str) -> &str {
    match exposed {
        _ if exposed == SupabasePart::Gateway.workload() => SUPABASE,
        _ => exposed,
    }
}
