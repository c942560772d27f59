//! `platformctl secrets` from the outside: files that hold no plain text, pipes that do, and the real kubeseal.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at the files that commands write"
)]

mod kubeseal;
mod other_ways;
pub(crate) mod repository;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use repository::{CELL, SEALED, Sealed, files, open, piped};
use rsa::RsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey as _;
use std::fs;

#[test]
fn a_cell_is_sealed_once_and_no_file_has_a_value_in_it() {
    let here = Sealed::generated();
    let before = files(&here.root());
    let again = here.run(&["secrets", "generate", CELL]);
    assert_eq!(
        (again.code, again.out.as_str()),
        (0, "production/tr: nothing to seal\n")
    );
    assert_eq!(files(&here.root()), before);
    let check = here.run(&["render", "--check"]);
    assert_eq!(check.code, 0, "{}", check.out);

    let api = here.opened("carebase-apps", "backend-api-object-storage");
    assert_eq!(
        api,
        here.opened("carebase-data", "backend-api-object-storage")
    );
    assert_eq!(api["access-key"].len(), 20);
    let root = here.opened("carebase-data", "object-storage-root");
    let secret = here.private_pem();
    let mut values: Vec<&str> = api
        .values()
        .chain(root.values())
        .map(String::as_str)
        .collect();
    values.extend(secret.lines().filter(|line| !line.starts_with('-')));
    for (path, content) in &before {
        let text = String::from_utf8_lossy(content);
        for value in &values {
            assert!(!text.contains(value), "{}", path.display());
            assert!(
                !text.contains(&STANDARD.encode(value)),
                "{}",
                path.display()
            );
        }
    }
    let status = here.run(&["secrets", "status", CELL]);
    assert_eq!(status.code, 0, "{}", status.out);
}

#[test]
fn nothing_opens_under_another_name_namespace_or_key() {
    let here = Sealed::generated();
    let path = here
        .root()
        .join(SEALED)
        .join("carebase-data.object-storage-root.yaml");
    let text = fs::read_to_string(path).expect("is there");
    let read: serde_json::Value = serde_yaml::from_str(&text).expect("is YAML");
    let sealed = read["spec"]["encryptedData"]["root-user"]
        .as_str()
        .expect("text");
    let key = RsaPrivateKey::from_pkcs8_pem(&here.private_pem()).expect("a key");
    assert!(open(&key, "carebase-data/object-storage-root", sealed).is_some());
    for label in [
        "carebase-apps/object-storage-root",
        "carebase-data/other",
        "carebase-data",
        "",
    ] {
        assert!(open(&key, label, sealed).is_none(), "{label}");
    }
}

#[test]
fn a_rotation_replaces_one_group_and_says_what_to_do() {
    let here = Sealed::generated();
    let before = here.opened("carebase-apps", "backend-api-object-storage");
    let files_before = files(&here.root());
    let dry = here.run(&[
        "secrets",
        "rotate",
        CELL,
        "backend-api-object-storage",
        "--dry-run",
    ]);
    assert!(
        dry.code == 0 && dry.err.contains("would replace"),
        "{}",
        dry.err
    );
    assert_eq!(files(&here.root()), files_before);
    let rotated = here.run(&["secrets", "rotate", CELL, "backend-api-object-storage"]);
    assert!(
        rotated
            .err
            .contains("once it is in the cluster: sync object-storage"),
        "{}",
        rotated.err
    );
    let after = here.opened("carebase-data", "backend-api-object-storage");
    assert!(
        before["access-key"] != after["access-key"] && before["secret-key"] != after["secret-key"]
    );
    assert_eq!(
        after,
        here.opened("carebase-apps", "backend-api-object-storage")
    );
    let all = files(&here.root());
    let changed = all
        .iter()
        .filter(|(path, text)| files_before[*path] != **text);
    assert_eq!(changed.count(), 2);
    let unknown = here.run(&["secrets", "rotate", CELL, "backend-api"]);
    assert!(
        unknown.code == 2 && unknown.err.contains("backend-api-object-storage"),
        "{}",
        unknown.err
    );
}

