//! One file per verb: its `Args` beside its `run`. Here: what all verbs share, and how trouble becomes an exit code.
//!
//! In: parsed arguments and a [`Context`] with everything from outside (directory, environment, clock, streams).
//! Out: results on stdout, progress and errors on stderr, an [`Exit`].

pub mod build;
pub mod completions;
pub mod config;
pub mod diff;
pub mod explain;
pub mod init;
mod judging;
pub mod on_disk;
pub mod promote;
pub mod proposals;
mod read_files;
pub mod release;
pub mod render;
mod report_files;
mod revisions;
pub mod schema;
pub mod secrets;
pub mod status;
mod survey;
pub mod validate;
pub mod verify;

use crate::diagnostic::Diagnostic;
use crate::model::{self, Platform};
use crate::report::{self, Report};
use crate::source::SourceMap;
use crate::spec::{self, Document};
use crate::workspace;
use std::io::{Read, Write};
use std::path::PathBuf;

/// What the process answers to its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, clean, or nothing to do.
    Done = 0,
    /// Findings, drift, or refused by policy.
    Findings = 1,
    /// Wrong usage, or an invalid platform.toml.
    Usage = 2,
    /// Something outside failed: files, git, GitHub, a registry. Worth a retry.
    Outside = 3,
    /// Blocked by something a person did: declined, held, edited by hand.
    Blocked = 4,
}

/// Everything a command gets from outside.
pub struct Context<'a> {
    /// Where it was started, `-C` applied.
    pub directory: PathBuf,
    /// Results.
    pub out: &'a mut dyn Write,
    /// Progress and errors.
    pub err: &'a mut dyn Write,
    /// Whether results may be coloured.
    pub out_colour: bool,
    /// Whether errors may be coloured.
    pub err_colour: bool,
    /// Whether to say only what is wrong.
    pub quiet: bool,
    /// Whether to say more.
    pub verbose: bool,
    /// Whether a person can answer questions: stdin and stderr are a terminal.
    pub interactive: bool,
    /// Standard input, for those who read all of it.
    pub input: &'a mut dyn Read,
    /// Whether standard input is a terminal.
    pub input_is_terminal: bool,
    /// Whether standard output is a terminal, where everybody could read along.
    pub out_is_terminal: bool,
    /// Today in UTC.
    pub today: jiff::civil::Date,
    /// Looks up an environment variable.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// Reads one line of an answer; `None` at the end of input.
    pub ask: &'a mut dyn FnMut() -> std::io::Result<Option<String>>,
}

/// A platform that was found and is valid.
pub struct Loaded {
    /// The repository's root.
    pub root: PathBuf,
    /// The resolved platform.
    pub platform: Platform,
    /// Where its keys stand.
    pub document: Document,
}

impl Loaded {
    /// The sources that diagnostics about the declaration point into.
    pub fn sources(&self) -> SourceMap {
        let mut sources = SourceMap::default();
        sources.insert(spec::FILE, self.document.text());
        sources
    }
}

impl Context<'_> {
    /// Finds the repository, reads and resolves its platform.toml.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, [`Invalid`] with every problem when it is not valid.
    pub fn load(&self) -> anyhow::Result<Loaded> {
        let root = self.root()?;
        let text = workspace::read_declaration(&root)?;
        let (platform, document) = parse(&text)?;
        Ok(Loaded {
            root,
            platform,
            document,
        })
    }

    /// Finds the repository.
    ///
    /// # Errors
    /// [`Refusal`] when there is none.
    pub fn root(&self) -> anyhow::Result<PathBuf> {
        workspace::find(&self.directory)?.ok_or_else(|| {
            let message = format!(
                "no {} in {} or any directory above it",
                spec::FILE,
                self.directory.display()
            );
            Refusal::usage(message)
                .help("go to your platform repository, or name it with `-C DIR`")
                .help("`platformctl init DIR` starts a new one")
                .into()
        })
    }

    /// Says something on stderr unless told to be quiet.
    ///
    /// # Errors
    /// When stderr cannot be written.
    pub fn say(&mut self, line: &str) -> std::io::Result<()> {
        if self.quiet {
            Ok(())
        } else {
            writeln!(self.err, "{line}")
        }
    }

    /// Draws diagnostics on stderr.
    ///
    /// # Errors
    /// When stderr cannot be written.
    pub fn draw(&mut self, diagnostics: &[Diagnostic], sources: &SourceMap) -> std::io::Result<()> {
        if diagnostics.is_empty() {
            return Ok(());
        }
        let report = Report::new(diagnostics.to_vec(), sources.clone()).colored(self.err_colour);
        report::human(&report, self.err)
    }
}

/// Resolves the text of a platform.toml.
///
/// # Errors
/// [`Invalid`] with every problem.
pub fn parse(text: &str) -> anyhow::Result<(Platform, Document)> {
    model::load(text).map_err(|diagnostics| {
        let mut sources = SourceMap::default();
        sources.insert(spec::FILE, text);
        Invalid {
            diagnostics,
            sources,
        }
        .into()
    })
}

/// A declaration that is not valid: every problem of it.
#[derive(Debug)]
pub struct Invalid {
    /// The problems.
    pub diagnostics: Vec<Diagnostic>,
    /// What they point into.
    pub sources: SourceMap,
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is not valid", spec::FILE)
    }
}

impl std::error::Error for Invalid {}

/// A command that will not go on, and what to do about it.
#[derive(Debug)]
pub struct Refusal {
    /// The exit code.
    pub exit: Exit,
    /// What is the matter.
    pub message: String,
    /// What to do.
    pub help: Vec<String>,
}

impl Refusal {
    /// Wrong usage.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// A refusal with any exit code.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            help: Vec::new(),
        }
    }

    /// Adds a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refusal {}

/// Says what stopped a command and chooses the exit code.
///
/// # Errors
/// When stderr cannot be written.
pub fn report_error(error: &anyhow::Error, context: &mut Context<'_>) -> std::io::Result<Exit> {
    if is_broken_pipe(error) {
        // Whoever read our output has seen enough.
        return Ok(Exit::Done);
    }
    if let Some(invalid) = error.downcast_ref::<Invalid>() {
        context.draw(&invalid.diagnostics, &invalid.sources)?;
        return Ok(Exit::Usage);
    }
    writeln!(context.err, "error: {error:#}")?;
    let Some(refusal) = error.downcast_ref::<Refusal>() else {
        return Ok(Exit::Outside);
    };
    for help in &refusal.help {
        writeln!(context.err, "help: {help}")?;
    }
    Ok(refusal.exit)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
