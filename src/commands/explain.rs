//! `explain`: what a rule asks and why, or what a kind of problem is.

use super::{Context, Exit, Refusal};
use crate::diagnostic::did_you_mean;
use crate::report::codes;
use crate::residency;

/// Lines are no longer than this.
const WIDTH: usize = 90;

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The id in brackets of a finding or an error, such as RES002 or unknown-key
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Prints the explanation.
///
/// # Errors
/// When nothing has that id or stdout cannot be written.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let text = explanation(args.id.trim()).ok_or_else(|| unknown(&args.id))?;
    context.out.write_all(wrapped(&text).as_bytes())?;
    Ok(Exit::Done)
}

/// The page of a rule or the paragraph of a code, in whatever case its id is written.
fn explanation(id: &str) -> Option<String> {
    if let Some(rule) = residency::rule(&id.to_ascii_uppercase()) {
        return Some(residency::page(rule));
    }
    let text = codes::find(&id.to_ascii_lowercase())?;
    Some(format!(
        "# {}: {}\n\n{}\n",
        text.code, text.title, text.text
    ))
}

fn unknown(id: &str) -> Refusal {
    let rules = || residency::RULES.iter().map(|rule| rule.id);
    let known = rules().chain(codes::CODES.iter().map(|text| text.code));
    let refusal = Refusal::usage(format!("nothing is called `{}`", id.escape_debug()));
    match did_you_mean(id, known) {
        Some(word) => refusal.help(format!("did you mean `{word}`?")),
        None => refusal
            .help(format!("rules: {}", rules().collect::<Vec<_>>().join(", ")))
            .help("errors have their id in brackets, as in error[unknown-key]"),
    }
}

/// Breaks paragraphs into lines; what stands between fences stays as it is.
fn wrapped(text: &str) -> String {
    let mut result = String::new();
    let mut fenced = false;
    for paragraph in text.lines() {
        fenced ^= paragraph.starts_with("```");
        if fenced || paragraph.len() <= WIDTH {
            result.push_str(paragraph);
            result.push('\n');
            continue;
        }
        let mut length = 0;
        for word in paragraph.split_whitespace() {
            let added = word.chars().count();
            if length > 0 && length + 1 + added > WIDTH {
                result.push('\n');
                length = 0;
            } else if length > 0 {
                result.push(' ');
                length += 1;
            }
            result.push_str(word);
            length += added;
        }
        result.push('\n');
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_and_code_is_explained_in_any_case() {
        for rule in residency::RULES {
            let text = explanation(&rule.id.to_lowercase()).expect("a page");
            assert!(text.contains(rule.fix), "{}", rule.id);
        }
        for code in codes::CODES {
            let text = explanation(&code.code.to_uppercase()).expect("a paragraph");
            assert!(text.contains(code.text), "{}", code.code);
        }
    }

    #[test]
    fn an_unknown_id_gets_a_suggestion_or_the_list() {
        assert_eq!(unknown("RES02").help, ["did you mean `RES002`?"]);
        assert_eq!(unknown("unknow-key").help, ["did you mean `unknown-key`?"]);
        assert!(unknown("zebra").help[0].contains("RES001"));
        assert!(explanation("zebra").is_none());
    }

    #[test]
    fn long_paragraphs_are_broken_and_examples_are_not() {
        let long = "word ".repeat(40);
        let text = wrapped(&format!("{long}\n```toml\n{long}\n```\n"));
        let (before, after) = text.split_once("```toml\n").expect("a fence");
        assert!(before.lines().count() > 1);
        assert!(before.lines().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(after.lines().count(), 2);
    }
}
