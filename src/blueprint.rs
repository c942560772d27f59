//! The health-data blueprint: the answers `init` starts from, and the commented platform.toml it writes.
//!
//! In: [`Answers`]. Out: text that teaches, and that [`crate::model::load`] judges like any other.

use crate::spec::names::{Country, Host, Image, Name, RepositoryUrl};
use crate::spec::schema;
use crate::spec::types::Provider;
use std::fmt::Write as _;

/// What `init` asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Name of the platform.
    pub name: Name,
    /// URL of its repository.
    pub repository: RepositoryUrl,
    /// Registry and organisation of the images.
    pub registry: Image,
    /// Domain below which regions get theirs.
    pub domain: Host,
    /// Regions, at least one.
    pub regions: Vec<Region>,
    /// Services; none for the blueprint's three.
    pub services: Vec<Service>,
}

/// A region, as `--region` takes it: `NAME=COUNTRY:PROVIDER:LOCATION[:DOMAIN]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Its name.
    pub name: Name,
    /// The country whose data it holds.
    pub country: Country,
    /// Who runs the machines.
    pub provider: Provider,
    /// The provider's name of the place.
    pub location: String,
    /// Its domain; none for `<name>.<domain>`.
    pub domain: Option<Host>,
}

impl std::str::FromStr for Region {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let usage = "write it as NAME=COUNTRY:PROVIDER:LOCATION[:DOMAIN], such as es=ES:gcp:europe-southwest1";
        let (name, rest) = text.split_once('=').ok_or(usage)?;
        let parts: Vec<&str> = rest.split(':').collect();
        let (country, provider, location, domain) = match parts.as_slice() {
            [country, provider, location] => (*country, *provider, *location, None),
            [country, provider, location, domain] => {
                (*country, *provider, *location, Some(*domain))
            }
            _ => return Err(usage.to_owned()),
        };
        let known = Provider::ALL.map(Provider::name).join(", ");
        Ok(Self {
            name: Name::new(name).ok_or_else(|| {
                format!("`{name}` is not a name of lower-case letters, digits and hyphens")
            })?,
            country: Country::new(country).ok_or_else(|| {
                format!("`{country}` is not a two-letter ISO 3166-1 country code in capitals")
            })?,
            provider: Provider::ALL
                .into_iter()
                .find(|other| other.name() == provider)
                .ok_or_else(|| format!("`{provider}` is not a provider; known: {known}"))?,
            location: location.to_owned(),
            domain: domain
                .map(|text| Host::new(text).ok_or_else(|| format!("`{text}` is not a host name")))
                .transpose()?,
        })
    }
}

/// A service, as `--service` takes it: `NAME[:PORT]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: Name,
    /// Its port; none for the blueprint's, or the next free one.
    pub port: Option<u16>,
}

impl std::str::FromStr for Service {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, port) = text
            .split_once(':')
            .map_or((text, None), |(name, port)| (name, Some(port)));
        Ok(Self {
            name: Name::new(name).ok_or_else(|| {
                format!("`{name}` is not a name of lower-case letters, digits and hyphens")
            })?,
            port: port
                .map(|text| {
                    text.parse()
                        .map_err(|_| format!("`{text}` is not a port from 1024 to 65535"))
                })
                .transpose()?,
        })
    }
}

/// The blueprint's answers.
pub fn defaults() -> Answers {
    let region = |text: &str| {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    };
    let constant = "a constant of this file";
    Answers {
        name: Name::new("carebase").unwrap_or_else(|| unreachable!("{constant}")),
        repository: RepositoryUrl::new("https://github.com/acme/platform")
            .unwrap_or_else(|| unreachable!("{constant}")),
        registry: Image::new("ghcr.io/acme").unwrap_or_else(|| unreachable!("{constant}")),
        domain: Host::new("carebase.example").unwrap_or_else(|| unreachable!("{constant}")),
        regions: vec![
            region("tr=TR:onprem:ist-dc1"),
            region("es=ES:gcp:europe-southwest1"),
        ],
        services: Vec::new(),
    }
}

/// The commented platform.toml for some answers.
pub fn platform_toml(answers: &Answers) -> String {
    let mut text = head(answers);
    regions(answers, &mut text);
    environments(answers, &mut text);
    services(answers, &mut text);
    text.push_str(TAIL);
    text
}

