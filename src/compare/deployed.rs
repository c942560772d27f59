//! What the Argo CD of a cell deploys: the cell's root, and what its Applications lead to inside the repository.
//!
//! A folder with a kustomization is built, any other one is read file by file, as Argo CD does
//! (<https://argo-cd.readthedocs.io/en/stable/user-guide/tool_detection/>,
//! <https://argo-cd.readthedocs.io/en/stable/user-guide/directory/>). What Argo CD would do differently from what is known
//! here is said, never guessed.

use super::{Cell, ROOT, Unit, UnknownUnit};
use crate::diagnostic::Diagnostic;
use crate::gitops;
use crate::kustomize::{Builder, Files, Found, Node, Object};
use crate::source::SourceMap;
use std::collections::BTreeSet;
use std::io::Result;

/// The files of a revision, which can be listed too.
pub trait Tree: Files {
    /// The names of what is in a folder, sorted.
    ///
    /// # Errors
    /// When it cannot be read.
    fn names(&self, folder: &str) -> Result<Vec<String>>;
}

/// Where the Applications of this repository point to.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The address of the repository.
    pub repository: &'a str,
    /// The branch that Argo CD follows.
    pub branch: &'a str,
}

/// Why a unit does not build.
#[derive(Debug)]
pub struct Unreadable {
    /// The problem, at the file and line that a person must change.
    pub problem: Diagnostic,
    /// What it points into.
    pub sources: SourceMap,
}

/// Follows a cell from the folder of its root to everything that its Argo CD deploys from this repository.
///
/// What does not build is among [`Cell::unknown`]; the problems are handed out beside it.
pub fn deployed(
    tree: &dyn Tree,
    builder: &Builder<'_>,
    source: Source<'_>,
    cell: &str,
    folder: &str,
) -> (Cell, Vec<Unreadable>) {
    let mut walk = Walk {
        tree,
        builder,
        source,
        cell: Cell {
            name: cell.to_owned(),
            ..Cell::default()
        },
        problems: Vec::new(),
        seen: BTreeSet::new(),
    };
    walk.unit(Step {
        within: vec![ROOT.to_owned()],
        folder: folder.to_owned(),
        prunes: true,
        recurse: false,
    });
    (walk.cell, walk.problems)
}

/// A unit to be read.
struct Step {
    within: Vec<String>,
    folder: String,
    prunes: bool,
    /// Whether plain files below its folder's folders count as well.
    recurse: bool,
}

struct Walk<'a> {
    tree: &'a dyn Tree,
    builder: &'a Builder<'a>,
    source: Source<'a>,
    cell: Cell,
    problems: Vec<Unreadable>,
    /// Folders with the name of what deploys them: Applications may lead in a circle.
    seen: BTreeSet<(String, String)>,
}

