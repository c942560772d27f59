//! Addresses: hidden, unreadable, behind other names, redirected, of vendors, missing.

use super::strangers::{
    Plant, TR, all_caught, beside, custom, deployment, env, merge, object, plant,
};
use crate::support::planted::Planted;
use rayon::prelude::*;

const IMAGE: &str = "image: ghcr.io/acme/relay@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n";

fn api(name: &str, value: &str) -> Planted {
    env(TR, "backend-api", "backend-api", name, value)
}

/// A variable of backend-api in production/tr that breaks a rule at its value.
fn at_value(
    name: &'static str,
    rule: &'static str,
    key: &str,
    value: &str,
    line: &'static str,
) -> Plant {
    plant(name, rule, custom(TR, "backend-api"), line, api(key, value))
}

fn config(key: &str, text: &str) -> Planted {
    let text: String = text.lines().map(|line| format!("    {line}\n")).collect();
    object(
        TR,
        "backend-api",
        &format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n  namespace: carebase-apps\ndata:\n  {key}: |\n{text}"
        ),
    )
}

fn in_text(
    name: &'static str,
    rule: &'static str,
    key: &str,
    text: &str,
    line: &'static str,
) -> Plant {
    plant(
        name,
        rule,
        beside(TR, "backend-api", "added.yaml"),
        line,
        config(key, text),
    )
}

fn relay(name: &'static str, rule: &'static str, container: &str, line: &'static str) -> Plant {
    let text = deployment("carebase-apps", "relay", &format!("{IMAGE}{container}"));
    plant(
        name,
        rule,
        beside(TR, "backend-api", "added.yaml"),
        line,
        object(TR, "backend-api", &text),
    )
}

fn added(name: &'static str, rule: &'static str, text: &str, line: &'static str) -> Plant {
    plant(
        name,
        rule,
        beside(TR, "backend-api", "added.yaml"),
        line,
        object(TR, "backend-api", text),
    )
}

#[test]
fn written_addresses_are_caught() {
    all_caught(&[
        at_value(
            "several hosts",
            "RES301",
            "DB_URL",
            "postgres://u:p@postgres.carebase-data.svc:5432,pg.es.carebase.example:5432/db",
            "pg.es.carebase.example",
        ),
        at_value(
            "with a password",
            "RES302",
            "CACHE",
            "redis://:secret@cache.partner.example:6379",
            "cache.partner.example",
        ),
        at_value(
            "in JDBC",
            "RES301",
            "JDBC",
            "jdbc:postgresql://pg.es.carebase.example:5432/db",
            "pg.es.carebase.example",
        ),
        at_value(
            "in a connection string",
            "RES302",
            "CONNINFO",
            "host=203.0.113.9 port=5432 dbname=x",
            "203.0.113.9",
        ),
        at_value(
            "IPv6",
            "RES302",
            "PEER_ADDR",
            "\"[2001:db8::9]:443\"",
            "2001:db8::9",
        ),
        at_value(
            "a private address of nobody",
            "RES302",
            "DB_HOST",
            "10.77.3.4",
            "10.77.3.4",
        ),
        at_value(
            "capitals and a dot at the end",
            "RES301",
            "PG_HOST",
            "PG.ES.Carebase.Example.",
            "PG.ES.Carebase.Example.",
        ),
        at_value(
            "a bucket's name in the host",
            "RES301",
            "STORE_URL",
            "https://b.s3.eu-central-1.amazonaws.com/x",
            "b.s3.eu-central-1.amazonaws.com",
        ),
        at_value(
            "a cloud without a place",
            "RES302",
            "STORE_URL",
            "https://acme.blob.core.windows.net/x",
            "acme.blob.core.windows.net",
        ),
        at_value(
            "a name that the other region has",
            "RES301",
            "MIRROR",
            "https://supabase.es.carebase.example",
            "supabase.es.carebase.example",
        ),
        in_text(
            "in INI",
            "RES302",
            "own.ini",
            "[audit]\nhost = audit.partner.example\n",
            "host = audit.partner.example",
        ),
        in_text(
            "in a shell script",
            "RES302",
            "run.sh",
            "#!/bin/sh\n# https://docs.example.org\ncurl -s https://in.partner.example/x\n",
            "curl -s",
        ),
        in_text(
            "in a program",
            "RES302",
            "main.ts",
            "// https://docs.example.org\nawait fetch('https://in.partner.example/x')\n",
            "await fetch",
        ),
        in_text(
            "in JSON",
            "RES301",
            "own.json",
            "{\n  \"db\": {\"hosts\": [\"pg.es.carebase.example\"]}\n}\n",
            "pg.es.carebase.example",
        ),
        in_text(
            "in a server's configuration",
            "RES302",
            "haproxy.cfg",
            "backend own\n  server one in.partner.example:443 check\n",
            "server one",
        ),
        in_text(
            "in SQL",
            "RES302",
            "own.sql",
            "-- note\nSELECT f('https://in.partner.example/x');\n",
            "SELECT f",
        ),
        relay(
            "a flag",
            "RES302",
            "args: [\"--sink\", \"in.partner.example:443\"]\n",
            "in.partner.example",
        ),
        relay(
            "a probe",
            "RES302",
            "livenessProbe:\n  httpGet:\n    host: in.partner.example\n    port: 443\n",
            "in.partner.example",
        ),
        relay(
            "a hook",
            "RES302",
            "lifecycle:\n  preStop:\n    exec:\n      command: [sh, -c, \"wget -q https://in.partner.example/bye\"]\n",
            "in.partner.example",
        ),
        added(
            "an unknown kind",
            "RES302",
            "apiVersion: acme.example/v1\nkind: Sink\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  output:\n    endpoint: in.partner.example:443\n",
            "in.partner.example",
        ),
        added(
            "an annotation that acts",
            "RES302",
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: own\n  namespace: carebase-apps\n  annotations:\n    acme.example/webhook-url: https://in.partner.example/x\n",
            "in.partner.example",
        ),
    ]);
}

