//! RES706: software that calls its maker.

use super::built::finding;
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::telemetry::callhome::calls;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES706",
    title: "Software calls its maker",
    severity: Weight::Medium,
    rationale: "Reports of use and questions for updates go to the maker's country and tell it at least who runs what. Each is turned off where the software can be told \
        so; what is on by default must be turned off in writing. The rule knows Grafana, Loki, Tempo, Mimir, Alloy, MinIO and its forks, Next.js in Supabase Studio, \
        the command line of Supabase, Traefik and Kong.",
    fix: "Turn it off: with the variable, the argument or the setting that the finding names.",
    example_bad: "containers:\n  - name: grafana\n    image: docker.io/grafana/grafana:12.2.0",
    example_good: "containers:\n  - name: grafana\n    image: docker.io/grafana/grafana:12.2.0\n    env:\n      - { name: GF_ANALYTICS_REPORTING_ENABLED, value: \"false\" }\n      - { name: GF_ANALYTICS_CHECK_FOR_UPDATES, value: \"false\" }",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let (calls, examined) = calls(here);
        out.examined(&RULE, here, examined);
        for call in calls {
            let message = format!(
                "{}: {}",
                here.manifests[call.manifest].identity(),
                call.does
            );
            out.push(
                finding(&RULE, input, here, &call.spot, message, "calls its maker")
                    .help(call.remedy),
            );
        }
    }
}
