//! RES305: names in the cluster with addresses outside behind them.

use super::built::{Trouble, evidence, finding, steps, trouble};
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::{Alias, CellFacts};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES305",
    title: "A name in the cluster leads outside",
    severity: Weight::Critical,
    rationale: "Whoever contacts a Service believes to stay in the cell. A Service of type ExternalName, addresses written by hand for a Service without a selector \
        (Endpoints, EndpointSlice), its external IPs, a ServiceEntry or WorkloadEntry of a mesh, and a backend of a gateway that is a host, put an \
        address elsewhere behind such a name, for everyone who uses it. Each must lead to the cell, its region or a declared endpoint. External IPs of a \
        Service that selects pods are a way in to these, which is RES402.",
    fix: "Let the name lead to a Service in the cell, or have the callers name the declared endpoint themselves.",
    example_bad: "kind: Service\nspec:\n  type: ExternalName\n  externalName: db.abc.supabase.co",
    example_good: "kind: Service\nspec:\n  type: ExternalName\n  externalName: object-storage.carebase-data.svc.cluster.local",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let aliases = here.aliases();
        out.examined(&RULE, here, aliases.len());
        for alias in aliases {
            judge(input, here, &alias, out);
        }
    }
}

fn judge(input: &Input<'_>, here: &CellFacts<'_>, alias: &Alias, out: &mut Found) {
    let manifest = here.manifest(&alias.spot);
    let resolved = here.resolve(&alias.address, manifest.object.namespace());
    let Some(trouble) = trouble(input, here, &resolved) else {
        return;
    };
    let host = &alias.address.host;
    let message = format!(
        "{} puts `{host}`, {}, behind a name of the cluster",
        manifest.identity(),
        trouble.words()
    );
    let finding = finding(&RULE, input, here, &alias.spot, message, trouble.words())
        .concluded(steps(input, here, &alias.field, &resolved))
        .help(RULE.fix);
    match evidence(here, &resolved) {
        Some(evidence) if trouble != Trouble::Undeclared => out.depart(input, finding, &evidence),
        _ => out.push(finding),
    }
}
