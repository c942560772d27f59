//! RES109: what a cluster is started with.

use super::bootstrap::{Start, starts};
use super::built::with_policy;
use super::found::{Evidence, Found};
use super::rule::{Input, Rule, Weight};
use super::terraform::place;
use crate::facts::bootstrap::Setting;
use crate::model::Region;
use crate::spec::names::Country;
use crate::spec::types::Provider;
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES109",
    title: "A cluster is started with settings that let its data out",
    severity: Weight::Critical,
    rationale: "A snapshot of etcd holds every Secret, so `etcd-s3-endpoint` decides where they all are; without one it is AWS in the US, and a setting that is read \
        from a Secret (`etcd-s3-config-secret`) cannot be seen. The same holds for `datastore-endpoint`, for webhooks of audit, authentication and authorisation, \
        for the issuer of identities and for a VPN between nodes. Where network policies are switched off (`disable-network-policy`), or the network cannot enforce \
        them, every policy in the repository is decoration; a network that does (Cilium, Calico, Antrea, kube-router) must be seen to be installed. Labels that say which \
        region a node is in must name its own. Looked at are the files of `bootstrap/` and `infra/`, configuration of k3s and RKE2 anywhere, texts of cloud-init and \
        whatever Terraform gives to machines. A rule about files: what somebody typed on a machine is not seen.",
    fix: "Use the region's own object store for snapshots of etcd, keep network policies on, and let labels of nodes name their own region.",
    example_bad: "# bootstrap/production/es/config.yaml\netcd-s3: true\netcd-s3-endpoint: s3.eu-west-1.amazonaws.com",
    example_good: "# bootstrap/production/es/config.yaml\netcd-s3: true\netcd-s3-endpoint: snapshots.es.carebase.example",
    exceptable: true,
    check,
};

/// What is wrong with a setting.
struct Trouble {
    message: String,
    words: String,
    steps: Vec<String>,
    countries: BTreeSet<Country>,
}

impl Trouble {
    fn new(message: impl Into<String>, words: impl Into<String>) -> Option<Self> {
        Some(Self {
            message: message.into(),
            words: words.into(),
            steps: Vec::new(),
            countries: BTreeSet::new(),
        })
    }
}

fn check(input: &Input<'_>, out: &mut Found) {
    for start in starts(input)
        .into_iter()
        .filter(|start| !start.settings.is_empty())
    {
        out.looked(&RULE, start.cell.unwrap_or_default(), 1);
        for setting in &start.settings {
            let Some(trouble) = judge(input, &start, setting) else {
                continue;
            };
            let mut finding = RULE
                .finding(trouble.message)
                .at(start.place(setting), trouble.words);
            for region in &start.regions {
                finding = with_policy(input, Some(region), finding);
            }
            finding.labels.dedup();
            if let Some(cell) = start.cell {
                finding = finding.in_cell(cell);
            }
            let finding = finding.concluded(trouble.steps).help(RULE.fix);
            if let Some(region) = start.regions.first() {
                out.depart(input, finding, &Evidence::new(region, &trouble.countries));
            }
        }
    }
}

fn judge(input: &Input<'_>, start: &Start<'_>, setting: &Setting) -> Option<Trouble> {
    let key = setting.key;
    match key {
        "etcd-s3" => snapshots(start, setting),
        "etcd-s3-endpoint" | "etcd-s3-proxy" | "oidc-issuer-url" => {
            address(input, start, setting, setting.value()?)
        }
        "etcd-s3-region" => snapshot_region(input, start, setting),
        "etcd-s3-bucket" => bucket(input, start, setting),
        "etcd-s3-config-secret" => Trouble::new(
            "where snapshots of etcd go stands in a Secret",
            "cannot be seen: write `etcd-s3-endpoint` here",
        ),
        "datastore-endpoint" => datastore(input, start, setting),
        "vpn-auth" | "vpn-auth-file" => Trouble::new(
            "the nodes are joined by a VPN of a vendor",
            "a way out of the region's network",
        ),
        "audit-webhook-config-file"
        | "authentication-token-webhook-config-file"
        | "authorization-webhook-config-file" => webhook(input, start, setting),
        "disable-network-policy" if setting.is_on() && !start.enforces => Trouble::new(
            "network policies are not enforced",
            "every network policy is decoration",
        ),
        "flannel-backend" if setting.value() == Some("none") && !start.enforces => Trouble::new(
            "no network that enforces policies is installed",
            "nothing here installs another network",
        ),
        "cni" if matches!(setting.value(), Some("none" | "flannel")) && !start.enforces => {
            Trouble::new(
                "the network does not enforce policies",
                "every network policy is decoration",
            )
        }
        "policyEnforcementMode" | "enable-policy" if setting.value() == Some("never") => {
            Trouble::new(
                "network policies are not enforced",
                "every network policy is decoration",
            )
        }
        "node-label" => setting
            .values
            .iter()
            .find_map(|label| node_label(start, label)),
        _ => None,
    }
}

