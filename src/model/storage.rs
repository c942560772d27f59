//! Where volumes come from: a StorageClass of the platform's own name in every cell, made of what the cell's provider has.
//!
//! A store names the class and never the provider, so that a region can move to another provider without a change of any store.

use super::cell::Cell;
use super::platform::Platform;
use crate::spec::names::{Host, Name};
use crate::spec::types::{Provider, StorageClassSpec};
use serde::Serialize;
use std::collections::BTreeMap;

/// The StorageClass of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StorageClass {
    /// Its name.
    pub name: String,
    /// What it is made of; none when the cluster has it already.
    pub made: Option<Volumes>,
}

/// What a StorageClass is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Volumes {
    /// Who makes the volumes.
    pub provisioner: String,
    /// What it is told.
    pub parameters: BTreeMap<String, String>,
    /// Annotations that the provisioner reads.
    pub annotations: BTreeMap<String, String>,
    /// Whether volumes can be enlarged.
    pub expansion: bool,
    /// What encrypts them at rest, for people.
    pub encryption: &'static str,
}

/// What a provider has.
struct Offer {
    provisioner: &'static str,
    parameters: &'static [(&'static str, &'static str)],
    encryption: &'static str,
}

/// The provisioner that k3s brings.
const LOCAL_PATH: &str = "rancher.io/local-path";

/// The name of the class that the platform makes.
pub(super) fn class_name(platform: &Name) -> String {
    format!("{platform}-data")
}

/// The class of a region; of a laptop without a region.
pub(super) fn class(
    platform: &Name,
    region: Option<(Provider, Option<&StorageClassSpec>)>,
) -> StorageClass {
    let (provider, written) = region.unwrap_or((Provider::Onprem, None));
    if let Some(name) = written.and_then(|written| written.existing.as_ref()) {
        return StorageClass {
            name: name.to_string(),
            made: None,
        };
    }
    StorageClass {
        name: class_name(platform),
        made: Some(match written {
            Some(written) => declared(provider, written),
            None => offered(provider),
        }),
    }
}

/// Volumes that name no class come from the cell's.
pub(super) fn apply(platform: &mut Platform, cells: &mut [Cell]) {
    let or = |written: &mut Option<Host>, class: &str| {
        *written = written.take().or_else(|| Host::new(class));
    };
    for cell in cells {
        let class = cell.storage_class();
        if let Some(store) = &mut cell.object_storage {
            or(&mut store.storage_class, &class);
        }
        if let Some(database) = &mut cell.postgres {
            or(&mut database.storage_class, &class);
        }
        for server in [&mut cell.valkey, &mut cell.rabbitmq].into_iter().flatten() {
            or(&mut server.storage_class, &class);
        }
    }
    let everywhere = class_name(&platform.name);
    if let Some(store) = &mut platform.object_storage {
        or(&mut store.storage_class, &everywhere);
    }
    if let Some(database) = &mut platform.postgres {
        or(&mut database.storage_class, &everywhere);
    }
    if let Some(valkey) = &mut platform.valkey {
        or(&mut valkey.server.storage_class, &everywhere);
    }
    if let Some(rabbitmq) = &mut platform.rabbitmq {
        or(&mut rabbitmq.server.storage_class, &everywhere);
    }
}

fn declared(provider: Provider, written: &StorageClassSpec) -> Volumes {
    let mut volumes = match &written.provisioner {
        Some(provisioner) => Volumes {
            provisioner: provisioner.to_string(),
            parameters: BTreeMap::new(),
            annotations: BTreeMap::new(),
            expansion: true,
            encryption: "whatever its parameters say",
        },
        None => offered(provider),
    };
    if !written.parameters.is_empty() {
        volumes.parameters = written.parameters.clone();
        volumes.encryption = "whatever its parameters say";
    }
    volumes.expansion = written.expansion.unwrap_or(volumes.expansion);
    volumes
}

fn offered(provider: Provider) -> Volumes {
    let offer = offer(provider);
    let local = offer.provisioner == LOCAL_PATH;
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    // A volume of kind `local` is bound to its node and can be backed up; one of kind `hostPath` cannot.
    // Source: https://github.com/rancher/local-path-provisioner#storage-classes
    let annotations: &[(&str, &str)] = if local {
        &[("defaultVolumeType", "local")]
    } else {
        &[]
    };
    Volumes {
        provisioner: offer.provisioner.to_owned(),
        parameters: offer.parameters.iter().map(owned).collect(),
        annotations: annotations.iter().map(owned).collect(),
        expansion: !local,
        encryption: offer.encryption,
    }
}

const BY_PROVIDER: &str = "the provider, for every volume";
const BY_CLASS: &str = "the provider, because the class asks for it";
const BY_NOBODY: &str = "nobody, unless its disks are encrypted below the cluster";

/// What each provider's own volumes are made of. Sources:
/// <https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md>,
/// <https://github.com/kubernetes-sigs/azuredisk-csi-driver/blob/master/docs/driver-parameters.md>,
/// <https://github.com/kubernetes-sigs/gcp-compute-persistent-disk-csi-driver>,
/// <https://github.com/civo/civo-csi>, <https://github.com/digitalocean/csi-digitalocean>,
/// <https://github.com/hetznercloud/csi-driver>,
/// <https://github.com/linode/linode-blockstorage-csi-driver/blob/main/docs/encrypted-drives.md>,
/// <https://github.com/kubernetes/cloud-provider-openstack/blob/master/docs/cinder-csi-plugin/using-cinder-csi-plugin.md>,
/// <https://github.com/scaleway/scaleway-csi>, <https://github.com/vultr/vultr-csi>.
fn offer(provider: Provider) -> Offer {
    let offer = |provisioner, parameters, encryption| Offer {
        provisioner,
        parameters,
        encryption,
    };
    match provider {
        Provider::Onprem => offer(LOCAL_PATH, &[], BY_NOBODY),
        // Without the switch a volume is plain, whatever the account's default is.
        Provider::Aws => offer(
            "ebs.csi.aws.com",
            &[("encrypted", "true"), ("type", "gp3")],
            BY_CLASS,
        ),
        Provider::Azure => offer(
            "disk.csi.azure.com",
            &[("skuName", "Premium_LRS")],
            BY_PROVIDER,
        ),
        Provider::Gcp => offer(
            "pd.csi.storage.gke.io",
            &[("type", "pd-balanced")],
            BY_PROVIDER,
        ),
        Provider::Civo => offer("csi.civo.com", &[], BY_NOBODY),
        Provider::Digitalocean => offer("dobs.csi.digitalocean.com", &[], BY_PROVIDER),
        Provider::Hetzner => offer("csi.hetzner.cloud", &[], BY_NOBODY),
        Provider::Linode => offer(
            "linodebs.csi.linode.com",
            &[("linodebs.csi.linode.com/encrypted", "true")],
            BY_CLASS,
        ),
        Provider::Ovh => offer(
            "cinder.csi.openstack.org",
            &[("type", "high-speed")],
            BY_NOBODY,
        ),
        Provider::Scaleway => offer("csi.scaleway.com", &[], BY_NOBODY),
        Provider::Vultr => offer(
            "block.csi.vultr.com",
            &[("disk_type", "nvme"), ("storage_type", "block")],
            BY_NOBODY,
        ),
    }
}
