//! Everything in the declaration by which data of a region would be outside of where its class may be: the one list that
//! RES004 and RES005 report from and that exceptions are held against.

use super::handled::handled;
use super::places::{bucket, entry, exists_in, forbidden, home, store_path, written};
use super::rule::Input;
use super::{exceptions, res004, res005};
use crate::catalogue::{LocationKind, Place};
use crate::model::{Cell, Region, Store};
use crate::source::Location;
use crate::spec::KeyPath;
use crate::spec::names::{Country, Identifier, Name};
use crate::spec::types::{DataClass, ExceptionSpec};
use std::collections::BTreeSet;

/// Data of one region that would be at one place where it may not be.
#[derive(Debug)]
pub(super) struct Departure<'a> {
    /// The rule that it breaks.
    pub(super) rule: &'static str,
    /// The region whose data it is.
    pub(super) region: &'a Region,
    /// The store or endpoint, by which an exception names it.
    pub(super) subject: &'a Name,
    /// What happens: the first half of a sentence, such as "the store `exports` keeps data".
    pub(super) what: String,
    /// The classes that may not be there; empty for data without a class.
    pub(super) classes: BTreeSet<DataClass>,
    /// The countries it would be in; empty when they are not known.
    pub(super) countries: BTreeSet<Country>,
    /// The provider's place, where one is declared.
    place: Option<&'a Place>,
    /// The names of the bucket, one per cell.
    buckets: BTreeSet<String>,
    /// What a person must change.
    pub(super) location: Location,
    /// Flows say themselves which exception allows them; others are found by what an exception says.
    pub(super) named: Named<'a>,
}

/// How an exception comes to a departure.
#[derive(Debug)]
pub(super) enum Named<'a> {
    /// By its store, region and target.
    BySubject,
    /// By its id, in the flow; `None` when the flow names none.
    ById(Option<&'a Identifier>),
}

/// All of them, in the regions that are judged.
pub(super) fn departures<'a>(input: &Input<'a>) -> Vec<Departure<'a>> {
    let mut found = Vec::new();
    stores(input, &mut found);
    flows(input, &mut found);
    endpoints(input, &mut found);
    found
}

impl Departure<'_> {
    /// The valid exception that allows it, by its position in the declaration.
    pub(super) fn exception(&self, input: &Input<'_>) -> Option<usize> {
        self.candidates(input)
            .find(|index| exceptions::holds(input, *index))
    }

    /// An exception that would allow it if it were in order, by its position in the declaration.
    pub(super) fn intended(&self, input: &Input<'_>) -> Option<usize> {
        self.candidates(input).next()
    }

    fn candidates<'i>(&'i self, input: &'i Input<'_>) -> impl Iterator<Item = usize> + 'i {
        input
            .platform
            .residency
            .exceptions
            .iter()
            .enumerate()
            .filter(|(_, exception)| self.is_meant_by(exception))
            .map(|(index, _)| index)
    }

    fn is_meant_by(&self, exception: &ExceptionSpec) -> bool {
        if let Named::ById(id) = self.named
            && id != Some(&exception.id)
        {
            return false;
        }
        let Some(to) = &exception.to else {
            return false;
        };
        let same_place = self.place.is_none_or(|place| {
            to.provider
                .as_deref()
                .is_none_or(|provider| provider == place.provider.name())
                && to.location.as_deref().is_none_or(|code| code == place.code)
        });
        let same_bucket = to
            .bucket
            .as_ref()
            .is_none_or(|bucket| self.buckets.is_empty() || self.buckets.contains(bucket));
        exception.rules.iter().any(|rule| rule == self.rule)
            && exception.region.as_deref() == Some(self.region.name.as_str())
            && exception.store.as_deref() == Some(self.subject.as_str())
            && self
                .classes
                .iter()
                .all(|class| exception.classes.iter().any(|name| name == class.name()))
            && !self.countries.is_empty()
            && self
                .countries
                .iter()
                .all(|country| to.country.as_ref() == Some(country))
            && same_place
            && same_bucket
    }
}

