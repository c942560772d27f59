//! `.github/`: what checks, promotes, releases and watches the platform's repository.

use super::{FileKind, Files, Origin};
use crate::catalogue::{self, Action};
use crate::model::Platform;
use crate::spec::types::EnvironmentKind;
use crate::template;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(super) struct Uses<'a> {
    uses: String,
    version: &'a str,
}

impl<'a> From<&'a Action> for Uses<'a> {
    fn from(action: &'a Action) -> Self {
        Self {
            uses: action.reference(),
            version: &action.version,
        }
    }
}

/// What the workflows are made of; each takes what it needs.
#[derive(Serialize)]
struct Workflows<'a> {
    branch: &'a str,
    actions: BTreeMap<String, Uses<'a>>,
    pairs: Vec<String>,
    services: Vec<&'a str>,
    environments: Vec<&'a str>,
    first_environments: String,
}

#[derive(Serialize)]
struct PinsResolve<'a> {
    actions: BTreeMap<String, Uses<'a>>,
    registry: &'a str,
    github_registry: bool,
    services: String,
    third_parties: String,
}

pub(super) fn plan(platform: &Platform, files: &mut Files) -> anyhow::Result<()> {
    let context = Workflows {
        branch: &platform.branch,
        actions: uses(),
        pairs: promotions(platform)
            .iter()
            .map(|(from, to)| format!("{from}->{to}"))
            .collect(),
        services: platform.services.keys().map(|name| name.as_str()).collect(),
        environments: first_environments(platform),
        first_environments: first_environments(platform).join(" "),
    };
    workflow(files, "github/validate.yml", "platform", &context)?;
    if !context.pairs.is_empty() {
        workflow(files, "github/promote.yml", "environments", &context)?;
    }
    if !context.services.is_empty() && !context.environments.is_empty() {
        workflow(files, "github/release.yml", "environments", &context)?;
    }
    workflow(
        files,
        "github/pins-resolve.yml",
        "platform.registry",
        &pins_resolve(platform, files),
    )?;
    dependabot(files)
}

/// The pairs of environments between which something can be promoted.
pub(super) fn promotions(platform: &Platform) -> Vec<(&str, &str)> {
    platform
        .environments
        .iter()
        .filter_map(|to| Some((to.promote_from.as_ref()?.as_str(), to.name.as_str())))
        .collect()
}

/// The environments of clusters into which nothing is promoted: releases begin there.
pub(super) fn first_environments(platform: &Platform) -> Vec<&str> {
    platform
        .environments
        .iter()
        .filter(|environment| {
            environment.kind == EnvironmentKind::Cluster && environment.promote_from.is_none()
        })
        .map(|environment| environment.name.as_str())
        .collect()
}

/// The host of the platform's registry, and whether it is the one that GitHub's own token opens.
pub(super) fn registry(platform: &Platform) -> (&str, bool) {
    let host = platform
        .registry
        .split_once('/')
        .map_or(platform.registry.as_str(), |(host, _)| host);
    (host, host == "ghcr.io")
}

pub(super) fn uses() -> BTreeMap<String, Uses<'static>> {
    catalogue::actions()
        .iter()
        .map(|(name, action)| (name.replace('-', "_"), action.into()))
        .collect()
}

fn pins_resolve<'a>(platform: &'a Platform, files: &Files) -> PinsResolve<'a> {
    let (registry, github_registry) = registry(platform);
    let services: Vec<String> = platform
        .services
        .values()
        .map(|service| format!("{}={}", service.name.as_str(), service.image.as_str()))
        .collect();
    // Those that what is planned so far runs; the catalogue has more.
    let third_parties: Vec<String> = platform
        .images
        .values()
        .filter(|pin| files.mention(&pin.reference()))
        .map(|pin| format!("{}@{}", pin.image, pin.digest))
        .collect();
    PinsResolve {
        actions: uses(),
        registry,
        github_registry,
        services: services.join(" "),
        third_parties: third_parties.join(" "),
    }
}

fn workflow(
    files: &mut Files,
    template: &'static str,
    key: &str,
    context: &impl Serialize,
) -> anyhow::Result<()> {
    let path = format!(
        ".github/workflows/{}",
        template.trim_start_matches("github/")
    );
    let origin = Origin {
        template,
        key,
        custom: "workflows beside it",
    };
    files.render(path, origin, context)
}

fn dependabot(files: &mut Files) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Dependabot<'a> {
        actions: Vec<&'a str>,
    }
    let origin = Origin {
        template: "github/dependabot.yml",
        key: "",
        custom: "",
    };
    let context = Dependabot {
        actions: catalogue::actions()
            .values()
            .map(|action| action.name.as_str())
            .collect(),
    };
    let content = template::render(origin.template, &context)?;
    files.add(
        ".github/dependabot.yml".to_owned(),
        origin,
        FileKind::Custom,
        content,
    )
}
