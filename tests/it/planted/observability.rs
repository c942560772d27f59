//! Metrics, logs, traces and alerts that leave, in the ways in which products of observability are configured.

use crate::support::planted::Planted;
use platformctl::diagnostic::Diagnostic;

const CELL: &str = "production/tr";
const UNIT: &str = "backend-api";
const FILE: &str = "cluster/overlays/production/tr/custom/backend-api/more.yaml";
const CUSTOM: &str = "cluster/overlays/production/tr/custom/backend-api/kustomization.yaml";

/// The example with more objects in one unit.
fn with(objects: &str) -> Planted {
    Planted::example()
        .custom(CELL, UNIT, "resources:\n  - more.yaml\n")
        .beside(CELL, UNIT, "more.yaml", objects)
}

/// A ConfigMap with one text.
fn config(key: &str, text: &str) -> String {
    let text: String = text.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: more\n  namespace: carebase-apps\ndata:\n  {key}: |\n{text}"
    )
}

/// An Application that deploys a chart with these values.
fn chart(name: &str, values: &str) -> String {
    let values: String = values
        .lines()
        .map(|line| format!("        {line}\n"))
        .collect();
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}-chart\n  namespace: argocd\nspec:\n  project: carebase-ops\n  \
        destination:\n    server: https://kubernetes.default.svc\n    namespace: carebase-observability\n  source:\n    repoURL: oci://ghcr.io/acme/charts\n    \
        chart: {name}\n    targetRevision: 1.0.0\n    helm:\n      valuesObject:\n{values}"
    )
}

/// The lines at which a rule finds something.
#[track_caller]
fn lines(planted: &Planted, findings: &[Diagnostic], rule: &str) -> Vec<String> {
    findings
        .iter()
        .filter(|finding| finding.code == rule)
        .map(|finding| {
            let place = finding.primary().unwrap();
            let text = planted.text(&place.path);
            let start = place.span.map_or(0, |(start, _)| start);
            let line = text[..start].matches('\n').count();
            text.lines().nth(line).unwrap_or_default().trim().to_owned()
        })
        .collect()
}

#[track_caller]
fn only(planted: &Planted, rule: &str, expected: &[&str]) {
    let findings = planted.judge().findings;
    let found = lines(planted, &findings, rule);
    let all: Vec<String> = findings
        .iter()
        .map(|f| format!("{} — {}", planted.at(f), f.message))
        .collect();
    assert_eq!(found, expected, "{all:#?}");
}

#[test]
fn remote_write_of_a_resource_and_of_a_text_is_found() {
    with("apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata:\n  name: main\n  namespace: carebase-apps\nspec:\n  remoteWrite:\n    - url: https://prometheus-prod-01.grafana.net/api/prom/push\n")
        .caught("RES701", FILE, "url: https://prometheus-prod-01.grafana.net");
    with(&config(
        "prometheus.yml",
        "remote_write:\n  - url: http://metrics.es.carebase.example/push\n",
    ))
    .caught(
        "RES701",
        FILE,
        "url: http://metrics.es.carebase.example/push",
    );
    with(&config("prometheus.yml", "remote_write:\n  - url: http://mimir.carebase-data.svc:8080/push\nscrape_configs:\n  - job_name: own\n    static_configs:\n      - targets: ['localhost:9090', 'exporter:9187']\n"))
        .silent();
}

#[test]
fn federation_and_data_sources_of_another_region_are_found() {
    with(&config("prometheus.yml", "scrape_configs:\n  - job_name: federate\n    metrics_path: /federate\n    static_configs:\n      - targets:\n          - prometheus.es.carebase.example:9090\n"))
        .caught("RES701", FILE, "- prometheus.es.carebase.example:9090");
    with(&config("datasources.yaml", "apiVersion: 1\ndatasources:\n  - name: other\n    type: prometheus\n    url: https://prometheus.es.carebase.example\n"))
        .caught("RES701", FILE, "url: https://prometheus.es.carebase.example");
    let values = "grafana:\n  grafana.ini:\n    analytics:\n      reporting_enabled: false\n      check_for_updates: false\n  additionalDataSources:\n    - name: other\n      url: https://prometheus.es.carebase.example\n";
    only(
        &with(&chart("kube-prometheus-stack", values)),
        "RES701",
        &["url: https://prometheus.es.carebase.example"],
    );
}

