//! Terraform planted beside the rendered example: each fragment is judged by the rule that is about it.
//!
//! A fragment is one line or a few; its place is the line that a person must change. Roots are of the cell
//! `production/es`, in Spain on Google Cloud, unless a test says otherwise.

use crate::support::planted::Planted;
use platformctl::diagnostic::Severity;

const MAIN: &str = "infra/production/es/main.tf";

/// A provider block of each cloud, at home where that cloud has a place in Spain.
const AWS: &str = "provider \"aws\" {\n  region = \"eu-south-2\"\n}\n";
const AZURE: &str = "provider \"azurerm\" {\n  features {}\n}\n";
const GOOGLE: &str =
    "provider \"google\" {\n  project = \"carebase\"\n  region  = \"europe-southwest1\"\n}\n";

/// State at home, for resources whose state holds secrets.
const STATE: (&str, &str) = (
    "infra/production/es/backend.tf",
    "terraform {\n  backend \"s3\" {\n    bucket = \"carebase-es-state\"\n    region = \"eu-south-2\"\n  }\n}\n",
);

fn with(head: &str, text: &str) -> Planted {
    let text = format!("{head}{text}");
    let planted = Planted::example().file(MAIN, text.as_str());
    if text.contains("backend") {
        planted
    } else {
        planted.file(STATE.0, STATE.1)
    }
}

/// Each fragment breaks the rule at the line that holds the marker.
#[track_caller]
fn bad(rule: &str, head: &str, fragments: &[(&str, &str)]) {
    for (text, line) in fragments {
        with(head, text).caught(rule, MAIN, line);
    }
}

#[track_caller]
fn good(head: &str, fragments: &[&str]) {
    for text in fragments {
        with(head, text).silent();
    }
}

#[test]
fn res101_places_of_every_provider() {
    bad(
        "RES101",
        "",
        &[
            (
                "provider \"aws\" {\n  region = \"eu-south-1\"\n}\n",
                "eu-south-1",
            ),
            ("provider \"aws\" {}\n", "provider \"aws\""),
            ("provider \"scaleway\" {}\n", "provider \"scaleway\""),
            (
                "variable \"region\" {}\nprovider \"aws\" {\n  region = var.region\n}\n",
                "region = var.region",
            ),
            ("resource \"aws_sqs_queue\" \"q\" {}\n", "aws_sqs_queue"),
        ],
    );
    bad(
        "RES101",
        AZURE,
        &[
            (
                "resource \"azurerm_resource_group\" \"a\" {\n  location = \"West Europe\"\n}\n",
                "West Europe",
            ),
            (
                "data \"azurerm_resource_group\" \"a\" {\n  name = \"x\"\n}\nresource \"azurerm_virtual_network\" \"a\" {\n  location = data.azurerm_resource_group.a.location\n}\n",
                "location = data",
            ),
        ],
    );
    bad(
        "RES101",
        GOOGLE,
        &[
            (
                "resource \"google_compute_instance\" \"a\" {\n  zone = \"europe-west1-b\"\n}\n",
                "europe-west1-b",
            ),
            (
                "resource \"google_bigquery_dataset\" \"a\" {\n  dataset_id = \"x\"\n}\n",
                "google_bigquery_dataset",
            ),
        ],
    );
    bad(
        "RES101",
        AWS,
        &[
            (
                "resource \"aws_sqs_queue\" \"q\" {\n  region = \"eu-west-3\"\n}\n",
                "eu-west-3",
            ),
            (
                "provider \"aws\" {\n  alias  = \"paris\"\n  region = \"eu-west-3\"\n}\n",
                "eu-west-3",
            ),
            (
                "resource \"aws_ebs_volume\" \"a\" {\n  availability_zone = \"eu-south-1a\"\n}\n",
                "eu-south-1a",
            ),
            (
                "resource \"aws_instance\" \"a\" {\n  kms_key_id = \"arn:aws:kms:eu-west-1:123456789012:key/a\"\n}\n",
                "arn:aws:kms",
            ),
        ],
    );
}

