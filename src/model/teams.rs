//! Teams: who they are, and what they may have in each cell.

use crate::spec::Spec;
use crate::spec::names::Name;
use crate::spec::types::{QuotaSpec, TeamOverride, TeamSpec};
use serde::Serialize;
use std::collections::BTreeMap;

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Team {
    /// Its name.
    pub name: Name,
    /// Its namespace, and the name of its AppProject.
    pub namespace: String,
    /// What it is where no environment or cell says otherwise.
    #[serde(flatten)]
    pub everywhere: CellTeam,
}

/// What a team is in one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CellTeam {
    /// Groups of the identity provider.
    pub groups: Vec<String>,
    /// Whether they may open a port-forward.
    pub debug: bool,
    /// The most that its namespace may hold, as far as it is declared.
    pub quota: QuotaSpec,
}

impl Team {
    /// What it is in a cell: the later difference wins.
    pub(super) fn here(&self, overrides: [Option<&TeamOverride>; 2]) -> CellTeam {
        let mut result = self.everywhere.clone();
        for written in overrides.into_iter().flatten() {
            result.groups = written.groups.clone().unwrap_or(result.groups);
            result.debug = written.debug.unwrap_or(result.debug);
            if let Some(quota) = written.quota.clone() {
                // A new sum of requests without a new one of limits moves that along.
                let limit = quota.memory_limit.or_else(|| quota.memory.clone());
                result.quota = QuotaSpec {
                    cpu: quota.cpu.or(result.quota.cpu),
                    memory: quota.memory.or(result.quota.memory),
                    memory_limit: limit.or(result.quota.memory_limit),
                    storage: quota.storage.or(result.quota.storage),
                    pods: quota.pods.or(result.quota.pods),
                };
            }
        }
        result
    }
}

/// The declared teams.
pub(super) fn teams(spec: &Spec) -> BTreeMap<Name, Team> {
    let team = |(name, written): (&Name, &TeamSpec)| {
        let team = Team {
            name: name.clone(),
            namespace: namespace(spec, name),
            everywhere: CellTeam {
                groups: written.groups.clone(),
                debug: written.debug.unwrap_or(false),
                quota: written.quota.clone().unwrap_or_default(),
            },
        };
        (name.clone(), team)
    };
    spec.teams.iter().map(team).collect()
}

/// The namespace of a team.
pub(super) fn namespace(spec: &Spec, team: &Name) -> String {
    format!("{}-{team}", spec.platform.name)
}
