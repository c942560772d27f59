//! What a cluster is started with: flags and settings of k3s, RKE2 and the API server, in whatever text they stand.
//!
//! In: a text — `config.yaml`, a script, cloud-init, a systemd unit, k3d's configuration, `user_data` of a machine. Out:
//! [`Setting`]s with their bytes. The three spellings are one: `--key=value`, `key: value`, `"key": "value"`. Comments are
//! not looked at. Base64, in which cloud-init hides files, is looked into.

mod lookups;

pub use lookups::{HOSTS, NAMESERVER, PROXY, lookups};

use crate::source::Span;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A setting of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name, without dashes in front.
    pub key: &'static str,
    /// Its values: one, or the items of a list; empty for a flag that is only switched on.
    pub values: Vec<String>,
    /// The bytes from its name to the end of its value.
    pub span: Span,
}

impl Setting {
    /// The one value, or the first.
    pub fn value(&self) -> Option<&str> {
        self.values.first().map(String::as_str)
    }

    /// Whether a flag is switched on.
    pub fn is_on(&self) -> bool {
        self.value().is_none_or(|value| value != "false")
    }
}

/// Every setting that is looked for: those of <https://docs.k3s.io/cli/server>, of <https://docs.rke2.io/reference/server_config>
/// and of <https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/> that decide where data of the
/// cluster goes.
const KEYS: &[&str] = &[
    "etcd-s3",
    "etcd-s3-endpoint",
    "etcd-s3-region",
    "etcd-s3-bucket",
    "etcd-s3-proxy",
    "etcd-s3-config-secret",
    "datastore-endpoint",
    "disable-network-policy",
    "flannel-backend",
    "cni",
    "node-label",
    "vpn-auth",
    "vpn-auth-file",
    "audit-webhook-config-file",
    "authentication-token-webhook-config-file",
    "authorization-webhook-config-file",
    "oidc-issuer-url",
    "policyEnforcementMode",
    "enable-policy",
];

/// Names under which k3s takes settings from its environment: <https://docs.k3s.io/reference/env-variables>.
const VARIABLES: &[(&str, &str)] = &[
    ("K3S_DATASTORE_ENDPOINT", "datastore-endpoint"),
    ("K3S_VPN_AUTH", "vpn-auth"),
];

/// All settings in a text, in its order.
pub fn settings(text: &str) -> Vec<Setting> {
    let mut found = in_text(text);
    for (span, decoded) in encoded(text) {
        found.extend(in_text(&decoded).into_iter().map(|setting| Setting {
            span: span.clone(),
            ..setting
        }));
    }
    found.sort_by_key(|setting| (setting.span.start, setting.key));
    found
}

/// The lines of a text that are not comments, joined where one goes on in the next.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = offset;
        offset += line.len();
        let trimmed = line.trim_start();
        let is_comment = trimmed.starts_with('#') || trimmed.starts_with("//");
        (!is_comment).then_some((start, line.trim_end_matches(['\n', '\r'])))
    })
}

fn in_text(text: &str) -> Vec<Setting> {
    let mut found = Vec::new();
    for (start, line) in lines(text) {
        for key in KEYS {
            for at in names(line, key) {
                found.extend(setting(text, start, line, key, at, at + key.len()));
            }
        }
        for (name, key) in VARIABLES {
            for at in names(line, name) {
                found.extend(setting(text, start, line, key, at, at + name.len()));
            }
        }
    }
    found
}

/// Where a name stands by itself in a line, at the beginning of a word or after `--`.
fn names(line: &str, key: &str) -> Vec<usize> {
    let is_word =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    let bytes = line.as_bytes();
    line.match_indices(key)
        .map(|(at, _)| at)
        .filter(|at| {
            let before = &line[..*at];
            let begins = match before.strip_suffix("--") {
                Some(rest) => !rest.bytes().last().is_some_and(is_word),
                None => !before.bytes().last().is_some_and(is_word),
            };
            let ends = !bytes.get(at + key.len()).copied().is_some_and(is_word);
            begins && ends
        })
        .collect()
}

fn setting(
    text: &str,
    start: usize,
    line: &str,
    key: &'static str,
    at: usize,
    end: usize,
) -> Option<Setting> {
    let is_flag = line[..at].ends_with("--");
    let rest = &line[end..];
    // `"key": "value"` in JSON, `- key: value` in YAML, `--key=value`, `--key value`, `KEY=value`.
    let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
    let skipped = line.len() - rest.len();
    let quoted = line[..at].trim_end_matches('-').ends_with(['"', '\'']);
    let trimmed = rest.trim_start();
    let (value, length) = if let Some(value) = trimmed.strip_prefix(':') {
        if is_flag || (!value.is_empty() && !value.starts_with([' ', '\t', '"', '\''])) {
            return None;
        }
        let value = without_comment(value);
        if value.trim().is_empty() {
            return Some(listed(text, start, line, key, at));
        }
        (
            Some(unquoted(value)),
            trimmed.len() - (trimmed.len() - 1 - value.trim_end().len()),
        )
    } else if let Some(value) = trimmed.strip_prefix('=') {
        let value = word(value);
        (Some(unquoted(value)), 1 + value.len())
    } else if is_flag && !quoted && !trimmed.is_empty() {
        let value = word(trimmed);
        let is_value = !value.is_empty() && !value.starts_with(['-', '\\', '|', '&', ';']);
        if is_value {
            (Some(unquoted(value)), value.len())
        } else {
            (None, 0)
        }
    } else if is_flag {
        (None, 0)
    } else {
        return None;
    };
    let before_value = if value.is_some() {
        skipped + (rest.len() - trimmed.len())
    } else {
        end
    };
    Some(Setting {
        key,
        values: value.into_iter().collect(),
        span: start + at..start + (before_value + length).min(line.len()),
    })
}

