//! Argo CD's objects: Applications and what they deploy where, those that an ApplicationSet produces included, and
//! AppProjects; from the manifests of a cell and from the files that bootstrap applies by hand.

use super::generators::{self, Unexpanded};
use super::repository::Repository;
use super::written::{Content, Written};
use crate::gitops::{self, is_same_repository};
use crate::model::{Cell, OVERLAYS, Platform};

/// The group of Argo CD's kinds.
pub const GROUP: &str = "argoproj.io";

/// Argo CD's objects of a cell.
#[derive(Debug, Clone, Default)]
pub struct ArgoCd {
    /// Applications, as they are written.
    pub applications: Vec<Application>,
    /// AppProjects.
    pub projects: Vec<Written>,
    /// ApplicationSets, with what they produce.
    pub sets: Vec<ApplicationSet>,
    order: Vec<At>,
}

/// An Application or ApplicationSet, by its position in the list of its kind.
#[derive(Debug, Clone, Copy)]
enum At {
    Application(usize),
    Set(usize),
}

/// An Application.
#[derive(Debug, Clone)]
pub struct Application {
    /// The whole object; of a produced one the template with its parameters put in.
    pub object: Written,
}

/// An ApplicationSet.
#[derive(Debug, Clone)]
pub struct ApplicationSet {
    /// The whole object.
    pub object: Written,
    /// What it produces, as far as that can be told.
    pub produced: Vec<Application>,
    /// Why more may be produced than that.
    pub unexpanded: Vec<Unexpanded>,
}

/// What an Application deploys.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The entry of `source` or `sources`.
    pub node: &'a Written,
}

impl ArgoCd {
    /// Adds what bootstrap applies to a cell by hand.
    pub(super) fn add_bootstrap(
        &mut self,
        platform: &Platform,
        cell: &Cell,
        repository: &Repository<'_>,
    ) {
        let folder = format!("bootstrap/{}", cell.name.as_str());
        for path in repository.below(&folder).filter(|path| is_yaml(path)) {
            let text = repository.text(path).unwrap_or_default();
            if !text.contains(GROUP) {
                continue;
            }
            for document in Written::documents(path, &text).unwrap_or_default() {
                self.add(platform, repository, document);
            }
        }
    }

    /// The folders of this repository that Applications deploy, each with the name of the Application, in the order in
    /// which they were added.
    pub(super) fn paths(&self, platform: &Platform) -> Vec<(String, String)> {
        self.order
            .iter()
            .flat_map(|at| match at {
                At::Application(at) => std::slice::from_ref(&self.applications[*at]),
                At::Set(at) => &self.sets[*at].produced,
            })
            .flat_map(|application| {
                let sources = application.sources().into_iter();
                sources
                    .filter(|source| source.is_of(platform) && source.chart().is_none())
                    .filter(|source| source.node.get("path").is_some())
                    .map(|source| (application.name().to_owned(), source.path().to_owned()))
            })
            .collect()
    }

    pub(super) fn add(
        &mut self,
        platform: &Platform,
        repository: &Repository<'_>,
        object: Written,
    ) {
        if object.is(GROUP, "Application") {
            self.order.push(At::Application(self.applications.len()));
            self.applications.push(Application { object });
        } else if object.is(GROUP, "AppProject") {
            self.projects.push(object);
        } else if object.is(GROUP, "ApplicationSet") {
            let (produced, unexpanded) = generators::produce(platform, repository, &object);
            self.order.push(At::Set(self.sets.len()));
            self.sets.push(ApplicationSet {
                object,
                produced,
                unexpanded,
            });
        }
    }
}

impl ArgoCd {
    /// Every Application, those that ApplicationSets produce last.
    pub fn all(&self) -> impl Iterator<Item = &Application> {
        let produced = self.sets.iter().flat_map(|set| &set.produced);
        self.applications.iter().chain(produced)
    }
}

impl Application {
    /// Its name.
    pub fn name(&self) -> &str {
        self.object.text_at(&["metadata", "name"])
    }

    /// What it deploys.
    pub fn sources(&self) -> Vec<Source<'_>> {
        let one = self.object.at(&["spec", "source"]).into_iter();
        let several = self.object.at(&["spec", "sources"]).into_iter();
        one.chain(several.flat_map(Written::items))
            .map(|node| Source { node })
            .collect()
    }

    /// Where it deploys to.
    pub fn destination(&self) -> Option<&Written> {
        self.object.at(&["spec", "destination"])
    }
}

impl<'a> Source<'a> {
    /// Whether it is this repository, however its address is written.
    pub fn is_of(&self, platform: &Platform) -> bool {
        self.node
            .get("repoURL")
            .and_then(Written::text)
            .is_some_and(|url| is_same_repository(url, platform.repository.url.as_str()))
    }

    /// The folder, without `./` and slashes at its ends; the root when no path is written.
    pub fn path(&self) -> &'a str {
        gitops::folder(self.node.text_at(&["path"]))
    }

    /// The chart, if it is one.
    pub fn chart(&self) -> Option<&'a Written> {
        self.node.get("chart").filter(|chart| !chart.is_empty())
    }
}

/// The cell whose overlay a path is in.
pub fn owner<'p>(platform: &'p Platform, path: &str) -> Option<&'p Cell> {
    let (environment, rest) = path.strip_prefix(OVERLAYS)?.split_once('/')?;
    let region = rest.split('/').next()?;
    platform
        .cells
        .iter()
        .find(|cell| *cell.environment == *environment && *cell.region == *region)
}

/// Whether a file's name is that of a YAML file.
pub fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// A tree in which every text was put through a function.
pub(super) fn mapped(tree: &Written, with: &mut impl FnMut(&Written, &str) -> String) -> Written {
    let content = match &tree.content {
        Content::Text(text) => Content::Text(with(tree, text)),
        Content::List(items) => {
            Content::List(items.iter().map(|item| mapped(item, with)).collect())
        }
        Content::Map(fields) => Content::Map(
            fields
                .iter()
                .map(|field| super::written::Field {
                    value: mapped(&field.value, with),
                    ..field.clone()
                })
                .collect(),
        ),
    };
    Written {
        content,
        place: tree.place.clone(),
    }
}
