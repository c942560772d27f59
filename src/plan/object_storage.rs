//! `cluster/data/object-storage` and what each cell changes of it.

use super::resources::Resources;
use super::{Files, Origin};
use crate::model::{
    Cell, CellObjectStorage, OBJECT_STORAGE_PORT, ObjectStorage, Platform, Service,
};
use anyhow::Context as _;
use serde::Serialize;

const KEY: &str = "components.object-storage";

const TEMPLATES: [&str; 8] = [
    "cluster/data/object-storage/kustomization.yaml",
    "cluster/data/object-storage/network-policy.yaml",
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
    apps_namespace: String,
    port: u16,
    url: String,
    image: String,
    client_image: String,
    resources: Resources<'a>,
    storage: &'a str,
    storage_class: Option<&'a str>,
    users: Vec<User<'a>>,
}

/// A service that uses the store, and its user there.
#[derive(Serialize)]
struct User<'a> {
    service: &'a str,
    secret: String,
    access_variable: String,
    secret_variable: String,
}

#[derive(Serialize)]
struct Difference<'a> {
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

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
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
    for cell in &platform.cells {
        if let Some(here) = &cell.object_storage {
            differences(platform, store, cell, here, files)?;
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
        apps_namespace: platform.apps_namespace(),
        port: OBJECT_STORAGE_PORT,
        url: format!("http://object-storage:{OBJECT_STORAGE_PORT}"),
        image: image("silo")?,
        client_image: image("silo-client")?,
        resources: (&store.resources).into(),
        storage: &store.storage,
        storage_class: store.storage_class.as_deref(),
        users: users(platform).map(user).collect(),
    })
}

fn users(platform: &Platform) -> impl Iterator<Item = &Service> {
    platform
        .services
        .values()
        .filter(|service| !service.uses.is_empty())
}

fn user(service: &Service) -> User<'_> {
    let prefix = upper(&service.name);
    User {
        service: &service.name,
        secret: format!("{}-object-storage", service.name),
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
    files: &mut Files,
) -> anyhow::Result<()> {
    let folder = format!("{}/object-storage/cell", cell.overlay());
    let origin = |template| Origin {
        template,
        key: KEY,
        custom: "custom/object-storage",
    };
    let difference = Difference {
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
    files.render(path, origin(template), &buckets(platform, here))
}

fn buckets<'a>(platform: &'a Platform, here: &CellObjectStorage) -> Buckets<'a> {
    // A store that only one region holds is not there elsewhere; who uses no other has no user there.
    let granted: Vec<(String, String)> = users(platform)
        .map(|service| {
            let own = service.uses.iter().filter_map(|id| here.buckets.get(id));
            let own: Vec<&str> = own.map(String::as_str).collect();
            (upper(&service.name), own.join(" "))
        })
        .filter(|(_, buckets)| !buckets.is_empty())
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
