//! Label selectors: whether one selects whatever another does, and whether two can select the same.

use crate::kustomize::Node;
use std::collections::{BTreeMap, BTreeSet};

/// A label selector; without any requirement it selects everything
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Selector {
    labels: BTreeMap<String, String>,
    expressions: BTreeSet<Expression>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Expression {
    key: String,
    operator: String,
    values: BTreeSet<String>,
}

impl Selector {
    pub(super) fn of(node: &Node) -> Self {
        let labels = node.get("matchLabels").map_or(&[][..], Node::entries);
        let expressions = node.get("matchExpressions").map_or(&[][..], Node::items);
        let text = |node: &Node, key: &str| {
            let value = node.get(key).and_then(Node::as_text);
            value.unwrap_or("").to_owned()
        };
        let labels = labels.iter().map(|entry| {
            let value = entry.value.as_text().unwrap_or("");
            (entry.key.to_string(), value.to_owned())
        });
        let expressions = expressions.iter().map(|node| Expression {
            key: text(node, "key"),
            operator: text(node, "operator"),
            values: super::texts(node, "values")
                .into_iter()
                .map(str::to_owned)
                .collect(),
        });
        Self {
            labels: labels.collect(),
            expressions: expressions.collect(),
        }
    }

    pub(super) fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.expressions.is_empty()
    }

    /// Whether it surely selects everything that the other one does.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let labels = self
            .labels
            .iter()
            .all(|(key, value)| other.only(key) == Some(BTreeSet::from([value.as_str()])));
        labels
            && self
                .expressions
                .iter()
                .all(|mine| other.expressions.contains(mine) || other.satisfies(mine))
    }

    /// Whether it selects what has these labels.
    pub(super) fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        let has = |(key, value): (&String, &String)| labels.get(key) == Some(value);
        self.labels.iter().all(has)
            && self.expressions.iter().all(|expression| {
                let value = labels.get(&expression.key);
                let is_listed = value.is_some_and(|value| expression.values.contains(value));
                match expression.operator.as_str() {
                    "In" => is_listed,
                    "NotIn" => !is_listed,
                    "Exists" => value.is_some(),
                    _ => value.is_none(),
                }
            })
    }

    /// The only values that a label can have among what is selected.
    fn only(&self, key: &str) -> Option<BTreeSet<&str>> {
        if let Some(value) = self.labels.get(key) {
            return Some(BTreeSet::from([value.as_str()]));
        }
        let values = self
            .expressions
            .iter()
            .find(|expression| expression.key == key && expression.operator == "In")?;
        Some(values.values.iter().map(String::as_str).collect())
    }

    fn satisfies(&self, expression: &Expression) -> bool {
        let key = &expression.key;
        let listed = |value: &str| expression.values.contains(value);
        let only = self.only(key);
        match expression.operator.as_str() {
            "In" => only.is_some_and(|values| values.into_iter().all(listed)),
            "NotIn" => only.is_some_and(|values| !values.into_iter().any(listed)),
            "Exists" => only.is_some(),
            _ => false,
        }
    }

    /// Whether the two surely select nothing in common.
    pub(super) fn is_disjoint(&self, other: &Self) -> bool {
        let keys = self
            .labels
            .keys()
            .chain(self.expressions.iter().map(|e| &e.key));
        let mut apart = keys.filter_map(|key| Some((self.only(key)?, other.only(key)?)));
        apart.any(|(mine, theirs)| mine.is_disjoint(&theirs))
            || self.excludes(other)
            || other.excludes(self)
    }

    /// Whether it says of a label that the other one asks for that it is not there.
    fn excludes(&self, other: &Self) -> bool {
        self.expressions.iter().any(|expression| {
            let only = other.only(&expression.key);
            match expression.operator.as_str() {
                "DoesNotExist" => only.is_some(),
                "NotIn" => only.is_some_and(|values| {
                    values
                        .into_iter()
                        .all(|value| expression.values.contains(value))
                }),
                _ => false,
            }
        })
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let labels = self
            .labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"));
        let expressions = self.expressions.iter().map(|expression| {
            let values: Vec<&str> = expression.values.iter().map(String::as_str).collect();
            let Expression { key, operator, .. } = expression;
            match values.as_slice() {
                [] => format!("{key} {operator}"),
                values => format!("{key} {operator} ({})", values.join(", ")),
            }
        });
        let all: Vec<String> = labels.chain(expressions).collect();
        f.write_str(&all.join(", "))
    }
}
