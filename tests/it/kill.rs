//! Renders that are killed, by the signal that no process can catch, a hundred times at random moments.
//!
//! Whatever is left, the next render makes of it exactly the tree that an undisturbed one makes, and every file of the
//! user's is as it was.
#![expect(
    clippy::disallowed_methods,
    reason = "tests start programs and look at what they leave"
)]

use crate::support::tree as files;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 100;
/// So many that more than 2,000 files are rendered.
const SERVICES: usize = 155;

/// Two declarations to go back and forth between, and how to render them in a process of its own.
struct Subject<'a> {
    /// Makes the declaration of a variant, 0 or 1, the one that is rendered next.
    declare: &'a dyn Fn(&Path, usize),
    /// Starts a render of the variant that was declared.
    start: &'a dyn Fn(&Path, usize) -> Child,
    /// Files of the user's, by path, that exist in both variants and are edited before the first kill.
    users: &'a dyn Fn(&str) -> bool,
}

impl Subject<'_> {
    /// Renders undisturbed; says how long it took.
    fn render(&self, root: &Path, variant: usize) -> Duration {
        (self.declare)(root, variant);
        let start = Instant::now();
        let output = (self.start)(root, variant)
            .wait_with_output()
            .expect("waited for");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "render failed: {said}");
        start.elapsed()
    }

    /// What an undisturbed render makes, with the user's edits.
    fn expected(&self, variant: usize) -> BTreeMap<String, Vec<u8>> {
        let root = tempfile::tempdir().expect("a temporary folder");
        self.render(root.path(), variant);
        self.edit(root.path());
        files(root.path())
    }

    /// Edits every file of the user's.
    fn edit(&self, root: &Path) {
        let paths: Vec<String> = files(root)
            .into_keys()
            .filter(|path| (self.users)(path))
            .collect();
        assert!(
            !paths.is_empty(),
            "there is something of the user's to lose"
        );
        for path in paths {
            std::fs::write(root.join(&path), format!("edited {path}\n")).expect("edited");
        }
    }

    /// Starts a render and kills it after a while; says whether it was killed before it was done.
    fn kill(&self, root: &Path, variant: usize, after: Duration) -> bool {
        (self.declare)(root, variant);
        let mut child = (self.start)(root, variant);
        std::thread::sleep(after);
        child.kill().expect("killed");
        !child.wait().expect("waited for").success()
    }
}

/// Kills renders at random moments and judges what the next ones make of it.
fn torture(subject: &Subject<'_>, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let expected = [subject.expected(0), subject.expected(1)];
    assert!(expected[0].len() > 2_000, "{} files", expected[0].len());
    let root = tempfile::tempdir().expect("a temporary folder");
    let root = root.path();
    subject.render(root, 0);
    subject.edit(root);
    let longest = subject.render(root, 1).mul_f64(1.1);
    let mut killed = 0;
    let mut halfway = 0;
    for round in 0..ROUNDS {
        let variant = random.usize(0..2);
        killed += usize::from(subject.kill(root, variant, longest.mul_f64(random.f64())));
        let left = files(root);
        halfway += usize::from(!expected.contains(&left));
        for (path, content) in &expected[variant] {
            if (subject.users)(path) {
                assert_eq!(left.get(path), Some(content), "round {round}: {path}");
            }
        }
        // Now and then the next render is killed too.
        if random.bool() {
            // The declaration may have changed meanwhile.
            let next = random.usize(0..2);
            subject.render(root, next);
            let found = files(root);
            let wrong: Vec<_> = expected[next]
                .iter()
                .filter(|(path, content)| found.get(*path) != Some(content))
                .map(|(path, _)| path)
                .chain(
                    found
                        .keys()
                        .filter(|path| !expected[next].contains_key(*path)),
                )
                .take(5)
                .collect();
            assert!(wrong.is_empty(), "round {round}: {wrong:?}");
        }
    }
    assert!(
        killed > ROUNDS / 4,
        "only {killed} renders were killed in time"
    );
    assert!(
        halfway > ROUNDS / 20,
        "only {halfway} renders were killed while they wrote"
    );
}

/// A platform of some size; the variants differ in the ports, which are in many files.
fn declaration(variant: usize) -> String {
    use std::fmt::Write as _;
    let mut text = String::from(
        r#"schema = 1

[platform]
name = "carebase"
repository = "https://github.com/acme/platform"
registry = "ghcr.io/acme"

[residency.jurisdictions.ES]
countries = ["ES"]

[regions.es]
jurisdiction = "ES"
provider = "gcp"
location = "europe-southwest1"
domain = "es.carebase.example"

[environments.staging]
regions = ["es"]
[environments.production]
regions = ["es"]
promote-from = "staging"
"#,
    );
    for number in 0..SERVICES {
        let port = 8000 + number * 2 + variant;
        writeln!(text, "\n[services.service-{number}]\nport = {port}").expect("written");
    }
    text
}

fn start_binary(root: &Path, _: usize) -> Child {
    Command::new(env!("CARGO_BIN_EXE_platformctl"))
        .args([
            "-C".as_ref(),
            root.as_os_str(),
            "-q".as_ref(),
            "render".as_ref(),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started")
}

#[test]
fn a_killed_platformctl_is_finished_by_the_next() {
    let declare = |root: &Path, variant: usize| {
        std::fs::write(root.join("platform.toml"), declaration(variant)).expect("written");
    };
    let subject = Subject {
        declare: &declare,
        start: &start_binary,
        users: &|path| path.contains("/custom/") || path.contains("/pins/"),
    };
    torture(&subject, 11);
}
