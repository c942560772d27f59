//! Which fields of which kinds the transformers reach: kustomize's defaults and a repository's own additions.

use super::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail};
use super::field_specs;
use super::id::GvkFilter;
use super::node::{Node, Value};
use super::order;
use super::spec::read_field_spec;
use std::sync::{Arc, LazyLock};

/// A place in objects of some kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldSpec {
    group: Arc<str>,
    version: Arc<str>,
    kind: Arc<str>,
    /// The path as written.
    pub(super) path: Arc<str>,
    /// Its parts; `name[]` for a list.
    pub(super) parts: Arc<[String]>,
    /// Whether the field is made where it is missing.
    pub(super) create: bool,
}

/// The kind of object that a name refers to, and the fields that hold such names.
#[derive(Debug, Clone)]
pub(super) struct NameReference {
    group: Arc<str>,
    version: Arc<str>,
    kind: Arc<str>,
    pub(super) referrers: Vec<FieldSpec>,
}

/// What the transformers reach.
#[derive(Debug, Clone)]
pub(super) struct Config {
    pub(super) name_prefix: Vec<FieldSpec>,
    pub(super) name_suffix: Vec<FieldSpec>,
    pub(super) namespace: Vec<FieldSpec>,
    pub(super) common_labels: Vec<FieldSpec>,
    pub(super) labels: Vec<FieldSpec>,
    pub(super) template_labels: Vec<FieldSpec>,
    pub(super) common_annotations: Vec<FieldSpec>,
    pub(super) images: Vec<FieldSpec>,
    pub(super) replicas: Vec<FieldSpec>,
    pub(super) name_references: Vec<NameReference>,
}

impl FieldSpec {
    pub(super) fn new(group: &str, version: &str, kind: &str, path: &str, create: bool) -> Self {
        Self {
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
            path: path.into(),
            parts: split_path(path).into(),
            create,
        }
    }

    pub(super) fn filter(&self) -> GvkFilter<'_> {
        GvkFilter {
            group: &self.group,
            version: &self.version,
            kind: &self.kind,
        }
    }

    /// Whether the other one, which may be wider, is about this one too.
    fn is_covered_by(&self, other: &Self) -> bool {
        let fits = |own: &str, wide: &str| wide.is_empty() || own == wide;
        fits(&self.group, &other.group)
            && fits(&self.version, &other.version)
            && fits(&self.kind, &other.kind)
            && self.path == other.path
    }

    fn sort_key(&self) -> (i64, String) {
        order::type_key(&self.group, &self.version, &self.kind)
    }
}

impl NameReference {
    pub(super) fn new(group: &str, version: &str, kind: &str, referrers: Vec<FieldSpec>) -> Self {
        Self {
            group: group.into(),
            version: version.into(),
            kind: kind.into(),
            referrers,
        }
    }

    pub(super) fn filter(&self) -> GvkFilter<'_> {
        GvkFilter {
            group: &self.group,
            version: &self.version,
            kind: &self.kind,
        }
    }
}

static DEFAULTS: LazyLock<Arc<Config>> = LazyLock::new(|| Arc::new(field_specs::defaults()));

/// kustomize's own.
pub(super) fn defaults() -> Arc<Config> {
    Arc::clone(&DEFAULTS)
}

static EMPTY: LazyLock<Arc<Config>> = LazyLock::new(|| Arc::new(Config::empty()));

/// None at all, which a kustomization begins with.
pub(super) fn empty() -> Arc<Config> {
    Arc::clone(&EMPTY)
}

/// Both together. What is merged again can lose fields, because a narrow one keeps a wide one of its path out; so
/// configurations are merged as often and in the order in which kustomize does it.
pub(super) fn merge(into: &Arc<Config>, from: &Arc<Config>) -> Outcome<Arc<Config>> {
    let is = |config: &Arc<Config>, known: &Arc<Config>| Arc::ptr_eq(config, known);
    if is(from, &DEFAULTS) && (is(into, &EMPTY) || is(into, &DEFAULTS)) {
        return Ok(defaults());
    }
    into.merged(from).map(Arc::new)
}

/// The parts of a path; a slash is escaped with a backslash.
pub(super) fn split_path(path: &str) -> Vec<String> {
    split_escaped(path, "/")
}

