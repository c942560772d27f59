//! RES108: networks and logs that are joined across jurisdictions.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use super::terraform::{Ask, Ground, Row, Trouble, judge_rows, place};
use crate::facts::terraform::{Datum, Mode, Resource, Unknown, Value};
use crate::spec::types::Provider;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES108",
    title: "A network link or a sink of logs crosses the jurisdiction",
    severity: Weight::High,
    rationale: "A peering, a transit gateway, a tunnel or an interconnect joins the networks of two places, and what a policy allows at one end reaches the other. \
        Logs of networks, audit trails and diagnostics name people and are data like others. Judged are both ends of links and the places of sinks and of log \
        buckets (`global` is no place), OVHcloud's vRack, which joins every region that is attached to it, and Hetzner's network zone `eu-central`, which is in \
        Germany and Finland. A link or a sink whose other end is known to be at home passes.",
    fix: "Remove the link, or let the other end and the sink be in the jurisdiction. A link that must be needs an exception.",
    example_bad: "resource \"aws_vpc_peering_connection\" \"backup\" {\n  vpc_id      = aws_vpc.main.id\n  peer_vpc_id = \"vpc-1234\"\n  peer_region = \"eu-west-3\"\n}",
    example_good: "resource \"aws_vpc_peering_connection\" \"backup\" {\n  vpc_id      = aws_vpc.main.id\n  peer_vpc_id = aws_vpc.backup.id   # of the same region\n}",
    exceptable: true,
    check,
};

const LINK: &str = "joins the network to another one";
const LOGS: &str = "sends logs out of the jurisdiction";

/// Sources: the pages of the resources at <https://registry.terraform.io/browse/providers>; network zones of Hetzner:
/// <https://docs.hetzner.com/cloud/general/locations/>.
const ROWS: &[Row] = &[
    Row {
        kinds: &[
            "aws_vpc_peering_connection",
            "aws_ec2_transit_gateway_peering_attachment",
        ],
        ask: Ask::Place("peer_region"),
        what: LINK,
    },
    Row {
        kinds: &[
            "aws_networkmanager_*",
            "aws_dx_gateway",
            "aws_dx_connection",
            "aws_dx_hosted_*",
            "aws_dx_private_virtual_interface",
            "aws_dx_transit_virtual_interface",
            "google_compute_interconnect_attachment",
            "google_network_connectivity_hub",
            "google_network_connectivity_spoke",
            "azurerm_express_route_*",
            "ovh_vrack_*",
            "tailscale_*",
            "zerotier_*",
            "digitalocean_partner_attachment",
            "megaport_*",
        ],
        ask: Ask::Never,
        what: LINK,
    },
    Row {
        kinds: &["aws_customer_gateway"],
        ask: Ask::Host("ip_address"),
        what: LINK,
    },
    Row {
        kinds: &["azurerm_local_network_gateway"],
        ask: Ask::Host("gateway_address"),
        what: LINK,
    },
    Row {
        kinds: &["azurerm_local_network_gateway"],
        ask: Ask::Host("gateway_fqdn"),
        what: LINK,
    },
    Row {
        kinds: &["google_compute_vpn_tunnel"],
        ask: Ask::Host("peer_ip"),
        what: LINK,
    },
    Row {
        kinds: &["google_compute_external_vpn_gateway"],
        ask: Ask::Host("interface.ip_address"),
        what: LINK,
    },
    Row {
        kinds: &["google_compute_vpn_tunnel"],
        ask: Ask::Target("peer_gcp_gateway"),
        what: LINK,
    },
    Row {
        kinds: &["scaleway_s2s_vpn_customer_gateway"],
        ask: Ask::Host("ipv4_public"),
        what: LINK,
    },
    Row {
        kinds: &["azurerm_virtual_network_peering"],
        ask: Ask::Target("remote_virtual_network_id"),
        what: LINK,
    },
    Row {
        kinds: &["azurerm_virtual_network_gateway_connection"],
        ask: Ask::Target("peer_virtual_network_gateway_id"),
        what: LINK,
    },
    Row {
        kinds: &["azurerm_virtual_hub_connection"],
        ask: Ask::Target("remote_virtual_network_id"),
        what: LINK,
    },
    Row {
        kinds: &["digitalocean_vpc_peering"],
        ask: Ask::Target("vpc_ids"),
        what: LINK,
    },
    Row {
        kinds: &["hcloud_network_subnet", "hcloud_load_balancer"],
        ask: Ask::Place("network_zone"),
        what: "is in a network zone of several countries",
    },
    Row {
        kinds: &["ovh_cloud_project_network_private"],
        ask: Ask::Place("regions"),
        what: LINK,
    },
    Row {
        kinds: &["aws_flow_log"],
        ask: Ask::Target("log_destination"),
        what: LOGS,
    },
    Row {
        kinds: &["aws_cloudtrail"],
        ask: Ask::Target("s3_bucket_name"),
        what: LOGS,
    },
    Row {
        kinds: &["aws_cloudtrail"],
        ask: Ask::Target("cloud_watch_logs_group_arn"),
        what: LOGS,
    },
    Row {
        kinds: &["aws_cloudtrail"],
        ask: Ask::Off("is_multi_region_trail"),
        what: "collects the trails of every region",
    },
    Row {
        kinds: &["aws_cloudwatch_log_subscription_filter"],
        ask: Ask::Target("destination_arn"),
        what: LOGS,
    },
    Row {
        kinds: &["aws_cloudwatch_log_destination"],
        ask: Ask::Target("target_arn"),
        what: LOGS,
    },
    Row {
        kinds: &["aws_config_delivery_channel"],
        ask: Ask::Target("s3_bucket_name"),
        what: LOGS,
    },
    Row {
        kinds: &["aws_s3_bucket_logging"],
        ask: Ask::Target("target_bucket"),
        what: LOGS,
    },
    Row {
        kinds: &["aws_kinesis_firehose_delivery_stream"],
        ask: Ask::Host("http_endpoint_configuration.url"),
        what: LOGS,
    },
    Row {
        kinds: &["aws_kinesis_firehose_delivery_stream"],
        ask: Ask::Host("splunk_configuration.hec_endpoint"),
        what: LOGS,
    },
    Row {
        kinds: &["aws_kinesis_firehose_delivery_stream"],
        ask: Ask::Target("extended_s3_configuration.bucket_arn"),
        what: LOGS,
    },
    Row {
        kinds: &["azurerm_monitor_diagnostic_setting"],
        ask: Ask::Target("log_analytics_workspace_id"),
        what: LOGS,
    },
    Row {
        kinds: &[
            "azurerm_monitor_diagnostic_setting",
            "azurerm_network_watcher_flow_log",
        ],
        ask: Ask::Target("storage_account_id"),
        what: LOGS,
    },
    Row {
        kinds: &["azurerm_monitor_diagnostic_setting"],
        ask: Ask::Absent("partner_solution_id"),
        what: LOGS,
    },
    Row {
        kinds: &["azurerm_monitor_diagnostic_setting"],
        ask: Ask::Target("eventhub_authorization_rule_id"),
        what: LOGS,
    },
    Row {
        kinds: &[
            "google_logging_project_bucket_config",
            "google_logging_folder_bucket_config",
            "google_logging_organization_bucket_config",
            "google_logging_billing_account_bucket_config",
        ],
        ask: Ask::NeedPlace("location"),
        what: "keeps logs outside of the jurisdiction",
    },
    Row {
        kinds: &["digitalocean_database_logsink_rsyslog"],
        ask: Ask::Host("server"),
        what: LOGS,
    },
    Row {
        kinds: &[
            "digitalocean_database_logsink_opensearch",
            "digitalocean_database_logsink_elasticsearch",
        ],
        ask: Ask::Host("endpoint"),
        what: LOGS,
    },
    Row {
        kinds: &["logtail_*", "datadog_logs_*", "newrelic_cloud_*"],
        ask: Ask::Never,
        what: LOGS,
    },
];

