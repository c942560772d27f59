//! `docs/stores.md`: the stores besides databases, who may do what in them, and what happens when they are lost.

use super::{Files, Origin};
use crate::model::{
    Cell, CellObjectStorage, ObjectRights, ObjectStorage, Platform, RABBITMQ_PORT, VALKEY_PORT,
};
use crate::spec::types::{Eviction, ObjectStorageEngine};
use serde::Serialize;

const PAGE: &str = "docs/stores.md";

#[derive(Serialize)]
struct Page<'a> {
    platform: &'a str,
    namespace: String,
    object_storage: bool,
    external: bool,
    engine: &'static str,
    url: String,
    ca_file: String,
    places: Vec<PlaceRow<'a>>,
    buckets: Vec<BucketRow<'a>>,
    users: Vec<UserRow<'a>>,
    valkey: Option<ServerText>,
    rabbitmq: Option<ServerText>,
    unused: &'a [&'static str],
}

#[derive(Serialize)]
struct PlaceRow<'a> {
    cell: &'a str,
    url: String,
    place: String,
}

#[derive(Serialize)]
struct BucketRow<'a> {
    cell: &'a str,
    store: &'a str,
    bucket: &'a str,
    versions: String,
    lock: String,
    quota: String,
}

#[derive(Serialize)]
struct UserRow<'a> {
    cell: &'a str,
    name: &'a str,
    rights: &'static str,
    buckets: String,
}

#[derive(Serialize)]
struct ServerText {
    host: String,
    port: u16,
    users: String,
    eviction: &'static str,
    keeps: bool,
}

/// Whether there is anything to say.
pub(super) fn is_needed(platform: &Platform) -> bool {
    platform.object_storage.is_some()
        || platform.valkey.is_some()
        || platform.rabbitmq.is_some()
        || !platform.unused.is_empty()
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    if !is_needed(platform) {
        return Ok(());
    }
    let origin = Origin {
        template: PAGE,
        key: "",
        custom: "",
    };
    files.render(PAGE.to_owned(), origin, &page(platform))
}

fn page(platform: &Platform) -> Page<'_> {
    let mut page = Page {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        object_storage: platform.object_storage.is_some(),
        external: false,
        engine: "",
        url: String::new(),
        ca_file: String::new(),
        places: Vec::new(),
        buckets: Vec::new(),
        users: Vec::new(),
        valkey: platform.valkey.as_ref().map(|valkey| ServerText {
            eviction: valkey.eviction.name(),
            keeps: valkey.eviction == Eviction::Noeviction,
            ..server(platform, "valkey", VALKEY_PORT)
        }),
        rabbitmq: platform
            .rabbitmq
            .as_ref()
            .map(|_| server(platform, "rabbitmq", RABBITMQ_PORT)),
        unused: &platform.unused,
    };
    let Some(store) = &platform.object_storage else {
        return page;
    };
    page.external = !store.is_in_cluster();
    page.engine = match store.engine {
        ObjectStorageEngine::Minio => "minio",
        ObjectStorageEngine::Rustfs => "rustfs",
        ObjectStorageEngine::External => "external",
    };
    for cell in &platform.cells {
        if let Some(here) = &cell.object_storage {
            page.url = here.access.url();
            page.ca_file = here.access.ca_file().unwrap_or_default();
            page.places.extend(place(cell, here));
            page.buckets.extend(buckets(store, cell, here));
            page.users.extend(users(cell, here));
        }
    }
    page
}

fn server(platform: &Platform, name: &str, port: u16) -> ServerText {
    let services = platform.services.values();
    let users: Vec<String> = services
        .filter(|service| service.uses.contains(name))
        .map(|service| service.name.to_string())
        .collect();
    ServerText {
        host: format!("{name}.{}.svc", platform.data_namespace()),
        port,
        users: users.join(", "),
        eviction: "",
        keeps: true,
    }
}

fn place<'a>(cell: &'a Cell, here: &CellObjectStorage) -> Option<PlaceRow<'a>> {
    let place = &here.outside.as_ref()?.place;
    Some(PlaceRow {
        cell: &cell.name,
        url: here.access.url(),
        place: format!("{} {}", place.provider.name(), place.code),
    })
}

fn buckets<'a>(
    store: &ObjectStorage,
    cell: &'a Cell,
    here: &'a CellObjectStorage,
) -> Vec<BucketRow<'a>> {
    let row = |(id, bucket)| BucketRow {
        cell: &cell.name,
        store: id,
        bucket,
        versions: format!("{} days", store.version_days_of(cell, id)),
        lock: match store.lock_days_of(cell, id) {
            Some(days) => format!("{days} days"),
            None => "not at all".to_owned(),
        },
        quota: match here.quotas.get(id) {
            Some(quota) => quota.to_string(),
            None => "what the store holds".to_owned(),
        },
    };
    let buckets = here.buckets.iter();
    buckets
        .map(|(id, bucket)| row((id.as_str(), bucket.as_str())))
        .collect()
}

fn users<'a>(cell: &'a Cell, here: &'a CellObjectStorage) -> Vec<UserRow<'a>> {
    let users = cell.object_users.iter().map(|user| UserRow {
        cell: &cell.name,
        name: &user.name,
        rights: match user.rights {
            ObjectRights::ReadWrite => "read-write",
            ObjectRights::Backup => "backup",
        },
        buckets: {
            let own = user.buckets.iter().filter_map(|id| here.buckets.get(id));
            let own: Vec<&str> = own.map(String::as_str).collect();
            own.join(", ")
        },
    });
    users.collect()
}
