//! Questions that rules ask of attributes of resources, as rows of a table.

use super::super::found::Found;
use super::super::rule::Rule;
use super::targets::Target;
use super::{Ground, Trouble, provider};
use crate::facts::terraform::{Datum, Mode, Resource, Value};
use crate::source::Location;
use crate::spec::types::Provider;

/// What must hold of the attribute at a path; `.` leads into nested blocks.
#[derive(Debug, Clone, Copy)]
pub(in crate::residency) enum Ask {
    /// The resource may not be there at all.
    Never,
    /// The attribute or block may not be there.
    Absent(&'static str),
    /// If it is there, it names places at home.
    Place(&'static str),
    /// It is there wherever the block around it is, and names places at home.
    NeedPlace(&'static str),
    /// If it is there, it points to something at home.
    Target(&'static str),
    /// If it is there, it is one of these, in any case of letters.
    OneOf(&'static str, &'static [&'static str]),
    /// It is there and one of these.
    NeedOneOf(&'static str, &'static [&'static str]),
    /// It is not switched on.
    Off(&'static str),
    /// It is switched on.
    On(&'static str),
    /// If it is there, it is an address at home.
    Host(&'static str),
}

/// A question about some types of resource.
#[derive(Debug, Clone, Copy)]
pub(in crate::residency) struct Row {
    /// The types; one that ends in `*` is a prefix.
    pub(in crate::residency) kinds: &'static [&'static str],
    /// What must hold.
    pub(in crate::residency) ask: Ask,
    /// What the resource does when that does not hold, after its address: "keeps a copy …".
    pub(in crate::residency) what: &'static str,
}

/// Asks every question of every resource that a root makes.
pub(in crate::residency) fn judge_rows(
    ground: &Ground<'_>,
    rule: &Rule,
    rows: &[Row],
    out: &mut Found,
) {
    let mut count = 0;
    for resource in ground
        .root
        .resources
        .iter()
        .filter(|r| r.mode == Mode::Managed)
    {
        for row in rows.iter().filter(|row| row.is_about(&resource.kind)) {
            count += 1;
            for trouble in row.troubles(ground, resource) {
                let message = format!("`{}` {}", resource.address, row.what);
                ground.report(rule, resource.region.as_ref(), message, trouble, out);
            }
        }
    }
    ground.looked(rule, count, out);
}

impl Row {
    fn is_about(&self, kind: &str) -> bool {
        self.kinds
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(prefix) => kind.starts_with(prefix),
                None => kind == *pattern,
            })
    }

    fn troubles(&self, ground: &Ground<'_>, resource: &Resource) -> Vec<Trouble> {
        let provider = provider(&resource.provider_name).unwrap_or(Provider::Onprem);
        let told = resource.region.as_ref();
        let at = |path| sites(resource, path);
        match self.ask {
            Ask::Never => vec![Trouble::plain(&resource.at, "not within one jurisdiction")],
            Ask::Absent(path) => present(&at(path))
                .map(|value| Trouble::about(value, "not within one jurisdiction"))
                .collect(),
            Ask::Place(path) => present(&at(path))
                .flat_map(|value| ground.look(told, provider, last(path), value))
                .collect(),
            Ask::NeedPlace(path) => at(path)
                .iter()
                .flat_map(|site| match site.value {
                    Some(value) => ground.look(told, provider, last(path), value),
                    None => vec![missing(site, path, "the provider chooses")],
                })
                .collect(),
            Ask::Target(path) => present(&at(path))
                .flat_map(Value::items)
                .filter_map(|value| target(ground, resource, provider, last(path), value))
                .collect(),
            Ask::OneOf(path, allowed) => present(&at(path))
                .filter_map(|value| one_of(value, allowed))
                .collect(),
            Ask::NeedOneOf(path, allowed) => at(path)
                .iter()
                .filter_map(|site| match site.value {
                    Some(value) => one_of(value, allowed),
                    None => Some(missing(site, path, "the default leaves the region")),
                })
                .collect(),
            Ask::Off(path) => present(&at(path))
                .filter(|value| value.bool() != Some(false))
                .map(|value| {
                    let words = value
                        .why_unknown()
                        .map_or_else(|| "switched on".to_owned(), ToString::to_string);
                    Trouble::about(value, words)
                })
                .collect(),
            Ask::On(path) => at(path)
                .iter()
                .filter_map(|site| match site.value {
                    Some(value) if value.bool() == Some(true) => None,
                    Some(value) => Some(Trouble::about(value, "switched off")),
                    None => Some(missing(site, path, "the default leaves the region")),
                })
                .collect(),
            Ask::Host(path) => present(&at(path))
                .flat_map(Value::items)
                .filter_map(|value| host(ground, resource, last(path), value))
                .collect(),
        }
    }
}

/// A place where an attribute is or could be.
struct Site<'r> {
    value: Option<&'r Value>,
    /// The block around it.
    around: Location,
}

/// Every place of an attribute: one for each block on the way.
fn sites<'r>(resource: &'r Resource, path: &str) -> Vec<Site<'r>> {
    let mut words = path.split('.');
    let Some(first) = words.next() else {
        return Vec::new();
    };
    let mut sites = vec![Site {
        value: resource.get(first),
        around: resource.at.clone(),
    }];
    for word in words {
        sites = sites
            .iter()
            .filter_map(|site| site.value)
            .flat_map(Value::items)
            .filter(|value| matches!(value.datum, Datum::Object(_)))
            .map(|block| Site {
                value: block.get(word).filter(|value| !value.is_null()),
                around: block.at.clone(),
            })
            .collect();
    }
    sites
}

fn present<'s, 'r>(sites: &'s [Site<'r>]) -> impl Iterator<Item = &'r Value> + 's {
    sites.iter().filter_map(|site| site.value)
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn missing(site: &Site<'_>, path: &str, so: &str) -> Trouble {
    let words = format!("`{}` is not set: {so}", last(path));
    Trouble {
        steps: vec![last(path).to_owned(), "not set".to_owned(), so.to_owned()],
        ..Trouble::plain(&site.around, words)
    }
}

fn one_of(value: &Value, allowed: &[&str]) -> Option<Trouble> {
    value
        .alternatives()
        .iter()
        .find_map(|one| match one.text() {
            Some(text)
                if allowed
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(&text)) =>
            {
                None
            }
            Some(text) => Some(Trouble::about(
                one,
                format!(
                    "`{text}` leaves the region; allowed: {}",
                    allowed.join(", ")
                ),
            )),
            None => Some(Trouble::about(
                one,
                one.why_unknown()
                    .map_or_else(|| "not known".to_owned(), ToString::to_string),
            )),
        })
}

fn target(
    ground: &Ground<'_>,
    resource: &Resource,
    provider: Provider,
    key: &str,
    value: &Value,
) -> Option<Trouble> {
    let told = resource.region.as_ref();
    match ground.target(provider, value) {
        Target::Places(places) => {
            let abroad = places
                .into_iter()
                .find(|place| !ground.is_home(told, &place.countries))?;
            Some(ground.abroad(told, key, value, abroad))
        }
        Target::Unknown(why) => Some(Trouble {
            steps: vec![key.to_owned(), why.clone()],
            ..Trouble::about(value, why)
        }),
    }
}

fn host(ground: &Ground<'_>, resource: &Resource, key: &str, value: &Value) -> Option<Trouble> {
    let Some(text) = value.text() else {
        let why = value.why_unknown()?.to_string();
        return Some(Trouble::about(value, why));
    };
    let led = ground.led(resource.region.as_ref(), key, &text)?;
    Some(Trouble {
        steps: led.steps,
        countries: led.countries,
        ..Trouble::about(value, led.words)
    })
}
