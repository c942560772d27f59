//! RES104: replicas and backups of databases and disks that are kept elsewhere.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use super::terraform::{COPIES, Ground, Trouble, judge_rows};
use crate::facts::terraform::{Call, Mode, Resource, Value};
use crate::spec::types::Provider;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES104",
    title: "A replica, backup or snapshot is kept in another place",
    severity: Weight::Critical,
    rationale: "Backups are the most common silent transfer: several services keep them in a second region unless told otherwise. A Recovery Services vault \
        of Azure is geo-redundant by default, an Azure SQL database's backups are too, a snapshot of Google Cloud without `storage_locations` goes to the nearest \
        multi-region, backups of Cloud SQL without `location` as well. Judged are replicas, global and linked clusters, copies of snapshots and images, \
        backup plans and vaults, with those defaults. A copy whose place is known to be at home passes.",
    fix: "Write where the copy is, and let that be in the jurisdiction: `ZoneRedundant`, `Local`, `location`, `storage_locations`; or leave the copy to the \
        platform's own backups.",
    example_bad: "resource \"azurerm_recovery_services_vault\" \"backups\" {\n  location = \"spaincentral\"\n  sku      = \"Standard\"      # GeoRedundant by default\n}",
    example_good: "resource \"azurerm_recovery_services_vault\" \"backups\" {\n  location          = \"spaincentral\"\n  sku               = \"Standard\"\n  storage_mode_type = \"ZoneRedundant\"\n}",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for ground in Ground::all(input) {
        judge_rows(&ground, &RULE, COPIES, out);
        for resource in ground
            .root
            .resources
            .iter()
            .filter(|r| r.mode == Mode::Managed)
        {
            let troubles = match resource.kind.as_str() {
                "google_sql_database_instance" => cloud_sql(resource),
                "google_spanner_instance" => spanner(&ground, resource),
                "azurerm_cosmosdb_account" => cosmos(resource),
                "google_compute_image" => image(resource),
                "aws_rds_cluster" | "aws_docdb_cluster" | "aws_neptune_cluster" => joined(resource),
                _ => continue,
            };
            for trouble in troubles {
                let message = format!("`{}` keeps backups in another region", resource.address);
                ground.report(&RULE, resource.region.as_ref(), message, trouble, out);
            }
        }
        for call in &ground.root.calls {
            call_inputs(&ground, call, out);
        }
    }
}

/// Automated backups without a location go to the multi-region nearest to the instance.
fn cloud_sql(resource: &Resource) -> Vec<Trouble> {
    resource
        .blocks("settings")
        .into_iter()
        .flat_map(|settings| settings.blocks("backup_configuration"))
        .filter(|backups| backups.get("enabled").and_then(Value::bool) != Some(false))
        .filter(|backups| backups.get("location").is_none_or(Value::is_null))
        .map(|backups| {
            Trouble::plain(
                &backups.at,
                "`location` is not set: backups go to the nearest multi-region",
            )
        })
        .collect()
}

/// `regional-europe-southwest1` is one region, everything else is several:
/// <https://cloud.google.com/spanner/docs/instance-configurations>.
fn spanner(ground: &Ground<'_>, resource: &Resource) -> Vec<Trouble> {
    let Some(value) = resource.get("config") else {
        return Vec::new();
    };
    let told = resource.region.as_ref();
    let config = value.text().unwrap_or_default();
    let name = config.rsplit('/').next().unwrap_or_default();
    let region = name
        .strip_prefix("regional-")
        .and_then(|code| super::terraform::place(Provider::Gcp, code));
    match region {
        Some(place) if ground.is_home(told, &place.countries) => Vec::new(),
        Some(place) => vec![ground.abroad(told, "config", value, place)],
        None => vec![Trouble::about(value, "a configuration of several regions")],
    }
}

/// Periodic backups are the default, and geo-redundant by default.
fn cosmos(resource: &Resource) -> Vec<Trouble> {
    let so = "periodic backups are geo-redundant by default";
    let blocks = resource.blocks("backup");
    if blocks.is_empty() {
        return vec![Trouble::plain(
            &resource.at,
            format!("`backup` is not set: {so}"),
        )];
    }
    blocks
        .into_iter()
        .filter(|backup| backup.get("type").and_then(Value::text).as_deref() != Some("Continuous"))
        .filter_map(|backup| match backup.get("storage_redundancy") {
            Some(value) => {
                let kept = ["Local", "Zone"].map(str::to_owned);
                let is_kept = value.text().is_some_and(|text| kept.contains(&text));
                (!is_kept).then(|| Trouble::about(value, "backups leave the region"))
            }
            None => Some(Trouble::plain(
                &backup.at,
                format!("`storage_redundancy` is not set: {so}"),
            )),
        })
        .collect()
}

/// An image made of a disk holds what the disk held.
fn image(resource: &Resource) -> Vec<Trouble> {
    let is_copy = ["source_disk", "source_snapshot"]
        .iter()
        .any(|key| resource.get(key).is_some());
    if is_copy && resource.get("storage_locations").is_none() {
        let words = "`storage_locations` is not set: the nearest multi-region keeps it";
        return vec![Trouble::plain(&resource.at, words)];
    }
    Vec::new()
}

/// A cluster that is a part of a global one.
fn joined(resource: &Resource) -> Vec<Trouble> {
    resource
        .get("global_cluster_identifier")
        .map(|value| Trouble::about(value, "part of a database of several regions"))
        .into_iter()
        .collect()
}

/// Inputs of modules from elsewhere by names that are usual for such copies.
fn call_inputs(ground: &Ground<'_>, call: &Call, out: &mut Found) {
    let told = ground.root.region.as_ref();
    for (key, value) in &call.fields {
        let words = match key.as_str() {
            "geo_redundant_backup_enabled" | "cross_region_restore_enabled"
                if value.bool() != Some(false) =>
            {
                "switched on"
            }
            "replicate_source_db" | "global_cluster_identifier" if !value.is_null() => {
                "where the other one is cannot be told"
            }
            _ => continue,
        };
        let message = format!("`{}` keeps a replica or backups elsewhere", call.address);
        ground.report(&RULE, told, message, Trouble::about(value, words), out);
    }
}
