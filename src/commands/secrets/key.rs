//! `secrets key`: the key pair of a cell. The certificate goes into the repository, the private key into a pipe.

use super::sealed::Asked;
use super::{AsOf, pipe, sealed};
use crate::commands::{Context, Exit, Refusal};
use crate::model::Secrets;
use crate::secrets::SealingKey;
use crate::tree::{self, Guard};
use std::collections::BTreeMap;

/// Arguments of `secrets key`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The cell, such as production/tr
    #[arg(value_name = "CELL")]
    pub cell: String,
    /// Make another key although there is one; every secret must then be sealed again
    #[arg(long, conflicts_with = "restore")]
    pub replace: bool,
    /// Make none: read the one that was kept from standard input, and check that it belongs to the repository's certificate
    #[arg(long)]
    pub restore: bool,
    #[command(flatten)]
    pub as_of: AsOf,
}

/// Writes the certificate into the repository, and the private key, as a Secret for the controller, to standard output.
///
/// # Errors
/// When standard output is a terminal, there is a key already, or a file cannot be written.
pub(super) fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let loaded = context.load()?;
    let asked = Asked::new(&loaded, &args.cell)?;
    if *asked.way() != Secrets::SealedSecrets {
        return Err(Refusal::usage(format!("the secrets of {} are not sealed", asked.name()))
            .help("only cells with `[components.secrets]` and `backend = \"sealed-secrets\"` have a sealing key, and never a laptop")
            .into());
    }
    let example = format!("platformctl secrets key {} | age -r … > key.age", args.cell);
    pipe::refuse_terminal(context, &example)?;
    if args.restore {
        return restore(&asked, context);
    }
    let guard = Guard::take(&loaded.root)?;
    let path = asked.cell.sealing_certificate();
    if !args.replace && tree::read(&loaded.root, &path)?.is_some() {
        return Err(Refusal::new(Exit::Blocked, format!("`{path}` is there already"))
            .help("with another key nothing that is sealed now can be opened: `--replace` makes one all the same")
            .into());
    }
    let today = args.as_of.today(context);
    context.say("making a key of 4096 bits: this takes a moment")?;
    let key = SealingKey::generate(asked.name(), today)?;
    // First the private key: a certificate without one would be sealed for in vain.
    let manifest = key.manifest(&loaded.platform.name);
    context.out.write_all(manifest.bytes())?;
    context.out.flush()?;
    let certificate = key.certificate().pem().to_owned();
    tree::replace(&guard, &BTreeMap::from([(path.clone(), Some(certificate))]))?;
    context.say(&format!("wrote {path}: commit it"))?;
    context.say(
        "The private key went to standard output and is nowhere else. Keep two copies where only those are who may read every\n\
         secret of this cell: without it the sealed secrets are lost together with the cluster.",
    )?;
    Ok(Exit::Done)
}

fn restore(asked: &Asked<'_>, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let example = format!(
        "age -d key.age | platformctl secrets key {} --restore",
        asked.name()
    );
    let Some(certificate) = sealed::certificate(&asked.loaded.root, asked.cell)? else {
        let path = asked.cell.sealing_certificate();
        return Err(Refusal::usage(format!("there is no `{path}`"))
            .help("take it back from Git; or make a new key without `--restore`")
            .into());
    };
    let kept = pipe::read(context, &example)?;
    let key = SealingKey::restore(&kept, certificate.pem())
        .map_err(|error| Refusal::usage(error.to_string()))?;
    let manifest = key.manifest(&asked.loaded.platform.name);
    context.out.write_all(manifest.bytes())?;
    context.out.flush()?;
    Ok(Exit::Done)
}
