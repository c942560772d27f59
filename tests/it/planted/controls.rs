//! Controls that an overlay takes away or weakens.

use crate::support::planted::Planted;

const CELL: &str = "production/tr";
const BASE: &str = "cluster/overlays/production/tr/custom/base/kustomization.yaml";
const RAILS: &str = "cluster/overlays/production/tr/custom/guard-rails/kustomization.yaml";

/// Findings of the rule, as `file:line`.
#[track_caller]
fn found(planted: &Planted) -> Vec<String> {
    let findings = planted.judge().findings;
    let mine = findings.iter().filter(|f| f.code == "RES508");
    mine.map(|f| planted.at(f)).collect()
}

#[test]
fn a_default_deny_that_a_patch_deletes() {
    let patch = "patches:\n  - patch: |-\n      $patch: delete\n      apiVersion: networking.k8s.io/v1\n      kind: NetworkPolicy\n      metadata:\n        name: default-deny\n        namespace: carebase-data\n";
    let planted = Planted::example().custom(CELL, "base", patch);
    assert_eq!(found(&planted), [format!("RES508 {BASE}:5")]);
    let file = "$patch: delete\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny\n  namespace: carebase-apps\n";
    let planted = Planted::example()
        .custom(CELL, "base", "patches:\n  - path: gone.yaml\n")
        .beside(CELL, "base", "gone.yaml", file);
    let path = BASE.replace("kustomization", "gone");
    assert_eq!(found(&planted), [format!("RES508 {path}:1")]);
}

#[test]
fn a_default_deny_that_is_no_longer_listed() {
    let planted = Planted::example().replace(
        "cluster/base/kustomization.yaml",
        "  - default-deny.yaml\n",
        "",
    );
    let found = found(&planted);
    assert!(
        found
            .iter()
            .all(|f| f == "RES508 cluster/base/kustomization.yaml:5"),
        "{found:?}"
    );
    assert!(!found.is_empty());
}

#[test]
fn a_default_deny_that_was_emptied() {
    let text = Planted::example()
        .text("cluster/base/default-deny.yaml")
        .to_owned();
    let (kept, _) = text.rsplit_once("---\n").unwrap();
    let planted = Planted::example().file("cluster/base/default-deny.yaml", kept);
    let found = found(&planted);
    assert!(
        found
            .iter()
            .all(|f| f == "RES508 cluster/base/default-deny.yaml:1"),
        "{found:?}"
    );
    assert!(!found.is_empty());
}

#[test]
fn a_weaker_namespace() {
    let patch = "patches:\n  - patch: |-\n      apiVersion: v1\n      kind: Namespace\n      metadata:\n        name: carebase-data\n        labels:\n          pod-security.kubernetes.io/enforce: privileged\n";
    Planted::example()
        .custom(CELL, "base", patch)
        .caught("RES508", BASE, "privileged");
    let patch = "patches:\n  - target:\n      kind: Namespace\n      name: carebase-data\n    patch: |-\n      - op: remove\n        path: /metadata/labels/pod-security.kubernetes.io~1enforce\n";
    Planted::example()
        .custom(CELL, "base", patch)
        .caught("RES508", BASE, "path: /metadata/labels");
}

#[test]
fn a_guard_rail_that_is_gone() {
    let patch = "patches:\n  - patch: |-\n      $patch: delete\n      apiVersion: admissionregistration.k8s.io/v1\n      kind: ValidatingAdmissionPolicyBinding\n      metadata:\n        name: carebase-pinned-images\n";
    Planted::example()
        .custom(CELL, "guard-rails", patch)
        .caught("RES508", RAILS, "$patch: delete");
    let component = "cluster/overlays/production/tr/guard-rails/cell/kustomization.yaml";
    Planted::example()
        .replace(component, "  - own-hosts.yaml\n", "")
        .caught("RES508", component, "resources:");
}

#[test]
fn a_guard_rail_that_refuses_less() {
    let actions = "patches:\n  - target:\n      kind: ValidatingAdmissionPolicyBinding\n      name: carebase-pinned-images\n    patch: |-\n      - op: replace\n        path: /spec/validationActions\n        value: [Warn]\n";
    Planted::example()
        .custom(CELL, "guard-rails", actions)
        .caught("RES508", RAILS, "[Warn]");
    let exempt = "patches:\n  - target:\n      kind: ValidatingAdmissionPolicyBinding\n      name: carebase-pinned-images\n    patch: |-\n      - op: add\n        path: /spec/matchResources/namespaceSelector/matchExpressions/0/values/-\n        value: carebase-data\n";
    Planted::example()
        .custom(CELL, "guard-rails", exempt)
        .caught("RES508", RAILS, "value: carebase-data");
    let hosts = "cluster/overlays/production/tr/guard-rails/cell/own-hosts.yaml";
    Planted::example()
        .replace(hosts, "\"'tr.carebase.example'\"", "\"'carebase.example'\"")
        .caught("RES508", hosts, "'carebase.example'");
    let condition = "patches:\n  - target:\n      kind: ValidatingAdmissionPolicy\n      name: carebase-no-node-access\n    patch: |-\n      - op: add\n        path: /spec/matchConditions/-\n        value:\n          name: not-mine\n          expression: \"request.userInfo.username != 'me'\"\n";
    let planted = Planted::example().custom(CELL, "guard-rails", condition);
    assert_eq!(found(&planted).len(), 1);
}

#[test]
fn a_policy_that_lets_everyone_in() {
    let path = "cluster/overlays/production/tr/custom/postgres/kustomization.yaml";
    let patch = "patches:\n  - target:\n      kind: NetworkPolicy\n      name: postgres\n    patch: |-\n      - op: add\n        path: /spec/ingress/-\n        value:\n          from:\n            - ipBlock:\n                cidr: 198.51.100.0/24\n";
    let planted = Planted::example().custom(CELL, "postgres", patch);
    let found = found(&planted);
    assert_eq!(found, [format!("RES508 {path}:13")]);
}

#[test]
fn more_is_no_less() {
    let patch = "patches:\n  - target:\n      kind: ValidatingAdmissionPolicyBinding\n      name: carebase-pinned-images\n    patch: |-\n      - op: add\n        path: /spec/validationActions/-\n        value: Warn\n";
    let patch = patch
        .replace("value: Warn", "value: Audit2")
        .replace("Audit2", "Warn");
    Planted::example()
        .custom(CELL, "guard-rails", &patch)
        .silent();
    let quota = "patches:\n  - target:\n      kind: ResourceQuota\n      namespace: carebase-apps\n    patch: |-\n      - op: replace\n        path: /spec/hard/pods\n        value: \"60\"\n";
    Planted::example().custom(CELL, "base", quota).silent();
    let label = "patches:\n  - patch: |-\n      apiVersion: v1\n      kind: Namespace\n      metadata:\n        name: carebase-data\n        labels:\n          cost-centre: \"42\"\n";
    Planted::example().custom(CELL, "base", label).silent();
}
