//! Which files the repository has, what is in them and why: a pure function of the [`Platform`].
//!
//! In: the resolved model. Out: a [`Plan`]. Loops over cells, services and components live here; templates hold none of
//! the decisions. One file here for each area of the repository.

mod argocd;
mod base;
mod bootstrap;
mod cert_manager;
mod docs;
mod docs_secrets;
mod files;
mod guard_rails;
mod ingress;
mod ingress_docs;
mod network;
mod object_storage;
mod operators;
mod overlay;
mod postgres;
mod postgres_backups;
mod postgres_cell;
mod postgres_jobs;
mod resources;
mod secrets;
mod server;
mod service;
mod service_cell;
mod stores;
mod supabase;
mod supabase_cell;
mod supabase_docs;
mod supabase_gateway;
mod tenancy;
mod workflows;

use crate::model::Platform;
use crate::spec::schema;
use files::{Files, Origin};
use std::collections::BTreeMap;

/// Plans every file of a platform's repository.
///
/// # Errors
/// Only mistakes of platformctl itself: a template that does not fit its context, two producers of one path.
pub fn build(platform: &Platform) -> anyhow::Result<Plan> {
    let mut files = Files::default();
    let network = network::Network::new(platform);
    base::plan(platform, &network, &mut files)?;
    guard_rails::plan(platform, &mut files)?;
    service::plan(platform, &network, &mut files)?;
    service_cell::plan(platform, &network, &mut files)?;
    object_storage::plan(platform, &network, &mut files)?;
    server::plan(platform, &network, &mut files)?;
    postgres::plan(platform, &network, &mut files)?;
    postgres_backups::plan(platform, &mut files)?;
    supabase::plan(platform, &network, &mut files)?;
    ingress::plan(platform, &network, &mut files)?;
    cert_manager::plan(platform, &network, &mut files)?;
    secrets::plan(platform, &network, &mut files)?;
    for unit in overlay::units(platform).values() {
        network.plan(platform, unit, &mut files)?;
    }
    overlay::plan(platform, &mut files)?;
    argocd::plan(platform, &mut files)?;
    bootstrap::plan(platform, &mut files)?;
    workflows::plan(platform, &mut files)?;
    docs::plan(platform, &mut files)?;
    tenancy::plan(platform, &mut files)?;
    ingress_docs::plan(platform, &mut files)?;
    stores::plan(platform, &mut files)?;
    supabase_docs::plan(platform, &mut files)?;
    let origin = Origin {
        template: schema::FILE,
        key: "",
        custom: "",
    };
    // Beside the declaration, which names it in its first line, so that editors complete without a network.
    files.generated(schema::FILE.to_owned(), origin, schema::text())?;
    Ok(files.finish())
}

/// Who owns a file. Every file of the repository is exactly one of these, or none of platformctl's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// `render` owns it: written, updated, removed.
    Generated,
    /// `promote` and `release` own it: `render` creates a missing one and never changes one.
    Pins,
    /// `secrets` owns it: `render` creates a missing one and never changes one.
    Sealed,
    /// The user's: `render` creates a missing one and never changes or removes one.
    Custom,
}

/// One file of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedFile {
    /// Who owns it.
    pub kind: FileKind,
    /// The whole text; ends with one newline.
    pub content: String,
    /// Whether it is a program.
    pub executable: bool,
    /// The template that made it, such as `cluster/apps/service/deployment.yaml`.
    pub template: &'static str,
    /// The key of platform.toml it stems from, such as `services.frontend`; empty for the whole file.
    pub key: String,
}

/// Every file that belongs to the repository, by path relative to its root, with forward slashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The files, sorted by path.
    pub files: BTreeMap<String, PlannedFile>,
}
