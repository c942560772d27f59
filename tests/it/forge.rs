//! Proposals and the fake GitHub: what is opened, updated and left alone, and that no push of a person is lost.
#![expect(
    clippy::unwrap_used,
    reason = "functions that tests share fail like tests"
)]

mod failures;
mod people;

use std::collections::BTreeMap;
use std::time::Duration;

use platformctl::forge::{Action, Connection, Error, GitHub, Outcome, Patience};
use platformctl::promotion::{MANAGED_TRAILER, Proposal};

use crate::support::github::GitHub as Fake;

const BRANCH: &str = "promote/production/es/all";
const PINS: &str = "cluster/overlays/production/es/frontend/pins/kustomization.yaml";

fn pins(digest: char) -> String {
    let digest = digest.to_string().repeat(64);
    format!("# keep me\nimages:\n  - name: frontend\n    digest: sha256:{digest}\n")
}

fn fake() -> Fake {
    Fake::start(&[
        ("README.md", "acme\n"),
        (PINS, &pins('0')),
        ("logo.bin", "\u{0}\u{1}"),
    ])
}

fn patience() -> Patience {
    Patience {
        total: Duration::from_secs(20),
        request: Duration::from_secs(5),
        pause: Duration::from_millis(4),
        rate_limit: Duration::from_millis(20),
    }
}

fn connect(fake: &Fake) -> GitHub {
    let connection =
        Connection::from_environment(&Fake::environment, &fake.repository_url()).unwrap();
    GitHub::connect(connection, patience()).unwrap()
}

/// Production gets the digest made of this character.
fn propose(fake: &Fake, digest: char) -> Proposal {
    let base_oid = fake.world(|world| world.head("main").unwrap().to_string());
    let files = BTreeMap::from([(PINS.to_owned(), pins(digest))]);
    Proposal {
        branch: BRANCH.to_owned(),
        base_branch: "main".to_owned(),
        id: format!("{digest}{digest}{digest}{digest}"),
        title: "promote: frontend → production/es".to_owned(),
        body: format!("| service | to |\n|---|---|\n| frontend | {digest} |\n"),
        headline: "chore(promote): frontend → production/es".to_owned(),
        message: format!(
            "frontend {digest}\n\nPromotion-From: staging@{base_oid}\n{MANAGED_TRAILER}"
        ),
        labels: vec!["promotion".to_owned(), "env/production".to_owned()],
        files,
        base_oid,
    }
}

fn publish(fake: &Fake, digest: char) -> Outcome {
    let outcome = connect(fake).publish(&propose(fake, digest)).unwrap();
    assert_no_litter(fake);
    outcome
}

fn assert_no_litter(fake: &Fake) {
    let branches = fake.world(|world| world.branches());
    assert!(
        !branches
            .iter()
            .any(|name| name.starts_with("platformctl-tmp/")),
        "{branches:?}"
    );
}

fn number(outcome: &Outcome) -> u64 {
    outcome.pull_request.as_ref().unwrap().number
}

fn on_branch(fake: &Fake) -> Option<String> {
    fake.world(|world| world.text(BRANCH, PINS))
}

fn assert_blocked(outcome: &Outcome, code: &str) {
    match &outcome.action {
        Action::Blocked(why) => {
            assert_eq!(why.code, code);
            assert!(!why.help.is_empty());
        }
        other => panic!("not blocked but {other:?}"),
    }
}

