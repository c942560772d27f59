//! The plain text of a secret. It can be looked at in one place only, [`Plain::bytes`], and is overwritten when it goes.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The plain text of a secret.
///
/// It has no `Debug`, `Display`, `Clone` or `Serialize` on purpose, so that it cannot get into a message by mistake:
///
/// ```compile_fail
/// let plain = platformctl::secrets::Plain::from("x");
/// println!("{plain:?}");
/// ```
///
/// ```compile_fail
/// let plain = platformctl::secrets::Plain::from("x");
/// println!("{plain}");
/// ```
pub struct Plain(Zeroizing<Vec<u8>>);

impl Plain {
    /// Takes the bytes over.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes. Whatever is made of them must be sealed, piped to another program, or overwritten.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Another copy, said out loud.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self(self.0.clone())
    }

    /// Whether both are the same secret.
    pub fn is(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// What tells this secret from every other without saying anything about it, as 32 hexadecimal digits.
    ///
    /// It is a plain hash, which a guess can be compared with: only for values that nobody can guess; see
    /// [`is_unguessable`](super::graph::is_unguessable).
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        // A prefix, so that no other program's hash of the same value looks like it.
        hash.update(b"platformctl fingerprint 1\0");
        hash.update(self.bytes());
        hex(&hash.finalize()[..16])
    }
}

impl From<&str> for Plain {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes().to_vec())
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_values_apart_and_is_no_plain_hash_of_them() {
        let (one, two) = (Plain::from("one"), Plain::from("two"));
        assert_ne!(one.fingerprint(), two.fingerprint());
        assert_eq!(one.fingerprint(), one.copy().fingerprint());
        assert!(one.is(&one.copy()) && !one.is(&two));
        let naked = hex(&Sha256::digest(b"one")[..16]);
        assert!(one.fingerprint() != naked && naked.len() == 32);
    }
}
