//! What a scalar means, and how a text is written so that every reader takes it for that text.

use super::node::{Scalar, ScalarStyle};

/// What a scalar means to readers that follow go-yaml, as kustomize and kubectl do
/// (<https://github.com/yaml/go-yaml/blob/v3/resolve.go>).
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`; `yes` and `on` are texts.
    Bool(bool),
    /// A whole number, as a decimal text.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// A date or a date with time.
    Timestamp,
    /// A text.
    Text(String),
}

pub(super) fn resolve(scalar: &Scalar, tag: Option<&str>) -> Resolved {
    let text = || Resolved::Text(scalar.text.clone());
    match tag.map(|tag| tag.rsplit(':').next().unwrap_or(tag)) {
        Some("str" | "!") => return text(),
        Some(_) | None if scalar.style != ScalarStyle::Plain => return text(),
        _ => {}
    }
    plain(&scalar.text).unwrap_or_else(text)
}

/// The meaning of a plain scalar, when it is not a text.
fn plain(text: &str) -> Option<Resolved> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Resolved::Null),
        "true" | "True" | "TRUE" => return Some(Resolved::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Resolved::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => return Some(Resolved::Float(f64::NAN)),
        _ => {}
    }
    let (sign, unsigned) = match text.as_bytes()[0] {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(Resolved::Float(f64::INFINITY * f64::from(sign)));
    }
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if is_timestamp(text) {
        return Some(Resolved::Timestamp);
    }
    whole(&unsigned.replace('_', ""))
        .map(|number| Resolved::Int(number * i128::from(sign)))
        .or_else(|| fraction(&text.replace('_', "")).map(Resolved::Float))
}

fn whole(digits: &str) -> Option<i128> {
    let (radix, digits) = if let Some(rest) = digits.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = digits.strip_prefix("0b") {
        (2, rest)
    } else if let Some(rest) = digits.strip_prefix("0o") {
        (8, rest)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (8, &digits[1..])
    } else {
        (10, digits)
    };
    if digits.starts_with(['+', '-']) {
        return None;
    }
    i128::from_str_radix(digits, radix).ok()
}

fn fraction(text: &str) -> Option<f64> {
    let numeric = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b".+-eE".contains(&b));
    if !numeric || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn is_timestamp(text: &str) -> bool {
    let date = text.split(['T', 't', ' ']).next().unwrap_or_default();
    let mut parts = date.split('-');
    let number = |part: Option<&str>, lengths: std::ops::RangeInclusive<usize>| {
        part.is_some_and(|p| lengths.contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()))
    };
    number(parts.next(), 4..=4)
        && number(parts.next(), 1..=2)
        && number(parts.next(), 1..=2)
        && parts.next().is_none()
}

/// Whether every YAML reader, old or new, in block or in flow, takes this text without quotes for this text.
///
/// On the strict side: whatever begins like a number needs quotes, so `1.20`, `0755`, `12:30` and `1e3` do.
pub fn is_safe_plain(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
    ];
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_./+-:@".contains(&b))
        && !text.ends_with(':')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// The text as a double-quoted scalar on one line.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Controls, other line breaks, the byte order mark and non-characters are not printable in YAML.
            c if c.is_control()
                || matches!(
                    c,
                    '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
                ) =>
            {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The text as a scalar, in the style of the one it replaces as far as the text allows.
pub fn write(text: &str, style: ScalarStyle) -> String {
    match style {
        ScalarStyle::Plain if is_safe_plain(text) => text.to_owned(),
        ScalarStyle::SingleQuoted
            if text.chars().all(|c| {
                !c.is_control()
                    && !matches!(
                        c,
                        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
                    )
            }) =>
        {
            format!("'{}'", text.replace('\'', "''"))
        }
        _ => quote(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Node, parse};

    fn resolved(text: &str) -> Resolved {
        let document = parse("f.yaml", &format!("k: {text}\n"))
            .expect("parses")
            .remove(0);
        document
            .root
            .get("k")
            .and_then(Node::resolved)
            .expect("a scalar")
    }

    #[test]
    fn plain_scalars_resolve_as_go_yaml_does() {
        assert_eq!(resolved("~"), Resolved::Null);
        assert_eq!(resolved("True"), Resolved::Bool(true));
        assert_eq!(resolved("yes"), Resolved::Text("yes".into()));
        assert_eq!(resolved("0755"), Resolved::Int(493));
        assert_eq!(resolved("0o17"), Resolved::Int(15));
        assert_eq!(resolved("-0x1F"), Resolved::Int(-31));
        assert_eq!(resolved("1_000"), Resolved::Int(1000));
        assert_eq!(resolved("1.20"), Resolved::Float(1.2));
        assert_eq!(resolved("1e3"), Resolved::Float(1000.0));
        assert_eq!(resolved("089"), Resolved::Float(89.0));
        assert_eq!(resolved("1.2.3"), Resolved::Text("1.2.3".into()));
        assert_eq!(resolved("2027-01-31"), Resolved::Timestamp);
        assert_eq!(resolved("\"1.20\""), Resolved::Text("1.20".into()));
        assert_eq!(resolved("!!str 1.20"), Resolved::Text("1.20".into()));
        assert_eq!(resolved("12:30"), Resolved::Text("12:30".into()));
        assert_eq!(resolved("-x"), Resolved::Text("-x".into()));
    }

    #[test]
    fn only_texts_nobody_misreads_stay_plain() {
        for text in [
            "v1.4.0",
            "sha256:ab",
            "main",
            "ghcr.io/acme/web",
            "_x",
            "nope",
        ] {
            assert!(is_safe_plain(text), "{text}");
        }
        for text in [
            "1.20", "0755", "1e3", "12:30", "NO", "on", "y", "", "~", "-x", "a:", "a b", "a#b",
            "é", ".5", "Null",
        ] {
            assert!(!is_safe_plain(text), "{text}");
        }
    }
}