/// The items below `key:`.
fn listed(text: &str, start: usize, line: &str, key: &'static str, at: usize) -> Setting {
    let after = text.get(start + line.len()..).unwrap_or_default();
    let mut values = Vec::new();
    for item in after.lines().skip(1) {
        let trimmed = item.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let Some(value) = trimmed.strip_prefix("- ") else {
            break;
        };
        values.push(unquoted(without_comment(value)));
    }
    Setting {
        key,
        values,
        span: start + at..start + line.len(),
    }
}

fn without_comment(value: &str) -> &str {
    value.split(" #").next().unwrap_or(value)
}

/// One word of a command line; quotes hold it together.
fn word(text: &str) -> &str {
    let first = text.chars().next();
    match first {
        Some(quote @ ('"' | '\'')) => text[1..].find(quote).map_or(text, |end| &text[..end + 2]),
        _ => {
            let end = text
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | '`' | ']'))
                .unwrap_or(text.len());
            text[..end].trim_end_matches(',')
        }
    }
}

fn unquoted(value: &str) -> String {
    value
        .trim()
        .trim_end_matches(',')
        .trim_matches(['"', '\''])
        .to_owned()
}

/// Texts in base64, with the bytes they stand in.
fn encoded(text: &str) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    let mut offset = 0;
    let is_edge = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    for token in text.split_inclusive(is_edge) {
        let start = offset;
        offset += token.len();
        let token = token.trim_end_matches(is_edge);
        if token.len() < SHORTEST {
            continue;
        }
        let decoded = STANDARD
            .decode(token)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(decoded) = decoded {
            found.push((start..start + token.len(), decoded));
        }
    }
    found
}

/// Shorter words are not taken for base64.
const SHORTEST: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&'static str, Vec<String>, &str)> {
        settings(text)
            .into_iter()
            .map(|setting| (setting.key, setting.values, &text[setting.span]))
            .collect()
    }

    fn one(text: &str) -> (&'static str, String, &str) {
        let mut found = read(text);
        assert_eq!(found.len(), 1, "{found:?}");
        let (key, values, span) = found.remove(0);
        (key, values.join("|"), span)
    }

    #[test]
    fn the_spellings_of_a_setting_are_one() {
        let key = "etcd-s3-endpoint";
        for text in [
            "etcd-s3-endpoint: s3.x.example",
            "k3s server --etcd-s3-endpoint=s3.x.example --tls",
            "k3s server --etcd-s3-endpoint s3.x.example",
            "  - arg: \"--etcd-s3-endpoint=s3.x.example\"",
            "{\"etcd-s3-endpoint\": \"s3.x.example\"}",
            "etcd-s3-endpoint: \"s3.x.example\" # here",
        ] {
            let (found, value, span) = one(text);
            assert_eq!(
                (found, value.trim_end_matches('}').trim_matches('"')),
                (key, "s3.x.example"),
                "{text}"
            );
            assert!(span.contains("s3.x.example"), "{span}");
        }
    }

    #[test]
    fn lists_flags_variables_and_comments() {
        assert_eq!(
            one("node-label:\n  - \"region=es\"\n  - a=b\nother: x\n"),
            ("node-label", "region=es|a=b".to_owned(), "node-label:")
        );
        assert_eq!(
            one("k3s server --disable-network-policy --x"),
            (
                "disable-network-policy",
                String::new(),
                "disable-network-policy"
            )
        );
        assert_eq!(
            one("export K3S_DATASTORE_ENDPOINT='postgres://u:p@pg.example/db'\n").1,
            "postgres://u:p@pg.example/db"
        );
        assert_eq!(read("# etcd-s3: true\nmy-etcd-s3: 1\n// --cni=none\n"), []);
        assert_eq!(
            one("kube-apiserver-arg:\n  - audit-webhook-config-file=/etc/audit.yaml\n").1,
            "/etc/audit.yaml"
        );
    }

    #[test]
    fn base64_is_looked_into() {
        let hidden = STANDARD.encode("etcd-s3: true\netcd-s3-endpoint: s3.x.example\n");
        let text = format!("write_files:\n  - encoding: b64\n    content: {hidden}\n");
        let found = read(&text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].2, hidden);
    }
}
