//! What takes data, a namespace or a kind of object away, now or later.

use super::{Change, Mark, Marked, items, push, text};
use crate::compare::shown;
use crate::kustomize::{Node, Object};

pub(super) fn marks(change: &Change<'_>, marked: &mut Vec<Marked>) {
    let mut say = |detail: String| push(marked, Mark::Deletion, detail);
    let (group, kind) = (change.group(), change.kind());
    if let (Some(before), None) = (change.before, change.after)
        && let Some(lost) = lost(group, kind)
    {
        say(format!("{lost}{}", mercy(before, change.unpruned)));
    }
    let Some((before, after)) = change.same_object() else {
        return;
    };
    for volume in lost_volumes(before, after) {
        say(volume);
    }
    for (path, default) in reclaims(kind) {
        let becomes = |object| text(Some(object), path).unwrap_or(default) == "Delete";
        if !becomes(before) && becomes(after) {
            let field = path.join(".");
            say(format!(
                "`{field}` becomes `Delete`: volumes go with their claims"
            ));
        }
    }
    if is_held(before) && !is_held(after) {
        say(
            "nothing holds its removal back any more (`argocd.argoproj.io/sync-options`)"
                .to_owned(),
        );
    }
}

/// What is lost with an object of this kind.
fn lost(group: &str, kind: &str) -> Option<&'static str> {
    Some(match (group, kind) {
        ("", "PersistentVolumeClaim") => "the claim goes, and its volume by its reclaim policy",
        ("", "PersistentVolume") => "the volume is no longer known to the cluster",
        ("apps", "StatefulSet") => "the StatefulSet goes, and its pods with it",
        ("", "Namespace") => "the namespace goes with everything in it",
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            "the kind goes with every object of it"
        }
        ("postgresql.cnpg.io", "Cluster") => "the database cluster goes with its volumes",
        ("snapshot.storage.k8s.io", "VolumeSnapshot" | "VolumeSnapshotContent") => {
            "the snapshot goes"
        }
        _ => return None,
    })
}

/// What keeps a removed object in the cluster all the same.
fn mercy(object: &Object, unpruned: bool) -> &'static str {
    let options = sync_options(object);
    if options.contains(&"Prune=false") {
        "; `Prune=false` keeps it in the cluster until a person removes it"
    } else if options.contains(&"Prune=confirm") {
        "; Argo CD waits for a person's confirmation"
    } else if unpruned {
        "; its Application does not prune, so it stays in the cluster until a person removes it"
    } else {
        ""
    }
}

/// <https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/>
fn sync_options(object: &Object) -> Vec<&str> {
    let path = ["metadata", "annotations", "argocd.argoproj.io/sync-options"];
    let options = text(Some(object), &path).unwrap_or("");
    options.split(',').map(str::trim).collect()
}

fn is_held(object: &Object) -> bool {
    let held = [
        "Prune=false",
        "Prune=confirm",
        "Delete=false",
        "Delete=confirm",
    ];
    sync_options(object)
        .iter()
        .any(|option| held.contains(option))
}

/// Where a kind says what becomes of a volume, and what holds when it says nothing.
fn reclaims(kind: &str) -> &'static [(&'static [&'static str], &'static str)] {
    match kind {
        "StorageClass" => &[(&["reclaimPolicy"], "Delete")],
        "PersistentVolume" => &[(&["spec", "persistentVolumeReclaimPolicy"], "Retain")],
        "VolumeSnapshotClass" | "VolumeSnapshotContent" => &[(&["deletionPolicy"], "Retain")],
        "StatefulSet" => &[
            (
                &[
                    "spec",
                    "persistentVolumeClaimRetentionPolicy",
                    "whenDeleted",
                ],
                "Retain",
            ),
            (
                &["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"],
                "Retain",
            ),
        ],
        _ => &[],
    }
}

/// Volumes that hold data and that a workload no longer has.
fn lost_volumes(before: &Object, after: &Object) -> Vec<String> {
    let mut lost = Vec::new();
    let template = ["spec", "template", "spec", "volumes"];
    let cron = ["spec", "jobTemplate", "spec", "template", "spec", "volumes"];
    for path in [&template[..], &cron[..], &["spec", "volumes"][..]] {
        let now = items(Some(after), path);
        for volume in items(Some(before), path) {
            let name = volume.get("name").and_then(Node::as_text).unwrap_or("");
            let same = now
                .iter()
                .find(|new| new.get("name").and_then(Node::as_text) == Some(name));
            let Some((what, source)) = keeps(volume) else {
                continue;
            };
            let still = same.and_then(|new| new.get(what));
            if !still.is_some_and(|still| shown::same(still, source)) {
                lost.push(format!("the volume `{name}` ({what}) is no longer used"));
            }
        }
    }
    let claims = ["spec", "volumeClaimTemplates"];
    let name = |node: &Node| {
        let name = node.at(&["metadata", "name"]).and_then(Node::as_text);
        name.unwrap_or("").to_owned()
    };
    let now: Vec<String> = items(Some(after), &claims).iter().map(name).collect();
    for claim in items(Some(before), &claims).iter().map(name) {
        if !now.contains(&claim) {
            lost.push(format!(
                "the volumes of the claim template `{claim}` are no longer used"
            ));
        }
    }
    lost
}

/// The source of a volume that outlives its pod.
fn keeps(volume: &Node) -> Option<(&str, &Node)> {
    const GONE_WITH_THE_POD: &[&str] = &[
        "name",
        "emptyDir",
        "configMap",
        "secret",
        "projected",
        "downwardAPI",
        "ephemeral",
        "image",
    ];
    let mut sources = volume.entries().iter();
    let source = sources.find(|entry| !GONE_WITH_THE_POD.contains(&&*entry.key))?;
    let is_secrets_store =
        source.value.get("driver").and_then(Node::as_text) == Some("secrets-store.csi.k8s.io");
    (!is_secrets_store).then_some((&*source.key, &source.value))
}
