//! RES701: metrics that leave.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use super::signals;
use crate::facts::telemetry::Signal;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES701",
    title: "Metrics leave",
    severity: Weight::High,
    rationale: "The values of labels may tell one patient from another, so metrics stay where health data stays. The rule looks at remote write and remote \
        read, at the object stores of Thanos and Mimir, at targets that are scraped, at data sources of Grafana, and at exporters of metrics, \
        in ConfigMaps, readable Secrets, custom resources, values of charts and arguments.",
    fix: "Keep metrics in the cell's own Prometheus, or send them to a store of the same region.",
    example_bad: "remoteWrite:\n  - url: https://prometheus-prod-01.grafana.net/api/prom/push",
    example_good: "remoteWrite:\n  - url: http://mimir.carebase-observability.svc:8080/api/v1/push",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    signals::check(&RULE, Signal::Metrics, input, out);
}
