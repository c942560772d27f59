//! Stores besides databases, as they are planned: each engine, each server, and no trace where there is none.

use crate::plan::{build, declaration, load};
use platformctl::model::credentials::Value;
use platformctl::model::edges::Peer;
use platformctl::model::{Cell, ObjectRights, ObjectUser, Platform};
use platformctl::plan::{self, Plan};

/// A platform with one service that uses nothing.
fn plain(uses: &str, added: &str) -> String {
    let text = declaration("minimal");
    let port = "port = 8080\n";
    assert!(text.contains(port), "{text}");
    format!(
        "{}\n{added}",
        text.replace(
            port,
            &format!("{port}uses = [{uses}]\nclasses = [\"phi\"]\n")
        )
    )
}

fn text(plan: &Plan, path: &str) -> String {
    let file = plan.files.get(path).unwrap_or_else(|| {
        let paths: Vec<&String> = plan.files.keys().collect();
        panic!("{path} is not in {paths:#?}")
    });
    file.content.clone()
}

fn all(plan: &Plan) -> String {
    let rendered = plan
        .files
        .iter()
        .filter(|(path, _)| path.starts_with("cluster/") || path.starts_with("bootstrap/"));
    rendered
        .map(|(path, file)| format!("{path}\n{}", file.content))
        .collect()
}

fn credentials(cell: &Cell) -> Vec<&str> {
    cell.credentials
        .iter()
        .map(|credential| credential.name.as_str())
        .collect()
}

#[test]
fn what_is_not_declared_leaves_no_trace() {
    let text = all(&build(&plain("", "")));
    for word in [
        "object-storage:",
        "AWS_",
        "S3_",
        "valkey",
        "rabbitmq",
        "/etc/platform",
    ] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    assert!(!build(&plain("", "")).files.contains_key("docs/stores.md"));
}

#[test]
fn what_is_declared_and_not_used_is_not_rendered_and_said() {
    let text = plain("", "[components.valkey]\n[components.rabbitmq]\n");
    let plan = build(&text);
    assert!(!all(&plan).contains("valkey") && !all(&plan).contains("rabbitmq"));
    assert!(
        plan.files["docs/stores.md"]
            .content
            .contains("used by no service")
    );
    let (platform, document) = platformctl::model::load(&text).expect("is valid");
    let notes = platformctl::model::notes(&platform, &document);
    let codes: Vec<&str> = notes.iter().map(|note| note.code).collect();
    assert_eq!(codes, ["unused-component"; 2]);
    assert!(notes.iter().all(|note| note.primary().is_some()));
    assert!(
        platform
            .cells
            .iter()
            .all(|cell| credentials(cell).is_empty() && cell.edges.is_empty())
    );
}

#[test]
fn both_engines_are_reached_by_tls_and_set_up_by_the_same_job() {
    let of = |engine: &str| {
        build(&plain(
            "\"objects\"",
            &format!("[components.object-storage]\nengine = \"{engine}\"\n"),
        ))
    };
    let (minio, rustfs) = (of("minio"), of("rustfs"));
    let folder = "cluster/data/object-storage";
    for file in [
        "setup-job.yaml",
        "setup.sh",
        "service.yaml",
        "pdb.yaml",
        "network-policies.yaml",
    ] {
        let path = format!("{folder}/{file}");
        assert_eq!(text(&minio, &path), text(&rustfs, &path), "{file}");
    }
    let server = format!("{folder}/statefulset.yaml");
    for (plan, own, other) in [
        (&minio, "MINIO_", "RUSTFS_"),
        (&rustfs, "RUSTFS_", "MINIO_"),
    ] {
        let server = text(plan, &server);
        assert!(server.contains(own) && !server.contains(other), "{server}");
        assert_eq!(server.matches("scheme: HTTPS").count(), 3, "{server}");
        assert!(server.contains("name: object-storage-tls"));
        assert!(!all(plan).contains("http://object-storage") && !all(plan).contains("insecure"));
    }
    assert!(text(&rustfs, &server).contains("rustfs_cert.pem"));
    assert!(text(&minio, &server).contains("path: public.crt"));
    let service = text(&minio, "cluster/apps/web/deployment.yaml");
    for line in [
        "value: https://object-storage.tiny-data.svc:9000",
        "name: AWS_CA_BUNDLE",
        "name: NODE_EXTRA_CA_CERTS",
        "mountPath: /etc/platform/object-storage",
        "secretName: object-storage-ca",
    ] {
        assert!(service.contains(line), "{line} in {service}");
    }
}

#[test]
fn the_certificate_is_trusted_where_it_is_used() {
    let platform = load(&plain("\"objects\"", "[components.object-storage]\n"));
    let cell = &platform.cells[0];
    assert_eq!(
        credentials(cell),
        [
            "object-storage-ca",
            "object-storage-root",
            "object-storage-tls",
            "web-object-storage"
        ]
    );
    let find = |name: &str| {
        cell.credentials
            .iter()
            .find(|credential| credential.name == name)
            .expect("is there")
    };
    let trusted = find("object-storage-ca");
    assert_eq!(trusted.namespaces, ["tiny-apps", "tiny-data"]);
    assert!(
        matches!(&trusted.keys[0].value, Value::Copy { secret, key } if secret == "object-storage-tls" && key == "tls.crt")
    );
    let Value::Certificate { hosts } = &find("object-storage-tls").keys[0].value else {
        panic!("no certificate")
    };
    let access = &cell.object_storage.as_ref().expect("is there").access;
    assert!(hosts.contains(&access.host), "{hosts:?}");
    assert!(hosts.contains(&"object-storage".to_owned()), "{hosts:?}");
}

