//! The configuration language of Alloy: blocks with attributes, in blocks.
//!
//! <https://grafana.com/docs/alloy/latest/get-started/configuration-syntax/>

use super::documents::Document;
use super::outlets::{Outlet, Signal, Target, addresses};
use crate::facts::cell::Spot;

/// A component: a block at the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its kind: `loki.write`.
    pub kind: String,
    /// Its label.
    pub label: String,
    /// Its attributes, those of blocks inside it too.
    pub attributes: Vec<Attribute>,
    /// The line that it begins in.
    pub line: String,
}

/// An attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The blocks that it is in, from the component on: `endpoint`.
    pub blocks: Vec<String>,
    /// Its name.
    pub name: String,
    /// What it is set to, as written.
    pub value: String,
}

impl Component {
    /// What others call it.
    pub fn name(&self) -> String {
        if self.label.is_empty() {
            self.kind.clone()
        } else {
            format!("{}.{}", self.kind, self.label)
        }
    }

    /// The blocks of a name that it has, however deep.
    pub fn has(&self, block: &str) -> bool {
        self.attributes
            .iter()
            .any(|attribute| attribute.blocks.iter().any(|own| own == block))
    }

    /// Whether an attribute refers to another component.
    pub fn refers_to(&self, other: &Self) -> bool {
        let name = format!("{}.", other.name());
        self.attributes
            .iter()
            .any(|attribute| attribute.value.contains(&name))
    }
}

/// The components of a text; none when it is in another language.
pub fn components(text: &str) -> Vec<Component> {
    let mut reader = Reader { text, at: 0 };
    let mut found = Vec::new();
    loop {
        reader.blank();
        let start = reader.at;
        let kind = reader.word();
        if kind.is_empty() {
            break;
        }
        reader.blank();
        let label = reader.string().unwrap_or_default();
        reader.blank();
        if !reader.eat('{') {
            // An attribute at the top is the language too, but an empty line of another one is not.
            if reader.eat('=') {
                reader.expression();
                continue;
            }
            return Vec::new();
        }
        let mut component = Component {
            kind,
            label,
            attributes: Vec::new(),
            line: text[start..]
                .lines()
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned(),
        };
        if reader
            .body(&mut Vec::new(), &mut component.attributes)
            .is_none()
        {
            return Vec::new();
        }
        found.push(component);
    }
    if reader.at < text.len() {
        return Vec::new();
    }
    found
}

/// The texts in quotes in an expression.
pub fn strings(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(at) = rest.find(['"', '`']) {
        let mut reader = Reader { text: rest, at };
        let Some(text) = reader.string() else {
            break;
        };
        found.push(text);
        rest = &rest[reader.at..];
    }
    found
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Passes over spaces and comments.
    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    fn word(&mut self) -> String {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))
            .unwrap_or(rest.len());
        self.at += length;
        rest[..length].to_owned()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let is_there = self.rest().starts_with(wanted);
        if is_there {
            self.at += wanted.len_utf8();
        }
        is_there
    }

    /// A text in double quotes with escapes, or in backticks without.
    fn string(&mut self) -> Option<String> {
        let rest = self.rest();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '`'))?;
        let mut text = String::new();
        let mut characters = rest.char_indices().skip(1);
        while let Some((at, c)) = characters.next() {
            if c == quote {
                self.at += at + 1;
                return Some(text);
            }
            if c == '\\' && quote == '"' {
                let (_, escaped) = characters.next()?;
                text.push(escaped);
                continue;
            }
            text.push(c);
        }
        None
    }

    /// What stands between the braces of a block; none when it is in no such language.
    fn body(&mut self, blocks: &mut Vec<String>, found: &mut Vec<Attribute>) -> Option<()> {
        loop {
            self.blank();
            if self.eat('}') {
                return Some(());
            }
            let name = self.word();
            if name.is_empty() {
                return None;
            }
            self.blank();
            if self.eat('=') {
                found.push(Attribute {
                    blocks: blocks.clone(),
                    name,
                    value: self.expression(),
                });
                continue;
            }
            let _label = self.string();
            self.blank();
            if !self.eat('{') {
                return None;
            }
            blocks.push(name);
            self.body(blocks, found)?;
            blocks.pop();
        }
    }

    /// Everything to the end of the line, further where brackets or a text in quotes are open.
    fn expression(&mut self) -> String {
        let start = self.at;
        let mut open = 0_usize;
        while let Some(c) = self.rest().chars().next() {
            match c {
                '"' | '`' => {
                    if self.string().is_none() {
                        self.at = self.text.len();
                    }
                    continue;
                }
                '[' | '(' | '{' => open += 1,
                ']' | ')' | '}' if open == 0 => break,
                ']' | ')' | '}' => open -= 1,
                '\n' if open == 0 => break,
                '/' if open == 0 && self.rest().starts_with("//") => break,
                _ => {}
            }
            self.at += c.len_utf8();
        }
        self.text[start..self.at].trim().to_owned()
    }
}

