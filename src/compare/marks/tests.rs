//! Every mark both ways, on objects as they are built.

use super::Mark;
use crate::compare::What;
use crate::compare::tests::{DEPLOYMENT, difference};

/// The marks of the first line with both texts put in for `@`, and of the way back.
fn both_ways(template: &str, one: &str, other: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let (one, other) = (template.replace('@', one), template.replace('@', other));
    (marks(&one, &other), marks(&other, &one))
}

fn marks(before: &str, after: &str) -> Vec<&'static str> {
    let found = difference(before, after);
    assert!(!found.is_empty(), "nothing differs\n{before}\n{after}");
    found.marks().into_keys().map(Mark::id).collect()
}

#[test]
fn pods_are_replaced_when_their_template_changes() {
    let (there, back) = both_ways(DEPLOYMENT, "", ", env: [{name: A, value: b}]");
    assert_eq!((there, back), (vec!["restart"], vec!["restart"]));
    let scaled = DEPLOYMENT.replace('@', "");
    assert_eq!(
        marks(&scaled, &scaled.replace("replicas: 2", "replicas: 3")),
        ["replicas"]
    );
    let labelled = scaled.replace("namespace: n}", "namespace: n, labels: {a: b}}");
    assert!(marks(&scaled, &labelled).is_empty());
}

#[test]
fn pods_that_wait_for_a_person_are_not_replaced() {
    let set = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: {updateStrategy: {type: OnDelete}, template: {spec: {priority: @}}}}";
    assert!(both_ways(set, "1", "2").0.is_empty());
    let rolling = set.replace("OnDelete", "RollingUpdate");
    assert_eq!(both_ways(&rolling, "1", "2").0, ["restart"]);
}

#[test]
fn a_new_hash_restarts_what_mounts_it_and_is_no_new_object() {
    let template = format!(
        "{}\n---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: c-@, namespace: n}}, immutable: true, data: {{a: 'b-@'}}}}",
        DEPLOYMENT.replace("@}]", "}], volumes: [{name: v, configMap: {name: c-@}}]")
    );
    let (one, other) = ("7k2m4t6b8c", "8k2m4t6b8c");
    let found = difference(&template.replace('@', one), &template.replace('@', other));
    assert_eq!(found.objects.len(), 2, "{found:#?}");
    assert!(
        found
            .objects
            .iter()
            .all(|object| object.what == What::Changed)
    );
    let counts: Vec<_> = found.marks().into_iter().collect();
    assert_eq!(
        counts,
        [(Mark::Restart, 1)],
        "the new one is not the frozen old one"
    );
}

#[test]
fn an_image_is_told_in_one_line() {
    let one = DEPLOYMENT.replace('@', "");
    let found = difference(
        &one,
        &one.replace("r/api:v1", "r/api:v2@sha256:0123456789abcdef"),
    );
    let details: Vec<&str> = found.objects[0]
        .marks
        .iter()
        .map(|m| m.detail.as_str())
        .collect();
    assert_eq!(
        details,
        [
            "pods are replaced: 1 field of the pod template changed",
            "r/api v1 → v2 (sha256:0123456789ab)"
        ]
    );
}

/// What must be made anew: a template, two values, and whether both ways are refused.
const IMMUTABLE: &[(&str, &str, &str)] = &[
    (
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: {matchLabels: {a: @}}}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: a}, spec: {selector: {matchLabels: {a: @}}}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {serviceName: @}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {podManagementPolicy: @}}",
        "OrderedReady",
        "Parallel",
    ),
    (
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {volumeClaimTemplates: [{metadata: {name: d}, spec: {resources: {requests: {storage: @}}}}]}}",
        "1Gi",
        "2Gi",
    ),
    (
        "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {template: {spec: {priority: @}}}}",
        "1",
        "2",
    ),
    (
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {storageClassName: @}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {accessModes: [@]}}",
        "ReadWriteOnce",
        "ReadWriteMany",
    ),
    (
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: @}}",
        "None",
        "10.0.0.1",
    ),
    (
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}, provisioner: @, reclaimPolicy: Retain}",
        "b",
        "c",
    ),
    (
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}, parameters: {type: @}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, immutable: true, data: {a: @}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: v1, kind: Secret, metadata: {name: a}, immutable: true, stringData: {a: @}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: v1, kind: Secret, metadata: {name: a}, type: @}",
        "b",
        "c",
    ),
    (
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a}, roleRef: {kind: Role, name: @}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: a}, value: @}",
        "1",
        "2",
    ),
    (
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a}, spec: {scope: @}}",
        "Cluster",
        "Namespaced",
    ),
];

