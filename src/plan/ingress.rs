//! `cluster/ops/traefik` and `cluster/ops/gateway`: the ingress controller, where the platform brings it, and the Gateway.

use super::network::Network;
use super::operators::{self, Special};
use super::{Files, Origin, overlay};
use crate::catalogue::{self, GitSource, ImagePin};
use crate::model::ingress::{Exposed, GATEWAY, TRAEFIK, TRAEFIK_PORTS};
use crate::model::{Cell, Platform};
use crate::spec::types::{EnvironmentKind, IngressController, RouteKind};
use anyhow::Context as _;
use serde::Serialize;
use std::collections::BTreeSet;

const APPLICATION: &str = "cluster/ops/traefik/application.yaml";
const RBAC: &str = "cluster/ops/traefik/rbac.yaml";
const GATEWAY_API: &str = "cluster/ops/traefik/gateway-api.yaml";
const GATEWAY_BASE: &str = "cluster/ops/gateway/kustomization.yaml";
const GATEWAY_HERE: [&str; 2] = [
    "cluster/overlays/cell/gateway/cell/gateway.yaml",
    "cluster/overlays/cell/gateway/cell/kustomization.yaml",
];

#[derive(Serialize)]
struct Traefik<'a> {
    image: Image<'a>,
    class: &'a str,
    /// The name of its roles.
    role: String,
    gateway: bool,
    hsts: bool,
    plain_port: u16,
    encrypted_port: u16,
    /// The namespaces of routes, and its own, where its Service is.
    readable: Vec<&'a str>,
    gateway_api: &'a GitSource,
    gateway_api_project: String,
}

/// An image as the chart takes it.
#[derive(Serialize)]
struct Image<'a> {
    registry: &'a str,
    repository: &'a str,
    tag: &'a str,
    digest: &'a str,
}

/// The Gateway of a platform, as routes refer to it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Gateway<'a> {
    name: &'a str,
    namespace: String,
    hsts: bool,
}

impl<'a> Gateway<'a> {
    /// The Gateway, if routes are written for one.
    pub(super) fn of(platform: &'a Platform) -> Option<Self> {
        platform.has_gateway().then(|| Self {
            name: &platform.name,
            namespace: platform.gateway_namespace(),
            hsts: platform.ingress.hsts,
        })
    }
}

/// What becomes of the route of the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Route {
    /// An Ingress that gets the cell's host.
    Ingress,
    /// An HTTPRoute that gets the cell's host.
    Gateway,
    /// An HTTPRoute that gives way to an Ingress, because a laptop has no Gateway.
    Replaced,
}

impl Route {
    pub(super) fn of(platform: &Platform, cell: &Cell) -> Self {
        match (platform.ingress.routes, platform.ingress_of(cell).routes) {
            (RouteKind::Ingress, _) => Self::Ingress,
            (RouteKind::Gateway, RouteKind::Gateway) => Self::Gateway,
            (RouteKind::Gateway, RouteKind::Ingress) => Self::Replaced,
        }
    }
}

#[derive(Serialize)]
struct GatewayHere<'a> {
    platform: &'a str,
    name: &'a str,
    namespace: &'a str,
    class: &'a str,
    cluster_issuer: Option<&'a str>,
    plain_port: u16,
    encrypted_port: u16,
    hosts: Vec<HostHere<'a>>,
}

/// One host of the Gateway.
#[derive(Serialize)]
struct HostHere<'a> {
    host: &'a str,
    /// The namespace of its route.
    namespace: &'a str,
    /// The listeners: plain, encrypted.
    plain: String,
    encrypted: String,
    /// The Secret of its certificate.
    secret: String,
    /// The route from one listener to the other.
    redirect: String,
}

impl<'a> From<&'a Exposed> for HostHere<'a> {
    fn from(exposed: &'a Exposed) -> Self {
        let name = &exposed.name;
        Self {
            host: &exposed.host,
            namespace: &exposed.namespace,
            plain: format!("http-{name}"),
            encrypted: listener(name),
            secret: format!("{name}-tls"),
            redirect: format!("{name}-to-https"),
        }
    }
}

