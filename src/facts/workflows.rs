//! GitHub's workflows and composite actions: jobs, what they run on, what their steps run and use, and which secrets they
//! read (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>).

use super::argocd::is_yaml;
use super::repository::Repository;
use super::written::Written;
use crate::diagnostic::Diagnostic;
use crate::source::Location;

/// A workflow or a composite action.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// The file.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What is written in it.
    pub root: Written,
    /// Its jobs; of a composite action one, which has its steps.
    pub jobs: Vec<Job>,
}

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What is written of it.
    pub node: Written,
}

/// A line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line without the spaces around it, and without what a backslash continues.
    pub text: String,
    /// Where it stands.
    pub place: Location,
}

/// Every workflow and composite action, and those that cannot be read.
pub(super) fn workflows(repository: &Repository<'_>) -> (Vec<Workflow>, Vec<Diagnostic>) {
    let mut good = Vec::new();
    let mut bad = Vec::new();
    let of_actions = repository.below(".github/actions");
    let paths = repository.below(".github/workflows").chain(of_actions);
    for path in paths.filter(|path| is_yaml(path)) {
        let Some(text) = repository.text(path) else {
            let why = "it is no text in UTF-8, or too large for a workflow";
            let place = Location::file(path);
            bad.push(Diagnostic::error("yaml-syntax", why).at(place, "here"));
            continue;
        };
        match Written::documents(path, &text) {
            Ok(documents) => good.extend(
                documents
                    .into_iter()
                    .next()
                    .map(|root| workflow(path, text, root)),
            ),
            Err(problem) => bad.push(*problem),
        }
    }
    (good, bad)
}

fn workflow(path: &str, text: String, root: Written) -> Workflow {
    let jobs = root.get("jobs").map_or(&[][..], Written::fields).iter();
    let mut jobs: Vec<Job> = jobs
        .map(|field| Job {
            id: field.key.clone(),
            node: field.value.clone(),
        })
        .collect();
    if let Some(runs) = root.get("runs").filter(|_| jobs.is_empty()) {
        jobs.push(Job {
            id: String::new(),
            node: runs.clone(),
        });
    }
    Workflow {
        path: path.to_owned(),
        text,
        root,
        jobs,
    }
}

impl Job {
    /// The labels of the runner it asks for, one after the other.
    pub fn runs_on(&self) -> String {
        let Some(node) = self.node.get("runs-on") else {
            return String::new();
        };
        let words = node.scalars().into_iter();
        let words: Vec<&str> = words.filter_map(|(_, node)| node.text()).collect();
        words.join(" ")
    }

    /// The environment of GitHub it deploys to; empty when there is none.
    pub fn environment(&self) -> &str {
        match self.node.get("environment") {
            Some(node) => node.text().unwrap_or_else(|| node.text_at(&["name"])),
            None => "",
        }
    }

    /// Its steps.
    pub fn steps(&self) -> &[Written] {
        self.node.get("steps").map_or(&[][..], Written::items)
    }
}

/// The secrets that a text reads, as they are written: `secrets.NAME` or `secrets['NAME']`.
pub fn secrets_in(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("secrets") {
        let after = &rest[at + "secrets".len()..];
        let name = match after.as_bytes().first() {
            Some(b'.') => &after[1..],
            Some(b'[') => after[1..].trim_start_matches(['\'', '"', ' ']),
            _ => "",
        };
        let end = name
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(name.len());
        if end > 0 && !name.starts_with("format") {
            found.push(&name[..end]);
        }
        rest = after;
    }
    found
}

/// The lines of a script that stands in a file, without comments; a line that a backslash continues is one with the next.
pub fn lines(path: &str, text: &str, span: (usize, usize)) -> Vec<Line> {
    let (start, end) = (span.0.min(text.len()), span.1.min(text.len()));
    let Some(script) = text.get(start..end) else {
        return Vec::new();
    };
    let mut found: Vec<Line> = Vec::new();
    let mut at = start;
    let mut continues = false;
    for line in script.split_inclusive('\n') {
        let begin = at + line.len() - line.trim_start().len();
        at += line.len();
        let bare = line.trim();
        let is_continued = bare.ends_with('\\');
        let bare = bare.trim_end_matches('\\').trim_end();
        if bare.starts_with('#') || bare.is_empty() {
            continue;
        }
        match found.last_mut().filter(|_| continues) {
            Some(before) => {
                before.text.push(' ');
                before.text.push_str(bare);
            }
            None => found.push(Line {
                text: bare.to_owned(),
                place: Location::new(path, begin..begin + bare.len()),
            }),
        }
        continues = is_continued;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_in_both_ways() {
        let text = "${{ secrets.TR_KUBECONFIG }} and ${{ secrets['OTHER'] }}, no secrets here";
        assert_eq!(secrets_in(text), ["TR_KUBECONFIG", "OTHER"]);
    }

    #[test]
    fn continued_lines_are_one() {
        let text = "run: |\n  # comment\n  kubectl exec \\\n    pod -- pg_dump\n  true\n";
        let lines = lines("w.yaml", text, (7, text.len()));
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["kubectl exec pod -- pg_dump", "true"]);
        assert_eq!(
            lines[0]
                .place
                .span
                .map(|(start, _)| &text[start..start + 7]),
            Some("kubectl")
        );
    }
}
