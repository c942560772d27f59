//! RES303: addresses that a reader of the repository does not see.

use super::built::{Trouble, evidence, finding, steps, trouble};
use super::found::Found;
use super::rule::{Input, Rule, Weight};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES303",
    title: "An address is hidden",
    severity: Weight::Critical,
    rationale: "An address that nobody can read in a pull request is not reviewed: one in base64, base64url, hexadecimal digits, percent signs or gzip, up to \
        three layers deep; one in the data of a Secret; one put together from several variables; an IP address as one number, in octal or hexadecimal \
        digits, or inside an IPv6 address; a name with letters that only look like others; a host behind a user's name that looks like a host. Each is \
        read as a client would read it, and leads nowhere that is declared.",
    fix: "Write the address as it is, in one piece, and declare it in `[[endpoints]]` if the region may contact it.",
    example_bad: "REPORTS: aHR0cHM6Ly9yZXBvcnRzLnBhcnRuZXIuZXhhbXBsZQ==",
    example_good: "REPORTS_URL: http://backend-api.carebase-apps.svc:8000",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let hidden: Vec<_> = here
            .mentions
            .iter()
            .filter(|mention| mention.is_hidden)
            .collect();
        out.examined(&RULE, here, hidden.len());
        for mention in hidden {
            let Some(trouble) = trouble(input, here, &mention.resolved) else {
                continue;
            };
            let message = format!(
                "{} hides the address `{}` in `{}`",
                here.manifest(&mention.spot).identity(),
                mention.address.host,
                mention.key
            );
            let label = format!("means `{}`, {}", mention.address.host, trouble.words());
            let finding = finding(&RULE, input, here, &mention.spot, message, label)
                .concluded(steps(input, here, &mention.key, &mention.resolved))
                .help(RULE.fix);
            match evidence(here, &mention.resolved) {
                Some(evidence) if trouble != Trouble::Undeclared => {
                    out.depart(input, finding, &evidence);
                }
                _ => out.push(finding),
            }
        }
    }
}
