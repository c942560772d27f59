//! The Secrets that a cluster has, as `kubectl get secrets -o json` prints them; and the plain Secrets that it lacks.

use super::graph::{Graph, KeyRef, Place};
use super::jwt;
use super::make::Values;
use super::manifest::{self, Secret};
use super::plain::Plain;
use crate::model::credentials::Value;
use anyhow::{anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use zeroize::Zeroizing;

/// The values that a cluster has, by where they stand.
#[derive(Default)]
pub struct Cluster {
    values: BTreeMap<Place, Plain>,
    secrets: BTreeSet<(String, String)>,
}

/// A Secret, or a list of them. No part of it is buffered as something else, which would not be overwritten.
#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    items: Option<Vec<Self>>,
    #[serde(default)]
    data: Option<BTreeMap<String, Zeroizing<String>>>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(default)]
    name: String,
    #[serde(default)]
    namespace: String,
}

impl Cluster {
    /// Reads what `kubectl get secrets -o json` printed, once or several times; nothing at all is a cluster without
    /// Secrets. Only what the graph is about is kept.
    ///
    /// # Errors
    /// When it is not JSON of Secrets.
    pub fn parse(text: &Plain, graph: &Graph) -> anyhow::Result<Self> {
        let wanted: BTreeSet<&Place> = graph.places().map(|(place, ..)| place).collect();
        let names: BTreeSet<(&str, &str)> = wanted
            .iter()
            .map(|place| (place.namespace.as_str(), place.at.secret.as_str()))
            .collect();
        let mut cluster = Self::default();
        let objects = serde_json::Deserializer::from_slice(text.bytes()).into_iter::<Object>();
        for object in objects {
            // The reader's own words could quote a value.
            let mut object = object.map_err(|error| {
                anyhow!(
                    "this is not what `kubectl get secrets -o json` prints: line {}, column {}",
                    error.line(),
                    error.column()
                )
            })?;
            let items = object.items.take().unwrap_or_default();
            for item in items.into_iter().chain([object]) {
                if item.kind != "Secret" {
                    continue;
                }
                let name = (
                    item.metadata.namespace.as_str(),
                    item.metadata.name.as_str(),
                );
                if names.contains(&name) {
                    cluster.take(item, &wanted)?;
                }
            }
        }
        Ok(cluster)
    }

    fn take(&mut self, item: Object, wanted: &BTreeSet<&Place>) -> anyhow::Result<()> {
        let Metadata { name, namespace } = item.metadata;
        for (key, value) in item.data.unwrap_or_default() {
            let place = Place {
                namespace: namespace.clone(),
                at: KeyRef::new(&name, &key),
            };
            if wanted.contains(&place) {
                let bytes = STANDARD
                    .decode(value.as_bytes())
                    .map_err(|_| anyhow!("`{}` in {namespace} is not base64", place.at))?;
                self.values.insert(place, Plain::new(bytes));
            }
        }
        self.secrets.insert((namespace, name));
        Ok(())
    }

    /// Whether the cluster has a Secret, whatever is in it.
    pub fn has(&self, namespace: &str, secret: &str) -> bool {
        self.secrets
            .contains(&(namespace.to_owned(), secret.to_owned()))
    }

    /// The value at a place.
    pub fn value(&self, place: &Place) -> Option<&Plain> {
        self.values.get(place)
    }

