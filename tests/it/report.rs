//! The evidence for an auditor: the same everywhere, reproducible, harmless to read, and honest about what was not looked at.
#![allow(
    clippy::disallowed_methods,
    reason = "writes a repository and starts the binary"
)]

use crate::support::planted::EXAMPLE;
use crate::support::project;
use crate::support::run::{Ran, command, ran};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const DAY: &str = "2026-11-21";

/// A copy of the example in a folder of its own.
struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    fn new() -> Self {
        let this = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        for path in EXAMPLE.keys() {
            // Copied, because scripts have to stay executable.
            this.write(path, "");
            std::fs::copy(
                project().join("platform-example").join(path),
                this.root().join(path),
            )
            .expect("copied");
        }
        this
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let file = self.root().join(path);
        std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        std::fs::write(file, bytes).expect("written");
    }

    fn append(&self, path: &str, more: &str) {
        let text = std::fs::read_to_string(self.root().join(path)).expect("a file");
        self.write(path, format!("{text}{more}"));
    }

    /// Writes a report as a user with another clock and language would, and gives its three files.
    fn report_with(&self, folder: &Path, environment: &[(&str, &str)]) -> (Ran, Files) {
        let run = command(self.root())
            .envs(environment.iter().copied())
            .args(["validate", "--as-of", DAY, "--report"])
            .arg(folder)
            .output()
            .expect("the binary starts");
        (ran(run), Files::of(folder))
    }

    fn report(&self) -> (Ran, Files) {
        let folder = tempfile::tempdir().expect("a folder");
        self.report_with(folder.path(), &[])
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        ran(command(self.root())
            .args(arguments)
            .output()
            .expect("the binary starts"))
    }

    /// A patch of a user's own that sends data elsewhere.
    fn leads_abroad(&self, cell: &str, variable: &str, value: &str) {
        let path = format!("cluster/overlays/{cell}/custom/backend-api/kustomization.yaml");
        self.write(
            &path,
            format!(
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - patch: |-\n      apiVersion: apps/v1\n      \
                 kind: Deployment\n      metadata:\n        name: backend-api\n        namespace: carebase-apps\n      spec:\n        template:\n          \
                 spec:\n            containers:\n              - name: backend-api\n                env:\n                  - name: {variable}\n                    \
                 value: {value}\n"
            ),
        );
    }
}

/// The texts of a report.
#[derive(Debug, PartialEq, Eq)]
struct Files {
    json: String,
    sarif: String,
    html: String,
}

impl Files {
    fn of(folder: &Path) -> Self {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect(name);
        Self {
            json: read("residency-report.json"),
            sarif: read("residency.sarif"),
            html: read("residency-report.html"),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.json).expect("JSON")
    }
}

/// A store abroad, and the exception that allows it.
const EXCEPTED: &str = r#"
[[stores]]
id      = "dr"
kind    = "bucket"
classes = ["phi"]
region  = "es"
at      = { provider = "aws", location = "eu-west-3" }

[[residency.exceptions]]
id           = "EXC-1"
rules        = ["RES004"]
region       = "es"
store        = "dr"
classes      = ["phi"]
to           = { provider = "aws", location = "eu-west-3", country = "FR" }
reason       = "recovery </script><img src=x onerror=alert(1)> \"quoted\" password=hunter2"
legal-basis  = "transfer inside the EEA"
requested-by = "ops@acme.example"
approved-by  = "privacy@acme.example"
approved-on  = 2026-10-01
expires      = 2027-01-31
encryption   = { mode = "client-side", cipher = "aes-256-gcm", key-location = "es", key-replicated = false }
"#;

fn excepted() -> Copy {
    let copy = Copy::new();
    copy.append("platform.toml", EXCEPTED);
    let rendered = copy.run(&["render", "--accept-policy"]);
    assert_eq!(rendered.code, 0, "{rendered:?}");
    copy
}

