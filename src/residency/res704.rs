//! RES704: alerts that tell somebody outside more than that there is one.

use super::built::{Trouble, evidence, finding, steps};
use super::found::Found;
use super::places::words;
use super::rule::{Input, Rule, Weight};
use super::signals::judged;
use crate::facts::telemetry::alerts::{Receiver, definitions, receivers};
use crate::facts::telemetry::templates::too_much;
use crate::facts::{Address, CellFacts, Destination, Spot};
use crate::model::Endpoint;
use crate::spec::types::DataClass;
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES704",
    title: "An alert can carry personal data",
    severity: Weight::High,
    rationale: "Labels and annotations of an alert are free texts that can name a patient. A receiver outside of the jurisdiction is allowed only as a declared \
        endpoint that receives `alerts-scrubbed` and nothing else, and only when every text that it is sent names alertname, severity, service, region and \
        runbook at most. Defaults count: those of Slack, mail and PagerDuty list every label. A webhook sends the whole alert, so it stays at home.",
    fix: "Write the texts of the receiver with `{{ .CommonLabels.alertname }}` and the other allowed names only, and declare the endpoint with `classes = [\"alerts-scrubbed\"]`.",
    example_bad: "slack_configs:\n  - title: '{{ .CommonLabels.patient_id }}'",
    example_good: "slack_configs:\n  - title: '{{ .CommonLabels.alertname }} in {{ .CommonLabels.region }}'\n    fallback: '{{ .CommonLabels.alertname }}'",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let receivers = receivers(here);
        out.examined(&RULE, here, receivers.len());
        if receivers.is_empty() {
            continue;
        }
        let definitions = definitions(here);
        for receiver in &receivers {
            judge(input, here, receiver, &definitions, out);
        }
    }
}

fn judge(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    receiver: &Receiver,
    definitions: &BTreeMap<String, String>,
    out: &mut Found,
) {
    let (key, text) = match (&receiver.address, receiver.vendor) {
        (Some((key, text)), _) => (key.as_str(), text.as_str()),
        // In a Secret or the vendor's own: the vendor's host stands for it.
        (None, Some(vendor)) => (receiver.kind, vendor),
        (None, None) => return,
    };
    let Some(address) = Address::parse(text) else {
        return;
    };
    if let Some((resolved, trouble)) = judged(input, here, &address, &receiver.namespace) {
        let message = format!(
            "{} sends alerts by {} to `{}`, which is {}",
            here.manifests[receiver.manifest].identity(),
            receiver.kind,
            address.host,
            trouble.words()
        );
        let finding = finding(&RULE, input, here, &receiver.spot, message, trouble.words())
            .concluded(steps(input, here, key, &resolved))
            .help("declare it in `[[endpoints]]` with its country and `classes = [\"alerts-scrubbed\"]`, or tell somebody in the jurisdiction");
        match (&trouble, evidence(here, &resolved)) {
            (Trouble::Undeclared, _) | (_, None) => out.push(finding),
            (_, Some(evidence)) => out.depart(input, finding, &evidence),
        }
        return;
    }
    let resolved = here.resolve(&address, &receiver.namespace);
    let Destination::Endpoint(at) = resolved.destination else {
        return;
    };
    let endpoint = &input.platform.endpoints[at];
    if is_abroad(input, here, endpoint) {
        abroad(input, here, receiver, endpoint, definitions, out);
    }
}

/// Whether an endpoint is where raw alerts may not go.
fn is_abroad(input: &Input<'_>, here: &CellFacts<'_>, endpoint: &Endpoint) -> bool {
    let allowed = here
        .region
        .and_then(|region| input.platform.allowed(DataClass::Telemetry, region));
    allowed.is_some_and(|allowed| !allowed.contains(&endpoint.country))
}

/// A declared endpoint abroad: what it is declared for, and what it is sent.
fn abroad(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    receiver: &Receiver,
    endpoint: &Endpoint,
    definitions: &BTreeMap<String, String>,
    out: &mut Found,
) {
    let identity = here.manifests[receiver.manifest].identity();
    let mut add = |spot: Spot, message: String, label: &str| {
        let mut finding = finding(&RULE, input, here, &spot, message, label).help(RULE.fix);
        finding = finding.concluded([
            receiver.kind.to_owned(),
            endpoint.host.to_string(),
            format!("endpoint {} in {}", endpoint.id, endpoint.country),
        ]);
        match here.region {
            Some(region) => {
                let countries = BTreeSet::from([endpoint.country.clone()]);
                let mut evidence = super::found::Evidence::new(region, &countries);
                evidence.store = Some(endpoint.id.as_str());
                out.depart(input, finding, &evidence);
            }
            None => out.push(finding),
        }
    };
    if endpoint.classes != BTreeSet::from([DataClass::AlertsScrubbed]) {
        let message = format!(
            "{identity} sends alerts by {} to the endpoint `{}` in {}, which is not declared for `alerts-scrubbed` alone",
            receiver.kind, endpoint.id, endpoint.country
        );
        add(receiver.spot.clone(), message, "alerts go abroad");
        return;
    }
    if receiver.sends_everything {
        let message = format!(
            "{identity} sends whole alerts by {} to the endpoint `{}` in {}",
            receiver.kind, endpoint.id, endpoint.country
        );
        add(
            receiver.spot.clone(),
            message,
            "every label and annotation goes abroad",
        );
        return;
    }
    for (key, text, spot) in &receiver.texts {
        if let Some(expression) = too_much(text, definitions) {
            let message = format!(
                "{identity} sends alerts by {} to {} with `{expression}` in `{key}`",
                receiver.kind, endpoint.country
            );
            let spot = spot.clone().part(expression);
            add(spot, message, "can name a person");
        }
    }
    if !receiver.defaults.is_empty() {
        let missing = words(receiver.defaults.iter().copied());
        let message = format!(
            "{identity} sends alerts by {} to {} with the defaults of {missing}, which list every label",
            receiver.kind, endpoint.country
        );
        add(receiver.spot.clone(), message, "defaults can name a person");
    }
}
