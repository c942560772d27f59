//! RES801: workflows that touch data.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::diagnostic::Diagnostic;
use crate::facts::{Job, Line, Workflow, Written, script_lines};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES801",
    title: "A workflow touches data",
    severity: Weight::Critical,
    rationale: "Hosted runners, their logs, artifacts and caches are outside of every jurisdiction here. So no workflow dumps a database, copies objects, backups or files out \
        of pods, reads Secrets or Terraform's state there, and none keeps such files. A runner of one's own may, if it says so by `self-hosted`; what it \
        uploads leaves all the same. Scripts of the repository that a step runs are read too.",
    fix: "Do it in the cluster, as a Job or CronJob of the cell.",
    example_bad: "- run: kubectl exec postgres-0 -- pg_dump carebase > dump.sql\n- uses: actions/upload-artifact@v4\n  with:\n    path: dump.sql",
    example_good: "- run: platformctl validate --format github",
    exceptable: false,
    check,
};

/// Commands that bring data to where they run: all of the words must follow one another, others between them.
const COMMANDS: [&[&str]; 38] = [
    &["pg_dump"],
    &["pg_dumpall"],
    &["pg_basebackup"],
    &["psql"],
    &["mysqldump"],
    &["mongodump"],
    &["redis-cli"],
    &["valkey-cli"],
    &["pgbackrest", "restore"],
    &["pgbackrest", "backup"],
    &["kubectl", "exec"],
    &["kubectl", "cp"],
    &["kubectl", "logs"],
    &["kubectl", "port-forward"],
    &["kubectl", "get", "secret"],
    &["kubectl", "get", "secrets"],
    &["kubectl", "debug"],
    &["oc", "rsync"],
    &["mc", "cp"],
    &["mc", "mirror"],
    &["mc", "cat"],
    &["mc", "get"],
    &["aws", "s3", "cp"],
    &["aws", "s3", "sync"],
    &["gsutil", "cp"],
    &["gsutil", "rsync"],
    &["az", "storage", "blob"],
    &["rclone", "copy"],
    &["rclone", "sync"],
    &["s3cmd", "get"],
    &["restic", "restore"],
    &["restic", "dump"],
    &["kopia", "restore"],
    &["velero", "backup", "download"],
    &["velero", "backup", "logs"],
    &["velero", "restore"],
    &["supabase", "db", "dump"],
    &["terraform", "state", "pull"],
];

/// Names of files that hold data, plans, states or credentials.
const FILES: [&str; 20] = [
    ".sql",
    ".dump",
    ".sql.gz",
    ".pgdump",
    ".bak",
    ".csv",
    ".parquet",
    ".ndjson",
    ".rdb",
    ".tfstate",
    "tfplan",
    ".tfplan",
    "plan.out",
    "kubeconfig",
    ".kube",
    "dump",
    "backup",
    "pgdata",
    "export",
    "secrets.",
];

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    out.looked(
        &RULE,
        "",
        facts.workflows.iter().map(|w| w.jobs.len()).sum(),
    );
    for workflow in &facts.workflows {
        for job in &workflow.jobs {
            for step in job.steps() {
                commands(input, workflow, job, step, out);
                kept(workflow, job, step, out);
            }
        }
    }
}

/// What a step runs on a hosted runner.
fn commands(input: &Input<'_>, workflow: &Workflow, job: &Job, step: &Written, out: &mut Found) {
    let Some(run) = step.get("run") else { return };
    let Some(span) = run.place.span else { return };
    if job.runs_on().contains("self-hosted") {
        return;
    }
    // A database that the workflow starts for its tests has no data of anybody.
    let own_database = job.node.get("services").is_some();
    for line in script_lines(&workflow.path, &workflow.text, span) {
        if let Some(command) =
            touches(&line.text).filter(|_| !(own_database || is_local(&line.text)))
        {
            out.push(finding(workflow, job, &line, &command));
        }
        for script in scripts(input, &line.text) {
            in_script(input, workflow, job, &script, out);
        }
    }
}

fn finding(workflow: &Workflow, job: &Job, line: &Line, command: &str) -> Diagnostic {
    let who = name(workflow, job);
    RULE.finding(format!(
        "{who} runs `{command}` on a hosted runner, which is in no jurisdiction"
    ))
    .at(line.place.clone(), "data comes to the runner")
    .help(RULE.fix)
}

