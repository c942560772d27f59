//! Building against one process of kustomize for every overlay, and `validate`.

use crate::BINARY;
use crate::measure::{Cost, cpu_seconds, measure, peak_mib, seconds, utf8};
use crate::platforms::{COUNTRIES, ENVIRONMENTS, declaration};
use anyhow::{Context as _, ensure};
use platformctl::commands::on_disk::OnDisk;
use platformctl::kustomize::Builder;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// First argument of this program when it builds every overlay of a tree and writes the manifests nowhere.
pub(crate) const BUILD: &str = "--build-all";

/// The program that is compared with, from `PATH`; the version matters.
const PEER: &str = "kustomize";

/// Builds every overlay below a tree, as `platformctl build` does it for one, and counts what comes out.
pub(crate) fn build_here(folders: &[String]) -> anyhow::Result<()> {
    let [tree] = folders else {
        anyhow::bail!("one tree is built");
    };
    let tree = Path::new(tree);
    let files = OnDisk::new(tree)?;
    let builder = Builder::new(&files);
    let mut bytes = 0;
    for folder in overlays(tree)? {
        let relative = utf8(folder.strip_prefix(tree)?)?;
        let built = builder
            .build(relative)
            .map_err(|problem| anyhow::anyhow!("{relative}: {}", problem.message))?;
        bytes += built.yaml().len();
    }
    ensure!(bytes > 0, "nothing was built");
    println!("{bytes}");
    Ok(())
}

/// The folders that Argo CD builds: the root of each cell and its units.
fn overlays(tree: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for environment in ENVIRONMENTS {
        for country in COUNTRIES {
            let cell = tree
                .join("cluster/overlays")
                .join(environment)
                .join(country.to_lowercase());
            let units = std::fs::read_dir(&cell)
                .with_context(|| format!("looking into {}", cell.display()))?;
            for unit in units {
                let unit = unit?.path();
                if unit.join("kustomization.yaml").is_file() {
                    found.push(unit);
                }
            }
            found.push(cell);
        }
    }
    found.sort();
    Ok(found)
}

/// What was measured on a platform of one size, one entry per round.
struct Case {
    services: usize,
    overlays: usize,
    objects: usize,
    ours: Vec<Cost>,
    peer: Vec<Cost>,
    validate: Vec<Cost>,
}

/// Measures and prints.
pub(crate) fn bench(quick: bool, parent: &Path) -> anyhow::Result<()> {
    let has_peer = Command::new(PEER)
        .arg("version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let (sizes, rounds): (&[usize], u32) = if quick { (&[3], 1) } else { (&[3, 10, 30], 3) };
    let mut cases = Vec::new();
    for services in sizes {
        eprintln!("building and validating: {services} services");
        let case = measured(*services, rounds, has_peer, parent)
            .with_context(|| format!("with {services} services"))?;
        cases.push(case);
    }
    print(&cases, rounds, has_peer);
    Ok(())
}

fn measured(services: usize, rounds: u32, has_peer: bool, parent: &Path) -> anyhow::Result<Case> {
    let folder = tempfile::Builder::new()
        .prefix("build")
        .tempdir_in(parent)?;
    let tree = std::fs::canonicalize(folder.path())?;
    std::fs::write(tree.join("platform.toml"), declaration(services))?;
    let name = utf8(&tree)?;
    measure(&[BINARY, "-C", name, "render"])?;
    let overlays = overlays(&tree)?;
    let myself = std::env::current_exe().context("finding this program")?;
    let mut case = Case {
        services,
        overlays: overlays.len(),
        objects: objects(&tree, &overlays)?,
        ours: Vec::new(),
        peer: Vec::new(),
        validate: Vec::new(),
    };
    for _ in 0..rounds {
        case.ours.push(measure(&[utf8(&myself)?, BUILD, name])?);
        // Once is enough for what takes a hundred times as long.
        if has_peer && case.peer.is_empty() {
            // A shell that does nothing but start kustomize: its own cost is a thousandth.
            let script = format!(
                "for folder in {}; do {PEER} build \"$folder\" || exit 1; done",
                overlays
                    .iter()
                    .map(|folder| utf8(folder))
                    .collect::<anyhow::Result<Vec<_>>>()?
                    .join(" ")
            );
            let script_file = folder.path().join("peer.sh");
            std::fs::write(&script_file, script)?;
            case.peer.push(measure(&["sh", utf8(&script_file)?])?);
            std::fs::remove_file(script_file)?;
        }
        case.validate
            .push(measure(&[BINARY, "-C", name, "validate"])?);
    }
    Ok(case)
}

fn objects(tree: &Path, overlays: &[PathBuf]) -> anyhow::Result<usize> {
    let files = OnDisk::new(tree)?;
    let builder = Builder::new(&files);
    let mut objects = 0;
    for folder in overlays {
        let relative = utf8(folder.strip_prefix(tree)?)?;
        let built = builder
            .build(relative)
            .map_err(|problem| anyhow::anyhow!("{relative}: {}", problem.message))?;
        objects += built.objects.len();
    }
    Ok(objects)
}

#[allow(clippy::cast_precision_loss, reason = "to be printed with two digits")]
fn print(cases: &[Case], rounds: u32, has_peer: bool) {
    println!(
        "\nBuilding every overlay, and `validate`; medians of {rounds} rounds, kustomize once. `×` is the CPU time of one kustomize process per\n\
         overlay divided by that of one process that builds them all.\n"
    );
    println!(
        "| services | overlays | objects | kustomize CPU s | build CPU s | × | build MiB | `validate` s | its CPU s | µs/object | its MiB |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    );
    for case in cases {
        let (peer, ours) = (cpu_seconds(&case.peer), cpu_seconds(&case.ours));
        let (peer, ratio) = if has_peer {
            (format!("{peer:.2}"), format!("{:.0}", peer / ours))
        } else {
            ("not there".to_owned(), "–".to_owned())
        };
        println!(
            "| {} | {} | {} | {peer} | {ours:.2} | {ratio} | {:.0} | {:.2} | {:.2} | {:.0} | {:.0} |",
            case.services,
            case.overlays,
            case.objects,
            peak_mib(&case.ours),
            seconds(&case.validate),
            cpu_seconds(&case.validate),
            cpu_seconds(&case.validate) * 1e6 / case.objects as f64,
            peak_mib(&case.validate),
        );
    }
}
