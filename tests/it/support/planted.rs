//! Changes planted into the rendered example, judged in memory.

use platformctl::diagnostic::Diagnostic;
use platformctl::facts::{Facts, Repository};
use platformctl::kustomize::Builder;
use platformctl::model;
use platformctl::residency::{self, Input, Judgement};
use platformctl::source::position;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

/// The files of a repository.
pub(crate) type Tree = BTreeMap<String, Vec<u8>>;

/// platform-example, without what Git keeps.
pub(crate) static EXAMPLE: LazyLock<Tree> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("platform-example");
    walkdir::WalkDir::new(&root)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(&root).unwrap();
            let path = path.to_str().unwrap().replace('\\', "/");
            (path, std::fs::read(entry.path()).unwrap())
        })
        .collect()
});

/// The day as of which everything is judged.
pub(crate) const DAY: &str = "2026-11-21";

/// What a file has to do with.
enum Concern {
    /// The objects of one cell, `environment/region`, alone.
    Overlay(String),
    /// The machines of one cell or several: no cell's objects, but what is judged of all regions.
    Machines(Option<String>),
    /// Anything.
    Everything,
}

impl Concern {
    fn of(path: &str) -> Self {
        let cell = |rest: &str| {
            let mut parts = rest.split('/');
            let (environment, region) = (parts.next()?, parts.next()?);
            parts.next().map(|_| format!("{environment}/{region}"))
        };
        // What is sealed is compared between cells.
        if path.contains("/secrets/") {
            return Self::Everything;
        }
        if let Some(rest) = path.strip_prefix("cluster/overlays/") {
            return cell(rest).map_or(Self::Everything, Self::Overlay);
        }
        let of_machines = |folder| path.strip_prefix(folder);
        match of_machines("bootstrap/").and_then(cell) {
            Some(cell) => Self::Machines(Some(cell)),
            None => match of_machines("infra/") {
                Some(rest) => Self::Machines(cell(rest).filter(|name| is_cell(name))),
                None => Self::Everything,
            },
        }
    }
}

/// Whether a folder is named after a cell of the example.
fn is_cell(name: &str) -> bool {
    let overlay = format!("cluster/overlays/{name}/");
    EXAMPLE.keys().any(|path| path.starts_with(&overlay))
}

/// The one cell that is built, and whether it is the only one that is judged; none for all.
type Scope = Option<(String, bool)>;

/// A repository to which something is done.
#[derive(Clone)]
pub(crate) struct Planted {
    pub(crate) files: Tree,
}

impl Planted {
    /// The example as it is rendered.
    pub(crate) fn example() -> Self {
        Self {
            files: EXAMPLE.clone(),
        }
    }

    /// The text of a file.
    #[track_caller]
    pub(crate) fn text(&self, path: &str) -> &str {
        let bytes = self.files.get(path);
        std::str::from_utf8(bytes.unwrap_or_else(|| panic!("no file {path}"))).unwrap()
    }

    /// Adds or replaces a file.
    #[must_use]
    pub(crate) fn file(mut self, path: &str, text: impl Into<String>) -> Self {
        self.files.insert(path.to_owned(), text.into().into_bytes());
        self
    }

