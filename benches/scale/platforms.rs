//! Platforms of any size.

use std::fmt::Write as _;
use std::path::Path;

/// Regions, named after the country each is in.
pub(crate) const COUNTRIES: [&str; 10] =
    ["TR", "ES", "DE", "FR", "IT", "NL", "PL", "SE", "PT", "IE"];
/// Environments, each promoted from the one before.
pub(crate) const ENVIRONMENTS: [&str; 4] = ["dev", "test", "staging", "production"];

/// A platform.toml with that many services.
pub(crate) fn declaration(services: usize) -> String {
    let mut text = String::from(
        "schema = 1\n\n[platform]\nname = \"bench\"\nrepository = \"https://github.com/example/platform\"\n\
         registry = \"ghcr.io/example\"\n",
    );
    for country in COUNTRIES {
        let region = country.to_lowercase();
        let _ = write!(
            text,
            "\n[residency.jurisdictions.{country}]\ncountries = [\"{country}\"]\n\
             \n[regions.{region}]\njurisdiction = \"{country}\"\nprovider = \"onprem\"\nlocation = \"{region}-dc1\"\n\
             domain = \"{region}.bench.example\"\n"
        );
    }
    let regions = COUNTRIES
        .map(|country| format!("\"{}\"", country.to_lowercase()))
        .join(", ");
    let mut before = None;
    for environment in ENVIRONMENTS {
        let _ = write!(
            text,
            "\n[environments.{environment}]\nregions = [{regions}]\n"
        );
        if let Some(before) = before {
            let _ = writeln!(text, "promote-from = \"{before}\"");
        }
        before = Some(environment);
    }
    for number in 1..=services {
        let _ = write!(
            text,
            "\n[services.service-{number:03}]\nport = {}\nclasses = [\"phi\"]\n",
            8000 + number
        );
        match number % 3 {
            // Each third one is reached from outside, keeps objects, or is called by the one before it.
            0 => _ = writeln!(text, "expose = \"host-{number:03}\""),
            1 => text.push_str("uses = [\"objects\"]\n"),
            _ => _ = writeln!(text, "calls = [\"service-{:03}\"]", number - 1),
        }
    }
    text.push_str(
        "\n[components.object-storage]\nengine = \"minio\"\n\n[components.supabase]\nclasses = [\"pii\"]\n\n[components.backups]\n\
         postgres = { schedule-full = \"30 1 * * 0\" }\n\n[components.secrets]\nbackend = \"sealed-secrets\"\n",
    );
    text
}

/// How many files a tree has, and how many bytes are in them.
pub(crate) fn size_of(tree: &Path) -> anyhow::Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in walkdir::WalkDir::new(tree) {
        let entry = entry?;
        if entry.file_type().is_file() {
            files += 1;
            bytes += entry.metadata()?.len();
        }
    }
    Ok((files, bytes))
}
