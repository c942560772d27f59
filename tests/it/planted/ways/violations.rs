//! What is planted in every way.

use crate::planted::strangers::{ES, TR};

/// A value that must not stand where it is put.
pub(super) struct Violation {
    /// What it is, in words.
    pub(super) name: &'static str,
    /// The rule that must say so.
    pub(super) rule: &'static str,
    /// The rule that says so when the value is not readable as it stands: some rules are about addresses in the clear only.
    pub(super) hidden: &'static str,
    pub(super) cell: &'static str,
    pub(super) unit: &'static str,
    pub(super) kind: &'static str,
    pub(super) object: &'static str,
    pub(super) container: &'static str,
    /// The variable that is set to it.
    pub(super) variable: &'static str,
    pub(super) value: &'static str,
    /// A part of the value that another variable can hold.
    pub(super) cut: &'static str,
    /// A flag of a command line for it.
    pub(super) flag: &'static str,
    /// A file of configuration in which it stands, with `VALUE` in its place.
    pub(super) file: &'static str,
    pub(super) text: &'static str,
}

pub(super) const S3: &str = "S3 abroad";
pub(super) const SMTP: &str = "mails abroad";
pub(super) const LOGS: &str = "logs abroad";
pub(super) const DATABASE: &str = "the database of another cell";
pub(super) const BUCKET: &str = "the bucket of another cell";
pub(super) const BACKUPS: &str = "backups abroad";
pub(super) const TRACES: &str = "traces abroad";
pub(super) const WEBHOOK: &str = "a host that nobody declared";
pub(super) const PROXY: &str = "a proxy";
pub(super) const VENDOR: &str = "errors to a vendor";

/// A service of one's own, with the violation still to be said.
const fn service(name: &'static str, cell: &'static str, unit: &'static str) -> Violation {
    Violation {
        name,
        rule: "",
        hidden: "",
        cell,
        unit,
        kind: "Deployment",
        object: unit,
        container: unit,
        variable: "",
        value: "",
        cut: "",
        flag: "",
        file: "app.yaml",
        text: "",
    }
}

/// The table.
pub(super) fn violations() -> [Violation; 10] {
    [
        Violation {
            rule: "RES301",
            hidden: "RES303",
            variable: "REPORTS_S3_ENDPOINT",
            value: "https://s3.eu-west-3.amazonaws.com",
            cut: "eu-west-3.amazonaws",
            flag: "--s3-endpoint",
            text: "storage:\n  s3:\n    endpoint: VALUE\n    path-style: true\n",
            ..service(S3, ES, "backend-ai")
        },
        Violation {
            rule: "RES210",
            hidden: "RES210",
            object: "supabase-auth",
            container: "auth",
            variable: "GOTRUE_SMTP_HOST",
            value: "smtp.mail-relay.example",
            cut: "mail-relay",
            ..service(SMTP, TR, "supabase")
        },
        Violation {
            rule: "RES702",
            hidden: "RES702",
            variable: "LOKI_URL",
            value: "https://logs.vendor.example/loki/api/v1/push",
            cut: "vendor",
            flag: "--client.url",
            file: "promtail.yaml",
            text: "clients:\n  - url: VALUE\n",
            ..service(LOGS, TR, "backend-ai")
        },
        Violation {
            rule: "RES301",
            hidden: "RES303",
            variable: "REPORTS_DATABASE_URL",
            value: "postgres://pg.es.carebase.example:5432/app",
            cut: "es.carebase",
            flag: "--database-url",
            text: "database:\n  pool: 4\n  url: VALUE\n",
            ..service(DATABASE, TR, "backend-api")
        },
        Violation {
            rule: "RES209",
            hidden: "RES209",
            variable: "EXPORTS_BUCKET",
            value: "carebase-production-es-objects",
            cut: "production-es",
            flag: "--bucket",
            text: "exports:\n  bucket: VALUE\n  keep: 3\n",
            ..service(BUCKET, TR, "backend-ai")
        },
        Violation {
            rule: "RES204",
            hidden: "RES204",
            kind: "StatefulSet",
            variable: "PGBACKREST_REPO1_S3_ENDPOINT",
            value: "s3.eu-central-1.amazonaws.com",
            cut: "eu-central-1",
            file: "pgbackrest.conf",
            text: "[global]\nrepo2-type=s3\nrepo2-s3-bucket=copies\nrepo2-s3-endpoint=VALUE\nrepo2-cipher-type=aes-256-cbc\n",
            ..service(BACKUPS, TR, "postgres")
        },
        Violation {
            rule: "RES703",
            hidden: "RES703",
            variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
            value: "https://otlp.vendor.example:4318",
            cut: "vendor",
            flag: "--otlp-endpoint",
            file: "collector.yaml",
            text: "receivers:\n  otlp: {}\nexporters:\n  otlphttp:\n    endpoint: VALUE\nservice:\n  pipelines:\n    traces:\n      receivers: [otlp]\n      exporters: [otlphttp]\n",
            ..service(TRACES, ES, "frontend")
        },
        Violation {
            rule: "RES302",
            hidden: "RES303",
            variable: "AUDIT_WEBHOOK_URL",
            value: "https://audit.partner.example/in",
            cut: "partner",
            flag: "--audit-webhook-url",
            text: "audit:\n  webhook:\n    url: VALUE\n",
            ..service(WEBHOOK, ES, "backend-api")
        },
        Violation {
            rule: "RES306",
            hidden: "RES306",
            variable: "HTTPS_PROXY",
            value: "http://proxy.corp.example:3128",
            cut: "corp",
            flag: "--https-proxy",
            ..service(PROXY, ES, "backend-ai")
        },
        Violation {
            rule: "RES307",
            hidden: "RES307",
            variable: "SENTRY_DSN",
            value: "https://key@o99.ingest.sentry.io/1",
            cut: "ingest",
            flag: "--sentry-dsn",
            text: "sentry:\n  dsn: VALUE\n",
            ..service(VENDOR, TR, "frontend")
        },
    ]
}
