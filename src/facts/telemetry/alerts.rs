//! Where alerts are sent to people, and what their texts name.
//!
//! Alertmanager's own configuration, wherever it stands, the resource AlertmanagerConfig, and contact points of Grafana:
//! <https://prometheus.io/docs/alerting/latest/configuration/>,
//! <https://prometheus-operator.dev/docs/api-reference/api/>,
//! <https://grafana.com/docs/grafana/latest/alerting/set-up/provision-alerting-resources/file-provisioning/>.

use super::documents::{Document, Setting, plain};
use super::templates::defined;
use crate::facts::cell::{CellFacts, Spot};
use std::collections::{BTreeMap, BTreeSet};

/// A way in which a receiver is told of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// The manifest that says so.
    pub manifest: usize,
    /// The namespace from which its address is meant.
    pub namespace: String,
    /// What it is, as Alertmanager calls it: `slack`, `email`, `webhook`.
    pub kind: &'static str,
    /// The key that gives its address, and the address; none when it is in a Secret or is the vendor's own.
    pub address: Option<(String, String)>,
    /// Where the address stands; of a receiver that names none, its first value.
    pub spot: Spot,
    /// The host of the vendor, for kinds that have one.
    pub vendor: Option<&'static str>,
    /// Its texts that are templates: the key, the template, and where it stands.
    pub texts: Vec<(String, String, Spot)>,
    /// Texts that it leaves to their defaults, which name every label of an alert.
    pub defaults: Vec<&'static str>,
    /// Whether it sends the whole alert whatever the templates say.
    pub sends_everything: bool,
}

/// A kind of receiver.
struct Kind {
    name: &'static str,
    vendor: Option<&'static str>,
    /// Keys of its own address, then keys of `global` that stand in for it.
    address: &'static [&'static str],
    global: &'static [&'static str],
    /// Texts whose defaults name every label: <https://github.com/prometheus/alertmanager/blob/main/template/default.tmpl>.
    texts: &'static [&'static str],
    sends_everything: bool,
}

const fn kind(
    name: &'static str,
    vendor: Option<&'static str>,
    address: &'static [&'static str],
    global: &'static [&'static str],
    texts: &'static [&'static str],
) -> Kind {
    Kind {
        name,
        vendor,
        address,
        global,
        texts,
        sends_everything: false,
    }
}

const KINDS: &[Kind] = &[
    kind(
        "slack",
        Some("hooks.slack.com"),
        &["apiurl"],
        &["slackapiurl"],
        &["title", "fallback"],
    ),
    kind(
        "email",
        None,
        &["smarthost"],
        &["smtpsmarthost"],
        &["html", "subject"],
    ),
    kind(
        "pagerduty",
        Some("events.pagerduty.com"),
        &["url"],
        &["pagerdutyurl"],
        &["description", "firing", "resolved"],
    ),
    // Whatever is configured, all common labels are among the details.
    Kind {
        sends_everything: true,
        ..kind(
            "opsgenie",
            Some("api.opsgenie.com"),
            &["apiurl"],
            &["opsgenieapiurl"],
            &[],
        )
    },
    kind(
        "victorops",
        Some("alert.victorops.com"),
        &["apiurl"],
        &["victoropsapiurl"],
        &["entitydisplayname", "statemessage"],
    ),
    kind(
        "pushover",
        Some("api.pushover.net"),
        &[],
        &[],
        &["title", "message"],
    ),
    kind(
        "telegram",
        Some("api.telegram.org"),
        &["apiurl"],
        &["telegramapiurl"],
        &["message"],
    ),
    kind(
        "discord",
        Some("discord.com"),
        &["webhookurl"],
        &[],
        &["title", "message"],
    ),
    kind("msteams", None, &["webhookurl"], &[], &["title", "text"]),
    kind("msteamsv2", None, &["webhookurl"], &[], &["title", "text"]),
    kind(
        "sns",
        Some("sns.amazonaws.com"),
        &["apiurl"],
        &[],
        &["subject", "message"],
    ),
    kind(
        "webex",
        Some("webexapis.com"),
        &["apiurl"],
        &["webexapiurl"],
        &["message"],
    ),
    kind(
        "wechat",
        Some("qyapi.weixin.qq.com"),
        &["apiurl"],
        &["wechatapiurl"],
        &["message"],
    ),
    kind(
        "jira",
        None,
        &["apiurl"],
        &["jiraapiurl"],
        &["summary", "description"],
    ),
    kind(
        "rocketchat",
        Some("open.rocket.chat"),
        &["apiurl"],
        &["rocketchatapiurl"],
        &["title", "text"],
    ),
    // The whole alert goes as JSON.
    Kind {
        sends_everything: true,
        ..kind("webhook", None, &["url"], &[], &[])
    },
];

/// Every way in which somebody is told of an alert in a cell.
pub fn receivers(facts: &CellFacts<'_>) -> Vec<Receiver> {
    let mut found = Vec::new();
    for document in facts.documents() {
        for (path, kind) in groups(document) {
            found.push(receiver(document, &path, kind));
        }
        for path in contact_points(document) {
            found.extend(contact_point(document, &path));
        }
    }
    found
}

