use super::super::graph::tests::credentials;
use super::super::seal::tests::open;
use super::super::sealing_key::tests::{KEY, new_key, private};
use super::super::{Cluster, jwt};
use super::*;
use crate::model::credentials::Credential;
use jiff::civil::date;

pub(in crate::secrets) fn cell<'a>(
    graph: &'a Graph,
    files: &'a Files,
    known: &'a Values,
) -> SealedCell<'a> {
    SealedCell {
        graph,
        certificate: KEY.certificate(),
        files,
        known,
        today: date(2026, 11, 21),
    }
}

fn graph() -> Graph {
    Graph::new(&credentials()).expect("fits")
}

fn generated(graph: &Graph) -> Files {
    let (files, known) = (Files::new(), Values::new());
    cell(graph, &files, &known)
        .generate()
        .expect("is made")
        .files
}

fn opened(files: &Files, place: (&str, &str, &str)) -> Vec<u8> {
    let file = &files[&(place.0.to_owned(), place.1.to_owned())];
    let label = format!("{}/{}", place.0, place.1);
    open(&private(&KEY), &label, &file.keys[place.2].sealed).expect("opens")
}

fn merged(mut files: Files, sealing: Sealing) -> Files {
    files.extend(sealing.files);
    files
}

#[test]
fn a_new_cell_gets_everything_and_a_second_run_changes_nothing() {
    let graph = graph();
    let (none, known) = (Files::new(), Values::new());
    let first = cell(&graph, &none, &known).generate().expect("is made");
    assert_eq!(first.stuck, []);
    let given: Vec<String> = first.given.iter().map(ToString::to_string).collect();
    assert_eq!(given, ["smtp/password"]);
    assert_eq!(first.files.len(), 8);
    let anon = opened(&first.files, ("p-data", "supabase-jwt", "anon-key"));
    assert_eq!(
        anon,
        opened(&first.files, ("p-apps", "web-supabase", "anon"))
    );
    let key = opened(&first.files, ("p-data", "supabase-jwt", "jwt-secret"));
    assert!(jwt::is_signed_with(&Plain::new(anon), &Plain::new(key)));
    let ca = opened(&first.files, ("p-apps", "store-ca", "ca.crt"));
    assert_eq!(ca, opened(&first.files, ("p-data", "store-tls", "tls.crt")));
    assert_eq!(
        opened(&first.files, ("p-data", "postgres", "user")),
        b"postgres"
    );

    let second = cell(&graph, &first.files, &known)
        .generate()
        .expect("is made");
    assert_eq!((second.files.len(), second.stuck.len()), (0, 0));
    // What was written down is enough for that.
    let read: Files = first
        .files
        .iter()
        .map(|(name, file)| {
            let text = file.text("production/tr", "p");
            (
                name.clone(),
                SealedFile::parse("f", &text).expect("is read"),
            )
        })
        .collect();
    assert_eq!(read, first.files);
}

#[test]
fn no_value_stands_in_a_file_and_no_guessable_one_has_a_hash() {
    let graph = graph();
    let files = generated(&graph);
    let all: String = files
        .values()
        .map(|file| file.text("production/tr", "p"))
        .collect();
    for (place, _, source) in graph.places().filter(|(_, _, s)| is_made(&s.value)) {
        let at = (
            place.namespace.as_str(),
            place.at.secret.as_str(),
            place.at.key.as_str(),
        );
        let value = String::from_utf8(opened(&files, at)).expect("text");
        let is_public = matches!(source.value, Value::Certificate { .. });
        let lines = value.lines().filter(|line| !line.starts_with("-----"));
        for line in lines {
            assert_eq!(all.contains(line), is_public, "{}", place.at);
        }
    }
    let known = Values::new();
    let at = KeyRef::new("smtp", "password");
    let set = cell(&graph, &files, &known)
        .set(&at, &Plain::from("hunter2"))
        .expect("is set");
    let file = &set.files[&("p-data".to_owned(), "smtp".to_owned())];
    assert_eq!(file.keys["password"].fingerprint, None);
    assert_eq!(
        opened(&set.files, ("p-data", "smtp", "password")),
        b"hunter2"
    );
}

