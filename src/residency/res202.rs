//! RES202: volumes whose source or class keeps or copies their data elsewhere.

use super::found::Found;
use super::reach::{self, Leak};
use super::rule::{Input, Rule, Weight};
use crate::catalogue::LocationKind;
use crate::facts::{Address, CellFacts, Host, Resolved, Spot};
use crate::kustomize::Node;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES202",
    title: "A volume keeps or copies its data elsewhere",
    severity: Weight::Critical,
    rationale: "What a volume is made of says where its data is: the server of NFS, iSCSI or Ceph, the handle of a disk, and the parameters of its class, \
        such as a kind of Azure disk that is copied to the paired region, the places of snapshots, or a second storage system. Snapshots of Google \
        disks without a place go to the multi-region around it, and those of AWS Local Zones to the parent region.",
    fix: "Use servers of the cell's own region, classes that copy within it, and write the place of snapshots.",
    example_bad: "parameters:\n  skuName: Standard_GRS",
    example_good: "parameters:\n  skuName: Premium_LRS",
    exceptable: true,
    check,
};

/// Sources of volumes, in a PersistentVolume and in a pod.
const SOURCES: &[&str] = &[
    "nfs",
    "iscsi",
    "cephfs",
    "rbd",
    "glusterfs",
    "csi",
    "awsElasticBlockStore",
    "gcePersistentDisk",
    "azureDisk",
    "azureFile",
    "hostPath",
    "cinder",
    "flexVolume",
    "quobyte",
    "scaleIO",
    "fc",
    "local",
];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut search = Search {
            input,
            here,
            count: 0,
            leaks: Vec::new(),
        };
        for (index, manifest) in here.manifests.iter().enumerate() {
            let root = &manifest.object.root;
            match (manifest.group(), manifest.object.kind()) {
                ("storage.k8s.io", "StorageClass") => search.class(index, root),
                (
                    "snapshot.storage.k8s.io" | "groupsnapshot.storage.k8s.io",
                    "VolumeSnapshotClass" | "VolumeGroupSnapshotClass",
                ) => {
                    search.class(index, root);
                    search.snapshots(index, root);
                }
                ("storage.k8s.io", "VolumeAttributesClass") => search.class(index, root),
                ("", "PersistentVolume") => {
                    let spec = root.get("spec");
                    search.volume(index, "", spec);
                }
                _ => {}
            }
        }
        for workload in &here.workloads {
            let volumes = workload.spec.get("volumes").map_or(&[][..], Node::items);
            for volume in volumes {
                search.volume(workload.manifest, &workload.namespace, Some(volume));
            }
        }
        out.examined(&RULE, here, search.count);
        for leak in search.leaks {
            reach::report(input, here, out, leak);
        }
    }
}

struct Search<'s, 'a> {
    input: &'s Input<'s>,
    here: &'s CellFacts<'a>,
    count: usize,
    leaks: Vec<Leak<'s>>,
}

