//! Secret material in whatever form it stands in a repository: values, ciphertext, and the fingerprints that tell values
//! apart. Two cells that have the same one share what it opens.

use super::argocd::owner;
use super::cell::{CellFacts, Spot};
use super::repository::Repository;
use super::workloads::Setting;
use crate::kustomize::Node;
use crate::model::Platform;
use crate::source::Location;
use crate::spec::names::CellName;

/// One piece of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// The cell that has it.
    pub cell: CellName,
    /// What it is, in words: `the sealed value `password` of SealedSecret carebase-data/postgres`.
    pub what: String,
    /// What is compared.
    pub value: String,
    /// Where it stands.
    pub place: Location,
}

/// Shorter values are no secrets but names and settings.
const SHORTEST: usize = 8;
/// Values of variables are settings more often than not.
const SHORTEST_VARIABLE: usize = 12;
/// The annotation of a sealed Secret that tells values apart.
const FINGERPRINT: &str = "fingerprint.platformctl/";
/// Keys of Secrets that are no secrets, by their last word.
const PUBLIC: [&str; 22] = [
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
    "url",
    "uri",
    "type",
    "server",
    "crt",
    "cert",
    "pem",
    "ca",
    "issuer",
    "path",
    "namespace",
];

/// All of a cell.
pub fn of_cell(here: &CellFacts<'_>) -> Vec<Material> {
    let mut found = Vec::new();
    let mut add = |what: String, value: &str, spot: &Spot| {
        found.push(Material {
            cell: here.cell.name.clone(),
            what,
            value: value.to_owned(),
            place: here.place(spot),
        });
    };
    for (index, manifest) in here.manifests.iter().enumerate() {
        if !manifest.is("bitnami.com", "SealedSecret") {
            continue;
        }
        let identity = manifest.identity();
        let data = manifest.at(&["spec", "encryptedData"]);
        for entry in data.map_or(&[][..], Node::entries) {
            if let Some(text) = entry.value.as_text().filter(|text| !text.is_empty()) {
                let what = format!("the sealed value `{}` of {identity}", entry.key);
                add(what, text.trim(), &Spot::whole(index, &entry.value));
            }
        }
        let annotations = manifest.at(&["metadata", "annotations"]);
        for entry in annotations.map_or(&[][..], Node::entries) {
            if let Some(key) = entry.key.strip_prefix(FINGERPRINT) {
                let text = entry.value.as_text().unwrap_or_default();
                let what = format!("the fingerprint of `{key}` of {identity}");
                add(what, text, &Spot::whole(index, &entry.value));
            }
        }
    }
    for config in &here.configs {
        let key = config.key.to_lowercase();
        let last = key.rsplit(['-', '_', '.']).next().unwrap_or(&key);
        let text = config.text.trim();
        let is_key = text.contains("PRIVATE KEY-----") || text.contains("AGE-SECRET-KEY-");
        let is_secret = config.is_secret && text.len() >= SHORTEST && !PUBLIC.contains(&last);
        if is_key || is_secret {
            let identity = here.manifest(&config.spot).identity();
            add(
                format!("`{}` of {identity}", config.key),
                text,
                &config.spot,
            );
        }
    }
    for workload in &here.workloads {
        for variable in workload.containers.iter().flat_map(|c| &c.env) {
            let Setting::Text(text) = &variable.value else {
                continue;
            };
            let of_secret = here.manifest(&variable.spot).is("", "Secret");
            if !of_secret && names_a_secret(&variable.name) && looks_secret(text) {
                let identity = here.manifest(&variable.spot).identity();
                add(
                    format!("`{}` of {identity}", variable.name),
                    text,
                    &variable.spot,
                );
            }
        }
    }
    found
}

/// Values that SOPS encrypted, in the files of cells.
pub fn of_files(platform: &Platform, repository: &Repository<'_>) -> Vec<Material> {
    let mut found = Vec::new();
    for path in repository.below("cluster/overlays") {
        let Some(cell) = owner(platform, path) else {
            continue;
        };
        let text = repository.text(path).unwrap_or_default();
        let mut from = 0;
        while let Some(at) = text[from..].find("ENC[AES256_GCM,").map(|at| at + from) {
            let end = text[at..].find(']').map_or(text.len(), |end| at + end + 1);
            found.push(Material {
                cell: cell.name.clone(),
                what: format!("a value that SOPS encrypted in `{path}`"),
                value: text[at..end].to_owned(),
                place: Location::new(path, at..end),
            });
            from = end;
        }
    }
    found
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_uppercase();
    let words: Vec<&str> = name.split('_').collect();
    let has = |word: &str| words.contains(&word);
    has("PASSWORD")
        || has("SECRET")
        || has("TOKEN")
        || has("PASSPHRASE")
        || name.ends_with("API_KEY")
        || name.ends_with("PRIVATE_KEY")
        || name.ends_with("ACCESS_KEY_ID")
        || name.ends_with("ACCESS_KEY")
        || name.ends_with("ENCRYPTION_KEY")
}

/// Whether a text looks like something random rather than a name, a path or an address.
fn looks_secret(text: &str) -> bool {
    text.len() >= SHORTEST_VARIABLE
        && !text.starts_with(['/', '$', '.'])
        && !text.contains("://")
        && !text.contains(char::is_whitespace)
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_no_secrets() {
        assert!(names_a_secret("AWS_SECRET_ACCESS_KEY") && names_a_secret("SMTP_PASSWORD"));
        assert!(!names_a_secret("KEYCLOAK_URL") && !names_a_secret("TOKENIZER"));
        assert!(looks_secret("AKIAIOSFODNN7EXAMPLE") && !looks_secret("/run/secrets/key1"));
    }
}
