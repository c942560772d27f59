//! Folders and files of this repository, as Argo CD's generator `git` finds them
//! (<https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Git/>).
//!
//! A file yields its values, flattened; one that Argo CD may print differently from how it is written, such as a large number,
//! is left out, so that a template that needs it is said not to be worked out. The same holds for a pattern that finds
//! different files in the two ways of matching that Argo CD can be set to.

use super::{Parameters, Work, put_in};
use crate::facts::argocd::Source;
use crate::facts::repository::Repository;
use crate::facts::written::{Content, Field, Written};
use std::collections::BTreeSet;

/// What a generator `git` yields.
pub(super) fn expand(work: &mut Work<'_>, field: &Field) -> Vec<Parameters> {
    let body = &field.value;
    let source = Source { node: body };
    if !source.is_of(work.platform) {
        work.give_up(&field.place, "it looks into another repository");
        return Vec::new();
    }
    if let Some(template) = body.field("template") {
        work.give_up(
            &template.place,
            "a `template` of its own changes the other one",
        );
    }
    let directories = body.get("directories").map_or(&[][..], Written::items);
    let mut all = match body.field("files") {
        // With folders Argo CD does not look at files.
        Some(files) if directories.is_empty() => self::files(work, body, files),
        _ => self::directories(work, body, directories),
    };
    for parameters in &mut all {
        values(work, body, parameters);
    }
    all
}

/// Values that the generator adds, which may use the others.
fn values(work: &mut Work<'_>, body: &Written, parameters: &mut Parameters) {
    for field in body.get("values").map_or(&[][..], Written::fields) {
        let text = field.value.text().unwrap_or_default();
        let (value, missing) = put_in(text, parameters);
        match missing {
            Some(what) => {
                work.give_up(&field.value.place, &format!("`{what}` is not known here"));
            }
            None => {
                parameters.insert(format!("values.{}", field.key), value);
            }
        }
    }
}

fn directories(work: &Work<'_>, body: &Written, rules: &[Written]) -> Vec<Parameters> {
    let (excluded, wanted) = split(rules);
    let fits = |rules: &[&str], folder: &str| rules.iter().any(|rule| is_match(rule, folder));
    folders(work.repository)
        .into_iter()
        .filter(|folder| fits(&wanted, folder) && !fits(&excluded, folder))
        .map(|folder| of_folder(&folder, body.text_at(&["pathParamPrefix"])))
        .collect()
}

/// The patterns that exclude, and those that do not.
fn split(rules: &[Written]) -> (Vec<&str>, Vec<&str>) {
    let mut excluded = Vec::new();
    let mut wanted = Vec::new();
    for rule in rules {
        match rule.text_at(&["exclude"]) {
            "true" => excluded.push(path(rule)),
            _ => wanted.push(path(rule)),
        }
    }
    (excluded, wanted)
}

fn path(rule: &Written) -> &str {
    rule.text_at(&["path"])
}

fn files(work: &mut Work<'_>, body: &Written, field: &Field) -> Vec<Parameters> {
    let revision = body.text_at(&["revision"]);
    let branch = work.platform.branch.as_str();
    if !matches!(revision, "" | "HEAD") && !crate::gitops::is_branch(revision, branch) {
        work.give_up(&field.place, "it looks into another revision");
        return Vec::new();
    }
    let rules = field.value.items();
    if let Some(rule) = rules.iter().find(|rule| !is_plain(path(rule))) {
        let place = rule.get("path").map_or(&rule.place, |path| &path.place);
        work.give_up(place, "which files this pattern finds cannot be told");
        return Vec::new();
    }
    let (excluded, wanted) = split(rules);
    let chosen = |finds: fn(&str, &str) -> bool| -> Vec<&str> {
        let fits = |rules: &[&str], path: &str| rules.iter().any(|rule| finds(rule, path));
        let paths = work.repository.paths();
        paths
            .filter(|path| fits(&wanted, path) && !fits(&excluded, path))
            .collect()
    };
    let paths: Vec<String> = chosen(is_match).into_iter().map(str::to_owned).collect();
    if paths != chosen(is_found_by_git) {
        let why = "which files it finds depends on a setting of Argo CD: write patterns that mean the same with `*` over several folders";
        work.give_up(&field.place, why);
        return Vec::new();
    }
    let prefix = body.text_at(&["pathParamPrefix"]);
    let mut all = Vec::new();
    for path in paths {
        match objects(work.repository, &path) {
            Some(objects) => all.extend(objects.iter().map(|object| {
                let mut parameters = Parameters::new();
                if let Some(object) = object {
                    flatten(work.is_go, object, "", &mut parameters);
                }
                parameters.extend(of_file(&path, prefix));
                parameters
            })),
            None => work.give_up(
                &field.place,
                &format!("`{path}` is no object and no list of them"),
            ),
        }
    }
    all
}

