//! RES006: a written exception that is not in order.

use super::exceptions::{Written, all};
use super::found::Found;
use super::places::{countries, home, words};
use super::rule::{Input, Rule, Weight};
use super::{RULES, rule};
use crate::catalogue::{self, is_in_eea};
use crate::diagnostic::{Diagnostic, known_words};
use crate::spec::names::Country;
use crate::spec::types::{DataClass, Provider};

/// How many days before its end an exception begins to warn.
const WARNING_DAYS: i32 = 30;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES006",
    title: "An exception is incomplete, too broad or no longer in force",
    severity: Weight::Critical,
    rationale: "An exception is the only way for protected data to leave, so each one is narrow and has two people behind it: the rules it excepts from, one region, \
        one store (or the endpoint, or the source of the flow), its classes without wildcards, one target country, a reason, a legal basis, who asked, \
        who approved (another person), the day of approval, an end within `max-exception-days`, and how the copy is encrypted. A target outside the EEA for data of a \
        region in the EEA, or outside Türkiye for data of a region there, also needs the transfer tool. An exception that is not in order allows nothing. It warns for \
        30 days before its end.",
    fix: "Complete the exception, have another person approve it anew, or remove it together with what it allowed.",
    example_bad: "[[residency.exceptions]]\nid = \"EXC-1\"\nrules = [\"*\"]\nrequested-by = \"ops@acme.example\"\napproved-by = \"ops@acme.example\"",
    example_good: "[[residency.exceptions]]\nid = \"EXC-1\"\nrules = [\"RES004\"]\nregion = \"es\"\nstore = \"dr\"\nclasses = [\"phi\"]\nto = { provider = \"aws\", location = \"eu-west-3\", country = \"FR\" }\nreason = \"recovery when the whole region is down\"\nlegal-basis = \"transfer inside the EEA\"\nrequested-by = \"ops@acme.example\"\napproved-by = \"privacy@acme.example\"\napproved-on = 2026-10-01\nexpires = 2027-01-31\nencryption = { mode = \"client-side\", cipher = \"aes-256-gcm\", key-location = \"es\", key-replicated = false }",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    out.looked(&RULE, "", all(input).count());
    for written in all(input) {
        out.extend(defects(&written));
    }
}

/// What is wrong with one exception; warnings leave it in force.
pub(super) fn defects(written: &Written<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    missing(written, &mut found);
    scope(written, &mut found);
    target(written, &mut found);
    people(written, &mut found);
    dates(written, &mut found);
    transfer(written, &mut found);
    let same = written.input.platform.residency.exceptions[..written.index]
        .iter()
        .any(|other| other.id == written.exception.id);
    if same {
        let message = format!("there are two exceptions `{}`", written.exception.id);
        found.push(
            RULE.finding(message).at(written.id(), "again").help(
                "give each exception an id of its own, so that it is clear which one is meant",
            ),
        );
    }
    found
}

fn missing(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let exception = written.exception;
    let blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    let country = exception.to.as_ref().and_then(|to| to.country.as_ref());
    let keys = [
        ("rules", exception.rules.is_empty()),
        ("region", blank(&exception.region)),
        ("store", blank(&exception.store)),
        ("classes", exception.classes.is_empty()),
        ("to", exception.to.is_none()),
        ("to.country", exception.to.is_some() && country.is_none()),
        ("reason", blank(&exception.reason)),
        ("legal-basis", blank(&exception.legal_basis)),
        ("requested-by", blank(&exception.requested_by)),
        ("approved-by", blank(&exception.approved_by)),
        ("approved-on", exception.approved_on.is_none()),
        ("expires", exception.expires.is_none()),
        ("encryption", exception.encryption.is_none()),
    ];
    let missing: Vec<String> = keys
        .into_iter()
        .filter(|(_, missing)| *missing)
        .map(|(key, _)| format!("`{key}`"))
        .collect();
    if !missing.is_empty() {
        let missing = words(missing.iter().map(String::as_str));
        let message = format!("the exception `{}` lacks {missing}", exception.id);
        found.push(
            RULE.finding(message)
                .at(written.id(), "not complete")
                .help(format!(
                    "add {missing}; without it the exception allows nothing"
                )),
        );
    }
}

