//! Teams: what follows from `[teams]`, and what is refused.

use crate::plan::{build, load};
use platformctl::model;
use platformctl::plan::Plan;
use platformctl::source::position;
use serde::Deserialize as _;
use serde_json::Value;

pub(crate) const TEAMS: &str = r#"schema = 1
[platform]
name = "carebase"
repository = "https://github.com/acme/platform"
registry = "ghcr.io/acme"
[residency.jurisdictions.ES]
countries = ["ES"]
[regions.es]
jurisdiction = "ES"
provider = "gcp"
location = "europe-southwest1"
domain = "es.carebase.example"
[environments.dev-local]
kind = "local"
[environments.production]
regions = ["es"]
[teams.portal]
groups = ["portal"]
[teams.imaging]
groups = ["imaging", "on call: everyone"]
quota = { pods = 40 }
[services.frontend]
team = "portal"
port = 3000
calls = ["backend-ai"]
[services.backend-ai]
team = "imaging"
port = 8001
uses = ["objects"]
autoscale = { min = 2, max = 10 }
[services.backend-api]
port = 8000
[components.object-storage]
"#;

pub(crate) fn objects(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text)
        .map(|document| Value::deserialize(document).expect("an object"))
        .collect()
}

fn named<'a>(objects: &'a [Value], kind: &str, namespace: &str, name: &str) -> &'a Value {
    objects
        .iter()
        .find(|o| {
            o["kind"] == kind
                && o["metadata"]["name"] == name
                && (namespace.is_empty() || o["metadata"]["namespace"] == namespace)
        })
        .unwrap_or_else(|| panic!("no {kind} {namespace}/{name}"))
}

fn file(plan: &Plan, path: &str) -> Vec<Value> {
    let file = plan.files.get(path).unwrap_or_else(|| panic!("no {path}"));
    objects(&file.content)
}

#[test]
fn a_team_has_a_namespace_of_its_own_and_services_of_others_call_into_it() {
    let (platform, plan) = (load(TEAMS), build(TEAMS));
    let namespaces = file(&plan, "cluster/base/namespaces.yaml");
    let names: Vec<&Value> = namespaces.iter().map(|n| &n["metadata"]["name"]).collect();
    assert_eq!(
        names,
        [
            "carebase-apps",
            "carebase-data",
            "carebase-imaging",
            "carebase-portal"
        ]
    );
    for namespace in &namespaces {
        let labels = &namespace["metadata"]["labels"];
        assert_eq!(labels["pod-security.kubernetes.io/enforce"], "restricted");
        assert_eq!(labels["app.kubernetes.io/part-of"], "carebase");
    }
    let accounts = file(&plan, "cluster/base/service-accounts.yaml");
    assert_eq!(accounts.len(), namespaces.len());
    for account in &accounts {
        assert_eq!(account["metadata"]["name"], "default");
        assert_eq!(account["automountServiceAccountToken"], false);
    }
    let frontend = &file(&plan, "cluster/apps/frontend/deployment.yaml")[0];
    assert_eq!(frontend["metadata"]["namespace"], "carebase-portal");
    let env = &frontend["spec"]["template"]["spec"]["containers"][0]["env"];
    let url = env.as_array().expect("a list").iter();
    let url = url
        .clone()
        .find(|v| v["name"] == "BACKEND_AI_URL")
        .expect("a URL");
    assert_eq!(url["value"], "http://backend-ai.carebase-imaging.svc:8001");
    let cell = platform.cell("production/es").expect("the cell");
    let secret = cell
        .credentials
        .iter()
        .find(|c| c.name == "backend-ai-object-storage");
    let namespaces = &secret.expect("its Secret").namespaces;
    assert!(
        namespaces.iter().any(|name| name == "carebase-imaging"),
        "its Secret goes there"
    );
}

