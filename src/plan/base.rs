//! `cluster/base`: what every cell has before anything runs in it.

use super::network::{self, Network};
use super::{Files, Origin, overlay};
use crate::model::{Cell, Platform};
use serde::Serialize;
use std::collections::BTreeMap;

const TEMPLATES: [&str; 3] = [
    "cluster/base/kustomization.yaml",
    "cluster/base/namespaces.yaml",
    "cluster/base/default-deny.yaml",
];

const HERE: &str = "cluster/overlays/cell/base/cell/kustomization.yaml";
const STORAGE_CLASS: &str = "cluster/overlays/cell/base/cell/storage-class.yaml";
const STORAGE_CLASS_FILE: &str = "storage-class.yaml";

#[derive(Serialize)]
struct Here {
    resources: Vec<&'static str>,
}

#[derive(Serialize)]
struct StorageClass<'a> {
    platform: &'a str,
    name: &'a str,
    provisioner: &'a str,
    parameters: &'a BTreeMap<String, String>,
    annotations: &'a BTreeMap<String, String>,
    expansion: bool,
    encryption: &'a str,
}

#[derive(Serialize)]
struct Base<'a> {
    platform: &'a str,
    namespaces: Vec<String>,
    network_policies: bool,
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let base = Base {
        network_policies: network.is_everywhere("base"),
        platform: &platform.name,
        namespaces: platform.namespaces(),
    };
    for template in TEMPLATES {
        let origin = Origin {
            template,
            key: "platform",
            custom: "custom/base of a cell",
        };
        files.render(template.to_owned(), origin, &base)?;
    }
    for (index, cell) in platform.cells.iter().enumerate() {
        let policies = network.is_here("base", index).then_some(network::FILE);
        here(platform, cell, policies, files)?;
    }
    Ok(())
}

/// What the base of a cell has that others do not: where its volumes come from.
fn here(
    platform: &Platform,
    cell: &Cell,
    policies: Option<&'static str>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let origin = |template| Origin {
        template,
        key: "regions",
        custom: "custom/base",
    };
    let class = &cell.storage_class;
    if let Some(volumes) = &class.made {
        let context = StorageClass {
            platform: &platform.name,
            name: &class.name,
            provisioner: &volumes.provisioner,
            parameters: &volumes.parameters,
            annotations: &volumes.annotations,
            expansion: volumes.expansion,
            encryption: volumes.encryption,
        };
        let path = overlay::component(cell, "base", STORAGE_CLASS_FILE);
        files.render(path, origin(STORAGE_CLASS), &context)?;
    }
    let made = class.made.as_ref().map(|_| STORAGE_CLASS_FILE);
    let context = Here {
        resources: policies.into_iter().chain(made).collect(),
    };
    let path = overlay::component(cell, "base", "kustomization.yaml");
    files.render(path, origin(HERE), &context)
}
