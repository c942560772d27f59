//! Values that are known to be addresses because of the key they stand at, wherever that is: in a custom object, in a variable
//! or in a text of configuration. For rules about a kind of recipient.

use super::built::{Trouble, evidence, finding, steps, trouble};
use super::found::Found;
use super::rule::{Input, Rule};
use crate::catalogue;
use crate::facts::{Address, CellFacts, Host, Resolved, Setting, Spot};
use crate::kustomize::Node;
use crate::spec::types::Provider;

/// A value with the key it stands at.
#[derive(Debug, Clone)]
pub(super) struct Valued {
    /// The keys that lead to it; one for a variable.
    pub(super) path: Vec<String>,
    /// The value.
    pub(super) text: String,
    /// Where it stands.
    pub(super) spot: Spot,
    /// The namespace it is in, for names of Services.
    pub(super) namespace: String,
}

impl Valued {
    /// The last key.
    pub(super) fn key(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }
}

/// The variables of every container.
pub(super) fn variables(here: &CellFacts<'_>) -> Vec<Valued> {
    let mut found = Vec::new();
    for workload in &here.workloads {
        for variable in workload.containers.iter().flat_map(|c| &c.env) {
            if let Setting::Text(text) = &variable.value {
                found.push(Valued {
                    path: vec![variable.name.clone()],
                    text: text.clone(),
                    spot: variable.spot.clone(),
                    namespace: workload.namespace.clone(),
                });
            }
        }
    }
    found
}

/// The words of every container's command, those that are `--key=value` only.
pub(super) fn flags(here: &CellFacts<'_>) -> Vec<Valued> {
    let mut found = Vec::new();
    for workload in &here.workloads {
        for word in workload.containers.iter().flat_map(|c| &c.words) {
            let flag = word
                .text
                .strip_prefix("--")
                .and_then(|flag| flag.split_once('='));
            if let Some((key, value)) = flag {
                found.push(Valued {
                    path: vec![key.to_owned()],
                    text: value.to_owned(),
                    spot: word.spot.clone().part(value),
                    namespace: workload.namespace.clone(),
                });
            }
        }
    }
    found
}

/// The values in texts of configuration.
pub(super) fn configured(here: &CellFacts<'_>) -> Vec<Valued> {
    let mut found = Vec::new();
    for config in here.texts() {
        for leaf in config.leaves() {
            found.push(Valued {
                spot: leaf.spot(&config.spot),
                path: [std::slice::from_ref(&config.key), &leaf.path].concat(),
                text: leaf.value.clone(),
                namespace: config.namespace.clone(),
            });
        }
    }
    found
}

/// Every scalar of a part of an object.
pub(super) fn scalars(here: &CellFacts<'_>, index: usize, node: &Node) -> Vec<Valued> {
    scalars_at(here, index, node, |_| true)
}

/// The scalars of a part of an object whose keys are wanted.
pub(super) fn scalars_at(
    here: &CellFacts<'_>,
    index: usize,
    node: &Node,
    is_wanted: impl Fn(&[&str]) -> bool,
) -> Vec<Valued> {
    let namespace = here.manifests[index].object.namespace();
    let mut found = Vec::new();
    each(node, &mut Vec::new(), &mut |path, node, text| {
        if is_wanted(path) {
            found.push(Valued {
                path: path.iter().map(|&key| key.to_owned()).collect(),
                text: text.to_owned(),
                spot: Spot::whole(index, node),
                namespace: namespace.to_owned(),
            });
        }
    });
    found
}

fn each<'n>(node: &'n Node, path: &mut Vec<&'n str>, take: &mut impl FnMut(&[&str], &Node, &str)) {
    for item in node.items() {
        each(item, path, take);
    }
    for entry in node.entries() {
        path.push(&entry.key);
        each(&entry.value, path, take);
        path.pop();
    }
    if let Some(text) = node.as_text() {
        take(path, node, text);
    }
}

/// Reports a value that leads away from home; `what` is the first half of a sentence: "the secret store is at".
pub(super) fn report(
    rule: &'static Rule,
    input: &Input<'_>,
    here: &CellFacts<'_>,
    value: &Valued,
    what: &str,
    out: &mut Found,
) -> bool {
    let Some(address) = Address::parse(&value.text) else {
        return false;
    };
    let is_name = matches!(&address.host, Host::Name(name) if !name.contains('.'));
    let resolved = here.resolve(&address, &value.namespace);
    let Some(trouble) = trouble(input, here, &resolved) else {
        return false;
    };
    // A bare word is a Service of a namespace that is not looked at, or no address at all.
    if is_name && address.scheme.is_none() && trouble == Trouble::Undeclared {
        return false;
    }
    let host = address.host.to_string();
    let message = format!(
        "{} has `{}`: {what} `{host}`, {}",
        here.manifest(&value.spot).identity(),
        value.key(),
        trouble.words()
    );
    let spot = narrowed(&value.spot, &host);
    let found = finding(rule, input, here, &spot, message, trouble.words())
        .concluded(steps(input, here, value.key(), &resolved))
        .help(rule.fix);
    match evidence(here, &resolved).filter(|_| rule.exceptable) {
        Some(evidence) => out.depart(input, found, &evidence),
        None => out.push(found),
    }
    true
}

fn narrowed(spot: &Spot, host: &str) -> Spot {
    if spot.part.is_empty() {
        spot.clone().part(host)
    } else {
        spot.clone()
    }
}

/// Reports a provider's place that is not in the cell's own countries.
pub(super) fn report_place(
    rule: &'static Rule,
    input: &Input<'_>,
    here: &CellFacts<'_>,
    value: &Valued,
    provider: Provider,
    what: &str,
    out: &mut Found,
) {
    let Some(own) = here
        .region
        .and_then(|region| super::places::home(input.platform, region))
    else {
        return;
    };
    let place = catalogue::find(provider, &value.text);
    let countries = place.map(|place| place.countries).unwrap_or_default();
    if !countries.is_empty() && countries.is_subset(own) {
        return;
    }
    let resolved = Resolved {
        destination: crate::facts::Destination::Provider {
            provider,
            code: value.text.clone(),
        },
        trace: vec![format!("{}/{}", provider.name(), value.text)],
        countries,
    };
    let words = super::places::countries(&resolved.countries);
    let message = format!(
        "{} has `{}`: {what} `{}/{}`, in {words}",
        here.manifest(&value.spot).identity(),
        value.key(),
        provider.name(),
        value.text
    );
    let found = finding(
        rule,
        input,
        here,
        &value.spot,
        message,
        format!("in {words}"),
    )
    .concluded(steps(input, here, value.key(), &resolved))
    .help(rule.fix);
    match evidence(here, &resolved).filter(|_| rule.exceptable) {
        Some(evidence) => out.depart(input, found, &evidence),
        None => out.push(found),
    }
}
