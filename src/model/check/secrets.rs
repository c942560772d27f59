//! How secrets reach the clusters: what goes together, and that each region has a server of its own to fetch them from.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::model::Problems;
use crate::spec::names::Name;
use crate::spec::types::*;
use crate::spec::{KeyPath, Spec};
use std::collections::BTreeSet;

pub(super) fn secrets(spec: &Spec, problems: &mut Problems<'_>) {
    let Some(secrets) = &spec.components.secrets else {
        return;
    };
    let path = KeyPath::new(["components", "secrets"]);
    let external = secrets.backend == Some(SecretsBackend::ExternalSecrets);
    match &secrets.vault {
        Some(vault) if external => self::vault(spec, vault, &path.key("vault"), problems),
        Some(_) => {
            let location = problems.key(&path.key("vault"));
            problems.push(
                Diagnostic::error(
                    "conflicting-keys",
                    "`vault` belongs to `backend = \"external-secrets\"`, and only there",
                )
                .at(location, "does not go with `backend`")
                .help("sealed secrets need no server: remove the table"),
            );
        }
        None if external => {
            let location = problems.value(&path.key("backend"));
            problems.push(
                Diagnostic::error(
                    "missing-key",
                    "`external-secrets` does not know where the values are kept",
                )
                .at(location, "needs `vault`")
                .help("add `vault = { endpoints = [\"…\"] }`, with the ids of `[[endpoints]]`"),
            );
        }
        None => {}
    }
}

fn vault(spec: &Spec, vault: &VaultSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    let list = path.key("endpoints");
    for (index, id) in vault.endpoints.iter().enumerate() {
        let here = list.index(index);
        let declared = spec.endpoints.iter().position(|e| e.id == *id);
        match declared {
            Some(position) => endpoint(spec, position, problems),
            None => {
                let known = spec.endpoints.iter().map(|e| e.id.as_str());
                let label = did_you_mean(id, known).map_or_else(
                    || "not declared".to_owned(),
                    |word| format!("did you mean `{word}`?"),
                );
                let help = "declare it under `[[endpoints]]`".to_owned();
                let message = format!("there is no endpoint `{id}`");
                problems.at_value("unknown-reference", &here, message, &label, help);
            }
        }
    }
    let regions: BTreeSet<&Name> = spec
        .environments
        .values()
        .flat_map(|environment| &environment.regions)
        .collect();
    for region in regions {
        let reachable = vault.endpoints.iter().filter(|id| {
            let declared = spec.endpoints.iter().find(|e| e.id == **id);
            declared.is_none_or(|e| e.regions.is_empty() || e.regions.contains(region))
        });
        match reachable.count() {
            1 => {}
            0 => problems.at_value(
                "missing-key",
                &list,
                format!("region `{region}` has no server to fetch its secrets from"),
                "none for this region",
                format!("declare an endpoint with `regions = [\"{region}\"]` and list it here"),
            ),
            _ => problems.at_value(
                "conflicting-keys",
                &list,
                format!("region `{region}` has several servers to fetch its secrets from"),
                "more than one for this region",
                "say with `regions` of each endpoint who may contact it".to_owned(),
            ),
        }
    }
    if let Some(refresh) = &vault.refresh
        && !is_duration(refresh)
    {
        let help = "write a number and `s`, `m` or `h`, such as `15m`".to_owned();
        let message = format!("`{refresh}` is not a time");
        problems.at_value(
            "invalid-value",
            &path.key("refresh"),
            message,
            "not a time",
            help,
        );
    }
    if let Some(ca) = &vault.ca
        && !ca.trim_start().starts_with("-----BEGIN CERTIFICATE-----")
    {
        let help = "paste the certificates between `\"\"\"`, from `-----BEGIN CERTIFICATE-----` on"
            .to_owned();
        let message = "`ca` is not a certificate in PEM".to_owned();
        problems.at_value("invalid-value", &path.key("ca"), message, "not PEM", help);
    }
}

/// What the residency rules and NetworkPolicies need to know of a server.
fn endpoint(spec: &Spec, position: usize, problems: &mut Problems<'_>) {
    let endpoint = &spec.endpoints[position];
    let path = KeyPath::new(["endpoints"]).index(position).key("id");
    if endpoint.cidrs.is_empty() {
        let help = "a NetworkPolicy cannot name a host: add the addresses as `cidrs`".to_owned();
        let message = format!(
            "secrets are fetched from `{}`, whose addresses are not known",
            endpoint.id
        );
        problems.at_value("missing-key", &path, message, "needs `cidrs`", help);
    }
    if !endpoint.classes.contains(&DataClass::Keys) {
        let help = "add `keys` to its `classes`, so that the rules judge where it is".to_owned();
        let message = format!(
            "secrets are kept in `{}`, which may not receive them",
            endpoint.id
        );
        problems.at_value(
            "missing-key",
            &path,
            message,
            "needs `classes = [\"keys\"]`",
            help,
        );
    }
}

/// A number of seconds, minutes or hours, as Go writes it.
fn is_duration(text: &str) -> bool {
    let digits = text.strip_suffix(['s', 'm', 'h']).unwrap_or_default();
    !digits.is_empty()
        && digits.len() < 6
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits != "0"
}
