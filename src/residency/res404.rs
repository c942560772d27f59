//! RES404: policies that let pods out further than the declaration says.

use super::built::finding;
use super::found::{Evidence, Found};
use super::inventory::{Inventory, Verdict};
use super::places::{self, home};
use super::rule::{Input, Rule, Weight};
use crate::diagnostic::Diagnostic;
use crate::facts::CellFacts;
use crate::facts::egress::{Opening, Policy, Ports, Reach, Selector, policies};
use crate::facts::ranges::Ranges;
use crate::model::Platform;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES404",
    title: "Pods may reach more than is declared",
    severity: Weight::Critical,
    rationale: "Network policies add up: one that opens too much defeats all others. Every address that a policy opens must be in the networks of the \
        cell's region, of a declared endpoint on its ports, or of what platform.toml lets these pods reach. Blocks are judged by the addresses that are \
        in them, `except` taken out, so that two halves of the internet are the internet. A rule without `to` opens everything; names are \
        looked up in the cluster's own DNS.",
    fix: "Open just the addresses that are needed, and declare them: `cidrs` of the region, or `[[endpoints]]` with `cidrs` and `ports`.",
    example_bad: "egress:\n  - to:\n      - ipBlock:\n          cidr: 0.0.0.0/1\n      - ipBlock:\n          cidr: 128.0.0.0/1",
    example_good: "egress:\n  - to:\n      - ipBlock:\n          cidr: 10.30.0.0/16   # `cidrs` of the region",
    exceptable: true,
    check,
};

/// NodeLocal DNSCache listens on an address of the node's own:
/// <https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/>.
const NODE_LOCAL_DNS: &str = "169.254.20.10/32";

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let policies = policies(here);
        out.examined(&RULE, here, policies.len());
        let inventory = Inventory::of(input, here);
        for policy in policies.iter().filter(|policy| policy.closes_egress) {
            let case = Case {
                input,
                here,
                inventory: &inventory,
                policy,
            };
            for opening in &policy.egress {
                case.judge(opening, out);
            }
        }
    }
}

/// Whether a policy opens more than is declared: what it says is this rule's, even if it selects nobody.
pub(super) fn opens_too_much(inventory: &Inventory<'_>, policy: &Policy) -> bool {
    policy.egress.iter().any(|opening| match &opening.peer {
        Reach::Anyone => true,
        Reach::Block { ranges, .. } => ranges.as_ref().is_none_or(|ranges| {
            inventory.verdict(policy, ranges, &opening.ports) != Verdict::Declared
        }),
        Reach::Pods { .. } => false,
    })
}

struct Case<'c, 'a> {
    input: &'c Input<'a>,
    here: &'a CellFacts<'a>,
    inventory: &'c Inventory<'a>,
    policy: &'c Policy,
}

impl Case<'_, '_> {
    fn judge(&self, opening: &Opening, out: &mut Found) {
        match &opening.peer {
            Reach::Anyone => out.push(self.anyone(opening)),
            Reach::Block { text, ranges } => self.block(opening, text, ranges.as_ref(), out),
            Reach::Pods { namespaces, pods } => {
                out.extend(self.pods(opening, namespaces.as_ref(), pods.as_ref()));
            }
        }
    }

    fn finding(&self, opening: &Opening, what: &str, label: impl Into<String>) -> Diagnostic {
        let policy = self.here.manifests[self.policy.manifest].identity();
        let message = format!("{policy} {what}");
        finding(&RULE, self.input, self.here, &opening.spot, message, label).help(RULE.fix)
    }

    fn anyone(&self, opening: &Opening) -> Diagnostic {
        let what = if is_dns(&opening.ports) {
            "lets its pods ask any server of the world for names, instead of the cluster's DNS"
        } else {
            "lets its pods reach every address there is"
        };
        self.finding(opening, what, "no `to`: anywhere")
    }

    fn block(&self, opening: &Opening, text: &str, ranges: Option<&Ranges>, out: &mut Found) {
        let Some(ranges) = ranges else {
            let what = format!("opens `{text}`, which is no network that can be judged");
            out.push(self.finding(opening, &what, "no network"));
            return;
        };
        let is_local_dns =
            is_dns(&opening.ports) && ranges.is_subset(&Ranges::parsed([NODE_LOCAL_DNS]));
        if ranges.is_empty() || is_local_dns {
            return;
        }
        match self.inventory.verdict(self.policy, ranges, &opening.ports) {
            Verdict::Declared => {}
            Verdict::OtherPorts => out.push(self.finding(
                opening,
                &format!("opens `{text}` on ports for which it is not declared"),
                "declared for other ports only",
            )),
            Verdict::Foreign(region) => self.foreign(opening, text, region, out),
            Verdict::Undeclared => out.push(self.undeclared(opening, text)),
        }
    }

