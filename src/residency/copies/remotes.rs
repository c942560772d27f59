//! Programs with repositories and remotes of their own: rclone, restic, kopia, borg.

use super::{Call, Copy, reach};
use crate::facts::shell::Word;
use crate::facts::{Resolved, leaves};
use crate::spec::types::Provider;
use std::collections::BTreeMap;

impl Call<'_, '_> {
    /// <https://rclone.org/docs/>
    pub(super) fn rclone(&self) -> Vec<Copy> {
        const VERBS: &[&str] = &[
            "copy", "sync", "move", "copyto", "moveto", "rcat", "bisync", "copyurl", "mount",
            "serve",
        ];
        if !self.command.has(VERBS) {
            return Vec::new();
        }
        let operands = self.command.operands(&[
            "--config",
            "--transfers",
            "--checkers",
            "--log-level",
            "--include",
            "--exclude",
            "--filter",
            "--bwlimit",
            "--log-file",
            "--max-age",
            "--min-age",
            "--retries",
            "--s3-endpoint",
            "--s3-region",
        ]);
        operands
            .into_iter()
            .skip_while(|word| !VERBS.contains(&word.literal().as_str()))
            .skip(1)
            .filter_map(|word| self.remote(word))
            .collect()
    }

    /// `remote:path`; none for a path.
    fn remote(&self, word: &Word) -> Option<Copy> {
        let Some(value) = self.value(word) else {
            let literal = word.literal();
            if literal.starts_with(['/', '.']) {
                return None;
            }
            return match literal.split_once(':') {
                Some((name, _)) if !name.is_empty() => {
                    let resolved = self.resolved_remote(name, 0);
                    Some(self.copy("copies to", &word.raw, word, resolved))
                }
                _ => Some(self.copy(
                    "copies to",
                    &word.raw,
                    word,
                    reach::unknown(word.raw.clone()),
                )),
            };
        };
        // `:s3,endpoint='…':bucket` says everything itself.
        if let Some(rest) = value.strip_prefix(':') {
            let (kind, rest) = rest.split_once([',', ':']).unwrap_or((rest, ""));
            let settings = rest
                .split(',')
                .filter_map(|pair| pair.split_once('='))
                .map(|(key, value)| {
                    let value = value
                        .trim_matches(['"', '\''])
                        .trim_end_matches(['"', '\'']);
                    (
                        key.to_owned(),
                        value.trim_end_matches(['"', '\'', ':']).to_owned(),
                    )
                })
                .chain([("type".to_owned(), kind.to_owned())])
                .collect();
            let resolved = self.of_settings(&settings, 0);
            return Some(self.copy("copies to", &value, word, resolved));
        }
        let (name, path) = value.split_once(':')?;
        if name.contains('/') || name.is_empty() {
            return None;
        }
        let mut copy = self.copy("copies to", &value, word, self.resolved_remote(name, 0));
        copy.bucket = path
            .split('/')
            .find(|part| !part.is_empty())
            .map(str::to_owned);
        Some(copy)
    }

    /// Where a remote of rclone is, by its variables and by texts of configuration.
    fn resolved_remote(&self, name: &str, depth: usize) -> Resolved {
        let mut settings: BTreeMap<String, String> = BTreeMap::new();
        for config in &self.here.configs {
            if !config.text.contains(&format!("[{name}]")) {
                continue;
            }
            for leaf in leaves("rclone.conf", &config.text) {
                if leaf.path.first().is_some_and(|section| section == name) {
                    settings.insert(leaf.key().to_lowercase(), leaf.value.clone());
                }
            }
        }
        let prefix = format!("RCLONE_CONFIG_{}_", name.to_uppercase().replace('-', "_"));
        for (key, value) in &self.placed.variables {
            if let Some(key) = key.strip_prefix(&prefix) {
                settings.insert(key.to_lowercase(), value.clone());
            }
        }
        for (option, key) in [("--s3-endpoint", "endpoint"), ("--s3-region", "region")] {
            if let Some(value) = self
                .command
                .option(&[option])
                .and_then(|word| self.value(&word))
            {
                settings.insert(key.to_owned(), value);
            }
        }
        if settings.is_empty() {
            return reach::unknown(format!("the remote `{name}`"));
        }
        self.of_settings(&settings, depth)
    }

    fn of_settings(&self, settings: &BTreeMap<String, String>, depth: usize) -> Resolved {
        let get = |key: &str| {
            settings
                .get(key)
                .map(String::as_str)
                .filter(|v| !v.is_empty())
        };
        let kind = get("type").unwrap_or("s3");
        let address = ["endpoint", "host", "url", "server", "auth"]
            .into_iter()
            .find_map(get);
        // One that wraps another is where that is.
        if let Some(inner) = get("remote").filter(|_| depth < 4) {
            return match inner.split_once(':') {
                Some((name, _)) if !name.contains('/') => self.resolved_remote(name, depth + 1),
                _ => reach::at_home(self.here),
            };
        }
        match (kind, address) {
            ("local" | "memory", _) => reach::at_home(self.here),
            (_, Some(address)) => reach::of_text(self.here, address, &self.placed.namespace)
                .unwrap_or_else(|| reach::unknown(address)),
            ("s3", None) => reach::of_bucket(self.here, Provider::Aws, None, get("region")),
            (kind, None) => reach::unknown(format!("`{kind}` without an address")),
        }
    }

