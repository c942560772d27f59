//! RES508: controls that the platform renders and that an overlay takes away or weakens.

use super::found::Found;
use super::located::located;
use super::rails::rails;
use super::removals::{self, Gone};
use super::rule::{Input, Rule, Weight};
use crate::facts::{CellFacts, Facts, Manifest, Spot};
use crate::kustomize::Node;
use crate::model::edges::{Peer, Pods};
use crate::model::namespaces::{Maker, PodSecurity};
use crate::model::units::Unit;
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES508",
    title: "A control was removed or weakened",
    severity: Weight::High,
    rationale: "A control that is not there leaves no trace in what is built: nothing else would miss it. So what every cell has to have is compared with what it \
        has: the namespaces with their Pod Security level, a NetworkPolicy `default-deny` in each, the NetworkPolicies of every way that is open, and \
        the admission policies with their bindings. A finding points at the patch or the list that takes it away.",
    fix: "Take the patch away, or restore the file; `platformctl render` says which differ. What a cell has to be open for is declared in platform.toml.",
    example_bad: "patches:\n  - patch: |-\n      $patch: delete\n      apiVersion: networking.k8s.io/v1\n      kind: NetworkPolicy\n      metadata:\n        name: default-deny\n        namespace: carebase-data",
    example_good: "patches: []",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    for here in input.built() {
        let mut cell = Judged {
            input,
            facts,
            here,
            out,
            count: 0,
        };
        cell.namespaces();
        cell.policies();
        rails(&mut cell);
        let count = cell.count;
        out.examined(&RULE, here, count);
    }
}

/// A cell while it is judged.
pub(super) struct Judged<'j> {
    pub(super) input: &'j Input<'j>,
    pub(super) facts: &'j Facts<'j>,
    pub(super) here: &'j CellFacts<'j>,
    pub(super) out: &'j mut Found,
    pub(super) count: usize,
}

impl<'j> Judged<'j> {
    /// Whether a unit's overlay is there, and either was built or is deployed by nobody any more.
    pub(super) fn is_judged(&self, unit: &Unit) -> bool {
        let folder = format!("{}/{}", self.here.cell.overlay(), unit.name);
        let mut files = self.facts.repository.below(&folder);
        if files.next().is_none() {
            return false;
        }
        let is_built = self.here.is_built(&folder);
        let mut applications = self.here.argo_cd.all();
        is_built || !applications.any(|application| application.name() == unit.name)
    }

    pub(super) fn object(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Option<(usize, &'j Manifest)> {
        let here = self.here;
        here.manifests.iter().enumerate().find(|(_, manifest)| {
            let object = &manifest.object;
            object.kind() == kind
                && object.name() == name
                && (namespace.is_empty() || object.namespace() == namespace)
        })
    }

    pub(super) fn gone(&mut self, unit: &Unit, gone: &Gone<'_>, message: String) {
        let place = removals::place(self.facts, self.here.cell, unit, gone);
        self.out.push(
            located(
                &RULE,
                self.input,
                self.here,
                &place,
                message,
                "taken away here",
            )
            .help(RULE.fix),
        );
    }

    pub(super) fn weakened(&mut self, index: usize, node: &Node, message: String) {
        let place = self.here.place(&Spot::whole(index, node));
        self.out.push(
            located(
                &RULE,
                self.input,
                self.here,
                &place,
                message,
                "weaker than rendered",
            )
            .help(RULE.fix),
        );
    }

    /// The unit that makes a namespace.
    fn maker(&self, maker: Maker, namespace: &str) -> Option<&'j Unit> {
        let here = self.here;
        let mut units = here.cell.units.iter();
        match maker {
            Maker::Base => units.find(|unit| unit.name == "base"),
            Maker::Operator => units.find(|unit| unit.namespace == namespace),
            Maker::Bootstrap => None,
        }
    }

    fn namespaces(&mut self) {
        let here = self.here;
        for namespace in &here.cell.namespaces {
            let Some(unit) = self.maker(namespace.maker, &namespace.name) else {
                continue;
            };
            if !self.is_judged(unit) {
                continue;
            }
            self.count += 2;
            match self.object("Namespace", "", &namespace.name) {
                Some((index, object)) => self.levels(unit, index, object, namespace.level),
                None => {
                    let gone = Gone {
                        kind: "Namespace",
                        name: &namespace.name,
                        key: "",
                    };
                    let message = format!(
                        "Namespace {} is not there any more, with all that holds in it",
                        namespace.name
                    );
                    self.gone(unit, &gone, message);
                }
            }
            if self
                .object("NetworkPolicy", &namespace.name, "default-deny")
                .is_none()
            {
                let gone = Gone {
                    kind: "NetworkPolicy",
                    name: "default-deny",
                    key: "",
                };
                let message = format!(
                    "NetworkPolicy {}/default-deny is not there any more: everything may talk to everything",
                    namespace.name
                );
                self.gone(unit, &gone, message);
            }
        }
    }

