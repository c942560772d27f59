//! Edits of a YAML text: each changes one range of bytes and leaves the rest as it is.

use super::node::{Entry, Mapping, Node, ScalarStyle, Style, Value};
use super::write::{is_safe_plain, quote, write};
use crate::source::Span;

/// The replacement of a range of bytes; an empty range inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splice {
    /// The bytes that go.
    pub range: Span,
    /// The text that comes.
    pub text: String,
}

/// Why a place cannot be edited without rewriting what is around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotEditable {
    /// What stands in the way, such as `the value is a block scalar`.
    pub reason: &'static str,
    /// Where.
    pub span: Span,
}

fn refuse<T>(reason: &'static str, span: &Span) -> Result<T, NotEditable> {
    Err(NotEditable {
        reason,
        span: span.clone(),
    })
}

/// The text with all splices done. Splices must not overlap; of several insertions at one spot the first comes first.
pub fn apply(text: &str, splices: &[Splice]) -> String {
    let mut order: Vec<&Splice> = splices.iter().collect();
    order.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut out =
        String::with_capacity(text.len() + splices.iter().map(|s| s.text.len()).sum::<usize>());
    let mut at = 0;
    for splice in order {
        debug_assert!(splice.range.start >= at, "splices overlap");
        out.push_str(&text[at..splice.range.start]);
        out.push_str(&splice.text);
        at = splice.range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Gives an entry another scalar value. Quotes are kept; a plain value gets quotes when the new text needs them.
///
/// # Errors
/// When the value is not a scalar on its own: a collection, an alias, anchored, tagged or a block scalar.
pub fn replace_value(text: &str, entry: &Entry, new: &str) -> Result<Splice, NotEditable> {
    let value = &entry.value;
    let Value::Scalar(scalar) = &value.value else {
        return refuse("the value is not a scalar", &value.span);
    };
    if value.anchor.is_some() || value.tag.is_some() {
        return refuse("the value has an anchor or a tag", &value.span);
    }
    if matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded) {
        return refuse("the value is a block scalar", &value.span);
    }
    if !value.span.is_empty() {
        return Ok(Splice {
            range: value.span.clone(),
            text: write(new, scalar.style),
        });
    }
    // Nothing is written after the colon, so the new value goes right behind it.
    let colon = entry.key.span.end;
    if !text[colon..].starts_with(':') {
        return refuse("the key is not followed by a colon", &entry.key.span);
    }
    Ok(Splice {
        range: colon + 1..colon + 1,
        text: format!(" {}", write(new, ScalarStyle::Plain)),
    })
}

/// Adds an entry with a scalar value behind another one, on a line of its own with the same indentation,
/// or on the same line in a flow mapping.
///
/// # Errors
/// When the sibling's value is not a plain or quoted scalar.
pub fn insert_after(
    text: &str,
    mapping: &Mapping,
    sibling: &Entry,
    key: &str,
    value: &str,
) -> Result<Splice, NotEditable> {
    let simple = match &sibling.value.value {
        Value::Scalar(scalar) => {
            !matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded)
        }
        _ => false,
    };
    if !simple {
        return refuse(
            "the entry before it is not a scalar on one line",
            &sibling.value.span,
        );
    }
    let end = end_of(sibling);
    let written = format!("{}: {}", scalar_key(key), write(value, ScalarStyle::Plain));
    if mapping.style == Style::Flow {
        return Ok(Splice {
            range: end..end,
            text: format!(", {written}"),
        });
    }
    let at = line_end(text, end);
    let indent = " ".repeat(
        text[line_start(text, sibling.key.span.start)..sibling.key.span.start]
            .chars()
            .count(),
    );
    Ok(Splice {
        range: at..at,
        text: format!("{}{indent}{written}", line_break(text, at)),
    })
}

/// Removes an entry: in block style its whole lines, with the comment lines directly above it that `owned` recognises
/// (given without indentation and line break); in flow style the entry and its comma.
///
/// # Errors
/// When it is the only entry, or shares a line with something that must stay.
pub fn remove_entry(
    text: &str,
    mapping: &Mapping,
    position: usize,
    owned: &dyn Fn(&str) -> bool,
) -> Result<Splice, NotEditable> {
    let entry = &mapping.entries[position];
    if mapping.entries.len() == 1 {
        return refuse("it is the only entry", &entry.key.span);
    }
    if ends_in_block_scalar(&entry.value) {
        return refuse("the value is a block scalar", &entry.value.span);
    }
    match mapping.style {
        Style::Flow => remove_from_flow(text, mapping, position),
        Style::Block => remove_lines(text, mapping, position, owned),
    }
}

