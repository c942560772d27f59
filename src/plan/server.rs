//! `cluster/data/valkey` and `cluster/data/rabbitmq`: stores that are one server with one volume, and what each cell
//! changes of them.

use super::network::{self, Network};
use super::resources::Resources;
use super::{Files, Origin};
use crate::model::{
    Cell, CellServer, Platform, RABBITMQ_PORT, Rabbitmq, VALKEY_PORT, Valkey, quantity, secret_of,
};
use serde::Serialize;

/// How much of its memory limit Valkey may fill, in percent: while it rewrites its log, what is written meanwhile is there twice.
const FILLED: u32 = 60;

/// One kind of server: its component and its files.
struct Kind {
    name: &'static str,
    templates: &'static [&'static str],
    difference: &'static str,
}

const VALKEY: Kind = Kind {
    name: "valkey",
    templates: &[
        "cluster/data/valkey/kustomization.yaml",
        "cluster/data/valkey/pdb.yaml",
        "cluster/data/valkey/service.yaml",
        "cluster/data/valkey/serviceaccount.yaml",
        "cluster/data/valkey/statefulset.yaml",
        "cluster/data/valkey/users.sh",
        "cluster/data/valkey/valkey.conf",
    ],
    difference: "cluster/overlays/cell/valkey/cell/kustomization.yaml",
};

const RABBITMQ: Kind = Kind {
    name: "rabbitmq",
    templates: &[
        "cluster/data/rabbitmq/definitions.sh",
        "cluster/data/rabbitmq/enabled_plugins",
        "cluster/data/rabbitmq/forget-users.sh",
        "cluster/data/rabbitmq/kustomization.yaml",
        "cluster/data/rabbitmq/pdb.yaml",
        "cluster/data/rabbitmq/rabbitmq.conf",
        "cluster/data/rabbitmq/service.yaml",
        "cluster/data/rabbitmq/serviceaccount.yaml",
        "cluster/data/rabbitmq/statefulset.yaml",
    ],
    difference: "cluster/overlays/cell/rabbitmq/cell/kustomization.yaml",
};

#[derive(Serialize)]
struct Base<'a> {
    platform: &'a str,
    namespace: String,
    port: u16,
    image: String,
    eviction: String,
    maxmemory: String,
    resources: Resources<'a>,
    storage: &'a str,
    storage_class: Option<&'a str>,
    users: Vec<User>,
    user_names: String,
    network_policies: &'static str,
}

/// A service's user: its Secret, and where its password is mounted.
#[derive(Serialize)]
struct User {
    secret: String,
    path: String,
}

#[derive(Serialize)]
struct Difference<'a> {
    network_policies: Option<&'static str>,
    namespace: String,
    maxmemory: String,
    resources: Resources<'a>,
    storage: Option<&'a str>,
    storage_class: Option<&'a str>,
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    if let Some(Valkey { server, eviction }) = &platform.valkey {
        let mut base = base(platform, &VALKEY, server, VALKEY_PORT)?;
        base.eviction = eviction.name().to_owned();
        let here = |cell: &'_ Cell| cell.valkey.clone();
        server_files(platform, network, &VALKEY, server, &base, here, files)?;
    }
    if let Some(Rabbitmq { server }) = &platform.rabbitmq {
        let base = base(platform, &RABBITMQ, server, RABBITMQ_PORT)?;
        let here = |cell: &'_ Cell| cell.rabbitmq.clone();
        server_files(platform, network, &RABBITMQ, server, &base, here, files)?;
    }
    Ok(())
}

fn base<'a>(
    platform: &'a Platform,
    kind: &Kind,
    server: &'a CellServer,
    port: u16,
) -> anyhow::Result<Base<'a>> {
    let services = platform.services.values();
    let names: Vec<&str> = services
        .filter(|service| service.uses.contains(kind.name))
        .map(|service| service.name.as_str())
        .collect();
    Ok(Base {
        platform: &platform.name,
        namespace: platform.data_namespace(),
        port,
        image: platform.image(kind.name)?,
        eviction: String::new(),
        maxmemory: maxmemory(server),
        resources: (&server.resources).into(),
        storage: &server.storage,
        storage_class: server.storage_class.as_deref(),
        users: names.iter().map(|name| user(name, kind)).collect(),
        user_names: names.join(" "),
        network_policies: network::FILE,
    })
}

fn user(service: &str, kind: &Kind) -> User {
    User {
        secret: secret_of(service, kind.name),
        path: format!("{service}/password"),
    }
}

fn maxmemory(server: &CellServer) -> String {
    quantity::bytes(&server.resources.memory_limit, FILLED).to_string()
}

fn server_files(
    platform: &Platform,
    network: &Network<'_>,
    kind: &Kind,
    server: &CellServer,
    base: &Base<'_>,
    here: impl Fn(&Cell) -> Option<CellServer>,
    files: &mut Files,
) -> anyhow::Result<()> {
    let key = format!("components.{}", kind.name);
    let custom = format!("custom/{}", kind.name);
    for template in kind.templates {
        let origin = Origin {
            template,
            key: &key,
            custom: &format!("{custom} of a cell"),
        };
        files.render((*template).to_owned(), origin, base)?;
    }
    for (index, cell) in platform.cells.iter().enumerate() {
        let Some(here) = here(cell) else { continue };
        let is_here = network.is_here(kind.name, index);
        let difference = Difference {
            network_policies: is_here.then_some(network::FILE),
            namespace: platform.data_namespace(),
            maxmemory: maxmemory(&here),
            // Always: a Component without anything in it is an error.
            resources: (&here.resources).into(),
            storage: (here.storage != server.storage).then_some(&here.storage),
            storage_class: here
                .storage_class
                .as_deref()
                .filter(|class| server.storage_class.as_deref() != Some(*class)),
        };
        let origin = Origin {
            template: kind.difference,
            key: &key,
            custom: &custom,
        };
        let path = format!("{}/{}/cell/kustomization.yaml", cell.overlay(), kind.name);
        files.render(path, origin, &difference)?;
    }
    Ok(())
}