#[test]
fn res101_regions_of_small_providers() {
    for (kind, key, place) in [
        ("hcloud_server", "location", "fsn1"),
        ("hcloud_volume", "location", "nbg1"),
        ("hcloud_server", "datacenter", "nbg1-dc3"),
        ("digitalocean_droplet", "region", "fra1"),
        ("linode_instance", "region", "eu-west"),
        ("linode_instance", "region", "nowhere"),
        ("vultr_instance", "region", "cdg"),
        ("ovh_cloud_project_kube", "region", "GRA11"),
        ("scaleway_object_bucket", "region", "fr-par"),
        ("civo_instance", "region", "LON1"),
    ] {
        let text = format!("resource \"{kind}\" \"a\" {{\n  {key} = \"{place}\"\n}}\n");
        let found = with("", &text).judge().findings;
        let planted = with("", &text);
        let places: Vec<String> = found.iter().map(|finding| planted.at(finding)).collect();
        assert_eq!(
            places,
            [format!("RES101 {MAIN}:2")],
            "{kind} {place}: {found:#?}"
        );
    }
    with("", "resource \"hcloud_server\" \"a\" {}\n").caught("RES101", MAIN, "hcloud_server");
    with("", "resource \"digitalocean_spaces_bucket\" \"a\" {}\n").caught(
        "RES101",
        MAIN,
        "spaces_bucket",
    );
}

#[test]
fn res101_is_silent_about_places_at_home() {
    good(
        "",
        &[
            "provider \"aws\" {\n  region = \"eu-south-2\"\n}\nresource \"aws_ebs_volume\" \"a\" {\n  availability_zone = \"eu-south-2a\"\n}\n",
            "provider \"google\" {\n  zone = \"europe-southwest1-a\"\n}\nresource \"google_compute_instance\" \"a\" {}\nresource \"google_storage_bucket\" \"b\" {\n  location = \"EUROPE-SOUTHWEST1\"\n}\n",
            "resource \"azurerm_resource_group\" \"a\" {\n  location = \"Spain Central\"\n}\nresource \"azurerm_virtual_network\" \"a\" {\n  location = azurerm_resource_group.a.location\n}\n",
            "resource \"linode_instance\" \"a\" {\n  region = \"es-mad\"\n}\n",
            "resource \"vultr_instance\" \"a\" {\n  region = \"mad\"\n}\n",
            "data \"aws_availability_zones\" \"all\" {}\nprovider \"aws\" {\n  region = \"eu-south-2\"\n}\nresource \"aws_subnet\" \"a\" {\n  availability_zone = data.aws_availability_zones.all.names[0]\n}\n",
            "resource \"azurerm_monitor_action_group\" \"a\" {\n  location = \"global\"\n}\n",
            "resource \"random_id\" \"a\" {\n  byte_length = 4\n}\nprovider \"kubernetes\" {}\n",
            "variable \"home\" {\n  default = true\n}\nprovider \"aws\" {\n  region = var.home ? \"eu-south-2\" : \"eu-west-3\"\n}\n",
        ],
    );
}

const MODULE: &str = "variable \"region\" {}\nvariable \"replication\" {\n  default = \"ZRS\"\n}\n\
    resource \"azurerm_storage_account\" \"data\" {\n  location                 = var.region\n  account_replication_type = var.replication\n}\n";

/// A root of several files with a module and values.
fn azure(values: &str) -> Planted {
    Planted::example()
        .file("infra/modules/store/main.tf", MODULE)
        .file(
            MAIN,
            "provider \"azurerm\" {\n  features {}\n}\nmodule \"store\" {\n  source      = \"../../modules/store\"\n  region      = local.place\n  replication = var.replication\n}\n",
        )
        .file(
            "infra/production/es/variables.tf",
            "variable \"region\" {\n  type = string\n}\nvariable \"replication\" {\n  default = \"LRS\"\n}\nlocals {\n  place = lower(var.region)\n}\n",
        )
        .file("infra/production/es/terraform.tfvars", values)
}

#[test]
fn values_are_found_where_they_are_given_through_modules_and_files() {
    let values = "infra/production/es/terraform.tfvars";
    azure("region = \"spaincentral\"\n").silent();
    let found = azure("region = \"francecentral\"\n").caught("RES101", values, "francecentral");
    assert!(
        found[0].labels[1].text.contains("stays in ES"),
        "{:#?}",
        found[0]
    );
    assert_eq!(found[0].labels[1].location.path, "platform.toml");
    assert_eq!(
        found[0].labels[2].location.path,
        "infra/modules/store/main.tf"
    );
    assert_eq!(found[0].cell.as_deref(), Some("production/es"));
    assert_eq!(
        found[0].trace,
        ["location", "azure/francecentral", "FR ∉ {ES}"]
    );
    azure("region = \"spaincentral\"\nreplication = \"RAGRS\"\n").caught("RES103", values, "RAGRS");
}

