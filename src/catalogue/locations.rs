//! Locations of cloud providers and the countries they are in. A country is never derived from a name's prefix.

use crate::spec::names::Country;
use crate::spec::types::Provider;
use serde::Serialize;
use std::collections::BTreeSet;

const TABLE: &str = include_str!("locations.tsv");

/// What kind of place a provider's code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocationKind {
    /// One region in one country.
    Region,
    /// A zone near a city; its parent region may be in another country.
    LocalZone,
    /// A zone or edge location.
    Zone,
    /// Several regions, or a whole continent: never one country.
    MultiRegion,
    /// No place at all.
    Global,
    /// A separate cloud for governments or operated by another company.
    Separate,
    /// Announced, not there.
    Announced,
    /// A site of one's own.
    Site,
}

/// Whether one can use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocationStatus {
    /// Generally available.
    Ga,
    /// Exists, not open to everyone.
    Restricted,
    /// No longer there.
    Retired,
    /// Not there yet.
    Announced,
    /// Named by an API or SDK, not confirmed otherwise.
    Unverified,
    /// Declared by the operator.
    Declared,
}

/// A provider's location, and the countries it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// Who runs it.
    pub provider: Provider,
    /// The provider's code.
    pub code: String,
    /// All countries it may be in; empty when that is not known.
    pub countries: BTreeSet<Country>,
    /// What it is.
    pub kind: LocationKind,
    /// Whether one can use it.
    pub status: LocationStatus,
    /// The region it belongs to, for a zone.
    pub parent: Option<String>,
}

/// The table's entry for a provider's code; codes are compared exactly.
pub fn find(provider: Provider, code: &str) -> Option<Place> {
    rows(provider)
        .find(|row| row[1] == code)
        .map(|row| place(provider, &row))
}

/// The text of the table: reports carry its hash.
pub fn locations_table() -> &'static str {
    TABLE
}

/// The day on which the table was verified, as its head says.
pub fn locations_verified_at() -> Option<jiff::civil::Date> {
    let line = TABLE
        .lines()
        .find_map(|line| line.strip_prefix("# verified-at: "))?;
    line.trim().parse().ok()
}

/// Every code of a provider, in the order of the table.
pub fn codes(provider: Provider) -> Vec<&'static str> {
    rows(provider).map(|row| row[1]).collect()
}

fn rows(provider: Provider) -> impl Iterator<Item = [&'static str; 7]> {
    let name = provider.name();
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| <[&str; 7]>::try_from(line.split('\t').collect::<Vec<_>>()).ok())
        .filter(move |row| row[0] == name)
}

fn place(provider: Provider, row: &[&'static str; 7]) -> Place {
    Place {
        provider,
        code: row[1].to_owned(),
        countries: row[2].split('|').filter_map(Country::new).collect(),
        kind: match row[3] {
            "region" => LocationKind::Region,
            "local-zone" => LocationKind::LocalZone,
            "zone" | "edge" => LocationKind::Zone,
            "announced" => LocationKind::Announced,
            "sovereign" | "isolated" | "gov" => LocationKind::Separate,
            "multi-region" | "dual-region" | "geography" => LocationKind::MultiRegion,
            _ => LocationKind::Global,
        },
        status: match row[4] {
            "ga" => LocationStatus::Ga,
            "restricted" => LocationStatus::Restricted,
            "retired" => LocationStatus::Retired,
            "announced" => LocationStatus::Announced,
            _ => LocationStatus::Unverified,
        },
        parent: (row[5] != "-").then(|| row[5].to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_no_code_stands_twice() {
        let rows: Vec<&str> = TABLE
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        let all: BTreeSet<(&str, &str)> = Provider::ALL
            .iter()
            .flat_map(|provider| {
                codes(*provider)
                    .into_iter()
                    .map(|code| (provider.name(), code))
            })
            .collect();
        assert!(rows.len() > 400, "{} rows", rows.len());
        assert_eq!(all.len(), rows.len());
    }

    #[test]
    fn the_table_says_when_it_was_verified() {
        let day = locations_verified_at().map(|day| day.to_string());
        assert_eq!(day.map(|day| day.len()), Some(10));
    }

    #[test]
    fn countries_come_from_the_table_not_from_prefixes() {
        let country = |provider, code| {
            let place = find(provider, code).unwrap_or_else(|| panic!("{code} is in the table"));
            place
                .countries
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(",")
        };
        assert_eq!(country(Provider::Aws, "eu-south-1"), "IT");
        assert_eq!(country(Provider::Aws, "eu-south-2"), "ES");
        assert_eq!(country(Provider::Aws, "eu-west-2"), "GB");
        assert_eq!(country(Provider::Aws, "eu-central-1-ist-1a"), "TR");
        assert_eq!(country(Provider::Gcp, "EUR5"), "BE,GB");
        assert_eq!(
            find(Provider::Gcp, "turkiye-announced").map(|p| p.status),
            Some(LocationStatus::Announced)
        );
    }
}
