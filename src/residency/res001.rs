//! RES001: a region whose place cannot be told.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::catalogue::{LocationKind, LocationStatus, Place};
use crate::model::Region;
use crate::spec::KeyPath;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES001",
    title: "The place of a region is not known",
    severity: Weight::Critical,
    rationale: "Every other rule compares the country a thing is in with the countries it may be in. A region without a jurisdiction, \
        a location that spans several countries or none, a location that is announced or gone, and a site of one's own whose country \
        nobody states cannot be compared with anything, and what cannot be compared is denied. Countries come from the embedded table \
        of provider locations, never from the beginning of a code. A location that is closed to new customers passes: where it is, is known.",
    fix: "Give the region a `jurisdiction`, and a `location` that is one existing place in one country. For `provider = \"onprem\"` write \
        the `country` of the site unless the jurisdiction has just one.",
    example_bad: "[regions.es]\njurisdiction = \"ES\"\nprovider = \"gcp\"\nlocation = \"EU\"                  # a continent",
    example_good: "[regions.es]\njurisdiction = \"ES\"\nprovider = \"gcp\"\nlocation = \"europe-southwest1\"   # Madrid",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    out.looked(&RULE, "", input.regions().count());
    for region in input.regions() {
        let path = KeyPath::new(["regions", &region.name]);
        if region.jurisdiction.is_none() {
            out.push(
                RULE.finding(format!("the region `{}` has no jurisdiction", region.name))
                    .at(input.key(&path), "needs `jurisdiction`")
                    .help("say with `jurisdiction` whose data this region holds"),
            );
        }
        if let Some((problem, help)) = unknown(region) {
            let message = format!(
                "the place of region `{}` is not known: {} `{}` {problem}",
                region.name,
                region.place.provider.name(),
                region.place.code
            );
            out.push(
                RULE.finding(message)
                    .at(input.value(&path.key("location")), problem)
                    .help(help),
            );
        }
    }
}

/// Whether a region's place passes this rule, so that later ones can judge it.
pub(super) fn is_known(region: &Region) -> bool {
    unknown(region).is_none()
}

fn unknown(region: &Region) -> Option<(&'static str, &'static str)> {
    let Place {
        kind,
        status,
        countries,
        ..
    } = &region.place;
    let one_place = "choose a location that is one place in one country";
    match (kind, status) {
        (LocationKind::Announced, _) | (_, LocationStatus::Announced) => Some((
            "is announced and does not exist yet",
            "choose a location that exists, or a site of your own with `provider = \"onprem\"`",
        )),
        (_, LocationStatus::Retired) => Some(("no longer exists", "choose a location that exists")),
        (LocationKind::Global, _) => Some(("is no place at all", one_place)),
        (LocationKind::MultiRegion, _) => Some(("spans several places", one_place)),
        // Without a jurisdiction the country may still follow from it: one finding is enough.
        (LocationKind::Site, _) if countries.is_empty() => region.jurisdiction.as_ref().map(|_| {
            (
                "is a site whose country is not stated",
                "state it with `country`, as the operator of the site attests it",
            )
        }),
        _ if countries.is_empty() => Some(("is in a country that is not known", one_place)),
        _ if countries.len() > 1 => Some(("spans several countries", one_place)),
        _ => None,
    }
}
