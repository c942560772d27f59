//! `schema`: the JSON schema of platform.toml, for editors.

use super::{Context, Exit};
use crate::spec::schema;

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Prints the schema.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(_: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    write!(context.out, "{}", schema::text())?;
    Ok(Exit::Done)
}
