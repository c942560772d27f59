//! RES407: hosts that belong to another cell, to another region, or to nobody.

use super::built::finding;
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use super::terraform::{Ground, HostName, Trouble, host_names};
use crate::diagnostic::Diagnostic;
use crate::facts::routes::{Claim, claims};
use crate::facts::{Address, CellFacts, Spot};
use crate::kustomize::Node;
use crate::model::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::built::trouble;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES407",
    title: "A host is not the cell's own",
    severity: Weight::High,
    rationale: "Whoever holds the route, the certificate or the DNS record of a host takes the requests that are meant for it. Every host in routes, \
        certificates and records of a cell must be in the cell's domain and in no more exact domain of another cell, such as that of an environment with a \
        subdomain. A route without a host, and a wildcard over several regions, take what belongs to others. So must every host of certificates, rules of load \
        balancers and records of DNS in Terraform; where such a record leads, and one that answers for several jurisdictions, is RES107's.",
    fix: "Use a host in the cell's domain, which is the region's `domain`, with the environment's subdomain before it.",
    example_bad: "rules:\n  - host: \"*.carebase.example\"",
    example_good: "rules:\n  - host: api.tr.carebase.example",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    let all: Vec<(&CellFacts<'_>, Vec<Claim>)> =
        input.built().map(|here| (here, claims(here))).collect();
    let grounds = Ground::all(input);
    let in_terraform: Vec<(&Ground<'_>, Vec<HostName<'_>>)> = grounds
        .iter()
        .map(|ground| (ground, host_names(ground)))
        .collect();
    let mut claimed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (here, claims) in &all {
        for claim in claims {
            // Whoever claims what is another one's does not make that one's claim wrong.
            if owner(input, &claim.host).is_none_or(|owner| owner.domain != here.cell.domain) {
                continue;
            }
            let regions = claimed.entry(claim.host.as_str()).or_default();
            regions.insert(here.cell.region.as_str());
        }
    }
    for (ground, names) in &in_terraform {
        ground.looked(&RULE, names.len(), out);
        for name in names {
            terraform(ground, name, out);
        }
    }
    for (here, claims) in &all {
        let records = targets(here);
        out.examined(&RULE, here, claims.len() + records.len());
        for claim in claims {
            let others = claimed.get(claim.host.as_str());
            let is_shared = others.is_some_and(|regions| regions.len() > 1);
            if let Some((what, label)) = wrong(input, here, claim, is_shared) {
                out.push(found(input, here, &claim.spot, &what, label));
            }
        }
        for (spot, target) in records {
            let address = Address::parse(&target);
            let resolved = address.map(|address| here.resolve(&address, "default"));
            if resolved.is_some_and(|resolved| trouble(input, here, &resolved).is_some()) {
                let what = format!("leads a name to `{target}`, which is not the region's own");
                out.push(found(input, here, &spot, &what, "not the region's own"));
            }
        }
    }
}

/// A host that something in Terraform claims.
fn terraform(ground: &Ground<'_>, name: &HostName<'_>, out: &mut Found) {
    let input = ground.input;
    let host = name.host.as_str();
    let cells = ground.cells(name.told);
    let is_local = !host.contains('.') || host.ends_with(".svc") || host.ends_with(".local");
    let (what, label) = match owner(input, host) {
        Some(owner) if cells.iter().any(|cell| cell.domain == owner.domain) => return,
        Some(owner) => (format!("belongs to {}", owner.name), "another cell's"),
        None if host.starts_with('*') && covers_a_cell(input, host) => (
            "covers hosts of other regions".to_owned(),
            "covers other regions",
        ),
        // What is for all regions may have names of its own; so may what is within a network.
        None if is_local || !ground.is_of_one_region(name.told) => return,
        None => (
            "is not in the domain of the region".to_owned(),
            "not the region's own",
        ),
    };
    let message = format!("`{}` claims `{host}`, which {what}", name.address);
    let trouble = Trouble::about(name.value, label);
    ground.report(&RULE, name.told, message, trouble, out);
}

