//! Every kind of interference at every moment of a run: whatever people do in between, their commits survive, at
//! most one pull request is open, nothing is left behind, and the next run settles.
#![expect(
    clippy::unwrap_used,
    reason = "functions that tests share fail like tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use git2::Oid;
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

/// Made once per fake: reading the machine's certificates takes longer than everything else.
fn connect(fake: &Fake) -> GitHub {
    let connection =
        Connection::from_environment(&Fake::environment, &fake.repository_url()).unwrap();
    let patience = Patience {
        total: Duration::from_secs(60),
        request: Duration::from_secs(20),
        pause: Duration::from_millis(1),
        rate_limit: Duration::from_millis(20),
    };
    GitHub::connect(connection, patience).unwrap()
}

fn publish(github: &GitHub, fake: &Fake, value: &str) -> Outcome {
    github.publish(&propose(fake, value)).unwrap()
}

fn prepare(start: Start) -> (Fake, GitHub) {
    let fake = Fake::start(&[("README.md", "acme\n"), (PINS, "v0")]);
    let github = connect(&fake);
    match start {
        Start::Nothing => {}
        Start::Open => drop(publish(&github, &fake, "v2")),
        Start::OpenOutdated => drop(publish(&github, &fake, "v1")),
        Start::Closed => {
            publish(&github, &fake, "v1");
            fake.world(|world| world.close(1));
        }
        Start::Merged => {
            publish(&github, &fake, "v1");
            fake.world(|world| world.merge(1));
        }
    }
    (fake, github)
}

fn open(world: &World) -> Vec<u64> {
    world
        .pulls
        .iter()
        .filter(|pull| pull.open)
        .map(|pull| pull.number)
        .collect()
}

/// Does it, if there is something to do it to; gives the commit that a person put on the branch.
fn interfere(world: &mut World, event: Event) -> Option<Oid> {
    let exists = world.head(BRANCH).is_some();
    let newest = open(world).pop();
    match (event, newest) {
        (Event::Push, _) => return Some(world.push(BRANCH, &[("notes.md", "mine")], "by hand")),
        (Event::Amend, Some(_)) => return Some(world.amend(BRANCH, &[("notes.md", "mine")])),
        (Event::DeleteBranch, _) if exists => world.delete_branch(BRANCH),
        (Event::Close, Some(number)) => world.close(number),
        (Event::Merge, Some(number)) => world.merge(number),
        (Event::MoveBase, _) => drop(world.push("main", &[("README.md", "other")], "unrelated")),
        (Event::ConflictingBase, _) => drop(world.push("main", &[(PINS, "v9")], "hotfix")),
        (Event::SameOnBase, _) => drop(world.push("main", &[(PINS, "v2")], "by another way")),
        _ => {}
    }
    None
}

/// What must hold at any time after a run.
fn check(fake: &Fake, context: &str, theirs: Option<Oid>) {
    fake.world(|world| {
        let branches = world.branches();
        let litter = branches
            .iter()
            .any(|name| name.starts_with("platformctl-tmp/"));
        assert!(!litter, "{context}: {branches:?}");
        assert!(open(world).len() <= 1, "{context}");
        if theirs.is_some() {
            assert_eq!(
                world.head(BRANCH),
                theirs,
                "{context}: a person's commit is gone"
            );
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

/// Each request of an undisturbed run is a moment at which each event may happen; how many that were.
fn interrupt_everywhere(start: Start) -> usize {
    let (fake, github) = prepare(start);
    fake.forget();
    publish(&github, &fake, "v2");
    let moments: BTreeSet<String> = fake.requests().into_iter().collect();
    for event in EVENTS {
        for moment in &moments {
            interrupt(start, event, moment);
        }
    }
    EVENTS.len() * moments.len()
}

fn interrupt(start: Start, event: Event, moment: &str) {
    let context = format!("{start:?}, {event:?} before {moment}");
    let (fake, github) = prepare(start);
    fake.forget();
    let theirs = Arc::new(Mutex::new(None));
    fake.before(moment, {
        let theirs = Arc::clone(&theirs);
        move |world| *theirs.lock().unwrap() = interfere(world, event)
    });
    let first = publish(&github, &fake, "v2");
    assert!(
        fake.requests().iter().any(|label| label == moment),
        "{context}"
    );
    let theirs = *theirs.lock().unwrap();
    check(&fake, &context, theirs);
    let second = publish(&github, &fake, "v2");
    let third = publish(&github, &fake, "v2");
    check(&fake, &context, theirs);
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

/// Several machines promote again and again while staging moves on and a person commits now and then.
#[test]
fn many_runs_at_once_end_in_one_pull_request() {
    let fake = Fake::start(&[("README.md", "acme\n"), (PINS, "v0")]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let github = connect(&fake);
                for version in 1..4 {
                    // Losing every race is allowed; losing data is not.
                    let _ = github.publish(&propose(&fake, &format!("v{version}")));
                }
            });
        }
    });
    let github = connect(&fake);
    let last = publish(&github, &fake, "v3");
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
