//! `cluster/data/object-storage` and what each cell changes of it.

use super::network::{self, Network};
use super::resources::Resources;
use super::{Files, Origin};
use crate::model::{
    Cell, CellObjectStorage, OBJECT_STORAGE_PORT, ObjectRights, ObjectStorage, ObjectUser,
    Platform, quantity,
};
use crate::spec::types::ObjectStorageEngine;
use serde::Serialize;
use std::collections::BTreeMap;
use std::iter;

const NAME: &str = "object-storage";
const KEY: &str = "components.object-storage";

const TEMPLATES: [&str; 7] = [
    "cluster/data/object-storage/kustomization.yaml",
    "cluster/data/object-storage/pdb.yaml",
    "cluster/data/object-storage/service.yaml",
    "cluster/data/object-storage/serviceaccount.yaml",
    "cluster/data/object-storage/setup-job.yaml",
    "cluster/data/object-storage/setup.sh",
    "cluster/data/object-storage/statefulset.yaml",
];

#[derive(Serialize)]
struct Base<'a> {
    platform: &'a str,
    namespace: String,
    port: u16,
    address: String,
    url: String,
    client_image: String,
    #[serde(flatten)]
    server: Server,
    resources: Resources<'a>,
    storage: &'a str,
    storage_class: Option<&'a str>,
    users: Vec<User<'a>>,
    network_policies: &'static str,
}

/// In what the servers differ.
#[derive(Serialize)]
struct Server {
    engine: &'static str,
    image: String,
    live: &'static str,
    ready: &'static str,
    certificate_file: &'static str,
    key_file: &'static str,
    #[serde(skip)]
    region_variable: &'static str,
}

/// A user of the store, whose keys the setup job reads.
#[derive(Serialize)]
struct User<'a> {
    secret: &'a str,
    access_path: String,
    secret_path: String,
    everywhere: bool,
}

#[derive(Serialize)]
struct Difference<'a> {
    network_policies: Option<&'static str>,
    namespace: String,
    region: &'a str,
    region_variable: &'static str,
    resources: Option<Resources<'a>>,
    storage: Option<&'a str>,
    storage_class: Option<&'a str>,
}

/// What the setup job makes in a cell.
#[derive(Serialize)]
struct Wanted<'a> {
    platform: &'a str,
    namespace: String,
    region: &'a str,
    entries: Vec<Entry>,
}

/// One file that the setup job reads: a bucket or a user.
#[derive(Serialize)]
struct Entry {
    key: String,
    value: String,
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let Some(store) = &platform.object_storage else {
        return Ok(());
    };
    let Some(server) = server(platform, store.engine)? else {
        // A store outside: what its users need follows from the model, and there is nothing to deploy.
        return Ok(());
    };
    let region_variable = server.region_variable;
    let base = base(platform, store, server)?;
    for template in TEMPLATES {
        let origin = Origin {
            template,
            key: KEY,
            custom: "custom/object-storage of a cell",
        };
        files.render(template.to_owned(), origin, &base)?;
    }
    for (index, cell) in platform.cells.iter().enumerate() {
        if let Some(here) = &cell.object_storage {
            let policies = network.is_here(NAME, index).then_some(network::FILE);
            let difference = Difference {
                network_policies: policies,
                namespace: platform.data_namespace(),
                region: &here.access.region,
                region_variable,
                resources: Resources::differing(&store.resources, &here.resources),
                storage: (here.storage != store.storage).then_some(&here.storage),
                storage_class: here
                    .storage_class
                    .as_deref()
                    .filter(|class| store.storage_class.as_deref() != Some(*class)),
            };
            differences(
                &difference,
                &wanted(platform, store, cell, here),
                cell,
                files,
            )?;
        }
    }
    Ok(())
}