/// Whether a pattern has no signs but stars, which are all that is matched here.
fn is_plain(pattern: &str) -> bool {
    !pattern.is_empty()
        && !pattern.starts_with(['/', ':', '!', '.'])
        && !pattern.contains(['?', '[', '{', '\\'])
}

/// The objects of a file: one, or a list of them; an empty file is an object without anything.
fn objects(repository: &Repository<'_>, path: &str) -> Option<Vec<Option<Written>>> {
    let text = repository.text(path)?;
    let documents = Written::documents(path, &text).ok()?;
    let [document] = documents.as_slice() else {
        return documents.is_empty().then(|| vec![None]);
    };
    let is_object = |node: &Written| matches!(node.content, Content::Map(_));
    match &document.content {
        Content::Map(_) => Some(vec![Some(document.clone())]),
        Content::List(items) if items.iter().all(is_object) => {
            Some(items.iter().cloned().map(Some).collect())
        }
        Content::Text(text) if text.is_empty() => Some(vec![None]),
        _ => None,
    }
}

/// Every value with the path that leads to it. Templates of Go write the same path with a dot before it.
fn flatten(is_go: bool, node: &Written, path: &str, parameters: &mut Parameters) {
    let below = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    match &node.content {
        Content::Text(text) if is_printed_as_written(text) => {
            parameters.insert(path.to_owned(), text.clone());
        }
        Content::Text(_) => {}
        Content::List(items) => {
            for (at, item) in items.iter().enumerate() {
                flatten(is_go, item, &below(&at.to_string()), parameters);
            }
        }
        Content::Map(fields) => {
            for field in fields {
                // `.a.b` of Go is never the key `a.b`.
                if !is_go || !field.key.contains(['.', '-']) {
                    flatten(is_go, &field.value, &below(&field.key), parameters);
                }
            }
        }
    }
}

/// Whether a value stands in a template as it stands in its file, in quotes or not: numbers are printed as Go prints them,
/// and a few words mean yes or no.
fn is_printed_as_written(text: &str) -> bool {
    const WORDS: [&str; 10] = ["y", "n", "yes", "no", "on", "off", "null", "~", ".nan", ""];
    let lower = text.to_lowercase();
    let is_small = text.len() <= 6
        && text
            .parse::<u32>()
            .is_ok_and(|number| number.to_string() == text);
    let begins_like_one = lower.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let digits = lower.replace('_', "");
    let is_number = begins_like_one
        && (digits.parse::<f64>().is_ok()
            || ["0x", "0o", "0b"].iter().any(|base| lower.contains(base))
            || lower.ends_with(".inf"));
    // Dates and times, and numbers to the base 60.
    let is_time = begins_like_one
        && lower
            .chars()
            .all(|c| c.is_ascii_digit() || "+-:. tz".contains(c))
        && lower.contains(['-', ':']);
    let is_word =
        WORDS.contains(&lower.as_str()) || matches!(text, "True" | "TRUE" | "False" | "FALSE");
    is_small || !(is_number || is_time || is_word)
}

/// Every folder that has a file in it or below it.
fn folders(repository: &Repository<'_>) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    for path in repository.paths() {
        let mut rest = path;
        while let Some((folder, _)) = rest.rsplit_once('/') {
            if !folders.insert(folder.to_owned()) {
                break;
            }
            rest = folder;
        }
    }
    folders
}

/// The parameters of a folder. `path` is a text without templates of Go, and an object with them.
pub(super) fn of_folder(folder: &str, prefix: &str) -> Parameters {
    let base = folder.rsplit('/').next().unwrap_or(folder);
    let name = match prefix {
        "" => "path".to_owned(),
        prefix => format!("{prefix}.path"),
    };
    let mut parameters = Parameters::from([
        (name.clone(), folder.to_owned()),
        (format!("{name}.path"), folder.to_owned()),
        (format!("{name}.basename"), base.to_owned()),
        (format!("{name}.basenameNormalized"), normalized(base)),
    ]);
    for (at, segment) in folder.split('/').enumerate() {
        parameters.insert(format!("{name}[{at}]"), segment.to_owned());
        parameters.insert(format!("{name}.segments.{at}"), segment.to_owned());
    }
    parameters
}

