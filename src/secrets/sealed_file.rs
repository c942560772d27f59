//! A SealedSecret as a file of the repository: its sealed values, and beside each what can be said of it in the open.
//!
//! The annotations are for `secrets status` and for the next run of `secrets generate`, which cannot read the values back:
//! `made.platformctl/KEY` the day, `expires.platformctl/KEY` the last day if there is one, `fingerprint.platformctl/KEY`
//! what tells values apart ([`Plain::fingerprint`](super::Plain::fingerprint); none where a guess could be tried against
//! it), `from.platformctl/KEY` the fingerprint of what it is derived from, `public.platformctl/KEY` the value itself
//! where it is no secret, and `sealed-for.platformctl/KEY` the fingerprint of the certificate.

use crate::diagnostic::Diagnostic;
use crate::source::Location;
use crate::yaml::{self, Node};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One SealedSecret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFile {
    /// The namespace of the Secret.
    pub namespace: String,
    /// The name of the Secret.
    pub name: String,
    /// The sealed values by key.
    pub keys: BTreeMap<String, SealedKey>,
}

/// One sealed value, and what can be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// The sealed value, in base64.
    pub sealed: String,
    /// The fingerprint of the certificate it is sealed for.
    pub sealed_for: Option<String>,
    /// The day it was made.
    pub made: Option<Date>,
    /// Its last day, if it has one.
    pub expires: Option<Date>,
    /// What tells it from other values.
    pub fingerprint: Option<String>,
    /// The fingerprint of what it is derived from.
    pub from: Option<String>,
    /// The value itself, where it is no secret.
    pub public: Option<String>,
}

impl SealedFile {
    /// A file without values yet.
    pub fn new(namespace: &str, name: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            keys: BTreeMap::new(),
        }
    }

    /// The name of its file.
    pub fn file_name(namespace: &str, name: &str) -> String {
        format!("{namespace}.{name}.yaml")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, when it is no SealedSecret of strict scope or cannot be read.
    pub fn parse(path: &str, text: &str) -> Result<Self, Vec<Diagnostic>> {
        let documents = yaml::parse(path, text)?;
        let [document] = documents.as_slice() else {
            return Err(vec![not_sealed(path, None, "it is not one document")]);
        };
        read(&document.root).map_err(|(node, why)| vec![not_sealed(path, node, why)])
    }

    /// The text of the file.
    pub fn text(&self, cell: &str, platform: &str) -> String {
        let mut text = format!(
            "# Sealed for the controller of {cell}: nobody else can read it. `platformctl secrets` owns this file;\n\
             # `platformctl secrets rotate {cell} {name}` makes new values.\n\
             apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: {name_}\n  namespace: {namespace}\n",
            name = self.name,
            name_ = yaml::quote(&self.name),
            namespace = yaml::quote(&self.namespace),
        );
        labels(&mut text, 2, platform);
        text.push_str("  annotations:\n");
        for (key, value) in self.annotations() {
            scalar(&mut text, 4, &key, &value);
        }
        text.push_str("spec:\n  encryptedData:\n");
        for (key, value) in &self.keys {
            let _ = writeln!(text, "    {}: {}", quoted_key(key), value.sealed);
        }
        let _ = write!(
            text,
            "  template:\n    metadata:\n      name: {}\n      namespace: {}\n",
            yaml::quote(&self.name),
            yaml::quote(&self.namespace)
        );
        labels(&mut text, 6, platform);
        text.push_str("    type: Opaque\n");
        text
    }

    fn annotations(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for (key, value) in &self.keys {
            let day = |day: Option<Date>| day.map(|day| day.to_string());
            let notes = [
                ("made", day(value.made)),
                ("expires", day(value.expires)),
                ("fingerprint", value.fingerprint.clone()),
                ("from", value.from.clone()),
                ("public", value.public.clone()),
                ("sealed-for", value.sealed_for.clone()),
            ];
            for (what, note) in notes {
                all.extend(note.map(|note| (annotation(what, key), note)));
            }
        }
        all
    }
}

fn annotation(what: &str, key: &str) -> String {
    format!("{what}.platformctl/{key}")
}

fn labels(text: &mut String, indent: usize, platform: &str) {
    let pad = " ".repeat(indent);
    let _ = write!(
        text,
        "{pad}labels:\n{pad}  app.kubernetes.io/managed-by: platformctl\n{pad}  app.kubernetes.io/part-of: {}\n",
        yaml::quote(platform)
    );
}

/// A key of a Secret as a key of YAML: letters, digits and `._-`, which may look like a number.
fn quoted_key(key: &str) -> String {
    yaml::write(key, yaml::ScalarStyle::Plain)
}

/// `key: value`, lines as lines where the value has any.
fn scalar(text: &mut String, indent: usize, key: &str, value: &str) {
    let pad = " ".repeat(indent);
    let whole_lines = value.ends_with('\n') && !value.ends_with("\n\n") && value.len() > 1;
    let plain = |c: char| c == '\n' || (' '..='~').contains(&c);
    if whole_lines && !value.starts_with([' ', '\n']) && value.chars().all(plain) {
        let _ = writeln!(text, "{pad}{key}: |");
        for line in value.lines() {
            let _ = writeln!(text, "{}", format!("{pad}  {line}").trim_end());
        }
    } else {
        let _ = writeln!(text, "{pad}{key}: {}", yaml::quote(value));
    }
}

