//! Buckets: whose they are, and where their names stand in the manifests.
//!
//! A name is taken from where names of buckets stand (variables, settings, kinds of operators, addresses of objects,
//! arguments of the tools that make buckets) and never guessed from its shape.

mod keys;

use super::address::{Address, Host};
use super::cell::{CellFacts, Spot};
use super::resolve::Destination;
use super::workloads::Setting;
use crate::kustomize::Node;
use crate::model::{Cell, Platform};
use crate::spec::names::Name;
use keys::until;
pub use keys::{is_bucket_key, is_name, is_open_policy, named_in};

/// Cells that have a bucket, and the store it belongs to.
#[derive(Debug)]
pub struct Owner<'a> {
    /// The store.
    pub store: &'a Name,
    /// The cell.
    pub cell: &'a Cell,
}

/// Whose a bucket is.
pub fn owners<'a>(platform: &'a Platform, bucket: &str) -> Vec<Owner<'a>> {
    let owner = |cell| Some((cell, store_of(platform, cell, bucket)?));
    platform
        .cells
        .iter()
        .filter_map(owner)
        .map(|(cell, store)| Owner { store, cell })
        .collect()
}

/// The store of a cell that a bucket belongs to.
pub fn own<'a>(here: &CellFacts<'a>, bucket: &str) -> Option<&'a Name> {
    store_of(here.platform, here.cell, bucket)
}

fn store_of<'a>(platform: &'a Platform, cell: &'a Cell, bucket: &str) -> Option<&'a Name> {
    let named = |template: &str| {
        template
            .replace("{environment}", &cell.environment)
            .replace("{region}", &cell.region)
            == bucket
    };
    let made = cell
        .object_storage
        .iter()
        .flat_map(|store| &store.buckets)
        .filter(|(_, name)| *name == bucket)
        .map(|(store, _)| store);
    let declared = platform
        .stores
        .iter()
        .filter(|store| {
            store
                .region
                .as_ref()
                .is_none_or(|only| *only == cell.region)
        })
        .filter(|store| store.bucket.as_deref().is_some_and(named))
        .map(|store| &store.id);
    let outside = platform
        .postgres_backups
        .iter()
        .filter_map(|backups| backups.offsite.get(&cell.region))
        .filter(|offsite| named(&offsite.bucket))
        .map(|offsite| &offsite.store);
    made.chain(declared).chain(outside).next()
}

/// The name of a bucket in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketMention {
    /// The key it stands at.
    pub key: String,
    /// The name.
    pub name: String,
    /// Where it stands.
    pub spot: Spot,
}

/// Every name of a bucket in a cell.
pub fn mentions(here: &CellFacts<'_>) -> Vec<BucketMention> {
    let mut search = Search {
        here,
        found: Vec::new(),
    };
    search.variables();
    search.words();
    search.configs();
    for (index, manifest) in here.manifests.iter().enumerate() {
        let is_text = manifest.is("", "ConfigMap") || manifest.is("", "Secret");
        if !is_text && manifest.object.kind() != "CustomResourceDefinition" {
            let namespace = manifest.object.namespace();
            search.tree(index, namespace, "", &manifest.object.root);
        }
    }
    for chart in &here.charts {
        search.tree(chart.manifest, &chart.namespace, "", &chart.values);
    }
    search.scripts();
    search.found
}

/// Tools whose operands are `alias/bucket`, and what they do with one. <https://min.io/docs/minio/linux/reference/minio-mc.html>
const MC_VERBS: &[&str] = &[
    "mb",
    "rb",
    "cp",
    "mv",
    "mirror",
    "pipe",
    "anonymous",
    "policy",
    "version",
    "ilm",
    "event",
    "replicate",
    "retention",
    "quota",
    "encrypt",
    "share",
    "undo",
    "rm",
    "put",
    "get",
    "cat",
];

struct Search<'f, 'a> {
    here: &'f CellFacts<'a>,
    found: Vec<BucketMention>,
}

impl Search<'_, '_> {
    fn add(&mut self, key: &str, name: &str, spot: &Spot) {
        let name = name.trim();
        if !is_name(name) {
            return;
        }
        let spot = spot.clone().part(name);
        let mention = BucketMention {
            key: key.to_owned(),
            name: name.to_owned(),
            spot,
        };
        if !self.found.contains(&mention) {
            self.found.push(mention);
        }
    }

    /// A value at a key: one or several names, or addresses with names in them.
    fn value(&mut self, key: &str, value: &str, namespace: &str, spot: &Spot) {
        if is_bucket_key(key) && !value.contains("://") {
            for name in value.split(',') {
                self.add(key, name, spot);
            }
        }
        self.addresses(key, value, namespace, spot);
    }

