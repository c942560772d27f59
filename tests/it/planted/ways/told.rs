//! What a container puts together itself, or is told by other means than a variable.

use super::violations::{BUCKET, DATABASE, PROXY, S3, SMTP, TRACES};
use super::{Way, each};

#[test]
fn two_variables_put_together() {
    each(&[S3, SMTP, BUCKET], |it| {
        let line = format!("value: {}", it.value.replace(it.cut, "$(PART)"));
        let part = it.variable("PART", &format!("value: {}", it.cut));
        let whole = it.variable(it.variable, &line);
        Way {
            rule: it.hidden,
            ..it.custom(&it.patch(&format!("{part}{whole}")), line)
        }
    });
}

#[test]
fn an_argument() {
    each(&[DATABASE, BUCKET, PROXY], |it| {
        let word = format!("{}={}", it.flag, it.value);
        let operation = format!(
            "- op: add\n  path: /spec/template/spec/containers/0/args\n  value:\n    - {word}\n"
        );
        it.custom(&it.patch(&operation), word)
    });
}

#[test]
fn a_name_with_a_prefix() {
    each(&[SMTP, TRACES, PROXY], |it| {
        let (prefix, name) = it.variable.split_once('_').unwrap();
        let literal = format!("{name}={}", it.value);
        let generator = it.generator("configMapGenerator", &format!("literals:\n  - {literal}\n"));
        let start = format!("- prefix: {prefix}_\n            configMapRef:");
        let env_from = it.env_from().replace("- configMapRef:", &start);
        it.custom(&format!("{generator}{env_from}"), literal)
    });
}

#[test]
fn an_annotation_of_the_pod() {
    each(&[S3, BUCKET, TRACES], |it| {
        let line = format!("sink: {}", it.value);
        let annotations = format!(
            "- op: add\n  path: /spec/template/metadata/annotations\n  value:\n    {line}\n"
        );
        let from = "valueFrom:\n  fieldRef:\n    fieldPath: metadata.annotations['sink']\n";
        let variable = it.variable(it.variable, from);
        it.custom(&it.patch(&format!("{annotations}{variable}")), line)
    });
}

#[test]
fn a_variable_of_a_command_line() {
    each(&[SMTP, TRACES, PROXY], |it| {
        let word = format!("{}={}", it.variable, it.value);
        let operation = format!(
            "- op: add\n  path: /spec/template/spec/containers/0/command\n  value:\n    - env\n    - {word}\n    - /app\n"
        );
        it.custom(&it.patch(&operation), word)
    });
}

#[test]
fn a_variable_of_a_script_on_a_command_line() {
    each(&[SMTP, BUCKET, PROXY], |it| {
        let line = format!("export {}={}", it.variable, it.value);
        let operation = format!(
            "- op: add\n  path: /spec/template/spec/containers/0/command\n  value:\n    - sh\n    - -c\n    - |\n      set -eu\n      {line}\n      exec /app\n"
        );
        it.custom(&it.patch(&operation), line)
    });
}

#[test]
fn a_mounted_file_of_variables() {
    each(&[SMTP, TRACES, PROXY], |it| {
        let line = format!("{}={}", it.variable, it.value);
        let generator = it.generator("configMapGenerator", "files:\n  - .env=own.env\n");
        let volume = "- op: add\n  path: /spec/template/spec/volumes/-\n  value:\n    name: own\n    configMap:\n      name: own\n";
        let kustomization = format!("{generator}{}", it.patch(volume));
        let files = [("own.env", format!("LOG_LEVEL=info\n{line}\n"))];
        it.beside(&kustomization, &files, "own.env", line)
    });
}
