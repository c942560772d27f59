//! Secrets in plain text in YAML files, whether anything deploys them or not: part of RES803.

use super::rule::Input;
use crate::facts::{Address, Written, is_yaml, joined, owner};
use crate::source::Location;
use crate::spec::types::EnvironmentKind;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Keys of Secrets that are no secrets, by their last word.
const PUBLIC: [&str; 18] = [
    "username",
    "user",
    "host",
    "hostname",
    "port",
    "database",
    "dbname",
    "name",
    "region",
    "endpoint",
    "bucket",
    "type",
    "server",
    "crt",
    "issuer",
    "namespace",
    "url",
    "uri",
];

/// Every plain Secret with a value in a file, each with the place of the value's key.
pub(super) fn in_file(input: &Input<'_>, path: &str, text: &str) -> Vec<(Location, String)> {
    let is_of_laptop = owner(input.platform, path)
        .is_some_and(|cell| cell.kind == EnvironmentKind::Local)
        || path.starts_with(".github/");
    if !is_yaml(path) || is_of_laptop {
        return Vec::new();
    }
    if text.contains("secretGenerator") {
        return generated(input, path, text);
    }
    let has_one = text.lines().any(|line| {
        let line = line.trim().trim_start_matches("- ").trim();
        matches!(line, "kind: Secret" | "kind: \"Secret\"" | "kind: 'Secret'")
    });
    if !has_one || text.contains("ENC[AES256_GCM,") {
        return Vec::new();
    }
    let documents = Written::documents(path, text).unwrap_or_default();
    let mut found = Vec::new();
    for document in &documents {
        let objects = match document.get("items") {
            Some(items) => items.items().iter().collect(),
            None => vec![document],
        };
        for object in objects {
            found.extend(in_object(object));
        }
    }
    found
}

fn in_object(object: &Written) -> Option<(Location, String)> {
    let label = object.at(&["metadata", "labels"]);
    let label = label.and_then(|labels| labels.get("argocd.argoproj.io/secret-type"));
    // Credentials of clusters have a rule of their own.
    if object.text_at(&["kind"]) != "Secret" || label.is_some() {
        return None;
    }
    for (field, is_encoded) in [("stringData", false), ("data", true)] {
        let entries = object.get(field).map_or(&[][..], Written::fields);
        for entry in entries {
            let raw = entry.value.text().unwrap_or_default();
            let value = if is_encoded {
                decoded(raw)
            } else {
                raw.to_owned()
            };
            if is_secret(&entry.key, &value) {
                let name = object.text_at(&["metadata", "name"]);
                let what = format!("Secret {name} has `{}` in plain text", entry.key);
                return Some((entry.place.clone(), what));
            }
        }
    }
    None
}

/// Base64 is no encryption.
fn decoded(raw: &str) -> String {
    let compact: String = raw.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let bytes = STANDARD.decode(compact).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_else(|_| "\u{fffd}binary value".to_owned())
}

/// Whether a value is a secret rather than a name, an address or a placeholder.
fn is_secret(key: &str, value: &str) -> bool {
    let value = value.trim();
    let key = key.to_lowercase();
    let last = key.rsplit(['-', '_', '.']).next().unwrap_or(&key);
    let lower = value.to_lowercase();
    let is_placeholder = value.is_empty()
        || value.starts_with(['<', '$', '{'])
        || [
            "changeme",
            "change-me",
            "replace",
            "placeholder",
            "todo",
            "xxx",
            "example",
            "dummy",
            "...",
        ]
        .iter()
        .any(|word| lower.starts_with(word));
    let has_password = value
        .split_once("://")
        .and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'))
        .is_some_and(|(user, _)| user.contains(':'));
    let is_address = Address::parse(value).is_some()
        && (value.contains("://") || value.contains('.') || value.contains(':'));
    let is_public = PUBLIC.contains(&last) || value.starts_with("-----BEGIN CERTIFICATE");
    has_password || !(is_placeholder || is_address || is_public)
}

/// Literals and files of a `secretGenerator`.
fn generated(input: &Input<'_>, path: &str, text: &str) -> Vec<(Location, String)> {
    let mut found = Vec::new();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for document in Written::documents(path, text).unwrap_or_default() {
        let generators = document.get("secretGenerator");
        for generator in generators.map_or(&[][..], Written::items) {
            let name = generator.text_at(&["name"]);
            let literals = generator.get("literals").map_or(&[][..], Written::items);
            let bad = literals.iter().find(|literal| {
                let pair = literal.text().and_then(|text| text.split_once('='));
                pair.is_some_and(|(key, value)| is_secret(key, value))
            });
            if let Some(literal) = bad {
                let what = format!("the generated Secret {name} has a value in plain text");
                found.push((literal.place.clone(), what));
            }
            for list in ["files", "envs", "env"] {
                let node = generator.get(list);
                let items = node.map_or(&[][..], |node| match node.items() {
                    [] => std::slice::from_ref(node),
                    items => items,
                });
                found.extend(
                    items
                        .iter()
                        .filter_map(|item| of_file(input, folder, name, item)),
                );
            }
        }
    }
    found
}

/// A file that becomes a Secret.
fn of_file(
    input: &Input<'_>,
    folder: &str,
    name: &str,
    item: &Written,
) -> Option<(Location, String)> {
    let text = item.text()?;
    let path = text.split_once('=').map_or(text, |(_, path)| path);
    let full = joined(folder, path)?;
    let content = input.facts?.repository.text(&full)?;
    let is_filled = !content.trim().is_empty() && !content.contains("ENC[AES256_GCM,");
    let is_certificate = content.trim_start().starts_with("-----BEGIN CERTIFICATE");
    (is_filled && !is_certificate).then(|| {
        let what = format!("the generated Secret {name} is made from `{path}`, in plain text");
        (item.place.clone(), what)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_placeholders_are_no_secrets() {
        assert!(is_secret("password", "hunter2hunter2") && is_secret("dsn", "postgres://u:p@h/db"));
        assert!(!is_secret("password", "<from the vault>") && !is_secret("username", "app"));
        assert!(!is_secret("sink", "https://o44.ingest.example") && !is_secret("tls.crt", "x"));
    }
}
