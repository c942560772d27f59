//! Ingress, certificates and volumes: what is declared is open, what is not declared is not there.

use crate::plan::{build, declaration, load};
use platformctl::model::edges::{Edge, Peer};
use platformctl::model::units::Part;
use platformctl::model::{self, Platform};
use platformctl::plan::Plan;
use serde::Deserialize as _;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const BASE: &str = r#"
schema = 1
[platform]
name = "clinic"
repository = "https://github.com/acme/clinic"
registry = "ghcr.io/acme"
[residency.jurisdictions.ES]
countries = ["ES"]
[regions.es]
jurisdiction = "ES"
provider = "gcp"
location = "europe-southwest1"
domain = "clinic.example"
[environments.dev-local]
kind = "local"
[environments.production]
regions = ["es"]
[services.web]
port = 3000
expose = "www"
calls = ["api"]
[services.api]
port = 8000
uses = ["objects"]
classes = ["phi"]
[components.object-storage]
"#;

fn with(more: &str) -> String {
    format!("{BASE}{more}")
}

const OWN: &str = "[components.ingress]\ncontroller = \"traefik\"\nhsts = true\n\
    [components.cert-manager]\nissuer = \"ca\"\n";

fn documents(plan: &Plan, path: &str) -> Vec<Value> {
    let file = plan.files.get(path);
    let file = file.unwrap_or_else(|| panic!("{path} is not planned"));
    serde_yaml::Deserializer::from_str(&file.content)
        .map(|document| Value::deserialize(document).expect("YAML"))
        .filter(|document| !document.is_null())
        .collect()
}

fn values(plan: &Plan, operator: &str) -> Value {
    let path = format!("cluster/ops/{operator}/application.yaml");
    documents(plan, &path)[0]["spec"]["source"]["helm"]["valuesObject"].clone()
}

fn cell<'a>(platform: &'a Platform, name: &str) -> &'a model::Cell {
    platform.cell(name).expect("the cell is there")
}

#[test]
fn nothing_of_it_is_there_unless_it_is_declared() {
    let plan = build(BASE);
    let ops: Vec<&String> = plan
        .files
        .keys()
        .filter(|path| path.starts_with("cluster/ops/") && !path.contains("/guard-rails/"))
        .collect();
    assert!(ops.is_empty(), "{ops:?}");
    let own = build(&with(OWN));
    for (path, file) in plan.files.iter().chain(&own.files) {
        let content = file.content.to_ascii_lowercase();
        let named = content.contains("ingress-nginx") || content.contains("kubernetesingressnginx");
        // The page for operators says that it is retired.
        assert!(!named || path == "docs/ingress.md", "{path}");
    }
}

#[test]
fn traefik_has_no_dashboard_no_telemetry_and_keeps_persons_out_of_its_log() {
    let values = values(&build(&with(OWN)), "traefik");
    assert_eq!(
        values["api"],
        json!({"dashboard": false, "insecure": false})
    );
    assert_eq!(values["global"]["checkNewVersion"], false);
    assert_eq!(values["global"]["sendAnonymousUsage"], false);
    let fields = &values["accessLog"]["fields"];
    assert_eq!(fields["headers"]["defaultMode"], "drop");
    assert_eq!(fields["queryParameters"]["defaultMode"], "drop");
    assert_eq!(fields["names"]["ClientUsername"], "drop");
    assert_eq!(values["deployment"]["replicas"], 2);
    assert_eq!(values["podDisruptionBudget"]["enabled"], true);
    assert_eq!(values["rbac"]["enabled"], false);
    assert_eq!(values["providers"]["kubernetesCRD"]["enabled"], false);
    assert_eq!(
        values["providers"]["kubernetesIngress"]["namespaces"],
        json!(["clinic-apps", "traefik"])
    );
    let dynamic = &values["providers"]["file"]["content"];
    assert_eq!(
        dynamic["tls"]["options"]["default"]["minVersion"],
        "VersionTLS12"
    );
    assert_eq!(
        dynamic["http"]["middlewares"]["hsts"]["headers"]["stsSeconds"],
        31_536_000
    );
    let web = &values["ports"]["web"]["http"]["redirections"]["entryPoint"];
    assert_eq!(web["to"], "websecure");
    assert_eq!(
        values["ports"]["websecure"]["http"]["middlewares"],
        json!(["hsts@file"])
    );
    let digest = values["image"]["digest"].as_str().expect("a digest");
    assert!(digest.starts_with("sha256:"));
}

