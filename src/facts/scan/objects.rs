//! Fields of objects of every kind.

use super::keys::{Class, is_for_people, is_of_a_controller};
use super::texts::is_command;
use super::{Place, Scan, Spot};
use crate::facts::address::{Expect, is_address_key};
use crate::facts::cell::Manifest;
use crate::kustomize::{Node, Value};
use std::collections::BTreeMap;

/// Where the walk is.
struct Walk<'m> {
    manifest: usize,
    namespace: &'m str,
    path: Vec<&'m str>,
    /// Whether this is inside a container, whose variables and words are read elsewhere.
    in_container: bool,
}

impl Scan<'_, '_> {
    pub(super) fn objects(&mut self) {
        let facts = self.facts;
        for (index, manifest) in facts.manifests.iter().enumerate() {
            let mut walk = Walk {
                manifest: index,
                namespace: manifest.object.namespace(),
                path: Vec::new(),
                in_container: false,
            };
            for entry in manifest.object.root.entries() {
                match &*entry.key {
                    "apiVersion" | "kind" | "status" => {}
                    "metadata" => self.metadata(&mut walk, &entry.value),
                    _ if has_no_addresses(manifest) => {}
                    key => {
                        walk.path.push(key);
                        self.node(&mut walk, &entry.value);
                        walk.path.pop();
                    }
                }
            }
        }
    }

    /// Of metadata only annotations say anything.
    fn metadata<'m>(&mut self, walk: &mut Walk<'m>, node: &'m Node) {
        if let Some(annotations) = node.get("annotations") {
            self.annotations(walk, annotations);
        }
    }

    fn annotations<'m>(&mut self, walk: &mut Walk<'m>, node: &'m Node) {
        for entry in node.entries() {
            let key = &*entry.key;
            let acts = is_of_a_controller(key) || !is_for_people(key) && is_address_key(key);
            let Some(text) = entry.value.as_text().filter(|_| acts) else {
                continue;
            };
            let place = Place {
                key: key.to_owned(),
                namespace: walk.namespace.to_owned(),
                spot: Spot::whole(walk.manifest, &entry.value),
                is_hidden: false,
            };
            if text.contains('\n') || text.starts_with(['{', '[']) {
                self.text(&place, "annotation", text);
            } else {
                self.value(&place, text, Expect::Value);
            }
        }
    }

    fn node<'m>(&mut self, walk: &mut Walk<'m>, node: &'m Node) {
        match &node.value {
            Value::Map(entries) => {
                if let Some((name, value)) = pair(node) {
                    walk.path.push(name);
                    self.scalar(walk, value, Expect::Value);
                    walk.path.pop();
                }
                for entry in entries.iter() {
                    self.entry(walk, &entry.key, &entry.value);
                }
            }
            Value::List(items) => {
                for item in items.iter() {
                    self.node(walk, item);
                }
            }
            Value::Scalar(_) => self.scalar(walk, node, Expect::Field),
        }
    }

    fn entry<'m>(&mut self, walk: &mut Walk<'m>, key: &'m str, node: &'m Node) {
        match key {
            "metadata" => return self.metadata(walk, node),
            "annotations" => {
                // Those of an alert are for people.
                if !walk.path.contains(&"rules") {
                    self.annotations(walk, node);
                }
                return;
            }
            "env" | "envFrom" | "command" | "args" if walk.in_container => return,
            _ => {}
        }
        if self.keys.class(key) == Class::Passed {
            return;
        }
        let was_in_container = walk.in_container;
        if matches!(key, "containers" | "initContainers" | "ephemeralContainers") {
            walk.in_container = true;
        } else if walk.in_container && walk.path.last().is_some_and(|last| !is_containers(last)) {
            // Deeper than the container itself, such as a probe's command.
            walk.in_container = false;
        }
        walk.path.push(key);
        if matches!(key, "command" | "args") {
            self.words_of(walk, node);
        } else {
            self.node(walk, node);
        }
        walk.path.pop();
        walk.in_container = was_in_container;
    }

    /// A command outside of a container's own: of a probe, of a hook, of a kind that nobody here knows.
    fn words_of<'m>(&mut self, walk: &mut Walk<'m>, node: &'m Node) {
        for word in std::iter::once(node).chain(node.items()) {
            let Some(text) = word.as_text() else {
                continue;
            };
            let place = self.place(walk, word);
            if text.contains(char::is_whitespace) {
                self.script(&place, "command.sh", text, &BTreeMap::new());
            } else {
                let value = text.split_once('=').filter(|(key, _)| !key.contains(':'));
                self.value(
                    &place,
                    value.map_or(text, |(_, value)| value),
                    Expect::Value,
                );
            }
        }
    }

    fn scalar<'m>(&mut self, walk: &mut Walk<'m>, node: &'m Node, neutral: Expect) {
        let Some(text) = node.as_text().filter(|text| text.len() > 3) else {
            return;
        };
        let key = walk.path.last().copied().unwrap_or_default();
        if text.contains('\n') {
            let place = self.place(walk, node);
            return self.text(&place, key, text);
        }
        let class = self.keys.class(key);
        let is_sentence = text.contains(' ') && class == Class::Neutral;
        if is_sentence && neutral == Expect::Field && !is_command(&[key.to_owned()]) {
            return;
        }
        if class == Class::Neutral && !may_matter(text) {
            return;
        }
        let place = self.place(walk, node);
        if text.starts_with('{') {
            return self.text(&place, key, text);
        }
        self.value(&place, text, neutral);
    }

    fn place(&self, walk: &Walk<'_>, node: &Node) -> Place {
        Place {
            key: walk.path.join("."),
            namespace: walk.namespace.to_owned(),
            spot: Spot::whole(walk.manifest, node),
            is_hidden: false,
        }
    }
}

/// Whether a text can be or hide an address at all: most are words, numbers and names.
fn may_matter(text: &str) -> bool {
    text.len() > 15
        || text.bytes().any(|byte| matches!(byte, b'.' | b':' | b'%'))
        || !text.is_ascii()
}

fn is_containers(key: &str) -> bool {
    matches!(key, "containers" | "initContainers" | "ephemeralContainers")
}

/// `name: X, value: Y`: a variable or a parameter.
fn pair(node: &Node) -> Option<(&str, &Node)> {
    let name = node.get("name").or_else(|| node.get("key"))?.as_text()?;
    let value = node.get("value")?;
    value.as_text().map(|_| (name, value))
}

/// Kinds that hold names of other things, ranges of who may come, or what is read elsewhere.
fn has_no_addresses(manifest: &Manifest) -> bool {
    const WHOLE_GROUPS: &[&str] = &[
        "apiextensions.k8s.io",
        "rbac.authorization.k8s.io",
        "policy",
        "autoscaling",
        "scheduling.k8s.io",
    ];
    const KINDS: &[(&str, &str)] = &[
        ("", "ConfigMap"),
        ("", "Secret"),
        ("", "Namespace"),
        ("", "ServiceAccount"),
        ("", "ResourceQuota"),
        ("", "LimitRange"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("networking.k8s.io", "IngressClass"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        (
            "admissionregistration.k8s.io",
            "ValidatingAdmissionPolicyBinding",
        ),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
        ("argoproj.io", "AppProject"),
    ];
    let own = (manifest.group(), manifest.object.kind());
    WHOLE_GROUPS.contains(&own.0) || KINDS.contains(&own)
}
