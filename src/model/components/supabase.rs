//! Supabase: what its parts reach, which Secrets they need, and what services get that use it.

use super::{Brought, services};
use crate::model::cell::Cell;
use crate::model::credentials::{Credential, Value};
use crate::model::edges::{Edge, Peer, Pods};
use crate::model::ingress::Exposed;
use crate::model::needs::Need;
use crate::model::object_users::{ObjectRights, ObjectUser};
use crate::model::platform::{Platform, Service, Store, StoreOrigin};
use crate::model::supabase::{CellSupabase, SUPABASE, SUPABASE_BUCKET, SupabasePart};
use crate::model::units::{Part, Unit};
use crate::model::{POSTGRES_PORT, resolve};
use crate::spec::Spec;
use crate::spec::names::Name;
use crate::spec::types::{DataClass, StoreKind};
use std::collections::{BTreeMap, BTreeSet};

/// The workload and the unit of the database.
const POSTGRES: &str = "postgres";
/// The Secret with the keys of the programming interfaces.
const JWT: &str = "supabase-jwt";

/// The stores it brings: accounts, and the bucket of files. The database is brought by its own component.
pub(in crate::model) fn stores(spec: &Spec, services: &BTreeMap<Name, Service>) -> Vec<Store> {
    let Some(component) = &spec.components.supabase else {
        return Vec::new();
    };
    let data = resolve::classes(component.classes.as_ref(), services, SUPABASE);
    // Accounts are of persons, and in them is who may log in.
    let accounts = data
        .iter()
        .copied()
        .chain([DataClass::Auth, DataClass::Pii]);
    let store = |id, kind, classes, bucket| Store {
        id: resolve::name(id),
        kind,
        classes,
        bucket,
        region: None,
        place: None,
        origin: StoreOrigin::Component(SUPABASE),
    };
    let bucket = format!("{}-{{environment}}-{{region}}-storage", spec.platform.name);
    vec![
        store(
            SUPABASE,
            StoreKind::AuthIdentities,
            accounts.collect(),
            None,
        ),
        store(SUPABASE_BUCKET, StoreKind::Bucket, data, Some(bucket)),
    ]
}

pub(super) fn bring(platform: &Platform, cell: &Cell, brought: &mut Brought) {
    let Some(here) = &cell.supabase else {
        return;
    };
    let data = platform.data_namespace();
    brought.units.push(unit(data.clone()));
    for (part, size) in &here.parts {
        // What there may be only one of is stopped before its successor starts.
        let surge = u32::from(!part.is_single());
        let pods = size.replicas.saturating_add(surge);
        let resources = size.resources.clone();
        let need = Need::of_pods(SUPABASE, &data, part.workload(), pods, resources);
        brought.needs.push(need);
    }
    edges(platform, here, &mut brought.edges);
    outside(platform, here, &mut brought.edges);
    expose(platform, cell, here, brought);
    credentials(&data, here, &mut brought.credentials);
    for service in users(platform) {
        brought.credentials.push(service_credential(service));
    }
    brought.object_users.push(object_user(platform));
}

/// It keeps nothing itself: what it may deploy is what services may, and a project of its own keeps it from the stores.
fn unit(namespace: String) -> Unit {
    Unit {
        part: Part::Apps,
        project: SUPABASE.to_owned(),
        ..Unit::store(SUPABASE, namespace, Unit::UPON_STORES_WAVE)
    }
}

/// The pods of a part.
fn pods(platform: &Platform, part: SupabasePart) -> Pods {
    let data = platform.data_namespace();
    Pods::workload(&platform.name, &data, part.workload(), SUPABASE)
}

fn users(platform: &Platform) -> impl Iterator<Item = &Service> {
    let all = platform.services.values();
    all.filter(|service| service.uses.contains(SUPABASE))
}

/// Who reaches whom inside the cell.
fn edges(platform: &Platform, here: &CellSupabase, edges: &mut Vec<Edge>) {
    use SupabasePart::*;
    let has = |part| here.parts.contains_key(&part);
    let ways = [
        (Gateway, Auth),
        (Gateway, Rest),
        (Gateway, Realtime),
        (Gateway, Storage),
        (Gateway, Functions),
        (Functions, Gateway),
        (Storage, Imgproxy),
        (Studio, Gateway),
        (Studio, Meta),
        (Studio, Analytics),
    ];
    let open = ways.into_iter().filter(|(from, to)| has(*from) && has(*to));
    edges.extend(open.map(|(from, to)| Edge {
        from: Peer::Pods(pods(platform, from)),
        to: Peer::Pods(pods(platform, to)),
        ports: vec![to.port()],
        because: format!("components.{SUPABASE}"),
    }));
    let data = platform.data_namespace();
    let database = Pods::workload(&platform.name, &data, POSTGRES, POSTGRES);
    let clients = [
        Analytics, Auth, Functions, Meta, Pooler, Realtime, Rest, Storage,
    ];
    let clients = clients.into_iter().filter(|part| has(*part));
    edges.extend(clients.map(|part| Edge {
        from: Peer::Pods(pods(platform, part)),
        to: Peer::Pods(database.clone()),
        ports: vec![POSTGRES_PORT],
        because: format!("components.{SUPABASE}"),
    }));
    edges.extend(users(platform).map(|service| Edge {
        from: Peer::Pods(services::pods(platform, service)),
        to: Peer::Pods(pods(platform, Gateway)),
        ports: vec![Gateway.port()],
        because: format!("services.{}.uses", service.name),
    }));
}

