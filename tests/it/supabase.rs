//! Supabase: it leaves no trace without its table, and what cannot be is refused. Below: that what is rendered fits together.

mod fits;
mod rendered;

use crate::plan::{build, declaration, load};
use platformctl::model::{self, Cell, Platform};
use platformctl::plan::Plan;
use serde::Deserialize as _;
use serde_json::Value;
use std::collections::BTreeMap;

const COMPONENT: &str = r#"
[[endpoints]]
id = "relay"
host = "smtp.example.es"
ports = [587]
cidrs = ["203.0.113.10/32"]
country = "ES"
classes = ["pii"]
regions = ["es"]
[components.supabase]
classes = ["phi", "pii"]
expose = "data"
site = "frontend"
redirect-urls = ["com.acme.app://callback"]
analytics = true
public-functions = ["webhook"]
smtp = { endpoints = ["relay"], from = "no-reply@carebase.example" }
"#;

/// The full example with Supabase, used by one service.
pub(crate) fn text() -> String {
    let text = declaration("full");
    let used = text.replacen(
        "uses = [\"objects\", \"exports\"]",
        "uses = [\"objects\", \"exports\", \"supabase\"]",
        1,
    );
    assert_ne!(text, used, "the example still has that line");
    used + COMPONENT
}

fn documents(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .collect()
}

/// Every Deployment of Supabase in a cell: as it is everywhere, with the variables that the cell adds.
fn deployments(plan: &Plan, cell: &Cell) -> BTreeMap<String, Vec<Value>> {
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let base = "cluster/data/supabase/";
    let files = plan.files.iter();
    let own = files.filter(|(path, _)| path.starts_with(base) && path.ends_with(".yaml"));
    for (_, file) in own.filter(|(path, _)| !path.ends_with("envoy.yaml")) {
        for object in documents(&file.content) {
            if object["kind"] == "Deployment" {
                let name = object["metadata"]["name"].as_str().expect("a name");
                found.insert(name.to_owned(), env(&object));
            }
        }
    }
    let path = format!("{}/supabase/cell/kustomization.yaml", cell.overlay());
    let differences = &documents(&plan.files[&path].content)[0];
    for patch in differences["patches"].as_array().expect("patches") {
        let object = &documents(patch["patch"].as_str().expect("text"))[0];
        if object["kind"] == "Deployment" {
            let name = object["metadata"]["name"].as_str().expect("a name");
            let known = found.get_mut(name).expect("a Deployment that is there");
            known.extend(env(object));
        }
    }
    found
}

fn env(object: &Value) -> Vec<Value> {
    let spec = &object["spec"]["template"]["spec"];
    let lists = ["initContainers", "containers"].map(|key| spec[key].as_array());
    let containers = lists.into_iter().flatten().flatten();
    containers
        .filter_map(|container| container["env"].as_array())
        .flatten()
        .cloned()
        .collect()
}

fn value<'a>(env: &'a [Value], name: &str) -> &'a str {
    let mut found = env.iter().filter(|variable| variable["name"] == name);
    let variable = found.next_back().unwrap_or_else(|| panic!("no {name}"));
    variable["value"]
        .as_str()
        .unwrap_or_else(|| panic!("{name} has no text"))
}

fn cell<'a>(platform: &'a Platform, name: &str) -> &'a Cell {
    platform.cell(name).expect("the cell is there")
}

#[test]
fn without_its_table_there_is_no_trace() {
    let plan = build(&declaration("full"));
    for (path, file) in &plan.files {
        assert!(!path.contains("supabase"), "{path}");
        // The schema says what may be written.
        if !path.ends_with("schema.json") {
            let text = file.content.to_ascii_lowercase();
            assert!(!text.contains("supabase"), "{path}");
        }
    }
    let platform = load(&declaration("full"));
    assert!(platform.supabase.is_none() && platform.store("storage").is_none());
    for cell in &platform.cells {
        let edges = format!("{:?}{:?}", cell.edges, cell.credentials);
        assert!(!edges.contains("supabase"), "{}", cell.name);
    }
}

