//! The platform, its regions and its environments.

use super::services::{resources, scaling};
use crate::diagnostic::Diagnostic;
use crate::model::Problems;
use crate::model::cells::LOCAL;
use crate::spec::formats::{is_label, is_tag};
use crate::spec::names::Name;
use crate::spec::types::*;
use crate::spec::{KeyPath, Spec};
use std::collections::BTreeMap;

pub(super) fn platform(spec: &Spec, problems: &mut Problems<'_>) {
    let name = &spec.platform.name;
    if !is_label(name, 20) {
        let message = format!("the platform's name `{name}` is longer than 20 characters");
        let help = "it is part of namespaces, clusters and buckets, which may have 63".to_owned();
        problems.at_value(
            "name-too-long",
            &KeyPath::new(["platform", "name"]),
            message,
            "too long",
            help,
        );
    }
    if let Some(BranchName(branch)) = &spec.platform.branch
        && !is_branch(branch)
    {
        let help =
            "use letters, digits, `.`, `_`, `-` and `/`, as in `main` or `release/2027`".to_owned();
        let message = format!("`{branch}` cannot be the name of a branch");
        problems.at_value(
            "bad-name",
            &KeyPath::new(["platform", "branch"]),
            message,
            "not valid",
            help,
        );
    }
    let path = spec
        .platform
        .repository
        .trim_start_matches("https://")
        .split_once('/')
        .map_or("", |(_, path)| path);
    if path
        .trim_matches('/')
        .split('/')
        .filter(|part| !part.is_empty())
        .count()
        < 2
    {
        let help = "write it as https://HOST/OWNER/REPOSITORY".to_owned();
        let message = "the repository's URL has no owner and name".to_owned();
        problems.at_value(
            "bad-name",
            &KeyPath::new(["platform", "repository"]),
            message,
            "owner or name is missing",
            help,
        );
    }
    for (name, image) in &spec.catalogue.images {
        if !is_tag(&image.tag) {
            let path = KeyPath::new(["catalogue", "images", name, "tag"]);
            let help = "a tag has letters, digits, `_`, `.` and `-`".to_owned();
            problems.at_value(
                "bad-name",
                &path,
                format!("`{}` cannot be a tag", image.tag),
                "not valid",
                help,
            );
        }
    }
}

/// A subset of what git-check-ref-format allows.
fn is_branch(name: &str) -> bool {
    (1..=200).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b))
        && !name.contains("..")
        && name.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with(['.', '-'])
                && !part.ends_with('.')
                && !part.ends_with(".lock")
        })
}

pub(super) fn regions(spec: &Spec, problems: &mut Problems<'_>) {
    for (name, region) in &spec.regions {
        let path = KeyPath::new(["regions", name]);
        if name.as_str() == LOCAL {
            let location = problems.key(&path);
            problems.push(
                Diagnostic::error("reserved-name", "a region cannot be called `local`")
                    .at(location, "reserved")
                    .help("`local` is the region of a local environment's cell"),
            );
        }
        if let Some(country) = &region.country
            && region.provider != Provider::Onprem
        {
            let message = format!("`{path}.country` is only for sites of one's own");
            let help = format!(
                "where {} `{}` is, is known: remove `country = \"{country}\"`",
                region.provider.name(),
                region.location
            );
            problems.at_value(
                "not-applicable",
                &path.key("country"),
                message,
                "looked up, not declared",
                help,
            );
        }
    }
}

pub(super) fn environments(spec: &Spec, problems: &mut Problems<'_>) {
    for (name, environment) in &spec.environments {
        let path = KeyPath::new(["environments", name]);
        let local = environment.kind == Some(EnvironmentKind::Local);
        if local && !environment.regions.is_empty() {
            let help = format!("its one cell is `{name}/{LOCAL}`: remove `regions`");
            let message = format!("the local environment `{name}` has no regions");
            problems.at_value(
                "not-applicable",
                &path.key("regions"),
                message,
                "runs on a laptop",
                help,
            );
        }
        if !local && environment.regions.is_empty() {
            let location = problems.key(&path);
            problems.push(
                Diagnostic::error(
                    "missing-key",
                    format!("the environment `{name}` has no regions"),
                )
                .at(location, "needs `regions`")
                .help("list the regions it exists in, or make it `kind = \"local\"`"),
            );
        }
        if let Some(source) = &environment.promote_from
            && local
        {
            let help = "releases reach a laptop from its owner: remove `promote-from`".to_owned();
            let message =
                format!("nothing is promoted from `{source}` to the local environment `{name}`");
            problems.at_value(
                "not-applicable",
                &path.key("promote-from"),
                message,
                "runs on a laptop",
                help,
            );
        }
        if let Some(Subdomain(subdomain)) = &environment.subdomain
            && !subdomain.is_empty()
            && !is_label(subdomain, 63)
        {
            let help = "use a DNS label, or \"\" for none".to_owned();
            problems.at_value(
                "bad-name",
                &path.key("subdomain"),
                format!("`{subdomain}` cannot be a subdomain"),
                "not valid",
                help,
            );
        }
        waves(name, environment, &path, problems);
        overrides(&environment.services, &path.key("services"), spec, problems);
    }
    for (cell, overridden) in &spec.cells {
        overrides(
            &overridden.services,
            &KeyPath::new(["cells", cell, "services"]),
            spec,
            problems,
        );
    }
}

/// Waves name each region of the environment exactly once.
fn waves(name: &Name, environment: &EnvironmentSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    if environment.waves.is_empty() {
        return;
    }
    let path = path.key("waves");
    let in_waves: Vec<&Name> = environment.waves.iter().flatten().collect();
    for region in &environment.regions {
        let times = in_waves.iter().filter(|other| **other == region).count();
        if times != 1 {
            let message = format!("the region `{region}` of `{name}` is in {times} waves");
            let help = "put each region of the environment into exactly one wave".to_owned();
            problems.at_value(
                "bad-waves",
                &path,
                message,
                "must have each region once",
                help,
            );
        }
    }
}

fn overrides(
    overrides: &BTreeMap<Name, ServiceOverride>,
    path: &KeyPath,
    spec: &Spec,
    problems: &mut Problems<'_>,
) {
    for (name, written) in overrides {
        let path = path.key(name);
        scaling(written.replicas, written.autoscale, &path, problems);
        resources(written.resources.as_ref(), &path, problems);
        let exposed = spec
            .services
            .get(name)
            .is_none_or(|service| service.expose.is_some());
        if written.expose.is_some() && !exposed {
            let help = format!(
                "set `expose` in `[services.{name}]` first; here only its label can change"
            );
            let message = format!("`{name}` is not reachable from outside");
            problems.at_value(
                "not-applicable",
                &path.key("expose"),
                message,
                "nothing to rename",
                help,
            );
        }
    }
}
