//! RES403, RES404, RES405: what network policies close and open.

use crate::support::planted::Planted;

const TR: &str = "production/tr";
const CUSTOM: &str = "cluster/overlays/production/tr/custom/backend-api";
const POLICIES: &str = "cluster/apps/backend-api/network-policies.yaml";

fn policy(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {name}\n  namespace: carebase-apps\nspec:\n{spec}"
    )
}

/// A policy of one's own for backend-api, with these rules for what goes out.
fn egress(rules: &str) -> Planted {
    let spec = format!(
        "  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: backend-api\n  policyTypes: [Egress]\n  egress:\n{rules}"
    );
    object("policy.yaml", &policy("api-out", &spec))
}

fn object(file: &str, text: &str) -> Planted {
    Planted::example()
        .custom(TR, "backend-api", &format!("resources:\n  - {file}\n"))
        .beside(TR, "backend-api", file, text)
}

/// The same, in a platform whose regions have networks and that knows an endpoint.
fn with_networks(planted: Planted) -> Planted {
    planted
        .replace(
            "platform.toml",
            "domain       = \"tr.carebase.example\"",
            "domain       = \"tr.carebase.example\"\ncidrs = [\"10.20.0.0/16\", \"10.21.0.0/16\"]",
        )
        .replace(
            "platform.toml",
            "domain       = \"es.carebase.example\"",
            "domain       = \"es.carebase.example\"\ncidrs = [\"10.30.0.0/16\"]",
        )
        .append(
            "platform.toml",
            "\n[[endpoints]]\nid = \"mail\"\nhost = \"smtp.posta.example\"\nports = [587]\ncidrs = [\"203.0.113.0/28\"]\ncountry = \"TR\"\nclasses = [\"pii\"]\nregions = [\"tr\"]\n",
        )
}

fn block(cidr: &str, ports: &str) -> String {
    format!("    - to:\n        - ipBlock:\n            cidr: {cidr}\n{ports}")
}

#[test]
fn the_whole_internet_is_found_however_it_is_split() {
    let path = format!("{CUSTOM}/policy.yaml");
    egress(&block("0.0.0.0/0", "")).caught("RES404", &path, "cidr: 0.0.0.0/0");
    egress(&block("\"::/0\"", "")).caught("RES404", &path, "cidr: \"::/0\"");
    let halves = format!("{}{}", block("0.0.0.0/1", ""), block("128.0.0.0/1", ""));
    let found = egress(&halves).caught("RES404", &path, "cidr: ");
    assert_eq!(found.len(), 2);
    assert!(
        found[0].message.contains("every address there is"),
        "{}",
        found[0].message
    );
    let holes = "            except: [10.0.0.0/8, 192.168.0.0/16]\n";
    egress(&block("0.0.0.0/0", holes)).caught("RES404", &path, "cidr: 0.0.0.0/0");
}

#[test]
fn a_rule_without_an_end_opens_everything() {
    let path = format!("{CUSTOM}/policy.yaml");
    egress("    - {}\n").caught("RES404", &path, "- {}");
    egress("    - to: []\n").caught("RES404", &path, "to: []");
    let found = egress("    - ports:\n        - {protocol: UDP, port: 53}\n")
        .caught("RES404", &path, "ports:");
    assert!(found[0].message.contains("DNS"), "{}", found[0].message);
}

#[test]
fn a_wide_block_added_to_a_rendered_policy_by_a_patch_is_found_at_the_patch() {
    let patch = "patches:\n  - target:\n      kind: NetworkPolicy\n      name: backend-api\n    patch: |-\n      - op: add\n        path: /spec/egress/-\n        value:\n          to:\n            - ipBlock:\n                cidr: 52.0.0.0/6\n";
    Planted::example().custom(TR, "backend-api", patch).caught(
        "RES404",
        &format!("{CUSTOM}/kustomization.yaml"),
        "cidr: 52.0.0.0/6",
    );
}

