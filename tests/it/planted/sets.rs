//! ApplicationSets that take their parameters from files of the repository.

use crate::support::planted::Planted;

const ROOT: &str = "cluster/overlays/production/tr/kustomization.yaml";
const SET: &str = "cluster/overlays/production/tr/set.yaml";

/// A set with a generator of files, in the root of production/tr.
fn set(options: &str, git: &str, path: &str) -> Planted {
    Planted::example()
        .file(
            SET,
            format!(
                "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: units\n  namespace: argocd\nspec:\n{options}  generators:\n    - git:\n        \
                 repoURL: https://github.com/acme/platform\n        revision: main\n{git}  template:\n    metadata:\n      name: unit\n    spec:\n      project: carebase-apps\n      \
                 source:\n        repoURL: https://github.com/acme/platform\n        targetRevision: main\n        path: '{path}'\n      destination:\n        \
                 server: https://kubernetes.default.svc\n        namespace: carebase-apps\n"
            ),
        )
        .replace(ROOT, "  - applications.yaml\n", "  - applications.yaml\n  - set.yaml\n")
}

const FILES: &str = "        files:\n          - path: units/*.yaml\n";
const GO: &str = "  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n";
const OWN: &str =
    "unit:\n  region: tr\n  folders: [nothing, cluster/overlays/production/tr/backend-api]\n";

#[test]
fn files_with_parameters_are_read() {
    let flat = "{{unit.folders.1}}";
    let go = "cluster/overlays/production/{{.unit.region}}/backend-api";
    set("", FILES, flat).file("units/a.yaml", OWN).silent();
    set(GO, FILES, go).file("units/a.yaml", OWN).silent();
    // The other region's folder stands in the file, and the path is what produces it.
    let other = OWN.replace("tr", "es");
    set("", FILES, flat)
        .file("units/a.yaml", OWN)
        .file("units/b.yaml", other.as_str())
        .caught("RES503", SET, flat);
    let json = "[{\"unit\": {\"region\": \"tr\"}}, {\"unit\": {\"region\": \"es\"}}]\n";
    set(GO, &FILES.replace(".yaml", ".json"), go)
        .file("units/a.json", json)
        .caught("RES503", SET, ".unit.region");
}

#[test]
fn what_the_files_produce_is_judged_too() {
    let folder = "cluster/overlays/production/tr/more-of-it";
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: way-in\n  namespace: carebase-apps\nspec:\n  type: LoadBalancer\n";
    set(
        "",
        "        pathParamPrefix: its\n        files:\n          - path: cluster/overlays/production/tr/*/unit.json\n",
        "{{its.path}}",
    )
    .file(&format!("{folder}/unit.json"), "{}\n")
    .file(
        &format!("{folder}/kustomization.yaml"),
        "resources: [service.yaml]\n",
    )
    .file(&format!("{folder}/service.yaml"), service)
    .caught("RES402", &format!("{folder}/service.yaml"), "LoadBalancer");
}

#[test]
fn what_is_not_surely_known_is_said() {
    let path = "cluster/overlays/production/tr/{{unit.region}}";
    // The star is one folder or many, as Argo CD is set.
    set("", FILES, "cluster/overlays/production/tr/backend-api")
        .file("units/a.yaml", OWN)
        .file("units/deep/b.yaml", OWN)
        .caught("RES503", SET, "files");
    // Go prints a large number in its own way.
    let found = set("", FILES, path)
        .file("units/a.yaml", "unit: {region: 10000000}\n")
        .judge_broken();
    let is_said = |found: &String| found.starts_with(&format!("RES503 {SET}:"));
    assert!(found.iter().any(is_said), "{found:#?}");
}
