//! `platform.lock`: which generated files are platformctl's own, by path and content. Pure: text in, text out.
//!
//! # Format
//!
//! ```text
//! # comment
//! version 1
//! policy 5f1d…              a recorded fact: key, one space, value
//! tool 0.1.0
//!
//! 9c56…  Makefile           SHA-256, two spaces, path; sorted by path, as `sha256sum` writes it
//! 1b2a…  cluster/base/kustomization.yaml
//! ```
//!
//! Comments and empty lines are ignored. Every other line is one of the three shapes above, or the lock is damaged.
//! Facts that this version does not know are kept.
//!
//! # A path may have several lines
//!
//! A file is render's own when its content has **any** of the hashes recorded for its path. A settled lock has one line
//! per path. Before the first change of a run a lock is written that is the union of the old lock and the one to
//! come, so that a run may be killed anywhere: whatever of its files is on disk, old or new, is known as its own.
//! The next run finishes the work, even if platform.toml has changed meanwhile. The same rule makes a merge easy: the
//! lines of both sides together are a valid lock, and know the files of both sides.

use super::damage::{Place, Problem, cut_off, is_marker};
use super::path::refusal;
use crate::diagnostic::Diagnostic;
use crate::digest::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// The fact that holds the hash of the residency policy.
pub const POLICY: &str = "policy";

/// The fact that holds the version of platformctl that wrote the lock.
const TOOL: &str = "tool";

/// The format that this version reads and writes.
pub(super) const VERSION: &str = "1";

const HEADER: &str = "\
# What `platformctl render` owns, and what it wrote there. Machine-written: commit it, do not edit it.
# After a merge conflict keep the lines of both sides, delete the marker lines and run `platformctl render`.
";

/// More damage than this in one file is one accident.
const MOST_DIAGNOSTICS: usize = 20;

/// What `platform.lock` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lock {
    facts: BTreeMap<String, BTreeSet<String>>,
    files: BTreeMap<String, Vec<Digest>>,
}

impl Lock {
    /// Reads a lock.
    ///
    /// # Errors
    ///
    /// Diagnostics `lock-damaged`, `lock-version` and `unsafe-path`, each with the line it concerns.
    pub fn parse(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut lock = Self::default();
        let mut version = false;
        let mut wrong = Vec::new();
        let mut offset = 0;
        for (index, whole) in text.split_inclusive('\n').enumerate() {
            let line = whole.trim_end_matches(['\n', '\r']);
            let place = Place {
                number: index + 1,
                start: offset,
                end: offset + line.len(),
            };
            offset += whole.len();
            match lock.take(line) {
                Ok(is_version) => version |= is_version,
                Err(problem) => wrong.push(problem.diagnostic(&place)),
            }
            if wrong.len() == MOST_DIAGNOSTICS {
                return Err(wrong);
            }
        }
        if wrong.is_empty() && (!version || !text.ends_with('\n')) {
            wrong.push(cut_off());
        }
        if wrong.is_empty() {
            Ok(lock)
        } else {
            Err(wrong)
        }
    }

    /// Takes one line in; says whether it was the version line.
    fn take(&mut self, line: &str) -> Result<bool, Problem> {
        if is_marker(line) {
            return Err(Problem::Marker);
        }
        if line.is_empty() || line.starts_with('#') {
            return Ok(false);
        }
        if let Some((hash, path)) = line.split_once("  ") {
            let digest = Digest::parse(hash).ok_or(Problem::Shape)?;
            if let Some(why) = refusal(path) {
                return Err(Problem::Path(path.escape_default().to_string(), why));
            }
            self.own(path, digest);
            return Ok(false);
        }
        let (key, value) = line.split_once(' ').ok_or(Problem::Shape)?;
        if !is_key(key) || !is_value(value) {
            return Err(Problem::Shape);
        }
        if key == "version" {
            return if value == VERSION {
                Ok(true)
            } else {
                Err(Problem::Version(value.to_owned()))
            };
        }
        self.facts
            .entry(key.to_owned())
            .or_default()
            .insert(value.to_owned());
        Ok(false)
    }

    /// The whole text, sorted, the same for equal locks.
    pub fn text(&self) -> String {
        let bytes = self.files.keys().map(|path| path.len() + 67).sum::<usize>();
        let mut text = String::with_capacity(HEADER.len() + 512 + bytes);
        text.push_str(HEADER);
        text.push_str("version ");
        text.push_str(VERSION);
        text.push('\n');
        for (key, values) in &self.facts {
            for value in values {
                text.push_str(key);
                text.push(' ');
                text.push_str(value);
                text.push('\n');
            }
        }
        text.push('\n');
        for (path, digests) in &self.files {
            for digest in digests {
                digest.push_to(&mut text);
                text.push_str("  ");
                text.push_str(path);
                text.push('\n');
            }
        }
        text
    }

    /// The value of a fact; `None` when it is not recorded, or when a merge left two values.
    pub fn fact(&self, key: &str) -> Option<&str> {
        let values = self.facts.get(key)?;
        match values.len() {
            1 => values.first().map(String::as_str),
            _ => None,
        }
    }

    /// The hash of the residency policy that the last render recorded.
    pub fn policy(&self) -> Option<&str> {
        self.fact(POLICY)
    }

    /// The version of platformctl that wrote the lock.
    pub fn tool(&self) -> Option<&str> {
        self.fact(TOOL)
    }

    /// The paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The hashes by which a file is known as render's own; empty when it is not.
    pub fn digests(&self, path: &str) -> &[Digest] {
        self.files.get(path).map_or(&[], Vec::as_slice)
    }

