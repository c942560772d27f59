//! Workflows, and what does not belong into a repository.

use crate::support::planted::Planted;

const WORKFLOW: &str = ".github/workflows/nightly.yml";

fn workflow(jobs: &str) -> Planted {
    Planted::example().file(
        WORKFLOW,
        format!("name: Nightly\non:\n  workflow_dispatch:\npermissions: {{}}\njobs:\n{jobs}"),
    )
}

#[test]
fn a_dump_on_a_hosted_runner() {
    let dump = "  dump:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: |\n          set -e\n          kubectl -n carebase-data exec postgres-0 -- pg_dump carebase > d.sql\n";
    workflow(dump).caught("RES801", WORKFLOW, "pg_dump");
    workflow(&dump.replace("ubuntu-24.04", "[self-hosted, tr]")).silent();
    let kept = "  keep:\n    runs-on: [self-hosted, tr]\n    steps:\n      - uses: actions/upload-artifact@v4\n        with:\n          name: d\n          path: out/nightly.dump\n";
    workflow(kept).caught("RES801", WORKFLOW, "nightly.dump");
    let script =
        "  dump:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: ./scripts/nightly.sh\n";
    workflow(script)
        .file("scripts/nightly.sh", "#!/bin/sh\nmc cp prod/objects/a .\n")
        .caught("RES801", "scripts/nightly.sh", "mc cp");
}

#[test]
fn a_database_of_the_tests() {
    let tests = "  test:\n    runs-on: ubuntu-24.04\n    services:\n      postgres:\n        image: postgres:17\n    steps:\n      - run: psql -h localhost -c 'select 1'\n      - uses: actions/upload-artifact@v4\n        with:\n          name: report\n          path: target/report.html\n";
    workflow(tests).silent();
    workflow("  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo 'pg_dump happens in the cluster'\n").silent();
}

#[test]
fn secrets_of_another_region() {
    let deploy = "  deploy-es:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: platformctl status\n        env:\n          KUBECONFIG_DATA: ${{ secrets.TR_KUBECONFIG }}\n";
    workflow(deploy).caught("RES802", WORKFLOW, "TR_KUBECONFIG");
    workflow(&deploy.replace("TR_", "ES_")).silent();
    let staging = "  apply:\n    runs-on: ubuntu-24.04\n    environment: staging\n    steps:\n      - run: platformctl status\n        env:\n          TOKEN: ${{ secrets['PRODUCTION_DEPLOY_TOKEN'] }}\n";
    workflow(staging).caught("RES802", WORKFLOW, "PRODUCTION_DEPLOY_TOKEN");
}

#[test]
fn a_matrix_with_one_kubeconfig() {
    let matrix = "  deploy:\n    runs-on: ubuntu-24.04\n    strategy:\n      matrix:\n        region: [tr, es]\n    steps:\n      - run: platformctl status\n        env:\n          KUBECONFIG_DATA: ${{ secrets.KUBECONFIG }}\n";
    workflow(matrix).caught("RES802", WORKFLOW, "secrets.KUBECONFIG");
    let scoped = matrix.replace(
        "    strategy:",
        "    environment: production-${{ matrix.region }}\n    strategy:",
    );
    workflow(&scoped).silent();
    let role = "  sync-es:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n          role-to-assume: arn:aws:iam::111122223333:role/carebase-tr\n          aws-region: eu-south-2\n";
    workflow(role).caught("RES802", WORKFLOW, "role/carebase-tr");
}

