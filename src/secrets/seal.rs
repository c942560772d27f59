//! Sealing: encrypting one value so that only the controller of one cell can read it, and only under one name.
//!
//! The format is that of Sealed Secrets (<https://github.com/bitnami/sealed-secrets/blob/main/docs/developer/crypto.md>,
//! `pkg/crypto/crypto.go`): two bytes with the length of what follows, big end first; a new key for AES-256 encrypted with
//! RSA-OAEP (SHA-256) under the label `namespace/name`, which is what binds the value to its place (strict scope); the value
//! encrypted with AES-256-GCM. The key is used once, so the nonce is zero.

use super::plain::Plain;
use super::random;
use super::sealing_key::SealingCertificate;
use anyhow::{Context as _, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use rsa::Oaep;
use zeroize::Zeroizing;

/// Bytes of the key that a value is encrypted with.
const SESSION_KEY: usize = 32;

/// Seals a value for one Secret; base64, as it stands in a SealedSecret. Twice the same value gives two different texts.
///
/// # Errors
/// When the operating system gives no random numbers.
pub(super) fn seal(
    certificate: &SealingCertificate,
    namespace: &str,
    name: &str,
    value: &Plain,
) -> anyhow::Result<String> {
    let mut session = Zeroizing::new([0_u8; SESSION_KEY]);
    random::fill(&mut *session)?;
    let label = format!("{namespace}/{name}");
    let padding = Oaep::new_with_label::<rsa::sha2::Sha256, _>(label);
    let wrapped = certificate
        .public()
        .encrypt(&mut rsa::rand_core::OsRng, padding, &*session)
        .context("sealing with the cell's certificate")?;
    let length = u16::try_from(wrapped.len()).context("the cell's key is too large")?;

    let key = UnboundKey::new(&AES_256_GCM, &*session)
        .map(LessSafeKey::new)
        .map_err(|_| anyhow!("AES-256-GCM does not take the key"))?;
    let mut body = Zeroizing::new(Vec::with_capacity(
        value.bytes().len() + AES_256_GCM.tag_len(),
    ));
    body.extend(value.bytes());
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut *body)
        .map_err(|_| anyhow!("the value is too long to be sealed"))?;

    let mut sealed = Vec::with_capacity(2 + wrapped.len() + body.len());
    sealed.extend(length.to_be_bytes());
    sealed.extend(&wrapped);
    sealed.extend(&*body);
    Ok(STANDARD.encode(sealed))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::sealing_key::tests::{KEY, new_key, private};
    use super::*;
    use rsa::RsaPrivateKey;

    /// Opens what is sealed, as the controller does, with other code than the sealing: AES by `openssl`'s rules is still
    /// `ring`'s here, the rest is done by hand.
    pub(in crate::secrets) fn open(
        key: &RsaPrivateKey,
        place: &str,
        sealed: &str,
    ) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let length = usize::from(*bytes.first()?) << 8 | usize::from(*bytes.get(1)?);
        let (wrapped, body) = (bytes.get(2..2 + length)?, bytes.get(2 + length..)?);
        let padding = Oaep::new_with_label::<rsa::sha2::Sha256, _>(place);
        let session = key.decrypt(padding, wrapped).ok()?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &session).ok()?);
        let mut body = body.to_vec();
        let nonce = Nonce::assume_unique_for_key([0; 12]);
        key.open_in_place(nonce, Aad::empty(), &mut body)
            .ok()
            .map(|plain| plain.to_vec())
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_under_its_name_and_not_otherwise() {
        let value = Plain::from("correct horse");
        let sealed = seal(KEY.certificate(), "carebase-data", "postgres", &value).expect("seals");
        let key = private(&KEY);
        let opened = open(&key, "carebase-data/postgres", &sealed);
        assert_eq!(opened.as_deref(), Some(value.bytes()));
        for place in [
            "carebase-data/redis",
            "carebase-apps/postgres",
            "carebase-data",
            "",
        ] {
            assert_eq!(open(&key, place, &sealed), None, "{place}");
        }
        let other = private(&new_key("production/es"));
        assert_eq!(open(&other, "carebase-data/postgres", &sealed), None);
    }

    #[test]
    fn a_changed_bit_is_noticed_and_nothing_is_the_same_twice() {
        let value = Plain::new(vec![0, 255, b'\n']);
        let seal_it = || seal(KEY.certificate(), "a", "b", &value).expect("seals");
        let (one, two) = (seal_it(), seal_it());
        assert_ne!(one, two);
        let key = private(&KEY);
        assert_eq!(open(&key, "a/b", &one), Some(vec![0, 255, b'\n']));
        let mut bytes = STANDARD.decode(&one).expect("base64");
        assert_eq!(bytes[..2], [1, 0]);
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert_eq!(open(&key, "a/b", &STANDARD.encode(bytes)), None);
        let empty = seal(KEY.certificate(), "a", "b", &Plain::from("")).expect("seals");
        assert_eq!(open(&key, "a/b", &empty), Some(Vec::new()));
    }
}
