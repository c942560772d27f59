//! Which values of a cell hang together: copies of one value, tokens and their key, certificates and their private key.
//!
//! In: the cell's [`Credential`]s. Out: a [`Graph`] with one [`Source`] for each value that is really made (all copies of
//! it are one), and groups of sources that only make sense together. A sealed value cannot be read back, so what is in one
//! group is made, and replaced, together.

use crate::model::credentials::{Credential, Value};
use anyhow::bail;
use std::collections::{BTreeMap, BTreeSet};

/// A key of a Secret, whatever namespaces the Secret is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyRef {
    /// The Secret's name.
    pub secret: String,
    /// The key in it.
    pub key: String,
}

impl KeyRef {
    /// A key of a Secret.
    pub fn new(secret: &str, key: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            key: key.to_owned(),
        }
    }
}

impl std::fmt::Display for KeyRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.secret, self.key)
    }
}

/// One place where a value stands: a key of a Secret in a namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The namespace.
    pub namespace: String,
    /// The Secret and the key.
    pub at: KeyRef,
}

/// One value of a cell and every place where it stands.
#[derive(Debug, Clone)]
pub struct Source {
    /// How it comes about; never [`Value::Copy`].
    pub value: Value,
    /// Where it stands, copies included; sorted.
    pub places: Vec<Place>,
    /// The source it is derived from: a token from its key, a private key from its certificate.
    pub from: Option<KeyRef>,
    /// Whether data is encrypted with it, so that no rotation replaces it.
    pub lasting: bool,
}

impl Source {
    /// Whether a rotation makes it anew.
    pub(super) fn is_replaceable(&self) -> bool {
        is_made(&self.value) && !self.lasting
    }
}

/// All values of a cell.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The values that are really made, by the key that does not copy another.
    pub sources: BTreeMap<KeyRef, Source>,
    /// Sources that are made together; each source is in one group.
    pub groups: Vec<BTreeSet<KeyRef>>,
    /// The source of every key.
    of: BTreeMap<KeyRef, KeyRef>,
    /// What to know or do when the values of a Secret change.
    notes: BTreeMap<String, String>,
}

impl Graph {
    /// Finds what hangs together.
    ///
    /// # Errors
    /// Only mistakes of platformctl itself: a key that is declared twice, or refers to one that is not there or to itself.
    pub fn new(credentials: &[Credential]) -> anyhow::Result<Self> {
        let mut values: BTreeMap<KeyRef, (&Value, &[String])> = BTreeMap::new();
        for credential in credentials {
            for key in &credential.keys {
                let at = KeyRef::new(&credential.name, &key.key);
                let entry = (&key.value, credential.namespaces.as_slice());
                if values.insert(at.clone(), entry).is_some() {
                    bail!("`{at}` is declared twice");
                }
            }
        }
        let mut graph = Self {
            notes: credentials
                .iter()
                .map(|c| (c.name.clone(), c.on_rotation.clone()))
                .collect(),
            ..Self::default()
        };
        for (at, (_, namespaces)) in &values {
            let source = source_of(&values, at)?;
            graph.of.insert(at.clone(), source.clone());
            let value = values[&source].0;
            let entry = graph.sources.entry(source).or_insert_with(|| Source {
                value: value.clone(),
                places: Vec::new(),
                from: None,
                lasting: false,
            });
            entry
                .places
                .extend(namespaces.iter().map(|namespace| Place {
                    namespace: namespace.clone(),
                    at: at.clone(),
                }));
        }
        for credential in credentials {
            for key in credential.keys.iter().filter(|key| key.lasting) {
                let at = KeyRef::new(&credential.name, &key.key);
                if let Some(source) = graph.sources.get_mut(&at) {
                    source.lasting = true;
                }
            }
        }
        graph.link()?;
        Ok(graph)
    }

