//! RES107: names and edges that lead users of one jurisdiction to another place.

use super::found::Found;
use super::places::home;
use super::rule::{Input, Rule, Weight};
use super::terraform::{Ask, Ground, Row, Trouble, judge_rows};
use crate::facts::terraform::{Datum, Mode, Resource, Unknown, Value};
use crate::model::Region;
use crate::spec::names::{Country, Name};
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES107",
    title: "A CDN, an edge or a DNS record leads to another jurisdiction",
    severity: Weight::Critical,
    rationale: "A CDN or a global load balancer ends TLS near the user, wherever that is, and may keep answers there. A record that steers by latency or place, \
        a proxied record and a name of one region that points to another one send requests, with what is in them, abroad. Judged are those services, and the \
        names and targets of A, AAAA, CNAME and alias records at the providers of DNS that Terraform knows, wildcards above several regions included. A target must \
        be known to be at home; names that begin with `_`, which only prove ownership, are passed over.",
    fix: "Let names of a region be records of the region's own ingress, without a proxy and without routing policies that choose between places.",
    example_bad: "resource \"cloudflare_dns_record\" \"api\" {\n  name    = \"api.es.carebase.example\"\n  type    = \"CNAME\"\n  content = \"api.tr.carebase.example\"\n}",
    example_good: "resource \"cloudflare_dns_record\" \"api\" {\n  name    = \"api.es.carebase.example\"\n  type    = \"A\"\n  content = \"203.0.113.10\"   # the ingress of region `es`\n  proxied = false\n}",
    exceptable: true,
    check,
};

const EDGE: &str = "ends TLS and caches at an edge that may be in any country";
const STEER: &str = "chooses where a request goes";

/// Sources: the pages of the resources at <https://registry.terraform.io/browse/providers>.
const ROWS: &[Row] = &[
    Row {
        kinds: &[
            "aws_cloudfront_distribution",
            "azurerm_cdn_*",
            "azurerm_frontdoor",
            "azurerm_frontdoor_*",
            "digitalocean_cdn",
            "fastly_service_*",
            "bunnynet_pullzone",
            "akamai_property",
            "scaleway_edge_services_*",
            "vultr_cdn_*",
            "gcore_cdn_*",
            "cloudflare_workers_*",
            "cloudflare_worker_*",
            "cloudflare_zero_trust_tunnel_*",
            "cloudflare_tunnel*",
            "cloudflare_spectrum_application",
            "ovh_cdn_*",
        ],
        ask: Ask::Never,
        what: EDGE,
    },
    Row {
        kinds: &[
            "aws_globalaccelerator_accelerator",
            "aws_globalaccelerator_custom_routing_accelerator",
            "azurerm_traffic_manager_*",
            "cloudflare_load_balancer",
            "google_network_services_edge_cache_*",
            "ns1_record",
        ],
        ask: Ask::Never,
        what: STEER,
    },
    Row {
        kinds: &[
            "google_compute_backend_service",
            "google_compute_backend_bucket",
        ],
        ask: Ask::Off("enable_cdn"),
        what: EDGE,
    },
    Row {
        kinds: &["digitalocean_loadbalancer"],
        ask: Ask::OneOf("type", &["REGIONAL", "REGIONAL_NETWORK"]),
        what: EDGE,
    },
    Row {
        kinds: &["google_compute_global_forwarding_rule"],
        ask: Ask::NeedOneOf(
            "load_balancing_scheme",
            &["INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED"],
        ),
        what: EDGE,
    },
    Row {
        kinds: &["cloudflare_record", "cloudflare_dns_record"],
        ask: Ask::Off("proxied"),
        what: EDGE,
    },
    Row {
        kinds: &["aws_route53_record"],
        ask: Ask::Absent("latency_routing_policy"),
        what: STEER,
    },
    Row {
        kinds: &["aws_route53_record"],
        ask: Ask::Absent("geolocation_routing_policy"),
        what: STEER,
    },
    Row {
        kinds: &["aws_route53_record"],
        ask: Ask::Absent("geoproximity_routing_policy"),
        what: STEER,
    },
    Row {
        kinds: &["google_dns_record_set"],
        ask: Ask::Absent("routing_policy"),
        what: STEER,
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
            if let Some(record) = Record::of(&ground, resource) {
                ground.looked(&RULE, 1, out);
                record.judge(&ground, out);
            }
        }
    }
}

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