#[test]
fn a_new_namespace_gets_a_copy_of_what_is_public_and_waits_for_what_is_sealed() {
    let mut declared = credentials();
    let before = generated(&Graph::new(&declared).expect("fits"));
    for credential in &mut declared {
        if credential.name == "store-ca" || credential.name == "web-store" {
            credential.namespaces.push("p-team".to_owned());
        }
    }
    let graph = Graph::new(&declared).expect("fits");
    let known = Values::new();
    let later = SealedCell {
        today: date(2027, 1, 1),
        ..cell(&graph, &before, &known)
    };
    let sealing = later.generate().expect("is made");
    let names: Vec<&str> = sealing
        .files
        .keys()
        .map(|(_, name)| name.as_str())
        .collect();
    assert_eq!(names, ["store-ca"]);
    let copy = &sealing.files[&("p-team".to_owned(), "store-ca".to_owned())].keys["ca.crt"];
    assert_eq!(copy.made, Some(date(2026, 11, 21)));
    assert_eq!(
        opened(&sealing.files, ("p-team", "store-ca", "ca.crt")),
        opened(&before, ("p-data", "store-tls", "tls.crt"))
    );
    let stuck: Vec<(&str, Why)> = sealing
        .stuck
        .iter()
        .map(|s| (s.place.at.key.as_str(), s.why))
        .collect();
    assert_eq!(
        stuck,
        [("access-key", Why::Missing), ("secret-key", Why::Missing)]
    );

    // The cluster has the values: nothing need be replaced.
    let mut known = Values::new();
    for key in ["access-key", "secret-key"] {
        known.insert(
            KeyRef::new("web-store", key),
            Plain::new(opened(&before, ("p-apps", "web-store", key))),
        );
    }
    let sealing = cell(&graph, &before, &known).generate().expect("is made");
    assert_eq!(sealing.stuck, []);
    assert!(sealing.made.is_empty());
    assert_eq!(
        opened(&sealing.files, ("p-team", "web-store", "access-key")),
        opened(&before, ("p-apps", "web-store", "access-key"))
    );
    // But not another value.
    known.insert(
        KeyRef::new("web-store", "access-key"),
        Plain::from("an older value"),
    );
    let sealing = cell(&graph, &before, &known).generate().expect("is made");
    assert!(
        sealing.stuck.iter().any(|s| s.why == Why::OtherInCluster),
        "{:?}",
        sealing.stuck
    );
}

#[test]
fn a_rotation_replaces_what_hangs_together_and_nothing_else() {
    let graph = graph();
    let (before, known) = (generated(&graph), Values::new());
    let one = cell(&graph, &before, &known)
        .rotate(Some("web-supabase"))
        .expect("is made");
    let names: Vec<&str> = one.files.keys().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["web-supabase", "supabase-jwt"]);
    let after = merged(before.clone(), one);
    let anon = ("p-apps", "web-supabase", "anon");
    assert_ne!(opened(&before, anon), opened(&after, anon));
    assert_eq!(
        opened(&after, anon),
        opened(&after, ("p-data", "supabase-jwt", "anon-key"))
    );
    let again = cell(&graph, &after, &known).generate().expect("is made");
    assert_eq!((again.files.len(), again.stuck.len()), (0, 0));

    let postgres = cell(&graph, &before, &known)
        .rotate(Some("postgres"))
        .expect("is made");
    let (old, new) = (
        &before[&("p-data".to_owned(), "postgres".to_owned())],
        &postgres.files[&("p-data".to_owned(), "postgres".to_owned())],
    );
    assert_eq!(old.keys["user"], new.keys["user"]);
    assert_ne!(old.keys["password"], new.keys["password"]);

    let at = KeyRef::new("smtp", "password");
    let given = cell(&graph, &before, &known)
        .set(&at, &Plain::from("x"))
        .expect("is set");
    let before = merged(before, given);
    let all = cell(&graph, &before, &known).rotate(None).expect("is made");
    assert_eq!(all.files.len(), 8, "all but what a person gave");
}

