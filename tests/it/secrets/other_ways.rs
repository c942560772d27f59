//! Secrets that are not sealed: straight into a cluster, or fetched from Vault; and values that only a person knows.

use super::repository::{CELL, Sealed, declare, files, piped};
use crate::bootstrap::stage::lean;
use crate::support::run::{Ran, init, platformctl};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const LAPTOP: &str = "dev-local/local";

/// What kubectl would list after these manifests were created.
fn listed(manifests: &str) -> String {
    let items: Vec<serde_json::Value> = manifests
        .split("---\n")
        .filter(|text| !text.is_empty())
        .map(|text| serde_yaml::from_str(text).expect("is YAML"))
        .collect();
    serde_json::json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

fn direct(root: &Path, input: &str) -> Ran {
    piped(
        root,
        &["secrets", "generate", LAPTOP, "--direct"],
        input.as_bytes(),
    )
}

#[test]
fn a_laptop_gets_what_it_lacks_and_keeps_what_it_has() {
    let folder = init(&[]);
    let root = folder.path().join("platform");
    declare(&root, "");
    let before = files(&root);
    let all = direct(&root, "");
    assert_eq!(all.code, 0, "{}", all.err);
    let list = listed(&all.out);
    assert_eq!(all.out.matches("kind: Secret").count(), 8);
    let nothing = direct(&root, &list);
    assert_eq!(
        (nothing.code, nothing.out.as_str()),
        (0, ""),
        "{}",
        nothing.err
    );
    let other = direct(&root, "");
    assert_ne!(all.out, other.out);

    let missing = all.out.split("---\n").nth(2).expect("is there");
    let rest: String = all.out.replacen(&format!("---\n{missing}"), "", 1);
    let completed = direct(&root, &listed(&rest));
    assert_eq!(
        completed.out,
        format!("---\n{missing}"),
        "a copy of the other namespace's"
    );
    assert_eq!(files(&root), before, "nothing is written");
    let read: serde_json::Value = serde_json::from_str(&list).expect("is JSON");
    for item in read["items"].as_array().expect("a list") {
        for value in item["data"].as_object().expect("has data").values() {
            let stored = value.as_str().expect("text");
            let meant = STANDARD.decode(stored).expect("is base64");
            let meant = String::from_utf8(meant).expect("is text");
            assert!(!all.err.contains(stored) && !all.err.contains(&meant));
        }
    }
    let sealed = platformctl(&root, &["secrets", "generate", LAPTOP]);
    assert!(
        sealed.code == 2 && sealed.err.contains("--direct"),
        "{}",
        sealed.err
    );
    let broken = direct(&root, "{");
    assert_eq!(broken.code, 2, "{}", broken.err);
}

#[test]
fn rotation_on_a_laptop_writes_new_manifests() {
    let folder = init(&[]);
    let root = folder.path().join("platform");
    let rotated = platformctl(&root, &["secrets", "rotate", LAPTOP, "object-storage-root"]);
    assert_eq!(rotated.code, 0, "{}", rotated.err);
    assert_eq!(rotated.out.matches("kind: Secret").count(), 1);
    assert!(
        rotated.err.contains("once it is in the cluster:"),
        "{}",
        rotated.err
    );
    let dry = platformctl(&root, &["secrets", "rotate", LAPTOP, "--dry-run"]);
    assert!(dry.code == 0 && dry.out.is_empty(), "{}", dry.out);
}

const VAULT: &str = r#"
[components.secrets]
backend = "external-secrets"
vault = { endpoints = ["vault-tr", "vault-es"], ca = """
-----BEGIN CERTIFICATE-----
MIIB
-----END CERTIFICATE-----
""" }
[[endpoints]]
id = "vault-tr"
host = "vault.tr.example"
ports = [8200]
country = "TR"
classes = ["keys"]
regions = ["tr"]
cidrs = ["192.0.2.1/32"]
[[endpoints]]
id = "vault-es"
host = "vault.es.example"
country = "ES"
classes = ["keys"]
regions = ["es"]
cidrs = ["192.0.2.2/32"]
"#;

#[test]
fn vault_gets_one_document_for_each_path_and_the_cell_reads_from_its_own() {
    let folder = init(&[]);
    let root = folder.path().join("platform");
    declare(&root, VAULT);
    let made = platformctl(&root, &["secrets", "generate", CELL]);
    assert_eq!(made.code, 0, "{}", made.err);
    let mut paths = BTreeMap::new();
    for line in made.out.lines() {
        let read: serde_json::Value = serde_json::from_str(line).expect("is JSON");
        let data = read["data"].as_object().expect("an object").clone();
        paths.insert(read["path"].as_str().expect("text").to_owned(), data);
    }
    let names: Vec<&str> = paths.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "carebase/production/tr/backend-ai-object-storage",
            "carebase/production/tr/backend-api-object-storage",
            "carebase/production/tr/object-storage-ca",
            "carebase/production/tr/object-storage-root",
            "carebase/production/tr/object-storage-tls",
        ]
    );
    let overlay = root.join("cluster/overlays/production/tr/secrets/cell");
    let text = fs::read_to_string(overlay.join("external-secrets.yaml")).expect("is there");
    let mut referred = BTreeSet::new();
    for document in text.split("---\n").skip(1) {
        let secret: serde_json::Value = serde_yaml::from_str(document).expect("is YAML");
        assert_eq!(secret["spec"]["target"]["creationPolicy"], "Owner");
        assert_eq!(secret["spec"]["target"]["deletionPolicy"], "Retain");
        for key in secret["spec"]["data"].as_array().expect("a list") {
            let path = key["remoteRef"]["key"].as_str().expect("text");
            let property = key["remoteRef"]["property"].as_str().expect("text");
            assert!(paths[path].contains_key(property), "{path} {property}");
            referred.insert(path.to_owned());
        }
    }
    assert_eq!(referred.len(), 5);
    let stores = fs::read_to_string(overlay.join("stores.yaml")).expect("is there");
    assert!(stores.contains("https://vault.tr.example:8200") && !stores.contains("vault.es"));
    assert!(
        stores.contains("mountPath: kubernetes/carebase/production/tr"),
        "{stores}"
    );
    let es = root.join("cluster/overlays/staging/es/secrets/cell/stores.yaml");
    assert!(
        fs::read_to_string(es)
            .expect("is there")
            .contains("server: https://vault.es.example\n")
    );
    let check = platformctl(&root, &["render", "--check"]);
    assert_eq!(check.code, 0, "{}", check.out);
    let status = platformctl(&root, &["secrets", "status"]);
    assert!(
        status.code == 0 && status.out.contains("kept in Vault"),
        "{}",
        status.out
    );
}

