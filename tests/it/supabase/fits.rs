//! What is rendered fits together with the Secrets and the edges of the model.

use super::{cell, deployments, documents, text, value};
use crate::plan::{build, load};
use platformctl::model::Cell;
use platformctl::model::credentials::Value as Source;
use platformctl::model::edges::{Edge, Peer};
use platformctl::plan::Plan;
use std::collections::BTreeSet;

#[test]
fn every_key_of_a_secret_that_a_pod_reads_is_made_in_its_cell() {
    let text = text();
    let (platform, plan) = (load(&text), build(&text));
    for cell in &platform.cells {
        let mut made: BTreeSet<(&str, &str)> = BTreeSet::new();
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
