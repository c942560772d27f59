//! `explain`: what a rule asks and why, what a kind of problem is, or where a file of the repository comes from.

use super::{Context, Exit, Loaded, Refusal};
use crate::diagnostic::did_you_mean;
use crate::plan::{self, FileKind, PlannedFile};
use crate::report::codes;
use crate::residency;
use crate::spec::{self, KeyPath};
use std::path::Path;

/// Lines are no longer than this.
const WIDTH: usize = 90;

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The id in brackets of a finding or an error, such as RES002 or unknown-key, or a file of the repository
    #[arg(value_name = "ID|PATH")]
    pub id: String,
}

/// Prints the explanation.
///
/// # Errors
/// When nothing has that id or stdout cannot be written.
pub fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<Exit> {
    let id = args.id.trim();
    let text = match explanation(id) {
        Some(text) => wrapped(&text),
        None if id.contains(['/', '.']) => file(id, context)?,
        None => return Err(unknown(id).into()),
    };
    context.out.write_all(text.as_bytes())?;
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

/// Where a file comes from: its owner, its key of platform.toml, its template.
fn file(written: &str, context: &Context<'_>) -> anyhow::Result<String> {
    let loaded = context.load()?;
    let plan = plan::build(&loaded.platform)?;
    let paths = [
        relative(&context.directory, &loaded.root, written),
        written.to_owned(),
    ];
    let found = paths
        .iter()
        .find_map(|path| Some((path, plan.files.get(path)?)));
    match found {
        Some((path, file)) => Ok(origin(path, file, &loaded)),
        None => Err(not_planned(written, plan.files.keys().map(String::as_str)).into()),
    }
}

/// A path as the plan has it: relative to the root, with forward slashes.
fn relative(directory: &Path, root: &Path, written: &str) -> String {
    let inside = directory
        .canonicalize()
        .ok()
        .and_then(|directory| Some(directory.strip_prefix(root).ok()?.to_path_buf()))
        .unwrap_or_default();
    let mut parts: Vec<String> = Vec::new();
    for part in inside.join(written).components() {
        match part {
            std::path::Component::ParentDir => drop(parts.pop()),
            std::path::Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            _ => {}
        }
    }
    parts.join("/")
}

fn origin(path: &str, file: &PlannedFile, loaded: &Loaded) -> String {
    let owner = match file.kind {
        FileKind::Generated => "render writes it; an edit by hand is drift",
        FileKind::Pins => "release and promote write it; render made it once",
        FileKind::Sealed => "`platformctl secrets` writes it; render made it once",
        FileKind::Custom => "yours; render made it once and never changes it",
    };
    let key = KeyPath::new(file.key.split('.').filter(|part| !part.is_empty()));
    let line = loaded
        .document
        .contains(&key)
        .then(|| loaded.document.key(&key).span)
        .flatten()
        .map(|(start, _)| crate::source::position(loaded.document.text(), start).line);
    let source = match (file.key.as_str(), line) {
        ("", _) | (_, None) => spec::FILE.to_owned(),
        (key, Some(line)) => format!("`{key}` in {}:{line}", spec::FILE),
    };
    format!(
        "{path}\n  owner     {owner}\n  follows   {source}\n  template  {}\n",
        file.template
    )
}

fn not_planned<'a>(written: &str, planned: impl Iterator<Item = &'a str>) -> Refusal {
    let message = format!("platformctl makes no file `{}`", written.escape_debug());
    let refusal = Refusal::usage(message);
    match did_you_mean(written, planned) {
        Some(path) => refusal.help(format!("did you mean `{path}`?")),
        None => refusal.help("`platformctl render --check` shows what differs from the plan"),
    }
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
