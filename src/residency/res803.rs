//! RES803: personal data and secrets in the repository, and development with real data.

use super::found::Found;
use super::plain_secrets;
use super::rule::{Input, Rule, Weight};
use crate::facts::{identifiers, is_yaml, mail_addresses, owner};
use crate::source::Location;
use crate::spec::types::EnvironmentKind;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES803",
    title: "Personal data or secrets in the repository",
    severity: Weight::Critical,
    rationale: "What is once in Git is on a host outside of every jurisdiction here, in every clone, and for good. So there are no dumps, no tables of people, no identity \
        numbers (Turkish and Spanish ones are told by their check digits), no kubeconfigs, no private keys, and no Secrets in plain text; and cells on \
        laptops, which have synthetic data only, restore nothing from a real one.",
    fix: "Remove it, from the history too, and make a new value of every secret that was in it; make test data by a generator.",
    example_bad: "tests/fixtures/patients.csv",
    example_good: "tests/fixtures/make-patients.py   # names and numbers that nobody has",
    exceptable: false,
    check,
};

/// Files that hold data and cannot be looked into here.
const BINARY: [&str; 16] = [
    ".parquet", ".dump", ".pgdump", ".sql.gz", ".sql.zst", ".bak", ".sqlite", ".sqlite3", ".rdb",
    ".avro", ".orc", ".xlsx", ".xls", ".mdb", ".dmp", ".tfstate",
];
/// Files of rows.
const ROWS: [&str; 9] = [
    ".csv", ".tsv", ".ndjson", ".jsonl", ".json", ".sql", ".xml", ".txt", ".psv",
];
/// Words for people and what is known about them, in names of files, tables and columns.
const PERSONAL: [&str; 38] = [
    "patient",
    "patients",
    "hasta",
    "hastalar",
    "paciente",
    "pacientes",
    "person",
    "persons",
    "people",
    "citizen",
    "customers",
    "members",
    "surname",
    "lastname",
    "firstname",
    "fullname",
    "birthdate",
    "birthday",
    "dob",
    "ssn",
    "tckn",
    "kimlik",
    "dni",
    "nie",
    "nif",
    "mrn",
    "diagnosis",
    "diagnoses",
    "icd10",
    "email",
    "phone",
    "telefon",
    "telefono",
    "address",
    "nationalid",
    "passport",
    "insurance",
    "gender",
];
/// Different mail addresses from which on a file of rows is a list of people.
const MANY: usize = 3;

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    let mut count = 0;
    for path in facts.repository.paths() {
        count += 1;
        let text = is_readable(path).then(|| facts.repository.text(path));
        let text = text.flatten();
        if let Some((place, what)) = judge(input, path, text.as_deref()) {
            out.push(
                RULE.finding(format!("`{path}` {what}"))
                    .at(place, "in Git for good")
                    .help(RULE.fix),
            );
        }
        let plain = text.map(|text| plain_secrets::in_file(input, path, &text));
        for (place, what) in plain.into_iter().flatten() {
            out.push(
                RULE.finding(what)
                    .at(place, "in Git for good")
                    .help(RULE.fix),
            );
        }
    }
    out.looked(&RULE, "", count);
}

fn ends(path: &str, list: &[&str]) -> bool {
    let lower = path.to_lowercase();
    list.iter().any(|end| lower.ends_with(end))
}

/// Whether a file is one to look into.
fn is_readable(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !ends(name, &BINARY)
}

/// What is wrong with a file.
fn judge(input: &Input<'_>, path: &str, text: Option<&str>) -> Option<(Location, String)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if ends(name, &BINARY) {
        return Some((
            Location::file(path),
            "is a file of data or a state that nobody can look into".to_owned(),
        ));
    }
    if is_lock(name) {
        return None;
    }
    let text = text?;
    if let Some(found) = credentials(path, name, text) {
        return Some(found);
    }
    if let Some(found) = real_data(input, path, text) {
        return Some(found);
    }
    let is_rows = ends(name, &ROWS);
    let people = identifiers(text);
    let is_prose = ends(
        name,
        &[
            ".md", ".rst", ".lock", ".svg", ".html", ".css", ".js", ".ts",
        ],
    );
    if let Some(first) = people.first().filter(|_| !is_prose || people.len() > 1) {
        let place = Location::new(path, first.span.0..first.span.1);
        return Some((
            place,
            format!(
                "has identity numbers of people: {} of them, a {} first",
                people.len(),
                first.kind
            ),
        ));
    }
    if is_rows {
        rows(path, name, text)
    } else {
        None
    }
}

fn is_lock(name: &str) -> bool {
    matches!(
        name,
        "platform.lock" | "package-lock.json" | "composer.lock" | "pnpm-lock.yaml"
    ) || name.ends_with(".schema.json")
}