#[test]
fn the_store_of_thanos_is_found_even_in_base64() {
    let text =
        "type: S3\nconfig:\n  bucket: carebase-metrics\n  endpoint: s3.eu-west-3.amazonaws.com\n";
    let secret = |data: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: thanos-objstore\n  namespace: carebase-apps\n{data}"
        )
    };
    let plain: String = text.lines().map(|line| format!("    {line}\n")).collect();
    only(
        &with(&secret(&format!("stringData:\n  objstore.yml: |\n{plain}"))),
        "RES701",
        &["endpoint: s3.eu-west-3.amazonaws.com"],
    );
    use base64::Engine as _;
    let coded = base64::engine::general_purpose::STANDARD.encode(text);
    only(
        &with(&secret(&format!("data:\n  objstore.yml: {coded}\n"))),
        "RES701",
        &[&format!("objstore.yml: {coded}")],
    );
}

#[test]
fn where_loki_keeps_logs_is_found_with_and_without_an_endpoint() {
    with(&config("loki.yaml", "schema_config:\n  configs: []\nstorage_config:\n  aws:\n    endpoint: s3.eu-central-1.amazonaws.com\n    bucketnames: carebase-production-tr-objects\nanalytics:\n  reporting_enabled: false\n"))
        .caught("RES702", FILE, "endpoint: s3.eu-central-1.amazonaws.com");
    only(
        &with(&config(
            "loki.yaml",
            "common:\n  storage:\n    s3:\n      region: eu-central-1\n      bucketnames: logs\nschema_config: {}\n",
        )),
        "RES702",
        &["region: eu-central-1"],
    );
    only(
        &with(&config(
            "loki.yaml",
            "common:\n  storage:\n    s3:\n      bucketnames: logs\n",
        )),
        "RES702",
        &["bucketnames: logs"],
    );
    with(&config("loki.yaml", "common:\n  storage:\n    s3:\n      endpoint: object-storage.carebase-data.svc:9000\n      region: tr\n      bucketnames: carebase-production-tr-objects\nruler:\n  alertmanager_url: http://alertmanager:9093\n"))
        .silent();
    let values = "loki:\n  analytics:\n    reporting_enabled: false\n  storage:\n    type: s3\n    s3:\n      endpoint: s3.eu-west-3.amazonaws.com\n";
    only(
        &with(&chart("loki", values)),
        "RES702",
        &["endpoint: s3.eu-west-3.amazonaws.com"],
    );
}