type Wrong<'a> = (Option<&'a Node>, &'static str);

fn read(root: &Node) -> Result<SealedFile, Wrong<'_>> {
    if root.get("kind").and_then(Node::text) != Some("SealedSecret") {
        return Err((root.get("kind"), "it is not of kind `SealedSecret`"));
    }
    let metadata = root.get("metadata").ok_or((None, "it has no metadata"))?;
    let text = |key: &str| metadata.get(key).and_then(Node::text);
    let annotations = metadata.get("annotations");
    let note = |name: &str| annotations?.get(name)?.text().map(str::to_owned);
    for wider in ["namespace-wide", "cluster-wide"] {
        if note(&format!("sealedsecrets.bitnami.com/{wider}")).is_some() {
            return Err((annotations, "it is not sealed for one namespace and name"));
        }
    }
    let data = root.get("spec").and_then(|spec| spec.get("encryptedData"));
    let data = data.ok_or((None, "it has no `spec.encryptedData`"))?;
    let Some(entries) = data.mapping() else {
        return Err((Some(data), "`spec.encryptedData` is no mapping"));
    };
    let mut keys = BTreeMap::new();
    for entry in &entries.entries {
        let (Some(key), Some(sealed)) = (entry.key.text(), entry.value.text()) else {
            return Err((Some(&entry.key), "a sealed value is a text"));
        };
        let day = |what: &str| note(&annotation(what, key)).and_then(|day| day.parse().ok());
        let value = SealedKey {
            sealed: sealed.to_owned(),
            sealed_for: note(&annotation("sealed-for", key)),
            made: day("made"),
            expires: day("expires"),
            fingerprint: note(&annotation("fingerprint", key)),
            from: note(&annotation("from", key)),
            public: note(&annotation("public", key)),
        };
        keys.insert(key.to_owned(), value);
    }
    Ok(SealedFile {
        namespace: text("namespace")
            .ok_or((Some(metadata), "it has no namespace"))?
            .to_owned(),
        name: text("name")
            .ok_or((Some(metadata), "it has no name"))?
            .to_owned(),
        keys,
    })
}

fn not_sealed(path: &str, node: Option<&Node>, why: &str) -> Diagnostic {
    let location = node.map_or_else(
        || Location::file(path),
        |node| Location::new(path, node.span.clone()),
    );
    Diagnostic::error(
        "sealed-secret",
        format!("this is not a sealed Secret: {why}"),
    )
    .at(location, "here")
    .help("take it back from Git, or remove it and run `platformctl secrets generate` for the cell")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn file() -> SealedFile {
        let mut file = SealedFile::new("p-data", "store-tls");
        let key = SealedKey {
            sealed: "AgB+/=".to_owned(),
            sealed_for: Some("ab12".to_owned()),
            made: Some(date(2026, 11, 21)),
            expires: Some(date(2031, 11, 21)),
            fingerprint: Some("00e1".to_owned()),
            from: None,
            public: Some(
                "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n".to_owned(),
            ),
        };
        let private = SealedKey {
            from: Some("00e1".to_owned()),
            public: None,
            ..key.clone()
        };
        file.keys.insert("tls.crt".to_owned(), key);
        file.keys.insert("tls.key".to_owned(), private);
        file
    }

    #[test]
    fn what_is_written_is_read_back_by_us_and_by_others() {
        let text = file().text("production/tr", "p");
        assert_eq!(SealedFile::parse("f.yaml", &text), Ok(file()));
        let read: serde_json::Value = serde_yaml::from_str(&text).expect("is YAML");
        assert_eq!(read["spec"]["encryptedData"]["tls.key"], "AgB+/=");
        assert_eq!(
            read["metadata"]["annotations"]["fingerprint.platformctl/tls.crt"],
            "00e1"
        );
        assert_eq!(
            read["metadata"]["annotations"]["made.platformctl/tls.crt"],
            "2026-11-21"
        );
        assert_eq!(read["spec"]["template"]["metadata"]["name"], "store-tls");
        let odd = SealedKey {
            public: Some(" odd: \"x\"\n\n".to_owned()),
            ..file().keys["tls.crt"].clone()
        };
        let mut file = file();
        file.keys.insert("1e3".to_owned(), odd);
        assert_eq!(
            SealedFile::parse("f.yaml", &file.text("a/b", "p")),
            Ok(file)
        );
    }

    #[test]
    fn what_is_no_strict_sealed_secret_is_refused() {
        let text = file().text("production/tr", "p");
        let why = |text: &str| {
            SealedFile::parse("f.yaml", text).expect_err("is refused")[0]
                .message
                .clone()
        };
        assert!(why(&text.replace("kind: SealedSecret", "kind: Secret")).contains("kind"));
        assert!(why(&text.replace("encryptedData", "data")).contains("encryptedData"));
        let wide = text.replace(
            "annotations:\n",
            "annotations:\n    sealedsecrets.bitnami.com/cluster-wide: \"true\"\n",
        );
        assert!(why(&wide).contains("one namespace"));
        assert!(why(&format!("{text}---\n{text}")).contains("one document"));
        assert!(SealedFile::parse("f.yaml", "a: [").is_err());
    }
}