#[test]
fn a_base_that_is_opened_is_found_in_every_cell() {
    let found = Planted::example()
        .replace(
            POLICIES,
            "  egress:\n",
            "  egress:\n    - to:\n        - ipBlock:\n            cidr: 10.0.0.0/8\n",
        )
        .caught("RES404", POLICIES, "cidr: 10.0.0.0/8");
    let cells: Vec<_> = found.iter().filter_map(|f| f.cell.as_deref()).collect();
    assert_eq!(
        cells,
        ["production/es", "production/tr", "staging/es", "staging/tr"]
    );
}

#[test]
fn another_regions_network_is_found_even_within_a_private_block() {
    let path = format!("{CUSTOM}/policy.yaml");
    let found =
        with_networks(egress(&block("10.30.4.12/32", ""))).caught("RES404", &path, "10.30.4.12/32");
    assert!(
        found[0].message.contains("region `es`"),
        "{}",
        found[0].message
    );
    assert_eq!(found[0].trace.last().map(String::as_str), Some("ES ∉ {TR}"));
    with_networks(egress(&block("10.20.0.0/14", ""))).caught("RES404", &path, "10.20.0.0/14");
}

#[test]
fn a_declared_endpoint_is_open_on_its_ports_only() {
    let path = format!("{CUSTOM}/policy.yaml");
    let port = |port: &str| format!("      ports:\n        - {{protocol: TCP, port: {port}}}\n");
    let found = with_networks(egress(&block("203.0.113.4/32", &port("443")))).caught(
        "RES404",
        &path,
        "203.0.113.4/32",
    );
    assert!(found[0].message.contains("ports"), "{}", found[0].message);
    with_networks(egress(&block("203.0.113.4/32", ""))).caught("RES404", &path, "203.0.113.4/32");
    with_networks(egress(&block("203.0.113.4/32", &port("587")))).silent();
}

#[test]
fn the_regions_own_networks_are_open_together() {
    with_networks(egress(&block("10.20.0.0/15", ""))).silent();
    with_networks(egress(&block("10.20.7.0/24", ""))).silent();
}

#[test]
fn pods_of_the_cell_and_its_dns_are_open() {
    let dns = "    - to:\n        - namespaceSelector: {}\n          podSelector:\n            matchLabels:\n              k8s-app: kube-dns\n      ports:\n        - {protocol: UDP, port: 53}\n";
    egress(dns).silent();
    egress("    - to:\n        - podSelector:\n            matchExpressions:\n              - {key: app.kubernetes.io/name, operator: In, values: [backend-ai]}\n").silent();
    let anybody = dns.replace(
        "          podSelector:\n            matchLabels:\n              k8s-app: kube-dns\n",
        "",
    );
    egress(&anybody).caught(
        "RES404",
        &format!("{CUSTOM}/policy.yaml"),
        "namespaceSelector",
    );
}

#[test]
fn a_namespace_of_another_jurisdiction_is_found_where_it_is_selected() {
    let peer = "    - to:\n        - namespaceSelector:\n            matchLabels:\n              jurisdiction: ES\n";
    egress(peer).caught(
        "RES404",
        &format!("{CUSTOM}/policy.yaml"),
        "namespaceSelector",
    );
    egress(&peer.replace("ES", "TR")).silent();
}

#[test]
fn a_wide_policy_counts_even_while_it_selects_nobody() {
    let spec = "  podSelector:\n    matchLabels:\n      app: exporter\n  policyTypes: [Egress]\n  egress:\n    - to:\n        - ipBlock:\n            cidr: 0.0.0.0/0\n";
    object("policy.yaml", &policy("later", spec)).caught(
        "RES404",
        &format!("{CUSTOM}/policy.yaml"),
        "cidr: 0.0.0.0/0",
    );
}

