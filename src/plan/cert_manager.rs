//! `cluster/ops/cert-manager`: its chart, and in each cell who makes the certificates.

use super::ingress::Gateway;
use super::network::Network;
use super::operators::{self, Special};
use super::{Files, Origin, overlay};
use crate::model::ingress::{Acme, CERT_MANAGER, CertManager, PRIVATE_CA};
use crate::model::{Cell, Platform};
use crate::spec::types::{EnvironmentKind, IngressController};
use anyhow::Context as _;
use serde::Serialize;
use std::collections::BTreeMap;

const APPLICATION: &str = "cluster/ops/cert-manager/application.yaml";
const ISSUER: &str = "cluster/overlays/cell/cert-manager/cell/cluster-issuer.yaml";
const ISSUER_FILE: &str = "cluster-issuer.yaml";
const KEY: &str = "components.cert-manager";
/// The parts of the chart with an image of their own.
const PARTS: [&str; 4] = ["acmesolver", "cainjector", "controller", "webhook"];

#[derive(Serialize)]
struct Own<'a> {
    gateway: bool,
    /// The digest of each part's image.
    digests: BTreeMap<&'static str, &'a str>,
}

/// A ClusterIssuer: by ACME, or by an authority of one's own.
#[derive(Serialize)]
struct Issuer<'a> {
    platform: &'a str,
    name: &'a str,
    acme: Option<&'a Acme>,
    authority: &'a str,
    class: &'a str,
    traefik: bool,
    gateway: Option<Gateway<'a>>,
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let Some(own) = &platform.cert_manager else {
        return Ok(());
    };
    let mut digests = BTreeMap::new();
    for part in PARTS {
        let pin = platform.images.get(&format!("{CERT_MANAGER}-{part}"));
        let pin = pin.with_context(|| format!("the catalogue has no image of {part}"))?;
        digests.insert(part, pin.digest.as_str());
    }
    let context = Own {
        gateway: platform.has_gateway(),
        digests,
    };
    let special = Special {
        name: CERT_MANAGER,
        application: APPLICATION,
        context: &context,
        more: &[],
    };
    operators::plan(platform, network, &special, &[ISSUER_FILE], files)?;
    let cells = platform.cells.iter();
    for cell in cells.filter(|cell| cell.kind == EnvironmentKind::Cluster) {
        issuer(platform, own, cell, files)?;
    }
    Ok(())
}

fn issuer(
    platform: &Platform,
    own: &CertManager,
    cell: &Cell,
    files: &mut Files,
) -> anyhow::Result<()> {
    let name = platform.ingress.cluster_issuer.as_deref();
    let issuer = Issuer {
        platform: &platform.name,
        // The component has a default for it.
        name: name.unwrap_or(PRIVATE_CA),
        acme: own.acme.as_ref(),
        authority: PRIVATE_CA,
        class: &platform.ingress.class,
        traefik: platform.ingress.controller == IngressController::Traefik,
        gateway: Gateway::of(platform),
    };
    let origin = Origin {
        template: ISSUER,
        key: KEY,
        custom: "custom/cert-manager",
    };
    let path = overlay::component(cell, CERT_MANAGER, ISSUER_FILE);
    files.render(path, origin, &issuer)
}
