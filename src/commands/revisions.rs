//! Two states of a platform side by side: which revisions a person means, and the files and cells of each.
#![expect(
    clippy::disallowed_methods,
    reason = "finds where the platform is in its git repository"
)]

use super::Refusal;
use super::on_disk::OnDisk;
use crate::compare::Tree;
use crate::kustomize::{Files, Found};
use crate::model::Platform;
use crate::repo::{Entry, Repo, Snapshot};
use crate::{spec, workspace};
use anyhow::Context as _;
use std::io::{Error, Result};
use std::path::Path;

/// One of the two states.
pub(super) struct Revision {
    /// What it is called: what the person wrote, and which commit that is.
    pub(super) name: String,
    /// The commit; `None` for the work tree.
    pub(super) commit: Option<String>,
    /// Its files.
    pub(super) tree: Box<dyn Tree>,
    /// What it declares; `None` when it has no platform.toml, or one that is not valid.
    pub(super) platform: Option<Platform>,
    /// Whether it has a platform.toml that is not valid.
    pub(super) is_invalid: bool,
}

impl Revision {
    /// The names of its cells with the folders of their roots, sorted. Without a valid declaration: the overlays there are.
    ///
    /// # Errors
    /// When its folders cannot be read.
    pub(super) fn cells(&self) -> Result<Vec<(String, String)>> {
        if let Some(platform) = &self.platform {
            let cells = platform.cells.iter();
            let mut cells: Vec<_> = cells.map(|c| (c.name.to_string(), c.overlay())).collect();
            cells.sort();
            return Ok(cells);
        }
        let mut cells = Vec::new();
        for environment in folders(&*self.tree, OVERLAYS)? {
            let below = format!("{OVERLAYS}/{environment}");
            for region in folders(&*self.tree, &below)? {
                let folder = format!("{below}/{region}");
                if let Found::File(_) = self.tree.look(&format!("{folder}/kustomization.yaml"))? {
                    cells.push((format!("{environment}/{region}"), folder));
                }
            }
        }
        cells.sort();
        Ok(cells)
    }
}

/// Where the roots of all cells are, by environment and region.
const OVERLAYS: &str = "cluster/overlays";

fn folders(tree: &dyn Tree, folder: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    if !matches!(tree.look(folder)?, Found::Folder(_)) {
        return Ok(names);
    }
    for name in tree.names(folder)? {
        if let Found::Folder(_) = tree.look(&format!("{folder}/{name}"))? {
            names.push(name);
        }
    }
    Ok(names)
}

/// Which two states a person means.
///
/// # Errors
/// [`Refusal`] when this is no git repository, or what was written names no commit; [`super::Invalid`] when the work tree's
/// declaration is not valid.
pub(super) fn find(root: &Path, written: Option<&str>) -> anyhow::Result<(Revision, Revision)> {
    let repo = Repo::discover(root)?.ok_or_else(|| {
        Refusal::usage(format!("{} is in no git repository", root.display())).help(
            "`diff` compares with a commit: make one with `git init`, `git add` and `git commit`",
        )
    })?;
    let sides = Sides {
        folder: folder(&repo, root)?,
        blobs: repo.blobs()?,
        repo,
        root,
    };
    match written {
        Some(range) if range.contains("..") => sides.range(range),
        Some(name) => {
            let commit = sides.commit(name)?;
            let before = sides.revision(&commit, named(name, &commit))?;
            Ok((before, sides.work_tree()?))
        }
        None => {
            let after = sides.work_tree()?;
            let branch = after.platform.as_ref().map(|platform| &platform.branch);
            let (name, commit) = sides.base(branch.map_or("main", String::as_str))?;
            Ok((sides.revision(&commit, name)?, after))
        }
    }
}

struct Sides<'a> {
    repo: Repo,
    root: &'a Path,
    /// Where the platform is below the top of the repository.
    folder: String,
    blobs: std::sync::Arc<crate::repo::Blobs>,
}

