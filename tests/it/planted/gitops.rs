//! What Argo CD is told: Applications, projects, ApplicationSets, overrides, sources, and overlays that mix cells.

use crate::support::planted::Planted;

const CELL: &str = "production/tr";
const APPLICATIONS: &str = "cluster/overlays/production/tr/applications.yaml";
const PROJECTS: &str = "cluster/overlays/production/tr/projects.yaml";
const ROOT: &str = "bootstrap/production/tr/root.yaml";
const CUSTOM: &str = "cluster/overlays/production/tr/custom/base/kustomization.yaml";
const MORE: &str = "cluster/overlays/production/tr/custom/base/more.yaml";

const WITH_MORE: &str = "resources:\n  - more.yaml\n";

fn more(text: &str) -> Planted {
    Planted::example()
        .custom(CELL, "base", WITH_MORE)
        .beside(CELL, "base", "more.yaml", text)
}

fn application(name: &str, source: &str, destination: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {name}\n  namespace: argocd\nspec:\n  project: carebase-apps\n  \
         source:\n{source}  destination:\n{destination}"
    )
}

const HERE: &str = "    server: https://kubernetes.default.svc\n    namespace: carebase-apps\n";
const OWN: &str = "    repoURL: https://github.com/acme/platform\n    targetRevision: main\n    path: cluster/overlays/production/tr/backend-api\n";

fn set(generators: &str, path: &str, destination: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: units\n  namespace: argocd\nspec:\n  generators:\n{generators}  \
         template:\n    metadata:\n      name: 'unit'\n    spec:\n      project: carebase-apps\n      source:\n        repoURL: \
         https://github.com/acme/platform\n        targetRevision: main\n        path: '{path}'\n      destination:\n{destination}"
    )
}

const SET_HERE: &str =
    "        server: https://kubernetes.default.svc\n        namespace: carebase-apps\n";

#[test]
fn an_application_for_another_cluster() {
    Planted::example()
        .replace(
            APPLICATIONS,
            "server: https://kubernetes.default.svc",
            "server: https://k8s.es.carebase.example:6443",
        )
        .caught("RES501", APPLICATIONS, "k8s.es.carebase.example");
    let by_name = "    name: carebase-production-es\n    namespace: carebase-apps\n";
    more(&application("more", OWN, by_name)).caught("RES501", MORE, "carebase-production-es");
    Planted::example()
        .replace(
            ROOT,
            "  destination:\n    server: https://kubernetes.default.svc",
            "  destination:\n    server: https://203.0.113.7:6443",
        )
        .caught("RES501", ROOT, "203.0.113.7");
}

#[test]
fn an_application_of_what_is_not_judged() {
    Planted::example()
        .replace(
            APPLICATIONS,
            "targetRevision: main",
            "targetRevision: hotfix",
        )
        .caught("RES501", APPLICATIONS, "hotfix");
    let gone = OWN.replace("/backend-api", "/reports");
    let judged = more(&application("more", &gone, HERE)).judge_broken();
    assert!(
        judged
            .iter()
            .any(|f| f.starts_with("RES501") && f.contains("more.yaml:11")),
        "{judged:#?}"
    );
}

#[test]
fn an_application_of_the_own_cluster_by_its_name() {
    let by_name = "    name: carebase-production-tr\n    namespace: carebase-apps\n";
    more(&application("more", OWN, by_name)).silent();
}

#[test]
fn a_project_without_a_fence() {
    Planted::example()
        .replace(
            PROJECTS,
            "    - server: https://kubernetes.default.svc\n      namespace: carebase-apps",
            "    - server: \"*\"\n      namespace: carebase-apps",
        )
        .caught("RES502", PROJECTS, "server: \"*\"");
    let patch = "patches:\n  - target:\n      kind: AppProject\n      name: carebase-apps\n    patch: |-\n      - op: add\n        path: /spec/sourceRepos/-\n        value: '*'\n";
    let root = "cluster/overlays/production/tr/kustomization.yaml";
    Planted::example()
        .append(root, patch)
        .caught("RES502", root, "value: '*'");
    Planted::example()
        .replace(APPLICATIONS, "project: carebase-base", "project: default")
        .caught("RES502", APPLICATIONS, "project: default");
    Planted::example()
        .replace(
            PROJECTS,
            "    - server: https://kubernetes.default.svc",
            "    - server: https://k8s.es.carebase.example",
        )
        .caught("RES502", PROJECTS, "k8s.es.carebase.example");
}

