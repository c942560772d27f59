//! The binary: parse, run, say what went wrong, exit code. Everything from outside is gathered here.
#![expect(
    clippy::disallowed_methods,
    reason = "this is where environment, clock and directory come in"
)]

use anstream::ColorChoice;
use clap::Parser as _;
use platformctl::cli::{self, Cli, Color};
use platformctl::commands::{self, Context, Exit};
use std::io::{self, BufRead as _, BufWriter, IsTerminal as _};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let exit = match run(&cli) {
        Ok(exit) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(_) => Exit::Outside,
    };
    ExitCode::from(exit as u8)
}

/// Runs the command and reports its trouble; fails only when the streams themselves do.
fn run(cli: &Cli) -> io::Result<Exit> {
    let directory = std::env::current_dir()?;
    let mut out = BufWriter::new(io::stdout());
    let mut err = io::stderr();
    let mut input = io::stdin();
    let mut ask = || {
        let mut line = String::new();
        Ok((io::stdin().lock().read_line(&mut line)? > 0).then(|| line.trim().to_owned()))
    };
    let mut context = Context {
        directory: cli
            .directory
            .as_ref()
            .map_or(directory.clone(), |dir| directory.join(dir)),
        out_colour: colour(cli.color, anstream::stdout().current_choice()),
        err_colour: colour(cli.color, anstream::stderr().current_choice()),
        out: &mut out,
        err: &mut err,
        quiet: cli.quiet,
        verbose: cli.verbose,
        interactive: io::stdin().is_terminal() && io::stderr().is_terminal(),
        input: &mut input,
        input_is_terminal: io::stdin().is_terminal(),
        out_is_terminal: io::stdout().is_terminal(),
        today: today(),
        env: &|name| std::env::var(name).ok().filter(|value| !value.is_empty()),
        ask: &mut ask,
    };
    let exit = match cli::run(cli, &mut context) {
        Ok(exit) => exit,
        Err(error) => {
            // What was found so far comes before what went wrong.
            context.out.flush()?;
            commands::report_error(&error, &mut context)?
        }
    };
    context.out.flush()?;
    Ok(exit)
}

fn colour(wanted: Color, detected: ColorChoice) -> bool {
    match wanted {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => detected != ColorChoice::Never,
    }
}

/// Today in UTC: expiry dates mean the same day in every country.
fn today() -> jiff::civil::Date {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    let days = i64::try_from(since.as_secs() / 86_400).unwrap_or(0);
    jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(days))
}
