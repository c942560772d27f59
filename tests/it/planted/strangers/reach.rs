//! Addresses of every kind, in every way.

use super::{ES, Plant, TR, all_caught, beside, custom, deployment, env, merge, object, plant};
use crate::support::planted::Planted;

const BASE: &str = "cluster/apps/backend-api/deployment.yaml";

pub(super) fn plants() -> Vec<Plant> {
    vec![
        plant(
            "the database of the other region",
            "RES301",
            custom(TR, "backend-api"),
            "pg.es.carebase.example",
            env(TR, "backend-api", "backend-api", "REPORTS_HOST", "pg.es.carebase.example"),
        ),
        plant(
            "a bucket's address in Paris",
            "RES301",
            custom(ES, "backend-ai"),
            "s3.eu-west-3.amazonaws.com",
            env(ES, "backend-ai", "backend-ai", "MODELS_ENDPOINT", "https://s3.eu-west-3.amazonaws.com"),
        ),
        plant(
            "in the base, for everybody",
            "RES301",
            BASE,
            "api.es.carebase.example",
            Planted::example().replace(BASE, "value: http://backend-ai.carebase-apps.svc:8001", "value: https://api.es.carebase.example"),
        ),
        plant(
            "a partner that nobody declared",
            "RES302",
            custom(TR, "backend-api"),
            "audit.partner.example",
            env(TR, "backend-api", "backend-api", "AUDIT_SINK", "audit.partner.example:6514"),
        ),
        plant(
            "a bare address as an argument",
            "RES302",
            beside(ES, "backend-api", "added.yaml"),
            "198.51.100.23",
            object(
                ES,
                "backend-api",
                &deployment("carebase-apps", "relay", "image: ghcr.io/acme/relay@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nargs: [\"--upstream=198.51.100.23:443\"]\n"),
            ),
        ),
        plant(
            "in a text of configuration",
            "RES302",
            beside(TR, "backend-api", "added.yaml"),
            "collector.vendor.example",
            object(TR, "backend-api", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n  namespace: carebase-apps\ndata:\n  app.yaml: |\n    audit:\n      url: https://collector.vendor.example/v1\n"),
        ),
        plant(
            "hidden in base64",
            "RES303",
            custom(TR, "backend-api"),
            "aHR0cHM6Ly9jb2xsZWN0b3IudmVuZG9yLmV4YW1wbGUvdjE=",
            env(TR, "backend-api", "backend-api", "BLOB", "aHR0cHM6Ly9jb2xsZWN0b3IudmVuZG9yLmV4YW1wbGUvdjE="),
        ),
        plant(
            "hidden in a plain Secret",
            "RES303",
            beside(ES, "backend-api", "added.yaml"),
            "aHR0cHM6Ly9jb2xsZWN0b3IudmVuZG9yLmV4YW1wbGUvdjE=",
            object(ES, "backend-api", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: own\n  namespace: carebase-apps\ndata:\n  sink: aHR0cHM6Ly9jb2xsZWN0b3IudmVuZG9yLmV4YW1wbGUvdjE=\n"),
        ),
        plant(
            "put together from two variables",
            "RES303",
            beside(TR, "backend-api", "added.yaml"),
            "$(PART)",
            object(
                TR,
                "backend-api",
                &deployment("carebase-apps", "relay", "image: ghcr.io/acme/relay@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nenv:\n  - name: PART\n    value: collector.vendor\n  - name: SINK\n    value: https://$(PART).example/v1\n"),
            ),
        ),
        plant(
            "an address in a Secret that nobody can read",
            "RES304",
            beside(TR, "backend-api", "added.yaml"),
            "",
            object(
                TR,
                "backend-api",
                &deployment("carebase-apps", "relay", "image: ghcr.io/acme/relay@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nenv:\n  - name: REDIS_URL\n    valueFrom:\n      secretKeyRef:\n        name: relay\n        key: url\n"),
            ),
        ),
        plant(
            "a name in the cluster for a host abroad",
            "RES305",
            beside(TR, "backend-api", "added.yaml"),
            "db.abc.supabase.co",
            object(TR, "backend-api", "apiVersion: v1\nkind: Service\nmetadata:\n  name: db\n  namespace: carebase-apps\nspec:\n  type: ExternalName\n  externalName: db.abc.supabase.co\n"),
        ),
        plant(
            "addresses given to a Service by hand",
            "RES305",
            beside(ES, "backend-api", "added.yaml"),
            "203.0.113.40",
            object(ES, "backend-api", "apiVersion: v1\nkind: Service\nmetadata:\n  name: db\n  namespace: carebase-apps\nspec:\n  ports: [{port: 5432}]\n---\napiVersion: v1\nkind: Endpoints\nmetadata:\n  name: db\n  namespace: carebase-apps\nsubsets:\n  - addresses:\n      - ip: 203.0.113.40\n    ports: [{port: 5432}]\n"),
        ),
        plant(
            "the object store's name bent",
            "RES306",
            custom(TR, "backend-api"),
            "198.51.100.9",
            merge(TR, "backend-api", "Deployment", "backend-api", "template:\n  spec:\n    hostAliases:\n      - ip: 198.51.100.9\n        hostnames:\n          - object-storage.carebase-data.svc\n"),
        ),
        plant(
            "everything through a proxy",
            "RES306",
            custom(ES, "backend-ai"),
            "proxy.corp.example",
            env(ES, "backend-ai", "backend-ai", "HTTPS_PROXY", "http://proxy.corp.example:3128"),
        ),
        plant(
            "another resolver",
            "RES306",
            custom(TR, "frontend"),
            "8.8.8.8",
            merge(TR, "frontend", "Deployment", "frontend", "template:\n  spec:\n    dnsPolicy: None\n    dnsConfig:\n      nameservers:\n        - 8.8.8.8\n"),
        ),
        plant(
            "errors of browsers sent to a vendor",
            "RES307",
            custom(ES, "frontend"),
            "o99.ingest.sentry.io",
            env(ES, "frontend", "frontend", "NEXT_PUBLIC_SENTRY_DSN", "https://k@o99.ingest.sentry.io/1"),
        ),
        plant(
            "questions about patients to a model abroad",
            "RES307",
            custom(TR, "backend-ai"),
            "api.openai.com",
            env(TR, "backend-ai", "backend-ai", "LLM_BASE_URL", "https://api.openai.com/v1"),
        ),
        plant(
            "a key without an address",
            "RES308",
            custom(TR, "backend-ai"),
            "OPENAI_API_KEY",
            env(TR, "backend-ai", "backend-ai", "OPENAI_API_KEY", "from-somewhere"),
        ),
        plant(
            "the object store's address taken away",
            "RES308",
            BASE,
            "",
            Planted::example().replace(
                BASE,
                "            - name: AWS_ENDPOINT_URL_S3\n              value: https://object-storage.carebase-data.svc:9000\n",
                "",
            ),
        ),
    ]
}

#[test]
fn addresses_elsewhere_are_caught() {
    all_caught(&plants());
}