fn remove_from_flow(text: &str, mapping: &Mapping, position: usize) -> Result<Splice, NotEditable> {
    let entry = &mapping.entries[position];
    let range = if position == 0 {
        entry.key.span.start..mapping.entries[1].key.span.start
    } else {
        end_of(&mapping.entries[position - 1])..end_of(entry)
    };
    let outside = [
        &text[range.start..entry.key.span.start],
        &text[end_of(entry)..range.end.max(end_of(entry))],
    ];
    if outside
        .iter()
        .any(|part| part.contains('#') || part.contains('&') || part.contains('!'))
    {
        return refuse("a comment stands beside it", &entry.key.span);
    }
    Ok(Splice {
        range,
        text: String::new(),
    })
}

fn remove_lines(
    text: &str,
    mapping: &Mapping,
    position: usize,
    owned: &dyn Fn(&str) -> bool,
) -> Result<Splice, NotEditable> {
    let entry = &mapping.entries[position];
    let mut start = line_start(text, entry.key.span.start);
    let before = &text[start..entry.key.span.start];
    if !before
        .trim_start_matches('\u{feff}')
        .bytes()
        .all(|b| b == b' ')
    {
        return remove_item_head(text, mapping, position, before);
    }
    let previous_end = position
        .checked_sub(1)
        .map_or(0, |i| end_of(&mapping.entries[i]));
    while start > previous_end {
        let above = line_start(text, start - 1);
        let line = text[above..start].trim();
        if above < previous_end || !line.starts_with('#') || !owned(line) {
            break;
        }
        start = above;
    }
    let end = next_line(text, end_of(entry));
    Ok(Splice {
        range: start..end,
        text: String::new(),
    })
}

/// Removes the first entry of a mapping that begins behind `- `: the next entry takes its place on that line.
fn remove_item_head(
    text: &str,
    mapping: &Mapping,
    position: usize,
    before: &str,
) -> Result<Splice, NotEditable> {
    let entry = &mapping.entries[position];
    if position != 0 || !before.bytes().all(|b| b == b' ' || b == b'-') {
        return refuse("it shares its line with another one", &entry.key.span);
    }
    let next = &mapping.entries[1].key.span;
    let between = &text[next_line(text, end_of(entry)).min(next.start)..next.start];
    if !between.trim().is_empty() {
        return refuse(
            "a comment stands between it and the next one",
            &entry.key.span,
        );
    }
    Ok(Splice {
        range: entry.key.span.start..next.start,
        text: String::new(),
    })
}

fn scalar_key(key: &str) -> String {
    if is_safe_plain(key) {
        key.to_owned()
    } else {
        quote(key)
    }
}

/// Where an entry ends; a value that is not written ends behind the colon.
fn end_of(entry: &Entry) -> usize {
    if entry.value.span.is_empty() {
        entry.key.span.end + 1
    } else {
        entry.value.span.end
    }
}

/// Whether the last thing of a node is a block scalar, whose end is not the end of a line's content.
fn ends_in_block_scalar(node: &Node) -> bool {
    let mut node = node;
    loop {
        let last = match &node.value {
            Value::Scalar(scalar) => {
                return matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded);
            }
            Value::Alias(_) => return false,
            Value::Sequence(sequence) => sequence.items.last(),
            Value::Mapping(mapping) => mapping.entries.last().map(|entry| &entry.value),
        };
        match last {
            Some(last) => node = last,
            None => return false,
        }
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The end of the line's content: before its line break, or the end of the text.
fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline);
    if text[..end].ends_with('\r') && end > at {
        end - 1
    } else {
        end
    }
}

fn next_line(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline + 1)
}

/// The line break used at `at`, else the first one of the text, else a newline.
fn line_break(text: &str, at: usize) -> &'static str {
    let first = || text.find('\n').is_some_and(|i| text[..i].ends_with('\r'));
    if text[at..].starts_with("\r\n") || (!text[at..].starts_with('\n') && first()) {
        "\r\n"
    } else {
        "\n"
    }
}

#[cfg(test)]
mod tests;
