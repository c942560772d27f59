//! Speed and memory on large platforms: `cargo bench --bench scale`, or `cargo bench --bench scale -- --quick`.
//!
//! Makes platforms of 3, 30 and 300 services in 4 environments and 10 regions, renders each with the release binary, and
//! copies the rendered tree with `cp -r` in the same rounds, so that disk and machine cancel out. Prints Markdown.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program of its own, that starts others and prints what it measured"
)]

use anyhow::{Context as _, bail, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// The program under test, as cargo built it for this profile.
const BINARY: &str = env!("CARGO_BIN_EXE_platformctl");
/// First argument of this program when it runs as the measurer of one command; see [`measure`].
const MEASURE: &str = "--measure-one";
/// Regions, named after the country each is in.
const COUNTRIES: [&str; 10] = ["TR", "ES", "DE", "FR", "IT", "NL", "PL", "SE", "PT", "IE"];
const ENVIRONMENTS: [&str; 4] = ["dev", "test", "staging", "production"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((first, command)) if first == MEASURE => measure_here(command),
        _ => bench(arguments.iter().any(|argument| argument == "--quick")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One command's cost.
#[derive(Debug, Clone, Copy)]
struct Cost {
    elapsed: Duration,
    /// Largest resident set, bytes.
    peak: u64,
}

/// Runs a command in a fresh child of this program, because the kernel tells the largest child only, not each one.
fn measure(command: &[&str]) -> anyhow::Result<Cost> {
    let myself = std::env::current_exe().context("finding this program")?;
    let output = Command::new(myself)
        .arg(MEASURE)
        .args(command)
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "`{}` failed:\n{}",
        command.join(" "),
        said.trim_end()
    );
    let numbers = String::from_utf8(output.stdout)?;
    let (nanoseconds, peak) = numbers
        .trim()
        .split_once(' ')
        .with_context(|| format!("the measurer said `{numbers}`"))?;
    Ok(Cost {
        elapsed: Duration::from_nanos(nanoseconds.parse()?),
        peak: peak.parse()?,
    })
}

/// The measurer: runs the command, prints nanoseconds and bytes.
fn measure_here(command: &[String]) -> anyhow::Result<()> {
    let (program, arguments) = command.split_first().context("nothing to measure")?;
    let start = Instant::now();
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .with_context(|| format!("starting {program}"))?;
    let elapsed = start.elapsed();
    if !output.status.success() {
        bail!(
            "{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).context("asking for the memory used")?;
    // macOS counts bytes, the others kibibytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    println!(
        "{} {}",
        elapsed.as_nanos(),
        u64::try_from(usage.max_rss())? * unit
    );
    Ok(())
}

/// A platform.toml with that many services.
fn declaration(services: usize) -> String {
    let mut text = String::from(
        "schema = 1\n\n[platform]\nname = \"bench\"\nrepository = \"https://github.com/example/platform\"\n\
         registry = \"ghcr.io/example\"\n",
    );
    for country in COUNTRIES {
        let region = country.to_lowercase();
        let _ = write!(
            text,
            "\n[residency.jurisdictions.{country}]\ncountries = [\"{country}\"]\n\
             \n[regions.{region}]\njurisdiction = \"{country}\"\nprovider = \"onprem\"\nlocation = \"{region}-dc1\"\n\
             domain = \"{region}.bench.example\"\n"
        );
    }
    let regions = COUNTRIES
        .map(|country| format!("\"{}\"", country.to_lowercase()))
        .join(", ");
    let mut before = None;
    for environment in ENVIRONMENTS {
        let _ = write!(
            text,
            "\n[environments.{environment}]\nregions = [{regions}]\n"
        );
        if let Some(before) = before {
            let _ = writeln!(text, "promote-from = \"{before}\"");
        }
        before = Some(environment);
    }
    for number in 1..=services {
        let _ = write!(
            text,
            "\n[services.service-{number:03}]\nport = {}\nclasses = [\"phi\"]\n",
            8000 + number
        );
        match number % 3 {
            // Each third one is reached from outside, keeps objects, or is called by the one before it.
            0 => _ = writeln!(text, "expose = \"host-{number:03}\""),
            1 => text.push_str("uses = [\"objects\"]\n"),
            _ => _ = writeln!(text, "calls = [\"service-{:03}\"]", number - 1),
        }
    }
    text.push_str("\n[components.object-storage]\nengine = \"minio\"\n");
    text
}

/// How many files a tree has, and how many bytes are in them.
fn size_of(tree: &Path) -> anyhow::Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in walkdir::WalkDir::new(tree) {
        let entry = entry?;
        if entry.file_type().is_file() {
            files += 1;
            bytes += entry.metadata()?.len();
        }
    }
    Ok((files, bytes))
}

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

    fn peak(&self) -> u64 {
        [&self.cold, &self.again, &self.check]
            .into_iter()
            .flatten()
            .map(|cost| cost.peak)
            .max()
            .unwrap_or_default()
    }
}

fn utf8(path: &Path) -> anyhow::Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8", path.display()))
}

/// The middle of the measured times, seconds.
fn median(costs: &[Cost]) -> f64 {
    let mut seconds: Vec<f64> = costs
        .iter()
        .map(|cost| cost.elapsed.as_secs_f64())
        .collect();
    seconds.sort_by(f64::total_cmp);
    match seconds.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => seconds[count / 2],
        count => f64::midpoint(seconds[count / 2 - 1], seconds[count / 2]),
    }
}

/// Milliseconds that `--version` takes, the middle of so many starts.
fn start_up(starts: usize) -> anyhow::Result<f64> {
    let mut costs = Vec::new();
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
        costs.push(Cost { elapsed, peak: 0 });
    }
    Ok(median(&costs) * 1e3)
}

fn bench(quick: bool) -> anyhow::Result<()> {
    let (sizes, rounds, starts): (&[usize], _, _) = if quick {
        (&[3, 30], 1, 10)
    } else {
        (&[3, 30, 300], 5, 50)
    };
    let parent: PathBuf = tempfile::tempdir()
        .context("making a folder to work in")?
        .keep();
    let result = rounds_of(sizes, rounds, starts, &parent);
    std::fs::remove_dir_all(&parent).with_context(|| format!("removing {}", parent.display()))?;
    result
}

fn rounds_of(sizes: &[usize], rounds: u32, starts: usize, parent: &Path) -> anyhow::Result<()> {
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
            median(&case.copy),
            median(&case.cold),
            median(&case.again),
            median(&case.check),
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
            case.peak() as f64 / 1024.0 / 1024.0,
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
    let copy = median(&largest.copy);
    let per_file = |case: &Case| median(&case.cold) / case.files as f64;
    let lines = [
        ("`render` ÷ `cp -r`", median(&largest.cold) / copy, 2.0),
        (
            "`render` with nothing to do ÷ `cp -r`",
            median(&largest.again) / copy,
            1.0,
        ),
        (
            "`render --check` ÷ `cp -r`",
            median(&largest.check) / copy,
            1.0,
        ),
        (
            "time per file, largest ÷ smallest platform",
            per_file(largest) / per_file(smallest),
            1.5,
        ),
        (
            "peak memory, MiB",
            largest.peak() as f64 / 1024.0 / 1024.0,
            300.0,
        ),
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
