//! What each part of the platform brings into a cell: units, edges, credentials, users of the object store.
//!
//! One file per component, and one for services. A new component adds its file here and a line to `PARTS`; everything
//! that is the same for all (Applications, overlays, NetworkPolicies, Secrets) follows from what it brings.

mod base;
mod object_storage;
mod services;

use super::credentials::Credential;
use super::edges::Edge;
use super::object_users::ObjectUser;
use super::platform::{Cell, Platform};
use super::units::Unit;

pub(super) use object_storage::stores as object_storage_stores;

/// What the parts of the platform bring into one cell.
#[derive(Debug, Default)]
pub(super) struct Brought {
    pub(super) units: Vec<Unit>,
    pub(super) edges: Vec<Edge>,
    pub(super) credentials: Vec<Credential>,
    pub(super) object_users: Vec<ObjectUser>,
}

/// Each part adds its own. The object store comes last, because it opens a way for every user.
const PARTS: &[fn(&Platform, &Cell, &mut Brought)] =
    &[base::bring, services::bring, object_storage::bring];

/// Fills in what all parts bring into a cell.
pub(super) fn fill(platform: &Platform, cell: &mut Cell) {
    let mut brought = Brought::default();
    for bring in PARTS {
        bring(platform, cell, &mut brought);
    }
    brought
        .units
        .sort_by(|a, b| (a.wave, a.part, &a.name).cmp(&(b.wave, b.part, &b.name)));
    brought.edges.sort();
    brought.edges.dedup();
    brought.credentials.sort_by(|a, b| a.name.cmp(&b.name));
    brought.object_users.sort_by(|a, b| a.name.cmp(&b.name));
    cell.units = brought.units;
    cell.edges = brought.edges;
    cell.credentials = brought.credentials;
    cell.object_users = brought.object_users;
}
