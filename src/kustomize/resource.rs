//! One object on its way through a build.
//!
//! kustomize notes what it must remember of an object (earlier names, prefixes, whether the name gets a hash) in the
//! object's own annotations, where a patch can see, keep or lose them. To lose them in the same cases, they are kept in
//! the same place here and removed at the end
//! (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/internal/utils/annotations.go>).

mod notes;

pub(super) use notes::Behavior;

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

/// An object and what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    /// `None` when a patch deleted the object.
    pub(super) root: Option<Node>,
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
            .map(|(key, (text, origin))| {
                let mut value = Node::text(Arc::clone(text), *origin);
                value.quote_ambiguous();
                Entry {
                    key: Arc::clone(key),
                    quoted: false,
                    value,
                }
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
