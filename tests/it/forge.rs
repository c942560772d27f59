//! Proposals and the fake GitHub: what is opened, updated and left alone, and that no push of a person is lost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use platformctl::forge::{Action, Connection, Error, GitHub, Outcome, Patience};
use platformctl::promotion::{MANAGED_TRAILER, Proposal};

use crate::support::github::{CANARY, Fault, GitHub as Fake};

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
fn a_branch_that_github_updated_from_its_base_is_still_ours() {
    let fake = fake();
    publish(&fake, 'a');
    let merged = fake.world(|world| {
        world.push("main", &[("README.md", "other\n")], "unrelated");
        world.update_branch(1)
    });
    assert_eq!(publish(&fake, 'a').action, Action::Noop);
    assert_eq!(fake.world(|world| world.head(BRANCH)), Some(merged));
    assert_eq!(publish(&fake, 'b').action, Action::Updated);
    assert_eq!(fake.world(|world| world.messages(BRANCH).len()), 1);
}

#[test]
fn a_commit_of_a_person_blocks() {
    let fake = fake();
    publish(&fake, 'a');
    let theirs = fake.world(|world| world.push(BRANCH, &[("notes.md", "mine\n")], "by hand"));
    fake.forget();
    for digest in ['a', 'b'] {
        let outcome = publish(&fake, digest);
        assert_blocked(&outcome, "branch-edited");
        assert_eq!(number(&outcome), 1);
    }
    assert_eq!(fake.writes(), [""; 0]);
    assert_eq!(fake.world(|world| world.head(BRANCH)), Some(theirs));
}

#[test]
fn an_amended_commit_blocks_although_it_kept_the_trailers() {
    let fake = fake();
    publish(&fake, 'a');
    let theirs = fake.world(|world| world.amend(BRANCH, &[(PINS, &pins('7'))]));
    assert_blocked(&publish(&fake, 'b'), "branch-edited");
    assert_eq!(fake.world(|world| world.head(BRANCH)), Some(theirs));
}

#[test]
fn a_merge_that_carries_an_edit_blocks() {
    let fake = fake();
    publish(&fake, 'a');
    let theirs = fake.world(|world| {
        world.push("main", &[("README.md", "other\n")], "unrelated");
        let parents = [world.head(BRANCH).unwrap(), world.head("main").unwrap()];
        let files: [(&str, &[u8]); 2] = [("README.md", b"other\n"), ("evil.md", b"mine\n")];
        let merge = world.commit(
            &parents,
            &files,
            "Merge branch 'main'",
            ("A Person", "person@example.com"),
        );
        world.set(BRANCH, Some(merge));
        merge
    });
    assert_blocked(&publish(&fake, 'b'), "branch-edited");
    assert_eq!(fake.world(|world| world.head(BRANCH)), Some(theirs));
}

#[test]
fn a_push_between_look_and_write_is_not_lost() {
    for (first, moment) in [
        ('a', "graphql Swap"),
        ('a', "POST git/refs"),
        ('a', "graphql Commit"),
    ] {
        let fake = fake();
        publish(&fake, first);
        fake.before(moment, |world| {
            world.push(BRANCH, &[("notes.md", "mine\n")], "by hand");
        });
        let outcome = publish(&fake, 'b');
        assert_blocked(&outcome, "branch-edited");
        assert_eq!(
            fake.world(|world| world.text(BRANCH, "notes.md"))
                .as_deref(),
            Some("mine\n"),
            "{moment}"
        );
        assert_eq!(on_branch(&fake), Some(pins('a')));
    }
}

#[test]
fn a_branch_made_by_a_person_meanwhile_is_not_taken() {
    let fake = fake();
    fake.before("graphql Swap", |world| {
        world.push(BRANCH, &[("notes.md", "mine\n")], "by hand");
    });
    assert_blocked(&publish(&fake, 'a'), "branch-edited");
    assert_eq!(
        fake.world(|world| world.text(BRANCH, "notes.md"))
            .as_deref(),
        Some("mine\n")
    );
    assert!(fake.world(|world| world.pulls.is_empty()));
}

#[test]
fn closing_unmerged_declines_these_values_only() {
    let fake = fake();
    publish(&fake, 'a');
    fake.world(|world| world.close(1));
    fake.forget();
    let outcome = publish(&fake, 'a');
    assert_blocked(&outcome, "promotion-declined");
    assert_eq!(number(&outcome), 1);
    assert_eq!(fake.writes(), [""; 0]);
    let outcome = publish(&fake, 'b');
    assert_eq!((&outcome.action, number(&outcome)), (&Action::Created, 2));
    assert_eq!(fake.world(|world| world.messages(BRANCH).len()), 1);
}

