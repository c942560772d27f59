//! `docs/`, the Makefile and what Git reads: everything that is for people, with this platform's names filled in.

use super::bootstrap::{cluster, script};
use super::docs_secrets;
use super::workflows::{first_environments, promotions, registry};
use super::{FileKind, Files, Origin, stores};
use crate::catalogue::ARGO_CD;
use crate::model::{Cell, ObjectStorage, Platform, SUPABASE, Store, StoreOrigin};
use crate::spec::types::{EnvironmentKind, IngressController};
use crate::template;
use serde::Serialize;

/// The pages; all of them see the same [`Docs`].
const PAGES: [&str; 5] = [
    "docs/README.md",
    "docs/environments.md",
    "docs/runbook.md",
    "docs/secrets.md",
    "docs/disaster-recovery.md",
];

#[derive(Serialize)]
struct CellRow<'a> {
    name: &'a str,
    cluster: String,
    jurisdiction: &'a str,
    place: String,
    domain: &'a str,
    script: String,
}

#[derive(Serialize)]
struct NamespaceRow<'a> {
    name: &'a str,
    holds: &'a str,
    level: &'static str,
    because: &'a str,
}

#[derive(Serialize)]
struct HostRow<'a> {
    cell: &'a str,
    service: &'a str,
    host: &'a str,
}

#[derive(Serialize)]
struct BucketRow<'a> {
    cell: &'a str,
    store: &'a str,
    bucket: &'a str,
}

#[derive(Serialize)]
struct EnvironmentRow<'a> {
    name: &'a str,
    source: String,
    waves: String,
}

#[derive(Serialize)]
struct Pair<'a> {
    from: &'a str,
    to: &'a str,
}

#[derive(Serialize)]
struct StoreRow<'a> {
    id: &'a str,
    #[serde(rename = "where")]
    place: String,
    lost: &'static str,
}

#[derive(Serialize)]
struct Docs<'a> {
    platform: &'a str,
    branch: &'a str,
    registry: &'a str,
    github_registry: bool,
    dispatches: String,
    argocd_version: &'a str,
    /// The namespace of the services, or a word that stands for it where teams have their own.
    services_namespace: String,
    namespaces: Vec<NamespaceRow<'a>>,
    data_namespace: String,
    ingress_class: &'a str,
    ingress_namespace: &'a str,
    cluster_issuer: &'a str,
    own_traefik: bool,
    own_cert_manager: bool,
    object_storage: bool,
    has_stores_page: bool,
    supabase: bool,
    postgres: bool,
    backups: bool,
    /// Whether a person makes the certificates of hosts.
    tls_by_hand: bool,
    /// The environment on a laptop; empty when there is none.
    dev: &'a str,
    cells: Vec<CellRow<'a>>,
    hosts: Vec<HostRow<'a>>,
    buckets: Vec<BucketRow<'a>>,
    environments: Vec<EnvironmentRow<'a>>,
    pairs: Vec<Pair<'a>>,
    secrets: Vec<docs_secrets::Row>,
    way: docs_secrets::Way<'a>,
    stores: Vec<StoreRow<'a>>,
    first_script: String,
    first_environment: &'a str,
    first_environments: String,
    example_service: &'a str,
    example_custom: String,
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let docs = docs(platform);
    for page in PAGES {
        files.render(page.to_owned(), origin(page), &docs)?;
    }
    let makefile = Origin {
        custom: "Makefile.local",
        ..origin("repository/Makefile")
    };
    files.render("Makefile".to_owned(), makefile, &docs)?;
    for (path, template) in [
        (".gitignore", "repository/gitignore"),
        (".gitattributes", "repository/gitattributes"),
    ] {
        let content = template::render(template, &docs)?;
        files.add(path.to_owned(), origin(template), FileKind::Custom, content)?;
    }
    Ok(())
}

fn origin(template: &'static str) -> Origin<'static> {
    Origin {
        template,
        key: "",
        custom: "",
    }
}

fn docs(platform: &Platform) -> Docs<'_> {
    let (registry, github_registry) = registry(platform);
    // Examples show a real cell where there is one.
    let example = platform
        .cells
        .iter()
        .find(|cell| cell.kind == EnvironmentKind::Cluster)
        .or(platform.cells.first());
    let example_service = platform
        .services
        .keys()
        .next()
        .map_or("SERVICE", |name| name.as_str());
    let first = first_environments(platform);
    let hosts = hosts(platform);
    Docs {
        platform: &platform.name,
        branch: &platform.branch,
        registry,
        github_registry,
        dispatches: format!(
            "repos/{}/{}/dispatches",
            platform.repository.owner, platform.repository.name
        ),
        argocd_version: &ARGO_CD.version,
        services_namespace: if platform.teams.is_empty() {
            platform.apps_namespace()
        } else {
            "NAMESPACE".to_owned()
        },
        namespaces: namespaces(platform),
        data_namespace: platform.data_namespace(),
        ingress_class: &platform.ingress.class,
        ingress_namespace: &platform.ingress.namespace,
        cluster_issuer: platform.ingress.cluster_issuer.as_deref().unwrap_or(""),
        own_traefik: platform.ingress.controller == IngressController::Traefik,
        own_cert_manager: platform.cert_manager.is_some(),
        // A store outside is restored and rotated by whoever runs it.
        object_storage: platform
            .object_storage
            .as_ref()
            .is_some_and(ObjectStorage::is_in_cluster),
        has_stores_page: stores::is_needed(platform),
        supabase: platform.supabase.is_some(),
        postgres: platform.postgres.is_some(),
        backups: platform.postgres_backups.is_some(),
        tls_by_hand: platform.ingress.cluster_issuer.is_none() && !hosts.is_empty(),
        dev: laptop(platform).map_or("", |cell| cell.environment.as_str()),
        cells: platform
            .cells
            .iter()
            .map(|cell| cell_row(platform, cell))
            .collect(),
        hosts,
        buckets: buckets(platform),
        environments: environments(platform),
        pairs: promotions(platform)
            .into_iter()
            .map(|(from, to)| Pair { from, to })
            .collect(),
        secrets: docs_secrets::rows(platform),
        way: docs_secrets::way(platform),
        stores: declared_stores(platform),
        first_script: example.map(script).unwrap_or_default(),
        first_environment: first.first().copied().unwrap_or("ENVIRONMENT"),
        first_environments: first.join(", "),
        example_service,
        example_custom: example
            .map(|cell| format!("{}/custom/{example_service}/", cell.overlay()))
            .unwrap_or_default(),
    }
}