    /// The values of the cell's sources, where the cluster has them in any place.
    ///
    /// # Errors
    /// Every contradiction: the same value that is not the same in two places, and what does not fit its key.
    pub fn known(&self, graph: &Graph) -> Result<Values, Vec<String>> {
        let mut known = Values::new();
        let mut wrong = Vec::new();
        for (at, source) in &graph.sources {
            let mut places = source
                .places
                .iter()
                .filter_map(|p| Some((p, self.value(p)?)));
            let Some((first, value)) = places.next() else {
                continue;
            };
            for (place, other) in places {
                if !other.is(value) {
                    wrong.push(format!(
                        "`{}` in {} differs from `{}` in {}",
                        place.at, place.namespace, first.at, first.namespace
                    ));
                }
            }
            if let Value::Text(text) = &source.value
                && !value.is(&Plain::from(text.as_str()))
            {
                wrong.push(format!(
                    "`{}` in {} is not what is declared now",
                    first.at, first.namespace
                ));
            }
            known.insert(at.clone(), value.copy());
        }
        for (at, source) in &graph.sources {
            let Some(from) = &source.from else {
                continue;
            };
            match (&source.value, known.get(at), known.get(from)) {
                (Value::Jwt { .. }, Some(token), Some(key)) if !jwt::is_signed_with(token, key) => {
                    wrong.push(format!("`{at}` is not signed with `{from}`"));
                }
                (_, Some(_), None) => wrong.push(format!("`{at}` is there, but `{from}` is not")),
                (Value::PrivateKey { .. }, None, Some(_)) => {
                    wrong.push(format!(
                        "`{from}` is there, but its private key `{at}` is not"
                    ));
                }
                _ => {}
            }
        }
        if wrong.is_empty() {
            Ok(known)
        } else {
            Err(wrong)
        }
    }

    /// The Secrets that are there but lack a key that somebody else than a person makes; nothing can be added to them
    /// by creating.
    pub fn incomplete(&self, graph: &Graph) -> Vec<String> {
        let lacking = graph.places().filter(|(place, _, source)| {
            !matches!(source.value, Value::Given)
                && self.has(&place.namespace, &place.at.secret)
                && self.value(place).is_none()
        });
        let mut lacking: Vec<String> = lacking
            .map(|(place, ..)| {
                format!(
                    "Secret `{}` in {} lacks `{}`",
                    place.at.secret, place.namespace, place.at.key
                )
            })
            .collect();
        lacking.sort();
        lacking
    }
}

