//! `bootstrap/`: how a cell comes to life before Argo CD can do anything, and the cell on a laptop.

use super::{Files, Origin};
use crate::catalogue::{ARGO_CD, K3S};
use crate::digest::Digest;
use crate::model::{Cell, Platform, Secrets};
use crate::spec::types::EnvironmentKind;
use serde::Serialize;

/// k3d takes no longer name of a cluster.
const LONGEST_K3D_NAME: usize = 32;

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    library(platform, files)?;
    files.render(
        "bootstrap/argocd/argocd-cm.yaml".to_owned(),
        origin("bootstrap/argocd-cm.yaml", ""),
        &(),
    )?;
    for cell in &platform.cells {
        bootstrap_cell(platform, cell, files)?;
        if cell.kind == EnvironmentKind::Local {
            laptop(platform, cell, files)?;
        }
    }
    Ok(())
}

/// The script that brings a cell to life, relative to the repository.
pub(super) fn script(cell: &Cell) -> String {
    format!("{}/bootstrap.sh", folder(cell))
}

/// The name of a cell's cluster as its tools know it.
///
/// k3d takes at most 32 characters; a longer name keeps its beginning and gets a checksum of the whole, so that it stays
/// the same on every machine and no two become equal.
pub(super) fn cluster(cell: &Cell) -> String {
    if cell.kind != EnvironmentKind::Local || cell.cluster.len() <= LONGEST_K3D_NAME {
        return cell.cluster.clone();
    }
    let mut checksum = Digest::of(cell.cluster.as_bytes()).to_string();
    checksum.truncate(8);
    let kept: String = cell
        .cluster
        .chars()
        .take(LONGEST_K3D_NAME - checksum.len() - 1)
        .collect();
    format!("{}-{checksum}", kept.trim_end_matches('-'))
}

/// The name of the Application, and of its project, that leads to all others of a cell.
pub(super) fn root(platform: &Platform) -> String {
    format!("{}-root", platform.name)
}

fn folder(cell: &Cell) -> String {
    format!("bootstrap/{}", cell.name.as_str())
}

fn origin<'a>(template: &'static str, key: &'a str) -> Origin<'a> {
    Origin {
        template,
        key,
        custom: "",
    }
}

fn library(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct ArgoCd<'a> {
        version: &'a str,
        sha256: &'a str,
        url: String,
        level: &'static str,
    }
    #[derive(Serialize)]
    struct Namespace<'a> {
        name: &'a str,
        level: &'static str,
    }
    #[derive(Serialize)]
    struct Cluster<'a> {
        name: &'a str,
        cluster: String,
    }
    #[derive(Serialize)]
    struct Library<'a> {
        platform: &'a str,
        data_namespace: String,
        namespaces: Vec<Namespace<'a>>,
        repository: &'a str,
        argocd: ArgoCd<'a>,
        cells: Vec<Cluster<'a>>,
    }
    let all = platform.namespaces();
    // Only those of services and stores: what operators need is theirs to make.
    let holds_secrets = |name: &str| {
        name == platform.data_namespace()
            || name == platform.apps_namespace()
            || platform.teams.values().any(|team| team.namespace == name)
    };
    let namespaces = all.values().filter(|n| holds_secrets(&n.name));
    let context = Library {
        platform: &platform.name,
        data_namespace: platform.data_namespace(),
        namespaces: namespaces
            .map(|namespace| Namespace {
                name: &namespace.name,
                level: namespace.level.name(),
            })
            .collect(),
        repository: &platform.repository.url,
        argocd: ArgoCd {
            version: &ARGO_CD.version,
            sha256: &ARGO_CD.install_sha256,
            url: format!(
                "https://raw.githubusercontent.com/argoproj/argo-cd/{}/manifests/install.yaml",
                ARGO_CD.version
            ),
            level: all.get("argocd").map_or("baseline", |n| n.level.name()),
        },
        cells: platform
            .cells
            .iter()
            .map(|cell| Cluster {
                name: &cell.name,
                cluster: cluster(cell),
            })
            .collect(),
    };
    files.render(
        "bootstrap/lib.sh".to_owned(),
        origin("bootstrap/lib.sh", ""),
        &context,
    )
}

