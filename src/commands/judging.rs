//! The whole way from a repository to what is said about it, for every verb that judges: survey, build, facts, rules.

use super::on_disk::OnDisk;
use super::read_files::ReadFiles;
use super::survey::{Survey, survey};
use super::{Context, Loaded};
use crate::digest::Digest;
use crate::facts::{Facts, Repository};
use crate::kustomize::{Builder, Files};
use crate::repo::Repo;
use crate::report::audit::{self, Material};
use crate::report::{Allowed, Report, Scope};
use crate::residency::{self, Input, Judgement};
use crate::spec::names::CellName;
use anyhow::Context as _;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    /// The one cell to be judged; all when none.
    pub(super) cell: Option<&'a CellName>,
    /// The day as of which.
    pub(super) as_of: Date,
    /// Whether the hash of every file is wanted.
    pub(super) hashes: bool,
}

/// Judges a repository and hands over what came out; what it is made of lives only that long.
///
/// # Errors
/// When a file or the git repository cannot be read, or what `then` says.
pub(super) fn judging<T>(
    loaded: &Loaded,
    question: Question<'_>,
    context: &mut Context<'_>,
    then: impl FnOnce(&Material<'_>, &mut Context<'_>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let found = survey(loaded)?;
    let disk = OnDisk::new(&loaded.root)
        .with_context(|| format!("looking into {}", loaded.root.display()))?;
    let sizes = sizes(loaded, &disk)?;
    let read = question.hashes.then(|| ReadFiles::new(&disk));
    let files: &dyn Files = read.as_ref().map_or(&disk, |read| read);
    let repository = Repository::new(sizes, files);
    let builder = Builder::new(files);
    let facts = Facts::gather(&loaded.platform, &builder, &repository, question.cell);
    if found.shallow {
        context.say("note: this clone has no full history, so REP006 is not judged; fetch all commits (`fetch-depth: 0` in a workflow)")?;
    }
    let policy = found.policy.clone();
    let tree = found.tree.clone();
    let input = Input {
        platform: &loaded.platform,
        document: &loaded.document,
        as_of: question.as_of,
        cell: question.cell,
        policy: policy.as_deref(),
        tree: Some(&tree),
        facts: Some(&facts),
    };
    let judgement = residency::judge(&input);
    let report = report(&judgement, found, &input, &facts, &builder);
    let hashes = match &read {
        Some(read) => hashes(&repository, read)?,
        None => BTreeMap::new(),
    };
    let report = report.hashed(hashes.clone());
    let material = Material {
        input: &input,
        judgement: &judgement,
        report: &report,
        files: &hashes,
    };
    then(&material, context)
}

/// The sizes of the files that Git has or would have, without those that reports and platformctl itself leave behind.
fn sizes(loaded: &Loaded, files: &OnDisk) -> anyhow::Result<BTreeMap<String, u64>> {
    let repo = Repo::discover(&loaded.root)?;
    // Paths are ignored relative to the top of the work tree, which may be above the platform.
    let above = repo
        .as_ref()
        .and_then(Repo::root)
        .and_then(|top| loaded.root.strip_prefix(&top).ok().map(Path::to_path_buf));
    let own = |path: &str| path == ".platformctl" || audit::is_own(path);
    files
        .sizes(|path| {
            own(path)
                || match (&repo, &above) {
                    (Some(repo), Some(above)) => repo.ignores(&above.join(path).to_string_lossy()),
                    _ => false,
                }
        })
        .with_context(|| format!("looking into {}", loaded.root.display()))
}

/// The hashes of all files of the repository, and of what was read besides.
fn hashes(
    repository: &Repository<'_>,
    read: &ReadFiles<'_>,
) -> anyhow::Result<BTreeMap<String, Digest>> {
    let mut hashes = read.hashes();
    for path in repository.paths() {
        if !hashes.contains_key(path) {
            let hash = read.hash(path).with_context(|| format!("reading {path}"))?;
            hashes.insert(path.to_owned(), hash);
        }
    }
    Ok(hashes)
}

/// What is to be said, with the texts of the files that it points into.
fn report(
    judgement: &Judgement,
    found: Survey,
    input: &Input<'_>,
    facts: &Facts<'_>,
    builder: &Builder<'_>,
) -> Report {
    let mut findings = judgement.findings.clone();
    findings.extend(found.problems);
    for cell in &facts.cells {
        findings.extend(cell.problems.iter().cloned());
        findings.extend(cell.warnings.iter().cloned());
    }
    let excepted: Vec<Allowed> = judgement
        .excepted
        .iter()
        .map(|excepted| allowed(input, excepted))
        .collect();
    let mut sources = found.sources;
    let places = findings
        .iter()
        .chain(excepted.iter().map(|allowed| &allowed.finding))
        .flat_map(|finding| &finding.labels);
    for path in places.map(|label| &label.location.path) {
        if sources.text(path).is_some() {
            continue;
        }
        let read = builder
            .text(path)
            .and_then(|bytes| String::from_utf8(bytes.to_vec()).ok())
            .or_else(|| facts.repository.text(path));
        if let Some(text) = read {
            sources.insert(path, text);
        }
    }
    Report::new(findings, sources)
        .excepting(excepted)
        .examining(Scope {
            cells: facts.cells.len(),
            objects: facts.cells.iter().map(|cell| cell.manifests.len()).sum(),
            rules: residency::RULES.len(),
            as_of: input.as_of.to_string(),
        })
}

/// A finding with the exception that allows it.
fn allowed(input: &Input<'_>, excepted: &residency::Excepted) -> Allowed {
    let written = input.platform.residency.exceptions.get(excepted.exception);
    let said = |text: Option<&String>| text.cloned().unwrap_or_default();
    Allowed {
        finding: excepted.finding.clone(),
        exception: written.map_or_else(String::new, |written| written.id.to_string()),
        reason: said(written.and_then(|written| written.reason.as_ref())),
        approver: said(written.and_then(|written| written.approved_by.as_ref())),
        expires: written
            .and_then(|written| written.expires.as_ref())
            .map_or_else(String::new, ToString::to_string),
    }
}
