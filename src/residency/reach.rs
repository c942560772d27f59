//! Where data of stores goes: addresses, places of providers, buckets without an address, and the finding about each.

use super::built::{evidence, finding, steps, trouble};
use super::found::Found;
use super::rule::{Input, Rule};
use crate::catalogue;
use crate::facts::{Address, CellFacts, Destination, Resolved, Spot, buckets};
use crate::spec::types::Provider;
use std::collections::BTreeSet;

/// What is told about a place to which something leads.
pub(super) struct Leak<'l> {
    /// The rule.
    pub(super) rule: &'l Rule,
    /// The first step of the trace.
    pub(super) key: &'l str,
    /// The first half of the sentence: `BackupStorageLocation velero/dr keeps backups at …`.
    pub(super) message: String,
    /// What a person must change.
    pub(super) spot: Spot,
    /// Where it leads.
    pub(super) resolved: Resolved,
    /// The bucket there.
    pub(super) bucket: Option<&'l str>,
}

/// Reports where something leads, if that is anywhere but where it may. Whether it was reported.
pub(super) fn report(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    out: &mut Found,
    leak: Leak<'_>,
) -> bool {
    let Some(trouble) = trouble(input, here, &leak.resolved) else {
        return false;
    };
    let message = format!("{}, which is {}", leak.message, trouble.words());
    let finding = finding(leak.rule, input, here, &leak.spot, message, trouble.words())
        .concluded(steps(input, here, leak.key, &leak.resolved))
        .help(leak.rule.fix);
    let Some(mut evidence) = evidence(here, &leak.resolved) else {
        return false;
    };
    evidence.bucket = leak.bucket;
    evidence.store = leak
        .bucket
        .and_then(|bucket| buckets::own(here, bucket))
        .map(|store| store.as_str());
    out.depart(input, finding, &evidence);
    true
}

/// Where an address written as a text leads; none when the text is none.
pub(super) fn of_text(here: &CellFacts<'_>, text: &str, namespace: &str) -> Option<Resolved> {
    let address = Address::parse(text.trim())?;
    Some(here.resolve(&address, namespace))
}

/// Nowhere that is known, with the words for it.
pub(super) fn unknown(words: impl Into<String>) -> Resolved {
    Resolved {
        destination: Destination::Unknown,
        countries: BTreeSet::new(),
        trace: vec![words.into()],
    }
}

/// Home.
pub(super) fn at_home(here: &CellFacts<'_>) -> Resolved {
    Resolved {
        destination: Destination::Home,
        countries: here
            .region
            .map_or_else(BTreeSet::new, |region| region.place.countries.clone()),
        trace: Vec::new(),
    }
}

/// A bucket that is reached without an address, at whatever its provider's default is: in the place that is written, else
/// at home when it is one of the cell's own and the cell is at this provider.
pub(super) fn of_bucket(
    here: &CellFacts<'_>,
    provider: Provider,
    bucket: Option<&str>,
    place: Option<&str>,
) -> Resolved {
    if let Some(code) = place.filter(|code| !code.is_empty()) {
        return match find(provider, code) {
            Some(place) => provided(place),
            None => unknown(format!("{} without an address", provider.name())),
        };
    }
    let is_own = bucket.is_some_and(|bucket| buckets::own(here, bucket).is_some());
    let is_here = here
        .region
        .is_some_and(|region| region.place.provider == provider);
    if is_own && is_here {
        return at_home(here);
    }
    unknown(format!("{} without an address", provider.name()))
}

fn provided(place: catalogue::Place) -> Resolved {
    Resolved {
        trace: vec![format!("{}/{}", place.provider.name(), place.code)],
        destination: Destination::Provider {
            provider: place.provider,
            code: place.code,
        },
        countries: place.countries,
    }
}

/// Where the code of a place is, seen from a cell.
pub(super) enum Whereabouts {
    /// In the cell's own region.
    Home,
    /// In another region, or at a place of a provider.
    Known(Resolved),
    /// No table knows it.
    Unknown,
}

