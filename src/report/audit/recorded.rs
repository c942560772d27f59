//! A report that was written earlier, and what is different about one made now.

use super::canonical::digest;
use super::{FORMAT, VERSION};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A report as it was read.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The digest that it says it has.
    pub digest: String,
    /// What it says.
    pub body: Value,
}

impl Recorded {
    /// Reads the JSON of a report.
    ///
    /// # Errors
    /// Why it is none, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut value: Value =
            serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        if value["format"] != FORMAT {
            return Err(format!("it does not say `\"format\": \"{FORMAT}\"`"));
        }
        if value["version"] != VERSION {
            return Err(format!(
                "it has version {}, and this program knows {VERSION}",
                value["version"]
            ));
        }
        let digest = value["digest"]
            .as_str()
            .ok_or("it has no digest")?
            .to_owned();
        let body = value["body"].take();
        if !body.is_object() {
            return Err("it has no body".to_owned());
        }
        Ok(Self { digest, body })
    }

    /// Whether its body is what its digest was made of.
    pub fn is_intact(&self) -> bool {
        self.digest == format!("sha256:{}", digest(&self.body))
    }

    /// The day as of which it was judged.
    pub fn as_of(&self) -> Option<&str> {
        self.body["header"]["as_of"].as_str()
    }

    /// The one cell that was judged.
    pub fn cell(&self) -> Option<&str> {
        self.body["header"]["cell"].as_str()
    }

    /// The recorded hash of an input.
    pub fn input(&self, path: &str) -> Option<&str> {
        inputs(&self.body).get(path).copied()
    }

    /// What another body says differently, one line each: first by what it was judged, then the files, then the result.
    pub fn differences(&self, now: &Value) -> Vec<String> {
        let then = &self.body;
        let mut lines = fields("header", then, now);
        lines.extend(files(then, now));
        if then["history"] != now["history"] {
            lines.push(match (&then["history"], &now["history"]) {
                (_, Value::Null) => {
                    "Git's history cannot be read here, and then it could".to_owned()
                }
                (Value::Null, _) => {
                    "Git's history can be read here, and then it could not".to_owned()
                }
                _ => "Git's history of the pins is another one".to_owned(),
            });
        }
        if then["policy"]["hash"] != now["policy"]["hash"] {
            lines.push("the residency policy is another one".to_owned());
        }
        lines.extend(results(then, now));
        lines.extend(findings(then, now));
        if then["verdict"]["text"] != now["verdict"]["text"] {
            lines.push(format!(
                "it {}, and then it {}",
                shown(&now["verdict"]["text"]),
                shown(&then["verdict"]["text"])
            ));
        }
        if lines.is_empty() {
            lines.extend(blocks(then, now));
        }
        lines
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}

fn fields(block: &str, then: &Value, now: &Value) -> Vec<String> {
    let (then, now) = (&then[block], &now[block]);
    let keys: BTreeSet<&String> = [then, now]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|map| map.keys())
        .collect();
    keys.into_iter()
        .filter(|key| then[*key] != now[*key])
        .map(|key| {
            format!(
                "`{}` is {}, and then it was {}",
                key.replace('_', " "),
                shown(&now[key]),
                shown(&then[key])
            )
        })
        .collect()
}

fn inputs(body: &Value) -> BTreeMap<&str, &str> {
    let inputs = body["inputs"].as_array().into_iter().flatten();
    inputs
        .filter_map(|input| Some((input["path"].as_str()?, input["sha256"].as_str()?)))
        .collect()
}

fn files(then: &Value, now: &Value) -> Vec<String> {
    let (then, now) = (inputs(then), inputs(now));
    let paths: BTreeSet<&str> = then.keys().chain(now.keys()).copied().collect();
    paths
        .into_iter()
        .filter_map(|path| match (then.get(path), now.get(path)) {
            (Some(then), Some(now)) if then == now => None,
            (Some(_), Some(_)) => Some(format!("`{path}` is not the file that was judged")),
            (Some(_), None) => Some(format!("`{path}` is not there any more")),
            _ => Some(format!("`{path}` was not there")),
        })
        .collect()
}

fn results(then: &Value, now: &Value) -> Vec<String> {
    let by_name = |body: &Value| -> BTreeMap<(String, String), String> {
        let results = body["results"].as_array().into_iter().flatten();
        results
            .map(|result| {
                (
                    (
                        shown(&result["rule"]),
                        result["cell"].as_str().unwrap_or("the platform").to_owned(),
                    ),
                    shown(&result["result"]),
                )
            })
            .collect()
    };
    let (then, now) = (by_name(then), by_name(now));
    let names: BTreeSet<&(String, String)> = then.keys().chain(now.keys()).collect();
    let missing = "not there".to_owned();
    names
        .into_iter()
        .filter_map(|name| {
            let (then, now) = (
                then.get(name).unwrap_or(&missing),
                now.get(name).unwrap_or(&missing),
            );
            (then != now).then(|| format!("{} in {}: {now}, and then {then}", name.0, name.1))
        })
        .collect()
}

fn findings(then: &Value, now: &Value) -> Vec<String> {
    let of = |body: &Value| -> BTreeMap<String, String> {
        let findings = body["findings"].as_array().into_iter().flatten();
        findings
            .map(|finding| {
                (
                    shown(&finding["id"]),
                    format!(
                        "{}: {}",
                        shown(&finding["rule"]),
                        shown(&finding["message"])
                    ),
                )
            })
            .collect()
    };
    let (then, now) = (of(then), of(now));
    let new = now
        .iter()
        .filter(|(id, _)| !then.contains_key(*id))
        .map(|(_, text)| format!("a new finding: {text}"));
    let gone = then
        .iter()
        .filter(|(id, _)| !now.contains_key(*id))
        .map(|(_, text)| format!("a finding that is gone: {text}"));
    new.chain(gone).collect()
}

/// The blocks that differ, when nothing else says why.
fn blocks(then: &Value, now: &Value) -> Vec<String> {
    let keys: BTreeSet<&String> = [then, now]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|map| map.keys())
        .collect();
    keys.into_iter()
        .filter(|key| then[*key] != now[*key])
        .map(|key| format!("`{key}` of the report differs"))
        .collect()
}
