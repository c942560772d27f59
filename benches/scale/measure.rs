//! What a command costs.

use anyhow::{Context as _, bail, ensure};
use nix::sys::resource::{UsageWho, getrusage};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// First argument of this program when it runs as the measurer of one command; see [`measure`].
pub(crate) const MEASURE: &str = "--measure-one";

/// One command's cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) elapsed: Duration,
    /// Time on all cores together, user and system.
    pub(crate) cpu: Duration,
    /// Largest resident set, bytes.
    pub(crate) peak: u64,
}

/// Runs a command in a fresh child of this program, because the kernel tells the largest child only, not each one.
pub(crate) fn measure(command: &[&str]) -> anyhow::Result<Cost> {
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
    let numbers: Vec<u64> = numbers
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .with_context(|| format!("the measurer said `{numbers}`"))?;
    let [elapsed, cpu, peak] = numbers.as_slice() else {
        bail!("the measurer said {} numbers", numbers.len());
    };
    Ok(Cost {
        elapsed: Duration::from_nanos(*elapsed),
        cpu: Duration::from_micros(*cpu),
        peak: *peak,
    })
}

/// The measurer: runs the command, prints nanoseconds, microseconds of CPU and bytes.
pub(crate) fn measure_here(command: &[String]) -> anyhow::Result<()> {
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
    let spent = [usage.user_time(), usage.system_time()];
    let cpu: i64 = spent
        .iter()
        .map(|time| time.tv_sec() * 1_000_000 + time.tv_usec())
        .sum();
    println!(
        "{} {cpu} {}",
        elapsed.as_nanos(),
        u64::try_from(usage.max_rss())? * unit
    );
    Ok(())
}

/// A path as an argument.
pub(crate) fn utf8(path: &Path) -> anyhow::Result<&str> {
    path.to_str()
        .with_context(|| format!("{} is not UTF-8", path.display()))
}

/// The middle of some numbers.
pub(crate) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    match numbers.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => numbers[count / 2],
        count => f64::midpoint(numbers[count / 2 - 1], numbers[count / 2]),
    }
}

/// The middle of the measured times, seconds.
pub(crate) fn seconds(costs: &[Cost]) -> f64 {
    median(
        costs
            .iter()
            .map(|cost| cost.elapsed.as_secs_f64())
            .collect(),
    )
}

/// The middle of the measured CPU times, seconds.
pub(crate) fn cpu_seconds(costs: &[Cost]) -> f64 {
    median(costs.iter().map(|cost| cost.cpu.as_secs_f64()).collect())
}

/// The largest resident set, MiB.
#[allow(clippy::cast_precision_loss, reason = "to be printed without digits")]
pub(crate) fn peak_mib(costs: &[Cost]) -> f64 {
    let peak = costs.iter().map(|cost| cost.peak).max();
    peak.unwrap_or_default() as f64 / 1024.0 / 1024.0
}
