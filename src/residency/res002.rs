//! RES002: a region that lies outside of its jurisdiction.

use super::found::Found;
use super::places::{countries, home, words};
use super::res001;
use super::rule::{Input, Rule, Weight};
use crate::catalogue::{self, LocationKind, LocationStatus, Place};
use crate::diagnostic::Diagnostic;
use crate::model::Region;
use crate::source::Location;
use crate::spec::KeyPath;
use crate::spec::names::Country;
use crate::spec::types::Provider;
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES002",
    title: "A region is outside of its jurisdiction",
    severity: Weight::Critical,
    rationale: "Everything a region runs and stores is where the region is. If that is not one of the countries of its jurisdiction, all \
        of its data is abroad at once. Names mislead here: `eu-west-2` is in the United Kingdom and `eu-central-2` in Switzerland. A local \
        zone is judged together with its parent region, because a zone's snapshots go there by default and its regional services run there \
        (https://docs.aws.amazon.com/ebs/latest/userguide/snapshots-localzones.html): the local zone in Istanbul belongs to Frankfurt. \
        Zones listed in `zones` are judged like locations.",
    fix: "Choose a location in the jurisdiction, or a site of your own there. If data of this region may really be in that country, the owner of the \
        policy adds the country to the jurisdiction, which RES009 then shows to everyone.",
    example_bad: "[residency.jurisdictions.ES]\ncountries = [\"ES\"]\n[regions.es]\njurisdiction = \"ES\"\nprovider = \"aws\"\nlocation = \"eu-west-2\"    # London",
    example_good: "[residency.jurisdictions.ES]\ncountries = [\"ES\"]\n[regions.es]\njurisdiction = \"ES\"\nprovider = \"aws\"\nlocation = \"eu-south-2\"   # Aragón",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    out.looked(&RULE, "", input.regions().count());
    for region in input.regions().filter(|region| res001::is_known(region)) {
        let Some(home) = home(input.platform, region) else {
            continue;
        };
        let path = KeyPath::new(["regions", &region.name]);
        // A site's country is what is written; a provider's follows from its location.
        let country = path.key("country");
        let key = if input.document.contains(&country) {
            country
        } else {
            path.key("location")
        };
        if !region.place.countries.is_subset(home) {
            let message = format!(
                "the region `{}` is in {}, outside of its jurisdiction",
                region.name,
                countries(&region.place.countries)
            );
            let is_in = format!("in {}", countries(&region.place.countries));
            out.push(finding(
                input,
                region,
                home,
                message,
                input.value(&key),
                is_in,
            ));
        } else if let Some(parent) = parent_abroad(&region.place, home) {
            let message = format!(
                "the local zone of region `{}` belongs to `{}`, which is in {}",
                region.name,
                parent.code,
                countries(&parent.countries)
            );
            let label = format!("its parent region is in {}", countries(&parent.countries));
            out.push(
                finding(input, region, home, message, input.value(&key), label).help(
                    "snapshots of a local zone go to its parent region by default, and its regional services run there",
                ),
            );
        }
        zones(input, region, home, &path.key("zones"), out);
    }
}

fn finding(
    input: &Input<'_>,
    region: &Region,
    home: &BTreeSet<Country>,
    message: String,
    location: Location,
    label: String,
) -> Diagnostic {
    let mut finding = RULE.finding(message).at(location, label);
    if let Some(line) = input.policy_line(region) {
        finding = finding.at(line, format!("only {} is allowed", countries(home)));
    }
    finding.help(remedy(region.place.provider, home))
}

/// Zones of a region that are somewhere else than the region.
fn zones(
    input: &Input<'_>,
    region: &Region,
    home: &BTreeSet<Country>,
    path: &KeyPath,
    out: &mut Found,
) {
    for (index, zone) in region.zones.iter().enumerate() {
        let Some(place) = zone_place(region.place.provider, zone) else {
            continue;
        };
        let location = input.value(&path.index(index));
        if !place.countries.is_subset(home) || place.countries.is_empty() {
            let is_in = countries(&place.countries);
            let message = format!(
                "the zone `{zone}` of region `{}` is in {is_in}",
                region.name
            );
            out.push(finding(
                input,
                region,
                home,
                message,
                location,
                format!("in {is_in}"),
            ));
        }
    }
}

/// The place of a zone: its own entry in the table, else the region whose code it has before the documented suffix.
fn zone_place(provider: Provider, zone: &str) -> Option<Place> {
    catalogue::find(provider, zone).or_else(|| {
        let code = zone.strip_suffix(|c: char| c.is_ascii_lowercase())?;
        let code = match provider {
            Provider::Aws => code,
            Provider::Gcp => code.strip_suffix('-')?,
            _ => return None,
        };
        catalogue::find(provider, code)
    })
}

fn parent_abroad(place: &Place, home: &BTreeSet<Country>) -> Option<Place> {
    let parent = catalogue::find(place.provider, place.parent.as_deref()?)?;
    (!parent.countries.is_subset(home)).then_some(parent)
}

/// Where the provider has a place in the jurisdiction, or that it has none.
fn remedy(provider: Provider, home: &BTreeSet<Country>) -> String {
    let name = provider.name();
    if provider == Provider::Onprem {
        return "a site of this jurisdiction must be in one of its countries".to_owned();
    }
    let here: Vec<&str> = catalogue::codes(provider)
        .into_iter()
        .filter(|code| {
            catalogue::find(provider, code).is_some_and(|place| {
                place.kind == LocationKind::Region
                    && place.status == LocationStatus::Ga
                    && !place.countries.is_empty()
                    && place.countries.is_subset(home)
            })
        })
        .collect();
    if here.is_empty() {
        format!(
            "{name} has no region in {}: use another provider, or a site of your own with `provider = \"onprem\"`",
            countries(home)
        )
    } else {
        format!("{name} is in {} with {}", countries(home), words(here))
    }
}
