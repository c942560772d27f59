//! Reading a repository at a commit without a clone: branches and whole text files, through GraphQL.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Failure, Refusal};
use super::seal::blob_id;
use super::wire::{Deadline, Replay, Wire};
use super::{Connection, Error};

/// How many files are asked for at once; GitHub limits the cost of one query.
const BATCH: usize = 100;

const BRANCH: &str = "query Branch($owner: String!, $name: String!, $branch: String!) {
  repository(owner: $owner, name: $name) { ref(qualifiedName: $branch) { target { oid } } }
}";

/// A Git object as GraphQL shows it; all but the type are there for blobs only.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    #[serde(rename = "__typename")]
    kind: String,
    oid: Option<String>,
    is_binary: Option<bool>,
    is_truncated: Option<bool>,
    text: Option<String>,
}

/// The commit of a branch, `None` when there is no such branch.
pub(super) fn branch(
    wire: &Wire,
    connection: &Connection,
    branch: &str,
    deadline: Deadline,
) -> Result<Option<String>, Failure> {
    let variables = json!({
        "owner": connection.owner,
        "name": connection.name,
        "branch": format!("refs/heads/{branch}"),
    });
    let data = wire.graphql(BRANCH, variables, Replay::Safe, deadline)?;
    target_of(&data["repository"], branch)
}

/// The `ref` of a repository's answer. An answer without the repository would otherwise look like a missing branch.
pub(super) fn target_of(repository: &Value, branch: &str) -> Result<Option<String>, Failure> {
    if !repository.is_object() {
        return Err(no_repository());
    }
    match &repository["ref"] {
        Value::Null => Ok(None),
        found => match found["target"]["oid"].as_str() {
            Some(oid) if is_oid(oid) => Ok(Some(oid.to_owned())),
            _ => Err(Failure::Fatal(Error::Unexpected(format!(
                "GitHub names no commit for branch `{branch}`"
            )))),
        },
    }
}

/// What is missing when the repository itself is not in an answer.
pub(super) fn no_repository() -> Failure {
    Failure::Refused(Refusal {
        status: 200,
        kind: Some("NOT_FOUND".to_owned()),
        message: "the repository does not exist, or the token may not see it".to_owned(),
    })
}

/// Whether it is a full object id; what is not could be anything, such as an option or a branch.
pub(super) fn is_oid(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whole texts by path.
pub(super) fn texts(
    wire: &Wire,
    connection: &Connection,
    oid: &str,
    paths: &[String],
    deadline: Deadline,
) -> Result<BTreeMap<String, Option<String>>, Error> {
    let fields = "__typename ... on Blob { oid isBinary isTruncated text }";
    let found = objects(wire, connection, oid, paths, fields, deadline)
        .map_err(|failure| failure.into_error("read files"))?;
    found
        .into_iter()
        .map(|(path, object)| {
            let text = object.map(|object| whole_text(&path, object)).transpose()?;
            Ok((path, text))
        })
        .collect()
}

/// Blob ids by path; `None` where there is no file.
pub(super) fn blobs(
    wire: &Wire,
    connection: &Connection,
    oid: &str,
    paths: &[String],
    deadline: Deadline,
) -> Result<BTreeMap<String, Option<String>>, Failure> {
    let fields = "__typename ... on Blob { oid }";
    let found = objects(wire, connection, oid, paths, fields, deadline)?;
    let blob = |object: Option<Object>| object.and_then(|object| object.oid);
    Ok(found
        .into_iter()
        .map(|(path, object)| (path, blob(object)))
        .collect())
}

fn objects(
    wire: &Wire,
    connection: &Connection,
    oid: &str,
    paths: &[String],
    fields: &str,
    deadline: Deadline,
) -> Result<BTreeMap<String, Option<Object>>, Failure> {
    if !is_oid(oid) {
        let text = format!("`{oid}` is not the full id of a commit");
        return Err(Failure::Fatal(Error::NotFound(text)));
    }
    let mut found = BTreeMap::new();
    for batch in paths.chunks(BATCH) {
        let (document, variables) = question(connection, oid, batch, fields);
        let mut data = wire.graphql(&document, variables, Replay::Safe, deadline)?;
        // A wrong commit would make every file look absent.
        if data["repository"]["commit"]["oid"].as_str() != Some(oid) {
            let text = format!("there is no commit `{oid}` in {}", connection.repository());
            return Err(Failure::Fatal(Error::NotFound(text)));
        }
        for (index, path) in batch.iter().enumerate() {
            let object = data["repository"][format!("f{index}")].take();
            let object: Option<Object> = serde_json::from_value(object).map_err(|_| {
                let text = format!("GitHub's answer about `{path}` makes no sense");
                Failure::Fatal(Error::Unexpected(text))
            })?;
            found.insert(path.clone(), object);
        }
    }
    Ok(found)
}

/// One query with an alias per path. Paths travel as variables, never as part of the document.
fn question(connection: &Connection, oid: &str, paths: &[String], fields: &str) -> (String, Value) {
    let mut variables = Map::new();
    variables.insert("owner".to_owned(), json!(connection.owner));
    variables.insert("name".to_owned(), json!(connection.name));
    variables.insert("commit".to_owned(), json!(oid));
    let mut head = "$owner: String!, $name: String!, $commit: GitObjectID!".to_owned();
    let mut body = "commit: object(oid: $commit) { oid }".to_owned();
    for (index, path) in paths.iter().enumerate() {
        // Writing to a String does not fail.
        let _ = write!(head, ", $p{index}: String!");
        let _ = write!(
            body,
            "\n    f{index}: object(expression: $p{index}) {{ {fields} }}"
        );
        variables.insert(format!("p{index}"), json!(format!("{oid}:{path}")));
    }
    let document = format!(
        "query Files({head}) {{\n  repository(owner: $owner, name: $name) {{\n    {body}\n  }}\n}}"
    );
    (document, Value::Object(variables))
}

fn whole_text(path: &str, object: Object) -> Result<String, Error> {
    let refuse = |why: &str| Err(Error::Content(format!("`{path}` {why}")));
    if object.kind != "Blob" {
        return refuse("is not a file");
    }
    if object.is_truncated != Some(false) {
        return refuse("is too large for GitHub to give it whole");
    }
    match (object.is_binary, object.text, object.oid) {
        (Some(true), _, _) | (_, None, _) => refuse("is not a UTF-8 text"),
        // A text that was decoded with losses has another id than the file.
        (_, Some(text), Some(oid)) if blob_id(&text)? == oid => Ok(text),
        _ => refuse("did not arrive as it is in the repository"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(text: Option<&str>, oid: &str) -> Object {
        Object {
            kind: "Blob".to_owned(),
            oid: Some(oid.to_owned()),
            is_binary: Some(text.is_none()),
            is_truncated: Some(false),
            text: text.map(str::to_owned),
        }
    }

    #[test]
    fn only_a_whole_text_is_taken() {
        let oid = blob_id("a\n").unwrap();
        assert_eq!(whole_text("p", blob(Some("a\n"), &oid)).unwrap(), "a\n");
        let cut = Object {
            is_truncated: Some(true),
            ..blob(Some("a\n"), &oid)
        };
        let tree = Object {
            kind: "Tree".to_owned(),
            ..blob(Some("a\n"), &oid)
        };
        for bad in [cut, tree, blob(None, &oid), blob(Some("\u{fffd}\n"), &oid)] {
            assert!(
                matches!(whole_text("p", bad), Err(Error::Content(text)) if text.starts_with("`p` "))
            );
        }
    }
}
