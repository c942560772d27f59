//! RES203: where Velero keeps backups and snapshots.

use super::found::Found;
use super::reach::{self, Leak};
use super::rule::{Input, Rule, Weight};
use crate::facts::velero::{Location, Setting, Velero};
use crate::facts::{Address, CellFacts, Resolved};
use crate::spec::types::Provider;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES203",
    title: "Velero keeps backups elsewhere",
    severity: Weight::Critical,
    rationale: "A backup has everything in it: objects, Secrets, volumes. Each location of Velero must be in the cell's own region, by its URLs, its region, \
        its storage account or its place of snapshots; a location without `s3Url` is at AWS. Each Schedule and Backup must choose a location that is \
        there and at home, and so must the default.",
    fix: "Write `s3Url` with the cell's own object store, or choose a location that is in the region.",
    example_bad: "kind: BackupStorageLocation\nspec:\n  provider: aws\n  config: { region: eu-west-3 }",
    example_good: "config: { region: tr, s3ForcePathStyle: \"true\", s3Url: \"https://object-storage.carebase-data.svc:9000\" }",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let velero = Velero::of(here);
        out.examined(&RULE, here, velero.locations.len() + velero.choices.len());
        for location in &velero.locations {
            for leak in leaks(input, here, location) {
                reach::report(input, here, out, leak);
            }
        }
        choices(input, here, &velero, out);
        commands(input, here, out);
    }
}

/// Schedules and Backups that choose a location which is not at home or not there.
fn choices(input: &Input<'_>, here: &CellFacts<'_>, velero: &Velero, out: &mut Found) {
    for choice in &velero.choices {
        let found = velero.locations.iter().find(|location| {
            location.is_for_snapshots == choice.is_for_snapshots
                && location.name == choice.location.value
        });
        let message = format!(
            "{} keeps backups in `{}`",
            choice.identity, choice.location.value
        );
        let (resolved, bucket) = match found {
            Some(location) => {
                let away = leaks(input, here, location)
                    .into_iter()
                    .map(|leak| leak.resolved)
                    .find(|resolved| super::built::trouble(input, here, resolved).is_some());
                let Some(resolved) = away else { continue };
                (resolved, location.bucket.as_ref())
            }
            None => (reach::unknown("no such location in the cell"), None),
        };
        reach::report(
            input,
            here,
            out,
            Leak {
                rule: &RULE,
                key: "storageLocation",
                message,
                spot: choice.location.spot.clone(),
                resolved,
                bucket: bucket.map(|bucket| bucket.value.as_str()),
            },
        );
    }
}

/// Whether a location leads elsewhere: then this rule speaks of it, and not of its bucket.
pub(super) fn is_away(input: &Input<'_>, here: &CellFacts<'_>, location: &Location) -> bool {
    leaks(input, here, location)
        .iter()
        .any(|leak| super::built::trouble(input, here, &leak.resolved).is_some())
}

/// Everything that says where a location is.
fn leaks<'l>(input: &Input<'_>, here: &CellFacts<'_>, location: &'l Location) -> Vec<Leak<'l>> {
    match location.provider.as_str() {
        "aws" => aws(input, here, location),
        "azure" => azure(here, location),
        "gcp" => google(here, location),
        // Snapshots by the volumes' own drivers are where RES202 says.
        "csi" => Vec::new(),
        _ => others(here, location),
    }
}

fn leak<'l>(location: &'l Location, setting: Option<&'l Setting>, resolved: Resolved) -> Leak<'l> {
    let what = match location.is_for_snapshots {
        true => "keeps snapshots",
        false => "keeps backups",
    };
    let (key, message, spot) = match setting {
        Some(setting) => {
            let part = Address::parse(&setting.value)
                .map_or_else(|| setting.value.clone(), |address| address.host.to_string());
            (
                setting.key.as_str(),
                format!("{} {what} at `{part}`", location.identity),
                setting.spot.clone().part(part),
            )
        }
        None => (
            "provider",
            format!(
                "{} {what} at {}",
                location.identity,
                words(&location.provider)
            ),
            location.spot.clone(),
        ),
    };
    Leak {
        rule: &RULE,
        key,
        message,
        spot,
        resolved,
        bucket: location.bucket.as_ref().map(|bucket| bucket.value.as_str()),
    }
}

fn words(provider: &str) -> String {
    match provider {
        "aws" => "AWS, because no `s3Url` says otherwise".to_owned(),
        "azure" => "Azure".to_owned(),
        "gcp" => "Google Cloud".to_owned(),
        other => format!("`{other}`"),
    }
}

/// <https://github.com/velero-io/velero-plugin-for-aws/blob/main/backupstoragelocation.md>
fn aws<'l>(input: &Input<'_>, here: &CellFacts<'_>, location: &'l Location) -> Vec<Leak<'l>> {
    let mut found = Vec::new();
    for key in ["s3Url", "publicUrl"] {
        if let Some(url) = location.config(key) {
            let resolved = reach::of_text(here, &url.value, &location.namespace)
                .unwrap_or_else(|| reach::unknown(url.value.clone()));
            found.push(leak(location, Some(url), resolved));
        }
    }
    let region = location.config("region");
    let bucket = location.bucket.as_ref().map(|bucket| bucket.value.as_str());
    if location.config("s3Url").is_some() && !location.is_for_snapshots {
        // The region is only what requests are signed for, and yet no place abroad.
        if let Some(region) = region
            && let Some(resolved) = reach::abroad(input, here, &region.value)
        {
            found.push(leak(location, Some(region), resolved));
        }
        return found;
    }
    let place = region.map(|region| region.value.as_str());
    let mut resolved = reach::of_bucket(here, Provider::Aws, bucket, place);
    if location.is_for_snapshots && place.is_none() {
        resolved = reach::unknown("AWS without a region");
    }
    found.push(leak(location, region, resolved));
    found
}

