//! Configuration that stands as a text in a ConfigMap, a Secret or a chart's values: its values with their paths.
//!
//! In: the key under which the text stands, mostly a file name, and the text. Out: [`Leaf`]s of YAML, JSON and of the
//! formats of lines with `key = value` (INI, properties, `.env`, plain TOML). A text of another format has none.

use super::cell::Spot;
use crate::yaml::{Node, Value, parse};

/// A value in a text of configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Keys and positions from the top: `["storage", "s3", "endpoint"]`, `["global", "repo1-s3-endpoint"]`.
    pub path: Vec<String>,
    /// The value without quotes.
    pub value: String,
    /// The line that it begins in, without the spaces around it.
    pub line: String,
}

impl Leaf {
    /// The last key.
    pub fn key(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// The path as people write it: `storage.s3.endpoint`.
    pub fn dotted(&self) -> String {
        self.path.join(".")
    }

    /// Whether the value is a text of its own: of several lines, or JSON.
    pub fn is_text(&self) -> bool {
        self.value.trim_end().contains('\n') || self.value.trim_start().starts_with(['{', '['])
    }

    /// The value, as a part of the text that a spot is.
    pub fn spot(&self, text: &Spot) -> Spot {
        text.clone().line(&self.line).part(&self.value)
    }

    /// Whether the path ends in these keys; positions in lists are passed over.
    pub fn ends_with(&self, keys: &[&str]) -> bool {
        let mut own = self
            .path
            .iter()
            .filter(|key| key.parse::<usize>().is_err())
            .rev();
        keys.iter()
            .rev()
            .all(|key| own.next().is_some_and(|own| own == key))
    }
}

/// Every value of a text of configuration, in the order of the text; none when its format is another one.
pub fn leaves(key: &str, text: &str) -> Vec<Leaf> {
    match format(key, text) {
        Format::Tree => tree(text).unwrap_or_default(),
        Format::Lines => lines(text),
        Format::Unknown => tree(text).unwrap_or_default(),
        Format::Other => Vec::new(),
    }
}

enum Format {
    Tree,
    Lines,
    Unknown,
    Other,
}

fn format(key: &str, text: &str) -> Format {
    let ending = key.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "yaml" | "yml" | "json" => Format::Tree,
        "ini" | "conf" | "cfg" | "cnf" | "env" | "properties" | "toml" if is_lines(text) => {
            Format::Lines
        }
        "sh" | "sql" | "exs" | "lua" | "js" | "ts" | "py" | "pem" | "crt" | "md" | "txt"
        | "html" => Format::Other,
        _ if !text.contains('\n') && !text.trim_start().starts_with(['{', '[']) => Format::Other,
        _ if is_lines(text) => Format::Lines,
        _ => Format::Unknown,
    }
}

/// Whether every line is empty, a comment, a section or a setting.
fn is_lines(text: &str) -> bool {
    let mut settings = 0;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';', '[']) {
            continue;
        }
        if setting(line).is_none() {
            return false;
        }
        settings += 1;
    }
    settings > 0
}

fn setting(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    let key = key.trim();
    let key = key.strip_prefix("export ").unwrap_or(key);
    let is_key = !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    is_key.then(|| (key, value.trim().trim_matches(['"', '\''])))
}

fn lines(text: &str) -> Vec<Leaf> {
    let mut section: Option<&str> = None;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = Some(name.trim());
        } else if !line.starts_with(['#', ';'])
            && let Some((key, value)) = setting(line)
        {
            found.push(Leaf {
                path: section
                    .into_iter()
                    .chain([key])
                    .map(str::to_owned)
                    .collect(),
                value: value.to_owned(),
                line: line.to_owned(),
            });
        }
    }
    found
}

/// A text as YAML, which JSON is too; none when it is no mapping and no list.
fn tree(text: &str) -> Option<Vec<Leaf>> {
    let documents = parse("", text).ok()?;
    let mut found = Vec::new();
    for document in &documents {
        if !matches!(document.root.value, Value::Scalar(_) | Value::Alias(_)) {
            descend(text, &document.root, &mut Vec::new(), &mut found);
        }
    }
    Some(found)
}

fn descend(text: &str, node: &Node, path: &mut Vec<String>, found: &mut Vec<Leaf>) {
    match &node.value {
        Value::Scalar(scalar) => found.push(Leaf {
            path: path.clone(),
            value: scalar.text.clone(),
            line: line_at(text, node.span.start).to_owned(),
        }),
        Value::Sequence(list) => {
            for (index, item) in list.items.iter().enumerate() {
                path.push(index.to_string());
                descend(text, item, path, found);
                path.pop();
            }
        }
        Value::Mapping(mapping) => {
            for entry in &mapping.entries {
                path.push(entry.key.text().unwrap_or_default().to_owned());
                descend(text, &entry.value, path, found);
                path.pop();
            }
        }
        // What it refers to stands elsewhere in the text and is read there.
        Value::Alias(_) => {}
    }
}

/// The line around a byte, without the spaces around it.
fn line_at(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline);
    text[start..end].trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dotted(key: &str, text: &str) -> Vec<String> {
        leaves(key, text)
            .iter()
            .map(|leaf| format!("{}={} | {}", leaf.dotted(), leaf.value, leaf.line))
            .collect()
    }

    #[test]
    fn yaml_and_json_give_paths_and_lines() {
        assert_eq!(
            dotted(
                "loki.yaml",
                "storage:\n  s3:\n    endpoint: \"a.example\"\nlist:\n  - x: 1\n"
            ),
            [
                "storage.s3.endpoint=a.example | endpoint: \"a.example\"",
                "list.0.x=1 | - x: 1"
            ]
        );
        assert_eq!(
            dotted("x", "{\"a\": {\"b\": \"c\"}}"),
            ["a.b=c | {\"a\": {\"b\": \"c\"}}"]
        );
    }

    #[test]
    fn lines_give_sections_and_settings() {
        assert_eq!(
            dotted(
                "pgbackrest.conf",
                "[global]\n# note\nrepo1-s3-endpoint=s3.example\n"
            ),
            ["global.repo1-s3-endpoint=s3.example | repo1-s3-endpoint=s3.example"]
        );
        assert_eq!(dotted(".env", "export A='b'\n"), ["A=b | export A='b'"]);
    }

    #[test]
    fn other_formats_give_nothing() {
        assert_eq!(dotted("run.sh", "a=b\n"), Vec::<String>::new());
        assert_eq!(dotted("word", "just a word"), Vec::<String>::new());
    }

    #[test]
    fn positions_in_lists_do_not_count_for_the_end_of_a_path() {
        let all = leaves("a.yaml", "exporters:\n  - otlp:\n      endpoint: x\n");
        assert!(all[0].ends_with(&["exporters", "otlp", "endpoint"]));
        assert!(!all[0].ends_with(&["otlp", "other"]));
    }
}
