//! Generated documentation is current: the JSON schema, the reference of platform.toml, the reference of the commands.
#![expect(clippy::disallowed_methods, reason = "tests make and read files")]

use crate::support::{assert_current, project};
use clap::CommandFactory as _;
use platformctl::cli::Cli;
use platformctl::spec::schema;
use serde_json::{Map, Value};
use std::fmt::Write as _;

#[test]
fn the_schema_is_current() {
    assert_current(schema::FILE, &schema::text());
}

#[test]
fn the_reference_of_platform_toml_is_current() {
    let schema = schema::schema();
    let root = schema.as_object().expect("the schema is an object");
    let mut text = String::from(
        "# platform.toml\n\n<!-- Generated from the types of src/spec/types/. To regenerate: PLATFORMCTL_BLESS=1 cargo test --test it docs -->\n\n\
         Every key there is. Unknown keys are errors; `platformctl config` prints your file with every default filled in. Keys marked\n\
         **required** have no default. `NAME` stands for a name of your own.\n",
    );
    table(root, root, "", &mut text);
    assert_current("docs/platform-toml.md", &text);
}

/// One section per table, depth first, in the order of the types.
fn table(root: &Map<String, Value>, schema: &Map<String, Value>, path: &str, text: &mut String) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !path.is_empty() {
        let _ = write!(text, "\n## `{path}`\n\n{}\n", description(schema));
    }
    text.push_str("\n| key | type | |\n|---|---|---|\n");
    let mut below = Vec::new();
    for (key, property) in properties {
        let property = property.as_object().expect("a property is an object");
        let target = resolve(root, property);
        let (kind, inner) = kind(root, target, key);
        let mark = if required.contains(&key.as_str()) {
            "**required.** "
        } else {
            ""
        };
        let said = if description(property).is_empty() {
            description(target)
        } else {
            description(property)
        };
        let _ = writeln!(
            text,
            "| `{key}` | {kind} | {mark}{} |",
            said.replace('|', "\\|")
        );
        if let Some((suffix, inner)) = inner {
            let here = if path.is_empty() {
                suffix
            } else {
                join(path, &suffix)
            };
            below.push((here, inner));
        }
    }
    for (path, inner) in below {
        table(root, inner, &path, text);
    }
}

fn join(path: &str, suffix: &str) -> String {
    let (open, inner, close) = match path.strip_prefix("[[").and_then(|p| p.strip_suffix("]]")) {
        Some(inner) => ("[[", inner, "]]"),
        None => ("[", path.trim_start_matches('[').trim_end_matches(']'), "]"),
    };
    match suffix.strip_prefix("[[") {
        Some(list) => format!("[[{inner}.{list}"),
        None => format!(
            "{open}{inner}.{}{close}",
            suffix.trim_start_matches('[').trim_end_matches(']')
        ),
    }
}

type Inner<'a> = Option<(String, &'a Map<String, Value>)>;

fn kind<'a>(
    root: &'a Map<String, Value>,
    schema: &'a Map<String, Value>,
    key: &str,
) -> (String, Inner<'a>) {
    let words = words(schema);
    if !words.is_empty() {
        return (
            words
                .iter()
                .map(|word| format!("`{word}`"))
                .collect::<Vec<_>>()
                .join(" "),
            None,
        );
    }
    let types = schema.get("type").map(|kind| match kind {
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
            .unwrap_or("any"),
        other => other.as_str().unwrap_or("any"),
    });
    match types {
        Some("array") => {
            let item = schema
                .get("items")
                .and_then(Value::as_object)
                .map(|item| resolve(root, item));
            let Some(item) = item else {
                return ("list".to_owned(), None);
            };
            if item.contains_key("properties") {
                return (
                    "list of tables".to_owned(),
                    Some((format!("[[{key}]]"), item)),
                );
            }
            (format!("list of {}", kind(root, item, key).0), None)
        }
        Some("object") if schema.contains_key("properties") => {
            ("table".to_owned(), Some((format!("[{key}]"), schema)))
        }
        Some("object") => {
            let values = schema
                .get("patternProperties")
                .and_then(Value::as_object)
                .and_then(|p| p.values().next());
            let values = values
                .or_else(|| schema.get("additionalProperties"))
                .and_then(Value::as_object);
            match values.map(|values| resolve(root, values)) {
                Some(inner) if inner.contains_key("properties") => (
                    "tables by name".to_owned(),
                    Some((format!("[{key}.NAME]"), inner)),
                ),
                _ => ("table".to_owned(), None),
            }
        }
        Some("string") if schema.get("format").and_then(Value::as_str) == Some("date") => {
            ("date".to_owned(), None)
        }
        Some("string") => ("string".to_owned(), None),
        Some("integer") => ("whole number".to_owned(), None),
        Some("boolean") => ("true or false".to_owned(), None),
        other => (other.unwrap_or("any").to_owned(), None),
    }
}

fn resolve<'a>(
    root: &'a Map<String, Value>,
    schema: &'a Map<String, Value>,
) -> &'a Map<String, Value> {
    if let Some(name) = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|r| r.strip_prefix("#/$defs/"))
    {
        return resolve(
            root,
            root["$defs"][name]
                .as_object()
                .expect("a definition is an object"),
        );
    }
    let options = schema
        .get("anyOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object);
    let not_null = options
        .into_iter()
        .find(|option| option.get("type").and_then(Value::as_str) != Some("null"));
    not_null.map_or(schema, |option| resolve(root, option))
}

fn words(schema: &Map<String, Value>) -> Vec<&str> {
    let listed = schema
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let options = schema
        .get("oneOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    listed
        .chain(options.filter_map(|option| option.get("const").and_then(Value::as_str)))
        .collect()
}

fn description(schema: &Map<String, Value>) -> String {
    let text = schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_reference_of_the_commands_is_current() {
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut text = String::from(
        "# Commands\n\n<!-- Generated from src/cli.rs and src/commands/. To regenerate: PLATFORMCTL_BLESS=1 cargo test --test it docs -->\n",
    );
    let _ = write!(text, "\n```text\n{}```\n", help(&mut command.clone()));
    for command in command
        .get_subcommands()
        .filter(|command| command.get_name() != "help")
    {
        let _ = write!(
            text,
            "\n## platformctl {}\n\n```text\n{}```\n",
            command.get_name(),
            help(&mut command.clone())
        );
    }
    assert_current("docs/cli.md", &text);
}

fn help(command: &mut clap::Command) -> String {
    let text = command.render_long_help().to_string();
    text.lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

#[test]
fn the_commands_hold_together() {
    Cli::command().debug_assert();
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut dead = Vec::new();
    let documents = walkdir::WalkDir::new(project().join("docs"))
        .into_iter()
        .filter_map(Result::ok);
    let documents = documents
        .map(|entry| entry.into_path())
        .chain(["README.md", "CONTRIBUTING.md"].map(|name| project().join(name)));
    for document in
        documents.filter(|path| path.extension().is_some_and(|extension| extension == "md"))
    {
        let text = std::fs::read_to_string(&document).expect("a document can be read");
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            if !document
                .parent()
                .expect("has a parent")
                .join(target)
                .exists()
            {
                dead.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert_eq!(dead, Vec::<String>::new());
}
