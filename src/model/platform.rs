//! The resolved types. `platformctl config` prints them as they are.

use super::cell::Cell;
use super::components::backups::PostgresBackups;
use super::components::postgres::Postgres;
use super::components::{ObjectStorage, Rabbitmq, Secrets, Valkey};
use super::ingress::{CertManager, Ingress};
use super::namespaces::Namespace;
use super::supabase::Supabase;
use super::teams::Team;
use crate::catalogue::{ImagePin, Place};
use crate::spec::names::{
    Cidr, Country, Host, Identifier, Image, Name, Quantity, RepositoryUrl, SecretKey, UrlPath,
    Variable,
};
use crate::spec::types::{
    AttestationSpec, ClassResidency, DataClass, EnvironmentKind, ExceptionSpec, StoreKind,
};
use anyhow::Context as _;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Everything one `platform.toml` declares, with every default filled in.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Platform {
    /// Prefix of namespaces, buckets and clusters.
    pub name: Name,
    /// The repository that holds the platform.
    pub repository: Repository,
    /// Where the images of the services are.
    pub registry: Image,
    /// The branch that Argo CD follows.
    pub branch: String,
    /// The policy.
    pub residency: Residency,
    /// Regions by name.
    pub regions: BTreeMap<Name, Region>,
    /// Environments, each after the one it is promoted from.
    pub environments: Vec<Environment>,
    /// Services by name.
    pub services: BTreeMap<Name, Service>,
    /// Teams by name.
    pub teams: BTreeMap<Name, Team>,
    /// How services are reached from outside.
    pub ingress: Ingress,
    /// cert-manager, if the platform brings it.
    pub cert_manager: Option<CertManager>,
    /// The object store, if there is one.
    pub object_storage: Option<ObjectStorage>,
    /// How secrets reach the clusters.
    pub secrets: Secrets,
    /// The Valkey servers, if a service uses them.
    pub valkey: Option<Valkey>,
    /// The RabbitMQ servers, if a service uses them.
    pub rabbitmq: Option<Rabbitmq>,
    /// Components that are declared and that no service uses: they are not rendered.
    pub unused: Vec<&'static str>,
    /// The database, if there is one.
    pub postgres: Option<Postgres>,
    /// Backups of the database, if there are any.
    pub postgres_backups: Option<PostgresBackups>,
    /// Supabase, if it is there.
    pub supabase: Option<Supabase>,
    /// Stores: those of components first, then the declared ones.
    pub stores: Vec<Store>,
    /// What may be contacted outside.
    pub endpoints: Vec<Endpoint>,
    /// Declared movements of data.
    pub flows: Vec<Flow>,
    /// Every cell, in the order of environments and then regions.
    pub cells: Vec<Cell>,
    /// Third-party images by their name in the catalogue, overrides applied.
    pub images: BTreeMap<String, ImagePin>,
}

/// A Git repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Repository {
    /// Its URL.
    pub url: RepositoryUrl,
    /// Host, with port if it has one.
    pub host: String,
    /// Everything before the last part of the path.
    pub owner: String,
    /// Last part of the path, without `.git`.
    pub name: String,
}

/// The residency policy.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Residency {
    /// The longest life of an exception, in days.
    pub max_exception_days: u32,
    /// Jurisdictions by name.
    pub jurisdictions: BTreeMap<Identifier, Jurisdiction>,
    /// The rule for every data class.
    pub classes: BTreeMap<DataClass, ClassRule>,
    /// Exceptions as they are written; rules judge them.
    #[serde(skip)]
    pub exceptions: Vec<ExceptionSpec>,
}

/// A set of countries in which data must stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Jurisdiction {
    /// The countries.
    pub countries: BTreeSet<Country>,
    /// Why.
    pub basis: Vec<String>,
}

/// Where a data class may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClassRule {
    /// How far it may go.
    pub residency: ClassResidency,
    /// Countries besides the jurisdiction's own.
    pub countries: BTreeSet<Country>,
    /// Why.
    pub reason: Option<String>,
}

