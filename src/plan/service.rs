//! `cluster/apps/<service>`: a service as it is in every cell.

use super::ingress::Gateway;
use super::network::{self, Network};
use super::resources::Resources;
use super::{Files, Origin};
use crate::model::{
    Health, OBJECT_STORAGE_CA_FOLDER, OBJECT_STORAGE_CA_SECRET, Platform, Scaling, Service, Setting,
};
use crate::pins::UNRELEASED;
use crate::spec::types::RouteKind;
use serde::Serialize;
use std::collections::BTreeMap;

/// How often the startup probe asks, in seconds.
const STARTUP_PERIOD: u32 = 5;
/// Kubernetes' own patience with a rollout, in seconds.
const ROLLOUT_SECONDS: u32 = 600;

#[derive(Serialize)]
struct Base<'a> {
    platform: &'a str,
    name: &'a str,
    namespace: &'a str,
    port: u16,
    image: String,
    replicas: Option<u32>,
    autoscale: Option<Autoscale>,
    progress_deadline: u32,
    env: Vec<Variable>,
    resources: Resources<'a>,
    probes: Probes<'a>,
    scratch: Vec<Volume<'a>>,
    object_storage_ca: Option<Trust>,
    exposed: bool,
    host: String,
    tls_secret: String,
    ingress_class: &'a str,
    cluster_issuer: Option<&'a str>,
    gateway: Option<Gateway<'a>>,
    listener: String,
    network_policies: Option<&'static str>,
}

/// Bounds of an autoscaler.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Autoscale {
    min: u32,
    max: u32,
    cpu: u32,
}

impl Autoscale {
    /// The bounds, if replicas are not fixed.
    pub(super) fn of(scaling: Scaling) -> Option<Self> {
        match scaling {
            Scaling::Fixed { .. } => None,
            Scaling::Auto { min, max, cpu } => Some(Self { min, max, cpu }),
        }
    }
}

/// The number of replicas, if it is fixed.
pub(super) fn fixed(scaling: Scaling) -> Option<u32> {
    match scaling {
        Scaling::Fixed { replicas } => Some(replicas),
        Scaling::Auto { .. } => None,
    }
}

/// An environment variable: either a text or a key of a Secret.
#[derive(Serialize)]
struct Variable {
    name: String,
    value: Option<String>,
    secret: Option<SecretKey>,
}

#[derive(Serialize)]
struct SecretKey {
    name: String,
    key: &'static str,
}

#[derive(Serialize)]
struct Probes<'a> {
    startup: &'a str,
    ready: &'a str,
    live: &'a str,
    startup_period: u32,
    startup_failures: u32,
}

#[derive(Serialize)]
struct Volume<'a> {
    name: String,
    path: &'a str,
}

/// The certificate by which the object store is known, and where it is mounted.
#[derive(Serialize)]
pub(super) struct Trust {
    secret: &'static str,
    folder: &'static str,
}

impl Default for Trust {
    fn default() -> Self {
        Self {
            secret: OBJECT_STORAGE_CA_SECRET,
            folder: OBJECT_STORAGE_CA_FOLDER,
        }
    }
}

pub(super) fn plan(
    platform: &Platform,
    network: &Network<'_>,
    files: &mut Files,
) -> anyhow::Result<()> {
    for service in platform.services.values() {
        let base = base(platform, network, service);
        let key = format!("services.{}", service.name);
        let custom = format!("custom/{} of a cell", service.name);
        for template in templates(platform, service) {
            let file = template.rsplit('/').next().unwrap_or_default();
            let path = format!("cluster/apps/{}/{file}", service.name);
            let origin = Origin {
                template,
                key: &key,
                custom: &custom,
            };
            files.render(path, origin, &base)?;
        }
    }
    Ok(())
}

fn templates(platform: &Platform, service: &Service) -> Vec<&'static str> {
    let mut templates = vec![
        "cluster/apps/service/deployment.yaml",
        "cluster/apps/service/kustomization.yaml",
        "cluster/apps/service/pdb.yaml",
        "cluster/apps/service/service.yaml",
        "cluster/apps/service/serviceaccount.yaml",
    ];
    if Autoscale::of(service.scaling).is_some() {
        templates.push(HPA);
    }
    if service.expose.is_some() {
        templates.push(match platform.ingress.routes {
            RouteKind::Ingress => INGRESS,
            RouteKind::Gateway => "cluster/apps/service/http-route.yaml",
        });
    }
    templates
}

