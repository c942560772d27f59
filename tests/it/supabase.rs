//! Supabase: what is rendered fits together with the Secrets and the edges of the model, and leaves no trace without its table.

use crate::plan::{build, declaration, load};
use platformctl::model::credentials::Value as Source;
use platformctl::model::edges::{Edge, Peer};
use platformctl::model::{self, Cell, Platform, SupabasePart};
use platformctl::plan::Plan;
use serde::Deserialize as _;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const COMPONENT: &str = r#"
[[endpoints]]
id = "relay"
host = "smtp.example.es"
ports = [587]
cidrs = ["203.0.113.10/32"]
country = "ES"
classes = ["pii"]
regions = ["es"]
[components.supabase]
classes = ["phi", "pii"]
expose = "data"
site = "frontend"
redirect-urls = ["com.acme.app://callback"]
analytics = true
public-functions = ["webhook"]
smtp = { endpoints = ["relay"], from = "no-reply@carebase.example" }
"#;

/// The full example with Supabase, used by one service.
fn text() -> String {
    let text = declaration("full");
    let used = text.replacen(
        "uses = [\"objects\", \"exports\"]",
        "uses = [\"objects\", \"exports\", \"supabase\"]",
        1,
    );
    assert_ne!(text, used, "the example still has that line");
    used + COMPONENT
}

fn documents(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .collect()
}

/// Every Deployment of Supabase in a cell: as it is everywhere, with the variables that the cell adds.
fn deployments(plan: &Plan, cell: &Cell) -> BTreeMap<String, Vec<Value>> {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let base = "cluster/data/supabase/";
    let files = plan.files.iter();
    let own = files.filter(|(path, _)| path.starts_with(base) && path.ends_with(".yaml"));
    for (_, file) in own.filter(|(path, _)| !path.ends_with("envoy.yaml")) {
        for object in documents(&file.content) {
            if object["kind"] == "Deployment" {
                let name = object["metadata"]["name"].as_str().expect("a name");
                found.insert(name.to_owned(), env(&object));
            }
        }
    }
    let path = format!("{}/supabase/cell/kustomization.yaml", cell.overlay());
    let differences = &documents(&plan.files[&path].content)[0];
    for patch in differences["patches"].as_array().expect("patches") {
        let object = &documents(patch["patch"].as_str().expect("text"))[0];
        if object["kind"] == "Deployment" {
            let name = object["metadata"]["name"].as_str().expect("a name");
            let known = found.get_mut(name).expect("a Deployment that is there");
            known.extend(env(object));
        }
    }
    found
}

fn env(object: &Value) -> Vec<Value> {
    let spec = &object["spec"]["template"]["spec"];
    let lists = ["initContainers", "containers"].map(|key| spec[key].as_array());
    let containers = lists.into_iter().flatten().flatten();
    containers
        .filter_map(|container| container["env"].as_array())
        .flatten()
        .cloned()
        .collect()
}

fn value<'a>(env: &'a [Value], name: &str) -> &'a str {
    let mut found = env.iter().filter(|variable| variable["name"] == name);
    let variable = found.next_back().unwrap_or_else(|| panic!("no {name}"));
    variable["value"]
        .as_str()
        .unwrap_or_else(|| panic!("{name} has no text"))
}

fn has(env: &[Value], name: &str) -> bool {
    env.iter().any(|variable| variable["name"] == name)
}

fn cell<'a>(platform: &'a Platform, name: &str) -> &'a Cell {
    platform.cell(name).expect("the cell is there")
}

#[test]
fn without_its_table_there_is_no_trace() {
    let plan = build(&declaration("full"));
    for (path, file) in &plan.files {
        assert!(!path.contains("supabase"), "{path}");
        // The schema says what may be written.
        if !path.ends_with("schema.json") {
            let text = file.content.to_ascii_lowercase();
            assert!(!text.contains("supabase"), "{path}");
        }
    }
    let platform = load(&declaration("full"));
    assert!(platform.supabase.is_none() && platform.store("storage").is_none());
    for cell in &platform.cells {
        let edges = format!("{:?}{:?}", cell.edges, cell.credentials);
        assert!(!edges.contains("supabase"), "{}", cell.name);
    }
}

