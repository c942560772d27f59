//! RES306: whatever makes a name or a connection lead elsewhere than it says.

use super::bootstrap::{Start, starts};
use super::built::{finding, steps, trouble, with_policy};
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::bootstrap::{self, Setting};
use crate::facts::{CellFacts, Change, Destination, Lookup};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES306",
    title: "Names or connections are led elsewhere",
    severity: Weight::Critical,
    rationale: "Every other rule believes that a name means what it says. `hostAliases`, another name server or search domain, a rewriting or forwarding rule of the \
        cluster's DNS, a mounted `/etc/hosts` or `/etc/resolv.conf`, and a proxy for all connections make a name of the cell lead anywhere; so does what a script, cloud-init or Terraform writes into \
        these files of a node. \
        Proxies and name servers may be in the cell, in its region, or a declared endpoint; names of one's own may only mean the pod itself.",
    fix: "Remove it: names come from the cluster's DNS, and a proxy is a Service in the cell.",
    example_bad: "hostAliases:\n  - ip: 198.51.100.9\n    hostnames: [object-storage.carebase-data.svc]",
    example_good: "dnsPolicy: ClusterFirst",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let lookups = here.lookups();
        out.examined(&RULE, here, here.workloads.len() + lookups.len());
        for lookup in lookups {
            judge(input, here, &lookup, out);
        }
    }
    for start in starts(input) {
        out.looked(&RULE, start.cell.unwrap_or_default(), start.lookups.len());
        for setting in &start.lookups {
            node(input, &start, setting, out);
        }
    }
}

/// What the text that starts a node says about how it finds addresses.
fn node(input: &Input<'_>, start: &Start<'_>, setting: &Setting, out: &mut Found) {
    let Some(written) = setting.value() else {
        return;
    };
    let text = start.expanded(written);
    let what = match setting.key {
        bootstrap::NAMESERVER => "a node asks the name server",
        bootstrap::HOSTS => "a node has a name of its own for",
        _ => "a node sends connections through the proxy",
    };
    let is_known = !text.contains('$') && !text.contains("{{");
    let (words, trace) = match start.led(input, setting.key, &text) {
        _ if !is_known => ("not known before it runs".to_owned(), Vec::new()),
        Some(led) => (led.words, led.steps),
        None => return,
    };
    let mut finding = RULE
        .finding(format!("{what} `{text}`"))
        .at(start.place(setting), words);
    for region in &start.regions {
        finding = with_policy(input, Some(region), finding);
    }
    finding.labels.dedup();
    if let Some(cell) = start.cell {
        finding = finding.in_cell(cell);
    }
    out.push(finding.concluded(trace).help(RULE.fix));
}

fn judge(input: &Input<'_>, here: &CellFacts<'_>, lookup: &Lookup, out: &mut Found) {
    let resolved = lookup
        .address
        .as_ref()
        .map(|address| here.resolve(address, &lookup.namespace));
    let trouble = resolved
        .as_ref()
        .and_then(|resolved| trouble(input, here, resolved));
    let is_itself = resolved
        .as_ref()
        .is_some_and(|resolved| resolved.destination == Destination::Itself);
    let leads = match &resolved {
        Some(_) => trouble.is_some(),
        None => true,
    };
    let (is_wrong, what) = match &lookup.change {
        Change::Alias(names) => (!is_itself, format!("gives `{names}` an address of its own")),
        Change::Nameserver => (leads, "asks another name server".to_owned()),
        Change::Search(domain) => (
            resolved.is_some() && trouble.is_some(),
            format!("completes names with `{domain}`"),
        ),
        Change::NoClusterDns => (true, "does not ask the cluster's DNS".to_owned()),
        Change::Rewrite(rule) => (true, format!("reads one name as another: `{rule}`")),
        Change::Proxy(key) => (
            leads,
            format!("sends connections through a proxy by `{key}`"),
        ),
        Change::File(path) => (true, format!("replaces `{path}`")),
    };
    if !is_wrong {
        return;
    }
    let host = lookup
        .address
        .as_ref()
        .map(|address| format!(", `{}`", address.host))
        .unwrap_or_default();
    let message = format!("{} {what}{host}", here.manifest(&lookup.spot).identity());
    let label = trouble.map_or_else(
        || "leads names elsewhere".to_owned(),
        |trouble| trouble.words(),
    );
    let mut finding = finding(&RULE, input, here, &lookup.spot, message, label).help(RULE.fix);
    if let Some(resolved) = &resolved {
        finding = finding.concluded(steps(input, here, "address", resolved));
    }
    out.push(finding);
}
