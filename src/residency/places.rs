//! Where things are, compared with where they may be, and the words for it.

use super::rule::Input;
use crate::model::{Cell, Platform, Region, Store, StoreOrigin};
use crate::source::Location;
use crate::spec::KeyPath;
use crate::spec::names::Country;
use crate::spec::types::{DataClass, StoreKind};
use std::collections::BTreeSet;

/// The countries of a region's jurisdiction; `None` without one, which RES001 reports.
pub(super) fn home<'a>(platform: &'a Platform, region: &Region) -> Option<&'a BTreeSet<Country>> {
    let name = region.jurisdiction.as_ref()?;
    Some(&platform.residency.jurisdictions.get(name)?.countries)
}

/// Which of a region's data classes may not be in the countries of a place. Data without any class may only be at home,
/// and then the answer is an empty set; `None` means that everything may be there.
pub(super) fn forbidden(
    platform: &Platform,
    region: &Region,
    classes: &BTreeSet<DataClass>,
    countries: &BTreeSet<Country>,
) -> Option<BTreeSet<DataClass>> {
    let home = home(platform, region)?;
    // A place whose countries are not known is nowhere allowed.
    let within = |allowed: &BTreeSet<Country>| {
        !countries.is_empty() && countries.iter().all(|country| allowed.contains(country))
    };
    if classes.is_empty() {
        return (!within(home)).then(BTreeSet::new);
    }
    let bad: BTreeSet<DataClass> = classes
        .iter()
        .copied()
        .filter(|class| {
            platform
                .allowed(*class, region)
                .is_some_and(|allowed| !within(&allowed))
        })
        .collect();
    (!bad.is_empty()).then_some(bad)
}

/// Country codes, or a word for not knowing them.
pub(super) fn countries(countries: &BTreeSet<Country>) -> String {
    if countries.is_empty() {
        "an unknown country".to_owned()
    } else {
        words(countries.iter().map(|country| country.as_str()))
    }
}

/// Data classes, or words for having none.
pub(super) fn classes(classes: &BTreeSet<DataClass>) -> String {
    if classes.is_empty() {
        "data without a class".to_owned()
    } else {
        words(classes.iter().map(|class| class.name()))
    }
}

/// A list as people write it: `a, b and c`.
pub(super) fn words<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.into_iter().collect();
    match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => items.concat(),
    }
}

/// The table of a store in platform.toml.
pub(super) fn store_path(store: &Store) -> KeyPath {
    match store.origin {
        StoreOrigin::Declared(index) => KeyPath::new(["stores"]).index(index),
        StoreOrigin::Component(name) => KeyPath::new(["components", name]),
    }
}

/// The place of one text in a list of platform.toml; of the whole list when it is not found.
pub(super) fn entry(input: &Input<'_>, list: &KeyPath, text: &str) -> Location {
    (0..)
        .map(|index| list.index(index))
        .take_while(|path| input.document.contains(path))
        .map(|path| input.value(&path))
        .find(|location| written(input, location) == Some(text))
        .unwrap_or_else(|| input.value(list))
}

/// The text of a string at a place of platform.toml, without its quotes.
pub(super) fn written<'a>(input: &Input<'a>, location: &Location) -> Option<&'a str> {
    let (start, end) = location.span?;
    let text = input.document.text().get(start..end)?;
    Some(text.trim_matches(['"', '\'']))
}

/// The name of a store's bucket in a cell.
pub(super) fn bucket(store: &Store, cell: &Cell) -> Option<String> {
    let template = store.bucket.as_ref()?;
    Some(
        template
            .replace("{environment}", &cell.environment)
            .replace("{region}", &cell.region),
    )
}

/// Whether a store exists in a cell.
pub(super) fn exists_in(store: &Store, cell: &Cell) -> bool {
    store
        .region
        .as_ref()
        .is_none_or(|only| *only == cell.region)
}

/// What a store is, as platform.toml writes it.
pub(super) fn kind(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Postgres => "postgres",
        StoreKind::Bucket => "bucket",
        StoreKind::BackupRepo => "backup-repo",
        StoreKind::WalArchive => "wal-archive",
        StoreKind::VolumeSnapshot => "volume-snapshot",
        StoreKind::EtcdSnapshot => "etcd-snapshot",
        StoreKind::Logs => "logs",
        StoreKind::Traces => "traces",
        StoreKind::Metrics => "metrics",
        StoreKind::Cache => "cache",
        StoreKind::Queue => "queue",
        StoreKind::AuthIdentities => "auth-identities",
        StoreKind::SecretsKeys => "secrets-keys",
        StoreKind::TfState => "tf-state",
        StoreKind::ImageRegistry => "image-registry",
        StoreKind::Git => "git",
    }
}
