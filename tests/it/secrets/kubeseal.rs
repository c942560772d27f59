//! Judged by the tool that everybody uses.

use super::repository::{SEALED, Sealed, files};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// The judge: the real kubeseal opens what is sealed here. `tests/judges/install` has it.
#[test]
fn kubeseal_opens_what_is_sealed_and_nothing_else() {
    if Command::new("kubeseal").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("CI").is_none(),
            "kubeseal is not on PATH: tests/judges/install DIR go"
        );
        println!("SKIPPED: kubeseal is not on PATH; `tests/judges/install DIR go` has it");
        return;
    }
    let here = Sealed::generated();
    let pem = here.folder.path().join("private.pem");
    fs::write(&pem, here.private_pem()).expect("writes");
    let unseal = |text: &str| {
        let mut child = Command::new("kubeseal")
            .args(["--recovery-unseal", "--recovery-private-key"])
            .arg(&pem)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut input = child.stdin.take().expect("is piped");
        input.write_all(text.as_bytes()).expect("writes");
        drop(input);
        child.wait_with_output().expect("ends")
    };
    let mut opened = 0;
    for (path, content) in files(&here.root().join(SEALED)) {
        let name = path
            .file_stem()
            .expect("has one")
            .to_string_lossy()
            .into_owned();
        let Some((namespace, name)) = name.split_once('.') else {
            continue;
        };
        let text = String::from_utf8(content).expect("text");
        let output = unseal(&text);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let secret: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        for (key, value) in here.opened(namespace, name) {
            assert_eq!(secret["data"][&key], STANDARD.encode(value), "{name}");
        }
        let other = text.replace(&format!("name: \"{name}\""), "name: \"other\"");
        assert!(other != text && !unseal(&other).status.success(), "{name}");
        opened += 1;
    }
    assert_eq!(opened, 24);
    let other = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).expect("random");
    let other = other.to_pkcs8_pem(LineEnding::LF).expect("PEM");
    fs::write(&pem, other.as_bytes()).expect("writes");
    let file = here
        .root()
        .join(SEALED)
        .join("carebase-data.object-storage-root.yaml");
    let text = fs::read_to_string(file).expect("is there");
    assert!(!unseal(&text).status.success());
}