#[test]
fn two_runs_give_the_same_bytes_wherever_and_whenever() {
    let (one, other) = (Copy::new(), Copy::new());
    let (ran, first) = one.report();
    assert_eq!(ran.code, 0, "{ran:?}");
    let elsewhere = [
        ("TZ", "Pacific/Kiritimati"),
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "tr_TR.UTF-8"),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let deep = folder.path().join("deeper/still");
    let (_, second) = other.report_with(&deep, &elsewhere);
    assert_eq!(first, second);
    for text in [&first.json, &first.sarif, &first.html] {
        for path in [one.root(), other.root()] {
            assert!(!text.contains(path.to_str().expect("UTF-8")));
        }
    }
}

#[test]
fn the_digest_is_that_of_the_body_with_its_keys_sorted() {
    let (_, files) = Copy::new().report();
    let report = files.json();
    assert_eq!(report["format"], "platformctl-residency-report");
    let mut body = report["body"].clone();
    body.sort_all_objects();
    let digest = platformctl::digest::Digest::of(body.to_string().as_bytes());
    assert_eq!(report["digest"], format!("sha256:{digest}"));
    assert!(files.html.contains(&format!("sha256:{digest}")));
    assert_eq!(body["header"]["as_of"], DAY);
    assert_eq!(body["verdict"]["text"], "conforms to the declared policy");
}

#[test]
fn inputs_are_the_files_and_their_hashes_but_not_the_report_itself() {
    let copy = Copy::new();
    let inside = copy.root().join("evidence");
    let (_, first) = copy.report_with(&inside, &[]);
    copy.write("evidence/notes.txt", "kept");
    std::fs::remove_file(copy.root().join("evidence/notes.txt")).expect("removed");
    let (_, again) = copy.report_with(&inside, &[]);
    assert_eq!(first, again, "a report is no input of the next one");
    let left: BTreeSet<PathBuf> = std::fs::read_dir(&inside)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
    let body = &first.json()["body"];
    let inputs = body["inputs"].as_array().expect("inputs");
    assert_eq!(inputs.len(), EXAMPLE.len());
    for input in inputs {
        let path = input["path"].as_str().expect("a path");
        let digest = platformctl::digest::Digest::of(&EXAMPLE[path]);
        assert_eq!(input["sha256"], digest.to_string(), "{path}");
    }
    let role = |path: &str| {
        inputs
            .iter()
            .find(|input| input["path"] == path)
            .map(|input| input["role"].clone())
    };
    assert_eq!(role("platform.toml"), Some("declaration".into()));
    assert_eq!(role("platform.lock"), Some("lock".into()));
    assert_eq!(
        role(".github/workflows/validate.yml"),
        Some("workflow".into())
    );
    assert_eq!(role("bootstrap/lib.sh"), Some("bootstrap".into()));
}

#[test]
fn other_files_of_the_folder_stay_as_they_are() {
    let copy = Copy::new();
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("mine.txt"), "mine").expect("written");
    std::fs::write(at("residency-report.json"), "old").expect("written");
    std::fs::write(
        at(".residency-report.json.partial"),
        "of a run that was killed",
    )
    .expect("written");
    copy.report_with(folder.path(), &[]);
    assert_eq!(
        std::fs::read_to_string(at("mine.txt")).expect("kept"),
        "mine"
    );
    assert!(
        std::fs::read_to_string(at("residency-report.json"))
            .expect("new")
            .starts_with('{')
    );
    assert!(!at(".residency-report.json.partial").exists());
}

