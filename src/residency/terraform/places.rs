//! The places of providers as Terraform writes them.

use crate::catalogue::{self, Place};
use crate::spec::types::Provider;

/// The provider behind the local name of a Terraform provider.
pub(in crate::residency) fn provider(name: &str) -> Option<Provider> {
    Some(match name {
        "aws" | "awscc" => Provider::Aws,
        "azurerm" | "azapi" => Provider::Azure,
        "google" | "google-beta" | "google_beta" => Provider::Gcp,
        "digitalocean" => Provider::Digitalocean,
        "hcloud" => Provider::Hetzner,
        "linode" => Provider::Linode,
        "ovh" | "openstack" => Provider::Ovh,
        "scaleway" => Provider::Scaleway,
        "vultr" => Provider::Vultr,
        "civo" => Provider::Civo,
        _ => return None,
    })
}

/// The attributes that name places, of one provider or of all.
pub(in crate::residency) fn location_keys(provider: Option<Provider>) -> &'static [&'static str] {
    match provider {
        Some(Provider::Aws) => &[
            "region",
            "region_name",
            "aws_region",
            "availability_zone",
            "availability_zones",
            "preferred_availability_zone",
            "preferred_cache_cluster_azs",
            "azs",
            "destination_region",
            "source_region",
            "source_ami_region",
            "target_region",
            "replica_region",
            "replica_regions",
            "peer_region",
        ],
        Some(Provider::Azure) => &[
            "location",
            "locations",
            "failover_location",
            "target_location",
            "replica_location",
        ],
        Some(Provider::Gcp) => &[
            "region",
            "regions",
            "zone",
            "zones",
            "location",
            "locations",
            "location_id",
            "node_locations",
            "data_locations",
            "storage_locations",
            "distribution_policy_zones",
            "replica_zones",
            "allowed_persistence_regions",
            "secondary_zone",
            "alternative_location_id",
        ],
        Some(Provider::Hetzner) => &["location", "datacenter", "home_location", "network_zone"],
        Some(Provider::Linode) => &["region", "regions", "cluster", "replica_regions"],
        Some(Provider::Ovh) => &["region", "regions", "region_name", "backup_regions"],
        Some(Provider::Scaleway) => &["region", "zone", "zones", "regions"],
        Some(Provider::Digitalocean | Provider::Vultr | Provider::Civo) => &["region", "regions"],
        Some(Provider::Onprem) => &[],
        None => &[
            "region",
            "zone",
            "location",
            "availability_zone",
            "datacenter",
            "network_zone",
        ],
    }
}

/// The place that a text names: the table's entry, or that of the region whose zone or cluster it is by the provider's own way
/// of naming. A country is never derived from anything else.
pub(in crate::residency) fn place(provider: Provider, text: &str) -> Option<Place> {
    // Google takes whole paths: `projects/p/zones/europe-southwest1-a`.
    let code = match provider {
        Provider::Gcp => text.rsplit('/').next().unwrap_or(text),
        _ => text,
    };
    let code = code.trim();
    let find = |code: &str| catalogue::find(provider, code);
    let lower = code.to_lowercase();
    find(code)
        .or_else(|| find(&lower))
        .or_else(|| find(&code.to_uppercase()))
        .or_else(|| match provider {
            Provider::Aws => find(lower.strip_suffix(|c: char| c.is_ascii_lowercase())?),
            Provider::Gcp => {
                let region = lower.strip_suffix(|c: char| c.is_ascii_lowercase())?;
                find(region.strip_suffix('-')?)
            }
            // "Spain Central" is `spaincentral`.
            Provider::Azure => find(&lower.replace(' ', "")),
            // `fsn1-dc14`: https://docs.hetzner.com/cloud/general/locations/
            Provider::Hetzner => {
                let (location, datacenter) = lower.split_once("-dc")?;
                datacenter.parse::<u16>().ok()?;
                find(location)
            }
            // `es-mad-1` is an object storage cluster of `es-mad`.
            Provider::Linode => {
                let (region, cluster) = lower.rsplit_once('-')?;
                cluster.parse::<u16>().ok()?;
                find(region)
            }
            // `GRA11` is a part of `GRA`.
            Provider::Ovh => find(
                code.to_uppercase()
                    .trim_end_matches(|c: char| c.is_ascii_digit()),
            ),
            _ => None,
        })
}
