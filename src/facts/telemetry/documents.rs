//! Every configuration of a product of observability, as a flat list of settings: from ConfigMaps and readable Secrets,
//! from custom resources, and from the values of charts.

use super::product::Product;
use crate::facts::cell::{CellFacts, Spot};
use crate::facts::embedded::{Leaf, leaves};
use crate::kustomize::Node;

/// A value with its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Keys and positions from the top of the document.
    pub path: Vec<String>,
    /// The keys in lower case without `-`, `_` and positions, so that `remote_write` and `remoteWrite` are one.
    pub keys: Vec<String>,
    /// The value.
    pub value: String,
    /// Where it stands.
    pub spot: Spot,
}

impl Setting {
    fn new(path: Vec<String>, value: String, spot: Spot) -> Self {
        let keys = path
            .iter()
            .filter(|key| key.parse::<usize>().is_err())
            .map(|key| plain(key))
            .collect();
        Self {
            path,
            keys,
            value,
            spot,
        }
    }

    /// The last key, as [`Self::keys`] has it.
    pub fn key(&self) -> &str {
        self.keys.last().map_or("", String::as_str)
    }

    /// Whether a key is anywhere in the path.
    pub fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|own| own == key)
    }

    /// Whether the keys end in these.
    pub fn ends(&self, keys: &[&str]) -> bool {
        self.keys.len() >= keys.len()
            && self.keys[self.keys.len() - keys.len()..]
                .iter()
                .zip(keys)
                .all(|(own, key)| own == key)
    }

    /// The path without its last part: what its siblings share.
    pub fn parent(&self) -> &[String] {
        self.path.split_last().map_or(&[], |(_, parent)| parent)
    }

    /// The path as people write it.
    pub fn dotted(&self) -> String {
        self.path.join(".")
    }
}

/// A key in lower case, without `-` and `_`.
pub(super) fn plain(key: &str) -> String {
    key.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// One configuration.
#[derive(Debug, Clone)]
pub struct Document {
    /// The manifest that it stands in.
    pub manifest: usize,
    /// The namespace of that manifest.
    pub namespace: String,
    /// The name of the ConfigMap or Secret and its key, or nothing for a manifest's own fields.
    pub name: String,
    /// The product that the manifest is of, where it says so; what a text is about is found in it.
    pub product: Option<Product>,
    /// Its values.
    pub settings: Vec<Setting>,
    /// The text, when it is one.
    pub text: Option<String>,
    /// Where the text or the fields stand.
    pub spot: Spot,
}

impl Document {
    /// The first setting whose keys end in these.
    pub fn find(&self, keys: &[&str]) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.ends(keys))
    }

    /// Whether a key is anywhere in it.
    pub fn has(&self, key: &str) -> bool {
        self.settings.iter().any(|setting| setting.has(key))
    }

    /// The settings below a path.
    pub fn below<'s>(&'s self, path: &'s [String]) -> impl Iterator<Item = &'s Setting> + 's {
        self.settings
            .iter()
            .filter(move |setting| setting.path.starts_with(path))
    }
}

impl CellFacts<'_> {
    /// Every configuration of a product of observability, read when somebody first asks.
    pub fn documents(&self) -> &[Document] {
        self.documents.get_or_init(|| documents(self))
    }
}

fn documents(facts: &CellFacts<'_>) -> Vec<Document> {
    let mut found = Vec::new();
    for config in &facts.configs {
        texts_in(
            &config.key,
            &config.text,
            config.leaves().to_vec(),
            &Document {
                manifest: config.spot.manifest,
                namespace: config.namespace.clone(),
                name: format!("{} {}", config.name, config.key),
                product: None,
                settings: Vec::new(),
                text: None,
                spot: config.spot.clone(),
            },
            DEEPEST,
            &mut found,
        );
    }
    for index in 0..facts.manifests.len() {
        for (product, namespace, root) in trees(facts, index) {
            let mut document = Document {
                manifest: index,
                namespace,
                name: String::new(),
                product,
                settings: Vec::new(),
                text: None,
                spot: Spot::whole(index, root),
            };
            let mut texts = Vec::new();
            flatten(
                index,
                root,
                &mut Vec::new(),
                &mut document.settings,
                &mut texts,
            );
            for (key, text, spot) in texts {
                let blank = Document {
                    settings: Vec::new(),
                    name: key.clone(),
                    spot,
                    ..document.clone()
                };
                texts_in(
                    &key,
                    &text,
                    leaves(&key, &text),
                    &blank,
                    DEEPEST,
                    &mut found,
                );
            }
            found.push(document);
        }
    }
    found
}