/// Manifests of all Secrets of the cell that `wanted` says, one YAML document each; values that are not known are left out,
/// and so are Secrets without any.
pub(super) fn manifests(
    graph: &Graph,
    values: &Values,
    platform: &str,
    wanted: &dyn Fn(&str, &str) -> bool,
) -> anyhow::Result<Vec<Plain>> {
    let mut secrets: BTreeMap<(&str, &str), BTreeMap<String, Plain>> = BTreeMap::new();
    for (place, at, _) in graph.places() {
        let name = (place.namespace.as_str(), place.at.secret.as_str());
        let Some(value) = values.get(at).filter(|_| wanted(name.0, name.1)) else {
            continue;
        };
        let data = secrets.entry(name).or_default();
        if data.insert(place.at.key.clone(), value.copy()).is_some() {
            bail!("`{}` has two values", place.at);
        }
    }
    Ok(secrets
        .into_iter()
        .map(|((namespace, name), data)| {
            manifest::write(&Secret {
                name: name.to_owned(),
                namespace: namespace.to_owned(),
                labels: vec![
                    (
                        "app.kubernetes.io/managed-by".to_owned(),
                        "platformctl".to_owned(),
                    ),
                    manifest::part_of(platform),
                ],
                kind: "Opaque",
                data,
            })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::credentials;
    use super::super::make::complete;
    use super::*;
    use jiff::civil::date;

    fn graph() -> Graph {
        Graph::new(&credentials()).expect("fits")
    }

    fn made(graph: &Graph, mut known: Values) -> Values {
        for group in &graph.groups {
            complete(graph, group, &mut known, date(2026, 11, 21)).expect("is made");
        }
        known
    }

    /// What kubectl would print of these manifests.
    fn json(manifests: &[Plain]) -> Plain {
        let items = manifests
            .iter()
            .map(|text| serde_yaml::from_slice(text.bytes()).expect("is YAML"));
        let items: Vec<serde_json::Value> = items.collect();
        let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items});
        Plain::new(serde_json::to_vec_pretty(&list).expect("is JSON"))
    }

    #[test]
    fn what_is_written_is_read_back_and_nothing_is_lacking() {
        let graph = graph();
        let values = made(&graph, Values::new());
        let all = manifests(&graph, &values, "p", &|_, _| true).expect("fits");
        // store-ca and web-store are in two namespaces; nobody gave smtp its password.
        assert_eq!(all.len(), 8);
        let cluster = Cluster::parse(&json(&all), &graph).expect("is read");
        let known = cluster.known(&graph).expect("fits");
        assert!(known.len() == values.len() && known.iter().all(|(at, v)| v.is(&values[at])));
        assert_eq!(cluster.incomplete(&graph), [""; 0]);
        assert!(cluster.has("p-apps", "store-ca") && !cluster.has("p-data", "smtp"));
        let again = manifests(&graph, &values, "p", &|ns, name| !cluster.has(ns, name));
        assert!(again.expect("fits").is_empty());
    }

    #[test]
    fn one_secret_alone_and_no_output_at_all_are_read_too() {
        let graph = graph();
        let one = br#"{"kind":"Secret","metadata":{"name":"smtp","namespace":"p-data"},"data":{"password":"eA=="}}"#;
        let mut two = one.to_vec();
        two.extend(br#"{"kind":"List","metadata":{"resourceVersion":""},"items":[{"kind":"Secret","metadata":{"name":"other","namespace":"x"},"type":"Opaque"}]}"#);
        let cluster = Cluster::parse(&Plain::new(two), &graph).expect("is read");
        assert_eq!(cluster.known(&graph).expect("fits").len(), 1);
        let none = Cluster::parse(&Plain::from(" \n"), &graph).expect("is read");
        assert!(none.known(&graph).expect("fits").is_empty());
    }

    #[test]
    fn contradictions_are_named_and_no_value_is() {
        let graph = graph();
        let values = made(&graph, Values::new());
        let all = manifests(&graph, &values, "p", &|_, _| true).expect("fits");
        let mut list: serde_json::Value = serde_json::from_slice(json(&all).bytes()).expect("JSON");
        for item in list["items"].as_array_mut().expect("a list") {
            let place = format!(
                "{}/{}",
                item["metadata"]["namespace"], item["metadata"]["name"]
            );
            match place.replace('"', "").as_str() {
                "p-apps/web-store" => item["data"]["access-key"] = "b3RoZXI=".into(),
                "p-data/supabase-jwt" => item["data"]["jwt-secret"] = "b3RoZXI=".into(),
                "p-data/postgres" => item["data"] = serde_json::json!({"user": "b3RoZXI="}),
                _ => {}
            }
        }
        let text = Plain::new(serde_json::to_vec(&list).expect("JSON"));
        let cluster = Cluster::parse(&text, &graph).expect("is read");
        assert_eq!(
            cluster.incomplete(&graph),
            ["Secret `postgres` in p-data lacks `password`"]
        );
        let wrong = cluster
            .known(&graph)
            .map(|_| ())
            .expect_err("contradicts itself");
        assert_eq!(wrong.len(), 4, "{wrong:#?}");
        let all = wrong.join("\n");
        assert!(
            all.contains(
                "`web-store/access-key` in p-data differs from `web-store/access-key` in p-apps"
            ),
            "{all}"
        );
        assert!(all.contains("`postgres/user` in p-data is not what is declared now"));
        assert!(
            all.contains("`supabase-jwt/anon-key` is not signed with `supabase-jwt/jwt-secret`")
        );
        assert!(!all.contains("b3RoZXI=") && !all.contains("other"));
        for broken in ["{\"kind\": \"Secret\", \"data\": {\"p\": \"hush", "[1]"] {
            let error = Cluster::parse(&Plain::from(broken), &graph)
                .map(|_| ())
                .expect_err(broken);
            assert!(!error.to_string().contains("hush"), "{error}");
        }
        let no_base64 = r#"{"kind":"Secret","metadata":{"name":"smtp","namespace":"p-data"},"data":{"password":"hush!"}}"#;
        let error = Cluster::parse(&Plain::from(no_base64), &graph)
            .map(|_| ())
            .expect_err("no base64");
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}