/// Where a code of a region, zone or location is.
pub(super) fn of_code(here: &CellFacts<'_>, code: &str) -> Whereabouts {
    let code = code.trim();
    let lower = code.to_lowercase();
    let Some(region) = here.region else {
        return Whereabouts::Unknown;
    };
    let is_of = |region: &crate::model::Region| {
        let below = |name: &str| {
            let name = name.to_lowercase();
            lower == name
                || lower
                    .strip_prefix(&name)
                    .is_some_and(|rest| rest.starts_with(['-', '_', '.']))
        };
        region.zones.iter().any(|zone| zone.as_str() == code)
            || below(region.name.as_str())
            || (region.place.provider == Provider::Onprem && below(&region.place.code))
            || lower == region.place.code.to_lowercase()
    };
    if is_of(region) {
        return Whereabouts::Home;
    }
    // The table comes before the other regions: `es-mad` is a place, although a region may be called `es`.
    let own = find(region.place.provider, code);
    let place = own.or_else(|| {
        Provider::ALL
            .into_iter()
            .find_map(|provider| find(provider, code))
    });
    if let Some(place) = place {
        return Whereabouts::Known(provided(place));
    }
    let regions = here.platform.regions.values();
    match regions.into_iter().find(|region| is_of(region)) {
        Some(other) => Whereabouts::Known(Resolved {
            destination: Destination::Region(other.name.clone()),
            countries: other.place.countries.clone(),
            trace: vec![format!("region {}", other.name)],
        }),
        None => Whereabouts::Unknown,
    }
}

/// Where the code of a place is, when that is known and not at home: for labels of stores that may be anything, such as
/// the region that requests are signed for.
pub(super) fn abroad(input: &Input<'_>, here: &CellFacts<'_>, code: &str) -> Option<Resolved> {
    match of_code(here, code) {
        Whereabouts::Known(resolved) => trouble(input, here, &resolved).map(|_| resolved),
        _ => None,
    }
}

/// A place of a provider by its code, or by the code of a zone in it as the provider builds those.
fn find(provider: Provider, code: &str) -> Option<catalogue::Place> {
    let lower = code.to_lowercase();
    let exact = [code, &lower]
        .into_iter()
        .find_map(|code| catalogue::find(provider, code));
    exact.or_else(|| catalogue::find(provider, zone_of(provider, &lower)?))
}

/// The region of a zone. A country is never taken from a prefix: only what the provider documents is cut off.
/// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html>,
/// <https://cloud.google.com/compute/docs/regions-zones>,
/// <https://learn.microsoft.com/azure/aks/availability-zones>, <https://docs.hetzner.com/cloud/general/locations/>
fn zone_of(provider: Provider, code: &str) -> Option<&str> {
    match provider {
        Provider::Aws => code
            .strip_suffix(|c: char| c.is_ascii_lowercase())
            .filter(|region| region.ends_with(|c: char| c.is_ascii_digit())),
        Provider::Gcp => code.rsplit_once('-').and_then(|(region, zone)| {
            (zone.len() == 1 && zone.bytes().all(|byte| byte.is_ascii_lowercase()))
                .then_some(region)
        }),
        Provider::Azure => code.rsplit_once('-').and_then(|(region, zone)| {
            (zone.len() == 1 && zone.bytes().all(|byte| byte.is_ascii_digit())).then_some(region)
        }),
        Provider::Hetzner => code.rsplit_once("-dc").map(|(region, _)| region),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(provider: Provider, code: &str) -> Option<String> {
        let found = find(provider, code)?.countries;
        Some(found.iter().map(|country| country.as_str()).collect())
    }

    #[test]
    fn zones_are_where_their_region_is_unless_the_table_says_otherwise() {
        assert_eq!(of(Provider::Aws, "eu-south-2a").as_deref(), Some("ES"));
        assert_eq!(
            of(Provider::Aws, "eu-central-1-ist-1a").as_deref(),
            Some("TR")
        );
        assert_eq!(of(Provider::Aws, "eu-central-1a").as_deref(), Some("DE"));
        assert_eq!(
            of(Provider::Gcp, "europe-southwest1-b").as_deref(),
            Some("ES")
        );
        assert_eq!(of(Provider::Azure, "westeurope-2").as_deref(), Some("NL"));
        assert_eq!(of(Provider::Hetzner, "fsn1-dc14").as_deref(), Some("DE"));
        assert_eq!(of(Provider::Gcp, "europe-southwest1-bb"), None);
        assert_eq!(of(Provider::Aws, "eu-west"), None);
    }
}
