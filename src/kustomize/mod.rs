//! Kustomizations built in process, with the bytes of kustomize v5.8.1.
//!
//! In: [`Files`] below one root folder and the folder to build. Out: [`Built`], objects in which every value knows the
//! file and the bytes that set it last, and what kustomize would pass over in silence. There is no network, no other
//! program and no environment.
//!
//! What is not known to be identical to kustomize is refused with file, line and remedy: a proof rests on the result, and
//! a silent difference would be a hole in it.

mod accumulate;
mod config;
mod emit;
mod fail;
mod field_specs;
mod fieldspec;
mod files;
mod generators;
mod hash;
mod id;
mod inline;
mod json;
mod name_references;
mod node;
mod number;
mod objects;
mod order;
mod parse;
mod patch;
mod pattern;
mod replacements;
mod resmap;
mod resource;
mod scalar;
mod selector;
mod shared;
mod spec;
mod timestamp;
mod transform;

pub use files::{Files, Found};
pub use node::{Entry, Node, Origin, Value};
pub use scalar::{Scalar, Style, Tag};

use crate::diagnostic::{Diagnostic, Label};
use crate::source::{Location, SourceMap};
use accumulate::Build;
use fail::{Detail as _, Fail, Outcome};
use files::Library;
use shared::Shared;
use std::collections::BTreeSet;

/// The version of kustomize whose bytes are built.
pub const VERSION: &str = "v5.8.1";

/// A component is part of a kustomization and nothing to deploy. Built on its own it stays in the order of its input, as
/// the library of kustomize has it; only its command sorts.
fn lone_component(origin: Origin) -> Fail {
    fail::warning(
        "kustomize-component",
        "a component is built on its own, in the order of its input",
    )
    .at(origin, "this component")
    .help("build the kustomization that names it under `components`")
}

/// Builds kustomizations of one root folder. Builds share what they read, and several threads may build at once.
pub struct Builder<'a> {
    shared: Shared<'a>,
}

/// What a kustomization builds to.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    /// The objects, in the order of the output.
    pub objects: Vec<Object>,
    /// What kustomize passes over in silence, and old fields that have successors; sorted.
    pub warnings: Vec<Diagnostic>,
}

/// One built object.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// The whole object.
    pub root: Node,
    // What everybody asks every object for.
    kind: String,
    name: String,
    namespace: String,
}

impl Object {
    /// An object that is complete.
    pub fn new(root: Node) -> Self {
        Self {
            kind: root.get("kind").map_or("", Node::raw).to_owned(),
            name: root
                .at(&["metadata", "name"])
                .map_or("", Node::raw)
                .to_owned(),
            namespace: root
                .at(&["metadata", "namespace"])
                .map_or("", Node::value_text)
                .to_owned(),
            root,
        }
    }

    /// Its `apiVersion`.
    pub fn api_version(&self) -> &str {
        self.root.get("apiVersion").map_or("", Node::raw)
    }

    /// Its `kind`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Its `metadata.name`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its `metadata.namespace`, empty when it has none.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }
}

impl Built {
    /// The objects as `kustomize build` prints them.
    pub fn yaml(&self) -> String {
        emit::write(self.objects.iter().map(|object| &object.root))
    }
}

impl<'a> Builder<'a> {
    /// A builder for the files below one folder.
    pub fn new(files: &'a dyn Files) -> Self {
        Self {
            shared: Shared::new(Library::new(files)),
        }
    }

    /// Builds the kustomization of a folder, given relative to the root.
    ///
    /// # Errors
    /// The first problem, with the place that a person must change.
    pub fn build(&self, folder: &str) -> Result<Built, Box<Diagnostic>> {
        let built = files::join("", folder)
            .ok_or_else(|| fail::fail(fail::FILE, format!("`{folder}` is outside of the root")))
            .and_then(|folder| self.run(&folder));
        built.map_err(|problem| Box::new(self.diagnostic(*problem)))
    }

    /// The objects of one file as they stand there, for files that no kustomization names.
    ///
    /// # Errors
    /// The first problem, with the place that a person must change.
    pub fn read(&self, path: &str) -> Result<Vec<Object>, Box<Diagnostic>> {
        let library = &self.shared.library;
        let read = library
            .read(path, Origin::default())
            .and_then(|read| library.parse(path, &read))
            .and_then(|parsed| objects::objects(&parsed));
        read.map(|list| {
            list.into_iter()
                .filter_map(|resource| resource.root)
                .map(Object::new)
                .collect()
        })
        .map_err(|problem| Box::new(self.diagnostic(*problem)))
    }

    fn run(&self, folder: &str) -> Outcome<Built> {
        let mut accumulated = Build::new(&self.shared).run(folder)?;
        let kustomization = self.shared.kustomization(folder, Origin::default())?;
        let sort = if kustomization.is_component && kustomization.sort.is_none() {
            accumulated
                .warnings
                .push(lone_component(kustomization.origin));
            Some(spec::Sort::input())
        } else {
            kustomization.sort.clone()
        };
        let list = accumulated.resources.list_mut();
        hash::add_suffixes(list)?;
        name_references::fix(list, &accumulated.config)?;
        let mut list = accumulated.resources.into_list();
        list.retain(|resource| !resource.is_gone() && !resource.is_local());
        let mut list = order::sort(list, sort.as_ref())?;
        let mut objects = Vec::with_capacity(list.len());
        for resource in &mut list {
            resource.remove_notes();
            if let Some(root) = resource.root.take() {
                emit::check(&root)?;
                objects.push(Object::new(root));
            }
        }
        Ok(Built {
            objects,
            warnings: self.warnings(accumulated.warnings),
        })
    }

    /// Where a value was set last; `None` for one that comes from no file.
    pub fn location(&self, origin: Origin) -> Option<Location> {
        self.shared.library.location(origin)
    }

    /// The bytes of a file that was read, by its path.
    pub fn text(&self, path: &str) -> Option<std::sync::Arc<[u8]>> {
        self.shared.library.bytes(path)
    }

    /// The texts of all files read so far, for diagnostics to point into.
    pub fn sources(&self) -> SourceMap {
        self.shared.library.sources()
    }

    fn warnings(&self, found: Vec<Fail>) -> Vec<Diagnostic> {
        let mut warnings: Vec<Diagnostic> = found
            .into_iter()
            .map(|warning| self.diagnostic(*warning))
            .collect();
        crate::diagnostic::sort(&mut warnings);
        let mut seen = BTreeSet::new();
        warnings.retain(|warning| {
            seen.insert((
                warning.code,
                warning.message.clone(),
                warning.primary().cloned(),
            ))
        });
        warnings
    }

    /// A failure with its places as locations.
    fn diagnostic(&self, failure: fail::Failure) -> Diagnostic {
        let mut diagnostic = failure.diagnostic;
        for (origin, text) in failure.places {
            if let Some(location) = self.location(origin) {
                diagnostic.labels.push(Label { location, text });
            }
        }
        diagnostic
    }
}
