//! Clients of object stores.

use super::{Call, Copy, Setting, reach};
use crate::facts::shell::Word;
use crate::facts::{Address, Resolved};
use crate::spec::types::Provider;

impl Call<'_, '_> {
    /// `aws s3 cp|mv|sync|mb` and what writes objects and sets up copies by `s3api`.
    /// <https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-endpoints.html>
    pub(super) fn aws(&self) -> Vec<Copy> {
        let s3 = self.command.has(&["s3"])
            && self
                .command
                .has(&["cp", "mv", "sync", "mb", "presign", "rm", "ls"]);
        let api = self.command.has(&["s3api"]);
        if !s3 && !api {
            return Vec::new();
        }
        let endpoint = self.setting(
            &["--endpoint-url", "--endpoint"],
            &["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
        );
        let region = self.setting(&["--region"], &["AWS_REGION", "AWS_DEFAULT_REGION"]);
        let buckets: Vec<&Word> = self
            .command
            .arguments()
            .iter()
            .filter(|word| word.literal().starts_with("s3://"))
            .collect();
        // A variable that is known only when it runs may say `s3://…`.
        let hidden = self
            .command
            .operands(&["--region", "--profile", "--endpoint-url"]);
        let hidden = hidden.into_iter().filter(|word| {
            self.value(word)
                .is_none_or(|value| value.starts_with("s3://"))
        });
        let word = buckets
            .first()
            .copied()
            .or_else(|| hidden.into_iter().next())
            .or(self.command.words.first());
        word.map(|word| self.object(word, &endpoint, Provider::Aws, region.known()))
            .into_iter()
            .collect()
    }

    /// An object in a bucket, through an endpoint or without one.
    fn object(
        &self,
        word: &Word,
        endpoint: &Setting,
        provider: Provider,
        region: Option<&str>,
    ) -> Copy {
        let value = self.value(word);
        let target = value.clone().unwrap_or_else(|| word.raw.clone());
        let bucket = value
            .as_deref()
            .and_then(|value| value.split_once("://"))
            .and_then(|(_, path)| path.split('/').next())
            .map(str::to_owned);
        let resolved = match (endpoint.is_absent(), endpoint.known()) {
            (true, _) => reach::of_bucket(self.here, provider, bucket.as_deref(), region),
            (false, Some(url)) => self.host(url),
            (false, None) => reach::unknown("an endpoint that is known only when it runs"),
        };
        let mut copy = match endpoint.word() {
            Some(at) => {
                let host = endpoint.known().unwrap_or(&at.raw);
                self.copy("copies to", host, at, resolved)
            }
            None => self.copy("copies to", &target, word, resolved),
        };
        copy.bucket = bucket;
        copy
    }

    fn host(&self, text: &str) -> Resolved {
        reach::of_text(self.here, text, &self.placed.namespace)
            .unwrap_or_else(|| reach::unknown(text))
    }

    /// <https://github.com/peak/s5cmd#specifying-endpoint>, <https://s3tools.org/usage>
    pub(super) fn s3cmd(&self) -> Vec<Copy> {
        let endpoint = self.setting(
            &["--endpoint-url", "--host"],
            &["S3_ENDPOINT_URL", "AWS_ENDPOINT_URL"],
        );
        let region = self.setting(&["--region"], &["AWS_REGION"]);
        let operands = self
            .command
            .operands(&["--endpoint-url", "--host", "--region"]);
        operands
            .into_iter()
            .filter(|word| word.literal().starts_with("s3://"))
            .take(1)
            .map(|word| self.object(word, &endpoint, Provider::Aws, region.known()))
            .collect()
    }

    pub(super) fn google(&self, verbs: &[&str]) -> Vec<Copy> {
        if !self.command.has(verbs) {
            return Vec::new();
        }
        let arguments = self.command.operands(&[]);
        arguments
            .into_iter()
            .filter(|word| {
                word.literal().starts_with("gs://") || word.literal().starts_with("s3://")
            })
            .map(|word| self.object(word, &Setting::Absent, Provider::Gcp, None))
            .collect()
    }

    /// <https://learn.microsoft.com/cli/azure/storage/blob>
    pub(super) fn azure(&self) -> Vec<Copy> {
        let writes = self.command.has(&[
            "upload",
            "upload-batch",
            "copy",
            "sync",
            "start",
            "start-batch",
        ]);
        if !self.command.has(&["storage"]) || !writes {
            return Vec::new();
        }
        let account = self.setting(&["--account-name"], &["AZURE_STORAGE_ACCOUNT"]);
        let mut found = self.urls("copies to");
        if let Some(first) = self.command.words.first()
            && found.is_empty()
        {
            let word = account.word().unwrap_or(first);
            found.push(match account.known() {
                Some(name) => self.to_text(
                    "copies to",
                    &format!("https://{name}.blob.core.windows.net"),
                    word,
                ),
                None => self.copy("copies to", "Azure", word, reach::unknown("Azure")),
            });
        }
        found
    }

    /// `mc cp|mv|mirror|pipe|put`. <https://min.io/docs/minio/linux/reference/minio-mc.html>
    pub(super) fn mc(&self) -> Vec<Copy> {
        let operands = self.command.operands(&[
            "--attr",
            "--older-than",
            "--newer-than",
            "--storage-class",
            "-C",
            "--config-dir",
        ]);
        let verb = operands
            .first()
            .map(|word| word.literal())
            .unwrap_or_default();
        if !matches!(
            verb.as_str(),
            "cp" | "mv" | "mirror" | "pipe" | "put" | "od"
        ) {
            return Vec::new();
        }
        operands
            .into_iter()
            .skip(1)
            .filter_map(|word| self.aliased("copies to", word))
            .collect()
    }

    /// `alias/bucket/key`; none for a path.
    pub(super) fn aliased(&self, what: &str, word: &Word) -> Option<Copy> {
        let Some(value) = self.value(word) else {
            // Something at an alias that is known, by a name that is not.
            let literal = word.literal();
            return match literal
                .split_once('/')
                .and_then(|(alias, _)| self.alias(alias))
            {
                Some(resolved) if !literal.starts_with('/') => {
                    Some(self.copy(what, &word.raw, word, resolved))
                }
                _ if literal.starts_with(['/', '.']) => None,
                _ => Some(self.copy(what, &word.raw, word, reach::unknown(word.raw.clone()))),
            };
        };
        if value.is_empty() || value.starts_with(['/', '.', '~', '-']) {
            return None;
        }
        let (alias, path) = value.split_once('/').unwrap_or((&value, ""));
        let resolved = match self.alias(alias) {
            Some(resolved) => resolved,
            // A file in the folder that it works in.
            None if path.is_empty() && alias.contains('.') => return None,
            None => reach::unknown(format!("the alias `{alias}`")),
        };
        let bucket = path.split('/').next().filter(|bucket| !bucket.is_empty());
        let mut copy = self.copy(what, &value, word, resolved);
        copy.bucket = bucket.map(str::to_owned);
        Some(copy)
    }

    /// Where an alias of `mc` leads: one that a script sets, one of a variable, or one that `mc` has from the start.
    pub(in crate::residency) fn alias(&self, alias: &str) -> Option<Resolved> {
        if let Some(url) = self.placed.variables.get(&format!("MC_HOST_{alias}")) {
            return Some(self.host(url));
        }
        let exported = self
            .command
            .assigned
            .iter()
            .find(|(name, _)| *name == format!("MC_HOST_{alias}"));
        if let Some((_, word)) = exported {
            return Some(match self.value(word) {
                Some(url) => self.host(&url),
                None => reach::unknown(word.raw.clone()),
            });
        }
        for command in &self.placed.script.commands {
            let is_alias = matches!(command.program().as_str(), "mc" | "mcli")
                && (command.has(&["alias"]) && command.has(&["set", "s"])
                    || command.has(&["config"]) && command.has(&["host"]) && command.has(&["add"]));
            if !is_alias {
                continue;
            }
            let operands = command.operands(&["--api", "--path"]);
            let at = operands
                .iter()
                .position(|word| matches!(word.literal().as_str(), "set" | "s" | "add"))?;
            let (Some(name), Some(url)) = (operands.get(at + 1), operands.get(at + 2)) else {
                continue;
            };
            if self.value(name).as_deref() == Some(alias) {
                return Some(match self.value(url) {
                    Some(url) => self.host(&url),
                    None => reach::unknown(url.raw.clone()),
                });
            }
        }
        match alias {
            "local" => Some(self.host("http://localhost:9000")),
            "play" => Some(self.host("https://play.min.io")),
            "s3" => Some(self.host("https://s3.amazonaws.com")),
            "gcs" => Some(self.host("https://storage.googleapis.com")),
            _ => None,
        }
    }
}

/// Whether a text is a URL or an address with a port.
pub(super) fn is_address(text: &str) -> bool {
    Address::parse(text).is_some_and(|address| address.scheme.is_some() || address.port.is_some())
}
