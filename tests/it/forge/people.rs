//! What people do to a pull request and its branch: it stays, and platformctl stands back.

use platformctl::forge::Action;

use super::{BRANCH, PINS, assert_blocked, fake, number, on_branch, pins, publish};

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

    let fake = super::fake();
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
fn a_queued_pull_request_is_not_rewritten() {
    let fake = fake();
    publish(&fake, 'a');
    fake.world(|world| world.pull(1).queued = true);
    assert_eq!(publish(&fake, 'a').action, Action::Noop);
    assert_blocked(&publish(&fake, 'b'), "merge-queue");
    assert_eq!(on_branch(&fake), Some(pins('a')));
}