impl Walk<'_> {
    fn unit(&mut self, step: Step) {
        let name = step.within.last().cloned().unwrap_or_default();
        let is_new = self.seen.insert((name.clone(), step.folder.clone()));
        if !is_new || step.within.len() > DEEPEST {
            return;
        }
        let objects = match self.build(&step) {
            Ok(objects) => objects,
            Err(why) => return self.unknown(name, why, true),
        };
        let next: Vec<Step> = objects
            .iter()
            .flat_map(|object| self.follow(object, &step.within))
            .collect();
        self.cell.units.push(Unit {
            within: step.within,
            prunes: step.prunes,
            objects,
        });
        for step in next {
            self.unit(step);
        }
    }

    fn unknown(&mut self, unit: String, why: impl Into<String>, whole: bool) {
        let why = why.into();
        self.cell.unknown.push(UnknownUnit { unit, why, whole });
    }

    /// The objects of a folder, or why they are not known.
    fn build(&mut self, step: &Step) -> std::result::Result<Vec<Object>, String> {
        let names = match self.tree.look(&step.folder) {
            Ok(Found::Folder(_)) => self.tree.names(&step.folder),
            Ok(_) => return Err(format!("there is no folder `{}`", step.folder)),
            Err(error) => Err(error),
        };
        let names = names.map_err(|error| format!("`{}` cannot be read: {error}", step.folder))?;
        let has = |wanted: &[&str]| names.iter().any(|name| wanted.contains(&name.as_str()));
        if has(&["Chart.yaml"]) {
            return Err(format!(
                "`{}` is a Helm chart, which is not rendered",
                step.folder
            ));
        }
        let built = if has(&KUSTOMIZATIONS) {
            let built = self.builder.build(&step.folder);
            built.map_err(|problem| (*problem, self.builder.sources()))
        } else {
            let plain = Plain::new(self.tree, &step.folder, step.recurse)
                .map_err(|error| format!("`{}` cannot be read: {error}", step.folder))?;
            let builder = Builder::new(&plain);
            let built = builder.build(&step.folder);
            built.map_err(|problem| (*problem, builder.sources()))
        };
        built
            .map(|built| built.objects)
            .map_err(|(problem, sources)| {
                let why = format!("it does not build: {}", problem.message);
                let problem = problem.in_cell(&self.cell.name);
                self.problems.push(Unreadable { problem, sources });
                why
            })
    }

    /// Where an Application leads to inside this repository.
    fn follow(&mut self, object: &Object, within: &[String]) -> Vec<Step> {
        if !object.api_version().starts_with("argoproj.io/") {
            return Vec::new();
        }
        match object.kind() {
            "Application" => {}
            "ApplicationSet" => {
                let name = object.name().to_owned();
                let why = "an ApplicationSet, whose Applications are not worked out";
                self.unknown(name, why, false);
                return Vec::new();
            }
            _ => return Vec::new(),
        }
        let Some(spec) = object.root.get("spec") else {
            return Vec::new();
        };
        let prune = spec.at(&["syncPolicy", "automated", "prune"]);
        let prunes = prune.and_then(Node::as_text) == Some("true");
        let many = spec.get("sources").map_or(&[][..], Node::items);
        let sources = spec.get("source").into_iter().chain(many);
        let mut steps = Vec::new();
        for source in sources {
            if let Some(folder) = self.inside(object.name(), source) {
                let directory = source.at(&["directory", "recurse"]);
                let mut within = within.to_vec();
                within.push(object.name().to_owned());
                steps.push(Step {
                    within,
                    folder,
                    prunes,
                    recurse: directory.and_then(Node::as_text) == Some("true"),
                });
            }
        }
        steps
    }

    /// The folder of a source of this repository; `None` for any other source and for what is not known.
    fn inside(&mut self, name: &str, source: &Node) -> Option<String> {
        let text = |key: &str| source.get(key).and_then(Node::as_text);
        if !gitops::is_same_repository(text("repoURL")?, self.source.repository)
            || text("chart").is_some()
        {
            return None;
        }
        let folder = gitops::folder(text("path")?);
        let revision = text("targetRevision").unwrap_or("HEAD");
        if revision != "HEAD" && !gitops::is_branch(revision, self.source.branch) {
            let why = format!("it deploys the revision `{revision}`, which is not looked into");
            self.unknown(name.to_owned(), why, true);
            return None;
        }
        let other = ["helm", "plugin"]
            .into_iter()
            .find(|key| source.get(key).is_some());
        if let Some(other) = other {
            let why = format!("it is made with `source.{other}`, which is not worked out");
            self.unknown(name.to_owned(), why, true);
            return None;
        }
        let overrides = source.get("kustomize").map_or(&[][..], Node::entries);
        let directory = source.get("directory").map_or(&[][..], Node::entries);
        let overrides = overrides.iter().any(|entry| &*entry.key != "version");
        let chosen = directory.iter().any(|entry| &*entry.key != "recurse");
        for (there, field) in [(overrides, "kustomize"), (chosen, "directory")] {
            if there {
                let why = format!("what `source.{field}` changes on the way is not worked out");
                self.unknown(name.to_owned(), why, false);
            }
        }
        Some(folder.to_owned())
    }
}

/// More Applications than these behind one another are a circle.
const DEEPEST: usize = 16;

/// The names that a kustomization may have.
const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A folder of plain manifests, with a kustomization that names each of them.
struct Plain<'a> {
    tree: &'a dyn Tree,
    /// Where the kustomization is.
    path: String,
    text: Vec<u8>,
}

impl<'a> Plain<'a> {
    fn new(tree: &'a dyn Tree, folder: &str, recurse: bool) -> Result<Self> {
        let mut files = Vec::new();
        manifests(tree, folder, "", recurse, &mut files)?;
        let mut text = String::from("resources:\n");
        for file in files {
            // A JSON string is a YAML string.
            text.push_str(&format!("- {}\n", serde_json::Value::from(file)));
        }
        Ok(Self {
            tree,
            path: joined(folder, KUSTOMIZATIONS[0]),
            text: text.into_bytes(),
        })
    }
}

impl Files for Plain<'_> {
    fn look(&self, path: &str) -> Result<Found> {
        if path == self.path {
            Ok(Found::File(path.to_owned()))
        } else {
            self.tree.look(path)
        }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>> {
        if path == self.path {
            Ok(self.text.clone())
        } else {
            self.tree.read(path)
        }
    }
}

/// The manifests of a folder, relative to it.
fn manifests(
    tree: &dyn Tree,
    folder: &str,
    below: &str,
    recurse: bool,
    found: &mut Vec<String>,
) -> Result<()> {
    let here = joined(folder, below);
    for name in tree.names(&here)? {
        let path = joined(below, &name);
        match tree.look(&joined(&here, &name))? {
            Found::File(_) if is_manifest(&name) => found.push(path),
            Found::Folder(_) if recurse && !name.starts_with('.') => {
                manifests(tree, folder, &path, recurse, found)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_manifest(name: &str) -> bool {
    [".yaml", ".yml", ".json"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

fn joined(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

/// Files in memory, by path.
impl Tree for std::collections::BTreeMap<String, Vec<u8>> {
    fn names(&self, folder: &str) -> Result<Vec<String>> {
        let below = joined(folder, "");
        let below = if below.is_empty() { below } else { below + "/" };
        let paths = self.keys().filter_map(|path| path.strip_prefix(&below));
        let names: BTreeSet<String> = paths
            .filter_map(|path| path.split('/').next().map(str::to_owned))
            .collect();
        Ok(names.into_iter().collect())
    }
}
