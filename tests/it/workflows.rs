//! What watches the rendered repository and tells people about it: workflows, pages, and the files that are the user's.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests write trees, run checkers and the workflows' own scripts, and say what they skip"
)]

use crate::bootstrap::stage::{blueprint_plan, executable, plan_of, write};
use platformctl::plan::{FileKind, Plan};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A platform without services, promotions, laptop and object store, away from GitHub.
const BARE: &str = "schema = 1\n[platform]\nname = \"bare\"\nrepository = \"https://git.example/ops/platform\"\n\
         registry = \"registry.example/bare\"\n[residency.jurisdictions.ES]\ncountries = [\"ES\"]\n\
         [regions.es]\njurisdiction = \"ES\"\nprovider = \"gcp\"\nlocation = \"europe-southwest1\"\n\
         domain = \"es.bare.example\"\n[environments.production]\nregions = [\"es\"]\n";

/// Runs a checker if it is installed, and says loudly when it is not.
fn check(program: &str, root: &Path, arguments: &[&str]) {
    let mut command = Command::new(program);
    match command.args(arguments).current_dir(root).output() {
        Ok(output) => assert!(
            output.status.success(),
            "{program}:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("SKIPPED: `{program}` is not installed");
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

#[test]
fn scripts_and_workflows_pass_their_checkers() {
    for (plan, count) in [(blueprint_plan(), 8), (plan_of(BARE), 2)] {
        let folder = tempfile::tempdir().expect("makes a folder");
        write(&plan, folder.path());
        let scripts: Vec<&str> = plan
            .files
            .keys()
            .map(String::as_str)
            .filter(|path| path.starts_with("bootstrap/") && path.ends_with(".sh"))
            .collect();
        assert_eq!(scripts.len(), count);
        for script in &scripts {
            check("bash", folder.path(), &["-n", script]);
        }
        check("shellcheck", folder.path(), &scripts);
        // actionlint looks for the root of a repository.
        fs::create_dir(folder.path().join(".git")).expect("makes the folder");
        check("actionlint", folder.path(), &[]);
        let pedantic = [
            "--offline",
            "--no-config",
            "--no-progress",
            "--persona=pedantic",
            ".",
        ];
        check("zizmor", folder.path(), &pedantic);
    }
}

fn workflows(plan: &Plan) -> BTreeMap<&str, serde_yaml::Value> {
    plan.files
        .iter()
        .filter(|(path, _)| path.starts_with(".github/"))
        .map(|(path, file)| {
            let value = serde_yaml::from_str(&file.content);
            (
                path.as_str(),
                value.unwrap_or_else(|error| panic!("{path}: {error}")),
            )
        })
        .collect()
}

#[test]
fn workflows_may_little_and_pin_every_action() {
    let plan = blueprint_plan();
    let workflows = workflows(&plan);
    let names: Vec<&str> = workflows.keys().copied().collect();
    assert_eq!(
        names,
        [
            ".github/dependabot.yml",
            ".github/workflows/pins-resolve.yml",
            ".github/workflows/postgres-image.yml",
            ".github/workflows/promote.yml",
            ".github/workflows/release.yml",
            ".github/workflows/validate.yml",
        ]
    );
    let mut pinned = 0;
    for (path, workflow) in workflows.iter().skip(1) {
        let empty = serde_yaml::Value::Mapping(serde_yaml::Mapping::new());
        assert_eq!(workflow["permissions"], empty, "{path}");
        for (_, job) in workflow["jobs"].as_mapping().expect("has jobs") {
            assert!(job["timeout-minutes"].as_u64().is_some(), "{path}");
            for (what, right) in job["permissions"].as_mapping().expect("has rights") {
                let pushes =
                    path.ends_with("/postgres-image.yml") && what.as_str() == Some("packages");
                let wanted = if pushes { "write" } else { "read" };
                assert_eq!(right.as_str(), Some(wanted), "{path}");
            }
            for step in job["steps"].as_sequence().expect("has steps") {
                if let Some(script) = step["run"].as_str() {
                    assert!(!script.contains("${{"), "{path}: {script}");
                }
                let Some(uses) = step["uses"].as_str() else {
                    continue;
                };
                let commit = uses.rsplit_once('@').expect("is pinned").1;
                let hexadecimal = commit.bytes().all(|b| b.is_ascii_hexdigit());
                assert!(commit.len() == 40 && hexadecimal, "{path}: {uses}");
                pinned += 1;
                if uses.starts_with("actions/checkout@") {
                    assert_eq!(step["with"]["persist-credentials"].as_bool(), Some(false));
                }
            }
        }
    }
    assert_eq!(pinned, 16);
    let options = &workflows[".github/workflows/promote.yml"]["on"]["workflow_dispatch"]["inputs"]
        ["promotion"]["options"];
    assert_eq!(options[0].as_str(), Some("staging->production"));
}

#[test]
fn a_platform_without_services_promotions_and_laptop_has_no_part_for_them() {
    let plan = plan_of(BARE);
    for missing in [
        ".github/workflows/promote.yml",
        ".github/workflows/release.yml",
    ] {
        assert!(!plan.files.contains_key(missing), "{missing}");
    }
    assert!(!plan.files["Makefile"].content.contains("dev"));
    let pins = &plan.files[".github/workflows/pins-resolve.yml"].content;
    assert!(pins.contains("environment: registry") && pins.contains("REGISTRY: registry.example"));
    assert!(
        plan.files["bootstrap/production/es/bootstrap.sh"]
            .content
            .contains(" none ")
    );
    assert!(
        !plan.files["docs/secrets.md"]
            .content
            .contains("object-storage")
    );
}

#[test]
fn pages_name_every_cell_and_secret() {
    let plan = blueprint_plan();
    let page = |name: &str| plan.files[&format!("docs/{name}")].content.as_str();
    for cell in [
        "dev-local/local",
        "staging/tr",
        "staging/es",
        "production/tr",
        "production/es",
    ] {
        for name in [
            "environments.md",
            "runbook.md",
            "secrets.md",
            "disaster-recovery.md",
        ] {
            assert!(page(name).contains(&format!("`{cell}`")), "{name}: {cell}");
        }
        let script = format!("bootstrap/{cell}/bootstrap.sh");
        assert!(page("runbook.md").contains(&script), "{script}");
        assert!(plan.files[&script].executable);
    }
    assert!(page("secrets.md").contains("| `carebase-apps` | `backend-ai-object-storage` |"));
    assert!(page("disaster-recovery.md").contains("lost"));
    // Every link between pages leads to a page.
    for name in plan.files.keys().filter_map(|path| {
        path.strip_prefix("docs/")
            .filter(|name| name.ends_with(".md"))
    }) {
        for target in page(name)
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let page = target.split('#').next().unwrap_or(target);
            assert!(
                page.starts_with("http") || plan.files.contains_key(&format!("docs/{page}")),
                "{name}: {target}"
            );
        }
    }
}

#[test]
fn files_that_people_extend_are_theirs() {
    let plan = blueprint_plan();
    for path in [".gitignore", ".gitattributes", ".github/dependabot.yml"] {
        assert_eq!(plan.files[path].kind, FileKind::Custom, "{path}");
    }
    assert_eq!(plan.files["Makefile"].kind, FileKind::Generated);
    let k3d = &plan.files["bootstrap/dev-local/k3d.yaml"].content;
    assert!(!k3d.contains('$'), "k3d would replace it");
}

/// Runs the script of a step as a runner does, with a platformctl and a skopeo that only write down how they are called.
fn run_step(
    workflow: &str,
    step: &str,
    variables: &[(&str, &str)],
    status: &str,
) -> (Output, String) {
    let plan = blueprint_plan();
    let workflows = workflows(&plan);
    let jobs = workflows[workflow]["jobs"].as_mapping().expect("has jobs");
    let (_, job) = jobs.iter().next().expect("has a job");
    let steps = job["steps"].as_sequence().expect("has steps");
    let step = steps
        .iter()
        .find(|found| found["name"].as_str() == Some(step))
        .expect("has the step");
    let home = tempfile::tempdir().expect("makes a folder");
    let bin = home.path().join(".platformctl/bin");
    fs::create_dir_all(&bin).expect("makes the folder");
    let programs = [
        (
            "platformctl",
            "printf '%q ' \"$@\" >>\"$HOME/calls\"\ncat \"$HOME/status\"\n",
        ),
        (
            "skopeo",
            "printf '%s\\n' \"${*: -1}\" >>\"$HOME/calls\"\n! [[ \"$*\" == *gone* ]]\n",
        ),
    ];
    for (name, text) in programs {
        fs::write(bin.join(name), format!("#!/usr/bin/env bash\n{text}")).expect("writes");
        executable(&bin.join(name));
    }
    fs::write(home.path().join("status"), status).expect("writes");
    let fixed = step["env"].as_mapping().expect("has variables");
    let fixed = fixed
        .iter()
        .filter_map(|(name, value)| Some((name.as_str()?, value.as_str()?)))
        .filter(|(_, value)| !value.contains("${{"));
    let output = Command::new("bash")
        .args(["-e", "-c", step["run"].as_str().expect("has a script")])
        .env_clear()
        .env("HOME", home.path())
        .env(
            "PATH",
            format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()),
        )
        .env("GITHUB_STEP_SUMMARY", home.path().join("summary"))
        .envs(fixed)
        .envs(variables.iter().copied())
        .current_dir(home.path())
        .output()
        .expect("bash starts");
    let calls = fs::read_to_string(home.path().join("calls")).unwrap_or_default();
    (output, calls)
}

#[test]
fn inputs_of_promote_become_arguments_and_nothing_else() {
    let run = |services, regions, dry_run| {
        let variables = [
            ("PROMOTION", "staging->production"),
            ("SERVICES", services),
            ("REGIONS", regions),
            ("DRY_RUN", dry_run),
        ];
        run_step(".github/workflows/promote.yml", "Promote", &variables, "").1
    };
    assert_eq!(run("", "", "false"), r"promote -- staging-\>production ");
    assert_eq!(
        run("frontend  backend-api", "es", "true"),
        r"promote --service=frontend --service=backend-api --region=es --dry-run -- staging-\>production "
    );
    assert_eq!(
        run("$(id) *", "--local", "false"),
        r"promote --service=\$\(id\) --service=\* --region=--local -- staging-\>production "
    );
}

#[test]
fn a_release_goes_to_a_first_environment_and_to_no_other() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let run = |environment, tag| {
        let variables = [
            ("SERVICE", "frontend"),
            ("DIGEST", digest.as_str()),
            ("TAG", tag),
            ("ENVIRONMENT", environment),
        ];
        run_step(".github/workflows/release.yml", "Release", &variables, "")
    };
    let wanted = format!("release --env=staging --digest={digest} -- frontend ");
    assert_eq!(run("", "").1, wanted);
    assert_eq!(run("staging", "").1, wanted);
    assert!(run("staging", "1.2.3").1.contains(" --tag=1.2.3 "));
    for environment in ["production", "dev-local", "staging production", "*"] {
        let (output, calls) = run(environment, "");
        assert!(!output.status.success(), "{environment}");
        assert_eq!(calls, "", "{environment}");
    }
}

#[test]
fn every_pin_is_looked_up_and_the_missing_ones_are_listed() {
    if Command::new("jq").arg("--version").output().is_err() {
        eprintln!("SKIPPED: `jq` is not installed");
        return;
    }
    let run = |digest: &str| {
        let status = serde_json::json!({"version": 1, "cells": [
            {"cell": "staging/tr", "services": [
                {"service": "frontend", "tag": "1.0", "digest": digest},
                {"service": "backend-api", "tag": null, "digest": null},
            ]},
        ]});
        let step = "Ask for every digest";
        run_step(
            ".github/workflows/pins-resolve.yml",
            step,
            &[],
            &status.to_string(),
        )
    };
    let (output, calls) = run("sha256:here");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("3 pins looked up, 0 missing"), "{text}");
    assert!(
        calls.contains("docker://ghcr.io/acme/frontend@sha256:here"),
        "{calls}"
    );
    let (output, _) = run("sha256:gone");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !output.status.success() && text.contains("frontend in staging/tr"),
        "{text}"
    );
}