    /// `s3://bucket/key`, `arn:aws:s3:::bucket/*`, and the address of a bucket in the cell's own object store.
    fn addresses(&mut self, key: &str, text: &str, namespace: &str, spot: &Spot) {
        // Most texts have none of the marks below.
        if !text.contains(":/") && !text.contains("arn:aws:s3:") {
            return;
        }
        for name in named_in(text) {
            self.add(key, name, spot);
        }
        // A text may be a script: an address ends with its word.
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '='));
        for word in words.filter(|word| word.contains("://")) {
            // A repository of restic begins with `s3:`.
            let plain = word.strip_prefix("s3:").unwrap_or(word);
            if let Some(address) = Address::parse(plain)
                && self.is_object_store(&address, namespace)
            {
                let first = until(&address.path);
                if first != "minio" {
                    self.add(key, first, spot);
                }
            }
        }
    }

    fn is_object_store(&self, address: &Address, namespace: &str) -> bool {
        let Some(store) = &self.here.cell.object_storage else {
            return false;
        };
        let Host::Name(host) = &address.host else {
            return false;
        };
        if *host == store.access.host {
            return true;
        }
        let own = store.access.host.split('.').next().unwrap_or_default();
        match self.here.resolve(address, namespace).destination {
            Destination::Service { name, .. } => store.outside.is_none() && name == own,
            _ => false,
        }
    }

    fn variables(&mut self) {
        for workload in &self.here.workloads {
            for variable in workload
                .containers
                .iter()
                .flat_map(|container| &container.env)
            {
                if let Setting::Text(text) = &variable.value {
                    self.value(&variable.name, text, &workload.namespace, &variable.spot);
                }
            }
        }
    }

    /// `--bucket=name`, `--bucket name`, whatever the program is.
    fn words(&mut self) {
        for workload in &self.here.workloads {
            for container in &workload.containers {
                let mut flag = "";
                for word in &container.words {
                    let (key, value) = match word.text.split_once('=') {
                        Some(both) => both,
                        None if word.text.starts_with('-') => {
                            flag = &word.text;
                            continue;
                        }
                        None => (flag, word.text.as_str()),
                    };
                    if key.starts_with('-') && is_bucket_key(key) {
                        self.add(key, value, &word.spot);
                    }
                    flag = "";
                }
            }
        }
    }

    fn configs(&mut self) {
        for config in self.here.texts() {
            let wants = config.name == "object-storage-buckets" && !config.is_secret;
            if wants && let Some(bucket) = config.key.strip_prefix("bucket.") {
                // The name is the key, which stands beside the value.
                self.add("bucket", bucket, &config.spot);
                if let Some(last) = self.found.last_mut() {
                    last.spot.part = String::new();
                }
                continue;
            }
            if wants && config.key.starts_with("user.") {
                for name in config.text.split_whitespace().skip(1) {
                    self.add(&config.key, name, &config.spot);
                }
                continue;
            }
            self.value(&config.key, &config.text, &config.namespace, &config.spot);
            for leaf in config.leaves() {
                let spot = leaf.spot(&config.spot);
                let key = leaf
                    .path
                    .iter()
                    .rev()
                    .find(|key| key.parse::<usize>().is_err());
                let key = key.map_or("", String::as_str);
                self.value(key, &leaf.value, &config.namespace, &spot);
            }
        }
    }

    /// Keys of kinds that nobody here knows, and of values of charts.
    fn tree(&mut self, manifest: usize, namespace: &str, key: &str, node: &Node) {
        // A chart's values in a text were read as such.
        let is_values = matches!(key, "values" | "valuesContent")
            && self.here.charts_of(manifest).next().is_some();
        if let Some(text) = node
            .as_text()
            .filter(|text| !(is_values && text.contains('\n')))
        {
            let spot = Spot::whole(manifest, node);
            self.value(key, text, namespace, &spot);
            return;
        }
        // Variables of containers were put together before.
        let is_variable = node.get("value").is_some() && node.get("name").is_some();
        let names_buckets = !node.entries().is_empty() && is_bucket_key(key);
        for entry in node.entries() {
            if is_variable && &*entry.key == "value" {
                continue;
            }
            // `bucketNames: {chunks: a, ruler: b}`
            let below = match names_buckets && entry.value.as_text().is_some() {
                true => key,
                false => &*entry.key,
            };
            self.tree(manifest, namespace, below, &entry.value);
        }
        for item in node.items() {
            // `buckets: [{name: a}]`
            match item.get("name").filter(|_| key == "buckets") {
                Some(name) => self.tree(manifest, namespace, "bucket", name),
                None => self.tree(manifest, namespace, key, item),
            }
        }
    }

    fn scripts(&mut self) {
        for placed in &self.here.scripts {
            for command in &placed.script.commands {
                let program = command.program();
                let is_mc = matches!(program.as_str(), "mc" | "mcli");
                let verbs: Vec<String> = command
                    .operands(&[])
                    .iter()
                    .map(|word| word.literal())
                    .collect();
                let is_about_buckets = is_mc
                    && verbs
                        .first()
                        .is_some_and(|verb| MC_VERBS.contains(&verb.as_str()));
                for word in command.arguments() {
                    let Some(value) = placed.value(word) else {
                        continue;
                    };
                    let spot = placed.place(word);
                    self.addresses(&program, &value, &placed.namespace, &spot);
                    let is_path = value.starts_with(['/', '.', '~', '-']) || value.contains("://");
                    if is_about_buckets
                        && !is_path
                        && let Some((_, path)) = value.split_once('/')
                    {
                        self.add("mc", until(path), &spot);
                    }
                }
                for option in ["--bucket", "--remote-bucket"] {
                    let word = command.option(&[option]);
                    let value = word.as_ref().and_then(|word| placed.value(word));
                    if let (Some(word), Some(value)) = (word, value)
                        && !value.contains("://")
                    {
                        self.add(option, &value, &placed.place(&word));
                    }
                }
            }
        }
    }
}
