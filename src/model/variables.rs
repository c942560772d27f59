//! The environment variables that follow from `calls`, `uses` and the cell: one declaration, no second copy.

use super::object_users::ObjectUser;
use super::platform::{Platform, Service};
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
    /// A key of a Secret in the namespace of the services.
    Secret {
        /// Name of the Secret.
        name: String,
        /// The key in it.
        key: &'static str,
    },
}

impl Platform {
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
        let buckets = service.buckets(self);
        if !buckets.is_empty() {
            self.object_storage_variables(service, &buckets, &mut variables);
        }
        variables
    }

    fn object_storage_variables(
        &self,
        service: &Service,
        buckets: &BTreeSet<Name>,
        variables: &mut BTreeMap<String, Setting>,
    ) {
        let endpoint = format!(
            "http://object-storage.{}.svc:{OBJECT_STORAGE_PORT}",
            self.data_namespace()
        );
        let secret = |key| Setting::Secret {
            name: ObjectUser::secret_of(&service.name),
            key,
        };
        // The names that the AWS SDKs read by themselves; without the endpoint an SDK would go to AWS.
        variables.insert("AWS_ENDPOINT_URL_S3".to_owned(), Setting::Text(endpoint));
        // The store calls its region as the platform does, so that no signature names a place abroad.
        variables.insert("AWS_REGION".to_owned(), Setting::Region);
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

fn upper(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}
