//! What a scalar means.

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
}
