//! The files that a build may read, and what it has read so far.
//!
//! A build asks [`Files`] for paths relative to one root folder, with forward slashes; nothing outside the root exists for
//! it. What was read and parsed is kept, so that a base that many overlays use costs once.

use super::fail::{Detail as _, FILE, Fail, Outcome, UNSUPPORTED, fail};
use super::node::Origin;
use super::parse::{Parsed, Place, Repeated, parse};
use crate::source::{Location, SourceMap};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A folder; its path with all symlinks resolved, empty for the root.
    Folder(String),
    /// A file; its path with all symlinks resolved.
    File(String),
    /// Something that a symlink leads to outside of the root.
    Outside,
}

/// The files below one folder.
pub trait Files: Sync {
    /// What stands at a path.
    ///
    /// # Errors
    /// When it cannot be looked at.
    fn look(&self, path: &str) -> std::io::Result<Found>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self, path: &str) -> std::io::Result<Vec<u8>>;
}

/// Files in memory, by path.
impl Files for BTreeMap<String, Vec<u8>> {
    fn look(&self, path: &str) -> std::io::Result<Found> {
        if self.contains_key(path) {
            return Ok(Found::File(path.to_owned()));
        }
        let below = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        let first = self.range(below.clone()..).next();
        Ok(match first {
            Some((first, _)) if first.starts_with(&below) => Found::Folder(path.to_owned()),
            _ => Found::Nothing,
        })
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        self.get(path)
            .cloned()
            .ok_or_else(|| std::io::ErrorKind::NotFound.into())
    }
}

/// A file larger than this is no manifest.
const LARGEST: usize = 16 << 20;

/// A file that was read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// Its number.
    pub(super) file: u32,
    /// Its bytes.
    pub(super) bytes: Arc<[u8]>,
}

/// The numbers of files, what was read and what was parsed.
pub(super) struct Library<'a> {
    files: &'a dyn Files,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By number, from 1.
    paths: Vec<Arc<str>>,
    looked: HashMap<String, Found>,
    read: HashMap<String, Read>,
    parsed: HashMap<String, Outcome<Arc<Parsed>>>,
}

impl<'a> Library<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Self {
            files,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What stands at a path as written in a file of `folder`.
    pub(super) fn look(&self, folder: &str, path: &str, from: Origin) -> Outcome<Found> {
        let Some(joined) = join(folder, path) else {
            return Ok(Found::Outside);
        };
        if let Some(found) = self.state().looked.get(&joined) {
            return Ok(found.clone());
        }
        let found = self.files.look(&joined).map_err(|error| {
            fail(FILE, format!("`{joined}` cannot be looked at: {error}")).at(from, "named here")
        })?;
        self.state().looked.insert(joined, found.clone());
        Ok(found)
    }

    /// A file that a kustomization names; it must be in the kustomization's folder or below.
    pub(super) fn load(&self, folder: &str, path: &str, from: Origin) -> Outcome<(String, Read)> {
        refuse_remote(path, from)?;
        if path.starts_with('/') {
            return Err(fail(UNSUPPORTED, format!("the path `{path}` is absolute"))
                .at(from, "here")
                .help("write it relative to the kustomization"));
        }
        match self.look(folder, path, from)? {
            Found::File(real) if is_inside(&real, folder) => {
                let read = self.read(&real, from)?;
                Ok((real, read))
            }
            Found::File(_) | Found::Outside => Err(outside(path, from)),
            Found::Folder(_) => {
                Err(fail(FILE, format!("`{path}` is a folder, not a file")).at(from, "named here"))
            }
            Found::Nothing => Err(missing(path, from)),
        }
    }

    /// The bytes of a file at its real path.
    pub(super) fn read(&self, real: &str, from: Origin) -> Outcome<Read> {
        if let Some(read) = self.state().read.get(real) {
            return Ok(read.clone());
        }
        let bytes = self.files.read(real).map_err(|error| {
            fail(FILE, format!("`{real}` cannot be read: {error}")).at(from, "named here")
        })?;
        if bytes.len() > LARGEST {
            return Err(
                fail(FILE, format!("`{real}` has more than {LARGEST} bytes"))
                    .at(from, "named here"),
            );
        }
        let mut state = self.state();
        if let Some(read) = state.read.get(real) {
            return Ok(read.clone());
        }
        state.paths.push(real.into());
        let read = Read {
            file: u32::try_from(state.paths.len()).unwrap_or(u32::MAX),
            bytes: bytes.into(),
        };
        state.read.insert(real.to_owned(), read.clone());
        Ok(read)
    }

    /// A file as YAML.
    pub(super) fn parse(&self, real: &str, read: &Read) -> Outcome<Arc<Parsed>> {
        if let Some(parsed) = self.state().parsed.get(real) {
            return parsed.clone();
        }
        let parsed = text(read)
            .and_then(|text| parse(text, Place::File(read.file), Repeated::Refused).map(Arc::new));
        self.state().parsed.insert(real.to_owned(), parsed.clone());
        parsed
    }

    /// A kustomization file as YAML; it is read once, so it is not kept here.
    pub(super) fn parse_kustomization(&self, read: &Read) -> Outcome<Parsed> {
        parse(text(read)?, Place::File(read.file), Repeated::LastCounts)
    }

    /// The text of the file that an origin is in.
    pub(super) fn text_of(&self, origin: Origin) -> Option<Arc<[u8]>> {
        let state = self.state();
        let path = state
            .paths
            .get(usize::try_from(origin.file).ok()?.checked_sub(1)?)?;
        state.read.get(&**path).map(|read| Arc::clone(&read.bytes))
    }

    /// The bytes of a file that was read.
    pub(super) fn bytes(&self, path: &str) -> Option<Arc<[u8]>> {
        let state = self.state();
        state.read.get(path).map(|read| Arc::clone(&read.bytes))
    }

    /// Where an origin is, for people.
    pub(super) fn location(&self, origin: Origin) -> Option<Location> {
        let at = usize::try_from(origin.file).ok()?.checked_sub(1)?;
        let path = self.state().paths.get(at).cloned()?;
        let offset = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
        Some(Location::new(
            &*path,
            offset(origin.start)..offset(origin.end),
        ))
    }

    /// The texts of all files that were read, for diagnostics to point into.
    pub(super) fn sources(&self) -> SourceMap {
        let mut sources = SourceMap::default();
        for (path, read) in self.state().read.iter().collect::<BTreeMap<_, _>>() {
            if let Ok(text) = std::str::from_utf8(&read.bytes) {
                sources.insert(path.as_str(), text);
            }
        }
        sources
    }
}

