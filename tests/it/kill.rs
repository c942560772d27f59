//! Renders that are killed, by the signal that no process can catch, a hundred times at random moments.
//!
//! Whatever is left, the next render makes of it exactly the tree that an undisturbed one makes, and every file of the
//! user's is as it was.
#![expect(
    clippy::disallowed_methods,
    reason = "tests start programs and look at what they leave"
)]

use crate::support::tree as files;
use platformctl::plan::{FileKind, Plan, PlannedFile};
use platformctl::tree::{Mode, carry_out};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 100;
const FILES: usize = 600;
/// Tells a copy of this program what to render, and where.
const ORDER: &str = "PLATFORMCTL_TEST_RENDER";

/// Two declarations to go back and forth between, and how to render them in a process of its own.
pub(crate) struct Subject<'a> {
    /// Makes the declaration of a variant, 0 or 1, the one that is rendered next.
    pub(crate) declare: &'a dyn Fn(&Path, usize),
    /// Starts a render of the variant that was declared.
    pub(crate) start: &'a dyn Fn(&Path, usize) -> Child,
    /// Files of the user's, by path, that exist in both variants and are edited before the first kill.
    pub(crate) users: &'a dyn Fn(&str) -> bool,
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
pub(crate) fn torture(subject: &Subject<'_>, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let expected = [subject.expected(0), subject.expected(1)];
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

/// Some hundred files, two thirds of them different or elsewhere in the other variant.
fn plan(variant: usize) -> Plan {
    let file = |kind, content| PlannedFile {
        kind,
        content,
        executable: false,
        template: "test",
        key: String::new(),
    };
    let mut plan = Plan::default();
    for number in 0..FILES {
        let folder = format!("cluster/unit-{}", number % 40);
        let (path, content) = match number % 3 {
            0 => (format!("{folder}/same-{number}"), format!("{number}\n")),
            1 => (
                format!("{folder}/changes-{number}"),
                format!("{number} {variant}\n"),
            ),
            _ => (
                format!("{folder}/only-{variant}/{number}"),
                format!("{number}\n"),
            ),
        };
        plan.files.insert(path, file(FileKind::Generated, content));
    }
    for number in 0..20 {
        let content = format!("{number}\n");
        plan.files.insert(
            format!("custom/{number}"),
            file(FileKind::Custom, content.clone()),
        );
        plan.files
            .insert(format!("pins/{number}"), file(FileKind::Pins, content));
    }
    plan
}

fn start_copy(root: &Path, variant: usize) -> Child {
    let myself = std::env::current_exe().expect("this program");
    let order = format!("{variant} {}", root.display());
    Command::new(myself)
        .args(["kill::renders_what_it_is_told", "--exact"])
        .env(ORDER, order)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started")
}

/// The part of the copy that is killed; by itself it renders into a folder of its own.
#[test]
fn renders_what_it_is_told() {
    let own = tempfile::tempdir().expect("a temporary folder");
    let order = std::env::var(ORDER).unwrap_or_else(|_| format!("0 {}", own.path().display()));
    let (variant, root) = order.split_once(' ').expect("a variant and a folder");
    let plan = plan(variant.parse().expect("a number"));
    let mode = Mode::Apply { force: false };
    let outcome = carry_out(
        Path::new(root),
        &plan,
        None,
        mode,
        false,
        &mut Vec::new(),
        &|_, _| {},
    );
    let outcome = outcome.expect("rendered");
    assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
    assert!(
        plan.files
            .keys()
            .all(|path| Path::new(root).join(path).is_file())
    );
}

#[test]
fn a_killed_render_is_finished_by_the_next() {
    let subject = Subject {
        declare: &|_, _| {},
        start: &start_copy,
        users: &|path| path.starts_with("custom/") || path.starts_with("pins/"),
    };
    torture(&subject, 7);
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
    for number in 0..80 {
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
