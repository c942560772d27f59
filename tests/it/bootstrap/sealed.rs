//! A cell whose secrets are sealed: its private key comes first, and only the right one.

use super::stage::{Stage, lean};
use super::{CLUSTER, SCRIPT};
use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use std::fs;

/// The blueprint with sealed secrets, and the manifest of the sealing key of the script's cell.
fn sealed_stage() -> (Stage, String) {
    let blueprint = lean();
    let declaration = format!("{blueprint}\n[components.secrets]\n");
    let stage = Stage::of(&declaration, &[CLUSTER]).with_made_up_argo_cd();
    let certificate = "bootstrap/production/tr/sealed-secrets.pem";
    let made = &crate::secrets::repository::MADE;
    let target = stage.path("tree").join(certificate);
    fs::copy(made.root().join(certificate), target).expect("copies");
    (stage, made.key.clone())
}

#[test]
fn a_sealed_cell_gets_its_key_first_and_no_other_one() {
    let (stage, key) = sealed_stage();
    let none = stage.run(SCRIPT, &["--yes"], "");
    assert!(
        !none.ok && none.stderr.contains("--sealing-key"),
        "{}",
        none.stderr
    );
    assert!(!stage.calls().contains("install.yaml -f"));
    let wrong = stage.run(SCRIPT, &["--yes", "--sealing-key", "-"], "no key at all");
    assert!(!wrong.ok, "{}", wrong.stderr);
    let has_key = |stage: &Stage| {
        let names: Vec<String> = stage.objects().into_keys().collect();
        names
            .iter()
            .any(|name| name.starts_with("secret.sealed-secrets."))
    };
    assert!(!has_key(&stage));

    stage.forget_calls();
    let run = stage.run(SCRIPT, &["--yes", "--sealing-key", "-"], &key);
    assert!(run.ok, "{}\n{}", run.stderr, stage.calls());
    assert!(has_key(&stage));
    let calls = stage.calls();
    let created = calls.find("create -f").expect("creates the key");
    assert!(created < calls.find("argocd-cm.yaml").expect("installs Argo CD"));
    let private = key
        .lines()
        .find_map(|line| line.trim().strip_prefix("tls.key: "))
        .expect("has a key")
        .trim_matches('"');
    let seen = format!("{calls}{}{}", run.stdout, run.stderr);
    assert!(!seen.contains(&private[..40]) && !seen.contains("PRIVATE"));

    // The second time the cluster has it, and a controller that runs by then is left alone.
    fs::write(stage.path("fake/controller"), "").expect("writes");
    let objects = stage.objects();
    stage.forget_calls();
    let again = stage.run(SCRIPT, &["--yes"], "");
    assert!(again.ok, "{}", again.stderr);
    assert_eq!(stage.objects(), objects);
    assert!(!stage.calls().contains("rollout restart"));
}

#[test]
fn the_key_of_another_cell_is_refused_and_one_that_is_late_wakes_the_controller() {
    let (stage, key) = sealed_stage();
    let other = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).expect("random");
    let other = other.to_pkcs8_pem(LineEnding::LF).expect("PEM");
    let wrong = stage.run(SCRIPT, &["--yes", "--sealing-key", "-"], &other);
    assert!(
        !wrong.ok && wrong.stderr.contains("another certificate"),
        "{}",
        wrong.stderr
    );
    fs::write(stage.path("fake/controller"), "").expect("writes");
    let kept = stage.path("home/key.yaml");
    fs::write(&kept, key).expect("writes");
    let from = format!("--sealing-key={}", kept.display());
    let late = stage.run(SCRIPT, &["--yes", "--only-secrets", &from], "");
    assert!(late.ok, "{}", late.stderr);
    assert!(stage.calls().contains("rollout restart"));
}
