//! What is refused or noted in a text before it is parsed.

use super::Place;
use crate::kustomize::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail};
use crate::kustomize::node::Origin;

/// Characters that go-yaml takes for line breaks, or cannot read.
pub(super) fn characters(text: &str, place: Place<'_>) -> Outcome<()> {
    let after_mark = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
    let mut characters = text[after_mark..].char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let what = match c {
            '\n' | '\t' | ' '..='~' => continue,
            '\r' if characters.peek().is_some_and(|(_, next)| *next == '\n') => continue,
            '\r' => "a carriage return without a line feed",
            '\u{85}' | '\u{2028}' | '\u{2029}' => "an unusual line break",
            '\u{feff}' => "a byte order mark in the middle",
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                "a control character"
            }
            _ => continue,
        };
        let at = at + after_mark;
        return Err(fail(UNSUPPORTED, format!("the text has {what}"))
            .at(place.of(&(at..at + c.len_utf8())), "here")
            .help("write it as an escape in double quotes, or leave it out"));
    }
    Ok(())
}

/// kustomize splits a file at lines that begin with `---`, and then reads one document of each piece.
pub(super) fn separators(text: &str, place: Place<'_>) -> Outcome<usize> {
    let mut pieces = 1;
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let span = offset..offset + line.trim_end().len();
        offset += line.len();
        if let Some(rest) = line.strip_prefix("---") {
            let rest = rest.trim();
            let is_separator = number > 0 && line.ends_with('\n');
            pieces += usize::from(is_separator);
            if is_separator && !rest.is_empty() && !rest.starts_with('#') {
                return Err(fail(INVALID, "something follows `---` on its line")
                    .at(place.of(&span), "here")
                    .help("begin the document on the next line"));
            }
            if !is_separator && number > 0 && !rest.is_empty() && !rest.starts_with('#') {
                return Err(fail(UNSUPPORTED, "a document begins on the last line")
                    .at(place.of(&span), "here")
                    .help("end the file with a line feed"));
            }
        } else if line.starts_with("...") || line.starts_with('%') {
            return Err(fail(
                UNSUPPORTED,
                "document ends (`...`) and directives (`%`) are not read",
            )
            .at(place.of(&span), "here")
            .help("remove the line, or indent it if it is text"));
        }
    }
    Ok(pieces)
}

/// A comment that is a JSON object beside or above a field: kustomize takes it for the field's schema.
pub(super) fn schema_comment(text: &str, place: Place<'_>) -> Option<Origin> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let Some(at) = line.find('#') else { continue };
        let before = line[..at].trim_end();
        let comment = line[at..].trim_start_matches('#').trim();
        // Beside a plain value it changes nothing.
        if (before.is_empty() || before.ends_with(':'))
            && comment.starts_with('{')
            && serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(comment).is_ok()
        {
            return Some(place.of(&(start + at..start + line.trim_end().len())));
        }
    }
    None
}
