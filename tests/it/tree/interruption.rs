//! Two runs at a time, and runs that are cut off at any step.

use super::*;

#[test]
fn only_one_run_at_a_time() {
    let root = root();
    let plan = plan(&[("a", "1\n")]);
    let guard = Guard::take(root.path()).expect("free");
    let second = Guard::take(root.path()).expect_err("taken");
    assert!(second.downcast_ref::<Busy>().is_some());
    let refused = try_run(root.path(), &plan, APPLY).expect_err("taken");
    assert!(refused.downcast_ref::<Busy>().is_some());
    assert!(
        run(root.path(), &plan, Mode::Check).drift,
        "looking is always possible"
    );
    drop(guard);
    assert!(try_run(root.path(), &plan, APPLY).is_ok());
}

#[test]
fn leftovers_of_a_killed_run_are_cleared() {
    let root = root();
    write(root.path(), ".platformctl/tmp/17", "half a fi");
    run(root.path(), &plan(&[("a", "1\n")]), APPLY);
    assert!(!root.path().join(".platformctl/tmp/17").exists());
}

#[test]
fn a_change_between_comparing_and_writing_is_not_lost() {
    let root = root();
    let root = root.path();
    run(root, &plan(&[("a", "1\n"), ("b", "1\n")]), APPLY);
    for (path, next) in [
        ("a", plan(&[("a", "2\n"), ("b", "1\n")])),
        ("b", plan(&[("a", "1\n")])),
        ("c", plan(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n")])),
    ] {
        let guard = Guard::take(root).expect("free");
        let changes = compare(root, &next, Options::default()).expect("compared");
        write(root, path, "edited meanwhile\n");
        let error = apply(&guard, &next, &changes, &|_, _| {}).expect_err("noticed");
        assert!(
            error.to_string().contains(&format!("`{path}` was changed")),
            "{error:#}"
        );
        assert_eq!(read(root, path), "edited meanwhile\n");
        fs::write(root.join(path), if path == "c" { "" } else { "1\n" }).expect("restored");
    }
}

#[test]
fn an_empty_file_is_nobodys_edit() {
    let root = root();
    let root = root.path();
    let plan = plan(&[("a", "1\n")]);
    run(root, &plan, APPLY);
    write(root, "a", "");
    assert!(!run(root, &plan, APPLY).kept());
    assert_eq!(read(root, "a"), "1\n");
}

/// A plan made of small numbers: which files, which content.
fn made_up(seed: u64) -> Plan {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut plan = Plan::default();
    for number in 0..random.usize(0..14) {
        let folder = ["", "a/", "a/b/", "c/", "c/d/e/"][random.usize(0..5)];
        let kind = [
            FileKind::Generated,
            FileKind::Generated,
            FileKind::Generated,
            FileKind::Pins,
            FileKind::Custom,
        ][random.usize(0..5)];
        // The kind is part of the name: no file changes hands in these plans.
        let path = format!("{folder}{kind:?}-{}", number % 9);
        let mut planned = file(kind, &format!("{}\n", random.u8(0..4)));
        planned.executable = random.u8(0..6) == 0;
        plan.files.insert(path, planned);
    }
    plan
}

fn users(root: &Path) -> BTreeMap<String, String> {
    let mut files = snapshot(root);
    files
        .retain(|path, _| !path.ends_with('/') && !path.contains("Generated") && path != LOCK_FILE);
    files
}

fn interrupt(root: &Path, plan: &Plan, random: &mut fastrand::Rng) {
    let guard = Guard::take(root).expect("free");
    let changes: Changes = compare(root, plan, Options::default()).expect("compared");
    assert!(
        !changes.files.iter().any(|c| c.what == What::Keep),
        "{:?}",
        changes.diagnostics
    );
    let steps = apply_first(&guard, plan, &changes, 0).expect("nothing");
    apply_first(&guard, plan, &changes, random.usize(0..=steps)).expect("begun");
    write(
        root,
        &format!(".platformctl/tmp/{}", random.u8(0..9)),
        "half a fi",
    );
}

#[test]
fn an_interrupted_run_is_repaired_by_the_next_whatever_it_renders() {
    for seed in 0..100 {
        let mut random = fastrand::Rng::with_seed(seed);
        let root = root();
        let root = root.path();
        run(root, &made_up(seed), APPLY);
        write(root, "c/mine", "mine\n");
        for path in users(root).into_keys() {
            write(root, &path, &format!("edited {path}\n"));
        }
        // Interrupted more than once, with another platform.toml each time.
        for round in 1..=random.u64(1..4) {
            let before = users(root);
            interrupt(root, &made_up(seed * 7 + round), &mut random);
            for (path, content) in before {
                assert_eq!(read(root, &path), content, "seed {seed}");
            }
        }
        let last = made_up(seed * 13);
        let before = users(root);
        let outcome = run(root, &last, APPLY);
        assert!(
            outcome.diagnostics.is_empty(),
            "seed {seed}: {:?}",
            outcome.diagnostics
        );
        assert!(!run(root, &last, Mode::Check).drift, "seed {seed}");
        assert_same_as_fresh(root, &last, &before, seed, false);
    }
}

/// The tree is what a render into an empty folder makes, and the user's files with it.
///
/// Folders count only where every file is recorded: one made for pins or custom files that are then no longer planned
/// may stay behind empty, which Git does not see.
fn assert_same_as_fresh(
    root: &Path,
    plan: &Plan,
    users_files: &BTreeMap<String, String>,
    seed: u64,
    folders: bool,
) {
    let fresh = self::root();
    for (path, content) in users_files {
        write(fresh.path(), path, content);
    }
    run(fresh.path(), plan, APPLY);
    let files = |root: &Path| {
        let mut files = snapshot(root);
        files.retain(|path, _| folders || !path.ends_with('/'));
        files
    };
    assert_eq!(files(root), files(fresh.path()), "seed {seed}");
}

#[test]
fn every_prefix_of_the_steps_is_repaired() {
    let first = plan(&[
        ("a", "1\n"),
        ("b/c/d", "1\n"),
        ("b/e", "1\n"),
        ("f", "1\n"),
        ("g/h", "1\n"),
    ]);
    let second = plan(&[("a/x", "2\n"), ("b", "2\n"), ("f", "2\n"), ("i/j", "2\n")]);
    let third = plan(&[("f", "3\n")]);
    for next in [&first, &second, &third] {
        let mut step = 0;
        loop {
            let root = root();
            let root = root.path();
            run(root, &first, APPLY);
            let guard = Guard::take(root).expect("free");
            let changes = compare(root, &second, Options::default()).expect("compared");
            let steps = apply_first(&guard, &second, &changes, step).expect("begun");
            drop(guard);
            let outcome = run(root, next, APPLY);
            assert!(
                outcome.diagnostics.is_empty(),
                "step {step}: {:?}",
                outcome.diagnostics
            );
            assert_same_as_fresh(root, next, &BTreeMap::new(), step as u64, true);
            step += 1;
            if step > steps {
                assert!(steps > 10, "the plans make a run of some length");
                break;
            }
        }
    }
}
