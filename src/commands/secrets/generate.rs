//! `secrets generate`: what a cell lacks, on the way that its secrets take.

use super::sealed::{Asked, OnDisk};
use super::{AsOf, Format, pipe, sealed, told};
use crate::commands::{Context, Exit, Refusal};
use crate::model::Secrets;
use crate::secrets::{self, Cluster, SealedCell, Values, status};
use crate::tree::Guard;
use std::collections::BTreeSet;

/// Arguments of `secrets generate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The cell, such as production/tr
    #[arg(value_name = "CELL")]
    pub cell: String,
    /// Write nothing; say what would be made
    #[arg(long)]
    pub dry_run: bool,
    /// Where secrets are made straight into the cluster: read the ones it has from standard input, as `kubectl get secrets
    /// -o json` prints them, and write the missing ones to standard output
    #[arg(long, conflicts_with_all = ["from_cluster", "prune"])]
    pub direct: bool,
    /// Read the Secrets that the cluster has from standard input, and use their values where one is needed that is sealed
    /// already
    #[arg(long)]
    pub from_cluster: bool,
    /// Remove sealed secrets that nothing declares any more
    #[arg(long)]
    pub prune: bool,
    /// How to tell about sealed secrets
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    #[command(flatten)]
    pub as_of: AsOf,
}

/// Makes what is missing.
///
/// # Errors
/// When the cell's secrets take another way, what the cluster has contradicts itself, or a file cannot be written.
pub(super) fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let loaded = context.load()?;
    let asked = Asked::new(&loaded, &args.cell)?;
    match (asked.way(), args.direct) {
        (Secrets::Direct, true) | (Secrets::ExternalSecrets(_), false) => open(args, &asked, context),
        (Secrets::SealedSecrets, false) => seal(args, &asked, context),
        (Secrets::Direct, false) => Err(Refusal::usage(format!(
            "the secrets of {} are made straight into its cluster",
            asked.name()
        ))
        .help("the bootstrap script does it, with `--direct`")
        .help("to keep them sealed in the repository, add `[components.secrets]` to platform.toml; a laptop needs none")
        .into()),
        (_, true) => Err(Refusal::usage(format!(
            "the secrets of {} are not made straight into its cluster",
            asked.name()
        ))
        .help("leave `--direct` away")
        .into()),
    }
}

/// The Secrets that the cluster has, and their values.
fn cluster(asked: &Asked<'_>, context: &mut Context<'_>) -> anyhow::Result<(Cluster, Values)> {
    let example = format!(
        "kubectl get secrets -A -o json | platformctl secrets generate {}",
        asked.name()
    );
    let text = pipe::read(context, &example)?;
    let cluster = Cluster::parse(&text, &asked.graph).map_err(|e| Refusal::usage(e.to_string()))?;
    match cluster.known(&asked.graph) {
        Ok(known) => Ok((cluster, known)),
        Err(wrong) => Err(contradiction(&wrong).into()),
    }
}

fn contradiction(wrong: &[String]) -> Refusal {
    let mut refusal = Refusal::new(Exit::Blocked, "the cluster's Secrets contradict each other");
    refusal.help.extend(wrong.iter().cloned());
    refusal.help("delete the wrong ones and run again; what hangs together is made together")
}

/// Plain secrets for the cluster or for Vault.
fn open(args: &Args, asked: &Asked<'_>, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let flag = if args.direct { " --direct" } else { "" };
    let example = asked.example(&format!("generate {}{flag}", args.cell));
    if !args.dry_run {
        pipe::refuse_terminal(context, &example)?;
    }
    let (there, known) = if args.direct || args.from_cluster {
        cluster(asked, context)?
    } else {
        (Cluster::default(), Values::new())
    };
    let incomplete = there.incomplete(&asked.graph);
    if args.direct && !incomplete.is_empty() {
        let mut refusal = Refusal::new(Exit::Blocked, "Secrets of the cluster lack keys");
        refusal.help.extend(incomplete);
        return Err(refusal
            .help("nothing can be added to a Secret by creating it: delete it and run again")
            .into());
    }
    let path = |secret: &str| asked.vault_path(secret);
    let today = args.as_of.today(context);
    let opened = secrets::lacking(&asked.graph, &there, known, &asked.form(&path), today)?;
    if args.dry_run {
        for secret in &opened.secrets {
            writeln!(context.out, "would make {secret}")?;
        }
    } else {
        pipe::write(&opened, context)?;
        for secret in &opened.secrets {
            context.say(&format!("made Secret {secret}"))?;
        }
    }
    told::given(&opened.given, asked, context)?;
    Ok(Exit::Done)
}

fn seal(args: &Args, asked: &Asked<'_>, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let known = if args.from_cluster {
        cluster(asked, context)?.1
    } else {
        Values::new()
    };
    let loaded = asked.loaded;
    let guard = match args.dry_run {
        true => None,
        false => Some(Guard::take(&loaded.root)?),
    };
    let disk = OnDisk::read(&loaded.root, asked.cell)?;
    let cell = SealedCell {
        graph: &asked.graph,
        certificate: disk.certificate(asked.cell)?,
        files: &disk.files,
        known: &known,
        today: args.as_of.today(context),
    };
    let sealing = cell.generate()?;
    let orphans = status::orphans(&asked.graph, &disk.files);
    let pruned = if args.prune { orphans } else { BTreeSet::new() };
    if let Some(guard) = &guard {
        sealed::write(
            guard,
            &loaded.platform,
            asked.cell,
            &disk,
            &sealing,
            &pruned,
        )?;
    }
    match args.format {
        Format::Json => told::json(asked, args.dry_run, &sealing, &pruned, context)?,
        Format::Human => told::human(asked, args.dry_run, &sealing, &pruned, context)?,
    }
    Ok(sealed::exit(&sealing))
}
