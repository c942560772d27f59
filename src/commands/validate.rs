//! `validate`: judges the declaration and the repository by the rules.

use super::survey::{Survey, survey};
use super::{Context, Exit, Invalid, Loaded, Refusal};
use crate::diagnostic::{has_errors, known_words};
use crate::model::{Cell, Platform};
use crate::report::{self, Report};
use crate::residency::{self, Input};
use clap::ValueEnum;
use jiff::civil::Date;

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
    if found.shallow {
        context.say("note: this clone has no full history, so REP006 is not judged; fetch all commits (`fetch-depth: 0` in a workflow)")?;
    }
    let report = judge(&loaded, found, cell, args.as_of.unwrap_or(context.today))
        .colored(context.out_colour);
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

fn judge(loaded: &Loaded, found: Survey, cell: Option<&Cell>, as_of: Date) -> Report {
    let input = Input {
        platform: &loaded.platform,
        document: &loaded.document,
        as_of,
        cell: cell.map(|cell| &cell.name),
        policy: found.policy.as_deref(),
        tree: Some(&found.tree),
    };
    let mut findings = residency::judge(&input);
    findings.extend(found.problems);
    Report::new(findings, found.sources)
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