/// A TOML string. Every answer has a format without quotes and control characters but the location, so it is escaped.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn head(answers: &Answers) -> String {
    format!(
        r#"#:schema ./{schema}
# Everything this platform is, in one file. `platformctl render` turns it into the repository around it,
# `platformctl validate` proves where its data stays, `platformctl config` prints it with every default filled in.
schema = 1

[platform]
name       = {name} # prefix of namespaces, buckets and clusters
repository = {repository} # what Argo CD reads
registry   = {registry} # images are <registry>/<service>

# A jurisdiction is a set of countries. Data of a region never leaves the countries of its jurisdiction,
# unless [[residency.exceptions]] says so with a reason, two people and an end date.
[residency]
default          = "deny" # the only value there is; it stands here for the reader
unknown-location = "deny"
"#,
        schema = schema::FILE,
        name = quoted(&answers.name),
        repository = quoted(&answers.repository),
        registry = quoted(&answers.registry),
    )
}

fn regions(answers: &Answers, text: &mut String) {
    let mut countries: Vec<&Country> = Vec::new();
    for region in &answers.regions {
        if !countries.contains(&&region.country) {
            countries.push(&region.country);
        }
    }
    for country in countries {
        let _ = write!(
            text,
            "\n[residency.jurisdictions.{country}]\ncountries = [{}]\n",
            quoted(country)
        );
    }
    text.push_str("\n# A region is a place with a full stack of its own: cluster, object store, every copy of its data.\n");
    for region in &answers.regions {
        let domain = region.domain.as_ref().map_or_else(
            || format!("{}.{}", region.name, answers.domain),
            ToString::to_string,
        );
        let remark = match region.provider {
            Provider::Onprem => {
                " # a site of one's own; its country is the jurisdiction's, as its operator attests"
            }
            _ => "",
        };
        let _ = write!(
            text,
            "[regions.{}]\njurisdiction = {}\nprovider     = {}{remark}\nlocation     = {}\ndomain       = {}\n\n",
            region.name,
            quoted(&region.country),
            quoted(region.provider.name()),
            quoted(&region.location),
            quoted(&domain),
        );
    }
}

fn environments(answers: &Answers, text: &mut String) {
    let names: Vec<String> = answers
        .regions
        .iter()
        .map(|region| quoted(&region.name))
        .collect();
    let names = names.join(", ");
    let _ = write!(
        text,
        r#"# An environment in a region is a cell, written `production/{first}`. Releases move along `promote-from`.
[environments.dev-local] # k3d on a laptop, synthetic data only; its one cell is dev-local/local
kind = "local"

[environments.staging]
regions = [{names}]

[environments.production]
regions      = [{names}]
promote-from = "staging"
# waves = [["first"], ["second"]] # promote region by region: a wave waits for the one before

# What differs in one environment, or in one cell ([cells."production/{first}".services.…]):
# [environments.production.services.backend-api]
# replicas = 4

"#,
        first = answers
            .regions
            .first()
            .map_or("tr", |region| region.name.as_str()),
    );
}

/// The three services of the blueprint: name, port, and what follows the port in platform.toml.
const BLUEPRINT: [(&str, u16, &str); 3] = [
    (
        "frontend",
        3000,
        r#"expose    = "app" # https://app.<domain of the region>
calls     = ["backend-api"] # gives it BACKEND_API_URL, and opens just this way in the network
"#,
    ),
    (
        "backend-api",
        8000,
        r#"expose    = "api"
calls     = ["backend-ai"]
uses      = ["objects", "postgres", "supabase"] # those of its cell: addresses and credentials as variables
classes   = ["phi", "pii"] # what data it handles decides where that may be
autoscale = { min = 2, max = 6 }
"#,
    ),
    (
        "backend-ai",
        8001,
        r#"uses      = ["objects"]
classes   = ["phi"]
resources = { cpu = "500m", memory = "1Gi" }
"#,
    ),
];