fn bootstrap_cell(platform: &Platform, cell: &Cell, files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Script<'a> {
        cell: &'a str,
        cluster: String,
        secrets: &'static str,
    }
    #[derive(Serialize)]
    struct Root<'a> {
        name: String,
        platform: &'a str,
        description: String,
        repository: &'a str,
        branch: &'a str,
        overlay: String,
    }
    let script_context = Script {
        cell: &cell.name,
        cluster: cluster(cell),
        secrets: match platform.secrets_of(cell) {
            Secrets::Direct if cell.credentials.is_empty() => "none",
            Secrets::Direct => "direct",
            Secrets::SealedSecrets => "sealed-secrets",
            Secrets::ExternalSecrets(_) => "external-secrets",
        },
    };
    let root_context = Root {
        name: root(platform),
        platform: &platform.name,
        description: format!(
            "Leads to every Application of cell {}, and allows nothing else",
            cell.name.as_str()
        ),
        repository: &platform.repository.url,
        branch: &platform.branch,
        overlay: cell.overlay(),
    };
    let key = format!("environments.{}", cell.environment.as_str());
    files.render(
        script(cell),
        origin("bootstrap/bootstrap.sh", &key),
        &script_context,
    )?;
    files.render(
        format!("{}/root.yaml", folder(cell)),
        origin("bootstrap/root.yaml", &key),
        &root_context,
    )
}

/// What `make dev` needs: the cluster, and a script that creates it and deploys the cell.
fn laptop(platform: &Platform, cell: &Cell, files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Cluster {
        name: String,
        image: String,
    }
    #[derive(Serialize)]
    struct Service<'a> {
        name: &'a str,
        namespace: &'a str,
    }
    #[derive(Serialize)]
    struct Script<'a> {
        name: String,
        overlay: String,
        root: String,
        units: Vec<String>,
        services: Vec<Service<'a>>,
    }
    let key = format!("environments.{}", cell.environment.as_str());
    let folder = format!("bootstrap/{}", cell.environment.as_str());
    files.render(
        format!("{folder}/k3d.yaml"),
        origin("bootstrap/k3d.yaml", &key),
        &Cluster {
            name: cluster(cell),
            image: K3S.reference(),
        },
    )?;
    files.render(
        format!("{folder}/dev.sh"),
        origin("bootstrap/dev.sh", &key),
        &Script {
            name: cluster(cell),
            overlay: cell.overlay(),
            root: root(platform),
            units: cell.units.iter().map(|unit| unit.name.clone()).collect(),
            services: platform
                .services
                .values()
                .map(|service| Service {
                    name: &service.name,
                    namespace: &service.namespace,
                })
                .collect(),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::load;

    fn platform(name: &str) -> Platform {
        let text = format!(
            "schema = 1\n[platform]\nname = \"{name}\"\nrepository = \"https://github.com/acme/platform\"\n\
             registry = \"ghcr.io/acme\"\n[residency.jurisdictions.ES]\ncountries = [\"ES\"]\n[regions.es]\n\
             jurisdiction = \"ES\"\nprovider = \"gcp\"\nlocation = \"europe-southwest1\"\n\
             domain = \"es.acme.example\"\n[environments.dev-local]\nkind = \"local\"\n[services.web]\nport = 3000\n"
        );
        load(&text)
            .map(|(platform, _)| platform)
            .unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    #[test]
    fn a_name_that_k3d_takes_stays_and_a_longer_one_is_shortened() {
        let short = platform("carebase");
        assert_eq!(cluster(&short.cells[0]), "carebase-dev-local-local");
        let one = platform("carebase-hospitals-a");
        let two = platform("carebase-hospitals-b");
        let (one, two) = (cluster(&one.cells[0]), cluster(&two.cells[0]));
        assert_ne!(one, two);
        for name in [one, two] {
            assert!(
                name.len() <= LONGEST_K3D_NAME && name.starts_with("carebase-hospitals-"),
                "{name}"
            );
        }
    }
}
