//! Where data may be, and where regions are.

use crate::catalogue::{self, LocationKind, LocationStatus, Place};
use crate::model::platform::*;
use crate::spec::Spec;
use crate::spec::names::Name;
use crate::spec::types::*;
use std::collections::BTreeSet;

pub(super) fn residency(spec: &Spec) -> Residency {
    let free = [
        DataClass::Public,
        DataClass::Image,
        DataClass::Config,
        DataClass::SealedSecret,
    ];
    let classes = DataClass::ALL.into_iter().map(|class| {
        let rule = match spec.residency.classes.get(&class) {
            Some(written) => ClassRule {
                residency: written.residency,
                countries: written.countries.iter().cloned().collect(),
                reason: written.reason.clone(),
            },
            None => ClassRule {
                residency: if free.contains(&class) {
                    ClassResidency::Any
                } else {
                    ClassResidency::Home
                },
                countries: BTreeSet::new(),
                reason: None,
            },
        };
        (class, rule)
    });
    Residency {
        max_exception_days: spec.residency.max_exception_days.unwrap_or(180),
        jurisdictions: spec
            .residency
            .jurisdictions
            .iter()
            .map(|(name, written)| {
                let jurisdiction = Jurisdiction {
                    countries: written.countries.iter().cloned().collect(),
                    basis: written.basis.clone(),
                };
                (name.clone(), jurisdiction)
            })
            .collect(),
        classes: classes.collect(),
        exceptions: spec.residency.exceptions.clone(),
    }
}

pub(super) fn region(spec: &Spec, name: &Name, region: &RegionSpec) -> Region {
    Region {
        name: name.clone(),
        jurisdiction: region.jurisdiction.clone(),
        place: place(spec, region),
        domain: region.domain.clone(),
        zones: region.zones.clone(),
        cidrs: region.cidrs.clone(),
        attestation: region.attestation.clone(),
        cluster: region.cluster.clone(),
        ingress: region.ingress.clone(),
    }
}

/// A provider's location is looked up; a site's country is what its operator attests.
fn place(spec: &Spec, region: &RegionSpec) -> Place {
    if let Some(place) = catalogue::find(region.provider, &region.location) {
        return place;
    }
    let home = region
        .jurisdiction
        .as_ref()
        .and_then(|name| spec.residency.jurisdictions.get(name));
    let sole = home
        .filter(|j| j.countries.len() == 1)
        .and_then(|j| j.countries.first());
    Place {
        provider: region.provider,
        code: region.location.to_string(),
        countries: region
            .country
            .as_ref()
            .or(sole)
            .cloned()
            .into_iter()
            .collect(),
        kind: LocationKind::Site,
        status: LocationStatus::Declared,
        parent: None,
    }
}