/// The server in the cluster; `None` for a store outside.
fn server(platform: &Platform, engine: ObjectStorageEngine) -> anyhow::Result<Option<Server>> {
    Ok(match engine {
        ObjectStorageEngine::Minio => Some(Server {
            engine: "minio",
            image: platform.image("silo")?,
            live: "/minio/health/live",
            ready: "/minio/health/ready",
            certificate_file: "public.crt",
            key_file: "private.key",
            region_variable: "MINIO_SITE_REGION",
        }),
        ObjectStorageEngine::Rustfs => Some(Server {
            engine: "rustfs",
            image: platform.image("rustfs")?,
            live: "/health",
            ready: "/health/ready",
            certificate_file: "rustfs_cert.pem",
            key_file: "rustfs_key.pem",
            region_variable: "RUSTFS_REGION",
        }),
        ObjectStorageEngine::External => None,
    })
}

fn base<'a>(
    platform: &'a Platform,
    store: &'a ObjectStorage,
    server: Server,
) -> anyhow::Result<Base<'a>> {
    Ok(Base {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        port: OBJECT_STORAGE_PORT,
        address: format!(":{OBJECT_STORAGE_PORT}"),
        url: format!("https://object-storage:{OBJECT_STORAGE_PORT}"),
        // It speaks to both servers.
        client_image: platform.image("silo-client")?,
        server,
        resources: (&store.resources).into(),
        storage: &store.storage,
        storage_class: store.storage_class.as_deref(),
        users: users(platform),
        network_policies: network::FILE,
    })
}

/// The users of all cells, by name. One that a cell does not have is not made there.
fn users(platform: &Platform) -> Vec<User<'_>> {
    let all = platform.cells.iter().flat_map(|cell| &cell.object_users);
    let by_name: BTreeMap<&str, &ObjectUser> = all.map(|user| (user.name.as_str(), user)).collect();
    let is_in = |cell: &Cell, name: &str| cell.object_users.iter().any(|user| user.name == name);
    by_name
        .into_values()
        .map(|user| User {
            secret: &user.secret,
            access_path: format!("users/{}/access-key", user.name),
            secret_path: format!("users/{}/secret-key", user.name),
            everywhere: platform.cells.iter().all(|cell| is_in(cell, &user.name)),
        })
        .collect()
}

fn differences(
    difference: &Difference<'_>,
    wanted: &Wanted<'_>,
    cell: &Cell,
    files: &mut Files,
) -> anyhow::Result<()> {
    let folder = format!("{}/object-storage/cell", cell.overlay());
    let origin = |template| Origin {
        template,
        key: KEY,
        custom: "custom/object-storage",
    };
    let template = "cluster/overlays/cell/object-storage/cell/kustomization.yaml";
    let path = format!("{folder}/kustomization.yaml");
    files.render(path, origin(template), difference)?;
    let template = "cluster/overlays/cell/object-storage/cell/buckets.yaml";
    let path = format!("{folder}/buckets.yaml");
    files.render(path, origin(template), wanted)
}

fn wanted<'a>(
    platform: &'a Platform,
    store: &ObjectStorage,
    cell: &'a Cell,
    here: &'a CellObjectStorage,
) -> Wanted<'a> {
    let buckets = here.buckets.iter().map(|(id, bucket)| Entry {
        key: format!("bucket.{bucket}"),
        value: bucket_line(store, cell, here, id),
    });
    let users = cell.object_users.iter().map(|user| Entry {
        key: format!("user.{}", user.name),
        value: user_line(user, here),
    });
    Wanted {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        region: &here.access.region,
        entries: buckets.chain(users).collect(),
    }
}

fn bucket_line(store: &ObjectStorage, cell: &Cell, here: &CellObjectStorage, id: &str) -> String {
    let or_none = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
    let lock = store.lock_days_of(cell, id);
    let quota = here.quotas.get(id);
    format!(
        "versions={} lock={} quota={}",
        store.version_days_of(cell, id),
        or_none(lock.map(|days| days.to_string())),
        or_none(quota.map(|quota| quantity::bytes(quota, 100).to_string()))
    )
}

fn user_line(user: &ObjectUser, here: &CellObjectStorage) -> String {
    let rights = match user.rights {
        ObjectRights::ReadWrite => "read-write",
        ObjectRights::Backup => "backup",
    };
    let own = user.buckets.iter().filter_map(|id| here.buckets.get(id));
    let words: Vec<&str> = iter::once(rights).chain(own.map(String::as_str)).collect();
    words.join(" ")
}
