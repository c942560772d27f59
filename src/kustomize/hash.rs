//! The suffix that a generated object's name gets from its content
//! (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/hasher/hasher.go>).

use super::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail};
use super::json;
use super::node::{Node, Value};
use super::resource::Resource;
use sha2::{Digest as _, Sha256};

/// Gives every object that asks for it its suffix.
pub(super) fn add_suffixes(resources: &mut [Resource]) -> Outcome<()> {
    for resource in resources
        .iter_mut()
        .filter(|resource| resource.needs_hash())
    {
        let hash = hash(resource)?;
        resource.store_previous_id();
        let name = format!("{}-{hash}", resource.name());
        let from = resource
            .name_node()
            .map_or(resource.origin(), |node| node.origin);
        resource.set_meta("name", &name, from);
    }
    Ok(())
}

fn hash(resource: &Resource) -> Outcome<String> {
    let Some(root) = &resource.root else {
        return Ok(String::new());
    };
    let mut text = String::from("{");
    match resource.kind() {
        "ConfigMap" => {
            if let Some(binary) = root.get("binaryData").filter(|node| is_map(node)) {
                text.push_str("\"binaryData\":");
                write_map(&mut text, binary)?;
                text.push(',');
            }
            field(&mut text, root, "data")?;
            text.push_str(",\"kind\":\"ConfigMap\",\"name\":\"\"}");
        }
        "Secret" => {
            field(&mut text, root, "data")?;
            text.push_str(",\"kind\":\"Secret\",\"name\":\"\",");
            if let Some(data) = root.get("stringData").filter(|node| is_map(node)) {
                text.push_str("\"stringData\":");
                write_map(&mut text, data)?;
                text.push(',');
            }
            field(&mut text, root, "type")?;
            text.push('}');
        }
        other => {
            return Err(fail(
                UNSUPPORTED,
                format!("the name of a generated {other} would get a suffix"),
            )
            .at(resource.origin(), "generated here")
            .help("set `disableNameSuffixHash: true` for it"));
        }
    }
    Ok(encode(&Sha256::digest(text.as_bytes())))
}

fn is_map(node: &Node) -> bool {
    matches!(node.value, Value::Map(_))
}

fn field(text: &mut String, root: &Node, key: &str) -> Outcome<()> {
    json::write_text(text, key);
    text.push(':');
    match root.get(key) {
        Some(node) if is_map(node) => write_map(text, node)?,
        Some(node) if matches!(node.value, Value::Scalar(_)) => json::write_text(text, node.raw()),
        Some(node) => {
            return Err(fail(INVALID, format!("`{key}` is a list")).at(node.origin, "here"));
        }
        None => text.push_str("\"\""),
    }
    Ok(())
}

fn write_map(text: &mut String, node: &Node) -> Outcome<()> {
    json::write(text, node)
}

/// The first ten digits of the sum, with those that could spell words replaced.
fn encode(sum: &[u8]) -> String {
    let hex: String = sum
        .iter()
        .take(5)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    hex.chars()
        .map(|c| match c {
            '0' => 'g',
            '1' => 'h',
            '3' => 'k',
            'a' => 'm',
            'e' => 't',
            c => c,
        })
        .collect()
}
