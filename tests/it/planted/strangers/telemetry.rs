//! Logs, metrics, traces, alerts; by hand, because no component renders them.

use super::{ES, Plant, TR, all_caught, beside, custom, deployment, env, object, plant};

const DIGEST: &str = "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn config(name: &str, key: &str, text: &str) -> String {
    let text: String = text.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: carebase-data\ndata:\n  {key}: |\n{text}"
    )
}

pub(super) fn plants() -> Vec<Plant> {
    let added = |cell| beside(cell, "object-storage", "added.yaml");
    vec![
        plant(
            "metrics written to a vendor",
            "RES701",
            added(TR),
            "prometheus-prod-01.grafana.net",
            object(
                TR,
                "object-storage",
                "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata:\n  name: own\n  namespace: carebase-data\nspec:\n  remoteWrite:\n    - url: https://prometheus-prod-01.grafana.net/api/prom/push\n",
            ),
        ),
        plant(
            "metrics fetched from the other region",
            "RES701",
            added(ES),
            "prometheus.tr.carebase.example",
            object(
                ES,
                "object-storage",
                &config(
                    "prometheus",
                    "prometheus.yml",
                    "scrape_configs:\n  - job_name: federate\n    metrics_path: /federate\n    static_configs:\n      - targets:\n          - prometheus.tr.carebase.example:9090\n",
                ),
            ),
        ),
        plant(
            "logs kept in Frankfurt",
            "RES702",
            added(ES),
            "s3.eu-central-1.amazonaws.com",
            object(
                ES,
                "object-storage",
                &config(
                    "loki",
                    "loki.yaml",
                    "auth_enabled: false\ncommon:\n  storage:\n    s3:\n      endpoint: s3.eu-central-1.amazonaws.com\n      bucketnames: logs\nschema_config:\n  configs: []\n",
                ),
            ),
        ),
        plant(
            "logs sent on",
            "RES702",
            added(TR),
            "logs.vendor.example",
            object(
                TR,
                "object-storage",
                &config(
                    "fluent-bit",
                    "fluent-bit.conf",
                    "[INPUT]\n    Name tail\n    Path /var/log/containers/*.log\n[OUTPUT]\n    Name http\n    Match *\n    Host logs.vendor.example\n    Port 443\n",
                ),
            ),
        ),
        plant(
            "traces to a vendor by the collector",
            "RES703",
            added(ES),
            "api.vendor.example",
            object(
                ES,
                "object-storage",
                &config(
                    "otel",
                    "config.yaml",
                    "receivers:\n  otlp:\n    protocols: {grpc: {}}\nexporters:\n  otlphttp/vendor:\n    endpoint: https://api.vendor.example/otlp\nservice:\n  pipelines:\n    traces:\n      receivers: [otlp]\n      exporters: [otlphttp/vendor]\n",
                ),
            ),
        ),
        plant(
            "traces to a vendor by a variable",
            "RES703",
            custom(TR, "backend-api"),
            "otlp.vendor.example",
            env(
                TR,
                "backend-api",
                "backend-api",
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "https://otlp.vendor.example",
            ),
        ),
        plant(
            "alerts that name patients",
            "RES704",
            added(TR),
            "",
            object(
                TR,
                "object-storage",
                &config(
                    "alertmanager",
                    "alertmanager.yml",
                    "route:\n  receiver: slack\nreceivers:\n  - name: slack\n    slack_configs:\n      - api_url: https://hooks.slack.com/services/x\n        channel: ops\n        text: '{{ .CommonLabels.patient_id }}'\n",
                ),
            ),
        ),
        plant(
            "logs that nobody masks",
            "RES705",
            added(ES),
            "",
            object(
                ES,
                "object-storage",
                &format!(
                    "{}---\n{}",
                    config(
                        "promtail",
                        "promtail.yaml",
                        "clients:\n  - url: http://loki.carebase-data.svc:3100/loki/api/v1/push\nscrape_configs:\n  - job_name: pods\n    pipeline_stages:\n      - cri: {}\n    kubernetes_sd_configs:\n      - role: pod\n"
                    ),
                    "apiVersion: v1\nkind: Service\nmetadata:\n  name: loki\n  namespace: carebase-data\nspec:\n  selector: {app: loki}\n  ports: [{port: 3100}]\n"
                ),
            ),
        ),
        plant(
            "Grafana calls home",
            "RES706",
            added(TR),
            "",
            object(
                TR,
                "object-storage",
                &deployment(
                    "carebase-data",
                    "grafana",
                    &format!("image: docker.io/grafana/grafana{DIGEST}\n"),
                ),
            ),
        ),
    ]
}

#[test]
fn telemetry_that_leaves_is_caught() {
    all_caught(&plants());
}