#[test]
fn a_root_for_all_regions_must_be_at_home_in_one_of_them() {
    let shared = |text: &str| Planted::example().file("infra/shared/main.tf", text);
    shared("provider \"google\" {\n  region = \"europe-southwest1\"\n}\n").silent();
    shared("provider \"google\" {\n  region = \"europe-west1\"\n}\n").caught(
        "RES101",
        "infra/shared/main.tf",
        "europe-west1",
    );
    let vars = |region: &str| {
        Planted::example()
            .file(
                "infra/live/main.tf",
                "variable \"region\" {}\nprovider \"google\" {\n  region = var.region\n}\n",
            )
            .file(
                "infra/live/vars/es.tfvars",
                format!("region = \"{region}\"\n"),
            )
    };
    vars("europe-southwest1").silent();
    vars("europe-west9").caught("RES101", "infra/live/vars/es.tfvars", "europe-west9");
    // Nobody may write what is right for Spain into what is for Türkiye.
    Planted::example()
        .file("infra/production/tr/main.tf", AWS)
        .caught("RES101", "infra/production/tr/main.tf", "eu-south-2");
    Planted::example()
        .file(
            "infra/dev-local/main.tf",
            "provider \"aws\" {\n  region = \"eu-west-1\"\n}\n",
        )
        .silent();
}

const ISTANBUL: &str = "provider \"aws\" {\n  region = \"eu-central-1\"\n}\nresource \"aws_ebs_volume\" \"data\" {\n  availability_zone = \"eu-central-1-ist-1a\"\n  size              = 10\n}\n";

#[test]
fn res102_what_a_local_zone_leaves_to_its_region() {
    let main = "infra/production/tr/main.tf";
    let state = "terraform {\n  backend \"kubernetes\" {}\n}\n";
    let tr = |text: &str| Planted::example().file(main, format!("{state}{ISTANBUL}{text}"));
    for (text, line) in [
        (
            "resource \"aws_ebs_snapshot\" \"a\" {\n  volume_id = aws_ebs_volume.data.id\n}\n",
            "aws_ebs_snapshot",
        ),
        (
            "resource \"aws_ebs_snapshot\" \"a\" {\n  volume_id = aws_ebs_volume.data.id\n  location = \"regional\"\n}\n",
            "regional",
        ),
        (
            "resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"carebase-tr\"\n}\n",
            "aws_s3_bucket",
        ),
        (
            "resource \"aws_eks_cluster\" \"a\" {\n  name = \"a\"\n}\n",
            "aws_eks_cluster",
        ),
        (
            "resource \"aws_cloudwatch_log_group\" \"a\" {\n  name = \"a\"\n}\n",
            "aws_cloudwatch_log_group",
        ),
        ("resource \"aws_kms_key\" \"a\" {}\n", "aws_kms_key"),
        (
            "resource \"aws_dlm_lifecycle_policy\" \"a\" {\n  policy_details {\n    schedule {\n      create_rule {\n        interval = 24\n      }\n    }\n  }\n}\n",
            "create_rule",
        ),
        (
            "resource \"aws_instance\" \"a\" {\n  ami = \"ami-1\"\n}\n",
            "aws_instance",
        ),
    ] {
        tr(text).caught("RES102", main, line);
    }
    for text in [
        "resource \"aws_ebs_snapshot\" \"a\" {\n  volume_id = aws_ebs_volume.data.id\n  location = \"local\"\n}\n",
        "resource \"aws_subnet\" \"a\" {\n  availability_zone = \"eu-central-1-ist-1a\"\n}\nresource \"aws_instance\" \"a\" {\n  subnet_id = aws_subnet.a.id\n}\n",
        "resource \"aws_security_group\" \"a\" {}\nresource \"aws_iam_role\" \"a\" {}\n",
        "resource \"aws_dlm_lifecycle_policy\" \"a\" {\n  policy_details {\n    schedule {\n      create_rule {\n        location = \"LOCAL_ZONE\"\n      }\n    }\n  }\n}\n",
    ] {
        tr(text).silent();
    }
    // A Local Zone of a region that is used in Spain.
    with(
        AWS,
        "resource \"aws_subnet\" \"a\" {\n  availability_zone = \"eu-central-1-ist-1a\"\n}\n",
    )
    .caught("RES102", MAIN, "ist-1a");
}