fn services(answers: &Answers, text: &mut String) {
    text.push_str("# Services are your own workloads. `calls`, `uses` and `expose` are all that is ever said about who reaches whom.\n");
    if answers.services.is_empty() {
        for (name, port, rest) in BLUEPRINT {
            let _ = write!(text, "[services.{name}]\nport      = {port}\n{rest}\n");
        }
        return;
    }
    let mut taken: Vec<u16> = answers
        .services
        .iter()
        .filter_map(|service| service.port)
        .collect();
    for (index, service) in answers.services.iter().enumerate() {
        let usual = BLUEPRINT
            .iter()
            .find(|(name, ..)| *name == service.name.as_str())
            .map(|(_, port, _)| *port);
        let port = service.port.unwrap_or_else(|| free_port(usual, &taken));
        taken.push(port);
        let expose = if index == 0 {
            "expose = \"app\" # https://app.<domain of the region>\n"
        } else {
            ""
        };
        let _ = write!(
            text,
            "[services.{}]\nport = {port}\n{expose}\n",
            service.name
        );
    }
}

fn free_port(usual: Option<u16>, taken: &[u16]) -> u16 {
    usual
        .into_iter()
        .chain(8000..9000)
        .find(|port| !taken.contains(port))
        .unwrap_or(8000)
}

const TAIL: &str = r#"# Components are parts of the platform; each is there when its table is there.
[components.object-storage] # an S3-compatible store in every cell, with the bucket `objects`
engine  = "minio" # the maintained fork of it
storage = "50Gi"

[components.supabase] # PostgreSQL, accounts, REST, realtime, files and functions, upon the cell's own store
storage = "50Gi"
expose  = "supabase" # https://supabase.<domain>: the programming interfaces and nothing else

[components.backups] # pgBackRest: the log as it is written, full and differential backups, restore to a second
postgres = { schedule-full = "30 1 * * 0", schedule-diff = "30 1 * * 1-6", drill = "0 4 2 * *", rpo = "5m", rto = "4h" }

# The database runs an image of your own, Supabase's with pgBackRest in it. .github/workflows/postgres-image.yml builds it
# and prints these lines; until they stand here the database is not started.
# [catalogue.images.postgres-pgbackrest]
# tag    = "…"
# digest = "sha256:…"

[components.secrets] # `platformctl secrets` makes every Secret of a cell and seals it for that cell alone
backend = "sealed-secrets" # or external-secrets

# [components.ingress]
# controller = "traefik" # rendered; without it the cluster's own is used, which k3s has
# [components.cert-manager]
# email = "platform@example.org" # certificates from Let's Encrypt; without it put them into the Secret <service>-tls

# Another bucket in every cell:
# [[stores]]
# id      = "exports"
# kind    = "bucket"
# classes = ["phi"]

# Everything outside that may be contacted, and where it is:
# [[endpoints]]
# id      = "mail-relay"
# host    = "smtp.example.es"
# ports   = [587]
# cidrs   = ["203.0.113.10/32"]
# country = "ES"
# classes = ["pii"]
# regions = ["es"]
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;

    #[test]
    fn the_blueprint_is_valid() {
        let (platform, _) = model::load(&platform_toml(&defaults()))
            .unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert_eq!(platform.cells.len(), 5);
        assert_eq!(platform.services.len(), 3);
    }

    #[test]
    fn answers_reach_the_text() {
        let answers = Answers {
            regions: vec![
                "de=DE:hetzner:fsn1:de.acme.example"
                    .parse()
                    .expect("a region"),
            ],
            services: vec![
                "web".parse().expect("a service"),
                "api:9000".parse().expect("a service"),
            ],
            ..defaults()
        };
        let (platform, _) = model::load(&platform_toml(&answers))
            .unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert_eq!(platform.regions["de"].domain.as_str(), "de.acme.example");
        assert_eq!(platform.services["api"].port, 9000);
        assert_eq!(platform.services["web"].expose.as_deref(), Some("app"));
    }

    #[test]
    fn bad_regions_are_refused_with_a_remedy() {
        for (text, part) in [
            ("es", "NAME=COUNTRY"),
            ("es=ES:gcp", "NAME=COUNTRY"),
            ("es=es:gcp:x", "capitals"),
            ("es=ES:gpc:x", "known: onprem"),
            ("ES=ES:gcp:x", "lower-case"),
        ] {
            let error = text.parse::<Region>().expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
