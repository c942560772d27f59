//! RES205: repositories of backups that are not encrypted.

use super::built::finding;
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::backups;
use crate::facts::velero::Velero;
use crate::facts::{CellFacts, Setting, Spot};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES205",
    title: "A repository of backups is not encrypted",
    severity: Weight::High,
    rationale: "Whoever gets at the store of a backup that is not encrypted has the data. Every repository of pgBackRest needs `repoN-cipher-type`, wherever \
        it is set. When Velero copies files of volumes, the password of its repository is one that everybody knows unless the Secret \
        `velero-repo-credentials` is there before. A repository of restic without a password, or with one that stands in Git, is open too.",
    fix: "Set `repoN-cipher-type=aes-256-cbc` and give the passphrase in a Secret of the cell.",
    example_bad: "repo1-cipher-type=none",
    example_good: "repo1-cipher-type=aes-256-cbc",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let count =
            pgbackrest(input, here, out) + velero(input, here, out) + restic(input, here, out);
        out.examined(&RULE, here, count);
    }
}

fn tell(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found, spot: &Spot, message: String) {
    out.push(finding(&RULE, input, here, spot, message, "not encrypted").help(RULE.fix));
}

/// <https://pgbackrest.org/configuration.html#section-repository/option-repo-cipher-type>
fn pgbackrest(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) -> usize {
    let mut count = 0;
    for told in backups::pgbackrest(here) {
        for repository in told.repositories.values() {
            count += 1;
            let none = repository
                .all("cipher-type")
                .iter()
                .filter(|cipher| cipher.value == "none" || cipher.value.is_empty());
            for cipher in none {
                let message = format!(
                    "repository {} of pgBackRest is not encrypted",
                    repository.number
                );
                tell(input, here, out, &cipher.spot, message);
            }
            // A command line sets what it changes and no more; a repository of another host has its settings there.
            let is_part = told.is_partial || repository.first("host").is_some();
            let is_kept = [
                "type",
                "path",
                "s3-bucket",
                "azure-container",
                "gcs-bucket",
                "s3-endpoint",
            ];
            let first = is_kept
                .into_iter()
                .find_map(|option| repository.first(option));
            if repository.all("cipher-type").is_empty()
                && !is_part
                && let Some(first) = first
            {
                let message = format!(
                    "repository {} of pgBackRest has no `repo{0}-cipher-type`, so it is not encrypted",
                    repository.number
                );
                tell(input, here, out, &first.spot, message);
            }
        }
    }
    count
}

/// <https://velero.io/docs/main/file-system-backup/>
fn velero(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) -> usize {
    let velero = Velero::of(here);
    let has_password = here
        .secrets
        .iter()
        .any(|secret| secret.name == "velero-repo-credentials");
    if !has_password {
        for spot in &velero.copies_files {
            let message =
                "Velero copies files of volumes into a repository whose password everybody knows"
                    .to_owned();
            tell(input, here, out, spot, message);
        }
    }
    velero.copies_files.len()
}

fn restic(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) -> usize {
    let mut count = 0;
    for workload in &here.workloads {
        for container in &workload.containers {
            for name in [
                "RESTIC_PASSWORD",
                "KOPIA_PASSWORD",
                "BORG_PASSPHRASE",
                "RCLONE_CRYPT_PASSWORD",
            ] {
                let Some(variable) = container.variable(name) else {
                    continue;
                };
                count += 1;
                if matches!(variable.value, Setting::Text(_)) {
                    let message =
                        format!("`{name}` stands in Git: whoever reads it can read the backups");
                    tell(input, here, out, &variable.spot, message);
                }
            }
        }
    }
    for placed in &here.scripts {
        for command in &placed.script.commands {
            let is_open = match command.program().as_str() {
                "restic" => command.has(&["--insecure-no-password"]),
                "borg" => ["none", "authenticated"].iter().any(|none| {
                    let mode = command.option(&["-e", "--encryption"]);
                    mode.is_some_and(|mode| mode.literal() == *none)
                }),
                _ => continue,
            };
            count += 1;
            if is_open && let Some(word) = command.words.first() {
                let message = format!(
                    "{} keeps a repository without a password",
                    command.program()
                );
                tell(input, here, out, &placed.place(word), message);
            }
        }
    }
    count
}
