//! The key pair of a cell's Sealed Secrets controller: the certificate is in the repository, the private key never is.
//!
//! The controller takes a pair that somebody else made from any Secret in its own namespace with the label [`LABEL`]
//! (<https://github.com/bitnami/sealed-secrets/blob/main/docs/bring-your-own-certificates.md>).

use super::certificate::{named, set_validity};
use super::manifest::{self, Secret};
use super::plain::{Plain, hex};
use anyhow::{Context as _, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::ToSpan as _;
use jiff::civil::Date;
use rcgen::{CertificateParams, KeyPair};
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, LineEnding};
use rsa::traits::PublicKeyParts as _;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use x509_cert::Certificate;
use x509_cert::der::{DecodePem as _, Encode as _};

/// Bits of a new key, as many as the controller's own have.
const BITS: usize = 4096;
/// How long its certificate is good for, in years; as that of the controller's own. Nothing but `kubeseal` looks at it.
const YEARS: i64 = 10;
/// The label by which the controller finds its keys.
pub const LABEL: (&str, &str) = ("sealedsecrets.bitnami.com/sealed-secrets-key", "active");
/// The namespace of the controller.
pub const NAMESPACE: &str = "sealed-secrets";

/// Both halves of a key pair.
pub struct SealingKey {
    certificate: SealingCertificate,
    private: Plain,
}

/// The public half: all that sealing needs.
pub struct SealingCertificate {
    pem: String,
    public: RsaPublicKey,
    fingerprint: String,
}

impl SealingCertificate {
    /// Reads a certificate in PEM.
    ///
    /// # Errors
    /// When it is no certificate with an RSA key of at least 2048 bits.
    pub fn parse(pem: &str) -> anyhow::Result<Self> {
        let certificate = Certificate::from_pem(pem).context("it is no certificate in PEM")?;
        let key = &certificate.tbs_certificate.subject_public_key_info;
        let der = key.to_der().context("its public key cannot be read")?;
        let public = RsaPublicKey::from_public_key_der(&der)
            .map_err(|_| anyhow!("its public key is not of RSA"))?;
        if public.size() < 256 {
            bail!("its key has fewer than 2048 bits");
        }
        Ok(Self {
            pem: pem.to_owned(),
            fingerprint: hex(&Sha256::digest(&der)[..16]),
            public,
        })
    }

    /// The certificate in PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The public key.
    pub(super) fn public(&self) -> &RsaPublicKey {
        &self.public
    }

    /// What tells its key from others, as 32 hexadecimal digits: the beginning of the SHA-256 of the public key.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

impl SealingKey {
    /// Makes a key pair for a cell. This takes seconds.
    ///
    /// # Errors
    /// When the operating system gives no random numbers.
    pub fn generate(cell: &str, made: Date) -> anyhow::Result<Self> {
        let mut random = rsa::rand_core::OsRng;
        let key = RsaPrivateKey::new(&mut random, BITS).context("making an RSA key")?;
        Self::new(&key, cell, made)
    }

    fn new(key: &RsaPrivateKey, cell: &str, made: Date) -> anyhow::Result<Self> {
        let pem = key
            .to_pkcs8_pem(LineEnding::LF)
            .context("writing an RSA key")?;
        let pair = KeyPair::from_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA256)
            .context("reading an RSA key")?;
        let mut params = CertificateParams::default();
        params.distinguished_name = named(&format!("sealed-secrets {cell}"));
        set_validity(&mut params, made, made.saturating_add(YEARS.years()));
        let certificate = params
            .self_signed(&pair)
            .context("signing a certificate")?
            .pem();
        Ok(Self {
            certificate: SealingCertificate::parse(&certificate)?,
            private: Plain::new(pem.as_bytes().to_vec()),
        })
    }

    /// Takes a kept private key back: PEM, or the Secret that [`SealingKey::manifest`] wrote.
    ///
    /// # Errors
    /// When it is no RSA key, or not the one that the certificate is about.
    pub fn restore(kept: &Plain, certificate: &str) -> anyhow::Result<Self> {
        let certificate = SealingCertificate::parse(certificate)?;
        let private = private_key(kept)?;
        let text = std::str::from_utf8(private.bytes()).context("the private key is no text")?;
        let key = RsaPrivateKey::from_pkcs8_pem(text)
            .or_else(|_| RsaPrivateKey::from_pkcs1_pem(text))
            // The reader's own words could be about the key.
            .map_err(|_| anyhow!("this is no private key of RSA in PEM"))?;
        if key.to_public_key() != certificate.public {
            bail!("this is the private key of another certificate");
        }
        Ok(Self {
            certificate,
            private,
        })
    }

    /// The public half.
    pub fn certificate(&self) -> &SealingCertificate {
        &self.certificate
    }