/// <https://github.com/vmware-tanzu/velero-plugin-for-microsoft-azure/blob/main/backupstoragelocation.md>
fn azure<'l>(here: &CellFacts<'_>, location: &'l Location) -> Vec<Leak<'l>> {
    let is_here = here
        .region
        .is_some_and(|region| region.place.provider == Provider::Azure);
    if location.is_for_snapshots {
        // Snapshots of disks stay in the disks' region.
        let elsewhere = location.config("resourceGroup");
        return match is_here {
            true => Vec::new(),
            false => vec![leak(
                location,
                elsewhere,
                reach::unknown("a resource group of Azure"),
            )],
        };
    }
    let uri = location.config("storageAccountURI");
    let account = location.config("storageAccount");
    let address = uri.map(|uri| uri.value.clone()).or_else(|| {
        account.map(|account| format!("https://{}.blob.core.windows.net", account.value))
    });
    let declared = address.and_then(|address| reach::of_text(here, &address, &location.namespace));
    let bucket = location.bucket.as_ref().map(|bucket| bucket.value.as_str());
    let resolved = match declared {
        Some(resolved) if !resolved.countries.is_empty() => resolved,
        _ => reach::of_bucket(here, Provider::Azure, bucket, None),
    };
    vec![leak(location, uri.or(account), resolved)]
}

/// <https://github.com/vmware-tanzu/velero-plugin-for-gcp/blob/main/volumesnapshotlocation.md>
fn google<'l>(here: &CellFacts<'_>, location: &'l Location) -> Vec<Leak<'l>> {
    if location.is_for_snapshots {
        let place = location.config("snapshotLocation");
        let code = place.map(|place| place.value.as_str());
        let resolved = reach::of_bucket(here, Provider::Gcp, None, code);
        return vec![leak(location, place, resolved)];
    }
    let bucket = location.bucket.as_ref().map(|bucket| bucket.value.as_str());
    let resolved = reach::of_bucket(here, Provider::Gcp, bucket, None);
    vec![leak(location, None, resolved)]
}

/// Providers that nobody here knows: whatever in their settings is an address must lead home, and something must.
fn others<'l>(here: &CellFacts<'_>, location: &'l Location) -> Vec<Leak<'l>> {
    let mut found = Vec::new();
    for setting in &location.config {
        let is_address =
            setting.value.contains("://") || setting.key.to_lowercase().contains("endpoint");
        if is_address
            && let Some(resolved) = reach::of_text(here, &setting.value, &location.namespace)
        {
            found.push(leak(location, Some(setting), resolved));
        }
    }
    if found.is_empty() {
        let words = format!("provider `{}`", location.provider);
        found.push(leak(location, None, reach::unknown(words)));
    }
    found
}

/// `velero install` and `velero backup-location create` in scripts.
/// <https://velero.io/docs/main/locations/>
fn commands(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) {
    for placed in &here.scripts {
        for command in &placed.script.commands {
            let is_about_locations = command.program() == "velero"
                && command.has(&["install", "backup-location", "snapshot-location"])
                && command.has(&["install", "create", "set"]);
            if !is_about_locations {
                continue;
            }
            let value = |names: &[&str]| {
                let word = command.option(names)?;
                Some((placed.value(&word)?, word))
            };
            let config = value(&["--config", "--backup-location-config"]);
            let text = config.as_ref().map_or("", |(text, _)| text.as_str());
            let setting = |key: &str| {
                text.split(',').find_map(|pair| {
                    let (own, value) = pair.split_once('=')?;
                    (own.trim() == key).then(|| value.trim().to_owned())
                })
            };
            let bucket = value(&["--bucket"]).map(|(bucket, _)| bucket);
            let place = setting("region");
            let provider = match value(&["--provider"]) {
                Some((provider, _)) if provider.ends_with("azure") => Provider::Azure,
                Some((provider, _)) if provider.ends_with("gcp") => Provider::Gcp,
                _ => Provider::Aws,
            };
            let resolved = match setting("s3Url") {
                Some(url) => reach::of_text(here, &url, &placed.namespace)
                    .unwrap_or_else(|| reach::unknown(url)),
                None => reach::of_bucket(here, provider, bucket.as_deref(), place.as_deref()),
            };
            let word = config.map(|(_, word)| word);
            let first = command.words.first();
            let Some(word) = word.as_ref().or(first) else {
                continue;
            };
            reach::report(
                input,
                here,
                out,
                Leak {
                    rule: &RULE,
                    key: "velero",
                    message: "a script makes a location of Velero".to_owned(),
                    spot: placed.place(word),
                    resolved,
                    bucket: bucket.as_deref(),
                },
            );
        }
    }
}
