//! Random overlays, built here and by kustomize: the bytes are the same, or nothing is built.

use super::{built, hostile, kustomize, random, real, say, write_tree};

/// How many trees a run has; `PLATFORMCTL_KUSTOMIZE_RUNS` changes it.
const RUNS: u64 = 500;
/// How many of what kustomize builds may be refused here, in percent.
const MOST_REFUSED: u64 = 3;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn random_overlays_are_built_like_kustomize_builds_them() {
    let Some(program) = kustomize() else {
        say("SKIPPED: kustomize is not on PATH; no random overlay was compared");
        return;
    };
    let runs = number("PLATFORMCTL_KUSTOMIZE_RUNS").unwrap_or(RUNS);
    let seed = number("PLATFORMCTL_KUSTOMIZE_SEED").unwrap_or_else(|| fastrand::u64(..1 << 32));
    say(&format!(
        "{runs} random overlays from seed {seed} (PLATFORMCTL_KUSTOMIZE_SEED={seed} runs them again)"
    ));
    let (mut same, mut failed, mut refused) = (0, Vec::new(), Vec::new());
    for run in seed..seed + runs {
        let (tree, folder) = random::tree(run);
        let directory = tempfile::tempdir().expect("a temporary directory");
        write_tree(directory.path(), &tree);
        let theirs = real(&program, &directory.path().join(folder));
        match (built(&tree, folder), theirs) {
            (Ok(ours), Ok(theirs)) => {
                if ours != theirs {
                    let kept = directory.keep();
                    let difference = similar::TextDiff::from_lines(&theirs, &ours);
                    panic!(
                        "seed {run}, kept in {}:\n{}",
                        kept.display(),
                        difference.unified_diff().header("kustomize", "platformctl")
                    );
                }
                same += 1;
            }
            (Ok(_), Err(why)) => {
                let kept = directory.keep();
                panic!(
                    "seed {run}, kept in {}: kustomize refuses: {why}",
                    kept.display()
                );
            }
            (Err(why), Ok(_)) => refused.push(format!("seed {run}: {why}")),
            (Err(why), Err(theirs)) => {
                failed.push(format!("seed {run}: {why}\n    kustomize: {theirs}"))
            }
        }
    }
    say(&format!(
        "{same} the same, {} refused by both, {} refused here alone",
        failed.len(),
        refused.len()
    ));
    for line in &refused {
        say(line);
    }
    let built = same + u64::try_from(refused.len()).expect("small");
    assert!(
        same * 3 > runs,
        "most of the trees can be built: {same}\n{}",
        failed.join("\n")
    );
    assert!(
        u64::try_from(refused.len()).expect("small") * 100 <= built * MOST_REFUSED,
        "too many are refused here alone:\n{}",
        refused.join("\n")
    );
}

/// How many damaged trees are compared.
const DAMAGED: u64 = 100;

#[test]
fn damaged_overlays_are_built_like_kustomize_builds_them_or_not_at_all() {
    let Some(program) = kustomize() else {
        say("SKIPPED: kustomize is not on PATH; no damaged overlay was compared");
        return;
    };
    let runs = number("PLATFORMCTL_KUSTOMIZE_RUNS").unwrap_or(DAMAGED);
    let seed = number("PLATFORMCTL_KUSTOMIZE_SEED").unwrap_or_else(|| fastrand::u64(..1 << 32));
    say(&format!("{runs} damaged overlays from seed {seed}"));
    let mut wrong = Vec::new();
    for run in seed..seed + runs {
        let (mut tree, folder) = random::tree(run);
        hostile::damage(&mut tree, &mut fastrand::Rng::with_seed(run));
        let Ok(ours) = built(&tree, folder) else {
            continue;
        };
        let directory = tempfile::tempdir().expect("a temporary directory");
        write_tree(directory.path(), &tree);
        match real(&program, &directory.path().join(folder)) {
            Ok(theirs) if theirs == ours => {}
            Ok(_) => wrong.push(format!(
                "seed {run} differs, kept in {}",
                directory.keep().display()
            )),
            Err(why) => wrong.push(format!(
                "seed {run}, kept in {}: kustomize refuses: {why}",
                directory.keep().display()
            )),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