#[test]
fn a_part_that_does_not_run_leaves_no_trace() {
    let off = "functions = false\npooler = false\nclasses = [\"phi\"]\n";
    let text = format!("{}\n[components.supabase]\n{off}", declaration("full"));
    let plan = build(&text);
    for part in ["analytics", "functions", "pooler"] {
        let name = format!("supabase-{part}");
        for (path, file) in &plan.files {
            let is_own = path.starts_with("cluster/") || path == "docs/supabase.md";
            // The database keeps the role and the schemas all the same: it may be switched on later.
            let is_init = path.starts_with("cluster/data/postgres/supabase/");
            if is_own && !is_init {
                assert!(
                    !file.content.contains(&format!("{name}:")),
                    "{path}: {name}"
                );
                assert!(
                    !file.content.contains(&format!("name: {name}\n")),
                    "{path}: {name}"
                );
            }
        }
    }
    let envoy = &plan.files["cluster/data/supabase/envoy.yaml"].content;
    assert!(!envoy.contains("/functions/v1"));
    assert!(
        !plan
            .files
            .contains_key("cluster/data/supabase/ingress.yaml")
    );
}

/// Secrets that other parts of the platform bring: the database's superuser, and the certificate of the object store.
/// What a text says about hosts of the cluster: `name.namespace.svc` and the port behind it.
/// Who says in a variable or in the gateway's file that it speaks to whom.
/// The codes of the problems that a component's table has.
fn codes(component: &str) -> Vec<&'static str> {
    let text = format!("{}\n{component}", declaration("full"));
    match model::load(&text) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| problem.code).collect(),
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let table = |line: &str| codes(&format!("[components.supabase]\n{line}\n"));
    assert!(table("expose = \"data\"").is_empty());
    assert_eq!(table("expose = \"app\""), ["duplicate-host"]);
    assert_eq!(table("site = \"backend-ai\""), ["unknown-reference"]);
    assert_eq!(
        table("redirect-urls = [\"app.example\"]"),
        ["invalid-value"]
    );
    assert_eq!(
        table("redirect-urls = [\"https://a,b\"]"),
        ["invalid-value"]
    );
    assert_eq!(table("schemas = [\"public; drop\"]"), ["invalid-value"]);
    assert_eq!(table("schemas = []"), ["invalid-value"]);
    assert_eq!(
        table("functions = false\npublic-functions = [\"a\"]"),
        ["conflicting-keys"]
    );
    assert_eq!(
        table("parts = { realtime = { replicas = 2 } }"),
        ["out-of-range"]
    );
    assert_eq!(
        table("parts = { analytics = { replicas = 1 } }"),
        ["not-applicable"]
    );
    assert_eq!(
        table("smtp = { endpoints = [\"nope\"], from = \"a@b\" }"),
        ["unknown-reference"]
    );
    assert_eq!(
        table(
            "smtp = { endpoints = [\"relay\"], from = \"nobody\" }\n[[endpoints]]\nid = \"relay\"\nhost = \"h.example\"\ncountry = \"ES\"\n"
        ),
        ["missing-key", "missing-key", "invalid-value"]
    );
    assert_eq!(table("nonsense = 1"), ["unknown-key"]);
    let store = "[components.supabase]\n[[stores]]\nid = \"storage\"\nkind = \"bucket\"\nclasses = [\"phi\"]\n";
    assert_eq!(codes(store), ["duplicate-name"]);
    let minimal = declaration("minimal") + "\n[components.supabase]\n";
    let problems = model::load(&minimal)
        .map(|_| ())
        .expect_err("no object store");
    assert_eq!(problems[0].code, "missing-key");
    let used = text().replace("\"supabase\"]", "\"storage\"]");
    let problems = model::load(&used).map(|_| ()).expect_err("not its bucket");
    assert_eq!(problems[0].code, "not-applicable");
}