impl Sides<'_> {
    /// `A..B`, or `A...B` for what B did since it parted from A; what is left out is HEAD.
    fn range(&self, range: &str) -> anyhow::Result<(Revision, Revision)> {
        let (one, other, parted) = match range.split_once("...") {
            Some((one, other)) => (one, other, true),
            None => {
                let (one, other) = range.split_once("..").unwrap_or((range, ""));
                (one, other, false)
            }
        };
        let or_head = |name: &'static str, written: &str| -> String {
            if written.is_empty() {
                name.to_owned()
            } else {
                written.to_owned()
            }
        };
        let (one, other) = (or_head("HEAD", one), or_head("HEAD", other));
        let (mut from, to) = (self.commit(&one)?, self.commit(&other)?);
        let mut name = named(&one, &from);
        if parted {
            from = self.parting(&from, &to, &one)?;
            name = format!("the merge base with {one} ({})", short(&from));
        }
        Ok((
            self.revision(&from, name)?,
            self.revision(&to, named(&other, &to))?,
        ))
    }

    fn commit(&self, name: &str) -> anyhow::Result<String> {
        if let Some(commit) = self.repo.find_commit(name)? {
            return Ok(commit);
        }
        let refusal = if name == "HEAD" {
            Refusal::usage("the repository has no commit yet").help("make one with `git commit`")
        } else {
            Refusal::usage(format!("`{name}` names no commit of this repository"))
                .help("name a branch, a tag or a commit; `git log --oneline` lists the commits")
        };
        Err(if self.repo.is_shallow() {
            refusal.help("this clone has no full history: `git fetch --unshallow`, or `fetch-depth: 0` in a workflow")
        } else {
            refusal
        }
        .into())
    }

    /// Where HEAD parted from the branch that Argo CD follows, as far as is known here; else HEAD.
    fn base(&self, branch: &str) -> anyhow::Result<(String, String)> {
        let head = self.commit("HEAD")?;
        let remote = format!("refs/remotes/origin/{branch}");
        let Some(theirs) = self.repo.find_commit(&remote)? else {
            let name = named("HEAD", &head);
            // Where there is a remote, people expect to be compared with it.
            let is_expected = self.repo.has_remote("origin")? || self.repo.is_shallow();
            return Ok(match is_expected {
                true => (
                    format!("HEAD ({}; origin/{branch} is not known here)", short(&head)),
                    head,
                ),
                false => (name, head),
            });
        };
        let written = format!("origin/{branch}");
        let base = self.parting(&theirs, &head, &written)?;
        Ok((
            format!("the merge base with {written} ({})", short(&base)),
            base,
        ))
    }

    fn parting(&self, one: &str, other: &str, name: &str) -> anyhow::Result<String> {
        self.repo.merge_base(one, other)?.ok_or_else(|| {
            let refusal = Refusal::usage(format!("no commit is known that both this one and `{name}` come from"));
            if self.repo.is_shallow() {
                refusal.help("this clone has no full history: `git fetch --unshallow`, or `fetch-depth: 0` in a workflow")
            } else {
                refusal.help(format!("name the commit to compare with, such as `platformctl diff {name}`"))
            }
            .into()
        })
    }

    fn revision(&self, commit: &str, name: String) -> anyhow::Result<Revision> {
        let tree = self.repo.snapshot(commit, &self.folder, &self.blobs)?;
        let declared = match tree.look(spec::FILE)? {
            Entry::File(path) => Some(tree.read(&path)?),
            _ => None,
        };
        let text = declared.map(String::from_utf8);
        let parsed = text.map(|text| text.ok().and_then(|text| super::parse(&text).ok()));
        Ok(Revision {
            name,
            commit: Some(commit.to_owned()),
            is_invalid: matches!(parsed, Some(None)),
            platform: parsed.flatten().map(|(platform, _)| platform),
            tree: Box::new(Committed(tree)),
        })
    }

    fn work_tree(&self) -> anyhow::Result<Revision> {
        let text = workspace::read_declaration(self.root)?;
        let (platform, _) = super::parse(&text)?;
        let tree = OnDisk::new(self.root)
            .with_context(|| format!("looking into {}", self.root.display()))?;
        Ok(Revision {
            name: "the work tree".to_owned(),
            commit: None,
            tree: Box::new(tree),
            platform: Some(platform),
            is_invalid: false,
        })
    }
}

/// Where a folder is below the top of its repository.
fn folder(repo: &Repo, root: &Path) -> anyhow::Result<String> {
    let top = repo
        .root()
        .ok_or_else(|| Refusal::usage("a bare git repository has no work tree"))?;
    let top =
        std::fs::canonicalize(&top).with_context(|| format!("looking into {}", top.display()))?;
    let below = root.strip_prefix(&top).unwrap_or_else(|_| Path::new(""));
    let parts = below.iter().map(|part| part.to_string_lossy());
    Ok(parts.collect::<Vec<_>>().join("/"))
}

fn named(written: &str, commit: &str) -> String {
    if commit.starts_with(written) {
        short(commit).to_owned()
    } else {
        format!("{written} ({})", short(commit))
    }
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

/// The files of a commit, as builds read them.
struct Committed(Snapshot);

impl Files for Committed {
    fn look(&self, path: &str) -> Result<Found> {
        let entry = self.0.look(path).map_err(Error::other)?;
        Ok(match entry {
            Entry::Nothing => Found::Nothing,
            Entry::Folder(path) => Found::Folder(path),
            Entry::File(path) => Found::File(path),
            Entry::Outside => Found::Outside,
        })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>> {
        self.0.read(path).map_err(Error::other)
    }
}

impl Tree for Committed {
    fn names(&self, folder: &str) -> Result<Vec<String>> {
        match self.look(folder)? {
            Found::Folder(folder) => Ok(self.0.names(&folder)),
            _ => Ok(Vec::new()),
        }
    }
}

impl Tree for OnDisk {
    fn names(&self, folder: &str) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.root().join(folder))? {
            // A name that is not UTF-8 can stand in no kustomization.
            names.extend(entry?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }
}
