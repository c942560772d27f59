//! Terraform, DNS and the bootstrap of clusters.

use super::{Plant, all_caught, plant};
use crate::support::planted::Planted;

const MAIN: &str = "infra/production/es/main.tf";

fn terraform(text: &str) -> Planted {
    let head = "provider \"google\" {\n  project = \"carebase\"\n  region  = \"europe-southwest1\"\n}\n\n\
                terraform {\n  backend \"s3\" {\n    bucket = \"carebase-production-es-state\"\n    key = \"es\"\n    region = \"eu-south-2\"\n  }\n}\n\n";
    Planted::example().file(MAIN, format!("{head}{text}"))
}

#[test]
fn terraform_that_keeps_the_policy_is_silent() {
    terraform(
        "resource \"google_storage_bucket\" \"a\" {\n  name = \"carebase-production-es-terraform\"\n  location = \"EUROPE-SOUTHWEST1\"\n}\n",
    )
    .silent();
}

pub(super) fn plants() -> Vec<Plant> {
    vec![
        plant(
            "a provider in Belgium",
            "RES101",
            MAIN,
            "region = \"europe-west1\"",
            Planted::example().file(MAIN, "provider \"google\" {\n  region = \"europe-west1\"\n}\n"),
        ),
        plant(
            "a variable set in tfvars",
            "RES101",
            "infra/production/es/terraform.tfvars",
            "location = \"europe-west4\"",
            Planted::example()
                .file(MAIN, "variable \"location\" {}\nprovider \"google\" {\n  region = var.location\n}\n")
                .file("infra/production/es/terraform.tfvars", "# where\nlocation = \"europe-west4\"\n"),
        ),
        plant(
            "a zone of another country for a disk",
            "RES101",
            MAIN,
            "zone = \"europe-west9-a\"",
            terraform("resource \"google_compute_disk\" \"pg\" {\n  name = \"pg\"\n  zone = \"europe-west9-a\"\n}\n"),
        ),
        plant(
            "Milan instead of Spain",
            "RES101",
            "infra/production/es/aws.tf",
            "eu-south-1",
            terraform("").file("infra/production/es/aws.tf", "provider \"aws\" {\n  region = \"eu-south-1\"\n}\n"),
        ),
        plant(
            "a snapshot of a volume in the zone of Istanbul",
            "RES102",
            "infra/production/tr/main.tf",
            "aws_ebs_snapshot",
            Planted::example().file(
                "infra/production/tr/main.tf",
                "resource \"aws_ebs_volume\" \"pg\" {\n  availability_zone = \"eu-central-1-ist-1a\"\n  size = 10\n}\n\
                 resource \"aws_ebs_snapshot\" \"pg\" {\n  volume_id = aws_ebs_volume.pg.id\n}\n",
            ),
        ),
        plant(
            "a bucket in the European multi-region",
            "RES103",
            MAIN,
            "location = \"EU\"",
            terraform("resource \"google_storage_bucket\" \"b\" {\n  name     = \"carebase-production-es-x\"\n  location = \"EU\"\n}\n"),
        ),
        plant(
            "geo-redundant storage account",
            "RES103",
            MAIN,
            "account_replication_type",
            terraform(
                "resource \"azurerm_storage_account\" \"a\" {\n  name = \"carebase\"\n  location = \"spaincentral\"\n  account_tier = \"Standard\"\n  account_replication_type = \"GRS\"\n}\n",
            ),
        ),
        plant(
            "buckets replicated to Paris",
            "RES103",
            MAIN,
            "arn:aws:s3:::paris",
            terraform(
                "resource \"aws_s3_bucket_replication_configuration\" \"r\" {\n  bucket = \"a\"\n  role = \"r\"\n  rule {\n    status = \"Enabled\"\n    destination {\n      bucket = \"arn:aws:s3:::paris\"\n    }\n  }\n}\n",
            ),
        ),
        plant(
            "a recovery vault whose default is geo-redundant",
            "RES104",
            MAIN,
            "azurerm_recovery_services_vault",
            terraform("resource \"azurerm_recovery_services_vault\" \"v\" {\n  name = \"v\"\n  location = \"spaincentral\"\n  sku = \"Standard\"\n}\n"),
        ),
        plant(
            "backups copied to Frankfurt",
            "RES104",
            MAIN,
            "destination_vault_arn",
            terraform(
                "resource \"aws_backup_plan\" \"p\" {\n  name = \"p\"\n  rule {\n    rule_name = \"r\"\n    target_vault_name = \"v\"\n    copy_action {\n      destination_vault_arn = \"arn:aws:backup:eu-central-1:1:backup-vault:v\"\n    }\n  }\n}\n",
            ),
        ),
        plant(
            "a multi-region key",
            "RES105",
            MAIN,
            "multi_region",
            terraform("resource \"aws_kms_key\" \"k\" {\n  multi_region = true\n}\n"),
        ),
        plant(
            "secrets replicated wherever Google likes",
            "RES105",
            MAIN,
            "",
            terraform("resource \"google_secret_manager_secret\" \"s\" {\n  secret_id = \"s\"\n  replication {\n    auto {}\n  }\n}\n"),
        ),
        plant(
            "state in Virginia",
            "RES106",
            MAIN,
            "us-east-1",
            terraform("").replace(MAIN, "eu-south-2", "us-east-1"),
        ),
        plant(
            "state at HashiCorp",
            "RES106",
            "infra/production/tr/main.tf",
            "cloud",
            Planted::example().file("infra/production/tr/main.tf", "terraform {\n  cloud {\n    organization = \"acme\"\n  }\n}\n"),
        ),
        plant(
            "a name of Spain that leads to Türkiye",
            "RES107",
            MAIN,
            "api.tr.carebase.example",
            terraform(
                "resource \"google_dns_record_set\" \"api\" {\n  name = \"api.es.carebase.example.\"\n  type = \"CNAME\"\n  ttl = 60\n  managed_zone = \"z\"\n  rrdatas = [\"api.tr.carebase.example.\"]\n}\n",
            ),
        ),
        plant(
            "a content network in front",
            "RES107",
            MAIN,
            "aws_cloudfront_distribution",
            terraform("resource \"aws_cloudfront_distribution\" \"d\" {\n  enabled = true\n}\n"),
        ),
        plant(
            "a network joined with one in Paris",
            "RES108",
            MAIN,
            "peer_region",
            terraform("resource \"aws_vpc_peering_connection\" \"p\" {\n  vpc_id = \"a\"\n  peer_vpc_id = \"b\"\n  peer_region = \"eu-west-3\"\n}\n"),
        ),
        plant(
            "snapshots of etcd in Ireland",
            "RES109",
            "bootstrap/production/tr/k3s-config.yaml",
            "etcd-s3-endpoint",
            Planted::example().file(
                "bootstrap/production/tr/k3s-config.yaml",
                "etcd-s3: true\netcd-s3-endpoint: s3.eu-west-1.amazonaws.com\netcd-s3-bucket: tr-etcd\n",
            ),
        ),
        plant(
            "k3s without network policies",
            "RES109",
            "bootstrap/production/es/config.yaml",
            "disable-network-policy",
            Planted::example().file("bootstrap/production/es/config.yaml", "write-kubeconfig-mode: \"0600\"\ndisable-network-policy: true\n"),
        ),
        plant(
            "the same on the command line of the script",
            "RES109",
            "bootstrap/production/tr/bootstrap.sh",
            "--disable-network-policy",
            Planted::example().append(
                "bootstrap/production/tr/bootstrap.sh",
                "\ncurl -sfL https://get.k3s.io | INSTALL_K3S_EXEC=\"server --disable-network-policy\" sh -\n",
            ),
        ),
    ]
}

#[test]
fn infrastructure_elsewhere_is_caught() {
    all_caught(&plants());
}
