//! The data-flow map of the example: who handles what, and what changes when a manifest sends somebody elsewhere.

use crate::support::planted::Planted;
use platformctl::facts::flows::{self, FlowMap};
use platformctl::facts::{Facts, Repository};
use platformctl::kustomize::Builder;
use platformctl::model;

const CELL: &str = "production/tr";

fn map(planted: &Planted) -> FlowMap {
    let (platform, _) = model::load(planted.text("platform.toml")).unwrap();
    let repository = Repository::new(Default::default(), &planted.files);
    let builder = Builder::new(&planted.files);
    let facts = Facts::gather(&platform, &builder, &repository, None);
    flows::map(
        facts
            .cells
            .iter()
            .find(|c| c.cell.name.as_str() == CELL)
            .unwrap(),
    )
}

fn classes(map: &FlowMap, node: &str) -> Vec<&'static str> {
    let node = map
        .node(node)
        .unwrap_or_else(|| panic!("no node {node}: {map:#?}"));
    node.classes.iter().map(|class| class.name()).collect()
}

#[test]
fn classes_come_from_stores_and_go_along_calls() {
    let map = map(&Planted::example());
    assert_eq!(classes(&map, "store objects"), ["phi", "pii"]);
    assert_eq!(
        classes(&map, "Deployment carebase-apps/backend-api"),
        ["phi", "pii", "auth"]
    );
    assert_eq!(
        classes(&map, "Deployment carebase-apps/frontend"),
        ["phi", "pii", "auth"]
    );
    assert_eq!(
        classes(&map, "Deployment carebase-data/supabase-rest"),
        ["phi", "pii", "auth"]
    );
    let edge = map
        .edges
        .iter()
        .find(|edge| edge.key == "BACKEND_AI_URL")
        .unwrap();
    assert_eq!(
        (edge.from.as_str(), edge.to.as_str()),
        (
            "Deployment carebase-apps/backend-api",
            "Deployment carebase-apps/backend-ai"
        )
    );
    assert!(edge.evidence.is_some());
}

/// The example with a declared endpoint abroad, and a relay that backend-api and nobody else is told of.
fn relayed(target: &str) -> Planted {
    let endpoint = "\n[residency.classes.alerts-scrubbed]\nresidency = \"listed\"\ncountries = [\"US\"]\nreason    = \"texts of alerts name nobody\"\n\n\
        [[endpoints]]\nid      = \"pager\"\nhost    = \"in.pager.example\"\nports   = [443]\ncountry = \"US\"\nclasses = [\"alerts-scrubbed\"]\nregions = [\"tr\", \"es\"]\n";
    let relay = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: relay\n  namespace: carebase-apps\nspec:\n  selector:\n    matchLabels:\n      app: relay\n  \
        template:\n    metadata:\n      labels:\n        app: relay\n    spec:\n      containers:\n        - name: relay\n          image: ghcr.io/acme/relay:1\n          env:\n            \
        - name: PAGER_URL\n              value: https://in.pager.example\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: relay\n  namespace: carebase-apps\nspec:\n  \
        selector:\n    app: relay\n  ports:\n    - port: 80\n";
    let patch = format!(
        "resources:\n  - relay.yaml\npatches:\n  - target:\n      kind: Deployment\n      name: backend-api\n    patch: |-\n      - op: add\n        \
        path: /spec/template/spec/containers/0/env/-\n        value:\n          name: RELAY_URL\n          value: {target}\n"
    );
    Planted::example()
        .append("platform.toml", endpoint)
        .custom(CELL, "backend-api", &patch)
        .beside(CELL, "backend-api", "relay.yaml", relay)
}

fn codes(planted: &Planted) -> Vec<String> {
    let mut found: Vec<String> = planted
        .judge()
        .findings
        .iter()
        .filter(|finding| finding.code == "RES301")
        .map(|finding| planted.at(finding))
        .collect();
    found.dedup();
    found
}

#[test]
fn data_that_is_handed_on_is_caught_at_the_last_hop() {
    let planted = relayed("http://relay.carebase-apps.svc");
    assert_eq!(
        classes(&map(&planted), "Deployment carebase-apps/relay"),
        ["phi", "pii", "auth"]
    );
    assert_eq!(
        codes(&planted),
        ["RES301 cluster/overlays/production/tr/custom/backend-api/relay.yaml:20"]
    );
    let apart = relayed("http://backend-ai.carebase-apps.svc:8001");
    assert_eq!(
        classes(&map(&apart), "Deployment carebase-apps/relay"),
        [""; 0]
    );
    assert_eq!(codes(&apart), [""; 0]);
}