#[test]
fn hidden_addresses_are_caught() {
    all_caught(&[
        at_value(
            "as a number",
            "RES303",
            "DB_HOST",
            "\"3325256713\"",
            "3325256713",
        ),
        at_value(
            "in octal",
            "RES303",
            "DB_URL",
            "postgres://0306.063.0144.011/db",
            "0306.063.0144.011",
        ),
        at_value(
            "in hexadecimal",
            "RES303",
            "DB_URL",
            "http://0xc6336409/",
            "0xc6336409",
        ),
        at_value(
            "in IPv6",
            "RES303",
            "DB_URL",
            "\"http://[::ffff:198.51.100.9]/\"",
            "ffff",
        ),
        at_value(
            "behind a user",
            "RES303",
            "STORE_URL",
            "https://object-storage.carebase-data.svc@in.partner.example/",
            "in.partner.example",
        ),
        at_value(
            "in other letters",
            "RES303",
            "STORE_URL",
            "https://in.partnеr.example/",
            "value: https",
        ),
        at_value(
            "with percent signs",
            "RES303",
            "NEXT",
            "https%3A%2F%2Fin.partner.example%2Fx",
            "https%3A",
        ),
        at_value(
            "in hexadecimal digits",
            "RES303",
            "BLOB",
            "68747470733a2f2f696e2e706172746e65722e6578616d706c652f78",
            "6874747",
        ),
        at_value(
            "in base64, twice",
            "RES303",
            "BLOB",
            "YUhSMGNITTZMeTlwYmk1d1lYSjBibVZ5TG1WNFlXMXdiR1V2ZUE9PQ==",
            "YUhSMGNI",
        ),
        in_text(
            "in a script",
            "RES303",
            "run.sh",
            "U=$(echo aHR0cHM6Ly9pbi5wYXJ0bmVyLmV4YW1wbGUveA== | base64 -d)\ncurl \"$U\"\n",
            "aHR0cHM6",
        ),
        in_text(
            "put together in a script",
            "RES303",
            "run.sh",
            "A=in.partner\nB=example\ncurl https://$A.$B/x\n",
            "curl https://$A.$B/x",
        ),
        relay(
            "in two variables",
            "RES303",
            "env:\n  - name: SINK_HOST\n    value: collector\n  - name: SINK_DOMAIN\n    value: com\n",
            "collector",
        ),
        relay(
            "in words of a shell",
            "RES303",
            "command: [sh, -c, \"curl https://$(A).example\"]\nenv:\n  - name: A\n    value: in.partner\n",
            "$(A)",
        ),
        added(
            "in a binary entry",
            "RES303",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n  namespace: carebase-apps\nbinaryData:\n  x: aHR0cHM6Ly9pbi5wYXJ0bmVyLmV4YW1wbGUveA==\n",
            "aHR0cHM6",
        ),
    ]);
}

