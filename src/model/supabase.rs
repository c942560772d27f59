//! Supabase with every default filled in, as a platform and as a cell has it.

use super::cell::Cell;
use super::components::is_contacted;
use super::platform::{Platform, Resources};
use super::resolve::{over, quantity, resources};
use crate::spec::names::{Host, Name, Quantity};
use crate::spec::types::{
    EnvironmentKind, SmtpSpec, SupabaseOverride, SupabasePartSpec, SupabasePartsSpec, SupabaseSpec,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// The component, its unit and the store by which services refer to it.
pub const SUPABASE: &str = "supabase";
/// The bucket in which it keeps files.
pub const SUPABASE_BUCKET: &str = "storage";

/// One workload of Supabase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SupabasePart {
    /// Logflare.
    Analytics,
    /// GoTrue: accounts and logins.
    Auth,
    /// Edge functions.
    Functions,
    /// Envoy, in front of all others.
    Gateway,
    /// Resizes images.
    Imgproxy,
    /// What studio asks about the database.
    Meta,
    /// Supavisor, the connection pooler.
    Pooler,
    /// Changes of tables as they happen.
    Realtime,
    /// PostgREST: tables as REST and GraphQL.
    Rest,
    /// Files.
    Storage,
    /// The pages of the operator.
    Studio,
}

impl SupabasePart {
    /// Every part.
    pub const ALL: [Self; 11] = [
        Self::Analytics,
        Self::Auth,
        Self::Functions,
        Self::Gateway,
        Self::Imgproxy,
        Self::Meta,
        Self::Pooler,
        Self::Realtime,
        Self::Rest,
        Self::Storage,
        Self::Studio,
    ];

    /// Its name in platform.toml.
    pub fn name(self) -> &'static str {
        &self.workload()["supabase-".len()..]
    }

    /// The name of its workload and of its Service.
    pub fn workload(self) -> &'static str {
        match self {
            Self::Analytics => "supabase-analytics",
            Self::Auth => "supabase-auth",
            Self::Functions => "supabase-functions",
            Self::Gateway => "supabase-gateway",
            Self::Imgproxy => "supabase-imgproxy",
            Self::Meta => "supabase-meta",
            Self::Pooler => "supabase-pooler",
            Self::Realtime => "supabase-realtime",
            Self::Rest => "supabase-rest",
            Self::Storage => "supabase-storage",
            Self::Studio => "supabase-studio",
        }
    }

    /// The port on which it speaks HTTP.
    pub fn port(self) -> u16 {
        match self {
            Self::Analytics | Self::Pooler | Self::Realtime => 4000,
            Self::Auth => 9999,
            Self::Functions => 9000,
            Self::Gateway => 8000,
            Self::Imgproxy => 5001,
            Self::Meta => 8080,
            Self::Rest | Self::Studio => 3000,
            Self::Storage => 5000,
        }
    }

    /// Whether there may be one of it only: it keeps what it knows in memory, or is a page for one operator.
    pub fn is_single(self) -> bool {
        matches!(
            self,
            Self::Analytics | Self::Meta | Self::Pooler | Self::Realtime | Self::Studio
        )
    }

    /// What is written about it.
    pub(super) fn of(self, parts: &SupabasePartsSpec) -> Option<&SupabasePartSpec> {
        match self {
            Self::Analytics => parts.analytics.as_ref(),
            Self::Auth => parts.auth.as_ref(),
            Self::Functions => parts.functions.as_ref(),
            Self::Gateway => parts.gateway.as_ref(),
            Self::Imgproxy => parts.imgproxy.as_ref(),
            Self::Meta => parts.meta.as_ref(),
            Self::Pooler => parts.pooler.as_ref(),
            Self::Realtime => parts.realtime.as_ref(),
            Self::Rest => parts.rest.as_ref(),
            Self::Storage => parts.storage.as_ref(),
            Self::Studio => parts.studio.as_ref(),
        }
    }

    fn replicas(self) -> u32 {
        match self {
            Self::Auth | Self::Gateway | Self::Rest | Self::Storage => 2,
            _ => 1,
        }
    }

    fn size(self) -> (&'static str, &'static str) {
        match self {
            Self::Analytics => ("250m", "1Gi"),
            Self::Auth => ("50m", "128Mi"),
            Self::Gateway => ("100m", "256Mi"),
            Self::Meta | Self::Rest => ("50m", "256Mi"),
            Self::Studio => ("100m", "768Mi"),
            Self::Functions | Self::Imgproxy | Self::Pooler | Self::Realtime | Self::Storage => {
                ("100m", "512Mi")
            }
        }
    }
}

