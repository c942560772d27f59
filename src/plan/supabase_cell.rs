//! `cluster/overlays/<cell>/supabase/cell`: what one cell changes of Supabase, all of it as patches.

use super::network::{self, Network};
use super::resources::Resources;
use super::supabase::KEY;
use super::{Files, Origin};
use crate::model::SupabasePart::{self, *};
use crate::model::{
    Cell, CellSupabase, OBJECT_STORAGE_PORT, PartSize, Platform, SUPABASE, SUPABASE_BUCKET,
    Supabase,
};
use serde::Serialize;

const TEMPLATE: &str = "cluster/overlays/cell/supabase/cell/kustomization.yaml";

#[derive(Serialize)]
struct Difference<'a> {
    namespace: String,
    network_policies: Option<&'static str>,
    parts: Vec<Part<'a>>,
    host: Option<&'a str>,
}

#[derive(Serialize)]
struct Part<'a> {
    name: &'static str,
    workload: &'static str,
    replicas: Option<u32>,
    resources: Option<Resources<'a>>,
    env: Vec<Variable>,
}

/// An environment variable: either a text or a key of a Secret.
#[derive(Serialize)]
struct Variable {
    name: &'static str,
    value: Option<String>,
    secret: Option<SecretKey>,
}

#[derive(Serialize)]
struct SecretKey {
    name: &'static str,
    key: &'static str,
}

pub(super) fn plan(
    platform: &Platform,
    supabase: &Supabase,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    for (index, cell) in platform.cells.iter().enumerate() {
        let Some(here) = &cell.supabase else { continue };
        let parts = here.parts.iter().filter_map(|(part, size)| {
            let everywhere = supabase.parts.get(part)?;
            let env = variables(platform, supabase, cell, here, *part);
            difference(*part, everywhere, size, env)
        });
        let difference = Difference {
            namespace: platform.data_namespace(),
            network_policies: network.is_here(SUPABASE, index).then_some(network::FILE),
            parts: parts.collect(),
            host: here.host.as_deref(),
        };
        let origin = Origin {
            template: TEMPLATE,
            key: KEY,
            custom: "custom/supabase",
        };
        let path = format!("{}/{SUPABASE}/cell/kustomization.yaml", cell.overlay());
        files.render(path, origin, &difference)?;
    }
    Ok(())
}

/// A part that has something of its own here.
fn difference<'a>(
    part: SupabasePart,
    everywhere: &PartSize,
    here: &'a PartSize,
    env: Vec<Variable>,
) -> Option<Part<'a>> {
    let replicas = (here.replicas != everywhere.replicas).then_some(here.replicas);
    let resources = Resources::differing(&everywhere.resources, &here.resources);
    let differs = replicas.is_some() || resources.is_some() || !env.is_empty();
    differs.then(|| Part {
        name: part.name(),
        workload: part.workload(),
        replicas,
        resources,
        env,
    })
}

/// What follows from the cell: its addresses, its bucket, its region.
fn variables(
    platform: &Platform,
    supabase: &Supabase,
    cell: &Cell,
    here: &CellSupabase,
    part: SupabasePart,
) -> Vec<Variable> {
    let text = |name, value: &str| Variable {
        name,
        value: Some(value.to_owned()),
        secret: None,
    };
    match part {
        Auth => {
            let own = format!("{}/auth/v1", here.url);
            let mut variables = vec![
                text("API_EXTERNAL_URL", &own),
                text("GOTRUE_JWT_ISSUER", &own),
                text("GOTRUE_SITE_URL", &here.site_url),
                text("GOTRUE_URI_ALLOW_LIST", &supabase.redirect_urls.join(",")),
            ];
            variables.extend(mail(platform, supabase, here));
            variables
        }
        Functions | Studio => vec![text("SUPABASE_PUBLIC_URL", &here.url)],
        Pooler => vec![text("REGION", &cell.region)],
        Storage => {
            let store = access(platform, cell);
            let mut variables = vec![
                // Of its own S3 interface.
                text("REGION", &cell.region),
                text("STORAGE_PUBLIC_URL", &here.url),
                text("STORAGE_S3_BUCKET", &store.bucket),
                text("STORAGE_S3_ENDPOINT", &store.url),
                text("STORAGE_S3_FORCE_PATH_STYLE", &store.path_style.to_string()),
                text("STORAGE_S3_PRIVATE_ASSET_ENDPOINT", &store.url),
                text("STORAGE_S3_REGION", &store.region),
            ];
            let ca = store.ca.map(|file| text("NODE_EXTRA_CA_CERTS", file));
            variables.extend(ca);
            variables
        }
        Imgproxy => {
            let store = access(platform, cell);
            let mut variables = vec![text("IMGPROXY_ALLOWED_SOURCES", &store.folder())];
            variables.extend(store.ca.map(|file| text("SSL_CERT_FILE", file)));
            variables
        }
        Analytics | Gateway | Meta | Realtime | Rest => Vec::new(),
    }
}

/// How a cell's object store is reached.
struct Access {
    url: String,
    bucket: String,
    region: String,
    path_style: bool,
    /// The file with the certificate that the store is known by, if it has one of its own.
    ca: Option<&'static str>,
}

impl Access {
    /// What every address of an object in the bucket begins with.
    fn folder(&self) -> String {
        if self.path_style {
            return format!("{}/{}/", self.url, self.bucket);
        }
        let host = self.url.trim_start_matches("https://");
        format!("https://{}.{host}/", self.bucket)
    }
}

const CA_FILE: &str = "/etc/platform/object-storage/ca.crt";

fn access(platform: &Platform, cell: &Cell) -> Access {
    let buckets = cell.object_storage.as_ref().map(|store| &store.buckets);
    let bucket = buckets.and_then(|buckets| buckets.get(SUPABASE_BUCKET));
    Access {
        url: format!(
            "https://object-storage.{}.svc:{OBJECT_STORAGE_PORT}",
            platform.data_namespace()
        ),
        bucket: bucket.cloned().unwrap_or_default(),
        region: cell.region.to_string(),
        path_style: true,
        ca: Some(CA_FILE),
    }
}

/// Whether every cell's store has a certificate of its own.
pub(super) fn has_own_ca(platform: &Platform) -> bool {
    let mut cells = platform.cells.iter();
    cells.all(|cell| access(platform, cell).ca.is_some())
}

/// How auth sends mails from here, if it can.
fn mail(platform: &Platform, supabase: &Supabase, here: &CellSupabase) -> Vec<Variable> {
    let endpoint = here.mail.as_ref().and_then(|id| platform.endpoint(id));
    let (Some(smtp), Some(endpoint)) = (&supabase.smtp, endpoint) else {
        return Vec::new();
    };
    let port = endpoint.ports.first().copied().unwrap_or(587).to_string();
    let text = |name, value: &str| Variable {
        name,
        value: Some(value.to_owned()),
        secret: None,
    };
    let secret = |name, key| Variable {
        name,
        value: None,
        secret: Some(SecretKey {
            name: "supabase-smtp",
            key,
        }),
    };
    vec![
        text("GOTRUE_SMTP_HOST", &endpoint.host),
        text("GOTRUE_SMTP_PORT", &port),
        text("GOTRUE_SMTP_ADMIN_EMAIL", &smtp.from),
        text("GOTRUE_SMTP_SENDER_NAME", &smtp.sender),
        secret("GOTRUE_SMTP_USER", "user"),
        secret("GOTRUE_SMTP_PASS", "password"),
    ]
}
