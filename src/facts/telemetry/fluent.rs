//! The line formats of Fluent Bit, Fluentd, rsyslog and syslog-ng.
//!
//! <https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/classic-mode>,
//! <https://docs.fluentd.org/configuration/config-file>, <https://www.rsyslog.com/doc/configuration/actions.html>,
//! <https://syslog-ng.github.io/admin-guide/070_Destinations/README>

use super::documents::{Document, Setting, plain};
use super::outlets::{Outlet, Signal, Target};
use super::sinks;

/// What a text in one of these formats sends.
pub(super) fn outlets(document: &Document, text: &str, found: &mut Vec<Outlet>) {
    if text.contains("[OUTPUT]") || text.contains("[output]") {
        bit(document, text, found);
    }
    if text.contains("<match") || text.contains("<store") {
        fluentd(document, text, found);
    }
    syslog(document, text, found);
}

/// A line `key value` as a setting.
fn setting(document: &Document, section: &str, line: &str) -> Option<Setting> {
    let (key, value) = line.split_once(char::is_whitespace)?;
    let value = value.trim().trim_matches(['"', '\'']);
    Some(Setting {
        path: vec![section.to_owned(), key.to_owned()],
        keys: vec![plain(section), plain(key)],
        value: value.to_owned(),
        spot: document.spot.clone().line(line).part(value),
    })
}

/// Fluent Bit: sections in brackets.
fn bit(document: &Document, text: &str, found: &mut Vec<Outlet>) {
    let mut output: Option<Vec<Setting>> = None;
    let mut close = |settings: Option<Vec<Setting>>| {
        let settings = settings.unwrap_or_default();
        let borrowed: Vec<&Setting> = settings.iter().collect();
        sinks::output(document, &borrowed, found);
    };
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            close(output.take());
            output = line.eq_ignore_ascii_case("[output]").then(Vec::new);
        } else if let Some(settings) = &mut output
            && !line.starts_with('#')
        {
            settings.extend(setting(document, "output", line));
        }
    }
    close(output);
}

/// Fluentd: `<match>` with `<store>` and `<server>` in it; what stands between two tags belongs to one place.
fn fluentd(document: &Document, text: &str, found: &mut Vec<Outlet>) {
    let mut depth = 0_usize;
    let mut settings: Vec<Setting> = Vec::new();
    for line in text.lines().map(str::trim) {
        let opens = line.starts_with("<match") || line.starts_with("<store");
        let is_tag = line.starts_with('<');
        if is_tag {
            let borrowed: Vec<&Setting> = settings.iter().collect();
            sinks::output(document, &borrowed, found);
            settings.clear();
        }
        if opens {
            depth += 1;
        } else if line.starts_with("</match") || line.starts_with("</store") {
            depth = depth.saturating_sub(1);
        } else if depth > 0 && !is_tag && !line.starts_with('#') {
            settings.extend(setting(document, "match", line));
        }
    }
}

/// rsyslog and syslog-ng.
fn syslog(document: &Document, text: &str, found: &mut Vec<Outlet>) {
    for line in text.lines().map(str::trim) {
        let host = rsyslog(line).or_else(|| syslog_ng(line));
        if let Some(host) = host {
            found.push(Outlet {
                signal: Signal::Logs,
                manifest: document.manifest,
                namespace: document.namespace.clone(),
                key: "syslog".to_owned(),
                value: String::new(),
                target: Target::Address(host.to_owned()),
                spot: document.spot.clone().line(line).part(host),
            });
        }
    }
}

/// `*.* @@host:514`, `action(type="omfwd" target="host" …)`.
fn rsyslog(line: &str) -> Option<&str> {
    if line.contains("omfwd") || line.contains("omrelp") {
        let (_, rest) = line.split_once("target=\"")?;
        return rest.split('"').next();
    }
    let (selector, target) = line.split_once(char::is_whitespace)?;
    let is_selector = selector.contains('.')
        && selector
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"*.,;!=".contains(&byte));
    let target = target.trim().strip_prefix('@').filter(|_| is_selector)?;
    let target = target.strip_prefix('@').unwrap_or(target);
    target
        .split([';', ' '])
        .next()
        .filter(|host| !host.is_empty())
}

/// `destination d { network("host" port(514)); };`, `syslog("host" …)`.
fn syslog_ng(line: &str) -> Option<&str> {
    let functions = [
        "network(\"",
        "syslog(\"",
        "tcp(\"",
        "udp(\"",
        "syslog-ng(server(\"",
    ];
    functions.iter().find_map(|function| {
        let (before, rest) = line.split_once(function)?;
        let is_call = before
            .bytes()
            .next_back()
            .is_none_or(|byte| !byte.is_ascii_alphanumeric());
        rest.split('"').next().filter(|_| is_call)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_of_system_logs_are_read() {
        assert_eq!(
            rsyslog("*.* @@logs.example:6514"),
            Some("logs.example:6514")
        );
        assert_eq!(
            rsyslog("action(type=\"omfwd\" target=\"logs.example\" port=\"514\")"),
            Some("logs.example")
        );
        assert_eq!(rsyslog("mail @someone"), None);
        assert_eq!(
            syslog_ng("destination d { network(\"logs.example\" port(601)); };"),
            Some("logs.example")
        );
    }
}