#[test]
fn a_run_that_was_cut_off_is_noticed() {
    let graph = graph();
    let (before, known) = (generated(&graph), Values::new());
    let rotated = cell(&graph, &before, &known)
        .rotate(Some("supabase-jwt"))
        .expect("is made");
    let mut torn = before;
    let name = ("p-data".to_owned(), "supabase-jwt".to_owned());
    torn.insert(name.clone(), rotated.files[&name].clone());
    let sealing = cell(&graph, &torn, &known).generate().expect("is made");
    assert!(sealing.files.is_empty());
    assert!(
        sealing.stuck.iter().any(|s| s.why == Why::DoesNotFit),
        "{:?}",
        sealing.stuck
    );
    let mended = cell(&graph, &torn, &known)
        .rotate(Some("supabase-jwt"))
        .expect("is made");
    let whole = merged(torn, mended);
    assert_eq!(
        cell(&graph, &whole, &known)
            .generate()
            .expect("is made")
            .stuck,
        []
    );
}

#[test]
fn another_certificate_needs_everything_again_from_the_cluster_or_anew() {
    let graph = graph();
    let (before, none) = (generated(&graph), Values::new());
    let other = new_key("production/tr");
    let moved = SealedCell {
        certificate: other.certificate(),
        ..cell(&graph, &before, &none)
    };
    let sealing = moved.generate().expect("is made");
    let names: BTreeSet<&str> = sealing
        .files
        .keys()
        .map(|(_, name)| name.as_str())
        .collect();
    assert_eq!(
        names,
        BTreeSet::from(["postgres", "store-ca", "store-tls"]),
        "public values only"
    );
    assert!(sealing.stuck.iter().all(|s| s.why == Why::OtherCertificate));
    let mut list = String::new();
    for (ns, name) in before.keys() {
        let data: Vec<String> = before[&(ns.clone(), name.clone())]
            .keys
            .keys()
            .map(|key| {
                use base64::Engine as _;
                let value = opened(&before, (ns, name, key));
                format!(
                    "\"{key}\":\"{}\"",
                    base64::engine::general_purpose::STANDARD.encode(value)
                )
            })
            .collect();
        list += &format!(
            r#"{{"kind":"Secret","metadata":{{"name":"{name}","namespace":"{ns}"}},"data":{{{}}}}}"#,
            data.join(",")
        );
    }
    let cluster = Cluster::parse(&Plain::from(list.as_str()), &graph).expect("is read");
    let known = cluster.known(&graph).expect("fits");
    let moved = SealedCell {
        certificate: other.certificate(),
        ..cell(&graph, &before, &known)
    };
    let sealing = moved.generate().expect("is made");
    assert_eq!(
        (sealing.files.len(), sealing.stuck.len(), sealing.made.len()),
        (8, 0, 0)
    );
    let sealed =
        &sealing.files[&("p-data".to_owned(), "postgres".to_owned())].keys["password"].sealed;
    let value = open(&private(&other), "p-data/postgres", sealed);
    assert_eq!(
        value,
        Some(opened(&before, ("p-data", "postgres", "password")))
    );
}

#[test]
fn what_is_declared_otherwise_is_sealed_again_or_named() {
    let before = generated(&graph());
    let hosts = vec!["store.p-data.svc".to_owned(), "store".to_owned()];
    let mut declared: Vec<Credential> = credentials();
    for key in declared
        .iter_mut()
        .flat_map(|credential| &mut credential.keys)
    {
        match &mut key.value {
            Value::Text(text) => *text = "supabase_admin".to_owned(),
            Value::Certificate { hosts: names } => names.clone_from(&hosts),
            _ => {}
        }
    }
    let (graph, known) = (Graph::new(&declared).expect("fits"), Values::new());
    let sealing = cell(&graph, &before, &known).generate().expect("is made");
    assert_eq!(
        opened(&sealing.files, ("p-data", "postgres", "user")),
        b"supabase_admin"
    );
    assert_eq!(sealing.files.len(), 1);
    assert!(sealing.stuck.iter().all(|s| s.why == Why::OtherHosts) && !sealing.stuck.is_empty());
}
