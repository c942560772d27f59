//! Texts that hide other texts: base64, base64url, hexadecimal digits, percent signs, gzip, tokens.
//!
//! Digests, keys, certificates and ciphertexts decode to bytes that are no text, or to PEM: they give nothing.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use std::io::Read as _;

/// How many layers are taken off.
const DEEPEST: usize = 3;
/// Shorter texts hide no address.
const SHORTEST: usize = 12;
/// Longer ones are not looked into.
const LONGEST: usize = 1 << 20;

/// The texts that a text hides, through up to three layers, the outermost first; none for most texts.
pub(super) fn hidden(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    descend(text.trim(), DEEPEST, &mut found);
    found
}

fn descend(text: &str, depth: usize, found: &mut Vec<String>) {
    if depth == 0 || text.len() < SHORTEST || text.len() > LONGEST {
        return;
    }
    for inner in layers(text) {
        descend(inner.trim(), depth - 1, found);
        found.push(inner);
    }
}

fn layers(text: &str) -> Vec<String> {
    if text.starts_with("eyJ") && text.matches('.').count() == 2 {
        return token(text).into_iter().collect();
    }
    [percent(text), hex(text), base64(text)]
        .into_iter()
        .flatten()
        .collect()
}

/// What a token says of itself; its head and signature say nothing.
fn token(text: &str) -> Option<String> {
    readable(any_base64(text.split('.').nth(1)?)?)
}

fn percent(text: &str) -> Option<String> {
    let is_hidden = ["%2F", "%2f", "%3A", "%3a", "%2E", "%2e"]
        .iter()
        .any(|sign| text.contains(sign));
    if !is_hidden || text.contains(char::is_whitespace) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        let digits = (*first == b'%')
            .then(|| std::str::from_utf8(more.get(..2)?).ok())
            .flatten();
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    readable(bytes)
}

fn hex(text: &str) -> Option<String> {
    let digits = text
        .strip_prefix("\\x")
        .or(text.strip_prefix("0x"))
        .unwrap_or(text);
    let is_hex =
        digits.len().is_multiple_of(2) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex {
        return None;
    }
    let bytes = digits
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect::<Option<Vec<u8>>>()?;
    readable(bytes)
}

fn base64(text: &str) -> Option<String> {
    let is_base64 = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'\n' | b'\r')
    };
    if !text.bytes().all(is_base64) {
        return None;
    }
    readable(any_base64(text)?)
}

fn any_base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let compact: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    GeneralPurpose::new(&STANDARD, config)
        .decode(&compact)
        .or_else(|_| GeneralPurpose::new(&URL_SAFE, config).decode(&compact))
        .ok()
}

/// Bytes as text: unpacked when they are packed; none when they are no text for people, or a key or certificate.
pub(super) fn readable(bytes: Vec<u8>) -> Option<String> {
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let packed = flate2::read::MultiGzDecoder::new(bytes.as_slice());
        packed
            .take(LONGEST as u64)
            .read_to_end(&mut unpacked)
            .ok()?;
        unpacked
    } else {
        bytes
    };
    let text = String::from_utf8(bytes).ok()?;
    let is_text = text
        .chars()
        .all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    (is_text && text.len() > 3 && !text.contains("-----BEGIN ")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD as PADDED;
    use std::io::Write as _;

    #[test]
    fn layers_are_taken_off() {
        let url = "https://o44.evil.example/x";
        let once = PADDED.encode(url);
        let packed = {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(url.as_bytes()).unwrap();
            PADDED.encode(encoder.finish().unwrap())
        };
        let digits: String = url.bytes().map(|byte| format!("{byte:02x}")).collect();
        for text in [
            once.clone(),
            once.trim_end_matches('=').to_owned(),
            PADDED.encode(&once),
            PADDED.encode(PADDED.encode(&once)),
            packed,
            digits,
            "https%3A%2F%2Fo44.evil.example%2Fx".to_owned(),
            format!("eyJhbGciOiJIUzI1NiJ9.{once}.c2ln"),
        ] {
            assert!(hidden(&text).contains(&url.to_owned()), "{text}");
        }
    }

    #[test]
    fn digests_keys_and_words_hide_nothing() {
        for text in [
            "sha256:ab8e4687a97fb097f30ca2f028222f779f231c224555ba05f43d172c61f84497",
            "ab8e4687a97fb097f30ca2f028222f779f231c224555ba05f43d172c61f84497",
            "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq",
            "supabase_functions_admin",
            "carebase-production-tr-objects",
            "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==",
        ] {
            assert_eq!(hidden(text), Vec::<String>::new(), "{text}");
        }
    }
}
