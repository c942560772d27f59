//! Resources that keep replicas, backups and snapshots, with what must hold of them.

use super::{Ask, Row};

const REPLICA: &str = "replicates a database across regions";
const BACKUP: &str = "keeps backups in another region";

/// What RES104 asks. Sources: the pages of the resources at <https://registry.terraform.io/browse/providers>; defaults of backups of Cosmos DB:
/// <https://learn.microsoft.com/azure/cosmos-db/periodic-backup-storage-redundancy>, of snapshots of Google Cloud:
/// <https://cloud.google.com/compute/docs/disks/snapshot-settings>, of Cloud SQL:
/// <https://cloud.google.com/sql/docs/postgres/backup-recovery/backups#locationbackups>.
pub(in crate::residency) const COPIES: &[Row] = &[
    Row {
        kinds: &["aws_db_instance"],
        ask: Ask::Target("replicate_source_db"),
        what: REPLICA,
    },
    Row {
        kinds: &[
            "aws_rds_cluster",
            "aws_docdb_cluster",
            "aws_neptune_cluster",
        ],
        ask: Ask::Target("replication_source_identifier"),
        what: REPLICA,
    },
    Row {
        kinds: &["aws_rds_cluster"],
        ask: Ask::Place("source_region"),
        what: REPLICA,
    },
    Row {
        kinds: &["aws_db_instance_automated_backups_replication"],
        ask: Ask::Never,
        what: "copies backups to another region",
    },
    Row {
        kinds: &[
            "aws_rds_global_cluster",
            "aws_docdb_global_cluster",
            "aws_neptune_global_cluster",
            "aws_dynamodb_global_table",
            "aws_elasticache_global_replication_group",
            "aws_memorydb_multi_region_cluster",
            "aws_keyspaces_table_replica",
        ],
        ask: Ask::Never,
        what: "makes a database of several regions",
    },
    Row {
        kinds: &["aws_dynamodb_table"],
        ask: Ask::Place("replica.region_name"),
        what: REPLICA,
    },
    Row {
        kinds: &["aws_dynamodb_table_replica"],
        ask: Ask::Target("global_table_arn"),
        what: REPLICA,
    },
    Row {
        kinds: &["aws_backup_plan"],
        ask: Ask::Target("rule.copy_action.destination_vault_arn"),
        what: BACKUP,
    },
    Row {
        kinds: &["aws_dlm_lifecycle_policy"],
        ask: Ask::Place("policy_details.schedule.cross_region_copy_rule.target"),
        what: BACKUP,
    },
    Row {
        kinds: &["aws_dlm_lifecycle_policy"],
        ask: Ask::Place("policy_details.schedule.cross_region_copy_rule.target_region"),
        what: BACKUP,
    },
    Row {
        kinds: &["aws_dlm_lifecycle_policy"],
        ask: Ask::Place("policy_details.action.cross_region_copy.target"),
        what: BACKUP,
    },
    Row {
        kinds: &["aws_dlm_lifecycle_policy"],
        ask: Ask::Place("policy_details.cross_region_copy_target.target_region"),
        what: BACKUP,
    },
    Row {
        kinds: &["aws_ebs_snapshot_copy"],
        ask: Ask::NeedPlace("source_region"),
        what: "copies a snapshot between regions",
    },
    Row {
        kinds: &["aws_ami_copy"],
        ask: Ask::NeedPlace("source_ami_region"),
        what: "copies an image between regions",
    },
    Row {
        kinds: &["aws_redshift_cluster"],
        ask: Ask::Place("snapshot_copy.destination_region"),
        what: BACKUP,
    },
    Row {
        kinds: &["aws_redshift_snapshot_copy"],
        ask: Ask::NeedPlace("destination_region"),
        what: BACKUP,
    },
    Row {
        kinds: &["aws_db_snapshot_copy", "aws_rds_cluster_snapshot_copy"],
        ask: Ask::Place("destination_region"),
        what: BACKUP,
    },
    Row {
        kinds: &["aws_db_snapshot_copy"],
        ask: Ask::Target("source_db_snapshot_identifier"),
        what: BACKUP,
    },
    Row {
        kinds: &["azurerm_recovery_services_vault"],
        ask: Ask::NeedOneOf("storage_mode_type", &["ZoneRedundant", "LocallyRedundant"]),
        what: BACKUP,
    },
    Row {
        kinds: &[
            "azurerm_recovery_services_vault",
            "azurerm_data_protection_backup_vault",
        ],
        ask: Ask::Off("cross_region_restore_enabled"),
        what: BACKUP,
    },
    Row {
        kinds: &["azurerm_data_protection_backup_vault"],
        ask: Ask::NeedOneOf("redundancy", &["ZoneRedundant", "LocallyRedundant"]),
        what: BACKUP,
    },
    Row {
        kinds: &["azurerm_mssql_database"],
        ask: Ask::NeedOneOf("storage_account_type", &["Local", "Zone"]),
        what: BACKUP,
    },
    Row {
        kinds: &["azurerm_mssql_managed_instance"],
        ask: Ask::NeedOneOf("storage_account_type", &["LRS", "ZRS"]),
        what: BACKUP,
    },
    Row {
        kinds: &["azurerm_mssql_database"],
        ask: Ask::Off("geo_backup_enabled"),
        what: BACKUP,
    },
    Row {
        kinds: &[
            "azurerm_mssql_failover_group",
            "azurerm_sql_failover_group",
            "azurerm_mssql_managed_instance_failover_group",
        ],
        ask: Ask::Never,
        what: REPLICA,
    },
    Row {
        kinds: &[
            "azurerm_postgresql_flexible_server",
            "azurerm_postgresql_server",
            "azurerm_mysql_flexible_server",
            "azurerm_mysql_server",
            "azurerm_mariadb_server",
        ],
        ask: Ask::Off("geo_redundant_backup_enabled"),
        what: BACKUP,
    },
    Row {
        kinds: &[
            "azurerm_postgresql_flexible_server",
            "azurerm_mysql_flexible_server",
        ],
        ask: Ask::Target("source_server_id"),
        what: REPLICA,
    },
    Row {
        kinds: &["azurerm_mssql_database"],
        ask: Ask::Target("creation_source_database_id"),
        what: REPLICA,
    },
    Row {
        kinds: &["azurerm_cosmosdb_account"],
        ask: Ask::Place("geo_location.location"),
        what: REPLICA,
    },
    Row {
        kinds: &["azurerm_redis_linked_server"],
        ask: Ask::Place("linked_redis_cache_location"),
        what: REPLICA,
    },
    Row {
        kinds: &[
            "azurerm_site_recovery_replicated_vm*",
            "azurerm_site_recovery_protection_container_mapping",
        ],
        ask: Ask::Never,
        what: "replicates machines",
    },
    Row {
        kinds: &[
            "azurerm_servicebus_namespace_disaster_recovery_config",
            "azurerm_eventhub_namespace_disaster_recovery_config",
        ],
        ask: Ask::Target("partner_namespace_id"),
        what: "replicates a queue",
    },
    Row {
        kinds: &["google_compute_snapshot"],
        ask: Ask::NeedPlace("storage_locations"),
        what: BACKUP,
    },
    Row {
        kinds: &["google_compute_image", "google_compute_machine_image"],
        ask: Ask::Place("storage_locations"),
        what: BACKUP,
    },
    Row {
        kinds: &["google_compute_resource_policy"],
        ask: Ask::NeedPlace("snapshot_schedule_policy.snapshot_properties.storage_locations"),
        what: BACKUP,
    },
    Row {
        kinds: &["google_sql_database_instance"],
        ask: Ask::Place("settings.backup_configuration.location"),
        what: BACKUP,
    },
    Row {
        kinds: &["google_sql_database_instance"],
        ask: Ask::Target("master_instance_name"),
        what: REPLICA,
    },
    Row {
        kinds: &["google_compute_disk_async_replication"],
        ask: Ask::Target("secondary_disk.disk"),
        what: "replicates a disk",
    },
    Row {
        kinds: &["google_alloydb_cluster"],
        ask: Ask::Target("secondary_config.primary_cluster_name"),
        what: REPLICA,
    },
    Row {
        kinds: &["google_alloydb_cluster"],
        ask: Ask::Place("automated_backup_policy.location"),
        what: BACKUP,
    },
    Row {
        kinds: &["digitalocean_database_replica"],
        ask: Ask::NeedPlace("region"),
        what: REPLICA,
    },
    Row {
        kinds: &["linode_image"],
        ask: Ask::Place("replica_regions"),
        what: "keeps copies of an image of a disk",
    },
    Row {
        kinds: &["scaleway_rdb_read_replica", "vultr_database_replica"],
        ask: Ask::Place("region"),
        what: REPLICA,
    },
    // https://registry.terraform.io/providers/scaleway/scaleway/latest/docs/resources/rdb_instance
    Row {
        kinds: &["scaleway_rdb_instance"],
        ask: Ask::On("backup_same_region"),
        what: BACKUP,
    },
    // https://docs.ovhcloud.com, "Public Cloud Databases: Automated Backups": each region has a default second one, often abroad.
    Row {
        kinds: &["ovh_cloud_project_database"],
        ask: Ask::NeedPlace("backup_regions"),
        what: BACKUP,
    },
];
