//! Charts that are told by a text or by single parameters what others are told by an object. RES505 reports these ways
//! themselves; the rule that is about what they say reports that as well.

use crate::support::planted::Planted;

const OWN: &str = "cluster/overlays/production/tr/custom/backend-api/own.yaml";

/// An Application that deploys a chart.
fn chart(name: &str, helm: &str) -> String {
    format!(
        "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: own-{name}\n  namespace: argocd\nspec:\n  project: default\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: carebase-data\n  source:\n    repoURL: https://charts.example\n    chart: {name}\n    targetRevision: 1.0.0\n    helm:\n{helm}"
    )
}

/// The rules that find something at each line of the charts, with the line; those about the Applications themselves, and
/// about what their products tell their makers, apart.
fn found(charts: &[String]) -> Vec<(String, String)> {
    let text = charts.concat();
    let planted = Planted::example()
        .custom("production/tr", "backend-api", "resources:\n  - own.yaml\n")
        .file(OWN, text.as_str());
    let lines: Vec<&str> = text.lines().collect();
    let is_apart = |code: &str| code.starts_with("RES50") || code == "RES706";
    let mut found: Vec<(String, String)> = planted
        .judge()
        .findings
        .iter()
        .filter(|finding| !is_apart(finding.code))
        .map(|finding| {
            let at = planted.at(finding);
            let (file, line) = at.split_once(' ').unwrap().1.rsplit_once(':').unwrap();
            assert_eq!(file, OWN, "{at} — {}", finding.message);
            let line: usize = line.parse().unwrap();
            (finding.code.to_owned(), lines[line - 1].trim().to_owned())
        })
        .collect();
    found.sort();
    found
}

fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(rule, line)| ((*rule).to_owned(), (*line).to_owned()))
        .collect()
}

#[test]
fn what_charts_are_told_by_a_text_is_judged_at_its_line() {
    let said = found(&[
        chart(
            "velero",
            "      values: |\n        configuration:\n          backupStorageLocation:\n            - name: default\n              provider: aws\n              bucket: carebase-production-tr-objects\n              config:\n                region: eu-west-3\n",
        ),
        chart(
            "grafana",
            "      values: |\n        ingress:\n          enabled: true\n        service:\n          type: NodePort\n",
        ),
        chart(
            "own",
            "      values: |\n        hostNetwork: true\n        backup:\n          bucketName: somebody-elses\n",
        ),
        chart(
            "loki",
            "      values: |\n        loki:\n          storage:\n            s3:\n              endpoint: s3.eu-central-1.amazonaws.com\n",
        ),
    ]);
    assert_eq!(
        said,
        expected(&[
            ("RES203", "region: eu-west-3"),
            ("RES209", "bucketName: somebody-elses"),
            ("RES401", "enabled: true"),
            ("RES402", "type: NodePort"),
            ("RES405", "hostNetwork: true"),
            ("RES702", "endpoint: s3.eu-central-1.amazonaws.com"),
        ])
    );
}

#[test]
fn what_charts_are_told_by_parameters_is_judged() {
    let parameter =
        |name: &str, value: &str| format!("        - name: {name}\n          value: \"{value}\"\n");
    let said = found(&[
        chart(
            "velero",
            &format!(
                "      valuesObject:\n        configuration:\n          backupStorageLocation:\n            - name: default\n              provider: aws\n              bucket: carebase-production-tr-objects\n              config:\n                s3Url: https://object-storage.carebase-data.svc:9000\n      parameters:\n{}",
                parameter(
                    "configuration.backupStorageLocation[0].config.s3Url",
                    "https://s3.eu-west-3.amazonaws.com"
                )
            ),
        ),
        chart(
            "grafana",
            &format!(
                "      parameters:\n{}{}",
                parameter("ingress.enabled", "true"),
                parameter("hostNetwork", "true")
            ),
        ),
    ]);
    assert_eq!(
        said,
        expected(&[
            ("RES203", "value: \"https://s3.eu-west-3.amazonaws.com\""),
            ("RES401", "value: \"true\""),
            ("RES405", "value: \"true\""),
        ])
    );
}

#[test]
fn harmless_values_stay_silent_however_they_are_written() {
    let said = found(&[
        chart(
            "grafana",
            "      values: |\n        ingress:\n          enabled: true\n        hostNetwork: true\n        service:\n          type: ClusterIP\n      parameters:\n        - name: ingress.enabled\n          value: \"false\"\n        - name: hostNetwork\n          value: \"false\"\n",
        ),
        chart(
            "own",
            "      values: |\n        bucketName: carebase-production-tr-objects\n",
        ),
    ]);
    assert_eq!(said, []);
}
