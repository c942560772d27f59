//! `build`: the manifests of a cell, one of its units or any directory, as `kustomize build` prints them.

use super::on_disk::OnDisk;
use super::{Context, Exit, Refusal};
use crate::diagnostic::known_words;
use crate::kustomize::Builder;
use crate::workspace;
use anyhow::Context as _;
use std::path::{Path, PathBuf};

/// Arguments of `build`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The cell, such as production/tr
    #[arg(value_name = "CELL", required_unless_present = "path")]
    pub cell: Option<String>,
    /// One of its units: a service or a component; without it the cell's root is built
    #[arg(value_name = "UNIT")]
    pub unit: Option<String>,
    /// Build any directory with a kustomization.yaml instead
    #[arg(long, value_name = "DIR", conflicts_with_all = ["cell", "unit"])]
    pub path: Option<PathBuf>,
}

/// Builds and writes the manifests to stdout, warnings to stderr.
///
/// # Errors
/// When there is no such cell or directory, or a file cannot be read.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let (root, folder) = match (&args.path, &args.cell) {
        (Some(path), _) => any(&context.directory.join(path), path)?,
        (None, cell) => cell_folder(cell.as_deref().unwrap_or_default(), args, context)?,
    };
    let files = OnDisk::new(&root).with_context(|| format!("looking into {}", root.display()))?;
    let folder = match files.folder(&folder) {
        Ok(Some(folder)) => folder,
        Ok(None) => {
            let message = format!("{} is not below {}", folder.display(), root.display());
            return Err(Refusal::usage(message).into());
        }
        Err(error) => {
            let message = format!("{} cannot be built: {error}", folder.display());
            return Err(Refusal::usage(message)
                .help("`platformctl render` writes the overlays of all cells")
                .into());
        }
    };
    let builder = Builder::new(&files);
    let built = match builder.build(&folder) {
        Ok(built) => built,
        Err(problem) => {
            context.draw(&[*problem], &builder.sources())?;
            return Ok(Exit::Findings);
        }
    };
    if !context.quiet {
        context.draw(&built.warnings, &builder.sources())?;
    }
    context.out.write_all(built.yaml().as_bytes())?;
    Ok(Exit::Done)
}

/// A directory, and the repository around it, outside of which nothing is read; without one the whole disk.
fn any(path: &Path, written: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    let Ok(found) = workspace::find(path) else {
        let message = format!("there is no directory {}", written.display());
        return Err(Refusal::usage(message).into());
    };
    let root = found.unwrap_or_else(|| {
        let top = path.ancestors().last().unwrap_or(path);
        top.to_path_buf()
    });
    Ok((root, path.to_path_buf()))
}

fn cell_folder(
    name: &str,
    args: &Args,
    context: &Context<'_>,
) -> anyhow::Result<(PathBuf, PathBuf)> {
    let loaded = context.load()?;
    let Some(cell) = loaded.platform.cell(name) else {
        let known = loaded.platform.cells.iter().map(|cell| cell.name.as_str());
        let message = format!("there is no cell `{name}`");
        return Err(Refusal::usage(message)
            .help(known_words(name, known))
            .into());
    };
    let mut folder = loaded.root.join(cell.overlay());
    if let Some(unit) = &args.unit {
        folder.push(unit);
    }
    Ok((loaded.root, folder))
}
