//! What `promote` and `release` share: reading a base commit, publishing proposals, telling about it.

mod tell;

use self::tell::{list, tell};
use super::{Context, Exit, Refusal};
use crate::diagnostic::Diagnostic;
use crate::forge::{self, Connection, GitHub, Patience};
use crate::model::Platform;
use crate::promotion::{self, Base, Promotion, State, Step, pins_paths};
use crate::repo::{self, Published, Repo};
use crate::source::SourceMap;
use crate::{spec, workspace};
use clap::ValueEnum;
use std::collections::BTreeMap;

/// How to tell about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading
    Human,
    /// JSON, for programs
    Json,
}

/// Flags of every command that proposes a change.
#[derive(Debug, Clone, clap::Args)]
pub struct Publishing {
    /// Write nothing; show what would be proposed
    #[arg(long)]
    pub dry_run: bool,
    /// Make a local branch with one commit on HEAD instead of a pull request on GitHub
    #[arg(long)]
    pub local: bool,
    /// How to tell about it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// A base commit and where proposals go.
struct Origin {
    platform: Platform,
    oid: String,
    texts: BTreeMap<String, String>,
    sources: SourceMap,
    place: Place,
}

enum Place {
    Local(Repo),
    GitHub(Box<GitHub>),
}

/// What became of one step.
struct Done {
    action: &'static str,
    pull_request: Option<forge::PullRequest>,
    note: Option<String>,
}

/// Computes a promotion from the pins that these environments have in the base commit, and publishes it.
///
/// # Errors
/// When the declaration is not valid, or git or GitHub fail.
pub(super) fn propose(
    flags: &Publishing,
    environments: &[&str],
    context: &mut Context<'_>,
    compute: &dyn Fn(&Base<'_>) -> Result<Promotion, promotion::Refusal>,
) -> anyhow::Result<Exit> {
    let origin = if flags.local {
        local(environments, context)?
    } else {
        github(environments, context)?
    };
    let Some(origin) = origin else {
        return Ok(Exit::Blocked);
    };
    let base = Base {
        platform: &origin.platform,
        oid: &origin.oid,
        texts: &origin.texts,
    };
    let promotion = match compute(&base) {
        Ok(promotion) => promotion,
        Err(refusal) => {
            context.draw(refusal.diagnostics(), &origin.sources)?;
            return Ok(match refusal {
                promotion::Refusal::Usage(_) => Exit::Usage,
                promotion::Refusal::Policy(_) => Exit::Findings,
            });
        }
    };
    let mut results = Vec::new();
    let mut failure = None;
    for step in &promotion.steps {
        match publish(step, &origin, flags.dry_run, context) {
            Ok(done) => results.push((step, done)),
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    // What was done before something failed is told all the same.
    tell(flags, &promotion, &results, context)?;
    failure.map_or_else(|| Ok(exit(&results)), Err)
}

/// The base for `--local`: HEAD of the repository that platform.toml is in. `None` when uncommitted work stands in the way.
fn local(environments: &[&str], context: &mut Context<'_>) -> anyhow::Result<Option<Origin>> {
    let root = workspace::find(&context.directory)?;
    let found = match &root {
        Some(root) => Repo::discover(root)?,
        None => None,
    };
    let (Some(root), Some(repo)) = (root, found) else {
        return Err(
            Refusal::usage(format!("no {} in a git repository here", spec::FILE))
                .help("go to your platform repository, or name it with `-C DIR`")
                .into(),
        );
    };
    let top = repo.root().map(|top| workspace::find(&top));
    if !matches!(top, Some(Ok(Some(top))) if top == root) {
        return Err(Refusal::usage(format!(
            "{} is not at the root of its git repository",
            spec::FILE
        ))
        .help("a platform has a repository of its own")
        .into());
    }
    let Some(oid) = repo.head()?.oid else {
        return Err(Refusal::usage("the repository has no commit yet")
            .help("commit what `platformctl render` wrote")
            .into());
    };
    let declaration = repo.read(&oid, &[spec::FILE.to_owned()])?;
    let text = declaration.get(spec::FILE).ok_or_else(|| missing(&oid))?;
    let (platform, _) = super::parse(text)?;
    let paths = pins_paths(&platform, environments);
    let mut watched = paths.clone();
    watched.push(spec::FILE.to_owned());
    let texts = repo.read(&oid, &paths)?;
    let sources = sources(text, &texts);
    if let Some(problem) = repo::check_clean(&repo, &watched)? {
        context.draw(&[problem], &sources)?;
        return Ok(None);
    }
    Ok(Some(Origin {
        platform,
        oid,
        texts,
        sources,
        place: Place::Local(repo),
    }))
}

/// The base for a pull request: the head of the platform's branch on GitHub.
fn github(environments: &[&str], context: &mut Context<'_>) -> anyhow::Result<Option<Origin>> {
    let here = context.load()?.platform;
    let connection =
        Connection::from_environment(context.env, &here.repository.url).map_err(outside)?;
    let github = GitHub::connect(connection, Patience::default()).map_err(outside)?;
    let oid = github.base(&here.branch).map_err(outside)?;
    let mut declaration = github
        .read(&oid, &[spec::FILE.to_owned()])
        .map_err(outside)?;
    let text = declaration
        .remove(spec::FILE)
        .flatten()
        .ok_or_else(|| missing(&oid))?;
    let (platform, _) = super::parse(&text)?;
    let read = github
        .read(&oid, &pins_paths(&platform, environments))
        .map_err(outside)?;
    let texts: BTreeMap<String, String> = read
        .into_iter()
        .filter_map(|(path, text)| Some((path, text?)))
        .collect();
    let sources = sources(&text, &texts);
    Ok(Some(Origin {
        platform,
        oid,
        texts,
        sources,
        place: Place::GitHub(Box::new(github)),
    }))
}

fn sources(declaration: &str, texts: &BTreeMap<String, String>) -> SourceMap {
    let mut sources = SourceMap::default();
    sources.insert(spec::FILE, declaration);
    for (path, text) in texts {
        sources.insert(path, text);
    }
    sources
}

fn missing(oid: &str) -> Refusal {
    Refusal::usage(format!("there is no {} in commit {oid}", spec::FILE))
        .help("commit and push it first")
}

/// Trouble with the forge, with its remedy.
fn outside(error: forge::Error) -> Refusal {
    let mut refusal = Refusal::new(Exit::Outside, error.to_string());
    refusal.help.extend(error.help().map(str::to_owned));
    match error {
        forge::Error::Token(_) => {
            refusal.help("or make a branch in this clone instead of a pull request: `--local`")
        }
        _ => refusal,
    }
}

fn sealed(proposal: &promotion::Proposal) -> anyhow::Result<promotion::Proposal> {
    Ok(promotion::Proposal {
        message: forge::sealed_message(proposal).map_err(outside)?,
        ..proposal.clone()
    })
}

fn publish(
    step: &Step,
    origin: &Origin,
    dry_run: bool,
    context: &mut Context<'_>,
) -> anyhow::Result<Done> {
    let done = |action| Done {
        action,
        pull_request: None,
        note: None,
    };
    let proposal = match &step.state {
        State::Waiting(cells) => {
            let note = Some(format!("waits until {} run these digests", list(cells)));
            return Ok(Done {
                note,
                ..done("waiting")
            });
        }
        State::Ready(proposal) => proposal,
    };
    if dry_run {
        return Ok(done(if step.changes.is_empty() {
            "nothing"
        } else {
            "planned"
        }));
    }
    match &origin.place {
        // The same trailers as on GitHub: a branch that is pushed by hand is found again as platformctl's own.
        Place::Local(repo) => Ok(match repo::publish(repo, &sealed(proposal)?)? {
            Published::Nothing => done("nothing"),
            Published::Noop => done("noop"),
            Published::Created => done("created"),
            Published::Updated => done("updated"),
            Published::Blocked(problem) => {
                context.draw(&[problem], &origin.sources)?;
                done("blocked")
            }
        }),
        Place::GitHub(github) => {
            let outcome = github.publish(proposal).map_err(outside)?;
            let mut problems: Vec<Diagnostic> = outcome.warnings;
            if let forge::Action::Blocked(problem) = &outcome.action {
                problems.push(problem.clone());
            }
            context.draw(&problems, &origin.sources)?;
            Ok(Done {
                pull_request: outcome.pull_request,
                ..done(outcome.action.as_str())
            })
        }
    }
}

fn exit(results: &[(&Step, Done)]) -> Exit {
    let has = |action: &str| results.iter().any(|(_, done)| done.action == action);
    let proposed = results.iter().any(|(_, done)| {
        matches!(
            done.action,
            "created" | "updated" | "noop" | "planned" | "closed"
        )
    });
    match () {
        () if has("blocked") => Exit::Blocked,
        // Only a wave that must wait was asked for: the order of waves is policy.
        () if has("waiting") && !proposed => Exit::Findings,
        () => Exit::Done,
    }
}