    /// The labels of a namespace by which Kubernetes and the guard rails know how strict to be.
    fn levels(&mut self, unit: &Unit, index: usize, object: &Manifest, level: PodSecurity) {
        let platform = self.here.platform.name.as_str();
        let identity = object.identity();
        let labels = object.at(&["metadata", "labels"]);
        for (key, wanted) in [
            ("pod-security.kubernetes.io/enforce", level.name()),
            ("app.kubernetes.io/part-of", platform),
        ] {
            let node = labels.and_then(|labels| labels.get(key));
            let text = node.and_then(Node::as_text).unwrap_or_default();
            if text == wanted || is_stricter(text, level) && key.starts_with("pod-security") {
                continue;
            }
            let message = match key {
                "app.kubernetes.io/part-of" => {
                    format!(
                        "{identity} is no longer labelled as part of {platform}: no guard rail holds in it"
                    )
                }
                _ => format!(
                    "{identity} enforces the Pod Security level `{text}` instead of `{wanted}`"
                ),
            };
            match node {
                Some(node) => self.weakened(index, node, message),
                None => {
                    let name = object.object.name().to_owned();
                    let gone = Gone {
                        kind: "Namespace",
                        name: &name,
                        key,
                    };
                    self.gone(unit, &gone, message);
                }
            }
        }
    }

    /// The NetworkPolicies of every way that is open: they are there, and take nothing from everywhere.
    fn policies(&mut self) {
        let here = self.here;
        let mut all: BTreeSet<&Pods> = BTreeSet::new();
        let mut open: BTreeSet<&Pods> = BTreeSet::new();
        for edge in &here.cell.edges {
            for peer in [&edge.from, &edge.to] {
                if let Peer::Pods(pods) = peer
                    && pods.unit.is_some()
                {
                    all.insert(pods);
                }
            }
            if let (Peer::Pods(pods), Peer::World | Peer::Outside { .. } | Peer::ApiServer { .. }) =
                (&edge.to, &edge.from)
            {
                open.insert(pods);
            }
        }
        for pods in all {
            let units = &here.cell.units;
            let Some(unit) = units
                .iter()
                .find(|unit| Some(&unit.name) == pods.unit.as_ref())
            else {
                continue;
            };
            if !self.is_judged(unit) {
                continue;
            }
            self.count += 1;
            let of_cell = format!("{}.cell", pods.name);
            let whole = self.object("NetworkPolicy", &pods.namespace, &pods.name);
            let added = self.object("NetworkPolicy", &pods.namespace, &of_cell);
            if whole.is_none() && added.is_none() {
                let gone = Gone {
                    kind: "NetworkPolicy",
                    name: &pods.name,
                    key: "",
                };
                let message = format!(
                    "NetworkPolicy {}/{} is not there any more",
                    pods.namespace, pods.name
                );
                self.gone(unit, &gone, message);
            }
            for (index, object) in [whole, added].into_iter().flatten() {
                if !open.contains(pods) {
                    self.ingress(index, object);
                }
            }
        }
    }

    /// Ways in that are open to everyone.
    fn ingress(&mut self, index: usize, object: &Manifest) {
        let rules = object.at(&["spec", "ingress"]).map_or(&[][..], Node::items);
        for rule in rules {
            let peers = rule.get("from").map_or(&[][..], Node::items);
            let identity = object.identity();
            if peers.is_empty() {
                let message = format!("{identity} takes connections from everywhere");
                self.weakened(index, rule, message);
            }
            for peer in peers {
                let everyone = peer.get("namespaceSelector").is_some_and(|selector| {
                    selector.entries().is_empty()
                        && peer
                            .get("podSelector")
                            .is_none_or(|pods| pods.entries().is_empty())
                });
                if let Some(block) = peer.get("ipBlock") {
                    let cidr = block.get("cidr").unwrap_or(block);
                    let text = cidr.as_text().unwrap_or_default();
                    let message = format!(
                        "{identity} takes connections from `{text}`, and nothing declares that"
                    );
                    self.weakened(index, cidr, message);
                } else if everyone {
                    let message = format!("{identity} takes connections from every namespace");
                    self.weakened(index, peer, message);
                }
            }
        }
    }
}

/// Whether a level is stricter than what a namespace bears; then it is no weaker at least.
fn is_stricter(text: &str, level: PodSecurity) -> bool {
    [PodSecurity::Baseline, PodSecurity::Restricted]
        .into_iter()
        .any(|other| other > level && other.name() == text)
}
