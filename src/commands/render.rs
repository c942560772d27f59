//! `render`: the files that platform.toml declares, written or compared.

use super::{Context, Exit, Loaded, Refusal};
use crate::diagnostic::Severity;
use crate::model::{self, Platform};
use crate::plan::{self, Plan};
use crate::residency;
use crate::tree::{self, Mode, Outcome, Show};
use crate::ui::Progress;
use std::path::Path;

/// Arguments of `render`.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// Write nothing; show what differs, and exit 1 if anything does
    #[arg(long, group = "mode")]
    pub check: bool,
    /// Write nothing; show what differs
    #[arg(long, group = "mode")]
    pub diff: bool,
    /// Write nothing; name the files that would be written or removed
    #[arg(long, group = "mode")]
    pub dry_run: bool,
    /// Give up edits that were made by hand to generated files
    #[arg(long, conflicts_with = "mode")]
    pub force: bool,
    /// Record the residency policy of platform.toml as approved (rule RES009)
    #[arg(long, conflicts_with = "mode")]
    pub accept_policy: bool,
}

/// Renders, or shows what rendering would change.
///
/// # Errors
/// When the declaration is not valid, another render is running, or a file cannot be read or written.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let loaded = context.load()?;
    if !context.quiet {
        let notes = model::notes(&loaded.platform, &loaded.document);
        context.draw(&notes, &loaded.sources())?;
    }
    let Loaded { root, platform, .. } = loaded;
    let plan = plan::build(&platform)?;
    let mode = match (args.check, args.diff, args.dry_run) {
        (true, ..) => Mode::Check,
        (_, true, _) => Mode::Diff,
        (.., true) => Mode::DryRun,
        _ => Mode::Apply { force: args.force },
    };
    let policy = policy_to_record(args, &root, &platform)?;
    let outcome = carry_out(
        &root,
        &plan,
        policy.as_deref(),
        mode,
        context,
        context.quiet,
    )?;
    if context.verbose && matches!(mode, Mode::Apply { .. }) {
        let (colour, names) = (context.out_colour, Show::Names);
        tree::show(&outcome.changes, &plan, &root, names, colour, context.out)?;
    }
    context.draw(&outcome.diagnostics, &outcome.changes.sources)?;
    Ok(exit(mode, &outcome))
}

/// The first render of a repository: everything in it is new.
///
/// # Errors
/// When a file cannot be written.
pub fn first(
    root: &Path,
    plan: &Plan,
    platform: &Platform,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let policy = residency::policy_hash(platform);
    let outcome = carry_out(
        root,
        plan,
        Some(&policy),
        Mode::Apply { force: false },
        context,
        true,
    )?;
    if outcome
        .diagnostics
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        context.draw(&outcome.diagnostics, &outcome.changes.sources)?;
        return Err(
            Refusal::new(Exit::Blocked, "the repository could not be written whole").into(),
        );
    }
    Ok(())
}

/// The policy is recorded once, and again only when somebody says so: a change of it must not pass by itself.
fn policy_to_record(
    args: &Args,
    root: &Path,
    platform: &Platform,
) -> anyhow::Result<Option<String>> {
    let recorded = match tree::recorded(root)? {
        Ok(lock) => lock.is_some_and(|lock| lock.policy().is_some()),
        // A damaged lock stops the render itself.
        Err(_) => true,
    };
    Ok((args.accept_policy || !recorded).then(|| residency::policy_hash(platform)))
}

fn carry_out(
    root: &Path,
    plan: &Plan,
    policy: Option<&str>,
    mode: Mode,
    context: &mut Context<'_>,
    quiet: bool,
) -> anyhow::Result<Outcome> {
    let progress = std::sync::Mutex::new(Progress::new("Writing", !context.quiet));
    let advance = |done: usize, total: usize| {
        if let Ok(mut progress) = progress.lock() {
            progress.at(done, total);
        }
    };
    let mut silence = std::io::sink();
    let out: &mut dyn std::io::Write = if quiet && matches!(mode, Mode::Apply { .. }) {
        &mut silence
    } else {
        context.out
    };
    tree::carry_out(root, plan, policy, mode, context.out_colour, out, &advance)
}

fn exit(mode: Mode, outcome: &Outcome) -> Exit {
    match mode {
        _ if outcome.refused() => Exit::Blocked,
        Mode::Check if outcome.drift => Exit::Findings,
        Mode::Apply { .. } if outcome.kept() => Exit::Blocked,
        _ => Exit::Done,
    }
}