/// Snapshots without an endpoint go to AWS: <https://docs.k3s.io/cli/etcd-snapshot#s3-compatible-object-store-support>.
fn snapshots(start: &Start<'_>, setting: &Setting) -> Option<Trouble> {
    let says_where = start
        .settings
        .iter()
        .any(|other| matches!(other.key, "etcd-s3-endpoint" | "etcd-s3-config-secret"));
    (setting.is_on() && !says_where).then(|| Trouble {
        message: "snapshots of etcd go to a default".to_owned(),
        words: "without `etcd-s3-endpoint` that is s3.amazonaws.com".to_owned(),
        steps: vec![
            "etcd-s3".to_owned(),
            "s3.amazonaws.com".to_owned(),
            "aws/us-east-1".to_owned(),
        ],
        countries: BTreeSet::new(),
    })
}

/// With an endpoint of AWS, or with none, the region decides.
fn snapshot_region(input: &Input<'_>, start: &Start<'_>, setting: &Setting) -> Option<Trouble> {
    let endpoint = start
        .settings
        .iter()
        .find(|other| other.key == "etcd-s3-endpoint");
    let is_aws = endpoint.is_none_or(|endpoint| {
        endpoint
            .value()
            .is_some_and(|value| start.expanded(value).contains("amazonaws.com"))
    });
    let code = start.expanded(setting.value()?);
    let place = place(Provider::Aws, &code).filter(|_| is_aws)?;
    (!start.is_home(input, &place.countries)).then(|| Trouble {
        message: "snapshots of etcd go to a region abroad".to_owned(),
        words: format!("in {}", super::places::countries(&place.countries)),
        steps: vec![
            setting.key.to_owned(),
            format!("aws/{}", place.code),
            super::places::countries(&place.countries),
        ],
        countries: place.countries,
    })
}

/// The bucket of another region.
fn bucket(input: &Input<'_>, start: &Start<'_>, setting: &Setting) -> Option<Trouble> {
    let name = start.expanded(setting.value()?);
    let [region] = start.regions.as_slice() else {
        return None;
    };
    let platform = input.platform;
    let other = platform.cells.iter().find(|cell| {
        cell.region != region.name
            && platform
                .stores
                .iter()
                .any(|store| super::places::bucket(store, cell).as_deref() == Some(name.as_str()))
    })?;
    Trouble::new(
        format!("snapshots of etcd go to a bucket of `{}`", other.name),
        format!("a bucket of region `{}`", other.region),
    )
}

fn address(
    input: &Input<'_>,
    start: &Start<'_>,
    setting: &Setting,
    written: &str,
) -> Option<Trouble> {
    let text = start.expanded(written);
    if text.contains('$') || text.contains("{{") {
        return Trouble::new(
            format!("where `{}` leads cannot be told", setting.key),
            "not known before it runs",
        );
    }
    let led = start.led(input, setting.key, &text)?;
    Some(Trouble {
        message: format!("`{}` leads out of the region", setting.key),
        words: led.words,
        steps: led.steps,
        countries: led.countries,
    })
}

/// A database outside of the cluster: <https://docs.k3s.io/datastore#datastore-endpoint-format-and-functionality>.
fn datastore(input: &Input<'_>, start: &Start<'_>, setting: &Setting) -> Option<Trouble> {
    let text = start.expanded(setting.value()?);
    text.split(',').find_map(|endpoint| {
        // `mysql://user:password@tcp(host:3306)/database`
        let inner = endpoint
            .split_once("tcp(")
            .and_then(|(_, rest)| rest.split_once(')'));
        let endpoint = inner.map_or(endpoint, |(host, _)| host);
        let is_file = !endpoint.contains("://") && inner.is_none();
        let is_file = is_file || endpoint.starts_with("sqlite") || endpoint.starts_with("unix");
        (!is_file)
            .then(|| address(input, start, setting, endpoint.split('?').next()?))
            .flatten()
    })
}

/// A kubeconfig that the API server sends what it does to.
fn webhook(input: &Input<'_>, start: &Start<'_>, setting: &Setting) -> Option<Trouble> {
    let path = setting.value()?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let servers = start.servers_in(name);
    if servers.is_empty() {
        return Trouble::new(
            format!("where `{}` leads cannot be told", setting.key),
            format!("no file here is `{name}`"),
        );
    }
    servers
        .iter()
        .find_map(|server| address(input, start, setting, server))
}

/// Labels by which workloads are placed: `topology.kubernetes.io/region`, `…/zone`, and those of the platform's own.
fn node_label(start: &Start<'_>, label: &str) -> Option<Trouble> {
    let [region] = start.regions.as_slice() else {
        return None;
    };
    label.split(',').find_map(|label| {
        let (key, value) = label.split_once('=')?;
        let value = start.expanded(value);
        if value.contains('$') {
            return None;
        }
        let is_right = match key.rsplit('/').next()? {
            "region" => is_region(region, &value),
            "jurisdiction" => region
                .jurisdiction
                .as_ref()
                .is_none_or(|own| own.as_str() == value),
            "zone" => is_zone(region, &value),
            _ => return None,
        };
        if is_right {
            return None;
        }
        Trouble::new(
            format!(
                "a node of region `{}` says that it is in `{value}`",
                region.name
            ),
            format!("not the region's own `{}`", region.name),
        )
    })
}

fn is_region(region: &Region, value: &str) -> bool {
    region.name.as_str() == value
        || region.place.code == value
        || region.place.parent.as_deref() == Some(value)
}

fn is_zone(region: &Region, value: &str) -> bool {
    region.zones.iter().any(|zone| zone.as_str() == value)
        || region.zones.is_empty()
            && place(region.place.provider, value)
                .is_none_or(|place| place.countries == region.place.countries)
}