#[test]
fn an_application_set_over_all_clusters() {
    let destination = "        server: '{{server}}'\n        namespace: carebase-apps\n";
    let path = "cluster/overlays/production/tr/backend-api";
    more(&set("    - clusters: {}\n", path, destination)).caught("RES503", MORE, "clusters: {}");
    let selected = "    - clusters:\n        selector:\n          matchLabels:\n            jurisdiction: TR\n";
    more(&set(selected, path, destination)).silent();
    let foreign = selected.replace("TR", "ES");
    more(&set(&foreign, path, destination)).caught("RES503", MORE, "clusters:");
}

#[test]
fn an_application_set_that_pairs_folders_with_clusters() {
    let list = "    - list:\n        elements:\n          - path: cluster/overlays/production/es/backend-api\n";
    more(&set(list, "{{path}}", SET_HERE)).caught("RES503", MORE, "path: '{{path}}'");
    let matrix = "    - matrix:\n        generators:\n          - git:\n              repoURL: https://github.com/acme/platform\n              directories:\n                \
        - path: cluster/overlays/production/*/backend-api\n          - list:\n              elements:\n                - namespace: carebase-apps\n";
    more(&set(matrix, "{{.path.path}}", SET_HERE)).caught("RES503", MORE, "{{.path.path}}");
    let own = matrix.replace("production/*", "production/tr");
    more(&set(&own, "{{.path.path}}", SET_HERE)).silent();
}

#[test]
fn an_application_set_that_asks_somebody_else() {
    let generators = "    - scmProvider:\n        github:\n          organization: acme\n";
    more(&set(generators, "x", SET_HERE)).caught("RES503", MORE, "scmProvider");
}

#[test]
fn what_an_application_set_produces_is_judged_too() {
    let list = "    - list:\n        elements:\n          - unit: more-of-it\n";
    let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: way-in\n  namespace: carebase-apps\nspec:\n  type: LoadBalancer\n";
    let folder = "cluster/overlays/production/tr/more-of-it";
    more(&set(
        list,
        "cluster/overlays/production/tr/{{unit}}",
        SET_HERE,
    ))
    .file(&format!("{folder}/kustomization.yaml"), WITH_MORE)
    .file(&format!("{folder}/more.yaml"), text)
    .caught("RES402", &format!("{folder}/more.yaml"), "LoadBalancer");
}

#[test]
fn credentials_of_another_cluster() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: es\n  namespace: argocd\n  labels:\n    argocd.argoproj.io/secret-type: cluster\nstringData:\n  \
        name: es\n  server: https://k8s.es.carebase.example:6443\n";
    more(secret).caught("RES504", MORE, "server:");
    let sealed = "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: es\n  namespace: argocd\nspec:\n  encryptedData:\n    config: AgBwone\n    server: AgBwtwo\n  \
        template:\n    metadata:\n      labels:\n        argocd.argoproj.io/secret-type: cluster\n";
    more(sealed).caught("RES504", MORE, "secret-type: cluster");
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: kube\n  namespace: carebase-apps\ndata:\n  config: |\n    apiVersion: v1\n    kind: Config\n    clusters:\n      - name: es\n        \
        cluster:\n          server: https://k8s.es.carebase.example:6443\n    users: []\n";
    more(map).caught("RES504", MORE, "server:");
}

