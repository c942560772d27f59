//! RES101: Terraform that puts something outside of the jurisdiction, or does not say where.

use super::found::Found;
use super::res102;
use super::rule::{Input, Rule, Weight};
use super::terraform::{Ground, Trouble, arn_region, location_keys, place, provider};
use crate::diagnostic::Severity;
use crate::facts::terraform::{Call, Datum, Mode, Provider as Configured, Resource, Value};
use crate::source::Location;
use crate::spec::names::Name;
use crate::spec::types::Provider;
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES101",
    title: "Terraform puts something outside of the jurisdiction, or does not say where",
    severity: Weight::Critical,
    rationale: "What Terraform makes is where its `region`, `location` or `zone` says, and one character decides: `eu-south-1` is Milan, `eu-south-2` is \
        in Spain. Judged are provider blocks and their aliases, attributes of resources, values from `.tfvars` files, defaults and module inputs, \
        also those handed to modules from elsewhere, and ARNs. What such a module makes is not known, which is a warning. What is not set falls back to the environment of whoever runs Terraform or to a default \
        of the provider, and what cannot be told from the files cannot be proven, so both are findings. A root below `infra/<environment>/<region>/` is that \
        cell's; otherwise a part of the path or the name of a `.tfvars` file that is a region's name tells, and without one every resource must be at home in \
        one of the regions.",
    fix: "Write a place of this jurisdiction, as a literal or as a value in a file that is committed.",
    example_bad: "# infra/production/es/main.tf\nprovider \"aws\" {\n  region = \"eu-south-1\"   # Milan\n}",
    example_good: "# infra/production/es/main.tf\nprovider \"aws\" {\n  region = \"eu-south-2\"   # Aragón\n}",
    exceptable: true,
    check,
};

/// Images carry no personal data, so registries may be anywhere.
const REGISTRIES: &[&str] = &[
    "aws_ecr",
    "azurerm_container_registry",
    "google_artifact_registry",
    "google_container_registry",
    "digitalocean_container_registry",
    "scaleway_registry",
    "vultr_container_registry",
];

/// Attributes in which words that look like places are none.
const NO_PLACES: &[&str] = &[
    "tags",
    "labels",
    "metadata",
    "annotations",
    "environment",
    "variables",
    "user_data",
    "user_data_base64",
    "custom_data",
    "provisioner",
    "connection",
    "condition",
    "lifecycle",
    "filter",
];

/// What is everywhere and holds no data of anybody: certificates, rights, rules for alerts.
const EVERYWHERE: &[&str] = &[
    "google_certificate_manager_",
    "google_network_security_",
    "google_iam_",
    "azurerm_monitor_action_group",
    "azurerm_monitor_activity_log_alert",
];

/// Resources whose regional words belong to other rules.
const JUDGED_ELSEWHERE: &[&str] = &["aws_route53_record"];

fn check(input: &Input<'_>, out: &mut Found) {
    for ground in Ground::all(input) {
        let zones = res102::local_zones(&ground);
        let judged = Judged {
            ground: &ground,
            parents: zones
                .iter()
                .filter_map(|zone| zone.parent.clone())
                .collect(),
        };
        let mut count = 0;
        for (index, configured) in ground.root.providers.iter().enumerate() {
            count += judged.provider(index, configured, out);
        }
        for resource in &ground.root.resources {
            count += judged.resource(resource, out);
        }
        for call in &ground.root.calls {
            count += judged.call(call, out);
        }
        judged.unconfigured(out);
        ground.looked(&RULE, count, out);
    }
}

struct Judged<'g, 'a> {
    ground: &'g Ground<'a>,
    /// Regions that are named only because a Local Zone at home belongs to them; RES102 judges what uses them.
    parents: BTreeSet<String>,
}

/// Attributes without which a provider takes the place from the environment of whoever runs it, or a default of its own:
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs#provider-configuration>,
/// <https://registry.terraform.io/providers/scaleway/scaleway/latest/docs#argument-reference> (default `fr-par`),
/// <https://registry.terraform.io/providers/civo/civo/latest/docs>.
fn needed(name: &str) -> &'static [&'static str] {
    match name {
        "aws" | "awscc" | "civo" => &["region"],
        "scaleway" => &["region", "zone"],
        "openstack" => &["region"],
        _ => &[],
    }
}

