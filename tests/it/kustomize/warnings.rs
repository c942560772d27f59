//! What kustomize passes over in silence is said.

use super::{Tree, objects};

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: a, image: \"nginx:1@sha256:aaaa\"}\n";

/// Code, path and span of a warning.
type Warned = (&'static str, String, Option<(usize, usize)>);

fn warnings(kustomization: &str, resource: &str) -> Vec<Warned> {
    let tree: Tree = [("kustomization.yaml", kustomization), ("r.yaml", resource)]
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()))
        .collect();
    let built = objects(&tree, "").expect("builds");
    built
        .warnings
        .into_iter()
        .map(|warning| {
            let place = warning.primary().expect("a place");
            (warning.code, place.path.clone(), place.span)
        })
        .collect()
}

fn codes(kustomization: &str, resource: &str) -> Vec<&'static str> {
    warnings(kustomization, resource)
        .into_iter()
        .map(|(code, ..)| code)
        .collect()
}

#[test]
fn a_clean_kustomization_has_no_warning() {
    let text = "resources: [r.yaml]\nnamespace: shop\nimages:\n- {name: nginx, newTag: \"2\", digest: sha256:bbbb}\n";
    assert_eq!(warnings(text, DEPLOYMENT), []);
}

#[test]
fn a_patch_for_nothing_is_told_at_its_target() {
    let text = "resources: [r.yaml]\npatches:\n- target: {kind: Nothing}\n  patch: |-\n    - {op: remove, path: /spec}\n- target: {name: nobody}\n  patch: |-\n    kind: Deployment\n    metadata: {name: x}\n";
    let found = warnings(text, DEPLOYMENT);
    let at = |word: &str| text.find(word).map(|start| (start, start + word.len()));
    assert_eq!(
        found,
        [
            (
                "kustomize-no-match",
                "kustomization.yaml".to_owned(),
                at("{kind: Nothing}")
            ),
            (
                "kustomize-no-match",
                "kustomization.yaml".to_owned(),
                at("{name: nobody}")
            ),
        ]
    );
}

#[test]
fn a_replacement_for_nothing_is_told() {
    let text = "resources: [r.yaml]\nreplacements:\n- sourceValue: x\n  targets:\n  - select: {kind: Nothing}\n    fieldPaths: [spec.x]\n";
    assert_eq!(codes(text, DEPLOYMENT), ["kustomize-no-match"]);
}

#[test]
fn a_digest_that_a_tag_drops_is_told_once() {
    let text = "resources: [r.yaml]\nimages:\n- {name: nginx, newTag: \"2\"}\n";
    assert_eq!(codes(text, DEPLOYMENT), ["kustomize-digest-dropped"]);
}

#[test]
fn a_namespace_on_a_kind_that_has_none_is_told() {
    let text = "resources: [r.yaml]\nnamespace: shop\n";
    let class =
        "apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: a}\n";
    assert_eq!(codes(text, class), ["kustomize-cluster-scoped"]);
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n";
    assert_eq!(codes(text, role), [""; 0]);
}

#[test]
fn old_and_repeated_fields_are_told() {
    let text = "resources: [r.yaml]\ncommonLabels: {a: b}\nnamePrefix: a-\nnamePrefix: b-\n";
    assert_eq!(
        codes(text, DEPLOYMENT),
        ["kustomize-deprecated", "yaml-duplicate-key"]
    );
}
