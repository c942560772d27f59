//! RES901: what is not judged.

use super::found::Found;
use super::located::located;
use super::rule::{Input, Rule, Weight};
use crate::diagnostic::Severity;
use crate::facts::{Address, CellFacts, Facts, Host, Kustomization, Spot, joined};
use crate::kustomize::Node;
use crate::source::Location;
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES901",
    title: "Something is not judged",
    severity: Weight::Medium,
    rationale: "\"Not looked at\" must never look like \"nothing found\". The rule names files that cannot be read, templates that something else would have to render, \
        kustomizations in a cell's overlay that nothing deploys, and custom objects with addresses in them whose kind no rule knows; files that \
        cannot be read close the gate, and so do such objects in the namespaces of services and stores.",
    fix: "Correct the file, render the template, deploy or remove the folder; of an object whose kind is not known, check by hand where it sends data.",
    example_bad: "apiVersion: vendor.example/v1\nkind: ReplicationJob\nspec:\n  targetUrl: https://…",
    example_good: "apiVersion: batch/v1\nkind: CronJob",
    exceptable: false,
    check,
};

/// API groups whose kinds rules know, by their ends.
const KNOWN: [&str; 46] = [
    "k8s.io",
    "apps",
    "batch",
    "autoscaling",
    "policy",
    "extensions",
    "argoproj.io",
    "bitnami.com",
    "external-secrets.io",
    "cert-manager.io",
    "traefik.io",
    "traefik.containo.us",
    "velero.io",
    "cnpg.io",
    "monitoring.coreos.com",
    "zalan.do",
    "minio.min.io",
    "rabbitmq.com",
    "cilium.io",
    "projectcalico.org",
    "istio.io",
    "linkerd.io",
    "secrets.hashicorp.com",
    "x-k8s.io",
    "cattle.io",
    "fluxcd.io",
    "grafana.com",
    "integreatly.org",
    "opentelemetry.io",
    "jaegertracing.io",
    "kyverno.io",
    "gatekeeper.sh",
    "keda.sh",
    "openebs.io",
    "longhorn.io",
    "rook.io",
    "crunchydata.com",
    "stackgres.io",
    "elastic.co",
    "konghq.com",
    "metallb.io",
    "submariner.io",
    "skupper.io",
    "kafka.strimzi.io",
    "external-dns.io",
    "fluentbit.io",
];

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    for problem in &facts.unread {
        let Some(place) = problem.primary() else {
            continue;
        };
        let message = format!(
            "`{}` cannot be read, so nothing in it is judged: {}",
            place.path, problem.message
        );
        let mut finding = RULE.finding(message).at(place.clone(), "here");
        finding.severity = Severity::Error;
        out.push(finding.help(RULE.fix));
    }
    templates(facts, out);
    orphans(input, facts, out);
    for here in input.built() {
        out.examined(&RULE, here, here.manifests.len());
        for index in 0..here.manifests.len() {
            unknown(input, here, index, out);
        }
    }
}

/// Templates beside manifests.
fn templates(facts: &Facts<'_>, out: &mut Found) {
    let ends = [
        ".j2",
        ".tpl",
        ".gotmpl",
        ".jsonnet",
        ".libsonnet",
        ".cue",
        ".tmpl",
    ];
    for path in facts.repository.below("cluster") {
        if ends.iter().any(|end| path.ends_with(end)) {
            let message =
                format!("`{path}` is a template, and nobody has judged what it renders to");
            out.push(
                RULE.finding(message)
                    .at(Location::file(path), "not rendered")
                    .help(RULE.fix),
            );
        }
    }
}