#[test]
fn closing_and_then_deleting_the_branch_still_declines() {
    let fake = fake();
    publish(&fake, 'a');
    fake.world(|world| {
        world.close(1);
        world.tick();
        world.delete_branch(BRANCH);
    });
    assert_blocked(&publish(&fake, 'a'), "promotion-declined");
}

#[test]
fn deleting_the_branch_asks_for_a_new_pull_request() {
    let fake = fake();
    publish(&fake, 'a');
    fake.world(|world| world.delete_branch(BRANCH));
    assert!(!fake.world(|world| world.pull(1).open));
    let outcome = publish(&fake, 'a');
    assert_eq!((&outcome.action, number(&outcome)), (&Action::Created, 2));
}

#[test]
fn a_left_over_branch_of_a_person_blocks_and_one_of_ours_does_not() {
    let fake = fake();
    fake.world(|world| world.push(BRANCH, &[("notes.md", "mine\n")], "by hand"));
    assert_blocked(&publish(&fake, 'a'), "branch-edited");

    let fake = self::fake();
    publish(&fake, 'a');
    fake.world(|world| world.merge(1));
    assert!(fake.world(|world| world.pull(1).merged));
    let outcome = publish(&fake, 'b');
    assert_eq!((&outcome.action, number(&outcome)), (&Action::Created, 2));
}

