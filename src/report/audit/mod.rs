//! The evidence for an auditor: what was examined, by which policy, with which result, so that somebody else can come to the
//! same result later.
//!
//! In: [`Material`], everything a run of `validate` knows. Out: an [`Audit`], from which the JSON that `verify` reproduces and
//! the page that people read are written. Its body has no clock, no path of a machine and no credential in it, so that the
//! same files give the same bytes everywhere. It says whether a repository conforms to the policy that it declares, and
//! nothing about any law.

mod body;
mod canonical;
mod coverage;
mod exceptions;
mod findings;
mod flows;
mod inputs;
mod layout;
mod limits;
mod map;
mod matrix;
mod page;
mod policy;
mod recorded;
mod results;
mod shown;
mod ways;

pub use body::Body;
pub use canonical::digest;
pub use recorded::Recorded;

use super::Report;
use crate::digest::Digest;
use crate::residency::{Input, Judgement};
use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The name of the report for programs and for `verify`.
pub const JSON_FILE: &str = "residency-report.json";
/// The name of the report for code scanning.
pub const SARIF_FILE: &str = "residency.sarif";
/// The name of the report for people.
pub const HTML_FILE: &str = "residency-report.html";

/// What the `format` of the JSON says.
pub const FORMAT: &str = "platformctl-residency-report";
/// Version of the JSON; it grows when a key changes its meaning or goes away.
pub const VERSION: u32 = 1;

/// Whether a file is one of a report's own, which are no input of the next one.
pub fn is_own(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    [JSON_FILE, SARIF_FILE, HTML_FILE]
        .iter()
        .any(|own| name == *own || name == partial(own))
}

/// The name under which a file of a report is written before it takes its place.
pub fn partial(name: &str) -> String {
    format!(".{name}.partial")
}

/// Everything that a run of `validate` knows.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// What was judged.
    pub input: &'a Input<'a>,
    /// What the rules say.
    pub judgement: &'a Judgement,
    /// What is reported: findings, problems and what exceptions allow, free of credentials.
    pub report: &'a Report,
    /// Every file that was looked at, with the hash of what was read.
    pub files: &'a BTreeMap<String, Digest>,
}

/// The evidence, and its digest.
#[derive(Debug, Clone)]
pub struct Audit {
    /// What it says.
    pub body: Body,
    /// The same as JSON.
    pub value: Value,
    /// The SHA-256 of the canonical JSON of the body.
    pub digest: Digest,
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u32,
    digest: String,
    body: &'a Body,
}

impl Audit {
    /// Puts together what there is to say.
    ///
    /// # Errors
    /// Never for anything a user wrote; when something cannot be written as JSON.
    pub fn of(material: &Material<'_>) -> anyhow::Result<Self> {
        let body = Body::of(material);
        let value = serde_json::to_value(&body).context("writing the report as JSON")?;
        let digest = digest(&value);
        Ok(Self {
            body,
            value,
            digest,
        })
    }

    /// The JSON document that `verify` takes.
    ///
    /// # Errors
    /// As [`Audit::of`].
    pub fn json(&self) -> anyhow::Result<String> {
        let document = Document {
            format: FORMAT,
            version: VERSION,
            digest: format!("sha256:{}", self.digest),
            body: &self.body,
        };
        let text = serde_json::to_string_pretty(&document).context("writing the report as JSON")?;
        Ok(format!("{text}\n"))
    }
}
