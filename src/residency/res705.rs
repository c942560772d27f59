//! RES705: logs and traces that are kept with what identifies a person.

use super::built::finding;
use super::found::Found;
use super::places::words;
use super::rule::{Input, Rule, Weight};
use crate::facts::telemetry::masking::{masks_national_id, shippers};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES705",
    title: "Logs or traces are kept unmasked",
    severity: Weight::High,
    rationale: "Logs of a programming interface name patients by number and mail address. Whatever ships logs or traces must take these out on every way, before they \
        are kept: a `replace` stage of Promtail or Alloy, `redact` in a transform of Vector, a redaction or transform processor in the pipeline of the collector, \
        a script of Fluent Bit, a filter of Fluentd. The rule looks for the number that the region's country gives its people; mail addresses, telephone and \
        record numbers are for you to add. It looks only where something ships.",
    fix: "Put a masking stage before what writes, with expressions for the national number, mail addresses, telephone and record numbers.",
    example_bad: "loki.source.kubernetes \"pods\" {\n  forward_to = [loki.write.local.receiver]\n}",
    example_good: "loki.process \"mask\" {\n  stage.replace {\n    expression = \"\\\\b([1-9][0-9]{10})\\\\b\"\n    replace    = \"***\"\n  }\n  forward_to = [loki.write.local.receiver]\n}",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let shippers = shippers(here);
        out.examined(&RULE, here, shippers.len());
        for shipper in &shippers {
            let identity = here.manifests[shipper.manifest].identity();
            let Some(masked) = &shipper.masked else {
                if !shipper.keeps_only_listed {
                    let message =
                        format!("{identity} ships logs or traces unmasked: {}", shipper.what);
                    out.push(
                        finding(
                            &RULE,
                            input,
                            here,
                            &shipper.spot,
                            message,
                            "nothing is masked",
                        )
                        .help(RULE.fix),
                    );
                }
                continue;
            };
            let countries = here
                .region
                .iter()
                .flat_map(|region| &region.place.countries);
            let missing: Vec<&str> = countries
                .map(|country| country.as_str())
                .filter(|country| masks_national_id(country, masked) == Some(false))
                .collect();
            if !missing.is_empty() {
                let message = format!(
                    "{identity} masks no national number of {}: {}",
                    words(missing),
                    shipper.what
                );
                out.push(
                    finding(
                        &RULE,
                        input,
                        here,
                        &shipper.spot,
                        message,
                        "not masked enough",
                    )
                    .help(RULE.fix),
                );
            }
        }
    }
}
