//! `completions`: what a shell needs to complete commands and flags.

use super::{Context, Exit};
use crate::cli::Cli;
use clap::CommandFactory as _;
use clap_complete::Shell;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    pub shell: Shell,
}

/// Prints the completions.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "platformctl", &mut text);
    context.out.write_all(&text)?;
    Ok(Exit::Done)
}
