//! Numbers as Go reads and writes them.

use super::scalar::{Tag, Typed};

/// A number that starts with a digit or a sign; underscores are left out.
pub(super) fn number(text: &str) -> Option<(Tag, Typed)> {
    let plain = text.replace('_', "");
    if let Some(found) = whole(&plain) {
        return Some((Tag::Int, found));
    }
    if !is_float(&plain) {
        return None;
    }
    let number: f64 = plain.parse().ok()?;
    number
        .is_finite()
        .then_some((Tag::Float, Typed::Float(number)))
}

/// A number that starts with a point.
pub(super) fn float_after_point(text: &str) -> Option<f64> {
    if !is_float(text) {
        return None;
    }
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A whole number of 64 bits in one of Go's notations: decimal, `0x`, `0b`, `0o` or a leading zero for octal.
fn whole(text: &str) -> Option<Typed> {
    let (negative, signed, digits) = match text.as_bytes().first()? {
        b'-' => (true, true, &text[1..]),
        b'+' => (false, true, &text[1..]),
        _ => (false, false, text),
    };
    let lower = digits.get(..2).map(str::to_ascii_lowercase);
    let (radix, digits) = match lower.as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0_i64.checked_sub_unsigned(magnitude).map(Typed::Int);
    }
    match i64::try_from(magnitude) {
        Ok(number) => Some(Typed::Int(number)),
        // Only without a sign is the upper half of the range read.
        Err(_) => (!signed).then_some(Typed::Uint(magnitude)),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    mantissa_fits && exponent.is_none_or(|e| digits(e.strip_prefix(['-', '+']).unwrap_or(e)))
}

/// Numbers in base 60, which only the oldest readers know and which are therefore written in quotes:
/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`.
pub(super) fn is_base_60(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut parts = rest.split(':');
    let Some(head) = parts.next() else {
        return false;
    };
    if !head.starts_with(|c: char| c.is_ascii_digit())
        || !head.bytes().all(|b| b.is_ascii_digit() || b == b'_')
    {
        return false;
    }
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return false;
    };
    let sixty = |s: &str| match s.as_bytes() {
        [d] => d.is_ascii_digit(),
        [t, d] => (b'0'..=b'5').contains(t) && d.is_ascii_digit(),
        _ => false,
    };
    let (last, fraction) = last.split_once('.').unwrap_or((last, ""));
    middle.iter().all(|part| sixty(part))
        && sixty(last)
        && fraction.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

/// The shortest decimal digits and the exponent of a positive finite number: `0.d1d2… × 10^exponent`.
fn digits(number: f64) -> (String, i32) {
    let shown = format!("{number:e}");
    let (mantissa, exponent) = shown.split_once('e').unwrap_or((&shown, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    (digits, exponent.parse::<i32>().unwrap_or(0) + 1)
}

/// Go's format `g` with the fewest digits, as YAML is written: an exponent from a million up and below 0.0001.
pub(super) fn format_g(number: f64) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let number = number.abs();
    if number == 0.0 {
        return format!("{sign}0");
    }
    let (digits, point) = digits(number);
    let exponent = point - 1;
    if !(-4..6).contains(&exponent) {
        return format!("{sign}{}", scientific(&digits, exponent));
    }
    format!("{sign}{}", positional(&digits, point))
}

/// As Go writes a number into JSON: an exponent only from 1e21 up and below 1e-6.
pub(super) fn format_json(number: f64) -> String {
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let number = number.abs();
    if number == 0.0 {
        return format!("{sign}0");
    }
    let (digits, point) = digits(number);
    if (1e-6..1e21).contains(&number) {
        return format!("{sign}{}", positional(&digits, point));
    }
    let shown = scientific(&digits, point - 1);
    // One digit is enough for a small negative exponent here.
    let shown = match shown.strip_suffix(|c: char| c.is_ascii_digit()) {
        Some(rest) if rest.ends_with("e-0") => {
            format!("{}{}", &rest[..rest.len() - 1], &shown[rest.len()..])
        }
        _ => shown,
    };
    format!("{sign}{shown}")
}

fn scientific(digits: &str, exponent: i32) -> String {
    let (first, rest) = digits.split_at(1);
    let fraction = if rest.is_empty() {
        String::new()
    } else {
        format!(".{rest}")
    };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{fraction}e{sign}{:02}", exponent.abs())
}

fn positional(digits: &str, point: i32) -> String {
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    if point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else if point >= count {
        format!("{digits}{}", zeros(point - count))
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(point).unwrap_or(0));
        format!("{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        for (number, g, json) in [
            (1.5, "1.5", "1.5"),
            (1_000_000.0, "1e+06", "1000000"),
            (1_234_567.5, "1.2345675e+06", "1234567.5"),
            (0.0001, "0.0001", "0.0001"),
            (0.00001, "1e-05", "0.00001"),
            (1e-7, "1e-07", "1e-7"),
            (1e21, "1e+21", "1e+21"),
            (1e20, "1e+20", "100000000000000000000"),
            (-2.5, "-2.5", "-2.5"),
            (0.1, "0.1", "0.1"),
        ] {
            assert_eq!(format_g(number), g);
            assert_eq!(format_json(number), json);
        }
    }

    #[test]
    fn base_60_is_recognised() {
        for text in ["12:30", "1:30:00", "190:20:30.15"] {
            assert!(is_base_60(text), "{text}");
        }
        for text in ["12", "12:90", "a:30", "12:30:x"] {
            assert!(!is_base_60(text), "{text}");
        }
    }
}
