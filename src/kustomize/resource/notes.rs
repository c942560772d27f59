//! What is noted of an object in its annotations: what a patch may change, how a generator behaves, whether the name gets
//! a hash.

use super::{PREFIX, Resource, Texts};
use crate::kustomize::node::Origin;
use std::sync::Arc;

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

/// What a generator says to an object of the same name that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kustomize) enum Behavior {
    Create,
    Merge,
    Replace,
}

impl Resource {
    fn is_enabled(&self, key: &str) -> bool {
        self.annotation(key) == Some(ENABLED)
    }

    fn enable(&mut self, key: &str) {
        let mut texts = self.texts("annotations");
        texts.insert(key.into(), (ENABLED.into(), Origin::default()));
        self.set_texts("annotations", &texts);
    }

    pub(in crate::kustomize) fn needs_hash(&self) -> bool {
        self.is_enabled(NEEDS_HASH)
    }

    pub(in crate::kustomize) fn enable_hash(&mut self) {
        self.enable(NEEDS_HASH);
    }

    pub(in crate::kustomize) fn allow_name_change(&mut self) {
        self.enable(ALLOW_NAME_CHANGE);
    }

    pub(in crate::kustomize) fn allow_kind_change(&mut self) {
        self.enable(ALLOW_KIND_CHANGE);
    }

    pub(in crate::kustomize) fn name_change_allowed(&self) -> bool {
        self.is_enabled(ALLOW_NAME_CHANGE)
    }

    pub(in crate::kustomize) fn kind_change_allowed(&self) -> bool {
        self.is_enabled(ALLOW_KIND_CHANGE)
    }

    pub(in crate::kustomize) fn behavior(&self) -> Behavior {
        match self.annotation(BEHAVIOR) {
            Some("merge") => Behavior::Merge,
            Some("replace") => Behavior::Replace,
            _ => Behavior::Create,
        }
    }

    pub(in crate::kustomize) fn set_behavior(&mut self, behavior: Option<&str>) {
        let shown = behavior
            .filter(|known| matches!(*known, "replace" | "merge" | "create"))
            .unwrap_or("unspecified");
        let mut texts = self.texts("annotations");
        texts.insert(BEHAVIOR.into(), (shown.into(), Origin::default()));
        self.set_texts("annotations", &texts);
    }

    /// Takes over name, namespace, labels and annotations of the object whose place it takes.
    pub(in crate::kustomize) fn inherit_metadata(&mut self, other: &Self) {
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
    pub(in crate::kustomize) fn is_local(&self) -> bool {
        self.annotation(LOCAL).is_some_and(|value| value != "false")
    }

    /// Removes what was noted, which also turns every annotation into a text.
    pub(in crate::kustomize) fn remove_notes(&mut self) {
        let mut texts = self.texts("annotations");
        texts.retain(|key, _| !is_noted(key) && !matches!(&**key, ORIGIN | TRANSFORMATIONS));
        self.set_texts("annotations", &texts);
    }

    /// What a JSON patch must not lose: the notes, as they were.
    pub(in crate::kustomize) fn notes(&self) -> Texts {
        let mut texts = self.texts("annotations");
        texts.retain(|key, _| key.starts_with(PREFIX));
        texts
    }

    /// Puts back what a JSON patch may have removed.
    pub(in crate::kustomize) fn restore_notes(&mut self, notes: Texts) {
        let mut texts = self.texts("annotations");
        texts.extend(notes);
        self.set_texts("annotations", &texts);
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