/// Those of a file: of its folder, and its own name.
fn of_file(path: &str, prefix: &str) -> Parameters {
    let (folder, file) = path.rsplit_once('/').unwrap_or((".", path));
    let mut parameters = of_folder(folder, prefix);
    let name = match prefix {
        "" => "path".to_owned(),
        prefix => format!("{prefix}.path"),
    };
    parameters.insert(format!("{name}.filename"), file.to_owned());
    parameters.insert(format!("{name}.filenameNormalized"), normalized(file));
    parameters
}

/// A name as one of DNS: other signs become `-`.
fn normalized(name: &str) -> String {
    let name: String = name
        .to_lowercase()
        .chars()
        .map(|c| match c {
            'a'..='z' | '0'..='9' | '-' | '.' => c,
            _ => '-',
        })
        .take(253)
        .collect();
    name.trim_matches(['-', '.']).to_owned()
}

/// Whether Git's own way of matching finds a path: a star stands for anything, folders too
/// (<https://git-scm.com/docs/gitglossary#Documentation/gitglossary.txt-pathspec>).
fn is_found_by_git(pattern: &str, path: &str) -> bool {
    let is_below = || {
        let rest = path.strip_prefix(pattern.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    part_matches(pattern, path) || is_below()
}

/// Whether a path fits a pattern in which `*` stands for one part of a path and `**` for several.
fn is_match(pattern: &str, folder: &str) -> bool {
    let pattern: Vec<&str> = pattern
        .trim_start_matches("./")
        .trim_matches('/')
        .split('/')
        .collect();
    let folder: Vec<&str> = folder.split('/').collect();
    parts_match(&pattern, &folder)
}

fn parts_match(pattern: &[&str], folder: &[&str]) -> bool {
    match (pattern.split_first(), folder.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            parts_match(rest, folder)
                || folder
                    .split_first()
                    .is_some_and(|(_, below)| parts_match(pattern, below))
        }
        (Some((part, rest)), Some((own, below))) => {
            part_matches(part, own) && parts_match(rest, below)
        }
        _ => false,
    }
}

fn part_matches(pattern: &str, part: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == part,
        Some((head, tail)) => part.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len())
                .filter(|at| rest.is_char_boundary(*at))
                .any(|at| part_matches(tail, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_one_part_of_a_path() {
        assert!(is_match(
            "cluster/overlays/*/tr",
            "cluster/overlays/staging/tr"
        ));
        assert!(!is_match("cluster/*", "cluster/overlays/staging"));
        assert!(is_match("cluster/**", "cluster/overlays/staging"));
        assert!(part_matches("back*-api", "backend-api") && !part_matches("back*x", "backend"));
        assert!(is_found_by_git("cells/*.json", "cells/a/b.json"));
        assert!(!is_match("cells/*.json", "cells/a/b.json"));
    }

    #[test]
    fn only_what_is_printed_as_it_is_written_is_known() {
        for text in [
            "tr",
            "carebase-apps",
            "true",
            "42",
            "999999",
            "10.0.0.1",
            "v1.2",
            "1.2.3",
        ] {
            assert!(is_printed_as_written(text), "{text}");
        }
        for text in [
            "",
            "yes",
            "1000000",
            "1.50",
            "0x1f",
            "1e3",
            "007",
            "~",
            "2026-01-01",
            "1_000",
            "12:30",
            "True",
            ".inf",
        ] {
            assert!(!is_printed_as_written(text), "{text}");
        }
    }

    #[test]
    fn a_file_yields_its_values_and_its_path() {
        let text = "cell: {name: tr, ports: [80, 8080]}\nwide: 1000000\n";
        let documents = Written::documents("cells/Prod_tr/a.yaml", text).expect("YAML");
        let mut parameters = Parameters::new();
        flatten(true, &documents[0], "", &mut parameters);
        parameters.extend(of_file("cells/Prod_tr/a.yaml", "its"));
        let put = |text: &str| put_in(text, &parameters);
        assert_eq!(put("{{.cell.name}}:{{index .cell.ports 1}}").0, "tr:8080");
        assert_eq!(put("{{ .wide }}").1.as_deref(), Some(".wide"));
        let path =
            put("{{.its.path.path}} {{.its.path.filename}} {{.its.path.basenameNormalized}}");
        assert_eq!(path, ("cells/Prod_tr a.yaml prod-tr".to_owned(), None));
    }
}