#[test]
fn res103_replication_of_objects() {
    bad(
        "RES103",
        AZURE,
        &[
            (
                "resource \"azurerm_storage_account\" \"a\" {\n  location = \"spaincentral\"\n  account_replication_type = \"GRS\"\n}\n",
                "GRS",
            ),
            (
                "variable \"kind\" {}\nresource \"azurerm_storage_account\" \"a\" {\n  location = \"spaincentral\"\n  account_replication_type = var.kind\n}\n",
                "var.kind",
            ),
            (
                "resource \"azurerm_managed_disk\" \"a\" {\n  location = \"spaincentral\"\n  storage_account_type = \"Standard_RAGRS\"\n}\n",
                "RAGRS",
            ),
            (
                "resource \"azurerm_storage_object_replication\" \"a\" {\n  destination_storage_account_id = \"/subscriptions/x/storageAccounts/y\"\n}\n",
                "destination_storage",
            ),
        ],
    );
    bad(
        "RES103",
        AWS,
        &[
            (
                "resource \"aws_s3_bucket_replication_configuration\" \"a\" {\n  rule {\n    destination {\n      bucket = \"arn:aws:s3:::carebase-copy\"\n    }\n  }\n}\n",
                "carebase-copy",
            ),
            (
                "resource \"aws_s3control_multi_region_access_point\" \"a\" {}\n",
                "multi_region",
            ),
            (
                "resource \"aws_efs_replication_configuration\" \"a\" {\n  destination {\n    region = \"eu-west-3\"\n  }\n}\n",
                "eu-west-3",
            ),
        ],
    );
    bad(
        "RES103",
        GOOGLE,
        &[
            (
                "resource \"google_storage_bucket\" \"a\" {\n  location = \"EU\"\n}\n",
                "EU",
            ),
            (
                "resource \"google_storage_bucket\" \"a\" {\n  location = \"eur4\"\n}\n",
                "eur4",
            ),
        ],
    );
    good(
        AWS,
        &[
            "resource \"aws_s3_bucket\" \"copy\" {\n  bucket = \"carebase-copy\"\n}\nresource \"aws_s3_bucket_replication_configuration\" \"a\" {\n  rule {\n    destination {\n      bucket = aws_s3_bucket.copy.arn\n    }\n  }\n}\n",
        ],
    );
    good(
        AZURE,
        &[
            "resource \"azurerm_storage_account\" \"a\" {\n  location = \"spaincentral\"\n  account_replication_type = \"ZRS\"\n}\n",
        ],
    );
    good(
        GOOGLE,
        &["resource \"google_storage_bucket\" \"a\" {\n  location = \"europe-southwest1\"\n}\n"],
    );
}

