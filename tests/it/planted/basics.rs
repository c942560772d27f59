//! One of each way in which a value comes into a manifest.

use crate::support::planted::Planted;

const CELL: &str = "production/tr";
const CUSTOM: &str = "cluster/overlays/production/tr/custom/backend-api/kustomization.yaml";

#[test]
fn the_example_as_rendered_has_no_finding() {
    Planted::example().silent();
}

#[test]
fn a_variable_added_by_a_patch_is_found_where_the_patch_sets_it() {
    let patch = "patches:\n  - target:\n      kind: Deployment\n      name: backend-api\n    patch: |-\n      - op: add\n        \
        path: /spec/template/spec/containers/0/env/-\n        value:\n          name: REPORTS_HOST\n          value: pg.es.carebase.example\n";
    Planted::example()
        .custom(CELL, "backend-api", patch)
        .caught("RES301", CUSTOM, "value: pg.es.carebase.example");
}
