//! Objects as the bytes that `kustomize build` prints.
//!
//! kustomize writes each object as JSON and that as YAML with go-yaml 2: keys in natural order, no comments, texts folded
//! at 80 columns (<https://github.com/yaml/go-yaml/blob/v2.4.0/emitterc.go>). In: trees that [`check`] has passed.

mod analysis;
mod keys;
mod writer;

use super::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail};
use super::node::{Entry, Node, Value};
use super::number;
use super::scalar::{Tag, Typed, needs_quotes, resolve};
use analysis::Style;
use writer::Writer;

pub(super) use analysis::plain_is_allowed;

/// Whether an object can be written so that kustomize reads it again as it is.
pub(super) fn check(node: &Node) -> Outcome<()> {
    match &node.value {
        Value::List(items) => items.iter().try_for_each(check),
        Value::Map(entries) => entries.iter().try_for_each(|entry| {
            if !entry.quoted && resolve(&entry.key).0 != Tag::Str {
                return Err(
                    fail(INVALID, format!("the key `{}` is not a text", entry.key))
                        .at(entry.value.origin, "its value is here")
                        .help("choose a key with a letter in it"),
                );
            }
            check_text(&entry.key, &entry.value)?;
            check(&entry.value)
        }),
        Value::Scalar(scalar) => match scalar.typed() {
            Ok(Typed::Text(text)) => check_text(&text, node),
            Ok(_) => Ok(()),
            Err(why) => Err(fail(INVALID, why).at(node.origin, "set here")),
        },
    }
}

/// Characters that do not survive kustomize's way through JSON.
fn check_text(text: &str, node: &Node) -> Outcome<()> {
    let lost = |c: &char| {
        matches!(
            c,
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
    };
    match text.chars().find(lost) {
        None => Ok(()),
        Some(c) => Err(fail(
            UNSUPPORTED,
            format!("a text has the character U+{:04X}", u32::from(c)),
        )
        .at(node.origin, "here")
        .help("remove it; it is invisible and readers disagree on it")),
    }
}

/// Writes objects one after the other.
pub(super) fn write<'a>(objects: impl Iterator<Item = &'a Node>) -> String {
    let mut out = String::new();
    for (at, object) in objects.enumerate() {
        if at > 0 {
            out.push_str("---\n");
        }
        let mut writer = Writer::new(&mut out);
        write_node(&mut writer, object, false);
        writer.finish();
    }
    out
}

/// `in_map` says whether the node is the value of a key, where lists are not indented.
fn write_node(writer: &mut Writer<'_>, node: &Node, in_map: bool) {
    match &node.value {
        Value::Scalar(scalar) => match scalar.typed() {
            Ok(typed) => write_typed(writer, &typed),
            Err(_) => write_typed(writer, &Typed::Null),
        },
        Value::List(items) if items.is_empty() => writer.indicator("[]", true),
        Value::Map(entries) if entries.is_empty() => writer.indicator("{}", true),
        Value::List(items) => {
            let before = writer.enter(in_map && !writer.is_at_indention());
            for item in items.iter() {
                writer.write_indent();
                writer.block_indicator("-");
                write_node(writer, item, false);
            }
            writer.leave(before);
        }
        Value::Map(entries) => {
            let before = writer.enter(false);
            for entry in keys::sorted(entries) {
                write_entry(writer, entry);
            }
            writer.leave(before);
        }
    }
}

fn write_entry(writer: &mut Writer<'_>, entry: &Entry) {
    writer.write_indent();
    let key = &entry.key;
    // Longer keys and those of several lines are written behind a question mark.
    let is_simple = !key.contains(['\n', '\r']) && key.len() <= 128;
    if is_simple {
        write_text(writer, key, true);
        writer.indicator(":", false);
    } else {
        writer.block_indicator("?");
        write_text(writer, key, false);
        writer.write_indent();
        writer.block_indicator(":");
    }
    write_node(writer, &entry.value, true);
}

fn write_typed(writer: &mut Writer<'_>, typed: &Typed) {
    match typed {
        Typed::Null => writer.plain("null", false),
        Typed::Bool(flag) => writer.plain(if *flag { "true" } else { "false" }, false),
        Typed::Int(number) => writer.plain(&number.to_string(), false),
        Typed::Uint(number) => writer.plain(&number.to_string(), false),
        Typed::Float(number) => writer.plain(&float(*number), false),
        Typed::Text(text) => write_text(writer, text, false),
    }
}

/// A number goes through JSON, where a whole one loses its point.
fn float(value: f64) -> String {
    let json = number::format_json(value);
    match number::number(&json) {
        Some((_, Typed::Int(whole))) => whole.to_string(),
        Some((_, Typed::Uint(whole))) => whole.to_string(),
        Some((_, Typed::Float(value))) => number::format_g(value),
        _ => json,
    }
}

fn write_text(writer: &mut Writer<'_>, text: &str, is_key: bool) {
    let wanted = if text.contains('\n') {
        Style::Literal
    } else if needs_quotes(text) {
        Style::Double
    } else {
        Style::Plain
    };
    match analysis::choose(text, wanted, is_key) {
        Style::Plain => writer.plain(text, is_key),
        Style::Single => writer.single(text, is_key),
        Style::Double => writer.double(text, is_key),
        Style::Literal => writer.literal(text),
    }
}
