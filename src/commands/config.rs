//! `config`: the resolved platform, every default filled in.

use super::{Context, Exit};
use clap::ValueEnum;

/// How to print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// YAML, for reading
    Human,
    /// JSON, for programs
    Json,
}

/// Arguments of `config`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// Prints the resolved platform.
///
/// # Errors
/// When the declaration is not valid or stdout cannot be written.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let loaded = context.load()?;
    let answer = serde_json::json!({ "version": 1, "platform": loaded.platform });
    match args.format {
        Format::Json => writeln!(context.out, "{}", serde_json::to_string_pretty(&answer)?)?,
        Format::Human => write!(
            context.out,
            "{}",
            serde_yaml::to_string(&answer["platform"])?
        )?,
    }
    Ok(Exit::Done)
}