#[test]
fn a_part_that_does_not_run_leaves_no_trace() {
    let off = "functions = false\npooler = false\nclasses = [\"phi\"]\n";
    let text = format!("{}\n[components.supabase]\n{off}", declaration("full"));
    let plan = build(&text);
    for part in ["analytics", "functions", "pooler"] {
        let name = format!("supabase-{part}");
        for (path, file) in &plan.files {
            let is_own = path.starts_with("cluster/") || path == "docs/supabase.md";
            // The database keeps the role and the schemas all the same: it may be switched on later.
            let is_init = path.starts_with("cluster/data/postgres/supabase/");
            if is_own && !is_init {
                assert!(
                    !file.content.contains(&format!("{name}:")),
                    "{path}: {name}"
                );
                assert!(
                    !file.content.contains(&format!("name: {name}\n")),
                    "{path}: {name}"
                );
            }
        }
    }
    let envoy = &plan.files["cluster/data/supabase/envoy.yaml"].content;
    assert!(!envoy.contains("/functions/v1"));
    assert!(
        !plan
            .files
            .contains_key("cluster/data/supabase/ingress.yaml")
    );
}

/// Secrets that other parts of the platform bring: the database's superuser, and the certificate of the object store.
const BROUGHT_BY_OTHERS: [(&str, &str); 2] =
    [("postgres", "password"), ("object-storage-ca", "ca.crt")];

#[test]
fn every_key_of_a_secret_that_a_pod_reads_is_made_in_its_cell() {
    let text = text();
    let (platform, plan) = (load(&text), build(&text));
    for cell in &platform.cells {
        let mut made: BTreeSet<(&str, &str)> = BTreeSet::from(BROUGHT_BY_OTHERS);
        let data = platform.data_namespace();
        for credential in cell
            .credentials
            .iter()
            .filter(|c| c.namespaces.contains(&data))
        {
            let keys = credential.keys.iter();
            made.extend(keys.map(|key| (credential.name.as_str(), key.key.as_str())));
        }
        let mut read = BTreeSet::new();
        for (workload, env) in deployments(&plan, cell) {
            for variable in env {
                let from = &variable["valueFrom"]["secretKeyRef"];
                if let (Some(name), Some(key)) = (from["name"].as_str(), from["key"].as_str()) {
                    assert!(
                        made.contains(&(name, key)),
                        "{}: {workload} reads {name}/{key}",
                        cell.name
                    );
                    read.insert((name.to_owned(), key.to_owned()));
                }
            }
        }
        // And nothing is made that nobody reads; the setup job of the database reads the one key left.
        for (name, key) in made
            .iter()
            .filter(|(name, _)| name.starts_with("supabase-"))
        {
            let is_read = read.contains(&((*name).to_owned(), (*key).to_owned()));
            let is_sql = *name == "supabase-database" && *key == "supabase-functions-admin";
            let is_for_senders = *name == "supabase-analytics" && *key == "public-access-token";
            assert!(
                is_read || is_sql || is_for_senders,
                "{}: nobody reads {name}/{key}",
                cell.name
            );
        }
    }
}

#[test]
fn secrets_have_the_lengths_that_their_readers_ask_for() {
    let platform = load(&text());
    let credentials = &cell(&platform, "production/es").credentials;
    let find = |name: &str, key: &str| {
        let credential = credentials
            .iter()
            .find(|c| c.name == name)
            .expect("the Secret");
        let key = credential
            .keys
            .iter()
            .find(|k| k.key == key)
            .expect("the key");
        key.value.clone()
    };
    let exact = [
        ("supabase-realtime", "db-enc-key", 16),
        ("supabase-realtime", "db-enc-key-gcm", 32),
        ("supabase-realtime", "secret-key-base", 64),
        ("supabase-pooler", "secret-key-base", 64),
        ("supabase-pooler", "vault-enc-key", 32),
    ];
    for (name, key, length) in exact {
        assert_eq!(find(name, key), Source::Password { length }, "{name}/{key}");
    }
    for (name, key) in [
        ("supabase-jwt", "jwt-secret"),
        ("supabase-meta", "crypto-key"),
    ] {
        let Source::Password { length } = find(name, key) else {
            panic!("{name}/{key} is not random");
        };
        assert!(length >= 32, "{name}/{key}");
    }
    for (key, role) in [("anon-key", "anon"), ("service-role-key", "service_role")] {
        let expected = Source::Jwt {
            role: role.to_owned(),
            secret: "supabase-jwt".to_owned(),
            key: "jwt-secret".to_owned(),
        };
        assert_eq!(find("supabase-jwt", key), expected);
    }
    let service = credentials
        .iter()
        .find(|c| c.name == "backend-api-supabase");
    let service = service.expect("the service's Secret");
    assert_eq!(service.namespaces, [platform.apps_namespace()]);
    let copy = Source::Copy {
        secret: "supabase-jwt".to_owned(),
        key: "anon-key".to_owned(),
    };
    assert_eq!(service.keys[0].value, copy);
    // Without a mail relay that the cell may contact nobody asks for its login.
    let has_smtp = |name: &str| {
        cell(&platform, name)
            .credentials
            .iter()
            .any(|c| c.name == "supabase-smtp")
    };
    assert!(
        has_smtp("production/es") && !has_smtp("production/tr") && !has_smtp("dev-local/local")
    );
}