    fn link(&mut self) -> anyhow::Result<()> {
        let mut links = Vec::new();
        for (at, source) in &self.sources {
            let from = match &source.value {
                Value::Jwt { secret, key, .. } => KeyRef::new(secret, key),
                Value::PrivateKey { certificate } => KeyRef::new(&at.secret, certificate),
                _ => continue,
            };
            let Some(from) = self.of.get(&from) else {
                bail!("`{at}` is made from `{from}`, which is not declared");
            };
            let fits = match (&source.value, &self.sources[from].value) {
                (Value::PrivateKey { .. }, other) => matches!(other, Value::Certificate { .. }),
                (_, other) => matches!(other, Value::Password { .. } | Value::Hex { .. }),
            };
            if !fits {
                bail!("`{at}` cannot be made from `{from}`");
            }
            links.push((at.clone(), from.clone()));
        }
        let mut groups: BTreeMap<KeyRef, BTreeSet<KeyRef>> = BTreeMap::new();
        for (at, from) in links {
            // Links are one step long, so what is derived joins the group of what it is derived from.
            groups.entry(from.clone()).or_default().insert(at.clone());
            if let Some(source) = self.sources.get_mut(&at) {
                source.from = Some(from);
            }
        }
        for (at, source) in &self.sources {
            if source.from.is_none() {
                groups.entry(at.clone()).or_default().insert(at.clone());
            }
        }
        self.groups = groups.into_values().collect();
        Ok(())
    }

    /// The source of a key; `None` when it is not declared.
    pub fn source(&self, at: &KeyRef) -> Option<(&KeyRef, &Source)> {
        self.sources.get_key_value(self.of.get(at)?)
    }

    /// Every place of the cell with its source.
    pub fn places(&self) -> impl Iterator<Item = (&Place, &KeyRef, &Source)> {
        let sources = self.sources.iter();
        sources.flat_map(|(at, source)| source.places.iter().map(move |place| (place, at, source)))
    }

    /// The groups that have anything to do with a Secret.
    pub fn groups_of<'a>(&'a self, secret: &'a str) -> impl Iterator<Item = &'a BTreeSet<KeyRef>> {
        self.groups.iter().filter(move |group| {
            let mut places = group.iter().flat_map(|at| &self.sources[at].places);
            places.any(|place| place.at.secret == secret)
        })
    }

    /// What to know or do when the values of a Secret change; empty for nothing.
    pub fn note(&self, secret: &str) -> &str {
        self.notes.get(secret).map_or("", String::as_str)
    }

    /// The names of all Secrets, sorted.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.notes.keys().map(String::as_str)
    }
}

/// Whether a rotation makes this value anew: not what a person gave, and not what is no secret.
pub fn is_made(value: &Value) -> bool {
    !matches!(value, Value::Given | Value::Text(_) | Value::Copy { .. })
}

/// Whether a value may stand in the repository as it is.
pub(super) fn is_public(value: &Value) -> bool {
    matches!(value, Value::Certificate { .. } | Value::Text(_))
}

/// Whether nobody can find the value by comparing guesses with its hash: at least 95 bits from a random generator, or
/// derived from such. What a person gives may be a word, so it never is.
pub(super) fn is_unguessable(value: &Value) -> bool {
    match value {
        // 5.95 bits for each of the 62 letters and digits.
        Value::Password { length } => *length >= 16,
        Value::Hex { bytes } => *bytes >= 12,
        Value::Jwt { .. } | Value::Certificate { .. } | Value::PrivateKey { .. } => true,
        Value::Text(_) | Value::Copy { .. } | Value::Given => false,
    }
}

