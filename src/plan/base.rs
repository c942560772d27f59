//! `cluster/base`: what every cell has before anything runs in it.

use super::{Files, Origin};
use crate::model::Platform;
use serde::Serialize;

const TEMPLATES: [&str; 3] = [
    "cluster/base/kustomization.yaml",
    "cluster/base/namespaces.yaml",
    "cluster/base/network-policies.yaml",
];

#[derive(Serialize)]
struct Base<'a> {
    platform: &'a str,
    namespaces: Vec<String>,
    /// Where cert-manager answers challenges, if it makes certificates for anything.
    solver_namespace: Option<String>,
    ingress_namespace: &'a str,
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let exposed = platform.services.values().any(|s| s.expose.is_some());
    let solves = exposed && platform.ingress.cluster_issuer.is_some();
    let base = Base {
        solver_namespace: solves.then(|| platform.apps_namespace()),
        ingress_namespace: &platform.ingress.namespace,
        platform: &platform.name,
        namespaces: vec![platform.apps_namespace(), platform.data_namespace()],
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