/// A record of DNS.
struct Record<'r> {
    resource: &'r Resource,
    /// Its whole name, as far as it is known.
    name: String,
    name_value: Option<&'r Value>,
    targets: Vec<&'r Value>,
}

impl<'r> Record<'r> {
    fn of(ground: &Ground<'_>, resource: &'r Resource) -> Option<Self> {
        let (name, kind, targets, zone) = spelling(&resource.kind)?;
        let kind = resource.get(kind).and_then(Value::text);
        let leads = kind.is_none_or(|kind| {
            ["A", "AAAA", "CNAME", "ALIAS", "ANAME", "HTTPS", "SVCB"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&kind))
        });
        let name_value = resource.get(name);
        let written = name_value.and_then(Value::text).unwrap_or_default();
        let name = full_name(&written, zone_name(ground, resource, zone).as_deref());
        let is_proof = name.starts_with('_');
        (leads && !is_proof).then(|| Self {
            resource,
            name,
            name_value,
            targets: targets
                .iter()
                .flat_map(|path| at(resource, path))
                .flat_map(Value::items)
                .collect(),
        })
    }

    fn judge(&self, ground: &Ground<'_>, out: &mut Found) {
        let told = self.owner(ground);
        let told = told.as_ref().or(self.resource.region.as_ref());
        if let Some(trouble) = self.spans(ground) {
            let message = format!(
                "`{}` answers for names of several jurisdictions",
                self.resource.address
            );
            ground.report(&RULE, told, message, trouble, out);
        }
        for value in &self.targets {
            if let Some(trouble) = target(ground, told, value) {
                let message = format!(
                    "`{}` leads `{}` out of its jurisdiction",
                    self.resource.address, self.name
                );
                ground.report(&RULE, told, message, trouble, out);
            }
        }
    }

    /// The region whose name it is.
    fn owner(&self, ground: &Ground<'_>) -> Option<Name> {
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
    fn spans(&self, ground: &Ground<'_>) -> Option<Trouble> {
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

/// What is wrong with where a record leads.
fn target(ground: &Ground<'_>, told: Option<&Name>, value: &Value) -> Option<Trouble> {
    match &value.datum {
        Datum::Text(text) => {
            let text = text.trim_end_matches('.');
            if text.is_empty() || text == "@" {
                return None;
            }
            let led = ground.led(told, "record", text)?;
            // An address that nobody declares may well be the region's own ingress.
            let is_number = text.parse::<std::net::IpAddr>().is_ok();
            // A name without a dot is a name of the same zone.
            let is_relative = !text.contains('.');
            if !led.is_known && (is_number || is_relative) {
                return None;
            }
            Some(Trouble {
                steps: led.steps,
                countries: led.countries,
                ..Trouble::about(value, led.words)
            })
        }
        Datum::Unknown(Unknown::Reference(address)) => {
            let referred = ground.referred(address);
            // An address of a machine or load balancer that this root makes is where that is.
            let places: Vec<_> = referred
                .iter()
                .filter(|other| other.mode == Mode::Managed)
                .filter_map(|other| ground.place_of(other))
                .collect();
            let abroad = places
                .into_iter()
                .find(|place| !ground.is_home(told, &place.countries))?;
            Some(ground.abroad(told, "record", value, abroad))
        }
        _ => None,
    }
}

/// The values at a path, where `.` leads into nested blocks.
fn at<'r>(resource: &'r Resource, path: &str) -> Vec<&'r Value> {
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