/// The ingress controller must not read the Secrets of stores.
#[test]
fn traefik_reads_secrets_only_where_routes_are() {
    let objects = documents(&build(&with(OWN)), "cluster/ops/traefik/rbac.yaml");
    let mut namespaces = BTreeSet::new();
    for object in &objects {
        let rules = object["rules"].as_array().into_iter().flatten();
        let secrets = rules
            .flat_map(|rule| rule["resources"].as_array().into_iter().flatten())
            .any(|resource| resource == "secrets");
        assert!(!(secrets && object["kind"] == "ClusterRole"));
        if secrets {
            namespaces.insert(
                object["metadata"]["namespace"]
                    .as_str()
                    .expect("a namespace"),
            );
        }
    }
    assert_eq!(namespaces, BTreeSet::from(["clinic-apps", "traefik"]));
}

#[test]
fn a_gateway_listens_for_the_declared_hosts_only() {
    let text = declaration("gateway");
    let (platform, plan) = (load(&text), build(&text));
    for cell in platform
        .cells
        .iter()
        .filter(|c| c.environment.as_str() == "production")
    {
        let path = format!("{}/gateway/cell/gateway.yaml", cell.overlay());
        let objects = documents(&plan, &path);
        let listeners = objects[0]["spec"]["listeners"]
            .as_array()
            .expect("listeners");
        let hosts: BTreeSet<&str> = cell.exposed.iter().map(|e| e.host.as_str()).collect();
        let mut heard: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for listener in listeners {
            let host = listener["hostname"].as_str().expect("a host");
            let protocol = listener["protocol"].as_str().expect("a protocol");
            heard.entry(host).or_default().push(protocol);
            assert_eq!(protocol == "HTTPS", listener.get("tls").is_some());
            assert_ne!(listener["allowedRoutes"]["namespaces"]["from"], "All");
        }
        assert_eq!(heard.keys().copied().collect::<BTreeSet<_>>(), hosts);
        assert!(
            heard
                .values()
                .all(|protocols| *protocols == ["HTTP", "HTTPS"])
        );
        for route in &objects[1..] {
            let filter = &route["spec"]["rules"][0]["filters"][0];
            assert_eq!(filter["requestRedirect"]["scheme"], "https");
            assert!(route["spec"]["rules"][0].get("backendRefs").is_none());
        }
    }
}

/// Whatever the cells of regions have, a laptop has the Traefik of k3s, Ingresses, and no charts.
#[test]
fn a_laptop_has_what_k3s_brings() {
    let text = declaration("gateway");
    let (platform, plan) = (load(&text), build(&text));
    let laptop = cell(&platform, "dev-local/local");
    assert!(laptop.operators.is_empty());
    assert!(laptop.units.iter().all(|unit| unit.part != Part::Ops));
    let ingress = documents(
        &plan,
        "cluster/overlays/dev-local/local/web/cell/ingress.yaml",
    );
    assert_eq!(
        ingress[0]["spec"]["rules"][0]["host"],
        "www.dev-local.localhost"
    );
    let from: BTreeSet<&Peer> = laptop
        .edges
        .iter()
        .filter(|edge| edge.because.ends_with(".expose"))
        .map(|edge| &edge.from)
        .collect();
    assert_eq!(
        from,
        BTreeSet::from([&Peer::Namespace("kube-system".to_owned())])
    );
}

