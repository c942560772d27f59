//! RES102: Local Zones: what of them is in the country of their parent region.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use super::terraform::{Ground, Trouble, place, provider};
use crate::catalogue::{self, LocationKind, Place};
use crate::facts::terraform::{Datum, Mode, Resource, Unknown, Value};
use crate::spec::types::Provider;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES102",
    title: "A zone, or what it falls back to, is in another country than the region",
    severity: Weight::Critical,
    rationale: "A Local Zone may be in another country than the region it belongs to: `eu-central-1-ist-1a` is in Istanbul, its region in Frankfurt. Machines \
        and volumes can stay in the zone; object storage, managed clusters and databases, keys and logs are services of the region. Snapshots of its volumes \
        go to the region unless they are made with `location = \"local\"`, by a lifecycle policy with `LOCAL_ZONE` \
        (https://docs.aws.amazon.com/ebs/latest/userguide/snapshots-localzones.html). So next to a Local Zone at home only what is in the zone passes, and \
        networks and rights, which hold no data. A Local Zone of the region that is abroad is reported as well.",
    fix: "Keep volumes, snapshots and machines in the Local Zone and run stores in the cluster; or use a region or a site of your own in the jurisdiction.",
    example_bad: "resource \"aws_ebs_volume\" \"data\" {\n  availability_zone = \"eu-central-1-ist-1a\"\n}\nresource \"aws_ebs_snapshot\" \"daily\" {\n  volume_id = aws_ebs_volume.data.id\n}",
    example_good: "resource \"aws_ebs_volume\" \"data\" {\n  availability_zone = \"eu-central-1-ist-1a\"\n}\nresource \"aws_ebs_snapshot\" \"daily\" {\n  volume_id = aws_ebs_volume.data.id\n  location  = \"local\"\n}",
    exceptable: true,
    check,
};

/// What holds no data, or only inside of a subnet, which is in a zone: networks, rights, addresses, load balancers.
const NEUTRAL: &[&str] = &[
    "aws_vpc",
    "aws_default_",
    "aws_internet_gateway",
    "aws_ec2_carrier_gateway",
    "aws_route",
    "aws_main_route_table",
    "aws_security_group",
    "aws_network_acl",
    "aws_network_interface",
    "aws_key_pair",
    "aws_iam_",
    "aws_eip",
    "aws_lb",
    "aws_placement_group",
    "aws_volume_attachment",
    "aws_ec2_availability_zone_group",
    "aws_launch_template",
    "aws_autoscaling_attachment",
    "aws_ecr",
];

/// What is in the zone that it, or its subnet, names.
const ZONAL: &[&str] = &[
    "aws_ebs_volume",
    "aws_subnet",
    "aws_instance",
    "aws_nat_gateway",
    "aws_autoscaling_group",
    "aws_eks_node_group",
];

fn check(input: &Input<'_>, out: &mut Found) {
    for ground in Ground::all(input) {
        let zones = local_zones(&ground);
        let mut count = 0;
        for resource in ground
            .root
            .resources
            .iter()
            .filter(|r| r.mode == Mode::Managed)
        {
            count += abroad(&ground, resource, out);
            if zones.is_empty() || !uses_parent(&ground, resource, &zones) {
                continue;
            }
            count += 1;
            if let Some(trouble) = beside_zone(&ground, resource, &zones) {
                let message = format!("`{}` is not in the Local Zone alone", resource.address);
                ground.report(&RULE, resource.region.as_ref(), message, trouble, out);
            }
        }
        ground.looked(&RULE, count, out);
    }
}

/// The Local Zones at home that a root uses, whose region is not at home.
pub(super) fn local_zones(ground: &Ground<'_>) -> Vec<Place> {
    let mut zones: Vec<Place> = Vec::new();
    for resource in &ground.root.resources {
        for (_, value) in zone_values(resource) {
            let Some(zone) = value.text().and_then(|code| local_zone(&code)) else {
                continue;
            };
            let told = resource.region.as_ref();
            let parent = zone
                .parent
                .as_deref()
                .and_then(|code| place(Provider::Aws, code));
            let parent_is_home =
                parent.is_some_and(|parent| ground.is_home(told, &parent.countries));
            if ground.is_home(told, &zone.countries) && !parent_is_home && !zones.contains(&zone) {
                zones.push(zone);
            }
        }
    }
    zones
}

fn local_zone(code: &str) -> Option<Place> {
    catalogue::find(Provider::Aws, code).filter(|place| place.kind == LocationKind::LocalZone)
}

/// The values of a resource that name zones.
fn zone_values(resource: &Resource) -> Vec<(&'static str, &Value)> {
    if provider(&resource.provider_name) != Some(Provider::Aws) {
        return Vec::new();
    }
    ["availability_zone", "availability_zones", "azs"]
        .into_iter()
        .filter_map(|key| Some((key, resource.get(key)?)))
        .flat_map(|(key, value)| value.items().into_iter().map(move |item| (key, item)))
        .collect()
}

