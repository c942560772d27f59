//! Holds a parsed `platform.toml` against the schema and reports everything that does not fit, each at its place.
//!
//! serde stops at the first error; a person wants all of them. So the schema is walked here beside the spanned tree.
//! Only the vocabulary that the schema uses is understood, and a test holds that it uses no other.

use super::FILE;
use super::document::{Document, Entry, KeyPath, Node, Value};
use super::formats::FORMATS;
use super::schema;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Location, Span};
use serde_json::{Map, Value as Json};

/// Every shape problem of the document, in no particular order.
pub(super) fn check(document: &Document) -> Vec<Diagnostic> {
    let schema = schema::schema();
    let Some(root) = schema.as_object() else {
        return Vec::new();
    };
    let mut walk = Walk {
        document,
        root,
        problems: Vec::new(),
    };
    walk.value(root, document.root(), &KeyPath::default(), 0..0);
    walk.problems
}

struct Walk<'a> {
    document: &'a Document,
    root: &'a Map<String, Json>,
    problems: Vec<Diagnostic>,
}

impl<'a> Walk<'a> {
    fn report(
        &mut self,
        code: &'static str,
        message: String,
        span: Span,
        label: &str,
        help: Option<String>,
    ) {
        let mut problem = Diagnostic::error(code, message).at(Location::new(FILE, span), label);
        if let Some(help) = help {
            problem = problem.help(help);
        }
        self.problems.push(problem);
    }