/// Stores that are not in their region's cluster, and stores of one region that services of another one use.
fn stores<'a>(input: &Input<'a>, found: &mut Vec<Departure<'a>>) {
    let platform = input.platform;
    for store in &platform.stores {
        let is_used = platform
            .services
            .values()
            .any(|service| service.uses.contains(&store.id));
        for region in input.used_regions() {
            let own = store
                .region
                .as_ref()
                .is_none_or(|only| *only == region.name);
            if !own && !is_used {
                continue;
            }
            let Some((countries, place)) = whereabouts(input, store, region) else {
                continue;
            };
            let Some(classes) = forbidden(platform, region, &store.classes, &countries) else {
                continue;
            };
            let path = declared(input, store, region);
            found.push(Departure {
                rule: res004::RULE.id,
                region,
                subject: &store.id,
                what: format!(
                    "the store `{}` keeps data of region `{}`",
                    store.id, region.name
                ),
                classes,
                countries,
                place,
                buckets: buckets(input, store, region),
                location: input.value(&path),
                named: Named::BySubject,
            });
        }
    }
}

/// The key that says where a store is: its own, else that of the object store which holds it.
fn declared(input: &Input<'_>, store: &Store, region: &Region) -> KeyPath {
    let own = store_path(store).key("at").key("location");
    if input.document.contains(&own) {
        return own;
    }
    let cells = input.cells().filter(|cell| cell.region == region.name);
    let outside = cells
        .filter(|cell| is_outside(store, cell))
        .flat_map(|cell| {
            [
                KeyPath::new(["cells", &cell.name, "components"]),
                KeyPath::new(["environments", &cell.environment, "components"]),
                KeyPath::new(["components"]),
            ]
        });
    let written = |components: KeyPath| {
        let store = components.key("object-storage").key("external");
        store.key("at").key("location")
    };
    outside
        .map(written)
        .find(|path| input.document.contains(path))
        .unwrap_or_else(|| store_path(store).key("region"))
}

/// Whether a store is a bucket of an object store outside a cell's cluster.
fn is_outside(store: &Store, cell: &Cell) -> bool {
    let object_storage = cell.object_storage.as_ref();
    object_storage
        .is_some_and(|here| here.outside.is_some() && here.buckets.contains_key(&store.id))
}

/// The places of the object stores outside that hold a region's part of a store.
fn outside<'a>(input: &Input<'a>, store: &Store, region: &Region) -> Vec<&'a Place> {
    let cells = input.platform.cells.iter();
    let here = cells.filter(|cell| cell.region == region.name && is_outside(store, cell));
    here.filter_map(|cell| cell.object_storage.as_ref()?.outside.as_ref())
        .map(|outside| &outside.place)
        .collect()
}

/// Where a store keeps the data of a region; `None` when that is in the region itself, which RES001 and RES002 judge.
fn whereabouts<'a>(
    input: &Input<'a>,
    store: &'a Store,
    region: &Region,
) -> Option<(BTreeSet<Country>, Option<&'a Place>)> {
    if let Some(place) = &store.place {
        return Some((place.countries.clone(), Some(place)));
    }
    let location = store_path(store).key("at").key("location");
    if input.document.contains(&location) {
        // A site of one's own is in no table: it is known when it is the site of a region.
        let site = input.platform.regions.values().find(|region| {
            region.place.kind == LocationKind::Site
                && written(input, &input.value(&location)) == Some(region.place.code.as_str())
        });
        let countries = site.map_or_else(BTreeSet::new, |region| region.place.countries.clone());
        return Some((countries, site.map(|region| &region.place)));
    }
    // A store outside has as many places as the region has cells: data may be in every one of them.
    let outside = outside(input, store, region);
    if let Some(first) = outside.first() {
        let known = outside.iter().all(|place| !place.countries.is_empty());
        let countries = outside.iter().flat_map(|place| place.countries.clone());
        let countries = countries.filter(|_| known).collect();
        let sole = outside.iter().all(|place| place == first).then_some(*first);
        return Some((countries, sole));
    }
    let other = store
        .region
        .as_ref()
        .filter(|other| **other != region.name)?;
    let place = &input.platform.regions.get(other)?.place;
    Some((place.countries.clone(), Some(place)))
}

