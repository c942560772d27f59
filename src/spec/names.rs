//! The closed set of string formats that keys and values of `platform.toml` may have.
//!
//! Each format is a type, so that the schema carries its pattern, and a check that says in words what is wrong.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A format: its name, the pattern for editors, and the check with a sentence for people.
pub(super) struct Format {
    pub(super) pattern: &'static str,
    pub(super) what: &'static str,
    pub(super) check: fn(&str) -> bool,
}

const LABEL: Format = Format {
    pattern: "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$",
    what: "a name has at most 40 lower-case letters, digits and hyphens, begins with a letter and ends with a letter or digit",
    check: |text| is_label(text, 40),
};
const CELL: Format = Format {
    pattern: "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?/[a-z]([a-z0-9-]{0,38}[a-z0-9])?$",
    what: "a cell is written `environment/region`, such as `production/tr`",
    check: |text| {
        text.split_once('/')
            .is_some_and(|(environment, region)| is_label(environment, 40) && is_label(region, 40))
    },
};
const COUNTRY: Format = Format {
    pattern: "^[A-Z]{2}$",
    what: "a country is its two-letter ISO 3166-1 code in capitals, such as `TR`",
    check: |text| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()),
};
const HOST: Format = Format {
    pattern: "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    what: "a host name has lower-case labels of letters, digits and hyphens, joined by dots, at most 253 characters",
    check: is_host,
};
const IDENTIFIER: Format = Format {
    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$",
    what: "an identifier has at most 63 letters, digits, dots, underscores and hyphens",
    check: |text| {
        let bytes = text.as_bytes();
        (1..=63).contains(&bytes.len())
            && bytes[0].is_ascii_alphanumeric()
            && bytes
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
    },
};
const QUANTITY: Format = Format {
    pattern: "^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$",
    what: "a quantity is a number with a Kubernetes suffix, such as `250m`, `512Mi` or `20Gi`",
    check: is_quantity,
};
const VARIABLE: Format = Format {
    pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
    what: "an environment variable has letters, digits and underscores, and does not begin with a digit",
    check: |text| {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && text.bytes().next().is_some_and(|b| !b.is_ascii_digit())
    },
};
const URL_PATH: Format = Format {
    pattern: "^/[A-Za-z0-9._~/-]*$",
    what: "a path begins with `/` and has only letters, digits and `. _ ~ / -`",
    check: |text| {
        text.starts_with('/')
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._~/-".contains(&b))
    },
};
const CIDR: Format = Format {
    pattern: "^[0-9a-fA-F.:]+/[0-9]{1,3}$",
    what: "an address range is written in CIDR notation, such as `10.20.0.0/16`",
    check: is_cidr,
};
const HTTPS_URL: Format = Format {
    pattern: "^https://[a-z0-9.-]+(:[0-9]+)?/[A-Za-z0-9._~/-]+$",
    what: "a repository is an https URL without user or token, such as `https://github.com/acme/platform`",
    check: is_https_url,
};
const IMAGE: Format = Format {
    pattern: "^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+$",
    what: "an image is `registry/path` in lower case, without tag or digest, such as `ghcr.io/acme/web`",
    check: is_image,
};
const DATE: Format = Format {
    pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    what: "a date is written without quotes as year-month-day, such as 2027-01-31",
    check: |text| text.parse::<jiff::civil::Date>().is_ok(),
};
const SCHEDULE: Format = Format {
    pattern: "^[0-9A-Za-z*,/-]+( [0-9A-Za-z*,/-]+){4}$",
    what: "a schedule has the five fields of cron, minute, hour, day of the month, month and day of the week, in UTC, such as `0 2 * * 0`",
    check: |text| {
        let fields: Vec<&str> = text.split(' ').collect();
        fields.len() == 5
            && fields.iter().all(|field| {
                !field.is_empty()
                    && field
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b"*,/-".contains(&b))
            })
    },
};
const TIMESPAN: Format = Format {
    pattern: "^[1-9][0-9]{0,4}(s|m|h|d)$",
    what: "a time span is a whole number with its unit, s, m, h or d, such as `5m`",
    check: |text| {
        text.strip_suffix(['s', 'm', 'h', 'd'])
            .is_some_and(|digits| {
                (1..=5).contains(&digits.len())
                    && !digits.starts_with('0')
                    && digits.bytes().all(|b| b.is_ascii_digit())
            })
    },
};
const DIGEST: Format = Format {
    pattern: "^sha256:[0-9a-f]{64}$",
    what: "a digest is `sha256:` and 64 lower-case hexadecimal digits",
    check: is_digest,
};