#[test]
fn what_collectors_of_logs_send_is_found_in_each_format() {
    let cases = [
        (
            "promtail.yaml",
            "clients:\n  - url: https://logs-prod-1.grafana.net/loki/api/v1/push\nscrape_configs:\n  - job_name: pods\n    pipeline_stages:\n      - replace:\n          expression: '([1-9][0-9]{10})'\n",
            "- url: https://logs-prod-1.grafana.net/loki/api/v1/push",
        ),
        (
            "fluent-bit.conf",
            "[FILTER]\n    Name lua\n    Match *\n[OUTPUT]\n    Name  http\n    Host  logs.vendor.example\n    Port  443\n",
            "Host  logs.vendor.example",
        ),
        (
            "fluent.conf",
            "<match **>\n  @type elasticsearch\n  host logs.es.carebase.example\n</match>\n",
            "host logs.es.carebase.example",
        ),
        (
            "vector.yaml",
            "sources:\n  pods:\n    type: kubernetes_logs\nsinks:\n  out:\n    type: http\n    inputs: [pods]\n    uri: https://logs.es.carebase.example/in\n",
            "uri: https://logs.es.carebase.example/in",
        ),
        (
            "vector.toml",
            "[sources.pods]\ntype = \"kubernetes_logs\"\n\n[sinks.out]\ntype = \"elasticsearch\"\ninputs = [\"pods\"]\nendpoints = [\"https://logs.es.carebase.example\"]\n",
            "endpoints = [\"https://logs.es.carebase.example\"]",
        ),
        (
            "config.alloy",
            "loki.write \"far\" {\n  endpoint {\n    url = \"https://logs.es.carebase.example/push\"\n  }\n}\n",
            "url = \"https://logs.es.carebase.example/push\"",
        ),
        (
            "rsyslog.conf",
            "*.* @@logs.es.carebase.example:6514\n",
            "*.* @@logs.es.carebase.example:6514",
        ),
    ];
    for (key, text, line) in cases {
        only(&with(&config(key, text)), "RES702", &[line]);
    }
}

#[test]
fn logflare_is_told_where_to_send() {
    let patch = |variables: &str| {
        format!(
            "patches:\n  - target:\n      kind: Deployment\n      name: backend-api\n    patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata:\n        name: backend-api\n      spec:\n        template:\n          spec:\n            containers:\n              - name: backend-api\n                env:\n{variables}"
        )
    };
    let given = "                  - name: LOGFLARE_URL\n                    value: https://logs.es.carebase.example\n";
    Planted::example().custom(CELL, UNIT, &patch(given)).caught(
        "RES702",
        CUSTOM,
        "value: https://logs.es.carebase.example",
    );
    let absent = "                  - name: LOGFLARE_API_KEY\n                    value: abc\n";
    only(
        &Planted::example().custom(CELL, UNIT, &patch(absent)),
        "RES702",
        &["value: abc"],
    );
}

#[test]
fn only_exporters_of_a_pipeline_send() {
    let text = |used: &str| {
        format!(
            "exporters:\n  otlp/tempo:\n    endpoint: tempo:4317\n  otlphttp/vendor:\n    endpoint: https://otlp.vendor.example\nprocessors:\n  transform:\n    trace_statements:\n      - replace_all_patterns(attributes, \"value\", \"[1-9][0-9]{{10}}\", \"*\")\nservice:\n  pipelines:\n    traces:\n      processors: [transform]\n      exporters: [{used}]\n"
        )
    };
    with(&config("collector.yaml", &text("otlp/tempo"))).silent();
    with(&config(
        "collector.yaml",
        &text("otlp/tempo, otlphttp/vendor"),
    ))
    .caught("RES703", FILE, "endpoint: https://otlp.vendor.example");
    let resource = |config: &str| {
        let config: String = config.lines().map(|line| format!("    {line}\n")).collect();
        format!(
            "apiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata:\n  name: main\n  namespace: carebase-apps\nspec:\n  config:\n{config}"
        )
    };
    with(&resource(&text("otlp/tempo"))).silent();
    only(
        &with(&resource(&text("otlphttp/vendor"))),
        "RES703",
        &["endpoint: https://otlp.vendor.example"],
    );
}