#[test]
fn immutable_fields_are_marked() {
    for (template, one, other) in IMMUTABLE {
        let (there, back) = both_ways(template, one, other);
        assert_eq!(there, ["immutable"], "{template}");
        assert_eq!(back, ["immutable"], "{template}");
    }
}

/// Changes beside them that the API server takes.
const MUTABLE: &[(&str, &str, &str)] = &[
    (
        "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {minReadySeconds: @}}",
        "1",
        "2",
    ),
    (
        "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {jobTemplate: {spec: {template: {spec: {priority: @}}}}}}",
        "1",
        "2",
    ),
    (
        "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {ttlSecondsAfterFinished: @}}",
        "1",
        "2",
    ),
    (
        "{apiVersion: batch/v1, kind: Job, metadata: {name: a, annotations: {argocd.argoproj.io/hook: Sync}}, spec: {template: {spec: {priority: @}}}}",
        "1",
        "2",
    ),
    (
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: @}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {l: @}}, immutable: true, data: {a: b}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {selector: {a: @}}}",
        "b",
        "c",
    ),
    (
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}, provisioner: b, allowVolumeExpansion: @}",
        "true",
        "false",
    ),
    (
        "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}, provisioner: b@}",
        "",
        ", volumeBindingMode: Immediate",
    ),
    (
        "{apiVersion: example.org/v1, kind: Deployment, metadata: {name: a}, spec: {selector: @}}",
        "b",
        "c",
    ),
];

#[test]
fn fields_beside_them_are_not() {
    for (template, one, other) in MUTABLE {
        let (there, back) = both_ways(template, one, other);
        assert!(
            there.is_empty() && back.is_empty(),
            "{template}: {there:?} {back:?}"
        );
    }
}

#[test]
fn a_claim_may_grow_and_not_shrink() {
    let claim = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {resources: {requests: {storage: @}}}}";
    assert_eq!(
        both_ways(claim, "1Gi", "2048Mi"),
        (vec![], vec!["immutable"])
    );
}

#[test]
fn deletions_of_data_are_marked() {
    for (version, kind) in [
        ("v1", "PersistentVolumeClaim"),
        ("v1", "Namespace"),
        ("apps/v1", "StatefulSet"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ] {
        let object = format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: a}}}}");
        assert_eq!(marks(&object, ""), ["deletion"], "{kind}");
        assert!(marks("", &object).is_empty(), "{kind}");
    }
    let config = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}";
    assert!(marks(config, "").is_empty());
}

#[test]
fn a_volume_that_goes_is_marked() {
    let pod = DEPLOYMENT.replace("@}]", "}], volumes: [@]");
    let claim = "{name: v, persistentVolumeClaim: {claimName: c}}";
    assert_eq!(
        both_ways(&pod, claim, ""),
        (vec!["deletion", "restart"], vec!["restart"])
    );
    let scratch = "{name: v, emptyDir: {}}";
    assert_eq!(
        both_ways(&pod, scratch, ""),
        (vec!["restart"], vec!["restart"])
    );
    let set = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: a}, spec: {volumeClaimTemplates: [{metadata: {name: c}}@]}}";
    assert_eq!(
        both_ways(set, ", {metadata: {name: d}}", ""),
        (vec!["deletion", "immutable"], vec!["immutable"])
    );
}

#[test]
fn volumes_that_will_go_with_their_claim_are_marked() {
    let class = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: a}, provisioner: b, reclaimPolicy: @}";
    assert_eq!(
        both_ways(class, "Retain", "Delete"),
        (vec!["deletion", "immutable"], vec!["immutable"])
    );
    let volume = "{apiVersion: v1, kind: PersistentVolume, metadata: {name: a}, spec: {persistentVolumeReclaimPolicy: @}}";
    assert_eq!(
        both_ways(volume, "Retain", "Delete"),
        (vec!["deletion"], vec![])
    );
}

