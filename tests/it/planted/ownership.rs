//! Rules that speak about neighbouring things: each value has the one finding of the rule that owns it.

use crate::support::planted::Planted;

const TR: &str = "production/tr";
const OWN: &str = "cluster/overlays/production/tr/custom/backend-api/own.yaml";

fn object(text: &str) -> Planted {
    Planted::example()
        .custom(TR, "backend-api", "resources:\n  - own.yaml\n")
        .file(OWN, text)
}

fn service(rest: &str) -> Planted {
    object(&format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  ports:\n    - port: 80\n{rest}"
    ))
}

#[test]
fn external_ips_have_one_finding() {
    let ip = "  externalIPs: [203.0.113.41]\n";
    let selector = "  selector:\n    app.kubernetes.io/name: backend-api\n";
    let found = service(&format!("{selector}{ip}")).caught("RES402", OWN, "203.0.113.41");
    assert_eq!(found.len(), 1, "{found:#?}");
    let found = service(ip).caught("RES305", OWN, "203.0.113.41");
    assert_eq!(found.len(), 1, "{found:#?}");
    service(selector).silent();
}

#[test]
fn a_default_deny_in_what_cannot_be_built_is_not_said_to_be_missing() {
    let base = "cluster/overlays/production/tr/base/kustomization.yaml";
    let broken = Planted::example()
        .append(base, "\npatches:\n  - path: nowhere.yaml\n")
        .judge_broken();
    assert!(
        !broken.iter().any(|found| found.starts_with("RES403")),
        "{broken:#?}"
    );
    // A deny that was narrowed is there to be seen, whatever else cannot be built.
    let unit = "cluster/overlays/production/tr/frontend/kustomization.yaml";
    let narrowed = Planted::example()
        .custom(TR, "base", "patches:\n  - target:\n      kind: NetworkPolicy\n      name: default-deny\n      namespace: carebase-apps\n    patch: |\n      - op: add\n        path: /spec/podSelector/matchLabels\n        value: {app: one}\n")
        .append(unit, "\npatches:\n  - path: nowhere.yaml\n")
        .judge_broken();
    assert!(
        narrowed.iter().any(|found| found.starts_with("RES40")),
        "{narrowed:#?}"
    );
}

#[test]
fn an_aggregated_api_behind_another_host_is_caught() {
    let api = |service: &str| {
        format!(
            "apiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata:\n  name: v1.own.example\nspec:\n  group: own.example\n  version: v1\n  groupPriorityMinimum: 100\n  versionPriority: 100\n  service:\n    name: {service}\n    namespace: carebase-apps\n"
        )
    };
    let outside = format!(
        "{}---\napiVersion: v1\nkind: Service\nmetadata:\n  name: out\n  namespace: carebase-apps\nspec:\n  type: ExternalName\n  externalName: api.vendor.example\n",
        api("out")
    );
    let found = object(&outside).judge().findings;
    let codes: Vec<&str> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["RES409", "RES305"], "{found:#?}");
    object(&api("backend-api")).silent();
}

#[test]
fn policies_of_kyverno_that_generate_are_caught_where_they_call_out() {
    let policy = |context: &str, from: &str| {
        format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: own\nspec:\n  rules:\n    - name: pull-secret\n      match:\n        any:\n          - resources:\n              kinds: [Namespace]\n{context}      generate:\n        apiVersion: v1\n        kind: Secret\n        name: pull\n        namespace: \"{{{{request.object.metadata.name}}}}\"\n        synchronize: true\n{from}"
        )
    };
    let clone = "        clone:\n          namespace: carebase-apps\n          name: pull\n";
    let call = "      context:\n        - name: answer\n          apiCall:\n            method: POST\n            service:\n              url: https://policies.vendor.example/check\n";
    object(&policy(call, clone)).caught("RES409", OWN, "policies.vendor.example");
    object(&policy("", clone)).silent();
}

const SCRIPT: &str = "bootstrap/production/es/node.sh";

#[test]
fn names_that_a_node_is_told_are_caught() {
    for (line, part) in [
        (
            "echo 'nameserver 203.0.113.53' > /etc/resolv.conf",
            "203.0.113.53",
        ),
        (
            "echo '203.0.113.9 object-storage.es.carebase.example' >> /etc/hosts",
            "203.0.113.9",
        ),
    ] {
        Planted::example()
            .file(SCRIPT, format!("#!/bin/sh\n{line}\n"))
            .caught("RES306", SCRIPT, part);
    }
    let init = "infra/production/es/init.yaml";
    Planted::example()
        .file(
            init,
            "#cloud-config\nmanage_resolv_conf: true\nresolv_conf:\n  nameservers: ['203.0.113.53']\n",
        )
        .caught("RES306", init, "203.0.113.53");
    Planted::example()
        .file(
            SCRIPT,
            "#!/bin/sh\n# nameserver 203.0.113.53\necho 'nameserver 127.0.0.53' > /etc/resolv.conf\necho '127.0.0.1 localhost' >> /etc/hosts\n",
        )
        .silent();
}