/// What a text says about hosts of the cluster: `name.namespace.svc` and the port behind it.
fn addresses(text: &str) -> Vec<(String, Option<u16>)> {
    let mut found = Vec::new();
    for (end, _) in text.match_indices(".svc") {
        let host = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let start = text[..end].rfind(|c| !host(c)).map_or(0, |at| at + 1);
        let name = text[start..end].split('.').next().unwrap_or_default();
        let port = text[end + ".svc".len()..].strip_prefix(':').map(|rest| {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            rest[..digits].parse().expect("a port")
        });
        found.push((name.to_owned(), port));
    }
    found
}

fn workload(peer: &Peer) -> Option<&str> {
    match peer {
        Peer::Pods(pods) => Some(&pods.name),
        _ => None,
    }
}

/// Who says in a variable or in the gateway's file that it speaks to whom.
fn spoken(plan: &Plan, cell: &Cell) -> BTreeSet<(String, String, u16)> {
    let mut spoken = BTreeSet::new();
    for (workload, env) in deployments(plan, cell) {
        for variable in &env {
            let name = variable["name"].as_str().expect("a name");
            let text = variable["value"].as_str().unwrap_or_default();
            for (host, port) in addresses(text) {
                // What clients are told is not called, and what studio knows of the database it hands to meta.
                let is_told = name.contains("PUBLIC_URL") || name == "API_EXTERNAL_URL";
                let is_handed_on = workload == "supabase-studio" && name == "POSTGRES_HOST";
                if is_told || is_handed_on {
                    continue;
                }
                // A host alone has its port in the variable beside it.
                let beside = || {
                    let name = name.replace("HOSTNAME", "PORT").replace("HOST", "PORT");
                    value(&env, &name).parse().expect("a port")
                };
                spoken.insert((workload.clone(), host, port.unwrap_or_else(beside)));
            }
        }
    }
    let envoy = &documents(&plan.files["cluster/data/supabase/envoy.yaml"].content)[0];
    for cluster in envoy["static_resources"]["clusters"]
        .as_array()
        .expect("clusters")
    {
        let endpoint = &cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"];
        let address = &endpoint["address"]["socket_address"];
        let (host, _) = addresses(address["address"].as_str().expect("a host")).remove(0);
        let port = address["port_value"].as_u64().expect("a port");
        let port = u16::try_from(port).expect("a port");
        spoken.insert(("supabase-gateway".to_owned(), host, port));
    }
    spoken
}

#[test]
fn every_address_that_a_pod_is_given_is_an_open_way_and_the_other_way_round() {
    let text = text();
    let (platform, plan) = (load(&text), build(&text));
    for cell in &platform.cells {
        let is_own =
            |edge: &&Edge| workload(&edge.from).is_some_and(|name| name.starts_with("supabase-"));
        let open: BTreeSet<(String, String, u16)> = cell
            .edges
            .iter()
            .filter(is_own)
            .filter_map(|edge| {
                let (from, to) = (workload(&edge.from)?, workload(&edge.to)?);
                Some((from.to_owned(), to.to_owned(), edge.ports[0]))
            })
            .collect();
        assert_eq!(spoken(&plan, cell), open, "{}", cell.name);
    }
}