impl Judged<'_, '_> {
    fn provider(&self, index: usize, configured: &Configured, out: &mut Found) -> usize {
        let Some(provider) = provider(&configured.name) else {
            return 0;
        };
        let told = configured.region.as_ref();
        let name = match &configured.alias {
            Some(alias) => format!("{}.{alias}", configured.name),
            None => configured.name.clone(),
        };
        let mut count = 0;
        for key in location_keys(Some(provider)) {
            let Some(value) = configured.get(key) else {
                continue;
            };
            count += 1;
            let message = format!("the provider `{name}` works outside of the jurisdiction");
            self.values(told, provider, key, value, &message, out);
        }
        let users = self.users(index);
        for key in needed(&configured.name) {
            let says_itself = !users.is_empty() && users.iter().all(|user| user.get(key).is_some());
            if configured.get(key).is_some() || says_itself {
                continue;
            }
            count += 1;
            // A zone says which region it is in.
            if *key == "region" && configured.get("zone").is_some() {
                continue;
            }
            let message = format!("the provider `{name}` does not say where it works");
            let trouble = unset(&configured.at, key);
            self.ground.report(&RULE, told, message, trouble, out);
            break;
        }
        count
    }

    fn users(&self, index: usize) -> Vec<&Resource> {
        self.ground
            .root
            .resources
            .iter()
            .filter(|resource| resource.provider == Some(index))
            .collect()
    }

    /// Resources of providers that no file configures: everything then comes from the environment.
    fn unconfigured(&self, out: &mut Found) {
        let mut first: BTreeMap<&str, &Resource> = BTreeMap::new();
        for resource in &self.ground.root.resources {
            let needs = needed(&resource.provider_name);
            let says_itself = needs.iter().any(|key| resource.get(key).is_some());
            if resource.provider.is_none() && !needs.is_empty() && !says_itself {
                first.entry(&resource.provider_name).or_insert(resource);
            }
        }
        for (name, resource) in first {
            let message = format!("no file says where the provider `{name}` works");
            let trouble = unset(&resource.at, "region");
            self.ground
                .report(&RULE, resource.region.as_ref(), message, trouble, out);
        }
    }

    fn resource(&self, resource: &Resource, out: &mut Found) -> usize {
        let elsewhere = REGISTRIES
            .iter()
            .any(|prefix| resource.kind.starts_with(prefix))
            || JUDGED_ELSEWHERE.contains(&resource.kind.as_str());
        let Some(provider) = provider(&resource.provider_name).filter(|_| !elsewhere) else {
            return 0;
        };
        if resource.mode == Mode::Data {
            return 0;
        }
        let is_everywhere = EVERYWHERE
            .iter()
            .any(|prefix| resource.kind.starts_with(prefix));
        let mut places = Vec::new();
        collect(provider, &resource.fields, &mut places);
        places.retain(|(_, value)| !is_everywhere || value.text().as_deref() != Some("global"));
        for (key, value) in &places {
            let message = format!("`{}` is outside of the jurisdiction", resource.address);
            self.values(
                resource.region.as_ref(),
                provider,
                key,
                value,
                &message,
                out,
            );
        }
        if let Some((keys, so)) = default_of(&resource.kind)
            && keys.iter().all(|key| resource.get(key).is_none())
            && !self.provider_says(resource, keys)
        {
            let message = format!("`{}` does not say where it is", resource.address);
            let words = format!("`{}` is not set: {so}", keys[0]);
            let trouble = Trouble {
                steps: vec![keys[0].to_owned(), "not set".to_owned(), so.to_owned()],
                ..Trouble::plain(&resource.at, words)
            };
            self.ground
                .report(&RULE, resource.region.as_ref(), message, trouble, out);
        }
        places.len()
    }

    /// Whether the provider's configuration fills in what a resource of Google leaves out.
    fn provider_says(&self, resource: &Resource, keys: &[&str]) -> bool {
        let Some(configured) = resource
            .provider
            .and_then(|index| self.ground.root.providers.get(index))
        else {
            return false;
        };
        resource.kind.starts_with("google_")
            && keys != ["location"]
            && ["region", "zone"]
                .iter()
                .any(|key| configured.get(key).is_some())
    }

