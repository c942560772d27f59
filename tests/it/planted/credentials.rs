//! Secrets, keys and accounts that two cells share or that are elsewhere.

use crate::support::planted::Planted;

const CELL: &str = "production/tr";
const SEALED: &str = "secrets/sealed/carebase-data.postgres.yaml";
const MORE: &str = "cluster/overlays/production/tr/custom/backend-api/more.yaml";
const CUSTOM: &str = "cluster/overlays/production/tr/custom/backend-api/kustomization.yaml";

fn more(text: &str) -> Planted {
    Planted::example()
        .custom(CELL, "backend-api", "resources:\n  - more.yaml\n")
        .beside(CELL, "backend-api", "more.yaml", text)
}

fn env(name: &str, value: &str) -> Planted {
    let patch = format!(
        "patches:\n  - target:\n      kind: Deployment\n      name: backend-api\n    patch: |-\n      - op: add\n        path: /spec/template/spec/containers/0/env/-\n        \
         value:\n          name: {name}\n          value: {value}\n"
    );
    Planted::example().custom(CELL, "backend-api", &patch)
}

#[track_caller]
fn codes(planted: &Planted, rule: &str) -> Vec<String> {
    let findings = planted.judge().findings;
    let found: Vec<String> = findings.iter().map(|f| planted.at(f)).collect();
    let mine: Vec<String> = found
        .iter()
        .filter(|f| f.starts_with(rule))
        .cloned()
        .collect();
    assert!(!mine.is_empty(), "no {rule} in {found:#?}");
    mine
}

fn overlay(cell: &str, file: &str) -> String {
    format!("cluster/overlays/{cell}/{file}")
}

fn value_of(cell: &str, key: &str) -> String {
    let example = Planted::example();
    let text = example.text(&overlay(cell, SEALED));
    let line = text
        .lines()
        .find(|line| line.trim().starts_with(key))
        .unwrap();
    line.trim().to_owned()
}

#[test]
fn the_same_ciphertext_in_two_cells() {
    let own = value_of(CELL, "password: ");
    let other = value_of("production/es", "password: ");
    let planted = Planted::example().replace(&overlay(CELL, SEALED), &own, &other);
    let mine = codes(&planted, "RES601");
    assert!(mine.iter().any(|f| f.contains("production/tr")), "{mine:?}");
    let own = value_of("staging/tr", "fingerprint.platformctl/password");
    let other = value_of(CELL, "fingerprint.platformctl/password");
    let path = overlay("staging/tr", SEALED);
    let planted = Planted::example().replace(&path, &own, &other);
    let mine = codes(&planted, "RES601");
    assert!(mine.iter().any(|f| f.contains(&path)), "{mine:?}");
}

#[test]
fn the_same_variable_in_two_cells() {
    let patch = "patches:\n  - target:\n      kind: Deployment\n      name: backend-api\n    patch: |-\n      - op: add\n        path: /spec/template/spec/containers/0/env/-\n        \
        value:\n          name: PARTNER_API_KEY\n          value: k3yk3yk3yk3yk3y\n";
    let planted = Planted::example()
        .custom(CELL, "backend-api", patch)
        .custom("production/es", "backend-api", patch);
    assert_eq!(codes(&planted, "RES601").len(), 2);
    let other = patch.replace("k3yk3yk3yk3yk3y", "an0theran0theran0ther");
    Planted::example()
        .custom(CELL, "backend-api", patch)
        .custom("production/es", "backend-api", &other)
        .silent();
}

#[test]
fn a_certificate_for_two_cells() {
    let pem = Planted::example()
        .text("bootstrap/production/es/sealed-secrets.pem")
        .to_owned();
    let planted = Planted::example().file("bootstrap/production/tr/sealed-secrets.pem", pem);
    assert_eq!(
        codes(&planted, "RES602"),
        [
            "RES602 bootstrap/production/es/sealed-secrets.pem:1",
            "RES602 bootstrap/production/tr/sealed-secrets.pem:1"
        ]
    );
}

