//! `init`: a new platform repository in an empty directory.

use super::{Context, Exit, Refusal, parse, render};
use crate::blueprint::{self, Answers, Region, Service};
use crate::model::Platform;
use crate::plan::{self, Plan};
use crate::repo::Repo;
use crate::spec::names::{Host, Image, Name, RepositoryUrl};
use crate::{spec, tree, workspace};
use std::path::{Path, PathBuf};

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The directory; it is made when it is not there, and must have nothing in it but `.git`
    pub dir: PathBuf,
    /// Name of the platform: prefix of namespaces, buckets and clusters
    #[arg(long, value_parser = name)]
    pub name: Option<Name>,
    /// https URL of the repository that Argo CD will read
    #[arg(long, value_name = "URL", value_parser = repository)]
    pub repository: Option<RepositoryUrl>,
    /// Where the images are: registry and organisation
    #[arg(long, value_parser = registry)]
    pub registry: Option<Image>,
    /// Domain below which each region gets `<region>.<domain>`
    #[arg(long, value_parser = domain)]
    pub domain: Option<Host>,
    /// A region; repeatable
    #[arg(
        long = "region",
        value_name = "NAME=COUNTRY:PROVIDER:LOCATION[:DOMAIN]"
    )]
    pub regions: Vec<Region>,
    /// A service; repeatable. Without any, the blueprint's three
    #[arg(long = "service", value_name = "NAME[:PORT]")]
    pub services: Vec<Service>,
    /// Do not make a Git repository and a first commit
    #[arg(long)]
    pub no_git: bool,
    /// Ask nothing: take the blueprint's answer for every flag that is not given
    #[arg(short, long)]
    pub yes: bool,
}

/// Writes platform.toml, renders it, makes the first commit.
///
/// # Errors
/// When the directory has other files, an answer is not valid, or something cannot be written.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let dir = context.directory.join(&args.dir);
    refuse_foreign_files(&dir)?;
    let answers = if context.interactive && !args.yes {
        asked(args, context)?
    } else {
        given(args)
    };
    let text = blueprint::platform_toml(&answers);
    let (platform, _) = parse(&text)?;
    let plan = plan::build(&platform)?;
    let staging = workspace::Staging::new(&dir)?;
    workspace::write_declaration(staging.path(), &text)?;
    render::first(staging.path(), &plan, &platform, context)?;
    if !args.no_git {
        first_commit(staging.path(), &plan, &platform, context)?;
    }
    staging.commit()?;
    next_steps(args, &platform, context)?;
    Ok(Exit::Done)
}

/// Commits what was rendered; a directory inside another repository is left to that one.
fn first_commit(
    root: &Path,
    plan: &Plan,
    platform: &Platform,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let repo = match Repo::discover(root)? {
        None => Repo::init(root, &platform.branch)?,
        Some(repo)
            if repo.head()?.oid.is_none() && workspace::is_same(repo.root().as_deref(), root) =>
        {
            repo
        }
        Some(repo) => {
            let outer = repo.root().unwrap_or_default();
            context.say(&format!(
                "Made no commit: {} is a Git repository already.",
                outer.display()
            ))?;
            return Ok(());
        }
    };
    let written = plan.files.keys().cloned();
    let paths: Vec<String> = [spec::FILE, tree::LOCK_FILE]
        .map(str::to_owned)
        .into_iter()
        .chain(written)
        .collect();
    let by = repo.identity()?;
    repo.first_commit(
        &paths,
        &format!("Start the platform {}\n", platform.name),
        &by,
    )?;
    if !by.known {
        context.say(
            "Git knows no user.name and user.email here, so the first commit is by platformctl.",
        )?;
    }
    Ok(())
}

fn refuse_foreign_files(dir: &Path) -> anyhow::Result<()> {
    let foreign = workspace::entries(dir)?;
    let foreign: Vec<String> = foreign.into_iter().filter(|name| name != ".git").collect();
    if foreign.is_empty() {
        return Ok(());
    }
    let shown = foreign
        .iter()
        .take(5)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    let more = if foreign.len() > 5 {
        format!(" and {} more", foreign.len() - 5)
    } else {
        String::new()
    };
    let refusal = Refusal::usage(format!("{} is not empty: {shown}{more}", dir.display()));
    let refusal = if foreign.iter().any(|name| name == spec::FILE) {
        refusal
            .help("it has a platform.toml already: `platformctl render` writes what that declares")
    } else {
        refusal.help("name a new or empty directory; nothing was changed")
    };
    Err(refusal.into())
}