    fn undeclared(&self, opening: &Opening, text: &str) -> Diagnostic {
        let mut together = Ranges::default();
        for other in &self.policy.egress {
            if let Reach::Block {
                ranges: Some(ranges),
                ..
            } = &other.peer
            {
                together.extend(ranges);
            }
        }
        let what = if together.is_whole_family() && !Ranges::parsed([text]).is_whole_family() {
            format!("opens `{text}`, and together with its other blocks every address there is")
        } else if is_dns(&opening.ports) {
            format!("lets its pods ask `{text}` for names, instead of the cluster's DNS")
        } else {
            format!("lets its pods reach `{text}`, which is not declared")
        };
        self.finding(opening, &what, "wider than what is declared")
            .concluded(self.steps(text, "not declared"))
    }

    fn foreign(&self, opening: &Opening, text: &str, region: &str, out: &mut Found) {
        let what = format!("lets its pods into `{text}`, a network of region `{region}`");
        let label = format!("a network of region `{region}`");
        let countries = self.input.platform.regions.get(region);
        let countries = countries.map(|region| region.place.countries.clone());
        let countries = countries.unwrap_or_default();
        let finding = self
            .finding(opening, &what, label)
            .concluded(self.steps(&format!("region {region}"), &places::countries(&countries)));
        match self.here.region {
            Some(own) => out.depart(self.input, finding, &Evidence::new(own, &countries)),
            None => out.push(finding),
        }
    }

    fn steps(&self, what: &str, place: &str) -> Vec<String> {
        let own = self
            .here
            .region
            .and_then(|region| home(self.input.platform, region));
        let own = own.map(places::countries).unwrap_or_default();
        let policy = self.here.manifests[self.policy.manifest].identity();
        vec![policy, what.to_owned(), format!("{place} ∉ {{{own}}}")]
    }

    /// Pods of the cluster: contained by their own policies, but for the ones of a namespace that is somebody else's.
    fn pods(
        &self,
        opening: &Opening,
        namespaces: Option<&Selector>,
        pods: Option<&Selector>,
    ) -> Option<Diagnostic> {
        let namespaces = namespaces?;
        if let Some(stranger) = self.stranger(namespaces) {
            let what = format!("lets its pods reach namespaces of {stranger}");
            return Some(self.finding(opening, &what, "another jurisdiction's"));
        }
        let all_pods = namespaces.is_everything() && pods.is_none_or(Selector::is_everything);
        (all_pods && is_dns(&opening.ports)).then(|| {
            let what = "lets its pods ask any pod of the cluster for names, instead of its DNS";
            self.finding(opening, what, "not only the cluster's DNS")
        })
    }

    /// The other region or jurisdiction whose namespaces a selector asks for or finds.
    fn stranger(&self, selector: &Selector) -> Option<String> {
        let asked = selector
            .wanted()
            .find_map(|(key, value)| self.label_of_another(key, value));
        if asked.is_some()
            || selector
                .keys()
                .any(|key| key == "kubernetes.io/metadata.name")
        {
            return asked;
        }
        let found = self.here.namespaces();
        let mut found = found.values().filter(|labels| selector.matches(labels));
        found.find_map(|labels| {
            labels
                .iter()
                .find_map(|(key, value)| self.label_of_another(key, value))
        })
    }

    /// Whether a label of a namespace says that it belongs to another region or jurisdiction.
    fn label_of_another(&self, key: &str, value: &str) -> Option<String> {
        let word = key.rsplit('/').next().unwrap_or(key).to_lowercase();
        let says_where = ["jurisdiction", "region", "country", "residency"]
            .iter()
            .any(|known| word.contains(known));
        let own = self.here.region?;
        if !says_where || names_of(self.input.platform, own).any(|name| same(name, value)) {
            return None;
        }
        let others = self.input.platform.regions.values();
        let other = others
            .filter(|other| other.name != own.name)
            .find(|other| names_of(self.input.platform, other).any(|name| same(name, value)))?;
        Some(format!("region `{}`", other.name))
    }
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// What a region is called: its name, its jurisdiction, the countries of that.
fn names_of<'p>(
    platform: &'p Platform,
    region: &'p crate::model::Region,
) -> impl Iterator<Item = &'p str> {
    let countries = home(platform, region).into_iter().flatten();
    let jurisdiction = region.jurisdiction.as_deref();
    std::iter::once(&*region.name)
        .chain(jurisdiction)
        .chain(countries.map(|country| country.as_str()))
}

fn is_dns(ports: &[Ports]) -> bool {
    !ports.is_empty() && ports.iter().all(Ports::is_dns)
}
