//! Records of DNS in Terraform, as the providers of DNS write them.

use super::super::places::home;
use super::{Ground, Trouble};
use crate::facts::terraform::{Datum, Resource, Unknown, Value};
use crate::model::Region;
use crate::spec::names::{Country, Name};
use std::collections::BTreeSet;

/// How a provider of DNS writes a record: the attributes of its name, its type and its targets, and of its zone.
fn spelling(
    kind: &str,
) -> Option<(
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
)> {
    Some(match kind {
        "aws_route53_record" => ("name", "type", &["records", "alias.name"], "zone_id"),
        "google_dns_record_set" => ("name", "type", &["rrdatas"], "managed_zone"),
        "azurerm_dns_cname_record" => ("name", "", &["record", "target_resource_id"], "zone_name"),
        "azurerm_dns_a_record" | "azurerm_dns_aaaa_record" => {
            ("name", "", &["records", "target_resource_id"], "zone_name")
        }
        "digitalocean_record" => ("name", "type", &["value"], "domain"),
        "cloudflare_record" | "cloudflare_dns_record" => {
            ("name", "type", &["content", "value"], "zone_id")
        }
        "hetznerdns_record" => ("name", "type", &["value"], "zone_id"),
        "hcloud_zone_rrset" => ("name", "type", &["records.value"], "zone"),
        "linode_domain_record" => ("name", "record_type", &["target"], "domain_id"),
        "ovh_domain_zone_record" => ("subdomain", "fieldtype", &["target"], "zone"),
        "scaleway_domain_record" => ("name", "type", &["data"], "dns_zone"),
        "vultr_dns_record" => ("name", "type", &["data"], "domain"),
        "civo_dns_domain_record" => ("name", "type", &["value"], "domain_id"),
        "powerdns_record" => ("name", "type", &["records"], "zone"),
        "desec_rrset" => ("subname", "type", &["records"], "domain"),
        "dnsimple_zone_record" => ("name", "type", &["value"], "zone_name"),
        _ => return None,
    })
}

/// A record of DNS that leads users somewhere.
pub(in crate::residency) struct Record<'r> {
    /// The resource.
    pub(in crate::residency) resource: &'r Resource,
    /// Its whole name, as far as it is known.
    pub(in crate::residency) name: String,
    /// Whether all of it is known, the zone too.
    pub(in crate::residency) is_whole: bool,
    /// Where its name is written.
    pub(in crate::residency) name_value: Option<&'r Value>,
    /// Where it leads.
    pub(in crate::residency) targets: Vec<&'r Value>,
}

impl<'r> Record<'r> {
    /// The record that a resource is; none for those that only prove ownership, and of other types.
    pub(in crate::residency) fn of(ground: &Ground<'_>, resource: &'r Resource) -> Option<Self> {
        let (name, kind, targets, zone) = spelling(&resource.kind)?;
        let kind = resource.get(kind).and_then(Value::text);
        let leads = kind.is_none_or(|kind| {
            ["A", "AAAA", "CNAME", "ALIAS", "ANAME", "HTTPS", "SVCB"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&kind))
        });
        let name_value = resource.get(name);
        let written = name_value.and_then(Value::text).unwrap_or_default();
        let zone = zone_name(ground, resource, zone);
        let name = full_name(&written, zone.as_deref());
        let is_proof = name.starts_with('_');
        (leads && !is_proof).then(|| Self {
            resource,
            name,
            is_whole: zone.is_some(),
            name_value,
            targets: targets
                .iter()
                .flat_map(|path| at(resource, path))
                .flat_map(Value::items)
                .collect(),
        })
    }

    /// The region whose name it is.
    pub(in crate::residency) fn owner(&self, ground: &Ground<'_>) -> Option<Name> {
        ground
            .input
            .platform
            .regions
            .values()
            .filter(|region| is_below(&self.name, region.domain.as_str()))
            .max_by_key(|region| region.domain.as_str().len())
            .map(|region| region.name.clone())
    }

    /// A wildcard above the domains of several jurisdictions.
    pub(in crate::residency) fn spans(&self, ground: &Ground<'_>) -> Option<Trouble> {
        let above = self.name.strip_prefix("*.")?;
        let covered = |region: &&Region| {
            let domain = region.domain.as_str();
            domain != above && is_below(domain, above)
        };
        let platform = ground.input.platform;
        let homes: BTreeSet<&BTreeSet<Country>> = platform
            .regions
            .values()
            .filter(covered)
            .filter_map(|region| home(platform, region))
            .collect();
        (homes.len() > 1).then(|| {
            let words = "above the domains of several jurisdictions";
            self.name_value.map_or_else(
                || Trouble::plain(&self.resource.at, words),
                |value| Trouble::about(value, words),
            )
        })
    }
}

/// The values at a path, where `.` leads into nested blocks.
pub(in crate::residency) fn at<'r>(resource: &'r Resource, path: &str) -> Vec<&'r Value> {
    let mut words = path.split('.');
    let first = words.next().and_then(|word| resource.get(word));
    let mut values: Vec<&Value> = first.into_iter().collect();
    for word in words {
        values = values
            .into_iter()
            .flat_map(Value::items)
            .filter_map(|value| value.get(word))
            .collect();
    }
    values
}

/// The name of a record's zone: written there, or by the resource that it points to.
fn zone_name(ground: &Ground<'_>, resource: &Resource, key: &str) -> Option<String> {
    let value = resource.get(key)?;
    match &value.datum {
        Datum::Text(text) if text.contains('.') => Some(text.trim_end_matches('.').to_owned()),
        Datum::Unknown(Unknown::Reference(address)) => {
            ground.referred(address).into_iter().find_map(|zone| {
                ["dns_name", "name", "domain", "zone"]
                    .iter()
                    .filter_map(|key| zone.get(key)?.text())
                    .find(|name| name.contains('.'))
                    .map(|name| name.trim_end_matches('.').to_owned())
            })
        }
        // The name of a zone of Google Cloud or the id of another one.
        Datum::Text(text) => ground
            .root
            .resources
            .iter()
            .filter(|other| other.kind.contains("zone"))
            .find(|other| other.get("name").and_then(Value::text).as_deref() == Some(text))
            .and_then(|zone| zone.get("dns_name")?.text())
            .map(|name| name.trim_end_matches('.').to_owned()),
        _ => None,
    }
}

fn full_name(written: &str, zone: Option<&str>) -> String {
    let written = written.trim_end_matches('.').to_lowercase();
    match zone {
        Some(zone) if !is_below(&written, zone) => {
            if written.is_empty() || written == "@" {
                zone.to_owned()
            } else {
                format!("{written}.{zone}")
            }
        }
        _ => written,
    }
}

fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
