//! RES208: programs in jobs, hooks and scripts that copy data elsewhere.

use super::copies::{self, Copy};
use super::found::Found;
use super::reach::{self, Leak};
use super::rule::{Input, Rule, Weight};
use crate::facts::{CellFacts, PlacedScript, Setting};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES208",
    title: "A program copies data elsewhere",
    severity: Weight::Critical,
    rationale: "One line of a job carries off a database. Every program that copies (clients of object stores, rclone, restic, rsync, ssh, curl when it \
        sends, netcat, dumps of databases and what they are piped into) must have a destination that is in the cell or in its region. It is looked for \
        in commands and arguments of every container, in hooks, and in scripts of ConfigMaps. A destination that cannot be known is none: `s3://bucket` \
        alone is a bucket at AWS, and a variable from a Secret may hold anything.",
    fix: "Write where it goes, with an address in the cell: `--endpoint-url https://object-storage.carebase-data.svc:9000`.",
    example_bad: "pg_dump app | aws s3 cp - s3://carebase-reports/app.sql",
    example_good: "pg_dump app | aws --endpoint-url https://object-storage.carebase-data.svc:9000 s3 cp - s3://carebase-production-tr-exports/app.sql",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let count = here
            .scripts
            .iter()
            .map(|placed| placed.script.commands.len())
            .sum();
        out.examined(&RULE, here, count);
        for placed in &here.scripts {
            for command in &placed.script.commands {
                for copy in copies::copies(here, placed, command) {
                    tell(input, here, out, &copy);
                }
            }
            for copy in copies::strangers(here, placed) {
                tell(input, here, out, &copy);
            }
        }
        variables(input, here, out);
        operators(input, here, out);
    }
}

fn tell(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found, copy: &Copy) {
    let identity = here.manifest(&copy.spot).identity();
    let leak = Leak {
        rule: &RULE,
        key: copy.what.split(' ').next().unwrap_or_default(),
        message: format!("{identity}: {} `{}`", copy.what, copy.target),
        spot: copy.spot.clone(),
        resolved: copy.resolved.clone(),
        bucket: copy.bucket.as_deref(),
    };
    reach::report(input, here, out, leak);
}

/// Repositories and remotes in variables, for images that run the program without a command.
fn variables(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) {
    for workload in &here.workloads {
        for variable in workload
            .containers
            .iter()
            .flat_map(|container| &container.env)
        {
            let Setting::Text(text) = &variable.value else {
                continue;
            };
            let name = variable.name.as_str();
            let is_remote = name.starts_with("RCLONE_CONFIG_")
                && ["_ENDPOINT", "_HOST", "_URL"]
                    .iter()
                    .any(|end| name.ends_with(end));
            let is_repository = matches!(name, "RESTIC_REPOSITORY" | "BORG_REPO");
            if text.is_empty() || !(is_remote || is_repository) {
                continue;
            }
            let resolved = match is_repository {
                true => repository(here, &workload.namespace, text, variable.spot.clone()),
                false => reach::of_text(here, text, &workload.namespace)
                    .unwrap_or_else(|| reach::unknown(text)),
            };
            let part = crate::facts::Address::parse(text)
                .map_or_else(|| text.clone(), |address| address.host.to_string());
            let leak = Leak {
                rule: &RULE,
                key: name,
                message: format!(
                    "{} copies to `{text}`",
                    here.manifests[workload.manifest].identity()
                ),
                spot: variable.spot.clone().part(part),
                resolved,
                bucket: None,
            };
            reach::report(input, here, out, leak);
        }
    }
}

fn repository(
    here: &CellFacts<'_>,
    namespace: &str,
    text: &str,
    spot: crate::facts::Spot,
) -> crate::facts::Resolved {
    let placed = PlacedScript {
        script: crate::facts::shell::Script::default(),
        spot,
        namespace: namespace.to_owned(),
        variables: std::collections::BTreeMap::new(),
    };
    copies::Call {
        here,
        placed: &placed,
        command: &crate::facts::shell::Command::default(),
    }
    .repository(text)
    .0
}

/// Operators that copy volumes: k8up and VolSync.
/// <https://docs.k8up.io/k8up/references/api-reference.html>, <https://volsync.readthedocs.io/en/stable/usage/>
fn operators(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) {
    use crate::facts::Spot;
    use crate::kustomize::Node;
    for (index, manifest) in here.manifests.iter().enumerate() {
        let mut found: Vec<(&Node, &'static str)> = Vec::new();
        match manifest.group() {
            "k8up.io" => {
                for kind in ["s3", "rest", "b2", "azure", "gcs", "swift"] {
                    let backend = manifest.at(&["spec", "backend", kind]);
                    let Some(backend) = backend else { continue };
                    let address = backend.get("endpoint").or_else(|| backend.get("url"));
                    found.push((address.unwrap_or(backend), "endpoint"));
                }
            }
            "volsync.backube" if manifest.object.kind() == "ReplicationSource" => {
                for path in [
                    &["spec", "rsync", "address"][..],
                    &["spec", "rsyncTLS", "address"],
                    &["spec", "restic", "repository"],
                    &["spec", "rclone", "rcloneConfig"],
                ] {
                    found.extend(manifest.at(path).map(|node| (node, "address")));
                }
                let peers = manifest
                    .at(&["spec", "syncthing", "peers"])
                    .map_or(&[][..], Node::items);
                found.extend(
                    peers
                        .iter()
                        .filter_map(|peer| Some((peer.get("address")?, "address"))),
                );
            }
            _ => {}
        }
        for (node, key) in found {
            let text = node.as_text().unwrap_or_default();
            let namespace = manifest.object.namespace();
            let secret = here.configs.iter().find(|config| {
                config.is_secret
                    && config.name == text
                    && config.namespace == namespace
                    && config.key == "RESTIC_REPOSITORY"
            });
            let resolved = match secret {
                Some(config) => repository(here, namespace, &config.text, config.spot.clone()),
                None => reach::of_text(here, text, namespace)
                    .unwrap_or_else(|| reach::unknown("a place that is not written")),
            };
            let leak = Leak {
                rule: &RULE,
                key,
                message: format!("{} copies to `{text}`", manifest.identity()),
                spot: Spot::whole(index, node),
                resolved,
                bucket: None,
            };
            reach::report(input, here, out, leak);
        }
    }
}
