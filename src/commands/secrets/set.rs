//! `secrets set`: a value that only a person knows.

use super::sealed::{Asked, OnDisk};
use super::{AsOf, pipe, sealed};
use crate::commands::{Context, Exit, Refusal};
use crate::model::Secrets;
use crate::model::credentials::Value;
use crate::secrets::{self, KeyRef, Plain, SealedCell, Values};
use crate::tree::Guard;
use std::collections::BTreeSet;

/// Arguments of `secrets set`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The cell, such as production/tr
    #[arg(value_name = "CELL")]
    pub cell: String,
    /// The Secret, such as smtp
    #[arg(value_name = "SECRET")]
    pub secret: String,
    /// The key in it, such as password
    #[arg(value_name = "KEY")]
    pub key: String,
    #[command(flatten)]
    pub as_of: AsOf,
}

/// Reads the value from standard input, without the line break at its end, and seals it; or, where secrets are not sealed,
/// writes what brings it to its place to standard output.
///
/// # Errors
/// When the key is not one that a person gives, standard input is a terminal or empty, or a file cannot be written.
pub(super) fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let loaded = context.load()?;
    let asked = Asked::new(&loaded, &args.cell)?;
    let at = check(&asked, args)?;
    let is_sealed = *asked.way() == Secrets::SealedSecrets;
    let arguments = format!("set {} {} {}", args.cell, args.secret, args.key);
    if !is_sealed {
        pipe::refuse_terminal(context, &asked.example(&arguments))?;
    }
    let example = format!("read -rs V && printf %s \"$V\" | platformctl secrets {arguments}");
    let value = without_line_break(pipe::read(context, &example)?);
    if value.bytes().is_empty() {
        return Err(Refusal::usage("standard input is empty").into());
    }
    if !is_sealed {
        let path = |secret: &str| asked.vault_path(secret);
        let opened = secrets::given(&asked.graph, &at, &value, &asked.form(&path))?;
        pipe::write(&opened, context)?;
        return Ok(Exit::Done);
    }
    let guard = Guard::take(&loaded.root)?;
    let disk = OnDisk::read(&loaded.root, asked.cell)?;
    let none = Values::new();
    let cell = SealedCell {
        graph: &asked.graph,
        certificate: disk.certificate(asked.cell)?,
        files: &disk.files,
        known: &none,
        today: args.as_of.today(context),
    };
    let sealing = cell.set(&at, &value)?;
    sealed::write(
        &guard,
        &loaded.platform,
        asked.cell,
        &disk,
        &sealing,
        &BTreeSet::new(),
    )?;
    for place in &sealing.sealed {
        context.say(&format!("sealed {} in {}", place.at, place.namespace))?;
    }
    Ok(Exit::Done)
}

fn check(asked: &Asked<'_>, args: &Args) -> anyhow::Result<KeyRef> {
    asked.check_secret(&args.secret)?;
    let at = KeyRef::new(&args.secret, &args.key);
    match asked.graph.source(&at) {
        None => Err(Refusal::usage(format!(
            "Secret `{}` has no key `{}`",
            args.secret, args.key
        ))
        .into()),
        Some((_, source)) if !matches!(source.value, Value::Given) => {
            Err(Refusal::usage(format!("`{at}` is not for a person to set"))
                .help(format!(
                    "platformctl makes it: `platformctl secrets rotate {} {}` replaces it",
                    args.cell, args.secret
                ))
                .into())
        }
        Some(_) => Ok(at),
    }
}

/// Programs that print a value end it with a line break, which belongs to none.
fn without_line_break(value: Plain) -> Plain {
    let bytes = value.bytes();
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    Plain::new(bytes.to_vec())
}