/// The gateway is reached from outside.
fn expose(platform: &Platform, cell: &Cell, here: &CellSupabase, brought: &mut Brought) {
    let Some(host) = here.host.clone() else {
        return;
    };
    let gateway = SupabasePart::Gateway;
    let exposed = Exposed {
        name: gateway.workload().to_owned(),
        namespace: platform.data_namespace(),
        host,
    };
    let pods = (pods(platform, gateway), gateway.port());
    let because = format!("components.{SUPABASE}.expose");
    brought.expose(&platform.ingress_of(cell), exposed, pods, because);
}

/// What is reached outside.
fn outside(platform: &Platform, here: &CellSupabase, edges: &mut Vec<Edge>) {
    let mail = here.mail.as_ref().and_then(|id| platform.endpoint(id));
    edges.extend(mail.map(|endpoint| Edge {
        from: Peer::Pods(pods(platform, SupabasePart::Auth)),
        to: Peer::Outside {
            host: endpoint.host.to_string(),
            cidrs: endpoint.cidrs.iter().map(ToString::to_string).collect(),
        },
        ports: endpoint.ports.clone(),
        because: format!("components.{SUPABASE}.smtp"),
    }));
}

/// Storage keeps files in the object store; imgproxy reads them there through addresses that storage signs.
fn object_user(platform: &Platform) -> ObjectUser {
    let name = SupabasePart::Storage.workload();
    ObjectUser {
        name: name.to_owned(),
        pods: vec![
            pods(platform, SupabasePart::Imgproxy),
            pods(platform, SupabasePart::Storage),
        ],
        secret: ObjectUser::secret_of(name),
        namespaces: vec![platform.data_namespace()],
        buckets: BTreeSet::from([resolve::name(SUPABASE_BUCKET)]),
        rights: ObjectRights::ReadWrite,
        because: format!("components.{SUPABASE}"),
    }
}

fn credentials(data: &str, here: &CellSupabase, credentials: &mut Vec<Credential>) {
    let secret = |name: &str, purpose| Credential::new(name, [data.to_owned()], purpose);
    let password = |length| Value::Password { length };
    let token = |role: &str| Value::Jwt {
        role: role.to_owned(),
        secret: JWT.to_owned(),
        key: "jwt-secret".to_owned(),
    };
    let has = |part| here.parts.contains_key(&part);
    let database = [
        "authenticator",
        "pgbouncer",
        "postgres",
        "supabase-auth-admin",
        "supabase-functions-admin",
        "supabase-storage-admin",
    ];
    let roles = secret(
        "supabase-database",
        "the passwords of Supabase's roles in the database",
    )
    .on_rotation("sync postgres, whose setup job changes the roles, then restart Supabase");
    let with = |credential: Credential, role: &&str| credential.with(role, password(40));
    credentials.push(database.iter().fold(roles, with));
    credentials.extend([
        secret(
            JWT,
            "the key that signs tokens, and the two tokens that clients begin with",
        )
        .with("jwt-secret", password(64))
        .with("anon-key", token("anon"))
        .with("service-role-key", token("service_role"))
        .on_rotation("every session ends; restart Supabase and give clients the new anon key"),
        secret("supabase-realtime", "what realtime encrypts and signs with")
            .with("secret-key-base", password(64))
            .with("db-enc-key", password(16))
            .with("db-enc-key-gcm", password(32))
            .with("metrics-jwt-secret", password(48))
            .with("cookie", password(40))
            .on_rotation("restart realtime, which writes its tenant anew"),
        secret(
            "supabase-meta",
            "with it studio hides the database's password from meta's logs",
        )
        .with("crypto-key", password(48))
        .on_rotation("restart studio and meta together"),
        secret(
            "supabase-storage-s3",
            "the keys of storage's own S3 interface",
        )
        .with("access-key-id", Value::Hex { bytes: 16 })
        .with("secret-access-key", Value::Hex { bytes: 32 })
        .on_rotation("restart storage and give the new keys to its S3 clients"),
    ]);
    if has(SupabasePart::Pooler) {
        let pooler = secret("supabase-pooler", "what the pooler encrypts and signs with")
            .with("secret-key-base", password(64))
            .with("vault-enc-key", password(32))
            .with("api-jwt-secret", password(48))
            .with("metrics-jwt-secret", password(48))
            .with("cookie", password(40))
            .on_rotation("restart the pooler, which writes its tenant anew");
        credentials.push(pooler);
    }
    if has(SupabasePart::Analytics) {
        let analytics = secret("supabase-analytics", "the tokens of Logflare")
            .with("public-access-token", password(48))
            .with("private-access-token", password(48))
            .with("cookie", password(40))
            .on_rotation("restart analytics and studio, and whatever sends logs");
        credentials.push(analytics);
    }
    if here.mail.is_some() {
        let smtp = secret("supabase-smtp", "the login at the mail relay")
            .with("user", Value::Given)
            .with("password", Value::Given)
            .on_rotation("restart auth");
        credentials.push(smtp);
    }
}

/// What a service gets that uses Supabase.
fn service_credential(service: &Service) -> Credential {
    let copy = |key: &str| Value::Copy {
        secret: JWT.to_owned(),
        key: key.to_owned(),
    };
    Credential::new(
        service_secret(service),
        [service.namespace.clone()],
        &format!("the keys with which {} uses Supabase", service.name),
    )
    .with("anon-key", copy("anon-key"))
    .with("service-role-key", copy("service-role-key"))
    .on_rotation("follows supabase-jwt; restart the service")
}

/// The name of the Secret of a service that uses Supabase.
pub(in crate::model) fn service_secret(service: &Service) -> String {
    format!("{}-{SUPABASE}", service.name)
}