/// Kubeconfigs and private keys.
fn credentials(path: &str, name: &str, text: &str) -> Option<(Location, String)> {
    let mut at = 0;
    let may_have_one = text.contains("PRIVATE KEY-----") || text.contains("AGE-SECRET-KEY-1");
    for line in text.split_inclusive('\n').filter(|_| may_have_one) {
        let bare = line.trim();
        let is_key = bare.starts_with("-----BEGIN ") && bare.ends_with("PRIVATE KEY-----")
            || bare.starts_with("AGE-SECRET-KEY-1");
        // The head of a key alone is in a pattern or a text about keys.
        let goes_on = text[at + line.len()..]
            .lines()
            .next()
            .is_some_and(|next| next.trim().len() >= 40);
        if is_key && (goes_on || bare.starts_with("AGE")) {
            let place = Location::new(path, at..at + line.trim_end().len());
            return Some((place, "has a private key".to_owned()));
        }
        at += line.len();
    }
    let is_kubeconfig = (is_yaml(path)
        || !name.contains('.')
        || name.ends_with(".config")
        || name.ends_with(".conf"))
        && text.lines().any(|line| line.trim_end() == "kind: Config")
        && text.contains("clusters:")
        && [
            "client-key-data",
            "token:",
            "client-certificate-data",
            "password:",
            "exec:",
        ]
        .iter()
        .any(|credential| text.contains(credential));
    is_kubeconfig.then(|| {
        let at = text.find("kind: Config").unwrap_or_default();
        let place = Location::new(path, at..at + "kind: Config".len());
        (place, "is a kubeconfig with credentials".to_owned())
    })
}

/// Tables of people.
fn rows(path: &str, name: &str, text: &str) -> Option<(Location, String)> {
    let start = |at: usize, len: usize| Location::new(path, at..at + len);
    let is_table = ends(name, &[".csv", ".tsv", ".psv"]);
    if is_table {
        let head = text.lines().next().unwrap_or_default();
        if text.lines().count() > 1 && (is_personal(head) || is_personal(name)) {
            return Some((start(0, head.len()), "is a table of people".to_owned()));
        }
    }
    if name.to_lowercase().ends_with(".sql")
        && let Some(found) = inserted(text)
    {
        return Some((
            start(found.0, found.1.len()),
            "puts rows about people into a database".to_owned(),
        ));
    }
    if ends(name, &[".json", ".ndjson", ".jsonl", ".xml", ".txt"])
        && is_personal(name)
        && text.len() > 2
    {
        let line = text.lines().next().unwrap_or_default();
        return Some((
            start(0, line.len()),
            "is named after people and holds rows".to_owned(),
        ));
    }
    let (count, first) = mail_addresses(text);
    if let Some((begin, end)) = first.filter(|_| count >= MANY) {
        return Some((
            Location::new(path, begin..end),
            format!("has {count} mail addresses"),
        ));
    }
    None
}

/// The first statement that inserts rows about people, or rows of a dump.
fn inserted(text: &str) -> Option<(usize, &str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let upper = line.trim_start().to_uppercase();
        let is_dump = upper.starts_with("-- POSTGRESQL DATABASE DUMP")
            || upper.starts_with("COPY ") && upper.contains(" FROM STDIN");
        let is_insert = upper.starts_with("INSERT INTO") && is_personal(line);
        if is_dump || is_insert {
            return Some((at, line.trim_end()));
        }
        at += line.len();
    }
    None
}

/// Whether a text has a word about people in it.
fn is_personal(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower
        .split(|c: char| !(c.is_alphanumeric()))
        .filter(|word| !word.is_empty());
    let joined = lower.replace(['_', '-', ' '], "");
    words.any(|word| PERSONAL.contains(&word))
        || [
            "firstname",
            "lastname",
            "fullname",
            "birthdate",
            "dateofbirth",
            "nationalid",
            "phonenumber",
        ]
        .iter()
        .any(|word| joined.contains(word))
}

/// A cell on a laptop that gets at a real one.
fn real_data(input: &Input<'_>, path: &str, text: &str) -> Option<(Location, String)> {
    let platform = input.platform;
    let local = platform
        .cells
        .iter()
        .filter(|cell| cell.kind == EnvironmentKind::Local);
    let is_local = local.clone().any(|cell| {
        path.starts_with(&format!("bootstrap/{}/", cell.environment))
            || owner(platform, path).is_some_and(|owner| owner.name == cell.name)
    });
    if !is_local {
        return None;
    }
    let real = platform
        .cells
        .iter()
        .filter(|cell| cell.kind == EnvironmentKind::Cluster);
    let names: Vec<String> = real
        .flat_map(|cell| {
            [
                cell.domain.clone(),
                cell.cluster.clone(),
                format!("{}-{}-{}", platform.name, cell.environment, cell.region),
            ]
        })
        .collect();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let found = names
            .iter()
            .find_map(|name| Some((line.find(name.as_str())?, name)));
        if let Some((column, name)) = found.filter(|_| !line.trim_start().starts_with('#')) {
            let place = Location::new(path, at + column..at + column + name.len());
            return Some((
                place,
                format!("gets at `{name}` from a laptop, where there is synthetic data only"),
            ));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_about_people_are_known() {
        assert!(is_personal("id,first_name,city") && is_personal("Patients.csv"));
        assert!(!is_personal("port,protocol,name") && !is_personal("nieve.csv"));
    }

    #[test]
    fn reference_rows_are_no_people() {
        assert!(inserted("INSERT INTO roles (name) VALUES ('admin');\n").is_none());
        assert!(
            inserted("SELECT 1;\nINSERT INTO patients VALUES (1);\n")
                .is_some_and(|(at, _)| at == 10)
        );
        assert!(inserted("COPY public.visits (id) FROM stdin;\n").is_some());
    }
}
