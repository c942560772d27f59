//! Names of buckets in Terraform, and buckets that it opens to everybody.

use super::Ground;
use super::records::at;
use crate::facts::buckets::{is_bucket_key, is_name, is_open_policy, named_in};
use crate::facts::terraform::{Datum, Mode, Resource, Value};
use crate::spec::names::Name;

/// A name of a bucket.
pub(in crate::residency) struct BucketName<'r> {
    /// The address of the resource or call.
    pub(in crate::residency) address: &'r str,
    /// The region that it is for, as far as that is told.
    pub(in crate::residency) told: Option<&'r Name>,
    /// The attribute.
    pub(in crate::residency) key: String,
    /// The name.
    pub(in crate::residency) name: String,
    /// Where it is written.
    pub(in crate::residency) value: &'r Value,
}

/// Types that make a bucket, and the attribute with its name. Sources: their pages at
/// <https://registry.terraform.io/browse/providers>.
const MADE: &[(&str, &str)] = &[
    ("google_storage_bucket", "name"),
    ("azurerm_storage_container", "name"),
    ("digitalocean_spaces_bucket", "name"),
    ("linode_object_storage_bucket", "label"),
    ("scaleway_object_bucket", "name"),
    ("ovh_cloud_project_storage", "name"),
    ("civo_object_store", "name"),
];

/// Every name of a bucket in a root.
pub(in crate::residency) fn bucket_names<'r>(ground: &'r Ground<'_>) -> Vec<BucketName<'r>> {
    let mut search = Search { found: Vec::new() };
    for resource in &ground.root.resources {
        search.resource(resource);
    }
    for call in &ground.root.calls {
        let subject = Subject {
            address: &call.address,
            told: None,
        };
        search.fields(&subject, call.fields.iter());
    }
    for backend in &ground.root.backends {
        let subject = Subject {
            address: "terraform.backend",
            told: None,
        };
        search.fields(&subject, backend.fields.iter());
    }
    search.found
}

/// What an attribute is of.
struct Subject<'r> {
    address: &'r str,
    told: Option<&'r Name>,
}

struct Search<'r> {
    found: Vec<BucketName<'r>>,
}

impl<'r> Search<'r> {
    fn resource(&mut self, resource: &'r Resource) {
        let subject = Subject {
            address: &resource.address,
            told: resource.region.as_ref(),
        };
        let name = MADE.iter().find(|(kind, _)| *kind == resource.kind);
        if let Some(value) = name.and_then(|(_, key)| resource.get(key)) {
            self.visit(&subject, "bucket", value);
        }
        self.fields(&subject, resource.fields.iter());
    }

    fn fields(
        &mut self,
        subject: &Subject<'r>,
        fields: impl Iterator<Item = (&'r String, &'r Value)>,
    ) {
        for (key, value) in fields {
            self.visit(subject, key, value);
        }
    }

    fn visit(&mut self, subject: &Subject<'r>, key: &str, value: &'r Value) {
        match &value.datum {
            Datum::Text(text) => self.text(subject, key, text, value),
            Datum::List(items) | Datum::Either(items) => {
                for item in items {
                    self.visit(subject, key, item);
                }
            }
            Datum::Object(entries) => self.fields(subject, entries.iter()),
            _ => {}
        }
    }

    fn text(&mut self, subject: &Subject<'r>, key: &str, text: &str, value: &'r Value) {
        let itself = is_bucket_key(key).then_some(text);
        let names = itself.into_iter().chain(named_in(text));
        self.found
            .extend(names.filter(|name| is_name(name)).map(|name| BucketName {
                address: subject.address,
                told: subject.told,
                key: key.to_owned(),
                name: name.to_owned(),
                value,
            }));
    }
}

/// Attributes that say who may read a bucket, and the values of them that let nobody in without a key.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl>,
/// <https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/storage_container>.
const ACCESS: &[(&str, &str)] = &[
    ("aws_s3_bucket", "acl"),
    ("aws_s3_bucket_acl", "acl"),
    ("aws_s3_object", "acl"),
    ("minio_s3_bucket", "acl"),
    ("digitalocean_spaces_bucket", "acl"),
    ("linode_object_storage_bucket", "acl"),
    ("scaleway_object_bucket", "acl"),
    ("scaleway_object_bucket_acl", "acl"),
    ("azurerm_storage_container", "container_access_type"),
    ("google_storage_bucket_acl", "predefined_acl"),
];

/// Values that let in whoever asks, or whoever has any account.
const OPEN: &[&str] = &[
    "public",
    "public-read",
    "public-read-write",
    "public-write",
    "publicRead",
    "publicReadWrite",
    "authenticated-read",
    "authenticatedRead",
    "blob",
    "container",
    "allUsers",
    "allAuthenticatedUsers",
];

/// Values that open a bucket to everybody, with the resource.
pub(in crate::residency) fn opened_buckets<'r>(
    ground: &'r Ground<'_>,
) -> Vec<(&'r Resource, &'r Value)> {
    let mut found = Vec::new();
    for resource in ground
        .root
        .resources
        .iter()
        .filter(|resource| resource.mode == Mode::Managed)
    {
        let kind = resource.kind.as_str();
        let acl = ACCESS.iter().filter(|(known, _)| *known == kind);
        let mut values: Vec<&Value> = acl.flat_map(|(_, key)| at(resource, key)).collect();
        // <https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/storage_bucket_iam>
        if kind.starts_with("google_storage_bucket_iam_") {
            values.extend(
                ["member", "members"]
                    .iter()
                    .flat_map(|key| at(resource, key)),
            );
        }
        if kind == "google_storage_bucket_access_control" {
            values.extend(at(resource, "entity"));
        }
        found.extend(
            values
                .into_iter()
                .flat_map(Value::items)
                .filter(|value| value.text().is_some_and(|text| OPEN.contains(&&*text)))
                .map(|value| (resource, value)),
        );
        if kind.ends_with("_bucket_policy") || kind.ends_with("_s3_bucket") {
            found.extend(
                at(resource, "policy")
                    .into_iter()
                    .filter(|value| value.text().is_some_and(|text| is_open_policy(&text)))
                    .map(|value| (resource, value)),
            );
        }
    }
    found
}
