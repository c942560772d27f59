//! Stores, backups, copies.

use super::{ES, Plant, TR, all_caught, beside, cron_job, custom, env, merge, object, plant, set};
use crate::support::planted::Planted;

const REPOSITORIES: &str = "cluster/overlays/production/es/postgres/cell/repositories.yaml";
const PGBACKREST: &str = "cluster/data/postgres/pgbackrest.conf";

fn location(provider: &str, config: &str) -> String {
    format!(
        "apiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata:\n  name: dr\n  namespace: carebase-data\nspec:\n  provider: \
         {provider}\n  objectStorage:\n    bucket: carebase-production-es-postgres-backup\n  config:\n{config}"
    )
}

pub(super) fn plants() -> Vec<Plant> {
    vec![
        plant(
            "pods in a zone of Belgium",
            "RES201",
            custom(ES, "backend-api"),
            "europe-west1-b",
            merge(ES, "backend-api", "Deployment", "backend-api", "template:\n  spec:\n    nodeSelector:\n      topology.kubernetes.io/zone: europe-west1-b\n"),
        ),
        plant(
            "one bad zone in a good list",
            "RES201",
            custom(ES, "postgres"),
            "europe-west3-c",
            merge(
                ES,
                "postgres",
                "StatefulSet",
                "postgres",
                "template:\n  spec:\n    affinity:\n      nodeAffinity:\n        requiredDuringSchedulingIgnoredDuringExecution:\n          nodeSelectorTerms:\n            - matchExpressions:\n                - key: topology.kubernetes.io/zone\n                  operator: In\n                  values:\n                    - europe-southwest1-a\n                    - europe-west3-c\n",
            ),
        ),
        plant(
            "volumes that are replicated abroad",
            "RES202",
            beside(ES, "base", "added.yaml"),
            "Standard_GRS",
            object(ES, "base", "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata:\n  name: geo\nprovisioner: disk.csi.azure.com\nparameters:\n  skuName: Standard_GRS\n"),
        ),
        plant(
            "a volume on somebody's file server",
            "RES202",
            beside(TR, "base", "added.yaml"),
            "nfs.es.carebase.example",
            object(TR, "base", "apiVersion: v1\nkind: PersistentVolume\nmetadata:\n  name: archive\nspec:\n  capacity: {storage: 1Gi}\n  accessModes: [ReadWriteOnce]\n  nfs:\n    server: nfs.es.carebase.example\n    path: /x\n"),
        ),
        plant(
            "Velero writes to Paris",
            "RES203",
            beside(ES, "postgres", "added.yaml"),
            "region: eu-west-3",
            object(ES, "postgres", &location("aws", "    region: eu-west-3\n")),
        ),
        plant(
            "Velero in Türkiye without an address goes to AWS",
            "RES203",
            beside(TR, "postgres", "added.yaml"),
            "",
            object(TR, "postgres", &location("aws", "    region: tr\n").replace("production-es", "production-tr")),
        ),
        plant(
            "a second repository of the write-ahead log",
            "RES204",
            REPOSITORIES,
            "s3.eu-central-1.amazonaws.com",
            Planted::example().replace(
                REPOSITORIES,
                "  REPOSITORIES:",
                "  PGBACKREST_REPO2_S3_ENDPOINT: s3.eu-central-1.amazonaws.com\n  PGBACKREST_REPO2_TYPE: s3\n  REPOSITORIES:",
            ),
        ),
        plant(
            "the same in the file",
            "RES204",
            PGBACKREST,
            "repo2-s3-endpoint",
            Planted::example().append(PGBACKREST, "\n[global]\nrepo2-type=s3\nrepo2-s3-endpoint=fsn1.your-objectstorage.com\nrepo2-s3-bucket=x\nrepo2-s3-region=eu\nrepo2-cipher-type=aes-256-cbc\n"),
        ),
        plant(
            "backups in the clear",
            "RES205",
            REPOSITORIES,
            "PGBACKREST_REPO1_CIPHER_TYPE",
            Planted::example().replace(REPOSITORIES, "  REPOSITORIES:", "  PGBACKREST_REPO1_CIPHER_TYPE: none\n  REPOSITORIES:"),
        ),
        plant(
            "the cipher taken out of the file",
            "RES205",
            PGBACKREST,
            "cipher-type=none",
            Planted::example().replace(PGBACKREST, "repo1-cipher-type=aes-256-cbc", "repo1-cipher-type=none"),
        ),
        plant(
            "a subscription to a database abroad",
            "RES206",
            "cluster/data/postgres/setup.sql",
            "CREATE SUBSCRIPTION",
            Planted::example().append(
                "cluster/data/postgres/setup.sql",
                "\nCREATE SUBSCRIPTION s CONNECTION 'host=10.30.4.12 dbname=x' PUBLICATION p;\n",
            ),
        ),
        plant(
            "a standby of the other region's database",
            "RES206",
            "cluster/data/postgres/postgresql.conf",
            "primary_conninfo",
            Planted::example().append("cluster/data/postgres/postgresql.conf", "\nprimary_conninfo = 'host=pg.es.carebase.example user=r'\n"),
        ),
        plant(
            "a foreign server in SQL of one's own",
            "RES206",
            beside(TR, "postgres", "added.yaml"),
            "CREATE SERVER",
            object(TR, "postgres", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: own-sql\n  namespace: carebase-data\ndata:\n  own.sql: |\n    CREATE EXTENSION postgres_fdw;\n    CREATE SERVER es FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'pg.es.carebase.example');\n"),
        ),
        plant(
            "buckets replicated by the setup script",
            "RES207",
            "cluster/data/object-storage/setup.sh",
            "mc replicate add",
            Planted::example().append("cluster/data/object-storage/setup.sh", "\nmc replicate add store/objects --remote-bucket https://k:s@s3.eu-west-1.amazonaws.com/x\n"),
        ),
        plant(
            "events of the object store sent out",
            "RES207",
            custom(TR, "object-storage"),
            "https://events.partner.example",
            merge(
                TR,
                "object-storage",
                "StatefulSet",
                "object-storage",
                "template:\n  spec:\n    containers:\n      - name: object-storage\n        env:\n          - name: MINIO_NOTIFY_WEBHOOK_ENDPOINT_X\n            value: https://events.partner.example/x\n",
            ),
        ),
        plant(
            "a dump to a bucket at AWS",
            "RES208",
            beside(TR, "postgres", "added.yaml"),
            "aws s3 cp",
            object(TR, "postgres", &cron_job("export", "pg_dump \"$DATABASE\" | aws s3 cp - s3://carebase-reports/x")),
        ),
        plant(
            "files synchronised with rclone",
            "RES208",
            beside(ES, "object-storage", "added.yaml"),
            "rclone sync",
            object(ES, "object-storage", &cron_job("sync", "rclone sync /data remote:bucket")),
        ),
        plant(
            "a copy over SSH",
            "RES208",
            beside(ES, "postgres", "added.yaml"),
            "scp",
            object(ES, "postgres", &cron_job("copy", "scp /backup/x backup@203.0.113.5:/x")),
        ),
        plant(
            "the bucket of the other region",
            "RES209",
            custom(TR, "backend-api"),
            "carebase-production-es-objects",
            set(TR, "backend-api", "backend-api", "backend-api", "OBJECTS_BUCKET", "carebase-production-es-objects"),
        ),
        plant(
            "a bucket that nobody knows",
            "RES209",
            "cluster/overlays/production/es/supabase/cell/kustomization.yaml",
            "shared-files",
            Planted::example().replace("cluster/overlays/production/es/supabase/cell/kustomization.yaml", "value: carebase-production-es-storage\n", "value: shared-files\n"),
        ),
        plant(
            "the other region's backup bucket",
            "RES209",
            REPOSITORIES,
            "carebase-production-tr-postgres-backup",
            Planted::example().replace(REPOSITORIES, "carebase-production-es-postgres-backup", "carebase-production-tr-postgres-backup"),
        ),
        plant(
            "mails with links through a company abroad",
            "RES210",
            custom(TR, "supabase"),
            "smtp.sendgrid.net",
            env(TR, "supabase", "supabase-auth", "GOTRUE_SMTP_HOST", "smtp.sendgrid.net"),
        ),
        plant(
            "files at Supabase itself",
            "RES210",
            "cluster/overlays/production/tr/supabase/cell/kustomization.yaml",
            "abc.supabase.co",
            Planted::example().replace(
                "cluster/overlays/production/tr/supabase/cell/kustomization.yaml",
                "- name: STORAGE_S3_ENDPOINT\n                    value: https://object-storage.carebase-data.svc:9000",
                "- name: STORAGE_S3_ENDPOINT\n                    value: https://abc.supabase.co/storage/v1/s3",
            ),
        ),
    ]
}

#[test]
fn stores_elsewhere_are_caught() {
    all_caught(&plants());
}
