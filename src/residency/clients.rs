//! Client libraries that go to their vendor when nobody tells them where to go: the variables they read, for RES308.

/// A client: the variables that show that it is used, those that say where it goes, where it goes without them.
pub(super) struct Client {
    pub(super) shown_by: &'static [&'static str],
    pub(super) addressed_by: &'static [&'static str],
    pub(super) default: &'static str,
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
pub(super) const CLIENTS: &[Client] = &[
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
pub(super) const S3: &[&str] = &[
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
