use super::super::graph::tests::credentials;
use super::super::sealed::tests::cell;
use super::super::sealing_key::tests::{KEY, new_key};
use super::super::{Plain, SealedFile};
use super::*;
use jiff::civil::date;

const TODAY: Date = date(2026, 11, 21);

fn names(files: &Files) -> BTreeSet<String> {
    let files = files.keys();
    files
        .map(|(ns, name)| SealedFile::file_name(ns, name))
        .collect()
}

fn generated(graph: &Graph) -> Files {
    let (files, known) = (Files::new(), Values::new());
    let mut made = cell(graph, &files, &known)
        .generate()
        .expect("is made")
        .files;
    let at = KeyRef::new("smtp", "password");
    let set = cell(graph, &made, &known)
        .set(&at, &Plain::from("x"))
        .expect("is set");
    made.extend(set.files);
    made
}

fn kinds(remarks: &[Remark]) -> Vec<(Kind, &str, &str)> {
    let remarks = remarks.iter();
    remarks
        .map(|r| (r.kind, r.secret.as_str(), r.key.as_str()))
        .collect()
}

#[test]
fn a_whole_cell_has_nothing_the_matter_until_it_is_old() {
    let graph = Graph::new(&credentials()).expect("fits");
    let files = generated(&graph);
    let listed = names(&files);
    let looked = Looked {
        cell: "production/tr",
        graph: &graph,
        certificate: Some(KEY.certificate()),
        files: &files,
        listed: &listed,
    };
    let cells = [looked];
    assert_eq!(look(&cells, TODAY, 365), []);
    let later = look(&cells, date(2027, 11, 22), 365);
    assert!(
        !later.is_empty()
            && later
                .iter()
                .all(|r| r.kind == Kind::Old && !r.kind.is_failure())
    );
    assert!(!later.iter().any(|r| r.key == "ca.crt" || r.key == "user"));
    let late = look(&cells, date(2031, 11, 1), 9999);
    assert!(kinds(&late).contains(&(Kind::Expiring, "p-data/supabase-jwt", "anon-key")));
    let too_late = look(&cells, date(2031, 11, 22), 9999);
    assert!(kinds(&too_late).contains(&(Kind::Expired, "p-apps/store-ca", "ca.crt")));
    assert_eq!(rows(&files, date(2026, 12, 1))[0].age, Some(10));
}

#[test]
fn what_is_missing_left_over_and_shared_is_named() {
    let graph = Graph::new(&credentials()).expect("fits");
    let mut files = generated(&graph);
    let copy = files.clone();
    let listed = names(&files);
    files.remove(&("p-data".to_owned(), "smtp".to_owned()));
    files.remove(&("p-data".to_owned(), "postgres".to_owned()));
    let mut stranger = SealedFile::new("p-data", "stranger");
    stranger.keys = copy[&("p-data".to_owned(), "smtp".to_owned())].keys.clone();
    files.insert(("p-data".to_owned(), "stranger".to_owned()), stranger);
    let looked = |cell, files, certificate| Looked {
        cell,
        graph: &graph,
        certificate,
        files,
        listed: &listed,
    };
    let one = look(
        &[looked("a/a", &files, Some(KEY.certificate()))],
        TODAY,
        365,
    );
    assert_eq!(
        kinds(&one),
        [
            (Kind::Missing, "p-data/postgres", "password"),
            (Kind::Missing, "p-data/postgres", "user"),
            (Kind::NotSet, "p-data/smtp", "password"),
            (Kind::Orphaned, "p-data/stranger", "password"),
            (Kind::Unlisted, "p-data/stranger", ""),
        ]
    );
    let other = new_key("b/b");
    let two = look(
        &[
            looked("a/a", &copy, Some(KEY.certificate())),
            looked("b/b", &copy, Some(other.certificate())),
        ],
        TODAY,
        365,
    );
    let shared = two
        .iter()
        .filter(|r| r.kind == Kind::Shared && r.cell == "a/a")
        .count();
    assert_eq!(
        shared,
        graph.places().count(),
        "copies of files, the given one too"
    );
    assert!(two.iter().any(|r| r.cell == "b/b" && r.kind == Kind::Wrong));
    let empty = Files::new();
    let same = look(
        &[
            looked("a/a", &empty, Some(KEY.certificate())),
            looked("b/b", &empty, Some(KEY.certificate())),
        ],
        TODAY,
        365,
    );
    assert!(
        same.iter()
            .any(|r| r.kind == Kind::Shared && r.secret.is_empty())
    );
    let none = look(&[looked("a/a", &copy, None)], TODAY, 365);
    assert_eq!(kinds(&none), [(Kind::NoKey, "", "")]);
}
