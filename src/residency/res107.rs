//! RES107: names and edges that lead users of one jurisdiction to another place.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use super::terraform::{Ask, Ground, Record, Row, Trouble, judge_rows};
use crate::facts::terraform::{Datum, Mode, Unknown, Value};
use crate::spec::names::Name;

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
                judge(&record, &ground, out);
            }
        }
    }
}

/// Judges one record.
fn judge(record: &Record<'_>, ground: &Ground<'_>, out: &mut Found) {
    let told = record.owner(ground);
    let told = told.as_ref().or(record.resource.region.as_ref());
    if let Some(trouble) = record.spans(ground) {
        let message = format!(
            "`{}` answers for names of several jurisdictions",
            record.resource.address
        );
        ground.report(&RULE, told, message, trouble, out);
    }
    for value in &record.targets {
        if let Some(trouble) = target(ground, told, value) {
            let message = format!(
                "`{}` leads `{}` out of its jurisdiction",
                record.resource.address, record.name
            );
            ground.report(&RULE, told, message, trouble, out);
        }
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
