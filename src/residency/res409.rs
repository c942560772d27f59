//! RES409: addresses that the API server calls.

use super::built::{finding, steps, trouble};
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::{Address, CellFacts, Manifest, Spot};
use crate::kustomize::Node;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES409",
    title: "The API server calls out of the cell",
    severity: Weight::Critical,
    rationale: "An admission webhook is sent every object that it asks for, Secrets too; a conversion webhook and an aggregated API see what they convert \
        and serve. They must be Services of the cell: a `url`, or a Service that is only a name for another host, sends all of it elsewhere.",
    fix: "Let `clientConfig` name a `service` of the cell.",
    example_bad: "webhooks:\n  - clientConfig:\n      url: https://admission.vendor.example/validate",
    example_good: "webhooks:\n  - clientConfig:\n      service:\n        namespace: cert-manager\n        name: cert-manager-webhook",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut examined = 0;
        for (index, manifest) in here.manifests.iter().enumerate() {
            let mut found = calls(manifest);
            for chart in here.charts_of(index) {
                webhook_urls(&chart.values, &mut found);
            }
            for call in found {
                examined += 1;
                let case = Case {
                    input,
                    here,
                    index,
                    manifest,
                };
                match call {
                    Call::Url(node) => case.url(node, out),
                    Call::Service(node) => case.service(node, out),
                }
            }
        }
        out.examined(&RULE, here, examined);
    }
}

/// What the API server, or an admission policy for it, calls.
enum Call<'n> {
    /// An address.
    Url(&'n Node),
    /// A reference to a Service.
    Service(&'n Node),
}

fn calls(manifest: &Manifest) -> Vec<Call<'_>> {
    let mut found = Vec::new();
    match (manifest.group(), manifest.object.kind()) {
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => {
            for webhook in manifest.at(&["webhooks"]).map_or(&[][..], Node::items) {
                client(webhook.get("clientConfig"), &mut found);
            }
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let conversion = ["spec", "conversion", "webhook", "clientConfig"];
            client(manifest.at(&conversion), &mut found);
            client(
                manifest.at(&["spec", "conversion", "webhookClientConfig"]),
                &mut found,
            );
        }
        ("apiregistration.k8s.io", "APIService") => {
            found.extend(manifest.at(&["spec", "service"]).map(Call::Service));
        }
        ("auditregistration.k8s.io", "AuditSink") => {
            client(
                manifest.at(&["spec", "webhook", "clientConfig"]),
                &mut found,
            );
        }
        // <https://open-policy-agent.github.io/gatekeeper/website/docs/externaldata/>
        ("externaldata.gatekeeper.sh", "Provider") => {
            found.extend(manifest.at(&["spec", "url"]).map(Call::Url));
        }
        // <https://kyverno.io/docs/policy-types/cluster-policy/external-data-sources/>
        ("kyverno.io", _) => api_calls(&manifest.object.root, &mut found),
        _ => {}
    }
    found
}

fn client<'n>(config: Option<&'n Node>, found: &mut Vec<Call<'n>>) {
    let Some(config) = config else {
        return;
    };
    found.extend(config.get("url").map(Call::Url));
    found.extend(config.get("service").map(Call::Service));
}

/// `apiCall.service.url` of Kyverno's policies.
fn api_calls<'n>(node: &'n Node, found: &mut Vec<Call<'n>>) {
    for entry in node.entries() {
        if &*entry.key == "apiCall" {
            found.extend(entry.value.at(&["service", "url"]).map(Call::Url));
        }
        api_calls(&entry.value, found);
    }
    for item in node.items() {
        api_calls(item, found);
    }
}

/// `clientConfig.url` in a chart's values, and cert-manager's `webhook.url.host`.
fn webhook_urls<'n>(node: &'n Node, found: &mut Vec<Call<'n>>) {
    for entry in node.entries() {
        match &*entry.key {
            "clientConfig" => client(Some(&entry.value), found),
            "webhook" => found.extend(entry.value.at(&["url", "host"]).map(Call::Url)),
            _ => {}
        }
        webhook_urls(&entry.value, found);
    }
    for item in node.items() {
        webhook_urls(item, found);
    }
}

struct Case<'c, 'a> {
    input: &'c Input<'a>,
    here: &'a CellFacts<'a>,
    index: usize,
    manifest: &'c Manifest,
}

impl Case<'_, '_> {
    fn url(&self, node: &Node, out: &mut Found) {
        let Some(text) = node.as_text().filter(|text| !text.is_empty()) else {
            return;
        };
        let spot = Spot::whole(self.index, node);
        let identity = self.manifest.identity();
        let Some(address) = Address::parse(text) else {
            let message = format!(
                "{identity} has the API server call `{text}`, which is no address that can be judged"
            );
            out.push(self.finding(&spot, message));
            return;
        };
        let resolved = self.here.resolve(&address, self.here.namespace(self.index));
        if trouble(self.input, self.here, &resolved).is_some() {
            let message = format!("{identity} has the API server call `{}`", address.host);
            let spot = spot.part(address.host.to_string());
            let trace = steps(self.input, self.here, "clientConfig.url", &resolved);
            out.push(self.finding(&spot, message).concluded(trace));
        }
    }

    /// A Service that is only a name for another host.
    fn service(&self, node: &Node, out: &mut Found) {
        let text = |key: &str| node.get(key).and_then(Node::as_text).unwrap_or_default();
        let (namespace, name) = (text("namespace"), text("name"));
        let target = self
            .here
            .of_kind("", "Service")
            .find_map(|(index, service)| {
                let is_meant =
                    service.object.name() == name && self.here.namespace(index) == namespace;
                let target = service.at(&["spec", "externalName"])?.as_text()?;
                is_meant.then(|| target.to_owned())
            });
        let Some(target) = target else {
            return;
        };
        let stays = Address::parse(&target).is_some_and(|address| {
            trouble(
                self.input,
                self.here,
                &self.here.resolve(&address, namespace),
            )
            .is_none()
        });
        if !stays {
            let message = format!(
                "{} has the API server call Service {namespace}/{name}, which is a name for `{target}`",
                self.manifest.identity()
            );
            let spot = Spot::whole(self.index, node.get("name").unwrap_or(node));
            out.push(self.finding(&spot, message));
        }
    }

    fn finding(&self, spot: &Spot, message: String) -> crate::diagnostic::Diagnostic {
        let label = "called by the API server";
        finding(&RULE, self.input, self.here, spot, message, label).help(RULE.fix)
    }
}