fn check(input: &Input<'_>, out: &mut Found) {
    for ground in Ground::all(input) {
        judge_rows(&ground, &RULE, ROWS, out);
        for resource in ground
            .root
            .resources
            .iter()
            .filter(|r| r.mode == Mode::Managed)
        {
            let (trouble, what) = match resource.kind.as_str() {
                "google_compute_network_peering" => (peering(&ground, resource), LINK),
                "google_logging_project_sink"
                | "google_logging_folder_sink"
                | "google_logging_organization_sink"
                | "google_logging_billing_account_sink" => (sink(&ground, resource), LOGS),
                _ => continue,
            };
            if let Some(trouble) = trouble {
                let message = format!("`{}` {what}", resource.address);
                ground.report(&RULE, resource.region.as_ref(), message, trouble, out);
            }
        }
    }
}

/// Networks of Google Cloud are global, so only one that this root makes is known.
fn peering(ground: &Ground<'_>, resource: &Resource) -> Option<Trouble> {
    let value = resource.get("peer_network")?;
    let is_own = match &value.datum {
        Datum::Unknown(Unknown::Reference(address)) => ground
            .referred(address)
            .iter()
            .any(|network| network.mode == Mode::Managed),
        _ => false,
    };
    (!is_own).then(|| Trouble::about(value, "a network of another root or project"))
}

/// `logging.googleapis.com/…/locations/LOCATION/buckets/…`, or a bucket, dataset or topic:
/// <https://cloud.google.com/logging/docs/export/configure_export_v2>.
fn sink(ground: &Ground<'_>, resource: &Resource) -> Option<Trouble> {
    let value = resource.get("destination")?;
    let told = resource.region.as_ref();
    let Some(text) = value.text() else {
        let why = value.why_unknown()?;
        if let Unknown::Reference(address) = why {
            let places: Vec<_> = ground
                .referred(address)
                .into_iter()
                .map(|other| ground.place_of(other))
                .collect();
            let at_home = |place: &Option<crate::catalogue::Place>| {
                place
                    .as_ref()
                    .is_some_and(|place| ground.is_home(told, &place.countries))
            };
            if !places.is_empty() && places.iter().all(at_home) {
                return None;
            }
        }
        return Some(Trouble::about(value, why.to_string()));
    };
    let location = text
        .split_once("/locations/")
        .and_then(|(_, rest)| rest.split('/').next());
    let place = match location {
        Some(location) => place(Provider::Gcp, location),
        None => {
            let name = text.rsplit('/').next().unwrap_or_default();
            ground
                .root
                .resources
                .iter()
                .filter(|other| other.mode == Mode::Managed)
                .find(|other| {
                    ["name", "dataset_id"]
                        .iter()
                        .any(|key| other.get(key).and_then(Value::text).as_deref() == Some(name))
                })
                .and_then(|other| ground.place_of(other))
        }
    };
    match place {
        Some(place) if ground.is_home(told, &place.countries) => None,
        Some(place) => Some(ground.abroad(told, "destination", value, place)),
        None => Some(Trouble::about(value, "nothing here says where that is")),
    }
}