/// A file's bytes as text.
pub(super) fn text(read: &Read) -> Outcome<&str> {
    std::str::from_utf8(&read.bytes).map_err(|error| {
        let at = u32::try_from(error.valid_up_to()).unwrap_or(0);
        let origin = Origin {
            file: read.file,
            start: at,
            end: at,
        };
        fail(UNSUPPORTED, "the file is not UTF-8").at(origin, "here")
    })
}

/// A path in a folder, without `.` and `..`; `None` when it leaves the root.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether a path is the folder or below it.
pub(super) fn is_inside(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path == folder
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

pub(super) fn missing(path: &str, from: Origin) -> Fail {
    fail(FILE, format!("`{path}` is not there"))
        .at(from, "named here")
        .help("a path is relative to the folder of the file that names it")
}

pub(super) fn outside(path: &str, from: Origin) -> Fail {
    fail(
        FILE,
        format!("the file `{path}` is not in or below the folder of its kustomization"),
    )
    .at(from, "named here")
    .help("move the file, or put it into a folder with a kustomization of its own and name that")
}

/// What kustomize would fetch from elsewhere
/// (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/internal/git/repospec.go>).
pub(super) fn refuse_remote(path: &str, from: Origin) -> Outcome<()> {
    let lower = path.to_ascii_lowercase();
    let lower = lower.strip_prefix("git::").unwrap_or(&lower);
    let schemes = ["http:", "https:", "ssh://", "file://", "git::"];
    let user = lower.split_once('@').is_some_and(|(user, rest)| {
        user.starts_with(|c: char| c.is_ascii_alphabetic())
            && user.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && rest.contains([':', '/'])
    });
    let is_remote = schemes.iter().any(|scheme| lower.starts_with(scheme))
        || lower.starts_with("github.com/")
        || lower.starts_with("github.com:")
        || lower.contains("?ref=")
        || user;
    if !is_remote {
        return Ok(());
    }
    Err(fail(UNSUPPORTED, format!("`{path}` is on another machine"))
        .at(from, "here")
        .help("copy it into the repository: what is built must not change under a proof"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_root() {
        assert_eq!(join("a/b", "../c/./d"), Some("a/c/d".to_owned()));
        assert_eq!(join("a", "../.."), None);
        assert!(is_inside("a/b", "a") && !is_inside("ab", "a"));
    }

    #[test]
    fn remote_paths_are_seen() {
        for path in [
            "https://example.org/x.yaml",
            "github.com/acme/base?ref=v1",
            "git@example.org:acme/base.git",
            "../base?ref=v1",
        ] {
            assert!(refuse_remote(path, Origin::default()).is_err(), "{path}");
        }
        assert!(refuse_remote("../base", Origin::default()).is_ok());
    }
}
