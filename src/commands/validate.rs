//! `validate`: judges the declaration and the repository by the rules.

use super::judging::{Question, judging};
use super::{Context, Exit, Invalid, Refusal, report_files};
use crate::diagnostic::{has_errors, known_words};
use crate::model::{Cell, Platform};
use crate::report::audit::{Audit, Material};
use crate::report::{self, Report};
use clap::ValueEnum;
use jiff::civil::Date;
use std::path::PathBuf;

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
    /// Write the evidence for an auditor into this folder: residency-report.json, residency-report.html and residency.sarif
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
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
    let question = Question {
        cell: cell.map(|cell| &cell.name),
        as_of: args.as_of.unwrap_or(context.today),
        hashes: args.report.is_some(),
    };
    judging(&loaded, question, context, |material, context| {
        answer(args, material, context)
    })
}

/// Writes what was found, and the report for an auditor where one is wanted.
fn answer(args: &Args, material: &Material<'_>, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let report = material.report.clone().colored(context.out_colour);
    let clean = report.diagnostics().is_empty();
    if !(clean && context.quiet && args.format == Format::Human) {
        report::Format::from(args.format).write(&report.without_hashes(), context.out)?;
    }
    if let Some(folder) = &args.report {
        let folder = context.directory.join(folder);
        let audit = Audit::of(material)?;
        report_files::write(&folder, &audit, material.report)?;
        context.say(&format!(
            "report: {} in {} (sha256:{})",
            audit.body.verdict.text,
            folder.display(),
            audit.digest
        ))?;
    }
    Ok(if has_errors(material.report.diagnostics()) {
        Exit::Findings
    } else {
        Exit::Done
    })
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
