//! `cluster/data/object-storage` and what each cell changes of it.

use super::network::{self, Network};
use super::resources::Resources;
use super::{Files, Origin};
use crate::model::{
    Cell, CellObjectStorage, OBJECT_STORAGE_PORT, ObjectStorage, ObjectUser, Platform,
};
use anyhow::Context as _;
use serde::Serialize;
use std::collections::BTreeMap;

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
    url: String,
    image: String,
    client_image: String,
    resources: Resources<'a>,
    storage: &'a str,
    storage_class: Option<&'a str>,
    users: Vec<User<'a>>,
    network_policies: &'static str,
}

/// A user of the store.
#[derive(Serialize)]
struct User<'a> {
    secret: &'a str,
    access_variable: String,
    secret_variable: String,
}

#[derive(Serialize)]
struct Difference<'a> {
    network_policies: Option<&'static str>,
    namespace: String,
    region: &'a str,
    resources: Option<Resources<'a>>,
    storage: Option<&'a str>,
    storage_class: Option<&'a str>,
}

#[derive(Serialize)]
struct Buckets<'a> {
    platform: &'a str,
    namespace: String,
    buckets: String,
    users: String,
    grants: Vec<Grant>,
}

/// The buckets that one user may use.
#[derive(Serialize)]
struct Grant {
    variable: String,
    buckets: String,
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let Some(store) = &platform.object_storage else {
        return Ok(());
    };
    let base = base(platform, store)?;
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
            differences(platform, store, cell, here, policies, files)?;
        }
    }
    Ok(())
}

fn base<'a>(platform: &'a Platform, store: &'a ObjectStorage) -> anyhow::Result<Base<'a>> {
    let image = |name: &str| {
        let pin = platform.images.get(name);
        let pin = pin.with_context(|| format!("the catalogue has no image `{name}`"))?;
        anyhow::Ok(pin.reference())
    };
    Ok(Base {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        port: OBJECT_STORAGE_PORT,
        url: format!("http://object-storage:{OBJECT_STORAGE_PORT}"),
        image: image("silo")?,
        client_image: image("silo-client")?,
        resources: (&store.resources).into(),
        storage: &store.storage,
        storage_class: store.storage_class.as_deref(),
        users: users(platform).into_values().map(user).collect(),
        network_policies: network::FILE,
    })
}

/// The users of all cells, by name. One that a cell does not have is not made there.
fn users(platform: &Platform) -> BTreeMap<&str, &ObjectUser> {
    let users = platform.cells.iter().flat_map(|cell| &cell.object_users);
    users.map(|user| (user.name.as_str(), user)).collect()
}

fn user(user: &ObjectUser) -> User<'_> {
    let prefix = upper(&user.name);
    User {
        secret: &user.secret,
        access_variable: format!("{prefix}_ACCESS_KEY"),
        secret_variable: format!("{prefix}_SECRET_KEY"),
    }
}

fn upper(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}

fn differences(
    platform: &Platform,
    store: &ObjectStorage,
    cell: &Cell,
    here: &CellObjectStorage,
    network_policies: Option<&'static str>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let folder = format!("{}/object-storage/cell", cell.overlay());
    let origin = |template| Origin {
        template,
        key: KEY,
        custom: "custom/object-storage",
    };
    let difference = Difference {
        network_policies,
        namespace: platform.data_namespace(),
        region: &cell.region,
        resources: Resources::differing(&store.resources, &here.resources),
        storage: (here.storage != store.storage).then_some(&here.storage),
        storage_class: here
            .storage_class
            .as_deref()
            .filter(|class| store.storage_class.as_deref() != Some(*class)),
    };
    let template = "cluster/overlays/cell/object-storage/cell/kustomization.yaml";
    let path = format!("{folder}/kustomization.yaml");
    files.render(path, origin(template), &difference)?;
    let template = "cluster/overlays/cell/object-storage/cell/buckets.yaml";
    let path = format!("{folder}/buckets.yaml");
    files.render(path, origin(template), &buckets(platform, cell, here))
}

fn buckets<'a>(platform: &'a Platform, cell: &Cell, here: &CellObjectStorage) -> Buckets<'a> {
    let granted: Vec<(String, String)> = cell
        .object_users
        .iter()
        .map(|user| {
            let own = user.buckets.iter().filter_map(|id| here.buckets.get(id));
            let own: Vec<&str> = own.map(String::as_str).collect();
            (upper(&user.name), own.join(" "))
        })
        .collect();
    let all: Vec<&str> = here.buckets.values().map(String::as_str).collect();
    let names: Vec<&str> = granted.iter().map(|(user, _)| user.as_str()).collect();
    Buckets {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        buckets: all.join(" "),
        users: names.join(" "),
        grants: granted
            .iter()
            .map(|(user, buckets)| Grant {
                variable: format!("{user}_BUCKETS"),
                buckets: buckets.clone(),
            })
            .collect(),
    }
}
