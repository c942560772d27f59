//! The texts that start clusters, with whose cluster each starts.

use super::networks::{installs_network, runs_network};
use super::places::home;
use super::rule::Input;
use super::terraform::{Ground, Led, led};
use crate::facts::CellFacts;
use crate::facts::bootstrap::{self, Setting};
use crate::facts::terraform::{Datum, Mode, Value, told};
use crate::model::Region;
use crate::source::Location;
use crate::spec::names::{Country, Name};
use crate::spec::types::EnvironmentKind;
use std::collections::{BTreeMap, BTreeSet};

/// A text that starts a cluster.
pub(super) struct Start<'a> {
    /// Whose cluster: one region, if it can be told.
    pub(super) regions: Vec<&'a Region>,
    /// The cell, if it can be told.
    pub(super) cell: Option<&'a str>,
    /// What it says.
    pub(super) settings: Vec<Setting>,
    /// How its nodes find addresses.
    pub(super) lookups: Vec<Setting>,
    /// Whether something here installs a network that enforces policies.
    pub(super) enforces: bool,
    text: String,
    site: Site,
    /// A cell to look addresses up in.
    here: Option<&'a CellFacts<'a>>,
    /// Every text of `bootstrap/` and `infra/` for the same cells, by path.
    beside: BTreeMap<String, String>,
}

/// Where the text stands.
enum Site {
    /// It is a file.
    File(String),
    /// A value of Terraform: the places to look for its lines, with their texts, and what to point at otherwise.
    Value(Vec<(Location, String)>, Location),
}

/// Texts larger than this do not start clusters.
const LARGEST: u64 = 256 << 10;

/// Every text that starts a cluster of a judged cell.
pub(super) fn starts<'a>(input: &'a Input<'a>) -> Vec<Start<'a>> {
    let Some(facts) = input.facts else {
        return Vec::new();
    };
    let texts: BTreeMap<String, String> = facts
        .repository
        .paths()
        .filter(|path| starts_clusters(path))
        .filter(|path| {
            facts
                .repository
                .sizes
                .get(*path)
                .is_some_and(|size| *size <= LARGEST)
        })
        .filter_map(|path| Some((path.to_owned(), facts.repository.text(path)?)))
        .collect();
    let mut found = Vec::new();
    let mut filled: BTreeSet<String> = BTreeSet::new();
    for ground in Ground::all(input) {
        for resource in ground
            .root
            .resources
            .iter()
            .filter(|r| r.mode == Mode::Managed)
        {
            let mut values = Vec::new();
            for value in resource.fields.values() {
                long_texts(value, &mut values);
            }
            for value in values {
                filled.insert(value.at.path.clone());
                let name = resource.region.as_ref();
                let path = &ground.root.folder;
                found.extend(of_value(input, path, name, value, &texts));
            }
        }
    }
    for (path, text) in &texts {
        let is_terraform = crate::facts::terraform::is_terraform(path);
        // A template is judged as it is filled in, where that can be told.
        if is_terraform || filled.contains(path) {
            continue;
        }
        found.extend(start(
            input,
            path,
            None,
            text,
            Site::File(path.clone()),
            &texts,
        ));
    }
    found
}

/// Whether a file may start a cluster: everything that is not deployed into one, and not prose.
fn starts_clusters(path: &str) -> bool {
    let is_place = path.starts_with("bootstrap/") || path.starts_with("infra/");
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let is_deployed = ["cluster/", "docs/", ".git/", ".github/"]
        .iter()
        .any(|folder| path.starts_with(folder));
    let is_script = [
        ".sh", ".yaml", ".yml", ".tftpl", ".tpl", ".j2", ".service", ".env", ".cfg", ".toml",
        ".json", ".ign", ".bu",
    ]
    .iter()
    .any(|ending| name.ends_with(ending));
    let is_prose = name.ends_with(".md")
        || name.ends_with(".pem")
        || name == "platform.toml"
        || name.ends_with(".tf");
    !is_deployed
        && !is_prose
        && (is_place || is_script || name.contains("cloud-init") || name.contains("user-data"))
}