/// A place with its own full stack.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Region {
    /// Its name.
    pub name: Name,
    /// The jurisdiction whose data it holds; a region without one fails RES001.
    pub jurisdiction: Option<Identifier>,
    /// Where it is.
    pub place: Place,
    /// Hosts of its services end in this.
    pub domain: Host,
    /// Availability zones.
    pub zones: Vec<Identifier>,
    /// Its own networks.
    pub cidrs: Vec<Cidr>,
    /// The attestation of an on-premises site.
    pub attestation: Option<AttestationSpec>,
    /// The name its clusters are given, when it is declared.
    pub cluster: Option<Name>,
    /// Addresses under which its hosts are reached from outside, where they are declared.
    pub ingress: Vec<Cidr>,
}

/// An environment.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Environment {
    /// Its name.
    pub name: Name,
    /// What it runs on.
    pub kind: EnvironmentKind,
    /// Its regions; a local environment has none.
    pub regions: Vec<Name>,
    /// Where its releases come from.
    pub promote_from: Option<Name>,
    /// Regions in the order in which promotions reach them.
    pub waves: Vec<Vec<Name>>,
    /// Put before the region's domain; empty for none.
    pub subdomain: String,
}

/// A workload of the user's own.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Service {
    /// Its name.
    pub name: Name,
    /// The team it belongs to.
    pub team: Option<Name>,
    /// Its namespace.
    pub namespace: String,
    /// The port on which it speaks HTTP.
    pub port: u16,
    /// The image, without tag.
    pub image: Image,
    /// First label of its host, if it is reachable from outside.
    pub expose: Option<Name>,
    /// Services it calls.
    pub calls: BTreeSet<Name>,
    /// Endpoints outside that it calls.
    pub contacts: BTreeSet<Name>,
    /// Stores it uses.
    pub uses: BTreeSet<Name>,
    /// Classes of the data it handles.
    pub classes: BTreeSet<DataClass>,
    /// How many replicas, where no environment or cell says otherwise.
    pub scaling: Scaling,
    /// Requests and limits of one replica.
    pub resources: Resources,
    /// Probes.
    pub health: Health,
    /// Plain environment variables.
    pub env: BTreeMap<Variable, String>,
    /// Writable directories.
    pub scratch: Vec<UrlPath>,
}

impl Service {
    /// The buckets it uses, by the id of their store.
    pub fn buckets(&self, platform: &Platform) -> BTreeSet<Name> {
        let is_bucket = |id: &&Name| {
            platform
                .store(id)
                .is_some_and(|store| store.kind == StoreKind::Bucket)
        };
        self.uses.iter().filter(is_bucket).cloned().collect()
    }
}

/// How many replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// Always so many.
    Fixed {
        /// Replicas.
        replicas: u32,
    },
    /// Between two bounds.
    Auto {
        /// The fewest.
        min: u32,
        /// The most.
        max: u32,
        /// Average CPU use in percent of the request.
        cpu: u32,
    },
}

impl Scaling {
    /// The fewest replicas that run.
    pub fn fewest(self) -> u32 {
        match self {
            Self::Fixed { replicas } => replicas,
            Self::Auto { min, .. } => min,
        }
    }

    /// The most replicas that run.
    pub fn most(self) -> u32 {
        match self {
            Self::Fixed { replicas } => replicas,
            Self::Auto { max, .. } => max,
        }
    }
}

/// Requests and limits of one replica.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Resources {
    /// Requested CPU.
    pub cpu: Quantity,
    /// Requested memory.
    pub memory: Quantity,
    /// Memory limit.
    pub memory_limit: Quantity,
    /// CPU limit, if there is one.
    pub cpu_limit: Option<Quantity>,
}

/// Probes of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Health {
    /// Path of the startup probe.
    pub startup: UrlPath,
    /// Path of the readiness probe.
    pub ready: UrlPath,
    /// Path of the liveness probe.
    pub live: UrlPath,
    /// How long a start may take, in seconds.
    pub startup_seconds: u32,
}

