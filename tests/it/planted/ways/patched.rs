//! Patches, Components, replacements, and changes of what is generated.

use super::violations::{
    BACKUPS, BUCKET, DATABASE, LOGS, PROXY, S3, SMTP, TRACES, VENDOR, WEBHOOK,
};
use super::{Way, each, indented};
use crate::support::planted::Planted;

#[test]
fn a_strategic_merge_patch() {
    each(&[S3, SMTP, BACKUPS], |it| {
        let patch = format!("patches:\n  - patch: |-\n{}", indented(6, &it.merge()));
        it.custom(&patch, format!("value: {}", it.value))
    });
}

#[test]
fn a_json_patch() {
    each(&[BUCKET, TRACES, VENDOR], |it| {
        let value = format!("value: {}", it.value);
        it.custom(&it.patch(&it.variable(it.variable, &value)), value)
    });
}

#[test]
fn a_file_with_a_patch() {
    each(&[LOGS, BACKUPS, PROXY], |it| {
        let files = [("own.yaml", it.merge())];
        let line = format!("value: {}", it.value);
        it.beside("patches:\n  - path: own.yaml\n", &files, "own.yaml", line)
    });
}

#[test]
fn a_component_that_is_included() {
    each(&[S3, TRACES, VENDOR], |it| {
        let value = format!("value: {}", it.value);
        let component = format!(
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n{}",
            it.patch(&it.variable(it.variable, &value))
        );
        let path = "more/kustomization.yaml";
        it.beside("components:\n  - more\n", &[(path, component)], path, value)
    });
}

#[test]
fn a_replacement_from_a_config_map() {
    each(&[SMTP, BUCKET, BACKUPS], |it| {
        let source = "source:\n      kind: ConfigMap\n      name: own\n      fieldPath: data.entry";
        let kustomization = format!("resources:\n  - own.yaml\n{}", it.replaced(source));
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
fn a_replacement_by_a_value() {
    each(&[LOGS, DATABASE, WEBHOOK], |it| {
        let source = format!("sourceValue: {}", it.value);
        it.custom(&it.replaced(&source), source)
    });
}

#[test]
fn a_changed_generated_file() {
    each(&[SMTP, LOGS, WEBHOOK], |it| {
        let file = format!(
            "cluster/overlays/{}/{}/cell/kustomization.yaml",
            it.cell, it.unit
        );
        let line = format!("value: {}", it.value);
        let env = "                env:\n";
        let entry = format!("- name: {}\n  {line}\n", it.variable);
        let planted =
            Planted::example().replace(&file, env, &format!("{env}{}", indented(18, &entry)));
        Way {
            planted,
            rule: it.rule,
            also: &[],
            file,
            line,
        }
    });
}

#[test]
fn a_patch_in_an_old_field_that_is_folded() {
    each(&[DATABASE, WEBHOOK, PROXY], |it| {
        let value = format!("value: >-\n  {}\n", it.value);
        let patch = format!(
            "patchesJson6902:\n  - target:\n      group: apps\n      version: v1\n      kind: {}\n      name: {}\n    path: own.yaml\n",
            it.kind, it.object
        );
        let files = [("own.yaml", it.variable(it.variable, &value))];
        it.beside(&patch, &files, "own.yaml", it.value)
    });
}

#[test]
fn a_patch_in_json() {
    each(&[SMTP, BUCKET, VENDOR], |it| {
        let line = format!("\"value\": \"{}\"", it.value);
        let text = format!(
            "[\n  {{\n    \"op\": \"add\",\n    \"path\": \"/spec/template/spec/containers/0/env/-\",\n    \"value\": {{\n      \"name\": \"{}\",\n      \
             {line}\n    }}\n  }}\n]\n",
            it.variable
        );
        let patch = format!(
            "patches:\n  - target:\n      kind: {}\n      name: {}\n    path: own.json\n",
            it.kind, it.object
        );
        it.beside(&patch, &[("own.json", text)], "own.json", line)
    });
}

#[test]
fn an_anchor_of_a_patch() {
    each(&[LOGS, BACKUPS, PROXY], |it| {
        let start = format!("sink: &sink {}", it.value);
        let patch = it
            .merge()
            .replace(&format!("value: {}", it.value), "value: *sink")
            .replace(
                "metadata:\n",
                &format!("metadata:\n  annotations:\n    {start}\n"),
            );
        let files = [("own.yaml", patch)];
        it.beside("patches:\n  - path: own.yaml\n", &files, "own.yaml", start)
    });
}

#[test]
fn a_replacement_of_a_part_of_a_value() {
    each(&[S3, WEBHOOK, PROXY], |it| {
        let (scheme, rest) = it.value.split_once("://").unwrap();
        let host = rest.split('/').next().unwrap();
        let source = "source:\n      kind: ConfigMap\n      name: own\n      fieldPath: data.entry";
        let replaced = it.replaced(source).replace(
            "value: placeholder",
            &format!("value: {scheme}://placeholder/in"),
        );
        let options = "        options:\n          delimiter: /\n          index: 2\n";
        let kustomization = format!("resources:\n  - own.yaml\n{replaced}{options}");
        let files = [("own.yaml", it.object("ConfigMap", "entry", host))];
        it.beside(&kustomization, &files, "own.yaml", format!("entry: {host}"))
    });
}

#[test]
fn a_value_with_escapes() {
    each(&[DATABASE, BUCKET, WEBHOOK], |it| {
        let at = it.value.rfind(['.', '-']).unwrap();
        let (before, after) = it.value.split_at(at);
        let sign = u32::from(after.as_bytes()[0]);
        let line = format!("value: \"{before}\\u{sign:04x}{}\"", &after[1..]);
        it.custom(&it.patch(&it.variable(it.variable, &line)), line)
    });
}
