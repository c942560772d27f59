//! The GraphQL half: each operation that the code sends, by its name. The judge executes the recorded documents
//! against GitHub's schema, so an answer of the wrong shape does not go unnoticed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use git2::Oid;
use serde_json::{Map, Value, json};

use super::world::{Move, World};
use super::{Call, Reply, objects};

pub(super) fn answer(world: &mut World, call: &Call) -> Reply {
    let variables = &call.body["variables"];
    let known = variables["owner"] == "acme" && variables["name"] == "platform";
    let operation = call.label();
    let operation = operation.strip_prefix("graphql ").unwrap_or_default();
    match operation {
        "Commit" => commit(world, &variables["input"]),
        "Swap" => swap(world, &variables["input"]),
        _ if !known => {
            let name = format!("{}/{}", text(&variables["owner"]), text(&variables["name"]));
            let message = format!("Could not resolve to a Repository with the name '{name}'.");
            error("repository", "NOT_FOUND", &message)
        }
        "Branch" => data(
            "repository",
            json!({ "ref": reference(world, &variables["branch"]) }),
        ),
        "Look" => look(world, variables),
        "Ending" => ending(world, variables),
        "Files" => files(world, call),
        other => error(
            "?",
            "UNKNOWN_OPERATION",
            &format!("the fake does not know `{other}`"),
        ),
    }
}

/// A planned failure.
pub(super) fn failed(call: &Call, kind: &str, message: &str) -> Reply {
    let field = match call.label().as_str() {
        "graphql Commit" => "createCommitOnBranch",
        "graphql Swap" => "updateRefs",
        _ => "repository",
    };
    error(field, kind, message)
}

fn data(field: &str, value: Value) -> Reply {
    Reply::new(200, json!({ "data": { field: value } }))
}

fn error(field: &str, kind: &str, message: &str) -> Reply {
    let errors = json!([{ "type": kind, "path": [field], "message": message }]);
    Reply::new(200, json!({ "data": { field: null }, "errors": errors }))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn reference(world: &World, name: &Value) -> Value {
    let branch = text(name).strip_prefix("refs/heads/").unwrap();
    match world.head(branch) {
        Some(oid) => json!({ "target": { "oid": oid.to_string() } }),
        None => Value::Null,
    }
}

fn look(world: &mut World, variables: &Value) -> Reply {
    let mut repository = json!({ "id": "R_4711", "ref": reference(world, &variables["branch"]) });
    if variables["open"] == true {
        let pull = world.pull(variables["number"].as_u64().unwrap());
        repository["pullRequest"] = json!({ "isInMergeQueue": pull.queued });
    }
    data("repository", repository)
}

fn ending(world: &mut World, variables: &Value) -> Reply {
    let pull = world.pull(variables["number"].as_u64().unwrap());
    let nodes: Vec<Value> = pull
        .events
        .iter()
        .map(|(kind, at)| json!({ "__typename": kind, "createdAt": objects::time(*at) }))
        .collect();
    let items = json!({ "nodes": nodes });
    data(
        "repository",
        json!({ "pullRequest": { "timelineItems": items } }),
    )
}

fn files(world: &World, call: &Call) -> Reply {
    let variables = &call.body["variables"];
    let whole = text(&call.body["query"]).contains("isBinary");
    let commit = Oid::from_str(text(&variables["commit"])).ok();
    let commit = commit.and_then(|oid| world.git.find_commit(oid).ok());
    let mut repository = Map::new();
    let shown = commit
        .as_ref()
        .map(|commit| json!({ "oid": commit.id().to_string() }));
    repository.insert("commit".to_owned(), shown.unwrap_or(Value::Null));
    for index in 0.. {
        let Some(expression) = variables[format!("p{index}")].as_str() else {
            break;
        };
        let object = expression.split_once(':').and_then(|(_, path)| {
            let tree = commit.as_ref()?.tree().ok()?;
            let entry = tree.get_path(std::path::Path::new(path)).ok()?;
            entry.to_object(&world.git).ok()
        });
        let value = object.map_or(Value::Null, |object| show(&object, whole));
        repository.insert(format!("f{index}"), value);
    }
    data("repository", Value::Object(repository))
}

fn show(object: &git2::Object<'_>, whole: bool) -> Value {
    let Some(blob) = object.as_blob() else {
        return json!({ "__typename": "Tree" });
    };
    let mut shown = json!({ "__typename": "Blob", "oid": blob.id().to_string() });
    if whole {
        let content = String::from_utf8(blob.content().to_owned())
            .ok()
            .filter(|_| !blob.is_binary());
        // The real limit is half a mebibyte.
        let truncated = blob.size() > 512 * 1024;
        shown["isBinary"] = json!(content.is_none());
        shown["isTruncated"] = json!(truncated);
        shown["text"] = json!(content.map(|text| if truncated {
            text[..1024].to_owned()
        } else {
            text
        }));
    }
    shown
}

fn commit(world: &mut World, input: &Value) -> Reply {
    let fail = |kind: &str, message: &str| error("createCommitOnBranch", kind, message);
    let branch = text(&input["branch"]["branchName"]).to_owned();
    if input["branch"]["repositoryNameWithOwner"] != "acme/platform" {
        return fail("NOT_FOUND", "Could not resolve to a Repository");
    }
    let Some(head) = world.head(&branch) else {
        return fail("NOT_FOUND", &format!("No ref found for {branch}"));
    };
    let expected = text(&input["expectedHeadOid"]);
    if head.to_string() != expected {
        let message = format!(
            "Expected branch to point to \"{expected}\" but it did not. Pull and try again."
        );
        return fail("STALE_DATA", &message);
    }
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for addition in input["fileChanges"]["additions"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let path = text(&addition["path"]);
        let content = STANDARD.decode(text(&addition["contents"]));
        let (false, Ok(content)) = (path.starts_with('/'), content) else {
            return fail(
                "UNPROCESSABLE",
                &format!("The addition of {path} is not valid"),
            );
        };
        files.push((path.to_owned(), content));
    }
    let message = format!(
        "{}\n\n{}",
        text(&input["message"]["headline"]),
        text(&input["message"]["body"])
    );
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_slice()))
        .collect();
    let oid = world.commit(&[head], &files, &message, ("GitHub", "noreply@github.com"));
    world.set(&branch, Some(oid));
    data(
        "createCommitOnBranch",
        json!({ "commit": { "oid": oid.to_string() } }),
    )
}

fn swap(world: &mut World, input: &Value) -> Reply {
    if input["repositoryId"] != "R_4711" {
        return error(
            "updateRefs",
            "NOT_FOUND",
            "Could not resolve to a node with that id",
        );
    }
    let updates = input["refUpdates"].as_array().cloned().unwrap_or_default();
    let moves: Vec<Move> = updates
        .iter()
        .map(|update| Move {
            name: text(&update["name"]).to_owned(),
            before: update["beforeOid"].as_str().map(str::to_owned),
            after: text(&update["afterOid"]).to_owned(),
            force: update["force"] == true,
        })
        .collect();
    match world.swap(&moves) {
        Ok(()) => data("updateRefs", json!({ "clientMutationId": null })),
        Err(message) => error("updateRefs", "UNPROCESSABLE", &message),
    }
}