/// Who brought a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoreOrigin {
    /// A component, by its name in platform.toml.
    Component(&'static str),
    /// `[[stores]]`, by index from 0.
    Declared(usize),
}

/// A store; it exists once per cell unless it says where it is.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Store {
    /// How services refer to it.
    pub id: Name,
    /// What it is.
    pub kind: StoreKind,
    /// Classes of the data in it.
    pub classes: BTreeSet<DataClass>,
    /// Name template of a bucket, with `{environment}` and `{region}`.
    pub bucket: Option<String>,
    /// The one region that holds it, when it is not each cell's own.
    pub region: Option<Name>,
    /// Where it is, when it is not inside the region's cluster.
    pub place: Option<Place>,
    /// Who brought it.
    pub origin: StoreOrigin,
}

/// Something outside that may be contacted.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Endpoint {
    /// How services refer to it.
    pub id: Name,
    /// Its host.
    pub host: Host,
    /// Its ports.
    pub ports: Vec<u16>,
    /// The country it is in.
    pub country: Country,
    /// Who runs it.
    pub operator: Option<String>,
    /// Classes of data it may receive.
    pub classes: BTreeSet<DataClass>,
    /// Regions from which it may be contacted.
    pub regions: BTreeSet<Name>,
    /// Its addresses.
    pub cidrs: Vec<Cidr>,
    /// The Secret whose value leads here.
    pub via: Option<SecretKey>,
}

/// A declared movement of data between stores.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Flow {
    /// Source: region and store.
    pub from: (Name, Name),
    /// Target: region and store.
    pub to: (Name, Name),
    /// Classes of the data that moves.
    pub classes: BTreeSet<DataClass>,
    /// The exception that allows it.
    pub exception: Option<Identifier>,
}

impl Platform {
    /// The namespace of the services that belong to no team.
    pub fn apps_namespace(&self) -> String {
        format!("{}-apps", self.name)
    }

    /// The namespace of the stores.
    pub fn data_namespace(&self) -> String {
        format!("{}-data", self.name)
    }

    /// The namespaces of all cells, by name; each as the first cell has it that has it.
    pub fn namespaces(&self) -> BTreeMap<&str, &Namespace> {
        let mut namespaces = BTreeMap::new();
        for namespace in self.cells.iter().flat_map(|cell| &cell.namespaces) {
            namespaces
                .entry(namespace.name.as_str())
                .or_insert(namespace);
        }
        namespaces
    }

    /// A third-party image as Kubernetes takes it.
    ///
    /// # Errors
    /// When the catalogue has none of that name.
    pub fn image(&self, name: &str) -> anyhow::Result<String> {
        let pin = self.images.get(name);
        let pin = pin.with_context(|| format!("the catalogue has no image `{name}`"))?;
        Ok(pin.reference())
    }

    /// An environment by name.
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments
            .iter()
            .find(|environment| environment.name.as_str() == name)
    }

    /// A cell by name.
    pub fn cell(&self, name: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.name.as_str() == name)
    }

    /// A store by id.
    pub fn store(&self, id: &str) -> Option<&Store> {
        self.stores.iter().find(|store| store.id.as_str() == id)
    }

    /// An endpoint by id.
    pub fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints
            .iter()
            .find(|endpoint| endpoint.id.as_str() == id)
    }

    /// The countries in which a class of a region's data may be; `None` for everywhere.
    pub fn allowed(&self, class: DataClass, region: &Region) -> Option<BTreeSet<Country>> {
        let home = region
            .jurisdiction
            .as_ref()
            .and_then(|name| self.residency.jurisdictions.get(name))
            .map(|jurisdiction| jurisdiction.countries.clone())
            .unwrap_or_default();
        let rule = self.residency.classes.get(&class)?;
        match rule.residency {
            ClassResidency::Home => Some(home),
            ClassResidency::Listed => Some(home.union(&rule.countries).cloned().collect()),
            ClassResidency::Any => None,
        }
    }
}
