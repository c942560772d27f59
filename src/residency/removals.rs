//! Where an overlay takes something away. What is not there any more leaves no trace in what is built, so the files of the
//! overlay are searched for the line that removes it.

use crate::facts::{Facts, is_yaml};
use crate::model::Cell;
use crate::model::units::Unit;
use crate::source::Location;

/// What is gone: an object, or a key of one.
pub(super) struct Gone<'g> {
    /// Its kind.
    pub(super) kind: &'g str,
    /// Its name.
    pub(super) name: &'g str,
    /// The key that was removed from it; empty for the whole object.
    pub(super) key: &'g str,
}

/// The line that removes it: in the overlay of the cell, else where it should stand, else the kustomization that no longer
/// brings it.
pub(super) fn place(facts: &Facts<'_>, cell: &Cell, unit: &Unit, gone: &Gone<'_>) -> Location {
    let overlay = cell.overlay();
    let own = format!("{overlay}/{}", unit.name);
    let custom = format!("{overlay}/custom/{}", unit.name);
    let base = format!("cluster/{}", unit.base);
    let folders = [custom.as_str(), own.as_str(), base.as_str()];
    folders
        .iter()
        .find_map(|folder| removed(facts, folder, gone))
        .or_else(|| {
            folders
                .iter()
                .find_map(|folder| unlisted(facts, folder, gone))
        })
        .or_else(|| {
            folders
                .iter()
                .find_map(|folder| emptied(facts, folder, gone))
        })
        .unwrap_or_else(|| kustomization(facts, &own))
}

/// A line that deletes the object, or removes the key.
fn removed(facts: &Facts<'_>, folder: &str, gone: &Gone<'_>) -> Option<Location> {
    for path in facts.repository.below(folder).filter(|path| is_yaml(path)) {
        let text = facts.repository.text(path).unwrap_or_default();
        if !text.contains(gone.kind) && !text.contains(gone.name) {
            continue;
        }
        let escaped = gone.key.replace('~', "~0").replace('/', "~1");
        let removes = |line: &str| {
            if gone.key.is_empty() {
                line.contains("$patch") && line.contains("delete")
            } else {
                let line = line.trim().trim_start_matches("- ");
                line.starts_with("path:") && line.ends_with(&escaped)
                    || line.starts_with(&format!("{}: null", gone.key))
            }
        };
        let lines: Vec<(usize, &str)> = lines(&text);
        let names: Vec<usize> = lines
            .iter()
            .enumerate()
            .filter(|(_, (_, line))| line.contains(gone.name))
            .map(|(at, _)| at)
            .collect();
        let nearest = lines
            .iter()
            .enumerate()
            .filter(|(_, (_, line))| removes(line))
            .min_by_key(|(at, _)| {
                let distances = names.iter().map(|name| name.abs_diff(*at));
                distances.min().unwrap_or(usize::MAX)
            });
        if let Some((_, (start, line))) = nearest {
            return Some(trimmed(path, *start, line));
        }
    }
    None
}

/// A file that has the object, in a folder whose kustomization does not name the file: the list it is missing in.
fn unlisted(facts: &Facts<'_>, folder: &str, gone: &Gone<'_>) -> Option<Location> {
    if !gone.key.is_empty() {
        return None;
    }
    for path in facts.repository.below(folder).filter(|path| is_yaml(path)) {
        let text = facts.repository.text(path).unwrap_or_default();
        let has_it = text.contains(&format!("kind: {}", gone.kind))
            && text.contains(&format!("name: {}", gone.name));
        if !has_it {
            continue;
        }
        let (within, file) = path.rsplit_once('/')?;
        let kustomization = facts
            .kustomizations
            .iter()
            .find(|kustomization| kustomization.folder == within)?;
        if kustomization.path == path {
            continue;
        }
        let mut references = kustomization.references().into_iter();
        if !references.any(|(_, node)| node.text() == Some(file)) {
            let list = kustomization.root.field("resources");
            return Some(list.map_or_else(
                || Location::file(kustomization.path.clone()),
                |list| list.place.clone(),
            ));
        }
    }
    None
}

/// The file in which the platform renders such objects, when it is there without this one.
fn emptied(facts: &Facts<'_>, folder: &str, gone: &Gone<'_>) -> Option<Location> {
    let file = match (gone.kind, gone.name) {
        (_, "default-deny") => "default-deny.yaml".to_owned(),
        ("NetworkPolicy", _) => "network-policies.yaml".to_owned(),
        ("Namespace", _) => "namespaces.yaml".to_owned(),
        (_, name) => {
            let mut files = facts.repository.below(folder);
            let stem = |path: &str| {
                let file = path.rsplit('/').next().unwrap_or(path);
                file.trim_end_matches(".yaml").to_owned()
            };
            let found = files.find(|path| name.ends_with(&format!("-{}", stem(path))))?;
            return Some(start_of(found));
        }
    };
    let path = format!("{folder}/{file}");
    let folder_of_cell = format!("{folder}/cell/{file}");
    [path, folder_of_cell]
        .into_iter()
        .find(|path| facts.repository.sizes.contains_key(path))
        .map(|path| start_of(&path))
}

fn start_of(path: &str) -> Location {
    Location::new(path, 0..0)
}

/// The list of resources of a folder's kustomization.
fn kustomization(facts: &Facts<'_>, folder: &str) -> Location {
    let found = facts
        .kustomizations
        .iter()
        .find(|kustomization| kustomization.folder == folder);
    match found {
        Some(found) => found.root.field("resources").map_or_else(
            || start_of(&found.path),
            |resources| resources.place.clone(),
        ),
        None => Location::file(format!("{folder}/kustomization.yaml")),
    }
}

/// The lines of a text with the byte each begins at.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            (start, line)
        })
        .collect()
}

/// A line without the spaces around it.
fn trimmed(path: &str, start: usize, line: &str) -> Location {
    let begin = start + line.len() - line.trim_start().len();
    Location::new(path, begin..begin + line.trim().len())
}
