//! RES308: clients that are told whom they are and not where to go.

use super::built::finding;
use super::clients::{CLIENTS, S3};
use super::found::Found;
use super::res307::{is_declared, is_set};
use super::rule::{Input, Rule, Weight};
use crate::facts::{CellFacts, Container, Setting, Spot, Variable, Workload};
use crate::kustomize::Node;
use crate::spec::types::Provider;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES308",
    title: "A client without an address goes to its vendor",
    severity: Weight::Critical,
    rationale: "A client library that has a key and no address uses the one that is built into it: Amazon's for S3, api.openai.com, the vendor's for tracing language \
        models. Nothing in the manifest names a foreign host, and yet data goes there. Looked at are the variables by which each client finds its key and its \
        address, and addresses of buckets such as `s3://…` in variables and commands without the address of a store beside them. In a region of Amazon's \
        own, its region is an address; elsewhere it is none.",
    fix: "Set the variable that holds the address to a service in the cell, or take the key away.",
    example_bad: "- name: OPENAI_API_KEY\n  valueFrom: {secretKeyRef: {name: ai, key: token}}",
    example_good: "- name: OPENAI_API_KEY\n  valueFrom: {secretKeyRef: {name: ai, key: token}}\n- name: OPENAI_BASE_URL\n  value: http://vllm.carebase-apps.svc:8000/v1",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut count = 0;
        for workload in &here.workloads {
            for container in &workload.containers {
                count += 1;
                container_of(input, here, workload, container, out);
            }
        }
        out.examined(&RULE, here, count);
    }
}

fn container_of(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    workload: &Workload,
    container: &Container,
    out: &mut Found,
) {
    let has = |name: &&&str| {
        container
            .variable(name)
            .is_some_and(|variable| is_set(&variable.value))
    };
    let mut report = |spot: &Spot, what: &str, default: &str| {
        let message = format!(
            "container `{}` of {} has {what} and no address: it goes to `{default}`",
            container.name,
            here.manifests[workload.manifest].identity()
        );
        let label = format!("goes to `{default}` by default");
        out.push(finding(&RULE, input, here, spot, message, label).help(RULE.fix));
    };
    for client in CLIENTS {
        let shown = client.shown_by.iter().find(has);
        let Some(variable) = shown.and_then(|name| container.variable(name)) else {
            continue;
        };
        let is_off = matches!(&variable.value, Setting::Text(text) if matches!(text.as_str(), "false" | "0" | "off" | "no"));
        if is_off
            || client.addressed_by.iter().any(|name| has(&name))
            || is_declared(here, client.default)
        {
            continue;
        }
        // One's own project on Google's cloud, by the identity of the pod, is judged by the place of its buckets.
        if client.default == "storage.googleapis.com" && is_at(here, Provider::Gcp) {
            continue;
        }
        let spot = name_of(workload, container, variable);
        report(&spot, &format!("`{}`", variable.name), client.default);
    }
    if has_store_address(container)
        || is_at_amazon(here, container)
        || is_declared(here, "amazonaws.com")
    {
        return;
    }
    if let Some(variable) = S3
        .iter()
        .find(has)
        .and_then(|name| container.variable(name))
    {
        let spot = name_of(workload, container, variable);
        report(&spot, &format!("`{}`", variable.name), "s3.amazonaws.com");
    }
    for (spot, bucket) in buckets(container) {
        let default = match bucket.split("://").next() {
            Some("gs" | "gcs") if is_at(here, Provider::Gcp) => continue,
            Some("gs" | "gcs") => "storage.googleapis.com",
            _ => "s3.amazonaws.com",
        };
        report(&spot, &format!("the bucket `{bucket}`"), default);
    }
}

/// The name of a variable where the container sets it; its value when it comes from elsewhere.
pub(super) fn name_of(workload: &Workload, container: &Container, variable: &Variable) -> Spot {
    let written = container.node.get("env").map_or(&[][..], Node::items);
    written
        .iter()
        .rev()
        .filter_map(|one| one.get("name"))
        .find(|name| name.as_text() == Some(variable.name.as_str()))
        .map_or_else(
            || variable.spot.clone(),
            |name| Spot::whole(workload.manifest, name),
        )
}

/// Whether a region is at a provider.
fn is_at(here: &CellFacts<'_>, provider: Provider) -> bool {
    here.region
        .is_some_and(|region| region.place.provider == provider)
}

/// Whether a container is told the address of an object store, by a variable or a flag.
fn has_store_address(container: &Container) -> bool {
    let names_a_store = |name: &str| {
        let name = name.to_ascii_uppercase();
        let is_store = [
            "S3", "AWS", "MINIO", "OBJECT", "STORAGE", "BUCKET", "RCLONE", "MC_HOST", "RESTIC",
            "BLOB", "STORE",
        ]
        .iter()
        .any(|word| name.contains(word));
        let is_address = ["ENDPOINT", "URL", "HOST", "SERVER", "ADDRESS", "REPOSITORY"]
            .iter()
            .any(|word| name.contains(word));
        is_store && is_address
    };
    let by_variable = container.env.iter().any(|variable| {
        (names_a_store(&variable.name) || variable.name == "ENDPOINT_URL")
            && is_set(&variable.value)
    });
    let by_flag = container.words.iter().any(|word| {
        [
            "--endpoint",
            "--s3-endpoint",
            "--s3.endpoint",
            "-endpoint",
            "--host=",
            "--s3-url",
            "s3.endpoint",
            "mc alias set",
            // Set in the script itself: where it leads is RES208's to say.
            "AWS_ENDPOINT_URL=",
            "AWS_ENDPOINT_URL_S3=",
            "S3_ENDPOINT_URL=",
        ]
        .iter()
        .any(|flag| word.text.contains(flag))
    });
    by_variable || by_flag
}

/// Whether a region of Amazon's is the home of a client that names no other.
fn is_at_amazon(here: &CellFacts<'_>, container: &Container) -> bool {
    let Some(region) = here.region.filter(|_| is_at(here, Provider::Aws)) else {
        return false;
    };
    // The parent region of a zone is elsewhere.
    let code = region.place.parent.as_deref().unwrap_or(&region.place.code);
    code == region.place.code
        && ["AWS_REGION", "AWS_DEFAULT_REGION"]
            .iter()
            .filter_map(|name| container.text(name))
            .all(|text| text == code)
}

/// Addresses of buckets in variables and words.
fn buckets(container: &Container) -> Vec<(Spot, String)> {
    let variables = container
        .env
        .iter()
        .filter_map(|variable| match &variable.value {
            Setting::Text(text) => Some((&variable.spot, text.as_str())),
            _ => None,
        });
    let words = container
        .words
        .iter()
        .map(|word| (&word.spot, word.text.as_str()));
    variables
        .chain(words)
        .filter_map(|(spot, text)| {
            let start = ["s3://", "gs://", "s3a://"]
                .iter()
                .filter_map(|scheme| text.find(scheme))
                .min()?;
            let rest = &text[start..];
            let end = rest
                .find(|c: char| c.is_whitespace() || "\"'`;|&)".contains(c))
                .unwrap_or(rest.len());
            let bucket = &rest[..end];
            Some((spot.clone().part(bucket), bucket.to_owned()))
        })
        .collect()
}