#[test]
fn a_region_without_a_server_of_its_own_is_refused() {
    let folder = init(&[]);
    let root = folder.path().join("platform");
    let path = root.join("platform.toml");
    let before = lean();
    for (from, to, says) in [
        ("\"vault-tr\", ", "", "region `tr` has no server"),
        (
            "regions = [\"tr\"]\n",
            "",
            "region `es` has several servers",
        ),
        (
            "classes = [\"keys\"]\nregions = [\"tr\"]",
            "regions = [\"tr\"]",
            "may not receive them",
        ),
        ("cidrs = [\"192.0.2.1/32\"]", "", "addresses are not known"),
        (
            "\"vault-tr\", ",
            "\"vault-rt\", ",
            "did you mean `vault-tr`",
        ),
        ("-----BEGIN", "BEGIN", "not a certificate in PEM"),
        ("backend = \"external-secrets\"", "", "belongs to `backend"),
    ] {
        assert!(VAULT.contains(from), "{from}");
        fs::write(&path, format!("{before}{}", VAULT.replacen(from, to, 1))).expect("writes");
        let run = platformctl(&root, &["render"]);
        assert!(
            run.code == 2 && run.err.contains(says),
            "{says}\n{}",
            run.err
        );
    }
    let alone = "\n[components.secrets]\nbackend = \"external-secrets\"\n";
    fs::write(&path, format!("{before}{alone}")).expect("writes");
    let run = platformctl(&root, &["render"]);
    assert!(
        run.code == 2 && run.err.contains("needs `vault`"),
        "{}",
        run.err
    );
}

#[test]
fn only_what_a_person_gives_can_be_set() {
    let here = Sealed::copy();
    let args = ["secrets", "set", CELL, "object-storage-root", "root-user"];
    let refused = piped(&here.root(), &args, b"me");
    assert!(
        refused.code == 2 && refused.err.contains("rotate"),
        "{}",
        refused.err
    );
    let unknown = piped(
        &here.root(),
        &["secrets", "set", CELL, "smtp", "password"],
        b"me",
    );
    assert!(
        unknown.code == 2 && unknown.err.contains("smtp"),
        "{}",
        unknown.err
    );
    assert!(
        files(&here.root())
            .keys()
            .all(|path| !path.ends_with("smtp.yaml"))
    );
}

/// Whoever types a command at a terminal sees no secret, and none is asked for there.
#[test]
fn terminals_are_refused() {
    let here = Sealed::copy();
    let root = here.root();
    // `script` gives the command a terminal; without it there is nothing to test with.
    let typed = |command: &str| {
        let program = env!("CARGO_BIN_EXE_platformctl");
        let line = format!("{program} -C {} {command}", root.display());
        let output = std::process::Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .stdin(std::process::Stdio::null())
            .output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let commands = [
        "secrets key production/tr --replace",
        "secrets generate dev-local/local --direct",
        "secrets rotate dev-local/local",
    ];
    for command in commands {
        let Ok(seen) = typed(command) else {
            println!("SKIPPED: there is no `script`");
            return;
        };
        assert!(
            seen.contains("not written to a terminal"),
            "{command}: {seen}"
        );
        assert!(!seen.contains("kind: Secret"), "{command}");
    }
    let seen = typed("secrets generate dev-local/local --direct | cat").expect("runs");
    assert!(seen.contains("not read from a terminal"), "{seen}");
}
