//! What is refused or noted in a text before it is parsed.

use super::Place;
use crate::kustomize::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail};
use crate::kustomize::node::Origin;
use crate::source::Span;
use crate::yaml;

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

/// Names of anchors that go-yaml cannot read.
pub(super) fn anchors(document: &yaml::Document, place: Place<'_>) -> Outcome<()> {
    for anchor in &document.anchors {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
        if !anchor.name.bytes().all(fits) {
            return Err(fail(
                INVALID,
                format!(
                    "the anchor `{}` has other characters than letters and digits",
                    anchor.name
                ),
            )
            .at(place.of(&anchor.span), "here"));
        }
    }
    Ok(())
}

/// A plain scalar between brackets or braces that go-yaml ends earlier.
pub(super) fn is_odd_in_flow(scalar: &yaml::Scalar) -> bool {
    scalar.style == yaml::ScalarStyle::Plain
        && (scalar.text.contains('?') || scalar.text.starts_with(':'))
}

/// Tabs where go-yaml expects the spaces of an indentation; behind the indentation of a block they are text.
pub(super) fn tabs(text: &str, blocks: &[Span], place: Place<'_>) -> Outcome<()> {
    if !text.contains('\t') {
        return Ok(());
    }
    let mut offset = 0;
    let mut block: Option<(usize, Option<usize>)> = None;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let spaces = line.bytes().take_while(|b| *b == b' ').count();
        let is_blank = line.trim().is_empty();
        // The indentation of a block is that of its first line that is not blank.
        let limit = match blocks
            .iter()
            .find(|span| span.start < offset && start < span.end)
        {
            None => None,
            Some(span) => {
                let known = match block {
                    Some((at, indent)) if at == span.start => indent,
                    _ => None,
                };
                let indent = known.or((!is_blank).then_some(spaces));
                block = Some((span.start, indent));
                known
            }
        };
        let has_tab = line[spaces..].starts_with('\t') && limit.is_none_or(|limit| spaces < limit);
        if has_tab {
            return Err(fail(UNSUPPORTED, "a tab stands in the indentation")
                .at(place.of(&(start + spaces..start + spaces + 1)), "this tab")
                .help("use spaces, or write the text in double quotes with `\\t`"));
        }
    }
    Ok(())
}