/// The cell on a laptop that `make dev` starts: the first one.
fn laptop(platform: &Platform) -> Option<&Cell> {
    platform
        .cells
        .iter()
        .find(|cell| cell.kind == EnvironmentKind::Local)
}

fn cell_row<'a>(platform: &'a Platform, cell: &'a Cell) -> CellRow<'a> {
    let region = platform.regions.get(&cell.region);
    CellRow {
        name: &cell.name,
        cluster: cluster(cell),
        jurisdiction: region
            .and_then(|region| region.jurisdiction.as_ref())
            .map_or("none, synthetic data only", |name| name.as_str()),
        place: region.map_or("this machine".to_owned(), |region| {
            let countries: Vec<&str> = region
                .place
                .countries
                .iter()
                .map(|country| country.as_str())
                .collect();
            format!(
                "{} {} ({})",
                region.place.provider.name(),
                region.place.code,
                countries.join(", ")
            )
        }),
        domain: &cell.domain,
        script: script(cell),
    }
}

fn namespaces(platform: &Platform) -> Vec<NamespaceRow<'_>> {
    let namespaces = platform.namespaces().into_values();
    let rows = namespaces.map(|namespace| NamespaceRow {
        name: &namespace.name,
        holds: &namespace.holds,
        level: namespace.level.name(),
        because: &namespace.because,
    });
    rows.collect()
}

fn hosts(platform: &Platform) -> Vec<HostRow<'_>> {
    let rows = platform.cells.iter().flat_map(|cell| {
        let services = cell.services.iter();
        let services = services.map(|(service, here)| (service.as_str(), here.host.as_deref()));
        let supabase = cell.supabase.iter();
        let supabase = supabase.map(|here| (SUPABASE, here.host.as_deref()));
        services.chain(supabase).filter_map(|(service, host)| {
            Some(HostRow {
                cell: &cell.name,
                service,
                host: host?,
            })
        })
    });
    rows.collect()
}

fn buckets(platform: &Platform) -> Vec<BucketRow<'_>> {
    let rows = platform.cells.iter().flat_map(|cell| {
        let buckets = cell.object_storage.iter().flat_map(|store| &store.buckets);
        buckets.map(|(store, bucket)| BucketRow {
            cell: &cell.name,
            store,
            bucket,
        })
    });
    rows.collect()
}

fn environments(platform: &Platform) -> Vec<EnvironmentRow<'_>> {
    let rows = platform.environments.iter().map(|environment| {
        let waves: Vec<String> = environment
            .waves
            .iter()
            .map(|wave| wave.iter().map(|name| name.as_str()).collect::<Vec<_>>())
            .map(|wave| wave.join(" and "))
            .collect();
        EnvironmentRow {
            name: &environment.name,
            source: match (&environment.promote_from, environment.kind) {
                (Some(from), _) => format!("promotion from {}", from.as_str()),
                (None, EnvironmentKind::Local) => "a person's own machine".to_owned(),
                (None, EnvironmentKind::Cluster) => "releases".to_owned(),
            },
            waves: match environment.kind {
                EnvironmentKind::Local => "none".to_owned(),
                EnvironmentKind::Cluster if waves.is_empty() => "all at once".to_owned(),
                EnvironmentKind::Cluster => waves.join(", then "),
            },
        }
    });
    rows.collect()
}

/// What platform.toml declares besides the stores that platformctl renders: their backups are not its business.
fn declared_stores(platform: &Platform) -> Vec<StoreRow<'_>> {
    let rows = platform
        .stores
        .iter()
        .filter(|store| matches!(store.origin, StoreOrigin::Declared(_)))
        .filter(|store| store.bucket.is_none() || store.place.is_some());
    rows.map(|store| StoreRow {
        id: &store.id,
        place: place(store),
        lost: "platformctl does not render it: ask whoever runs it",
    })
    .collect()
}

fn place(store: &Store) -> String {
    store.place.as_ref().map_or_else(
        || "declared in platform.toml".to_owned(),
        |place| format!("{} {}", place.provider.name(), place.code),
    )
}
