//! The admission policies of a cell, compared with those that the platform renders: part of RES508.

use super::removals::Gone;
use super::res508::Judged;
use crate::facts::{Manifest, Written};
use crate::kustomize::Node;
use crate::model::guard_rails::GuardRail;
use crate::model::units::Unit;
use std::collections::BTreeSet;

const POLICY: &str = "ValidatingAdmissionPolicy";
const BINDING: &str = "ValidatingAdmissionPolicyBinding";

/// Every policy that a cell has to have, with its binding.
pub(super) fn rails(cell: &mut Judged<'_>) {
    let here = cell.here;
    let units = &here.cell.units;
    let Some(unit) = units.iter().find(|unit| unit.name == "guard-rails") else {
        return;
    };
    if !cell.is_judged(unit) {
        return;
    }
    let rendered = rendered(cell, unit);
    for rail in here.cell.guard_rails() {
        let name = format!("{}-{}", here.platform.name, rail.name());
        for kind in [POLICY, BINDING] {
            cell.count += 1;
            match cell.object(kind, "", &name) {
                Some((index, object)) => {
                    let found = if kind == POLICY {
                        policy(cell, rail, object)
                    } else {
                        binding(cell, rail, object)
                    };
                    if found.is_empty() {
                        compared(cell, unit, index, object, &rendered);
                    }
                    for weakness in found {
                        weakness.report(cell, unit, index, object);
                    }
                }
                None => {
                    let gone = Gone {
                        kind,
                        name: &name,
                        key: "",
                    };
                    let refuses = rail.refuses();
                    let message =
                        format!("{kind} {name} is not there any more: nothing refuses {refuses}");
                    cell.gone(unit, &gone, message);
                }
            }
        }
    }
}

/// Something in a policy or binding that makes it hold less.
struct Weakness<'w> {
    /// The value; none when it is missing.
    node: Option<&'w Node>,
    /// Its key.
    key: &'static str,
    /// The second half of a sentence about the object.
    what: String,
}

impl Weakness<'_> {
    fn report(self, cell: &mut Judged<'_>, unit: &Unit, index: usize, object: &Manifest) {
        let message = format!("{} {}", object.identity(), self.what);
        match self.node {
            Some(node) => cell.weakened(index, node, message),
            None => {
                let gone = Gone {
                    kind: object.object.kind(),
                    name: object.object.name(),
                    key: self.key,
                };
                cell.gone(unit, &gone, message);
            }
        }
    }
}

/// What every policy has to say, whoever wrote it.
fn policy<'m>(cell: &Judged<'_>, rail: GuardRail, object: &'m Manifest) -> Vec<Weakness<'m>> {
    let mut found = Vec::new();
    let failure = object.at(&["spec", "failurePolicy"]);
    // Fail is what Kubernetes takes when nothing is written.
    if let Some(node) = failure.filter(|node| node.as_text() == Some("Ignore")) {
        found.push(Weakness {
            node: Some(node),
            key: "failurePolicy",
            what: "lets everything pass when it cannot be asked".to_owned(),
        });
    }
    let validations = object.at(&["spec", "validations"]);
    if validations.is_none_or(|list| list.items().is_empty()) {
        found.push(Weakness {
            node: validations,
            key: "validations",
            what: "refuses nothing any more".to_owned(),
        });
    }
    if rail == GuardRail::OwnHosts {
        let domain = format!("'{}'", cell.here.cell.domain);
        let variables = object
            .at(&["spec", "variables"])
            .map_or(&[][..], Node::items);
        let own = variables
            .iter()
            .find(|variable| variable.get("name").and_then(Node::as_text) == Some("domain"))
            .and_then(|variable| variable.get("expression"));
        if let Some(node) = own.filter(|node| node.as_text() != Some(&domain)) {
            let text = node.as_text().unwrap_or_default();
            found.push(Weakness {
                node: Some(node),
                key: "expression",
                what: format!(
                    "takes hosts of {text} for the cell's own, which are those of {domain}"
                ),
            });
        }
    }
    found
}

