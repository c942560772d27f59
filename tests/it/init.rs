//! `init`: from an empty directory to a repository with one commit.
#![expect(clippy::disallowed_methods, reason = "tests make and read files")]

use crate::support::run::{command, init, platformctl, ran};
use crate::support::tree;
use std::fs;

#[test]
fn a_newcomer_gets_a_repository_with_one_commit() {
    let directory = init(&[]);
    let root = directory.path().join("platform");
    let git = git2::Repository::open(&root).expect("a repository");
    let head = git
        .head()
        .expect("has a HEAD")
        .peel_to_commit()
        .expect("is a commit");
    assert_eq!(
        (
            git.head().expect("has a HEAD").shorthand().ok(),
            head.parent_count()
        ),
        (Some("main"), 0)
    );
    let statuses = git.statuses(None).expect("has a status");
    let left: Vec<_> = statuses
        .iter()
        .filter(|status| status.status() != git2::Status::IGNORED)
        .collect();
    assert_eq!(left.len(), 0, "everything but the ignored is committed");
    assert_eq!(platformctl(&root, &["render", "--check"]).code, 0);
    let names: Vec<String> = fs::read_dir(directory.path())
        .expect("readable")
        .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["platform"], "no staging directory is left");
}

#[test]
fn every_answer_is_a_flag() {
    let directory = init(&[
        "--name",
        "clinic",
        "--repository",
        "https://git.clinic.example/it/platform",
        "--registry",
        "registry.clinic.example/apps",
        "--domain",
        "clinic.example",
        "--region",
        "de=DE:hetzner:fsn1",
        "--region",
        "fr=FR:scaleway:fr-par:fr.clinic.test",
        "--service",
        "web",
        "--service",
        "api:9000",
        "--no-git",
    ]);
    let root = directory.path().join("platform");
    assert!(!root.join(".git").exists());
    let config = platformctl(&root, &["config", "--format", "json"]);
    let config: serde_json::Value = serde_json::from_str(&config.out).expect("JSON");
    let platform = &config["platform"];
    assert_eq!(config["version"], 1);
    assert_eq!(platform["name"], "clinic");
    assert_eq!(platform["registry"], "registry.clinic.example/apps");
    assert_eq!(platform["regions"]["de"]["domain"], "de.clinic.example");
    assert_eq!(platform["regions"]["fr"]["domain"], "fr.clinic.test");
    assert_eq!(platform["services"]["api"]["port"], 9000);
    assert_eq!(platform["services"]["web"]["port"], 8000);
}

#[test]
fn a_directory_with_other_files_is_left_alone() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("thesis.txt"), "years of work").expect("written");
    let before = tree(directory.path());
    let ran = platformctl(directory.path(), &["init", "."]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("is not empty: thesis.txt"), "{}", ran.err);
    assert_eq!(tree(directory.path()), before);
}

#[test]
fn a_second_init_points_to_render() {
    let directory = init(&[]);
    let ran = platformctl(directory.path(), &["init", "platform"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`platformctl render`"), "{}", ran.err);
}

#[test]
fn a_fresh_clone_without_commits_is_used() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    git2::Repository::init(directory.path()).expect("a repository");
    let ran = platformctl(directory.path(), &["init", "."]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let git = git2::Repository::open(directory.path()).expect("a repository");
    assert!(
        git.head().expect("a HEAD").peel_to_commit().is_ok(),
        "the first commit is made"
    );
}

#[test]
fn answers_that_do_not_hold_leave_nothing_behind() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (flags, said) in [
        (
            ["--region", "es=ES:digitalocean:mad1"],
            "digitalocean has no location `mad1`",
        ),
        (["--region", "es=ES:gpc:x"], "`gpc` is not a provider"),
        (["--name", "My Platform"], "lower-case"),
        (["--service", "web:80"], "services.web.port"),
        (
            ["--repository", "https://token@host/a/b"],
            "without user or token",
        ),
    ] {
        let ran = platformctl(directory.path(), &["init", "platform", flags[0], flags[1]]);
        assert_eq!(ran.code, 2, "{flags:?}: {ran:?}");
        assert!(ran.err.contains(said), "{flags:?}: {}", ran.err);
        assert_eq!(
            fs::read_dir(directory.path()).expect("readable").count(),
            0,
            "{flags:?}"
        );
    }
}

#[test]
fn what_init_makes_does_not_depend_on_the_machine() {
    let one = init(&["--no-git"]);
    let other = tempfile::tempdir().expect("a temporary directory");
    let output = command(other.path())
        .env("LANG", "tr_TR.UTF-8")
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("TZ", "Pacific/Kiritimati")
        .args(["-C", "/", "init", "--no-git"])
        .arg(other.path().join("platform"))
        .output()
        .expect("runs");
    assert_eq!(ran(output).code, 0);
    assert_eq!(
        tree(&one.path().join("platform")),
        tree(&other.path().join("platform"))
    );
}
