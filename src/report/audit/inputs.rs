//! The files that the result rests on, and the hashes by which they are known again.

use super::Material;
use super::body::sha256;
use crate::digest::Digest;
use crate::model::Platform;
use crate::residency::Input;
use crate::spec;
use serde::Serialize;
use std::collections::BTreeSet;

/// A file that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct InputFile {
    /// Path relative to the repository, with forward slashes.
    pub path: String,
    /// Hash of its bytes.
    pub sha256: String,
    /// What it is.
    pub role: Role,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// platform.toml.
    Declaration,
    /// platform.lock: what is rendered, and which policy was approved.
    Lock,
    /// Which image a service runs in a cell.
    Pins,
    /// What manifests are built from.
    Source,
    /// Terraform.
    Terraform,
    /// What sets a cluster up.
    Bootstrap,
    /// What runs on the repository's host.
    Workflow,
    /// Any other file: judged by its name and content where a rule is about such files.
    Other,
}

/// The name of the lock file, at the root.
const LOCK: &str = "platform.lock";

pub(super) fn inputs(material: &Material<'_>) -> Vec<InputFile> {
    let pins = pins(material.input.platform);
    let files = material.files.iter().map(|(path, digest)| InputFile {
        path: path.clone(),
        sha256: digest.to_string(),
        role: role(path, &pins),
    });
    files.collect()
}

fn pins(platform: &Platform) -> BTreeSet<String> {
    let cells = platform.cells.iter();
    cells
        .flat_map(|cell| platform.services.keys().map(|service| cell.pins(service)))
        .collect()
}

fn role(path: &str, pins: &BTreeSet<String>) -> Role {
    let ends = |endings: &[&str]| endings.iter().any(|ending| path.ends_with(ending));
    match path {
        spec::FILE => Role::Declaration,
        LOCK => Role::Lock,
        _ if pins.contains(path) => Role::Pins,
        _ if path.starts_with(".github/workflows/") => Role::Workflow,
        _ if path.starts_with("bootstrap/") => Role::Bootstrap,
        _ if path.starts_with("infra/") || ends(&[".tf", ".tfvars", ".tf.json"]) => Role::Terraform,
        _ if path.starts_with("cluster/") => Role::Source,
        _ => Role::Other,
    }
}

/// One hash for every digest that a pins file ever had; none when Git's history could not be read.
pub(super) fn history(input: &Input<'_>) -> Option<String> {
    let history = input.tree?.history.as_ref()?;
    let mut text = String::new();
    for (path, digests) in history {
        for digest in digests {
            text.push_str(path);
            text.push(' ');
            text.push_str(digest);
            text.push('\n');
        }
    }
    Some(sha256(Digest::of(text.as_bytes())))
}
