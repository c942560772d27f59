//! The database: plain PostgreSQL, or the one that Supabase is built upon. Each service that uses it has a role of its own.

use super::{Brought, backups, services};
use crate::model::cell::Cell;
use crate::model::credentials::{Credential, Value};
use crate::model::edges::{Edge, Peer, Pods};
use crate::model::needs::{self, Need};
use crate::model::platform::{Platform, Resources, Service, Store, StoreOrigin};
use crate::model::resolve;
use crate::model::supabase::SUPABASE;
use crate::model::units::Unit;
use crate::spec::Spec;
use crate::spec::names::{Host, Name, Quantity};
use crate::spec::types::{ComponentOverrides, DataClass, EnvironmentKind, StoreKind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Its unit, its workload, its Service and its store.
pub const POSTGRES: &str = "postgres";
/// The port of the database.
pub const POSTGRES_PORT: u16 = 5432;
/// The Job that makes roles, databases and the backup repository.
const SETUP: &str = "postgres-setup";

/// Which PostgreSQL it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PostgresFlavour {
    /// PostgreSQL as its project makes it: each service has a database.
    Plain,
    /// Supabase's, with its extensions: each service has a schema in the one database.
    Supabase,
}

/// The database of every cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Postgres {
    /// Which PostgreSQL it is.
    pub flavour: PostgresFlavour,
    /// Size of the volume, where no environment or cell says otherwise.
    pub storage: Quantity,
    /// StorageClass of the volume; none for the cluster's default.
    pub storage_class: Option<Host>,
    /// Requests and limits.
    pub resources: Resources,
}

/// The database in one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CellPostgres {
    /// Size of the volume.
    pub storage: Quantity,
    /// StorageClass of the volume; none for the cluster's default.
    pub storage_class: Option<Host>,
    /// Requests and limits.
    pub resources: Resources,
}

impl Postgres {
    /// The component that brings it, as platform.toml calls it.
    pub fn component(&self) -> &'static str {
        match self.flavour {
            PostgresFlavour::Plain => POSTGRES,
            PostgresFlavour::Supabase => SUPABASE,
        }
    }

    /// The superuser that the image makes.
    pub fn superuser(&self) -> &'static str {
        match self.flavour {
            PostgresFlavour::Plain => "postgres",
            PostgresFlavour::Supabase => "supabase_admin",
        }
    }

    /// The role of a service, which is also the name of its database or schema. No role of Supabase begins so.
    pub fn role(service: &Name) -> String {
        format!("app_{}", service.replace('-', "_"))
    }

    /// The database in which a service works.
    pub fn database(&self, service: &Name) -> String {
        match self.flavour {
            PostgresFlavour::Plain => Self::role(service),
            PostgresFlavour::Supabase => "postgres".to_owned(),
        }
    }

    /// The Secret with the password of a service's role.
    pub fn secret_of(service: &Name) -> String {
        format!("{service}-postgres")
    }

    /// The names under which the database is reached, the shortest first: that one is the subject of its certificate.
    pub fn hosts(namespace: &str) -> Vec<String> {
        vec![
            POSTGRES.to_owned(),
            format!("{POSTGRES}.{namespace}"),
            format!("{POSTGRES}.{namespace}.svc"),
            format!("{POSTGRES}.{namespace}.svc.cluster.local"),
        ]
    }
}

/// The database that a declaration asks for.
pub(in crate::model) fn postgres(spec: &Spec) -> Option<Postgres> {
    let components = &spec.components;
    let (flavour, storage, storage_class, resources) =
        match (&components.postgres, &components.supabase) {
            (Some(plain), _) => (
                PostgresFlavour::Plain,
                &plain.storage,
                &plain.storage_class,
                &plain.resources,
            ),
            (None, Some(supabase)) => (
                PostgresFlavour::Supabase,
                &supabase.storage,
                &supabase.storage_class,
                &supabase.resources,
            ),
            (None, None) => return None,
        };
    let default = || resolve::quantity("50Gi");
    Some(Postgres {
        flavour,
        storage: storage.clone().unwrap_or_else(default),
        storage_class: storage_class.clone(),
        resources: resolve::resources(resources.as_ref(), ("500m", "2Gi")),
    })
}

/// What it is in a cell.
pub(in crate::model) fn here(
    postgres: &Postgres,
    kind: EnvironmentKind,
    overrides: [Option<&ComponentOverrides>; 2],
) -> CellPostgres {
    let mut here = CellPostgres {
        storage: match kind {
            EnvironmentKind::Local => resolve::quantity("5Gi"),
            EnvironmentKind::Cluster => postgres.storage.clone(),
        },
        storage_class: postgres.storage_class.clone(),
        resources: postgres.resources.clone(),
    };
    for written in overrides.into_iter().flatten() {
        let (storage, class, resources) = match postgres.flavour {
            PostgresFlavour::Plain => {
                let Some(own) = &written.postgres else {
                    continue;
                };
                (&own.storage, &own.storage_class, &own.resources)
            }
            PostgresFlavour::Supabase => {
                let Some(own) = &written.supabase else {
                    continue;
                };
                (&own.storage, &own.storage_class, &own.resources)
            }
        };
        here.storage = storage.clone().unwrap_or(here.storage);
        here.storage_class = class.clone().or(here.storage_class);
        here.resources = resolve::over(&here.resources, resources.as_ref());
    }
    here
}

