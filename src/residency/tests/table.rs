//! The table of rules and the pages made from it.

use super::super::{RULES, Weight, page, page_path, pages, rule};

#[test]
fn ids_are_unique_and_sorted_and_found() {
    assert!(RULES.windows(2).all(|pair| pair[0].id < pair[1].id));
    for known in RULES {
        assert_eq!(rule(known.id).map(|rule| rule.title), Some(known.title));
    }
    assert!(rule("res001").is_none(), "ids are exact here");
}

#[test]
fn every_rule_has_a_page_that_says_all_of_it() {
    let pages = pages();
    assert_eq!(pages.len(), RULES.len() + 1);
    for rule in RULES {
        let page = page(rule);
        assert_eq!(pages.get(&page_path(rule)), Some(&page));
        for part in [
            rule.title,
            rule.rationale,
            rule.fix,
            rule.example_bad,
            rule.example_good,
        ] {
            assert!(page.contains(part), "{}: {part}", rule.id);
        }
        assert!(pages["docs/rules/README.md"].contains(&format!("({}.md)", rule.id)));
    }
}

#[test]
fn no_rule_speaks_of_keeping_the_law() {
    for rule in RULES {
        let page = page(rule).to_lowercase();
        assert!(
            !page.contains("complian") && !page.contains("legally"),
            "{}",
            rule.id
        );
    }
}

#[test]
fn only_what_exceptions_are_for_can_be_excepted() {
    let exceptable: Vec<&str> = RULES
        .iter()
        .filter(|rule| rule.exceptable)
        .map(|rule| rule.id)
        .collect();
    // Data that leaves can be allowed in writing; the policy itself, exceptions and the files of the platform cannot.
    assert!(
        exceptable.starts_with(&["RES004", "RES005"]),
        "{exceptable:?}"
    );
    let own = |id: &&str| id.starts_with("RES0") || id.starts_with("REP");
    assert_eq!(exceptable.iter().filter(|id| own(id)).count(), 2);
    assert!(RULES.iter().any(|rule| rule.severity == Weight::Critical));
}
