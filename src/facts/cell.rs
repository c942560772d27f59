//! What is known about one cell.

use super::argocd::ArgoCd;
use super::charts::{self, Chart};
use super::configs::{self, Config};
use super::deployed;
use super::names::Names;
use super::repository::Repository;
use super::scan::{self, Mention};
use super::scripts::{self, PlacedScript};
use super::secrets::{self, SecretFact};
use super::telemetry;
use super::workloads::{self, Workload};
use crate::diagnostic::Diagnostic;
use crate::kustomize::{Builder, Node, Object, Origin};
use crate::model::{Cell, Platform, Region};
use crate::source::Location;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// What is known about one cell.
pub struct CellFacts<'a> {
    /// The platform.
    pub platform: &'a Platform,
    /// The cell.
    pub cell: &'a Cell,
    /// Its region; none on a laptop.
    pub region: Option<&'a Region>,
    /// Every object that Argo CD deploys into the cell from this repository.
    pub manifests: Vec<Manifest>,
    /// What Argo CD is told to deploy.
    pub argo_cd: ArgoCd,
    /// The charts that they deploy, with what each is told.
    pub charts: Vec<Chart>,
    /// Whatever runs containers.
    pub workloads: Vec<Workload>,
    /// The texts in ConfigMaps and in Secrets that are not sealed.
    pub configs: Vec<Config>,
    /// Secrets of every kind, without values.
    pub secrets: Vec<SecretFact>,
    /// Scripts and command lines.
    pub scripts: Vec<PlacedScript>,
    /// Every address in every manifest.
    pub mentions: Vec<Mention>,
    /// What could not be built.
    pub problems: Vec<Diagnostic>,
    /// What kustomize passes over in silence.
    pub warnings: Vec<Diagnostic>,
    pub(super) names: Names,
    pub(super) builder: &'a Builder<'a>,
    /// The folders that the manifests are from.
    folders: BTreeSet<String>,
    /// Configuration of observability, once it was read.
    pub(super) documents: OnceLock<Vec<telemetry::Document>>,
    /// Where signals go, once it was looked for.
    pub(super) outlets: OnceLock<Vec<telemetry::Outlet>>,
}

/// An object of a cell.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The folder that was built, relative to the repository.
    pub folder: String,
    /// The unit: the name of the Application that deploys it; empty for the cell's root.
    pub unit: String,
    /// The object as it is built.
    pub object: Object,
    // Every rule asks every object for it.
    group: String,
}

impl Manifest {
    pub(super) fn new(folder: &str, unit: &str, object: Object) -> Self {
        let group = object.api_version().split_once('/');
        Self {
            folder: folder.to_owned(),
            unit: unit.to_owned(),
            group: group.map_or("", |(group, _)| group).to_owned(),
            object,
        }
    }

    /// The object in words: `Deployment carebase-apps/backend-api`.
    pub fn identity(&self) -> String {
        let object = &self.object;
        match object.namespace() {
            "" => format!("{} {}", object.kind(), object.name()),
            namespace => format!("{} {namespace}/{}", object.kind(), object.name()),
        }
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// Whether it is of a kind of an API group, in any version.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.object.kind() == kind && self.group == group
    }

    /// A value by its path.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        self.object.root.at(path)
    }
}

/// A value in a manifest, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The manifest, by its position in [`CellFacts::manifests`].
    pub manifest: usize,
    /// Where the value was set last.
    pub origin: Origin,
    /// The line of the value in which the part stands, without the spaces around it; empty for any line.
    pub line: String,
    /// The part of the value, as it stands in the file; empty for the whole value.
    pub part: String,
}

impl Spot {
    /// A whole value.
    pub fn whole(manifest: usize, node: &Node) -> Self {
        Self {
            manifest,
            origin: node.origin,
            line: String::new(),
            part: String::new(),
        }
    }

