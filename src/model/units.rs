//! Units: what a cell deploys piece by piece, each through an Argo CD Application of its own.

use serde::Serialize;

/// Which part of the platform a unit belongs to; decides what its AppProject allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The user's services.
    Apps,
    /// Namespaces and what holds in all of them.
    Base,
    /// Stores.
    Data,
    /// Admission policies, which are in no namespace.
    GuardRails,
    /// What operates the cell: secrets, certificates, ingress.
    Ops,
}

/// One unit of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unit {
    /// Its name: that of its Application and of its folder in the overlay.
    pub name: String,
    /// What it is part of.
    pub part: Part,
    /// The AppProject it is in, without the platform's name.
    pub project: String,
    /// The namespace of its objects.
    pub namespace: String,
    /// The sync wave in which it comes up.
    pub wave: u32,
    /// The folder of its base below `cluster/`, such as `data/object-storage`; the same in every cell. Empty where
    /// everything is in the cell.
    pub base: String,
    /// The key of platform.toml it stems from.
    pub key: String,
    /// The generated Components of the cell, before the user's own.
    pub before: Vec<&'static str>,
    /// The Components of the cell that nothing may overrule.
    pub behind: Vec<&'static str>,
}

impl Unit {
    /// The wave of the namespaces and their policies.
    pub const BASE_WAVE: u32 = 0;
    /// The wave of operators, whose kinds the next waves use.
    pub const OPERATOR_WAVE: u32 = 1;
    /// The wave of Secrets and whatever else stores need to start.
    pub const SECRETS_WAVE: u32 = 2;
    /// The wave of stores that need no other store.
    pub const STORE_WAVE: u32 = 3;
    /// The wave of stores that keep something in another store.
    pub const DATABASE_WAVE: u32 = 4;
    /// The wave of what is built upon stores.
    pub const UPON_STORES_WAVE: u32 = 5;
    /// The wave of the first services.
    pub const SERVICE_WAVE: u32 = 6;

    /// A store's unit, with a Component for what differs in each cell.
    pub fn store(name: &str, namespace: String, wave: u32) -> Self {
        Self {
            name: name.to_owned(),
            part: Part::Data,
            project: "data".to_owned(),
            namespace,
            wave,
            base: format!("data/{name}"),
            key: format!("components.{name}"),
            before: vec!["cell"],
            behind: Vec::new(),
        }
    }
}

/// An object that is in no namespace: the AppProject of its unit allows just this one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClusterWide {
    /// The AppProject, without the platform's name: the `project` of the unit.
    pub project: String,
    /// Its API group.
    pub group: &'static str,
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}
