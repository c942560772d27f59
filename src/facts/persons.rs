//! Identifiers of people in texts, told by their check digits.
//!
//! The Turkish identity number has eleven digits, the last two of which follow from the others
//! (<https://en.wikipedia.org/wiki/Turkish_Identification_Number>). The Spanish DNI and NIE have a letter that follows from
//! the number (<https://es.wikipedia.org/wiki/N%C3%BAmero_de_identificaci%C3%B3n_fiscal>).

/// What was found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// What it is: `TCKN`, `DNI`, `NIE`.
    pub kind: &'static str,
    /// Where it begins in the text, and where it ends.
    pub span: (usize, usize),
}

/// Every identifier of a person in a text.
pub fn identifiers(text: &str) -> Vec<Identifier> {
    words(text)
        .filter_map(|(start, word)| {
            let kind = kind(word)?;
            Some(Identifier {
                kind,
                span: (start, start + word.len()),
            })
        })
        .collect()
}

/// Every different mail address in a text, with where the first of them begins.
pub fn mail_addresses(text: &str) -> (usize, Option<(usize, usize)>) {
    let mut seen = std::collections::BTreeSet::new();
    let mut first = None;
    for (at, _) in text.match_indices('@') {
        let is_local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
        let start = text[..at].rfind(|c| !is_local(c)).map_or(0, |before| {
            before + text[before..].chars().next().map_or(1, char::len_utf8)
        });
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let after = &text[at + 1..];
        let end = after.find(|c| !is_host(c)).unwrap_or(after.len());
        let host = after[..end].trim_end_matches('.');
        let is_domain = host.rsplit_once('.').is_some_and(|(name, top)| {
            !name.is_empty() && top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic())
        });
        if start < at && is_domain {
            let end = at + 1 + host.len();
            first.get_or_insert((start, end));
            seen.insert(text[start..end].to_lowercase());
        }
    }
    (seen.len(), first)
}

/// Runs of letters and digits of the lengths that identifiers have.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let is_part =
        |at: usize| bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_' || bytes[at] >= 0x80;
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() {
            if !is_part(at) {
                at += 1;
                continue;
            }
            let start = at;
            while at < bytes.len() && is_part(at) {
                at += 1;
            }
            if matches!(at - start, 9 | 11)
                && let Some(word) = text.get(start..at)
            {
                return Some((start, word));
            }
        }
        None
    })
}

fn kind(word: &str) -> Option<&'static str> {
    let bytes = word.as_bytes();
    if bytes.len() == 11 {
        return is_tckn(bytes).then_some("TCKN");
    }
    let (number, is_foreign) = match bytes.first()? {
        b'X' => (format!("0{}", word.get(1..8)?), true),
        b'Y' => (format!("1{}", word.get(1..8)?), true),
        b'Z' => (format!("2{}", word.get(1..8)?), true),
        _ => (word.get(..8)?.to_owned(), false),
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: usize = number.parse().ok()?;
    let letter = b"TRWAGMYFPDXBNJZSQVHLCKE".get(number % 23)?;
    (bytes.last() == Some(letter)).then_some(if is_foreign { "NIE" } else { "DNI" })
}

fn is_tckn(bytes: &[u8]) -> bool {
    if !bytes.iter().all(u8::is_ascii_digit) || bytes[0] == b'0' {
        return false;
    }
    let digit = |at: usize| i32::from(bytes[at] - b'0');
    let odd: i32 = [0, 2, 4, 6, 8].into_iter().map(digit).sum();
    let even: i32 = [1, 3, 5, 7].into_iter().map(digit).sum();
    let tenth = (odd * 7 - even).rem_euclid(10);
    let sum: i32 = (0..10).map(digit).sum();
    // All digits alike passes no test of a real register.
    tenth == digit(9) && sum % 10 == digit(10) && bytes.iter().any(|byte| *byte != bytes[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_tell_identifiers_from_numbers() {
        let kinds =
            |text: &str| -> Vec<&str> { identifiers(text).iter().map(|i| i.kind).collect() };
        assert_eq!(kinds("1,10000000146,Ada"), ["TCKN"]);
        assert_eq!(kinds("12345678Z and X1234567L"), ["DNI", "NIE"]);
        assert_eq!(
            kinds("10000000147 12345678A 20261121T x10000000146"),
            Vec::<&str>::new()
        );
    }

    #[test]
    fn mail_addresses_are_counted_once() {
        let (count, first) =
            mail_addresses("a@x.example, b@y.example;a@x.example @nobody user@host");
        assert_eq!(count, 2);
        assert_eq!(first, Some((0, 11)));
    }
}
