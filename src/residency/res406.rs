//! RES406: routes that copy requests elsewhere, or ask elsewhere about them.

use super::built::{Trouble, finding, steps, trouble};
use super::found::Found;
use super::relays::{Concern, Relay, relays};
use super::rule::{Input, Rule, Weight};
use crate::facts::{Address, CellFacts};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES406",
    title: "A route copies or sends requests elsewhere",
    severity: Weight::Critical,
    rationale: "A mirror copies live requests with all that is in them; an external authentication, an access log over the network and a processing filter \
        are sent headers, cookies and often bodies; a redirect or another `Host` leads users away; a snippet or a plugin can do any of it. Routes may ask and \
        log within the cell, and redirect within its region.",
    fix: "Remove it, or name a Service of the cell.",
    example_bad: "metadata:\n  annotations:\n    nginx.ingress.kubernetes.io/mirror-target: https://mirror.example$request_uri",
    example_good: "metadata:\n  annotations:\n    nginx.ingress.kubernetes.io/auth-url: http://sign-in.carebase-apps.svc.cluster.local/check",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let (relays, looked_at) = relays(here);
        out.examined(&RULE, here, looked_at);
        for relay in &relays {
            judge(input, here, relay, out);
        }
    }
}

fn judge(input: &Input<'_>, here: &CellFacts<'_>, relay: &Relay, out: &mut Found) {
    let identity = here.manifest(&relay.spot).identity();
    let target = relay.target.as_str();
    let what = match relay.concern {
        Concern::Always => {
            let message = format!("{identity}: {}", relay.what);
            let found = finding(
                &RULE,
                input,
                here,
                &relay.spot,
                message,
                "not checked by anything",
            );
            out.push(found.help(RULE.fix));
            return;
        }
        Concern::Target => relay.what.as_str(),
    };
    let Some(address) = address(target) else {
        // What is put together from the request leads wherever the request says.
        if target.contains('$') || target.contains("{{") {
            let message = format!("{identity} {what} to `{target}`, which the request decides");
            let found = finding(&RULE, input, here, &relay.spot, message, "not known");
            out.push(found.help(RULE.fix));
        }
        return;
    };
    let resolved = here.resolve(&address, here.namespace(relay.spot.manifest));
    let Some(trouble) = trouble(input, here, &resolved) else {
        return;
    };
    let words = match trouble {
        Trouble::Undeclared => "which nothing declares".to_owned(),
        other => format!("which is {}", other.words()),
    };
    let message = format!("{identity} {what} to `{}`, {words}", address.host);
    let found = finding(&RULE, input, here, &relay.spot, message, "not of this cell")
        .concluded(steps(input, here, &relay.key, &resolved))
        .help(RULE.fix);
    out.push(found);
}

/// The address at the beginning of a target, which may go on with variables.
fn address(target: &str) -> Option<Address> {
    let (scheme, rest) = target.split_once("://").unwrap_or(("", target));
    let authority = rest.split(['/', '$', '?', ' ', '{']).next().unwrap_or(rest);
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    let host = match port {
        // A port of variables is no port.
        Some("") => authority.trim_end_matches(':'),
        _ => authority,
    };
    if host.is_empty() {
        return None;
    }
    if scheme.is_empty() {
        Address::parse(host)
    } else {
        Address::parse(&format!("{scheme}://{host}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_go_on_with_variables() {
        let host = |target: &str| address(target).map(|address| address.host.to_string());
        assert_eq!(
            host("https://mirror.example$request_uri").as_deref(),
            Some("mirror.example")
        );
        assert_eq!(
            host("https://a.example:8443/x?y=$z").as_deref(),
            Some("a.example")
        );
        assert_eq!(host("auth.example").as_deref(), Some("auth.example"));
        assert_eq!(host("$scheme://$host/x"), None);
        assert_eq!(host("/sign-in"), None);
    }
}
