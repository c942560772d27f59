//! The object store: keys that go with its engine, and a store outside that is described whole.

use super::services::resources;
use crate::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::model::cells::LOCAL;
use crate::model::components::external_object_storage;
use crate::model::platform::Platform;
use crate::model::quantity::amount;
use crate::model::references;
use crate::model::{Cell, Problems};
use crate::spec::names::{CellName, Name, Quantity};
use crate::spec::types::*;
use crate::spec::{KeyPath, Spec};
use std::collections::{BTreeMap, BTreeSet};

const NAME: &str = "object-storage";

pub(super) fn object_storage(spec: &Spec, problems: &mut Problems<'_>) {
    let Some(written) = &spec.components.object_storage else {
        return;
    };
    let path = KeyPath::new(["components", NAME]);
    resources(written.resources.as_ref(), &path, problems);
    let engine = written.engine.unwrap_or(ObjectStorageEngine::Minio);
    let is_external = engine == ObjectStorageEngine::External;
    for (path, external) in tables(spec) {
        applicable(&path, is_external, problems);
        if let Some(at) = external.and_then(|written| written.at.as_ref()) {
            let path = path.key("external").key("at");
            references::location(problems, at.provider, &at.location, &path);
        }
    }
    if is_external {
        certificates(spec, problems);
        // What one cell lacks the others lack too, most of the time: one problem to mend at a time.
        for (environment, region) in cells(spec) {
            let before = problems.found.len();
            whole(spec, environment, &region, problems);
            if problems.found.len() > before {
                break;
            }
        }
    }
}

/// The component's own table and those of environments and cells, each with its store outside.
fn tables(spec: &Spec) -> Vec<(KeyPath, Option<&ExternalStoreSpec>)> {
    let own = spec.components.object_storage.as_ref();
    let mut tables = vec![(
        KeyPath::new(["components", NAME]),
        own.and_then(|written| written.external.as_ref()),
    )];
    fn external(components: &ComponentOverrides) -> Option<&ExternalStoreSpec> {
        components.object_storage.as_ref()?.external.as_ref()
    }
    for (name, environment) in &spec.environments {
        let path = KeyPath::new(["environments", name, "components", NAME]);
        tables.push((path, external(&environment.components)));
    }
    for (name, cell) in &spec.cells {
        let path = KeyPath::new(["cells", name, "components", NAME]);
        tables.push((path, external(&cell.components)));
    }
    tables
}

/// Refuses keys that have no effect with this engine.
fn applicable(table: &KeyPath, is_external: bool, problems: &mut Problems<'_>) {
    let (keys, message, help): (&[&str], _, _) = if is_external {
        (
            &[
                "storage",
                "storage-class",
                "resources",
                "quotas",
                "version-days",
                "lock-days",
            ],
            "is for a store in the cluster",
            "whoever runs the store outside decides this there: remove it",
        )
    } else {
        (
            &["external"],
            "is for a store outside the cluster",
            "remove it, or choose `engine = \"external\"`",
        )
    };
    for key in keys {
        let here = table.key(key);
        if problems.document.contains(&here) {
            let location = problems.key(&here);
            problems.push(
                Diagnostic::error("not-applicable", format!("`{here}` {message}"))
                    .at(location, "has no effect with this engine")
                    .help(help),
            );
        }
    }
}

fn cells(spec: &Spec) -> Vec<(&Name, Name)> {
    let mut cells = Vec::new();
    for (name, environment) in &spec.environments {
        if environment.kind == Some(EnvironmentKind::Local) {
            cells.extend(Name::new(LOCAL).map(|region| (name, region)));
        } else {
            cells.extend(
                environment
                    .regions
                    .iter()
                    .map(|region| (name, region.clone())),
            );
        }
    }
    cells
}

/// The configuration of backups is the same in every cell: it trusts a certificate in all of them or in none.
fn certificates(spec: &Spec, problems: &mut Problems<'_>) {
    let have: Vec<bool> = cells(spec)
        .into_iter()
        .map(|(environment, region)| CellName::join(environment, &region))
        .map(|cell| {
            let (environment, _) = cell.parts();
            let written = external_object_storage(spec, &environment, &cell);
            written.ca.is_some()
        })
        .collect();
    let mixed = have.contains(&true) && have.contains(&false);
    if mixed && spec.components.backups.is_some() {
        let location = problems.key(&KeyPath::new(["components", NAME]));
        problems.push(
            Diagnostic::error(
                "not-available",
                "backups go to object stores of which only some have a `ca`",
            )
            .at(location, "`engine = \"external\"`")
            .help("give the `ca` of every cell's store: for a public one, the authority that signs its certificate"),
        );
    }
}