#[test]
fn a_lost_default_deny_is_found_in_its_namespace() {
    let deny = Planted::example()
        .text("cluster/base/default-deny.yaml")
        .to_owned();
    let apps_only = deny.rsplit_once("---\n").unwrap().0.to_owned();
    let planted = Planted::example().file("cluster/base/default-deny.yaml", apps_only);
    let findings = planted.judge().findings;
    // That it was there and is gone is RES508's to say, at the file it is gone from.
    let found: Vec<_> = findings.iter().filter(|f| f.code == "RES403").collect();
    assert_eq!(found.len(), 4, "{findings:?}");
    for finding in found {
        assert_eq!(
            planted.at(finding),
            "RES403 cluster/base/namespaces.yaml:23"
        );
        assert!(
            finding.message.contains("carebase-data"),
            "{}",
            finding.message
        );
    }
}

#[test]
fn a_namespace_of_ones_own_needs_its_default_deny() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: reports\n";
    let path = "cluster/overlays/production/tr/custom/base/reports.yaml";
    let planted = Planted::example().custom(TR, "base", "resources:\n  - reports.yaml\n");
    planted
        .clone()
        .beside(TR, "base", "reports.yaml", namespace)
        .caught("RES403", path, "name: reports");
    let deny = policy(
        "default-deny",
        "  podSelector: {}\n  policyTypes: [Ingress, Egress]\n",
    );
    let deny = deny.replace("carebase-apps", "reports");
    planted
        .beside(
            TR,
            "base",
            "reports.yaml",
            &format!("{namespace}---\n{deny}"),
        )
        .silent();
}

#[test]
fn a_default_deny_for_some_pods_is_none() {
    let from = "  podSelector: {}\n";
    Planted::example()
        .replace(
            "cluster/base/default-deny.yaml",
            from,
            "  podSelector:\n    matchLabels:\n      app.kubernetes.io/name: frontend\n",
        )
        .caught(
            "RES403",
            "cluster/base/default-deny.yaml",
            "app.kubernetes.io/name: frontend",
        );
}

#[test]
fn a_policy_that_lets_anyone_in_everywhere_undoes_the_default_deny() {
    let spec = "  podSelector: {}\n  policyTypes: [Ingress]\n  ingress:\n    - {}\n";
    object("policy.yaml", &policy("open", spec)).caught(
        "RES403",
        &format!("{CUSTOM}/policy.yaml"),
        "- {}",
    );
}

#[test]
fn a_default_deny_without_egress_does_not_apply() {
    let types = "  policyTypes:\n    - Ingress\n    - Egress\n";
    Planted::example()
        .replace(
            "cluster/base/default-deny.yaml",
            types,
            "  policyTypes:\n    - Ingress\n",
        )
        .caught("RES405", "cluster/base/default-deny.yaml", "- Ingress");
    let patch = "patches:\n  - target:\n      kind: NetworkPolicy\n      name: default-deny\n      namespace: carebase-data\n    patch: |-\n      - op: replace\n        path: /spec/policyTypes\n        value: [Ingress]\n";
    Planted::example().custom(TR, "base", patch).caught(
        "RES405",
        "cluster/overlays/production/tr/custom/base/kustomization.yaml",
        "value: [Ingress]",
    );
}

#[test]
fn egress_rules_without_the_type_do_not_apply() {
    let types = "  policyTypes:\n    - Ingress\n    - Egress\n";
    Planted::example()
        .replace(POLICIES, types, "  policyTypes:\n    - Ingress\n")
        .caught("RES405", POLICIES, "- Ingress");
}

#[test]
fn a_selector_with_a_slip_selects_nobody() {
    Planted::example()
        .replace(
            POLICIES,
            "    matchLabels:\n      app.kubernetes.io/name: backend-api\n",
            "    matchLabels:\n      app.kubernetes.io/name: backend-apii\n",
        )
        .caught("RES405", POLICIES, "app.kubernetes.io/name: backend-apii");
    let operator = "cluster/ops/sealed-secrets/network-policies.yaml";
    Planted::example()
        .replace(
            operator,
            "      app.kubernetes.io/instance: sealed-secrets\n",
            "      app.kubernetes.io/instance: sealed-secret\n",
        )
        .caught(
            "RES405",
            operator,
            "app.kubernetes.io/instance: sealed-secret",
        );
}

