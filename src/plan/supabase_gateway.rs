//! The gateway's routes: which path goes to which part of Supabase, and which key it needs. The list is closed; what is not in
//! it is not reachable, from inside the cluster neither.

use crate::model::SupabasePart::{self, *};
use crate::model::{Platform, Supabase};
use serde::Serialize;

/// The routes and the parts they lead to.
#[derive(Serialize)]
pub(super) struct Gateway {
    routes: Vec<Route>,
    clusters: Vec<Cluster>,
}

/// Which key a request must bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Key {
    /// None: the part itself decides.
    None,
    /// That of `anon` or of the service role.
    Any,
    /// That of the service role.
    Service,
    /// As `any`, and it may stand in the address, because a browser cannot set the headers of a WebSocket.
    Socket,
}

#[derive(Serialize)]
struct Route {
    name: &'static str,
    path: String,
    exact: bool,
    key: Key,
    cluster: &'static str,
    rewrite: String,
    timeout: &'static str,
    /// The path before which the part thinks it stands.
    prefix: &'static str,
    host: Option<String>,
    profile: Option<&'static str>,
}

#[derive(Serialize)]
struct Cluster {
    name: &'static str,
    host: String,
    port: u16,
}

/// The parts behind the gateway.
const BEHIND: [SupabasePart; 5] = [Auth, Functions, Realtime, Rest, Storage];

/// What auth answers without a key: a person comes there from a mail or from another login.
const OPEN_AUTH: [&str; 6] = [
    "/.well-known/jwks.json",
    "/authorize",
    "/callback",
    "/sso/saml/acs",
    "/sso/saml/metadata",
    "/verify",
];

/// The paths that may be reachable from outside the cluster.
pub(super) fn paths(supabase: &Supabase) -> Vec<&'static str> {
    let mut paths = vec![
        "/auth/v1",
        "/graphql/v1",
        "/realtime/v1",
        "/rest/v1",
        "/storage/v1",
    ];
    if supabase.has(Functions) {
        paths.insert(1, "/functions/v1");
    }
    paths
}

pub(super) fn gateway(platform: &Platform, supabase: &Supabase) -> Gateway {
    let namespace = platform.data_namespace();
    let host = |part: SupabasePart| format!("{}.{namespace}.svc", part.workload());
    let behind = BEHIND.into_iter().filter(|part| supabase.has(*part));
    let open = OPEN_AUTH.into_iter().map(|path| Route {
        path: format!("/auth/v1{path}"),
        rewrite: path.to_owned(),
        exact: true,
        key: Key::None,
        ..route("auth-open", "/auth/v1", Auth)
    });
    let mut routes: Vec<Route> = open.collect();
    routes.push(route("auth", "/auth/v1", Auth));
    // What the database looks like is for the service role.
    routes.push(Route {
        exact: true,
        key: Key::Service,
        ..route("rest-description", "/rest/v1", Rest)
    });
    routes.push(route("rest", "/rest/v1", Rest));
    routes.push(Route {
        path: "/graphql/v1".to_owned(),
        rewrite: "/rpc/graphql".to_owned(),
        exact: true,
        profile: Some("graphql_public"),
        ..route("graphql", "/graphql/v1", Rest)
    });
    // Of realtime's interface only this: the rest administers its tenants, and any token of the cell would open it.
    routes.push(Route {
        path: "/realtime/v1/api/broadcast".to_owned(),
        rewrite: "/api/broadcast".to_owned(),
        host: Some(host(Realtime)),
        ..route("realtime-broadcast", "/realtime/v1", Realtime)
    });
    for socket in ["websocket", "longpoll"] {
        routes.push(Route {
            path: format!("/realtime/v1/{socket}"),
            rewrite: format!("/socket/{socket}"),
            exact: true,
            key: Key::Socket,
            timeout: "0s",
            host: Some(host(Realtime)),
            ..route("realtime", "/realtime/v1", Realtime)
        });
    }
    // Public files and signed addresses need no key; storage judges every token itself.
    routes.push(Route {
        key: Key::None,
        timeout: "300s",
        ..route("storage", "/storage/v1", Storage)
    });
    if supabase.has(Functions) {
        // The main service judges the token, and knows which functions need none.
        routes.push(Route {
            key: Key::None,
            timeout: "150s",
            ..route("functions", "/functions/v1", Functions)
        });
    }
    Gateway {
        routes,
        clusters: behind
            .map(|part| Cluster {
                name: part.name(),
                host: host(part),
                port: part.port(),
            })
            .collect(),
    }
}

/// Everything below a path, with any key.
fn route(name: &'static str, prefix: &'static str, part: SupabasePart) -> Route {
    Route {
        name,
        path: format!("{prefix}/"),
        exact: false,
        key: Key::Any,
        cluster: part.name(),
        rewrite: "/".to_owned(),
        timeout: "30s",
        prefix,
        host: None,
        profile: None,
    }
}
