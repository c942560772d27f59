//! What workloads need at their largest, and how much their namespaces may hold because of it.

use super::amount::Amount;
use super::platform::Resources;
use super::resolve::quantity;
use super::teams::CellTeam;
use crate::spec::names::{Host, Quantity};
use crate::spec::types::QuotaSpec;
use serde::Serialize;

/// How many times over the needs a namespace may hold. A pod that still ends counts too, so that a rollout of a service has
/// for a while nearly two pods for each; a restore has a volume beside the old one.
const OVER: u32 = 2;
/// What is there besides for what people and operators add: a Job by hand, the pod that answers for a certificate.
const SPARE: (&str, &str, u32) = ("500m", "1Gi", 5);
/// What a container gets that does not say what it needs.
const UNSAID: (&str, &str) = ("100m", "256Mi");
/// The largest memory limit that a container may have where no service needs more.
const LARGEST: &str = "1Gi";

/// What one workload needs at its largest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Need {
    /// The unit that deploys it.
    pub unit: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub workload: String,
    /// The most pods at once, those of a rollout included.
    pub pods: u32,
    /// What one pod requests, and its limits: the sum of its containers.
    pub resources: Resources,
    /// How many volumes it claims in all.
    pub claims: u32,
    /// The size of each; none where it claims none.
    pub storage: Option<Quantity>,
    /// The StorageClass of each; none for the cluster's default.
    pub storage_class: Option<Host>,
}

/// Resources of which nobody declares anything: the limit of memory is what is requested.
pub(super) fn fixed(cpu: &str, memory: &str) -> Resources {
    Resources {
        cpu: quantity(cpu),
        memory: quantity(memory),
        memory_limit: quantity(memory),
        cpu_limit: None,
    }
}

impl Need {
    /// Pods without volumes.
    pub fn of_pods(
        unit: &str,
        namespace: &str,
        workload: &str,
        pods: u32,
        resources: Resources,
    ) -> Self {
        Self {
            unit: unit.to_owned(),
            namespace: namespace.to_owned(),
            workload: workload.to_owned(),
            pods,
            resources,
            claims: 0,
            storage: None,
            storage_class: None,
        }
    }

    /// Adds a container that is in each of its pods.
    pub fn beside(mut self, cpu: &str, memory: &str) -> Self {
        let sum = |own: &Quantity, more| Amount::of(own) + Amount::of(&quantity(more));
        let own = &mut self.resources;
        own.cpu = sum(&own.cpu, cpu).cpu();
        own.memory = sum(&own.memory, memory).bytes();
        own.memory_limit = sum(&own.memory_limit, memory).bytes();
        self
    }

    /// Claims volumes, each of one size and class.
    pub fn with_claims(mut self, claims: u32, storage: &Quantity, class: Option<&Host>) -> Self {
        self.claims = claims;
        self.storage = Some(storage.clone());
        self.storage_class = class.cloned();
        self
    }
}

/// The sum of needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// Requested CPU.
    pub cpu: Amount,
    /// Requested memory.
    pub memory: Amount,
    /// Memory limits.
    pub memory_limit: Amount,
    /// Volumes.
    pub storage: Amount,
    /// Volumes, by number.
    pub claims: u32,
    /// Pods.
    pub pods: u32,
    /// The largest memory limit of one pod.
    pub largest: Amount,
}

impl Total {
    /// Adds up needs.
    pub fn of<'a>(needs: impl IntoIterator<Item = &'a Need>) -> Self {
        let mut total = Self::default();
        for need in needs {
            let limit = Amount::of(&need.resources.memory_limit);
            total.cpu = total.cpu + Amount::of(&need.resources.cpu) * need.pods;
            total.memory = total.memory + Amount::of(&need.resources.memory) * need.pods;
            total.memory_limit = total.memory_limit + limit * need.pods;
            if let Some(storage) = &need.storage {
                total.storage = total.storage + Amount::of(storage) * need.claims;
            }
            total.claims = total.claims.saturating_add(need.claims);
            total.pods = total.pods.saturating_add(need.pods);
            total.largest = total.largest.max(limit);
        }
        total
    }
}

/// How much may be in a namespace, and what a container gets that says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rations {
    /// The sum of all requested CPU.
    pub cpu: Quantity,
    /// The sum of all requested memory.
    pub memory: Quantity,
    /// The sum of all memory limits.
    pub memory_limit: Quantity,
    /// The sum of all volumes.
    pub storage: Quantity,
    /// The number of volumes; none where only their sum counts.
    pub claims: Option<u32>,
    /// The number of pods.
    pub pods: u32,
    /// CPU that a container requests when it does not say.
    pub default_cpu: Quantity,
    /// Memory that a container requests, and its limit, when it does not say.
    pub default_memory: Quantity,
    /// The largest memory limit of one container.
    pub largest_memory: Quantity,
}

impl Rations {
    /// What follows from needs.
    pub fn of(total: Total) -> Self {
        let (cpu, memory, pods) = SPARE;
        let spare = |text| Amount::of(&quantity(text));
        let largest = total.largest.max(spare(LARGEST));
        Self {
            cpu: (total.cpu * OVER + spare(cpu)).cpu(),
            memory: (total.memory * OVER + spare(memory)).bytes(),
            memory_limit: (total.memory_limit * OVER + spare(memory)).bytes(),
            storage: (total.storage * OVER).bytes(),
            claims: Some(total.claims.saturating_mul(OVER)),
            pods: total.pods.saturating_mul(OVER).saturating_add(pods),
            default_cpu: quantity(UNSAID.0),
            default_memory: quantity(UNSAID.1),
            largest_memory: largest.bytes(),
        }
    }

    /// What follows from needs, unless the team's quota says otherwise.
    pub fn of_team(total: Total, team: &CellTeam) -> Self {
        let mut rations = Self::of(total);
        let QuotaSpec {
            cpu,
            memory,
            memory_limit,
            storage,
            pods,
        } = &team.quota;
        let limit = memory_limit.as_ref().or(memory.as_ref());
        for (ration, declared) in [
            (&mut rations.cpu, cpu.as_ref()),
            (&mut rations.memory, memory.as_ref()),
            (&mut rations.memory_limit, limit),
            (&mut rations.storage, storage.as_ref()),
        ] {
            if let Some(declared) = declared {
                *ration = declared.clone();
            }
        }
        rations.pods = pods.unwrap_or(rations.pods);
        if storage.is_some() {
            rations.claims = None;
        }
        rations
    }
}