#[test]
fn addresses_that_nobody_can_read_are_caught() {
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: relay\n  namespace: carebase-apps\nspec:\n  encryptedData:\n    REPORTS_URL: AgBy3i4OJSWK\n";
    all_caught(&[
        relay(
            "a variable",
            "RES304",
            "env:\n  - name: KAFKA_BROKERS\n    valueFrom:\n      secretKeyRef: {name: relay, key: brokers}\n",
            "relay",
        ),
        relay(
            "by its key",
            "RES304",
            "env:\n  - name: UPSTREAM\n    valueFrom:\n      secretKeyRef: {name: relay, key: database-url}\n",
            "relay",
        ),
        added(
            "all of a sealed Secret",
            "RES304",
            &format!(
                "{sealed}---\n{}",
                deployment(
                    "carebase-apps",
                    "relay",
                    &format!("{IMAGE}envFrom:\n  - secretRef: {{name: relay}}\n")
                )
            ),
            "REPORTS_URL",
        ),
        plant(
            "a file",
            "RES304",
            custom(TR, "frontend"),
            "key: database-url",
            merge(
                TR,
                "frontend",
                "Deployment",
                "frontend",
                "template:\n  spec:\n    volumes:\n      - name: own\n        secret:\n          secretName: own\n          items:\n            - key: database-url\n              path: db\n",
            ),
        ),
    ]);
    let bound = relay("", "", "env:\n  - name: REPORTS_URL\n    valueFrom:\n      secretKeyRef: {name: relay, key: url}\n", "").planted;
    let endpoint = "\n[[endpoints]]\nid = \"reports\"\nhost = \"reports.example.com.tr\"\ncountry = \"TR\"\nclasses = [\"phi\"]\nvia = \"secret:carebase-apps/relay/url\"\nregions = [\"tr\"]\n";
    bound.clone().append("platform.toml", endpoint).silent();
    bound
        .append(
            "platform.toml",
            &endpoint
                .replace("\"TR\"", "\"ES\"")
                .replace("[\"tr\"]", "[\"es\"]"),
        )
        .caught("RES304", &beside(TR, "backend-api", "added.yaml"), "relay");
}

#[test]
fn names_that_lead_outside_are_caught() {
    all_caught(&[
        added(
            "a slice",
            "RES305",
            "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: db-1\n  namespace: carebase-apps\n  labels:\n    kubernetes.io/service-name: db\naddressType: IPv4\nendpoints:\n  - addresses: [203.0.113.41]\n",
            "203.0.113.41",
        ),
        added(
            "an entry of a mesh",
            "RES305",
            "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  hosts: [in.partner.example]\n  resolution: DNS\n",
            "in.partner.example",
        ),
        added(
            "a backend of a gateway",
            "RES305",
            "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: Backend\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  endpoints:\n    - fqdn:\n        hostname: in.partner.example\n        port: 443\n",
            "in.partner.example",
        ),
    ]);
    added("", "", "apiVersion: v1\nkind: Service\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  type: ExternalName\n  externalName: object-storage.carebase-data.svc.cluster.local\n", "").planted.silent();
}

#[test]
fn lookups_that_lead_elsewhere_are_caught() {
    all_caught(&[
        at_value(
            "a proxy in small letters",
            "RES306",
            "http_proxy",
            "http://203.0.113.8:3128",
            "203.0.113.8",
        ),
        at_value(
            "options of Java",
            "RES306",
            "JAVA_TOOL_OPTIONS",
            "-Dhttp.proxyHost=proxy.partner.example -Xmx1g",
            "proxy.partner.example",
        ),
        relay(
            "a mounted file",
            "RES306",
            "volumeMounts:\n  - name: hosts\n    mountPath: /etc/hosts\n    subPath: hosts\n",
            "/etc/hosts",
        ),
        added(
            "the cluster's DNS",
            "RES306",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: coredns-custom\n  namespace: kube-system\ndata:\n  own.override: |\n    rewrite name object-storage.carebase-data.svc.cluster.local in.partner.example\n",
            "rewrite name",
        ),
        added(
            "another server of the cluster's DNS",
            "RES306",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: coredns\n  namespace: kube-system\ndata:\n  Corefile: |\n    .:53 {\n      forward . 203.0.113.53\n    }\n",
            "forward . 203.0.113.53",
        ),
    ]);
    for harmless in [
        api("HTTP_PROXY", "http://egress.carebase-apps.svc:3128"),
        api("NO_PROXY", "10.0.0.0/8,.svc,localhost"),
        api("HTTPS_PROXY", "http://proxy.tr.carebase.example:3128"),
    ] {
        harmless.silent();
    }
}