#[test]
fn people_of_a_team_look_and_do_not_touch() {
    let text = TEAMS.replace(
        "[environments.production]",
        "[environments.production.teams.imaging]\ndebug = true\ngroups = [\"few\"]\n[environments.production]",
    );
    let plan = build(&text);
    let role = &file(&plan, "cluster/base/roles.yaml")[0];
    assert_eq!(role["metadata"]["namespace"], "carebase-imaging");
    for rule in role["rules"].as_array().expect("rules") {
        let list = |key: &str| {
            let all = rule[key].as_array().expect("a list").iter();
            all.map(|v| v.as_str().expect("a text")).collect::<Vec<_>>()
        };
        let looks = |verb: &&str| ["get", "list", "watch"].contains(verb);
        assert!(list("verbs").iter().all(looks), "{rule}");
        let refused = [
            "*",
            "secrets",
            "pods/exec",
            "pods/attach",
            "pods/portforward",
            "serviceaccounts/token",
        ];
        assert!(
            !list("resources").iter().any(|r| refused.contains(r)),
            "{rule}"
        );
    }
    let here = "cluster/overlays/production/es/base/cell/access.yaml";
    let access = file(&plan, here);
    let subjects =
        |name| named(&access, "RoleBinding", "carebase-imaging", name)["subjects"].clone();
    let few = serde_json::json!([{ "kind": "Group", "name": "few", "apiGroup": "rbac.authorization.k8s.io" }]);
    assert_eq!(
        (subjects("team"), subjects("team-debug")),
        (few.clone(), few)
    );
    let debug = named(&access, "Role", "carebase-imaging", "team-debug");
    assert_eq!(
        debug["rules"][0]["resources"],
        serde_json::json!(["pods/portforward"])
    );
    assert!(
        !plan.files[&here.replace("production/es", "dev-local/local")]
            .content
            .contains("portforward")
    );

    let projects = file(&plan, "cluster/overlays/production/es/projects.yaml");
    let project = &named(&projects, "AppProject", "argocd", "carebase-imaging")["spec"];
    assert_eq!(project["destinations"].as_array().map(Vec::len), Some(1));
    assert_eq!(project["roles"][0]["groups"], serde_json::json!(["few"]));
    for policy in project["roles"][0]["policies"]
        .as_array()
        .expect("policies")
    {
        let words: Vec<&str> = policy.as_str().expect("a text").split(", ").collect();
        assert_eq!(
            (words[1], words[4]),
            ("proj:carebase-imaging:team", "carebase-imaging/*")
        );
        assert!(["get", "sync"].contains(&words[3]), "{policy}");
    }
    let rails = &named(&projects, "AppProject", "argocd", "carebase-guard-rails")["spec"];
    let allowed = rails["clusterResourceWhitelist"]
        .as_array()
        .expect("a list");
    assert!(
        allowed
            .iter()
            .all(|o| o["group"] == "admissionregistration.k8s.io" && o["name"].is_string())
    );
    assert_eq!(rails["namespaceResourceBlacklist"][0]["kind"], "*");
}

#[test]
fn quotas_follow_from_what_services_need_and_what_is_declared() {
    let hard = |text: &str, cell: &str, namespace: &str| {
        let path = format!("cluster/overlays/{cell}/base/cell/quotas.yaml");
        let quotas = file(&build(text), &path);
        named(&quotas, "ResourceQuota", namespace, "namespace")["spec"]["hard"].clone()
    };
    // 11 pods of 100m and 256Mi, twice, and what is to spare.
    let imaging = hard(TEAMS, "production/es", "carebase-imaging");
    assert_eq!(imaging["requests.cpu"], "2700m");
    assert_eq!(imaging["limits.memory"], "6656Mi");
    assert_eq!(imaging["pods"], "40", "declared");
    assert_eq!(imaging["requests.storage"], "0");
    assert_eq!(imaging["services.loadbalancers"], "0");
    let laptop = hard(TEAMS, "dev-local/local", "carebase-imaging");
    assert_eq!(laptop["requests.cpu"], "900m", "one replica there");
    assert_eq!(
        hard(TEAMS, "production/es", "carebase-data")["requests.storage"],
        "100Gi"
    );
    let text = format!(
        "{TEAMS}[cells.\"production/es\".teams.imaging]\nquota = {{ cpu = \"30\", storage = \"5Gi\" }}\n"
    );
    let imaging = hard(&text, "production/es", "carebase-imaging");
    assert_eq!(
        (&imaging["requests.cpu"], &imaging["pods"]),
        (&"30".into(), &"40".into())
    );
    assert_eq!(
        (
            &imaging["requests.storage"],
            imaging.get("persistentvolumeclaims")
        ),
        (&"5Gi".into(), None)
    );
}

