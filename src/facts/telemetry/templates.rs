//! What the templates of alerts name: only what is on a short list says nothing about a person.

use std::collections::BTreeMap;

/// The `{{ define "name" }} … {{ end }}` of a text.
pub(super) fn defined(text: &str) -> Vec<(String, String)> {
    let actions = actions(text);
    let mut found = Vec::new();
    for (index, (_, end, words)) in actions.iter().enumerate() {
        let Some(name) = words.strip_prefix("define") else {
            continue;
        };
        let mut open = 1;
        let close = actions[index + 1..].iter().find(|(_, _, words)| {
            let first = words.split_whitespace().next().unwrap_or_default();
            match first {
                "if" | "range" | "with" | "block" | "define" => open += 1,
                "end" => open -= 1,
                _ => {}
            }
            open == 0
        });
        if let Some((start, _, _)) = close {
            let name = name.trim().trim_matches('"').to_owned();
            found.push((name, text[*end..*start].to_owned()));
        }
    }
    found
}

/// The actions of a template: where each begins and ends, and what stands in it.
fn actions(text: &str) -> Vec<(usize, usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("{{") {
        let start = from + at;
        let Some(length) = text[start..].find("}}") else {
            break;
        };
        let inside = text[start + 2..start + length].trim_matches('-').trim();
        found.push((start, start + length + 2, inside));
        from = start + length + 2;
    }
    found
}

/// Labels and annotations that say nothing about a person.
const NAMED: &[&str] = &[
    "alertname",
    "severity",
    "service",
    "region",
    "runbook",
    "runbook_id",
    "runbook_url",
];

/// Fields of an alert that say nothing about a person.
const FIELDS: &[&str] = &[
    ".Status",
    ".Receiver",
    ".Alerts",
    ".Alerts.Firing",
    ".Alerts.Resolved",
    ".StartsAt",
    ".EndsAt",
    ".Fingerprint",
];

/// The first expression of a template that names more than it may; none when all of it is allowed. Templates that it
/// includes are looked into.
pub fn too_much(template: &str, definitions: &BTreeMap<String, String>) -> Option<String> {
    too_much_within(template, definitions, 0)
}

fn too_much_within(
    template: &str,
    definitions: &BTreeMap<String, String>,
    depth: usize,
) -> Option<String> {
    actions(template)
        .into_iter()
        .find_map(|(start, end, words)| {
            let all = || template[start..end].to_owned();
            if let Some(rest) = words
                .strip_prefix("template")
                .or_else(|| words.strip_prefix("block"))
            {
                let name = rest.trim().strip_prefix('"')?.split('"').next()?;
                let body = definitions.get(name).filter(|_| depth < 8);
                return match body {
                    Some(body) => too_much_within(body, definitions, depth + 1).map(|_| all()),
                    None => Some(all()),
                };
            }
            (!words.starts_with("/*") && !is_allowed(words)).then(all)
        })
}

/// Whether everything that an action names is allowed.
fn is_allowed(words: &str) -> bool {
    let without_texts: String = words.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    let names =
        without_texts.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '$')));
    names
        .filter(|name| name.contains('.') && name.parse::<f64>().is_err())
        .all(|name| {
            // `$alert.Labels.x` in a loop, and `$.CommonLabels.x` from the top.
            let path = name.find('.').map_or(name, |dot| &name[dot..]);
            let last = path.rsplit('.').next().unwrap_or_default();
            let holders = [
                ".CommonLabels.",
                ".GroupLabels.",
                ".Labels.",
                ".CommonAnnotations.",
                ".Annotations.",
            ];
            let is_named = holders
                .iter()
                .any(|holder| path.strip_prefix(holder) == Some(last))
                && NAMED.contains(&last);
            is_named || FIELDS.contains(&path)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(template: &str) -> Option<String> {
        let definitions = defined(
            "{{ define \"own.title\" }}{{ if .Alerts.Firing }}{{ .CommonLabels.alertname }}{{ end }}{{ end }}\
             {{ define \"own.text\" }}{{ range .Alerts }}{{ .Annotations.description }}{{ end }}{{ end }}",
        )
        .into_iter()
        .collect();
        too_much(template, &definitions)
    }

    #[test]
    fn only_names_of_the_list_are_allowed() {
        for clean in [
            "{{ .CommonLabels.alertname }} in {{ .CommonLabels.region | toUpper }}",
            "[{{ .Status }}:{{ .Alerts.Firing | len }}] {{ range .Alerts }}{{ .Labels.severity }}{{ end }}",
            "{{ template \"own.title\" . }}",
            "{{ if eq .CommonLabels.severity \"critical\" }}page{{ end }}",
            "no template",
        ] {
            assert_eq!(verdict(clean), None, "{clean}");
        }
        for (leaking, what) in [
            (
                "a {{ .CommonLabels.patient_id }} b",
                "{{ .CommonLabels.patient_id }}",
            ),
            (
                "{{ .CommonAnnotations.description }}",
                "{{ .CommonAnnotations.description }}",
            ),
            (
                "{{ .GroupLabels.SortedPairs.Values | join \" \" }}",
                "{{ .GroupLabels.SortedPairs.Values | join \" \" }}",
            ),
            ("{{ range .Alerts }}{{ . }}{{ end }}", "{{ . }}"),
            (
                "{{ index .CommonLabels \"patient\" }}",
                "{{ index .CommonLabels \"patient\" }}",
            ),
            (
                "{{ template \"own.text\" . }}",
                "{{ template \"own.text\" . }}",
            ),
            (
                "{{ template \"slack.default.title\" . }}",
                "{{ template \"slack.default.title\" . }}",
            ),
        ] {
            assert_eq!(verdict(leaking).as_deref(), Some(what));
        }
    }
}
