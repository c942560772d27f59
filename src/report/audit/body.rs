//! What the evidence says, block by block.

use super::Material;
use super::coverage::{self, CellCoverage};
use super::exceptions::{self, Exception};
use super::findings::{self, Finding};
use super::flows::{self, CellFlows};
use super::inputs::{self, InputFile};
use super::limits::LIMITS;
use super::matrix::{self, Row};
use super::policy::{self, Policy};
use super::results::{self, RuleResult, RuleText};
use crate::catalogue;
use crate::digest::Digest;
use crate::kustomize;
use crate::residency;
use serde::Serialize;

/// Everything in the evidence that its digest is made of.
#[derive(Debug, Clone, Serialize)]
pub struct Body {
    /// By whom and by what it was judged.
    pub header: Header,
    /// Whose platform it is.
    pub platform: PlatformName,
    /// Whether it conforms.
    pub verdict: Verdict,
    /// The policy, as it was evaluated.
    pub policy: Policy,
    /// Whose data is in which country, by class.
    pub matrix: Vec<Row>,
    /// Where data goes in each cell.
    pub flows: Vec<CellFlows>,
    /// Written exceptions.
    pub exceptions: Vec<Exception>,
    /// What breaks a rule, and what could not be built.
    pub findings: Vec<Finding>,
    /// What would break a rule without an exception.
    pub excepted: Vec<Finding>,
    /// The rules, by id.
    pub rules: Vec<RuleText>,
    /// What each rule came to in each cell.
    pub results: Vec<RuleResult>,
    /// How much of each cell was looked at.
    pub coverage: Vec<CellCoverage>,
    /// Every file that was looked at.
    pub inputs: Vec<InputFile>,
    /// The hash of what Git says about the past of the pins; none when that could not be read.
    pub history: Option<String>,
    /// What a report of this kind cannot show.
    pub limits: Vec<&'static str>,
}

/// By whom and by what it was judged.
#[derive(Debug, Clone, Serialize)]
pub struct Header {
    /// The program.
    pub tool: &'static str,
    /// Its version.
    pub tool_version: &'static str,
    /// The version of kustomize whose output is built.
    pub kustomize_version: &'static str,
    /// How many rules there are.
    pub rules: usize,
    /// The hash of their texts.
    pub rules_hash: String,
    /// The day on which the table of provider locations was verified.
    pub locations_verified: String,
    /// The hash of that table.
    pub locations_hash: String,
    /// The day as of which expiry was judged.
    pub as_of: String,
    /// The one cell that was judged; none for all of them.
    pub cell: Option<String>,
}

/// Whose platform it is.
#[derive(Debug, Clone, Serialize)]
pub struct PlatformName {
    /// Its name.
    pub name: String,
    /// Its repository.
    pub repository: String,
    /// The branch that is deployed.
    pub branch: String,
}

/// Whether the repository conforms to the policy that it declares.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// In words.
    pub text: &'static str,
    /// Whether it does.
    pub conforms: bool,
    /// Findings that close the gate.
    pub errors: usize,
    /// Findings worth a person's attention.
    pub warnings: usize,
    /// Findings for information.
    pub notes: usize,
    /// Findings that exceptions allow.
    pub excepted: usize,
    /// Results by their kind.
    pub results: results::Counts,
}

impl Body {
    pub(super) fn of(material: &Material<'_>) -> Self {
        let (input, report) = (material.input, material.report);
        let all = findings::Findings::of(report);
        let results = results::results(material);
        let summary = report.summary();
        let conforms = summary.errors == 0;
        let verdict = Verdict {
            text: if conforms {
                "conforms to the declared policy"
            } else {
                "does not conform to the declared policy"
            },
            conforms,
            errors: summary.errors,
            warnings: summary.warnings,
            notes: summary.notes,
            excepted: report.excepted().len(),
            results: results::Counts::of(&results),
        };
        let platform = input.platform;
        let policy = policy::policy(input);
        let exceptions = exceptions::exceptions(input, &all.excepted);
        let flows = flows::flows(input, &exceptions);
        Self {
            header: header(material),
            platform: PlatformName {
                name: platform.name.to_string(),
                repository: platform.repository.url.to_string(),
                branch: platform.branch.clone(),
            },
            verdict,
            matrix: matrix::matrix(&policy, &flows),
            policy,
            flows,
            exceptions,
            findings: all.found,
            excepted: all.excepted,
            rules: results::texts(),
            results,
            coverage: coverage::coverage(input),
            inputs: inputs::inputs(material),
            history: inputs::history(input),
            limits: LIMITS.to_vec(),
        }
    }
}

fn header(material: &Material<'_>) -> Header {
    let verified =
        catalogue::locations_verified_at().map_or_else(String::new, |day| day.to_string());
    let table = catalogue::locations_table();
    Header {
        tool: env!("CARGO_PKG_NAME"),
        tool_version: env!("CARGO_PKG_VERSION"),
        kustomize_version: kustomize::VERSION,
        rules: residency::RULES.len(),
        rules_hash: results::rules_hash(),
        locations_verified: verified,
        locations_hash: sha256(Digest::of(table.as_bytes())),
        as_of: material.input.as_of.to_string(),
        cell: material.input.cell.map(ToString::to_string),
    }
}

/// A digest, as it is written in reports.
pub(super) fn sha256(digest: Digest) -> String {
    format!("sha256:{digest}")
}
