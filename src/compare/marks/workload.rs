//! What happens to pods: they are replaced, they run another image, there are more or fewer of them.

use super::{Change, Mark, Marked, push, text};
use crate::kustomize::{Entry, Node, Object, Value};
use std::collections::BTreeMap;

pub(super) fn marks(change: &Change<'_>, marked: &mut Vec<Marked>) {
    let Some((before, after)) = change.same_object() else {
        return;
    };
    if let Some(detail) = restart(change, after) {
        push(marked, Mark::Restart, detail);
    }
    for detail in images(before, after) {
        push(marked, Mark::Image, detail);
    }
    for path in [
        &["spec", "replicas"][..],
        &["spec", "minReplicas"][..],
        &["spec", "maxReplicas"][..],
        &["spec", "instances"][..],
    ] {
        let value = |object| text(Some(object), path).unwrap_or("not set");
        if change.touches(path) && counts(change) {
            let field = path.last().copied().unwrap_or_default();
            let detail = format!("{field} {} → {}", value(before), value(after));
            push(marked, Mark::Replicas, detail);
        }
    }
}

/// Kinds whose `replicas` are pods; a kind of somebody's own may call anything so.
fn counts(change: &Change<'_>) -> bool {
    matches!(
        (change.group(), change.kind()),
        (
            "apps" | "autoscaling" | "argoproj.io" | "postgresql.cnpg.io",
            _
        ) | ("", "ReplicationController")
            | ("keda.sh", _)
    )
}

/// Kinds that replace their pods when the template of them changes.
fn restart(change: &Change<'_>, after: &Object) -> Option<String> {
    let replaces = matches!(
        (change.group(), change.kind()),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet") | ("argoproj.io", "Rollout")
    );
    let count = change
        .fields
        .iter()
        .filter(|field| field.path.is_below(&["spec", "template"]))
        .count();
    let waits = text(Some(after), &["spec", "updateStrategy", "type"]) == Some("OnDelete")
        || text(Some(after), &["spec", "paused"]) == Some("true");
    if !replaces || count == 0 || waits {
        return None;
    }
    let fields = if count == 1 { "field" } else { "fields" };
    Some(format!(
        "pods are replaced: {count} {fields} of the pod template changed"
    ))
}

/// Images that are not the same, one line each.
fn images(before: &Object, after: &Object) -> Vec<String> {
    let (mut one, mut other) = (BTreeMap::new(), BTreeMap::new());
    collect(&before.root, String::new(), &mut one);
    collect(&after.root, String::new(), &mut other);
    let changed = one.iter().filter_map(|(place, old)| {
        let new = other.get(place)?;
        (old != new).then(|| told(old, new))
    });
    changed.collect()
}

/// The images of an object by their places: containers by name, `image` and `imageName` of other kinds, and
/// `repository`, `tag` and `digest` of Helm values.
fn collect(node: &Node, place: String, found: &mut BTreeMap<String, Image>) {
    match &node.value {
        Value::Map(entries) => {
            if let Some(image) = of_values(node) {
                found.insert(place.clone(), image);
            }
            for entry in entries.iter() {
                let below = format!("{place}.{}", entry.key);
                match image_of(entry) {
                    Some(image) => {
                        found.insert(below, image);
                    }
                    None => collect(&entry.value, below, found),
                }
            }
        }
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                let name = item.get("name").and_then(Node::as_text);
                let below = match name {
                    Some(name) => format!("{place}[{name}]"),
                    None => format!("{place}[{at}]"),
                };
                collect(item, below, found);
            }
        }
        Value::Scalar(_) => {}
    }
}

fn image_of(entry: &Entry) -> Option<Image> {
    if !matches!(&*entry.key, "image" | "imageName") {
        return None;
    }
    let text = entry.value.as_text().filter(|text| !text.is_empty())?;
    Some(Image::parse(text))
}

fn of_values(node: &Node) -> Option<Image> {
    let text = |key: &str| {
        let value = node.get(key).and_then(Node::as_text);
        value.filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let name = text("repository")?;
    let (tag, digest) = (text("tag"), text("digest").or_else(|| text("sha")));
    (tag.is_some() || digest.is_some()).then_some(Image { name, tag, digest })
}

/// An image reference.
#[derive(Debug, PartialEq, Eq)]
struct Image {
    name: String,
    tag: Option<String>,
    digest: Option<String>,
}

impl Image {
    fn parse(text: &str) -> Self {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (text, None),
        };
        // A colon before the last slash is that of a port.
        let slash = rest.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match rest[slash..].rfind(':') {
            Some(at) => (&rest[..slash + at], Some(rest[slash + at + 1..].to_owned())),
            None => (rest, None),
        };
        let name = name.to_owned();
        Self { name, tag, digest }
    }

    fn version(&self) -> String {
        let digest = self.digest.as_deref().map(short);
        match (&self.tag, digest) {
            (Some(tag), Some(digest)) => format!("{tag} ({digest})"),
            (Some(tag), None) => tag.clone(),
            (None, Some(digest)) => digest,
            (None, None) => "no tag".to_owned(),
        }
    }
}

/// A digest as far as people compare it.
fn short(digest: &str) -> String {
    let (algorithm, digits) = digest.split_once(':').unwrap_or(("", digest));
    let digits: String = digits.chars().take(12).collect();
    if algorithm.is_empty() {
        digits
    } else {
        format!("{algorithm}:{digits}")
    }
}

fn told(old: &Image, new: &Image) -> String {
    if old.name == new.name {
        format!("{} {} → {}", new.name, old.version(), new.version())
    } else {
        let (from, to) = (old.version(), new.version());
        format!("{} {from} → {} {to}", old.name, new.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_one_readable_line() {
        let old = Image::parse("registry:5000/acme/api:v1@sha256:0123456789abcdef0123");
        let new = Image::parse("registry:5000/acme/api@sha256:fedcba9876543210fedc");
        assert_eq!(
            told(&old, &new),
            "registry:5000/acme/api v1 (sha256:0123456789ab) → sha256:fedcba987654"
        );
        assert_eq!(Image::parse("registry:5000/acme/api").version(), "no tag");
    }
}