    /// What a module that is not in the repository makes is not known; what it is given is.
    fn call(&self, call: &Call, out: &mut Found) -> usize {
        let told = self.ground.root.region.as_ref();
        let message = format!(
            "what the module `{}` makes is not judged, only what it is given",
            call.source
        );
        let trouble = Trouble::plain(&call.at, "a module that is not in this repository");
        self.ground
            .report_as(&RULE, Severity::Warning, told, message, trouble, out);
        let name = call
            .source
            .split(['?', '/'])
            .next_back()
            .unwrap_or_default();
        let guessed = call
            .source
            .split(['/', '-', '.', '?'])
            .filter_map(provider)
            .next();
        let Some(provider) = provider(name).or(guessed) else {
            return 1;
        };
        let mut places = Vec::new();
        collect(provider, &call.fields, &mut places);
        for (key, value) in &places {
            let message = format!(
                "`{}` is given a place outside of the jurisdiction",
                call.address
            );
            self.values(told, provider, key, value, &message, out);
        }
        1 + places.len()
    }

    fn values(
        &self,
        told: Option<&Name>,
        provider: Provider,
        key: &str,
        value: &Value,
        message: &str,
        out: &mut Found,
    ) {
        for trouble in self.ground.look(told, provider, key, value) {
            let is_parent = trouble
                .place
                .as_ref()
                .is_some_and(|place| self.parents.contains(&place.code));
            if !is_parent {
                self.ground
                    .report(&RULE, told, message.to_owned(), trouble, out);
            }
        }
    }
}

fn unset(at: &Location, key: &str) -> Trouble {
    let so = "the environment of whoever runs Terraform decides";
    Trouble {
        steps: vec![key.to_owned(), "not set".to_owned(), so.to_owned()],
        ..Trouble::plain(at, format!("`{key}` is not set: {so}"))
    }
}

/// Every value that names a place, with its key, at any depth.
fn collect<'r>(
    provider: Provider,
    fields: &'r BTreeMap<String, Value>,
    found: &mut Vec<(&'r str, &'r Value)>,
) {
    for (key, value) in fields {
        if NO_PLACES.contains(&key.as_str()) {
            continue;
        }
        if location_keys(Some(provider)).contains(&key.as_str()) && is_plain(value) {
            found.push((key, value));
            continue;
        }
        for item in value.items() {
            match &item.datum {
                Datum::Object(inner) => collect(provider, inner, found),
                Datum::Text(text) if provider == Provider::Aws && names_place(text) => {
                    found.push((key, item));
                }
                _ => {}
            }
        }
    }
}

/// Whether a value is a place or a list of them, not a block.
fn is_plain(value: &Value) -> bool {
    value.items().iter().all(|item| {
        !matches!(
            item.datum,
            Datum::Object(_) | Datum::Bool(_) | Datum::Number(_)
        )
    })
}

/// Whether a text is an ARN with a region.
fn names_place(text: &str) -> bool {
    arn_region(text).is_some_and(|region| place(Provider::Aws, region).is_some())
}

/// Resources whose place is chosen by a default when they do not say it, with the attributes that say it.
fn default_of(kind: &str) -> Option<(&'static [&'static str], &'static str)> {
    Some(match kind {
        // https://registry.terraform.io/providers/digitalocean/digitalocean/latest/docs/resources/spaces_bucket
        "digitalocean_spaces_bucket" => (&["region"], "the default is nyc3, in the US"),
        // https://registry.terraform.io/providers/digitalocean/digitalocean/latest/docs/resources/droplet
        "digitalocean_droplet" => (&["region"], "the provider chooses"),
        // https://registry.terraform.io/providers/hetznercloud/hcloud/latest/docs/resources/server
        "hcloud_server" => (&["location", "datacenter"], "the provider chooses"),
        // https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/bigquery_dataset
        "google_bigquery_dataset" => (&["location"], "the default is the multi-region US"),
        // https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/storage_bucket
        "google_storage_bucket" => (&["location"], "the default is the multi-region US"),
        // https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/pubsub_topic
        "google_pubsub_topic" => (
            &["message_storage_policy"],
            "messages may be stored in any region",
        ),
        // https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference: region and zone
        "google_sql_database_instance"
        | "google_compute_subnetwork"
        | "google_compute_address"
        | "google_redis_instance"
        | "google_dataproc_cluster" => (
            &["region"],
            "the environment of whoever runs Terraform decides",
        ),
        "google_compute_instance"
        | "google_compute_disk"
        | "google_compute_instance_group_manager" => (
            &["zone"],
            "the environment of whoever runs Terraform decides",
        ),
        "google_container_cluster" | "google_filestore_instance" => (
            &["zone", "location"],
            "the environment of whoever runs Terraform decides",
        ),
        _ => return None,
    })
}