#[test]
fn nobody_reaches_studio_and_meta_from_outside() {
    let text = text();
    let (platform, plan) = (load(&text), build(&text));
    let data = platform.data_namespace();
    for cell in &platform.cells {
        for edge in &cell.edges {
            let to = workload(&edge.to).unwrap_or_default();
            if to == "supabase-studio" {
                panic!("{}: an edge to studio from {:?}", cell.name, edge.from);
            }
            if to == "supabase-meta" {
                assert_eq!(workload(&edge.from), Some("supabase-studio"));
            }
            let is_foreign = match &edge.from {
                Peer::Pods(pods) => pods.namespace != data,
                _ => true,
            };
            if is_foreign && to.starts_with("supabase-") {
                assert_eq!(to, "supabase-gateway", "{}", cell.name);
            }
        }
    }
    let ingress = &plan.files["cluster/data/supabase/ingress.yaml"].content;
    let ingress = &documents(ingress)[0]["spec"]["rules"][0]["http"]["paths"];
    let paths: Vec<&str> = ingress
        .as_array()
        .expect("paths")
        .iter()
        .map(|path| path["path"].as_str().expect("a path"))
        .collect();
    let expected = [
        "/auth/v1",
        "/functions/v1",
        "/graphql/v1",
        "/realtime/v1",
        "/rest/v1",
        "/storage/v1",
    ];
    assert_eq!(paths, expected);
}

#[test]
fn the_gateway_asks_for_a_key_unless_a_route_says_otherwise() {
    let plan = build(&text());
    let envoy = &documents(&plan.files["cluster/data/supabase/envoy.yaml"].content)[0];
    let manager = &envoy["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"];
    let routes = manager["route_config"]["virtual_hosts"][0]["routes"].as_array();
    let mut keys: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for route in routes.expect("routes") {
        let key = &route["metadata"]["filter_metadata"]["envoy.filters.http.lua"]["key"];
        let matched = &route["match"];
        let path = match matched["path"].as_str() {
            Some(exact) => format!("={exact}"),
            None => matched["prefix"].as_str().expect("a prefix").to_owned(),
        };
        assert!(path.trim_start_matches('=').contains("/v1"), "{path}");
        keys.entry(key.as_str().expect("a key"))
            .or_default()
            .push(path);
    }
    let open = [
        "=/auth/v1/.well-known/jwks.json",
        "=/auth/v1/authorize",
        "=/auth/v1/callback",
        "=/auth/v1/sso/saml/acs",
        "=/auth/v1/sso/saml/metadata",
        "=/auth/v1/verify",
        "/storage/v1/",
        "/functions/v1/",
    ];
    assert_eq!(keys["none"], open);
    assert_eq!(keys["service"], ["=/rest/v1/"]);
    assert_eq!(
        keys["socket"],
        ["=/realtime/v1/websocket", "=/realtime/v1/longpoll"]
    );
    let any = [
        "/auth/v1/",
        "/rest/v1/",
        "=/graphql/v1",
        "/realtime/v1/api/broadcast",
    ];
    assert_eq!(keys["any"], any);
    // The tenant of realtime is the first label of the host under which it is reached.
    let hosts = plan.files["cluster/data/supabase/envoy.yaml"]
        .content
        .matches("host_rewrite_literal: supabase-realtime.");
    assert_eq!(hosts.count(), 3);
}

#[test]
fn every_pod_is_restricted() {
    let plan = build(&text());
    let mut pods = 0;
    for (path, file) in &plan.files {
        if !path.starts_with("cluster/data/supabase/")
            || path.ends_with("envoy.yaml")
            || !path.ends_with(".yaml")
        {
            continue;
        }
        for object in documents(&file.content)
            .iter()
            .filter(|o| o["kind"] == "Deployment")
        {
            pods += 1;
            let spec = &object["spec"]["template"]["spec"];
            let pod = &spec["securityContext"];
            assert_eq!(pod["runAsNonRoot"], true, "{path}");
            assert!(
                pod["runAsUser"].as_u64().is_some_and(|user| user > 0),
                "{path}"
            );
            assert_eq!(pod["seccompProfile"]["type"], "RuntimeDefault", "{path}");
            assert_eq!(spec["automountServiceAccountToken"], false, "{path}");
            let lists = ["initContainers", "containers"].map(|key| spec[key].as_array());
            for container in lists.into_iter().flatten().flatten() {
                let own = &container["securityContext"];
                assert_eq!(own["allowPrivilegeEscalation"], false, "{path}");
                assert_eq!(own["readOnlyRootFilesystem"], true, "{path}");
                assert_eq!(own["capabilities"]["drop"][0], "ALL", "{path}");
                assert!(
                    container["resources"]["limits"]["memory"].is_string(),
                    "{path}"
                );
                assert!(
                    container["image"]
                        .as_str()
                        .is_some_and(|image| image.contains("@sha256:")),
                    "{path}"
                );
            }
            let main = &spec["containers"][0];
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                assert!(main[probe].is_object(), "{path}: {probe}");
            }
        }
    }
    assert_eq!(pods, SupabasePart::ALL.len());
}

