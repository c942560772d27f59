//! RES602: secrets that another cell can open.

use super::found::Found;
use super::places::{countries, home};
use super::rule::{Input, Rule, Weight};
use crate::catalogue;
use crate::diagnostic::Diagnostic;
use crate::facts::{Spot, Written, is_yaml, owner};
use crate::kustomize::Node;
use crate::model::Cell;
use crate::source::Location;
use crate::spec::types::Provider;
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES602",
    title: "Another cell can open sealed secrets",
    severity: Weight::Critical,
    rationale: "A secret is sealed for whoever holds the key. When two cells have the same sealing certificate, when a SOPS rule or file of one cell lists a recipient of \
        another, or when the key is a KMS key in another country, then the secrets of one cell can be opened in the other.",
    fix: "Give each cell a sealing key of its own, and each SOPS rule the recipients of one cell only.",
    example_bad: "creation_rules:\n  - path_regex: overlays/production/tr/\n    age: age1tr…,age1es…",
    example_good: "creation_rules:\n  - path_regex: overlays/production/tr/\n    age: age1tr…",
    exceptable: false,
    check,
};

/// The annotation that says for which certificate a value is sealed.
const SEALED_FOR: &str = "sealed-for.platformctl/";

/// Somebody who can open something of a cell.
struct Recipient {
    cell: String,
    who: String,
    place: Location,
}

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    let mut all = Vec::new();
    certificates(input, &mut all);
    annotations(input, &mut all);
    for path in facts.repository.paths() {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_rules = matches!(name, ".sops.yaml" | ".sops.yml");
        let may_be_sealed = is_yaml(path) || path.ends_with(".json");
        if !is_rules && !may_be_sealed {
            continue;
        }
        let text = match facts.repository.text(path) {
            Some(text) if is_rules || text.contains("sops") => text,
            _ => continue,
        };
        let Ok(documents) = Written::documents(path, &text) else {
            continue;
        };
        for document in &documents {
            if is_rules {
                rules(input, document, &mut all);
            } else if let (Some(sops), Some(cell)) =
                (document.get("sops"), owner(input.platform, path))
            {
                recipients(cell, sops, &mut all);
            }
        }
    }
    out.looked(&RULE, "", all.len());
    keys_abroad(input, &all, out);
    shared(&all, out);
}

/// The certificates that secrets are sealed for.
fn certificates(input: &Input<'_>, all: &mut Vec<Recipient>) {
    let Some(facts) = input.facts else { return };
    for cell in &input.platform.cells {
        let path = cell.sealing_certificate();
        let Some(text) = facts.repository.text(&path) else {
            continue;
        };
        let compact: String = text.split_whitespace().collect();
        if !compact.is_empty() {
            all.push(Recipient {
                cell: cell.name.as_str().to_owned(),
                who: format!("certificate {compact}"),
                place: Location::new(path, 0..text.trim_end().len()),
            });
        }
    }
}

/// What sealed Secrets say about the certificate they are sealed for.
fn annotations(input: &Input<'_>, all: &mut Vec<Recipient>) {
    for here in input.all_built() {
        for (index, manifest) in here.of_kind("bitnami.com", "SealedSecret") {
            let annotations = manifest.at(&["metadata", "annotations"]);
            for entry in annotations.map_or(&[][..], Node::entries) {
                if !entry.key.starts_with(SEALED_FOR) {
                    continue;
                }
                all.push(Recipient {
                    cell: here.cell.name.as_str().to_owned(),
                    who: format!("sealed for {}", entry.value.as_text().unwrap_or_default()),
                    place: here.place(&Spot::whole(index, &entry.value)),
                });
            }
        }
    }
}

/// `.sops.yaml` (<https://getsops.io/docs/#using-sops-yaml-conf-to-select-kms-pgp-and-age-for-new-files>).
fn rules(input: &Input<'_>, document: &Written, all: &mut Vec<Recipient>) {
    let rules = document
        .get("creation_rules")
        .map_or(&[][..], Written::items);
    for rule in rules {
        let pattern = rule.text_at(&["path_regex"]);
        for cell in input
            .platform
            .cells
            .iter()
            .filter(|cell| concerns(pattern, cell))
        {
            recipients(cell, rule, all);
        }
    }
}

/// Whether a pattern speaks of a cell: it names its environment and region, or its region only.
fn concerns(pattern: &str, cell: &Cell) -> bool {
    let words: BTreeSet<&str> = pattern
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .collect();
    let region = words.contains(cell.region.as_str());
    let environments = ["production", "staging", cell.environment.as_str()];
    let other = environments
        .iter()
        .any(|name| *name != cell.environment.as_str() && words.contains(name));
    region && (words.contains(cell.environment.as_str()) || !other)
}