/// The templates that are defined anywhere in a cell, by name.
pub fn definitions(facts: &CellFacts<'_>) -> BTreeMap<String, String> {
    facts
        .documents()
        .iter()
        .filter_map(|document| document.text.as_deref())
        .filter(|text| text.contains("define"))
        .flat_map(defined)
        .collect()
}

/// The paths of entries of `slack_configs` and the like, below `receivers`.
fn groups(document: &Document) -> BTreeMap<Vec<String>, &'static Kind> {
    let mut found = BTreeMap::new();
    for setting in document
        .settings
        .iter()
        .filter(|setting| setting.has("receivers"))
    {
        for (at, key) in setting.path.iter().enumerate() {
            let plain = plain(key);
            let kind = plain
                .strip_suffix("configs")
                .and_then(|name| KINDS.iter().find(|kind| kind.name == name));
            if let Some(kind) = kind.filter(|_| setting.path.len() > at + 2) {
                found.insert(setting.path[..at + 2].to_vec(), kind);
            }
        }
    }
    found
}

fn receiver(document: &Document, path: &[String], kind: &'static Kind) -> Receiver {
    let own: Vec<&Setting> = document.below(path).collect();
    let root = path.iter().position(|key| key == "receivers").unwrap_or(0);
    let global: Vec<String> = path[..root]
        .iter()
        .cloned()
        .chain(["global".to_owned()])
        .collect();
    let at = |setting: &&Setting| setting.path.len() == path.len() + 1;
    let is_address = |keys: &'static [&'static str]| {
        move |setting: &&Setting| keys.contains(&setting.key()) && !setting.value.is_empty()
    };
    // An address of its own, even one in a Secret, comes before the one of all.
    let is_secret = own.iter().any(|setting| {
        setting.path.len() > path.len() + 1
            && setting
                .keys
                .iter()
                .any(|key| kind.address.contains(&key.as_str()) || key == "urlsecret")
    });
    let given = own
        .iter()
        .copied()
        .filter(at)
        .find(is_address(kind.address))
        .or_else(|| {
            let mut globals = document.below(&global);
            globals.find(is_address(kind.global)).filter(|_| !is_secret)
        });
    let names: BTreeSet<&str> = own
        .iter()
        .flat_map(|setting| setting.keys.iter().map(String::as_str))
        .collect();
    // The subject of a mail is a header: a list of pairs in the resource, a mapping elsewhere.
    let has = |text: &str| {
        names.contains(text)
            || text == "subject"
                && own.iter().any(|setting| {
                    setting.has("headers") && setting.value.eq_ignore_ascii_case("subject")
                })
    };
    Receiver {
        manifest: document.manifest,
        namespace: document.namespace.clone(),
        kind: kind.name,
        address: given.map(|setting| (setting.dotted(), setting.value.clone())),
        spot: given
            .or(own.first().copied())
            .map_or_else(|| document.spot.clone(), |setting| setting.spot.clone()),
        vendor: kind.vendor,
        texts: templates(&own),
        defaults: kind
            .texts
            .iter()
            .copied()
            .filter(|text| !has(text))
            .collect(),
        sends_everything: kind.sends_everything,
    }
}

fn templates(settings: &[&Setting]) -> Vec<(String, String, Spot)> {
    settings
        .iter()
        .filter(|setting| setting.value.contains("{{"))
        .map(|setting| {
            let key = setting.path.last().cloned().unwrap_or_default();
            (key, setting.value.clone(), setting.spot.clone())
        })
        .collect()
}

/// The paths of Grafana's contact points that have a type and settings.
fn contact_points(document: &Document) -> BTreeSet<Vec<String>> {
    let is_point = |setting: &&Setting| {
        setting.key() == "type"
            && (setting.has("contactpoints") && setting.has("receivers")
                || document.product == Some(super::Product::Grafana) && setting.keys == ["type"])
    };
    document
        .settings
        .iter()
        .filter(is_point)
        .map(|setting| setting.parent().to_vec())
        .collect()
}

fn contact_point(document: &Document, path: &[String]) -> Option<Receiver> {
    let own: Vec<&Setting> = document.below(path).collect();
    let named = own.iter().find(|setting| setting.key() == "type")?;
    let name = plain(&named.value);
    let name = if name == "teams" { "msteams" } else { &name };
    let kind = KINDS.iter().find(|kind| kind.name == name)?;
    let given = own
        .iter()
        .copied()
        .find(|setting| matches!(setting.key(), "url" | "endpointurl" | "apiurl"));
    // <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/template-notifications/>: both default to
    // texts that list all labels and annotations.
    let wanted: &[&'static str] = match kind.name {
        "slack" | "rocketchat" => &["title", "text"],
        "email" => &["subject", "message"],
        "pagerduty" => &["summary"],
        _ => &["title", "message"],
    };
    let defaults = wanted
        .iter()
        .copied()
        .filter(|text| !own.iter().any(|setting| setting.key() == *text))
        .collect();
    Some(Receiver {
        manifest: document.manifest,
        namespace: document.namespace.clone(),
        kind: kind.name,
        address: given.map(|setting| (setting.dotted(), setting.value.clone())),
        spot: given.unwrap_or(named).spot.clone(),
        vendor: kind.vendor,
        texts: templates(&own),
        defaults,
        sends_everything: kind.sends_everything,
    })
}
