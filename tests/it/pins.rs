//! Pins files judged by the tool that reads them in the end: kustomize.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "writes files, starts kustomize and says when it is not there"
)]

use platformctl::pins::{Pin, unreleased, write};
use std::path::Path;
use std::process::Command;

const IMAGE: &str = "ghcr.io/acme/web";
const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      initContainers:
        - name: migrate
          image: ghcr.io/acme/web
      containers:
        - name: web
          image: ghcr.io/acme/web
        - name: proxy
          image: ghcr.io/acme/web-proxy:1
";

fn kustomize() -> bool {
    let found = Command::new("kustomize").arg("version").output().is_ok();
    if !found {
        eprintln!("SKIPPED: kustomize is not on PATH, so nothing judged the pins Component");
    }
    found
}

/// What kustomize builds from a base and this pins file.
fn build(pins: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    put("base/deployment.yaml", DEPLOYMENT);
    put("base/kustomization.yaml", "resources: [deployment.yaml]\n");
    put(
        "overlay/kustomization.yaml",
        "resources: [../base]\ncomponents: [pins]\n",
    );
    put("overlay/pins/kustomization.yaml", pins);
    let output = Command::new("kustomize")
        .arg("build")
        .arg(folder.path().join("overlay"))
        .output()
        .expect("kustomize runs");
    assert!(
        output.status.success(),
        "{pins}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.stderr.is_empty(),
        "no warnings: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn kustomize_reads_pins_as_we_do() {
    if !kustomize() {
        return;
    }
    let before = unreleased("web", IMAGE, "production/tr");
    let built = build(&before);
    assert!(built.contains("replicas: 0"), "{built}");
    assert_eq!(
        built
            .matches("image: ghcr.io/acme/web:unreleased\n")
            .count(),
        2,
        "{built}"
    );
    assert!(
        built.contains("image: ghcr.io/acme/web-proxy:1\n"),
        "{built}"
    );

    for (pin, image) in [
        (
            Pin::new(Some("1.20"), Some(DIGEST)),
            format!("image: {IMAGE}:1.20@{DIGEST}\n"),
        ),
        (
            Pin::new(Some("0755"), Some(DIGEST)),
            format!("image: {IMAGE}:0755@{DIGEST}\n"),
        ),
        (
            Pin::new(Some("1e3"), Some(DIGEST)),
            format!("image: {IMAGE}:1e3@{DIGEST}\n"),
        ),
        (
            Pin::new(None, Some(DIGEST)),
            format!("image: {IMAGE}@{DIGEST}\n"),
        ),
        (Pin::new(Some("no"), None), format!("image: {IMAGE}:no\n")),
    ] {
        let after = write("p.yaml", &before, IMAGE, &pin).expect("written");
        let built = build(&after);
        assert!(!built.contains("replicas"), "{built}");
        assert_eq!(built.matches(&image).count(), 2, "{image}{built}");
        assert!(
            built.contains("image: ghcr.io/acme/web-proxy:1\n"),
            "{built}"
        );
    }
}
