//! The environment variables that follow from `calls`, `uses` and the cell: one declaration, no second copy.

use super::components::postgres::{POSTGRES, POSTGRES_PORT, Postgres};
use super::components::supabase_secret;
use super::components::{ObjectAccess, RABBITMQ_PORT, VALKEY_PORT, secret_of};
use super::object_users::ObjectUser;
use super::platform::{Platform, Service};
use super::supabase::SUPABASE;
use crate::spec::names::Name;
use std::collections::{BTreeMap, BTreeSet};

/// The port of the object store's S3 interface.
pub const OBJECT_STORAGE_PORT: u16 = 9000;

/// Where a variable's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// The same everywhere.
    Text(String),
    /// The cell's environment.
    Environment,
    /// The cell's region.
    Region,
    /// The cell's bucket of a store.
    Bucket(Name),
    /// Where the cell's object store is.
    ObjectStorage(ObjectSetting),
    /// A key of a Secret in the namespace of the services.
    Secret {
        /// Name of the Secret.
        name: String,
        /// The key in it.
        key: &'static str,
    },
}

/// What of the object store a variable says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectSetting {
    /// Its URL.
    Url,
    /// The region that requests are signed for.
    Region,
    /// Whether buckets are part of the path.
    PathStyle,
    /// The file with the certificate that is to be trusted; no variable where none is needed.
    CaFile,
}

impl ObjectSetting {
    /// The value in a cell.
    pub fn value(self, access: &ObjectAccess) -> Option<String> {
        match self {
            Self::Url => Some(access.url()),
            Self::Region => Some(access.region.clone()),
            Self::PathStyle => Some(access.path_style.to_string()),
            Self::CaFile => access.ca_file(),
        }
    }
}

impl Platform {
    /// Whether the object store of every cell shows a certificate that its users must be given.
    pub fn object_storage_ca_everywhere(&self) -> bool {
        let mut cells = self.cells.iter();
        cells.all(|cell| {
            cell.object_storage
                .as_ref()
                .is_some_and(|here| here.access.own_ca)
        })
    }

    /// The variables that platformctl sets for a service, by name.
    pub fn variables(&self, service: &Service) -> BTreeMap<String, Setting> {
        let mut variables = BTreeMap::from([
            ("PLATFORM_ENVIRONMENT".to_owned(), Setting::Environment),
            ("PLATFORM_REGION".to_owned(), Setting::Region),
            ("PORT".to_owned(), Setting::Text(service.port.to_string())),
        ]);
        for callee in service
            .calls
            .iter()
            .filter_map(|name| self.services.get(name))
        {
            let url = format!(
                "http://{}.{}.svc:{}",
                callee.name, callee.namespace, callee.port
            );
            variables.insert(format!("{}_URL", upper(&callee.name)), Setting::Text(url));
        }
        for endpoint in service.contacts.iter().filter_map(|id| self.endpoint(id)) {
            let port = endpoint.ports.first().copied().unwrap_or(443);
            variables.insert(
                format!("{}_HOST", upper(&endpoint.id)),
                Setting::Text(endpoint.host.to_string()),
            );
            variables.insert(
                format!("{}_PORT", upper(&endpoint.id)),
                Setting::Text(port.to_string()),
            );
        }
        if service.uses.contains(SUPABASE) && self.supabase.is_some() {
            self.supabase_variables(service, &mut variables);
        }
        let buckets = service.buckets(self);
        if !buckets.is_empty() {
            self.object_storage_variables(service, &buckets, &mut variables);
        }
        if self.valkey.is_some() && service.uses.contains("valkey") {
            self.server_variables(service, "valkey", VALKEY_PORT, &mut variables);
        }
        if self.rabbitmq.is_some() && service.uses.contains("rabbitmq") {
            self.server_variables(service, "rabbitmq", RABBITMQ_PORT, &mut variables);
            let host = Setting::Text(service.name.to_string());
            variables.insert("RABBITMQ_VHOST".to_owned(), host);
        }
        if let Some(postgres) = &self.postgres
            && service.uses.contains(POSTGRES)
        {
            self.postgres_variables(service, postgres, &mut variables);
        }
        variables
    }

