//! Object stores that Loki, Tempo, Mimir and Thanos keep their data in.

use super::documents::{Document, Setting};
use super::outlets::{Outlet, Signal, Target, addresses};
use super::product::Product;
use crate::facts::address::Address;
use crate::spec::types::Provider;
use std::collections::BTreeSet;

/// Settings of one store, all below one path.
struct Store<'d> {
    kind: String,
    settings: Vec<&'d Setting>,
}

/// Where a document keeps what it is about.
pub(super) fn outlets(document: &Document, found: &mut Vec<Outlet>) {
    let mut paths = BTreeSet::new();
    for setting in &document.settings {
        for (at, _) in setting.path.iter().enumerate() {
            let path = &setting.path[..=at];
            if is_store(document, path) {
                paths.insert(path.to_vec());
                break;
            }
        }
    }
    for path in paths {
        let Some(kind) = path.last() else {
            continue;
        };
        if let Some(signal) = signal(document, &path) {
            let store = Store {
                kind: kind.to_lowercase(),
                settings: document.below(&path).collect(),
            };
            found.extend(store.outlet(document, signal));
        }
    }
    thanos(document, found);
    operated(document, found);
}

/// Whether a path ends in the name of a kind of store, below a key of storage.
fn is_store(document: &Document, path: &[String]) -> bool {
    let Some((last, above)) = path.split_last() else {
        return false;
    };
    let is_kind = [
        "s3",
        "aws",
        "gcs",
        "azure",
        "swift",
        "bos",
        "cos",
        "alibabacloud",
    ]
    .iter()
    .any(|kind| last.eq_ignore_ascii_case(kind));
    // The keys above are looked at for the few that are one: every key of every configuration comes by.
    is_kind && is_below_storage(above) && !document.has("backupstoragelocation")
}

fn is_below_storage(above: &[String]) -> bool {
    above.iter().any(|key| {
        let key = super::documents::plain(key);
        key.ends_with("storage")
            || key.ends_with("storageconfig")
            || key == "trace"
            || key == "objectstore"
    })
}

/// What is kept below a path: what the product keeps, else what the keys of the document say.
fn signal(document: &Document, path: &[String]) -> Option<Signal> {
    let has = |wanted: &str| {
        path.iter()
            .any(|key| super::documents::plain(key) == wanted)
    };
    if has("trace") || has("tempo") {
        return Some(Signal::Traces);
    }
    if has("loki") {
        return Some(Signal::Logs);
    }
    if has("mimir") || has("blocksstorage") {
        return Some(Signal::Metrics);
    }
    match document.product {
        Some(Product::Loki) => return Some(Signal::Logs),
        Some(Product::Tempo | Product::Jaeger) => return Some(Signal::Traces),
        Some(Product::Mimir | Product::Thanos | Product::Prometheus) => {
            return Some(Signal::Metrics);
        }
        _ => {}
    }
    if document.has("blocksstorage") {
        Some(Signal::Metrics)
    } else if document.has("schemaconfig")
        || document.has("storageconfig")
        || document.has("limitsconfig")
        || document.has("ruler") && document.has("common")
        || has("common") && has("storage")
    {
        Some(Signal::Logs)
    } else {
        None
    }
}

impl Store<'_> {
    fn value(&self, keys: &[&str]) -> Option<&Setting> {
        keys.iter().find_map(|key| {
            self.settings
                .iter()
                .copied()
                .find(|setting| setting.key() == *key && !setting.value.is_empty())
        })
    }

    fn outlet(&self, document: &Document, signal: Signal) -> Vec<Outlet> {
        let one = |setting: &Setting, target| vec![Outlet::of(signal, document, setting, target)];
        if let Some(endpoint) = self.value(&["endpoint", "authurl", "endpointsuffix", "host"]) {
            return Outlet::addresses(signal, document, endpoint);
        }
        // Loki's short form: the store as one URL, whose host is an endpoint or a region.
        let short = self.value(&["s3"]).or_else(|| {
            self.settings
                .iter()
                .copied()
                .find(|setting| setting.path.len() > 1 && setting.value.starts_with("s3://"))
        });
        if let Some(short) = short {
            return self.short(document, signal, short);
        }
        match self.kind.as_str() {
            "s3" | "aws" => {
                let bucket = self.value(&["bucket", "bucketname", "bucketnames"]);
                match (self.value(&["region"]), bucket) {
                    (Some(region), _) if !region.value.contains(['$', '{']) => one(
                        region,
                        Target::Place(Provider::Aws, region.value.to_lowercase()),
                    ),
                    (None, Some(bucket)) => one(bucket, Target::Default("Amazon S3")),
                    _ => Vec::new(),
                }
            }
            "gcs" => self
                .value(&["bucketname", "bucket"])
                .map_or_else(Vec::new, |bucket| {
                    one(bucket, Target::Default("Google Cloud Storage"))
                }),
            "azure" => self
                .value(&["accountname", "storageaccountname", "storageaccount"])
                .map_or_else(Vec::new, |account| {
                    one(account, Target::Default("Azure Blob Storage"))
                }),
            _ => Vec::new(),
        }
    }

    fn short(&self, document: &Document, signal: Signal, setting: &Setting) -> Vec<Outlet> {
        let host = Address::parse(&setting.value).map(|address| address.host.to_string());
        let target = match host {
            Some(host) if host.contains('.') => Target::Address(setting.value.clone()),
            Some(host) => Target::Place(Provider::Aws, host),
            None => return Vec::new(),
        };
        vec![Outlet::of(signal, document, setting, target)]
    }
}

/// Thanos: `type` and `config` side by side, as a text of its own or in the values of a chart.
fn thanos(document: &Document, found: &mut Vec<Outlet>) {
    let is_wanted = document.product.is_none_or(|product| {
        matches!(
            product,
            Product::Thanos | Product::Prometheus | Product::Mimir
        )
    });
    for kind in document
        .settings
        .iter()
        .filter(|s| s.key() == "type" && is_wanted)
    {
        let config: Vec<String> = kind
            .parent()
            .iter()
            .cloned()
            .chain(["config".to_owned()])
            .collect();
        let store = Store {
            kind: kind.value.to_lowercase(),
            settings: document.below(&config).collect(),
        };
        let is_known = matches!(
            store.kind.as_str(),
            "s3" | "gcs" | "azure" | "swift" | "cos" | "aliyunoss" | "bos" | "oci" | "obs"
        );
        if is_known && !store.settings.is_empty() {
            found.extend(store.outlet(document, Signal::Metrics));
        }
    }
}

/// The Secrets that LokiStack and TempoStack read: keys of a readable Secret.
fn operated(document: &Document, found: &mut Vec<Outlet>) {
    // One document per key: the name says which key of which Secret it is.
    let Some((secret, key)) = document.name.split_once(' ') else {
        return;
    };
    let signal = if secret.contains("loki") {
        Signal::Logs
    } else if secret.contains("tempo") {
        Signal::Traces
    } else if secret.contains("thanos") || secret.contains("mimir") {
        Signal::Metrics
    } else {
        return;
    };
    let (Some(text), "endpoint") = (&document.text, key) else {
        return;
    };
    found.extend(addresses(text).map(|address| Outlet {
        signal,
        manifest: document.manifest,
        namespace: document.namespace.clone(),
        key: key.to_owned(),
        value: String::new(),
        target: Target::Address(address),
        spot: document.spot.clone(),
    }));
}