/// What the components of a text send.
pub(super) fn outlets(document: &Document, text: &str, found: &mut Vec<Outlet>) {
    if !text.contains('{') {
        return;
    }
    let all = components(text);
    for component in &all {
        let signal = match component.kind.as_str() {
            "prometheus.remote_write" | "prometheus.scrape" => Signal::Metrics,
            "loki.write" => Signal::Logs,
            "pyroscope.write" => Signal::Traces,
            kind if kind.starts_with("otelcol.exporter.") => Signal::Traces,
            _ => continue,
        };
        let is_exporter = component.kind.starts_with("otelcol.");
        if is_exporter && !all.iter().any(|other| other.refers_to(component)) {
            continue;
        }
        for attribute in &component.attributes {
            let is_address = match component.kind.as_str() {
                "prometheus.scrape" => attribute.name == "targets",
                _ => matches!(
                    attribute.name.as_str(),
                    "url"
                        | "endpoint"
                        | "brokers"
                        | "traces_endpoint"
                        | "logs_endpoint"
                        | "metrics_endpoint"
                        | "hostname"
                ),
            };
            if is_address {
                add(document, component, attribute, signal, found);
            }
        }
    }
}

fn add(
    document: &Document,
    component: &Component,
    attribute: &Attribute,
    signal: Signal,
    found: &mut Vec<Outlet>,
) {
    for text in strings(&attribute.value) {
        for address in addresses(&text) {
            let spot: Spot = document.spot.clone().part(address.clone());
            found.push(Outlet {
                signal,
                manifest: document.manifest,
                namespace: document.namespace.clone(),
                key: format!("{}.{}", component.name(), attribute.name),
                value: String::new(),
                target: Target::Address(address),
                spot,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "// logs\nloki.source.kubernetes \"pods\" {\n  targets    = discovery.kubernetes.pods.targets\n  forward_to = [loki.write.far.receiver]\n}\n\
        loki.write \"far\" {\n  endpoint {\n    url = \"https://logs.example/push\" // there\n  }\n  external_labels = {\n    a = \"b\",\n  }\n}\nlogging {\n}\n";

    #[test]
    fn blocks_attributes_and_references_are_read() {
        let all = components(TEXT);
        let names: Vec<String> = all.iter().map(Component::name).collect();
        assert_eq!(
            names,
            ["loki.source.kubernetes.pods", "loki.write.far", "logging"]
        );
        assert!(all[0].refers_to(&all[1]));
        assert!(all[1].has("endpoint"));
        let url = &all[1].attributes[0];
        assert_eq!(
            (url.name.as_str(), strings(&url.value)),
            ("url", vec!["https://logs.example/push".to_owned()])
        );
    }

    #[test]
    fn other_languages_have_no_components() {
        assert_eq!(
            components("#!/bin/sh\nset -eu\nif true; then { echo; }; fi\n"),
            []
        );
        assert_eq!(components("server:\n  http: {}\n"), []);
    }
}