#[test]
fn res104_replicas_and_backups() {
    bad(
        "RES104",
        AZURE,
        &[
            (
                "resource \"azurerm_recovery_services_vault\" \"a\" {\n  location = \"spaincentral\"\n}\n",
                "azurerm_recovery_services_vault",
            ),
            (
                "resource \"azurerm_recovery_services_vault\" \"a\" {\n  location = \"spaincentral\"\n  storage_mode_type = \"GeoRedundant\"\n}\n",
                "GeoRedundant",
            ),
            (
                "resource \"azurerm_mssql_database\" \"a\" {\n  name = \"x\"\n}\n",
                "azurerm_mssql_database",
            ),
        ],
    );
    bad(
        "RES104",
        AWS,
        &[
            (
                "resource \"aws_backup_plan\" \"a\" {\n  rule {\n    copy_action {\n      destination_vault_arn = \"arn:aws:backup:eu-west-3:1:backup-vault:v\"\n    }\n  }\n}\n",
                "eu-west-3",
            ),
            (
                "resource \"aws_dlm_lifecycle_policy\" \"a\" {\n  policy_details {\n    schedule {\n      cross_region_copy_rule {\n        target = \"eu-west-3\"\n      }\n    }\n  }\n}\n",
                "eu-west-3",
            ),
            (
                "resource \"aws_ebs_snapshot_copy\" \"a\" {\n  source_region = \"eu-central-1\"\n}\n",
                "eu-central-1",
            ),
            (
                "resource \"aws_dynamodb_table\" \"a\" {\n  replica {\n    region_name = \"eu-west-1\"\n  }\n}\n",
                "eu-west-1",
            ),
        ],
    );
    bad(
        "RES104",
        GOOGLE,
        &[
            (
                "resource \"google_compute_snapshot\" \"a\" {\n  source_disk = \"d\"\n}\n",
                "google_compute_snapshot",
            ),
            (
                "resource \"google_compute_snapshot\" \"a\" {\n  storage_locations = [\"eu\"]\n}\n",
                "eu",
            ),
            (
                "resource \"google_spanner_instance\" \"a\" {\n  config = \"eur3\"\n}\n",
                "eur3",
            ),
        ],
    );
    bad(
        "RES104",
        &format!("{AWS}{GOOGLE}"),
        &[
            (
                "resource \"aws_db_instance\" \"a\" {\n  replicate_source_db = \"arn:aws:rds:eu-west-1:1:db:x\"\n}\n",
                "eu-west-1",
            ),
            (
                "resource \"aws_rds_global_cluster\" \"a\" {}\n",
                "aws_rds_global_cluster",
            ),
            (
                "resource \"google_sql_database_instance\" \"a\" {\n  settings {\n    backup_configuration {\n      enabled = true\n    }\n  }\n}\n",
                "backup_configuration",
            ),
            (
                "resource \"azurerm_postgresql_flexible_server\" \"a\" {\n  location = \"spaincentral\"\n  geo_redundant_backup_enabled = true\n}\n",
                "geo_redundant_backup_enabled",
            ),
        ],
    );
    good(
        &format!("{AWS}{GOOGLE}"),
        &[
            "resource \"azurerm_recovery_services_vault\" \"a\" {\n  location = \"spaincentral\"\n  storage_mode_type = \"ZoneRedundant\"\n}\n",
            "resource \"aws_db_instance\" \"main\" {}\nresource \"aws_db_instance\" \"a\" {\n  replicate_source_db = aws_db_instance.main.identifier\n}\n",
            "resource \"google_sql_database_instance\" \"a\" {\n  settings {\n    backup_configuration {\n      enabled  = true\n      location = \"europe-southwest1\"\n    }\n  }\n}\n",
            "resource \"google_compute_snapshot\" \"a\" {\n  storage_locations = [\"europe-southwest1\"]\n}\n",
            "resource \"google_spanner_instance\" \"a\" {\n  config = \"regional-europe-southwest1\"\n}\n",
        ],
    );
}

#[test]
fn res105_keys_and_secrets() {
    bad(
        "RES105",
        &format!("{AWS}{GOOGLE}"),
        &[
            (
                "resource \"aws_kms_key\" \"a\" {\n  multi_region = true\n}\n",
                "multi_region",
            ),
            (
                "resource \"aws_kms_replica_key\" \"a\" {}\n",
                "aws_kms_replica_key",
            ),
            (
                "resource \"google_kms_key_ring\" \"a\" {\n  location = \"global\"\n}\n",
                "global",
            ),
            (
                "resource \"google_kms_key_ring\" \"a\" {\n  location = \"europe\"\n}\n",
                "europe",
            ),
        ],
    );
    bad(
        "RES105",
        &format!("{AWS}{GOOGLE}"),
        &[
            (
                "resource \"google_secret_manager_secret\" \"a\" {\n  replication {\n    auto {}\n  }\n}\n",
                "auto",
            ),
            (
                "resource \"google_secret_manager_secret\" \"a\" {}\n",
                "google_secret_manager_secret",
            ),
            (
                "resource \"aws_secretsmanager_secret\" \"a\" {\n  replica {\n    region = \"eu-west-3\"\n  }\n}\n",
                "eu-west-3",
            ),
        ],
    );
    good(
        &format!("{AWS}{GOOGLE}"),
        &[
            "resource \"aws_kms_key\" \"a\" {\n  multi_region = false\n}\n",
            "resource \"google_kms_key_ring\" \"a\" {\n  location = \"europe-southwest1\"\n}\n",
            "resource \"google_secret_manager_secret\" \"a\" {\n  replication {\n    user_managed {\n      replicas {\n        location = \"europe-southwest1\"\n      }\n    }\n  }\n}\n",
        ],
    );
}

