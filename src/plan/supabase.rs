//! `cluster/data/supabase`: the parts of Supabase as they are in every cell. What a cell changes is in `supabase_cell`.

use super::ingress::Route;
use super::resources::Resources;
use super::supabase_gateway::{self, Gateway};
use super::{Files, Origin, network, overlay, supabase_cell};
use crate::model::SupabasePart::{self, *};
use crate::model::{ObjectUser, POSTGRES_PORT, PartSize, Platform, SUPABASE, Supabase};
use crate::spec::types::RouteKind;
use anyhow::Context as _;
use network::Network;
use serde::Serialize;

/// The key of platform.toml.
pub(super) const KEY: &str = "components.supabase";
const CUSTOM: &str = "custom/supabase of a cell";

/// What every template of the component reads.
#[derive(Serialize)]
struct Base<'a> {
    platform: &'a str,
    namespace: String,
    part: Option<PartContext<'a>>,
    database: Database,
    object_storage: ObjectStore,
    urls: Urls,
    settings: Settings,
    analytics: bool,
    functions: bool,
    pooler: bool,
    resources: Vec<&'static str>,
    ingress: Option<Ingress<'a>>,
    #[serde(flatten)]
    gateway: Gateway,
}

/// One workload.
#[derive(Serialize)]
struct PartContext<'a> {
    name: &'static str,
    image: String,
    replicas: u32,
    single: bool,
    grace: u32,
    user: u32,
    group: u32,
    fs_group: Option<u32>,
    resources: Resources<'a>,
    ports: Vec<Port>,
}

#[derive(Serialize)]
struct Port {
    name: &'static str,
    number: u16,
}

#[derive(Serialize)]
struct Database {
    host: String,
    port: String,
}

#[derive(Serialize)]
struct ObjectStore {
    secret: String,
    /// Whether a cell's store may have a certificate that everybody knows, and so no Secret with it.
    ca_optional: bool,
}

/// Addresses that are put together from several values. A pod fills in the passwords.
#[derive(Serialize)]
struct Urls {
    gateway: String,
    meta: String,
    imgproxy: String,
    analytics: String,
    auth_database: String,
    rest_database: String,
    storage_database: String,
    functions_database: String,
    pooler_database: String,
    analytics_database: String,
}

/// Settings as texts: an environment variable is one.
#[derive(Serialize)]
struct Settings {
    jwt_expiry: String,
    disable_signup: String,
    anonymous_users: String,
    schemas: String,
    max_rows: String,
    file_size_limit: String,
    public_functions: String,
    logs: String,
}

#[derive(Serialize)]
struct Ingress<'a> {
    class: &'a str,
    cluster_issuer: Option<&'a str>,
    host: String,
    paths: Vec<&'static str>,
    port: u16,
    gateway: Option<super::ingress::Gateway<'a>>,
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let Some(supabase) = &platform.supabase else {
        return Ok(());
    };
    let mut base = base(platform, supabase);
    for (part, size) in &supabase.parts {
        base.part = Some(context(platform, *part, size)?);
        let (deployment, services, file) = templates(*part);
        render(deployment, deployment.to_owned(), &base, files)?;
        base.resources.push(file_name(deployment));
        render(SERVICES, services.to_owned(), &base, files)?;
        base.resources.push(file);
    }
    base.part = None;
    for template in others(supabase) {
        render(template, template.to_owned(), &base, files)?;
    }
    if supabase.expose.is_some() {
        let template = route(platform.ingress.routes);
        render(template, template.to_owned(), &base, files)?;
        base.resources.push(file_name(template));
        replaced_routes(platform, &mut base, files)?;
    }
    base.resources.push(network::FILE);
    base.resources.sort_unstable();
    let template = "cluster/data/supabase/kustomization.yaml";
    render(template, template.to_owned(), &base, files)?;
    init_sql(supabase, files)?;
    supabase_cell::plan(platform, supabase, network, files)
}