impl<'s> Search<'s, '_> {
    fn class(&mut self, index: usize, root: &'s Node) {
        self.count += 1;
        for entry in root.get("parameters").map_or(&[][..], Node::entries) {
            self.parameter(index, &entry.key, &entry.value);
        }
    }

    fn parameter(&mut self, index: usize, key: &'s str, node: &'s Node) {
        let Some(text) = node.as_text().filter(|text| !text.is_empty()) else {
            return;
        };
        let lower = key.to_lowercase();
        // <https://learn.microsoft.com/azure/storage/common/storage-redundancy>
        let is_copied = ["_GRS", "_RAGRS", "_GZRS", "_RAGZRS"]
            .iter()
            .any(|end| text.to_uppercase().ends_with(end));
        if is_copied && (lower.contains("sku") || lower.contains("storageaccounttype")) {
            self.leak(
                index,
                node,
                key,
                format!("copies volumes to the paired region (`{text}`)"),
                text,
                reach::unknown("the paired region of Azure"),
            );
            return;
        }
        // Another storage system that has a copy: <https://dell.github.io/csm-docs/docs/concepts/replication/>
        if lower.contains("remote") && !matches!(text, "self" | "false" | "none" | "local") {
            self.leak(
                index,
                node,
                key,
                format!("copies volumes to `{text}`"),
                text,
                reach::unknown("a remote storage system"),
            );
            return;
        }
        let is_place = ["zone", "region", "location"]
            .iter()
            .any(|word| lower.contains(word));
        for value in text.split([',', ';']).map(str::trim) {
            if is_place {
                self.place(index, node, key, value);
            } else {
                self.address(index, node, key, value, "");
            }
        }
    }

    /// A zone, region or location. Words such as `true` are none.
    fn place(&mut self, index: usize, node: &'s Node, key: &'s str, value: &str) {
        let resolved = match reach::of_code(self.here, value) {
            reach::Whereabouts::Home => return,
            reach::Whereabouts::Known(resolved) => resolved,
            reach::Whereabouts::Unknown if key == "storage-locations" => {
                reach::unknown(format!("location `{value}`"))
            }
            reach::Whereabouts::Unknown => return,
        };
        let message = format!("keeps volumes or snapshots in `{value}`");
        self.leak(index, node, key, message, value, resolved);
    }

    /// Snapshots whose place is not written.
    /// <https://cloud.google.com/compute/docs/disks/snapshots#storage_location>,
    /// <https://docs.aws.amazon.com/ebs/latest/userguide/snapshots-localzones.html>
    fn snapshots(&mut self, index: usize, root: &'s Node) {
        let Some(driver) = root.get("driver") else {
            return;
        };
        let is_local_zone = self
            .here
            .region
            .is_some_and(|region| region.place.kind == LocationKind::LocalZone);
        let (message, resolved) = match driver.as_text() {
            Some("pd.csi.storage.gke.io")
                if root.at(&["parameters", "storage-locations"]).is_none() =>
            {
                (
                    "writes no place for snapshots, so they go to the multi-region around it",
                    reach::unknown("a multi-region of Google"),
                )
            }
            Some("ebs.csi.aws.com") if is_local_zone => {
                let parent = self
                    .here
                    .region
                    .and_then(|region| region.place.parent.as_deref())
                    .unwrap_or_default();
                (
                    "takes snapshots of a Local Zone, which go to the parent region",
                    reach::abroad(self.input, self.here, parent)
                        .unwrap_or_else(|| reach::unknown("the parent region")),
                )
            }
            _ => return,
        };
        self.leak(index, driver, "driver", message.to_owned(), "", resolved);
    }

    /// The source of a volume.
    fn volume(&mut self, index: usize, namespace: &str, volume: Option<&'s Node>) {
        for entry in volume.map_or(&[][..], Node::entries) {
            if SOURCES.contains(&&*entry.key) {
                self.count += 1;
                self.source(index, &entry.key, &entry.value, namespace);
            }
        }
    }

    fn source(&mut self, index: usize, key: &'s str, node: &'s Node, namespace: &str) {
        for entry in node.entries() {
            self.source(index, &entry.key, &entry.value, namespace);
        }
        for item in node.items() {
            self.source(index, key, item, namespace);
        }
        let Some(text) = node.as_text() else { return };
        match key {
            "server" | "targetPortal" | "portals" | "monitors" | "endpoints" | "gateway"
            | "registry" | "source" => {
                for host in text.split(',') {
                    self.address(index, node, key, host, namespace);
                }
            }
            "volumeHandle" | "volumeID" | "diskURI" | "diskName" | "pdName" | "path"
            | "shareName" | "volumeNamespace" => self.handle(index, node, key, text),
            "driver" | "fsType" | "type" | "name" | "secretName" | "iqn" | "user" | "readOnly" => {}
            _ => {
                for value in text.split([',', ';']) {
                    self.address(index, node, key, value, namespace);
                }
            }
        }
    }

    /// A handle or path: every part of it that names a place, a region or a host.
    fn handle(&mut self, index: usize, node: &'s Node, key: &'s str, text: &str) {
        for token in text
            .split(['/', ':', '#', ',', '@'])
            .filter(|token| !token.is_empty())
        {
            let resolved = match token.contains('.') {
                true => reach::of_text(self.here, token, "").filter(|resolved| {
                    // Folders have dots in their names; only one that is known to be a host is one.
                    is_host(token) && (key != "path" || !resolved.countries.is_empty())
                }),
                // A folder may be called like a region.
                false if key == "path" => None,
                false => reach::abroad(self.input, self.here, token),
            };
            if let Some(resolved) = resolved {
                let message = format!("mounts a volume of `{token}`");
                self.leak(index, node, key, message, token, resolved);
            }
        }
    }

    fn address(
        &mut self,
        index: usize,
        node: &'s Node,
        key: &'s str,
        value: &str,
        namespace: &str,
    ) {
        let value = value.trim();
        let is_server = matches!(
            key,
            "server"
                | "targetPortal"
                | "portals"
                | "monitors"
                | "endpoints"
                | "gateway"
                | "registry"
        );
        if value.is_empty() || !(is_server || is_host(value)) {
            return;
        }
        let bare = value.split('#').next().unwrap_or(value);
        let Some(resolved) = reach::of_text(self.here, bare, namespace) else {
            return;
        };
        let message = format!("keeps volumes on `{bare}`");
        self.leak(index, node, key, message, bare, resolved);
    }

    fn leak(
        &mut self,
        index: usize,
        node: &Node,
        key: &'s str,
        message: String,
        part: &str,
        resolved: Resolved,
    ) {
        let identity = self.here.manifests[index].identity();
        self.leaks.push(Leak {
            rule: &RULE,
            key,
            message: format!("{identity} {message}"),
            spot: Spot::whole(index, node).part(part),
            resolved,
            bucket: None,
        });
    }
}

/// Whether a text is plainly an address: a URL, an IP address, or a name with a domain and no ending of a file.
fn is_host(text: &str) -> bool {
    let Some(address) = Address::parse(text) else {
        return false;
    };
    match &address.host {
        Host::Ip(_) => true,
        Host::Net(_) => false,
        Host::Name(name) => {
            let top = name.rsplit_once('.').map_or("", |(_, top)| top);
            address.scheme.is_some()
                || (top.len() >= 2
                    && top.bytes().all(|byte| byte.is_ascii_alphabetic())
                    && !matches!(top, "img" | "qcow" | "raw" | "conf" | "io" | "sock" | "k8s"))
        }
    }
}