fn binding<'m>(cell: &Judged<'_>, rail: GuardRail, object: &'m Manifest) -> Vec<Weakness<'m>> {
    let mut found = Vec::new();
    let actions = object.at(&["spec", "validationActions"]);
    let mut list = actions.map_or(&[][..], Node::items).iter();
    if !list.any(|action| action.as_text() == Some("Deny")) {
        found.push(Weakness {
            node: actions,
            key: "validationActions",
            what: "denies nothing any more".to_owned(),
        });
    }
    let namespaces = cell
        .here
        .platform
        .cells
        .iter()
        .flat_map(|cell| &cell.namespaces);
    let exempt: BTreeSet<&str> = namespaces
        .filter(|namespace| namespace.exemptions.contains_key(&rail))
        .map(|namespace| namespace.name.as_str())
        .collect();
    let selector = object.at(&[
        "spec",
        "matchResources",
        "namespaceSelector",
        "matchExpressions",
    ]);
    for expression in selector.map_or(&[][..], Node::items) {
        let is_exempting = expression.get("operator").and_then(Node::as_text) == Some("NotIn");
        for value in expression.get("values").map_or(&[][..], Node::items) {
            let name = value.as_text().unwrap_or_default();
            if is_exempting && !exempt.contains(name) {
                found.push(Weakness {
                    node: Some(value),
                    key: "values",
                    what: format!("no longer holds in namespace {name}"),
                });
            }
        }
    }
    found
}

/// Compares with the file in which the platform renders it, and reports the first difference that nothing else has said.
fn compared(
    cell: &mut Judged<'_>,
    unit: &Unit,
    index: usize,
    object: &Manifest,
    rendered: &[Written],
) {
    let same = rendered.iter().find(|document| {
        document.text_at(&["kind"]) == object.object.kind()
            && document.text_at(&["metadata", "name"]) == object.object.name()
    });
    let Some(spec) = same.and_then(|rendered| rendered.get("spec")) else {
        return;
    };
    let Some(own) = object.at(&["spec"]) else {
        return;
    };
    let Some(difference) = difference(spec, own) else {
        return;
    };
    let message = format!(
        "{} is no longer what the platform renders",
        object.identity()
    );
    match difference {
        Difference::Value(node) => cell.weakened(index, &node, message),
        Difference::Missing(key) => {
            let gone = Gone {
                kind: object.object.kind(),
                name: object.object.name(),
                key: &key,
            };
            cell.gone(unit, &gone, message);
        }
    }
}

/// The objects in the files of the base, and of the Component that the platform renders for the cell.
fn rendered(cell: &Judged<'_>, unit: &Unit) -> Vec<Written> {
    let base = format!("cluster/{}", unit.base);
    let component = format!("{}/{}/cell", cell.here.cell.overlay(), unit.name);
    let repository = cell.facts.repository;
    repository
        .below(&base)
        .chain(repository.below(&component))
        .filter_map(|path| Written::documents(path, &repository.text(path)?).ok())
        .flatten()
        .collect()
}

enum Difference {
    /// Another or an additional value.
    Value(Node),
    /// A key that is not there any more.
    Missing(String),
}

/// The first difference between what is rendered and what is built.
fn difference(rendered: &Written, built: &Node) -> Option<Difference> {
    if rendered.fields().is_empty() && rendered.items().is_empty() {
        let same = rendered
            .text()
            .is_some_and(|text| Some(text) == built.as_text());
        let both_empty =
            rendered.is_empty() && built.entries().is_empty() && built.items().is_empty();
        return (!same && !both_empty).then(|| Difference::Value(built.clone()));
    }
    for field in rendered.fields() {
        match built.get(&field.key) {
            Some(node) => {
                // More actions than rendered refuse no less.
                let is_more = field.key == "validationActions" && has_all(&field.value, node);
                if let Some(found) = difference(&field.value, node).filter(|_| !is_more) {
                    return Some(found);
                }
            }
            None => return Some(Difference::Missing(field.key.clone())),
        }
    }
    let added = built
        .entries()
        .iter()
        .find(|entry| rendered.get(&entry.key).is_none());
    if let Some(added) = added.filter(|_| !rendered.fields().is_empty()) {
        return Some(Difference::Value(added.value.clone()));
    }
    let pairs = rendered.items().iter().zip(built.items());
    if let Some(found) = pairs.into_iter().find_map(|(a, b)| difference(a, b)) {
        return Some(found);
    }
    (rendered.items().len() != built.items().len()).then(|| Difference::Value(built.clone()))
}

fn has_all(rendered: &Written, built: &Node) -> bool {
    rendered.items().iter().all(|wanted| {
        let mut items = built.items().iter();
        items.any(|item| item.as_text() == wanted.text())
    })
}