fn found(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    spot: &Spot,
    what: &str,
    label: &str,
) -> Diagnostic {
    let message = format!("{} {what}", here.manifest(spot).identity());
    finding(&RULE, input, here, spot, message, label).help(format!(
        "hosts of {} end in `{}`",
        here.cell.name, here.cell.domain
    ))
}

/// What is wrong with a host, and the same in a few words.
fn wrong(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    claim: &Claim,
    is_shared: bool,
) -> Option<(String, &'static str)> {
    let host = claim.host.as_str();
    if host.is_empty() || host == "*" {
        let what = "names no host, and so takes the requests for every host".to_owned();
        return Some((what, "every host"));
    }
    // Istio writes the namespace before the host.
    let host = host.rsplit('/').next().unwrap_or(host);
    if is_in_cluster(here, host) {
        return None;
    }
    match owner(input, host) {
        Some(cell) if cell.name == here.cell.name => is_shared.then(|| {
            let what = format!("claims `{host}`, which a cell of another region claims too");
            (what, "claimed twice")
        }),
        // Cells that share a domain are told apart by their hosts alone.
        Some(cell) if cell.domain == here.cell.domain && !is_shared => None,
        Some(cell) => Some((
            format!("claims `{host}`, which belongs to {}", cell.name),
            "another cell's",
        )),
        None if host.starts_with('*') && covers_a_cell(input, host) => Some((
            format!("claims `{host}`, which covers hosts of other regions"),
            "covers other regions",
        )),
        None => Some((
            format!("claims `{host}`, which is not in the domain of the cell"),
            "not the cell's own",
        )),
    }
}

/// Names within the cluster: certificates are made for these too.
fn is_in_cluster(here: &CellFacts<'_>, host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let is_service = |name: &str, namespace: &str| {
        here.of_kind("", "Service").any(|(index, manifest)| {
            manifest.object.name() == name && here.namespace(index) == namespace
        })
    };
    match labels.as_slice() {
        [_] => true,
        [.., "svc"] | [.., "cluster", "local"] => true,
        [name, namespace] => is_service(name, namespace),
        _ => false,
    }
}

/// The cell with the most exact domain that a host is in; of several with one domain this is the first.
fn owner<'a>(input: &Input<'a>, host: &str) -> Option<&'a Cell> {
    let bare = host.strip_prefix("*.").unwrap_or(host);
    let cells = input.platform.cells.iter();
    let mut owners: Vec<&Cell> = cells.filter(|cell| is_within(bare, &cell.domain)).collect();
    owners.sort_by_key(|cell| std::cmp::Reverse(cell.domain.len()));
    owners.first().copied()
}

/// Whether a wildcard takes in the domain of some cell.
fn covers_a_cell(input: &Input<'_>, host: &str) -> bool {
    let bare = host.trim_start_matches(['*', '.']);
    bare.is_empty()
        || input
            .platform
            .cells
            .iter()
            .any(|cell| is_within(&cell.domain, bare))
}

fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Where DNS records of the manifests lead.
fn targets(here: &CellFacts<'_>) -> Vec<(Spot, String)> {
    let mut found = Vec::new();
    for (index, manifest) in here.manifests.iter().enumerate() {
        let annotations = manifest.at(&["metadata", "annotations"]);
        let target = annotations.and_then(|a| a.get("external-dns.alpha.kubernetes.io/target"));
        let endpoints = manifest
            .at(&["spec", "endpoints"])
            .filter(|_| manifest.is("externaldns.k8s.io", "DNSEndpoint"));
        let endpoints = endpoints
            .map_or(&[][..], Node::items)
            .iter()
            .filter(|endpoint| {
                let kind = endpoint.get("recordType").and_then(Node::as_text);
                kind.is_none_or(|kind| matches!(kind, "A" | "AAAA" | "CNAME"))
            });
        let listed =
            endpoints.flat_map(|endpoint| endpoint.get("targets").map_or(&[][..], Node::items));
        for node in target.into_iter().chain(listed) {
            for part in node.as_text().unwrap_or_default().split(',').map(str::trim) {
                found.push((Spot::whole(index, node).part(part), part.to_owned()));
            }
        }
    }
    found
}
