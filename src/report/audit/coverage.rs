//! How much of each cell was looked at, and where the addresses in it lead.

use crate::facts::{CellFacts, Destination};
use crate::residency::Input;
use crate::spec::types::EnvironmentKind;
use serde::Serialize;
use std::collections::BTreeMap;

/// How much of a cell was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct CellCoverage {
    /// The cell.
    pub cell: String,
    /// Whether everything in it could be built.
    pub built: bool,
    /// Whether it is judged for residency: local cells hold synthetic data only and are not.
    pub judged: bool,
    /// Objects.
    pub objects: usize,
    /// Objects by kind.
    pub kinds: BTreeMap<String, usize>,
    /// Pod templates.
    pub workloads: usize,
    /// Texts of configuration.
    pub configurations: usize,
    /// Secrets of every kind; their values are not read.
    pub secrets: usize,
    /// Addresses, by where they lead.
    pub addresses: Addresses,
}

/// Addresses, by where they lead.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Addresses {
    /// All of them.
    pub total: usize,
    /// Into the cell.
    pub cell: usize,
    /// To the region's own networks and hosts.
    pub home: usize,
    /// To declared endpoints.
    pub endpoint: usize,
    /// To other regions.
    pub other_region: usize,
    /// To places of providers and services of vendors.
    pub provider: usize,
    /// To nothing that is declared.
    pub undeclared: usize,
}

pub(super) fn coverage(input: &Input<'_>) -> Vec<CellCoverage> {
    let cells = input.facts.into_iter().flat_map(|facts| &facts.cells);
    cells.map(of_cell).collect()
}

fn of_cell(facts: &CellFacts<'_>) -> CellCoverage {
    let mut kinds = BTreeMap::new();
    for manifest in &facts.manifests {
        *kinds.entry(manifest.object.kind().to_owned()).or_default() += 1;
    }
    CellCoverage {
        cell: facts.cell.name.to_string(),
        built: facts.problems.is_empty(),
        judged: facts.cell.kind == EnvironmentKind::Cluster,
        objects: facts.manifests.len(),
        kinds,
        workloads: facts.workloads.len(),
        configurations: facts.configs.len(),
        secrets: facts.secrets.len(),
        addresses: addresses(facts),
    }
}

fn addresses(facts: &CellFacts<'_>) -> Addresses {
    let mut counts = Addresses::default();
    for mention in &facts.mentions {
        counts.total += 1;
        *match mention.resolved.destination {
            Destination::Itself | Destination::Service { .. } => &mut counts.cell,
            Destination::Home => &mut counts.home,
            Destination::Endpoint(_) => &mut counts.endpoint,
            Destination::Region(_) => &mut counts.other_region,
            Destination::Provider { .. } | Destination::Vendor(_) => &mut counts.provider,
            Destination::ForeignEndpoint(_)
            | Destination::NoService
            | Destination::Cloud(_)
            | Destination::Unknown => &mut counts.undeclared,
        } += 1;
    }
    counts
}