#[test]
fn vendors_and_missing_addresses_are_caught() {
    all_caught(&[
        at_value(
            "a hosted database",
            "RES307",
            "CACHE_URL",
            "rediss://default:x@eu1-abc.upstash.io:6379",
            "upstash.io",
        ),
        at_value(
            "mails",
            "RES307",
            "SMTP_HOST",
            "smtp.sendgrid.net",
            "smtp.sendgrid.net",
        ),
        at_value(
            "a client's key",
            "RES307",
            "SENDGRID_API_KEY",
            "from-somewhere",
            "SENDGRID_API_KEY",
        ),
        in_text(
            "a page",
            "RES307",
            "index.html",
            "<html>\n<a href=\"https://docs.example.org\">x</a>\n<script src=\"https://www.googletagmanager.com/gtag/js\"></script>\n</html>\n",
            "googletagmanager",
        ),
        at_value(
            "tracing of a model",
            "RES308",
            "LANGCHAIN_TRACING_V2",
            "\"true\"",
            "LANGCHAIN_TRACING_V2",
        ),
        relay(
            "a bucket alone",
            "RES308",
            "env:\n  - name: EXPORT_TO\n    value: s3://carebase-production-tr-objects/x\n",
            "s3://carebase-production-tr-objects/x",
        ),
        relay(
            "keys alone",
            "RES308",
            "env:\n  - name: AWS_ACCESS_KEY_ID\n    value: x\n",
            "AWS_ACCESS_KEY_ID",
        ),
    ]);
    for harmless in [
        relay("", "", "env:\n  - name: OPENAI_API_KEY\n    value: x\n  - name: OPENAI_BASE_URL\n    value: http://backend-ai.carebase-apps.svc:8001/v1\n", "").planted,
        relay("", "", "env:\n  - name: LANGCHAIN_TRACING_V2\n    value: \"false\"\n", "").planted,
        api("SENTRY_DSN", "https://k@errors.tr.carebase.example/1"),
    ] {
        harmless.silent();
    }
}

#[test]
fn what_only_looks_like_an_address_stays_silent() {
    let harmless = [
        ("a class", api("DRIVER", "org.postgresql.Driver")),
        ("a gunicorn module", api("APP", "app.main:app")),
        ("a script", api("ENTRY", "run.sh")),
        ("a mail address", api("ADMIN_EMAIL", "ops@partner.example")),
        ("an API group", api("GROUP", "monitoring.coreos.com")),
        ("an image", api("SIDECAR_IMAGE", "ghcr.io/acme/side:1.2")),
        ("a documented variable", api("NOTE", "\"see the manual. then ask\"")),
        ("the API server", api("KUBERNETES_URL", "https://kubernetes.default.svc")),
        ("a Service of a chart", api("GRAFANA", "http://grafana.carebase-apps.svc:3000")),
        ("the node's metadata", api("IMDS", "http://169.254.169.254/latest")),
        ("XML", config("own.xml", "<x xmlns=\"http://www.w3.org/2001/XMLSchema\">\n</x>\n")),
        ("a certificate", config("ca.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")),
        ("Lua", config("own.lua", "-- https://docs.example.org\nlocal x = string.match(a.b, new.id)\n")),
        ("an image in a chart's values", added("", "", "apiVersion: acme.example/v1\nkind: Thing\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  image:\n    registry: quay.io\n    repository: acme/thing\n  topologyKey: kubernetes.io/hostname\n  group: monitoring.coreos.com\n", "").planted),
        ("documentation", added("", "", "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: own\n  namespace: carebase-apps\n  annotations:\n    acme.example/runbook-url: https://wiki.partner.example/x\n    kubernetes.io/description: see https://docs.example.org\n", "").planted),
        ("a token", api("ANON", "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiIsImlzcyI6InN1cGFiYXNlIn0.c2lnbmF0dXJl")),
    ];
    let loud: Vec<String> = harmless
        .par_iter()
        .flat_map(|(name, planted)| {
            let findings = planted.judge().findings;
            findings
                .iter()
                .map(|finding| format!("{name}: {} — {}", planted.at(finding), finding.message))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(loud.is_empty(), "{loud:#?}");
}
