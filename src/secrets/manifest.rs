//! Plain Secrets as text for `kubectl`, and nothing else: they go through a pipe and never to a file.

use super::plain::Plain;
use crate::yaml;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// A Secret with its values.
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) labels: Vec<(String, String)>,
    pub(super) kind: &'static str,
    pub(super) data: BTreeMap<String, Plain>,
}

/// The label that every object of a platform has.
pub(super) fn part_of(platform: &str) -> (String, String) {
    ("app.kubernetes.io/part-of".to_owned(), platform.to_owned())
}

/// One YAML document, begun with `---`.
pub(super) fn write(secret: &Secret) -> Plain {
    let values: usize = secret
        .data
        .values()
        .map(|v| v.bytes().len() * 2 + 300)
        .sum();
    // All the room at once: a vector that grows would leave parts of the values behind.
    let mut text = Vec::with_capacity(values + 2048);
    let mut line = |parts: &[&str]| {
        for part in parts {
            text.extend_from_slice(part.as_bytes());
        }
        text.push(b'\n');
    };
    line(&["---"]);
    line(&["apiVersion: v1"]);
    line(&["kind: Secret"]);
    line(&["metadata:"]);
    line(&["  name: ", &yaml::quote(&secret.name)]);
    line(&["  namespace: ", &yaml::quote(&secret.namespace)]);
    line(&["  labels:"]);
    for (key, value) in &secret.labels {
        line(&["    ", key, ": ", &yaml::quote(value)]);
    }
    line(&["type: ", secret.kind]);
    line(&["data:"]);
    for (key, value) in &secret.data {
        let encoded = Zeroizing::new(STANDARD.encode(value.bytes()));
        line(&["  ", key, ": \"", &encoded, "\""]);
    }
    Plain::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_kubernetes_reads() {
        let secret = Secret {
            name: "postgres".to_owned(),
            namespace: "p-data".to_owned(),
            labels: vec![part_of("p")],
            kind: "Opaque",
            data: BTreeMap::from([("password".to_owned(), Plain::from("s3\"cret"))]),
        };
        let text = write(&secret);
        let read: serde_json::Value = serde_yaml::from_slice(text.bytes()).expect("is YAML");
        assert_eq!(
            read,
            serde_json::json!({
                "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
                "metadata": {"name": "postgres", "namespace": "p-data", "labels": {"app.kubernetes.io/part-of": "p"}},
                "data": {"password": "czMiY3JldA=="},
            })
        );
    }
}
