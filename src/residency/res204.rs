//! RES204: where the log and the base backups of databases are kept.

mod archive;

use super::found::Found;
use super::reach::{self, Leak};
use super::rule::{Input, Rule, Weight};
use crate::facts::backups::{self, OptionValue, PgBackRest, Repository};
use crate::facts::{Address, CellFacts, Destination, Resolved, Setting, Spot};
use crate::kustomize::Node;
use crate::spec::types::Provider;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES204",
    title: "Backups of a database are kept elsewhere",
    severity: Weight::Critical,
    rationale: "The archived log and the base backups are the whole database. Every repository of pgBackRest (`repo1`, `repo2`, …) is judged as the program \
        sees it: its files with all their sections, what variables set over them, what a command line sets over those. So are the stores of barman, \
        WAL-G and the operators that use them, and whatever `archive_command` hands the log to.",
    fix: "Keep repositories in the cell's own object store. A copy outside is declared by `components.backups` and an endpoint in the jurisdiction.",
    example_bad: "repo2-s3-endpoint=s3.eu-central-1.amazonaws.com",
    example_good: "repo1-s3-endpoint=object-storage.carebase-data.svc",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let told = backups::pgbackrest(here);
        let mut count = told.iter().map(|told| told.repositories.len()).sum();
        for told in &told {
            for repository in told.repositories.values() {
                for leak in leaks(input, here, told, repository) {
                    reach::report(input, here, out, leak);
                }
            }
            for host in &told.databases {
                let resolved = address(here, &host.value, &told.namespace);
                let leak = leak(host, "reads a database at", resolved, None);
                reach::report(input, here, out, leak);
            }
        }
        count += wal_g(input, here, out);
        for (index, manifest) in here.manifests.iter().enumerate() {
            count += stores(input, here, out, index, &manifest.object.root);
        }
        count += archive::archive_commands(input, here, out);
        out.examined(&RULE, here, count);
    }
}

/// Places of the buckets of repositories that are elsewhere: this rule speaks of them, and not of their bucket.
pub(super) fn away(input: &Input<'_>, here: &CellFacts<'_>) -> Vec<OptionValue> {
    let told = backups::pgbackrest(here);
    let mut found = Vec::new();
    for told in &told {
        for repository in told.repositories.values() {
            let is_away = leaks(input, here, told, repository)
                .iter()
                .any(|leak| super::built::trouble(input, here, &leak.resolved).is_some());
            if is_away {
                found.extend(repository.bucket().cloned());
            }
        }
    }
    found
}

fn address(here: &CellFacts<'_>, text: &str, namespace: &str) -> Resolved {
    reach::of_text(here, text, namespace).unwrap_or_else(|| reach::unknown(text))
}

fn leak<'l>(
    option: &'l OptionValue,
    what: &str,
    resolved: Resolved,
    bucket: Option<&'l OptionValue>,
) -> Leak<'l> {
    let part =
        Address::parse(&option.value).map_or_else(|| option.value.clone(), |a| a.host.to_string());
    // What is narrowed to a line already keeps its part.
    let spot = match option.spot.part.is_empty() {
        true => option.spot.clone().part(&part),
        false => option.spot.clone(),
    };
    Leak {
        rule: &RULE,
        key: &option.key,
        message: format!("`{}` {what} `{part}`", option.key),
        spot,
        resolved,
        bucket: bucket.map(|bucket| bucket.value.as_str()),
    }
}

/// Everything that says where a repository is.
fn leaks<'l>(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    told: &PgBackRest,
    repository: &'l Repository,
) -> Vec<Leak<'l>> {
    const KEEPS: &str = "keeps backups at";
    let bucket = repository.bucket();
    let mut found = Vec::new();
    let mut is_declared = false;
    for option in [
        "s3-endpoint",
        "storage-host",
        "sftp-host",
        "host",
        "gcs-endpoint",
    ] {
        for value in repository.all(option) {
            let resolved = address(here, &value.value, &told.namespace);
            is_declared |= matches!(resolved.destination, Destination::Endpoint(_));
            found.push(leak(value, KEEPS, resolved, bucket));
        }
    }
    for value in repository.all("s3-region") {
        // A declared endpoint may be signed for under whatever name its operator has.
        if !is_declared && let Some(resolved) = reach::abroad(input, here, &value.value) {
            found.push(leak(value, "signs for", resolved, bucket));
        }
    }
    for kind in repository.all("type") {
        let text = bucket.map(|bucket| bucket.value.as_str());
        match kind.value.as_str() {
            "gcs" if repository.all("gcs-endpoint").is_empty() => {
                let resolved = reach::of_bucket(here, Provider::Gcp, text, None);
                found.push(leak(kind, KEEPS, resolved, bucket));
            }
            "azure" => found.push(azure(here, told, repository, kind)),
            _ => {}
        }
    }
    found
}

/// <https://pgbackrest.org/configuration.html#section-repository/option-repo-azure-endpoint>
fn azure<'l>(
    here: &CellFacts<'_>,
    told: &PgBackRest,
    repository: &'l Repository,
    kind: &'l OptionValue,
) -> Leak<'l> {
    let endpoint = repository.first("azure-endpoint");
    let domain = endpoint.map_or("blob.core.windows.net", |endpoint| &endpoint.value);
    let account = repository.text("azure-account").unwrap_or_default();
    let host = match account {
        "" => domain.to_owned(),
        account => format!("{account}.{domain}"),
    };
    let bucket = repository.bucket();
    let direct = address(here, &host, &told.namespace);
    let resolved = if direct.countries.is_empty() && endpoint.is_none() {
        reach::of_bucket(
            here,
            Provider::Azure,
            bucket.map(|bucket| bucket.value.as_str()),
            None,
        )
    } else if direct.countries.is_empty() {
        address(here, domain, &told.namespace)
    } else {
        direct
    };
    leak(
        endpoint.unwrap_or(kind),
        "keeps backups at",
        resolved,
        bucket,
    )
}