/// The listener to which the route of a service or component attaches.
pub(super) fn listener(name: &str) -> String {
    format!("https-{name}")
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    if platform.ingress.controller == IngressController::Traefik {
        traefik(platform, network, files)?;
    }
    match Gateway::of(platform) {
        Some(gateway) => self::gateway(platform, &gateway, files),
        None => Ok(()),
    }
}

fn traefik(platform: &Platform, network: &Network<'_>, files: &mut Files) -> anyhow::Result<()> {
    let gateway = platform.has_gateway();
    let gateway_namespace = platform.gateway_namespace();
    let cells = platform.cells.iter();
    let cells = cells.filter(|cell| cell.kind == EnvironmentKind::Cluster);
    let exposed = cells.flat_map(|cell| &cell.exposed);
    let mut readable: BTreeSet<&str> = exposed.map(|own| own.namespace.as_str()).collect();
    readable.insert(TRAEFIK);
    if gateway {
        readable.insert(&gateway_namespace);
    }
    let image = platform.images.get(TRAEFIK);
    let definitions = catalogue::definitions().get("gateway-api");
    let context = Traefik {
        image: image_of(image.context("the catalogue has no image `traefik`")?)?,
        class: &platform.ingress.class,
        role: format!("{}-{TRAEFIK}", platform.name),
        gateway,
        // A route of Gateway API says it itself.
        hsts: platform.ingress.hsts && !gateway,
        plain_port: TRAEFIK_PORTS[0],
        encrypted_port: TRAEFIK_PORTS[1],
        readable: readable.into_iter().collect(),
        gateway_api: definitions.context("the catalogue has no definitions `gateway-api`")?,
        gateway_api_project: format!("{}-{TRAEFIK}-chart", platform.name),
    };
    let more: &[&str] = if gateway {
        &[GATEWAY_API, RBAC]
    } else {
        &[RBAC]
    };
    let special = Special {
        name: TRAEFIK,
        application: APPLICATION,
        context: &context,
        more,
    };
    operators::plan(platform, network, &special, &[], files)
}

fn image_of(pin: &ImagePin) -> anyhow::Result<Image<'_>> {
    let (registry, repository) = pin
        .image
        .split_once('/')
        .with_context(|| format!("`{}` names no registry", pin.image))?;
    Ok(Image {
        registry,
        repository,
        tag: &pin.tag,
        digest: &pin.digest,
    })
}

fn gateway(platform: &Platform, gateway: &Gateway<'_>, files: &mut Files) -> anyhow::Result<()> {
    let origin = |template| Origin {
        template,
        key: "components.ingress.routes",
        custom: "custom/gateway of a cell",
    };
    let has_it = |cell: &&Cell| cell.units.iter().any(|unit| unit.name == GATEWAY);
    if !platform.cells.iter().any(|cell| has_it(&cell)) {
        return Ok(());
    }
    files.render(GATEWAY_BASE.to_owned(), origin(GATEWAY_BASE), &())?;
    // Traefik serves a listener only on a port on which it listens itself; other controllers map the ports of a Gateway.
    let [plain_port, encrypted_port] = match platform.ingress.controller {
        IngressController::Traefik => TRAEFIK_PORTS,
        IngressController::Provided => [80, 443],
    };
    for cell in platform.cells.iter().filter(has_it) {
        let here = GatewayHere {
            platform: &platform.name,
            name: gateway.name,
            namespace: &gateway.namespace,
            class: &platform.ingress.class,
            cluster_issuer: platform.ingress.cluster_issuer.as_deref(),
            plain_port,
            encrypted_port,
            hosts: cell.exposed.iter().map(Into::into).collect(),
        };
        for template in GATEWAY_HERE {
            let file = template.rsplit('/').next().unwrap_or_default();
            let path = overlay::component(cell, GATEWAY, file);
            files.render(path, origin(template), &here)?;
        }
    }
    Ok(())
}
