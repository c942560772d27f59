//! Names that are put together from several keys, and so can collide or grow too long.

use crate::diagnostic::Diagnostic;
use crate::model::Problems;
use crate::model::platform::{Platform, StoreOrigin};
use crate::model::supabase::SUPABASE;
use crate::spec::KeyPath;
use crate::spec::formats::is_label;
use crate::spec::names::{CellName, Name};
use std::collections::BTreeMap;

/// The name of a cell's cluster is put together from three others.
pub(super) fn clusters(platform: &Platform, problems: &mut Problems<'_>) {
    for cell in &platform.cells {
        if !is_label(&cell.cluster, 63) {
            let path = KeyPath::new(["platform", "name"]);
            let message = format!(
                "the cluster of {} would be called `{}`, which is longer than 63 characters",
                cell.name, cell.cluster
            );
            problems.at_value(
                "name-too-long",
                &path,
                message,
                "part of that name",
                "shorten the platform, environment or region".to_owned(),
            );
        }
    }
}

pub(super) fn hosts(platform: &Platform, problems: &mut Problems<'_>) {
    let mut seen: BTreeMap<&str, (&CellName, &Name)> = BTreeMap::new();
    supabase_hosts(platform, problems);
    for cell in &platform.cells {
        for (name, service) in &cell.services {
            let Some(host) = &service.host else { continue };
            if let Some((other, first)) = seen.insert(host, (&cell.name, name)) {
                let path = KeyPath::new(["environments", &cell.environment]);
                let location = problems.key(&path);
                let message = format!(
                    "`{first}` in {other} and `{name}` in {} would both be `{host}`",
                    cell.name
                );
                problems.push(
                    Diagnostic::error("duplicate-host", message)
                        .at(location, "one of the two environments")
                        .help("give one environment a `subdomain` of its own, or the regions different domains"),
                );
            }
            if host.len() > 253 || host.split('.').any(|label| label.len() > 63) {
                let path = KeyPath::new(["services", name, "expose"]);
                problems.at_value(
                    "name-too-long",
                    &path,
                    format!("`{host}` is too long for a host name"),
                    "part of it",
                    "shorten it".to_owned(),
                );
            }
        }
    }
}

/// The gateway of Supabase has a host as services have.
fn supabase_hosts(platform: &Platform, problems: &mut Problems<'_>) {
    let mut taken: BTreeMap<&str, &CellName> = BTreeMap::new();
    for cell in &platform.cells {
        let hosts = cell.services.values().filter_map(|s| s.host.as_deref());
        taken.extend(hosts.map(|host| (host, &cell.name)));
    }
    for cell in &platform.cells {
        let Some(host) = cell.supabase.as_ref().and_then(|s| s.host.as_deref()) else {
            continue;
        };
        let path = KeyPath::new(["components", SUPABASE, "expose"]);
        if let Some(other) = taken.insert(host, &cell.name) {
            let message = format!("something in {other} is `{host}` already");
            let help = "choose another label, or give one environment a `subdomain` of its own";
            problems.at_value("duplicate-host", &path, message, "taken", help.to_owned());
        }
        if host.len() > 253 || host.split('.').any(|label| label.len() > 63) {
            let message = format!("`{host}` is too long for a host name");
            let help = "shorten it".to_owned();
            problems.at_value("name-too-long", &path, message, "part of it", help);
        }
    }
}

pub(super) fn buckets(platform: &Platform, problems: &mut Problems<'_>) {
    for cell in &platform.cells {
        let Some(storage) = &cell.object_storage else {
            continue;
        };
        for (id, bucket) in &storage.buckets {
            let store = platform.store(id);
            let path = match store.map(|store| store.origin) {
                Some(StoreOrigin::Declared(index)) => {
                    KeyPath::new(["stores"]).index(index).key("name")
                }
                _ => KeyPath::new(["platform", "name"]),
            };
            if bucket.len() < 3 || !is_label(bucket, 63) {
                let message = format!("the bucket `{bucket}` of {} is not a valid name", cell.name);
                let help = "a bucket has 3 to 63 lower-case letters, digits and hyphens, and begins with a letter".to_owned();
                problems.at_value("bad-name", &path, message, "part of that name", help);
            }
        }
    }
}

/// Variables that platformctl sets itself may not be set a second time.
pub(super) fn variables(platform: &Platform, problems: &mut Problems<'_>) {
    for service in platform.services.values() {
        let generated = platform.variables(service);
        for variable in service
            .env
            .keys()
            .filter(|name| generated.contains_key(name.as_str()))
        {
            let path = KeyPath::new(["services", &service.name, "env", variable]);
            let help = "it follows from `calls`, `uses` or the cell: remove it here".to_owned();
            problems.at_value(
                "reserved-name",
                &path,
                format!("`{variable}` is set by platformctl"),
                "set twice",
                help,
            );
        }
    }
}
