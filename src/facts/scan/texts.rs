//! Texts of configuration: structured ones by their keys, scripts and programs by their lines.

use super::keys::Class;
use super::{Place, Scan};
use crate::facts::address::{Expect, read};
use crate::facts::decode;
use crate::facts::embedded::leaves;
use crate::kustomize::Node;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// How a text without structure is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    /// For people: not at all.
    Prose,
    /// A page for a browser: what it loads.
    Page,
    /// A program, with the signs that begin a comment.
    Program(&'static [&'static str]),
    /// A shell script or the configuration of a server.
    Script,
}

impl Scan<'_, '_> {
    /// Every text in a ConfigMap or in a Secret that is not sealed, and what is packed in one.
    pub(super) fn configs(&mut self) {
        let facts = self.facts;
        let mut read = BTreeSet::new();
        for config in &facts.configs {
            read.insert((config.spot.manifest, config.key.clone()));
            let place = Place {
                key: config.key.clone(),
                namespace: config.namespace.clone(),
                spot: config.spot.clone(),
                is_hidden: config.is_decoded,
            };
            self.text(&place, &config.key, &config.text);
        }
        for (index, manifest) in facts.manifests.iter().enumerate() {
            if !manifest.is("", "Secret") && !manifest.is("", "ConfigMap") {
                continue;
            }
            for field in ["data", "binaryData"] {
                let entries = manifest.at(&[field]).map_or(&[][..], Node::entries);
                for entry in entries {
                    let key = entry.key.to_string();
                    let Some(raw) = entry
                        .value
                        .as_text()
                        .filter(|_| !read.contains(&(index, key.clone())))
                    else {
                        continue;
                    };
                    let place = Place {
                        key,
                        namespace: manifest.object.namespace().to_owned(),
                        spot: super::Spot::whole(index, &entry.value),
                        is_hidden: true,
                    };
                    for inner in decode::hidden(raw) {
                        self.text(&place, &place.key, &inner);
                    }
                }
            }
        }
    }

    /// A text under the name of a file.
    pub(super) fn text(&mut self, place: &Place, file: &str, text: &str) {
        if !text.contains('\n') && !text.trim_start().starts_with(['{', '[']) {
            return self.value(place, text, Expect::Value);
        }
        let language = language(file);
        if language == Language::Prose {
            return;
        }
        let leaves = leaves(file, text);
        if leaves.is_empty() {
            return self.script(place, file, text, &BTreeMap::new());
        }
        let is_translation = is_translation(file);
        for leaf in leaves {
            let mut here = place.clone();
            here.key = format!("{}.{}", place.key, leaf.dotted());
            here.spot = place.spot.clone().line(leaf.line.as_str());
            if leaf
                .path
                .iter()
                .any(|key| self.keys.class(key) == Class::Passed)
            {
                continue;
            }
            if leaf.value.contains('\n') {
                here.spot.line.clear();
                self.text(&here, leaf.key(), &leaf.value);
                continue;
            }
            let class = self.keys.class(name_of(&leaf.path));
            let is_sentence = leaf.value.contains(char::is_whitespace);
            if is_translation && (class != Class::Address || is_sentence) {
                continue;
            }
            if is_sentence
                && class == Class::Neutral
                && !is_command(&leaf.path)
                && !leaf.value.contains('=')
            {
                continue;
            }
            here.key = format!("{}.{}", place.key, shown(&leaf.path));
            self.value(&here, &leaf.value, Expect::Value);
        }
    }

    /// A text by its lines.
    pub(super) fn script(
        &mut self,
        place: &Place,
        file: &str,
        text: &str,
        env: &BTreeMap<&str, &str>,
    ) {
        let language = language(file);
        let mut known: BTreeMap<&str, &str> = env.clone();
        let mut in_comment = false;
        for line in text.lines() {
            let trimmed = line.trim();
            if is_comment(language, trimmed, &mut in_comment) {
                continue;
            }
            let code = without_comment(language, trimmed);
            let whole = if language == Language::Script {
                remember(code, &mut known);
                expanded(code, &known)
            } else {
                Cow::Borrowed(code)
            };
            let expect = match language {
                Language::Script => Expect::Script,
                _ => Expect::Program,
            };
            let mut here = place.clone();
            if !place.is_hidden {
                here.spot = here.spot.line(trimmed);
            }
            let whole = if language == Language::Page {
                without_links(&whole)
            } else {
                whole.into_owned()
            };
            for reading in read(&whole, expect) {
                let is_plain = !place.is_hidden && line.contains(&reading.written);
                let spot = if is_plain {
                    here.spot.clone().part(reading.written.as_str())
                } else {
                    here.spot.clone()
                };
                let here = Place {
                    is_hidden: !is_plain,
                    ..here.clone()
                };
                self.put(&here, reading, spot);
            }
            for word in whole.split(|c: char| c.is_whitespace() || "\"'`(),;|<>{}".contains(c)) {
                self.decoded(&here, word);
                if let Some((_, value)) = word.split_once('=') {
                    self.decoded(&here, value);
                }
            }
        }
    }
}

/// The key that names a value: positions in lists are none.
fn name_of(path: &[String]) -> &str {
    path.iter()
        .rev()
        .find(|key| key.parse::<usize>().is_err())
        .map_or("", String::as_str)
}

/// A path with the key that names the value at its end.
fn shown(path: &[String]) -> String {
    let mut keys: Vec<&str> = path.iter().map(String::as_str).collect();
    while keys.last().is_some_and(|key| key.parse::<usize>().is_ok()) {
        keys.pop();
    }
    keys.join(".")
}