/// Local Zones that are not at home, though their region may be.
fn abroad(ground: &Ground<'_>, resource: &Resource, out: &mut Found) -> usize {
    let told = resource.region.as_ref();
    let values = zone_values(resource);
    for (key, value) in &values {
        let zone = value.text().and_then(|code| local_zone(&code));
        if let Some(zone) = zone.filter(|zone| !ground.is_home(told, &zone.countries)) {
            let message = format!("`{}` is in a Local Zone abroad", resource.address);
            let trouble = ground.abroad(told, key, value, zone);
            ground.report(&RULE, told, message, trouble, out);
        }
    }
    values.len()
}

/// Whether a resource is made in the region that a Local Zone belongs to.
fn uses_parent(ground: &Ground<'_>, resource: &Resource, zones: &[Place]) -> bool {
    if provider(&resource.provider_name) != Some(Provider::Aws) {
        return false;
    }
    let configured = resource
        .provider
        .and_then(|index| ground.root.providers.get(index));
    let region = resource
        .get("region")
        .or_else(|| configured?.get("region"))
        .and_then(Value::text);
    region.is_none_or(|region| {
        zones
            .iter()
            .any(|zone| zone.parent.as_deref() == Some(region.as_str()))
    })
}

/// What is wrong with a resource in the region of a Local Zone.
fn beside_zone(ground: &Ground<'_>, resource: &Resource, zones: &[Place]) -> Option<Trouble> {
    let kind = resource.kind.as_str();
    let parent = || {
        zones
            .first()
            .and_then(|zone| place(Provider::Aws, zone.parent.as_deref()?))
    };
    let to_parent = |at: &crate::source::Location, words: &str| {
        let parent = parent();
        let step = parent.as_ref().map_or_else(
            || "the parent region".to_owned(),
            |p| format!("aws/{}", p.code),
        );
        Trouble {
            steps: vec![
                kind.to_owned(),
                words.to_owned(),
                step,
                format!(
                    "{} ∉ {}",
                    parent
                        .as_ref()
                        .map_or_else(String::new, |p| { super::places::countries(&p.countries) }),
                    ground.homes(resource.region.as_ref())
                ),
            ],
            countries: parent
                .as_ref()
                .map(|p| p.countries.clone())
                .unwrap_or_default(),
            place: parent,
            ..Trouble::plain(at, words)
        }
    };
    if NEUTRAL.iter().any(|prefix| kind.starts_with(prefix)) {
        return None;
    }
    if ZONAL.contains(&kind) {
        return (!is_zonal(ground, resource, zones))
            .then(|| to_parent(&resource.at, "not in the Local Zone"));
    }
    match kind {
        "aws_ebs_snapshot" => {
            let location = resource.get("location");
            let is_local = location.and_then(Value::text).as_deref() == Some("local");
            let at = location.map_or(&resource.at, |value| &value.at);
            (!is_local).then(|| to_parent(at, "snapshots go to the parent region by default"))
        }
        "aws_dlm_lifecycle_policy" => lifecycle(resource).map(|at| {
            to_parent(
                &at,
                "the policy's snapshots go to the parent region by default",
            )
        }),
        _ => Some(to_parent(&resource.at, "a service of the parent region")),
    }
}

/// Whether a resource is in one of the zones, by its own word or that of its subnets.
fn is_zonal(ground: &Ground<'_>, resource: &Resource, zones: &[Place]) -> bool {
    let own = zone_values(resource);
    if !own.is_empty() {
        return own.iter().all(|(_, value)| {
            value
                .text()
                .is_some_and(|code| zones.iter().any(|zone| zone.code == code))
        });
    }
    let subnets: Vec<&Value> = ["subnet_id", "subnet_ids", "vpc_zone_identifier"]
        .iter()
        .filter_map(|key| resource.get(key))
        .flat_map(Value::items)
        .collect();
    !subnets.is_empty()
        && subnets.iter().all(|value| {
            let Datum::Unknown(Unknown::Reference(address)) = &value.datum else {
                return false;
            };
            let referred = ground.referred(address);
            !referred.is_empty()
                && referred
                    .iter()
                    .all(|subnet| subnet.kind == "aws_subnet" && is_zonal(ground, subnet, zones))
        })
}

/// Where a lifecycle policy leaves out that its snapshots stay in the zone.
fn lifecycle(resource: &Resource) -> Option<crate::source::Location> {
    let is_local = |value: &Value| value.text().as_deref() == Some("LOCAL_ZONE");
    let details = resource.blocks("policy_details");
    for detail in &details {
        let rules = detail
            .blocks("schedule")
            .into_iter()
            .flat_map(|schedule| schedule.blocks("create_rule"));
        for rule in rules {
            match rule.get("location") {
                Some(location) if is_local(location) => {}
                Some(location) => return Some(location.at.clone()),
                None => return Some(rule.at.clone()),
            }
        }
    }
    details.is_empty().then(|| resource.at.clone())
}