/// Rules, region, store and classes: each must be named, known, and one that can be excepted.
fn scope(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let (input, exception) = (written.input, written.exception);
    for (index, id) in exception.rules.iter().enumerate() {
        let location = input.value(&written.path().key("rules").index(index));
        let exceptable = || {
            RULES
                .iter()
                .filter(|rule| rule.exceptable)
                .map(|rule| rule.id)
        };
        match rule(id) {
            Some(rule) if rule.exceptable => {}
            Some(_) => found.push(
                RULE.finding(format!("nothing can be excepted from `{id}`"))
                    .at(location, "cannot be excepted from")
                    .help(format!(
                        "exceptions are possible from {}",
                        words(exceptable())
                    )),
            ),
            None => found.push(unknown(id, "rule", location, exceptable().collect())),
        }
    }
    for (index, class) in exception.classes.iter().enumerate() {
        let known = DataClass::ALL.map(DataClass::name);
        if !known.contains(&class.as_str()) {
            let location = input.value(&written.path().key("classes").index(index));
            found.push(unknown(class, "data class", location, known.to_vec()));
        }
    }
    let platform = input.platform;
    let regions: Vec<&str> = platform.regions.keys().map(|name| name.as_str()).collect();
    let subjects: Vec<&str> = (platform.stores.iter().map(|store| store.id.as_str()))
        .chain(
            platform
                .endpoints
                .iter()
                .map(|endpoint| endpoint.id.as_str()),
        )
        .collect();
    for (key, what, text, known) in [
        ("region", "region", &exception.region, regions),
        ("store", "store or endpoint", &exception.store, subjects),
    ] {
        if let Some(text) = text.as_deref().filter(|text| !text.trim().is_empty())
            && !known.contains(&text)
        {
            found.push(unknown(text, what, written.value(key), known));
        }
    }
}

fn unknown(
    text: &str,
    what: &str,
    location: crate::source::Location,
    known: Vec<&str>,
) -> Diagnostic {
    if text.contains('*') {
        return RULE
            .finding(format!("`{text}` is too broad for an exception"))
            .at(location, "a wildcard")
            .help(format!(
                "name exactly what leaves; {}",
                known_words("", known)
            ));
    }
    RULE.finding(format!("there is no {what} `{text}`"))
        .at(location, "not known")
        .help(known_words(text, known))
}

/// What the target says about itself must agree with the table of locations.
fn target(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let Some(to) = &written.exception.to else {
        return;
    };
    let path = written.path().key("to");
    let provider = Provider::ALL
        .into_iter()
        .find(|provider| Some(provider.name()) == to.provider.as_deref());
    if let (Some(text), None) = (&to.provider, provider) {
        let location = written.input.value(&path.key("provider"));
        found.push(unknown(
            text,
            "provider",
            location,
            Provider::ALL.map(Provider::name).to_vec(),
        ));
    }
    // A site of one's own is in no table.
    let Some((provider, code)) = provider
        .filter(|provider| *provider != Provider::Onprem)
        .zip(to.location.as_deref())
    else {
        return;
    };
    let location = written.input.value(&path.key("location"));
    match (catalogue::find(provider, code), &to.country) {
        (None, _) => found.push(unknown(
            code,
            "location",
            location,
            catalogue::codes(provider),
        )),
        (Some(place), Some(country)) if !place.countries.iter().eq([country]) => {
            let message = format!(
                "the exception `{}` says that {} `{code}` is in {country}",
                written.exception.id,
                provider.name()
            );
            found.push(
                RULE.finding(message)
                    .at(written.input.value(&path.key("country")), "not so")
                    .help(format!("it is in {}", countries(&place.countries))),
            );
        }
        _ => {}
    }
}

