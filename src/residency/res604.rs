//! RES604: credentials of another cell.

use super::addressed::{Valued, scalars, scalars_at, variables};
use super::built::finding;
use super::found::Found;
use super::located::stranger;
use super::rule::{Input, Rule, Weight};
use crate::diagnostic::Diagnostic;
use crate::facts::{CellFacts, Setting, Spot, leaves};
use crate::kustomize::Node;
use std::collections::BTreeMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES604",
    title: "Credentials of another cell are used",
    severity: Weight::High,
    rationale: "Data in the wrong bucket begins with credentials that open it. So what a cell fetches from a store of secrets, the roles it takes on and the Secrets it \
        refers to are its own: none is named after another region or environment, none is a role of another jurisdiction's cell, and nothing copies \
        Secrets into every namespace or another cluster.",
    fix: "Use the credentials of this cell.",
    example_bad: "remoteRef:\n  key: es/objects   # in a cell of tr",
    example_good: "remoteRef:\n  key: tr/objects",
    exceptable: false,
    check,
};

/// Annotations and variables that name a role of a cloud.
const ROLES: [&str; 5] = [
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
    "azure.workload.identity/client-id",
    "iam.amazonaws.com/role",
    "AWS_ROLE_ARN",
];

fn check(input: &Input<'_>, out: &mut Found) {
    let mut roles: BTreeMap<String, Vec<(&CellFacts<'_>, Spot)>> = BTreeMap::new();
    for here in input.built() {
        let mut count = 0;
        for value in remote(here) {
            count += 1;
            named(input, here, &value, "fetches", out);
        }
        for value in references(here) {
            count += 1;
            if is_named_after_another(here, &value.text) {
                named(input, here, &value, "uses the Secret", out);
            }
        }
        for value in roles_of(here) {
            count += 1;
            if !named(input, here, &value, "takes on the role", out) {
                roles
                    .entry(value.text.clone())
                    .or_default()
                    .push((here, value.spot));
            }
        }
        count += copied(input, here, out);
        out.examined(&RULE, here, count);
    }
    for (role, uses) in &roles {
        shared(input, role, uses, out);
    }
}

/// What is fetched from stores of secrets.
fn remote(here: &CellFacts<'_>) -> Vec<Valued> {
    let mut found = Vec::new();
    for (index, manifest) in here.manifests.iter().enumerate() {
        let spec = manifest.at(&["spec"]);
        let is_external = manifest.is("external-secrets.io", "ExternalSecret")
            || manifest.is("external-secrets.io", "ClusterExternalSecret")
            || manifest.is("external-secrets.io", "PushSecret")
            || manifest.is("secrets.hashicorp.com", "VaultStaticSecret");
        if is_external {
            let values = spec.map_or_else(Vec::new, |spec| scalars(here, index, spec));
            found.extend(values.into_iter().filter(|value| {
                let of_remote = value.path.iter().any(|key| {
                    matches!(key.as_str(), "remoteRef" | "extract" | "find" | "remoteKey")
                });
                of_remote && matches!(value.key(), "key" | "remoteKey" | "path" | "regexp")
                    || matches!(value.key(), "mount" | "path")
                        && manifest.object.kind() == "VaultStaticSecret"
            }));
        }
        if manifest.is("secrets-store.csi.x-k8s.io", "SecretProviderClass") {
            let values = spec.map_or_else(Vec::new, |spec| scalars(here, index, spec));
            for text in values.iter().filter(|value| value.text.contains('\n')) {
                for leaf in leaves("objects.yaml", &text.text) {
                    if matches!(leaf.key(), "objectName" | "secretPath" | "resourceName") {
                        found.push(Valued {
                            spot: leaf.spot(&text.spot),
                            path: leaf.path,
                            text: leaf.value,
                            namespace: text.namespace.clone(),
                        });
                    }
                }
            }
        }
    }
    found
}

/// The names of Secrets that workloads refer to.
fn references(here: &CellFacts<'_>) -> Vec<Valued> {
    let mut found = Vec::new();
    for workload in &here.workloads {
        for variable in workload.containers.iter().flat_map(|c| &c.env) {
            let name = match &variable.value {
                Setting::Secret { name, .. } => name,
                Setting::Missing {
                    kind: "Secret",
                    name,
                    ..
                } => name,
                _ => continue,
            };
            found.push(Valued {
                path: vec![variable.name.clone()],
                text: name.clone(),
                spot: variable.spot.clone().part(name.as_str()),
                namespace: workload.namespace.clone(),
            });
        }
        let is_name = |keys: &[&str]| {
            matches!(
                keys,
                ["volumes", "secret", "secretName"]
                    | ["volumes", "projected", "sources", "secret", "name"]
                    | ["imagePullSecrets", "name"]
                    | [.., "envFrom", "secretRef", "name"]
            )
        };
        found.extend(scalars_at(here, workload.manifest, &workload.spec, is_name));
    }
    found
}

/// Whether a Secret's name begins or ends with another region's or environment's: in the middle it may be any word.
fn is_named_after_another(here: &CellFacts<'_>, name: &str) -> bool {
    let first = name.split('-').next().unwrap_or(name);
    let last = name.rsplit('-').next().unwrap_or(name);
    let is_other = |word: &str| {
        let platform = here.platform;
        platform
            .regions
            .keys()
            .any(|region| region.as_str() == word && *region != here.cell.region)
            || platform
                .environments
                .iter()
                .any(|other| other.name.as_str() == word && other.name != here.cell.environment)
    };
    is_other(first) || is_other(last)
}

/// Roles of a cloud.
fn roles_of(here: &CellFacts<'_>) -> Vec<Valued> {
    let mut found: Vec<Valued> = variables(here)
        .into_iter()
        .filter(|variable| ROLES.contains(&variable.key()))
        .collect();
    for (index, manifest) in here.manifests.iter().enumerate() {
        let annotations = manifest.at(&["metadata", "annotations"]);
        for entry in annotations.map_or(&[][..], Node::entries) {
            if ROLES.contains(&&*entry.key) {
                found.push(Valued {
                    path: vec![entry.key.to_string()],
                    text: entry.value.as_text().unwrap_or_default().to_owned(),
                    spot: Spot::whole(index, &entry.value),
                    namespace: manifest.object.namespace().to_owned(),
                });
            }
        }
        let is_store = manifest.object.kind().ends_with("SecretStore");
        if let Some(spec) = manifest.at(&["spec"]).filter(|_| is_store) {
            let values = scalars(here, index, spec).into_iter();
            found.extend(values.filter(|value| value.key() == "role" && !value.text.is_empty()));
        }
    }
    found
}

fn named(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    value: &Valued,
    verb: &str,
    out: &mut Found,
) -> bool {
    let Some(stranger) = stranger(here.platform, here.cell, &value.text) else {
        return false;
    };
    let message = format!(
        "{} {verb} `{}`, which is that of {}",
        here.manifest(&value.spot).identity(),
        value.text,
        stranger.what
    );
    let label = format!("of {}", stranger.what);
    out.push(finding(&RULE, input, here, &value.spot, message, label).help(RULE.fix));
    true
}

/// A role that cells of several jurisdictions take on.
fn shared(input: &Input<'_>, role: &str, uses: &[(&CellFacts<'_>, Spot)], out: &mut Found) {
    let jurisdiction =
        |here: &CellFacts<'_>| here.region.and_then(|region| region.jurisdiction.clone());
    // Names such as `external-secrets` are the same everywhere and mean another one in each.
    let is_global = role.starts_with("arn:") || role.contains('@') || role.len() >= 32;
    for (here, spot) in uses.iter().filter(|_| is_global) {
        let other = uses
            .iter()
            .find(|(other, _)| jurisdiction(other) != jurisdiction(here));
        let Some((other, _)) = other else { continue };
        let message = format!(
            "{} takes on the role `{role}`, as does {}",
            here.manifest(spot).identity(),
            other.cell.name.as_str()
        );
        let found: Diagnostic = finding(
            &RULE,
            input,
            here,
            spot,
            message,
            "a role of two jurisdictions",
        );
        out.push(found.help(RULE.fix));
    }
}