fn source_of(
    values: &BTreeMap<KeyRef, (&Value, &[String])>,
    at: &KeyRef,
) -> anyhow::Result<KeyRef> {
    let mut here = at.clone();
    // A chain of copies cannot be longer than there are keys.
    for _ in 0..=values.len() {
        match values.get(&here) {
            None => bail!("`{at}` is a copy of `{here}`, which is not declared"),
            Some((Value::Copy { secret, key }, _)) => here = KeyRef::new(secret, key),
            Some(_) => return Ok(here),
        }
    }
    bail!("`{at}` is a copy of itself")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A cell with every kind of value.
    pub(in crate::secrets) fn credentials() -> Vec<Credential> {
        let data = || ["p-data".to_owned()];
        let both = || ["p-data".to_owned(), "p-apps".to_owned()];
        let jwt = |role: &str| Value::Jwt {
            role: role.to_owned(),
            secret: "supabase-jwt".to_owned(),
            key: "jwt-secret".to_owned(),
        };
        let copy = |secret: &str, key: &str| Value::Copy {
            secret: secret.to_owned(),
            key: key.to_owned(),
        };
        let hosts = vec!["store.p-data.svc".to_owned()];
        vec![
            Credential::new("postgres", data(), "the database")
                .with("password", Value::Password { length: 40 })
                .with("user", Value::Text("postgres".to_owned()))
                .on_rotation("ALTER ROLE postgres"),
            Credential::new("supabase-jwt", data(), "tokens")
                .with("jwt-secret", Value::Password { length: 40 })
                .with("anon-key", jwt("anon"))
                .with("service-role-key", jwt("service_role")),
            Credential::new("web-supabase", ["p-apps".to_owned()], "web's keys")
                .with("anon", copy("supabase-jwt", "anon-key"))
                .on_rotation("restart web"),
            Credential::new("store-tls", data(), "the store's certificate")
                .with("tls.crt", Value::Certificate { hosts })
                .with(
                    "tls.key",
                    Value::PrivateKey {
                        certificate: "tls.crt".to_owned(),
                    },
                ),
            Credential::new("store-ca", both(), "whom to trust")
                .with("ca.crt", copy("store-tls", "tls.crt")),
            Credential::new("web-store", both(), "web's user")
                .with("access-key", Value::Password { length: 20 })
                .with("secret-key", Value::Hex { bytes: 20 }),
            Credential::new("smtp", data(), "the mail relay").with("password", Value::Given),
        ]
    }

    #[test]
    fn copies_are_one_value_and_what_is_derived_is_in_one_group() {
        let graph = Graph::new(&credentials()).expect("fits");
        let anon = KeyRef::new("web-supabase", "anon");
        let (at, source) = graph.source(&anon).expect("is there");
        assert_eq!(at.to_string(), "supabase-jwt/anon-key");
        let places: Vec<&str> = source.places.iter().map(|p| p.namespace.as_str()).collect();
        assert_eq!(places, ["p-data", "p-apps"]);
        assert_eq!(graph.groups_of("web-supabase").count(), 1);
        let group = graph.groups_of("web-supabase").next().expect("one");
        let names: Vec<String> = group.iter().map(ToString::to_string).collect();
        assert_eq!(
            names,
            [
                "supabase-jwt/anon-key",
                "supabase-jwt/jwt-secret",
                "supabase-jwt/service-role-key"
            ]
        );
        assert_eq!(graph.groups_of("web-store").count(), 2);
        assert_eq!(graph.groups_of("store-ca").next().expect("one").len(), 2);
        assert_eq!(graph.places().count(), 15);
        assert_eq!(graph.note("web-supabase"), "restart web");
    }

    #[test]
    fn what_refers_to_nothing_is_found() {
        let with = |value: Value| {
            let one = Credential::new("a", ["n".to_owned()], "").with("k", value);
            Graph::new(&[one])
                .map(|_| ())
                .expect_err("is refused")
                .to_string()
        };
        let to = |key: &str| Value::Copy {
            secret: "a".to_owned(),
            key: key.to_owned(),
        };
        assert!(with(to("k")).contains("copy of itself"));
        assert!(with(to("x")).contains("not declared"));
        let certificate = "k".to_owned();
        assert!(with(Value::PrivateKey { certificate }).contains("cannot be made"));
        let twice = Credential::new("a", ["n".to_owned()], "")
            .with("k", Value::Given)
            .with("k", Value::Given);
        assert!(Graph::new(&[twice]).is_err());
    }
}
