//! `validate` and `explain`, run as a person and as a workflow run them, in a real repository.
#![allow(
    clippy::disallowed_methods,
    reason = "writes a repository and starts the binary"
)]

use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// A platform as `init` makes it.
struct Platform {
    folder: tempfile::TempDir,
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Platform {
    fn new() -> Self {
        let this = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let made = this.run_in(this.folder.path().to_owned(), &["init", "platform"]);
        assert_eq!(made.code, 0, "{}{}", made.out, made.err);
        this
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("platform")
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_in(self.root(), arguments)
    }

    fn run_in(&self, folder: PathBuf, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_platformctl"))
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", self.folder.path())
            .output()
            .expect("the binary starts");
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let path = self.root().join(path);
        let text = std::fs::read_to_string(&path).expect("a file");
        assert!(text.contains(from), "{from} is in {}", path.display());
        std::fs::write(path, text.replacen(from, to, 1)).expect("written");
    }

    /// Moves region es out of its jurisdiction, and renders what follows from that.
    fn move_to_london(&self) {
        self.edit("platform.toml", "europe-southwest1", "europe-west2");
        let rendered = self.run(&["render"]);
        assert_eq!(rendered.code, 0, "{}{}", rendered.out, rendered.err);
    }

    /// Rule and file of each finding.
    fn found(&self, arguments: &[&str]) -> (i32, Vec<(String, String)>) {
        let ran = self.run(&[&["validate", "--format", "json"], arguments].concat());
        let report: Value = serde_json::from_str(&ran.out)
            .unwrap_or_else(|e| panic!("{e}\n{}{}", ran.out, ran.err));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let findings = report["findings"].as_array().expect("findings");
        let found = findings
            .iter()
            .map(|finding| (text(&finding["rule"]), text(&finding["file"])))
            .collect();
        (ran.code, found)
    }
}

fn pins(cell: &str) -> String {
    format!("cluster/overlays/{cell}/frontend/pins/kustomization.yaml")
}

fn pair(rule: &str, file: &str) -> (String, String) {
    (rule.to_owned(), file.to_owned())
}

#[test]
fn what_init_makes_is_clean_in_every_format() {
    let platform = Platform::new();
    let human = platform.run(&["validate"]);
    assert_eq!((human.code, human.err.as_str()), (0, ""));
    let examined = "no findings: 5 cells, ";
    assert!(human.out.starts_with(examined), "{}", human.out);
    let dated = "; conforms to the declared policy (as of ";
    assert!(human.out.contains(dated), "{}", human.out);
    assert_eq!(platform.run(&["validate", "-q"]).out, "");
    assert_eq!(platform.run(&["validate", "--format", "github"]).out, "");
    assert_eq!(platform.found(&[]), (0, Vec::new()));
    let sarif = platform.run(&["validate", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif.out).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn findings_come_from_declaration_files_and_pins() {
    let platform = Platform::new();
    platform.move_to_london();
    platform.edit("cluster/base/kustomization.yaml", "\n", "\n# mine\n");
    std::fs::remove_file(platform.root().join(pins("production/es"))).expect("removed");
    platform.edit(
        &pins("staging/tr"),
        "kind: Component",
        "kind: Kustomization",
    );
    let all = [
        pair("REP002", "cluster/base/kustomization.yaml"),
        // What cannot be built is not proven either.
        pair(
            "kustomize-file",
            "cluster/overlays/production/es/frontend/kustomization.yaml",
        ),
        pair("REP003", &pins("production/es")),
        pair("kustomize-invalid", &pins("staging/tr")),
        pair("REP004", &pins("staging/tr")),
        pair("RES002", "platform.toml"),
    ];
    assert_eq!(platform.found(&[]), (1, all.to_vec()));
    let one = [all[0].clone()];
    assert_eq!(
        platform.found(&["--cell", "production/tr"]),
        (1, one.to_vec())
    );
    let human = platform.run(&["validate", "--color", "never"]);
    assert!(
        human.out.contains("in GB") && human.out.ends_with("6 errors\n"),
        "{}",
        human.out
    );
    assert_eq!(human.code, 1);
}

#[test]
fn what_kustomize_passes_over_in_silence_is_a_warning() {
    let platform = Platform::new();
    let custom = "cluster/overlays/production/tr/custom/frontend/kustomization.yaml";
    let patch = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n  - target:\n      kind: Deployment\n      \
        name: frontent\n    patch: |-\n      - op: remove\n        path: /spec/replicas\n";
    std::fs::write(platform.root().join(custom), patch).expect("written");
    assert_eq!(
        platform.found(&[]),
        (0, vec![pair("kustomize-no-match", custom)])
    );
}

#[test]
fn pins_of_production_must_have_been_in_staging() {
    let platform = Platform::new();
    let release = |digest| {
        let ran = platform.run(&[
            "release", "frontend", "--env", "staging", "--digest", digest, "--local",
        ]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        // The release is a commit on a branch of its own: merge it as a fast-forward.
        let repo = git2::Repository::open(platform.root()).expect("a repository");
        let branch = repo
            .branches(Some(git2::BranchType::Local))
            .expect("branches")
            .map(|branch| branch.expect("a branch").0)
            .find(|branch| !branch.is_head())
            .expect("the branch of the release");
        let commit = branch.get().peel_to_commit().expect("a commit");
        repo.reset(commit.as_object(), git2::ResetType::Hard, None)
            .expect("merged");
        let mut branch = branch;
        branch.delete().expect("deleted");
    };
    release(A);
    assert_eq!(platform.found(&[]), (0, Vec::new()));
    let before = std::fs::read_to_string(platform.root().join(pins("staging/es"))).expect("pins");
    release(B);
    let staging = std::fs::read_to_string(platform.root().join(pins("staging/es"))).expect("pins");
    let production = platform.root().join(pins("production/es"));
    for (text, why) in [
        (&staging, "staging runs it"),
        (&before, "staging ran it before"),
    ] {
        std::fs::write(&production, text).expect("written");
        assert_eq!(platform.found(&[]), (0, Vec::new()), "{why}");
    }
    let never = staging.replace("bbbb", "cccc");
    std::fs::write(&production, &never).expect("written");
    assert_eq!(
        platform.found(&[]),
        (1, vec![pair("REP006", &pins("production/es"))])
    );
    let tag_only: String = staging
        .lines()
        .map(|line| line.replace(&format!("digest: {B}"), "newTag: v1"))
        .filter(|line| !line.contains("newTag: unreleased"))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(&production, &tag_only).expect("written");
    assert_eq!(
        platform.found(&[]),
        // The declaration asks for a digest there, and so does what is built.
        (
            1,
            vec![
                pair("REP005", &pins("production/es")),
                pair("RES509", &pins("production/es"))
            ]
        ),
        "{tag_only}"
    );
}

#[test]
fn a_declaration_that_is_not_valid_is_reported_in_the_format_too() {
    let platform = Platform::new();
    platform.edit(
        "platform.toml",
        "promote-from = \"staging\"",
        "promote-from = \"stagin\"",
    );
    assert_eq!(
        platform.found(&[]),
        (2, vec![pair("unknown-reference", "platform.toml")])
    );
    let github = platform.run(&["validate", "--format", "github"]);
    assert!(
        github.out.starts_with("::error file=platform.toml,line="),
        "{}",
        github.out
    );
    let human = platform.run(&["validate"]);
    assert_eq!((human.code, human.out.as_str()), (2, ""));
    assert!(
        human.err.contains("did you mean `staging`?"),
        "{}",
        human.err
    );
}

#[test]
fn sarif_of_a_real_run_conforms_to_the_published_schema() {
    let platform = Platform::new();
    platform.move_to_london();
    let run = || platform.run(&["validate", "--format", "sarif"]);
    assert_eq!(run().out, run().out, "two runs are equal byte for byte");
    let sarif: Value = serde_json::from_str(&run().out).expect("JSON");
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
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "RES002");
}

#[test]
fn wrong_usage_is_told_with_a_remedy() {
    let platform = Platform::new();
    for (arguments, code, said) in [
        (
            vec!["validate", "--cell", "production/xx"],
            2,
            "did you mean `production/es`?",
        ),
        (vec!["validate", "--as-of", "soon"], 2, "year-month-day"),
        (vec!["explain", "RES02"], 2, "did you mean `RES002`?"),
        (vec!["explain", "nothing-like-it-at-all"], 2, "RES001"),
    ] {
        let ran = platform.run(&arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
    let explained = platform.run(&["explain", "res002"]);
    assert_eq!(explained.code, 0);
    assert!(explained.out.starts_with("# RES002: "), "{}", explained.out);
}

#[test]
fn explain_says_where_a_file_comes_from() {
    let platform = Platform::new();
    let path = "cluster/apps/frontend/deployment.yaml";
    let ran = platform.run(&["explain", path]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text =
        std::fs::read_to_string(platform.root().join("platform.toml")).expect("a declaration");
    let line = text
        .lines()
        .position(|line| line == "[services.frontend]")
        .expect("the table")
        + 1;
    let follows = format!("`services.frontend` in platform.toml:{line}");
    assert!(ran.out.contains(&follows), "{}", ran.out);
    assert!(
        ran.out.contains("cluster/apps/service/deployment.yaml"),
        "{}",
        ran.out
    );

    let inside = platform.root().join("cluster/overlays/production/es");
    let ran = platform.run_in(inside, &["explain", "frontend/pins/kustomization.yaml"]);
    assert!(
        ran.out.contains("release and promote write it"),
        "{}{}",
        ran.out,
        ran.err
    );

    let ran = platform.run(&["explain", "cluster/apps/frontend/deploymen.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(
        ran.err.contains(&format!("did you mean `{path}`?")),
        "{}",
        ran.err
    );
}