#[test]
fn res106_state() {
    let backend = |text: &str| format!("terraform {{\n{text}}}\n");
    for (text, line) in [
        (
            "  backend \"s3\" {\n    region = \"us-east-1\"\n  }\n",
            "us-east-1",
        ),
        ("  backend \"s3\" {}\n", "backend"),
        (
            "  backend \"s3\" {\n    endpoints = { s3 = \"https://s3.example.org\" }\n  }\n",
            "s3.example.org",
        ),
        (
            "  backend \"gcs\" {\n    bucket = \"somewhere\"\n  }\n",
            "somewhere",
        ),
        ("  cloud {\n    organization = \"acme\"\n  }\n", "cloud"),
        ("  backend \"remote\" {}\n", "remote"),
        (
            "  backend \"http\" {\n    address = \"https://gitlab.com/api/v4/state\"\n  }\n",
            "gitlab.com",
        ),
        ("  backend \"local\" {}\n", "local"),
    ] {
        with("", &backend(text)).caught("RES106", MAIN, line);
    }
    with("", &backend("  backend \"s3\" {}\n"))
        .file(
            "infra/production/es/es.tfbackend",
            "region = \"eu-west-3\"\n",
        )
        .caught("RES106", "infra/production/es/es.tfbackend", "eu-west-3");
    Planted::example()
        .file(
            MAIN,
            format!("{AWS}resource \"aws_db_instance\" \"a\" {{}}\n"),
        )
        .caught("RES106", MAIN, "provider");
    // What has no secrets in its state may be without a backend until somebody applies it.
    Planted::example()
        .file(
            MAIN,
            format!("{AWS}resource \"aws_s3_bucket\" \"a\" {{}}\n"),
        )
        .silent();
    for text in [
        "  backend \"s3\" {\n    region = \"eu-south-2\"\n  }\n",
        "  backend \"s3\" {\n    region = \"main\"\n    endpoints = { s3 = \"https://state.es.carebase.example\" }\n  }\n",
        "  backend \"http\" {\n    address = \"https://git.es.carebase.example/state\"\n  }\n",
        "  backend \"kubernetes\" {\n    secret_suffix = \"state\"\n  }\n",
    ] {
        with("", &backend(text)).silent();
    }
    let own = "  backend \"gcs\" {\n    bucket = \"carebase-state\"\n  }\n";
    with(
        GOOGLE,
        &format!("{}resource \"google_storage_bucket\" \"s\" {{\n  name = \"carebase-state\"\n  location = \"europe-southwest1\"\n}}\n", backend(own)),
    )
    .silent();
}

#[test]
fn res107_edges_and_records() {
    bad(
        "RES107",
        AWS,
        &[
            (
                "resource \"aws_cloudfront_distribution\" \"a\" {}\n",
                "cloudfront",
            ),
            (
                "resource \"aws_globalaccelerator_accelerator\" \"a\" {}\n",
                "globalaccelerator",
            ),
            (
                "resource \"cloudflare_dns_record\" \"a\" {\n  name = \"app.es.carebase.example\"\n  type = \"CNAME\"\n  content = \"app.tr.carebase.example\"\n}\n",
                "app.tr",
            ),
            (
                "resource \"cloudflare_dns_record\" \"a\" {\n  name = \"app.es.carebase.example\"\n  type = \"A\"\n  content = \"203.0.113.7\"\n  proxied = true\n}\n",
                "proxied",
            ),
            (
                "resource \"aws_route53_record\" \"a\" {\n  name = \"app.es.carebase.example\"\n  type = \"A\"\n  latency_routing_policy {\n    region = \"eu-south-2\"\n  }\n}\n",
                "latency_routing_policy",
            ),
            (
                "resource \"aws_route53_record\" \"a\" {\n  name = \"*.carebase.example\"\n  type = \"A\"\n  records = [\"203.0.113.7\"]\n}\n",
                "*.carebase.example",
            ),
            (
                "resource \"aws_route53_zone\" \"z\" {\n  name = \"es.carebase.example\"\n}\nresource \"aws_route53_record\" \"a\" {\n  zone_id = aws_route53_zone.z.zone_id\n  name = \"app\"\n  type = \"CNAME\"\n  records = [\"lb.eu-west-3.elb.amazonaws.com\"]\n}\n",
                "eu-west-3",
            ),
            (
                "resource \"google_compute_backend_service\" \"a\" {\n  enable_cdn = true\n}\n",
                "enable_cdn",
            ),
        ],
    );
    good(
        AWS,
        &[
            "resource \"cloudflare_dns_record\" \"a\" {\n  name = \"app.es.carebase.example\"\n  type = \"A\"\n  content = \"203.0.113.7\"\n  proxied = false\n}\n",
            "resource \"aws_route53_record\" \"a\" {\n  name = \"www.es.carebase.example\"\n  type = \"CNAME\"\n  records = [\"app.es.carebase.example\"]\n}\n",
            "resource \"aws_lb\" \"l\" {}\nresource \"aws_route53_record\" \"a\" {\n  name = \"app.es.carebase.example\"\n  type = \"A\"\n  alias {\n    name = aws_lb.l.dns_name\n  }\n}\n",
            "resource \"aws_route53_record\" \"a\" {\n  name = \"_acme.es.carebase.example\"\n  type = \"CNAME\"\n  records = [\"proof.vendor.example\"]\n}\n",
        ],
    );
}

