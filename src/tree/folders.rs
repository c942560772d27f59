//! The folders on the way to every file, each looked at once: whether they are there, and whether they are folders.

use super::disk::{self, Found};
use super::path::{ancestors, parent};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the way to a file is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way<'a> {
    /// Every folder is there.
    Open,
    /// A folder is not there, so neither is anything below it.
    Missing,
    /// Something that is no folder is in the way.
    Blocked(&'a str),
    /// A symlink is in the way.
    Link(&'a str),
}

/// The folders above a set of paths.
pub(super) struct Survey<'a> {
    folders: BTreeMap<&'a str, Way<'a>>,
}

impl<'a> Survey<'a> {
    /// Looks at every folder above the paths.
    pub(super) fn of(root: &Path, paths: impl Iterator<Item = &'a str>) -> anyhow::Result<Self> {
        let mut folders = BTreeMap::new();
        // Sorted, so that every folder comes after the one it lies in.
        for folder in all_folders(paths) {
            let above = parent(folder).map_or(Way::Open, |above| {
                folders.get(above).copied().unwrap_or(Way::Open)
            });
            let way = match above {
                Way::Open => look(root, folder)?,
                other => other,
            };
            folders.insert(folder, way);
        }
        Ok(Self { folders })
    }

    /// What the way to a file is like.
    pub(super) fn way(&self, path: &str) -> Way<'a> {
        parent(path)
            .and_then(|folder| self.folders.get(folder).copied())
            .unwrap_or(Way::Open)
    }

    /// The symlinks that are in the way of anything, sorted.
    pub(super) fn links(&self) -> BTreeSet<&'a str> {
        self.folders
            .values()
            .filter_map(|way| match way {
                Way::Link(link) => Some(*link),
                _ => None,
            })
            .collect()
    }
}

fn look<'a>(root: &Path, folder: &'a str) -> anyhow::Result<Way<'a>> {
    Ok(match disk::look(root, folder)? {
        Found::Folder => Way::Open,
        Found::Nothing => Way::Missing,
        Found::Link => Way::Link(folder),
        Found::File(_) | Found::Special => Way::Blocked(folder),
    })
}

/// Every folder above any of the paths, sorted.
pub(super) fn all_folders<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut folders = BTreeSet::new();
    let mut last = None;
    for path in paths {
        let folder = parent(path);
        // Neighbours mostly share their folder.
        if folder != last {
            folders.extend(ancestors(path));
            last = folder;
        }
    }
    folders
}

/// The folders that vanish when a folder gives way to a file: itself and those below it, the deepest first.
///
/// `None` when it holds anything but empty folders and files that are about to be removed.
pub(super) fn clearable(
    root: &Path,
    folder: &str,
    is_removed: impl Fn(&str) -> bool,
) -> anyhow::Result<Option<Vec<String>>> {
    let mut folders = Vec::new();
    for entry in walkdir::WalkDir::new(root.join(folder)).contents_first(true) {
        let entry = entry?;
        let Some(path) = entry
            .path()
            .strip_prefix(root)
            .ok()
            .and_then(|path| path.to_str())
            .map(|path| path.replace(std::path::MAIN_SEPARATOR, "/"))
        else {
            return Ok(None);
        };
        if entry.file_type().is_dir() {
            folders.push(path);
        } else if !is_removed(&path) {
            return Ok(None);
        }
    }
    Ok(Some(folders))
}
