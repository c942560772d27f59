//! RES702: logs that leave.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use super::signals;
use crate::facts::telemetry::Signal;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES702",
    title: "Logs leave",
    severity: Weight::Critical,
    rationale: "The log of a programming interface for health data is health data until it is masked. The rule looks at where Loki keeps what it has, at what \
        Promtail, Alloy, Fluent Bit, Fluentd, Vector and the collector of OpenTelemetry send, at variables of Logflare, and at targets of syslog. A store of type \
        S3 that names no endpoint is Amazon's.",
    fix: "Keep logs in the object store of the cell, and send them to a collector of the same region.",
    example_bad: "storage_config:\n  aws:\n    endpoint: s3.eu-central-1.amazonaws.com",
    example_good: "storage_config:\n  aws:\n    endpoint: object-storage.carebase-data.svc:9000",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    signals::check(&RULE, Signal::Logs, input, out);
}
