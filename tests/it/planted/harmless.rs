//! Changes that do no harm: nothing may be said about them.

use super::strangers::{ES, TR, cron_job, deployment, env, merge, object, set};
use crate::support::planted::Planted;
use rayon::prelude::*;

const DIGEST: &str = "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn api(name: &str, value: &str) -> Planted {
    env(TR, "backend-api", "backend-api", name, value)
}

fn config(key: &str, text: &str) -> Planted {
    let text: String = text.lines().map(|line| format!("    {line}\n")).collect();
    object(
        ES,
        "backend-api",
        &format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own\n  namespace: carebase-apps\ndata:\n  {key}: |\n{text}"
        ),
    )
}

fn changes() -> Vec<(&'static str, Planted)> {
    let example = Planted::example;
    vec![
        ("a level of logging", api("LOG_LEVEL", "debug")),
        ("a number", api("WORKERS", "\"4\"")),
        ("a version", api("MODEL_VERSION", "2.10.3")),
        ("a version with a dot and letters", api("RELEASE", "v1.2.3-rc.1")),
        ("a date", api("SINCE", "\"2026-11-21T10:00:00Z\"")),
        ("a file name", api("TEMPLATE", "welcome.html")),
        ("a path", api("DATA_DIR", "/var/lib/app.d/data")),
        ("a Java class", api("MAIN_CLASS", "com.acme.clinic.Main")),
        ("a Python module", api("DJANGO_SETTINGS_MODULE", "clinic.settings.production")),
        ("an e-mail address of the region", api("MAIL_FROM", "no-reply@tr.carebase.example")),
        ("a time zone and a language", api("TZ", "Europe/Istanbul")),
        ("a media type", api("ACCEPT", "application/json")),
        ("words with dots", api("BANNER", "\"Hello. We are open.\"")),
        ("a random word in base64 letters", api("SALT", "c29tZXJhbmRvbXdvcmRzaGVyZQ==")),
        ("a digest", api("BUILD", "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
        ("a UUID", api("INSTANCE", "8f14e45f-ceea-467f-a9b3-2f1f2d1c7f5a")),
        ("a label query", api("SELECTOR", "app.kubernetes.io/name=backend-api")),
        ("a service of the cell", api("AI", "http://backend-ai.carebase-apps.svc.cluster.local:8001/v1")),
        ("a service by its short name", api("AI_HOST", "backend-ai")),
        ("a service in another namespace", api("STORE", "https://object-storage.carebase-data:9000")),
        ("a pod of the database", api("PRIMARY", "postgres-0.postgres.carebase-data.svc")),
        ("itself", api("SELF", "http://127.0.0.1:8000/healthz")),
        ("all addresses of its own", api("BIND", "0.0.0.0:8000")),
        ("IPv6 of its own", api("BIND6", "\"[::]:8000\"")),
        ("a host of the region", api("PUBLIC_URL", "https://api.tr.carebase.example")),
        ("a JSON with nothing in it", api("FLAGS", "'{\"beta\": true, \"limit\": 10}'")),
        ("a cron schedule", api("SCHEDULE", "\"*/5 * * * *\"")),
        ("the bucket it has", set(TR, "backend-api", "backend-api", "backend-api", "OBJECTS_BUCKET", "carebase-production-tr-objects")),
        ("more replicas", merge(TR, "frontend", "Deployment", "frontend", "replicas: 5\n")),
        ("more memory", merge(ES, "backend-ai", "Deployment", "backend-ai", "template:\n  spec:\n    containers:\n      - name: backend-ai\n        resources:\n          limits:\n            memory: 2Gi\n")),
        ("a toleration", merge(ES, "backend-ai", "Deployment", "backend-ai", "template:\n  spec:\n    tolerations:\n      - key: gpu\n        operator: Exists\n")),
        ("a zone of its own region", merge(ES, "backend-ai", "Deployment", "backend-ai", "template:\n  spec:\n    nodeSelector:\n      topology.kubernetes.io/zone: europe-southwest1-b\n")),
        ("a label of the node", merge(ES, "backend-ai", "Deployment", "backend-ai", "template:\n  spec:\n    nodeSelector:\n      kubernetes.io/arch: amd64\n")),
        ("a label on a Deployment", example().custom(TR, "frontend", "labels:\n  - pairs:\n      team: web\n")),
        ("an annotation for people", example().custom(TR, "frontend", "commonAnnotations:\n  runbook.acme.example/owner: web team\n")),
        ("a volume for scratch files", merge(TR, "frontend", "Deployment", "frontend", "template:\n  spec:\n    volumes:\n      - name: more\n        emptyDir: {}\n")),
        ("settings in a file", config("app.yaml", "server:\n  port: 8000\n  name: clinic.api\nfeatures:\n  - beta\n")),
        ("translations with links in them", config("es.json", "{\"help\": \"Visite https://ayuda.example para saber\"}\n")),
        ("a page of text", config("README.md", "See https://docs.example.org for more.\n")),
        ("settings with a comment", config("app.conf", "# https://docs.example.org/conf\nworkers = 4\n")),
        ("SQL of the cell", config("own.sql", "CREATE TABLE notes (id int PRIMARY KEY, text text);\n")),
        ("a schema", config("schema.json", "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"type\": \"object\"}\n")),
        (
            "a job that counts",
            object(TR, "postgres", &cron_job("count", "psql -h postgres.carebase-data.svc -c 'select 1'")),
        ),
        (
            "a worker of one's own",
            object(TR, "backend-api", &deployment("carebase-apps", "worker", &format!("image: ghcr.io/acme/worker{DIGEST}\nenv:\n  - name: QUEUE\n    value: jobs\n"))),
        ),
        (
            "a narrower policy",
            object(ES, "backend-api", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: backend-api\n  policyTypes: [Egress]\n  egress:\n    - to:\n        - podSelector:\n            matchLabels:\n              app.kubernetes.io/name: backend-ai\n"),
        ),
        (
            "a Service in front of one's own pods",
            object(ES, "backend-api", "apiVersion: v1\nkind: Service\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  selector: {app.kubernetes.io/name: backend-api}\n  ports: [{port: 80, targetPort: 8000}]\n"),
        ),
        (
            "another host of the region",
            object(ES, "frontend", "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  rules:\n    - host: www.es.carebase.example\n      http:\n        paths:\n          - path: /\n            pathType: Prefix\n            backend:\n              service:\n                name: frontend\n                port: {number: 3000}\n"),
        ),
        ("a workflow that tests", example().file(".github/workflows/own.yml", "name: Own\non: [push]\npermissions: {}\njobs:\n  own:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make validate\n")),
        ("notes of one's own", example().file("notes/meeting.md", "Call https://partner.example about patients.\n")),
        ("a comment in a generated file", example().append("cluster/base/kustomization.yaml", "# ours\n")),
    ]
}

#[test]
fn harmless_changes_stay_silent() {
    let changes = changes();
    assert!(changes.len() >= 40, "{} changes", changes.len());
    let loud: Vec<String> = changes
        .par_iter()
        .filter_map(|(name, planted)| {
            let findings = planted.judge().findings;
            let said: Vec<String> = findings
                .iter()
                .map(|finding| format!("\n      {} — {}", planted.at(finding), finding.message))
                .collect();
            (!said.is_empty()).then(|| format!("{name}:{}", said.concat()))
        })
        .collect();
    assert!(
        loud.is_empty(),
        "{} of {}:\n  {}",
        loud.len(),
        changes.len(),
        loud.join("\n  ")
    );
}
