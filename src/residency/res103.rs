//! RES103: object storage that copies itself elsewhere.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use super::terraform::{Ask, Ground, Row, Trouble, judge_rows, place, provider};
use crate::catalogue::LocationKind;
use crate::facts::terraform::{Datum, Mode, Value};
use crate::spec::types::Provider;
use std::collections::BTreeMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES103",
    title: "Object or file storage is replicated to another place",
    severity: Weight::Critical,
    rationale: "Replication, geo-redundancy and buckets of several regions keep a second copy of everything, often in another country, and general security \
        scanners ask for them. Judged are replication of S3, EFS, Azure storage, OVHcloud and MinIO, storage accounts and disks whose kind is geo-redundant \
        (`GRS`, `RAGRS`, `GZRS`, `RAGZRS`), buckets in multi-regions and dual-regions of Google Cloud, and transfer jobs. A copy whose place is known to be at \
        home passes.",
    fix: "Keep copies inside of the jurisdiction: `LRS` or `ZRS`, a bucket of one region, a second bucket at home.",
    example_bad: "resource \"azurerm_storage_account\" \"data\" {\n  location                 = \"spaincentral\"\n  account_replication_type = \"GRS\"\n}",
    example_good: "resource \"azurerm_storage_account\" \"data\" {\n  location                 = \"spaincentral\"\n  account_replication_type = \"ZRS\"\n}",
    exceptable: true,
    check,
};

const ROWS: &[Row] = &[
    // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_replication_configuration
    Row {
        kinds: &["aws_s3_bucket_replication_configuration"],
        ask: Ask::Target("rule.destination.bucket"),
        what: "replicates a bucket to another one",
    },
    Row {
        kinds: &["aws_s3_bucket"],
        ask: Ask::Target("replication_configuration.rules.destination.bucket"),
        what: "replicates a bucket to another one",
    },
    Row {
        kinds: &[
            "aws_s3control_multi_region_access_point",
            "aws_s3tables_table_bucket_replication",
        ],
        ask: Ask::Never,
        what: "spreads objects over several regions",
    },
    // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_replication_configuration
    Row {
        kinds: &["aws_efs_replication_configuration"],
        ask: Ask::NeedPlace("destination.region"),
        what: "replicates a file system",
    },
    // https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/storage_account
    Row {
        kinds: &["azurerm_storage_account"],
        ask: Ask::OneOf("account_replication_type", &["LRS", "ZRS"]),
        what: "keeps a copy in another region",
    },
    Row {
        kinds: &["azurerm_storage_object_replication"],
        ask: Ask::Target("destination_storage_account_id"),
        what: "replicates objects to another account",
    },
    // https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/storage_bucket
    Row {
        kinds: &["google_storage_bucket"],
        ask: Ask::Place("custom_placement_config.data_locations"),
        what: "keeps objects in two regions",
    },
    Row {
        kinds: &["google_storage_transfer_job"],
        ask: Ask::Target("transfer_spec.gcs_data_sink.bucket_name"),
        what: "copies objects to another bucket",
    },
    // https://registry.terraform.io/providers/ovh/ovh/latest/docs/resources/cloud_project_storage
    Row {
        kinds: &["ovh_cloud_project_storage"],
        ask: Ask::Place("replication.rules.destination.region"),
        what: "replicates objects to another region",
    },
    // https://registry.terraform.io/providers/aminueza/minio/latest/docs/resources/s3_bucket_replication
    Row {
        kinds: &["minio_s3_bucket_replication"],
        ask: Ask::Host("rule.target.host"),
        what: "replicates objects to another server",
    },
    Row {
        kinds: &["minio_ilm_tier", "minio_s3_bucket_tier"],
        ask: Ask::Host("endpoint"),
        what: "moves objects to another store",
    },
];

fn check(input: &Input<'_>, out: &mut Found) {
    for ground in Ground::all(input) {
        judge_rows(&ground, &RULE, ROWS, out);
        let resources = ground.root.resources.iter();
        for resource in resources.filter(|resource| resource.mode == Mode::Managed) {
            let told = resource.region.as_ref();
            if resource.kind == "google_storage_bucket"
                && let Some(location) = resource.get("location")
            {
                for trouble in ground.look(told, Provider::Gcp, "location", location) {
                    let spread = trouble
                        .place
                        .as_ref()
                        .is_some_and(|place| place.kind == LocationKind::MultiRegion);
                    if spread {
                        let message =
                            format!("`{}` is a bucket of several regions", resource.address);
                        ground.report(&RULE, told, message, trouble, out);
                    }
                }
            }
            if provider(&resource.provider_name) == Some(Provider::Azure)
                && resource.kind != "azurerm_storage_account"
            {
                let message = format!("`{}` keeps a copy in another region", resource.address);
                geo_redundant(&ground, told, &message, &resource.fields, out);
            }
        }
        for call in &ground.root.calls {
            let message = format!("`{}` keeps a copy in another region", call.address);
            geo_redundant(
                &ground,
                ground.root.region.as_ref(),
                &message,
                &call.fields,
                out,
            );
            let key = "replication_configuration";
            let written = call.fields.get(key).filter(|value| !is_empty(value));
            if let Some(value) = written {
                let message = format!("`{}` replicates a bucket", call.address);
                let trouble = Trouble::about(value, "where the copy is cannot be told");
                ground.report(&RULE, ground.root.region.as_ref(), message, trouble, out);
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match &value.datum {
        Datum::Null => true,
        Datum::Object(entries) => entries.is_empty(),
        Datum::List(items) => items.is_empty(),
        _ => false,
    }
}

/// Kinds of Azure storage that keep a copy in the paired region, wherever they are written:
/// <https://learn.microsoft.com/en-us/azure/storage/common/storage-redundancy>.
fn geo_redundant(
    ground: &Ground<'_>,
    told: Option<&crate::spec::names::Name>,
    message: &str,
    fields: &BTreeMap<String, Value>,
    out: &mut Found,
) {
    for value in fields.values().flat_map(Value::items) {
        match &value.datum {
            Datum::Object(inner) => geo_redundant(ground, told, message, inner, out),
            Datum::Text(text)
                if is_geo_redundant(text) && place(Provider::Azure, text).is_none() =>
            {
                let trouble =
                    Trouble::about(value, format!("`{text}` copies to the paired region"));
                ground.report(&RULE, told, message.to_owned(), trouble, out);
            }
            _ => {}
        }
    }
}

fn is_geo_redundant(text: &str) -> bool {
    text.split('_').any(|word| {
        ["GRS", "RAGRS", "GZRS", "RAGZRS"]
            .iter()
            .any(|kind| word.eq_ignore_ascii_case(kind))
    })
}