fn buckets(input: &Input<'_>, store: &Store, region: &Region) -> BTreeSet<String> {
    input
        .cells()
        .filter(|cell| cell.region == region.name && exists_in(store, cell))
        .filter_map(|cell| bucket(store, cell))
        .collect()
}

/// Declared movements between stores.
fn flows<'a>(input: &Input<'a>, found: &mut Vec<Departure<'a>>) {
    let platform = input.platform;
    for (index, flow) in platform.flows.iter().enumerate() {
        let source = input.regions().find(|region| region.name == flow.from.0);
        let target = platform.regions.get(&flow.to.0);
        let store = platform.store(&flow.to.1);
        let (Some(source), Some(target), Some(store)) = (source, target, store) else {
            continue;
        };
        let (countries, place) = whereabouts(input, store, target)
            .unwrap_or_else(|| (target.place.countries.clone(), Some(&target.place)));
        let Some(classes) = forbidden(platform, source, &flow.classes, &countries) else {
            continue;
        };
        found.push(Departure {
            rule: res005::RULE.id,
            region: source,
            subject: &flow.from.1,
            what: format!(
                "the flow from `{}/{}` to `{}/{}` moves data of region `{}`",
                flow.from.0, flow.from.1, flow.to.0, flow.to.1, source.name
            ),
            classes,
            countries,
            place,
            buckets: buckets(input, store, target),
            location: input.value(&KeyPath::new(["flows"]).index(index).key("to")),
            named: Named::ById(flow.exception.as_ref()),
        });
    }
}

/// Endpoints: what they say they receive, else everything that their callers handle.
fn endpoints<'a>(input: &Input<'a>, found: &mut Vec<Departure<'a>>) {
    let platform = input.platform;
    let handled = handled(platform);
    for (index, endpoint) in platform.endpoints.iter().enumerate() {
        let countries = BTreeSet::from([endpoint.country.clone()]);
        let path = KeyPath::new(["endpoints"]).index(index);
        let regions = || {
            input
                .used_regions()
                .into_iter()
                .filter(|region| endpoint.regions.contains(&region.name))
        };
        let mut add = |region: &'a Region, what: String, classes, location| {
            found.push(Departure {
                rule: res005::RULE.id,
                region,
                subject: &endpoint.id,
                what,
                classes,
                countries: countries.clone(),
                place: None,
                buckets: BTreeSet::new(),
                location,
                named: Named::BySubject,
            });
        };
        for region in regions().filter(|_| !endpoint.classes.is_empty()) {
            if let Some(classes) = forbidden(platform, region, &endpoint.classes, &countries) {
                let what = format!(
                    "the endpoint `{}` receives data of region `{}`",
                    endpoint.id, region.name
                );
                add(region, what, classes, input.value(&path.key("country")));
            }
        }
        let callers = platform
            .services
            .values()
            .filter(|service| service.contacts.contains(&endpoint.id))
            .filter(|service| endpoint.classes.is_empty() && !handled[&service.name].is_empty());
        for service in callers {
            let list = KeyPath::new(["services", &service.name, "calls"]);
            for region in regions().filter(|region| home(platform, region).is_some()) {
                let all = &handled[&service.name];
                if let Some(classes) = forbidden(platform, region, all, &countries) {
                    let what = format!(
                        "`{}` sends the endpoint `{}` data of region `{}`",
                        service.name, endpoint.id, region.name
                    );
                    add(region, what, classes, entry(input, &list, &endpoint.id));
                }
            }
        }
    }
}
