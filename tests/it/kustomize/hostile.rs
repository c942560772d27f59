//! Damaged and hostile input: no panic, no hang, no flood.

use super::{Tree, built, random, say};
use std::time::{Duration, Instant};

/// How many damaged trees a run has; `PLATFORMCTL_KUSTOMIZE_RUNS` changes it.
const RUNS: u64 = 400;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Pieces that mean something to YAML, to kustomize or to nobody.
const PIECES: &[&str] = &[
    ":",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "|",
    ">",
    "&a ",
    "*a",
    "<<: *a",
    "!!str ",
    "---\n",
    "...\n",
    "#",
    "\n",
    "  ",
    "\t",
    "\r",
    "~",
    "null",
    "\u{feff}",
    "\u{2028}",
    "\0",
    "$patch: delete",
    "$patch: replace",
    "../..",
    "/",
    "resources:",
    "components:",
    "kind: List",
    "items:",
    "999999999999999999999",
    "0x",
    "1e999",
    "namePrefix: ",
    "\u{1f600}",
    "%YAML 1.1\n",
    "? ",
    "(((",
    "a{1000}",
    "[a-",
    "\\",
];

/// Changes a file at a few places.
pub(super) fn damage(tree: &mut Tree, rng: &mut fastrand::Rng) {
    for _ in 0..rng.usize(1..4) {
        let at = rng.usize(..tree.len());
        let Some(bytes) = tree.values_mut().nth(at) else {
            return;
        };
        let place = rng.usize(..=bytes.len());
        match rng.u8(..5) {
            0 => bytes.truncate(place),
            1 => {
                let piece = PIECES[rng.usize(..PIECES.len())];
                bytes.splice(place..place, piece.bytes());
            }
            2 => {
                let end = (place + rng.usize(..20)).min(bytes.len());
                bytes.drain(place..end);
            }
            3 if place < bytes.len() => bytes[place] = rng.u8(..),
            _ => {
                let end = (place + rng.usize(..40)).min(bytes.len());
                let copied = bytes[place..end].to_vec();
                let target = rng.usize(..=bytes.len());
                bytes.splice(target..target, copied);
            }
        }
    }
}

#[test]
fn damaged_trees_are_built_or_refused_in_no_time() {
    let runs = number("PLATFORMCTL_KUSTOMIZE_RUNS").unwrap_or(RUNS);
    let seed = number("PLATFORMCTL_KUSTOMIZE_SEED").unwrap_or_else(|| fastrand::u64(..1 << 32));
    say(&format!("{runs} damaged trees from seed {seed}"));
    let mut refused = 0;
    for run in seed..seed + runs {
        let mut rng = fastrand::Rng::with_seed(run);
        let (mut tree, folder) = random::tree(run);
        damage(&mut tree, &mut rng);
        let start = Instant::now();
        let result = built(&tree, folder);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "seed {run} took {took:?}");
        refused += u64::from(result.is_err());
        if let Ok(yaml) = result {
            assert!(
                yaml.len() < 1 << 20,
                "seed {run} printed {} bytes",
                yaml.len()
            );
        }
    }
    assert!(
        refused > 0 && refused < runs,
        "{refused} of {runs} are refused"
    );
}

fn one(resource: &str) -> Result<String, String> {
    let tree: Tree = [
        ("kustomization.yaml", "resources: [r.yaml]\n"),
        ("r.yaml", resource),
    ]
    .into_iter()
    .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
    .collect();
    built(&tree, "")
}

fn object(spec: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{spec}")
}

#[test]
fn aliases_cannot_flood() {
    let mut spec = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        spec.push_str(&format!(
            "l{level}: &l{level} [{}]\n",
            vec![format!("*l{before}"); 10].join(", ")
        ));
    }
    let refused = one(&object(&spec)).expect_err("is refused");
    assert!(refused.contains("aliases"), "{refused}");
}

#[test]
fn aliases_cannot_nest_without_end() {
    let mut spec = "a0: &a0 x\n".to_owned();
    for level in 1..500 {
        spec.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    assert!(one(&object(&spec)).is_err());
    assert!(one(&object("a: &a [*a]\n")).is_err(), "an anchor in itself");
}

#[test]
fn nesting_has_an_end() {
    let deep = |depth: usize| object(&format!("s: {}{}\n", "[".repeat(depth), "]".repeat(depth)));
    assert!(one(&deep(50)).is_ok());
    assert!(one(&deep(5000)).is_err());
}

#[test]
fn what_go_reads_otherwise_is_refused() {
    for spec in [
        "a: !!binary aGk=\n",
        "a: !own x\n",
        "a: \"x\u{2028}y\"\n",
        "a: b\n...\n",
        "%TAG ! x\n",
        "? [a]\n: b\n",
    ] {
        assert!(one(&object(spec)).is_err(), "{spec}");
    }
}

#[test]
fn paths_do_not_leave_the_root() {
    for path in [
        "../../x",
        "/etc/passwd",
        "..",
        "https://example.org/x",
        "git@example.org:a/b",
    ] {
        let tree: Tree = [(
            "a/kustomization.yaml".to_owned(),
            format!("resources: ['{path}']\n").into_bytes(),
        )]
        .into();
        assert!(built(&tree, "a").is_err(), "{path}");
    }
}