#[test]
fn what_held_a_removal_back_is_missed() {
    let object = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: {argocd.argoproj.io/sync-options: '@ServerSideApply=true'}}}";
    assert_eq!(
        both_ways(object, "Prune=confirm,", ""),
        (vec!["deletion"], vec![])
    );
}

#[test]
fn more_rights_are_marked_and_fewer_are_not() {
    let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: a}, rules: [{apiGroups: [''], resources: [pods@], verbs: [get]}]}";
    assert_eq!(
        both_ways(role, "", ", secrets"),
        (vec!["rbac-widening"], vec![])
    );
    let verbs = role.replace("get]", "get@]").replace("pods@", "pods");
    assert_eq!(
        both_ways(&verbs, "", ", '*'"),
        (vec!["rbac-widening"], vec![])
    );
    let names = role
        .replace("verbs: [get]", "verbs: [get]@")
        .replace("pods@", "pods");
    assert_eq!(
        both_ways(&names, ", resourceNames: [x]", ""),
        (vec!["rbac-widening"], vec![])
    );
    let split =
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: a}, rules: [@]}";
    let one = "{apiGroups: [''], resources: [pods, services], verbs: [get]}";
    let two = "{apiGroups: [''], resources: [services], verbs: [get]}, {apiGroups: [''], resources: [pods], verbs: [get]}";
    assert_eq!(
        both_ways(split, one, two),
        (vec![], vec![]),
        "the same rights in other words"
    );
    assert_eq!(marks("", &role.replace('@', "")), ["rbac-widening"]);
    assert!(marks(&role.replace('@', ""), "").is_empty());
}

#[test]
fn more_people_with_a_role_are_marked() {
    let binding = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: a}, roleRef: {kind: ClusterRole, name: cluster-admin}, subjects: [{kind: ServiceAccount, namespace: n, name: a}@]}";
    assert_eq!(
        both_ways(binding, "", ", {kind: Group, name: everybody}"),
        (vec!["rbac-widening"], vec![])
    );
    let found = difference("", &binding.replace('@', ""));
    assert!(
        found.objects[0].marks[0]
            .detail
            .contains("may do everything"),
        "{found:#?}"
    );
    let role = binding
        .replace("cluster-admin", "@")
        .replace("n, name: a}@]", "n, name: a}]");
    assert_eq!(
        both_ways(&role, "view", "edit").0,
        ["immutable", "rbac-widening"]
    );
}

const DENY: &str = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: n}, spec: {podSelector: {}, policyTypes: [Egress]}}\n---\n";

fn policy(egress: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: n}}, spec: {{podSelector: {{matchLabels: {{app: a}}}}, policyTypes: [Egress], egress: [{egress}]}}}}"
    )
}

#[test]
fn wider_egress_is_marked_and_narrower_is_not() {
    let net = |cidr: &str| format!("{{to: [{{ipBlock: {{cidr: {cidr}}}}}]}}");
    let to = |cidr: &str, port: &str| {
        format!("{{to: [{{ipBlock: {{cidr: {cidr}}}}}], ports: [{{port: {port}}}]}}")
    };
    let pods = |labels: &str| format!("{{to: [{{podSelector: {{matchLabels: {{{labels}}}}}}}]}}");
    for (narrow, wide) in [
        (net("10.1.0.0/16"), net("10.0.0.0/8")),
        (net("10.0.0.0/8"), "{}".to_owned()),
        (to("10.0.0.0/8", "443"), net("10.0.0.0/8")),
        (
            to("10.0.0.0/8", "443"),
            to("10.0.0.0/8", "400, endPort: 500"),
        ),
        (pods("a: b, c: d"), pods("a: b")),
        (pods("a: b"), format!("{}, {}", pods("a: b"), pods("e: f"))),
        (
            "{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}".to_owned(),
            net("10.0.0.0/8"),
        ),
        (String::new(), net("10.0.0.0/8")),
        (
            pods("a: b"),
            "{to: [{namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}]}".to_owned(),
        ),
    ] {
        let (narrow, wide) = (policy(&narrow), policy(&wide));
        assert_eq!(marks(&narrow, &wide), ["egress-widening"], "{wide}");
        assert!(marks(&wide, &narrow).is_empty(), "{narrow}");
    }
}