/// Every format; the schema may use no other pattern (a test holds that).
pub(super) const FORMATS: &[&Format] = &[
    &LABEL,
    &CELL,
    &COUNTRY,
    &HOST,
    &IDENTIFIER,
    &QUANTITY,
    &VARIABLE,
    &URL_PATH,
    &CIDR,
    &HTTPS_URL,
    &IMAGE,
    &DATE,
    &DIGEST,
    &SCHEDULE,
    &TIMESPAN,
];

/// Whether `text` is a lower-case DNS label of at most `longest` characters that begins with a letter.
pub fn is_label(text: &str, longest: usize) -> bool {
    let bytes = text.as_bytes();
    (1..=longest).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes[bytes.len() - 1] != b'-'
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

/// Whether `text` is an OCI digest that platformctl accepts: `sha256:` and 64 lower-case hexadecimal digits.
pub fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64
            && hex
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

/// Whether `text` is an OCI tag: at most 128 word characters, dots and hyphens, not beginning with `.` or `-`.
pub fn is_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=128).contains(&bytes.len())
        && (bytes[0].is_ascii_alphanumeric() || bytes[0] == b'_')
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
}

fn is_host(text: &str) -> bool {
    (1..=253).contains(&text.len())
        && text.split('.').all(|label| {
            let bytes = label.as_bytes();
            (1..=63).contains(&bytes.len())
                && bytes
                    .iter()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
                && bytes[0] != b'-'
                && bytes[bytes.len() - 1] != b'-'
        })
}

fn is_quantity(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = &text[digits.len()..];
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [
        "", "m", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "Pi",
    ]
    .contains(&suffix)
        && [whole, fraction]
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else {
        return false;
    };
    let longest = match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= longest)
}

fn is_https_url(text: &str) -> bool {
    let Some((host, path)) = text
        .strip_prefix("https://")
        .and_then(|rest| rest.split_once('/'))
    else {
        return false;
    };
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let port_is_number = host
        .split_once(':')
        .is_none_or(|(_, port)| port.parse::<u16>().is_ok());
    is_host(name)
        && port_is_number
        && !path.is_empty()
        && path
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._~/-".contains(&b))
}

fn is_image(text: &str) -> bool {
    let Some((host, path)) = text.split_once('/') else {
        return false;
    };
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    is_host(name)
        && port.parse::<u16>().is_ok()
        && path.split('/').all(|part| {
            let bytes = part.as_bytes();
            !bytes.is_empty()
                && bytes
                    .iter()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(b))
                && bytes[0].is_ascii_alphanumeric()
                && bytes[bytes.len() - 1].is_ascii_alphanumeric()
        })
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_take_what_they_say() {
        for (format, good, bad) in [
            (
                &LABEL,
                vec!["a", "backend-api", "a1"],
                vec!["", "-a", "a-", "A", "1a", "a_b", "../x", "no\n"],
            ),
            (
                &HOST,
                vec!["a.example", "localhost"],
                vec!["", "a..b", "A.b", ".a", "a.", "a b"],
            ),
            (
                &QUANTITY,
                vec!["1", "250m", "1.5Gi"],
                vec!["", "Gi", "1GB", "-1", "1."],
            ),
            (
                &CIDR,
                vec!["10.0.0.0/8", "::/0"],
                vec!["10.0.0.0", "10.0.0.0/33", "x/8"],
            ),
            (
                &HTTPS_URL,
                vec!["https://github.com/a/b"],
                vec!["http://a/b", "https://u:p@h/x", "https://h"],
            ),
            (
                &IMAGE,
                vec!["ghcr.io/acme/web", "localhost:5000/x"],
                vec!["web", "ghcr.io/A", "a/b:1", "a/b@sha256:0"],
            ),
            (
                &CELL,
                vec!["production/tr"],
                vec!["production", "a/b/c", "/"],
            ),
            (
                &SCHEDULE,
                vec!["0 2 * * 0", "*/15 0-6,20 1 JAN MON-FRI"],
                vec![
                    "@daily",
                    "0 2 * *",
                    "0 2 * * 0 2027",
                    "0  2 * * 0",
                    "CRON_TZ=UTC 0 2 * * 0",
                ],
            ),
            (
                &TIMESPAN,
                vec!["5m", "99999s", "4h", "1d"],
                vec!["5", "m", "0m", "05m", "5 m", "1h30m", "100000s", "1w"],
            ),
        ] {
            for text in good {
                assert!((format.check)(text), "{text:?} is {}", format.what);
            }
            for text in bad {
                assert!(!(format.check)(text), "{text:?} is not {}", format.what);
            }
        }
    }
}