/// Whether a text says how nodes are started, or how they find addresses.
fn is_about_nodes(text: &str) -> bool {
    !bootstrap::settings(text).is_empty() || !bootstrap::lookups(text).is_empty()
}

fn long_texts<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match &value.datum {
        Datum::Text(text) if text.len() >= 5 && is_about_nodes(text) => found.push(value),
        Datum::List(items) | Datum::Either(items) => {
            for item in items {
                long_texts(item, found);
            }
        }
        Datum::Object(entries) => {
            for item in entries.values() {
                long_texts(item, found);
            }
        }
        _ => {}
    }
}

fn of_value<'a>(
    input: &'a Input<'a>,
    folder: &str,
    region: Option<&Name>,
    value: &Value,
    texts: &BTreeMap<String, String>,
) -> Option<Start<'a>> {
    let repository = input.facts?.repository;
    let candidates = [&value.used, &value.at]
        .into_iter()
        .filter_map(|location| {
            let text = repository.text(&location.path)?;
            let (start, end) = location.span.unwrap_or((0, text.len()));
            Some((location.clone(), text.get(start..end)?.to_owned()))
        })
        .collect();
    let site = Site::Value(candidates, value.at.clone());
    start(input, folder, region, &value.text()?, site, texts)
}

fn start<'a>(
    input: &'a Input<'a>,
    path: &str,
    region: Option<&Name>,
    text: &str,
    site: Site,
    texts: &BTreeMap<String, String>,
) -> Option<Start<'a>> {
    let settings = bootstrap::settings(text);
    // A proxy or a name server in a text that starts nothing is nobody's node's.
    let is_of_nodes = !settings.is_empty()
        || path.starts_with("bootstrap/")
        || path.starts_with("infra/")
        || matches!(site, Site::Value(..));
    let lookups = match is_of_nodes {
        true => bootstrap::lookups(text),
        false => Vec::new(),
    };
    if settings.is_empty() && lookups.is_empty() {
        return None;
    }
    let platform = input.platform;
    let regions: BTreeSet<Name> = platform.regions.keys().cloned().collect();
    let environments: BTreeSet<Name> = platform
        .environments
        .iter()
        .map(|environment| environment.name.clone())
        .collect();
    let environment = told(path, &environments);
    let kind = environment.and_then(|name| platform.environment(name));
    if kind.is_some_and(|environment| environment.kind == EnvironmentKind::Local) {
        return None;
    }
    if let (Some(only), Some(environment)) = (input.cell, environment)
        && only.parts().0 != *environment
    {
        return None;
    }
    let own = region.or_else(|| told(path, &regions));
    let owners: Vec<&Region> = input
        .regions()
        .filter(|region| own.is_none_or(|own| *own == region.name))
        .filter(|region| home(platform, region).is_some())
        .collect();
    let first = owners.first()?;
    let cell = platform
        .cells
        .iter()
        .find(|cell| Some(&cell.environment) == environment && Some(&cell.region) == own);
    let facts = input.facts?;
    let here = cell.and_then(|cell| facts.of(&cell.name)).or_else(|| {
        facts
            .cells
            .iter()
            .find(|here| here.cell.region == first.name)
    });
    let beside: BTreeMap<String, String> = texts
        .iter()
        .filter(|(other, _)| {
            told(other, &regions).is_none_or(|name| own.is_none_or(|own| own == name))
        })
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect();
    let enforces = beside
        .values()
        .map(String::as_str)
        .chain([text])
        .any(installs_network)
        || here.is_some_and(runs_network);
    Some(Start {
        regions: owners,
        cell: cell.map(|cell| cell.name.as_str()),
        settings,
        lookups,
        enforces,
        text: text.to_owned(),
        site,
        here,
        beside,
    })
}

