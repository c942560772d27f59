//! Speed and memory on large platforms: `cargo bench --bench scale`, or `cargo bench --bench scale -- --quick`.
//!
//! Makes platforms of 3, 30 and 300 services in 4 environments and 10 regions, works on each with the release binary, and
//! runs what it is compared with in the same rounds, so that disk and machine cancel out: `cp -r` for rendering, one
//! process of kustomize for every overlay for building. Prints Markdown.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program of its own, that starts others and prints what it measured"
)]

mod build;
mod measure;
mod platforms;
mod render;

use anyhow::Context as _;
use std::process::ExitCode;

/// As the program under test has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The program under test, as cargo built it for this profile.
const BINARY: &str = env!("CARGO_BIN_EXE_platformctl");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((first, command)) if first == measure::MEASURE => measure::measure_here(command),
        Some((first, folders)) if first == build::BUILD => build::build_here(folders),
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

fn bench(quick: bool) -> anyhow::Result<()> {
    let parent = tempfile::tempdir()
        .context("making a folder to work in")?
        .keep();
    let result = render::bench(quick, &parent).and_then(|()| build::bench(quick, &parent));
    std::fs::remove_dir_all(&parent).with_context(|| format!("removing {}", parent.display()))?;
    result
}
