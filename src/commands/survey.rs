//! Looks at the repository for the rules that ask about its files: drift, pins, what pins ever said.
#![expect(
    clippy::disallowed_methods,
    reason = "reads the pins files of the work tree"
)]

use super::Loaded;
use crate::diagnostic::Diagnostic;
use crate::model::{Cell, Service};
use crate::pins;
use crate::plan::{self, FileKind, Plan};
use crate::repo::{History, Repo};
use crate::residency::{FileFact, FileState, PinFact, Tree};
use crate::source::{Location, SourceMap};
use crate::tree::{self, Changes, LOCK_FILE, What};
use anyhow::Context as _;
use std::collections::{BTreeMap, BTreeSet};

/// What was found.
pub(super) struct Survey {
    /// For the rules.
    pub(super) tree: Tree,
    /// The hash of the policy that was approved.
    pub(super) policy: Option<String>,
    /// What is wrong and no rule's: a damaged lock, a symlink in the way.
    pub(super) problems: Vec<Diagnostic>,
    /// platform.toml, platform.lock and the pins files.
    pub(super) sources: SourceMap,
    /// Whether Git has commits that this clone does not have, so that nothing can be concluded from its history.
    pub(super) shallow: bool,
}

/// Looks at everything once.
///
/// # Errors
/// When a file or the git repository cannot be read.
pub(super) fn survey(loaded: &Loaded) -> anyhow::Result<Survey> {
    let plan = plan::build(&loaded.platform)?;
    let changes = tree::compare(&loaded.root, &plan, tree::Options::default())?;
    let mut survey = Survey {
        tree: Tree::default(),
        policy: changes.lock().policy().map(str::to_owned),
        problems: Vec::new(),
        sources: loaded.sources(),
        shallow: false,
    };
    if let Some(text) = changes.sources.text(LOCK_FILE) {
        survey.sources.insert(LOCK_FILE, text);
    }
    survey.files(&changes, &plan);
    for cell in &loaded.platform.cells {
        for service in loaded.platform.services.values() {
            survey.pins(loaded, cell, service)?;
        }
    }
    survey.history(loaded)?;
    Ok(survey)
}

impl Survey {
    /// What `tree` calls kept is told apart by what it says about it; what no rule is about is passed on as it is.
    fn files(&mut self, changes: &Changes, plan: &Plan) {
        let mut kept: BTreeMap<&str, FileState> = BTreeMap::new();
        for problem in &changes.diagnostics {
            let path = problem.primary().map(|place| place.path.as_str());
            match (problem.code, path) {
                ("edited-by-hand", Some(path)) => {
                    kept.insert(path, FileState::Edited);
                }
                ("foreign-file", Some(path)) => {
                    kept.insert(path, FileState::Foreign);
                }
                _ => self.problems.push(problem.clone()),
            }
        }
        if changes.refused {
            // Nothing was compared: the problems say why.
            return;
        }
        self.tree.compared = plan.files.len();
        for change in &changes.files {
            let is_pins = plan
                .files
                .get(&change.path)
                .is_some_and(|file| file.kind == FileKind::Pins);
            let state = match change.what {
                // A missing pins file is a finding of its own.
                What::Create if is_pins => continue,
                What::Create => Some(FileState::Missing),
                What::Update => Some(FileState::Outdated),
                What::Remove => Some(FileState::Stale),
                What::Keep => kept.get(change.path.as_str()).copied(),
            };
            self.tree.files.extend(state.map(|state| FileFact {
                path: change.path.clone(),
                state,
            }));
        }
        if changes.lock_is_stale() {
            self.tree.files.push(FileFact {
                path: LOCK_FILE.to_owned(),
                state: FileState::Outdated,
            });
        }
    }

    fn pins(&mut self, loaded: &Loaded, cell: &Cell, service: &Service) -> anyhow::Result<()> {
        let path = cell.pins(&service.name);
        let bytes = match std::fs::read(loaded.root.join(&path)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error).with_context(|| format!("reading {path}")),
        };
        let mut fact = PinFact {
            cell: cell.name.clone(),
            service: service.name.clone(),
            location: Location::file(&path),
            path,
            tag: None,
            digest: None,
            released: false,
            problem: None,
        };
        let Ok(text) = String::from_utf8(bytes) else {
            fact.problem = Some("it is not UTF-8".to_owned());
            self.tree.pins.push(fact);
            return Ok(());
        };
        match pins::read(&fact.path, &text, &service.image) {
            Ok(pin) => {
                // The value that decides is what is shown: the digest, else the tag.
                let shown = pin.digest.as_ref().or(pin.tag.as_ref());
                if let Some(start) = shown.and_then(|shown| text.find(shown.as_str())) {
                    let end = start + shown.map_or(0, String::len);
                    fact.location = Location::new(&fact.path, start..end);
                }
                fact.tag = pin.tag;
                fact.digest = pin.digest;
                fact.released = pin.released;
            }
            Err(problems) => {
                let first = problems.into_iter().next();
                fact.problem = Some(
                    first
                        .as_ref()
                        .map_or_else(String::new, |p| p.message.clone()),
                );
                if let Some(place) = first.as_ref().and_then(Diagnostic::primary) {
                    fact.location = place.clone();
                }
            }
        }
        self.sources.insert(&fact.path, text);
        self.tree.pins.push(fact);
        Ok(())
    }

    /// Every digest that the pins of promoted services ever had. Without Git, or with a part of its commits only, nothing
    /// can be concluded.
    fn history(&mut self, loaded: &Loaded) -> anyhow::Result<()> {
        let Some(repo) = Repo::discover(&loaded.root)? else {
            return Ok(());
        };
        let top = repo.root().and_then(|top| std::fs::canonicalize(top).ok());
        let head = repo.head()?.oid;
        let (Some(head), true) = (head, top.as_deref() == Some(loaded.root.as_path())) else {
            return Ok(());
        };
        let platform = &loaded.platform;
        let sources: BTreeSet<&str> = platform
            .environments
            .iter()
            .filter_map(|environment| environment.promote_from.as_ref())
            .map(|name| name.as_str())
            .collect();
        let images: BTreeMap<String, &str> = platform
            .cells
            .iter()
            .filter(|cell| sources.contains(cell.environment.as_str()))
            .flat_map(|cell| {
                platform
                    .services
                    .values()
                    .map(|service| (cell.pins(&service.name), service.image.as_str()))
            })
            .collect();
        let paths: Vec<String> = images.keys().cloned().collect();
        let History { texts, complete } = repo.history(&head, &paths)?;
        self.shallow = !complete;
        self.tree.history = complete.then(|| {
            texts
                .into_iter()
                .map(|(path, texts)| {
                    let image = images.get(&path).copied().unwrap_or_default();
                    let digests = texts
                        .iter()
                        .filter_map(|text| pins::read(&path, text, image).ok()?.digest)
                        .collect();
                    (path, digests)
                })
                .collect()
        });
        Ok(())
    }
}