/// Who may open connections to the API server, to the world, and who takes them from there.
#[test]
fn only_operators_reach_beyond_the_cell() {
    let platform = load(&declaration("gateway"));
    let production = cell(&platform, "production/es");
    let operators: BTreeSet<&str> = production
        .operators
        .iter()
        .map(|operator| operator.namespace.as_str())
        .collect();
    assert_eq!(operators, BTreeSet::from(["cert-manager", "traefik"]));
    let pods = |peer: &Peer| match peer {
        Peer::Pods(pods) => Some((pods.namespace.clone(), pods.name.clone())),
        _ => None,
    };
    let mut from_world = BTreeSet::new();
    for Edge {
        from, to, ports, ..
    } in &production.edges
    {
        if let Peer::ApiServer { cidrs } = to {
            let (namespace, name) = pods(from).expect("pods ask the API server");
            assert!(operators.contains(namespace.as_str()), "{namespace}");
            assert_eq!(cidrs, &["10.20.0.2/32"]);
            // It may reach port 443 everywhere, because of the ACME server.
            let open = name == "cert-manager-controller";
            assert_eq!(ports, if open { &[6443][..] } else { &[443, 6443] });
        }
        if let Peer::ApiServer { .. } = from {
            let webhook = ("cert-manager".to_owned(), "cert-manager-webhook".to_owned());
            assert_eq!(pods(to), Some(webhook));
            assert_eq!(ports, &[10250]);
        }
        if let Peer::Outside { host, .. } = to {
            let (_, name) = pods(from).expect("pods");
            assert_eq!(name, "cert-manager-controller");
            assert!(
                ["acme-v02.api.letsencrypt.org", "*.es.clinic.example"].contains(&host.as_str())
            );
        }
        assert_ne!(to, &Peer::World);
        if from == &Peer::World {
            from_world.insert((pods(to), ports.clone()));
        }
    }
    let traefik = Some(("traefik".to_owned(), "traefik".to_owned()));
    assert_eq!(from_world, BTreeSet::from([(traefik, vec![8000, 8443])]));
}

/// In the policies, the API server stands by its addresses on either end, and the world by no peer at all.
#[test]
fn policies_know_the_api_server_and_the_world_on_either_end() {
    let plan = build(&declaration("gateway"));
    let find = |path: &str, name: &str| {
        let found = documents(&plan, path)
            .into_iter()
            .find(|o| o["metadata"]["name"] == name);
        found.unwrap_or_else(|| panic!("{path} has no {name}"))
    };
    let folder = "cluster/overlays/production/es/cert-manager/cell";
    let webhook = find(
        &format!("{folder}/network-policies.yaml"),
        "cert-manager-webhook.cell",
    );
    let cidr = json!([{"ipBlock": {"cidr": "10.20.0.2/32"}}]);
    assert_eq!(webhook["spec"]["ingress"][0]["from"], cidr);
    assert_eq!(webhook["spec"]["egress"][0]["to"], cidr);
    let traefik = find("cluster/ops/traefik/network-policies.yaml", "traefik");
    let rules = traefik["spec"]["ingress"].as_array().expect("rules");
    let anyone: Vec<&Value> = rules
        .iter()
        .filter(|rule| rule.get("from").is_none())
        .collect();
    assert_eq!(anyone.len(), 1);
    let ports = anyone[0]["ports"].as_array().expect("ports");
    assert_eq!(
        ports.iter().map(|p| &p["port"]).collect::<Vec<_>>(),
        [8000, 8443]
    );
}

