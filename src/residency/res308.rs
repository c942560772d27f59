//! RES308: clients that are told whom they are and not where to go.

use super::built::finding;
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

/// A client: the variables that show that it is used, those that say where it goes, where it goes without them.
struct Client {
    shown_by: &'static [&'static str],
    addressed_by: &'static [&'static str],
    default: &'static str,
}

const fn client(
    shown_by: &'static [&'static str],
    addressed_by: &'static [&'static str],
    default: &'static str,
) -> Client {
    Client {
        shown_by,
        addressed_by,
        default,
    }
}

/// Each from the client's own documentation, which names the variables and the default.
const CLIENTS: &[Client] = &[
    // https://github.com/openai/openai-python
    client(
        &["OPENAI_API_KEY", "OPENAI_KEY", "OPENAI_TOKEN"],
        &[
            "OPENAI_BASE_URL",
            "OPENAI_API_BASE",
            "OPENAI_API_BASE_URL",
            "OPENAI_API_HOST",
            "OPENAI_API_URL",
            "OPENAI_ENDPOINT",
            "OPENAI_HOST",
            "OPENAI_URL",
        ],
        "api.openai.com",
    ),
    // https://github.com/anthropics/anthropic-sdk-python
    client(
        &["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"],
        &["ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL"],
        "api.anthropic.com",
    ),
    client(
        &["AZURE_OPENAI_API_KEY", "AZURE_OPENAI_KEY"],
        &[
            "AZURE_OPENAI_ENDPOINT",
            "OPENAI_API_BASE",
            "OPENAI_BASE_URL",
            "AZURE_OPENAI_BASE_URL",
        ],
        "openai.azure.com",
    ),
    // https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
    client(
        &[
            "HF_TOKEN",
            "HF_API_TOKEN",
            "HF_API_KEY",
            "HUGGINGFACE_TOKEN",
            "HUGGINGFACE_API_KEY",
            "HUGGING_FACE_HUB_TOKEN",
            "HUGGINGFACEHUB_API_TOKEN",
        ],
        &[
            "HF_ENDPOINT",
            "HF_HUB_OFFLINE",
            "HF_INFERENCE_ENDPOINT",
            "TRANSFORMERS_OFFLINE",
        ],
        "huggingface.co",
    ),
    client(
        &["MISTRAL_API_KEY"],
        &[
            "MISTRAL_BASE_URL",
            "MISTRAL_API_BASE",
            "MISTRAL_ENDPOINT",
            "MISTRAL_SERVER_URL",
        ],
        "api.mistral.ai",
    ),
    client(
        &["COHERE_API_KEY", "CO_API_KEY"],
        &["CO_API_URL", "COHERE_BASE_URL", "COHERE_API_URL"],
        "api.cohere.com",
    ),
    client(
        &["GROQ_API_KEY"],
        &["GROQ_BASE_URL", "GROQ_API_BASE"],
        "api.groq.com",
    ),
    client(
        &[
            "GEMINI_API_KEY",
            "GOOGLE_GENAI_API_KEY",
            "GOOGLE_GENERATIVE_AI_API_KEY",
        ],
        &[
            "GOOGLE_GEMINI_BASE_URL",
            "GEMINI_BASE_URL",
            "GEMINI_API_BASE",
        ],
        "generativelanguage.googleapis.com",
    ),
    client(
        &["DEEPSEEK_API_KEY"],
        &["DEEPSEEK_BASE_URL", "DEEPSEEK_API_BASE"],
        "api.deepseek.com",
    ),
    client(
        &["OPENROUTER_API_KEY"],
        &["OPENROUTER_BASE_URL", "OPENROUTER_API_BASE"],
        "openrouter.ai",
    ),
    client(
        &["REPLICATE_API_TOKEN"],
        &["REPLICATE_BASE_URL", "REPLICATE_API_BASE_URL"],
        "api.replicate.com",
    ),
    client(
        &["TOGETHER_API_KEY"],
        &["TOGETHER_BASE_URL", "TOGETHER_API_BASE"],
        "api.together.xyz",
    ),
    client(
        &["VOYAGE_API_KEY"],
        &["VOYAGE_BASE_URL", "VOYAGE_API_BASE"],
        "api.voyageai.com",
    ),
    client(&["JINA_API_KEY"], &["JINA_BASE_URL"], "api.jina.ai"),
    client(
        &["ELEVENLABS_API_KEY"],
        &["ELEVENLABS_BASE_URL"],
        "api.elevenlabs.io",
    ),
    client(
        &["DEEPGRAM_API_KEY"],
        &["DEEPGRAM_HOST", "DEEPGRAM_BASE_URL"],
        "api.deepgram.com",
    ),
    client(&["TAVILY_API_KEY"], &["TAVILY_BASE_URL"], "api.tavily.com"),
    // https://docs.langchain.com/langsmith/env-var
    client(
        &[
            "LANGSMITH_API_KEY",
            "LANGCHAIN_API_KEY",
            "LANGCHAIN_TRACING_V2",
            "LANGSMITH_TRACING",
        ],
        &["LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT"],
        "api.smith.langchain.com",
    ),
    // https://langfuse.com/docs/observability/sdk/python/setup
    client(
        &["LANGFUSE_SECRET_KEY", "LANGFUSE_PUBLIC_KEY"],
        &["LANGFUSE_HOST", "LANGFUSE_BASE_URL", "LANGFUSE_BASEURL"],
        "cloud.langfuse.com",
    ),
    client(
        &["WANDB_API_KEY"],
        &["WANDB_BASE_URL", "WANDB_MODE"],
        "api.wandb.ai",
    ),
    client(
        &["HELICONE_API_KEY"],
        &["HELICONE_BASE_URL"],
        "api.helicone.ai",
    ),
    // https://posthog.com/docs/libraries
    client(
        &[
            "POSTHOG_API_KEY",
            "POSTHOG_KEY",
            "POSTHOG_PROJECT_API_KEY",
            "NEXT_PUBLIC_POSTHOG_KEY",
            "NEXT_PUBLIC_POSTHOG_TOKEN",
        ],
        &[
            "POSTHOG_HOST",
            "POSTHOG_API_HOST",
            "POSTHOG_URL",
            "NEXT_PUBLIC_POSTHOG_HOST",
        ],
        "us.i.posthog.com",
    ),
    // https://docs.sentry.io/cli/configuration/
    client(
        &["SENTRY_AUTH_TOKEN"],
        &["SENTRY_URL", "SENTRY_HOST", "SENTRY_DSN"],
        "sentry.io",
    ),
    client(
        &["GRAFANA_CLOUD_API_KEY", "GRAFANA_CLOUD_TOKEN"],
        &["GRAFANA_CLOUD_URL"],
        "grafana.net",
    ),
    client(
        &[
            "GOOGLE_APPLICATION_CREDENTIALS",
            "GCS_BUCKET",
            "GOOGLE_CLOUD_STORAGE_BUCKET",
        ],
        &["STORAGE_EMULATOR_HOST", "GOOGLE_CLOUD_UNIVERSE_DOMAIN"],
        "storage.googleapis.com",
    ),
    client(
        &[
            "AZURE_STORAGE_ACCOUNT",
            "AZURE_STORAGE_KEY",
            "AZURE_STORAGE_ACCOUNT_KEY",
            "AZURE_ACCOUNT_NAME",
        ],
        &[
            "AZURE_STORAGE_BLOB_ENDPOINT",
            "AZURE_BLOB_ENDPOINT",
            "AZURE_STORAGE_CONNECTION_STRING",
            "AZURE_STORAGE_SERVICE_ENDPOINT",
            "AZURE_STORAGE_ENDPOINT",
        ],
        "blob.core.windows.net",
    ),
];

/// Variables of an S3 client. <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
const S3: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_PROFILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "S3_BUCKET",
    "S3_BUCKET_NAME",
    "AWS_S3_BUCKET",
    "AWS_BUCKET",
    "AWS_STORAGE_BUCKET_NAME",
    "S3_ACCESS_KEY",
    "S3_ACCESS_KEY_ID",
    "GLOBAL_S3_BUCKET",
    "STORAGE_S3_BUCKET",
];

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
