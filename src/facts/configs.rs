//! Texts of configuration in ConfigMaps and in Secrets that are not sealed.

use super::cell::{CellFacts, Spot};
use super::embedded::{Leaf, leaves};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::sync::OnceLock;

/// One entry of a ConfigMap or Secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The namespace of the object.
    pub namespace: String,
    /// The name of the object.
    pub name: String,
    /// Whether it is in a Secret.
    pub is_secret: bool,
    /// The key: mostly a file name.
    pub key: String,
    /// The text; of a Secret's `data` and of `binaryData` what it decodes to, when that is text.
    pub text: String,
    /// Whether the text had to be decoded.
    pub is_decoded: bool,
    /// The value.
    pub spot: Spot,
    leaves: OnceLock<Vec<Leaf>>,
    inner: OnceLock<Vec<Self>>,
}

/// Texts inside of texts that are read.
const DEEPEST: usize = 4;

impl Config {
    /// The values in the text, read when somebody first asks.
    pub fn leaves(&self) -> &[Leaf] {
        self.leaves.get_or_init(|| leaves(&self.key, &self.text))
    }

    /// The texts that stand as values in the text: files of configuration in the values of a chart, a policy in JSON.
    fn inner(&self) -> &[Self] {
        self.inner.get_or_init(|| {
            let texts = self.leaves().iter().filter(|leaf| leaf.is_text());
            texts
                .map(|leaf| Self {
                    namespace: self.namespace.clone(),
                    name: self.name.clone(),
                    is_secret: self.is_secret,
                    key: leaf.key().to_owned(),
                    text: leaf.value.clone(),
                    is_decoded: self.is_decoded,
                    spot: self.spot.clone(),
                    leaves: OnceLock::new(),
                    inner: OnceLock::new(),
                })
                .collect()
        })
    }

    fn with_inner<'c>(&'c self, depth: usize, found: &mut Vec<&'c Self>) {
        found.push(self);
        if depth > 0 {
            for inner in self.inner() {
                inner.with_inner(depth - 1, found);
            }
        }
    }
}

impl CellFacts<'_> {
    /// Every text of configuration, each followed by the texts that stand as values in it.
    pub fn texts(&self) -> Vec<&Config> {
        let mut found = Vec::with_capacity(self.configs.len());
        for config in &self.configs {
            config.with_inner(DEEPEST, &mut found);
        }
        found
    }
}

/// Every entry of every ConfigMap and plain Secret.
pub(super) fn configs(facts: &CellFacts<'_>) -> Vec<Config> {
    let mut configs = Vec::new();
    for (index, manifest) in facts.manifests.iter().enumerate() {
        let is_secret = manifest.is("", "Secret");
        if !is_secret && !manifest.is("", "ConfigMap") {
            continue;
        }
        for (field, is_decoded) in [
            ("data", is_secret),
            ("stringData", false),
            ("binaryData", true),
        ] {
            let entries = manifest.at(&[field]).map_or(&[][..], |data| data.entries());
            for entry in entries {
                let Some(raw) = entry.value.as_text() else {
                    continue;
                };
                let spot = Spot::whole(index, &entry.value);
                let text = if is_decoded {
                    decoded(raw)
                } else {
                    Some(raw.to_owned())
                };
                configs.extend(text.map(|text| Config {
                    namespace: manifest.object.namespace().to_owned(),
                    name: manifest.object.name().to_owned(),
                    is_secret,
                    key: entry.key.to_string(),
                    is_decoded: is_decoded && !stands(facts, &spot, &text),
                    text,
                    spot,
                    leaves: OnceLock::new(),
                    inner: OnceLock::new(),
                }));
            }
        }
    }
    configs
}

/// Whether a text stands in its file as it is, as that of a generator's literals and files does: nobody has to decode it.
fn stands(facts: &CellFacts<'_>, spot: &Spot, text: &str) -> bool {
    let place = facts.place(spot);
    let written = place.span.and_then(|(start, end)| {
        let file = facts.builder.text(&place.path)?;
        let part = std::str::from_utf8(file.get(start..end)?).ok()?;
        Some(part.contains(text.trim()))
    });
    written.unwrap_or(false)
}

/// The text that Kubernetes makes of base64; none when it is no text.
fn decoded(raw: &str) -> Option<String> {
    let compact: String = raw.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    String::from_utf8(STANDARD.decode(compact).ok()?).ok()
}
