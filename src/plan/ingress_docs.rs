//! `docs/ingress.md`: hosts, certificates and volumes, for operators.

use super::{Files, Origin};
use crate::catalogue;
use crate::model::ingress::{Acme, CERT_MANAGER, TRAEFIK};
use crate::model::{Cell, Platform};
use crate::spec::types::{EnvironmentKind, IngressController};
use serde::Serialize;

const PAGE: &str = "docs/ingress.md";

#[derive(Serialize)]
struct Ingress<'a> {
    platform: &'a str,
    class: &'a str,
    namespace: &'a str,
    own_traefik: bool,
    gateway: bool,
    gateway_namespace: String,
    gateway_api: &'a str,
    traefik_chart: &'a str,
    hsts: bool,
    cluster_issuer: &'a str,
    cert_manager: bool,
    cert_manager_chart: &'a str,
    acme: Option<&'a Acme>,
    acme_cidrs: String,
    hosts: Vec<HostRow<'a>>,
    cells: Vec<CellRow<'a>>,
}

#[derive(Serialize)]
struct HostRow<'a> {
    cell: &'a str,
    host: &'a str,
    name: &'a str,
    /// Where its certificate is.
    secret: String,
}

#[derive(Serialize)]
struct CellRow<'a> {
    name: &'a str,
    api_server: String,
    class: &'a str,
    provisioner: &'a str,
    encryption: &'a str,
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let origin = Origin {
        template: PAGE,
        key: "",
        custom: "",
    };
    files.render(PAGE.to_owned(), origin, &page(platform))
}

fn page(platform: &Platform) -> Ingress<'_> {
    let ingress = &platform.ingress;
    let version = |chart: &str| {
        let chart = catalogue::charts().get(chart);
        chart.map_or("", |chart| chart.version.as_str())
    };
    let gateway_api = catalogue::definitions().get("gateway-api");
    let own = platform.cert_manager.as_ref();
    let acme = own.and_then(|own| own.acme.as_ref());
    Ingress {
        platform: &platform.name,
        class: &ingress.class,
        namespace: &ingress.namespace,
        own_traefik: ingress.controller == IngressController::Traefik,
        gateway: platform.has_gateway(),
        gateway_namespace: platform.gateway_namespace(),
        gateway_api: gateway_api.map_or("", |definitions| definitions.version.as_str()),
        traefik_chart: version(TRAEFIK),
        hsts: ingress.hsts,
        cluster_issuer: ingress.cluster_issuer.as_deref().unwrap_or_default(),
        cert_manager: own.is_some(),
        cert_manager_chart: version(CERT_MANAGER),
        acme,
        acme_cidrs: acme.map_or_else(String::new, |acme| list(&acme.cidrs)),
        hosts: platform
            .cells
            .iter()
            .filter(|cell| cell.kind == EnvironmentKind::Cluster)
            .flat_map(|cell| hosts(platform, cell))
            .collect(),
        cells: platform.cells.iter().map(cell_row).collect(),
    }
}

fn hosts<'a>(platform: &Platform, cell: &'a Cell) -> impl Iterator<Item = HostRow<'a>> {
    let gateway = platform.has_gateway().then(|| platform.gateway_namespace());
    cell.exposed.iter().map(move |exposed| {
        let namespace = gateway.as_ref().unwrap_or(&exposed.namespace);
        HostRow {
            cell: &cell.name,
            host: &exposed.host,
            name: &exposed.name,
            secret: format!("{namespace}/{}-tls", exposed.name),
        }
    })
}

fn cell_row(cell: &Cell) -> CellRow<'_> {
    let made = cell.storage_class.made.as_ref();
    CellRow {
        name: &cell.name,
        api_server: list(&cell.api_server),
        class: &cell.storage_class.name,
        provisioner: made.map_or("the cluster's own class", |made| &made.provisioner),
        encryption: made.map_or("whoever made the class", |made| made.encryption),
    }
}

fn list(cidrs: &[impl ToString]) -> String {
    let cidrs: Vec<String> = cidrs.iter().map(ToString::to_string).collect();
    cidrs.join(", ")
}
