//! Namespaces: what each holds, how strict it is with pods, and how much may be in it.
//!
//! A component that runs in a namespace of its own brings it along with its units; everything that is the same for all
//! namespaces (Pod Security, default-deny, the `default` ServiceAccount, admission policies) follows from the list.

use super::guard_rails::GuardRail;
use super::needs::Rations;
use serde::Serialize;
use std::collections::BTreeMap;

/// How strict Kubernetes is with the pods of a namespace: <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PodSecurity {
    /// Nothing is refused.
    Privileged,
    /// What is known to lead to the node is refused.
    Baseline,
    /// All that a program can do without is refused.
    Restricted,
}

impl PodSecurity {
    /// The name, as the labels of a namespace have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// Who makes a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Maker {
    /// The unit `base`.
    Base,
    /// The bootstrap script, before anything else is there.
    Bootstrap,
    /// The unit of the operator that is in it.
    Operator,
}

/// A namespace of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// What it holds, for people.
    pub holds: String,
    /// The strictest level that it bears.
    pub level: PodSecurity,
    /// Why it bears no stricter one; empty where there is none.
    pub because: String,
    /// Admission policies that do not hold in it, each with the reason.
    pub exemptions: BTreeMap<GuardRail, String>,
    /// Who makes it.
    pub maker: Maker,
    /// How much may be in it; none where nobody says what its workloads need.
    pub rations: Option<Rations>,
}

impl Namespace {
    /// A namespace in which everything holds.
    pub fn restricted(name: String, holds: impl Into<String>) -> Self {
        Self {
            name,
            holds: holds.into(),
            level: PodSecurity::Restricted,
            because: String::new(),
            exemptions: BTreeMap::new(),
            maker: Maker::Base,
            rations: None,
        }
    }

    /// Lowers the level, for a reason that stands in the namespace itself.
    pub fn at(mut self, level: PodSecurity, because: impl Into<String>) -> Self {
        self.level = level;
        self.because = because.into();
        self
    }

    /// Exempts it from an admission policy, for a reason that stands in the policy's binding.
    pub fn except(mut self, rail: GuardRail, because: impl Into<String>) -> Self {
        self.exemptions.insert(rail, because.into());
        self
    }

    /// Says that the bootstrap script makes it.
    pub fn by_bootstrap(mut self) -> Self {
        self.maker = Maker::Bootstrap;
        self
    }

    /// Says that the unit of the operator in it makes it.
    pub fn by_its_unit(mut self) -> Self {
        self.maker = Maker::Operator;
        self
    }

    /// Whether the unit `base` makes it.
    pub fn is_of_base(&self) -> bool {
        self.maker == Maker::Base
    }
}

/// What the namespace of a team holds.
pub fn of_team(team: &str) -> String {
    format!("the services of team {team}")
}
