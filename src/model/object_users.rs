//! Who has a user of the object store, with which buckets and rights.

use super::edges::Pods;
use crate::spec::names::Name;
use serde::Serialize;
use std::collections::BTreeSet;

/// What a user of the object store may do in its buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectRights {
    /// Read, write and delete objects; old versions stay.
    ReadWrite,
    /// What a backup program needs.
    Backup,
}

/// A user of the object store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ObjectUser {
    /// Its name, such as that of the service.
    pub name: String,
    /// The pods that use it.
    pub pods: Vec<Pods>,
    /// The Secret with `access-key` and `secret-key`.
    pub secret: String,
    /// The namespaces of its pods, which need the Secret.
    pub namespaces: Vec<String>,
    /// The buckets, by the id of their store.
    pub buckets: BTreeSet<Name>,
    /// What it may do there.
    pub rights: ObjectRights,
    /// What declares it.
    pub because: String,
}

impl ObjectUser {
    /// The name of the Secret of a user.
    pub fn secret_of(user: &str) -> String {
        format!("{user}-object-storage")
    }
}
