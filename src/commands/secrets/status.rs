//! `secrets status`: what is missing, left over, the same in two cells, or old.

use super::sealed::OnDisk;
use super::{AsOf, Format};
use crate::commands::{Context, Exit, validate};
use crate::model::{Cell, Secrets};
use crate::secrets::Graph;
use crate::secrets::status::{Kind, Looked, Remark, Row, look, rows};
use serde::Serialize;
use std::io::Write;

/// Arguments of `secrets status`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Tell about one cell only, such as production/tr; what it shares with others is found all the same
    #[arg(value_name = "CELL")]
    pub cell: Option<String>,
    /// Name secrets that are older than this many days
    #[arg(long, value_name = "DAYS", default_value_t = 365)]
    pub older_than: u32,
    /// How to tell about it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    #[command(flatten)]
    pub as_of: AsOf,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Told<'a> {
    version: u32,
    cells: Vec<ToldCell<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ToldCell<'a> {
    cell: &'a str,
    way: &'static str,
    secrets: Vec<Row>,
    remarks: Vec<&'a Remark>,
}

/// Looks at the sealed Secrets of all cells and tells about those asked for.
///
/// # Errors
/// When there is no such cell, or a file cannot be read.
pub(super) fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let loaded = context.load()?;
    let platform = &loaded.platform;
    let only = match &args.cell {
        Some(name) => Some(&validate::find(platform, name)?.name),
        None => None,
    };
    let today = args.as_of.today(context);
    let mut read: Vec<(&Cell, Graph, OnDisk)> = Vec::new();
    for cell in &platform.cells {
        if *platform.secrets_of(cell) == Secrets::SealedSecrets {
            let graph = Graph::new(&cell.credentials)?;
            read.push((cell, graph, OnDisk::read(&loaded.root, cell)?));
        }
    }
    let looked: Vec<Looked<'_>> = read
        .iter()
        .map(|(cell, graph, disk)| Looked {
            cell: &cell.name,
            graph,
            certificate: disk.certificate.as_ref(),
            files: &disk.files,
            listed: &disk.listed,
        })
        .collect();
    let remarks = look(&looked, today, i64::from(args.older_than));
    let is_asked = |cell: &&Cell| only.is_none_or(|only| *only == cell.name);
    let cells = platform.cells.iter().filter(is_asked).map(|cell| {
        let sealed = read.iter().find(|(other, ..)| other.name == cell.name);
        ToldCell {
            cell: &cell.name,
            way: way(platform.secrets_of(cell)),
            secrets: sealed.map_or_else(Vec::new, |(.., disk)| rows(&disk.files, today)),
            remarks: remarks
                .iter()
                .filter(|remark| remark.cell == cell.name.as_str())
                .collect(),
        }
    });
    let told = Told {
        version: 1,
        cells: cells.collect(),
    };
    match args.format {
        Format::Human => human(&told, context)?,
        Format::Json => {
            serde_json::to_writer_pretty(&mut *context.out, &told)?;
            writeln!(context.out)?;
        }
    }
    let mut all = told.cells.iter().flat_map(|cell| &cell.remarks);
    Ok(if all.any(|remark| remark.kind.is_failure()) {
        Exit::Findings
    } else {
        Exit::Done
    })
}

fn way(secrets: &Secrets) -> &'static str {
    match secrets {
        Secrets::Direct => "direct",
        Secrets::SealedSecrets => "sealed-secrets",
        Secrets::ExternalSecrets(_) => "external-secrets",
    }
}

fn human(told: &Told<'_>, context: &mut Context<'_>) -> std::io::Result<()> {
    let quiet = context.quiet;
    for cell in &told.cells {
        if !quiet {
            write_cell(cell, context.out)?;
        }
        for remark in &cell.remarks {
            let place = match (remark.secret.as_str(), remark.key.as_str()) {
                ("", _) => cell.cell.to_owned(),
                (secret, "") => format!("{}: {secret}", cell.cell),
                (secret, key) => format!("{}: {secret} {key}", cell.cell),
            };
            let word = word(remark.kind);
            writeln!(context.out, "{word:<9} {place}: {}", remark.text)?;
        }
    }
    Ok(())
}

fn write_cell(cell: &ToldCell<'_>, out: &mut dyn Write) -> std::io::Result<()> {
    match cell.way {
        "direct" => {
            return writeln!(
                out,
                "{}: made straight into the cluster, nothing is kept here",
                cell.cell
            );
        }
        "external-secrets" => {
            return writeln!(out, "{}: kept in Vault, nothing is kept here", cell.cell);
        }
        _ => {}
    }
    let oldest = cell.secrets.iter().filter_map(|row| row.age).max();
    let age = oldest.map_or_else(String::new, |days| {
        format!(", the oldest value {days} days old")
    });
    writeln!(
        out,
        "{}: {} sealed Secrets{age}",
        cell.cell,
        cell.secrets.len()
    )
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::NoKey => "no key",
        Kind::Missing => "missing",
        Kind::NotSet => "not set",
        Kind::Wrong => "wrong",
        Kind::Orphaned => "orphaned",
        Kind::Unlisted => "unlisted",
        Kind::Shared => "shared",
        Kind::Expired => "expired",
        Kind::Expiring => "expiring",
        Kind::Old => "old",
    }
}
