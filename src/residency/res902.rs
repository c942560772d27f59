//! RES902: evidence that is out of date.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::catalogue;
use crate::facts::script_lines;
use crate::spec::KeyPath;
use jiff::Unit;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES902",
    title: "Evidence is out of date",
    severity: Weight::Medium,
    rationale: "Whether a place is in a country is looked up in a table of providers' locations, which was right on the day it was verified: providers open zones and \
        close them. After half a year it is not relied upon. And two runs can only be compared when both ran the same program, so workflows install \
        one exact revision of it.",
    fix: "Use a newer platformctl, whose table was verified since; install it at one revision.",
    example_bad: "cargo install --git https://github.com/acme/platformctl",
    example_good: "cargo install --locked --git https://github.com/acme/platformctl --rev <40 hexadecimal digits>",
    exceptable: false,
    check,
};

/// Days for which the table is relied upon.
const LONGEST: i32 = 180;

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    let mut count = 1;
    if let Some(verified) = catalogue::locations_verified_at() {
        let age = verified
            .until((Unit::Day, input.as_of))
            .map(|span| span.get_days());
        if let Ok(age) = age
            && age > LONGEST
        {
            let message = format!(
                "the table of providers' locations was verified on {verified}, {age} days before {}",
                input.as_of
            );
            out.push(
                RULE.finding(message)
                    .at(
                        input.key(&KeyPath::new(["residency"])),
                        "judged with this table",
                    )
                    .help("use a newer platformctl"),
            );
        }
    }
    for workflow in &facts.workflows {
        for step in workflow.jobs.iter().flat_map(|job| job.steps()) {
            let span = step.get("run").and_then(|run| run.place.span);
            for line in span.map_or_else(Vec::new, |span| {
                script_lines(&workflow.path, &workflow.text, span)
            }) {
                count += 1;
                if is_unpinned(&line.text) {
                    let message = format!(
                        "`{}` installs whichever platformctl is newest",
                        workflow.path
                    );
                    out.push(
                        RULE.finding(message)
                            .at(line.place, "no exact revision")
                            .help("install one revision: `--rev` with the full commit, or `--version`"),
                    );
                }
            }
        }
    }
    out.looked(&RULE, "", count);
}

/// Whether a line installs the program at no exact version.
fn is_unpinned(line: &str) -> bool {
    let installs = line.contains("cargo install") || line.contains("cargo binstall");
    let pinned = ["--rev", "--version", "--tag", "--path", "platformctl@"];
    let downloads = line.contains("releases/latest") && line.contains("platformctl");
    downloads
        || installs
            && line.contains("platformctl")
            && !pinned.iter().any(|flag| line.contains(flag))
}