/// WAL-G and its older relative, by their variables. <https://github.com/wal-g/wal-g/blob/master/docs/STORAGES.md>
fn wal_g(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) -> usize {
    let mut count = 0;
    for workload in &here.workloads {
        for container in &workload.containers {
            for variable in &container.env {
                let Setting::Text(text) = &variable.value else {
                    continue;
                };
                let (kind, target) = match variable.name.as_str() {
                    "WALG_S3_PREFIX" | "WALE_S3_PREFIX" | "WAL_S3_BUCKET" => {
                        (Some(Provider::Aws), text.as_str())
                    }
                    "WALG_GS_PREFIX" | "WALE_GS_PREFIX" | "WAL_GS_BUCKET" => {
                        (Some(Provider::Gcp), text.as_str())
                    }
                    "WALG_AZ_PREFIX" => (Some(Provider::Azure), text.as_str()),
                    "WALG_SSH_PREFIX" => (None, text.as_str()),
                    _ => continue,
                };
                if target.is_empty() {
                    continue;
                }
                count += 1;
                let bucket = target
                    .split_once("://")
                    .map_or(target, |(_, path)| path)
                    .split('/')
                    .next();
                let endpoint = ["AWS_ENDPOINT", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"]
                    .into_iter()
                    .find_map(|name| Some((container.variable(name)?, container.text(name)?)))
                    .filter(|_| kind == Some(Provider::Aws));
                let (spot, key, resolved) = match (kind, endpoint) {
                    (_, Some((variable, url))) => (
                        &variable.spot,
                        variable.name.as_str(),
                        address(here, url, &workload.namespace),
                    ),
                    (Some(provider), None) => {
                        let region = container
                            .text("AWS_REGION")
                            .filter(|_| provider == Provider::Aws);
                        let resolved = reach::of_bucket(here, provider, bucket, region);
                        (&variable.spot, variable.name.as_str(), resolved)
                    }
                    (None, None) => (
                        &variable.spot,
                        variable.name.as_str(),
                        address(here, target, &workload.namespace),
                    ),
                };
                let leak = Leak {
                    rule: &RULE,
                    key,
                    message: format!("`{key}` keeps backups of a database elsewhere: `{target}`"),
                    spot: spot.clone(),
                    resolved,
                    bucket,
                };
                reach::report(input, here, out, leak);
            }
        }
    }
    count
}

/// Stores of operators: `barmanObjectStore` of CloudNativePG, its plugin, and storages of Percona's.
/// <https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/#barmanobjectstoreconfiguration>
fn stores(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    out: &mut Found,
    index: usize,
    node: &Node,
) -> usize {
    let mut count = 0;
    let text = |key: &str| Some((node.get(key)?, node.get(key)?.as_text()?));
    if let Some((path, destination)) = text("destinationPath") {
        count += 1;
        let bucket = destination
            .split_once("://")
            .and_then(|(_, path)| path.split('/').next());
        let namespace = here.manifests[index].object.namespace();
        let endpoint = text("endpointURL");
        let region = node
            .at(&["s3Credentials", "region"])
            .and_then(Node::as_text);
        let (at, key, resolved) = match endpoint {
            Some((at, url)) => (at, "endpointURL", address(here, url, namespace)),
            None if destination.starts_with("gs://") => (
                path,
                "destinationPath",
                reach::of_bucket(here, Provider::Gcp, bucket, None),
            ),
            None if destination.starts_with("http") => (
                path,
                "destinationPath",
                address(here, destination, namespace),
            ),
            None => (
                path,
                "destinationPath",
                reach::of_bucket(here, Provider::Aws, bucket, region),
            ),
        };
        let target = at.as_text().unwrap_or_default();
        let part = Address::parse(target).map_or_else(|| target.to_owned(), |a| a.host.to_string());
        let leak = Leak {
            rule: &RULE,
            key,
            message: format!(
                "{} keeps backups at `{target}`",
                here.manifests[index].identity()
            ),
            spot: Spot::whole(index, at).part(part),
            resolved,
            bucket,
        };
        reach::report(input, here, out, leak);
    }
    for entry in node.entries() {
        if &*entry.key == "storages" {
            for storage in entry.value.entries() {
                count += percona(input, here, out, index, &storage.value);
            }
        }
        count += stores(input, here, out, index, &entry.value);
    }
    for item in node.items() {
        count += stores(input, here, out, index, item);
    }
    count
}

/// <https://docs.percona.com/percona-operator-for-mysql/pxc/operator.html#backup-section>
fn percona(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    out: &mut Found,
    index: usize,
    storage: &Node,
) -> usize {
    let Some(s3) = storage.get("s3") else {
        return 0;
    };
    let text = |key: &str| s3.get(key).and_then(Node::as_text);
    let namespace = here.manifests[index].object.namespace();
    let resolved = match text("endpointUrl") {
        Some(url) => address(here, url, namespace),
        None => reach::of_bucket(here, Provider::Aws, text("bucket"), text("region")),
    };
    let at = s3.get("endpointUrl").or(s3.get("region")).unwrap_or(s3);
    let leak = Leak {
        rule: &RULE,
        key: "s3",
        message: format!("{} keeps backups", here.manifests[index].identity()),
        spot: Spot::whole(index, at),
        resolved,
        bucket: text("bucket"),
    };
    reach::report(input, here, out, leak);
    1
}