    /// The Secret that the controller takes the key from, as a manifest.
    pub fn manifest(&self, platform: &str) -> Plain {
        let keys = [
            ("tls.crt", Plain::from(self.certificate.pem())),
            ("tls.key", self.private.copy()),
        ];
        manifest::write(&Secret {
            name: self.name(),
            namespace: NAMESPACE.to_owned(),
            labels: vec![
                manifest::part_of(platform),
                (LABEL.0.to_owned(), LABEL.1.to_owned()),
            ],
            kind: "kubernetes.io/tls",
            data: keys
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<BTreeMap<_, _>>(),
        })
    }

    /// The name of the Secret: keys follow one another, and the old ones stay.
    fn name(&self) -> String {
        format!("sealed-secrets-key-{}", &self.certificate.fingerprint[..8])
    }
}

/// The private key in PEM, also out of a manifest.
fn private_key(kept: &Plain) -> anyhow::Result<Plain> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let bytes = kept.bytes();
    // Anything may stand before it, such as the certificate that `openssl` writes into the same file.
    if bytes.windows(BEGIN.len()).any(|part| part == BEGIN) {
        return only_private(bytes);
    }
    let line = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .find_map(|line| line.strip_prefix(b"tls.key:"));
    let Some(line) = line else {
        bail!("this is neither a private key in PEM nor a Secret with `tls.key`");
    };
    let value: Vec<u8> = line
        .trim_ascii()
        .iter()
        .copied()
        .filter(|b| *b != b'"')
        .collect();
    let value = Plain::new(value);
    let pem = STANDARD
        .decode(value.bytes())
        .map_err(|_| anyhow!("`tls.key` is not base64"))?;
    Ok(Plain::new(pem))
}

fn only_private(bytes: &[u8]) -> anyhow::Result<Plain> {
    let text = std::str::from_utf8(bytes).map_err(|_| anyhow!("the private key is no text"))?;
    let begins = [
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----",
    ];
    let Some(start) = begins.iter().find_map(|begin| text.find(begin)) else {
        bail!("there is no private key without a passphrase in it");
    };
    let rest = &text[start..];
    let end = rest
        .find("-----END ")
        .map(|end| end + rest[end..].find('\n').unwrap_or(rest.len() - end))
        .ok_or_else(|| anyhow!("the private key has no end"))?;
    Ok(Plain::from(&rest[..end]))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use jiff::civil::date;
    use std::sync::LazyLock;

    /// A key of the fewest bits that are taken, made once for all tests of this process.
    pub(in crate::secrets) static KEY: LazyLock<SealingKey> =
        LazyLock::new(|| new_key("production/tr"));

    pub(in crate::secrets) fn new_key(cell: &str) -> SealingKey {
        let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).expect("random");
        SealingKey::new(&key, cell, date(2026, 11, 21)).expect("is made")
    }

    pub(in crate::secrets) fn private(key: &SealingKey) -> RsaPrivateKey {
        let text = std::str::from_utf8(key.private.bytes()).expect("PEM");
        RsaPrivateKey::from_pkcs8_pem(text).expect("a key")
    }

    #[test]
    fn a_key_comes_back_from_its_manifest_and_from_pem_and_another_one_is_refused() {
        let pem = KEY.certificate().pem();
        let manifest = KEY.manifest("carebase");
        let text = std::str::from_utf8(manifest.bytes()).expect("is text");
        assert!(text.contains("sealedsecrets.bitnami.com/sealed-secrets-key: \"active\""));
        for kept in [KEY.manifest("carebase"), KEY.private.copy()] {
            let back = SealingKey::restore(&kept, pem).unwrap_or_else(|e| panic!("{e:#}"));
            assert!(back.private.bytes().trim_ascii_end() == KEY.private.bytes().trim_ascii_end());
        }
        let other = new_key("production/es");
        let why = |kept: &Plain| match SealingKey::restore(kept, pem) {
            Ok(_) => "restored".to_owned(),
            Err(error) => error.to_string(),
        };
        assert!(why(&other.manifest("carebase")).contains("another certificate"));
        assert!(why(&Plain::from("kind: Secret\n")).contains("neither"));
        assert!(why(&Plain::from(pem)).contains("no private key"));
        assert_ne!(
            other.certificate().fingerprint(),
            KEY.certificate().fingerprint()
        );
    }

    #[test]
    fn only_a_certificate_with_a_strong_rsa_key_is_taken() {
        let hosts = ["x.example".to_owned()];
        let (pem, _) =
            super::super::certificate::self_signed(&hosts, date(2026, 1, 1)).expect("is made");
        let why = |pem: &str| {
            SealingCertificate::parse(pem)
                .map(|_| ())
                .expect_err("is refused")
                .to_string()
        };
        assert!(why(&pem).contains("RSA"));
        assert!(why("nonsense").contains("no certificate"));
    }
}
