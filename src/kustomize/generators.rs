//! ConfigMaps and Secrets out of literals, files and environment files
//! (<https://github.com/kubernetes-sigs/kustomize/tree/api/v0.21.1/api/internal/generators>).

use super::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail};
use super::files::Library;
use super::node::{Entry, Kind, Node, Origin};
use super::resource::Resource;
use super::scalar::{Style, Tag};
use super::spec::{Generator, GeneratorOptions, Text};
use base64::Engine as _;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Longer lines of an environment file end what kustomize reads of it.
const LONGEST_LINE: usize = 64 * 1024 - 1;

/// A value and where it comes from.
type Data = BTreeMap<Arc<str>, (Vec<u8>, Origin)>;

/// Makes the object that a generator describes.
pub(super) fn generate(
    library: &Library<'_>,
    folder: &str,
    generator: &Generator,
    global: Option<&GeneratorOptions>,
) -> Outcome<Resource> {
    let Some(name) = &generator.name else {
        return Err(fail(INVALID, "a generator has no name").at(generator.origin, "here"));
    };
    let kind = if generator.is_secret {
        "Secret"
    } else {
        "ConfigMap"
    };
    let namespace = generator.namespace.as_ref().map_or("", |text| &text.text);
    let mut object = Resource::generated(kind, &name.text, namespace, name.origin);
    let data = data(library, folder, generator)?;
    if let Some(root) = &mut object.root {
        if generator.is_secret {
            let secret_type = generator.secret_type.as_ref();
            let shown = secret_type.map_or("Opaque", |text| &text.text);
            let from = secret_type.map_or(name.origin, |text| text.origin);
            root.set("type", Node::text(shown, from));
            root.get_or_make("data", Kind::Map, generator.origin);
        }
        for (key, (value, from)) in data {
            let (field, value) = match (generator.is_secret, String::from_utf8(value)) {
                (false, Ok(text)) => ("data", text),
                (false, Err(bytes)) => ("binaryData", base64_lines(bytes.as_bytes())),
                (true, Ok(text)) => ("data", base64_lines(text.as_bytes())),
                (true, Err(bytes)) => ("data", base64_lines(bytes.as_bytes())),
            };
            if let Some(data) = root.get_or_make(field, Kind::Map, generator.origin) {
                data.set(&key, Node::text(value, from));
            }
        }
    }
    let options = merged_options(generator.options.as_ref(), global);
    if let Some(options) = &options {
        apply_options(&mut object, options);
    }
    if !options.is_some_and(|options| options.disable_hash) {
        object.enable_hash();
    }
    object.set_behavior(generator.behavior.as_ref().map(|text| &*text.text));
    Ok(object)
}

fn merged_options(
    local: Option<&GeneratorOptions>,
    global: Option<&GeneratorOptions>,
) -> Option<GeneratorOptions> {
    let Some(global) = global else {
        return local.cloned();
    };
    let mut merged = local.cloned().unwrap_or_default();
    for (into, from) in [
        (&mut merged.labels, &global.labels),
        (&mut merged.annotations, &global.annotations),
    ] {
        for (key, value) in from {
            if !into.iter().any(|(known, _)| known == key) {
                into.push((Arc::clone(key), value.clone()));
            }
        }
        into.sort_by(|a, b| a.0.cmp(&b.0));
    }
    merged.disable_hash |= global.disable_hash;
    merged.immutable = global.immutable.or(merged.immutable);
    Some(merged)
}

fn apply_options(object: &mut Resource, options: &GeneratorOptions) {
    let Some(root) = &mut object.root else { return };
    let from = root.origin;
    if let Some(metadata) = root.get_mut("metadata") {
        for (field, pairs) in [
            ("labels", &options.labels),
            ("annotations", &options.annotations),
        ] {
            for (key, value) in pairs {
                if let Some(field) = metadata.get_or_make(field, Kind::Map, from) {
                    field.set(key, Node::text(Arc::clone(&value.text), value.origin));
                }
            }
        }
    }
    if let Some(from) = options.immutable {
        root.set(
            "immutable",
            Node::scalar("true", Tag::Bool, Style::Plain, from),
        );
    }
}

