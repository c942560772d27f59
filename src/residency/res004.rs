//! RES004: a store at a place where its data may not be.

use super::departures::{Departure, departures};
use super::found::Found;
use super::places::{classes, countries, home};
use super::rule::{Input, Rule, Weight};
use crate::diagnostic::Diagnostic;
use crate::model::Store;
use crate::spec::KeyPath;
use crate::spec::names::Name;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES004",
    title: "A store is where its data may not be",
    severity: Weight::Critical,
    rationale: "A store exists once for each region that uses it, and keeps that region's data. Every country of its place must be allowed for \
        every class in it, where allowed means the countries of the region's jurisdiction and those listed for the class in \
        `[residency.classes]`. Places that span several countries count with all of them. The rule looks at `at`, and at `region` when \
        services of another region use the store; a store in its own region's cluster is where RES002 says the region is. Where built objects and Terraform put \
        a store is said by the rules that know their kinds, and not a second time here: RES101 to RES104 and RES109 (infrastructure), RES201 and RES202 (volumes), RES203 and \
        RES204 (backups), RES209 (buckets), RES301 (endpoints), RES507 (objects of another region), RES701 to RES703 (observability).",
    fix: "Leave out `at` and `region`, so that each cell has the store in its own cluster, or choose a place in the jurisdiction. A copy that must be \
        abroad, such as one for disaster recovery, needs a written exception.",
    example_bad: "[[stores]]\nid = \"exports\"\nkind = \"bucket\"\nclasses = [\"phi\"]\nat = { provider = \"aws\", location = \"eu-central-1\" }   # Frankfurt, for data of ES",
    example_good: "[[stores]]\nid = \"exports\"\nkind = \"bucket\"\nclasses = [\"phi\"]\n# in each cell's own cluster",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    let regions = input.used_regions().len();
    out.looked(&RULE, "", input.platform.stores.len() * regions);
    departing(input, &RULE, out);
}

/// What breaks a rule, or would without an exception.
pub(super) fn departing(input: &Input<'_>, rule: &Rule, out: &mut Found) {
    let departures = departures(input);
    for departure in departures
        .iter()
        .filter(|departure| departure.rule == rule.id)
    {
        let finding = finding(input, rule, departure);
        match departure.exception(input) {
            Some(exception) => out.except(finding, exception),
            None => out.push(finding),
        }
    }
}

fn finding(input: &Input<'_>, rule: &Rule, departure: &Departure<'_>) -> Diagnostic {
    let place = countries(&departure.countries);
    let message = format!(
        "{} in {place}, where {} may not be",
        departure.what,
        classes(&departure.classes)
    );
    let mut finding = rule
        .finding(message)
        .at(departure.location.clone(), format!("in {place}"));
    if let Some(line) = input.policy_line(departure.region) {
        let home = home(input.platform, departure.region).map(countries);
        finding = finding.at(
            line,
            format!("only {} is allowed", home.unwrap_or_default()),
        );
    }
    if let Some(index) = departure.intended(input) {
        let exception = &input.platform.residency.exceptions[index];
        let path = KeyPath::new(["residency", "exceptions"])
            .index(index)
            .key("id");
        finding = finding
            .at(input.value(&path), "this exception does not hold")
            .help(format!(
                "`{}` would allow it: see what RES006 and RES007 say about it",
                exception.id
            ));
    }
    finding.help(rule.fix)
}

/// The regions whose data a store keeps where it may not be; that weighs more than sharing, and is reported instead of it.
pub(super) fn abroad<'a>(input: &Input<'a>, store: &Store) -> Vec<&'a Name> {
    departures(input)
        .into_iter()
        .filter(|departure| departure.rule == RULE.id && *departure.subject == store.id)
        .map(|departure| &departure.region.name)
        .collect()
}
