//! `cluster/base`: what every cell has before anything runs in it.

use super::network::Network;
use super::{Files, Origin};
use crate::model::Platform;
use serde::Serialize;

const TEMPLATES: [&str; 3] = [
    "cluster/base/kustomization.yaml",
    "cluster/base/namespaces.yaml",
    "cluster/base/default-deny.yaml",
];

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
    Ok(())
}