#[test]
fn res108_links_and_logs() {
    bad(
        "RES108",
        &format!("{AWS}{GOOGLE}{AZURE}"),
        &[
            (
                "resource \"aws_vpc_peering_connection\" \"a\" {\n  peer_region = \"eu-west-3\"\n}\n",
                "eu-west-3",
            ),
            (
                "resource \"aws_ec2_transit_gateway_peering_attachment\" \"a\" {\n  peer_region = \"eu-central-1\"\n}\n",
                "eu-central-1",
            ),
            (
                "resource \"hcloud_network_subnet\" \"a\" {\n  network_zone = \"eu-central\"\n}\n",
                "eu-central",
            ),
            (
                "resource \"google_logging_project_bucket_config\" \"a\" {\n  location = \"global\"\n}\n",
                "global",
            ),
            (
                "resource \"google_logging_project_sink\" \"a\" {\n  destination = \"logging.googleapis.com/projects/p/locations/global/buckets/b\"\n}\n",
                "global",
            ),
            (
                "resource \"aws_flow_log\" \"a\" {\n  log_destination = \"arn:aws:s3:::logs-elsewhere\"\n}\n",
                "logs-elsewhere",
            ),
            (
                "resource \"azurerm_virtual_network_peering\" \"a\" {\n  remote_virtual_network_id = \"/subscriptions/x/virtualNetworks/y\"\n}\n",
                "remote_virtual",
            ),
            (
                "resource \"ovh_vrack_cloudproject\" \"a\" {}\n",
                "ovh_vrack_cloudproject",
            ),
            (
                "resource \"google_compute_vpn_tunnel\" \"a\" {\n  region = \"europe-southwest1\"\n  peer_ip = \"198.51.100.7\"\n}\n",
                "198.51.100.7",
            ),
        ],
    );
    good(
        &format!("{AWS}{GOOGLE}{AZURE}"),
        &[
            "resource \"aws_vpc_peering_connection\" \"a\" {\n  peer_vpc_id = \"vpc-1\"\n}\n",
            "resource \"google_logging_project_bucket_config\" \"a\" {\n  location = \"europe-southwest1\"\n}\n",
            "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"carebase-es-logs\"\n}\nresource \"aws_flow_log\" \"a\" {\n  log_destination = aws_s3_bucket.logs.arn\n}\n",
            "resource \"google_storage_bucket\" \"logs\" {\n  name = \"carebase-es-logs\"\n  location = \"europe-southwest1\"\n}\nresource \"google_logging_project_sink\" \"a\" {\n  destination = \"storage.googleapis.com/${google_storage_bucket.logs.name}\"\n}\n",
        ],
    );
}

#[test]
fn modules_from_elsewhere_are_judged_by_what_they_are_given() {
    let call = |azs: &str| {
        with(
            AWS,
            &format!(
                "module \"vpc\" {{\n  source = \"terraform-aws-modules/vpc/aws\"\n  azs    = [{azs}]\n}}\n"
            ),
        )
    };
    let said = |planted: &Planted| {
        let found = planted.judge().findings;
        found
            .iter()
            .map(|finding| (planted.at(finding), finding.severity))
            .collect::<Vec<_>>()
    };
    // What such a module makes is not known, and that is said.
    let unread = (format!("RES101 {MAIN}:4"), Severity::Warning);
    assert_eq!(
        said(&call("\"eu-south-2a\"")),
        std::slice::from_ref(&unread)
    );
    let abroad = (format!("RES101 {MAIN}:6"), Severity::Error);
    assert_eq!(
        said(&call("\"eu-south-2a\", \"eu-west-3a\"")),
        [unread, abroad]
    );
}