/// Splits at a delimiter that can be escaped with a backslash; one at the beginning is passed over.
pub(super) fn split_escaped(path: &str, delimiter: &str) -> Vec<String> {
    let mut raw: Vec<&str> = path.split(delimiter).collect();
    if raw.len() > 1 && raw[0].is_empty() {
        raw.remove(0);
    }
    let mut parts: Vec<String> = Vec::with_capacity(raw.len());
    for piece in raw {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push_str(delimiter);
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}

/// Adds places, but for those that are there already.
///
/// # Errors
/// When one is there already and disagrees on making missing fields.
pub(super) fn merge_fields(into: &mut Vec<FieldSpec>, from: &[FieldSpec]) -> Outcome<()> {
    for spec in from {
        match into.iter().find(|known| known.is_covered_by(spec)) {
            Some(known) if known.create != spec.create => {
                return Err(fail(
                    INVALID,
                    format!(
                        "the field `{}` is there twice, with and without `create`",
                        spec.path
                    ),
                ));
            }
            Some(_) => {}
            None => into.push(spec.clone()),
        }
    }
    Ok(())
}

impl Config {
    /// These and those of a configuration file.
    pub(super) fn merged(&self, other: &Self) -> Outcome<Self> {
        let mut merged = self.clone();
        for (into, from) in [
            (&mut merged.name_prefix, &other.name_prefix),
            (&mut merged.name_suffix, &other.name_suffix),
            (&mut merged.namespace, &other.namespace),
            (&mut merged.common_labels, &other.common_labels),
            (&mut merged.labels, &other.labels),
            (&mut merged.template_labels, &other.template_labels),
            (&mut merged.common_annotations, &other.common_annotations),
            (&mut merged.images, &other.images),
            (&mut merged.replicas, &other.replicas),
        ] {
            merge_fields(into, from)?;
            into.sort_by_cached_key(FieldSpec::sort_key);
        }
        for reference in &other.name_references {
            let known = merged
                .name_references
                .iter_mut()
                .find(|known| known.filter() == reference.filter());
            match known {
                Some(known) => merge_fields(&mut known.referrers, &reference.referrers)?,
                None => merged.name_references.push(reference.clone()),
            }
        }
        merged
            .name_references
            .sort_by_cached_key(|r| order::type_key(&r.group, &r.version, &r.kind));
        Ok(merged)
    }

    pub(super) fn empty() -> Self {
        Self {
            name_prefix: Vec::new(),
            name_suffix: Vec::new(),
            namespace: Vec::new(),
            common_labels: Vec::new(),
            labels: Vec::new(),
            template_labels: Vec::new(),
            common_annotations: Vec::new(),
            images: Vec::new(),
            replicas: Vec::new(),
            name_references: Vec::new(),
        }
    }
}

/// Reads a configuration file.
pub(super) fn read(root: &Node) -> Outcome<Config> {
    let mut config = Config::empty();
    let Value::Map(entries) = &root.value else {
        return Err(fail(INVALID, "a configuration is a mapping").at(root.origin, "here"));
    };
    for entry in entries.iter() {
        let fields = match &*entry.key {
            "namePrefix" => &mut config.name_prefix,
            "nameSuffix" => &mut config.name_suffix,
            "namespace" => &mut config.namespace,
            "commonLabels" => &mut config.common_labels,
            "labels" => &mut config.labels,
            "templateLabels" => &mut config.template_labels,
            "commonAnnotations" => &mut config.common_annotations,
            "images" => &mut config.images,
            "replicas" => &mut config.replicas,
            "nameReference" => {
                config.name_references = read_references(&entry.value)?;
                continue;
            }
            // Only variables use it, and they are refused.
            "varReference" => continue,
            other => {
                return Err(fail(
                    UNSUPPORTED,
                    format!("a configuration has no field `{other}`"),
                )
                .at(entry.value.origin, "here"));
            }
        };
        *fields = read_fields(&entry.value)?;
    }
    Ok(config)
}

fn items(node: &Node) -> Outcome<&[Node]> {
    match &node.value {
        Value::List(items) => Ok(items),
        _ if node.is_null() => Ok(&[]),
        _ => Err(fail(INVALID, "a configuration holds lists of fields").at(node.origin, "here")),
    }
}

fn read_fields(node: &Node) -> Outcome<Vec<FieldSpec>> {
    items(node)?.iter().map(read_field_spec).collect()
}

fn read_references(node: &Node) -> Outcome<Vec<NameReference>> {
    let word = |node: &Node, key: &str| node.get(key).map_or("", Node::value_text).to_owned();
    let mut references: Vec<NameReference> = Vec::new();
    for item in items(node)? {
        let known = ["group", "version", "kind", "fieldSpecs"];
        for entry in item.entries() {
            if !known.contains(&&*entry.key) {
                return Err(fail(
                    UNSUPPORTED,
                    format!("a name reference has no field `{}`", entry.key),
                )
                .at(entry.value.origin, "here"));
            }
        }
        let referrers = item.get("fieldSpecs").map_or(Ok(Vec::new()), read_fields)?;
        references.push(NameReference::new(
            &word(item, "group"),
            &word(item, "version"),
            &word(item, "kind"),
            referrers,
        ));
    }
    Ok(references)
}