#[test]
fn verify_reproduces_a_report_and_says_what_is_different() {
    let copy = Copy::new();
    let folder = tempfile::tempdir().expect("a folder");
    copy.report_with(folder.path(), &[]);
    let report = folder.path().join("residency-report.json");
    let report = report.to_str().expect("UTF-8");
    let same = copy.run(&["verify", report]);
    assert_eq!(same.code, 0, "{same:?}");
    assert!(
        same.out.starts_with("reproduced: carebase conforms"),
        "{same:?}"
    );

    let other = Copy::new();
    let elsewhere = ran(command(folder.path())
        .args(["verify", report, "-C"])
        .arg(other.root())
        .output()
        .expect("the binary starts"));
    assert_eq!(elsewhere.code, 0, "{elsewhere:?}");

    copy.append("cluster/base/kustomization.yaml", "\n");
    copy.write("cluster/overlays/production/tr/custom/base/new.txt", "new");
    let changed = copy.run(&["verify", report]);
    assert_eq!(changed.code, 1, "{changed:?}");
    for said in [
        "- `cluster/base/kustomization.yaml` is not the file that was judged\n",
        "- `cluster/overlays/production/tr/custom/base/new.txt` was not there\n",
        "- REP002 in the platform: fail, and then pass\n",
        "- it does not conform to the declared policy, and then it conforms to the declared policy\n",
    ] {
        assert!(changed.out.contains(said), "{said}\n{}", changed.out);
    }
    assert!(!changed.out.contains("platform.lock"), "{}", changed.out);

    copy.append("platform.toml", "unknown = 1\n");
    let broken = copy.run(&["verify", report]);
    assert_eq!(broken.code, 1, "{broken:?}");
    assert!(broken.out.contains("it is not valid"), "{broken:?}");
}

#[test]
fn verify_sees_a_report_that_was_changed_or_is_none() {
    let copy = Copy::new();
    let folder = tempfile::tempdir().expect("a folder");
    let (_, files) = copy.report_with(folder.path(), &[]);
    let path = folder.path().join("forged.json");
    let verify = |text: &str| {
        std::fs::write(&path, text).expect("written");
        copy.run(&["verify", path.to_str().expect("UTF-8")])
    };
    let forged = files
        .json
        .replace("\"result\": \"not-evaluated\"", "\"result\": \"pass\"");
    assert_ne!(forged, files.json);
    let ran = verify(&forged);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("changed after it was written"), "{ran:?}");
    assert!(
        ran.out
            .contains("REP006 in the platform: not-evaluated, and then pass"),
        "{ran:?}"
    );

    let other = files
        .json
        .replacen("\"tool_version\": \"", "\"tool_version\": \"9", 1);
    let ran = verify(&other);
    assert!(ran.out.contains("- `tool version` is"), "{ran:?}");

    for none in [
        "",
        "{}",
        "[1]",
        "{\"format\": \"platformctl-residency-report\", \"version\": 2}",
    ] {
        let ran = verify(none);
        assert_eq!(ran.code, 2, "{none}: {ran:?}");
        assert!(ran.err.contains("is no report of platformctl"), "{ran:?}");
    }
}

#[test]
fn nothing_examined_is_never_a_pass() {
    let (_, files) = Copy::new().report();
    let report = files.json();
    let results = report["body"]["results"].as_array().expect("results");
    let mut seen = BTreeSet::new();
    for result in results {
        let outcome = result["result"].as_str().expect("a result");
        seen.insert(outcome);
        let examined = result["examined"].as_u64().expect("a number");
        assert!(outcome != "pass" || examined > 0, "{result}");
        assert!(outcome != "not-applicable" || examined == 0, "{result}");
    }
    // Outside of Git nothing is known about the past of the pins, and nobody wrote an exception.
    assert_eq!(
        seen,
        BTreeSet::from(["not-applicable", "not-evaluated", "pass"])
    );
    let of = |rule: &str, cell: Value| {
        results
            .iter()
            .find(|result| result["rule"] == rule && result["cell"] == cell)
            .map(|result| result["result"].clone())
    };
    assert_eq!(of("REP006", Value::Null), Some("not-evaluated".into()));
    assert_eq!(of("RES006", Value::Null), Some("not-applicable".into()));
    assert_eq!(of("RES402", "production/tr".into()), Some("pass".into()));
    let rules: BTreeSet<&str> = results
        .iter()
        .filter_map(|result| result["rule"].as_str())
        .collect();
    assert_eq!(rules.len(), platformctl::residency::RULES.len());
}

