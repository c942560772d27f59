//! The REST half: the few endpoints that are used, with GitHub's own refusals.

use std::collections::BTreeMap;

use git2::Oid;
use serde_json::{Value, json};

use super::world::{Pull, World};
use super::{Call, Reply, objects};

pub(super) fn answer(world: &mut World, call: &Call) -> Reply {
    let (path, query) = call.path.split_once('?').unwrap_or((&call.path, ""));
    let query = parameters(query);
    let parts: Vec<String> = path.split('/').skip(1).map(decode).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let ["repos", "acme", "platform", rest @ ..] = parts.as_slice() else {
        return Reply::error(404, "Not Found");
    };
    match (call.method.as_str(), rest) {
        ("GET", ["pulls"]) => list(world, &query),
        ("POST", ["pulls"]) => open(world, &call.body),
        ("PATCH", ["pulls", number]) => match numbered(world, number) {
            Some(number) => edit(world, number, &call.body),
            None => Reply::error(404, "Not Found"),
        },
        ("GET", ["pulls", number, "commits"]) => match numbered(world, number) {
            Some(number) => commits(world, number),
            None => Reply::error(404, "Not Found"),
        },
        ("POST", ["issues", number, "labels"]) => match numbered(world, number) {
            Some(number) => label(world, number, &call.body),
            None => Reply::error(404, "Not Found"),
        },
        ("POST", ["issues", number, "comments"]) => match numbered(world, number) {
            Some(number) => comment(world, number, &call.body),
            None => Reply::error(404, "Not Found"),
        },
        ("GET", ["compare", ends]) => compare(world, ends),
        ("GET", ["commits", sha]) => commit(world, sha, &query),
        ("POST", ["git", "refs"]) => make_reference(world, &call.body),
        ("DELETE", ["git", "refs", name @ ..]) => delete_reference(world, &name.join("/")),
        _ => Reply::error(404, "Not Found"),
    }
}

fn parameters(query: &str) -> BTreeMap<String, String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn numbered(world: &World, text: &str) -> Option<u64> {
    let number = text.parse().ok()?;
    world
        .pulls
        .iter()
        .any(|pull| pull.number == number)
        .then_some(number)
}

fn invalid(error: Value) -> Reply {
    let body = json!({
        "message": "Validation Failed", "errors": [error], "status": "422",
        "documentation_url": "https://docs.github.com/rest/pulls/pulls#create-a-pull-request",
    });
    Reply::new(422, body)
}

fn custom(message: &str) -> Reply {
    invalid(json!({ "resource": "PullRequest", "code": "custom", "message": message }))
}

fn list(world: &World, query: &BTreeMap<String, String>) -> Reply {
    let get = |key: &str| query.get(key).map(String::as_str);
    let mut found: Vec<&Pull> = world
        .pulls
        .iter()
        .filter(|pull| match get("state").unwrap_or("open") {
            "open" => pull.open,
            "closed" => !pull.open,
            _ => true,
        })
        // Without an owner the filter is not applied.
        .filter(
            |pull| match get("head").and_then(|head| head.split_once(':')) {
                Some((owner, branch)) => {
                    pull.branch == branch && pull.from.split('/').next() == Some(owner)
                }
                None => true,
            },
        )
        .filter(|pull| get("base").is_none_or(|base| base == pull.base))
        .collect();
    found.reverse();
    let size: usize = get("per_page").map_or(30, |size| size.parse().unwrap());
    let all: Vec<Value> = found
        .into_iter()
        .take(size)
        .map(|pull| objects::pull(world, pull, false))
        .collect();
    Reply::new(200, Value::Array(all))
}

fn open(world: &mut World, body: &Value) -> Reply {
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let (branch, base) = (text("head"), text("base"));
    if text("title").is_empty() {
        return invalid(
            json!({ "resource": "PullRequest", "code": "missing_field", "field": "title" }),
        );
    }
    if text("body").len() > 65_536 {
        return custom("body is too long (maximum is 65536 characters)");
    }
    let (Some(head), Some(base_oid)) = (world.head(&branch), world.head(&base)) else {
        return invalid(json!({ "resource": "PullRequest", "field": "head", "code": "invalid" }));
    };
    let same = |pull: &&Pull| {
        pull.open && pull.branch == branch && pull.base == base && pull.from == "acme/platform"
    };
    if world.pulls.iter().find(same).is_some() {
        return custom(&format!("A pull request already exists for acme:{branch}."));
    }
    if world.between(base_oid, head).is_empty() {
        return custom(&format!("No commits between {base} and {branch}"));
    }
    let pull = Pull {
        number: world.pulls.len() as u64 + 1,
        title: text("title"),
        body: text("body"),
        branch,
        base,
        open: true,
        merged: false,
        queued: false,
        head,
        base_oid,
        labels: Default::default(),
        comments: Vec::new(),
        login: world.login.clone(),
        from: "acme/platform".to_owned(),
        created_at: world.tick(),
        ended_at: None,
        events: Vec::new(),
    };
    let shown = objects::pull(world, &pull, true);
    world.pulls.push(pull);
    Reply::new(201, shown)
}

