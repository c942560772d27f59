//! Every rule with declarations that keep it and that break it, each finding at its exact line.

mod declared;
mod excepted;
mod files;
mod placed;
mod table;

use super::{Input, Tree, judge};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model;
use crate::source::position;
use crate::spec::names::CellName;

/// A platform that keeps every rule. Line numbers in tests count in this text.
const GOOD: &str = r#"schema = 1
[platform]
name = "carebase"
repository = "https://github.com/acme/platform"
registry = "ghcr.io/acme"
[residency.jurisdictions.TR]
countries = ["TR"]
[residency.jurisdictions.ES]
countries = ["ES"]
[regions.tr]
jurisdiction = "TR"
provider = "onprem"
location = "ist-dc1"
domain = "tr.carebase.example"
[regions.es]
jurisdiction = "ES"
provider = "gcp"
location = "europe-southwest1"
domain = "es.carebase.example"
[environments.dev-local]
kind = "local"
[environments.staging]
regions = ["tr", "es"]
[environments.production]
regions = ["tr", "es"]
promote-from = "staging"
[services.frontend]
port = 3000
calls = ["backend-api"]
[services.backend-api]
port = 8000
uses = ["objects"]
classes = ["phi", "pii"]
[components.object-storage]
"#;

/// The line after the last one of [`GOOD`]: where what a test adds begins.
const ADDED: usize = 35;

/// An exception in order, for a copy of the store `dr` of region `es` in France.
const EXCEPTION: &str = r#"
[[residency.exceptions]]
id = "EXC-1"
rules = ["RES004"]
region = "es"
store = "dr"
classes = ["phi"]
to = { provider = "aws", location = "eu-west-3", country = "FR" }
reason = "recovery when the whole region is down"
legal-basis = "transfer inside the EEA"
requested-by = "platform team"
approved-by = "data protection"
approved-on = 2026-10-01
expires = 2027-01-31
encryption = { mode = "client-side", cipher = "aes-256-gcm", key-location = "es", key-replicated = false }
"#;

/// What a test changes of how a declaration is judged.
#[derive(Default)]
struct With<'a> {
    day: Option<&'a str>,
    cell: Option<&'a str>,
    policy: Option<&'a str>,
    tree: Option<&'a Tree>,
}

fn judged(text: &str, with: &With<'_>) -> Vec<Diagnostic> {
    let (platform, document) = model::load(text).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let cell = with.cell.map(|name| {
        let (environment, region) = name.split_once('/').expect("a cell");
        let name = |text| crate::spec::names::Name::new(text).expect("a name");
        CellName::join(&name(environment), &name(region))
    });
    judge(&Input {
        platform: &platform,
        document: &document,
        as_of: with.day.unwrap_or("2026-11-21").parse().expect("a day"),
        cell: cell.as_ref(),
        policy: with.policy,
        tree: with.tree,
        facts: None,
    })
    .findings
}

/// Line of the place to be changed, the rule, and whether it closes the gate.
fn lines(text: &str, found: &[Diagnostic]) -> Vec<(usize, &'static str)> {
    found
        .iter()
        .map(|finding| {
            let place = finding.primary().expect("a place");
            let (start, _) = place.span.expect("a span");
            (position(text, start).line, finding.code)
        })
        .collect()
}

/// Changes the good platform by replacements, each of which must apply.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(GOOD.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from} is in the platform");
        text.replacen(from, to, 1)
    })
}

/// Judges the good platform with replacements and something added at its end.
#[track_caller]
fn expect(changes: &[(&str, &str)], added: &str, expected: &[(usize, &str)]) -> Vec<Diagnostic> {
    expect_with(changes, added, &With::default(), expected)
}

#[track_caller]
fn expect_with(
    changes: &[(&str, &str)],
    added: &str,
    with: &With<'_>,
    expected: &[(usize, &str)],
) -> Vec<Diagnostic> {
    let text = format!("{}{added}", changed(changes));
    let found = judged(&text, with);
    let lines = lines(&text, &found);
    assert_eq!(lines, expected, "{found:#?}");
    found
}

#[test]
fn the_good_platform_has_no_finding() {
    assert_eq!(GOOD.lines().count() + 1, ADDED);
    expect(&[], "", &[]);
}

#[test]
fn findings_are_sorted_by_place_whatever_rule_they_are_from() {
    let text = changed(&[
        (
            "location = \"europe-southwest1\"",
            "location = \"europe-west2\"",
        ),
        ("classes = [\"phi\", \"pii\"]\n", ""),
        ("jurisdiction = \"TR\"\n", ""),
    ]);
    let found = judged(&text, &With::default());
    let mut sorted = found.clone();
    crate::diagnostic::sort(&mut sorted);
    assert_eq!(found, sorted);
    assert_eq!(
        lines(&text, &found),
        [(10, "RES001"), (17, "RES002"), (31, "RES003")]
    );
    assert!(
        found
            .iter()
            .all(|finding| finding.severity == Severity::Error)
    );
}

/// The text of the line at a label.
fn line_of(text: &str, finding: &Diagnostic, label: usize) -> String {
    let (start, _) = finding.labels[label].location.span.expect("a span");
    let line = position(text, start).line;
    text.lines().nth(line - 1).unwrap_or_default().to_owned()
}