#[test]
fn overrides_in_an_application() {
    let images = "    kustomize:\n      images:\n        - ghcr.io/acme/backend-api:v2\n";
    more(&application("more", &format!("{OWN}{images}"), HERE)).caught("RES505", MORE, "images:");
    let root = "cluster/overlays/production/tr/kustomization.yaml";
    let patch = "patches:\n  - target:\n      kind: Application\n      name: backend-api\n    patch: |-\n      - op: add\n        path: /spec/source/plugin\n        value:\n          name: envsubst\n";
    let chart = "cluster/ops/sealed-secrets/application.yaml";
    Planted::example()
        .append(root, patch)
        .caught("RES505", root, "name: envsubst");
    Planted::example()
        .replace(chart, "      releaseName: sealed-secrets\n", "      releaseName: sealed-secrets\n      parameters:\n        - name: image.tag\n          value: x\n")
        .caught("RES505", chart, "parameters:");
    let file = "cluster/overlays/production/tr/backend-api/.argocd-source-backend-api.yaml";
    Planted::example()
        .file(file, "kustomize:\n  images:\n    - x\n")
        .caught("RES505", file, "kustomize:");
}

#[test]
fn content_from_elsewhere() {
    let remote = "resources:\n  - https://github.com/vendor/obs//k8s?ref=main\n";
    let judged = Planted::example()
        .custom(CELL, "base", remote)
        .judge_broken();
    // What cannot be built has nothing that holds in it, which others say.
    assert!(judged.contains(&format!("RES506 {CUSTOM}:4")), "{judged:?}");
    let chart = "cluster/ops/sealed-secrets/application.yaml";
    Planted::example()
        .replace(
            chart,
            "targetRevision: \"2.19.1\"",
            "targetRevision: \"2.*\"",
        )
        .caught("RES506", chart, "2.*");
    let helm = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata:\n  name: reports\n  namespace: kube-system\nspec:\n  chart: reports\n";
    more(helm).caught("RES506", MORE, "kind: HelmChart");
    let elsewhere = OWN.replace("acme/platform", "vendor/manifests");
    more(&application("more", &elsewhere, HERE)).caught("RES506", MORE, "vendor/manifests");
}

#[test]
fn an_overlay_that_uses_another_cells_files() {
    let remote = "components:\n  - ../../../es/custom/frontend\n";
    let path = "cluster/overlays/production/tr/custom/frontend/kustomization.yaml";
    Planted::example().custom(CELL, "frontend", remote).caught(
        "RES507",
        path,
        "../../../es/custom/frontend",
    );
    Planted::example()
        .replace(
            APPLICATIONS,
            "path: cluster/overlays/production/tr/frontend",
            "path: cluster/overlays/production/es/frontend",
        )
        .caught("RES507", APPLICATIONS, "production/es/frontend");
}

#[test]
fn names_of_another_cell() {
    let label = "patches:\n  - patch: |-\n      apiVersion: v1\n      kind: Namespace\n      metadata:\n        name: carebase-data\n        labels:\n          jurisdiction: ES\n";
    Planted::example()
        .custom(CELL, "base", label)
        .caught("RES507", CUSTOM, "jurisdiction: ES");
    let own = label.replace("ES", "TR");
    Planted::example().custom(CELL, "base", &own).silent();
    let generated = "cluster/overlays/production/tr/backend-api/cell/kustomization.yaml";
    Planted::example()
        .replace(
            generated,
            "name: PLATFORM_REGION\n                    value: tr",
            "name: PLATFORM_REGION\n                    value: es",
        )
        .caught("RES507", generated, "value: es");
    let labels = "labels:\n  - pairs:\n      environment: staging\n";
    Planted::example().custom(CELL, "frontend", labels).caught(
        "RES507",
        "cluster/overlays/production/tr/custom/frontend/kustomization.yaml",
        "environment: staging",
    );
}

#[test]
fn an_image_by_its_tag() {
    let pod = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: tools\n  namespace: carebase-apps\nspec:\n  template:\n    spec:\n      containers:\n        - name: tools\n          \
        image: ghcr.io/acme/tools:v1\n";
    let found = more(pod).judge();
    let all: Vec<&str> = found.findings.iter().map(|f| f.code).collect();
    assert!(all.contains(&"RES509"), "{all:?}");
}
