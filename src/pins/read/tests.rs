//! What a pins file may say.

use super::*;
use crate::source::position;

const IMAGE: &str = "ghcr.io/acme/web";
const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn file(images: &str) -> String {
    format!("kind: Component\nimages:\n{images}")
}

#[test]
fn pins_are_read_as_written() {
    for (images, expected) in [
        (
            "- {name: ghcr.io/acme/web, newTag: unreleased}\n".to_owned(),
            Pin::default(),
        ),
        ("- name: ghcr.io/acme/web\n".to_owned(), Pin::default()),
        (
            "- name: ghcr.io/acme/web\n  newTag: 1.20 # a number to YAML\n".to_owned(),
            Pin::new(Some("1.20"), None),
        ),
        (
            "- name: ghcr.io/acme/web\n  newTag: 0755\n".to_owned(),
            Pin::new(Some("0755"), None),
        ),
        (
            "- newTag: '1e3'\n  name: \"ghcr.io/acme/web\"\n".to_owned(),
            Pin::new(Some("1e3"), None),
        ),
        (
            format!("- name: redis\n  newTag: '7'\n- name: {IMAGE}\n  digest: {DIGEST}\n"),
            Pin::new(None, Some(DIGEST)),
        ),
        (
            format!("- name: {IMAGE}\n  digest: {DIGEST}\n  newTag: v1\n"),
            Pin::new(Some("v1"), Some(DIGEST)),
        ),
    ] {
        assert_eq!(
            read("p.yaml", &file(&images), IMAGE),
            Ok(expected),
            "{images}"
        );
    }
}

#[test]
fn what_means_two_things_is_refused_with_its_place() {
    for (text, code, line) in [
        (
            file("- name: ghcr.io/acme/web\n  newTag: &t v1\n"),
            "pins-anchor",
            4,
        ),
        (
            file("- name: &n ghcr.io/acme/web\n- name: *n\n"),
            "pins-anchor",
            3,
        ),
        (
            file("- name: ghcr.io/acme/web\n- name: ghcr.io/acme/web\n"),
            "pins-image",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n  newTag: a\n  newTag: b\n"),
            "yaml-duplicate-key",
            5,
        ),
        (
            file("- name: ghcr.io/acme/web\n  newTag: sha256:00\n"),
            "pins-tag",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n  newTag: v1@sha256:00\n"),
            "pins-tag",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n  newTag: null\n"),
            "pins-tag",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n  newTag: a b\n"),
            "pins-tag",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n  newTag: [v1]\n"),
            "pins-tag",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n  digest: sha256:0123\n"),
            "pins-digest",
            4,
        ),
        (
            file(&format!(
                "- name: {IMAGE}\n  digest: {}\n",
                DIGEST.to_uppercase()
            )),
            "pins-digest",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n  newName: evil.example/x\n"),
            "pins-redirect",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n  tagSuffix: -x\n"),
            "pins-redirect",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n  tag: x\n"),
            "pins-shape",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n- name: ghcr.io/.*\n"),
            "pins-pattern",
            4,
        ),
        (
            file("- name: ghcr.io/acme/web\n- name: ghcr.io.acme/web\n"),
            "pins-pattern",
            4,
        ),
        (file("- name: ghcr.io/acme/api\n"), "pins-image", 3),
        (file("- newTag: v1\n"), "pins-shape", 3),
        ("kind: Component\nimages: {}\n".to_owned(), "pins-shape", 2),
        ("kind: Component\n".to_owned(), "pins-image", 1),
        (
            format!("kind: Kustomization\nimages:\n- name: {IMAGE}\n"),
            "pins-shape",
            1,
        ),
        (format!("images:\n- name: {IMAGE}\n"), "pins-shape", 1),
        (
            format!("kind: Component\nimages:\n- name: {IMAGE}\nreplcas: []\n"),
            "pins-shape",
            4,
        ),
        ("- a\n".to_owned(), "pins-shape", 1),
        (
            "kind: Component\n---\nkind: Component\n".to_owned(),
            "pins-shape",
            1,
        ),
        (String::new(), "pins-shape", 1),
        ("a: b: c\n".to_owned(), "yaml-syntax", 1),
    ] {
        let problems = read("p.yaml", &text, IMAGE).expect_err(&text);
        let found: Vec<_> = problems.iter().map(|p| p.code).collect();
        assert!(found.contains(&code), "{text}: {found:?}");
        let at = problems.iter().find(|p| p.code == code).expect("found");
        let start = at.primary().and_then(|l| l.span).expect("a span").0;
        assert_eq!(position(&text, start).line, line, "{text}");
        assert!(!at.help.is_empty(), "{code} has a remedy");
    }
}