/// What a component that keeps backups in the object store will bring.
fn with_backups(platform: &mut Platform) {
    for cell in &mut platform.cells {
        let store = cell.object_storage.as_mut().expect("is there");
        let id = store.buckets.keys().next().expect("a bucket").clone();
        cell.object_users.push(ObjectUser {
            name: "postgres".to_owned(),
            pods: Vec::new(),
            secret: ObjectUser::secret_of("postgres"),
            namespaces: Vec::new(),
            buckets: [id].into(),
            rights: ObjectRights::Backup,
            because: "components.backups".to_owned(),
        });
    }
}

#[test]
fn buckets_of_backups_are_locked_and_keep_versions_at_least_as_long() {
    let added = "[components.object-storage]\nversion-days = 7\nlock-days = 21\nquotas = { objects = \"1Gi\" }\n";
    let mut platform = load(&plain("\"objects\"", added));
    let wanted = "cluster/overlays/production/es/object-storage/cell/buckets.yaml";
    let before = plan::build(&platform).expect("plans");
    assert!(text(&before, wanted).contains("versions=7 lock=none quota=1073741824"));
    with_backups(&mut platform);
    let after = plan::build(&platform).expect("plans");
    let after = text(&after, wanted);
    assert!(
        after.contains("versions=21 lock=21 quota=1073741824"),
        "{after}"
    );
    assert!(
        after.contains("user.postgres: \"backup tiny-production-es-objects\""),
        "{after}"
    );
}

#[test]
fn a_store_outside_brings_ways_and_keys_and_nothing_to_deploy() {
    let platform = load(&declaration("swapped"));
    let plan = build(&declaration("swapped"));
    assert!(
        plan.files
            .keys()
            .all(|path| !path.contains("object-storage"))
    );
    for cell in &platform.cells {
        assert!(cell.units.iter().all(|unit| unit.name != "object-storage"));
        let user = cell
            .credentials
            .iter()
            .find(|credential| credential.name == "web-object-storage");
        let user = user.expect("is there");
        assert!(user.keys.iter().all(|key| key.value == Value::Given));
        assert_eq!(user.namespaces, ["clinic-apps"]);
        let outside: Vec<_> = cell
            .edges
            .iter()
            .filter(|edge| matches!(edge.to, Peer::Outside { .. }))
            .collect();
        assert_eq!(outside.len(), 1, "{outside:#?}");
    }
    let cell = |environment: &str| {
        text(
            &plan,
            &format!("cluster/overlays/{environment}/es/web/cell/kustomization.yaml"),
        )
    };
    // Only one of the two has a certificate of its own.
    assert!(
        cell("staging").contains("https://s3.staging.example:9000")
            && cell("staging").contains("AWS_CA_BUNDLE")
    );
    assert!(cell("staging").contains("secretName: object-storage-ca"));
    assert!(
        !cell("production").contains("AWS_CA_BUNDLE")
            && !cell("production").contains("object-storage-ca")
    );
    let staging = platform.cell("staging/es").expect("is there");
    assert!(credentials(staging).contains(&"object-storage-ca"));
    let production = platform.cell("production/es").expect("is there");
    assert!(!credentials(production).contains(&"object-storage-ca"));
}

#[test]
fn each_service_has_a_user_of_its_own_and_no_password_is_an_argument() {
    let plan = build(&declaration("swapped"));
    for (server, users) in [
        ("valkey", &["web"][..]),
        ("rabbitmq", &["web", "worker"][..]),
    ] {
        let set = text(&plan, &format!("cluster/data/{server}/statefulset.yaml"));
        let secrets = set
            .matches(&format!("-{server}\n                  items:"))
            .count();
        assert_eq!(secrets, users.len(), "{set}");
        for user in users {
            assert!(set.contains(&format!("path: {user}/password")), "{set}");
        }
        // Passwords are files in one container's hands; no variable and no argument has one.
        assert!(!set.contains("secretKeyRef"), "{set}");
        assert_eq!(set.matches("mountPath: /passwords").count(), 1, "{set}");
        for line in [
            "readOnlyRootFilesystem: true",
            "runAsNonRoot: true",
            "Prune=confirm,Delete=confirm",
            "whenDeleted: Retain",
        ] {
            assert!(set.contains(line), "{line}");
        }
    }
    let worker = text(&plan, "cluster/apps/worker/deployment.yaml");
    assert!(
        worker.contains("RABBITMQ_VHOST") && !worker.contains("VALKEY_"),
        "{worker}"
    );
    // More memory in a cell lets Valkey fill more of it: 60 percent of 2Gi.
    let cell = text(
        &plan,
        "cluster/overlays/production/es/valkey/cell/kustomization.yaml",
    );
    assert!(cell.contains("value: \"1288490188\""), "{cell}");
}
