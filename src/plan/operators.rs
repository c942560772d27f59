//! `cluster/ops/<operator>`: the namespace of an operator, what holds in it, and the Application of its chart.

use super::network::{self, Network};
use super::{Files, Origin, overlay};
use crate::catalogue;
use crate::model::Platform;
use crate::model::operators::Operator;
use anyhow::Context as _;
use serde::Serialize;
use std::collections::BTreeMap;

const NAMESPACE: &str = "cluster/ops/operator/namespace.yaml";
const DEFAULT_DENY: &str = "cluster/base/default-deny.yaml";
const KUSTOMIZATION: &str = "cluster/ops/operator/kustomization.yaml";
const CELL: &str = "cluster/overlays/cell/operator/cell/kustomization.yaml";

/// What is special about one operator.
pub(super) struct Special<'a, C> {
    /// Its name.
    pub(super) name: &'a str,
    /// The template of its Application: the values of the chart stand below what
    /// `cluster/ops/operator/application.yaml` begins with.
    pub(super) application: &'static str,
    /// What that template and the next ones read besides the operator itself.
    pub(super) context: &'a C,
    /// Templates of further files of its base.
    pub(super) more: &'a [&'static str],
}

/// A namespace by its name.
#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Base<'a, C> {
    platform: &'a str,
    name: &'a str,
    namespace: &'a str,
    /// For the template of default-denies.
    namespaces: [Named<'a>; 1],
    level: &'static str,
    reason: &'static str,
    project: String,
    /// The Application of the chart.
    application: String,
    chart: &'static catalogue::Chart,
    network_policies: Option<&'static str>,
    more: Vec<&'a str>,
    #[serde(flatten)]
    own: &'a C,
}

#[derive(Serialize)]
struct Difference<'a> {
    resources: Vec<&'a str>,
}

/// The operators of all cells, by name: an operator is the same wherever it is.
pub(super) fn operators(platform: &Platform) -> BTreeMap<&str, &Operator> {
    let operators = platform.cells.iter().flat_map(|cell| &cell.operators);
    operators
        .map(|operator| (operator.name, operator))
        .collect()
}

/// Plans one operator, if any cell has it. `here` names the files that the caller puts beside the kustomization of what
/// differs in a cell.
pub(super) fn plan<C: Serialize>(
    platform: &Platform,
    network: &Network<'_>,
    special: &Special<'_, C>,
    here: &[&str],
    files: &mut Files,
) -> anyhow::Result<()> {
    let Some(operator) = operators(platform).remove(special.name) else {
        return Ok(());
    };
    let key = operator.key.as_str();
    let folder = format!("cluster/ops/{}", operator.name);
    let custom = format!("custom/{} of a cell", operator.name);
    let base = base(platform, network, operator, special)?;
    let shared = [NAMESPACE, DEFAULT_DENY, KUSTOMIZATION, special.application];
    for template in shared.iter().chain(special.more).copied() {
        let origin = Origin {
            template,
            key,
            custom: &custom,
        };
        let path = format!("{folder}/{}", file(template));
        files.render(path, origin, &base)?;
    }
    for (index, cell) in platform.cells.iter().enumerate() {
        if !cell.operators.iter().any(|o| o.name == operator.name) {
            continue;
        }
        let policies = network.is_here(operator.name, index);
        let policies = policies.then_some(network::FILE);
        let difference = Difference {
            resources: here.iter().copied().chain(policies).collect(),
        };
        let origin = Origin {
            template: CELL,
            key,
            custom: &format!("custom/{}", operator.name),
        };
        let path = overlay::component(cell, operator.name, "kustomization.yaml");
        files.render(path, origin, &difference)?;
    }
    Ok(())
}

fn base<'a, C: Serialize>(
    platform: &'a Platform,
    network: &Network<'_>,
    operator: &'a Operator,
    special: &Special<'a, C>,
) -> anyhow::Result<Base<'a, C>> {
    let chart = catalogue::charts().get(operator.name);
    let chart = chart.with_context(|| format!("the catalogue has no chart `{}`", operator.name))?;
    Ok(Base {
        platform: &platform.name,
        name: operator.name,
        namespace: &operator.namespace,
        namespaces: [Named {
            name: &operator.namespace,
        }],
        level: operator.security.level(),
        reason: operator.security.reason(),
        project: format!("{}-{}", platform.name, operator.project()),
        application: format!("{}-chart", operator.name),
        chart,
        network_policies: network
            .is_everywhere(operator.name)
            .then_some(network::FILE),
        more: special.more.iter().map(|template| file(template)).collect(),
        own: special.context,
    })
}

fn file(template: &str) -> &str {
    template.rsplit('/').next().unwrap_or(template)
}
