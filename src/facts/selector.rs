//! Labels, and who is selected by them: <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/>.

use crate::kustomize::{Entry, Node};
use std::collections::BTreeMap;

/// Labels of a pod or of a namespace.
pub type Labels = BTreeMap<String, String>;

/// A label selector: matchLabels and matchExpressions, all of which have to match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Selector {
    /// Reads a selector; one that is not there selects everything.
    pub fn read(node: Option<&Node>) -> Self {
        let conditions = Self::conditions(node).into_iter();
        Self {
            terms: conditions
                .flat_map(|(selector, _)| selector.terms)
                .collect(),
        }
    }

    /// Each condition of a selector by itself, with the value that states it.
    pub fn conditions(node: Option<&Node>) -> Vec<(Self, &Node)> {
        let part = |key: &str| node.and_then(|node| node.get(key));
        let labels = part("matchLabels").map_or(&[][..], Node::entries);
        let labels = labels.iter().map(|entry| {
            let text = entry.value.as_text().unwrap_or_default();
            (Term::label(&entry.key, text), &entry.value)
        });
        let expressions = part("matchExpressions").map_or(&[][..], Node::items);
        let expressions = expressions.iter().map(|item| (expression(item), item));
        labels
            .chain(expressions)
            .map(|(term, node)| (Self { terms: vec![term] }, node))
            .collect()
    }

    /// A selector of just these labels, as a Service has it.
    pub fn labels(node: Option<&Node>) -> Self {
        let entries = node.map_or(&[][..], Node::entries);
        let label =
            |entry: &Entry| Term::label(&entry.key, entry.value.as_text().unwrap_or_default());
        Self {
            terms: entries.iter().map(label).collect(),
        }
    }

    /// Whether it selects something with these labels.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.terms.iter().all(|term| {
            let value = labels.get(&term.key);
            let is_listed = value.is_some_and(|value| term.values.contains(value));
            match term.operator {
                Operator::In => is_listed,
                Operator::NotIn => !is_listed,
                Operator::Exists => value.is_some(),
                Operator::DoesNotExist => value.is_none(),
            }
        })
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.terms.is_empty()
    }

    /// The keys of the labels that it asks for.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| term.key.as_str())
    }

    /// The labels that it asks for, each with the values that it takes.
    pub fn wanted(&self) -> impl Iterator<Item = (&str, &str)> {
        self.terms
            .iter()
            .filter(|term| term.operator == Operator::In)
            .flat_map(|term| {
                let key = term.key.as_str();
                term.values.iter().map(move |value| (key, value.as_str()))
            })
    }
}

impl Term {
    fn label(key: &str, value: &str) -> Self {
        Self {
            key: key.to_owned(),
            operator: Operator::In,
            values: vec![value.to_owned()],
        }
    }
}

fn expression(item: &Node) -> Term {
    let values = item.get("values").map_or(&[][..], Node::items);
    Term {
        key: text(item, "key").to_owned(),
        operator: match text(item, "operator") {
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            _ => Operator::In,
        },
        values: values
            .iter()
            .filter_map(|value| value.as_text().map(str::to_owned))
            .collect(),
    }
}

fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(Node::as_text).unwrap_or_default()
}