/// Everyone whom a rule or the metadata of a file lists.
fn recipients(cell: &Cell, node: &Written, all: &mut Vec<Recipient>) {
    for (keys, scalar) in node.scalars() {
        let last = keys.last().copied().unwrap_or_default();
        let group = keys.iter().any(|key| {
            matches!(
                *key,
                "age"
                    | "pgp"
                    | "kms"
                    | "gcp_kms"
                    | "azure_keyvault"
                    | "azure_kv"
                    | "hc_vault"
                    | "hc_vault_transit_uri"
                    | "key_groups"
            )
        });
        let names = matches!(
            last,
            "age"
                | "pgp"
                | "kms"
                | "arn"
                | "recipient"
                | "fp"
                | "gcp_kms"
                | "resource_id"
                | "vaultUrl"
                | "vault_url"
                | "azure_keyvault"
                | "hc_vault_transit_uri"
                | "vault_address"
        );
        if !group || !names {
            continue;
        }
        let text = scalar.text().unwrap_or_default();
        for who in text
            .split([',', '\n'])
            .map(str::trim)
            .filter(|who| !who.is_empty())
        {
            all.push(Recipient {
                cell: cell.name.as_str().to_owned(),
                who: who.to_owned(),
                place: scalar.place.clone(),
            });
        }
    }
}

/// KMS keys that are not at home.
fn keys_abroad(input: &Input<'_>, all: &[Recipient], out: &mut Found) {
    for recipient in all {
        let cell = input.platform.cell(&recipient.cell);
        let region = cell.and_then(|cell| input.platform.regions.get(&cell.region));
        let Some(own) = region.and_then(|region| home(input.platform, region)) else {
            continue;
        };
        let Some((provider, code)) = place_of(&recipient.who) else {
            continue;
        };
        let places = catalogue::find(provider, code)
            .map(|place| place.countries)
            .unwrap_or_default();
        if !places.is_empty() && places.is_subset(own) {
            continue;
        }
        let message = format!(
            "secrets of {} are encrypted with a key of {}/{code}, which is in {}",
            recipient.cell,
            provider.name(),
            countries(&places)
        );
        out.push(
            RULE.finding(message)
                .at(recipient.place.clone(), "a key elsewhere")
                .help(RULE.fix)
                .in_cell(recipient.cell.clone()),
        );
    }
}

/// The provider's place in the name of a KMS key: `arn:aws:kms:REGION:…`, `projects/…/locations/LOCATION/keyRings/…`.
fn place_of(who: &str) -> Option<(Provider, &str)> {
    if let Some(rest) = who.strip_prefix("arn:aws") {
        let (_, rest) = rest.split_once(":kms:")?;
        return Some((Provider::Aws, rest.split(':').next()?));
    }
    let (_, rest) = who.split_once("/locations/")?;
    Some((Provider::Gcp, rest.split('/').next()?))
}

/// The same recipient in two cells.
fn shared(all: &[Recipient], out: &mut Found) {
    let mut by_who: BTreeMap<&str, Vec<&Recipient>> = BTreeMap::new();
    for recipient in all {
        by_who.entry(&recipient.who).or_default().push(recipient);
    }
    for (who, same) in by_who {
        let cells: BTreeSet<&str> = same.iter().map(|r| r.cell.as_str()).collect();
        if cells.len() < 2 {
            continue;
        }
        // Most of what is sealed for a certificate is that of its own cell: what stands out is in the wrong place.
        let counted = |cell: &str| same.iter().filter(|r| r.cell == cell).count();
        let most = cells
            .iter()
            .map(|cell| counted(cell))
            .max()
            .unwrap_or_default();
        let is_odd = cells.iter().any(|cell| counted(cell) < most);
        let mut said: BTreeSet<&Location> = BTreeSet::new();
        for recipient in &same {
            if is_odd && counted(&recipient.cell) == most || !said.insert(&recipient.place) {
                continue;
            }
            let others: Vec<&str> = cells
                .iter()
                .copied()
                .filter(|cell| *cell != recipient.cell)
                .collect();
            out.push(finding(who, recipient, &others));
        }
    }
}

fn finding(who: &str, recipient: &Recipient, others: &[&str]) -> Diagnostic {
    let others = others.join(", ");
    let message = if who.starts_with("certificate ") {
        format!("{} has the sealing certificate of {others}", recipient.cell)
    } else if let Some(fingerprint) = who.strip_prefix("sealed for ") {
        format!(
            "a Secret of {} is sealed for the certificate {fingerprint}, as those of {others} are",
            recipient.cell
        )
    } else {
        format!(
            "`{who}` can open secrets of {} and of {others}",
            recipient.cell
        )
    };
    RULE.finding(message)
        .at(recipient.place.clone(), "not of this cell alone")
        .help(RULE.fix)
        .in_cell(recipient.cell.clone())
}
