//! Credentials: every Secret that a cell needs, without its values. Whoever makes Secrets makes them from this list.

use serde::Serialize;

/// One Secret of a cell, with the same values in each of its namespaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Credential {
    /// Name of the Secret.
    pub name: String,
    /// The namespaces that have it.
    pub namespaces: Vec<String>,
    /// What is in it.
    pub keys: Vec<CredentialKey>,
    /// What it is for, in one line.
    pub purpose: String,
    /// What a person must do or know when its values change.
    pub on_rotation: String,
}

/// One key of a Secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CredentialKey {
    /// The key.
    pub key: String,
    /// How its value comes about.
    pub value: Value,
    /// Whether data is encrypted with it: a rotation would make that data unreadable, and leaves it alone.
    pub lasting: bool,
}

/// How a value comes about. All values that refer to one another are made together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// Random letters and digits, fit for URLs.
    Password {
        /// How many.
        length: usize,
    },
    /// Random bytes, written as hexadecimal digits.
    Hex {
        /// How many bytes.
        bytes: usize,
    },
    /// No secret, but read from the same place as one.
    Text(String),
    /// A token of Supabase, HS256.
    Jwt {
        /// Its claim `role`.
        role: String,
        /// The Secret that has the signing key.
        secret: String,
        /// The signing key's key in it.
        key: String,
    },
    /// A self-signed certificate for a server, in PEM; it is public.
    Certificate {
        /// The names under which the server is reached.
        hosts: Vec<String>,
    },
    /// The private key of the certificate under another key of the same Secret, in PEM.
    PrivateKey {
        /// The certificate's key.
        certificate: String,
    },
    /// The same value as in another Secret.
    Copy {
        /// That Secret.
        secret: String,
        /// Its key there.
        key: String,
    },
    /// A person sets it; nothing can make it up.
    Given,
}

impl Credential {
    /// A Secret in some namespaces.
    pub fn new(
        name: impl Into<String>,
        namespaces: impl IntoIterator<Item = String>,
        purpose: &str,
    ) -> Self {
        let mut namespaces: Vec<String> = namespaces.into_iter().collect();
        namespaces.sort();
        namespaces.dedup();
        Self {
            name: name.into(),
            namespaces,
            keys: Vec::new(),
            purpose: purpose.to_owned(),
            on_rotation: String::new(),
        }
    }

    /// Adds a key.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.keys.push(CredentialKey {
            key: key.to_owned(),
            value,
            lasting: false,
        });
        self
    }

    /// Adds a key that is never replaced, because data is encrypted with it.
    #[must_use]
    pub fn with_lasting(mut self, key: &str, value: Value) -> Self {
        self.keys.push(CredentialKey {
            key: key.to_owned(),
            value,
            lasting: true,
        });
        self
    }

    /// Says what a person must do or know when the values change.
    #[must_use]
    pub fn on_rotation(mut self, text: &str) -> Self {
        self.on_rotation = text.to_owned();
        self
    }
}