#[test]
fn the_project_of_a_chart_allows_the_chart_and_its_namespace() {
    let plan = build(&declaration("gateway"));
    let projects = documents(&plan, "cluster/overlays/production/es/projects.yaml");
    let project = |name: &str| {
        let found = projects.iter().find(|o| o["metadata"]["name"] == name);
        &found.unwrap_or_else(|| panic!("no {name}"))["spec"]
    };
    let chart = project("clinic-cert-manager-chart");
    assert_eq!(chart["sourceRepos"], json!(["quay.io/jetstack/charts"]));
    let destinations = chart["destinations"].as_array().expect("destinations");
    assert_eq!(destinations.len(), 1);
    assert_eq!(destinations[0]["namespace"], "cert-manager");
    for (_, list) in projects.iter().flat_map(|o| {
        ["clusterResourceWhitelist", "namespaceResourceWhitelist"]
            .map(|list| (&o["metadata"]["name"], &o["spec"][list]))
    }) {
        assert!(
            list.as_array()
                .into_iter()
                .flatten()
                .all(|kind| kind["kind"] != "*" && kind["group"] != "*")
        );
    }
    assert_eq!(
        project("clinic-ops")["sourceRepos"],
        json!(["https://github.com/acme/clinic"])
    );
}

#[test]
fn an_authority_of_ones_own_is_a_secret_that_a_person_gives() {
    let text = with(OWN);
    let (platform, plan) = (load(&text), build(&text));
    let path = "cluster/overlays/production/es/cert-manager/cell/cluster-issuer.yaml";
    let issuer = &documents(&plan, path)[0];
    assert_eq!(issuer["metadata"]["name"], "private-ca");
    assert_eq!(issuer["spec"], json!({"ca": {"secretName": "private-ca"}}));
    let ingress = &documents(&plan, "cluster/apps/web/ingress.yaml")[0];
    let issuers = &ingress["metadata"]["annotations"]["cert-manager.io/cluster-issuer"];
    assert_eq!(issuers, "private-ca");
    let production = cell(&platform, "production/es");
    assert!(
        production
            .credentials
            .iter()
            .any(|c| c.name == "private-ca")
    );
    assert!(
        !production
            .edges
            .iter()
            .any(|e| matches!(e.to, Peer::Outside { .. }))
    );
    assert!(platform.endpoints.is_empty());
}

#[test]
fn an_acme_server_is_an_endpoint_that_gets_public_data_only() {
    let platform = load(&declaration("gateway"));
    let endpoint = platform.endpoint("acme").expect("it is an endpoint");
    assert_eq!(endpoint.host.to_string(), "acme-v02.api.letsencrypt.org");
    assert_eq!(endpoint.country.to_string(), "US");
    let classes: Vec<&str> = endpoint.classes.iter().map(|class| class.name()).collect();
    assert_eq!(classes, ["public"]);
}

/// A region's provider is in its StorageClass, in what proves where data is, and nowhere else.
#[test]
fn a_region_can_move_to_another_provider() {
    let before = build(&with(OWN));
    let moved = with(OWN).replace(
        "provider = \"gcp\"\nlocation = \"europe-southwest1\"",
        "provider = \"aws\"\nlocation = \"eu-south-2\"",
    );
    let after = build(&moved);
    let paths: BTreeSet<&String> = before.files.keys().chain(after.files.keys()).collect();
    let changed: Vec<&str> = paths
        .into_iter()
        .filter(|path| before.files.get(*path) != after.files.get(*path))
        .map(String::as_str)
        .filter(|path| !path.starts_with("docs/"))
        .collect();
    let class = "cluster/overlays/production/es/base/cell/storage-class.yaml";
    assert_eq!(changed, [class]);
    let class = &documents(&after, class)[0];
    assert_eq!(class["provisioner"], "ebs.csi.aws.com");
    assert_eq!(
        class["parameters"],
        json!({"encrypted": "true", "type": "gp3"})
    );
    assert_eq!(class["reclaimPolicy"], "Retain");
    assert_eq!(class["volumeBindingMode"], "WaitForFirstConsumer");
}