#[test]
fn a_fork_with_a_branch_of_that_name_is_ignored() {
    let fake = fake();
    publish(&fake, 'a');
    fake.world(|world| {
        world.delete_branch(BRANCH);
        let mut forked = world.pull(1).clone();
        forked.number = 2;
        forked.open = true;
        forked.from = "mallory/platform".to_owned();
        world.pulls.push(forked);
    });
    let outcome = publish(&fake, 'b');
    assert_eq!((&outcome.action, number(&outcome)), (&Action::Created, 3));
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
fn a_queued_pull_request_is_not_rewritten() {
    let fake = fake();
    publish(&fake, 'a');
    fake.world(|world| world.pull(1).queued = true);
    assert_eq!(publish(&fake, 'a').action, Action::Noop);
    assert_blocked(&publish(&fake, 'b'), "merge-queue");
    assert_eq!(on_branch(&fake), Some(pins('a')));
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
fn lost_answers_make_no_duplicates() {
    for fault in [Fault::LoseAnswer, Fault::Garble] {
        for label in [
            "POST pulls",
            "POST git/refs",
            "graphql Commit",
            "graphql Swap",
            "POST N/labels",
            "GET pulls",
            "graphql Look",
        ] {
            let fake = fake();
            fake.fault(label, fault.clone());
            let outcome = publish(&fake, 'a');
            assert_eq!(
                (&outcome.action, number(&outcome)),
                (&Action::Created, 1),
                "{label} {fault:?}"
            );
            assert_eq!(outcome.warnings, [], "{label} {fault:?}");
            fake.world(|world| {
                assert_eq!(world.pulls.len(), 1, "{label} {fault:?}");
                assert_eq!(world.pull(1).labels.len(), 2, "{label} {fault:?}");
                assert_eq!(world.messages(BRANCH).len(), 1, "{label} {fault:?}");
            });
            fake.fault("PATCH pulls/N", fault.clone());
            fake.fault("graphql Swap", fault.clone());
            fake.fault("GET compare", fault.clone());
            let outcome = publish(&fake, 'b');
            assert_eq!(
                (&outcome.action, number(&outcome)),
                (&Action::Updated, 1),
                "{label} {fault:?}"
            );
            assert_eq!(on_branch(&fake), Some(pins('b')));
        }
    }
}

#[test]
fn an_answer_that_never_comes_is_not_waited_for() {
    let fake = fake();
    fake.fault("POST pulls", Fault::Silence);
    let connection =
        Connection::from_environment(&Fake::environment, &fake.repository_url()).unwrap();
    let patience = Patience {
        request: Duration::from_millis(500),
        ..patience()
    };
    let github = GitHub::connect(connection, patience).unwrap();
    let outcome = github.publish(&propose(&fake, 'a')).unwrap();
    assert_eq!((&outcome.action, number(&outcome)), (&Action::Created, 1));
    assert_eq!(fake.world(|world| world.pulls.len()), 1);
}

#[test]
fn waits_as_long_as_the_forge_asks() {
    let fake = fake();
    let headers = vec![("Retry-After", "1".to_owned())];
    fake.fault(
        "POST pulls",
        Fault::Answer(429, headers, "too many".to_owned()),
    );
    let start = Instant::now();
    assert_eq!(publish(&fake, 'a').action, Action::Created);
    assert!(
        start.elapsed() >= Duration::from_secs(1),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn rate_limits_come_in_several_shapes() {
    let fake = fake();
    let secondary = "You have exceeded a secondary rate limit";
    fake.fault(
        "POST git/refs",
        Fault::Answer(403, Vec::new(), secondary.to_owned()),
    );
    fake.fault(
        "graphql Commit",
        Fault::Graphql("RATE_LIMITED", "API rate limit exceeded".to_owned()),
    );
    fake.fault(
        "graphql Swap",
        Fault::Graphql("RATE_LIMITED", "API rate limit exceeded".to_owned()),
    );
    let reset = vec![
        ("X-RateLimit-Remaining", "0".to_owned()),
        ("X-RateLimit-Reset", "1".to_owned()),
    ];
    fake.fault(
        "GET pulls",
        Fault::Answer(403, reset, "API rate limit exceeded".to_owned()),
    );
    assert_eq!(publish(&fake, 'a').action, Action::Created);

    let long = vec![("Retry-After", "3600".to_owned())];
    fake.fault(
        "POST git/refs",
        Fault::Answer(429, long, "too many".to_owned()),
    );
    let error = connect(&fake).publish(&propose(&fake, 'b')).unwrap_err();
    assert_eq!(error, Error::RateLimited { wait_seconds: 3600 });
    assert_eq!(on_branch(&fake), Some(pins('a')));
}

#[test]
fn gives_up_when_others_keep_moving_the_branch() {
    let fake = fake();
    publish(&fake, 'a');
    for round in 0..10 {
        fake.fault(
            "graphql Swap",
            Fault::Graphql("STALE_DATA", format!("moved {round}")),
        );
    }
    let error = connect(&fake).publish(&propose(&fake, 'b')).unwrap_err();
    assert!(matches!(error, Error::Contended(_)), "{error:?}");
    let tries = fake
        .requests()
        .iter()
        .filter(|label| *label == "graphql Swap")
        .count();
    assert_eq!(tries, 1 + 6);
    assert_no_litter(&fake);
}

#[test]
fn a_refused_swap_is_reported_with_its_reason() {
    let fake = fake();
    fake.fault(
        "graphql Swap",
        Fault::Graphql(
            "UNPROCESSABLE",
            "Repository rule violations found".to_owned(),
        ),
    );
    let error = connect(&fake).publish(&propose(&fake, 'a')).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("Repository rule violations found"),
        "{error}"
    );
    fake.fault(
        "graphql Swap",
        Fault::Graphql(
            "FORBIDDEN",
            "Resource not accessible by integration".to_owned(),
        ),
    );
    let error = connect(&fake).publish(&propose(&fake, 'a')).unwrap_err();
    assert!(matches!(error, Error::Forbidden(_)), "{error:?}");
    assert_no_litter(&fake);
}

#[test]
fn missing_labels_and_waiting_checks_are_warnings() {
    let fake = fake();
    fake.world(|world| world.login = "github-actions[bot]".to_owned());
    fake.fault(
        "POST N/labels",
        Fault::Answer(403, Vec::new(), "Resource not accessible".to_owned()),
    );
    let outcome = publish(&fake, 'a');
    assert_eq!(outcome.action, Action::Created);
    let codes: Vec<&str> = outcome
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect();
    assert_eq!(codes, ["labels-missing", "checks-wait"]);
}

#[test]
fn a_commit_that_was_not_pushed_is_named() {
    let fake = fake();
    let mut proposal = propose(&fake, 'a');
    proposal.base_oid = "e".repeat(40);
    let error = connect(&fake).publish(&proposal).unwrap_err();
    assert!(
        matches!(&error, Error::NotFound(text) if text.contains("push it first")),
        "{error:?}"
    );
    proposal.base_oid = "main".to_owned();
    assert!(matches!(
        connect(&fake).publish(&proposal),
        Err(Error::NotFound(_))
    ));
}

/// Everything a user could see of an error.
fn shown(error: &Error) -> String {
    format!(
        "{error} {error:?} {:?} {:?}",
        error.help(),
        anyhow::Error::new(error.clone())
    )
}

#[test]
fn the_token_appears_nowhere() {
    let mut seen = String::new();
    let middle = |text: String| {
        let encoded = STANDARD.encode(text);
        encoded[encoded.len() - 24..encoded.len() - 4].to_owned()
    };
    let encodings = [
        CANARY.to_owned(),
        middle(CANARY.to_owned()),
        middle(format!("x-access-token:{CANARY}")),
    ];
    let echo = format!(
        "denied for Bearer {CANARY} and Basic {}",
        STANDARD.encode(format!("x-access-token:{CANARY}"))
    );
    let labels = [
        "GET pulls",
        "graphql Look",
        "POST git/refs",
        "graphql Commit",
        "graphql Swap",
        "POST pulls",
    ];
    for label in labels {
        for status in [401, 403, 404, 422, 500, 503] {
            let fake = fake();
            let fault = if label.starts_with("graphql") && status == 422 {
                Fault::Graphql("UNPROCESSABLE", echo.clone())
            } else {
                Fault::Answer(status, Vec::new(), echo.clone())
            };
            for _ in 0..30 {
                fake.fault(label, fault.clone());
            }
            let github = connect(&fake);
            let error = github.publish(&propose(&fake, 'a')).unwrap_err();
            seen.push_str(&format!("{} {github:?}", shown(&error)));
            assert_no_litter(&fake);
        }
    }
    let fake = fake();
    fake.fault(
        "POST N/labels",
        Fault::Answer(422, Vec::new(), echo.clone()),
    );
    seen.push_str(&format!("{:?}", publish(&fake, 'a')));
    seen.push_str(&format!("{:?}", publish(&fake, 'b')));
    fake.world(|world| world.push(BRANCH, &[("notes.md", "mine\n")], "by hand"));
    seen.push_str(&format!("{:?}", publish(&fake, 'b')));
    seen.push_str(&fake.transcript().replace(&echo, ""));
    let redacted = "denied for Bearer *** and Basic";
    assert!(seen.contains(redacted), "{seen}");
    for encoding in encodings {
        assert!(!seen.contains(&encoding), "{encoding}");
    }
}

#[test]
fn a_wrong_token_and_a_dead_host_are_told_apart() {
    let fake = fake();
    let wrong = |name: &str| (name == "GITHUB_TOKEN").then(|| "ghp_wrong".to_owned());
    let connection = Connection::from_environment(&wrong, &fake.repository_url()).unwrap();
    let error = GitHub::connect(connection, patience())
        .unwrap()
        .base("main")
        .unwrap_err();
    assert!(matches!(&error, Error::Unauthorized(_)), "{error:?}");
    assert!(!shown(&error).contains("ghp_wrong"));

    let url = fake.repository_url();
    drop(fake);
    let connection = Connection::from_environment(&Fake::environment, &url).unwrap();
    let error = GitHub::connect(connection, patience())
        .unwrap()
        .base("main")
        .unwrap_err();
    assert!(matches!(&error, Error::Unavailable(_)), "{error:?}");
    assert!(!shown(&error).contains(CANARY));
}

#[test]
fn another_repository_is_not_found() {
    let fake = fake();
    let url = fake.repository_url().replace("/acme/", "/other/");
    let connection = Connection::from_environment(&Fake::environment, &url).unwrap();
    let github = GitHub::connect(connection, patience()).unwrap();
    assert!(matches!(github.base("main"), Err(Error::NotFound(_))));
    assert!(matches!(
        github.publish(&propose(&fake, 'a')),
        Err(Error::NotFound(_))
    ));
}

#[test]
fn a_repository_that_moved_is_not_followed() {
    let fake = fake();
    let elsewhere = vec![("Location", "https://elsewhere.example/".to_owned())];
    fake.fault(
        "GET pulls",
        Fault::Answer(301, elsewhere, "Moved Permanently".to_owned()),
    );
    let error = connect(&fake).publish(&propose(&fake, 'a')).unwrap_err();
    assert!(
        matches!(&error, Error::NotFound(text) if text.contains("moved")),
        "{error:?}"
    );
    assert_eq!(fake.requests(), ["GET pulls"]);
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