/// Whether a value with spaces is something to run or to ask and not something to read.
pub(super) fn is_command(path: &[String]) -> bool {
    const WORDS: &[&str] = &[
        "args",
        "arguments",
        "cmd",
        "command",
        "commands",
        "config",
        "conninfo",
        "connection",
        "exec",
        "expression",
        "hook",
        "init",
        "options",
        "opts",
        "query",
        "rule",
        "run",
        "script",
        "scripts",
        "snippet",
        "sql",
        "statement",
        "template",
        "url",
        "archive_command",
        "archive-command",
        "restore_command",
        "primary_conninfo",
        "flags",
        "extraargs",
        "initsql",
    ];
    let name = name_of(path).to_ascii_lowercase();
    WORDS.iter().any(|word| {
        name == *word || name.ends_with(&format!("_{word}")) || name.ends_with(&format!("-{word}"))
    })
}

fn language(file: &str) -> Language {
    let name = file.rsplit(['/', '.']).next().unwrap_or(file);
    match name.to_ascii_lowercase().as_str() {
        "md" | "adoc" | "rst" | "txt" | "css" | "svg" | "license" | "notice" | "readme"
        | "changelog" | "pem" | "crt" | "key" | "csr" | "crl" | "cer" | "pub" => Language::Prose,
        "html" | "htm" => Language::Page,
        "ts" | "tsx" | "js" | "mjs" | "cjs" | "jsx" | "go" | "java" | "kt" | "rs" | "groovy"
        | "scala" | "alloy" | "river" => Language::Program(&["//", "*", "/*"]),
        "py" | "rb" | "exs" | "ex" | "pl" => Language::Program(&["#"]),
        "sql" | "lua" => Language::Program(&["--"]),
        _ => Language::Script,
    }
}

/// Whether a text is a translation: its values are for people.
fn is_translation(file: &str) -> bool {
    let lower = file.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or_default();
    lower.ends_with(".po")
        || lower.ends_with(".ftl")
        || [
            "i18n",
            "locale",
            "locales",
            "messages",
            "translation",
            "translations",
            "strings",
        ]
        .iter()
        .any(|word| stem.split(['-', '_']).any(|part| part == *word))
}

fn is_comment(language: Language, line: &str, in_comment: &mut bool) -> bool {
    match language {
        Language::Program(signs) => {
            if *in_comment {
                *in_comment = !line.contains("*/");
                return true;
            }
            if line.starts_with("/*") && signs.contains(&"/*") {
                *in_comment = !line.contains("*/");
                return true;
            }
            signs.iter().any(|sign| line.starts_with(sign))
        }
        Language::Page => line.starts_with("<!--"),
        _ => line.starts_with(['#', ';']) || line.starts_with("//"),
    }
}

/// A line without the comment at its end.
fn without_comment(language: Language, line: &str) -> &str {
    let sign = match language {
        Language::Script => " #",
        Language::Program(signs) => match signs.first() {
            Some(&"//") => " //",
            Some(&"--") => " --",
            _ => " #",
        },
        _ => return line,
    };
    line.split(sign).next().unwrap_or(line)
}

/// What a page loads and sends to, without what it links to.
fn without_links(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("href=") {
        let is_stylesheet = rest[..at].contains("<link");
        out.push_str(&rest[..at]);
        let after = &rest[at + 5..];
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let end = quote
            .and_then(|quote| after[1..].find(quote).map(|end| end + 2))
            .unwrap_or(after.len());
        if is_stylesheet {
            out.push_str(&after[..end]);
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// Remembers `NAME=value` of a script.
fn remember<'t>(line: &'t str, known: &mut BTreeMap<&'t str, &'t str>) {
    let line = ["export ", "local ", "readonly ", "declare "]
        .iter()
        .find_map(|word| line.strip_prefix(word))
        .unwrap_or(line);
    let Some((name, value)) = line.split_once('=') else {
        return;
    };
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name {
        let value = value.split([';', ' ']).next().unwrap_or_default();
        known.insert(name, value.trim_matches(['"', '\'']));
    }
}

/// A text with `$NAME`, `${NAME}` and `${NAME:-default}` replaced by what is known.
pub(super) fn expanded<'t>(text: &'t str, known: &BTreeMap<&str, &str>) -> Cow<'t, str> {
    if !text.contains('$') {
        return Cow::Borrowed(text);
    }
    let mut current = text.to_owned();
    // A value may name another variable.
    for _ in 0..3 {
        let next = once(&current, known);
        if next == current {
            break;
        }
        current = next;
    }
    Cow::Owned(current)
}

fn once(text: &str, known: &BTreeMap<&str, &str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (name, length) = match after.strip_prefix('{') {
            Some(inside) => match inside.split_once('}') {
                Some((name, _)) => (name, name.len() + 2),
                None => ("", 0),
            },
            None => {
                let end = after
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(after.len());
                (&after[..end], end)
            }
        };
        let (bare, default) = name
            .split_once(":-")
            .map_or((name, None), |(bare, default)| (bare, Some(default)));
        match known
            .get(bare)
            .copied()
            .filter(|value| !value.is_empty())
            .or(default)
        {
            Some(value) if !bare.is_empty() && out.len() < (64 << 10) => {
                out.push_str(value);
                rest = &after[length..];
            }
            _ => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}
