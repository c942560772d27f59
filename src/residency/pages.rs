//! The documentation of the rules, made from the same constants that the rules are made of.

use super::{RULES, Rule};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where the documentation of the rules is.
const FOLDER: &str = "docs/rules";

/// Every page by its path: one per rule, and the list of them.
pub fn pages() -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = RULES
        .iter()
        .map(|rule| (page_path(rule), page(rule)))
        .collect();
    pages.insert(format!("{FOLDER}/README.md"), list());
    pages
}

/// The path of a rule's page.
pub fn page_path(rule: &Rule) -> String {
    format!("{FOLDER}/{}.md", rule.id)
}

/// A rule's page.
pub fn page(rule: &Rule) -> String {
    let exception = if rule.exceptable {
        "\nA written, unexpired exception in `[[residency.exceptions]]` that names this rule and exactly this case allows it.\n"
    } else {
        ""
    };
    format!(
        "# {}: {}\n\nSeverity: {}\n\n{}\n{exception}\n## How to fix it\n\n{}\n\n## Breaks the rule\n\n{}\n\n## Keeps the rule\n\n{}\n",
        rule.id,
        rule.title,
        rule.severity.name(),
        rule.rationale,
        rule.fix,
        block(rule.example_bad),
        block(rule.example_good),
    )
}

/// Fragments of platform.toml are TOML, everything else is plain text.
fn block(example: &str) -> String {
    let language = if example.contains(" = ") {
        "toml"
    } else {
        "text"
    };
    format!("```{language}\n{}\n```", example.trim())
}

fn list() -> String {
    let mut text = "# Rules\n\n\
        `platformctl validate` judges a platform by the policy that its platform.toml declares. A clean run means that the\n\
        platform conforms to that declared policy; whether the policy meets a law is for people to decide.\n\n\
        Critical and high findings fail the run; medium ones are warnings. `platformctl explain ID` prints a page.\n\n\
        | rule | what is wrong | severity |\n|---|---|---|\n"
        .to_owned();
    for rule in RULES {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| [{id}]({id}.md) | {} | {} |",
            rule.title,
            rule.severity.name(),
            id = rule.id
        );
    }
    text.push_str(
        "\nThese pages are made from the rules themselves: change `src/residency/<id>.rs`, then run\n\
         `PLATFORMCTL_BLESS=1 cargo test --test it docs`.\n",
    );
    text
}
