//! RES506: content that is fetched from elsewhere or not pinned.

use super::found::Found;
use super::located::located;
use super::rule::{Input, Rule, Weight};
use crate::diagnostic::Diagnostic;
use crate::facts::{CellFacts, Kustomization, Written};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES506",
    title: "Content from elsewhere, or not pinned",
    severity: Weight::High,
    rationale: "What is fetched when Argo CD builds can be other bytes than those that were judged, and a chart that something in the cluster unpacks is judged by \
        nobody. So kustomizations name nothing on other machines and no charts, charts come as Applications at one exact version, and every other \
        manifest stands in this repository.",
    fix: "Copy it into the repository, and give charts one exact version.",
    example_bad: "resources:\n  - https://github.com/vendor/obs//k8s?ref=main",
    example_good: "resources:\n  - vendor/obs.yaml",
    exceptable: false,
    check,
};

/// Kinds that make something in the cluster fetch and unpack a chart or a repository.
const FETCHING: [(&str, &str); 7] = [
    ("helm.cattle.io", "HelmChart"),
    ("helm.toolkit.fluxcd.io", "HelmRelease"),
    ("source.toolkit.fluxcd.io", "HelmRepository"),
    ("source.toolkit.fluxcd.io", "GitRepository"),
    ("source.toolkit.fluxcd.io", "OCIRepository"),
    ("source.toolkit.fluxcd.io", "Bucket"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"),
];

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    let mut count = 0;
    for kustomization in &facts.kustomizations {
        if concerns(input, kustomization) {
            count += 1;
            of_kustomization(kustomization, out);
        }
    }
    out.looked(&RULE, "", count);
    for here in input.all_built() {
        out.examined(&RULE, here, here.manifests.len());
        for (index, manifest) in here.manifests.iter().enumerate() {
            let kind = FETCHING
                .iter()
                .find(|(group, kind)| manifest.is(group, kind));
            if kind.is_none() {
                continue;
            }
            let object = Written::manifest(here, index);
            let place = object.get("kind").map_or(&object.place, |kind| &kind.place);
            let message = format!(
                "{} fetches manifests that nobody has judged",
                manifest.identity()
            );
            out.push(
                located(&RULE, input, here, place, message, "not rendered here").help(RULE.fix),
            );
        }
        sources(input, here, out);
    }
}

/// Whether a file is the judged cell's, or everyone's.
fn concerns(input: &Input<'_>, kustomization: &Kustomization) -> bool {
    match (&kustomization.cell, input.cell) {
        (Some(own), Some(only)) => own == only,
        _ => true,
    }
}

fn of_kustomization(kustomization: &Kustomization, out: &mut Found) {
    for (keys, node) in kustomization.references() {
        let text = node.text().unwrap_or_default();
        let is_chart = keys.first().is_some_and(|key| key.starts_with("helm"));
        if is_chart || !is_remote(text) {
            continue;
        }
        let message = format!(
            "`{}` names `{text}`, which is on another machine",
            keys.join(".")
        );
        out.push(at(
            kustomization,
            node,
            message,
            "fetched when Argo CD builds",
        ));
    }
    for key in ["helmCharts", "helmChartInflationGenerator"] {
        let Some(field) = kustomization.root.field(key) else {
            continue;
        };
        if !field.value.is_empty() {
            let message = format!("`{key}` unpacks charts that nobody has judged");
            let finding = RULE
                .finding(message)
                .at(field.place.clone(), "not rendered here");
            out.push(
                finding
                    .help("let an Application deploy the chart, with its values as `valuesObject`"),
            );
        }
    }
}

fn at(
    kustomization: &Kustomization,
    node: &Written,
    message: String,
    label: &'static str,
) -> Diagnostic {
    let finding = RULE
        .finding(message)
        .at(node.place.clone(), label)
        .help("copy it into the repository: what is built must not change under a proof");
    match &kustomization.cell {
        Some(cell) => finding.in_cell(cell.as_str()),
        None => finding,
    }
}

/// Whether kustomize would fetch it.
fn is_remote(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let target = lower
        .split_once('=')
        .map_or(lower.as_str(), |(key, value)| {
            if key.contains("://") { &lower } else { value }
        });
    [
        "http://", "https://", "ssh://", "git::", "git://", "file://", "oci://", "s3::", "gcs::",
    ]
    .iter()
    .any(|scheme| target.starts_with(scheme))
        || [
            "github.com/",
            "github.com:",
            "gitlab.com/",
            "bitbucket.org/",
        ]
        .iter()
        .any(|host| target.starts_with(host))
        || lower.contains("?ref=")
        || (target.starts_with("git@") && target.contains(':'))
}

/// Sources of Applications: another repository, or a chart at no exact version.
fn sources(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) {
    for application in here.argo_cd.all() {
        for source in application.sources() {
            let name = application.name();
            if source.chart().is_some() {
                let node = source.node.get("targetRevision");
                let version = node.and_then(Written::text).unwrap_or_default();
                if is_exact(version) {
                    continue;
                }
                let place = node.map_or(&source.node.place, |node| &node.place);
                let message =
                    format!("Application {name} deploys a chart at no exact version: `{version}`");
                out.push(
                    located(
                        &RULE,
                        input,
                        here,
                        place,
                        message,
                        "may be another chart tomorrow",
                    )
                    .help("name one version, such as `1.2.3`"),
                );
            } else if !source.is_of(here.platform) {
                let node = source.node.get("repoURL");
                let place = node.map_or(&source.node.place, |node| &node.place);
                let url = node.and_then(Written::text).unwrap_or("no repository");
                let message = format!(
                    "Application {name} deploys from `{url}`, whose manifests nobody has judged"
                );
                out.push(
                    located(&RULE, input, here, place, message, "another repository")
                        .help(RULE.fix),
                );
            }
        }
    }
}

/// Whether a version of a chart is one version: three numbers, perhaps with a `v` before and a suffix behind, or a digest.
fn is_exact(version: &str) -> bool {
    if version.starts_with("sha256:") {
        return true;
    }
    let bare = version.strip_prefix('v').unwrap_or(version);
    let core = bare.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3
        && numbers
            .iter()
            .all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        && !version.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_no_versions() {
        for good in ["2.19.1", "v1.2.3", "1.2.3-rc.1", "sha256:ab"] {
            assert!(is_exact(good), "{good}");
        }
        for bad in [
            "",
            "*",
            "HEAD",
            "^1.2.0",
            "1.2",
            "1.x.0",
            ">=1.2.3",
            "1.2.3 - 2.0.0",
        ] {
            assert!(!is_exact(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_fetched_is_told_from_paths() {
        for remote in [
            "https://example.org/x.yaml",
            "github.com/acme/base?ref=v1",
            "git@example.org:acme/base.git",
            "conf=https://example.org/x.conf",
        ] {
            assert!(is_remote(remote), "{remote}");
        }
        assert!(!is_remote("../../base") && !is_remote("x.conf=files/x.conf"));
    }
}
