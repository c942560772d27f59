//! Third-party versions and digests, read from the embedded catalogue.

use super::tools::{Action, BuiltFrom, Chart, GitSource, K3s};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// An image by tag, for people, and digest, which decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImagePin {
    /// Registry and path, without tag.
    pub image: String,
    /// The tag.
    pub tag: String,
    /// The digest.
    pub digest: String,
    /// Where tag and digest were found.
    pub source: String,
    /// The day they were verified.
    pub verified_at: String,
}

impl ImagePin {
    /// `image:tag@digest`, as Kubernetes takes it.
    pub fn reference(&self) -> String {
        format!("{}:{}@{}", self.image, self.tag, self.digest)
    }
}

/// The Argo CD release that bootstrap installs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ArgoCd {
    /// The release's tag.
    pub version: String,
    /// SHA-256 of its `manifests/install.yaml`.
    pub install_sha256: String,
    /// Where it was found.
    pub source: String,
    /// The day it was verified.
    pub verified_at: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Catalogue {
    argo_cd: ArgoCd,
    k3s: K3s,
    actions: BTreeMap<String, Action>,
    charts: BTreeMap<String, Chart>,
    definitions: BTreeMap<String, GitSource>,
    sources: BTreeMap<String, BuiltFrom>,
    images: BTreeMap<String, ImagePin>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    // The file is part of the program: a broken one is caught by the first test that runs.
    toml::from_str(include_str!("catalogue.toml"))
        .unwrap_or_else(|error| panic!("catalogue.toml: {error}"))
});

/// The Argo CD release that bootstrap installs.
pub static ARGO_CD: LazyLock<&'static ArgoCd> = LazyLock::new(|| &CATALOGUE.argo_cd);

/// The k3s of the cell on a laptop.
pub static K3S: LazyLock<&'static K3s> = LazyLock::new(|| &CATALOGUE.k3s);

/// Actions of the rendered workflows by their name in the catalogue.
pub fn actions() -> &'static BTreeMap<String, Action> {
    &CATALOGUE.actions
}

/// What is built from source, by its name in the catalogue.
pub fn sources() -> &'static BTreeMap<String, BuiltFrom> {
    &CATALOGUE.sources
}

/// Charts by their name in the catalogue.
pub fn charts() -> &'static BTreeMap<String, Chart> {
    &CATALOGUE.charts
}

/// Definitions of custom kinds that come with no chart, by their name in the catalogue.
pub fn definitions() -> &'static BTreeMap<String, GitSource> {
    &CATALOGUE.definitions
}

/// Images by their name in the catalogue.
pub fn images() -> &'static BTreeMap<String, ImagePin> {
    &CATALOGUE.images
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::formats::{is_digest, is_tag};

    #[test]
    fn every_entry_is_pinned_and_has_a_source() {
        assert!(!images().is_empty());
        for (name, pin) in images() {
            assert!(is_digest(&pin.digest), "{name}");
            assert!(is_tag(&pin.tag), "{name}");
            assert!(
                !pin.source.is_empty() && pin.verified_at.len() == 10,
                "{name}"
            );
        }
        assert_eq!(ARGO_CD.install_sha256.len(), 64);
        assert!(is_tag(&K3S.tag) && !K3S.source.is_empty() && K3S.verified_at.len() == 10);
        for (name, built) in sources() {
            let hexadecimal = built.commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(built.commit.len() == 40 && hexadecimal, "{name}");
            assert!(built.repository.starts_with("https://"), "{name}");
            assert!(
                !built.source.is_empty() && built.verified_at.len() == 10,
                "{name}"
            );
        }
        for (name, chart) in charts() {
            assert!(
                chart.version.contains('.') && !chart.repository.is_empty(),
                "{name}"
            );
            assert_eq!(&chart.name, name);
            assert!(
                !chart.source.is_empty() && chart.verified_at.len() == 10,
                "{name}"
            );
        }
        for (name, definitions) in definitions() {
            let hexadecimal = definitions.commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(definitions.commit.len() == 40 && hexadecimal, "{name}");
            assert!(
                !definitions.source.is_empty() && definitions.verified_at.len() == 10,
                "{name}"
            );
        }
        assert!(!actions().is_empty());
        for (name, action) in actions() {
            let hexadecimal = action.commit.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(action.commit.len() == 40 && hexadecimal, "{name}");
            assert!(action.name.ends_with(name.as_str()), "{name}");
            assert!(
                !action.source.is_empty() && action.verified_at.len() == 10,
                "{name}"
            );
        }
    }
}