fn edit(world: &mut World, number: u64, body: &Value) -> Reply {
    let pull = world.pull(number);
    if let Some(title) = body["title"].as_str() {
        title.clone_into(&mut pull.title);
    }
    if let Some(text) = body["body"].as_str() {
        text.clone_into(&mut pull.body);
    }
    let pull = pull.clone();
    Reply::new(200, objects::pull(world, &pull, true))
}

fn commits(world: &mut World, number: u64) -> Reply {
    let pull = world.pull(number).clone();
    let mut found = world.between(pull.base_oid, pull.head);
    found.reverse();
    let all: Vec<Value> = found
        .into_iter()
        .map(|oid| objects::commit(world, oid))
        .collect();
    Reply::new(200, Value::Array(all))
}

fn label(world: &mut World, number: u64, body: &Value) -> Reply {
    let names = body["labels"].as_array().cloned().unwrap_or_default();
    let pull = world.pull(number);
    pull.labels.extend(
        names
            .iter()
            .filter_map(|name| name.as_str().map(str::to_owned)),
    );
    let labels = pull.labels.clone();
    let all: Vec<Value> = labels
        .iter()
        .map(|name| objects::label(world, name))
        .collect();
    Reply::new(200, Value::Array(all))
}

fn comment(world: &mut World, number: u64, body: &Value) -> Reply {
    let text = body["body"].as_str().unwrap_or_default().to_owned();
    world.tick();
    world.pull(number).comments.push(text.clone());
    Reply::new(201, objects::comment(world, number, &text))
}

fn find(world: &World, sha: &str) -> Option<Oid> {
    let oid = Oid::from_str(sha).ok()?;
    world.git.find_commit(oid).ok().map(|commit| commit.id())
}

fn compare(world: &World, ends: &str) -> Reply {
    let known = ends
        .split_once("...")
        .and_then(|(base, head)| Some((find(world, base)?, find(world, head)?)));
    let Some((base, head)) = known else {
        return Reply::error(404, "Not Found");
    };
    let Ok(start) = world.git.merge_base(base, head) else {
        return Reply::error(
            404,
            &format!("No common ancestor between {base} and {head}."),
        );
    };
    let mut ahead = world.between(base, head);
    let behind = world.between(head, base).len();
    ahead.reverse();
    let status = match (ahead.len(), behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let url = format!(
        "{}/api/v3/repos/acme/platform/compare/{base}...{head}",
        world.address
    );
    let html = format!("{}/acme/platform/compare/{base}...{head}", world.address);
    let files: Vec<Value> = objects::files(world, start, head)
        .into_iter()
        .take(300)
        .collect();
    let body = json!({
        "url": url, "html_url": html, "permalink_url": html, "diff_url": format!("{html}.diff"),
        "patch_url": format!("{html}.patch"), "base_commit": objects::commit(world, base),
        "merge_base_commit": objects::commit(world, start), "status": status, "ahead_by": ahead.len(),
        "behind_by": behind, "total_commits": ahead.len(),
        "commits": ahead.iter().take(100).map(|oid| objects::commit(world, *oid)).collect::<Vec<_>>(),
        "files": files,
    });
    Reply::new(200, body)
}

fn commit(world: &World, sha: &str, query: &BTreeMap<String, String>) -> Reply {
    let Some(oid) = find(world, sha) else {
        return Reply::error(422, &format!("No commit found for SHA: {sha}"));
    };
    let number =
        |key: &str, default: usize| query.get(key).map_or(default, |text| text.parse().unwrap());
    let (size, page) = (number("per_page", 30), number("page", 1));
    let mut body = objects::commit(world, oid);
    let parent = world.git.find_commit(oid).unwrap().parent_id(0).unwrap();
    let files = objects::files(world, parent, oid);
    let total = files.len();
    body["files"] = files
        .into_iter()
        .skip((page - 1) * size)
        .take(size)
        .collect();
    body["stats"] = json!({ "additions": total, "deletions": total, "total": 2 * total });
    Reply::new(200, body)
}

fn make_reference(world: &mut World, body: &Value) -> Reply {
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let (name, sha) = (text("ref"), text("sha"));
    let Some(oid) = find(world, &sha) else {
        return Reply::error(422, "Object does not exist");
    };
    let Some(branch) = name.strip_prefix("refs/heads/") else {
        return Reply::error(422, "Reference name must start with refs/heads/");
    };
    if world.head(branch).is_some() {
        return Reply::error(422, "Reference already exists");
    }
    world.set(branch, Some(oid));
    Reply::new(201, objects::reference(world, &name, oid))
}

fn delete_reference(world: &mut World, name: &str) -> Reply {
    match name.strip_prefix("heads/") {
        Some(branch) if world.head(branch).is_some() => {
            world.set(branch, None);
            Reply::new(204, Value::Null)
        }
        _ => Reply::error(422, "Reference does not exist"),
    }
}