#[test]
fn a_cell_that_cannot_be_built_passes_nothing() {
    let copy = Copy::new();
    copy.write(
        "cluster/overlays/production/tr/custom/backend-api/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [missing.yaml]\n",
    );
    let (ran, files) = copy.report();
    assert_eq!(ran.code, 1, "{ran:?}");
    let report = files.json();
    assert_eq!(report["body"]["verdict"]["conforms"], false);
    let results = report["body"]["results"].as_array().expect("results");
    let here = results
        .iter()
        .filter(|result| result["cell"] == "production/tr");
    for result in here {
        assert!(
            ["not-evaluated", "fail"].contains(&result["result"].as_str().expect("a result")),
            "{result}"
        );
    }
    assert!(files.html.contains("it could not be built as a whole"));
}

#[test]
fn findings_do_not_keep_a_report_from_being_written() {
    let copy = Copy::new();
    copy.leads_abroad(
        "production/es",
        "BACKUP_ENDPOINT",
        "https://s3.eu-west-3.amazonaws.com",
    );
    let (ran, files) = copy.report();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.err
            .contains("report: does not conform to the declared policy in "),
        "{ran:?}"
    );
    let body = files.json()["body"].clone();
    let finding = &body["findings"][0];
    assert_eq!(finding["rule"], "RES301");
    assert_eq!(finding["object"], "Deployment carebase-apps/backend-api");
    assert_eq!(finding["trace"][3], "FR ∉ {ES}");
    assert_eq!(finding["places"][0]["line"], 17);
    let sarif: Value = serde_json::from_str(&files.sarif).expect("JSON");
    let id = &sarif["runs"][0]["results"][0]["partialFingerprints"]["platformctl/v1"];
    assert_eq!(finding["id"], *id);
    let abroad = body["matrix"]
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["country"] == "FR");
    let entry = &abroad.expect("a row for FR")["classes"]["phi"][0];
    assert_eq!(
        (&entry["name"], &entry["allowed"]),
        (&"aws/eu-west-3".into(), &false.into())
    );
    assert!(files.html.contains("class=\"line forbidden\""));
    assert!(
        files
            .html
            .contains("BACKUP_ENDPOINT → s3.eu-west-3.amazonaws.com → aws/eu-west-3 → FR ∉ {ES}")
    );
}

#[test]
fn a_finding_keeps_its_name_when_lines_move() {
    let copy = Copy::new();
    copy.leads_abroad(
        "production/es",
        "BACKUP_ENDPOINT",
        "https://s3.eu-west-3.amazonaws.com",
    );
    let id = |copy: &Copy| copy.report().1.json()["body"]["findings"][0]["id"].clone();
    let before = id(&copy);
    let path = "cluster/overlays/production/es/custom/backend-api/kustomization.yaml";
    let text = std::fs::read_to_string(copy.root().join(path)).expect("a file");
    copy.write(path, format!("# moved\n\n{text}"));
    assert_eq!(id(&copy), before);
    copy.leads_abroad(
        "production/es",
        "BACKUP_ENDPOINT",
        "https://s3.eu-west-1.amazonaws.com",
    );
    assert_ne!(id(&copy), before);
}