/// The flags, and the blueprint's answers for the rest.
fn given(args: &Args) -> Answers {
    let defaults = blueprint::defaults();
    Answers {
        name: args.name.clone().unwrap_or(defaults.name),
        repository: args.repository.clone().unwrap_or(defaults.repository),
        registry: args.registry.clone().unwrap_or(defaults.registry),
        domain: args.domain.clone().unwrap_or(defaults.domain),
        regions: if args.regions.is_empty() {
            defaults.regions
        } else {
            args.regions.clone()
        },
        services: args.services.clone(),
    }
}

/// Asks for what no flag gave; an empty answer takes what stands in brackets.
fn asked(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Answers> {
    let mut answers = given(args);
    if args.name.is_none() {
        answers.name = question(context, "Name of the platform", answers.name, name)?;
    }
    if args.repository.is_none() {
        answers.repository = question(
            context,
            "Repository that Argo CD reads",
            answers.repository,
            repository,
        )?;
    }
    if args.registry.is_none() {
        answers.registry = question(
            context,
            "Registry and organisation of the images",
            answers.registry,
            registry,
        )?;
    }
    if args.domain.is_none() {
        answers.domain = question(context, "Domain of the platform", answers.domain, domain)?;
    }
    if args.regions.is_empty() {
        answers.regions = asked_regions(context, answers.regions)?;
    }
    Ok(answers)
}

fn question<T: std::fmt::Display>(
    context: &mut Context<'_>,
    text: &str,
    default: T,
    parse: fn(&str) -> Result<T, String>,
) -> anyhow::Result<T> {
    loop {
        write!(context.err, "{text} [{default}]: ")?;
        context.err.flush()?;
        match (context.ask)()? {
            None => {
                return Err(Refusal::usage("the questions were not answered")
                    .help("`--yes` asks nothing")
                    .into());
            }
            Some(answer) if answer.is_empty() => return Ok(default),
            Some(answer) => match parse(&answer) {
                Ok(value) => return Ok(value),
                Err(error) => writeln!(context.err, "  {error}")?,
            },
        }
    }
}

fn asked_regions(context: &mut Context<'_>, defaults: Vec<Region>) -> anyhow::Result<Vec<Region>> {
    writeln!(
        context.err,
        "Regions, one per line as NAME=COUNTRY:PROVIDER:LOCATION[:DOMAIN]; an empty line ends."
    )?;
    writeln!(
        context.err,
        "  [tr=TR:onprem:ist-dc1 and es=ES:gcp:europe-southwest1]"
    )?;
    let mut regions = Vec::new();
    loop {
        write!(context.err, "Region: ")?;
        context.err.flush()?;
        match (context.ask)()? {
            None => {
                return Err(Refusal::usage("the questions were not answered")
                    .help("`--yes` asks nothing")
                    .into());
            }
            Some(answer) if answer.is_empty() => break,
            Some(answer) => match answer.parse() {
                Ok(region) => regions.push(region),
                Err(error) => writeln!(context.err, "  {error}")?,
            },
        }
    }
    Ok(if regions.is_empty() {
        defaults
    } else {
        regions
    })
}

fn next_steps(args: &Args, platform: &Platform, context: &mut Context<'_>) -> std::io::Result<()> {
    let dir = args.dir.display();
    let cells: Vec<&str> = platform
        .cells
        .iter()
        .map(|cell| cell.name.as_str())
        .collect();
    context.say(&format!(
        "Made the platform {} in {dir}, with the cells {}.\n\nNext:\n  cd {dir}\n  platformctl validate        # where data is and may be\n  platformctl status          # what runs where: nothing yet\n  $EDITOR platform.toml       # then: platformctl render",
        platform.name,
        cells.join(", ")
    ))
}

fn name(text: &str) -> Result<Name, String> {
    Name::new(text).ok_or_else(|| {
        "a name has lower-case letters, digits and hyphens, and begins with a letter".to_owned()
    })
}

fn repository(text: &str) -> Result<RepositoryUrl, String> {
    RepositoryUrl::new(text).ok_or_else(|| {
        "write it as https://HOST/OWNER/REPOSITORY, without user or token".to_owned()
    })
}

fn registry(text: &str) -> Result<Image, String> {
    Image::new(text).ok_or_else(|| {
        "write it as REGISTRY/ORGANISATION in lower case, such as ghcr.io/acme".to_owned()
    })
}

fn domain(text: &str) -> Result<Host, String> {
    Host::new(text)
        .ok_or_else(|| "a domain has lower-case letters, digits, hyphens and dots".to_owned())
}
