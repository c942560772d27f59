//! `validate`: judges the declaration and the repository by the rules.

use super::on_disk::OnDisk;
use super::survey::{Survey, survey};
use super::{Context, Exit, Invalid, Loaded, Refusal};
use crate::diagnostic::{has_errors, known_words};
use crate::facts::{Facts, Repository};
use crate::kustomize::Builder;
use crate::model::{Cell, Platform};
use crate::repo::Repo;
use crate::report::{self, Report};
use crate::residency::{self, Input, Judgement};
use anyhow::Context as _;
use clap::ValueEnum;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

/// How to write the findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Pictures of the lines, for reading
    Human,
    /// JSON, for programs
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

impl From<Format> for report::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Human => Self::Human,
            Format::Json => Self::Json,
            Format::Sarif => Self::Sarif,
            Format::Github => Self::Github,
        }
    }
}

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to write the findings
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Judge one cell only, such as production/tr
    #[arg(long, value_name = "CELL")]
    pub cell: Option<String>,
    /// Judge expiry dates as of this day, such as 2027-01-31; today if not given
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<Date>,
}

/// A day as it is typed.
pub(super) fn day(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| "a day is written year-month-day, such as 2027-01-31".to_owned())
}

/// Judges the platform and writes the findings to stdout.
///
/// # Errors
/// When the declaration is not valid, there is no such cell, or a file cannot be read.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let loaded = match context.load() {
        Ok(loaded) => loaded,
        Err(error) => return invalid(args.format, error, context),
    };
    let cell = match &args.cell {
        Some(name) => Some(find(&loaded.platform, name)?),
        None => None,
    };
    let found = survey(&loaded)?;
    let files = OnDisk::new(&loaded.root)
        .with_context(|| format!("looking into {}", loaded.root.display()))?;
    let repository = Repository::new(sizes(&loaded, &files)?, &files);
    let builder = Builder::new(&files);
    let facts = Facts::gather(
        &loaded.platform,
        &builder,
        &repository,
        cell.map(|cell| &cell.name),
    );
    if found.shallow {
        context.say("note: this clone has no full history, so REP006 is not judged; fetch all commits (`fetch-depth: 0` in a workflow)")?;
    }
    let input = Input {
        platform: &loaded.platform,
        document: &loaded.document,
        as_of: args.as_of.unwrap_or(context.today),
        cell: cell.map(|cell| &cell.name),
        policy: found.policy.as_deref(),
        tree: Some(&found.tree),
        facts: Some(&facts),
    };
    let judgement = residency::judge(&input);
    let report = report(judgement, found, &facts, &builder).colored(context.out_colour);
    let clean = report.diagnostics().is_empty();
    if !(clean && context.quiet && args.format == Format::Human) {
        report::Format::from(args.format).write(&report, context.out)?;
    }
    Ok(if has_errors(report.diagnostics()) {
        Exit::Findings
    } else {
        Exit::Done
    })
}

/// The sizes of the files that Git has or would have.
fn sizes(loaded: &Loaded, files: &OnDisk) -> anyhow::Result<BTreeMap<String, u64>> {
    let repo = Repo::discover(&loaded.root)?;
    // Paths are ignored relative to the top of the work tree, which may be above the platform.
    let above = repo
        .as_ref()
        .and_then(Repo::root)
        .and_then(|top| loaded.root.strip_prefix(&top).ok().map(Path::to_path_buf));
    files
        .sizes(|path| match (&repo, &above) {
            (Some(repo), Some(above)) => repo.ignores(&above.join(path).to_string_lossy()),
            _ => false,
        })
        .with_context(|| format!("looking into {}", loaded.root.display()))
}

/// What is to be said, with the texts of the files that it points into.
fn report(judgement: Judgement, found: Survey, facts: &Facts<'_>, builder: &Builder<'_>) -> Report {
    let mut findings = judgement.findings;
    findings.extend(found.problems);
    for cell in &facts.cells {
        findings.extend(cell.problems.iter().cloned());
        findings.extend(cell.warnings.iter().cloned());
    }
    let mut sources = found.sources;
    let places = findings.iter().flat_map(|finding| &finding.labels);
    for path in places.map(|label| &label.location.path) {
        if sources.text(path).is_some() {
            continue;
        }
        let read = builder
            .text(path)
            .and_then(|bytes| String::from_utf8(bytes.to_vec()).ok())
            .or_else(|| facts.repository.text(path));
        if let Some(text) = read {
            sources.insert(path, text);
        }
    }
    Report::new(findings, sources)
}

/// A declaration that is not valid is a report as well, for those who read one.
fn invalid(
    format: Format,
    error: anyhow::Error,
    context: &mut Context<'_>,
) -> anyhow::Result<Exit> {
    match error.downcast::<Invalid>() {
        Ok(invalid) if format != Format::Human => {
            let report = Report::new(invalid.diagnostics, invalid.sources);
            report::Format::from(format).write(&report, context.out)?;
            Ok(Exit::Usage)
        }
        Ok(invalid) => Err(invalid.into()),
        Err(error) => Err(error),
    }
}

/// A cell by its name.
pub(super) fn find<'a>(platform: &'a Platform, name: &str) -> anyhow::Result<&'a Cell> {
    platform.cell(name).ok_or_else(|| {
        let known = platform.cells.iter().map(|cell| cell.name.as_str());
        Refusal::usage(format!("there is no cell `{name}`"))
            .help(known_words(name, known))
            .into()
    })
}
