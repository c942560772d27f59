//! `release`, `promote --local` and `status`, run as a person runs them, in a real repository.
#![allow(
    clippy::disallowed_methods,
    reason = "writes a repository and starts the binary"
)]

use crate::promotion::{PLATFORM, digest};
use platformctl::{model, pins, repo::Repo};
use serde_json::{Value, json};
use std::process::Command;

struct Platform {
    folder: tempfile::TempDir,
    home: tempfile::TempDir,
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|e| panic!("{e}\n{}\n{}", self.out, self.err))
    }
}

impl Platform {
    fn new() -> Self {
        let this = Self {
            folder: tempfile::tempdir().expect("a folder"),
            home: tempfile::tempdir().expect("a folder"),
        };
        let repo = Repo::init(this.folder.path(), "main").expect("made");
        let (platform, _) = model::load(PLATFORM).expect("valid");
        let mut paths = vec!["platform.toml".to_owned()];
        this.put("platform.toml", PLATFORM);
        for cell in &platform.cells {
            for service in platform.services.values() {
                let path = cell.pins(&service.name);
                this.put(
                    &path,
                    &pins::unreleased(&service.name, &service.image, &cell.name),
                );
                paths.push(path);
            }
        }
        repo.first_commit(&paths, "Start\n", &repo.identity().expect("identity"))
            .expect("commit");
        this
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn run(&self, args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_platformctl"))
            .arg("-C")
            .arg(self.folder.path())
            .args(args)
            .env_clear()
            .env("HOME", self.home.path())
            // Must not redirect anything.
            .env("GIT_DIR", "/nonexistent")
            .env("GIT_WORK_TREE", "/nonexistent")
            .env("GIT_INDEX_FILE", "/nonexistent")
            .output()
            .expect("runs");
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    fn git(&self) -> git2::Repository {
        git2::Repository::open(self.folder.path()).expect("open")
    }

    /// What merging the pull request would do.
    fn merge(&self, branch: &str) {
        let git = self.git();
        let tip = git
            .find_reference(&format!("refs/heads/{branch}"))
            .expect("there")
            .peel_to_commit()
            .expect("a commit");
        git.reset(tip.as_object(), git2::ResetType::Hard, None)
            .expect("reset");
    }

    fn release(&self, service: &str, n: u8) {
        let ran = self.run(&[
            "release",
            service,
            "--env",
            "staging",
            "--digest",
            &digest(n),
            "--tag",
            &format!("1.{n}0"),
            "--local",
        ]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        self.merge(&format!("release/staging/all/svc-{service}"));
    }
}

fn pin(tag: Option<&str>, n: Option<u8>) -> Value {
    json!({ "tag": tag, "digest": n.map(digest) })
}

#[test]
fn a_release_travels_to_production() {
    let platform = Platform::new();
    let ran = platform.run(&["status"]);
    assert_eq!(
        (
            ran.code,
            ran.out.matches("never released").count(),
            ran.err.as_str()
        ),
        (0, 15, ""),
        "{}",
        ran.out
    );

    let args = [
        "release",
        "web",
        "--env",
        "staging",
        "--digest",
        &digest(1),
        "--tag",
        "1.20",
        "--local",
        "--format",
        "json",
    ];
    let planned = platform.run(&[&args[..], &["--dry-run"]].concat());
    assert_eq!(planned.json()["promotions"][0]["action"], "planned");
    assert!(
        Repo::discover(platform.folder.path())
            .expect("opens")
            .expect("there")
            .branch("release/staging/all/svc-web")
            .expect("read")
            .is_none()
    );
    let created = platform.run(&args);
    assert_eq!(
        created.json(),
        json!({ "version": 1, "promotions": [{
            "branch": "release/staging/all/svc-web", "action": "created", "pull_request": null,
            "changes": [
                { "service": "web", "cell": "staging/es", "from": pin(None, None), "to": pin(Some("1.20"), Some(1)) },
                { "service": "web", "cell": "staging/tr", "from": pin(None, None), "to": pin(Some("1.20"), Some(1)) },
            ],
        }] })
    );
    assert_eq!(
        platform.run(&args).json()["promotions"][0]["action"],
        "noop"
    );
    platform.merge("release/staging/all/svc-web");
    assert_eq!(
        platform.run(&args).json()["promotions"][0]["action"],
        "nothing"
    );

    let ran = platform.run(&[
        "promote",
        "staging→production",
        "--local",
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let answer = ran.json();
    assert_eq!(
        answer["promotions"][0]["branch"],
        "promote/production/es/all"
    );
    assert_eq!(answer["promotions"][0]["action"], "created");
    assert_eq!(answer["promotions"][1]["action"], "waiting");
    assert_eq!(
        answer["promotions"][1]["changes"][0],
        json!({ "service": "web", "cell": "production/es2", "from": pin(None, None), "to": pin(Some("1.20"), Some(1)) })
    );
    assert_eq!(
        platform
            .run(&[
                "promote",
                "staging",
                "production",
                "--region",
                "tr",
                "--local"
            ])
            .code,
        1,
        "its wave waits"
    );

    // A newer release: the same branch, still one commit.
    platform.release("web", 2);
    let ran = platform.run(&["promote", "staging->production", "--local"]);
    assert!(ran.out.starts_with("updated  promote/production/es/all\n  web  production/es  never released → 1.20 020202020202\n"), "{}", ran.out);
    assert!(
        ran.out.contains(
            "left out: api in production/es, production/tr and 1 more: never released in staging"
        ),
        "{}",
        ran.out
    );
    let git = platform.git();
    let tip = git
        .find_reference("refs/heads/promote/production/es/all")
        .expect("there")
        .peel_to_commit()
        .expect("a commit");
    assert_eq!(
        tip.parent(0).expect("a parent").id(),
        git.head()
            .expect("head")
            .peel_to_commit()
            .expect("a commit")
            .id()
    );
    assert_eq!(tip.author().name(), Ok("platformctl"));

    platform.merge("promote/production/es/all");
    let ran = platform.run(&[
        "promote",
        "staging",
        "production",
        "--local",
        "--format",
        "json",
    ]);
    let branch = ran.json()["promotions"][1]["branch"]
        .as_str()
        .expect("a name")
        .to_owned();
    assert_eq!(ran.json()["promotions"][1]["action"], "created");
    platform.merge(&branch);
    let ran = platform.run(&["promote", "staging", "production", "--local"]);
    assert!(ran.out.starts_with("nothing to do"), "{}", ran.out);

    let status = platform.run(&["status", "--format", "json"]).json();
    assert_eq!(status["version"], 1);
    assert_eq!(status["cells"][2]["cell"], "production/tr");
    assert_eq!(
        status["cells"][2]["services"][2],
        json!({ "service": "web", "tag": "1.20", "digest": digest(2) })
    );
    assert_eq!(
        status["cells"][2]["services"][0],
        json!({ "service": "ai", "tag": null, "digest": null })
    );
}

#[test]
fn status_says_what_is_behind_and_what_is_broken() {
    let platform = Platform::new();
    platform.release("web", 3);
    let ran = platform.run(&["status"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("\nproduction/es is behind staging: web\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("1.30 030303030303"), "{}", ran.out);
    let path = "cluster/overlays/staging/tr/web/pins/kustomization.yaml";
    platform.put(
        path,
        "kind: Component\nimages:\n  - name: ghcr.io/acme/web\n    newTag: v1@sha256:00\n",
    );
    let ran = platform.run(&["status"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains('?') && ran.err.contains("newTag"),
        "{}{}",
        ran.out,
        ran.err
    );
    std::fs::remove_file(platform.folder.path().join(path)).expect("removed");
    let ran = platform.run(&["status", "--format", "json"]);
    assert_eq!(
        (ran.code, &ran.json()["cells"][0]["services"][2]["digest"]),
        (1, &Value::Null)
    );
    assert!(ran.err.contains(path), "{}", ran.err);
}

#[test]
fn exit_codes_tell_whose_turn_it_is() {
    let platform = Platform::new();
    let code = |args: &[&str]| platform.run(args).code;
    let good = digest(4);
    assert_eq!(
        code(&["promote", "staging→production", "--local"]),
        1,
        "nothing released yet"
    );
    assert_eq!(
        code(&["promote", "production→staging", "--local"]),
        1,
        "not a pair"
    );
    assert_eq!(code(&["promote", "staging→prod", "--local"]), 2);
    assert_eq!(code(&["promote", "staging", "--local"]), 2);
    assert_eq!(code(&["promote", "--local"]), 2);
    assert_eq!(
        code(&[
            "release",
            "web",
            "--env",
            "production",
            "--digest",
            &good,
            "--local"
        ]),
        1
    );
    assert_eq!(
        code(&[
            "release", "web", "--env", "staging", "--digest", "sha256:1", "--local"
        ]),
        2
    );
    assert_eq!(
        code(&[
            "release", "wep", "--env", "staging", "--digest", &good, "--local"
        ]),
        2
    );
    assert_eq!(
        code(&["release", "web", "--env", "staging", "--digest", &good]),
        3,
        "no token for GitHub"
    );

    // Work that is not committed stands in the way.
    let path = "cluster/overlays/staging/tr/web/pins/kustomization.yaml";
    let text = std::fs::read_to_string(platform.folder.path().join(path)).expect("readable");
    platform.put(path, &format!("{text}# mine\n"));
    let ran = platform.run(&[
        "release", "web", "--env", "staging", "--digest", &good, "--local",
    ]);
    assert_eq!((ran.code, ran.out.as_str()), (4, ""));
    assert!(ran.err.contains(path), "{}", ran.err);
    platform.put(path, &text);

    // A person's commit on the branch, too.
    platform.run(&[
        "release", "web", "--env", "staging", "--digest", &good, "--local",
    ]);
    let git = platform.git();
    let branch = "refs/heads/release/staging/all/svc-web";
    let tip = git
        .find_reference(branch)
        .expect("there")
        .peel_to_commit()
        .expect("a commit");
    let by = git2::Signature::now("Person", "person@person.example").expect("a name");
    git.commit(
        Some(branch),
        &by,
        &by,
        "mine",
        &tip.tree().expect("a tree"),
        &[&tip],
    )
    .expect("commit");
    let ran = platform.run(&[
        "release",
        "web",
        "--env",
        "staging",
        "--digest",
        &digest(5),
        "--local",
        "--format",
        "json",
    ]);
    assert_eq!(
        (ran.code, &ran.json()["promotions"][0]["action"]),
        (4, &json!("blocked"))
    );
    assert!(ran.err.contains("mine"), "{}", ran.err);

    let empty = tempfile::tempdir().expect("a folder");
    let outside = Command::new(env!("CARGO_BIN_EXE_platformctl"))
        .current_dir(empty.path())
        .args(["promote", "a", "b", "--local"])
        .output()
        .expect("runs");
    assert_eq!(outside.status.code(), Some(2));
}

#[test]
fn a_local_commit_can_be_pushed_and_known_again() {
    let platform = Platform::new();
    let digest = digest(7);
    let ran = platform.run(&[
        "release", "api", "--env", "staging", "--digest", &digest, "--local",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let git = git2::Repository::open(platform.folder.path()).expect("a repository");
    let tip = git
        .find_branch("release/staging/all/svc-api", git2::BranchType::Local)
        .and_then(|branch| branch.get().peel_to_commit())
        .expect("the branch has a commit");
    let message = tip.message().expect("a message");
    for trailer in [
        "Promotion-Id: ",
        "Platformctl-Managed: v1",
        "Platformctl-Content: ",
    ] {
        assert!(
            message.lines().any(|line| line.starts_with(trailer)),
            "{trailer}: {message}"
        );
    }
}