/// With these values data is encrypted that nothing else opens.
#[test]
fn a_rotation_of_everything_leaves_alone_what_data_is_encrypted_with() {
    let here = Sealed::generated();
    let opened = |secret: &str| here.opened("carebase-data", secret);
    let (backup, vault, root) = (
        opened("postgres-backup"),
        opened("postgres-vault"),
        opened("object-storage-root"),
    );
    let rotated = here.run(&["secrets", "rotate", CELL]);
    assert_eq!(rotated.code, 0, "{}", rotated.err);
    let after = opened("postgres-backup");
    assert_eq!(backup["cipher-pass"], after["cipher-pass"]);
    assert_ne!(backup["tls.key"], after["tls.key"]);
    assert_eq!(vault, opened("postgres-vault"));
    assert_ne!(root, opened("object-storage-root"));
    here.run(&["secrets", "rotate", CELL, "postgres-vault"]);
    assert_eq!(vault, opened("postgres-vault"), "not even by its name");
}

#[test]
fn status_says_what_is_missing_orphaned_shared_and_old() {
    let here = Sealed::generated();
    let later = here.run(&[
        "secrets",
        "status",
        CELL,
        "--as-of",
        "2030-01-01",
        "--older-than",
        "90",
    ]);
    assert!(
        later.code == 0 && later.out.contains("days old"),
        "{}",
        later.out
    );
    let folder = here.root().join(SEALED);
    fs::remove_file(folder.join("carebase-data.object-storage-root.yaml")).expect("is there");
    let text = fs::read_to_string(folder.join("carebase-apps.backend-ai-object-storage.yaml"))
        .expect("is there");
    let orphan = text.replace("backend-ai-object-storage", "gone-object-storage");
    fs::write(
        folder.join("carebase-apps.gone-object-storage.yaml"),
        orphan,
    )
    .expect("writes");
    // Somebody copies a cell to save time, key and all.
    let es = here
        .root()
        .join("cluster/overlays/production/es/secrets/sealed");
    for (path, content) in files(&folder) {
        fs::write(es.join(path.file_name().expect("has one")), content).expect("writes");
    }
    let pem = "sealed-secrets.pem";
    let bootstrap = here.root().join("bootstrap/production");
    fs::copy(
        bootstrap.join("tr").join(pem),
        bootstrap.join("es").join(pem),
    )
    .expect("copies");
    let told = here.run(&["secrets", "status", CELL, "--format", "json"]);
    assert_eq!(told.code, 1, "{}", told.err);
    let told: serde_json::Value = serde_json::from_str(&told.out).expect("is JSON");
    let remarks = told["cells"][0]["remarks"].as_array().expect("a list");
    let has = |kind: &str, secret: &str| {
        let is = |r: &&serde_json::Value| r["kind"] == kind && r["secret"] == secret;
        remarks.iter().any(|r| is(&r))
    };
    assert!(has("missing", "carebase-data/object-storage-root"));
    assert!(has("orphaned", "carebase-apps/gone-object-storage"));
    assert!(has("unlisted", "carebase-apps/gone-object-storage"));
    assert!(has("shared", "carebase-apps/backend-ai-object-storage"));
    assert!(has("shared", ""), "the sealing key itself");
    assert_eq!(told["cells"][0]["cell"], CELL);

    let pruned = here.run(&["secrets", "generate", CELL, "--prune"]);
    assert_eq!(pruned.code, 0, "{}", pruned.err);
    assert!(
        !folder
            .join("carebase-apps.gone-object-storage.yaml")
            .exists()
    );
    let list = fs::read_to_string(folder.join("kustomization.yaml")).expect("is there");
    assert!(list.contains("carebase-data.object-storage-root.yaml") && !list.contains("gone"));
}