/// A store outside needs a host, a place and addresses in every cell, and what looks like a certificate if it has one.
fn whole(spec: &Spec, environment: &Name, region: &Name, problems: &mut Problems<'_>) {
    let cell = CellName::join(environment, region);
    let written = external_object_storage(spec, environment, &cell);
    let path = KeyPath::new(["components", NAME]);
    let missing: Vec<&str> = [
        ("`host`", written.host.is_none()),
        ("`at`", written.at.is_none()),
        ("`cidrs`", written.cidrs.as_ref().is_none_or(Vec::is_empty)),
    ]
    .into_iter()
    .filter_map(|(key, missing)| missing.then_some(key))
    .collect();
    if !missing.is_empty() {
        let location = problems.key(&path);
        let message = format!(
            "the object store of {cell} is outside the cluster, and its {} is not known",
            missing.join(", ")
        );
        problems.push(
            Diagnostic::error("missing-key", message)
                .at(location, "`engine = \"external\"`")
                .help(format!(
                    "add it to `[components.{NAME}.external]`, or for this cell to `[cells.\"{cell}\".components.{NAME}.external]`"
                )),
        );
    }
    let is_pem = |ca: &String| {
        let ca = ca.trim();
        ca.starts_with("-----BEGIN CERTIFICATE-----") && ca.ends_with("-----END CERTIFICATE-----")
    };
    if written
        .ca
        .is_some_and(|ca| !is_pem(&ca) || ca.contains("PRIVATE KEY"))
    {
        let location = problems.key(&path);
        problems.push(
            Diagnostic::error("invalid-value", format!("the `ca` of the object store of {cell} is no certificate in PEM"))
                .at(location, "its `external.ca`")
                .help("paste the certificate itself, from `-----BEGIN CERTIFICATE-----` to `-----END CERTIFICATE-----`; it is public"),
        );
    }
}

/// Quotas are of buckets that there are, and none is greater than the volume.
pub(super) fn quotas(platform: &Platform, problems: &mut Problems<'_>) {
    // By quota and then by cell, so that what stands in one line is reported once.
    let stores = platform
        .cells
        .iter()
        .filter_map(|cell| cell.object_storage.as_ref());
    let ids: BTreeSet<&Name> = stores.flat_map(|store| store.quotas.keys()).collect();
    for id in ids {
        for cell in &platform.cells {
            let Some((here, quota)) = cell
                .object_storage
                .as_ref()
                .and_then(|here| Some((here, here.quotas.get(id)?)))
            else {
                continue;
            };
            let path = quota_path(cell, id, problems);
            if platform
                .store(id)
                .is_none_or(|store| store.bucket.is_none())
            {
                unknown(id, &path, &here.buckets, problems);
            } else if amount(quota) > amount(&here.storage) {
                too_much(&cell.name, id, quota, &here.storage, &path, problems);
            }
        }
    }
}

/// The most special table that has the quota.
fn quota_path(cell: &Cell, id: &Name, problems: &Problems<'_>) -> KeyPath {
    let in_table = |table: KeyPath| table.key("quotas").key(id);
    let candidates = [
        in_table(KeyPath::new(["cells", &cell.name, "components", NAME])),
        in_table(KeyPath::new([
            "environments",
            &cell.environment,
            "components",
            NAME,
        ])),
    ];
    candidates
        .into_iter()
        .find(|path| problems.document.contains(path))
        .unwrap_or_else(|| in_table(KeyPath::new(["components", NAME])))
}

fn unknown(
    id: &Name,
    path: &KeyPath,
    buckets: &BTreeMap<Name, String>,
    problems: &mut Problems<'_>,
) {
    let known: Vec<&str> = buckets.keys().map(Name::as_str).collect();
    let label = match did_you_mean(id, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => "not declared".to_owned(),
    };
    let location = problems.key(path);
    problems.push(
        Diagnostic::error("unknown-reference", format!("there is no bucket `{id}`"))
            .at(location, label)
            .help(listed(known)),
    );
}

fn too_much(
    cell: &CellName,
    id: &Name,
    quota: &Quantity,
    storage: &Quantity,
    path: &KeyPath,
    problems: &mut Problems<'_>,
) {
    let message =
        format!("the bucket `{id}` of {cell} may hold {quota}, more than the volume of {storage}");
    let help =
        "a quota above the size of the volume is none: lower it, or enlarge `storage`".to_owned();
    problems.at_value("out-of-range", path, message, "more than there is", help);
}
