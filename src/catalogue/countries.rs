//! Groups of countries that a policy may refer to.
//!
//! verified-at: 2026-11-21
//! sources: <https://european-union.europa.eu/principles-countries-history/eu-countries_en> (the 27 member states) and
//! <https://www.efta.int/about-efta/european-economic-area> (with Iceland, Liechtenstein and Norway: the EEA).

use crate::spec::names::Country;

const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// The members of the European Economic Area that are not in the EU.
const EEA_OUTSIDE_EU: [&str; 3] = ["IS", "LI", "NO"];

/// Whether a country is in the European Economic Area.
pub fn is_in_eea(country: &Country) -> bool {
    EU.contains(&country.as_str()) || EEA_OUTSIDE_EU.contains(&country.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eea_is_the_eu_and_three_more() {
        let is_in = |code| is_in_eea(&Country::new(code).expect("a code"));
        assert!(["ES", "GR", "NO", "LI", "IS"].into_iter().all(is_in));
        assert!(!["TR", "GB", "CH", "US"].into_iter().any(is_in));
    }
}