/// Texts inside of texts that are read.
const DEEPEST: usize = 4;

/// A text that stands somewhere, and the texts that stand as values in it.
fn texts_in(
    key: &str,
    text: &str,
    own: Vec<Leaf>,
    blank: &Document,
    depth: usize,
    found: &mut Vec<Document>,
) {
    if depth > 0 {
        for leaf in own.iter().filter(|leaf| leaf.is_text()) {
            let inner = leaves(leaf.key(), &leaf.value);
            texts_in(leaf.key(), &leaf.value, inner, blank, depth - 1, found);
        }
    }
    found.push(of_text(key, text, own, blank.clone()));
}

/// A text that stands somewhere.
fn of_text(key: &str, text: &str, leaves: Vec<Leaf>, mut document: Document) -> Document {
    document.settings = leaves
        .into_iter()
        .map(|leaf| {
            let spot = leaf.spot(&document.spot);
            Setting::new(leaf.path, leaf.value, spot)
        })
        .collect();
    if document.settings.is_empty()
        && key.ends_with(".toml")
        && let Ok(table) = text.parse::<toml::Table>()
    {
        let table = toml::Value::Table(table);
        let mut settings = Vec::new();
        tables(&table, &document.spot, &mut Vec::new(), &mut settings);
        document.settings = settings;
    }
    document.text = Some(text.to_owned());
    document
}

/// The values of TOML that has more than lines.
fn tables(value: &toml::Value, spot: &Spot, path: &mut Vec<String>, settings: &mut Vec<Setting>) {
    let text = match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                path.push(key.clone());
                tables(value, spot, path, settings);
                path.pop();
            }
            return;
        }
        toml::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                tables(item, spot, path, settings);
                path.pop();
            }
            return;
        }
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let first = text.lines().next().unwrap_or_default().to_owned();
    settings.push(Setting::new(path.clone(), text, spot.clone().part(first)));
}

/// What configures a product in an object: a custom resource's `spec`, a chart's values; with the namespace that it is for.
fn trees<'f>(facts: &'f CellFacts<'_>, index: usize) -> Vec<(Option<Product>, String, &'f Node)> {
    let manifest = &facts.manifests[index];
    if let Some(product) = Product::of_kind(manifest.group(), manifest.object.kind()) {
        let namespace = manifest.object.namespace().to_owned();
        let spec = manifest.at(&["spec"]);
        return spec
            .map(|spec| (Some(product), namespace, spec))
            .into_iter()
            .collect();
    }
    facts
        .charts_of(index)
        .filter(|chart| !chart.name.is_empty())
        .map(|chart| {
            let product = Product::of_chart(&chart.name);
            (product, chart.namespace.clone(), &chart.values)
        })
        .collect()
}

type Texts = Vec<(String, String, Spot)>;

fn flatten(
    index: usize,
    node: &Node,
    path: &mut Vec<String>,
    settings: &mut Vec<Setting>,
    texts: &mut Texts,
) {
    if let Some(text) = node.as_text() {
        let spot = Spot::whole(index, node);
        if text.contains('\n') {
            let key = path.last().cloned().unwrap_or_else(|| "values".to_owned());
            texts.push((key, text.to_owned(), spot.clone()));
        }
        settings.push(Setting::new(path.clone(), text.to_owned(), spot));
        return;
    }
    for entry in node.entries() {
        path.push(entry.key.to_string());
        flatten(index, &entry.value, path, settings, texts);
        path.pop();
    }
    for (at, item) in node.items().iter().enumerate() {
        path.push(at.to_string());
        flatten(index, item, path, settings, texts);
        path.pop();
    }
}
