//! ConfigMaps and Secrets, generated or written out.

use super::violations::{
    BACKUPS, BUCKET, DATABASE, LOGS, PROXY, S3, SMTP, TRACES, VENDOR, WEBHOOK,
};
use super::{UNMASKED, Way, each, indented};
use crate::support::planted::Planted;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

#[test]
fn literals_of_a_generator() {
    each(&[S3, BUCKET, PROXY], |it| {
        let literal = format!("{}={}", it.variable, it.value);
        let generator = it.generator("configMapGenerator", &format!("literals:\n  - {literal}\n"));
        it.custom(&format!("{generator}{}", it.env_from()), literal)
    });
}

#[test]
fn a_file_of_variables() {
    each(&[LOGS, DATABASE, TRACES], |it| {
        let generator = it.generator("configMapGenerator", "envs:\n  - own.env\n");
        let line = format!("{}={}", it.variable, it.value);
        let files = [("own.env", format!("# ours\nLOG_LEVEL=info\n{line}\n"))];
        let kustomization = format!("{generator}{}", it.env_from());
        it.beside(&kustomization, &files, "own.env", line)
    });
}

#[test]
fn a_file_of_configuration() {
    each(&[S3, DATABASE, TRACES], |it| {
        let generator = it.generator("configMapGenerator", &format!("files:\n  - {}\n", it.file));
        let (text, line) = it.config();
        Way {
            also: UNMASKED,
            ..it.beside(&generator, &[(it.file, text)], it.file, line)
        }
    });
}

#[test]
fn literals_of_a_secret() {
    each(&[S3, SMTP, PROXY], |it| {
        let literal = format!("entry={}", it.value);
        let generator = it.generator("secretGenerator", &format!("literals:\n  - {literal}\n"));
        it.custom(
            &format!("{generator}{}", it.reference("secretKeyRef")),
            literal,
        )
    });
}

#[test]
fn base64_in_a_secret() {
    each(&[BUCKET, BACKUPS, WEBHOOK], |it| {
        let data = STANDARD.encode(it.value);
        let kustomization = format!("resources:\n  - own.yaml\n{}", it.reference("secretKeyRef"));
        let files = [("own.yaml", it.object("Secret", "entry", &data))];
        Way {
            rule: it.hidden,
            // A Secret that is not sealed is wrong whatever it holds.
            also: &["RES803"],
            ..it.beside(&kustomization, &files, "own.yaml", data)
        }
    });
}

#[test]
fn an_entry_of_a_config_map() {
    each(&[SMTP, BACKUPS, TRACES], |it| {
        let kustomization = format!(
            "resources:\n  - own.yaml\n{}",
            it.reference("configMapKeyRef")
        );
        let files = [("own.yaml", it.object("ConfigMap", "entry", it.value))];
        it.beside(
            &kustomization,
            &files,
            "own.yaml",
            format!("entry: {}", it.value),
        )
    });
}

#[test]
fn a_text_in_a_config_map() {
    each(&[LOGS, BACKUPS, VENDOR], |it| {
        let (text, line) = it.config();
        let files = [("own.yaml", it.object("ConfigMap", it.file, &text))];
        it.beside("resources:\n  - own.yaml\n", &files, "own.yaml", line)
    });
}

#[test]
fn a_text_in_a_text() {
    each(&[LOGS, BUCKET, TRACES], |it| {
        let (text, line) = it.config();
        let outer = format!("files:\n  {}: |\n{}", it.file, indented(4, &text));
        let files = [("own.yaml", it.object("ConfigMap", "outer.yaml", &outer))];
        Way {
            also: UNMASKED,
            ..it.beside("resources:\n  - own.yaml\n", &files, "own.yaml", line)
        }
    });
}

#[test]
fn an_entry_of_a_list_of_objects() {
    each(&[S3, SMTP, TRACES], |it| {
        let entry = indented(4, &it.object("ConfigMap", "entry", it.value));
        let list = format!(
            "apiVersion: v1\nkind: List\nitems:\n  - {}",
            entry.trim_start()
        );
        let kustomization = format!(
            "resources:\n  - own.yaml\n{}",
            it.reference("configMapKeyRef")
        );
        let line = format!("entry: {}", it.value);
        it.beside(&kustomization, &[("own.yaml", list)], "own.yaml", line)
    });
}

#[test]
fn a_file_that_is_merged_over_a_generated_one() {
    each(&[BACKUPS], |it| {
        let own = Planted::example()
            .text("cluster/data/postgres/pgbackrest.conf")
            .replace("object-storage.carebase-data.svc", it.value);
        let rest = "behavior: merge\nfiles:\n  - pgbackrest.conf=own.conf\noptions:\n  disableNameSuffixHash: true\n";
        let generator = it
            .generator("configMapGenerator", rest)
            .replace("name: own", "name: postgres-pgbackrest");
        let line = format!("repo1-s3-endpoint={}", it.value);
        it.beside(&generator, &[("own.conf", own)], "own.conf", line)
    });
}

#[test]
fn a_secret_in_the_clear() {
    each(&[S3, LOGS, DATABASE], |it| {
        let kustomization = format!("resources:\n  - own.yaml\n{}", it.reference("secretKeyRef"));
        let text = it.object("Secret", "entry", it.value);
        let files = [("own.yaml", text.replace("\ndata:", "\nstringData:"))];
        Way {
            // A Secret that is not sealed is wrong whatever it holds.
            also: &["RES803"],
            ..it.beside(
                &kustomization,
                &files,
                "own.yaml",
                format!("entry: {}", it.value),
            )
        }
    });
}
