//! Texts of configuration in ConfigMaps and in Secrets that are not sealed.

use super::cell::{Manifest, Spot};
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
}

impl Config {
    /// The values in the text, read when somebody first asks.
    pub fn leaves(&self) -> &[Leaf] {
        self.leaves.get_or_init(|| leaves(&self.key, &self.text))
    }
}

/// Every entry of every ConfigMap and plain Secret.
pub(super) fn configs(manifests: &[Manifest]) -> Vec<Config> {
    let mut configs = Vec::new();
    for (index, manifest) in manifests.iter().enumerate() {
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
                    text,
                    is_decoded,
                    spot: Spot::whole(index, &entry.value),
                    leaves: OnceLock::new(),
                }));
            }
        }
    }
    configs
}

/// The text that Kubernetes makes of base64; none when it is no text.
fn decoded(raw: &str) -> Option<String> {
    let compact: String = raw.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    String::from_utf8(STANDARD.decode(compact).ok()?).ok()
}
