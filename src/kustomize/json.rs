//! Trees as the JSON that Go writes: keys sorted by bytes, `<`, `>` and `&` escaped.

use super::fail::{Detail as _, INVALID, Outcome, fail};
use super::node::{Node, Value};
use super::number;
use super::scalar::Typed;
use std::fmt::Write as _;

/// Writes a tree whose numbers were read as floating-point ones.
pub(super) fn write(out: &mut String, node: &Node) -> Outcome<()> {
    match &node.value {
        Value::Map(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|a, b| a.key.cmp(&b.key));
            out.push('{');
            for (at, entry) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(out, &entry.key);
                out.push(':');
                write(out, &entry.value)?;
            }
            out.push('}');
        }
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(out, item)?;
            }
            out.push(']');
        }
        Value::Scalar(scalar) => match scalar.typed() {
            Ok(Typed::Null) => out.push_str("null"),
            Ok(Typed::Bool(flag)) => out.push_str(if flag { "true" } else { "false" }),
            Ok(Typed::Int(whole)) => out.push_str(&number::format_json(whole as f64)),
            Ok(Typed::Uint(whole)) => out.push_str(&number::format_json(whole as f64)),
            Ok(Typed::Float(number)) => out.push_str(&number::format_json(number)),
            Ok(Typed::Text(text)) => write_text(out, &text),
            Err(why) => return Err(fail(INVALID, why).at(node.origin, "here")),
        },
    }
    Ok(())
}

/// Writes a text (<https://pkg.go.dev/encoding/json#Marshal>).
pub(super) fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
