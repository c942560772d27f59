//! What each format of a text is: its pattern for the schema, its check, and the words for what is wrong.

/// A format: its name, the pattern for editors, and the check with a sentence for people.
pub(super) struct Format {
    pub(super) pattern: &'static str,
    pub(super) what: &'static str,
    pub(super) check: fn(&str) -> bool,
}

pub(super) const LABEL: Format = Format {
    pattern: "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$",
    what: "a name has at most 40 lower-case letters, digits and hyphens, begins with a letter and ends with a letter or digit",
    check: |text| is_label(text, 40),
};
pub(super) const CELL: Format = Format {
    pattern: "^[a-z]([a-z0-9-]{0,38}[a-z0-9])?/[a-z]([a-z0-9-]{0,38}[a-z0-9])?$",
    what: "a cell is written `environment/region`, such as `production/tr`",
    check: |text| {
        text.split_once('/')
            .is_some_and(|(environment, region)| is_label(environment, 40) && is_label(region, 40))
    },
};
pub(super) const COUNTRY: Format = Format {
    pattern: "^[A-Z]{2}$",
    what: "a country is its two-letter ISO 3166-1 code in capitals, such as `TR`",
    check: |text| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()),
};
pub(super) const HOST: Format = Format {
    pattern: "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    what: "a host name has lower-case labels of letters, digits and hyphens, joined by dots, at most 253 characters",
    check: is_host,
};
pub(super) const IDENTIFIER: Format = Format {
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
pub(super) const QUANTITY: Format = Format {
    pattern: "^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$",
    what: "a quantity is a number with a Kubernetes suffix, such as `250m`, `512Mi` or `20Gi`",
    check: is_quantity,
};
pub(super) const VARIABLE: Format = Format {
    pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
    what: "an environment variable has letters, digits and underscores, and does not begin with a digit",
    check: |text| {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && text.bytes().next().is_some_and(|b| !b.is_ascii_digit())
    },
};
pub(super) const URL_PATH: Format = Format {
    pattern: "^/[A-Za-z0-9._~/-]*$",
    what: "a path begins with `/` and has only letters, digits and `. _ ~ / -`",
    check: |text| {
        text.starts_with('/')
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._~/-".contains(&b))
    },
};
pub(super) const CIDR: Format = Format {
    pattern: "^[0-9a-fA-F.:]+/[0-9]{1,3}$",
    what: "an address range is written in CIDR notation, such as `10.20.0.0/16`",
    check: is_cidr,
};
pub(super) const HTTPS_URL: Format = Format {
    pattern: "^https://[a-z0-9.-]+(:[0-9]+)?/[A-Za-z0-9._~/-]+$",
    what: "a repository is an https URL without user or token, such as `https://github.com/acme/platform`",
    check: is_https_url,
};
pub(super) const IMAGE: Format = Format {
    pattern: "^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+$",
    what: "an image is `registry/path` in lower case, without tag or digest, such as `ghcr.io/acme/web`",
    check: is_image,
};
pub(super) const DATE: Format = Format {
    pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    what: "a date is written without quotes as year-month-day, such as 2027-01-31",
    check: |text| text.parse::<jiff::civil::Date>().is_ok(),
};
pub(super) const SCHEDULE: Format = Format {
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
pub(super) const TIMESPAN: Format = Format {
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
pub(super) const SECRET_KEY: Format = Format {
    pattern: "^secret:[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[A-Za-z0-9._-]+)?$",
    what: "a Secret is written `secret:namespace/name`, or `secret:namespace/name/key` for one of its keys",
    check: is_secret_key,
};
pub(super) const DIGEST: Format = Format {
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
    &SECRET_KEY,
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

fn is_secret_key(text: &str) -> bool {
    let is_name = |part: &str, more: &[u8]| {
        let bytes = part.as_bytes();
        let is_end = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        bytes.first().is_some_and(is_end)
            && bytes.last().is_some_and(is_end)
            && bytes.iter().all(|byte| is_end(byte) || more.contains(byte))
    };
    let is_key = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let parts = text.strip_prefix("secret:").unwrap_or_default();
    match parts.split('/').collect::<Vec<_>>().as_slice() {
        [namespace, name] => is_name(namespace, b"-") && is_name(name, b"-."),
        [namespace, name, key] => is_name(namespace, b"-") && is_name(name, b"-.") && is_key(key),
        _ => false,
    }
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
            (
                &SECRET_KEY,
                vec!["secret:ops/slack-url", "secret:ops/slack/url.txt"],
                vec![
                    "ops/slack",
                    "secret:ops",
                    "secret:Ops/slack",
                    "secret:a/b/c/d",
                    "secret:a/b/",
                ],
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