#[test]
fn a_policy_in_a_namespace_that_does_not_exist_applies_to_nothing() {
    let spec = "  podSelector: {}\n  policyTypes: [Ingress, Egress]\n";
    let text = policy("default-deny-2", spec).replace("carebase-apps", "carebase-app");
    object("policy.yaml", &text).caught(
        "RES405",
        &format!("{CUSTOM}/policy.yaml"),
        "namespace: carebase-app",
    );
    object("policy.yaml", &policy("default-deny-2", spec)).silent();
}

#[test]
fn pods_in_the_nodes_network_are_bound_by_no_policy() {
    for (field, line) in [
        ("spec:\n            hostNetwork: true", "hostNetwork: true"),
        ("spec:\n            hostPID: true", "hostPID: true"),
    ] {
        let patch = format!(
            "patches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata:\n        name: backend-api\n        namespace: carebase-apps\n      spec:\n        template:\n          {field}\n"
        );
        Planted::example().custom(TR, "backend-api", &patch).caught(
            "RES405",
            &format!("{CUSTOM}/kustomization.yaml"),
            line,
        );
    }
    let statefulset = "cluster/data/object-storage/statefulset.yaml";
    Planted::example()
        .replace(
            statefulset,
            "allowPrivilegeEscalation: false",
            "privileged: true",
        )
        .caught("RES405", statefulset, "privileged: true");
    Planted::example()
        .replace(
            "cluster/apps/backend-api/deployment.yaml",
            "    spec:\n",
            "    spec:\n      hostNetwork: false\n",
        )
        .silent();
}

#[test]
fn policies_of_other_kinds_that_let_the_world_out_are_found() {
    let path = format!("{CUSTOM}/policy.yaml");
    let cilium = |rule: &str| {
        format!(
            "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata:\n  name: out\n  namespace: carebase-apps\nspec:\n  endpointSelector: {{}}\n  egress:\n{rule}"
        )
    };
    object("policy.yaml", &cilium("    - toEntities: [world]\n")).caught("RES405", &path, "world");
    object(
        "policy.yaml",
        &cilium("    - toCIDRSet:\n        - cidr: 0.0.0.0/1\n"),
    )
    .caught("RES405", &path, "0.0.0.0/1");
    object(
        "policy.yaml",
        &cilium("    - toPorts:\n        - ports:\n            - {port: \"443\"}\n"),
    )
    .caught("RES405", &path, "toPorts");
    object(
        "policy.yaml",
        &cilium("    - toFQDNs:\n        - matchPattern: \"*\"\n"),
    )
    .caught("RES405", &path, "matchPattern");
    object(
        "policy.yaml",
        &cilium("    - toEntities: [kube-apiserver]\n"),
    )
    .silent();
    object("policy.yaml", &cilium("    - toEndpoints:\n        - matchLabels:\n            app.kubernetes.io/name: backend-ai\n")).silent();
    let calico = |action: &str| {
        format!(
            "apiVersion: crd.projectcalico.org/v1\nkind: GlobalNetworkPolicy\nmetadata:\n  name: out\nspec:\n  selector: all()\n  types: [Egress]\n  egress:\n    - action: {action}\n"
        )
    };
    object("policy.yaml", &calico("Allow")).caught("RES405", &path, "action: Allow");
    object("policy.yaml", &calico("Deny")).silent();
    let admin = |cidr: &str| {
        format!(
            "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata:\n  name: out\nspec:\n  priority: 5\n  subject:\n    namespaces: {{}}\n  egress:\n    - action: Allow\n      to:\n        - networks: [{cidr}]\n"
        )
    };
    object("policy.yaml", &admin("0.0.0.0/0")).caught("RES405", &path, "0.0.0.0/0");
    with_networks(object("policy.yaml", &admin("10.20.0.0/24"))).silent();
}