#[test]
fn each_cell_has_its_own_addresses_bucket_and_region() {
    let text = text();
    let (platform, plan) = (load(&text), build(&text));
    let es = deployments(&plan, cell(&platform, "production/es"));
    let auth = &es["supabase-auth"];
    assert_eq!(
        value(auth, "API_EXTERNAL_URL"),
        "https://data.es.carebase.example/auth/v1"
    );
    assert_eq!(
        value(auth, "GOTRUE_JWT_ISSUER"),
        value(auth, "API_EXTERNAL_URL")
    );
    assert_eq!(
        value(auth, "GOTRUE_SITE_URL"),
        "https://app.es.carebase.example"
    );
    assert_eq!(
        value(auth, "GOTRUE_URI_ALLOW_LIST"),
        "com.acme.app://callback"
    );
    assert_eq!(value(auth, "GOTRUE_DISABLE_SIGNUP"), "true");
    assert_eq!(value(auth, "GOTRUE_SMTP_HOST"), "smtp.example.es");
    let storage = &es["supabase-storage"];
    assert_eq!(
        value(storage, "STORAGE_S3_BUCKET"),
        "carebase-production-es-storage"
    );
    assert_eq!(value(storage, "STORAGE_S3_REGION"), "es");
    assert!(value(storage, "STORAGE_S3_ENDPOINT").starts_with("https://"));
    for checksum in [
        "STORAGE_S3_REQUEST_CHECKSUM_CALCULATION",
        "STORAGE_S3_RESPONSE_CHECKSUM_VALIDATION",
    ] {
        assert_eq!(value(storage, checksum), "WHEN_REQUIRED");
    }
    let allowed = value(&es["supabase-imgproxy"], "IMGPROXY_ALLOWED_SOURCES");
    assert!(
        allowed.ends_with("/carebase-production-es-storage/"),
        "{allowed}"
    );
    let tr = deployments(&plan, cell(&platform, "staging/tr"));
    assert_eq!(
        value(&tr["supabase-storage"], "STORAGE_S3_BUCKET"),
        "carebase-staging-tr-storage"
    );
    assert!(
        !has(&tr["supabase-auth"], "GOTRUE_SMTP_HOST"),
        "the relay is not for tr"
    );
    let laptop = cell(&platform, "dev-local/local")
        .supabase
        .as_ref()
        .expect("supabase");
    assert!(laptop.parts.values().all(|size| size.replicas == 1));
}

#[test]
fn a_service_that_uses_supabase_gets_its_address_and_keys() {
    let plan = build(&text());
    let deployment = &documents(&plan.files["cluster/apps/backend-api/deployment.yaml"].content)[0];
    let env = env(deployment);
    assert_eq!(
        value(&env, "SUPABASE_URL"),
        "http://supabase-gateway.carebase-data.svc:8000"
    );
    for (name, key) in [
        ("SUPABASE_ANON_KEY", "anon-key"),
        ("SUPABASE_SERVICE_ROLE_KEY", "service-role-key"),
    ] {
        let variable = env
            .iter()
            .find(|variable| variable["name"] == name)
            .expect(name);
        let from = &variable["valueFrom"]["secretKeyRef"];
        assert_eq!(
            (&from["name"], &from["key"]),
            (&"backend-api-supabase".into(), &key.into())
        );
    }
    let frontend = &plan.files["cluster/apps/frontend/deployment.yaml"].content;
    assert!(!frontend.contains("SUPABASE"));
}