impl Start<'_> {
    /// The place of a setting that a person must change.
    pub(super) fn place(&self, setting: &Setting) -> Location {
        let (candidates, otherwise) = match &self.site {
            Site::File(path) => return Location::new(path.clone(), self.assigned(setting)),
            Site::Value(candidates, otherwise) => (candidates, otherwise),
        };
        let written = &self.text[setting.span.clone()];
        for (location, text) in candidates {
            let lookups = bootstrap::lookups(text).into_iter();
            let found = bootstrap::settings(text)
                .into_iter()
                .chain(lookups)
                .find(|other| other.key == setting.key);
            if let Some(found) = found {
                let is_same = text.get(found.span.clone()) == Some(written);
                // What is filled in from elsewhere is changed there, if that is one place.
                let is_filled = !is_same && otherwise.path != location.path;
                if !is_filled {
                    let offset = location.span.map_or(0, |(start, _)| start);
                    let span = offset + found.span.start..offset + found.span.end;
                    return Location::new(location.path.clone(), span);
                }
            }
        }
        otherwise.clone()
    }

    /// Where the variable of a script gets its value, for a setting that is one.
    fn assigned(&self, setting: &Setting) -> crate::source::Span {
        setting
            .value()
            .and_then(variable)
            .and_then(|name| assignment(&self.text, name))
            .map_or_else(|| setting.span.clone(), |(_, span)| span)
    }

    /// A value, with a variable of the same script in its place.
    pub(super) fn expanded(&self, value: &str) -> String {
        variable(value)
            .and_then(|name| assignment(&self.text, name))
            .map_or_else(|| value.to_owned(), |(value, _)| value)
    }

    /// Whether these countries are home.
    pub(super) fn is_home(&self, input: &Input<'_>, places: &BTreeSet<Country>) -> bool {
        !places.is_empty()
            && self
                .regions
                .iter()
                .filter_map(|region| home(input.platform, region))
                .any(|home| places.is_subset(home))
    }

    /// What is wrong with an address.
    pub(super) fn led(&self, input: &Input<'_>, key: &str, text: &str) -> Option<Led> {
        led(input, self.here?, key, text)
    }

    /// The servers in files of this name, and in texts that write a file of this name.
    pub(super) fn servers_in(&self, name: &str) -> Vec<String> {
        let named = |path: &str| path.rsplit('/').next() == Some(name);
        let files = self
            .beside
            .iter()
            .filter(|(path, _)| named(path))
            .map(|(_, text)| text.as_str());
        let own = Some(self.text.as_str()).filter(|text| text.contains("server:"));
        files.chain(own).flat_map(servers).collect()
    }
}

/// The addresses after `server:`.
fn servers(text: &str) -> Vec<String> {
    bootstrap::lines(text)
        .filter_map(|(_, line)| line.trim().trim_start_matches("- ").strip_prefix("server:"))
        .map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
        .filter(|value| !value.is_empty())
        .collect()
}

/// The name in `$NAME`, `${NAME}` or `${NAME:-default}`.
fn variable(value: &str) -> Option<&str> {
    let name = value.strip_prefix('$')?;
    let name = name
        .strip_prefix('{')
        .and_then(|name| name.strip_suffix('}'))
        .unwrap_or(name);
    let name = name.split(":-").next().unwrap_or(name);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// The last plain assignment of a variable in a script, and its bytes.
fn assignment(text: &str, name: &str) -> Option<(String, crate::source::Span)> {
    bootstrap::lines(text)
        .filter_map(|(start, line)| {
            let trimmed = line.trim_start();
            let indent = line.len() - trimmed.len();
            let rest = ["export ", "readonly ", "local ", ""]
                .iter()
                .find_map(|word| {
                    trimmed
                        .strip_prefix(word)?
                        .strip_prefix(name)?
                        .strip_prefix('=')
                })?;
            let value = rest.split(" #").next()?.trim().trim_matches(['"', '\'']);
            Some((value.to_owned(), start + indent..start + line.len()))
        })
        .last()
}