fn name(workflow: &Workflow, job: &Job) -> String {
    let file = workflow.path.trim_start_matches(".github/");
    if job.id.is_empty() {
        format!("`{file}`")
    } else {
        format!("job `{}` of `{file}`", job.id)
    }
}

/// Scripts of the repository that a line runs.
fn scripts(input: &Input<'_>, line: &str) -> Vec<String> {
    let Some(facts) = input.facts else {
        return Vec::new();
    };
    line.split_whitespace()
        .map(|word| word.trim_matches(['"', '\'', ';']).trim_start_matches("./"))
        .filter(|word| word.ends_with(".sh") && facts.repository.sizes.contains_key(*word))
        .map(ToOwned::to_owned)
        .collect()
}

fn in_script(input: &Input<'_>, workflow: &Workflow, job: &Job, script: &str, out: &mut Found) {
    let text = input.facts.and_then(|facts| facts.repository.text(script));
    let text = text.unwrap_or_default();
    for line in script_lines(script, &text, (0, text.len())) {
        if let Some(command) = touches(&line.text).filter(|_| !is_local(&line.text)) {
            out.push(finding(workflow, job, &line, &command));
        }
    }
}

/// The command of a line that brings data along.
fn touches(line: &str) -> Option<String> {
    // What is printed or compared is not run.
    let spaced = line.replace(
        ['|', ';', '(', ')', '&', '`', '$', '"', '\'', '{', '}'],
        " ",
    );
    let words: Vec<&str> = spaced
        .split_whitespace()
        .map(|word| word.rsplit('/').next().unwrap_or(word))
        .collect();
    let printed = matches!(
        words.first(),
        Some(&"echo" | &"printf" | &"command" | &"which")
    );
    let installed = words
        .iter()
        .any(|word| matches!(*word, "install" | "apt-get" | "brew" | "apk"));
    if printed || installed {
        return None;
    }
    COMMANDS
        .iter()
        .find(|command| {
            let mut words = words.iter();
            command
                .iter()
                .all(|wanted| words.any(|word| word == wanted))
                && !line.contains("--version")
        })
        .map(|command| command.join(" "))
}

fn is_local(line: &str) -> bool {
    line.contains("localhost") || line.contains("127.0.0.1")
}

/// Artifacts and caches with data, plans or states.
fn kept(workflow: &Workflow, job: &Job, step: &Written, out: &mut Found) {
    let uses = step.text_at(&["uses"]);
    let keeps = [
        "upload-artifact",
        "actions/cache",
        "gh-release",
        "upload-release",
    ]
    .iter()
    .any(|action| uses.contains(action));
    if !keeps {
        return;
    }
    let inputs = step.get("with").map_or(&[][..], Written::fields);
    for field in inputs
        .iter()
        .filter(|field| matches!(field.key.as_str(), "path" | "files"))
    {
        let text = field.value.text().unwrap_or_default();
        let bad = text.split_whitespace().find(|path| {
            let path = path.to_lowercase();
            let last = path.rsplit('/').next().unwrap_or(&path);
            FILES
                .iter()
                .any(|known| last.contains(known) || path.contains("/.kube"))
        });
        if let Some(path) = bad {
            let action = uses.split('@').next().unwrap_or(uses);
            let message = format!(
                "{} keeps `{path}` with `{action}`, outside of every jurisdiction",
                name(workflow, job)
            );
            out.push(
                RULE.finding(message)
                    .at(field.value.place.clone(), "kept by GitHub")
                    .help("keep data, states and plans in the cell"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_words() {
        assert_eq!(
            touches("kubectl -n data exec pod -- pg_dump x").as_deref(),
            Some("pg_dump")
        );
        assert_eq!(
            touches("sudo /usr/bin/psql -c 'select 1'").as_deref(),
            Some("psql")
        );
        assert!(touches("echo pg_dump is not run here").is_none());
        assert!(touches("kubectl kustomize cluster").is_none());
        assert!(touches("sudo apt-get install -y postgresql-client psql").is_none());
    }
}