    /// Records that `path` with this content is render's own.
    pub(super) fn own(&mut self, path: &str, digest: Digest) {
        match self.files.get_mut(path) {
            None => {
                self.files.insert(path.to_owned(), vec![digest]);
            }
            Some(digests) => {
                if let Err(at) = digests.binary_search(&digest) {
                    digests.insert(at, digest);
                }
            }
        }
    }

    /// Records a fact, in place of all its earlier values.
    pub(super) fn set_fact(&mut self, key: &str, value: &str) {
        self.facts
            .insert(key.to_owned(), BTreeSet::from([value.to_owned()]));
    }

    /// A lock with these facts and no file, signed by this version.
    pub(super) fn successor(&self) -> Self {
        let mut next = Self {
            facts: self.facts.clone(),
            files: BTreeMap::new(),
        };
        next.set_fact(TOOL, env!("CARGO_PKG_VERSION"));
        next
    }

    /// What may be on disk while the tree goes from this lock to the next: the files of both, and the facts of this one.
    pub(super) fn union(&self, next: &Self) -> Self {
        let mut both = self.clone();
        if self.facts.is_empty() {
            both.set_fact(TOOL, env!("CARGO_PKG_VERSION"));
        }
        for (path, digests) in &next.files {
            for digest in digests {
                both.own(path, *digest);
            }
        }
        both
    }

    /// Whether two locks say the same, whoever wrote them: a new version alone is no reason to touch a repository.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let facts = |lock: &Self| {
            let mut facts = lock.facts.clone();
            facts.remove(TOOL);
            facts
        };
        self.files == other.files && facts(self) == facts(other)
    }
}

/// Whether a text may be the value of a fact.
pub(super) fn is_value(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.contains("  ")
        && !text.chars().any(char::is_control)
}

fn is_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 40
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Lock {
        let mut lock = Lock::default().successor();
        lock.set_fact(POLICY, "abc");
        lock.own("b/c", Digest::of(b"1"));
        lock.own("a", Digest::of(b"2"));
        lock
    }

    #[test]
    fn reads_what_it_writes() {
        let lock = sample();
        let text = lock.text();
        assert_eq!(Lock::parse(&text), Ok(lock.clone()));
        assert_eq!(Lock::parse(&text.replace('\n', "\r\n")), Ok(lock));
        let files: Vec<_> = text.lines().skip(6).map(|line| &line[64..]).collect();
        assert_eq!(files, ["  a", "  b/c"]);
    }

    #[test]
    fn keeps_facts_it_does_not_know() {
        let text = "version 1\nfuture-thing 7 8\n\n";
        let lock = Lock::parse(text).expect("valid");
        assert_eq!(lock.fact("future-thing"), Some("7 8"));
        assert!(lock.successor().text().contains("future-thing 7 8\n"));
    }

    #[test]
    fn both_sides_of_a_merge_are_a_lock() {
        let mut other = sample();
        other.own("a", Digest::of(b"3"));
        other.set_fact(POLICY, "def");
        let merged = format!("{}{}", sample().text(), other.text());
        let lock = Lock::parse(&merged).expect("valid");
        assert_eq!(lock.digests("a").len(), 2);
        assert_eq!(lock.policy(), None, "two values are no value");
    }

    #[test]
    fn union_knows_the_files_of_both() {
        let mut next = sample().successor();
        next.own("a", Digest::of(b"new"));
        let both = sample().union(&next);
        assert_eq!(both.digests("a").len(), 2);
        assert_eq!(both.digests("b/c"), [Digest::of(b"1")]);
        assert!(!both.says_the_same(&next));
    }

    #[test]
    fn another_version_alone_says_the_same() {
        let mut other = sample();
        other.set_fact(TOOL, "0.0.1");
        assert!(other.says_the_same(&sample()));
    }

    #[test]
    fn damage_has_a_line_and_a_remedy() {
        let text = "version 1\n<<<<<<< HEAD\ntool 1\n=======\nnonsense\n>>>>>>> x\n";
        let wrong = Lock::parse(text).expect_err("damaged");
        let lines: Vec<_> = wrong
            .iter()
            .map(|d| {
                crate::source::position(text, d.primary().and_then(|l| l.span).expect("span").0)
                    .line
            })
            .collect();
        assert_eq!(lines, [2, 4, 5, 6]);
        assert!(wrong.iter().all(|d| d.code == "lock-damaged"));
        assert!(wrong[0].help[1].contains("delete `platform.lock` and run `platformctl render`"));
    }

    #[test]
    fn paths_that_leave_the_repository_are_refused() {
        for path in [
            "../x",
            "/etc/passwd",
            "a/../../x",
            ".git/config",
            "platform.toml",
            " a\\b",
        ] {
            let text = format!("version 1\n{}  {path}\n", Digest::of(b""));
            let wrong = Lock::parse(&text).expect_err(path);
            assert_eq!(wrong[0].code, "unsafe-path", "{path}");
        }
    }

    #[test]
    fn strict_about_everything_else() {
        let hash = Digest::of(b"").to_string();
        let cases = [
            String::new(),
            "version 1".to_owned(),
            "tool 0.1.0\n".to_owned(),
            "version 2\n".to_owned(),
            "version 1\nKey value\n".to_owned(),
            "version 1\nkey \n".to_owned(),
            format!("version 1\n{}  a\n", &hash[1..]),
            format!("version 1\n{hash} a\n"),
            format!("version 1\n{hash}  a\n{hash}  b"),
        ];
        for text in cases {
            assert!(Lock::parse(&text).is_err(), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_round_trips(text in "(version 1\n)?([a-z# <=>.0-9/\\\\-]{0,80}\n){0,8}") {
            if let Ok(lock) = Lock::parse(&text) {
                proptest::prop_assert_eq!(Lock::parse(&lock.text()), Ok(lock));
            }
        }
    }
}