/// Where a cell has no Gateway, an Ingress takes the place of the route.
fn replaced_routes(
    platform: &Platform,
    base: &mut Base<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    for cell in &platform.cells {
        let host = cell.supabase.as_ref().and_then(|here| here.host.clone());
        if let (Route::Replaced, Some(ingress), Some(host)) =
            (Route::of(platform, cell), &mut base.ingress, host)
        {
            let everywhere = std::mem::replace(&mut ingress.host, host);
            let issuer = ingress.cluster_issuer.take();
            let path = overlay::component(cell, SUPABASE, "ingress.yaml");
            render(route(RouteKind::Ingress), path, base, files)?;
            if let Some(ingress) = &mut base.ingress {
                ingress.host = everywhere;
                ingress.cluster_issuer = issuer;
            }
        }
    }
    Ok(())
}

/// The template of the way from outside.
fn route(routes: RouteKind) -> &'static str {
    match routes {
        RouteKind::Ingress => "cluster/data/supabase/ingress.yaml",
        RouteKind::Gateway => "cluster/data/supabase/http-route.yaml",
    }
}

fn render(
    template: &'static str,
    path: String,
    context: &impl Serialize,
    files: &mut Files,
) -> anyhow::Result<()> {
    let origin = Origin {
        template,
        key: KEY,
        custom: CUSTOM,
    };
    files.render(path, origin, context)
}

/// What a part has beside its Deployment.
const SERVICES: &str = "cluster/data/supabase/shared/service.yaml";

/// The template of a part's Deployment, and the path and name of the file beside it.
fn templates(part: SupabasePart) -> (&'static str, &'static str, &'static str) {
    macro_rules! files {
        ($name:literal) => {
            (
                concat!("cluster/data/supabase/", $name, ".yaml"),
                concat!("cluster/data/supabase/", $name, "-service.yaml"),
                concat!($name, "-service.yaml"),
            )
        };
    }
    match part {
        Analytics => files!("analytics"),
        Auth => files!("auth"),
        Functions => files!("functions"),
        Gateway => files!("gateway"),
        Imgproxy => files!("imgproxy"),
        Meta => files!("meta"),
        Pooler => files!("pooler"),
        Realtime => files!("realtime"),
        Rest => files!("rest"),
        Storage => files!("storage"),
        Studio => files!("studio"),
    }
}

fn file_name(path: &'static str) -> &'static str {
    path.rsplit('/').next().unwrap_or_default()
}

/// What ConfigMaps are made of.
fn others(supabase: &Supabase) -> Vec<&'static str> {
    let mut templates = vec!["cluster/data/supabase/envoy.yaml"];
    if supabase.has(Pooler) {
        templates.push("cluster/data/supabase/tenant.exs");
    }
    if supabase.has(Functions) {
        templates.push("cluster/data/supabase/lay-out.sh");
        templates.push("cluster/data/supabase/main.ts");
    }
    templates
}

/// What Supabase needs in the database; the database's own unit runs it.
fn init_sql(supabase: &Supabase, files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Sql {
        jwt_expiry: u32,
    }
    let context = Sql {
        jwt_expiry: supabase.jwt_expiry,
    };
    for template in INIT_SQL {
        render(template, template.to_owned(), &context, files)?;
    }
    Ok(())
}

/// The statements that Supabase needs run in the database, in their order.
pub(super) const INIT_SQL: [&str; 5] = [
    "cluster/data/postgres/supabase/10-databases.sql",
    "cluster/data/postgres/supabase/20-roles.sql",
    "cluster/data/postgres/supabase/30-schemas.sql",
    "cluster/data/postgres/supabase/40-webhooks.sql",
    "cluster/data/postgres/supabase/50-settings.sql",
];