#[test]
fn where_applications_send_traces_is_found() {
    let patch = "patches:\n  - target:\n      kind: Deployment\n      name: backend-api\n    patch: |-\n      - op: add\n        path: /spec/template/spec/containers/0/env/-\n        value:\n          name: OTEL_EXPORTER_OTLP_ENDPOINT\n          value: https://otlp.es.carebase.example:4317\n";
    Planted::example().custom(CELL, UNIT, patch).caught(
        "RES703",
        CUSTOM,
        "value: https://otlp.es.carebase.example:4317",
    );
    Planted::example()
        .custom(
            CELL,
            UNIT,
            &patch.replace(
                "https://otlp.es.carebase.example:4317",
                "http://backend-ai.carebase-apps.svc:4317",
            ),
        )
        .silent();
    with("apiVersion: opentelemetry.io/v1alpha1\nkind: Instrumentation\nmetadata:\n  name: main\n  namespace: carebase-apps\nspec:\n  exporter:\n    endpoint: http://otlp.es.carebase.example:4317\n")
        .caught("RES703", FILE, "endpoint: http://otlp.es.carebase.example:4317");
    only(
        &with(&config(
            "tempo.yaml",
            "storage:\n  trace:\n    backend: s3\n    s3:\n      endpoint: s3.eu-west-3.amazonaws.com\n      bucket: traces\nusage_report:\n  reporting_enabled: false\n",
        )),
        "RES703",
        &["endpoint: s3.eu-west-3.amazonaws.com"],
    );
}

/// The example with Slack as a declared endpoint for alerts.
fn slack(planted: Planted) -> Planted {
    let more = "\n[residency.classes.alerts-scrubbed]\nresidency = \"listed\"\ncountries = [\"US\"]\nreason    = \"texts of alerts name nobody\"\n\n[[endpoints]]\nid      = \"slack\"\nhost    = \"hooks.slack.com\"\nports   = [443]\ncountry = \"US\"\nclasses = [\"alerts-scrubbed\"]\nregions = [\"tr\", \"es\"]\n";
    planted.append("platform.toml", more)
}

fn alertmanager(receiver: &str) -> String {
    config(
        "alertmanager.yml",
        &format!("route:\n  receiver: team\nreceivers:\n  - name: team\n{receiver}"),
    )
}

#[test]
fn alerts_leave_only_with_texts_that_name_nobody() {
    let texts = |title: &str| {
        alertmanager(&format!(
            "    slack_configs:\n      - api_url: https://hooks.slack.com/services/x\n        title: '{title}'\n        fallback: '{{{{ .CommonLabels.alertname }}}}'\n"
        ))
    };
    let clean = texts("{{ .CommonLabels.alertname }} in {{ .CommonLabels.region }}");
    slack(with(&clean)).silent();
    only(
        &with(&clean),
        "RES704",
        &["- api_url: https://hooks.slack.com/services/x"],
    );
    only(
        &slack(with(&texts("{{ .CommonLabels.patient_id }}"))),
        "RES704",
        &["title: '{{ .CommonLabels.patient_id }}'"],
    );
    let defaults = alertmanager(
        "    slack_configs:\n      - api_url: https://hooks.slack.com/services/x\n        title: down\n",
    );
    only(
        &slack(with(&defaults)),
        "RES704",
        &["- api_url: https://hooks.slack.com/services/x"],
    );
    let webhook = |url: &str| alertmanager(&format!("    webhook_configs:\n      - url: {url}\n"));
    only(
        &slack(with(&webhook("https://hooks.slack.com/x"))),
        "RES704",
        &["- url: https://hooks.slack.com/x"],
    );
    with(&webhook("http://pager.carebase-apps.svc:8080/alerts")).silent();
}

#[test]
fn alerts_of_the_resource_are_found_too() {
    let resource = "apiVersion: monitoring.coreos.com/v1alpha1\nkind: AlertmanagerConfig\nmetadata:\n  name: team\n  namespace: carebase-apps\nspec:\n  route:\n    receiver: team\n  receivers:\n    - name: team\n      pagerdutyConfigs:\n        - routingKey:\n            name: pagerduty\n            key: key\n";
    only(&with(resource), "RES704", &["name: pagerduty"]);
    let mail = resource
        .replace("pagerdutyConfigs", "emailConfigs")
        .replace(
            "routingKey:\n            name: pagerduty\n            key: key",
            "smarthost: smtp.sendgrid.net:587\n          to: team@carebase.example",
        );
    only(
        &with(&mail),
        "RES704",
        &["- smarthost: smtp.sendgrid.net:587"],
    );
}

