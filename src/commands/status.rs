//! `status`: who runs what where, as the pins files of the work tree say.
#![expect(
    clippy::disallowed_methods,
    reason = "reads the pins files of the work tree"
)]

use super::proposals::Format;
use super::{Context, Exit, Loaded};
use crate::diagnostic::Diagnostic;
use crate::model::{Cell, Platform};
use crate::pins::{self, Pin};
use crate::promotion::{self, Base, PromoteRequest, promote};
use anyhow::Context as _;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Widest matrix that is printed as one; beyond it a list is easier to read.
const WIDEST: usize = 120;

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to tell about it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// Prints which pins every cell has.
///
/// # Errors
/// When the declaration is not valid, or a file cannot be read.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let loaded = context.load()?;
    let found = Found::read(&loaded)?;
    match args.format {
        Format::Json => {
            let answer = json!({ "version": 1, "cells": found.cells(&loaded.platform) });
            writeln!(context.out, "{}", serde_json::to_string_pretty(&answer)?)?;
        }
        Format::Human => {
            found.print(&loaded.platform, context)?;
            found.print_behind(&loaded.platform, context)?;
        }
    }
    if found.problems.is_empty() {
        return Ok(Exit::Done);
    }
    let mut sources = loaded.sources();
    for (path, text) in &found.texts {
        sources.insert(path, text);
    }
    context.draw(&found.problems, &sources)?;
    Ok(Exit::Findings)
}

/// The pins of the work tree.
struct Found {
    texts: BTreeMap<String, String>,
    /// By cell and service; a file that is missing or unclear is not there.
    pins: BTreeMap<(String, String), Pin>,
    problems: Vec<Diagnostic>,
}

impl Found {
    fn read(loaded: &Loaded) -> anyhow::Result<Self> {
        let mut found = Self {
            texts: BTreeMap::new(),
            pins: BTreeMap::new(),
            problems: Vec::new(),
        };
        for cell in &loaded.platform.cells {
            for service in loaded.platform.services.values() {
                let path = cell.pins(&service.name);
                let Some(text) = text(&loaded.root, &path)? else {
                    found.problems.push(missing(cell, &path));
                    continue;
                };
                match pins::read(&path, &text, &service.image) {
                    Ok(pin) => {
                        found
                            .pins
                            .insert((cell.name.to_string(), service.name.to_string()), pin);
                    }
                    Err(problems) => found
                        .problems
                        .extend(problems.into_iter().map(|p| p.in_cell(cell.name.as_str()))),
                }
                found.texts.insert(path, text);
            }
        }
        Ok(found)
    }

    fn pin(&self, cell: &Cell, service: &str) -> Option<&Pin> {
        self.pins.get(&(cell.name.to_string(), service.to_owned()))
    }

    fn short(&self, cell: &Cell, service: &str) -> String {
        self.pin(cell, service)
            .map_or_else(|| "?".to_owned(), Pin::short)
    }

    fn cells(&self, platform: &Platform) -> Vec<Value> {
        let services = |cell: &Cell| -> Vec<Value> {
            let names = platform.services.keys();
            names
                .map(|name| {
                    let pin = self.pin(cell, name);
                    json!({
                        "service": name,
                        "tag": pin.and_then(|pin| pin.tag.as_deref()),
                        "digest": pin.and_then(|pin| pin.digest.as_deref()),
                    })
                })
                .collect()
        };
        platform
            .cells
            .iter()
            .map(|cell| json!({ "cell": cell.name, "services": services(cell) }))
            .collect()
    }

    fn print(&self, platform: &Platform, context: &mut Context<'_>) -> anyhow::Result<()> {
        if platform.services.is_empty() {
            writeln!(context.out, "no services are declared")?;
            return Ok(());
        }
        let mut columns = vec![
            std::iter::once("service".to_owned())
                .chain(platform.services.keys().map(ToString::to_string))
                .collect::<Vec<String>>(),
        ];
        for cell in &platform.cells {
            let head = std::iter::once(cell.name.to_string());
            columns.push(
                head.chain(
                    platform
                        .services
                        .keys()
                        .map(|service| self.short(cell, service)),
                )
                .collect(),
            );
        }
        let widths: Vec<usize> = columns
            .iter()
            .map(|column| column.iter().map(String::len).max().unwrap_or(0))
            .collect();
        if widths.iter().map(|width| width + 2).sum::<usize>() > WIDEST {
            return self.print_list(platform, context);
        }
        for row in 0..=platform.services.len() {
            let line: Vec<String> = columns
                .iter()
                .zip(&widths)
                .map(|(column, &width)| format!("{:width$}", column[row]))
                .collect();
            writeln!(context.out, "{}", line.join("  ").trim_end())?;
        }
        Ok(())
    }

    fn print_list(&self, platform: &Platform, context: &mut Context<'_>) -> anyhow::Result<()> {
        let width = platform
            .services
            .keys()
            .map(|name| name.len())
            .max()
            .unwrap_or(0);
        for cell in &platform.cells {
            writeln!(context.out, "{}", cell.name)?;
            for service in platform.services.keys() {
                writeln!(
                    context.out,
                    "  {:width$}  {}",
                    service.as_str(),
                    self.short(cell, service)
                )?;
            }
        }
        Ok(())
    }

    /// Which cells do not run what their source environment runs.
    fn print_behind(&self, platform: &Platform, context: &mut Context<'_>) -> anyhow::Result<()> {
        if !self.problems.is_empty() {
            return Ok(());
        }
        let base = Base {
            platform,
            oid: "work tree",
            texts: &self.texts,
        };
        let mut lines = Vec::new();
        for environment in &platform.environments {
            let Some(from) = &environment.promote_from else {
                continue;
            };
            let request = PromoteRequest {
                from: from.to_string(),
                to: environment.name.to_string(),
                ..PromoteRequest::default()
            };
            match promote(&base, &request) {
                Ok(promotion) => lines.extend(behind(&promotion, from)),
                Err(refusal) => lines.extend(
                    refusal
                        .diagnostics()
                        .iter()
                        .filter(|problem| problem.code != "never-released")
                        .map(|problem| {
                            format!(
                                "{} cannot be compared with {from}: {}",
                                environment.name, problem.message
                            )
                        }),
                ),
            }
        }
        if !lines.is_empty() {
            writeln!(context.out)?;
        }
        for line in lines {
            writeln!(context.out, "{line}")?;
        }
        Ok(())
    }
}

fn behind(promotion: &promotion::Promotion, from: &str) -> Vec<String> {
    let mut cells: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for change in promotion.steps.iter().flat_map(|step| &step.changes) {
        cells.entry(&change.cell).or_default().push(&change.service);
    }
    cells
        .into_iter()
        .map(|(cell, services)| format!("{cell} is behind {from}: {}", few(&services)))
        .collect()
}

/// The first names, and how many there are more.
fn few(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    match names.len().checked_sub(SHOWN) {
        Some(more) if more > 1 => format!("{} and {more} more", names[..SHOWN].join(", ")),
        _ => names.join(", "),
    }
}

fn text(root: &Path, path: &str) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(root.join(path)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {path}")),
    }
}

fn missing(cell: &Cell, path: &str) -> Diagnostic {
    Diagnostic::error("pins-missing", format!("the pins file `{path}` is missing"))
        .in_cell(cell.name.as_str())
        .help("`platformctl render` writes it")
}
