//! One table of bad platform.toml files: each with every problem it has, at its line and column.

use platformctl::model;
use platformctl::source::position;

/// A platform that uses every kind of table.
const GOOD: &str = include_str!("../declarations/good.toml");

/// What is changed in the good one, and what is then reported as `line:column code`, in the order of the file.
struct Bad {
    name: &'static str,
    change: &'static [(&'static str, &'static str)],
    expected: &'static [&'static str],
}

const fn bad(
    name: &'static str,
    change: &'static [(&'static str, &'static str)],
    expected: &'static [&'static str],
) -> Bad {
    Bad {
        name,
        change,
        expected,
    }
}

include!("../declarations/bad.rs");

fn problems(text: &str) -> Vec<String> {
    let Err(problems) = model::load(text) else {
        return Vec::new();
    };
    problems
        .iter()
        .map(|problem| {
            assert!(
                !problem.help.is_empty() || problem.code == "invalid-value",
                "no remedy: {problem:#?}"
            );
            let span = problem
                .primary()
                .and_then(|place| place.span)
                .expect("every problem has a place");
            let at = position(text, span.0);
            format!("{}:{} {}", at.line, at.column, problem.code)
        })
        .collect()
}

#[test]
fn the_good_one_is_good() {
    assert_eq!(problems(GOOD), Vec::<String>::new());
}

#[test]
fn bad_declarations_are_reported_whole() {
    assert!(BAD.len() >= 40, "{} cases", BAD.len());
    let mut wrong = Vec::new();
    for case in BAD {
        let mut text = GOOD.to_owned();
        for (from, to) in case.change {
            assert_eq!(
                text.matches(from).count(),
                1,
                "{}: {from:?} stands once in the good one",
                case.name
            );
            text = text.replace(from, to);
        }
        let found = problems(&text);
        if found != case.expected {
            wrong.push(format!(
                "{}\n  expected {:?}\n  found    {found:?}",
                case.name, case.expected
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_text_makes_the_parser_panic() {
    for end in (0..GOOD.len())
        .filter(|end| GOOD.is_char_boundary(*end))
        .step_by(7)
    {
        let cut = &GOOD[..end];
        let _ = model::load(cut);
        let without = format!(
            "{}{}",
            cut,
            GOOD[end..].split_once('\n').map_or("", |(_, rest)| rest)
        );
        for problem in model::load(&without).err().unwrap_or_default() {
            let span = problem
                .primary()
                .and_then(|place| place.span)
                .unwrap_or((0, 0));
            assert!(span.0 <= span.1 && span.1 <= without.len(), "{problem:?}");
        }
    }
}