/// How many of one part run, and how large each is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartSize {
    /// How many run.
    pub replicas: u32,
    /// Requests and limits of one.
    pub resources: Resources,
}

/// How mails are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Smtp {
    /// Endpoints; each cell uses the first that it may contact.
    pub endpoints: Vec<Name>,
    /// The address that mails come from.
    pub from: String,
    /// The name that mails come from.
    pub sender: String,
}

/// Supabase as every cell has it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Supabase {
    /// Size of the database's volume, where no environment or cell says otherwise.
    pub storage: Quantity,
    /// StorageClass of the database's volume; none for the cluster's default.
    pub storage_class: Option<Host>,
    /// Requests and limits of the database.
    pub resources: Resources,
    /// First label of the gateway's host, if it is reachable from outside.
    pub expose: Option<Name>,
    /// The service to which links lead back.
    pub site: Option<Name>,
    /// Other addresses to which a login may lead back.
    pub redirect_urls: Vec<String>,
    /// Whether anybody may create an account.
    pub sign_up: bool,
    /// Whether there are accounts without any identity.
    pub anonymous_users: bool,
    /// How long a token is valid, in seconds.
    pub jwt_expiry: u32,
    /// Schemas that REST offers.
    pub schemas: Vec<String>,
    /// The most rows of one answer of REST.
    pub max_rows: u32,
    /// The largest file that may be uploaded, in MiB.
    pub max_upload_mib: u32,
    /// Functions that answer without a token.
    pub public_functions: Vec<Name>,
    /// How mails are sent.
    pub smtp: Option<Smtp>,
    /// The parts that run.
    pub parts: BTreeMap<SupabasePart, PartSize>,
}

/// Supabase in one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CellSupabase {
    /// Size of the database's volume.
    pub storage: Quantity,
    /// StorageClass of the database's volume; none for the cluster's default.
    pub storage_class: Option<Host>,
    /// Requests and limits of the database.
    pub resources: Resources,
    /// The gateway's host, if it is reachable from outside.
    pub host: Option<String>,
    /// The gateway's address, as clients know it.
    pub url: String,
    /// To which links in mails lead back.
    pub site_url: String,
    /// The endpoint through which mails are sent.
    pub mail: Option<Name>,
    /// The parts that run.
    pub parts: BTreeMap<SupabasePart, PartSize>,
}

impl Supabase {
    /// Whether a part runs.
    pub fn has(&self, part: SupabasePart) -> bool {
        self.parts.contains_key(&part)
    }
}

