//! Cells, with everything that components and services bring into them.

use super::components::backups::BackupSchedules;
use super::components::postgres::CellPostgres;
use super::components::{CellObjectStorage, CellServer};
use super::credentials::Credential;
use super::edges::{Edge, Peer};
use super::ingress::Exposed;
use super::namespaces::Namespace;
use super::needs::Need;
use super::object_users::{ObjectRights, ObjectUser};
use super::operators::Operator;
use super::platform::{Resources, Scaling};
use super::storage::StorageClass;
use super::supabase::CellSupabase;
use super::teams::CellTeam;
use super::units::{ClusterWide, Unit};
use crate::spec::names::{CellName, Cidr, Name, Variable};
use crate::spec::types::EnvironmentKind;
use serde::Serialize;
use std::collections::BTreeMap;

/// Where the overlays of all cells are, relative to the repository.
pub const OVERLAYS: &str = "cluster/overlays/";

/// One environment in one region: one cluster, one Argo CD, one of every store.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cell {
    /// `environment/region`.
    pub name: CellName,
    /// Its environment.
    pub environment: Name,
    /// Its region; `local` on a laptop.
    pub region: Name,
    /// What it runs on.
    pub kind: EnvironmentKind,
    /// Hosts of its services end in this.
    pub domain: String,
    /// Name of its cluster.
    pub cluster: String,
    /// What its services are here.
    pub services: BTreeMap<Name, CellService>,
    /// What its object store is here.
    pub object_storage: Option<CellObjectStorage>,
    /// What its teams are here.
    pub teams: BTreeMap<Name, CellTeam>,
    /// Its namespaces, by name.
    pub namespaces: Vec<Namespace>,
    /// What its workloads need at their largest.
    pub needs: Vec<Need>,
    /// What its Valkey server is here.
    pub valkey: Option<CellServer>,
    /// What its RabbitMQ server is here.
    pub rabbitmq: Option<CellServer>,
    /// What its database is here.
    pub postgres: Option<CellPostgres>,
    /// When things happen to the backups of its database.
    pub backup_schedules: Option<BackupSchedules>,
    /// What Supabase is here.
    pub supabase: Option<CellSupabase>,
    /// What it deploys, in the order in which it comes up.
    pub units: Vec<Unit>,
    /// What its units make that is in no namespace.
    pub cluster_wide: Vec<ClusterWide>,
    /// Every way that is open in its network.
    pub edges: Vec<Edge>,
    /// Every Secret it needs.
    pub credentials: Vec<Credential>,
    /// Every user of its object store.
    pub object_users: Vec<ObjectUser>,
    /// What operates it: charts in namespaces of their own.
    pub operators: Vec<Operator>,
    /// What is reached from outside, and under which host.
    pub exposed: Vec<Exposed>,
    /// Addresses of its API server.
    pub api_server: Vec<Cidr>,
    /// Where its volumes come from.
    pub storage_class: StorageClass,
}

impl Cell {
    /// The ports of an API server: of its Service, and of the server itself, where a policy looks behind the Service.
    pub const API_SERVER_PORTS: &[u16] = &[443, 6443];

    /// The API server, as one end of an edge.
    pub fn api_server(&self) -> Peer {
        Peer::ApiServer {
            cidrs: self.api_server.iter().map(ToString::to_string).collect(),
        }
    }

    /// The name of the StorageClass of a volume that names none.
    pub fn storage_class(&self) -> String {
        self.storage_class.name.clone()
    }

    /// Its overlay, relative to the repository.
    pub fn overlay(&self) -> String {
        format!("{OVERLAYS}{}/{}", self.environment, self.region)
    }

    /// The folder of its sealed Secrets, relative to the repository.
    pub fn sealed(&self) -> String {
        format!("{}/secrets/sealed", self.overlay())
    }

    /// The certificate that its Secrets are sealed for, relative to the repository.
    pub fn sealing_certificate(&self) -> String {
        format!("bootstrap/{}/sealed-secrets.pem", self.name.as_str())
    }

    /// Whether backups go to a bucket, which is therefore locked.
    pub fn is_backed_up_to(&self, bucket: &str) -> bool {
        let mut backups = self
            .object_users
            .iter()
            .filter(|user| user.rights == ObjectRights::Backup);
        backups.any(|user| user.buckets.contains(bucket))
    }

    /// The pins file of one service, relative to the repository.
    pub fn pins(&self, service: &str) -> String {
        format!("{}/{service}/pins/kustomization.yaml", self.overlay())
    }
}

/// A service in one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CellService {
    /// How many replicas.
    pub scaling: Scaling,
    /// Requests and limits of one replica.
    pub resources: Resources,
    /// Plain environment variables.
    pub env: BTreeMap<Variable, String>,
    /// Its host, if it is reachable from outside.
    pub host: Option<String>,
}
