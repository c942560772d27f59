//! One object on its way through a build.
//!
//! kustomize notes what it must remember of an object (earlier names, prefixes, whether the name gets a hash) in the
//! object's own annotations, where a patch can see, keep or lose them. To lose them in the same cases, they are kept in
//! the same place here and removed at the end
//! (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/internal/utils/annotations.go>).

use super::id::{Gvk, Id, group_version};
use super::node::{Entry, Kind, Node, Origin};
use super::scalar::{Style, Tag};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) const PREFIX: &str = "internal.config.kubernetes.io/";
pub(super) const PREVIOUS_KINDS: &str = "internal.config.kubernetes.io/previousKinds";
pub(super) const PREVIOUS_NAMES: &str = "internal.config.kubernetes.io/previousNames";
pub(super) const PREVIOUS_NAMESPACES: &str = "internal.config.kubernetes.io/previousNamespaces";
pub(super) const PREFIXES: &str = "internal.config.kubernetes.io/prefixes";
pub(super) const SUFFIXES: &str = "internal.config.kubernetes.io/suffixes";
const ALLOW_NAME_CHANGE: &str = "internal.config.kubernetes.io/allowNameChange";
const ALLOW_KIND_CHANGE: &str = "internal.config.kubernetes.io/allowKindChange";
const BEHAVIOR: &str = "internal.config.kubernetes.io/generatorBehavior";
const NEEDS_HASH: &str = "internal.config.kubernetes.io/needsHashSuffix";
const ENABLED: &str = "enabled";
/// Objects with this annotation do not leave the build.
const LOCAL: &str = "config.kubernetes.io/local-config";
/// What kustomize notes of the file an object comes from, when it is asked to.
const ORIGIN: &str = "config.kubernetes.io/origin";
const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// An object and what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    /// `None` when a patch deleted the object.
    pub(super) root: Option<Node>,
}

/// What a generator says to an object of the same name that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behavior {
    Create,
    Merge,
    Replace,
}

/// Annotations or labels as kustomize takes them out: texts, and where each comes from.
pub(super) type Texts = BTreeMap<Arc<str>, (Arc<str>, Origin)>;

impl Resource {
    pub(super) fn new(root: Node) -> Self {
        Self { root: Some(root) }
    }

    /// Whether a patch left nothing of it.
    pub(super) fn is_gone(&self) -> bool {
        self.root.as_ref().is_none_or(Node::is_empty)
    }

    /// Where the object as a whole comes from.
    pub(super) fn origin(&self) -> Origin {
        self.root
            .as_ref()
            .map_or(Origin::default(), |root| root.origin)
    }

    fn field(&self, key: &str) -> &str {
        self.root
            .as_ref()
            .and_then(|root| root.get(key))
            .map_or("", Node::raw)
    }

    pub(super) fn kind(&self) -> &str {
        self.field("kind")
    }

    pub(super) fn api_version(&self) -> &str {
        self.field("apiVersion")
    }

    pub(super) fn gvk(&self) -> Gvk {
        Gvk::new(self.api_version(), self.kind())
    }

    fn metadata(&self) -> Option<&Node> {
        self.root
            .as_ref()?
            .get("metadata")
            .filter(|metadata| !metadata.is_empty())
    }

    pub(super) fn meta_text(&self, key: &str) -> &str {
        self.metadata()
            .and_then(|metadata| metadata.get(key))
            .map_or("", Node::value_text)
    }

    pub(super) fn name(&self) -> &str {
        self.meta_text("name")
    }

    pub(super) fn namespace(&self) -> &str {
        self.meta_text("namespace")
    }

    /// The node of the object's name, for its origin.
    pub(super) fn name_node(&self) -> Option<&Node> {
        self.metadata()?.get("name")
    }

    fn meta_entries(&self, field: &str) -> &[Entry] {
        self.metadata()
            .and_then(|metadata| metadata.get(field))
            .map_or(&[], Node::entries)
    }

    /// An annotation, as text.
    pub(super) fn annotation(&self, key: &str) -> Option<&str> {
        self.meta_entries("annotations")
            .iter()
            .find(|entry| &*entry.key == key)
            .map(|entry| entry.value.raw())
    }

    /// All labels or annotations, as texts: `1` becomes a text, and so does `null`.
    pub(super) fn texts(&self, field: &str) -> Texts {
        self.meta_entries(field)
            .iter()
            .map(|entry| {
                let text: Arc<str> = entry.value.raw().into();
                (Arc::clone(&entry.key), (text, entry.value.origin))
            })
            .collect()
    }

