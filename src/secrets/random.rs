//! Values from the operating system's random generator.

use super::plain::{Plain, hex};
use anyhow::anyhow;
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

/// What a password consists of: safe in URLs, connection strings, shells and YAML without any quoting.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Fills a buffer.
///
/// # Errors
/// When the operating system gives no random numbers.
pub(super) fn fill(buffer: &mut [u8]) -> anyhow::Result<()> {
    SystemRandom::new()
        .fill(buffer)
        .map_err(|_| anyhow!("the operating system gives no random numbers"))
}

/// Letters and digits, each as likely as any other.
///
/// # Errors
/// As [`fill`].
pub(super) fn password(length: usize) -> anyhow::Result<Plain> {
    // The whole room at once: a vector that grows would leave parts of the value behind.
    let mut password = Vec::with_capacity(length);
    let mut buffer = Zeroizing::new([0_u8; 64]);
    while password.len() < length {
        fill(&mut *buffer)?;
        // Bytes from 248 up would make the first eight letters more likely than the others.
        let fair = buffer.iter().filter(|byte| **byte < 248);
        let letters = fair.map(|byte| LETTERS[usize::from(byte % 62)]);
        password.extend(letters.take(length - password.len()));
    }
    Ok(Plain::new(password))
}

/// Random bytes as hexadecimal digits, twice as many.
///
/// # Errors
/// As [`fill`].
pub(super) fn hexadecimal(bytes: usize) -> anyhow::Result<Plain> {
    let mut buffer = Zeroizing::new(vec![0_u8; bytes]);
    fill(&mut buffer)?;
    Ok(Plain::new(hex(&buffer).into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_right_length_and_alphabet_and_no_two_are_alike() {
        let mut seen = std::collections::BTreeSet::new();
        for length in [1, 20, 40, 64, 65, 300] {
            let password = password(length).expect("random");
            assert_eq!(password.bytes().len(), length);
            assert!(password.bytes().iter().all(u8::is_ascii_alphanumeric));
            assert!(length == 1 || seen.insert(password.bytes().to_vec()));
        }
        for bytes in [16, 32] {
            let value = hexadecimal(bytes).expect("random");
            assert_eq!(value.bytes().len(), bytes * 2);
            assert!(
                value
                    .bytes()
                    .iter()
                    .all(|b| b"0123456789abcdef".contains(b))
            );
            assert!(seen.insert(value.bytes().to_vec()));
        }
    }

    #[test]
    fn every_letter_comes_up_about_as_often_as_any_other() {
        let text = password(62 * 400).expect("random");
        for letter in LETTERS {
            let count = text.bytes().iter().filter(|b| *b == letter).count();
            // Six standard deviations: once in a billion runs for any letter.
            assert!(
                (280..=520).contains(&count),
                "{}: {count}",
                char::from(*letter)
            );
        }
    }
}
