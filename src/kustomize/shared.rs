//! What builds share: kustomization files that were read, and bases that were built.

use super::config::{self, Config};
use super::fail::{Detail as _, FILE, Fail, INVALID, Outcome, fail};
use super::files::{Found, Library, is_inside, outside};
use super::node::Origin;
use super::resmap::Resources;
use super::spec::{self, Kustomization};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The names a kustomization file may have.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The objects of a kustomization, with what else goes up to the one that names it.
#[derive(Clone)]
pub(super) struct Accumulated {
    pub(super) resources: Resources,
    pub(super) config: Arc<Config>,
    pub(super) warnings: Vec<Fail>,
    /// The folders of all kustomizations that took part.
    pub(super) folders: Vec<String>,
}

impl Accumulated {
    pub(super) fn empty() -> Self {
        Self {
            resources: Resources::default(),
            config: config::empty(),
            warnings: Vec::new(),
            folders: Vec::new(),
        }
    }
}

/// What builds share: files, kustomization files and finished bases.
pub(super) struct Shared<'a> {
    pub(super) library: Library<'a>,
    kustomizations: Mutex<HashMap<String, Outcome<Arc<Kustomization>>>>,
    bases: Mutex<HashMap<String, Arc<Accumulated>>>,
}

impl<'a> Shared<'a> {
    pub(super) fn new(library: Library<'a>) -> Self {
        Self {
            library,
            kustomizations: Mutex::default(),
            bases: Mutex::default(),
        }
    }

    /// A base that was built before.
    pub(super) fn base(&self, folder: &str) -> Option<Arc<Accumulated>> {
        let bases = self.bases.lock().unwrap_or_else(PoisonError::into_inner);
        bases.get(folder).cloned()
    }

    /// Keeps a base for other builds.
    pub(super) fn keep_base(&self, folder: &str, built: &Arc<Accumulated>) {
        let mut bases = self.bases.lock().unwrap_or_else(PoisonError::into_inner);
        bases.insert(folder.to_owned(), Arc::clone(built));
    }

    /// The kustomization of a folder.
    pub(super) fn kustomization(&self, folder: &str, from: Origin) -> Outcome<Arc<Kustomization>> {
        let lock = || {
            self.kustomizations
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(known) = lock().get(folder) {
            return known.clone();
        }
        let read = self.read_kustomization(folder, from).map(Arc::new);
        lock().insert(folder.to_owned(), read.clone());
        read
    }

    fn read_kustomization(&self, folder: &str, from: Origin) -> Outcome<Kustomization> {
        let mut found: Vec<(&str, String)> = Vec::new();
        for name in NAMES {
            if let Found::File(real) = self.library.look(folder, name, from)? {
                found.push((name, real));
            }
        }
        let (_, real) = match found.as_slice() {
            [one] => one,
            [] => {
                let shown = if folder.is_empty() { "." } else { folder };
                return Err(fail(FILE, format!("`{shown}` has no kustomization.yaml"))
                    .at(from, "named here")
                    .help("add a kustomization.yaml, or name a file"));
            }
            [(one, _), (other, _), ..] => {
                return Err(
                    fail(FILE, format!("`{folder}` has both `{one}` and `{other}`"))
                        .at(from, "named here")
                        .help("keep one of them"),
                );
            }
        };
        if !is_inside(real, folder) {
            return Err(outside(real, from));
        }
        let read = self.library.read(real, from)?;
        let parsed = self.library.parse_kustomization(&read)?;
        let whole = Origin {
            file: read.file,
            start: 0,
            end: 0,
        };
        match parsed.documents.as_slice() {
            [root] if parsed.pieces == 1 => {
                let mut kustomization = spec::read(root)?;
                kustomization.origin = whole;
                kustomization.warnings.extend(parsed.repeated);
                Ok(kustomization)
            }
            [] => Err(fail(INVALID, "the kustomization is empty").at(whole, "this file")),
            _ => Err(fail(INVALID, "a kustomization file holds one document")
                .at(whole, "this file")
                .help("kustomize reads only the first; remove the others")),
        }
    }
}
