//! RES504: credentials of other clusters.

use super::found::Found;
use super::located::located;
use super::rule::{Input, Rule, Weight};
use super::strays::is_own_server;
use crate::facts::{CellFacts, SecretKind, Spot, Written, leaves};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES504",
    title: "A cell holds credentials of another cluster",
    severity: Weight::High,
    rationale: "Whoever holds the credentials of a cluster can read every Secret and every volume in it, from wherever they are: remote access is access. Each cell has \
        an Argo CD of its own, so none needs a cluster Secret of Argo CD or a kubeconfig for anything but its own cluster. Of a sealed one nobody can \
        see which cluster it is for.",
    fix: "Remove it, and let the Argo CD of the other cell deploy there.",
    example_bad: "kind: Secret\nmetadata:\n  labels:\n    argocd.argoproj.io/secret-type: cluster\nstringData:\n  server: https://k8s.es.carebase.example:6443",
    example_good: "destination:\n  server: https://kubernetes.default.svc",
    exceptable: false,
    check,
};

/// The label by which Argo CD knows its Secrets
/// (<https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#clusters>).
const LABEL: &str = "argocd.argoproj.io/secret-type";

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.all_built() {
        out.examined(&RULE, here, here.secrets.len() + here.configs.len());
        for secret in &here.secrets {
            let object = Written::manifest(here, secret.manifest);
            let labels = match secret.kind {
                SecretKind::Plain => &["metadata", "labels"][..],
                SecretKind::Sealed => &["spec", "template", "metadata", "labels"],
                SecretKind::External => &["spec", "target", "template", "metadata", "labels"],
            };
            let label = object.at(labels).and_then(|labels| labels.get(LABEL));
            if let Some(label) = label.filter(|label| label.text() == Some("cluster")) {
                cluster(input, here, &object, label, secret.kind, out);
            }
        }
        kubeconfigs(input, here, out);
    }
}

/// A cluster Secret of Argo CD.
fn cluster(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    object: &Written,
    label: &Written,
    kind: SecretKind,
    out: &mut Found,
) {
    let name = object.text_at(&["metadata", "name"]);
    let server = object
        .at(&["stringData", "server"])
        .and_then(|node| Some((node, node.text()?.to_owned())))
        .or_else(|| {
            let node = object.at(&["data", "server"])?;
            let bytes = STANDARD.decode(node.text()?.trim()).ok()?;
            Some((node, String::from_utf8(bytes).ok()?))
        });
    let (place, what) = match server {
        Some((_, server)) if is_own_server(here, &server) => return,
        Some((node, server)) => (&node.place, format!("has the credentials of `{server}`")),
        None if kind == SecretKind::Plain => return,
        None => (
            &label.place,
            "has credentials of a cluster that cannot be seen".to_owned(),
        ),
    };
    let message = format!("the cluster Secret {name} of Argo CD {what}");
    out.push(located(&RULE, input, here, place, message, "another cluster").help(RULE.fix));
}

/// Kubeconfigs in ConfigMaps and Secrets.
fn kubeconfigs(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) {
    for config in &here.configs {
        let is_one = config.text.contains("clusters:") && config.text.contains("server:");
        if !is_one || !(config.text.contains("users:") || config.text.contains("kind: Config")) {
            continue;
        }
        for leaf in leaves("kubeconfig.yaml", &config.text) {
            if !leaf.ends_with(&["cluster", "server"]) || is_own_server(here, &leaf.value) {
                continue;
            }
            let spot: Spot = leaf.spot(&config.spot);
            let message = format!(
                "{} has a kubeconfig for `{}`",
                here.manifest(&config.spot).identity(),
                leaf.value
            );
            out.push(
                located(
                    &RULE,
                    input,
                    here,
                    &here.place(&spot),
                    message,
                    "another cluster",
                )
                .help(RULE.fix),
            );
        }
    }
}