/// The component with its defaults.
pub(super) fn supabase(platform: &Name, written: &SupabaseSpec) -> Supabase {
    let runs = |part: &SupabasePart| match part {
        SupabasePart::Analytics => written.analytics.unwrap_or(false),
        SupabasePart::Functions => written.functions.unwrap_or(true),
        SupabasePart::Pooler => written.pooler.unwrap_or(true),
        _ => true,
    };
    let size = |part: SupabasePart| {
        let own = part.of(&written.parts);
        let size = PartSize {
            replicas: own.and_then(|own| own.replicas).unwrap_or(part.replicas()),
            resources: resources(own.and_then(|own| own.resources.as_ref()), part.size()),
        };
        (part, size)
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Supabase {
        storage: written.storage.clone().unwrap_or_else(|| quantity("50Gi")),
        storage_class: written.storage_class.clone(),
        resources: resources(written.resources.as_ref(), ("500m", "2Gi")),
        expose: written.expose.clone(),
        site: written.site.clone(),
        redirect_urls: written.redirect_urls.clone(),
        sign_up: written.sign_up.unwrap_or(false),
        anonymous_users: written.anonymous_users.unwrap_or(false),
        jwt_expiry: written.jwt_expiry.unwrap_or(3600),
        schemas: written
            .schemas
            .clone()
            .unwrap_or_else(|| texts(&["public", "storage", "graphql_public"])),
        max_rows: written.max_rows.unwrap_or(1000),
        max_upload_mib: written.max_upload_mib.unwrap_or(50),
        public_functions: written.public_functions.clone(),
        smtp: written.smtp.as_ref().map(|smtp| self::smtp(platform, smtp)),
        parts: SupabasePart::ALL
            .into_iter()
            .filter(runs)
            .map(size)
            .collect(),
    }
}

fn smtp(platform: &Name, written: &SmtpSpec) -> Smtp {
    Smtp {
        endpoints: written.endpoints.clone(),
        from: written.from.clone(),
        sender: written
            .sender
            .clone()
            .unwrap_or_else(|| platform.to_string()),
    }
}

/// What it is in one cell: environment first, then cell.
pub(super) fn here(
    platform: &Platform,
    cell: &Cell,
    overrides: [Option<&SupabaseOverride>; 2],
) -> Option<CellSupabase> {
    let supabase = platform.supabase.as_ref()?;
    let is_local = cell.kind == EnvironmentKind::Local;
    let mut parts = supabase.parts.clone();
    if is_local {
        // A laptop needs no second replica.
        parts.values_mut().for_each(|size| size.replicas = 1);
    }
    let mut result = CellSupabase {
        storage: if is_local {
            quantity("5Gi")
        } else {
            supabase.storage.clone()
        },
        storage_class: supabase.storage_class.clone(),
        resources: supabase.resources.clone(),
        host: None,
        url: String::new(),
        site_url: String::new(),
        mail: mail(platform, cell, supabase),
        parts,
    };
    let mut label = supabase.expose.clone();
    for written in overrides.into_iter().flatten() {
        result.storage = written.storage.clone().unwrap_or(result.storage);
        result.storage_class = written.storage_class.clone().or(result.storage_class);
        result.resources = over(&result.resources, written.resources.as_ref());
        label = written.expose.clone().or(label);
        for (part, size) in &mut result.parts {
            if let Some(own) = part.of(&written.parts) {
                size.replicas = own.replicas.unwrap_or(size.replicas);
                size.resources = over(&size.resources, own.resources.as_ref());
            }
        }
    }
    result.host = label.map(|label| format!("{label}.{}", cell.domain));
    result.url = match &result.host {
        Some(host) => format!("https://{host}"),
        None => platform.supabase_url(),
    };
    let site = supabase.site.as_ref();
    let site = site.and_then(|service| cell.services.get(service)?.host.as_ref());
    result.site_url = site.map_or_else(|| result.url.clone(), |host| format!("https://{host}"));
    Some(result)
}

/// The first endpoint for mails that this cell may contact.
fn mail(platform: &Platform, cell: &Cell, supabase: &Supabase) -> Option<Name> {
    let endpoints = &supabase.smtp.as_ref()?.endpoints;
    let may = |id: &&Name| {
        platform
            .endpoint(id)
            .is_some_and(|endpoint| is_contacted(platform, cell, endpoint))
    };
    endpoints.iter().find(may).cloned()
}

impl Platform {
    /// The gateway's address inside the cluster.
    pub fn supabase_url(&self) -> String {
        self.supabase_part_url(SupabasePart::Gateway)
    }

    /// A part's address inside the cluster.
    pub fn supabase_part_url(&self, part: SupabasePart) -> String {
        let namespace = self.data_namespace();
        format!("http://{}.{namespace}.svc:{}", part.workload(), part.port())
    }
}