#[test]
fn reads_branches_and_files_at_a_commit() {
    let fake = fake();
    let github = connect(&fake);
    let oid = github.base("main").unwrap();
    assert_eq!(
        oid,
        fake.world(|world| world.head("main").unwrap().to_string())
    );
    let paths: Vec<String> = (0..230)
        .map(|index| format!("absent/{index}"))
        .chain([PINS.to_owned()])
        .collect();
    let found = github.read(&oid, &paths).unwrap();
    assert_eq!(found.len(), 231);
    assert_eq!(found[PINS].as_deref(), Some(pins('0').as_str()));
    assert_eq!(found["absent/7"], None);
    let asked = fake
        .requests()
        .iter()
        .filter(|label| *label == "graphql Files")
        .count();
    assert_eq!(asked, 3, "one question per hundred files");

    assert!(matches!(github.base("nowhere"), Err(Error::NotFound(_))));
    let absent = "f".repeat(40);
    assert!(matches!(
        github.read(&absent, &[PINS.to_owned()]),
        Err(Error::NotFound(_))
    ));
}

#[test]
fn refuses_files_that_are_not_whole_texts() {
    let fake = fake();
    let long = "x".repeat(600 * 1024);
    fake.world(|world| world.push("main", &[("long.txt", &long)], "a long one"));
    let github = connect(&fake);
    let oid = github.base("main").unwrap();
    for path in ["logo.bin", "long.txt", "cluster"] {
        let error = github.read(&oid, &[path.to_owned()]).unwrap_err();
        assert!(
            matches!(&error, Error::Content(text) if text.contains(path)),
            "{error:?}"
        );
    }
}

#[test]
fn opens_a_pull_request_with_one_commit() {
    let fake = fake();
    let outcome = publish(&fake, 'a');
    assert_eq!(outcome.action, Action::Created);
    assert_eq!(outcome.warnings, []);
    let request = outcome.pull_request.unwrap();
    assert_eq!(request.url, format!("{}/pull/1", fake.repository_url()));
    assert_eq!(on_branch(&fake), Some(pins('a')));
    let messages = fake.world(|world| world.messages(BRANCH));
    assert_eq!(messages.len(), 1);
    assert!(messages[0].starts_with("chore(promote): frontend → production/es\n\nfrontend a\n"));
    assert_eq!(messages[0].matches(MANAGED_TRAILER).count(), 1);
    assert!(messages[0].contains("\nPromotion-Id: aaaa\n"));
    let pull = fake.world(|world| world.pull(1).clone());
    assert_eq!(
        pull.labels.into_iter().collect::<Vec<_>>(),
        ["env/production", "promotion"]
    );
    assert_eq!(fake.writes().len(), 5);
}

#[test]
fn finds_it_again_and_writes_nothing() {
    let fake = fake();
    publish(&fake, 'a');
    let before = fake.world(|world| world.head(BRANCH));
    fake.forget();
    let outcome = publish(&fake, 'a');
    assert_eq!(outcome.action, Action::Noop);
    assert_eq!(number(&outcome), 1);
    assert_eq!(fake.writes(), [""; 0]);
    assert_eq!(fake.requests().len(), 3);
    assert_eq!(fake.world(|world| world.head(BRANCH)), before);
}

#[test]
fn updates_the_same_pull_request() {
    let fake = fake();
    publish(&fake, 'a');
    let outcome = publish(&fake, 'b');
    assert_eq!((&outcome.action, number(&outcome)), (&Action::Updated, 1));
    assert_eq!(on_branch(&fake), Some(pins('b')));
    assert_eq!(fake.world(|world| world.messages(BRANCH).len()), 1);
    let pull = fake.world(|world| world.pull(1).clone());
    assert!(pull.open);
    assert!(pull.body.contains("| b |"), "{}", pull.body);
}

#[test]
fn a_new_text_alone_leaves_the_branch_alone() {
    let fake = fake();
    publish(&fake, 'a');
    fake.forget();
    let mut proposal = propose(&fake, 'a');
    proposal.title = "promote: frontend → production".to_owned();
    let outcome = connect(&fake).publish(&proposal).unwrap();
    assert_eq!(outcome.action, Action::Updated);
    assert_eq!(fake.writes(), ["PATCH pulls/N"]);
    // What the web editor does to line ends is no difference.
    fake.world(|world| {
        let body = world.pull(1).body.replace('\n', "\r\n");
        world.pull(1).body = format!("{body}\r\n");
    });
    assert_eq!(
        connect(&fake).publish(&proposal).unwrap().action,
        Action::Noop
    );
}