    /// Replaces all labels or annotations, none of which leaves no field.
    pub(super) fn set_texts(&mut self, field: &str, texts: &Texts) {
        let Some(root) = &mut self.root else { return };
        let from = root.origin;
        let Some(metadata) = root.get_or_make("metadata", Kind::Map, from) else {
            return;
        };
        let at = metadata.get(field).map_or(from, |node| node.origin);
        metadata.clear(field);
        if texts.is_empty() {
            return;
        }
        let entries = texts
            .iter()
            .map(|(key, (text, origin))| Entry {
                key: Arc::clone(key),
                quoted: false,
                value: Node::text(Arc::clone(text), *origin),
            })
            .collect();
        metadata.set(field, Node::map(entries, at));
    }

    fn set_annotation(&mut self, key: &str, value: &str) {
        let Some(root) = &mut self.root else { return };
        let from = root.origin;
        let annotations = root
            .get_or_make("metadata", Kind::Map, from)
            .and_then(|metadata| {
                if metadata.get("annotations").is_some_and(Node::is_null) {
                    metadata.clear("annotations");
                }
                metadata.get_or_make("annotations", Kind::Map, from)
            });
        if let Some(annotations) = annotations {
            annotations.set(key, Node::text(value, from));
        }
    }

    fn csv(&self, key: &str) -> Vec<&str> {
        self.annotation(key)
            .map(|value| value.split(',').collect())
            .unwrap_or_default()
    }

    fn append_csv(&mut self, key: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let joined = match self.annotation(key) {
            Some(before) => format!("{before},{value}"),
            None => value.to_owned(),
        };
        self.set_annotation(key, &joined);
    }

    pub(super) fn prefixes(&self) -> Vec<&str> {
        self.csv(PREFIXES)
    }

    pub(super) fn suffixes(&self) -> Vec<&str> {
        self.csv(SUFFIXES)
    }

    pub(super) fn add_prefix(&mut self, prefix: &str) {
        self.append_csv(PREFIXES, prefix);
    }

    pub(super) fn add_suffix(&mut self, suffix: &str) {
        self.append_csv(SUFFIXES, suffix);
    }

    /// The name it has now.
    pub(super) fn current_id(&self) -> Id {
        let gvk = self.gvk();
        let cluster_scoped = gvk.is_cluster_scoped();
        Id {
            gvk,
            name: self.name().into(),
            namespace: self.namespace().into(),
            cluster_scoped,
        }
    }

    /// The names it had, oldest first.
    pub(super) fn previous_ids(&self) -> Vec<Id> {
        if self.annotation(PREVIOUS_NAMES).is_none() {
            return Vec::new();
        }
        let (group, version) = group_version(self.api_version());
        let (group, version): (Arc<str>, Arc<str>) = (group.into(), version.into());
        let namespaces = self.csv(PREVIOUS_NAMESPACES);
        let kinds = self.csv(PREVIOUS_KINDS);
        self.csv(PREVIOUS_NAMES)
            .into_iter()
            .zip(namespaces)
            .zip(kinds)
            .map(|((name, namespace), kind)| Id {
                gvk: Gvk {
                    group: Arc::clone(&group),
                    version: Arc::clone(&version),
                    kind: kind.into(),
                },
                name: name.into(),
                namespace: namespace.into(),
                cluster_scoped: false,
            })
            .collect()
    }

    /// The name it had first.
    pub(super) fn original_id(&self) -> Id {
        self.previous_ids()
            .into_iter()
            .next()
            .unwrap_or_else(|| self.current_id())
    }

    /// All names, the current one last.
    pub(super) fn all_ids(&self) -> Vec<Id> {
        let mut ids = self.previous_ids();
        ids.push(self.current_id());
        ids
    }

    /// Notes the current name before it is changed.
    pub(super) fn store_previous_id(&mut self) {
        let id = self.current_id();
        let kind = self.kind().to_owned();
        self.append_csv(PREVIOUS_NAMES, &id.name);
        self.append_csv(PREVIOUS_NAMESPACES, id.effective_namespace());
        self.append_csv(PREVIOUS_KINDS, &kind);
    }

    pub(super) fn set_field(&mut self, key: &str, text: &str, from: Origin) {
        if let Some(root) = &mut self.root {
            root.set(key, Node::bare(text, from));
        }
    }

    /// Sets a text of the metadata; an empty one removes it.
    pub(super) fn set_meta(&mut self, key: &str, text: &str, from: Origin) {
        let Some(root) = &mut self.root else { return };
        if text.is_empty() {
            if let Some(metadata) = root.get_mut("metadata") {
                metadata.clear(key);
            }
            return;
        }
        if let Some(metadata) = root.get_or_make("metadata", Kind::Map, from) {
            metadata.set(key, Node::bare(text, from));
        }
    }

    fn is_enabled(&self, key: &str) -> bool {
        self.annotation(key) == Some(ENABLED)
    }

    fn enable(&mut self, key: &str) {
        let mut texts = self.texts("annotations");
        texts.insert(key.into(), (ENABLED.into(), Origin::default()));
        self.set_texts("annotations", &texts);
    }

    pub(super) fn needs_hash(&self) -> bool {
        self.is_enabled(NEEDS_HASH)
    }

