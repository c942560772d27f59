//! `secrets/` in the overlay of a cell: its sealed Secrets, or where they are fetched from.

use super::network::Network;
use super::operators::{self, Special};
use super::{FileKind, Files, Origin};
use crate::model::{Cell, Platform, Secrets, Vault};
use crate::secrets::kustomization;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use std::collections::BTreeSet;

const KEY: &str = "components.secrets";
const SEALED_APPLICATION: &str = "cluster/ops/sealed-secrets/application.yaml";
const EXTERNAL_APPLICATION: &str = "cluster/ops/external-secrets/application.yaml";
const COMPONENT: &str = "cluster/overlays/cell/secrets/cell/kustomization.yaml";
const STORES: &str = "cluster/overlays/cell/secrets/cell/stores.yaml";
const SECRETS: &str = "cluster/overlays/cell/secrets/cell/external-secrets.yaml";

#[derive(Serialize)]
struct Context<'a> {
    platform: &'a str,
    namespaces: BTreeSet<&'a str>,
    server: String,
    mount: &'a str,
    authentication: String,
    ca: Option<String>,
    refresh: &'a str,
    secrets: Vec<External<'a>>,
}

#[derive(Serialize)]
struct External<'a> {
    name: &'a str,
    namespace: &'a str,
    path: String,
    keys: Vec<&'a str>,
}

/// The values of a controller's chart that the catalogue knows.
#[derive(Serialize)]
struct Chart<'a> {
    image: Option<Image<'a>>,
}

/// An image as a chart takes it.
#[derive(Serialize)]
struct Image<'a> {
    registry: &'a str,
    repository: &'a str,
    tag: String,
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    controller(platform, network, files)?;
    for cell in &platform.cells {
        match platform.secrets_of(cell) {
            Secrets::Direct => {}
            Secrets::SealedSecrets => {
                let origin = Origin {
                    template: "sealed",
                    key: KEY,
                    custom: "",
                };
                let path = format!("{}/{}", cell.sealed(), kustomization::FILE);
                let text = kustomization::text(&cell.name, &BTreeSet::new());
                files.add(path, origin, FileKind::Sealed, text)?;
            }
            Secrets::ExternalSecrets(vault) => external(platform, cell, vault, files)?,
        }
    }
    Ok(())
}

/// The controller, with the image that the catalogue has for it.
fn controller(platform: &Platform, network: &Network<'_>, files: &mut Files) -> anyhow::Result<()> {
    let (name, application) = match &platform.secrets {
        Secrets::Direct => return Ok(()),
        Secrets::SealedSecrets => ("sealed-secrets", SEALED_APPLICATION),
        Secrets::ExternalSecrets(_) => ("external-secrets", EXTERNAL_APPLICATION),
    };
    let image = platform.images.get(name).and_then(|pin| {
        let (registry, repository) = pin.image.split_once('/')?;
        Some(Image {
            registry,
            repository,
            tag: format!("{}@{}", pin.tag, pin.digest),
        })
    });
    let special = Special {
        name,
        application,
        context: &Chart { image },
        more: &[],
    };
    operators::plan(platform, network, &special, &[], files)
}

fn external(
    platform: &Platform,
    cell: &Cell,
    vault: &Vault,
    files: &mut Files,
) -> anyhow::Result<()> {
    let places = cell.credentials.iter().flat_map(|credential| {
        let namespaces = credential.namespaces.iter();
        namespaces.map(move |namespace| (namespace.as_str(), credential))
    });
    let mut secrets: Vec<External<'_>> = places
        .map(|(namespace, credential)| External {
            name: &credential.name,
            namespace,
            path: Vault::path(platform, cell, &credential.name),
            keys: credential.keys.iter().map(|key| key.key.as_str()).collect(),
        })
        .collect();
    secrets.sort_by_key(|secret| (secret.namespace, secret.name));
    let context = Context {
        platform: &platform.name,
        namespaces: secrets.iter().map(|secret| secret.namespace).collect(),
        server: vault.server(platform, cell).unwrap_or_default(),
        mount: &vault.mount,
        authentication: vault.authentication(platform, cell),
        ca: vault.ca.as_ref().map(|pem| STANDARD.encode(pem)),
        refresh: &vault.refresh,
        secrets,
    };
    let folder = format!("{}/secrets/cell", cell.overlay());
    for template in [COMPONENT, STORES, SECRETS] {
        let name = template.rsplit('/').next().unwrap_or_default();
        let origin = Origin {
            template,
            key: KEY,
            custom: "custom/secrets",
        };
        files.render(format!("{folder}/{name}"), origin, &context)?;
    }
    Ok(())
}