#[test]
fn a_base_that_moved_elsewhere_changes_nothing() {
    let fake = fake();
    publish(&fake, 'a');
    fake.world(|world| world.push("main", &[("README.md", "other\n")], "unrelated"));
    fake.forget();
    assert_eq!(publish(&fake, 'a').action, Action::Noop);
    assert_eq!(fake.writes(), [""; 0]);
}

#[test]
fn a_base_that_would_conflict_makes_it_new() {
    let fake = fake();
    publish(&fake, 'a');
    fake.world(|world| world.push("main", &[(PINS, &pins('9'))], "hotfix"));
    let outcome = publish(&fake, 'a');
    assert_eq!((&outcome.action, number(&outcome)), (&Action::Updated, 1));
    fake.world(|world| {
        let (head, main) = (world.head(BRANCH).unwrap(), world.head("main").unwrap());
        assert_eq!(world.git.merge_base(head, main).unwrap(), main);
    });
}

#[test]
fn nothing_to_change_is_nothing_or_closes() {
    let fake = fake();
    let mut empty = propose(&fake, 'a');
    empty.files.clear();
    let outcome = connect(&fake).publish(&empty).unwrap();
    assert_eq!(
        (outcome.action, outcome.pull_request),
        (Action::Nothing, None)
    );
    assert_eq!(fake.writes(), [""; 0]);

    publish(&fake, 'a');
    let outcome = connect(&fake).publish(&empty).unwrap();
    assert_eq!((&outcome.action, number(&outcome)), (&Action::Closed, 1));
    let pull = fake.world(|world| world.pull(1).clone());
    assert!(!pull.open);
    assert_eq!(pull.comments.len(), 1);
    assert_eq!(fake.world(|world| world.head(BRANCH)), None);
    // It was closed for want of changes, not by a person's decision.
    assert_eq!(publish(&fake, 'a').action, Action::Created);

    fake.world(|world| world.push(BRANCH, &[("notes.md", "mine\n")], "by hand"));
    assert_blocked(&connect(&fake).publish(&empty).unwrap(), "branch-edited");
    assert_eq!(
        fake.world(|world| world.text(BRANCH, "notes.md"))
            .as_deref(),
        Some("mine\n")
    );
}

#[test]
fn two_runs_at_once_make_one_pull_request() {
    for _ in 0..5 {
        let fake = fake();
        let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| connect(&fake).publish(&propose(&fake, 'a')).unwrap()))
                .collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        let created = outcomes
            .iter()
            .filter(|outcome| outcome.action == Action::Created)
            .count();
        assert_eq!(created, 1, "{outcomes:?}");
        assert!(
            outcomes.iter().all(|outcome| number(outcome) == 1),
            "{outcomes:?}"
        );
        assert_eq!(fake.world(|world| world.pulls.len()), 1);
        assert_eq!(on_branch(&fake), Some(pins('a')));
        assert_no_litter(&fake);
    }
}

#[test]
fn hundreds_of_files_are_one_commit_and_still_recognised() {
    let fake = fake();
    let mut proposal = propose(&fake, 'a');
    for index in 0..420 {
        proposal
            .files
            .insert(format!("cluster/{index}/pins.yaml"), pins('a'));
    }
    let github = connect(&fake);
    assert_eq!(github.publish(&proposal).unwrap().action, Action::Created);
    fake.forget();
    assert_eq!(github.publish(&proposal).unwrap().action, Action::Noop);
    assert_eq!(fake.writes(), [""; 0]);
    fake.world(|world| world.amend(BRANCH, &[("cluster/419/pins.yaml", "mine\n")]));
    assert_blocked(&github.publish(&proposal).unwrap(), "branch-edited");
}
