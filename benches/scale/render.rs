//! `render` against `cp -r` of the rendered tree.

use crate::BINARY;
use crate::measure::{Cost, measure, median, peak_mib, seconds, utf8};
use crate::platforms::{COUNTRIES, ENVIRONMENTS, declaration, size_of};
use anyhow::{Context as _, ensure};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A platform of one size and what was measured on it, one entry per round.
#[derive(Debug)]
struct Case {
    services: usize,
    files: u64,
    bytes: u64,
    cold: Vec<Cost>,
    again: Vec<Cost>,
    check: Vec<Cost>,
    copy: Vec<Cost>,
}

impl Case {
    const fn new(services: usize) -> Self {
        Self {
            services,
            files: 0,
            bytes: 0,
            cold: Vec::new(),
            again: Vec::new(),
            check: Vec::new(),
            copy: Vec::new(),
        }
    }

    /// One round: all four commands on a fresh folder, one after the other.
    fn round(&mut self, parent: &Path) -> anyhow::Result<()> {
        let folder = tempfile::Builder::new()
            .prefix("round")
            .tempdir_in(parent)?;
        let tree = folder.path().join("tree");
        let copied = folder.path().join("copy");
        std::fs::create_dir(&tree)?;
        std::fs::write(tree.join("platform.toml"), declaration(self.services))?;
        let (tree_name, copied_name) = (utf8(&tree)?, utf8(&copied)?);
        self.cold
            .push(measure(&[BINARY, "-C", tree_name, "render"])?);
        (self.files, self.bytes) = size_of(&tree)?;
        ensure!(
            self.files > 1,
            "`platformctl render` succeeded and wrote nothing"
        );
        self.again
            .push(measure(&[BINARY, "-C", tree_name, "render"])?);
        self.check
            .push(measure(&[BINARY, "-C", tree_name, "render", "--check"])?);
        self.copy
            .push(measure(&["cp", "-r", tree_name, copied_name])?);
        Ok(())
    }

    /// The largest resident set, MiB.
    fn peak(&self) -> f64 {
        [&self.cold, &self.again, &self.check]
            .into_iter()
            .map(|costs| peak_mib(costs))
            .fold(0.0, f64::max)
    }
}

/// Milliseconds that `--version` takes, the middle of so many starts.
fn start_up(starts: usize) -> anyhow::Result<f64> {
    let mut milliseconds = Vec::new();
    for _ in 0..starts {
        let start = Instant::now();
        let output = Command::new(BINARY)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .context("starting platformctl")?;
        let elapsed = start.elapsed();
        ensure!(
            output.status.success() && !output.stdout.is_empty(),
            "`platformctl --version` failed or said nothing"
        );
        milliseconds.push(elapsed.as_secs_f64() * 1e3);
    }
    Ok(median(milliseconds))
}

/// Measures and prints.
pub(crate) fn bench(quick: bool, parent: &Path) -> anyhow::Result<()> {
    let (sizes, rounds, starts): (&[usize], u32, usize) = if quick {
        (&[3, 30], 1, 10)
    } else {
        (&[3, 30, 300], 5, 50)
    };
    let version_ms = start_up(starts)?;
    let mut cases: Vec<Case> = sizes.iter().map(|services| Case::new(*services)).collect();
    for round in 1..=rounds {
        for case in &mut cases {
            eprintln!("round {round} of {rounds}: {} services", case.services);
            case.round(parent)
                .with_context(|| format!("with {} services", case.services))?;
        }
    }
    print_table(&cases, rounds);
    println!("\n`platformctl --version`: {version_ms:.1} ms (median of {starts}).\n");
    print_verdict(&cases, version_ms);
    Ok(())
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts of files and bytes, to be printed with two digits"
)]
fn print_table(cases: &[Case], rounds: u32) {
    println!(
        "{} environments × {} regions; medians of {rounds} rounds; `×` is the ratio to `cp -r` of the rendered tree.\n",
        ENVIRONMENTS.len(),
        COUNTRIES.len()
    );
    println!(
        "| services | files | MB | `cp -r` s | `render` s | × | µs/file | again s | × | `--check` s | × | peak MiB |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    );
    for case in cases {
        let (copy, cold, again, check) = (
            seconds(&case.copy),
            seconds(&case.cold),
            seconds(&case.again),
            seconds(&case.check),
        );
        println!(
            "| {} | {} | {:.1} | {copy:.3} | {cold:.3} | {:.2} | {:.0} | {again:.3} | {:.2} | {check:.3} | {:.2} | {:.0} |",
            case.services,
            case.files,
            case.bytes as f64 / 1e6,
            cold / copy,
            cold * 1e6 / case.files as f64,
            again / copy,
            check / copy,
            case.peak(),
        );
    }
}

/// Says of each limit whether it is kept, judged on the largest platform.
#[allow(
    clippy::cast_precision_loss,
    reason = "counts of files and bytes, to be compared roughly"
)]
fn print_verdict(cases: &[Case], version_ms: f64) {
    let (Some(smallest), Some(largest)) = (cases.first(), cases.last()) else {
        return;
    };
    let copy = seconds(&largest.copy);
    let per_file = |case: &Case| seconds(&case.cold) / case.files as f64;
    let lines = [
        ("`render` ÷ `cp -r`", seconds(&largest.cold) / copy, 2.0),
        (
            "`render` with nothing to do ÷ `cp -r`",
            seconds(&largest.again) / copy,
            1.0,
        ),
        (
            "`render --check` ÷ `cp -r`",
            seconds(&largest.check) / copy,
            1.0,
        ),
        (
            "time per file, largest ÷ smallest platform",
            per_file(largest) / per_file(smallest),
            1.5,
        ),
        ("peak memory, MiB", largest.peak(), 300.0),
        ("`platformctl --version`, ms", version_ms, 10.0),
    ];
    println!(
        "| with {} services | measured | limit | |\n|---|---:|---:|---|",
        largest.services
    );
    for (what, measured, limit) in lines {
        let verdict = if measured <= limit {
            "kept"
        } else {
            "**missed**"
        };
        println!("| {what} | {measured:.2} | {limit} | {verdict} |");
    }
}
