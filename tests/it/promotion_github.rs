//! `release` and `promote` against the fake GitHub, run as a workflow runs them: the pull request is opened, found
//! again, updated, and closed when nothing is left to do.
#![allow(
    clippy::disallowed_methods,
    reason = "writes a folder and starts the binary"
)]

use crate::promotion::{PLATFORM, digest};
use crate::support::github::{CANARY, GitHub as Fake};
use platformctl::{model, pins};
use serde_json::{Value, json};
use std::process::Command;

/// A checkout that knows platform.toml only: everything else is read from the base commit on GitHub.
struct Checkout {
    fake: Fake,
    folder: tempfile::TempDir,
}

impl Checkout {
    fn new() -> Self {
        let (platform, _) = model::load(PLATFORM).expect("valid");
        let mut files = vec![("platform.toml".to_owned(), PLATFORM.to_owned())];
        for cell in &platform.cells {
            for service in platform.services.values() {
                files.push((
                    cell.pins(&service.name),
                    pins::unreleased(&service.name, &service.image, &cell.name),
                ));
            }
        }
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("platform.toml"), PLATFORM).expect("a file");
        Self {
            fake: Fake::start(&files),
            folder,
        }
    }

    /// Exit code, answer and stderr.
    fn run(&self, args: &[&str]) -> (i32, Value, String) {
        let api = self.fake.repository_url().replace("/acme/platform", "/api");
        let output = Command::new(env!("CARGO_BIN_EXE_platformctl"))
            .arg("-C")
            .arg(self.folder.path())
            .args(args)
            .args(["--format", "json"])
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PLATFORMCTL_GITHUB_TOKEN", CANARY)
            .env("GITHUB_API_URL", format!("{api}/v3"))
            .env("GITHUB_GRAPHQL_URL", format!("{api}/graphql"))
            .output()
            .expect("runs");
        let out = String::from_utf8(output.stdout).expect("UTF-8");
        let err = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(
            !out.contains(CANARY) && !err.contains(CANARY),
            "the token shows"
        );
        let answer = serde_json::from_str(&out).unwrap_or(Value::Null);
        (output.status.code().unwrap_or(-1), answer, err)
    }

    fn first(&self, args: &[&str]) -> Value {
        let (code, answer, err) = self.run(args);
        assert_eq!(code, 0, "{answer:#}\n{err}");
        answer["promotions"][0].clone()
    }

    fn release(&self, n: u8) -> Value {
        self.first(&[
            "release",
            "web",
            "--env",
            "staging",
            "--digest",
            &digest(n),
            "--tag",
            &format!("v{n}"),
        ])
    }

    fn merge(&self, promotion: &Value) {
        let number = promotion["pull_request"]["number"]
            .as_u64()
            .expect("a number");
        self.fake.world(|world| world.merge(number));
    }
}

const PROMOTE: &[&str] = &["promote", "staging→production"];

#[test]
fn one_pull_request_follows_the_newest_release() {
    let checkout = Checkout::new();
    let (code, answer, err) = checkout.run(PROMOTE);
    assert_eq!((code, answer), (1, Value::Null), "{err}");
    assert!(checkout.fake.writes().is_empty());

    let released = checkout.release(1);
    assert_eq!(released["action"], "created");
    checkout.merge(&released);

    checkout.fake.forget();
    let planned = checkout.first(&["promote", "staging", "production", "--dry-run"]);
    assert_eq!(planned["action"], "planned");
    assert!(checkout.fake.writes().is_empty());

    let created = checkout.first(PROMOTE);
    assert_eq!(
        (&created["action"], &created["branch"]),
        (&json!("created"), &json!("promote/production/es/all"))
    );
    checkout.fake.forget();
    let again = checkout.first(PROMOTE);
    assert_eq!(
        (&again["action"], &again["pull_request"]),
        (&json!("noop"), &created["pull_request"])
    );
    assert!(
        checkout.fake.writes().is_empty(),
        "{:?}",
        checkout.fake.writes()
    );

    // The base moves and nothing of ours changes: still nothing is written.
    checkout
        .fake
        .world(|world| world.push("main", &[("README.md", "words\n")], "words"));
    assert_eq!(checkout.first(PROMOTE)["action"], "noop");
    assert!(
        checkout.fake.writes().is_empty(),
        "{:?}",
        checkout.fake.writes()
    );

    let newer = checkout.release(2);
    checkout.merge(&newer);
    let updated = checkout.first(PROMOTE);
    assert_eq!(
        (&updated["action"], &updated["pull_request"]),
        (&json!("updated"), &created["pull_request"])
    );
    assert_eq!(
        updated["changes"][0]["to"],
        json!({ "tag": "v2", "digest": digest(2) })
    );
    checkout.merge(&updated);

    let (code, answer, _) = checkout.run(PROMOTE);
    assert_eq!(code, 0);
    assert_eq!(
        (
            &answer["promotions"][0]["action"],
            &answer["promotions"][1]["action"]
        ),
        (&json!("nothing"), &json!("created"))
    );
    let path = "cluster/overlays/production/es/web/pins/kustomization.yaml";
    let text = checkout
        .fake
        .world(|world| world.text("main", path))
        .expect("there");
    assert!(
        text.contains(&format!("    newTag: v2\n    digest: {}\n", digest(2)))
            && !text.contains("replicas"),
        "{text}"
    );
}

#[test]
fn people_are_not_overruled() {
    let checkout = Checkout::new();
    checkout.merge(&checkout.release(1));
    let created = checkout.first(PROMOTE);
    let path = "cluster/overlays/production/es/web/pins/kustomization.yaml";
    checkout
        .fake
        .world(|world| world.push("promote/production/es/all", &[(path, "mine\n")], "hold"));
    checkout.merge(&checkout.release(2));
    checkout.fake.forget();
    let (code, answer, err) = checkout.run(PROMOTE);
    assert_eq!(
        (code, &answer["promotions"][0]["action"]),
        (4, &json!("blocked")),
        "{err}"
    );
    assert_eq!(
        answer["promotions"][0]["pull_request"],
        created["pull_request"]
    );
    assert!(checkout.fake.writes().is_empty() && !err.is_empty());
}

#[test]
fn a_base_without_pins_says_what_to_do() {
    let checkout = Checkout {
        fake: Fake::start(&[("platform.toml", PLATFORM)]),
        ..Checkout::new()
    };
    let (code, _, err) =
        checkout.run(&["release", "web", "--env", "staging", "--digest", &digest(1)]);
    assert_eq!(code, 1, "{err}");
    assert!(
        err.contains("cluster/overlays/staging/tr/web/pins/kustomization.yaml"),
        "{err}"
    );
    let checkout = Checkout {
        fake: Fake::start(&[("README.md", "words\n")]),
        ..checkout
    };
    assert_eq!(checkout.run(PROMOTE).0, 2);
}