#[test]
fn volumes_come_from_the_class_of_the_cell() {
    let text = with("[regions.es.storage-class]\nexisting = \"ceph-block\"\n");
    let (platform, plan) = (load(&text), build(&text));
    let production = cell(&platform, "production/es");
    assert_eq!(production.storage_class(), "ceph-block");
    assert!(production.storage_class.made.is_none());
    let folder = "cluster/overlays/production/es";
    assert!(
        !plan
            .files
            .contains_key(&format!("{folder}/base/cell/storage-class.yaml"))
    );
    let patch = &plan.files[&format!("{folder}/object-storage/cell/kustomization.yaml")];
    assert!(patch.content.contains("value: ceph-block"));
    let class = "cluster/overlays/dev-local/local/base/cell/storage-class.yaml";
    let class = &documents(&plan, class)[0];
    assert_eq!(class["metadata"]["name"], "clinic-data");
    assert_eq!(class["provisioner"], "rancher.io/local-path");
    assert_eq!(
        class["metadata"]["annotations"]["defaultVolumeType"],
        "local"
    );
    assert_eq!(class["allowVolumeExpansion"], false);
    let declared = "[regions.es.storage-class]\nprovisioner = \"rbd.csi.ceph.com\"\n\
        parameters = { pool = \"fast\" }\nexpansion = false\n";
    let platform = load(&with(declared));
    let made = cell(&platform, "production/es").storage_class.made.clone();
    let made = made.expect("it is made");
    assert_eq!(made.provisioner, "rbd.csi.ceph.com");
    assert_eq!(made.parameters["pool"], "fast");
    assert!(!made.expansion);
}

#[test]
fn what_cannot_be_is_refused() {
    let cases: &[(&str, &[&str])] = &[
        (
            "[components.ingress]\ncontroller = \"traefik\"\nnamespace = \"web\"\n",
            &["not-applicable"],
        ),
        ("[components.ingress]\nhsts = true\n", &["not-applicable"]),
        (
            "[components.ingress]\ncontroller = \"nginx\"\n",
            &["unknown-value"],
        ),
        (
            "[components.cert-manager]\n",
            &["missing-key", "missing-key"],
        ),
        (
            "[components.cert-manager]\nemail = \"ops\"\ncidrs = [\"0.0.0.0/0\"]\n",
            &["bad-name"],
        ),
        (
            "[components.cert-manager]\nemail = \"ops@clinic.example\"\ncidrs = [\"198.51.100.7/32\"]\nserver = \"http://ca.clinic.example/\"\n",
            &["missing-key", "bad-name"],
        ),
        (
            "[components.cert-manager]\nissuer = \"ca\"\ncidrs = [\"0.0.0.0/0\"]\n",
            &["not-applicable"],
        ),
        (
            "[components.cert-manager]\nemail = \"ops@clinic.example\"\ncidrs = [\"0.0.0.0/0\"]\n[[endpoints]]\nid = \"acme\"\nhost = \"a.example\"\ncountry = \"ES\"\n",
            &["duplicate-name"],
        ),
        (
            "[regions.es.storage-class]\nexisting = \"a\"\nprovisioner = \"b\"\n",
            &["conflicting-keys"],
        ),
        ("[regions.es.storage-class]\n", &["missing-key"]),
    ];
    for (more, expected) in cases {
        let problems = model::load(&with(more)).map(|_| ()).expect_err(more);
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(&codes, expected, "{more}");
        assert!(
            problems.iter().all(|problem| !problem.help.is_empty()),
            "{more}"
        );
    }
}

#[test]
fn a_gateway_holds_no_more_hosts_than_it_can() {
    let mut text = with("[components.ingress]\nroutes = \"gateway\"\n");
    for index in 0..32 {
        let port = 9000 + index;
        text.push_str(&format!(
            "[services.s{index}]\nport = {port}\nexpose = \"s{index}\"\n"
        ));
    }
    let problems = model::load(&text).map(|_| ()).expect_err("33 hosts");
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["out-of-range"]);
}