    /// <https://restic.readthedocs.io/en/stable/030_preparing_a_new_repo.html>
    pub(super) fn restic(&self) -> Vec<Copy> {
        let repository = self.setting(&["-r", "--repo", "--repository"], &["RESTIC_REPOSITORY"]);
        if self.command.has(&["version", "help", "generate"]) {
            return Vec::new();
        }
        let Some(first) = self.command.words.first() else {
            return Vec::new();
        };
        let word = repository.word().unwrap_or(first);
        let Some(value) = repository.known() else {
            let target = repository
                .word()
                .map_or("a repository that nobody names", |word| &word.raw);
            return vec![self.copy("copies to", target, word, reach::unknown(target))];
        };
        let (resolved, bucket) = self.repository(value);
        let mut copy = self.copy("copies to", value, word, resolved);
        copy.bucket = bucket;
        vec![copy]
    }

    /// Where a repository of restic is, and its bucket.
    pub(in crate::residency) fn repository(&self, value: &str) -> (Resolved, Option<String>) {
        let address = |text: &str| {
            reach::of_text(self.here, text, &self.placed.namespace)
                .unwrap_or_else(|| reach::unknown(text))
        };
        let Some((kind, rest)) = value
            .split_once(':')
            .filter(|(kind, _)| !kind.contains('/'))
        else {
            return (reach::at_home(self.here), None);
        };
        match kind {
            "local" => (reach::at_home(self.here), None),
            "s3" => {
                let bare = rest.split_once("://").map_or(rest, |(_, rest)| rest);
                let (host, path) = bare.split_once('/').unwrap_or((bare, ""));
                let bucket = path
                    .split('/')
                    .find(|part| !part.is_empty())
                    .map(str::to_owned);
                (address(host), bucket)
            }
            "rest" => (address(rest), None),
            "sftp" => (address(&host_of(rest)), None),
            "azure" => {
                let account = self.placed.variables.get("AZURE_ACCOUNT_NAME");
                let resolved = account.map_or_else(
                    || reach::unknown("Azure"),
                    |account| address(&format!("https://{account}.blob.core.windows.net")),
                );
                (resolved, None)
            }
            "gs" => {
                let bucket = rest.split(':').next().unwrap_or_default();
                let resolved = reach::of_bucket(self.here, Provider::Gcp, Some(bucket), None);
                (resolved, Some(bucket.to_owned()))
            }
            "rclone" => {
                let name = rest.split(':').next().unwrap_or_default();
                (self.resolved_remote(name, 0), None)
            }
            other => (
                reach::unknown(format!("`{other}` without an address")),
                None,
            ),
        }
    }

    /// <https://kopia.io/docs/reference/command-line/common/>
    pub(super) fn kopia(&self) -> Vec<Copy> {
        if !self.command.has(&["repository", "repo"])
            || !self.command.has(&["create", "connect", "sync-to"])
        {
            return Vec::new();
        }
        let Some(first) = self.command.words.first() else {
            return Vec::new();
        };
        let endpoint = self.setting(&["--endpoint", "--host", "--url", "--storage-account"], &[]);
        let word = endpoint.word().unwrap_or(first);
        let bucket = self.setting(&["--bucket", "--container"], &[]);
        let region = self.setting(&["--region"], &[]);
        let resolved = if self.command.has(&["filesystem"]) {
            reach::at_home(self.here)
        } else if let Some(value) = endpoint.known() {
            return vec![self.to_text("copies to", value, word)];
        } else if !endpoint.is_absent() {
            reach::unknown("an endpoint that is known only when it runs")
        } else if self.command.has(&["s3"]) {
            reach::of_bucket(self.here, Provider::Aws, bucket.known(), region.known())
        } else if self.command.has(&["gcs"]) {
            reach::of_bucket(self.here, Provider::Gcp, bucket.known(), None)
        } else {
            reach::unknown("a repository without an address")
        };
        vec![self.copy("copies to", "its repository", word, resolved)]
    }

    /// <https://borgbackup.readthedocs.io/en/stable/usage/general.html#repository-urls>
    pub(super) fn borg(&self) -> Vec<Copy> {
        let repository = self.setting(&["-r", "--repo"], &["BORG_REPO"]);
        let operand = self
            .command
            .operands(&["-r", "--repo", "-C", "--compression"])
            .into_iter()
            .find(|word| word.literal().contains(':'));
        let value = operand
            .and_then(|word| self.value(word))
            .or_else(|| repository.known().map(str::to_owned));
        let word = operand.or(repository.word()).or(self.command.words.first());
        match (value, word) {
            (Some(value), Some(word)) if value.contains(':') => {
                vec![self.to_text("copies to", &host_of(&value), word)]
            }
            _ => Vec::new(),
        }
    }
}

/// The host of `user@host:path`, `//user@host/path` or a URL.
pub(super) fn host_of(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.trim_start_matches('/');
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    host.to_owned()
}