/// Kustomizations of a cell that nothing deploys.
fn orphans(input: &Input<'_>, facts: &Facts<'_>, out: &mut Found) {
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut pending: Vec<String> = Vec::new();
    for here in input.all_built() {
        pending.push(here.cell.overlay());
        pending.extend(here.argo_cd.all().flat_map(|application| {
            let sources = application.sources().into_iter();
            sources
                .map(|source| source.path().to_owned())
                .collect::<Vec<_>>()
        }));
    }
    let all = facts.kustomizations.iter();
    let by_folder: BTreeMap<&str, _> = all.map(|k| (k.folder.as_str(), k)).collect();
    while let Some(folder) = pending.pop() {
        if !reached.insert(folder.clone()) {
            continue;
        }
        let Some(kustomization) = by_folder.get(folder.as_str()) else {
            continue;
        };
        for (_, node) in kustomization.references() {
            pending.extend(joined(&folder, node.text().unwrap_or_default()));
        }
    }
    for kustomization in &facts.kustomizations {
        let Some(cell) = &kustomization.cell else {
            continue;
        };
        // A unit whose Application leads somewhere else has a finding there.
        let is_judged = input.all_built().any(|here| {
            let is_its =
                |name: &str| kustomization.folder == format!("{}/{name}", here.cell.overlay());
            here.cell.name == *cell
                && !here
                    .argo_cd
                    .all()
                    .any(|application| is_its(application.name()))
        });
        if is_judged && !is_component(kustomization) && !reached.contains(&kustomization.folder) {
            let place = kustomization.root.field("resources").map_or_else(
                || Location::file(kustomization.path.clone()),
                |resources| resources.place.clone(),
            );
            let message = format!(
                "nothing deploys `{}`, so nothing in it is judged",
                kustomization.folder
            );
            let finding = RULE.finding(message).at(place, "not built").help(RULE.fix);
            out.push(finding.in_cell(cell.as_str()));
        }
    }
}

fn is_component(kustomization: &Kustomization) -> bool {
    kustomization.root.text_at(&["kind"]) == "Component"
}

/// An object of a kind that nothing here knows, with something like an address in it.
fn unknown(input: &Input<'_>, here: &CellFacts<'_>, index: usize, out: &mut Found) {
    let manifest = &here.manifests[index];
    let group = manifest.group();
    let is_known = group.is_empty()
        || KNOWN
            .iter()
            .any(|known| group == *known || group.ends_with(&format!(".{known}")));
    if is_known {
        return;
    }
    let root = &manifest.object.root;
    let entries = root.entries().iter();
    let body = entries
        .filter(|entry| !matches!(&*entry.key, "apiVersion" | "kind" | "metadata" | "status"));
    let Some(key) = body
        .filter_map(|entry| address(&entry.key, &entry.value))
        .next()
    else {
        return;
    };
    let kind = root.get("kind").unwrap_or(root);
    let message = format!(
        "no rule knows what {} of `{group}` does, and its `{key}` is an address",
        manifest.identity()
    );
    let place = here.place(&Spot::whole(index, kind));
    let mut finding = located(
        &RULE,
        input,
        here,
        &place,
        message,
        "a kind that is not judged",
    )
    .help(RULE.fix);
    let platform = here.platform;
    let mut namespaces = here.cell.namespaces.iter();
    let own = manifest.object.namespace();
    let is_protected = own == platform.data_namespace()
        || own == platform.apps_namespace()
        || platform
            .services
            .values()
            .any(|service| service.namespace == own)
        || namespaces.any(|namespace| namespace.name == own && namespace.is_of_base());
    if is_protected {
        finding.severity = Severity::Error;
    }
    out.push(finding);
}

/// The key of the first value that is an address, or that says by its key that it is one.
fn address(key: &str, node: &Node) -> Option<String> {
    for entry in node.entries() {
        if let Some(found) = address(&entry.key, &entry.value) {
            return Some(found);
        }
    }
    for item in node.items() {
        if let Some(found) = address(key, item) {
            return Some(found);
        }
    }
    let text = node.as_text()?;
    let lower = key.to_lowercase();
    let named = [
        "url", "uri", "host", "hostname", "endpoint", "server", "address", "addr", "dsn", "target",
    ]
    .iter()
    .any(|word| lower.ends_with(word));
    let parsed = Address::parse(text);
    let is_one = text.contains("://") && parsed.is_some()
        || named
            && parsed.is_some_and(|address| match address.host {
                Host::Name(name) => name.contains('.'),
                _ => true,
            });
    is_one.then(|| key.to_owned())
}
