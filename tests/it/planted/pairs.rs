//! Two violations at a time: each is found at its line, and neither hides the other.

use super::stores::EXCEPTION;
use super::strangers::{ES, TR, beside, custom, env, object};
use crate::support::planted::Planted;
use platformctl::source::position;

pub(super) const DIGEST: &str =
    "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// A rule, and the file and a part of the line at which it must say something.
type Wanted<'w> = (&'w str, &'w str, &'w str);

/// Asserts that each of these is found at its line, and nothing else.
#[track_caller]
fn both(planted: &Planted, wanted: &[Wanted<'_>]) {
    let findings = planted.judge().findings;
    let said: Vec<(String, String, String)> = findings
        .iter()
        .map(|finding| {
            let place = finding.primary().unwrap();
            let text = planted.text(&place.path);
            let at = position(text, place.span.map_or(0, |(start, _)| start)).line;
            let line = text.lines().nth(at - 1).unwrap_or_default();
            (finding.code.to_owned(), place.path.clone(), line.to_owned())
        })
        .collect();
    let is = |said: &(String, String, String), wanted: &Wanted<'_>| {
        said.0 == wanted.0 && said.1 == wanted.1 && said.2.contains(wanted.2)
    };
    for one in wanted {
        assert!(
            said.iter().any(|said| is(said, one)),
            "{one:?} is missing in {said:#?}"
        );
    }
    for one in &said {
        assert!(
            wanted.iter().any(|wanted| is(one, wanted)),
            "{one:#?} is too much: {findings:#?}"
        );
    }
}

/// JSON patches of Deployments: name of the Deployment, operations.
fn patches(list: &[(&str, &str)]) -> String {
    let patch = |(name, operations): &(&str, &str)| {
        let operations: String = operations
            .lines()
            .map(|line| format!("      {line}\n"))
            .collect();
        format!(
            "  - target:\n      kind: Deployment\n      name: {name}\n    patch: |-\n{operations}"
        )
    };
    let list: String = list.iter().map(patch).collect();
    format!("patches:\n{list}")
}

/// An operation that adds a variable.
fn variable(name: &str, value: &str) -> String {
    format!(
        "- op: add\n  path: /spec/template/spec/containers/0/env/-\n  value:\n    name: {name}\n    value: {value}\n"
    )
}

/// A ConfigMap with a text.
pub(super) fn config(name: &str, key: &str, text: &str) -> String {
    let text: String = text.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  namespace: carebase-apps\ndata:\n  {key}: |\n{text}"
    )
}

pub(super) const WEBHOOK: (&str, &str) = ("AUDIT_WEBHOOK_URL", "https://audit.partner.example/in");
pub(super) const PARIS: (&str, &str) = ("REPORTS_ENDPOINT", "https://s3.eu-west-3.amazonaws.com");

#[test]
fn in_two_files() {
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: direct\n  namespace: carebase-data\nspec:\n  type: LoadBalancer\n  \
                   selector: {app.kubernetes.io/name: object-storage}\n  ports: [{port: 9000}]\n";
    let planted = object(TR, "object-storage", service).custom(
        TR,
        "backend-api",
        &patches(&[("backend-api", &variable(PARIS.0, PARIS.1))]),
    );
    both(
        &planted,
        &[
            (
                "RES402",
                &beside(TR, "object-storage", "added.yaml"),
                "LoadBalancer",
            ),
            ("RES301", &custom(TR, "backend-api"), PARIS.1),
        ],
    );
}

#[test]
fn in_one_patch() {
    let operations =
        variable(WEBHOOK.0, WEBHOOK.1) + &variable("HTTPS_PROXY", "http://proxy.corp.example:3128");
    let planted =
        Planted::example().custom(TR, "backend-ai", &patches(&[("backend-ai", &operations)]));
    let file = custom(TR, "backend-ai");
    both(
        &planted,
        &[
            ("RES302", &file, WEBHOOK.1),
            ("RES306", &file, "proxy.corp.example"),
        ],
    );
}

#[test]
fn in_one_value() {
    let value = format!("{},{}", WEBHOOK.1, PARIS.1);
    let file = custom(TR, "backend-api");
    both(
        &env(TR, "backend-api", "backend-api", "SINKS", &value),
        &[("RES302", &file, &value), ("RES301", &file, &value)],
    );
}

#[test]
fn in_one_object() {
    let sidecar = format!(
        "- op: add\n  path: /spec/template/spec/containers/-\n  value:\n    name: vpn\n    image: ghcr.io/tailscale/tailscale{DIGEST}\n"
    );
    let operations = variable("SENTRY_DSN", "https://key@o99.ingest.sentry.io/1") + &sidecar;
    let planted = Planted::example().custom(ES, "frontend", &patches(&[("frontend", &operations)]));
    let file = custom(ES, "frontend");
    both(
        &planted,
        &[
            ("RES307", &file, "sentry.io"),
            ("RES408", &file, "tailscale"),
        ],
    );
}

