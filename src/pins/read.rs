//! Reading a pins file strictly: what could mean two things is refused with its place.

use super::{Pin, UNRELEASED};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Location, Span};
use crate::spec::formats::{is_digest, is_tag};
use crate::yaml::{self, Mapping, Node, Resolved, Value};

/// Keys that kustomize knows in an image entry and that would run something else than the pin says.
const REDIRECTS: [&str; 2] = ["newName", "tagSuffix"];

/// The fields of a kustomization (<https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>). kustomize refuses
/// a file with any other, so a typo here would stop the cell.
const KEYS: [&str; 27] = [
    "apiVersion",
    "kind",
    "metadata",
    "images",
    "replicas",
    "resources",
    "components",
    "patches",
    "patchesStrategicMerge",
    "patchesJson6902",
    "labels",
    "commonLabels",
    "commonAnnotations",
    "namespace",
    "namePrefix",
    "nameSuffix",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "replacements",
    "vars",
    "configurations",
    "crds",
    "openapi",
    "generators",
    "transformers",
    "validators",
];

/// The pin of `image` in the text of a pins file.
///
/// # Errors
/// Everything that keeps the file from having exactly one plain meaning: syntax, duplicate keys, anchors and aliases,
/// more or less than one entry for the image, `newTag` holding a digest, a malformed tag or digest.
pub fn read(path: &str, text: &str, image: &str) -> Result<Pin, Vec<Diagnostic>> {
    Ok(File::parse(path, text, image)?.pin)
}

/// A pins file that was read, with the nodes that `write` edits.
pub(super) struct File {
    /// The top mapping.
    pub(super) root: Mapping,
    /// The entry of the image.
    pub(super) entry: Mapping,
    /// What it says.
    pub(super) pin: Pin,
}

impl File {
    pub(super) fn parse(path: &str, text: &str, image: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut documents = yaml::parse(path, text)?;
        if documents.len() != 1 {
            return Err(vec![
                problem(
                    path,
                    "pins-shape",
                    "a pins file is one YAML document",
                    0..0,
                    "here",
                )
                .help("keep one document; `platformctl render` writes a missing file anew"),
            ]);
        }
        let document = documents.remove(0);
        let mut problems: Vec<Diagnostic> = (document.anchors.iter().map(|anchor| &anchor.span))
            .chain(&document.aliases)
            .map(|span| {
                problem(
                    path,
                    "pins-anchor",
                    "a pins file has no anchors or aliases",
                    span.clone(),
                    "here",
                )
                .help("write the value out, so that one place decides one thing")
            })
            .collect();
        let Some(root) = document.root.mapping() else {
            problems.push(
                problem(
                    path,
                    "pins-shape",
                    format!("a pins file is a mapping, this is {}", document.root.what()),
                    document.root.span.clone(),
                    "here",
                )
                .help("delete the file and run `platformctl render` to have it anew"),
            );
            return Err(problems);
        };
        problems.extend(check_kind(path, &document.root));
        problems.extend(
            root.entries
                .iter()
                .filter_map(|entry| check_key(path, &entry.key)),
        );
        let entry = find_entry(path, &document.root, image).and_then(|entry| {
            let pin = read_entry(path, entry)?;
            Ok((entry.clone(), pin))
        });
        match entry {
            Ok((entry, pin)) if problems.is_empty() => Ok(Self {
                root: root.clone(),
                entry,
                pin,
            }),
            Ok(_) => Err(problems),
            Err(more) => {
                problems.extend(more);
                Err(problems)
            }
        }
    }
}

fn problem(
    path: &str,
    code: &'static str,
    message: impl Into<String>,
    span: Span,
    label: &str,
) -> Diagnostic {
    Diagnostic::error(code, message).at(Location::new(path, span), label)
}

/// A key that kustomize does not know is a typo.
fn check_key(path: &str, key: &Node) -> Option<Diagnostic> {
    let written = key.text().unwrap_or_default();
    if KEYS.contains(&written) {
        return None;
    }
    let help = match did_you_mean(written, KEYS) {
        Some(known) => format!("did you mean `{known}`?"),
        None => "remove it; changes of your own belong in the unit's `custom` component".to_owned(),
    };
    Some(
        problem(
            path,
            "pins-shape",
            format!("kustomize does not know `{written}`"),
            key.span.clone(),
            "not known here",
        )
        .help(help),
    )
}

fn check_kind(path: &str, root: &Node) -> Option<Diagnostic> {
    match root.get("kind") {
        Some(kind) if kind.text() == Some("Component") => None,
        Some(kind) => Some(
            problem(
                path,
                "pins-shape",
                "a pins file is a Kustomize `Component`",
                kind.span.clone(),
                "not `Component`",
            )
            .help("write `kind: Component`"),
        ),
        None => Some(
            problem(
                path,
                "pins-shape",
                "a pins file is a Kustomize `Component`",
                root.span.start..root.span.start,
                "`kind` is missing",
            )
            .help("add `kind: Component` and `apiVersion: kustomize.config.k8s.io/v1alpha1`"),
        ),
    }
}