/// The stores it brings: the database, and with backups their repository.
pub(in crate::model) fn stores(spec: &Spec, services: &BTreeMap<Name, Service>) -> Vec<Store> {
    let Some(postgres) = postgres(spec) else {
        return Vec::new();
    };
    let classes = classes(spec, &postgres, services);
    let repository = backups::store(spec, classes.clone());
    let mut stores = vec![Store {
        id: resolve::name(POSTGRES),
        kind: StoreKind::Postgres,
        classes,
        bucket: None,
        region: None,
        place: None,
        origin: StoreOrigin::Component(postgres.component()),
    }];
    stores.extend(repository);
    stores
}

/// The classes of the data in the database. Supabase keeps accounts in it, and what comes through its interfaces.
fn classes(
    spec: &Spec,
    postgres: &Postgres,
    services: &BTreeMap<Name, Service>,
) -> BTreeSet<DataClass> {
    let components = &spec.components;
    let plain = components.postgres.as_ref();
    let supabase = components.supabase.as_ref();
    match postgres.flavour {
        PostgresFlavour::Plain => {
            let declared = plain.and_then(|written| written.classes.as_ref());
            resolve::classes(declared, services, POSTGRES)
        }
        PostgresFlavour::Supabase => {
            let declared = supabase.and_then(|written| written.classes.as_ref());
            let mut classes = resolve::classes(declared, services, SUPABASE);
            classes.extend(resolve::classes(declared, services, POSTGRES));
            classes.extend([DataClass::Auth, DataClass::Pii]);
            classes
        }
    }
}

/// Pods of the database's unit.
pub(super) fn pods(platform: &Platform, workload: &str) -> Pods {
    Pods::workload(
        &platform.name,
        &platform.data_namespace(),
        workload,
        POSTGRES,
    )
}

/// A way to the database, at some of its ports.
pub(super) fn way(platform: &Platform, from: Pods, ports: &[u16], because: &str) -> Edge {
    Edge {
        from: Peer::Pods(from),
        to: Peer::Pods(pods(platform, POSTGRES)),
        ports: ports.to_vec(),
        because: because.to_owned(),
    }
}

/// The services that use the database.
pub(crate) fn users(platform: &Platform) -> impl Iterator<Item = &Service> {
    let services = platform.services.values();
    services.filter(|service| service.uses.contains(POSTGRES))
}

pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    let (Some(postgres), Some(here)) = (&platform.postgres, &cell.postgres) else {
        return;
    };
    let data = platform.data_namespace();
    let key = format!("components.{}", postgres.component());
    brought.units.push(Unit {
        key: key.clone(),
        ..Unit::store(POSTGRES, data.clone(), Unit::DATABASE_WAVE)
    });
    let database = Need::of_pods(POSTGRES, &data, POSTGRES, 1, here.resources.clone());
    let class = here.storage_class.as_ref();
    brought
        .needs
        .push(database.with_claims(1, &here.storage, class));
    let setup = needs::fixed("100m", "256Mi");
    brought
        .needs
        .push(Need::of_pods(POSTGRES, &data, SETUP, 1, setup));
    if backups::has_image(platform) {
        let setup = pods(platform, SETUP);
        let way = way(platform, setup, &[POSTGRES_PORT], &key);
        brought.edges.push(way);
    }
    for service in users(platform) {
        let because = format!("services.{}.uses", service.name);
        let pods = services::pods(platform, service);
        brought
            .edges
            .push(way(platform, pods, &[POSTGRES_PORT], &because));
    }
    credentials(platform, postgres, &data, &mut brought.credentials);
    backups::bring(platform, cell, brought);
}

fn credentials(
    platform: &Platform,
    postgres: &Postgres,
    data: &str,
    credentials: &mut Vec<Credential>,
) {
    let own = |name: &str, purpose: &str| Credential::new(name, [data.to_owned()], purpose);
    let password = || Value::Password { length: 40 };
    let superuser = format!("the password of the superuser `{}`", postgres.superuser());
    credentials.push(
        own(POSTGRES, &superuser)
            .with("password", password())
            .on_rotation("sync postgres: its setup job gives the role the new password"),
    );
    credentials.push(certificate(
        own(
            "postgres-tls",
            "the database's certificate, which also lets its setup job in",
        )
        .on_rotation("restart the database, then sync postgres"),
        data,
    ));
    if postgres.flavour == PostgresFlavour::Supabase {
        credentials.push(
            own("postgres-vault", "the root key of pgsodium and vault")
                .with_lasting("root-key", Value::Hex { bytes: 32 })
                .on_rotation("never: what vault holds can only be read with it"),
        );
    }
    for service in users(platform) {
        let namespaces = [service.namespace.clone(), data.to_owned()];
        let purpose = format!("the password of {}'s role in the database", service.name);
        credentials.push(
            Credential::new(Postgres::secret_of(&service.name), namespaces, &purpose)
                .with("password", password())
                .on_rotation("sync postgres, then restart the service"),
        );
    }
}

/// Adds a certificate of the database's host, with its key.
pub(super) fn certificate(credential: Credential, namespace: &str) -> Credential {
    let certificate = "tls.crt".to_owned();
    let hosts = Postgres::hosts(namespace);
    credential
        .with("tls.crt", Value::Certificate { hosts })
        .with("tls.key", Value::PrivateKey { certificate })
}