fn problems(from: &str, to: &str) -> Vec<String> {
    assert_eq!(TEAMS.matches(from).count(), 1, "{from:?} stands once");
    let text = TEAMS.replace(from, to);
    let found = model::load(&text).map(|_| ()).expect_err("it is refused");
    let shown = found.iter().map(|problem| {
        let span = problem
            .primary()
            .and_then(|place| place.span)
            .expect("a place");
        assert!(
            !problem.help.is_empty() || problem.code == "invalid-value",
            "{problem:?}"
        );
        let line = text.lines().nth(position(&text, span.0).line - 1);
        format!(
            "{}: {} [{}]",
            problem.code,
            problem.message,
            line.unwrap_or_default()
        )
    });
    shown.collect()
}

#[test]
fn mistakes_about_teams_are_named_with_place_and_numbers() {
    let portal = "groups = [\"portal\"]";
    for (from, to, expected) in [
        (
            "team = \"portal\"",
            "team = \"portl\"",
            "unknown-reference: there is no team `portl` [team = \"portl\"]",
        ),
        (
            portal,
            "groups = []",
            "invalid-value: `teams.portal.groups` must not be empty [groups = []]",
        ),
        (portal, "debug = true", "missing-key: "),
        (
            portal,
            "groups = [\"system:authenticated\"]",
            "reserved-name: `system:authenticated` is a group of Kubernetes itself",
        ),
        (
            portal,
            "groups = [\"a,b\"]",
            "bad-name: `a,b` is no name of a group",
        ),
        (
            portal,
            "groups = [\" \"]",
            "bad-name: ` ` is no name of a group",
        ),
        (
            portal,
            "groups = [\"a\", \"a\"]",
            "duplicate-entry: `a` stands twice in `teams.portal.groups`",
        ),
        (
            "[components",
            "[teams.apps]\ngroups = [\"x\"]\n[components",
            "reserved-name: a team cannot be called `apps` [[teams.apps]]",
        ),
        (
            "[components",
            "[teams.data]\ngroups = [\"x\"]\n[components",
            "reserved-name: a team cannot be called `data` [[teams.data]]",
        ),
        (
            "[components",
            "[environments.production.teams.nobody]\ndebug = true\n[components",
            "unknown-reference: there is no team `nobody`",
        ),
        (
            "[components",
            "[cells.\"production/es\".teams.imaging]\ngroups = []\n[components",
            "invalid-value: ",
        ),
        (
            "pods = 40",
            "pods = 10",
            "quota-too-small: team `imaging` may have 10 pods in production/es, and its services need 11 at their largest [quota = { pods = 10 }]",
        ),
        (
            "pods = 40",
            "memory = \"2Gi\"",
            "quota-too-small: team `imaging` may have 2Gi memory in production/es, and its services need 2816Mi at their largest [quota = { memory = \"2Gi\" }]",
        ),
        (
            "[components",
            "[cells.\"production/es\".teams.imaging]\nquota = { cpu = \"1\" }\n[components",
            "quota-too-small: team `imaging` may have 1 CPU in production/es, and its services need 1100m at their largest [quota = { cpu = \"1\" }]",
        ),
    ] {
        let found = problems(from, to);
        assert!(
            found[0].starts_with(expected),
            "{to}\n expected {expected}\n found {found:#?}"
        );
    }
}

#[test]
fn the_longest_names_there_can_be_fit_into_a_namespace() {
    let (platform, team) = ("p".repeat(20), "t".repeat(40));
    let text = TEAMS
        .replace("name = \"carebase\"", &format!("name = \"{platform}\""))
        .replace("teams.portal", &format!("teams.{team}"))
        .replace("team = \"portal\"", &format!("team = \"{team}\""));
    let longest = load(&text).cells[0]
        .namespaces
        .iter()
        .map(|n| n.name.len())
        .max();
    assert_eq!(longest, Some(61));
}