    /// Follows `$ref`, and leaves `null` out of `anyOf`: TOML has no null, an optional key is just not there.
    fn resolve(&self, schema: &'a Map<String, Json>) -> &'a Map<String, Json> {
        if let Some(name) = schema
            .get("$ref")
            .and_then(Json::as_str)
            .and_then(|r| r.strip_prefix("#/$defs/"))
            && let Some(target) = self
                .root
                .get("$defs")
                .and_then(|defs| defs.get(name))
                .and_then(Json::as_object)
        {
            return self.resolve(target);
        }
        if let Some(options) = schema.get("anyOf").and_then(Json::as_array)
            && let Some(option) = options
                .iter()
                .filter_map(Json::as_object)
                .find(|option| option.get("type").and_then(Json::as_str) != Some("null"))
        {
            return self.resolve(option);
        }
        schema
    }

    fn value(&mut self, schema: &'a Map<String, Json>, node: &Node, path: &KeyPath, drawn: Span) {
        let schema = self.resolve(schema);
        match (type_of(schema), &node.value) {
            ("object", Value::Table(entries)) => self.table(schema, entries, path, drawn),
            ("array", Value::Array(items)) => {
                let fewest = schema.get("minItems").and_then(Json::as_u64).unwrap_or(0);
                if (items.len() as u64) < fewest {
                    let message = format!("`{path}` must not be empty");
                    self.report("invalid-value", message, drawn, "empty", None);
                }
                if let Some(item_schema) = schema.get("items").and_then(Json::as_object) {
                    for (index, item) in items.iter().enumerate() {
                        self.value(item_schema, item, &path.index(index), item.span.clone());
                    }
                }
            }
            ("string", Value::String(text)) if is_date(schema) => {
                let help = format!("write it without quotes: {text}");
                self.report(
                    "wrong-type",
                    format!("`{path}` must be a date, not a string"),
                    drawn,
                    "expected a date",
                    Some(help),
                );
            }
            ("string", Value::String(text)) => self.string(schema, text, path, drawn),
            ("string", Value::Datetime(datetime)) if is_date(schema) => {
                self.string(schema, &datetime.to_string(), path, drawn);
            }
            ("integer", Value::Integer(number)) => self.integer(schema, *number, path, drawn),
            ("boolean", Value::Boolean) | ("any", _) => {}
            (expected, value) => {
                let message = format!(
                    "`{path}` must be {}, not {}",
                    article(expected),
                    kind_of(value)
                );
                let help = description(schema).map(|text| format!("`{path}`: {text}"));
                self.report(
                    "wrong-type",
                    message,
                    drawn,
                    &format!("expected {}", article(expected)),
                    help,
                );
            }
        }
    }

    fn table(
        &mut self,
        schema: &'a Map<String, Json>,
        entries: &[Entry],
        path: &KeyPath,
        drawn: Span,
    ) {
        let properties = schema.get("properties").and_then(Json::as_object);
        let pattern = schema
            .get("patternProperties")
            .and_then(Json::as_object)
            .and_then(|p| p.iter().next());
        let open = schema.get("additionalProperties");
        for entry in entries {
            let here = path.key(&entry.key);
            let span = self.document.drawn_span(entry);
            if let Some(property) = properties.and_then(|p| p.get(&entry.key)) {
                if let Some(property) = property.as_object() {
                    self.value(property, &entry.node, &here, span);
                }
            } else if let Some((pattern, value)) = pattern {
                self.pattern(
                    pattern,
                    &entry.key,
                    &format!("the name `{}`", entry.key),
                    entry.key_span.clone(),
                );
                if let Some(value) = value.as_object() {
                    self.value(value, &entry.node, &here, span);
                }
            } else if let Some(value) = open.and_then(Json::as_object) {
                if let Some(names) = schema.get("propertyNames").and_then(Json::as_object) {
                    let names = self.resolve(names);
                    self.string(names, &entry.key, &here, entry.key_span.clone());
                }
                self.value(value, &entry.node, &here, span);
            } else if open != Some(&Json::Bool(true)) {
                self.unknown(properties, entry, path);
            }
        }
        let required = schema
            .get("required")
            .and_then(Json::as_array)
            .into_iter()
            .flatten();
        for name in required.filter_map(Json::as_str) {
            if !entries.iter().any(|entry| entry.key == name) {
                let here = path.key(name);
                let help = properties
                    .and_then(|p| p.get(name))
                    .and_then(Json::as_object)
                    .and_then(description)
                    .map(|text| format!("`{name}`: {text}"));
                self.report(
                    "missing-key",
                    format!("`{here}` is missing"),
                    drawn.clone(),
                    &format!("needs `{name}`"),
                    help,
                );
            }
        }
    }

    fn unknown(&mut self, properties: Option<&Map<String, Json>>, entry: &Entry, path: &KeyPath) {
        let known: Vec<&str> = properties
            .into_iter()
            .flat_map(|p| p.keys().map(String::as_str))
            .collect();
        let place = if path == &KeyPath::default() {
            FILE.to_owned()
        } else {
            format!("`{path}`")
        };
        let message = format!("unknown key `{}` in {place}", entry.key);
        let help = format!("known here: {}", known.join(", "));
        let label = match did_you_mean(&entry.key, known) {
            Some(word) => format!("did you mean `{word}`?"),
            None => "not known".to_owned(),
        };
        self.report(
            "unknown-key",
            message,
            entry.key_span.clone(),
            &label,
            Some(help),
        );
    }

    fn string(&mut self, schema: &Map<String, Json>, text: &str, path: &KeyPath, drawn: Span) {
        let words = words(schema);
        if !words.is_empty() && !words.contains(&text) {
            let message = format!("`{path}` cannot be `{text}`");
            let label = match did_you_mean(text, words.iter().copied()) {
                Some(word) => format!("did you mean `{word}`?"),
                None => "not known".to_owned(),
            };
            let help = format!("one of: {}", words.join(", "));
            self.report("unknown-value", message, drawn, &label, Some(help));
        } else if let Some(pattern) = schema.get("pattern").and_then(Json::as_str) {
            self.pattern(pattern, text, &format!("`{path}`"), drawn);
        }
    }

    fn pattern(&mut self, pattern: &str, text: &str, what: &str, span: Span) {
        if let Some(format) = FORMATS.iter().find(|format| format.pattern == pattern)
            && !(format.check)(text)
        {
            self.report(
                "bad-name",
                format!("{what} is not valid: `{text}`"),
                span,
                "not valid",
                Some(format.what.to_owned()),
            );
        }
    }

    fn integer(
        &mut self,
        schema: &Map<String, Json>,
        number: Option<i64>,
        path: &KeyPath,
        drawn: Span,
    ) {
        let smallest = schema
            .get("minimum")
            .and_then(Json::as_i64)
            .unwrap_or(i64::MIN);
        let largest = schema
            .get("maximum")
            .and_then(Json::as_i64)
            .unwrap_or(i64::MAX);
        if number.is_none_or(|number| number < smallest || number > largest) {
            let message = format!("`{path}` is out of range");
            let label = format!("must be from {smallest} to {largest}");
            let help = description(schema).map(|text| format!("`{path}`: {text}"));
            self.report("out-of-range", message, drawn, &label, help);
        }
    }
}

fn is_date(schema: &Map<String, Json>) -> bool {
    schema.get("format").and_then(Json::as_str) == Some("date")
}

/// The type a schema asks for; `any` when it does not say.
fn type_of(schema: &Map<String, Json>) -> &str {
    match schema.get("type") {
        Some(Json::String(name)) => name,
        Some(Json::Array(names)) => names
            .iter()
            .filter_map(Json::as_str)
            .find(|name| *name != "null")
            .unwrap_or("any"),
        _ if schema.contains_key("enum") || schema.contains_key("oneOf") => "string",
        _ => "any",
    }
}

/// The closed list of strings a schema allows; empty when it is not a list.
fn words(schema: &Map<String, Json>) -> Vec<&str> {
    let listed = schema
        .get("enum")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str);
    let options = schema
        .get("oneOf")
        .and_then(Json::as_array)
        .into_iter()
        .flatten();
    listed
        .chain(options.filter_map(|option| option.get("const").and_then(Json::as_str)))
        .collect()
}