fn data(library: &Library<'_>, folder: &str, generator: &Generator) -> Outcome<Data> {
    let mut data = Data::new();
    let mut add = |key: &str, value: Vec<u8>, from: Origin| {
        if data.insert(key.into(), (value, from)).is_some() {
            return Err(
                fail(INVALID, format!("the key `{key}` is generated twice")).at(from, "again here")
            );
        }
        Ok(())
    };
    for env in &generator.envs {
        let (_, read) = library.load(folder, &env.text, env.origin)?;
        for (key, value, from) in env_lines(&read.bytes, read.file, env)? {
            add(&key, value.into_bytes(), from)?;
        }
    }
    for literal in &generator.literals {
        let (key, value) = literal_pair(literal)?;
        add(key, value.as_bytes().to_vec(), literal.origin)?;
    }
    for source in &generator.files {
        let (key, path) = file_source(source)?;
        let (_, read) = library.load(folder, path, source.origin)?;
        let whole = Origin {
            file: read.file,
            start: 0,
            end: u32::try_from(read.bytes.len()).unwrap_or(u32::MAX),
        };
        add(key, read.bytes.to_vec(), whole)?;
    }
    Ok(data)
}

/// `key=value`, with the quotes around the value taken off.
fn literal_pair(literal: &Text) -> Outcome<(&str, &str)> {
    match literal.text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key, unquoted(value))),
        _ => Err(fail(INVALID, format!("`{}` is no literal", literal.text))
            .at(literal.origin, "here")
            .help("a literal is written `key=value`")),
    }
}

fn unquoted(text: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return inner;
        }
    }
    text
}

/// `path` or `key=path`.
fn file_source(source: &Text) -> Outcome<(&str, &str)> {
    let text = &*source.text;
    match text.split_once('=') {
        None => Ok((
            text.trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or(text),
            text,
        )),
        Some((key, path)) if !key.is_empty() && !path.is_empty() && !path.contains('=') => {
            Ok((key, path))
        }
        Some(_) => Err(
            fail(INVALID, format!("`{text}` is no file to generate from"))
                .at(source.origin, "here")
                .help("write `path` or `key=path`"),
        ),
    }
}

/// The variables of an environment file: no quotes, no escapes, nothing from the environment.
fn env_lines(bytes: &[u8], file: u32, from: &Text) -> Outcome<Vec<(String, String, Origin)>> {
    let mut pairs = Vec::new();
    let mut offset = 0;
    for (number, raw) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let start = offset;
        offset += raw.len();
        let line = raw.strip_suffix(b"\n").unwrap_or(raw);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let origin = Origin {
            file,
            start: u32::try_from(start).unwrap_or(u32::MAX),
            end: u32::try_from(start + line.len()).unwrap_or(u32::MAX),
        };
        if raw.len() > LONGEST_LINE {
            return Err(
                fail(UNSUPPORTED, "a line is too long for kustomize to read it")
                    .at(origin, "this line")
                    .at(from.origin, "the file is named here"),
            );
        }
        let Ok(line) = std::str::from_utf8(line) else {
            return Err(fail(INVALID, "a line is not UTF-8").at(origin, "this line"));
        };
        let line = if number == 0 {
            line.strip_prefix('\u{feff}').unwrap_or(line)
        } else {
            line
        };
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if !key.is_empty() {
            pairs.push((key.to_owned(), value.to_owned(), origin));
        }
    }
    Ok(pairs)
}

/// Base64 in lines of seventy characters, of which the last one ends too if there are several.
fn base64_lines(bytes: &[u8]) -> String {
    const LINE: usize = 70;
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
    if encoded.len() < LINE {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, behind) = rest.split_at(rest.len().min(LINE));
        lines.push_str(line);
        lines.push('\n');
        rest = behind;
    }
    lines
}

/// Adds the data of the object whose place a generated one takes.
pub(super) fn merge_data(object: &mut Resource, old: &Resource) {
    for field in ["data", "binaryData"] {
        let mut merged: BTreeMap<Arc<str>, (Arc<str>, Origin)> = BTreeMap::new();
        for resource in [old, object] {
            let entries = resource
                .root
                .as_ref()
                .and_then(|root| root.get(field))
                .map_or(&[][..], Node::entries);
            for entry in entries {
                let text = entry.value.value_text().into();
                merged.insert(Arc::clone(&entry.key), (text, entry.value.origin));
            }
        }
        let Some(root) = &mut object.root else { return };
        let at = root.get(field).map_or(root.origin, |node| node.origin);
        root.clear(field);
        if merged.is_empty() {
            continue;
        }
        let entries = merged
            .into_iter()
            .map(|(key, (text, from))| Entry {
                key,
                quoted: false,
                value: Node::text(text, from),
            })
            .collect();
        root.set(field, Node::map(entries, at));
    }
}
