//! What can be typed: the command, its global flags, and the way from a verb to its file under `commands`.

use crate::commands::{self, Context, Exit};
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Renders the platform repository that Argo CD deploys, proves where its data stays, and promotes releases.
///
/// Exit codes: 0 done or nothing to do; 1 findings, drift, or refused by policy; 2 wrong usage or an invalid
/// platform.toml; 3 something outside failed and may be tried again; 4 blocked by something a person did.
#[derive(Debug, Parser)]
#[command(
    name = "platformctl",
    version,
    long_version = concat!(env!("CARGO_PKG_VERSION"), "\nbuilds like kustomize v5.8.1"),
    propagate_version = true,
    max_term_width = 110
)]
pub struct Cli {
    /// Run as if started in this directory
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        global = true,
        help_heading = "Global options"
    )]
    pub directory: Option<PathBuf>,
    /// When to use colour
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        global = true,
        help_heading = "Global options"
    )]
    pub color: Color,
    /// Say only what is wrong
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,
    /// Say more: name the files that are written, removed or kept
    #[arg(
        short,
        long,
        conflicts_with = "quiet",
        global = true,
        help_heading = "Global options"
    )]
    pub verbose: bool,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a platform repository in a new directory
    Init(commands::init::Args),
    /// Write the files that platform.toml declares
    Render(commands::render::Args),
    /// Print the manifests of a cell as `kustomize build` would
    Build(commands::build::Args),
    /// Show what changes in the clusters between two revisions
    Diff(commands::diff::Args),
    /// Move image digests from one environment to the next, through a pull request
    Promote(commands::promote::Args),
    /// Put a new image digest of a service into an environment, through a pull request
    Release(commands::release::Args),
    /// Show which service runs what in which cell
    Status(commands::status::Args),
    /// Make, seal and look after the secrets of a cell
    Secrets(commands::secrets::Args),
    /// Judge the declaration and the repository by the rules
    Validate(commands::validate::Args),
    /// Come to the result of a report again, or say what is different
    Verify(commands::verify::Args),
    /// Explain a rule or an error by its id, or a file
    Explain(commands::explain::Args),
    /// Print the resolved platform, every default filled in
    Config(commands::config::Args),
    /// Print the JSON schema of platform.toml
    Schema(commands::schema::Args),
    /// Print completions for a shell
    Completions(commands::completions::Args),
}

/// Carries out what was typed.
///
/// # Errors
/// Whatever stops the command; see [`commands::report_error`] for how it becomes an exit code.
pub fn run(cli: &Cli, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    match &cli.command {
        Command::Init(args) => commands::init::run(args, context),
        Command::Render(args) => commands::render::run(args, context),
        Command::Build(args) => commands::build::run(args, context),
        Command::Diff(args) => commands::diff::run(args, context),
        Command::Promote(args) => commands::promote::run(args, context),
        Command::Release(args) => commands::release::run(args, context),
        Command::Status(args) => commands::status::run(args, context),
        Command::Secrets(args) => commands::secrets::run(args, context),
        Command::Validate(args) => commands::validate::run(args, context),
        Command::Verify(args) => commands::verify::run(args, context),
        Command::Explain(args) => commands::explain::run(args, context),
        Command::Config(args) => commands::config::run(args, context),
        Command::Schema(args) => commands::schema::run(args, context),
        Command::Completions(args) => commands::completions::run(args, context),
    }
}
