//! Network policies of other kinds than Kubernetes' own: Cilium, Calico, Antrea, and the cluster-wide ones of SIG Network.
//!
//! They are read just far enough to see what they let out into the world. Sources:
//! <https://docs.cilium.io/en/stable/security/policy/language/>, <https://docs.tigera.io/calico/latest/reference/resources/networkpolicy>,
//! <https://network-policy-api.sigs.k8s.io/reference/spec/>, <https://antrea.io/docs/main/docs/antrea-network-policy/>.

use super::built::trouble;
use super::inventory::{Inventory, Verdict};
use super::rule::Input;
use crate::facts::egress::Ports;
use crate::facts::ranges::{Ranges, network};
use crate::facts::{Address, CellFacts, Manifest, Spot};
use crate::kustomize::Node;

/// What a rule of such a policy lets out.
pub(super) struct Way {
    /// Where it stands.
    pub(super) spot: Spot,
    /// In words: `every address there is`.
    pub(super) what: String,
}

const GROUPS: [&str; 5] = [
    "cilium.io",
    "crd.projectcalico.org",
    "projectcalico.org",
    "policy.networking.k8s.io",
    "crd.antrea.io",
];

/// Whether an object is such a policy.
pub(super) fn is_policy(manifest: &Manifest) -> bool {
    GROUPS.contains(&manifest.group()) && manifest.object.kind().ends_with("NetworkPolicy")
}

/// Every way into the world that such a policy opens.
pub(super) fn ways(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    inventory: &Inventory<'_>,
    index: usize,
) -> Vec<Way> {
    let reader = Reader {
        input,
        here,
        inventory,
        index,
    };
    let root = &here.manifests[index].object.root;
    let one = root.get("spec");
    let several = root.get("specs").map_or(&[][..], Node::items);
    let mut ways = Vec::new();
    for spec in one.into_iter().chain(several) {
        for rule in spec.get("egress").map_or(&[][..], Node::items) {
            reader.rule(rule, &mut ways);
        }
        let denies = spec.at(&["enableDefaultDeny", "egress"]);
        if let Some(off) = denies.filter(|node| node.as_text() == Some("false")) {
            ways.push(Way {
                spot: Spot::whole(index, off),
                what: "whatever no other policy closes".to_owned(),
            });
        }
    }
    ways
}

/// Which directions such policies close for a whole namespace: what comes in, what goes out.
pub(super) fn closed(here: &CellFacts<'_>, namespace: &str) -> (bool, bool) {
    let mut closed = (false, false);
    for (index, manifest) in here.manifests.iter().enumerate() {
        if !is_policy(manifest) || manifest.group() == "policy.networking.k8s.io" {
            continue;
        }
        let is_global = manifest.object.kind() != "NetworkPolicy"
            && manifest.object.kind() != "CiliumNetworkPolicy";
        let Some(spec) = manifest.at(&["spec"]) else {
            continue;
        };
        if (is_global || here.namespace(index) == namespace) && is_for_all(spec) {
            let types = spec.get("types").map_or(&[][..], Node::items);
            let is = |key: &str, name: &str| {
                spec.get(key).is_some() || types.iter().any(|item| item.as_text() == Some(name))
            };
            closed.0 |= is("ingress", "Ingress");
            closed.1 |= is("egress", "Egress");
        }
    }
    closed
}

fn is_for_all(spec: &Node) -> bool {
    let is_empty = |node: &Node| node.entries().is_empty() && node.as_text().is_none();
    let text = spec.get("selector").and_then(Node::as_text);
    match spec.get("endpointSelector") {
        Some(selector) => is_empty(selector),
        None => {
            spec.get("nodeSelector").is_none()
                && spec.get("appliedTo").is_none()
                && text.is_none_or(|text| matches!(text.trim(), "" | "all()"))
        }
    }
}

struct Reader<'r, 'a> {
    input: &'r Input<'a>,
    here: &'r CellFacts<'a>,
    inventory: &'r Inventory<'a>,
    index: usize,
}

/// Keys that say where to a rule leads, over all these kinds.
const ENDS: [&str; 14] = [
    "to",
    "destination",
    "toCIDR",
    "toCIDRSet",
    "toEntities",
    "toEndpoints",
    "toFQDNs",
    "toServices",
    "toGroups",
    "toNodes",
    "toRequires",
    "toServiceAccounts",
    "networks",
    "domains",
];

impl Reader<'_, '_> {
    fn rule(&self, rule: &Node, ways: &mut Vec<Way>) {
        let action = rule
            .get("action")
            .and_then(Node::as_text)
            .unwrap_or("Allow");
        if matches!(action, "Deny" | "Drop" | "Reject" | "Pass" | "Log") {
            return;
        }
        let is_cilium = self.here.manifests[self.index].group() == "cilium.io";
        let ends: Vec<&Node> = ENDS.iter().filter_map(|key| rule.get(key)).collect();
        let has_no_end = ends
            .iter()
            .all(|end| end.entries().is_empty() && end.items().is_empty());
        // An empty rule of Cilium's opens nothing; one with ports only opens them to the world.
        let is_nothing = is_cilium && (rule.get("toPorts").is_none() || !ends.is_empty());
        if has_no_end && !is_nothing {
            self.add(ways, rule, "every address there is");
            return;
        }
        for end in ends {
            self.end(end, ways);
        }
    }

    /// Whatever in the end of a rule leads out of the cluster.
    fn end(&self, node: &Node, ways: &mut Vec<Way>) {
        for entry in node.entries() {
            // What is taken out opens nothing.
            if !matches!(&*entry.key, "except" | "notNets" | "ports" | "notPorts") {
                self.end(&entry.value, ways);
            }
        }
        for item in node.items() {
            self.end(item, ways);
        }
        let Some(text) = node.as_text() else {
            return;
        };
        match text {
            "world" | "world-ipv4" | "world-ipv6" | "all" => {
                self.add(ways, node, "every address there is");
            }
            "remote-node" => self.add(ways, node, "nodes of other clusters"),
            _ => match network(text) {
                Some(net) => {
                    let ranges = Ranges::of(net);
                    let verdict = self.inventory.for_all(&ranges, &[Ports::Other]);
                    let is_declared = matches!(verdict, Verdict::Declared | Verdict::OtherPorts);
                    if !is_declared {
                        self.add(ways, node, &format!("`{text}`"));
                    }
                }
                None => self.name(node, text, ways),
            },
        }
    }

    /// A host, or a pattern of hosts.
    fn name(&self, node: &Node, text: &str, ways: &mut Vec<Way>) {
        if !text.contains('.') && text != "*" && text != "**" {
            return;
        }
        let host = text.trim_start_matches('*').trim_start_matches('.');
        let Some(address) = Address::parse(host).filter(|_| host.contains('.')) else {
            if text.starts_with('*') {
                self.add(ways, node, "every host there is");
            }
            return;
        };
        let resolved = self.here.resolve(&address, self.here.namespace(self.index));
        if trouble(self.input, self.here, &resolved).is_some() {
            self.add(ways, node, &format!("`{text}`"));
        }
    }

    fn add(&self, ways: &mut Vec<Way>, node: &Node, what: &str) {
        ways.push(Way {
            spot: Spot::whole(self.index, node),
            what: what.to_owned(),
        });
    }
}
