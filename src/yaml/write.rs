//! Texts as YAML scalars that every reader takes for the same text.
//!
//! YAML 1.1 (PyYAML, Ruby, parts of Kubernetes' own tools) and YAML 1.2 disagree about `NO`, `on`, `0755`, `12:30` and
//! `1_000` (<https://yaml.org/type/bool.html>, <https://yaml.org/type/int.html>, <https://yaml.org/spec/1.2.2/#103-core-schema>).
//! So a string is plain only if it is on a short list of harmless forms, and in double quotes otherwise. The escapes are
//! those of JSON, which both versions and TOML have too.

use super::node::ScalarStyle;
use std::fmt::Write as _;

/// Words that some reader takes for a boolean, a null or a number, in lower case.
const RESERVED: [&str; 13] = [
    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nil", "none", "inf", "nan",
];

/// The text as a scalar, in the style of the one it replaces as far as the text allows.
///
/// Keys longer than 1024 characters are no YAML, however they are written.
pub fn write(text: &str, style: ScalarStyle) -> String {
    match style {
        ScalarStyle::Plain if is_safe_plain(text) => text.to_owned(),
        ScalarStyle::SingleQuoted if !text.chars().any(must_be_escaped) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        _ => quote(text),
    }
}

/// Whether every YAML reader, old or new, in block or in flow, takes this text without quotes for this text.
pub fn is_safe_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    if is_size(text) {
        return true;
    }
    let inner = |b: &u8| b.is_ascii_alphanumeric() || b"._/@:-".contains(b);
    // A colon is part of the word only when a word goes on behind it.
    let colons_are_inside = bytes
        .windows(2)
        .all(|pair| pair[0] != b':' || pair[1].is_ascii_alphanumeric() || pair[1] == b'/');
    let begins_harmless = first.is_ascii_alphabetic() || *first == b'/' || text.starts_with("../");
    begins_harmless
        && last.is_ascii_alphanumeric() | (*last == b'/')
        && bytes.iter().all(inner)
        && colons_are_inside
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a string is a Kubernetes quantity in powers of two, such as `512Mi`: no reader takes one for a number.
fn is_size(text: &str) -> bool {
    let number = ["Ki", "Mi", "Gi", "Ti", "Pi"]
        .iter()
        .find_map(|suffix| text.strip_suffix(suffix));
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// The text as a double-quoted scalar, on one line.
pub fn quote(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 2);
    result.push('"');
    for c in text.chars() {
        match c {
            '"' => result.push_str("\\\""),
            '\\' => result.push_str("\\\\"),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            // Only characters of the basic plane are escaped, so four digits are enough.
            c if must_be_escaped(c) => {
                let _ = write!(result, "\\u{:04x}", u32::from(c));
            }
            c => result.push(c),
        }
    }
    result.push('"');
    result
}

/// Control characters, line breaks of YAML 1.1, characters a reader may refuse, and those that a person cannot see or
/// that change the direction of the text.
fn must_be_escaped(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{a0}'
            | '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_nobody_misreads_stay_plain() {
        for text in ["v1.4.0", "sha256:ab", "main", "ghcr.io/acme/web", "nope"] {
            assert!(is_safe_plain(text), "{text}");
        }
        for text in [
            "1.20", "0755", "1e3", "12:30", "NO", "on", "y", "", "~", "-x", "a:", "a b", "a#b",
            "é", ".5", "Null", "_x",
        ] {
            assert!(!is_safe_plain(text), "{text}");
        }
    }
}
