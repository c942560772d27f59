//! `verify`: comes to the result of a report again, or says what is different.
#![expect(
    clippy::disallowed_methods,
    reason = "a report is read from wherever the user keeps it"
)]

use super::judging::{Question, judging};
use super::validate::{day, find};
use super::{Context, Exit, Invalid, Loaded, Refusal};
use crate::digest::Digest;
use crate::report::audit::{Audit, Recorded};
use crate::{spec, workspace};
use anyhow::Context as _;
use std::path::PathBuf;

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A residency-report.json that `validate --report` wrote
    pub report: PathBuf,
}

/// Judges the repository as of the day of the report, and compares.
///
/// # Errors
/// When the report is none, or a file cannot be read.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let path = context.directory.join(&args.report);
    let text = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let text = String::from_utf8_lossy(&text);
    let recorded = Recorded::parse(&text).map_err(|why| {
        Refusal::usage(format!(
            "{} is no report of platformctl: {why}",
            path.display()
        ))
        .help("name the residency-report.json that `platformctl validate --report DIR` wrote")
    })?;
    let as_of = recorded.as_of().unwrap_or_default();
    let as_of = day(as_of)
        .map_err(|_| Refusal::usage("the report does not say as of which day it was judged"))?;
    let loaded = match context.load() {
        Ok(loaded) => loaded,
        Err(error) => return not_valid(&recorded, error, context),
    };
    let cell = match recorded.cell() {
        Some(name) => Some(find(&loaded.platform, name)?),
        None => None,
    };
    let question = Question {
        cell: cell.map(|cell| &cell.name),
        as_of,
        hashes: true,
    };
    let audit = judging(&loaded, question, context, |material, _| {
        Audit::of(material)
    })?;
    compare(&recorded, &audit, &loaded, context)
}

fn compare(
    recorded: &Recorded,
    audit: &Audit,
    loaded: &Loaded,
    context: &mut Context<'_>,
) -> anyhow::Result<Exit> {
    let now = format!("sha256:{}", audit.digest);
    if recorded.is_intact() && recorded.digest == now {
        if !context.quiet {
            writeln!(
                context.out,
                "reproduced: {} {} (as of {})\n{now}, from {} files",
                loaded.platform.name,
                audit.body.verdict.text,
                audit.body.header.as_of,
                audit.body.inputs.len()
            )?;
        }
        return Ok(Exit::Done);
    }
    let mut lines = Vec::new();
    if !recorded.is_intact() {
        lines.push(
            "the report was changed after it was written: its digest is not that of what it says"
                .to_owned(),
        );
    }
    lines.extend(recorded.differences(&audit.value));
    writeln!(
        context.out,
        "not reproduced: {} difference{}",
        lines.len(),
        if lines.len() == 1 { "" } else { "s" }
    )?;
    for line in lines {
        writeln!(context.out, "- {}", visible(&line))?;
    }
    writeln!(
        context.out,
        "then {}\nnow  {now}",
        visible(&recorded.digest)
    )?;
    Ok(Exit::Findings)
}

/// A declaration that is not valid is a difference when it is not the one that was judged.
fn not_valid(
    recorded: &Recorded,
    error: anyhow::Error,
    context: &mut Context<'_>,
) -> anyhow::Result<Exit> {
    let Some(invalid) = error.downcast_ref::<Invalid>() else {
        return Err(error);
    };
    let Some(root) = workspace::find(&context.directory)? else {
        return Err(error);
    };
    let now = Digest::of(workspace::read_declaration(&root)?.as_bytes()).to_string();
    if recorded.input(spec::FILE) == Some(now.as_str()) {
        return Err(error);
    }
    context.draw(&invalid.diagnostics, &invalid.sources)?;
    writeln!(
        context.out,
        "not reproduced: `{}` is not the file that was judged, and it is not valid",
        spec::FILE
    )?;
    Ok(Exit::Findings)
}

/// A report may be from anybody: nothing in it may steer a terminal.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