#[test]
fn what_was_allowed_before_is_not_wider() {
    let net = |cidr: &str| policy(&format!("{{to: [{{ipBlock: {{cidr: {cidr}}}}}]}}"));
    let halves = policy("{to: [{ipBlock: {cidr: 10.0.0.0/9}}, {ipBlock: {cidr: 10.128.0.0/9}}]}");
    assert!(
        marks(&halves, &net("10.0.0.0/8")).is_empty(),
        "both halves are the whole"
    );
    let both = format!(
        "{}\n---\n{}",
        net("10.0.0.0/8"),
        net("10.1.2.3/32").replace("name: a,", "name: b,")
    );
    assert!(
        marks(&net("10.0.0.0/8"), &both).is_empty(),
        "another policy allows it"
    );
}

#[test]
fn a_lost_restriction_is_marked_unless_another_one_holds() {
    let allow = policy("{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}");
    let both = format!("{DENY}{allow}");
    assert_eq!(marks(DENY, ""), ["egress-widening"]);
    assert!(marks("", DENY).is_empty());
    assert_eq!(
        marks(&both, &allow),
        ["egress-widening"],
        "other pods are free"
    );
    assert!(marks(&both, DENY).is_empty(), "an allowance less");
    assert_eq!(marks(DENY, &both), ["egress-widening"], "an allowance more");
    assert!(marks("", &allow).is_empty(), "pods were free before");
    let home = format!("{DENY}{{apiVersion: v1, kind: Namespace, metadata: {{name: n}}}}");
    assert_eq!(
        marks(&home, ""),
        ["deletion"],
        "nothing is left that could reach anything"
    );
    let ingress = DENY.replace("[Egress]", "[Ingress]");
    assert_eq!(marks(DENY, &ingress), ["egress-widening"]);
    assert!(marks(&ingress, DENY).is_empty());
}

#[test]
fn other_labels_may_mean_other_policies() {
    let allow = policy("{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}");
    let web = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: w, namespace: n}, spec: {template: {metadata: {labels: {app: @}}}}}";
    let denied = format!("{DENY}{allow}\n---\n{web}");
    assert_eq!(
        both_ways(&denied, "b", "a"),
        (vec!["egress-widening", "restart"], vec!["restart"])
    );
    let alone = format!("{allow}\n---\n{web}");
    assert_eq!(
        both_ways(&alone, "b", "a"),
        (vec!["restart"], vec!["egress-widening", "restart"]),
        "without a policy everything can be reached"
    );
}

#[test]
fn ways_in_from_outside_are_marked() {
    let service = "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {type: @, ports: [{port: 80}]}}";
    assert_eq!(
        both_ways(service, "ClusterIP", "LoadBalancer"),
        (vec!["exposure"], vec![])
    );
    let ranges = service.replace("@,", "LoadBalancer, loadBalancerSourceRanges: [@],");
    assert_eq!(
        both_ways(&ranges, "10.0.0.0/16", "10.0.0.0/8"),
        (vec!["exposure"], vec![])
    );
    assert_eq!(
        both_ways(&ranges, "10.0.0.0/16", ""),
        (vec!["exposure"], vec![])
    );
    let ingress = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: {rules: [{host: a.example}@]}}";
    assert_eq!(
        both_ways(ingress, "", ", {host: b.example}"),
        (vec!["exposure"], vec![])
    );
    assert_eq!(marks("", &ingress.replace('@', "")), ["exposure"]);
    let route = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a}, spec: {hostnames: [a.example@], rules: [{backendRefs: [{name: s}]}]}}";
    assert_eq!(
        both_ways(route, "", ", b.example"),
        (vec!["exposure"], vec![])
    );
    let pod = DEPLOYMENT.replace("@}]", "}]@");
    assert_eq!(
        both_ways(&pod, "", ", hostNetwork: true"),
        (vec!["exposure", "restart"], vec!["restart"])
    );
}