/// Annotations by which controllers copy Secrets: into every namespace, or into other clusters.
fn copied(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) -> usize {
    let mut count = 0;
    for (index, manifest) in here.manifests.iter().enumerate() {
        for path in [
            &["metadata", "annotations"][..],
            &["spec", "template", "metadata", "annotations"],
            &["spec", "secretTemplate", "annotations"],
            &["spec", "target", "template", "metadata", "annotations"],
        ] {
            let annotations = manifest.at(path);
            for entry in annotations.map_or(&[][..], Node::entries) {
                let text = entry.value.as_text().unwrap_or_default();
                let Some(what) = copies(here, annotations, &entry.key, text) else {
                    continue;
                };
                count += 1;
                let message = format!("{} {what}", manifest.identity());
                let spot = Spot::whole(index, &entry.value);
                out.push(
                    finding(
                        &RULE,
                        input,
                        here,
                        &spot,
                        message,
                        "copied further than its cell needs",
                    )
                    .help(RULE.fix),
                );
            }
        }
    }
    count
}

/// What an annotation makes a controller copy, when that is more than named namespaces of the cell.
fn copies(
    here: &CellFacts<'_>,
    annotations: Option<&Node>,
    key: &str,
    text: &str,
) -> Option<String> {
    let everywhere = matches!(text, "" | "*" | ".*");
    let has = |key: &str| {
        let node = annotations.and_then(|annotations| annotations.get(key));
        node.and_then(Node::as_text)
            .is_some_and(|text| !matches!(text, "" | ".*" | "*"))
    };
    match key {
        "kubed.appscode.com/sync-contexts" | "config-syncer.appscode.com/sync-contexts" => {
            Some(format!("is copied into other clusters: `{text}`"))
        }
        "kubed.appscode.com/sync" if everywhere => {
            Some("is copied into every namespace".to_owned())
        }
        "replicator.v1.mittwald.de/replicate-to" if everywhere => {
            Some("is copied into every namespace".to_owned())
        }
        "reflector.v1.k8s.emberstack.com/reflection-auto-enabled" if text == "true" => {
            let bounded = has("reflector.v1.k8s.emberstack.com/reflection-auto-namespaces")
                || has("reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces");
            (!bounded).then(|| "is copied into every namespace".to_owned())
        }
        "reflector.v1.k8s.emberstack.com/reflection-allowed-namespaces"
        | "reflector.v1.k8s.emberstack.com/reflection-auto-namespaces"
        | "reflector.v1.k8s.emberstack.com/reflects"
        | "replicator.v1.mittwald.de/replicate-to"
        | "replicator.v1.mittwald.de/replicate-from" => {
            let stranger = stranger(here.platform, here.cell, text)?;
            Some(format!(
                "is copied from or to `{text}`, of {}",
                stranger.what
            ))
        }
        _ => None,
    }
}