fn description(schema: &Map<String, Json>) -> Option<String> {
    let text = schema.get("description").and_then(Json::as_str)?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn article(expected: &str) -> &str {
    match expected {
        "object" => "a table",
        "array" => "an array",
        "string" => "a string",
        "integer" => "a whole number",
        "boolean" => "true or false",
        other => other,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "a whole number",
        Value::Float => "a decimal number",
        Value::Boolean => "a boolean",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "an array",
        Value::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNDERSTOOD: &[&str] = &[
        "$schema",
        "$ref",
        "$defs",
        "title",
        "description",
        "type",
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "propertyNames",
        "anyOf",
        "oneOf",
        "const",
        "enum",
        "items",
        "minItems",
        "minimum",
        "maximum",
        "format",
        "pattern",
        "default",
    ];

    fn visit(schema: &Json, names_are_keys: bool, found: &mut Vec<String>) {
        match schema {
            Json::Object(map) => {
                for (key, value) in map {
                    if !names_are_keys && !UNDERSTOOD.contains(&key.as_str()) {
                        found.push(format!("keyword {key}"));
                    }
                    if !names_are_keys
                        && key == "pattern"
                        && !FORMATS.iter().any(|f| Some(f.pattern) == value.as_str())
                    {
                        found.push(format!("pattern {value}"));
                    }
                    let inside = !names_are_keys
                        && ["properties", "$defs", "patternProperties"].contains(&key.as_str());
                    if !["default", "const", "enum", "required"].contains(&key.as_str())
                        || names_are_keys
                    {
                        visit(value, inside, found);
                    }
                }
            }
            Json::Array(items) => items.iter().for_each(|item| visit(item, false, found)),
            _ => {}
        }
    }

    #[test]
    fn the_schema_uses_only_what_the_walk_understands() {
        let mut found = Vec::new();
        visit(schema::schema().as_value(), false, &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
}