#[test]
fn recipients_of_another_cell() {
    let rules = "creation_rules:\n  - path_regex: overlays/production/tr/.*\n    age: age1tr,age1es\n  - path_regex: overlays/production/es/.*\n    age: age1es\n";
    let planted = Planted::example().file(".sops.yaml", rules);
    assert_eq!(
        codes(&planted, "RES602"),
        ["RES602 .sops.yaml:3", "RES602 .sops.yaml:5"]
    );
    let apart = rules.replace("age1tr,age1es", "age1tr");
    Planted::example().file(".sops.yaml", apart).silent();
    let kms = "creation_rules:\n  - path_regex: overlays/production/es/.*\n    kms: arn:aws:kms:eu-west-3:111122223333:key/1\n";
    Planted::example()
        .file(".sops.yaml", kms)
        .caught("RES602", ".sops.yaml", "eu-west-3");
}

#[test]
fn a_store_of_secrets_elsewhere() {
    let store = "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata:\n  name: vault\n  namespace: carebase-apps\nspec:\n  provider:\n    vault:\n      \
        server: https://vault.es.carebase.example\n      path: apps\n";
    more(store).caught("RES603", MORE, "vault.es");
    more(&store.replace("vault.es", "vault.tr")).silent();
    let aws = "apiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata:\n  name: aws\nspec:\n  provider:\n    aws:\n      service: SecretsManager\n      region: eu-central-1\n";
    more(aws).caught("RES603", MORE, "eu-central-1");
    env(
        "MINIO_KMS_KES_ENDPOINT",
        "https://kes.es.carebase.example:7373",
    )
    .caught("RES603", CUSTOM, "kes.es");
}

#[test]
fn a_class_of_secrets_of_another_cloud() {
    let class = "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata:\n  name: vault\n  namespace: carebase-apps\nspec:\n  provider: vault\n  parameters:\n    \
        vaultAddress: https://vault.vendor.example\n    roleName: apps\n";
    more(class).caught("RES603", MORE, "vault.vendor.example");
}

#[test]
fn credentials_named_after_another_cell() {
    let external = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: objects\n  namespace: carebase-apps\nspec:\n  secretStoreRef:\n    name: vault\n  data:\n    \
        - secretKey: key\n      remoteRef:\n        key: es/objects\n";
    more(external).caught("RES604", MORE, "key: es/objects");
    more(&external.replace("es/objects", "tr/objects")).silent();
    more(&external.replace("es/objects", "staging/objects")).caught(
        "RES604",
        MORE,
        "staging/objects",
    );
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: exporter\n  namespace: carebase-apps\n  annotations:\n    \
        eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/carebase-es-objects\n";
    more(account).caught("RES604", MORE, "carebase-es-objects");
}

#[test]
fn secrets_that_are_copied_everywhere() {
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: shared\n  namespace: carebase-apps\nspec:\n  encryptedData:\n    key: AgBwonlyhere\n  template:\n    metadata:\n      \
        annotations:\n        replicator.v1.mittwald.de/replicate-to: \".*\"\n";
    more(sealed).caught("RES604", MORE, "replicate-to");
    more(&sealed.replace("\".*\"", "carebase-data")).silent();
}

#[test]
fn identity_providers_elsewhere() {
    env(
        "GOTRUE_EXTERNAL_KEYCLOAK_URL",
        "https://login.es.carebase.example",
    )
    .caught("RES605", CUSTOM, "login.es");
    env(
        "GOTRUE_EXTERNAL_KEYCLOAK_URL",
        "https://login.tr.carebase.example",
    )
    .silent();
    env("GOTRUE_EXTERNAL_GOOGLE_ENABLED", "\"true\"").caught("RES605", CUSTOM, "true");
    // The mail and messages of Supabase have a rule of their own, which says so too.
    let messages = codes(&env("GOTRUE_SMS_PROVIDER", "messagebird"), "RES605");
    assert_eq!(messages, [format!("RES605 {CUSTOM}:12")]);
    let dex = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: dex\n  namespace: carebase-apps\ndata:\n  config.yaml: |\n    connectors:\n      - type: oidc\n        id: corp\n        config:\n          \
        issuer: https://accounts.vendor.example\n";
    more(dex).caught("RES605", MORE, "accounts.vendor.example");
}
