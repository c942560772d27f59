//! `cluster/base`: what every cell has before anything runs in it.

use super::{Files, Origin};
use crate::model::Platform;
use serde::Serialize;

#[derive(Serialize)]
struct Base<'a> {
    platform: &'a str,
    namespaces: Vec<String>,
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let base = Base {
        platform: &platform.name,
        namespaces: vec![platform.apps_namespace(), platform.data_namespace()],
    };
    let origin = Origin {
        template: "cluster/base/namespaces.yaml",
        key: "platform",
        custom: "custom/base of a cell",
    };
    files.render("cluster/base/namespaces.yaml".to_owned(), origin, &base)?;
    Ok(())
}
