//! The policy as it was evaluated: what may be where, and what there is.

use crate::model::{Platform, Region};
use crate::report::clean;
use crate::residency::{Input, policy_hash};
use crate::spec::names::Country;
use crate::spec::types::{ClassResidency, DataClass};
use serde::Serialize;
use std::collections::BTreeSet;

/// The policy as it was evaluated.
#[derive(Debug, Clone, Serialize)]
pub struct Policy {
    /// Its hash.
    pub hash: String,
    /// The hash that was approved, from platform.lock; none when there is none.
    pub approved_hash: Option<String>,
    /// Whether both are the same.
    pub approved: bool,
    /// The longest life of an exception, in days.
    pub max_exception_days: u32,
    /// Jurisdictions by name.
    pub jurisdictions: Vec<Jurisdiction>,
    /// Regions by name.
    pub regions: Vec<PolicyRegion>,
    /// How far each data class may go.
    pub classes: Vec<ClassPolicy>,
    /// Stores.
    pub stores: Vec<StorePolicy>,
    /// What may be contacted outside.
    pub endpoints: Vec<EndpointPolicy>,
}

/// A set of countries in which data stays.
#[derive(Debug, Clone, Serialize)]
pub struct Jurisdiction {
    /// Its name.
    pub name: String,
    /// The countries.
    pub countries: Vec<String>,
    /// Why.
    pub basis: Vec<String>,
}

/// A region and where it is.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyRegion {
    /// Its name.
    pub name: String,
    /// The jurisdiction whose data it holds.
    pub jurisdiction: Option<String>,
    /// Who runs the place.
    pub provider: &'static str,
    /// The provider's code of it.
    pub location: String,
    /// The countries it is in.
    pub countries: Vec<String>,
    /// Its cells.
    pub cells: Vec<String>,
    /// Who attests where a site of one's own is.
    pub attestation: Option<Attestation>,
}

/// Who attests where a site is.
#[derive(Debug, Clone, Serialize)]
pub struct Attestation {
    /// The document.
    pub document: String,
    /// Who wrote it.
    pub by: String,
    /// The first day on which it no longer holds.
    pub expires: String,
}

/// How far a data class may go.
#[derive(Debug, Clone, Serialize)]
pub struct ClassPolicy {
    /// The class.
    pub class: &'static str,
    /// `home`, `listed` or `any`.
    pub residency: &'static str,
    /// Countries besides the jurisdiction's own.
    pub countries: Vec<String>,
    /// Why.
    pub reason: Option<String>,
}

/// A store.
#[derive(Debug, Clone, Serialize)]
pub struct StorePolicy {
    /// Its id.
    pub id: String,
    /// Classes of the data in it.
    pub classes: Vec<&'static str>,
    /// The one region that holds it; none when each cell has its own.
    pub region: Option<String>,
    /// The countries it is in when it is outside of its region's cluster.
    pub countries: Option<Vec<String>>,
}

/// Something outside that may be contacted.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointPolicy {
    /// Its id.
    pub id: String,
    /// Its host.
    pub host: String,
    /// The country it is in.
    pub country: String,
    /// Who runs it.
    pub operator: Option<String>,
    /// Classes of data it may receive.
    pub classes: Vec<&'static str>,
    /// Regions from which it may be contacted.
    pub regions: Vec<String>,
}

pub(super) fn policy(input: &Input<'_>) -> Policy {
    let platform = input.platform;
    let hash = policy_hash(platform);
    Policy {
        approved: input.policy == Some(hash.as_str()),
        hash: format!("sha256:{hash}"),
        approved_hash: input.policy.map(|hash| format!("sha256:{hash}")),
        max_exception_days: platform.residency.max_exception_days,
        jurisdictions: jurisdictions(platform),
        regions: platform
            .regions
            .values()
            .map(|region| self::region(input, region))
            .collect(),
        classes: classes(platform),
        stores: stores(platform),
        endpoints: endpoints(platform),
    }
}

fn jurisdictions(platform: &Platform) -> Vec<Jurisdiction> {
    let all = platform.residency.jurisdictions.iter();
    all.map(|(name, jurisdiction)| Jurisdiction {
        name: name.to_string(),
        countries: codes(&jurisdiction.countries),
        basis: jurisdiction.basis.iter().map(|text| clean(text)).collect(),
    })
    .collect()
}

fn region(input: &Input<'_>, region: &Region) -> PolicyRegion {
    let cells = input.cells().filter(|cell| cell.region == region.name);
    PolicyRegion {
        name: region.name.to_string(),
        jurisdiction: region.jurisdiction.as_ref().map(ToString::to_string),
        provider: region.place.provider.name(),
        location: region.place.code.clone(),
        countries: codes(&region.place.countries),
        cells: cells.map(|cell| cell.name.to_string()).collect(),
        attestation: region.attestation.as_ref().map(|attestation| Attestation {
            document: clean(&attestation.document),
            by: clean(&attestation.by),
            expires: attestation.expires.to_string(),
        }),
    }
}

fn classes(platform: &Platform) -> Vec<ClassPolicy> {
    let all = platform.residency.classes.iter();
    all.map(|(class, rule)| ClassPolicy {
        class: class.name(),
        residency: match rule.residency {
            ClassResidency::Home => "home",
            ClassResidency::Listed => "listed",
            ClassResidency::Any => "any",
        },
        countries: codes(&rule.countries),
        reason: rule.reason.as_deref().map(clean),
    })
    .collect()
}

fn stores(platform: &Platform) -> Vec<StorePolicy> {
    let all = platform.stores.iter().map(|store| StorePolicy {
        id: store.id.to_string(),
        classes: names(&store.classes),
        region: store.region.as_ref().map(ToString::to_string),
        countries: store.place.as_ref().map(|place| codes(&place.countries)),
    });
    all.collect()
}

fn endpoints(platform: &Platform) -> Vec<EndpointPolicy> {
    let all = platform.endpoints.iter().map(|endpoint| EndpointPolicy {
        id: endpoint.id.to_string(),
        host: endpoint.host.to_string(),
        country: endpoint.country.to_string(),
        operator: endpoint.operator.as_deref().map(clean),
        classes: names(&endpoint.classes),
        regions: endpoint.regions.iter().map(ToString::to_string).collect(),
    });
    all.collect()
}

/// Country codes as texts.
pub(super) fn codes(countries: &BTreeSet<Country>) -> Vec<String> {
    countries.iter().map(ToString::to_string).collect()
}

/// Data classes as texts.
pub(super) fn names(classes: &BTreeSet<DataClass>) -> Vec<&'static str> {
    classes.iter().map(|class| class.name()).collect()
}