/// The one entry of `images` whose name is exactly the image.
fn find_entry<'a>(path: &str, root: &'a Node, image: &str) -> Result<&'a Mapping, Vec<Diagnostic>> {
    let add = format!("the file needs `images:` with one entry `- name: {image}`");
    let Some(images) = root.get("images") else {
        return Err(vec![
            problem(
                path,
                "pins-image",
                format!("there is no entry for `{image}`"),
                root.span.start..root.span.start,
                "`images` is missing",
            )
            .help(add),
        ]);
    };
    let Some(list) = images.sequence() else {
        return Err(vec![
            problem(
                path,
                "pins-shape",
                format!("`images` is a list, this is {}", images.what()),
                images.span.clone(),
                "not a list",
            )
            .help(add),
        ]);
    };
    let mut found: Vec<(&Node, &Mapping)> = Vec::new();
    let mut problems = Vec::new();
    for item in &list.items {
        match (item.mapping(), item.get("name").and_then(Node::text)) {
            (Some(mapping), Some(name)) if name == image => found.push((item, mapping)),
            (Some(_), Some(name)) if may_match(name, image) => problems.push(
                problem(
                    path,
                    "pins-pattern",
                    format!("the name `{name}` may match `{image}` too"),
                    item.span.clone(),
                    "kustomize reads names as patterns",
                )
                .help(format!(
                    "remove the entry, and keep just the one for `{image}`"
                )),
            ),
            (Some(_), Some(_)) => {}
            _ => problems.push(
                problem(
                    path,
                    "pins-shape",
                    "an entry of `images` is a mapping with a `name`",
                    item.span.clone(),
                    "no name",
                )
                .help("remove the entry or give it a name"),
            ),
        }
    }
    if let Some((second, _)) = found.get(1) {
        problems.push(
            problem(
                path,
                "pins-image",
                format!("`{image}` is there twice"),
                second.span.clone(),
                "again here",
            )
            .at(Location::new(path, found[0].0.span.clone()), "first here")
            .help("keep one entry"),
        );
    }
    match found.first() {
        Some((_, mapping)) if problems.is_empty() => Ok(mapping),
        None => {
            problems.push(
                problem(
                    path,
                    "pins-image",
                    format!("there is no entry for `{image}`"),
                    images.span.clone(),
                    "in this list",
                )
                .help(add),
            );
            Err(problems)
        }
        _ => Err(problems),
    }
}

/// Whether kustomize, which takes a name as an anchored regular expression, might apply it to this image.
/// Dots are common in names and match any one character; every other pattern counts as matching.
fn may_match(name: &str, image: &str) -> bool {
    if name.contains(|c: char| "*+?()[]{}|^$\\".contains(c)) {
        return true;
    }
    name.chars().count() == image.chars().count()
        && name
            .chars()
            .zip(image.chars())
            .all(|(n, i)| n == '.' || n == i)
}

fn read_entry(path: &str, entry: &Mapping) -> Result<Pin, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut pin = Pin::default();
    for item in &entry.entries {
        let (key, value) = (item.key.text().unwrap_or_default(), &item.value);
        let read = match key {
            "name" => Ok(()),
            "newTag" => read_tag(path, value)
                .map(|tag| pin.tag = Some(tag))
                .map_err(|problem| *problem),
            "digest" => read_digest(path, value)
                .map(|digest| pin.digest = Some(digest))
                .map_err(|problem| *problem),
            _ if REDIRECTS.contains(&key) => Err(problem(
                path,
                "pins-redirect",
                format!("`{key}` would run another image than the pin says"),
                item.key.span.clone(),
                "here",
            )
            .help("remove it; the image of a service is set by `image` in platform.toml")),
            _ => Err(problem(
                path,
                "pins-shape",
                format!("kustomize knows no `{key}` here"),
                item.key.span.clone(),
                "here",
            )
            .help("an entry has `name`, `newTag` and `digest`")),
        };
        problems.extend(read.err());
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if pin.digest.is_none() && pin.tag.as_deref().is_none_or(|tag| tag == UNRELEASED) {
        return Ok(Pin::default());
    }
    pin.released = true;
    Ok(pin)
}

/// A tag is taken by its letters: `1.20` is the tag 1.20, although YAML readers see a number there.
fn read_tag(path: &str, value: &Node) -> Result<String, Box<Diagnostic>> {
    let refuse = |message: String, help: &str| {
        let problem = problem(path, "pins-tag", message, value.span.clone(), "here");
        Err(Box::new(problem.help(help)))
    };
    let text = match &value.value {
        Value::Scalar(scalar) if value.resolved() != Some(Resolved::Null) => &scalar.text,
        _ => {
            return refuse(
                format!("`newTag` is a text, this is {}", value.what()),
                "write the tag, or remove the line",
            );
        }
    };
    if text.contains("sha256:") {
        return refuse(
            "`newTag` holds a digest".to_owned(),
            "move it to a line of its own: `digest: sha256:…`",
        );
    }
    if !is_tag(text) {
        return refuse(
            format!("`{text}` is not an image tag"),
            "a tag has at most 128 letters, digits, underscores, dots and hyphens, and begins with a letter, digit or underscore",
        );
    }
    Ok(text.clone())
}

fn read_digest(path: &str, value: &Node) -> Result<String, Box<Diagnostic>> {
    match value.text() {
        Some(text) if is_digest(text) => Ok(text.to_owned()),
        _ => Err(Box::new(
            problem(path, "pins-digest", "the digest is malformed", value.span.clone(), "here")
                .help("a digest is `sha256:` and 64 lower-case hexadecimal digits; `platformctl release` writes it"),
        )),
    }
}

#[cfg(test)]
mod tests;