fn people(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let exception = written.exception;
    let person = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_lowercase();
    let asked = person(&exception.requested_by);
    if !asked.is_empty() && asked == person(&exception.approved_by) {
        let message = format!(
            "the exception `{}` is approved by who asked for it",
            exception.id
        );
        found.push(
            RULE.finding(message)
                .at(written.value("approved-by"), "the same person")
                .at(written.value("requested-by"), "asked for it")
                .help("have another person approve it"),
        );
    }
}

fn dates(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let exception = written.exception;
    let id = &exception.id;
    let today = written.input.as_of;
    let days = |from: jiff::civil::Date, to: jiff::civil::Date| (to - from).get_days();
    if let Some(approved) = exception.approved_on
        && approved.0 > today
    {
        found.push(
            RULE.finding(format!(
                "the exception `{id}` is not approved before {approved}"
            ))
            .at(written.value("approved-on"), format!("after {today}"))
            .help("it allows nothing until then"),
        );
    }
    let Some(expires) = exception.expires else {
        return;
    };
    let place = || written.value("expires");
    let left = days(today, expires.0);
    if left <= 0 {
        found.push(
            RULE.finding(format!("the exception `{id}` ended on {expires}"))
                .at(place(), format!("not in force on {today}"))
                .help("remove what it allowed, or have it approved anew with a new end"),
        );
    } else if left <= WARNING_DAYS {
        let message = format!(
            "the exception `{id}` ends in {left} day{}",
            if left == 1 { "" } else { "s" }
        );
        found.push(
            RULE.early_warning(message)
                .at(place(), "the first day on which it no longer holds")
                .help("decide now whether to remove what it allows or to have it approved anew"),
        );
    }
    let Some(approved) = exception.approved_on else {
        return;
    };
    let longest = written.input.platform.residency.max_exception_days;
    let length = days(approved.0, expires.0);
    if length <= 0 || i64::from(length) > i64::from(longest) {
        let (message, label) = if length <= 0 {
            (
                format!("the exception `{id}` ends before it begins"),
                "not after `approved-on`".to_owned(),
            )
        } else {
            (
                format!("the exception `{id}` lasts {length} days, more than {longest}"),
                format!("{length} days after `approved-on`"),
            )
        };
        found.push(
            RULE.finding(message)
                .at(place(), label)
                .at(written.value("approved-on"), "approved on")
                .help(format!(
                    "it may last {longest} days at most (`max-exception-days`)"
                )),
        );
    }
}

/// Data that leaves the EEA or Türkiye needs the instrument on which the transfer rests.
fn transfer(written: &Written<'_>, found: &mut Vec<Diagnostic>) {
    let (input, exception) = (written.input, written.exception);
    let region = input
        .platform
        .regions
        .values()
        .find(|region| exception.region.as_deref() == Some(region.name.as_str()));
    let home = region.and_then(|region| home(input.platform, region));
    let target = exception.to.as_ref().and_then(|to| to.country.as_ref());
    let (Some(home), Some(target)) = (home, target) else {
        return;
    };
    let is_turkish = |country: &Country| country.as_str() == "TR";
    let left = if home.iter().any(is_turkish) && !is_turkish(target) {
        "Türkiye"
    } else if home.iter().any(is_in_eea) && !is_in_eea(target) {
        "the European Economic Area"
    } else {
        return;
    };
    let tool = exception.transfer_tool.as_deref().unwrap_or_default();
    if tool.trim().is_empty() {
        let message = format!(
            "the exception `{}` lets data leave {left} without a transfer tool",
            exception.id
        );
        found.push(
            RULE.finding(message)
                .at(written.value("to"), format!("leads to {target}"))
                .help("name the instrument it rests on with `transfer-tool`, such as a standard contract or an adequacy decision"),
        );
    }
}
