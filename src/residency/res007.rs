//! RES007: a copy abroad whose key is not kept at home.

use super::exceptions::{Written, all};
use super::found::Found;
use super::places::words;
use super::rule::{Input, Rule, Weight};
use crate::diagnostic::{Diagnostic, known_words};
use crate::spec::KeyPath;
use crate::spec::types::EncryptionSpec;

/// Ciphers under which a copy may be abroad.
const CIPHERS: [&str; 7] = [
    "aes-256-cbc",
    "aes-256-ctr",
    "aes-256-gcm",
    "age",
    "chacha20-poly1305",
    "xchacha20-poly1305",
    "xsalsa20-poly1305",
];

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES007",
    title: "The key of a copy abroad is not kept at home",
    severity: Weight::Critical,
    rationale: "Whoever has the key has the data. An exception may let ciphertext leave, so the copy must be encrypted before it is sent (`mode = \"client-side\"`), with a \
        cipher that is known to be strong, and the key must stay in a region of the same jurisdiction and be copied nowhere else. A key that the \
        provider abroad holds, as with encryption on the server's side, makes the copy plain text abroad. Whether a key is replicated must be said: unknown counts as yes.",
    fix: "Encrypt on the client's side with a key that is kept in the region itself, and say so in the exception's `encryption`.",
    example_bad: "encryption = { mode = \"sse-s3\" }",
    example_good: "encryption = { mode = \"client-side\", cipher = \"aes-256-gcm\", key-location = \"es\", key-replicated = false }",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    let encrypted = |written: &Written<'_>| written.exception.encryption.is_some();
    out.looked(&RULE, "", all(input).filter(encrypted).count());
    for written in all(input) {
        out.extend(defects(&written));
    }
}

/// What is wrong with the encryption of one exception; that it is missing altogether is for RES006.
pub(super) fn defects(written: &Written<'_>) -> Vec<Diagnostic> {
    let Some(encryption) = &written.exception.encryption else {
        return Vec::new();
    };
    [
        mode(written, encryption),
        cipher(written, encryption),
        key_location(written, encryption),
        key_replicated(written, encryption),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn finding(written: &Written<'_>, key: &str, problem: &str, label: &str) -> Diagnostic {
    let path: KeyPath = written.path().key("encryption").key(key);
    RULE.finding(format!(
        "the copy under exception `{}` {problem}",
        written.exception.id
    ))
    .at(written.input.value(&path), label)
    .at(written.id(), "what leaves under this exception")
}

fn mode(written: &Written<'_>, encryption: &EncryptionSpec) -> Option<Diagnostic> {
    (encryption.mode != "client-side").then(|| {
        finding(
            written,
            "mode",
            "is not encrypted before it leaves",
            "whoever keeps the copy also keeps the key",
        )
        .help("encrypt before sending: `mode = \"client-side\"`")
    })
}

fn cipher(written: &Written<'_>, encryption: &EncryptionSpec) -> Option<Diagnostic> {
    let cipher = encryption.cipher.as_deref().unwrap_or_default();
    (!CIPHERS.contains(&cipher)).then(|| {
        let problem = if cipher.is_empty() {
            "has no declared cipher".to_owned()
        } else {
            format!("has the cipher `{cipher}`, which is not accepted")
        };
        finding(written, "cipher", &problem, "which cipher?").help(known_words(cipher, CIPHERS))
    })
}

fn key_location(written: &Written<'_>, encryption: &EncryptionSpec) -> Option<Diagnostic> {
    let regions = &written.input.platform.regions;
    let named = |name: Option<&str>| {
        regions
            .values()
            .find(|region| Some(region.name.as_str()) == name)
    };
    let home = named(written.exception.region.as_deref())?;
    let kept = named(encryption.key_location.as_deref());
    let at_home = kept.is_some_and(|kept| {
        kept.name == home.name
            || (kept.jurisdiction.is_some() && kept.jurisdiction == home.jurisdiction)
    });
    (!at_home).then(|| {
        let (problem, label) = match (&encryption.key_location, kept) {
            (None, _) => (
                "does not say where its key is".to_owned(),
                "needs `key-location`",
            ),
            (Some(text), None) => (
                format!("has its key at `{text}`, which is no region"),
                "not a region",
            ),
            (Some(text), Some(_)) => (
                format!(
                    "has its key in region `{text}`, outside of the jurisdiction of `{}`",
                    home.name
                ),
                "another jurisdiction",
            ),
        };
        let possible: Vec<&str> = regions
            .values()
            .filter(|region| region.name == home.name || region.jurisdiction == home.jurisdiction)
            .map(|region| region.name.as_str())
            .collect();
        finding(written, "key-location", &problem, label)
            .help(format!("keep the key in {}", words(possible)))
    })
}

fn key_replicated(written: &Written<'_>, encryption: &EncryptionSpec) -> Option<Diagnostic> {
    (encryption.key_replicated != Some(false)).then(|| {
        finding(
            written,
            "key-replicated",
            "has a key that is or may be copied elsewhere",
            "unknown counts as yes",
        )
        .help("keep the key in one place and say so: `key-replicated = false`")
    })
}
