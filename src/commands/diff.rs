//! `diff`: what changes in the clusters between two revisions, object by object and field by field.

use super::revisions::{self, Revision};
use super::{Context, Exit, Refusal};
use crate::compare::{self, Cell, Source, Unreadable, deployed};
use crate::diagnostic::known_words;
use crate::kustomize::Builder;
use crate::model::Platform;
use crate::report::difference::{
    Comparison, DEFAULT_LIMIT, SMALLEST_LIMIT, Side, human, json, markdown,
};
use clap::ValueEnum;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// How to write the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading
    Human,
    /// For a comment on a pull request, most important first
    Markdown,
    /// JSON, for programs
    Json,
}

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The commit to compare the work tree with, or two as A..B; without it the one in which this branch parted from
    /// origin's, else HEAD
    #[arg(value_name = "REV")]
    pub revision: Option<String>,
    /// Compare one cell only, such as production/tr
    #[arg(long, value_name = "CELL")]
    pub cell: Option<String>,
    /// How to write the difference
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Write at most so many bytes of Markdown; a comment on GitHub has room for 65536 characters
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_LIMIT as u64,
        value_parser = clap::value_parser!(u64).range(SMALLEST_LIMIT as u64..))]
    pub max_bytes: u64,
    /// Exit 1 if anything differs; without it, only what does not build on the newer side exits 1
    #[arg(long)]
    pub exit_code: bool,
}

/// Builds both sides, compares them and writes the difference to stdout.
///
/// # Errors
/// When this is no git repository, a revision is not there, or there is no such cell.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let root = context.root()?;
    let (before, after) = revisions::find(&root, args.revision.as_deref())?;
    for side in [&before, &after].into_iter().filter(|side| side.is_invalid) {
        let name = &side.name;
        context.say(&format!("note: platform.toml of {name} is not valid; its cells are the folders below cluster/overlays"))?;
    }
    let (one, other) = both(&before, &after, args.cell.as_deref())?;
    let difference = compare::compare(&one.cells, &other.cells);
    for problem in &other.problems {
        context.draw(std::slice::from_ref(&problem.problem), &problem.sources)?;
    }
    let comparison = Comparison {
        difference: &difference,
        before: side(&before),
        after: side(&after),
    };
    match args.format {
        Format::Human => human(&comparison, context.out_colour, context.out)?,
        Format::Markdown => {
            let limit = usize::try_from(args.max_bytes).unwrap_or(usize::MAX);
            markdown(&comparison, limit, context.out)?;
        }
        Format::Json => json(&comparison, context.out)?,
    }
    let found = !other.problems.is_empty() || (args.exit_code && !difference.is_empty());
    Ok(if found { Exit::Findings } else { Exit::Done })
}

fn side(revision: &Revision) -> Side<'_> {
    Side {
        name: &revision.name,
        commit: revision.commit.as_deref(),
    }
}

/// The cells of one side, built.
#[derive(Default)]
struct Built {
    cells: Vec<Cell>,
    problems: Vec<Unreadable>,
}

/// Builds the cells of both sides.
fn both(before: &Revision, after: &Revision, only: Option<&str>) -> anyhow::Result<(Built, Built)> {
    let known = after.platform.as_ref().or(before.platform.as_ref());
    let Some(known) = known else {
        let message = format!(
            "neither {} nor {} has a valid platform.toml",
            before.name, after.name
        );
        return Err(Refusal::usage(message)
            .help("compare with a revision that this version of platformctl can read")
            .into());
    };
    let (mut one, mut other) = (before.cells()?, after.cells()?);
    if let Some(only) = only {
        let names: BTreeSet<&str> = one
            .iter()
            .chain(&other)
            .map(|(name, _)| name.as_str())
            .collect();
        if !names.contains(only) {
            return Err(
                Refusal::usage(format!("there is no cell `{only}` on either side"))
                    .help(known_words(only, names))
                    .into(),
            );
        }
        one.retain(|(name, _)| name == only);
        other.retain(|(name, _)| name == only);
    }
    Ok(rayon::join(
        || build(before, &one, known),
        || build(after, &other, known),
    ))
}

/// Builds cells in parallel. What they share is read and built once.
fn build(side: &Revision, cells: &[(String, String)], known: &Platform) -> Built {
    let platform = side.platform.as_ref().unwrap_or(known);
    let source = Source {
        repository: platform.repository.url.as_str(),
        branch: &platform.branch,
    };
    let builder = Builder::new(&*side.tree);
    let built: Vec<(Cell, Vec<Unreadable>)> = cells
        .par_iter()
        .map(|(name, folder)| deployed(&*side.tree, &builder, source, name, folder))
        .collect();
    let mut all = Built::default();
    for (cell, problems) in built {
        all.cells.push(cell);
        all.problems.extend(problems);
    }
    all
}
