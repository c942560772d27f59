//! The closed set of string formats that keys and values of `platform.toml` may have.
//!
//! Each format is a type, so that the schema carries its pattern, and a check that says in words what is wrong.

use super::formats::{
    CELL, CIDR, COUNTRY, DATE, DIGEST, HOST, HTTPS_URL, IDENTIFIER, IMAGE, LABEL, QUANTITY,
    SCHEDULE, SECRET_KEY, TIMESPAN, URL_PATH, VARIABLE,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

macro_rules! format_types {
    ($($(#[$doc:meta])* $name:ident = $format:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes a text that has the format.
            pub fn new(text: &str) -> Option<Self> {
                ($format.check)(text).then(|| Self(text.to_owned()))
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $format.pattern })
            }
        }
    )*};
}

format_types! {
    /// A name that becomes part of Kubernetes objects, paths and buckets.
    Name = LABEL;
    /// `environment/region`.
    CellName = CELL;
    /// ISO 3166-1 alpha-2.
    Country = COUNTRY;
    /// A DNS host name.
    Host = HOST;
    /// A free identifier: jurisdictions, exceptions, provider locations.
    Identifier = IDENTIFIER;
    /// A Kubernetes quantity.
    Quantity = QUANTITY;
    /// The name of an environment variable.
    Variable = VARIABLE;
    /// The path of an HTTP probe.
    UrlPath = URL_PATH;
    /// An IPv4 or IPv6 range.
    Cidr = CIDR;
    /// The URL of a Git repository.
    RepositoryUrl = HTTPS_URL;
    /// An image without tag and digest.
    Image = IMAGE;
    /// An image digest.
    Digest = DIGEST;
    /// A schedule as cron writes it.
    Schedule = SCHEDULE;
    /// `secret:namespace/name` or `secret:namespace/name/key`.
    SecretKey = SECRET_KEY;
    /// A whole number of seconds, minutes, hours or days.
    Timespan = TIMESPAN;
}

impl Quantity {
    /// It as a number, rounded.
    pub fn amount(&self) -> f64 {
        let digits = self.0.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let factor = match &self.0[digits.len()..] {
            "m" => 1e-3,
            "k" => 1e3,
            "M" => 1e6,
            "G" => 1e9,
            "T" => 1e12,
            "P" => 1e15,
            "Ki" => 1024.0,
            "Mi" => 1024f64.powi(2),
            "Gi" => 1024f64.powi(3),
            "Ti" => 1024f64.powi(4),
            "Pi" => 1024f64.powi(5),
            _ => 1.0,
        };
        digits.parse::<f64>().unwrap_or(0.0) * factor
    }
}

impl Timespan {
    /// How many seconds it is.
    pub fn seconds(&self) -> u32 {
        let digits = self.0.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match &self.0[digits.len()..] {
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => 1,
        };
        digits.parse::<u32>().unwrap_or(0).saturating_mul(unit)
    }
}

impl SecretKey {
    /// Namespace, name, and the key if it is about one.
    pub fn parts(&self) -> (&str, &str, Option<&str>) {
        let rest = self.0.strip_prefix("secret:").unwrap_or(&self.0);
        let (namespace, rest) = rest.split_once('/').unwrap_or((rest, ""));
        match rest.split_once('/') {
            Some((name, key)) => (namespace, name, Some(key)),
            None => (namespace, rest, None),
        }
    }
}

impl CellName {
    /// The cell of an environment in a region.
    pub fn join(environment: &Name, region: &Name) -> Self {
        Self(format!("{environment}/{region}"))
    }

    /// What stands before and after the slash.
    pub fn parts(&self) -> (Name, Name) {
        let (first, second) = self.0.split_once('/').unwrap_or((&self.0, ""));
        (Name(first.to_owned()), Name(second.to_owned()))
    }
}

/// A TOML date without time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub jiff::civil::Date);

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let datetime = toml::value::Datetime::deserialize(deserializer)?;
        datetime
            .to_string()
            .parse()
            .map(Self)
            .map_err(|_| serde::de::Error::custom(DATE.what))
    }
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Date {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "pattern": DATE.pattern })
    }
}