    /// Narrows it to a line, as it stands in the file.
    #[must_use]
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.line = line.into();
        self
    }

    /// A part of it, as it stands in the file.
    #[must_use]
    pub fn part(mut self, part: impl Into<String>) -> Self {
        self.part = part.into();
        self
    }
}

impl std::fmt::Debug for CellFacts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CellFacts")
            .field("cell", &self.cell.name)
            .field("manifests", &self.manifests.len())
            .finish_non_exhaustive()
    }
}

impl<'a> CellFacts<'a> {
    pub(super) fn gather(
        platform: &'a Platform,
        cell: &'a Cell,
        builder: &'a Builder<'a>,
        repository: &Repository<'_>,
    ) -> Self {
        let deployed = deployed::deployed(platform, cell, builder, repository);
        let mut facts = Self {
            platform,
            cell,
            region: platform.regions.get(&cell.region),
            manifests: deployed.manifests,
            argo_cd: deployed.argo_cd,
            charts: Vec::new(),
            workloads: Vec::new(),
            configs: Vec::new(),
            secrets: Vec::new(),
            scripts: Vec::new(),
            mentions: Vec::new(),
            problems: deployed.problems,
            warnings: deployed.warnings,
            names: Names::default(),
            builder,
            folders: BTreeSet::new(),
            documents: OnceLock::new(),
            outlets: OnceLock::new(),
        };
        let declared = cell
            .namespaces
            .iter()
            .map(|namespace| namespace.name.clone());
        facts.names = Names::of(&facts.manifests, declared);
        facts.charts = charts::charts(&facts.manifests, builder);
        facts.folders = facts.manifests.iter().map(|m| m.folder.clone()).collect();
        facts.configs = configs::configs(&facts);
        facts.secrets = secrets::secrets(&facts.manifests);
        facts.workloads = workloads::workloads(&facts);
        facts.scripts = scripts::scripts(&facts);
        facts.mentions = scan::mentions(&facts);
        let idle = telemetry::idle(&facts);
        facts.mentions.retain(|mention| {
            let spot = &mention.spot;
            !idle.iter().any(|idle| {
                (idle.manifest, idle.origin) == (spot.manifest, spot.origin)
                    && idle.line == spot.line
                    && (idle.part.is_empty() || idle.part.contains(&spot.part))
            })
        });
        facts
    }

    /// Whether anything was built from a folder.
    pub fn is_built(&self, folder: &str) -> bool {
        self.folders.contains(folder)
    }

    /// The manifest that a spot is in.
    pub fn manifest(&self, spot: &Spot) -> &Manifest {
        &self.manifests[spot.manifest]
    }

    /// All objects of a kind of an API group, in any version, with their positions.
    pub fn of_kind<'s>(
        &'s self,
        group: &'s str,
        kind: &'s str,
    ) -> impl Iterator<Item = (usize, &'s Manifest)> + 's {
        self.manifests
            .iter()
            .enumerate()
            .filter(move |(_, manifest)| manifest.is(group, kind))
    }

    /// The place in a file that a person must change to change a value.
    pub fn place(&self, spot: &Spot) -> Location {
        let manifest = &self.manifests[spot.manifest];
        let located = self
            .builder
            .location(spot.origin)
            .or_else(|| self.builder.location(manifest.object.root.origin));
        let Some(location) = located else {
            return Location::file(format!("{}/kustomization.yaml", manifest.folder));
        };
        let line = self.narrowed(location, &spot.line);
        self.narrowed(line, &spot.part)
    }

    /// The part of a place in which a text stands; the whole place when it does not stand there as it is.
    fn narrowed(&self, location: Location, part: &str) -> Location {
        let Some((start, end)) = location.span.filter(|_| !part.is_empty()) else {
            return location;
        };
        let Some(text) = self.builder.text(&location.path) else {
            return location;
        };
        let inside = std::str::from_utf8(&text)
            .ok()
            .and_then(|text| text.get(start..end)?.find(part));
        match inside {
            Some(at) => Location::new(location.path, start + at..start + at + part.len()),
            None => location,
        }
    }
}
