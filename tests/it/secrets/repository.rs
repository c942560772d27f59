//! A repository with sealed secrets, made once and copied, and the opening of what is sealed in it.

use crate::bootstrap::stage::lean;
use crate::support::run::{Ran, command, init, platformctl, ran};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::DecodePrivateKey as _;
use rsa::{Oaep, RsaPrivateKey};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::LazyLock;

pub(crate) const CELL: &str = "production/tr";
pub(crate) const SEALED: &str = "cluster/overlays/production/tr/secrets/sealed";

/// A repository with sealed secrets, and the private key of its cell production/tr.
pub(crate) struct Sealed {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) key: String,
}

/// Making a key takes seconds: one repository is made, and copied for each test.
pub(crate) static MADE: LazyLock<Sealed> = LazyLock::new(|| {
    let folder = init(&[]);
    let root = folder.path().join("platform");
    let key = platformctl(&root, &["secrets", "key", CELL]);
    assert_eq!(key.code, 0, "{}", key.err);
    Sealed {
        folder,
        key: key.out,
    }
});

/// Renders the lean blueprint with something more.
pub(crate) fn declare(root: &Path, text: &str) {
    let path = root.join("platform.toml");
    fs::write(&path, format!("{}{text}", lean())).expect("writes");
    let rendered = platformctl(root, &["render"]);
    assert_eq!(rendered.code, 0, "{}", rendered.err);
}

/// Runs the binary with something on its standard input.
pub(crate) fn piped(root: &Path, args: &[&str], input: &[u8]) -> Ran {
    let mut child = command(root)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().expect("is piped").write_all(input);
    ran(child.wait_with_output().expect("the binary ends"))
}

/// Every file below a folder by its path.
pub(crate) fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("can be read"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            (
                entry.path().to_owned(),
                fs::read(entry.path()).expect("is read"),
            )
        })
        .collect()
}

impl Sealed {
    pub(crate) fn copy() -> Self {
        let folder = tempfile::tempdir().expect("makes a folder");
        for (path, content) in files(MADE.folder.path()) {
            let relative = path.strip_prefix(MADE.folder.path()).expect("is below");
            let target = folder.path().join(relative);
            fs::create_dir_all(target.parent().expect("has one")).expect("makes");
            fs::write(&target, content).expect("writes");
            let mode = fs::metadata(&path).expect("is there").permissions();
            fs::set_permissions(target, mode).expect("sets the mode");
        }
        Self {
            folder,
            key: MADE.key.clone(),
        }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("platform")
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        platformctl(&self.root(), args)
    }

    pub(crate) fn generated() -> Self {
        let this = Self::copy();
        let made = this.run(&["secrets", "generate", CELL]);
        assert_eq!(made.code, 0, "{}", made.err);
        this
    }

    pub(crate) fn private_pem(&self) -> String {
        let line = self
            .key
            .lines()
            .find_map(|l| l.trim().strip_prefix("tls.key: "));
        let pem = STANDARD.decode(line.expect("has it").trim_matches('"'));
        String::from_utf8(pem.expect("base64")).expect("PEM")
    }

    /// The values of a sealed Secret, opened with the private key.
    pub(crate) fn opened(&self, namespace: &str, name: &str) -> BTreeMap<String, String> {
        let path = self
            .root()
            .join(SEALED)
            .join(format!("{namespace}.{name}.yaml"));
        let text = fs::read_to_string(path).expect("is there");
        let read: serde_json::Value = serde_yaml::from_str(&text).expect("is YAML");
        let key = RsaPrivateKey::from_pkcs8_pem(&self.private_pem()).expect("a key");
        let data = read["spec"]["encryptedData"].as_object().expect("has data");
        data.iter()
            .map(|(at, sealed)| {
                let sealed = sealed.as_str().expect("text");
                let value = open(&key, &format!("{namespace}/{name}"), sealed).expect("opens");
                (at.clone(), String::from_utf8(value).expect("text"))
            })
            .collect()
    }
}

/// Opens a sealed value, written from the format's description and not from the code that seals.
pub(crate) fn open(key: &RsaPrivateKey, label: &str, sealed: &str) -> Option<Vec<u8>> {
    use ring::aead;
    let bytes = STANDARD.decode(sealed).ok()?;
    let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
    let padding = Oaep::new_with_label::<rsa::sha2::Sha256, _>(label);
    let session = key.decrypt(padding, &bytes[2..2 + length]).ok()?;
    let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_256_GCM, &session).ok()?);
    let mut body = bytes[2 + length..].to_vec();
    let nonce = aead::Nonce::assume_unique_for_key([0; 12]);
    let plain = key
        .open_in_place(nonce, aead::Aad::empty(), &mut body)
        .ok()?;
    Some(plain.to_vec())
}
