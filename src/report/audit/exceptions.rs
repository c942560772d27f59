//! Written exceptions: who asked, who approved, until when, and what they allow.

use super::findings::Finding;
use crate::report::clean;
use crate::residency::{self, Input};
use crate::spec::types::ExceptionSpec;
use serde::Serialize;

/// A written exception.
#[derive(Debug, Clone, Serialize)]
pub struct Exception {
    /// Its id.
    pub id: String,
    /// The rules it excepts from.
    pub rules: Vec<String>,
    /// The region whose data leaves.
    pub region: Option<String>,
    /// The store it is about.
    pub store: Option<String>,
    /// The classes that leave.
    pub classes: Vec<String>,
    /// The country it leaves for.
    pub country: Option<String>,
    /// Where to, such as `FR (aws/eu-west-3)`.
    pub to: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The legal ground.
    pub legal_basis: Option<String>,
    /// Who asked for it.
    pub requested_by: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Where the decision is kept.
    pub ticket: Option<String>,
    /// The day of approval.
    pub approved_on: Option<String>,
    /// The first day on which it no longer holds.
    pub expires: Option<String>,
    /// Days until then; none when it has no end.
    pub days_left: Option<i32>,
    /// How the copy is encrypted.
    pub encryption: Option<String>,
    /// Whether it allows anything.
    pub state: State,
    /// The findings that it allows, by their ids.
    pub suppresses: Vec<String>,
}

/// Whether an exception allows anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is in order and allows something.
    InForce,
    /// It is in order, and there is nothing that it allows.
    Unused,
    /// It has come to its end.
    Expired,
    /// It is incomplete or not in order, so it allows nothing.
    NotInOrder,
}

pub(super) fn exceptions(input: &Input<'_>, excepted: &[Finding]) -> Vec<Exception> {
    let all = input.platform.residency.exceptions.iter().enumerate();
    all.map(|(index, written)| {
        let id = written.id.to_string();
        let own = excepted
            .iter()
            .filter(|finding| finding.exception.as_ref() == Some(&id));
        let suppresses: Vec<String> = own.map(|finding| finding.id.clone()).collect();
        let days_left = written.expires.as_ref().map(|end| days(input.as_of, end.0));
        let state = match (residency::holds(input, index), days_left) {
            (true, _) if suppresses.is_empty() => State::Unused,
            (true, _) => State::InForce,
            (false, Some(left)) if left <= 0 => State::Expired,
            (false, _) => State::NotInOrder,
        };
        Exception {
            id,
            rules: written.rules.iter().map(|text| clean(text)).collect(),
            region: said(&written.region),
            store: said(&written.store),
            classes: written.classes.iter().map(|text| clean(text)).collect(),
            country: written
                .to
                .as_ref()
                .and_then(|to| Some(to.country.as_ref()?.to_string())),
            to: target(written),
            reason: said(&written.reason),
            legal_basis: said(&written.legal_basis),
            requested_by: said(&written.requested_by),
            approved_by: said(&written.approved_by),
            ticket: said(&written.ticket),
            approved_on: written.approved_on.as_ref().map(ToString::to_string),
            expires: written.expires.as_ref().map(ToString::to_string),
            days_left,
            encryption: encryption(written),
            state,
            suppresses,
        }
    })
    .collect()
}

/// What somebody wrote, without credentials.
fn said(text: &Option<String>) -> Option<String> {
    text.as_deref().map(clean)
}

fn days(from: jiff::civil::Date, to: jiff::civil::Date) -> i32 {
    (to - from).get_days()
}

fn target(written: &ExceptionSpec) -> Option<String> {
    let to = written.to.as_ref()?;
    let country = to
        .country
        .as_ref()
        .map_or("an unnamed country", |country| country.as_str());
    let place = [&to.provider, &to.location, &to.bucket]
        .into_iter()
        .flatten();
    let place: Vec<&str> = place.map(String::as_str).collect();
    let place: Vec<String> = place.into_iter().map(clean).collect();
    Some(if place.is_empty() {
        country.to_owned()
    } else {
        format!("{country} ({})", place.join("/"))
    })
}

fn encryption(written: &ExceptionSpec) -> Option<String> {
    let encryption = written.encryption.as_ref()?;
    let unknown = || "not said".to_owned();
    let text = format!(
        "{}, {}, key in {}",
        encryption.mode,
        encryption.cipher.clone().unwrap_or_else(unknown),
        encryption.key_location.clone().unwrap_or_else(unknown)
    );
    Some(clean(&text))
}
