//! RES603: secrets and keys that are kept elsewhere.

use super::addressed::{Valued, configured, report, report_place, scalars, variables};
use super::built::finding;
use super::found::Found;
use super::located::stranger;
use super::rule::{Input, Rule, Weight};
use crate::facts::{CellFacts, leaves};
use crate::kustomize::Node;
use crate::spec::types::Provider;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES603",
    title: "Secrets or keys are kept elsewhere",
    severity: Weight::Critical,
    rationale: "Whoever keeps the keys can open the data. Stores of External Secrets, SecretProviderClasses, connections of Vault, and the key service of the object \
        store must be in the cell, in its region, or at a declared endpoint in its country; a store of a cloud must be in a place of that country.",
    fix: "Use a store in the region of the cell, such as its own Vault.",
    example_bad: "provider:\n  vault:\n    server: https://vault.es.carebase.example   # in a cell of tr",
    example_good: "provider:\n  vault:\n    server: https://vault.tr.carebase.example",
    exceptable: true,
    check,
};

/// Kinds that say where secrets come from.
const STORES: [(&str, &str); 5] = [
    ("external-secrets.io", "SecretStore"),
    ("external-secrets.io", "ClusterSecretStore"),
    ("secrets-store.csi.x-k8s.io", "SecretProviderClass"),
    ("secrets.hashicorp.com", "VaultConnection"),
    ("generators.external-secrets.io", "VaultDynamicSecret"),
];

/// Providers that are one service somewhere, unless an address of one's own is given.
const SERVICES: [&str; 10] = [
    "doppler",
    "akeyless",
    "bitwardensecretsmanager",
    "keepersecurity",
    "passworddepot",
    "onboardbase",
    "infisical",
    "pulumi",
    "delinea",
    "senhasegura",
];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut count = 0;
        for (index, manifest) in here.manifests.iter().enumerate() {
            if !STORES.iter().any(|(group, kind)| manifest.is(group, kind)) {
                continue;
            }
            count += 1;
            if let Some(spec) = manifest.at(&["spec"]) {
                store(input, here, index, spec, out);
            }
        }
        for variable in variables(here) {
            if is_of_keys(variable.key()) {
                count += 1;
                report(&RULE, input, here, &variable, "keys are kept at", out);
            }
        }
        for value in configured(here) {
            let is_keystore = value.path.iter().any(|key| {
                matches!(
                    key.as_str(),
                    "keystore" | "kms" | "kes" | "vault" | "seal" | "transit"
                )
            });
            let is_address = matches!(value.key(), "endpoint" | "server" | "address" | "addr");
            if is_keystore && is_address {
                count += 1;
                report(&RULE, input, here, &value, "keys are kept at", out);
            }
        }
        out.examined(&RULE, here, count);
    }
}

/// Whether a variable says where keys are kept.
fn is_of_keys(name: &str) -> bool {
    [
        "VAULT_ADDR",
        "BAO_ADDR",
        "KMS_ENDPOINT",
        "KMS_SERVER",
        "KMS_KES_ENDPOINT",
        "KES_SERVER",
        "KES_ENDPOINT",
        "VAULT_URL",
        "ENDPOINT_URL_KMS",
    ]
    .iter()
    .any(|known| name.ends_with(known))
}

fn store(input: &Input<'_>, here: &CellFacts<'_>, index: usize, spec: &Node, out: &mut Found) {
    let mut values = scalars(here, index, spec);
    // Objects of a SecretProviderClass are YAML in a text.
    let inner: Vec<Valued> = values
        .iter()
        .filter(|value| value.text.contains('\n'))
        .flat_map(|value| {
            leaves("objects.yaml", &value.text)
                .into_iter()
                .map(|leaf| Valued {
                    spot: leaf.spot(&value.spot),
                    path: leaf.path,
                    text: leaf.value,
                    namespace: value.namespace.clone(),
                })
        })
        .collect();
    values.retain(|value| !value.text.contains('\n'));
    values.extend(inner);
    let mut has_address = false;
    for value in &values {
        let key = value.key().to_lowercase();
        let is_address = value.text.contains("://")
            || [
                "server",
                "vaultaddress",
                "vaulturl",
                "url",
                "host",
                "address",
                "endpoint",
                "apiurl",
                "serverurl",
                "hostapi",
            ]
            .contains(&key.as_str());
        if is_address {
            has_address = true;
            report(&RULE, input, here, value, "secrets are kept at", out);
            continue;
        }
        if matches!(key.as_str(), "region" | "location" | "awsregion") {
            let provider = provider(here, spec, value);
            report_place(
                &RULE,
                input,
                here,
                value,
                provider,
                "secrets are kept in",
                out,
            );
            continue;
        }
        if matches!(
            key.as_str(),
            "projectid" | "project" | "keyvaultname" | "path" | "vaultnamespace"
        ) {
            named(input, here, value, out);
        }
    }
    let provider = spec.get("provider").map_or(&[][..], Node::entries).first();
    let Some(provider) = provider.filter(|provider| SERVICES.contains(&&*provider.key)) else {
        return;
    };
    if !has_address {
        let message = format!(
            "{} keeps its secrets with `{}`, and nothing declares where that is",
            here.manifests[index].identity(),
            provider.key
        );
        let spot = crate::facts::Spot::whole(index, &provider.value);
        out.push(
            finding(
                &RULE,
                input,
                here,
                &spot,
                message,
                "nowhere that is declared",
            )
            .help(RULE.fix),
        );
    }
}

/// Whose region a value is: that of the provider it stands under, else that of the cell's own provider.
fn provider(here: &CellFacts<'_>, spec: &Node, value: &Valued) -> Provider {
    let of_class = spec.get("provider").and_then(Node::as_text);
    let keys = value.path.iter().map(String::as_str).chain(of_class);
    for key in keys {
        match key {
            "aws" => return Provider::Aws,
            "gcp" | "gcpsm" => return Provider::Gcp,
            "azure" | "azurekv" => return Provider::Azure,
            "scaleway" => return Provider::Scaleway,
            _ => {}
        }
    }
    here.region
        .map_or(Provider::Onprem, |region| region.place.provider)
}

/// A project, vault or path that is named after another region.
fn named(input: &Input<'_>, here: &CellFacts<'_>, value: &Valued, out: &mut Found) {
    let Some(stranger) = stranger(here.platform, here.cell, &value.text) else {
        return;
    };
    let message = format!(
        "{} has `{}: {}`, which is that of {}",
        here.manifest(&value.spot).identity(),
        value.key(),
        value.text,
        stranger.what
    );
    out.push(finding(&RULE, input, here, &value.spot, message, stranger.what).help(RULE.fix));
}