/// The file of an Ingress.
pub(super) const INGRESS_FILE: &str = "ingress.yaml";
const INGRESS: &str = "cluster/apps/service/ingress.yaml";
const HPA: &str = "cluster/apps/service/hpa.yaml";

fn base<'a>(platform: &'a Platform, network: &Network<'_>, service: &'a Service) -> Base<'a> {
    let exposed = service.expose.is_some();
    Base {
        platform: &platform.name,
        name: &service.name,
        namespace: &service.namespace,
        port: service.port,
        image: format!("{}:{UNRELEASED}", service.image),
        replicas: fixed(service.scaling),
        autoscale: Autoscale::of(service.scaling),
        progress_deadline: ROLLOUT_SECONDS.max(service.health.startup_seconds.saturating_add(300)),
        env: variables(platform, service),
        resources: (&service.resources).into(),
        probes: probes(&service.health),
        scratch: volumes(service),
        object_storage_ca: (platform.object_storage_ca_everywhere()
            && !service.buckets(platform).is_empty())
        .then(Trust::default),
        exposed,
        host: format!("{}.{}.invalid", service.name, platform.name),
        tls_secret: format!("{}-tls", service.name),
        ingress_class: &platform.ingress.class,
        cluster_issuer: platform.ingress.cluster_issuer.as_deref(),
        gateway: Gateway::of(platform),
        listener: super::ingress::listener(&service.name),
        network_policies: network
            .is_everywhere(&service.name)
            .then_some(network::FILE),
    }
}

/// What is the same in every cell; the rest is added there.
fn variables(platform: &Platform, service: &Service) -> Vec<Variable> {
    let own = service.env.iter().map(|(name, value)| {
        let setting = Setting::Text(value.clone());
        (name.to_string(), setting)
    });
    let all: BTreeMap<String, Setting> = own.chain(platform.variables(service)).collect();
    all.into_iter()
        .filter_map(|(name, setting)| match setting {
            Setting::Text(value) => Some(Variable {
                name,
                value: Some(value),
                secret: None,
            }),
            Setting::Secret { name: secret, key } => Some(Variable {
                name,
                value: None,
                secret: Some(SecretKey { name: secret, key }),
            }),
            Setting::Environment
            | Setting::Region
            | Setting::Bucket(_)
            | Setting::ObjectStorage(_) => None,
        })
        .collect()
}

fn probes(health: &Health) -> Probes<'_> {
    Probes {
        startup: &health.startup,
        ready: &health.ready,
        live: &health.live,
        startup_period: STARTUP_PERIOD,
        startup_failures: health.startup_seconds.div_ceil(STARTUP_PERIOD).max(1),
    }
}

fn volumes(service: &Service) -> Vec<Volume<'_>> {
    let volume = |(index, path)| Volume {
        name: format!("scratch-{index}"),
        path,
    };
    let paths = service.scratch.iter().map(|path| path.as_str());
    paths.enumerate().map(volume).collect()
}

/// The autoscaler's file for a cell that scales a service which has a fixed number of replicas elsewhere.
pub(super) fn autoscaler(
    platform: &Platform,
    service: &Service,
    autoscale: Autoscale,
    path: String,
    files: &mut Files,
) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Scaled<'a> {
        platform: &'a str,
        name: &'a str,
        namespace: &'a str,
        autoscale: Autoscale,
    }
    let scaled = Scaled {
        platform: &platform.name,
        name: &service.name,
        namespace: &service.namespace,
        autoscale,
    };
    let origin = Origin {
        template: HPA,
        key: &format!("services.{}", service.name),
        custom: &format!("custom/{}", service.name),
    };
    files.render(path, origin, &scaled)
}

/// The Ingress of a cell in which the route of the base cannot be.
pub(super) fn ingress(
    platform: &Platform,
    service: &Service,
    host: &str,
    path: String,
    files: &mut Files,
) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Exposed<'a> {
        platform: &'a str,
        name: &'a str,
        namespace: &'a str,
        host: &'a str,
        tls_secret: String,
        ingress_class: &'a str,
        cluster_issuer: Option<&'a str>,
    }
    let exposed = Exposed {
        platform: &platform.name,
        name: &service.name,
        namespace: &service.namespace,
        host,
        tls_secret: format!("{}-tls", service.name),
        ingress_class: &platform.ingress.class,
        cluster_issuer: None,
    };
    let origin = Origin {
        template: INGRESS,
        key: &format!("services.{}", service.name),
        custom: &format!("custom/{}", service.name),
    };
    files.render(path, origin, &exposed)
}
