//! Velero: where backups and snapshots go, and which backups go where. From its own kinds and from the values of its chart.
//! <https://velero.io/docs/main/api-types/>, <https://github.com/vmware-tanzu/helm-charts/tree/main/charts/velero>

use super::cell::{CellFacts, Spot};
use crate::kustomize::Node;

/// The group of Velero's kinds.
const GROUP: &str = "velero.io";

/// What Velero is told in a cell.
#[derive(Debug, Clone, Default)]
pub struct Velero {
    /// Where it keeps backups and snapshots.
    pub locations: Vec<Location>,
    /// What chooses a location by its name.
    pub choices: Vec<Choice>,
    /// What makes it copy the files of volumes into a repository of its own.
    pub copies_files: Vec<Spot>,
}

/// A BackupStorageLocation or VolumeSnapshotLocation.
#[derive(Debug, Clone)]
pub struct Location {
    /// Whether it is for snapshots of volumes.
    pub is_for_snapshots: bool,
    /// In words: `BackupStorageLocation velero/dr`.
    pub identity: String,
    /// Its name; empty when it has none.
    pub name: String,
    /// The namespace it is in.
    pub namespace: String,
    /// The provider's name, without `velero.io/` and the like before it.
    pub provider: String,
    /// Whether it says that it is the default.
    pub is_default: bool,
    /// The bucket.
    pub bucket: Option<Setting>,
    /// `config`.
    pub config: Vec<Setting>,
    /// The whole of it.
    pub spot: Spot,
}

/// A value with its key.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
    /// Where it stands.
    pub spot: Spot,
}

/// A Schedule or Backup that chooses a location.
#[derive(Debug, Clone)]
pub struct Choice {
    /// In words: `Schedule velero/nightly`.
    pub identity: String,
    /// The name of the location.
    pub location: Setting,
    /// Whether it is one for snapshots.
    pub is_for_snapshots: bool,
}

impl Location {
    /// A value of `config`, whatever the case of its key.
    pub fn config(&self, key: &str) -> Option<&Setting> {
        self.config
            .iter()
            .find(|setting| setting.key.eq_ignore_ascii_case(key) && !setting.value.is_empty())
    }
}

impl Velero {
    /// What Velero is told in a cell.
    pub fn of(here: &CellFacts<'_>) -> Self {
        let mut velero = Self::default();
        for (index, manifest) in here.manifests.iter().enumerate() {
            let reader = Reader {
                manifest: index,
                namespace: manifest.object.namespace(),
            };
            if manifest.group() == GROUP {
                let identity = manifest.identity();
                let name = manifest.object.name();
                let Some(spec) = manifest.at(&["spec"]) else {
                    continue;
                };
                match manifest.object.kind() {
                    "BackupStorageLocation" => {
                        velero
                            .locations
                            .push(reader.location(spec, name, &identity, false));
                    }
                    "VolumeSnapshotLocation" => {
                        velero
                            .locations
                            .push(reader.location(spec, name, &identity, true));
                    }
                    "Schedule" => {
                        if let Some(template) = spec.get("template") {
                            reader.choices(template, &identity, &mut velero);
                        }
                    }
                    "Backup" => reader.choices(spec, &identity, &mut velero),
                    _ => {}
                }
            }
        }
        for chart in &here.charts {
            let reader = Reader {
                manifest: chart.manifest,
                namespace: &chart.namespace,
            };
            reader.chart(&chart.values, &mut velero);
        }
        velero
    }
}

struct Reader<'m> {
    manifest: usize,
    namespace: &'m str,
}

impl Reader<'_> {
    fn setting(&self, key: &str, node: &Node) -> Option<Setting> {
        Some(Setting {
            key: key.to_owned(),
            value: node.as_text()?.to_owned(),
            spot: Spot::whole(self.manifest, node),
        })
    }

    fn location(
        &self,
        spec: &Node,
        name: &str,
        identity: &str,
        is_for_snapshots: bool,
    ) -> Location {
        let text = |key: &str| spec.get(key).and_then(Node::as_text).unwrap_or_default();
        // The chart has the bucket beside the provider, the kind has it one level deeper.
        let bucket = spec
            .at(&["objectStorage", "bucket"])
            .or_else(|| spec.get("bucket"));
        let config = spec.get("config").map_or(&[][..], Node::entries);
        Location {
            is_for_snapshots,
            identity: identity.to_owned(),
            name: name.to_owned(),
            namespace: self.namespace.to_owned(),
            provider: text("provider")
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned(),
            is_default: text("default") == "true",
            bucket: bucket.and_then(|bucket| self.setting("bucket", bucket)),
            config: config
                .iter()
                .filter_map(|entry| self.setting(&entry.key, &entry.value))
                .collect(),
            spot: Spot::whole(self.manifest, spec.get("provider").unwrap_or(spec)),
        }
    }

    /// What a backup chooses, and whether it copies files.
    fn choices(&self, spec: &Node, identity: &str, velero: &mut Velero) {
        let one = spec.get("storageLocation").into_iter();
        let several = spec
            .get("volumeSnapshotLocations")
            .map_or(&[][..], Node::items);
        let chosen = one
            .map(|node| (node, false))
            .chain(several.iter().map(|node| (node, true)));
        for (node, is_for_snapshots) in chosen {
            velero.choices.extend(
                self.setting("storageLocation", node)
                    .map(|location| Choice {
                        identity: identity.to_owned(),
                        location,
                        is_for_snapshots,
                    }),
            );
        }
        for key in [
            "defaultVolumesToFsBackup",
            "defaultVolumesToRestic",
            "snapshotMoveData",
        ] {
            if let Some(node) = spec.get(key)
                && node.as_text() == Some("true")
            {
                velero.copies_files.push(Spot::whole(self.manifest, node));
            }
        }
    }

    /// The values of the chart.
    fn chart(&self, values: &Node, velero: &mut Velero) {
        for (key, is_for_snapshots) in [
            ("backupStorageLocation", false),
            ("volumeSnapshotLocation", true),
        ] {
            let list = values.at(&["configuration", key]);
            for spec in list.map_or(&[][..], Node::items) {
                let name = spec
                    .get("name")
                    .and_then(Node::as_text)
                    .unwrap_or("default");
                let kind = match is_for_snapshots {
                    true => "VolumeSnapshotLocation",
                    false => "BackupStorageLocation",
                };
                let identity = format!("{kind} {}/{name}", self.namespace);
                velero
                    .locations
                    .push(self.location(spec, name, &identity, is_for_snapshots));
            }
        }
        let schedules = values.get("schedules").map_or(&[][..], Node::entries);
        for schedule in schedules {
            if let Some(template) = schedule.value.get("template") {
                let identity = format!("Schedule {}/{}", self.namespace, schedule.key);
                self.choices(template, &identity, velero);
            }
        }
        if velero.locations.is_empty() {
            return;
        }
        for path in [
            &["configuration", "defaultVolumesToFsBackup"][..],
            &["deployNodeAgent"],
        ] {
            if let Some(node) = values.at(path)
                && node.as_text() == Some("true")
            {
                velero.copies_files.push(Spot::whole(self.manifest, node));
            }
        }
    }
}
