//! `cluster/overlays/<cell>/supabase/cell`: what one cell changes of Supabase, all of it as patches.

use super::ingress::Route;
use super::network::{self, Network};
use super::resources::Resources;
use super::supabase::KEY;
use super::{Files, Origin};
use crate::model::SupabasePart::{self, *};
use crate::model::{
    Cell, CellSupabase, ObjectAccess, PartSize, Platform, SUPABASE, SUPABASE_BUCKET, Supabase,
};
use serde::Serialize;

const TEMPLATE: &str = "cluster/overlays/cell/supabase/cell/kustomization.yaml";

#[derive(Serialize)]
struct Difference<'a> {
    namespace: String,
    network_policies: Option<&'static str>,
    parts: Vec<Part<'a>>,
    host: Option<&'a str>,
    route: Route,
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
            route: Route::of(platform, cell),
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
            let mut variables = vec![
                // Of its own S3 interface.
                text("REGION", &cell.region),
                text("STORAGE_PUBLIC_URL", &here.url),
            ];
            if let Some(bucket) = bucket(cell) {
                let style = bucket.access.path_style.to_string();
                variables.extend([
                    text("STORAGE_S3_BUCKET", bucket.name),
                    text("STORAGE_S3_ENDPOINT", &bucket.url),
                    text("STORAGE_S3_FORCE_PATH_STYLE", &style),
                    text("STORAGE_S3_PRIVATE_ASSET_ENDPOINT", &bucket.url),
                    text("STORAGE_S3_REGION", &bucket.access.region),
                ]);
                let ca = bucket.access.ca_file();
                variables.extend(ca.map(|file| text("NODE_EXTRA_CA_CERTS", &file)));
            }
            variables
        }
        Imgproxy => {
            let mut variables = Vec::new();
            if let Some(bucket) = bucket(cell) {
                variables.push(text("IMGPROXY_ALLOWED_SOURCES", &bucket.folder()));
                let ca = bucket.access.ca_file();
                variables.extend(ca.map(|file| text("SSL_CERT_FILE", &file)));
            }
            variables
        }
        Analytics | Gateway | Meta | Realtime | Rest => Vec::new(),
    }
}

/// How the bucket of a cell is reached.
struct Bucket<'a> {
    name: &'a str,
    url: String,
    access: &'a ObjectAccess,
}

impl Bucket<'_> {
    /// What every address of an object in it begins with.
    fn folder(&self) -> String {
        if self.access.path_style {
            return format!("{}/{}/", self.url, self.name);
        }
        let host = self.url.trim_start_matches("https://");
        format!("https://{}.{host}/", self.name)
    }
}

/// The bucket of a cell; its declaration was checked, so there is one.
fn bucket(cell: &Cell) -> Option<Bucket<'_>> {
    let store = cell.object_storage.as_ref()?;
    Some(Bucket {
        name: store.buckets.get(SUPABASE_BUCKET)?,
        url: store.access.url(),
        access: &store.access,
    })
}

/// Whether every cell's store has a certificate of its own.
pub(super) fn has_own_ca(platform: &Platform) -> bool {
    let buckets = platform.cells.iter().filter_map(bucket);
    buckets.into_iter().all(|bucket| bucket.access.own_ca)
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
