//! RES703: traces that leave.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use super::signals;
use crate::facts::telemetry::Signal;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES703",
    title: "Traces leave",
    severity: Weight::Critical,
    rationale: "Spans carry statements of SQL and whole URLs. The rule looks at where Tempo and Jaeger keep traces, at exporters of the collector of \
        OpenTelemetry that a pipeline uses (one that none uses sends nothing), and at the variables by which the SDKs of OpenTelemetry and Jaeger are told \
        where to send.",
    fix: "Send traces to a collector of the cell, and take exporters that lead elsewhere out of every pipeline.",
    example_bad: "exporters:\n  otlphttp/vendor:\n    endpoint: https://otlp.vendor.example\nservice:\n  pipelines:\n    traces:\n      exporters: [otlphttp/vendor]",
    example_good: "exporters:\n  otlp/tempo:\n    endpoint: tempo.carebase-observability.svc:4317\nservice:\n  pipelines:\n    traces:\n      exporters: [otlp/tempo]",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    signals::check(&RULE, Signal::Traces, input, out);
}