#[test]
fn exceptions_are_suppressions_with_their_end() {
    let copy = excepted();
    let (ran, files) = copy.report();
    assert_eq!(ran.code, 0, "{ran:?}");
    let body = files.json()["body"].clone();
    let exception = &body["exceptions"][0];
    assert_eq!(exception["state"], "in-force");
    assert_eq!(exception["days_left"], 71);
    assert_eq!(exception["suppresses"][0], body["excepted"][0]["id"]);
    let sarif: Value = serde_json::from_str(&files.sarif).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "RES004");
    let suppression = &result["suppressions"][0];
    assert_eq!(suppression["kind"], "external");
    assert_eq!(suppression["status"], "accepted");
    assert_eq!(
        suppression["properties"]["approver"],
        "privacy@acme.example"
    );
    assert_eq!(suppression["properties"]["expires"], "2027-01-31");
    let results = body["results"].as_array().expect("results");
    let own = results
        .iter()
        .find(|result| result["rule"] == "RES004")
        .expect("a result");
    assert_eq!(own["result"], "excepted");
    assert!(files.html.contains("2027-01-31 (71 days left)"));

    let late = copy.run(&["validate", "--as-of", "2027-02-01", "--format", "json"]);
    assert_eq!(late.code, 1, "{late:?}");
}

#[test]
fn sarif_conforms_to_the_published_schema() {
    let (_, files) = excepted().report();
    let sarif: Value = serde_json::from_str(&files.sarif).expect("JSON");
    let mut schema: Value =
        serde_json::from_str(include_str!("../schemas/sarif-schema-2.1.0.json")).expect("JSON");
    // Its pattern of languages has a stray bracket that only lenient engines read; we write no language.
    for kind in ["run", "toolComponent"] {
        schema["definitions"][kind]["properties"]["language"] = Value::Bool(true);
    }
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(&sarif)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let artifacts = sarif["runs"][0]["artifacts"].as_array().expect("artifacts");
    assert!(
        artifacts
            .iter()
            .all(|artifact| artifact["hashes"]["sha-256"].is_string())
    );
    assert!(artifacts.len() >= EXAMPLE.len());
}

#[test]
fn no_credential_is_in_a_report() {
    let copy = excepted();
    copy.leads_abroad(
        "production/tr",
        "AUDIT_URL",
        "https://auditor:hunter2@audit.partner.example/x",
    );
    copy.leads_abroad(
        "production/es",
        "HOOK",
        "https://hooks.slack.com/services/T000/B000/hunter2hunter2",
    );
    copy.append("bootstrap/lib.sh", "# password=hunter2\n");
    let (ran, files) = copy.report();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        files.json.contains("audit.partner.example"),
        "the finding is there"
    );
    for text in [&files.json, &files.sarif, &files.html] {
        assert!(!text.contains("hunter2"));
    }
}

#[test]
fn what_others_wrote_cannot_become_part_of_the_page() {
    let copy = excepted();
    copy.write("cluster/<img src=x onerror=alert(1)>.yaml", "a: 1\n");
    copy.write("docs/a\"b'c&d.md", "x");
    let (_, files) = copy.report();
    assert!(
        files
            .html
            .contains("&#60;img src=x onerror=alert(1)&#62;.yaml")
    );
    assert!(files.html.contains("a&#34;b&#39;c&#38;d.md"));
    assert!(
        !files.html.contains("<img")
            && !files.html.contains("<script")
            && !files.html.contains("</script")
    );
}

#[test]
fn the_page_needs_nothing_besides_itself() {
    let (_, files) = excepted().report();
    let html = &files.html;
    for reference in [
        " src=\"", "<link", "<script", "<iframe", "<object", "@import", "url(http", "url(\"",
        "<base", "srcset",
    ] {
        assert!(!html.contains(reference), "{reference}");
    }
    for part in html.split(" href=\"").skip(1) {
        assert!(part.starts_with('#'), "{}", &part[..40.min(part.len())]);
    }
    for part in html.split("url(").skip(1) {
        assert!(
            part.starts_with("#head-"),
            "{}",
            &part[..40.min(part.len())]
        );
    }
    assert!(html.contains("content=\"default-src 'none'; style-src 'unsafe-inline';"));
    // Conformance to a policy, not to a law.
    assert!(html.contains("conforms to the declared policy"));
    for claim in ["legally compliant", "GDPR compliant", "complies with"] {
        assert!(!html.contains(claim), "{claim}");
    }
}
