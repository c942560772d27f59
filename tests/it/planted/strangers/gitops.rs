//! What is deployed, with which secrets, by which pipeline.

use super::{ES, Plant, TR, all_caught, beside, custom, object, plant};
use crate::support::planted::Planted;

const APPLICATIONS: &str = "cluster/overlays/production/tr/applications.yaml";
const PROJECTS: &str = "cluster/overlays/production/es/projects.yaml";
const ROOT: &str = "cluster/overlays/production/tr/kustomization.yaml";
const SEALED: &str = "secrets/sealed/carebase-data.postgres.yaml";

/// A workflow with one job.
fn workflow(steps: &str) -> String {
    format!(
        "name: Own\non:\n  workflow_dispatch:\npermissions: {{}}\njobs:\n  own:\n    runs-on: ubuntu-24.04\n    environment: production-es\n    steps:\n{steps}"
    )
}

const WORKFLOW: &str = ".github/workflows/own.yml";

pub(super) fn plants() -> Vec<Plant> {
    let example = Planted::example;
    let added = |cell, unit| beside(cell, unit, "added.yaml");
    let sealed = |cell: &str| format!("cluster/overlays/{cell}/{SEALED}");
    let ciphertext = {
        let planted = example();
        let text = planted.text(&sealed(TR));
        let line = text
            .lines()
            .find(|line| line.contains("password: Ag"))
            .unwrap();
        line.to_owned()
    };
    let foreign = {
        let planted = example();
        let text = planted.text(&sealed(ES));
        text.lines()
            .find(|line| line.contains("password: Ag"))
            .unwrap()
            .to_owned()
    };
    vec![
        plant(
            "deployed into the other region's cluster",
            "RES501",
            APPLICATIONS,
            "https://k8s.es.carebase.example:6443",
            example().replace(APPLICATIONS, "server: https://kubernetes.default.svc", "server: https://k8s.es.carebase.example:6443"),
        ),
        plant(
            "deployed into a cluster by name",
            "RES501",
            "bootstrap/production/es/root.yaml",
            "name: carebase-production-tr",
            example().replace("bootstrap/production/es/root.yaml", "  destination:\n    server: https://kubernetes.default.svc", "  destination:\n    name: carebase-production-tr"),
        ),
        plant(
            "a project for every cluster",
            "RES502",
            PROJECTS,
            "server: \"*\"",
            example().replace(PROJECTS, "server: https://kubernetes.default.svc", "server: \"*\""),
        ),
        plant(
            "a project for every repository",
            "RES502",
            PROJECTS,
            "\"*\"",
            example().replace(PROJECTS, "    - https://github.com/acme/platform\n", "    - \"*\"\n"),
        ),
        plant(
            "every overlay into every cluster",
            "RES503",
            "cluster/overlays/production/tr/set.yaml",
            "",
            example()
                .file(
                    "cluster/overlays/production/tr/set.yaml",
                    "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: all\n  namespace: argocd\nspec:\n  generators:\n    - clusters: {}\n  template:\n    metadata:\n      name: '{{name}}'\n    spec:\n      project: carebase-apps\n      source:\n        repoURL: https://github.com/acme/platform\n        targetRevision: main\n        path: cluster/overlays/production/tr\n      destination:\n        server: '{{server}}'\n        namespace: argocd\n",
                )
                .replace(ROOT, "  - applications.yaml\n", "  - applications.yaml\n  - set.yaml\n"),
        ),
        plant(
            "credentials of another cluster",
            "RES504",
            added(TR, "secrets"),
            "",
            object(TR, "secrets", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: es\n  namespace: argocd\n  labels:\n    argocd.argoproj.io/secret-type: cluster\nstringData:\n  name: carebase-production-es\n  server: https://k8s.es.carebase.example:6443\n"),
        ),
        plant(
            "a patch that nobody has checked",
            "RES505",
            APPLICATIONS,
            "",
            example().replace(APPLICATIONS, "    path: cluster/overlays/production/tr/base\n", "    path: cluster/overlays/production/tr/base\n    kustomize:\n      patches:\n        - target: {kind: NetworkPolicy}\n          patch: '[]'\n"),
        ),
        plant(
            "an image set beside the build",
            "RES505",
            "cluster/overlays/production/es/frontend/.argocd-source-frontend.yaml",
            "",
            example().file("cluster/overlays/production/es/frontend/.argocd-source-frontend.yaml", "kustomize:\n  images:\n    - ghcr.io/acme/frontend:x\n"),
        ),
        plant(
            "something from elsewhere",
            "RES506",
            custom(ES, "frontend"),
            "https://github.com/vendor/obs//k8s?ref=main",
            Planted::example().custom(ES, "frontend", "resources:\n  - https://github.com/vendor/obs//k8s?ref=main\n"),
        ),
        plant(
            "the other region's differences",
            "RES507",
            "cluster/overlays/production/tr/backend-ai/kustomization.yaml",
            "es/backend-ai/cell",
            example().replace("cluster/overlays/production/tr/backend-ai/kustomization.yaml", "  - cell\n", "  - ../../es/backend-ai/cell\n"),
        ),
        plant(
            "the other region's overlay",
            "RES507",
            APPLICATIONS,
            "production/es/backend-ai",
            example().replace(APPLICATIONS, "path: cluster/overlays/production/tr/backend-ai", "path: cluster/overlays/production/es/backend-ai"),
        ),
        plant(
            "a deny that is deleted",
            "RES508",
            custom(TR, "base"),
            "",
            example().custom(TR, "base", "patches:\n  - patch: |-\n      apiVersion: networking.k8s.io/v1\n      kind: NetworkPolicy\n      metadata:\n        name: default-deny\n        namespace: carebase-data\n      $patch: delete\n"),
        ),
        plant(
            "an admission policy that only warns",
            "RES508",
            custom(ES, "guard-rails"),
            "Warn",
            example().custom(ES, "guard-rails", "patches:\n  - target:\n      kind: ValidatingAdmissionPolicyBinding\n    patch: |-\n      - op: replace\n        path: /spec/validationActions\n        value: [Warn]\n"),
        ),
        plant(
            "an image by tag alone",
            "RES509",
            added(ES, "frontend"),
            "busybox:1.36",
            object(ES, "frontend", &super::deployment("carebase-apps", "extra", "image: docker.io/library/busybox:1.36\n")),
        ),
        plant(
            "one ciphertext in two regions",
            "RES601",
            sealed(ES),
            "password: Ag",
            example().replace(&sealed(ES), &foreign, &ciphertext),
        ),
        plant(
            "sealed for the other region's key",
            "RES602",
            "bootstrap/production/es/sealed-secrets.pem",
            "",
            {
                let pem = example().text("bootstrap/production/tr/sealed-secrets.pem").to_owned();
                example().file("bootstrap/production/es/sealed-secrets.pem", pem)
            },
        ),
        plant(
            "secrets kept in the other region",
            "RES603",
            added(TR, "secrets"),
            "https://vault.es.carebase.example",
            object(TR, "secrets", "apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata:\n  name: vault\n  namespace: carebase-data\nspec:\n  provider:\n    vault:\n      server: https://vault.es.carebase.example\n      path: secret\n      auth:\n        kubernetes:\n          mountPath: kubernetes\n          role: x\n"),
        ),
        plant(
            "the other region's credentials",
            "RES604",
            added(TR, "secrets"),
            "production/es/objects",
            object(TR, "secrets", "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: own\n  namespace: carebase-data\nspec:\n  secretStoreRef: {name: vault, kind: SecretStore}\n  target: {name: own}\n  data:\n    - secretKey: key\n      remoteRef:\n        key: production/es/objects\n"),
        ),
        plant(
            "people sign in abroad",
            "RES605",
            custom(TR, "supabase"),
            "https://login.es.carebase.example",
            super::env(TR, "supabase", "supabase-auth", "GOTRUE_EXTERNAL_KEYCLOAK_URL", "https://login.es.carebase.example/realms/x"),
        ),
        plant(
            "a dump kept by a pipeline",
            "RES801",
            WORKFLOW,
            "pg_dump",
            example().file(WORKFLOW, workflow("      - run: kubectl exec -n carebase-data postgres-0 -- pg_dump > dump.sql\n      - uses: actions/upload-artifact@3d3c42e5aac5ba805825da76410c181273ba90b1\n        with:\n          path: dump.sql\n")),
        ),
        plant(
            "objects copied by a pipeline",
            "RES801",
            WORKFLOW,
            "mc mirror",
            example().file(WORKFLOW, workflow("      - run: mc mirror store/carebase-production-es-objects out/\n")),
        ),
        plant(
            "a pipeline of Spain with the keys of Türkiye",
            "RES802",
            WORKFLOW,
            "PRODUCTION_TR_KUBECONFIG",
            example().file(WORKFLOW, workflow("      - run: echo hello\n        env:\n          KUBECONFIG_DATA: ${{ secrets.PRODUCTION_TR_KUBECONFIG }}\n")),
        ),
        plant(
            "patients in a fixture",
            "RES803",
            "fixtures/patients.csv",
            "",
            example().file("fixtures/patients.csv", "name,tckn\nAyse,10000000146\nMehmet,12345678950\n"),
        ),
        plant(
            "a Secret with its value",
            "RES803",
            "notes/secret.yaml",
            "",
            example().file("notes/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  password: hunter2hunter2\n"),
        ),
        plant(
            "a kind that nobody knows, with an address",
            "RES901",
            added(TR, "backend-api"),
            "",
            object(TR, "backend-api", "apiVersion: sync.vendor.example/v1\nkind: Mirror\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  targetEndpoint: backend-ai.carebase-apps.svc\n"),
        ),
    ]
}

#[test]
fn deployments_secrets_and_pipelines_are_caught() {
    all_caught(&plants());
}

#[test]
fn a_region_table_grown_old_is_said() {
    let findings = Planted::example().judge_as_of("2028-01-01").findings;
    let rules: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    assert!(rules.contains(&"RES902"), "{rules:?}");
}