    pub(super) fn enable_hash(&mut self) {
        self.enable(NEEDS_HASH);
    }

    pub(super) fn allow_name_change(&mut self) {
        self.enable(ALLOW_NAME_CHANGE);
    }

    pub(super) fn allow_kind_change(&mut self) {
        self.enable(ALLOW_KIND_CHANGE);
    }

    pub(super) fn name_change_allowed(&self) -> bool {
        self.is_enabled(ALLOW_NAME_CHANGE)
    }

    pub(super) fn kind_change_allowed(&self) -> bool {
        self.is_enabled(ALLOW_KIND_CHANGE)
    }

    pub(super) fn behavior(&self) -> Behavior {
        match self.annotation(BEHAVIOR) {
            Some("merge") => Behavior::Merge,
            Some("replace") => Behavior::Replace,
            _ => Behavior::Create,
        }
    }

    pub(super) fn set_behavior(&mut self, behavior: Option<&str>) {
        let shown = match behavior {
            Some(known @ ("replace" | "merge" | "create")) => known,
            _ => "unspecified",
        };
        let mut texts = self.texts("annotations");
        texts.insert(BEHAVIOR.into(), (shown.into(), Origin::default()));
        self.set_texts("annotations", &texts);
    }

    /// Takes over name, namespace, labels and annotations of the object whose place it takes.
    pub(super) fn inherit_metadata(&mut self, other: &Self) {
        let mut labels = other.texts("labels");
        labels.extend(self.texts("labels"));
        self.set_texts("labels", &labels);
        let own = self.texts("annotations");
        let had_hash = own.contains_key(NEEDS_HASH);
        let theirs = other.texts("annotations");
        let mut annotations = theirs.clone();
        annotations.extend(own);
        annotations.retain(|key, _| !is_noted(key) || theirs.contains_key(key));
        for (key, value) in &theirs {
            if is_noted(key) {
                annotations.insert(Arc::clone(key), value.clone());
            }
        }
        if !had_hash {
            annotations.remove(NEEDS_HASH);
        }
        self.set_texts("annotations", &annotations);
        let from = other.name_node().map_or(other.origin(), |node| node.origin);
        self.set_meta("name", other.name(), from);
        self.set_meta("namespace", other.namespace(), from);
    }

    /// Whether it stays out of the output.
    pub(super) fn is_local(&self) -> bool {
        self.annotation(LOCAL).is_some_and(|value| value != "false")
    }

    /// Removes what was noted, which also turns every annotation into a text.
    pub(super) fn remove_notes(&mut self) {
        let mut texts = self.texts("annotations");
        texts.retain(|key, _| !is_noted(key) && !matches!(&**key, ORIGIN | TRANSFORMATIONS));
        self.set_texts("annotations", &texts);
    }

    /// What a JSON patch must not lose: the notes, as they were.
    pub(super) fn notes(&self) -> Texts {
        let mut texts = self.texts("annotations");
        texts.retain(|key, _| key.starts_with(PREFIX));
        texts
    }

    /// Puts back what a JSON patch may have removed.
    pub(super) fn restore_notes(&mut self, notes: Texts) {
        let mut texts = self.texts("annotations");
        texts.extend(notes);
        self.set_texts("annotations", &texts);
    }

    /// A new object of this kind and name, as generators make it.
    pub(super) fn generated(kind: &str, name: &str, namespace: &str, from: Origin) -> Self {
        let entry = |key: &str, value: Node| Entry {
            key: key.into(),
            quoted: false,
            value,
        };
        let mut metadata = vec![entry("name", Node::text(name, from))];
        if !namespace.is_empty() {
            metadata.push(entry("namespace", Node::text(namespace, from)));
        }
        let plain = |text: &str| Node::scalar(text, Tag::Str, Style::Plain, from);
        Self::new(Node::map(
            vec![
                entry("apiVersion", plain("v1")),
                entry("kind", plain(kind)),
                entry("metadata", Node::map(metadata, from)),
            ],
            from,
        ))
    }
}

/// Whether an annotation is one of kustomize's own notes, which no build leaves in its output
/// (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/resource/resource.go>, `BuildAnnotations`).
fn is_noted(key: &str) -> bool {
    match key.strip_prefix(PREFIX) {
        Some(rest) => matches!(
            rest,
            "previousKinds"
                | "previousNames"
                | "prefixes"
                | "suffixes"
                | "previousNamespaces"
                | "allowNameChange"
                | "allowKindChange"
                | "refBy"
                | "generatorBehavior"
                | "needsHashSuffix"
                | "path"
                | "index"
                | "seqindent"
                | "id"
                | "annotations-migration-resource-id"
                | "helm-generated"
        ),
        None => matches!(
            key,
            "config.kubernetes.io/path" | "config.kubernetes.io/index" | "config.k8s.io/id"
        ),
    }
}
