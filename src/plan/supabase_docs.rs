//! `docs/supabase.md`: what is where, how it comes up, and what an operator does with it.

use super::supabase::KEY;
use super::supabase_gateway;
use super::{Files, Origin};
use crate::model::SupabasePart::{self, *};
use crate::model::credentials::Credential;
use crate::model::{Cell, Platform, Supabase};
use crate::spec::types::EnvironmentKind;
use serde::Serialize;
use std::collections::BTreeMap;

const TEMPLATE: &str = "docs/supabase.md";

#[derive(Serialize)]
struct Page<'a> {
    platform: &'a str,
    namespace: String,
    parts: Vec<PartRow>,
    cells: Vec<CellRow<'a>>,
    exposed: bool,
    paths: String,
    pooler: bool,
    functions: bool,
    example_custom: String,
    secrets: Vec<SecretRow<'a>>,
}

#[derive(Serialize)]
struct PartRow {
    name: &'static str,
    workload: &'static str,
    port: u16,
    what: &'static str,
    by: &'static str,
}

#[derive(Serialize)]
struct CellRow<'a> {
    name: &'a str,
    url: &'a str,
    site: &'a str,
    mail: &'a str,
}

#[derive(Serialize)]
struct SecretRow<'a> {
    name: &'a str,
    keys: String,
    purpose: &'a str,
    on_rotation: &'a str,
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let Some(supabase) = &platform.supabase else {
        return Ok(());
    };
    let origin = Origin {
        template: TEMPLATE,
        key: KEY,
        custom: "",
    };
    files.render(TEMPLATE.to_owned(), origin, &page(platform, supabase))
}

fn page<'a>(platform: &'a Platform, supabase: &'a Supabase) -> Page<'a> {
    let cells = platform.cells.iter().filter_map(|cell| {
        let here = cell.supabase.as_ref()?;
        Some(CellRow {
            name: &cell.name,
            url: &here.url,
            site: &here.site_url,
            mail: here.mail.as_ref().map_or("none", |id| id.as_str()),
        })
    });
    // Examples show a real cell where there is one.
    let is_real = |cell: &&Cell| cell.kind == EnvironmentKind::Cluster;
    let example = platform.cells.iter().find(is_real);
    let example = example.or(platform.cells.first());
    Page {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        parts: supabase.parts.keys().map(|part| row(*part)).collect(),
        cells: cells.collect(),
        exposed: supabase.expose.is_some(),
        paths: supabase_gateway::paths(supabase).join(", "),
        pooler: supabase.has(Pooler),
        functions: supabase.has(Functions),
        example_custom: example
            .map(|cell| format!("{}/custom/supabase/", cell.overlay()))
            .unwrap_or_default(),
        secrets: secrets(platform),
    }
}

/// The Secrets of all cells, by name.
fn secrets(platform: &Platform) -> Vec<SecretRow<'_>> {
    let all = platform.cells.iter().flat_map(|cell| &cell.credentials);
    let own: BTreeMap<&str, &Credential> = all
        .filter(|credential| credential.name.starts_with("supabase-"))
        .map(|credential| (credential.name.as_str(), credential))
        .collect();
    let row = |credential: &'_ Credential| {
        let keys: Vec<&str> = credential.keys.iter().map(|key| key.key.as_str()).collect();
        keys.join(", ")
    };
    own.into_values()
        .map(|credential| SecretRow {
            name: &credential.name,
            keys: row(credential),
            purpose: &credential.purpose,
            on_rotation: &credential.on_rotation,
        })
        .collect()
}

fn row(part: SupabasePart) -> PartRow {
    let (what, by) = match part {
        Analytics => ("keeps logs for Studio", "studio"),
        Auth => ("accounts, logins, tokens", "the gateway"),
        Functions => ("runs functions of your own", "the gateway"),
        Gateway => (
            "judges keys and leads to the other parts",
            "services that use supabase, studio, functions, the ingress controller if it is exposed",
        ),
        Imgproxy => ("resizes images", "storage"),
        Meta => ("describes the database", "studio"),
        Pooler => ("shares few connections among many clients", "port-forward"),
        Realtime => ("tells clients what changes in tables", "the gateway"),
        Rest => ("tables as REST and GraphQL", "the gateway"),
        Storage => ("files, in the object store", "the gateway"),
        Studio => ("the operator's pages", "port-forward"),
    };
    PartRow {
        name: part.name(),
        workload: part.workload(),
        port: part.port(),
        what,
        by,
    }
}