#[test]
fn what_a_new_namespace_lacks_comes_from_the_cluster_or_not_at_all() {
    let here = Sealed::generated();
    let lost = here
        .root()
        .join(SEALED)
        .join("carebase-apps.backend-api-object-storage.yaml");
    fs::remove_file(&lost).expect("is there");
    let stuck = here.run(&["secrets", "generate", CELL]);
    assert_eq!(stuck.code, 1, "{}", stuck.out);
    assert!(
        stuck.err.contains("--from-cluster") && !lost.exists(),
        "{}",
        stuck.err
    );
    let values = here.opened("carebase-data", "backend-api-object-storage");
    let data: serde_json::Map<String, serde_json::Value> = values
        .iter()
        .map(|(k, v)| (k.clone(), STANDARD.encode(v).into()))
        .collect();
    let list = serde_json::json!({"kind": "List", "items": [{"kind": "Secret", "data": data,
        "metadata": {"name": "backend-api-object-storage", "namespace": "carebase-data"}}]});
    let args = ["secrets", "generate", CELL, "--from-cluster"];
    let mended = piped(&here.root(), &args, list.to_string().as_bytes());
    assert_eq!(mended.code, 0, "{}", mended.err);
    assert_eq!(
        here.opened("carebase-apps", "backend-api-object-storage"),
        values
    );
    let text = list.to_string();
    assert!(
        values
            .values()
            .all(|v| !mended.out.contains(v) && !mended.err.contains(v) && !text.contains(v))
    );
}

#[test]
fn a_folder_that_cannot_be_written_stays_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;
    let here = Sealed::generated();
    let before = files(&here.root().join("cluster"));
    let folder = here.root().join(SEALED);
    // A folder where a file should go: nothing at all may change.
    let blocked = folder.join("carebase-data.object-storage-root.yaml");
    fs::remove_file(&blocked).expect("is there");
    fs::create_dir(&blocked).expect("makes");
    let run = here.run(&["secrets", "rotate", CELL]);
    assert_eq!(run.code, 3, "{}", run.err);
    fs::remove_dir(&blocked).expect("is empty");
    for (path, content) in files(&here.root().join("cluster")) {
        assert_eq!(before[&path], content, "{}", path.display());
    }
    let link = folder.join("carebase-data.object-storage-root.yaml");
    std::os::unix::fs::symlink("/dev/null", &link).expect("links");
    let run = here.run(&["secrets", "generate", CELL]);
    assert!(run.code == 3 && run.err.contains("symlink"), "{}", run.err);
    assert!(
        fs::metadata(&folder)
            .expect("is there")
            .permissions()
            .mode()
            & 0o200
            != 0
    );
}

#[test]
fn a_key_is_not_replaced_by_mistake_and_comes_back_by_its_own_certificate_only() {
    let here = Sealed::copy();
    let again = here.run(&["secrets", "key", CELL]);
    assert!(again.code == 4 && again.out.is_empty(), "{}", again.err);
    let back = piped(
        &here.root(),
        &["secrets", "key", CELL, "--restore"],
        here.key.as_bytes(),
    );
    assert_eq!(
        (back.code, back.out.as_str()),
        (0, here.key.as_str()),
        "{}",
        back.err
    );
    let wrong = piped(
        &here.root(),
        &["secrets", "key", CELL, "--restore"],
        b"nonsense",
    );
    assert!(wrong.code == 2 && wrong.out.is_empty(), "{}", wrong.err);
    for (path, content) in files(&here.root()) {
        let text = String::from_utf8_lossy(&content);
        assert!(!text.contains("PRIVATE KEY"), "{}", path.display());
    }
    let laptop = here.run(&["secrets", "key", "dev-local/local"]);
    assert!(laptop.code == 2 && laptop.out.is_empty(), "{}", laptop.err);
    let no_key = here.run(&["secrets", "generate", "production/es"]);
    assert!(
        no_key.code == 2 && no_key.err.contains("secrets key production/es"),
        "{}",
        no_key.err
    );
}
