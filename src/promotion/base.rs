//! The pins of a commit, read once and strictly.

use super::Refusal;
use crate::diagnostic::{self, Diagnostic};
use crate::model::{Cell, Environment, Platform, Service};
use crate::pins::{self, Pin};
use crate::source::Location;
use std::collections::BTreeMap;

/// What a promotion is computed from: the platform and the pins files of one commit.
#[derive(Debug, Clone, Copy)]
pub struct Base<'a> {
    /// The platform, as platform.toml of that commit declares it.
    pub platform: &'a Platform,
    /// The commit, 40 hexadecimal digits.
    pub oid: &'a str,
    /// Texts of pins files by path; those of [`pins_paths`] are needed. A missing one is not there.
    pub texts: &'a BTreeMap<String, String>,
}

/// The pins files of every service in the cells of these environments, sorted.
pub fn pins_paths(platform: &Platform, environments: &[&str]) -> Vec<String> {
    let mut paths: Vec<String> = platform
        .cells
        .iter()
        .filter(|cell| environments.contains(&cell.environment.as_str()))
        .flat_map(|cell| platform.services.keys().map(|service| cell.pins(service)))
        .collect();
    paths.sort();
    paths
}

impl<'a> Base<'a> {
    /// The cells of an environment, in the order of the declaration.
    pub(super) fn cells(&self, environment: &str) -> Vec<&'a Cell> {
        let platform = self.platform;
        platform
            .cells
            .iter()
            .filter(|cell| cell.environment.as_str() == environment)
            .collect()
    }

    /// An environment that must exist.
    pub(super) fn environment(&self, name: &str) -> Result<&'a Environment, Refusal> {
        let known = self.platform.environments.iter().map(|e| e.name.as_str());
        self.platform
            .environment(name)
            .ok_or_else(|| unknown("environment", name, known))
    }

    /// A service that must exist.
    pub(super) fn service(&self, name: &str) -> Result<&'a Service, Refusal> {
        let known = self.platform.services.keys().map(|name| name.as_str());
        self.platform
            .services
            .get(name)
            .ok_or_else(|| unknown("service", name, known))
    }

    /// What a service runs in a cell at this commit.
    pub(super) fn pin(&self, cell: &Cell, service: &Service) -> Result<Pin, Vec<Diagnostic>> {
        let path = cell.pins(&service.name);
        pins::read(&path, self.text(cell, &path)?, &service.image)
            .map_err(|problems| in_cell(problems, cell))
    }

    /// The text of a pins file with another pin in it.
    pub(super) fn with_pin(
        &self,
        cell: &Cell,
        service: &Service,
        pin: &Pin,
    ) -> Result<(String, String), Vec<Diagnostic>> {
        let path = cell.pins(&service.name);
        let text = pins::write(&path, self.text(cell, &path)?, &service.image, pin)
            .map_err(|problems| in_cell(problems, cell))?;
        Ok((path, text))
    }

    fn text(&self, cell: &Cell, path: &str) -> Result<&'a str, Vec<Diagnostic>> {
        self.texts.get(path).map(String::as_str).ok_or_else(|| {
            vec![
                Diagnostic::error(
                    "pins-missing",
                    format!(
                        "the pins file `{path}` is not in commit {}",
                        short(self.oid)
                    ),
                )
                .at(Location::file(path), "")
                .in_cell(cell.name.as_str())
                .help("run `platformctl render`, commit and push what it writes"),
            ]
        })
    }
}

/// A commit in short.
pub(super) fn short(oid: &str) -> &str {
    oid.get(..12).unwrap_or(oid)
}

fn in_cell(problems: Vec<Diagnostic>, cell: &Cell) -> Vec<Diagnostic> {
    problems
        .into_iter()
        .map(|problem| problem.in_cell(cell.name.as_str()))
        .collect()
}

/// A name that nothing has.
pub(super) fn unknown<'n>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Refusal {
    Refusal::Usage(vec![
        Diagnostic::error("unknown-name", format!("there is no {what} `{name}`"))
            .help(diagnostic::known_words(name, known)),
    ])
}
