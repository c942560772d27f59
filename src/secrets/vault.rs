//! Secrets for Vault or OpenBao: one JSON document for each path, on a line of its own.
//!
//! `{"path": "…", "data": {"key": "value"}}`: the path below the mount, and what `bao kv put -mount=MOUNT PATH -` and
//! `vault kv put` take from their standard input. Nothing is kept; the lines go through a pipe.

use super::graph::Graph;
use super::make::Values;
use super::plain::Plain;
use anyhow::{Context as _, bail};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Document<'a> {
    path: &'a str,
    data: &'a BTreeMap<&'a str, &'a str>,
}

/// Documents of all Secrets that `wanted` says, with every value that is known; `path` tells where a Secret is kept.
///
/// # Errors
/// When a value is no text, which JSON cannot say.
pub(super) fn documents(
    graph: &Graph,
    values: &Values,
    path: &dyn Fn(&str) -> String,
    wanted: &dyn Fn(&str) -> bool,
) -> anyhow::Result<Vec<Plain>> {
    let mut secrets: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (place, at, _) in graph.places() {
        let Some(value) = values.get(at).filter(|_| wanted(&place.at.secret)) else {
            continue;
        };
        let Ok(text) = std::str::from_utf8(value.bytes()) else {
            bail!("the value of `{}` is no text", place.at);
        };
        let data = secrets.entry(&place.at.secret).or_default();
        data.insert(&place.at.key, text);
    }
    secrets
        .into_iter()
        .map(|(secret, data)| document(&path(secret), &data))
        .collect()
}

fn document(path: &str, data: &BTreeMap<&str, &str>) -> anyhow::Result<Plain> {
    // The whole room at once: a vector that grows would leave parts of the values behind. An escape takes six letters.
    let room: usize = data
        .iter()
        .map(|(key, value)| 6 * (key.len() + value.len()) + 8)
        .sum();
    let mut line = Vec::with_capacity(room + 6 * path.len() + 64);
    serde_json::to_writer(&mut line, &Document { path, data }).context("writing JSON")?;
    line.push(b'\n');
    Ok(Plain::new(line))
}

#[cfg(test)]
mod tests {
    use super::super::KeyRef;
    use super::super::graph::tests::credentials;
    use super::*;

    #[test]
    fn there_is_one_document_for_each_secret_whatever_its_namespaces() {
        let graph = Graph::new(&credentials()).expect("fits");
        let mut values = Values::new();
        values.insert(
            KeyRef::new("store-tls", "tls.crt"),
            Plain::from("a \"PEM\"\n"),
        );
        values.insert(KeyRef::new("postgres", "password"), Plain::from("x"));
        let path = |secret: &str| format!("p/production/tr/{secret}");
        let documents =
            documents(&graph, &values, &path, &|secret| secret != "postgres").expect("is text");
        let read: Vec<serde_json::Value> = documents
            .iter()
            .map(|line| serde_json::from_slice(line.bytes()).expect("is JSON"))
            .collect();
        assert_eq!(
            read,
            [
                serde_json::json!({"path": "p/production/tr/store-ca", "data": {"ca.crt": "a \"PEM\"\n"}}),
                serde_json::json!({"path": "p/production/tr/store-tls", "data": {"tls.crt": "a \"PEM\"\n"}}),
            ]
        );
        values.insert(KeyRef::new("postgres", "password"), Plain::new(vec![255]));
        let error = super::documents(&graph, &values, &path, &|_| true)
            .map(|_| ())
            .expect_err("no text");
        assert!(error.to_string().contains("postgres/password"));
    }
}
