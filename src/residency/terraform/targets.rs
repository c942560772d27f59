//! Resources that others point to, and where they are.

use super::{Ground, location_keys, place, provider};
use crate::catalogue::Place;
use crate::facts::terraform::{Datum, Mode, Resource, Unknown, Value};
use crate::spec::types::Provider;

/// What is known about where a reference leads.
#[derive(Debug)]
pub(in crate::residency) enum Target {
    /// To these places.
    Places(Vec<Place>),
    /// It cannot be told.
    Unknown(String),
}

impl<'a> Ground<'a> {
    /// Where a resource is: what it says, else what its provider says.
    pub(in crate::residency) fn place_of(&self, resource: &Resource) -> Option<Place> {
        let provider = provider(&resource.provider_name)?;
        let own = location_keys(Some(provider))
            .iter()
            .filter_map(|key| resource.get(key)?.text())
            .find_map(|code| place(provider, &code));
        own.or_else(|| {
            let configured = &self.root.providers[resource.provider?];
            ["zone", "region"]
                .iter()
                .filter_map(|key| configured.get(key)?.text())
                .find_map(|code| place(provider, &code))
        })
    }

    /// The resources of this root that an address means, in whichever module they are.
    pub(in crate::residency) fn referred(&self, address: &str) -> Vec<&'a Resource> {
        let (mode, rest) = match address.strip_prefix("data.") {
            Some(rest) => (Mode::Data, rest),
            None => (Mode::Managed, address),
        };
        let mut words = rest.split(['.', '[']);
        let (Some(kind), Some(name)) = (words.next(), words.next()) else {
            return Vec::new();
        };
        self.root
            .resources
            .iter()
            .filter(|other| other.mode == mode && other.kind == kind && other.name == name)
            .collect()
    }

    /// Where a value leads that names another resource: a reference, an ARN, or a name that a resource here has.
    pub(in crate::residency) fn target(&self, provider: Provider, value: &Value) -> Target {
        match &value.datum {
            Datum::Unknown(Unknown::Reference(address)) => {
                let places: Vec<Option<Place>> = self
                    .referred(address)
                    .into_iter()
                    .map(|resource| self.place_of(resource))
                    .collect();
                all(places)
                    .unwrap_or_else(|| Target::Unknown(format!("`{address}` may be anywhere")))
            }
            Datum::Unknown(why) => Target::Unknown(why.to_string()),
            Datum::Text(text) => self.named(provider, text),
            _ => Target::Unknown("it is not said where that is".to_owned()),
        }
    }

    fn named(&self, provider: Provider, text: &str) -> Target {
        if let Some(place) = arn_region(text).and_then(|region| place(Provider::Aws, region)) {
            return Target::Places(vec![place]);
        }
        if let Some(place) = place(provider, text) {
            return Target::Places(vec![place]);
        }
        let name = text.rsplit([':', '/']).next().unwrap_or(text);
        let places: Vec<Option<Place>> = self
            .root
            .resources
            .iter()
            .filter(|other| other.mode == Mode::Managed)
            .filter(|other| {
                [
                    "bucket",
                    "name",
                    "identifier",
                    "cluster_identifier",
                    "account_name",
                ]
                .iter()
                .any(|key| other.get(key).and_then(Value::text).as_deref() == Some(name))
            })
            .map(|resource| self.place_of(resource))
            .collect();
        all(places)
            .unwrap_or_else(|| Target::Unknown(format!("nothing here says where `{name}` is")))
    }
}

fn all(places: Vec<Option<Place>>) -> Option<Target> {
    let places: Vec<Place> = places.into_iter().collect::<Option<_>>()?;
    (!places.is_empty()).then_some(Target::Places(places))
}

/// The region in an ARN: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
pub(in crate::residency) fn arn_region(text: &str) -> Option<&str> {
    let mut parts = text.split(':');
    let is_arn = parts.next() == Some("arn") && parts.next()?.starts_with("aws");
    let region = parts.nth(1)?;
    (is_arn && !region.is_empty()).then_some(region)
}