fn base<'a>(platform: &'a Platform, supabase: &'a Supabase) -> Base<'a> {
    let database = Database {
        host: format!("postgres.{}.svc", platform.data_namespace()),
        port: POSTGRES_PORT.to_string(),
    };
    let object_storage = ObjectStore {
        secret: ObjectUser::secret_of(Storage.workload()),
        ca_optional: !supabase_cell::has_own_ca(platform),
    };
    Base {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        part: None,
        urls: urls(platform, &database),
        database,
        object_storage,
        settings: settings(supabase),
        analytics: supabase.has(Analytics),
        functions: supabase.has(Functions),
        pooler: supabase.has(Pooler),
        resources: Vec::new(),
        ingress: supabase.expose.is_some().then(|| Ingress {
            class: &platform.ingress.class,
            cluster_issuer: platform.ingress.cluster_issuer.as_deref(),
            host: format!("supabase.{}.invalid", platform.name),
            paths: supabase_gateway::paths(supabase),
            port: Gateway.port(),
            gateway: super::ingress::Gateway::of(platform),
        }),
        gateway: supabase_gateway::gateway(platform, supabase),
    }
}

fn urls(platform: &Platform, database: &Database) -> Urls {
    let at = |scheme: &str, user: &str, password: &str, name: &str| {
        let Database { host, port } = database;
        format!("{scheme}://{user}:$({password})@{host}:{port}/{name}")
    };
    let users = |scheme: &str, user: &str| at(scheme, user, "DB_PASSWORD", "postgres");
    Urls {
        gateway: platform.supabase_url(),
        meta: platform.supabase_part_url(Meta),
        imgproxy: platform.supabase_part_url(Imgproxy),
        analytics: platform.supabase_part_url(Analytics),
        auth_database: users("postgres", "supabase_auth_admin"),
        rest_database: users("postgres", "authenticator"),
        storage_database: users("postgres", "supabase_storage_admin"),
        functions_database: users("postgresql", "postgres"),
        pooler_database: at("ecto", "supabase_admin", "ADMIN_PASSWORD", "_supabase"),
        analytics_database: at("postgresql", "supabase_admin", "DB_PASSWORD", "_supabase"),
    }
}

fn settings(supabase: &Supabase) -> Settings {
    let functions = supabase.public_functions.iter();
    let functions: Vec<&str> = functions.map(|name| name.as_str()).collect();
    Settings {
        jwt_expiry: supabase.jwt_expiry.to_string(),
        disable_signup: (!supabase.sign_up).to_string(),
        anonymous_users: supabase.anonymous_users.to_string(),
        schemas: supabase.schemas.join(","),
        max_rows: supabase.max_rows.to_string(),
        file_size_limit: (u64::from(supabase.max_upload_mib) * 1024 * 1024).to_string(),
        public_functions: functions.join(" "),
        logs: supabase.has(Analytics).to_string(),
    }
}

fn context<'a>(
    platform: &'a Platform,
    part: SupabasePart,
    size: &'a PartSize,
) -> anyhow::Result<PartContext<'a>> {
    let image = match part {
        Gateway => "envoy",
        other => other.workload(),
    };
    let pin = platform.images.get(image);
    let pin = pin.with_context(|| format!("the catalogue has no image `{image}`"))?;
    let (user, group) = user(part);
    Ok(PartContext {
        name: part.workload(),
        image: pin.reference(),
        replicas: size.replicas,
        single: part.is_single(),
        // Functions may still be at work; all others end soon after their last answer.
        grace: if part == Functions { 90 } else { 45 },
        user,
        group,
        // Only the functions' folder is written by one container and read by another.
        fs_group: (part == Functions).then_some(group),
        resources: (&size.resources).into(),
        ports: ports(part),
    })
}

/// The user of a part: the one its image is made for, else one without any rights.
fn user(part: SupabasePart) -> (u32, u32) {
    match part {
        // `supabase`, `node` and PostgREST's own.
        Auth | Meta | Rest | Storage | Studio => (1000, 1000),
        // `envoy`.
        Gateway => (101, 101),
        // `imgproxy`.
        Imgproxy => (999, 999),
        // `nobody`, who owns the releases in these images.
        Pooler | Realtime => (65534, 65534),
        Analytics | Functions => (10001, 10001),
    }
}

fn ports(part: SupabasePart) -> Vec<Port> {
    let port = |name, number| Port { name, number };
    match part {
        Pooler => vec![port("session", 5432), port("transaction", 6543)],
        _ => vec![port("http", part.port())],
    }
}
