//! Every kind of interference at every moment of a run: whatever people do in between, their commits survive, at
//! most one pull request is open, nothing is left behind, and the next run settles.

use std::collections::BTreeMap;
use std::time::Duration;

use platformctl::forge::{Action, Connection, GitHub, Outcome, Patience};
use platformctl::promotion::{MANAGED_TRAILER, Proposal};

use crate::support::github::{GitHub as Fake, World};

const BRANCH: &str = "promote/production/es/all";
const PINS: &str = "pins.yaml";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Nothing,
    Open,
    OpenOutdated,
    Closed,
    Merged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Push,
    Amend,
    DeleteBranch,
    Close,
    Merge,
    MoveBase,
    ConflictingBase,
    SameOnBase,
}

const STARTS: [Start; 5] = [
    Start::Nothing,
    Start::Open,
    Start::OpenOutdated,
    Start::Closed,
    Start::Merged,
];
const EVENTS: [Event; 8] = [
    Event::Push,
    Event::Amend,
    Event::DeleteBranch,
    Event::Close,
    Event::Merge,
    Event::MoveBase,
    Event::ConflictingBase,
    Event::SameOnBase,
];
const MOMENTS: [&str; 9] = [
    "GET pulls",
    "graphql Look",
    "GET compare",
    "POST git/refs",
    "graphql Commit",
    "graphql Swap",
    "POST pulls",
    "PATCH pulls/N",
    "POST N/labels",
];

fn propose(fake: &Fake, value: &str) -> Proposal {
    let base_oid = fake.world(|world| world.head("main").unwrap().to_string());
    Proposal {
        branch: BRANCH.to_owned(),
        base_branch: "main".to_owned(),
        id: value.to_owned(),
        title: format!("promote {value}"),
        body: format!("to {value}\n"),
        headline: format!("promote {value}"),
        message: MANAGED_TRAILER.to_owned(),
        labels: vec!["promotion".to_owned()],
        // As the command does: only what differs from the base is proposed.
        files: fake
            .world(|world| world.text("main", PINS))
            .filter(|text| text.as_str() != value)
            .map(|_| BTreeMap::from([(PINS.to_owned(), value.to_owned())]))
            .unwrap_or_default(),
        base_oid,
    }
}

fn publish(fake: &Fake, value: &str) -> Outcome {
    let connection =
        Connection::from_environment(&Fake::environment, &fake.repository_url()).unwrap();
    let patience = Patience {
        total: Duration::from_secs(20),
        request: Duration::from_secs(5),
        pause: Duration::from_millis(1),
        rate_limit: Duration::from_millis(20),
    };
    let github = GitHub::connect(connection, patience).unwrap();
    github.publish(&propose(fake, value)).unwrap()
}

fn prepare(start: Start) -> Fake {
    let fake = Fake::start(&[("README.md", "acme\n"), (PINS, "v0")]);
    match start {
        Start::Nothing => {}
        Start::Open => drop(publish(&fake, "v2")),
        Start::OpenOutdated => drop(publish(&fake, "v1")),
        Start::Closed => {
            publish(&fake, "v1");
            fake.world(|world| world.close(1));
        }
        Start::Merged => {
            publish(&fake, "v1");
            fake.world(|world| world.merge(1));
        }
    }
    fake
}

fn open(world: &World) -> Vec<u64> {
    world
        .pulls
        .iter()
        .filter(|pull| pull.open)
        .map(|pull| pull.number)
        .collect()
}

fn interfere(world: &mut World, event: Event) {
    let exists = world.head(BRANCH).is_some();
    let newest = open(world).pop();
    match (event, newest) {
        (Event::Push, _) => drop(world.push(BRANCH, &[("notes.md", "mine")], "by hand")),
        (Event::Amend, Some(_)) => drop(world.amend(BRANCH, &[("notes.md", "mine")])),
        (Event::DeleteBranch, _) if exists => world.delete_branch(BRANCH),
        (Event::Close, Some(number)) => world.close(number),
        (Event::Merge, Some(number)) => world.merge(number),
        (Event::MoveBase, _) => drop(world.push("main", &[("README.md", "other")], "unrelated")),
        (Event::ConflictingBase, _) => drop(world.push("main", &[(PINS, "v9")], "hotfix")),
        (Event::SameOnBase, _) => drop(world.push("main", &[(PINS, "v2")], "by another way")),
        _ => {}
    }
}

/// What must hold at any time after a run.
fn check(fake: &Fake, context: &str, event: Event, happened: bool) {
    fake.world(|world| {
        let branches = world.branches();
        assert!(
            !branches
                .iter()
                .any(|name| name.starts_with("platformctl-tmp/")),
            "{context}: {branches:?}"
        );
        assert!(open(world).len() <= 1, "{context}");
        if happened && event == Event::Push {
            let kept = world.text(BRANCH, "notes.md");
            assert_eq!(kept.as_deref(), Some("mine"), "{context}: a push is gone");
        }
    });
}

#[test]
fn whatever_happens_in_between_nothing_of_a_person_is_lost() {
    let interrupted: usize = std::thread::scope(|scope| {
        let starts: Vec<_> = STARTS
            .into_iter()
            .map(|start| scope.spawn(move || interrupt_everywhere(start)))
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).sum()
    });
    assert!(
        interrupted > 150,
        "only {interrupted} runs were interrupted"
    );
}

/// How many of the combinations with this start really happened.
fn interrupt_everywhere(start: Start) -> usize {
    let mut interrupted = 0;
    for event in EVENTS {
        for moment in MOMENTS {
            let context = format!("{start:?}, {event:?} before {moment}");
            let fake = prepare(start);
            fake.forget();
            fake.before(moment, move |world| interfere(world, event));
            let first = publish(&fake, "v2");
            let happened = fake.requests().iter().any(|label| label == moment);
            interrupted += usize::from(happened);
            fake.calm();
            check(&fake, &context, event, happened);
            if !happened {
                continue;
            }
            let second = publish(&fake, "v2");
            let third = publish(&fake, "v2");
            check(&fake, &context, event, happened);
            let settled = matches!(
                third.action,
                Action::Noop | Action::Nothing | Action::Blocked(_)
            );
            assert!(settled, "{context}: {first:?}, {second:?}, {third:?}");
            if third.action == Action::Noop {
                let text = fake.world(|world| world.text(BRANCH, PINS));
                assert_eq!(text.as_deref(), Some("v2"), "{context}");
                assert_eq!(fake.world(|world| open(world).len()), 1, "{context}");
            }
        }
    }
    interrupted
}

/// Several machines promote again and again while staging moves on and a person commits now and then.
#[test]
fn many_runs_at_once_end_in_one_pull_request() {
    let fake = Fake::start(&[("README.md", "acme\n"), (PINS, "v0")]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for version in 1..4 {
                    let connection =
                        Connection::from_environment(&Fake::environment, &fake.repository_url())
                            .unwrap();
                    let github = GitHub::connect(connection, Patience::default()).unwrap();
                    // Losing every race is allowed; losing data is not.
                    let _ = github.publish(&propose(&fake, &format!("v{version}")));
                }
            });
        }
    });
    let last = publish(&fake, "v3");
    assert!(
        matches!(last.action, Action::Noop | Action::Updated),
        "{last:?}"
    );
    fake.world(|world| {
        assert_eq!(world.pulls.len(), 1);
        assert_eq!(world.messages(BRANCH).len(), 1);
        assert_eq!(world.text(BRANCH, PINS).as_deref(), Some("v3"));
        assert_eq!(world.branches(), ["main", BRANCH]);
    });
}
