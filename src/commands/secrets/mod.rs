//! `secrets`: one file for each of its verbs, and here what they share.
//!
//! Plain text comes in through standard input and goes out through standard output, into a pipe; it is in no argument, no
//! environment variable, no file and no message.

mod generate;
mod key;
mod pipe;
mod rotate;
mod sealed;
mod set;
mod status;
mod told;

use super::validate::day;
use super::{Context, Exit};
use clap::{Subcommand, ValueEnum};
use jiff::civil::Date;

/// Arguments of `secrets`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs of `secrets`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make the key pair that a cell's secrets are sealed for
    Key(key::Args),
    /// Make the secrets that a cell lacks
    Generate(generate::Args),
    /// Give a secret that only a person knows; reads it from standard input
    Set(set::Args),
    /// Replace secrets by new ones
    Rotate(rotate::Args),
    /// Show what is missing, left over, shared between cells, or old
    Status(status::Args),
}

/// How to tell about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading
    Human,
    /// JSON, for programs
    Json,
}

/// The day on which something is done.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct AsOf {
    /// Do it as of this day, such as 2027-01-31; today if not given
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub as_of: Option<Date>,
}

impl AsOf {
    fn today(self, context: &Context<'_>) -> Date {
        self.as_of.unwrap_or(context.today)
    }
}

/// Does what was asked for.
///
/// # Errors
/// As each verb.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Key(args) => key::run(args, context),
        Command::Generate(args) => generate::run(args, context),
        Command::Set(args) => set::run(args, context),
        Command::Rotate(args) => rotate::run(args, context),
        Command::Status(args) => status::run(args, context),
    }
}