#[test]
fn the_database_gets_what_supabase_needs_and_no_signing_key() {
    let plan = build(&text());
    let files: Vec<(&str, &str)> = plan
        .files
        .iter()
        .filter(|(path, _)| path.starts_with("cluster/data/postgres/supabase/"))
        .map(|(path, file)| (path.as_str(), file.content.as_str()))
        .collect();
    assert_eq!(files.len(), 5);
    let all: String = files.iter().map(|(_, text)| *text).collect();
    for (path, text) in &files {
        assert!(text.starts_with("-- Generated"), "{path}");
        assert!(text.contains("\\set ON_ERROR_STOP on"), "{path}");
    }
    for expected in [
        "CREATE DATABASE _supabase",
        "CREATE SCHEMA IF NOT EXISTS _realtime",
        "CREATE SCHEMA IF NOT EXISTS _supavisor",
        "CREATE SCHEMA IF NOT EXISTS _analytics",
        "FUNCTION supabase_functions.http_request()",
        "SET app.settings.jwt_exp TO 3600",
        "RESET app.settings.jwt_secret",
    ] {
        assert!(all.contains(expected), "{expected}");
    }
    // Every role that a part logs in with gets the password that the part is given.
    let platform = load(&text());
    let credentials = &cell(&platform, "production/es").credentials;
    let roles = credentials
        .iter()
        .find(|c| c.name == "supabase-database")
        .expect("the Secret");
    for key in &roles.keys {
        let role = key.key.replace('-', "_");
        assert!(
            all.contains(&format!("ALTER ROLE {role} WITH PASSWORD")),
            "{role}"
        );
        assert!(
            all.contains(&format!("PASSWORD_{}", role.to_ascii_uppercase())),
            "{role}"
        );
    }
}

/// The codes of the problems that a component's table has.
fn codes(component: &str) -> Vec<&'static str> {
    let text = format!("{}\n{component}", declaration("full"));
    match model::load(&text) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| problem.code).collect(),
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let table = |line: &str| codes(&format!("[components.supabase]\n{line}\n"));
    assert!(table("expose = \"data\"").is_empty());
    assert_eq!(table("expose = \"app\""), ["duplicate-host"]);
    assert_eq!(table("site = \"backend-ai\""), ["unknown-reference"]);
    assert_eq!(
        table("redirect-urls = [\"app.example\"]"),
        ["invalid-value"]
    );
    assert_eq!(
        table("redirect-urls = [\"https://a,b\"]"),
        ["invalid-value"]
    );
    assert_eq!(table("schemas = [\"public; drop\"]"), ["invalid-value"]);
    assert_eq!(table("schemas = []"), ["invalid-value"]);
    assert_eq!(
        table("functions = false\npublic-functions = [\"a\"]"),
        ["conflicting-keys"]
    );
    assert_eq!(
        table("parts = { realtime = { replicas = 2 } }"),
        ["out-of-range"]
    );
    assert_eq!(
        table("parts = { analytics = { replicas = 1 } }"),
        ["not-applicable"]
    );
    assert_eq!(
        table("smtp = { endpoints = [\"nope\"], from = \"a@b\" }"),
        ["unknown-reference"]
    );
    assert_eq!(
        table(
            "smtp = { endpoints = [\"relay\"], from = \"nobody\" }\n[[endpoints]]\nid = \"relay\"\nhost = \"h.example\"\ncountry = \"ES\"\n"
        ),
        ["missing-key", "missing-key", "invalid-value"]
    );
    assert_eq!(table("nonsense = 1"), ["unknown-key"]);
    let store = "[components.supabase]\n[[stores]]\nid = \"storage\"\nkind = \"bucket\"\nclasses = [\"phi\"]\n";
    assert_eq!(codes(store), ["duplicate-name"]);
    let minimal = declaration("minimal") + "\n[components.supabase]\n";
    let problems = model::load(&minimal)
        .map(|_| ())
        .expect_err("no object store");
    assert_eq!(problems[0].code, "missing-key");
    let used = text().replace("\"supabase\"]", "\"storage\"]");
    let problems = model::load(&used).map(|_| ()).expect_err("not its bucket");
    assert_eq!(problems[0].code, "not-applicable");
}