    /// The names that libpq and the drivers built upon it or after it read by themselves.
    fn postgres_variables(
        &self,
        service: &Service,
        postgres: &Postgres,
        variables: &mut BTreeMap<String, Setting>,
    ) {
        let name = &service.name;
        let text = |text: String| Setting::Text(text);
        let host = format!("{POSTGRES}.{}.svc", self.data_namespace());
        variables.insert("PGHOST".to_owned(), text(host));
        variables.insert("PGPORT".to_owned(), text(POSTGRES_PORT.to_string()));
        variables.insert("PGDATABASE".to_owned(), text(postgres.database(name)));
        variables.insert("PGUSER".to_owned(), text(Postgres::role(name)));
        let password = Setting::Secret {
            name: Postgres::secret_of(name),
            key: "password",
        };
        variables.insert("PGPASSWORD".to_owned(), password);
    }

    /// The names that Supabase's own clients use in their documentation.
    fn supabase_variables(&self, service: &Service, variables: &mut BTreeMap<String, Setting>) {
        let secret = |key| Setting::Secret {
            name: supabase_secret(service),
            key,
        };
        let url = Setting::Text(self.supabase_url());
        variables.insert("SUPABASE_URL".to_owned(), url);
        variables.insert("SUPABASE_ANON_KEY".to_owned(), secret("anon-key"));
        let key = secret("service-role-key");
        variables.insert("SUPABASE_SERVICE_ROLE_KEY".to_owned(), key);
    }

    fn object_storage_variables(
        &self,
        service: &Service,
        buckets: &BTreeSet<Name>,
        variables: &mut BTreeMap<String, Setting>,
    ) {
        let secret = |key| Setting::Secret {
            name: ObjectUser::secret_of(&service.name),
            key,
        };
        // The names that the AWS SDKs read by themselves; without the endpoint an SDK would go to AWS.
        for (name, setting) in [
            ("AWS_ENDPOINT_URL_S3", ObjectSetting::Url),
            // The SDKs have no common name for this one.
            ("S3_FORCE_PATH_STYLE", ObjectSetting::PathStyle),
            // Python, Go, Java and the command line read the first; Node.js reads the second and not the first.
            ("AWS_CA_BUNDLE", ObjectSetting::CaFile),
            ("NODE_EXTRA_CA_CERTS", ObjectSetting::CaFile),
        ] {
            variables.insert(name.to_owned(), self.object_setting(setting));
        }
        let region = Setting::ObjectStorage(ObjectSetting::Region);
        variables.insert("AWS_REGION".to_owned(), region);
        variables.insert("AWS_ACCESS_KEY_ID".to_owned(), secret("access-key"));
        variables.insert("AWS_SECRET_ACCESS_KEY".to_owned(), secret("secret-key"));
        for store in buckets {
            variables.insert(
                format!("{}_BUCKET", upper(store)),
                Setting::Bucket(store.clone()),
            );
        }
    }
}

impl Platform {
    /// A setting that all cells agree on is a text.
    fn object_setting(&self, setting: ObjectSetting) -> Setting {
        let mut values = self.cells.iter().map(|cell| {
            let store = cell.object_storage.as_ref()?;
            setting.value(&store.access)
        });
        match values.next().flatten() {
            Some(first) if values.all(|other| other.as_ref() == Some(&first)) => {
                Setting::Text(first)
            }
            _ => Setting::ObjectStorage(setting),
        }
    }

    /// A user and a password of one's own at a server in the namespace of the stores.
    fn server_variables(
        &self,
        service: &Service,
        server: &str,
        port: u16,
        variables: &mut BTreeMap<String, Setting>,
    ) {
        let host = format!("{server}.{}.svc", self.data_namespace());
        let password = Setting::Secret {
            name: secret_of(&service.name, server),
            key: "password",
        };
        let values = [
            ("HOST", Setting::Text(host)),
            ("PORT", Setting::Text(port.to_string())),
            ("USERNAME", Setting::Text(service.name.to_string())),
            ("PASSWORD", password),
        ];
        for (part, value) in values {
            variables.insert(format!("{}_{part}", upper(server)), value);
        }
    }
}

fn upper(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}
