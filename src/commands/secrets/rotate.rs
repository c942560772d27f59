//! `secrets rotate`: new values for what hangs together, and what has to be done then.

use super::sealed::{Asked, OnDisk};
use super::{AsOf, pipe, sealed};
use crate::commands::{Context, Exit};
use crate::model::Secrets;
use crate::secrets::{self, SealedCell, Values};
use crate::tree::Guard;
use std::collections::BTreeSet;

/// Arguments of `secrets rotate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The cell, such as production/tr
    #[arg(value_name = "CELL")]
    pub cell: String,
    /// The Secret whose values are replaced, with all that hangs together with them; all Secrets if not given
    #[arg(value_name = "SECRET")]
    pub secret: Option<String>,
    /// Write nothing; say what would be replaced
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub as_of: AsOf,
}

/// Makes new values and seals them; or, where secrets are not sealed, writes them to standard output. What a person gave
/// stays.
///
/// # Errors
/// When there is no such Secret, standard output is a terminal, or a file cannot be written.
pub(super) fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let loaded = context.load()?;
    let asked = Asked::new(&loaded, &args.cell)?;
    if let Some(secret) = &args.secret {
        asked.check_secret(secret)?;
    }
    let today = args.as_of.today(context);
    let secret = args.secret.as_deref();
    let touched = if *asked.way() == Secrets::SealedSecrets {
        let guard = match args.dry_run {
            true => None,
            false => Some(Guard::take(&loaded.root)?),
        };
        let disk = OnDisk::read(&loaded.root, asked.cell)?;
        let none = Values::new();
        let cell = SealedCell {
            graph: &asked.graph,
            certificate: disk.certificate(asked.cell)?,
            files: &disk.files,
            known: &none,
            today,
        };
        let sealing = cell.rotate(secret)?;
        if let Some(guard) = &guard {
            let none = BTreeSet::new();
            sealed::write(guard, &loaded.platform, asked.cell, &disk, &sealing, &none)?;
        }
        let places = sealing.sealed.iter();
        places.map(|place| place.at.secret.clone()).collect()
    } else {
        let name = secret.map_or_else(String::new, |secret| format!(" {secret}"));
        if !args.dry_run {
            pipe::refuse_terminal(
                context,
                &asked.example(&format!("rotate {}{name}", args.cell)),
            )?;
        }
        let path = |secret: &str| asked.vault_path(secret);
        let opened = secrets::renewed(&asked.graph, secret, &asked.form(&path), today)?;
        if !args.dry_run {
            pipe::write(&opened, context)?;
        }
        opened.secrets
    };
    tell(&asked, args.dry_run, &touched, context)?;
    Ok(Exit::Done)
}

/// What was replaced and what has to be done then; on stderr, because stdout may be full of secrets.
fn tell(
    asked: &Asked<'_>,
    dry_run: bool,
    touched: &BTreeSet<String>,
    context: &mut Context<'_>,
) -> std::io::Result<()> {
    let replaced = if dry_run { "would replace" } else { "replaced" };
    if touched.is_empty() {
        context.say("nothing to replace: only a person knows it, see `platformctl secrets set`")?;
    }
    for secret in touched {
        let note = match asked.graph.note(secret) {
            "" => String::new(),
            note => format!("; once it is in the cluster: {note}"),
        };
        context.say(&format!("{replaced} {secret}{note}"))?;
    }
    Ok(())
}
