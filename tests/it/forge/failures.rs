//! Lost answers, rate limits, refusals, and the token in none of their texts.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use platformctl::forge::{Action, Connection, Error, GitHub, Patience};

use super::{
    BRANCH, assert_no_litter, connect, fake, number, on_branch, patience, pins, propose, publish,
};
use crate::support::github::{CANARY, Fault, GitHub as Fake};

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
        let fake = fake();
        let github = connect(&fake);
        for status in [401, 403, 404, 422, 500, 503] {
            let fault = if label.starts_with("graphql") && status == 422 {
                Fault::Graphql("UNPROCESSABLE", echo.clone())
            } else {
                Fault::Answer(status, Vec::new(), echo.clone())
            };
            for _ in 0..30 {
                fake.fault(label, fault.clone());
            }
            let error = github.publish(&propose(&fake, 'a')).unwrap_err();
            fake.calm();
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