#[test]
fn tables_of_people() {
    let csv = "fixtures/patients.csv";
    Planted::example()
        .file(csv, "id,first_name,birthdate\n1,Ada,1990-01-01\n")
        .caught("RES803", csv, "id,first_name");
    let json = "tests/fixtures/visits.json";
    Planted::example()
        .file(json, "[\n  {\"who\": \"10000000146\"}\n]\n")
        .caught("RES803", json, "10000000146");
    let sql = "db/seed.sql";
    Planted::example()
        .file(
            sql,
            "BEGIN;\nCOPY public.visits (id, at) FROM stdin;\n1\t2\n\\.\n",
        )
        .caught("RES803", sql, "COPY");
    let parquet = "exports/visits.parquet";
    Planted::example()
        .file(parquet, "PAR1")
        .caught("RES803", parquet, "PAR1");
    let map = "cluster/overlays/production/es/custom/backend-api/seed.yaml";
    Planted::example()
        .custom("production/es", "backend-api", "resources:\n  - seed.yaml\n")
        .file(map, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: seed\n  namespace: carebase-apps\ndata:\n  rows: |\n    12345678Z;Madrid\n")
        .caught("RES803", map, "12345678Z");
}

#[test]
fn rows_about_nobody() {
    Planted::example()
        .file("docs/ports.csv", "port,protocol\n443,tcp\n")
        .file(
            "db/roles.sql",
            "INSERT INTO roles (name) VALUES ('admin');\n",
        )
        .file(
            "docs/contact.md",
            "Write to platform@carebase.example or security@carebase.example.\n",
        )
        .file(
            "fixtures/codes.json",
            "{\"a\": 12345678901, \"b\": \"12345678A\"}\n",
        )
        .silent();
}

#[test]
fn secrets_in_plain_text() {
    let path = "cluster/overlays/production/tr/custom/backend-api/leftover.yaml";
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: smtp\nstringData:\n  username: app\n  password: hunter2hunter2\n";
    Planted::example()
        .file(path, secret)
        .caught("RES803", path, "password:");
    let encoded = secret
        .replace("stringData", "data")
        .replace("username: app", "username: YXBw")
        .replace("hunter2hunter2", "aHVudGVyMmh1bnRlcjI=");
    Planted::example()
        .file(path, encoded)
        .caught("RES803", path, "password:");
    Planted::example()
        .file(path, secret.replace("hunter2hunter2", "<from the vault>"))
        .silent();
    let custom = "cluster/overlays/production/tr/custom/backend-api/kustomization.yaml";
    let generator =
        "secretGenerator:\n  - name: smtp\n    literals:\n      - password=hunter2hunter2\n";
    Planted::example()
        .custom("production/tr", "backend-api", generator)
        .caught("RES803", custom, "hunter2");
}

#[test]
fn keys_and_kubeconfigs() {
    let key = "scripts/deploy.key.txt";
    let text = format!(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n-----END OPENSSH PRIVATE KEY-----\n",
        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz"
    );
    Planted::example()
        .file(key, text)
        .caught("RES803", key, "BEGIN OPENSSH");
    let config = "ops/tr.yaml";
    let text = "apiVersion: v1\nkind: Config\nclusters: []\nusers:\n  - name: admin\n    user:\n      token: abcdefgh\n";
    Planted::example()
        .file(config, text)
        .caught("RES803", config, "kind: Config");
}

#[test]
fn a_laptop_that_restores_real_data() {
    let path = "cluster/overlays/dev-local/local/custom/backend-api/kustomization.yaml";
    let patch = "patches:\n  - target:\n      kind: Deployment\n      name: backend-api\n    patch: |-\n      - op: add\n        path: /spec/template/spec/containers/0/env/-\n        value:\n          name: RESTORE_FROM\n          value: carebase-production-tr-postgres\n";
    Planted::example()
        .custom("dev-local/local", "backend-api", patch)
        .caught("RES803", path, "carebase-production-tr");
    let script = "bootstrap/dev-local/dev.sh";
    Planted::example()
        .append(script, "pull https://api.tr.carebase.example/dump\n")
        .caught("RES803", script, "tr.carebase.example");
}

#[test]
fn what_nobody_has_judged() {
    let broken = Planted::example().file(WORKFLOW, "jobs: [\n");
    broken.caught("RES901", WORKFLOW, "");
    let folder = "cluster/overlays/production/tr/reports";
    Planted::example()
        .file(
            &format!("{folder}/kustomization.yaml"),
            "kind: Kustomization\nresources:\n  - x.yaml\n",
        )
        .file(
            &format!("{folder}/x.yaml"),
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n",
        )
        .caught(
            "RES901",
            &format!("{folder}/kustomization.yaml"),
            "resources:",
        );
    let more = "cluster/overlays/production/tr/custom/backend-api/more.yaml";
    let object = "apiVersion: vendor.example/v1\nkind: ReplicationJob\nmetadata:\n  name: r\n  namespace: carebase-apps\nspec:\n  targetUrl: https://files.tr.carebase.example\n";
    Planted::example()
        .custom(
            "production/tr",
            "backend-api",
            "resources:\n  - more.yaml\n",
        )
        .file(more, object)
        .caught("RES901", more, "ReplicationJob");
    Planted::example()
        .custom(
            "production/tr",
            "backend-api",
            "resources:\n  - more.yaml\n",
        )
        .file(
            more,
            object.replace(
                "targetUrl: https://files.tr.carebase.example",
                "replicas: 2",
            ),
        )
        .silent();
}

#[test]
fn a_table_that_nobody_verified_for_long() {
    let old = Planted::example().judge_as_of("2027-08-01").findings;
    assert!(
        old.iter()
            .any(|f| f.code == "RES902" && f.message.contains("253 days")),
        "{old:?}"
    );
    let young = Planted::example().judge_as_of("2027-05-01").findings;
    assert!(young.iter().all(|f| f.code != "RES902"), "{young:?}");
    let install = "  check:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: cargo install --locked --git https://github.com/acme/platformctl platformctl\n";
    workflow(install).caught("RES902", WORKFLOW, "cargo install");
}