    /// Replaces the first occurrence of a text in a file; it must be there.
    #[must_use]
    #[track_caller]
    pub(crate) fn replace(self, path: &str, from: &str, to: &str) -> Self {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from:?}:\n{text}");
        let text = text.replacen(from, to, 1);
        self.file(path, text)
    }

    /// Adds a text to the end of a file.
    #[must_use]
    #[track_caller]
    pub(crate) fn append(self, path: &str, more: &str) -> Self {
        let text = format!("{}{more}", self.text(path));
        self.file(path, text)
    }

    /// Makes the user's own Component of a unit of a cell, as a user writes it: `custom("production/tr", "postgres", …)`.
    #[must_use]
    pub(crate) fn custom(self, cell: &str, unit: &str, kustomization: &str) -> Self {
        let path = format!("cluster/overlays/{cell}/custom/{unit}/kustomization.yaml");
        let head = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";
        self.file(&path, format!("{head}{kustomization}"))
    }

    /// Puts a file beside the user's own Component of a unit.
    #[must_use]
    pub(crate) fn beside(self, cell: &str, unit: &str, name: &str, text: &str) -> Self {
        self.file(
            &format!("cluster/overlays/{cell}/custom/{unit}/{name}"),
            text,
        )
    }

    /// Judges what was changed by the rules, building as few cells as that takes. A test holds that the others have nothing
    /// to say then.
    pub(crate) fn judge(&self) -> Judgement {
        self.judge_as_of(DAY)
    }

    /// Judges every cell, whatever was changed.
    pub(crate) fn judge_whole(&self) -> Judgement {
        self.judged(DAY, true, None)
    }

    /// What is found, as [`Self::at`] has it, in a repository of which something cannot be built.
    pub(crate) fn judge_broken(&self) -> Vec<String> {
        let findings = self.judge_anyway().findings;
        findings.iter().map(|finding| self.at(finding)).collect()
    }

    /// Judges the repository, whether all of it can be built or not.
    pub(crate) fn judge_anyway(&self) -> Judgement {
        self.judged(DAY, true, self.scope())
    }

    /// Judges the repository as of a day.
    pub(crate) fn judge_as_of(&self, day: &str) -> Judgement {
        self.judged(day, false, self.scope())
    }

    /// The cell that it is enough to build for what is not as in the example.
    fn scope(&self) -> Scope {
        let gone = EXAMPLE
            .keys()
            .filter(|path| !self.files.contains_key(*path));
        let made = self
            .files
            .iter()
            .filter(|(path, bytes)| EXAMPLE.get(*path) != Some(bytes))
            .map(|(path, _)| path);
        let mut cells = BTreeSet::new();
        let mut is_alone = true;
        for path in gone.chain(made) {
            match Concern::of(path) {
                Concern::Overlay(cell) => _ = cells.insert(cell),
                Concern::Machines(cell) => {
                    is_alone = false;
                    cells.extend(cell);
                }
                Concern::Everything => return None,
            }
        }
        let mut cells = cells.into_iter();
        match (cells.next(), cells.next()) {
            (Some(cell), None) => Some((cell, is_alone)),
            // Terraform for all of them; any cell's objects will do.
            (None, None) if !is_alone => Some(("production/es".to_owned(), false)),
            _ => None,
        }
    }

    /// Whether every cell has to be built.
    pub(crate) fn is_everywhere(&self) -> bool {
        self.scope().is_none()
    }

    fn judged(&self, day: &str, may_be_broken: bool, scope: Scope) -> Judgement {
        let (platform, document) = model::load(self.text("platform.toml")).unwrap();
        let cells = platform.cells.iter().map(|cell| &cell.name);
        let built = scope.as_ref().map(|(cell, _)| cell.as_str());
        let built = cells.into_iter().find(|name| built == Some(name.as_str()));
        let judged = built.filter(|_| scope.as_ref().is_some_and(|(_, is_alone)| *is_alone));
        let sizes = self
            .files
            .iter()
            .map(|(path, bytes)| (path.clone(), bytes.len() as u64))
            .collect();
        let repository = Repository::new(sizes, &self.files);
        let builder = Builder::new(&self.files);
        let facts = Facts::gather(&platform, &builder, &repository, built);
        for cell in &facts.cells {
            let is_built = cell.problems.is_empty() || may_be_broken;
            assert!(is_built, "{}: {:?}", cell.cell.name, cell.problems);
        }
        residency::judge(&Input {
            platform: &platform,
            document: &document,
            as_of: day.parse().unwrap(),
            cell: judged,
            policy: None,
            tree: None,
            facts: Some(&facts),
        })
    }

    /// `RULE file:line` of a finding, and the cell if it is about one.
    pub(crate) fn at(&self, finding: &Diagnostic) -> String {
        let place = finding.primary().unwrap();
        let line = place.span.map_or(0, |(start, _)| {
            let text = self
                .files
                .get(&place.path)
                .map(Vec::as_slice)
                .unwrap_or_default();
            position(std::str::from_utf8(text).unwrap_or_default(), start).line
        });
        format!("{} {}:{line}", finding.code, place.path)
    }

    /// Asserts that exactly this rule finds something, each time at a line with this text.
    #[track_caller]
    pub(crate) fn caught(&self, rule: &str, path: &str, line: &str) -> Vec<Diagnostic> {
        let findings = self.judge().findings;
        let all: Vec<String> = findings
            .iter()
            .map(|f| format!("{} — {}", self.at(f), f.message))
            .collect();
        assert!(!findings.is_empty(), "nothing was found");
        for finding in &findings {
            let place = finding.primary().unwrap();
            assert_eq!(
                (finding.code, place.path.as_str()),
                (rule, path),
                "{all:#?}"
            );
            let start = place.span.map_or(0, |(start, _)| start);
            let text = self.files.get(path).map(Vec::as_slice).unwrap_or_default();
            let at = position(std::str::from_utf8(text).unwrap(), start).line;
            let found = std::str::from_utf8(text)
                .unwrap()
                .lines()
                .nth(at - 1)
                .unwrap_or_default();
            assert!(found.contains(line), "line {at} is {found:?}\n{all:#?}");
        }
        findings
    }

    /// Asserts that nothing is found.
    #[track_caller]
    pub(crate) fn silent(&self) {
        let findings = self.judge().findings;
        let all: Vec<String> = findings
            .iter()
            .map(|f| format!("{} — {}", self.at(f), f.message))
            .collect();
        assert!(findings.is_empty(), "{all:#?}");
    }
}
