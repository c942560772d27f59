//! What the cell on a laptop and the rendered workflows are built with.

use serde::{Deserialize, Serialize};

/// The image of k3s that k3d runs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct K3s {
    /// Registry and path, without tag.
    pub image: String,
    /// The tag.
    pub tag: String,
    /// Where it was found.
    pub source: String,
    /// The day it was verified.
    pub verified_at: String,
}

impl K3s {
    /// `image:tag`, as k3d takes it.
    pub fn reference(&self) -> String {
        format!("{}:{}", self.image, self.tag)
    }
}

/// An action of GitHub Actions by version, for people, and commit, which decides.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Action {
    /// `owner/name`.
    pub name: String,
    /// The tag.
    pub version: String,
    /// The commit that the tag stood at, 40 hexadecimal digits.
    pub commit: String,
    /// Where it was found.
    pub source: String,
    /// The day it was verified.
    pub verified_at: String,
}

impl Action {
    /// `owner/name@commit`, as `uses:` takes it.
    pub fn reference(&self) -> String {
        format!("{}@{}", self.name, self.commit)
    }
}

/// Something that is built from source, by version, for people, and commit, which decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BuiltFrom {
    /// URL of its Git repository.
    pub repository: String,
    /// The version.
    pub version: String,
    /// The commit of that version, 40 hexadecimal digits.
    pub commit: String,
    /// Where it was found.
    pub source: String,
    /// The day it was verified.
    pub verified_at: String,
}

/// A Helm chart that Argo CD installs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Chart {
    /// Registry with folder, or URL of the repository, as Argo CD's `repoURL` takes it.
    pub repository: String,
    /// Its name there.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it was found.
    pub source: String,
    /// The day it was verified.
    pub verified_at: String,
}

/// Manifests in a Git repository that Argo CD installs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct GitSource {
    /// URL of the repository.
    pub repository: String,
    /// The folder, which kustomize builds.
    pub path: String,
    /// The tag, for people.
    pub version: String,
    /// The commit that the tag stood at, 40 hexadecimal digits.
    pub commit: String,
    /// Where it was found.
    pub source: String,
    /// The day it was verified.
    pub verified_at: String,
}