#[test]
fn in_two_texts_of_one_config_map() {
    let text = config(
        "own",
        "promtail.yaml",
        "clients:\n  - url: https://logs.vendor.example/loki/api/v1/push\n",
    ) + "  app.yaml: |\n    exports:\n      bucket: carebase-production-es-objects\n";
    let file = beside(TR, "backend-api", "added.yaml");
    both(
        &object(TR, "backend-api", &text),
        &[
            ("RES702", &file, "logs.vendor.example"),
            ("RES209", &file, "carebase-production-es-objects"),
        ],
    );
}

#[test]
fn a_bucket_and_where_it_is() {
    let operations =
        variable("EXPORTS_BUCKET", "carebase-production-tr-objects") + &variable(PARIS.0, PARIS.1);
    let planted =
        Planted::example().custom(ES, "backend-ai", &patches(&[("backend-ai", &operations)]));
    let file = custom(ES, "backend-ai");
    both(
        &planted,
        &[
            ("RES209", &file, "production-tr-objects"),
            ("RES301", &file, PARIS.1),
        ],
    );
}

#[test]
fn in_the_clear_and_hidden() {
    let hidden = "aHR0cHM6Ly9hdWRpdC5wYXJ0bmVyLmV4YW1wbGUvaW4=";
    let operations = variable(WEBHOOK.0, WEBHOOK.1) + &variable("BLOB", hidden);
    let planted = Planted::example().custom(TR, "frontend", &patches(&[("frontend", &operations)]));
    let file = custom(TR, "frontend");
    both(
        &planted,
        &[("RES302", &file, WEBHOOK.1), ("RES303", &file, hidden)],
    );
}

#[test]
fn in_the_wrong_cluster_and_in_what_is_deployed_there() {
    let file = "cluster/overlays/production/tr/applications.yaml";
    let planted = Planted::example()
        .custom(
            TR,
            "backend-ai",
            &patches(&[("backend-ai", &variable(WEBHOOK.0, WEBHOOK.1))]),
        )
        .replace(
            file,
            "server: https://kubernetes.default.svc",
            "server: https://k8s.es.carebase.example:6443",
        );
    both(
        &planted,
        &[
            ("RES501", file, "k8s.es.carebase.example"),
            ("RES302", &custom(TR, "backend-ai"), WEBHOOK.1),
        ],
    );
}

#[test]
fn in_terraform_and_in_a_manifest() {
    let main = "infra/production/es/main.tf";
    let planted = env(ES, "backend-api", "backend-api", WEBHOOK.0, WEBHOOK.1).file(
        main,
        "provider \"google\" {\n  region = \"europe-west1\"\n}\n",
    );
    both(
        &planted,
        &[
            ("RES101", main, "europe-west1"),
            ("RES302", &custom(ES, "backend-api"), WEBHOOK.1),
        ],
    );
}

#[test]
fn in_two_cells_by_one_line() {
    let file = "cluster/apps/backend-api/deployment.yaml";
    let value = "value: http://backend-ai.carebase-apps.svc:8001";
    let planted = Planted::example().replace(file, value, &format!("value: {}", WEBHOOK.1));
    let findings = planted.caught("RES302", file, WEBHOOK.1);
    let cells: Vec<&str> = findings
        .iter()
        .filter_map(|finding| finding.cell.as_deref())
        .collect();
    assert_eq!(
        cells,
        ["production/es", "production/tr", "staging/es", "staging/tr"]
    );
}

fn location(name: &str, region: &str) -> String {
    format!(
        "apiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata:\n  name: {name}\n  namespace: carebase-data\nspec:\n  provider: aws\n  \
         objectStorage:\n    bucket: carebase-es-dr\n  config:\n    region: {region}\n"
    )
}

#[test]
fn one_excepted_and_one_not() {
    let two = format!(
        "{}---\n{}",
        location("paris", "eu-west-3"),
        location("dublin", "eu-west-1")
    );
    let planted = object(ES, "postgres", &two)
        .append("platform.toml", EXCEPTION)
        .custom(
            ES,
            "backend-api",
            &patches(&[("backend-api", &variable(PARIS.0, PARIS.1))]),
        );
    both(
        &planted,
        &[
            (
                "RES203",
                &beside(ES, "postgres", "added.yaml"),
                "region: eu-west-1",
            ),
            ("RES301", &custom(ES, "backend-api"), PARIS.1),
        ],
    );
    let excepted = planted.judge().excepted;
    assert_eq!(excepted.len(), 1, "{excepted:#?}");
}
