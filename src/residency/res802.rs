//! RES802: jobs that hold credentials of another cell.

mod inherited;

use super::found::Found;
use super::places::home;
use super::rule::{Input, Rule, Weight};
use crate::catalogue;
use crate::diagnostic::Diagnostic;
use crate::facts::{Facts, Job, Workflow, Written, secrets_in};
use crate::model::Platform;
use crate::source::Location;
use crate::spec::types::Provider;
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES802",
    title: "A job holds credentials of another cell",
    severity: Weight::High,
    rationale: "A job that is for one region or environment and reads another one's secret can change both, and a matrix over regions with one kubeconfig changes whichever \
        the kubeconfig is for. So does a job that calls a reusable workflow with `secrets: inherit` where that one reads such a secret, or is kept in another \
        repository, which gets every secret that workflows here name. Jobs are told by their id, name and environment; secrets and roles by their names.",
    fix: "Give each region and environment a GitHub environment of its own, and let the job read the secrets of that one only.",
    example_bad: "jobs:\n  deploy-es:\n    env:\n      KUBECONFIG_DATA: ${{ secrets.TR_KUBECONFIG }}",
    example_good: "jobs:\n  deploy-es:\n    environment: production-es\n    env:\n      KUBECONFIG_DATA: ${{ secrets.KUBECONFIG }}",
    exceptable: false,
    check,
};

/// Parts of names of secrets that open a cluster or a cloud.
const CREDENTIALS: [&str; 11] = [
    "KUBE",
    "CREDENTIALS",
    "AWS_",
    "GCP_",
    "GOOGLE_",
    "AZURE_",
    "VAULT",
    "SSH_",
    "ROLE_ARN",
    "AGE_KEY",
    "MINIO",
];

/// The regions and environments that a text names.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Named {
    regions: BTreeSet<String>,
    environments: BTreeSet<String>,
}

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    out.looked(
        &RULE,
        "",
        facts.workflows.iter().map(|w| w.jobs.len()).sum(),
    );
    for workflow in &facts.workflows {
        for job in &workflow.jobs {
            judge(input, workflow, job, out);
            handed_on(input, facts, job, out);
        }
    }
}

/// What a job hands on to the workflow that it calls.
fn handed_on(input: &Input<'_>, facts: &Facts<'_>, job: &Job, out: &mut Found) {
    let platform = input.platform;
    let own = own(platform, job);
    let is_for_many = is_for_many_cells(platform, job);
    let mut told = BTreeSet::new();
    for inherited in inherited::inherited(platform, facts, job) {
        let secret = &inherited.secret;
        let called = &inherited.called;
        let message = match foreign(&own, &named(platform, secret)) {
            Some(whose) => format!(
                "job `{}` is for {} and lets `{called}` inherit the secret `{secret}`, of {whose}",
                job.id,
                words(&own)
            ),
            None if is_for_many && !inherited.is_scoped && is_credential(secret) => format!(
                "every cell in the matrix of job `{}` lets `{called}` inherit the same secret `{secret}`",
                job.id
            ),
            None => continue,
        };
        if told.insert(secret.clone()) {
            let finding = finding(message, inherited.place, "all secrets are handed on");
            out.push(finding.at(inherited.read, "read here"));
        }
    }
}

fn judge(input: &Input<'_>, workflow: &Workflow, job: &Job, out: &mut Found) {
    let platform = input.platform;
    let own = own(platform, job);
    let uses = uses(workflow, job);
    for (secret, place) in &uses {
        if let Some(whose) = foreign(&own, &named(platform, secret)) {
            let message = format!(
                "job `{}` is for {} and reads the secret `{secret}`, of {whose}",
                job.id,
                words(&own)
            );
            out.push(finding(message, place.clone(), "another cell's"));
        }
    }
    several(platform, job, &own, &uses, out);
    matrix(platform, job, &uses, out);
    roles(input, job, &own, out);
}

fn finding(message: String, place: Location, label: &str) -> Diagnostic {
    RULE.finding(message).at(place, label).help(RULE.fix)
}

/// What a job is for.
fn own(platform: &Platform, job: &Job) -> Named {
    let mut own = named(platform, &job.id);
    for text in [job.environment(), job.node.text_at(&["name"])] {
        if !text.contains("${{") {
            let more = named(platform, text);
            own.regions.extend(more.regions);
            own.environments.extend(more.environments);
        }
    }
    own
}

fn named(platform: &Platform, text: &str) -> Named {
    let lower = text.to_lowercase();
    let list: Vec<&str> = lower
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |name: &str| {
        let lower = name.to_lowercase();
        let parts: Vec<&str> = lower.split('-').collect();
        list.windows(parts.len()).any(|window| window == parts)
    };
    let regions = platform.regions.keys().filter(|name| has(name.as_str()));
    let environments = platform
        .environments
        .iter()
        .map(|environment| &environment.name);
    Named {
        regions: regions.map(ToString::to_string).collect(),
        environments: environments
            .filter(|name| has(name.as_str()))
            .map(ToString::to_string)
            .collect(),
    }
}