#[test]
fn what_ships_logs_masks_the_national_number() {
    let alloy = |chain: &str| {
        config(
            "config.alloy",
            &format!(
                "loki.source.kubernetes \"pods\" {{\n  targets    = []\n  forward_to = [{chain}.receiver]\n}}\nloki.process \"mask\" {{\n  stage.replace {{\n    expression = \"([1-9][0-9]{{10}})\"\n    replace    = \"*\"\n  }}\n  forward_to = [loki.write.local.receiver]\n}}\nloki.write \"local\" {{\n  endpoint {{\n    url = \"http://loki:3100/loki/api/v1/push\"\n  }}\n}}\n"
            ),
        )
    };
    with(&alloy("loki.process.mask")).silent();
    with(&alloy("loki.write.local")).caught("RES705", FILE, "loki.write \"local\" {");
    let promtail = |stage: &str| {
        config(
            "promtail.yaml",
            &format!(
                "clients:\n  - url: http://loki:3100/loki/api/v1/push\nscrape_configs:\n  - job_name: pods\n    pipeline_stages:\n      - {stage}\n"
            ),
        )
    };
    with(&promtail("cri: {}")).caught("RES705", FILE, "job_name: pods");
    with(&promtail("replace: {expression: 'DNI ([0-9]{8}[A-Z])'}")).caught(
        "RES705",
        FILE,
        "job_name: pods",
    );
    with(&promtail("replace: {expression: '([1-9][0-9]{10})'}")).silent();
    let vector = |input: &str| {
        config(
            "vector.yaml",
            &format!(
                "sources:\n  pods:\n    type: kubernetes_logs\ntransforms:\n  mask:\n    type: remap\n    inputs: [pods]\n    source: '. = redact(., filters: [r\"[1-9][0-9]{{10}}\"])'\nsinks:\n  out:\n    type: loki\n    inputs: [{input}]\n    endpoint: http://loki:3100\n"
            ),
        )
    };
    with(&vector("mask")).silent();
    with(&vector("pods")).caught("RES705", FILE, "type: loki");
}

#[test]
fn software_is_told_not_to_call_its_maker() {
    let store = "cluster/data/object-storage/statefulset.yaml";
    Planted::example()
        .replace(
            store,
            "- name: MINIO_UPDATE\n              value: \"off\"",
            "- name: MINIO_UPDATE\n              value: \"on\"",
        )
        .caught("RES706", store, "value: \"on\"");
    let studio = "cluster/data/supabase/studio.yaml";
    Planted::example()
        .replace(
            studio,
            "            - name: NEXT_TELEMETRY_DISABLED\n              value: \"1\"\n",
            "",
        )
        .caught("RES706", studio, "image: docker.io/supabase/studio");
    let loki = |arguments: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: loki\n  namespace: carebase-apps\nspec:\n  selector:\n    matchLabels:\n      app: loki\n  template:\n    metadata:\n      labels:\n        app: loki\n    spec:\n      containers:\n        - name: loki\n          image: docker.io/grafana/loki:3.5.0\n          args: [{arguments}]\n"
        )
    };
    only(
        &with(&loki("-config.file=/etc/loki.yaml")),
        "RES706",
        &["image: docker.io/grafana/loki:3.5.0"],
    );
    only(&with(&loki("-reporting.enabled=false")), "RES706", &[]);
    only(
        &with(&chart(
            "kube-prometheus-stack",
            "grafana:\n  grafana.ini:\n    analytics:\n      reporting_enabled: true\n      check_for_updates: false\n",
        )),
        "RES706",
        &["reporting_enabled: true"],
    );
    only(
        &with(&chart(
            "kube-prometheus-stack",
            "grafana:\n  enabled: false\n",
        )),
        "RES706",
        &[],
    );
}