/// Whose something is, when that is not what the job is for.
fn foreign(own: &Named, other: &Named) -> Option<String> {
    let of = |own: &BTreeSet<String>, other: &BTreeSet<String>| {
        let strange = other.iter().find(|name| !own.contains(*name));
        strange.filter(|_| !own.is_empty()).cloned()
    };
    of(&own.regions, &other.regions)
        .map(|name| format!("region `{name}`"))
        .or_else(|| {
            of(&own.environments, &other.environments).map(|name| format!("environment `{name}`"))
        })
}

fn words(named: &Named) -> String {
    let all: Vec<&str> = named
        .environments
        .iter()
        .chain(&named.regions)
        .map(String::as_str)
        .collect();
    format!("`{}`", all.join("/"))
}

/// The secrets that a job reads, those of the whole workflow's variables too.
fn uses(workflow: &Workflow, job: &Job) -> Vec<(String, Location)> {
    let of_all = workflow.root.get("env");
    let mut found = Vec::new();
    for (_, node) in of_all
        .into_iter()
        .chain([&job.node])
        .flat_map(Written::scalars)
    {
        let text = node.text().unwrap_or_default();
        for secret in secrets_in(text) {
            found.push((secret.to_owned(), narrowed(workflow, &node.place, secret)));
        }
    }
    found
}

fn narrowed(workflow: &Workflow, place: &Location, part: &str) -> Location {
    let found = place.span.and_then(|(start, end)| {
        let at = start + workflow.text.get(start..end)?.find(part)?;
        Some(Location::new(place.path.clone(), at..at + part.len()))
    });
    found.unwrap_or_else(|| place.clone())
}

/// A job for no region in particular that holds credentials of several.
fn several(
    platform: &Platform,
    job: &Job,
    own: &Named,
    uses: &[(String, Location)],
    out: &mut Found,
) {
    if !own.regions.is_empty() {
        return;
    }
    let mut regions = BTreeSet::new();
    for (secret, place) in uses.iter().filter(|(secret, _)| is_credential(secret)) {
        let of = named(platform, secret).regions;
        let is_new = !of.is_subset(&regions);
        if is_new && !regions.is_empty() {
            let message = format!(
                "job `{}` holds credentials of several regions, `{secret}` among them",
                job.id
            );
            out.push(finding(message, place.clone(), "a second region's"));
        }
        regions.extend(of);
    }
}

fn is_credential(secret: &str) -> bool {
    CREDENTIALS.iter().any(|part| secret.contains(part))
}

/// A matrix over cells in which every one gets the same credentials.
fn matrix(platform: &Platform, job: &Job, uses: &[(String, Location)], out: &mut Found) {
    if !is_for_many_cells(platform, job) {
        return;
    }
    for (secret, place) in uses.iter().filter(|(secret, _)| is_credential(secret)) {
        let message = format!(
            "every cell in the matrix of job `{}` gets the same secret `{secret}`",
            job.id
        );
        out.push(finding(message, place.clone(), "one for all cells"));
    }
}

/// Whether a job runs once for each of several cells, without the environment of each.
fn is_for_many_cells(platform: &Platform, job: &Job) -> bool {
    let Some(matrix) = job.node.at(&["strategy", "matrix"]) else {
        return false;
    };
    let mut all = Named::default();
    for (_, node) in matrix.scalars() {
        let more = named(platform, node.text().unwrap_or_default());
        all.regions.extend(more.regions);
        all.environments.extend(more.environments);
    }
    let is_scoped = job.environment().contains("matrix.");
    (all.regions.len() > 1 || all.environments.len() > 1) && !is_scoped
}

/// Roles of a cloud, and the place in which a job acts.
fn roles(input: &Input<'_>, job: &Job, own: &Named, out: &mut Found) {
    for step in job.steps() {
        for field in step.get("with").map_or(&[][..], Written::fields) {
            let text = field.value.text().unwrap_or_default();
            let is_role = matches!(
                field.key.as_str(),
                "role-to-assume" | "workload_identity_provider" | "service_account" | "client-id"
            );
            if is_role
                && !text.contains("secrets.")
                && let Some(whose) = foreign(own, &named(input.platform, text))
            {
                let message = format!(
                    "job `{}` is for {} and takes on the role `{text}`, of {whose}",
                    job.id,
                    words(own)
                );
                out.push(finding(
                    message,
                    field.value.place.clone(),
                    "another cell's",
                ));
            }
            if field.key == "aws-region" && is_abroad(input, own, text) {
                let message = format!(
                    "job `{}` is for {} and acts in `{text}`",
                    job.id,
                    words(own)
                );
                out.push(finding(
                    message,
                    field.value.place.clone(),
                    "another jurisdiction",
                ));
            }
        }
    }
}

fn is_abroad(input: &Input<'_>, own: &Named, code: &str) -> bool {
    let Some(place) = catalogue::find(Provider::Aws, code) else {
        return false;
    };
    own.regions.iter().any(|name| {
        let region = input
            .platform
            .regions
            .values()
            .find(|region| region.name.as_str() == name);
        region
            .and_then(|region| home(input.platform, region))
            .is_some_and(|home| !place.countries.is_subset(home))
    })
}
