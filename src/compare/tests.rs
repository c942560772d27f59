//! What is compared and what is told of it, on objects as they are built.

use super::*;
use crate::kustomize::Builder;

/// A cell with one unit of these manifests.
fn cell(name: &str, manifests: &str) -> Cell {
    let kustomization = "resources: [all.yaml]\n";
    let files = BTreeMap::from([
        ("kustomization.yaml".to_owned(), kustomization.into()),
        ("all.yaml".to_owned(), manifests.as_bytes().to_vec()),
    ]);
    let objects = if manifests.trim().is_empty() {
        Vec::new()
    } else {
        let built = Builder::new(&files).build("");
        built
            .unwrap_or_else(|error| panic!("{error:#?}\n{manifests}"))
            .objects
    };
    let unit = Unit {
        within: vec![ROOT.to_owned()],
        prunes: true,
        objects,
    };
    Cell {
        name: name.to_owned(),
        units: vec![unit],
        unknown: Vec::new(),
    }
}

pub(super) fn difference(before: &str, after: &str) -> Difference {
    compare(
        &[cell("production/tr", before)],
        &[cell("production/tr", after)],
    )
}

/// A Deployment with room for more of its container at `@`.
pub(super) const DEPLOYMENT: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: api, namespace: n}, spec: {replicas: 2, \
    selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {\
    containers: [{name: api, image: 'r/api:v1'@}]}}}}";

#[test]
fn lists_are_compared_by_names() {
    let one = DEPLOYMENT.replace(
        '@',
        ", env: [{name: A, value: '1'}, {name: B, value: '2'}], args: [a, b]",
    );
    let other = DEPLOYMENT.replace('@', ", env: [{name: N, value: '0'}, {name: A, value: '1'}, {name: B, value: '3'}], args: [a, c]");
    let found = difference(&one, &other);
    let paths: Vec<String> = found.objects[0]
        .fields
        .iter()
        .map(|f| f.path.to_string())
        .collect();
    let base = "spec.template.spec.containers[api]";
    assert_eq!(
        paths,
        [
            format!("{base}.args"),
            format!("{base}.env[B].value"),
            format!("{base}.env[N]")
        ]
    );
}

#[test]
fn order_counts_where_it_means_something() {
    let one = DEPLOYMENT.replace(
        '@',
        ", env: [{name: A, value: '1'}, {name: B, value: $(A)}]",
    );
    let other = DEPLOYMENT.replace(
        '@',
        ", env: [{name: B, value: $(A)}, {name: A, value: '1'}]",
    );
    let found = difference(&one, &other);
    assert_eq!(found.objects[0].fields[0].edit, Edit::Reordered);
    let keys = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {@}}";
    let (one, other) = (
        keys.replace('@', "a: b, c: d"),
        keys.replace('@', "c: d, a: b"),
    );
    assert!(difference(&one, &other).is_empty());
}

#[test]
fn a_number_is_not_the_text_of_it() {
    let object = "{apiVersion: example.org/v1, kind: Thing, metadata: {name: a}, spec: {v: @}}";
    let found = difference(&object.replace('@', "8080"), &object.replace('@', "'8080'"));
    let edit = &found.objects[0].fields[0].edit;
    let (before, after) = ("8080".to_owned(), "\"8080\"".to_owned());
    assert_eq!(*edit, Edit::Replaced { before, after });
    let (hex, same) = (object.replace('@', "16"), object.replace('@', "0x10"));
    assert!(difference(&hex, &same).is_empty());
}

#[test]
fn texts_are_compared_line_by_line() {
    let map = |line: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  x: |\n    one\n    {line}\n    three\n"
        )
    };
    let found = difference(&map("two"), &map("2"));
    let Edit::Lines(lines) = &found.objects[0].fields[0].edit else {
        panic!("{found:#?}");
    };
    let texts: Vec<(Sign, &str)> = lines.iter().map(|l| (l.sign, l.text.as_str())).collect();
    assert_eq!(
        texts,
        [
            (Sign::Same, "one"),
            (Sign::Removed, "two"),
            (Sign::Added, "2"),
            (Sign::Same, "three")
        ]
    );
}

#[test]
fn no_secret_value_is_carried_on() {
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {k: @}}";
    let data = secret.replace("stringData: {k: @}", "data: {k: @}");
    let env = DEPLOYMENT.replace('@', ", env: [{name: DB_PASSWORD, value: @}]");
    let text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: \"token: @\\nurl: https://u:@%h/\\n\"}}";
    let sealed = "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: a}, spec: {encryptedData: {k: @}, template: {data: {l: @}}}}";
    let helm = "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a}, spec: {source: {helm: {valuesObject: {auth: {adminPassword: @}}}}}}";
    let args = DEPLOYMENT.replace('@', ", args: [--user, me, --password, @]");
    for template in [secret, &data, &env, &args, text, sealed, helm] {
        let put = |value: &str| template.replace('@', value).replace('%', "@");
        let (one, other) = (put("aHVudGVyMg"), put("c2VjcmV0bmV3"));
        for (before, after) in [(one.as_str(), other.as_str()), ("", &one), (&one, "")] {
            let found = difference(before, after);
            assert!(!found.is_empty(), "a change is told\n{before}\n{after}");
            let told = format!("{found:?}");
            for value in ["aHVudGVyMg", "c2VjcmV0bmV3"] {
                assert!(!told.contains(value), "{template}\n{found:#?}");
            }
        }
    }
}

#[test]
fn what_is_the_same_in_several_cells_is_told_once() {
    let (one, other) = (
        DEPLOYMENT.replace('@', ""),
        DEPLOYMENT.replace("v1'@", "v2'"),
    );
    let third = DEPLOYMENT.replace("v1'@", "v3'");
    let cells = |text: [&str; 3]| -> Vec<Cell> {
        let names = ["production/tr", "production/es", "staging/es"];
        names
            .iter()
            .zip(text)
            .map(|(name, text)| cell(name, text))
            .collect()
    };
    let found = compare(&cells([&one; 3]), &cells([&other, &other, &third]));
    let told: Vec<&[String]> = found.objects.iter().map(|o| o.cells.as_slice()).collect();
    assert_eq!(
        told,
        [&["production/es", "production/tr"][..], &["staging/es"][..]]
    );
    assert_eq!(found.count(What::Changed), 3);
}

#[test]
fn a_cell_on_one_side_is_one_line_and_its_marks() {
    let objects = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: m}, spec: {podSelector: {}, policyTypes: [Egress]}}\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: n}}\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}";
    let found = compare(&[cell("a/b", objects)], &[]);
    assert_eq!(
        (found.cells[0].what, found.cells[0].objects()),
        (What::Removed, 3)
    );
    assert_eq!(found.objects.len(), 1, "the namespace alone: {found:#?}");
    let found = compare(&[], &[cell("a/b", objects)]);
    assert_eq!((found.cells[0].what, found.objects.len()), (What::Added, 0));
}

#[test]
fn what_is_not_known_is_neither_added_nor_removed() {
    let mut broken = cell("a/b", "");
    broken.units.clear();
    broken.unknown.push(UnknownUnit {
        unit: ROOT.to_owned(),
        why: "it does not build".to_owned(),
        whole: true,
    });
    let found = compare(&[cell("a/b", &DEPLOYMENT.replace('@', ""))], &[broken]);
    assert!(found.is_empty());
    assert_eq!(
        (found.unknown.len(), found.unknown[0].side),
        (1, Side::After)
    );
}

#[test]
fn the_most_important_comes_first() {
    let before = format!(
        "{}\n---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: z}}}}\n---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a}}}}",
        DEPLOYMENT.replace('@', "")
    );
    let found = difference(&before, &DEPLOYMENT.replace("v1'@", "v2'"));
    let kinds: Vec<&str> = found
        .objects
        .iter()
        .map(|object| object.id.kind.as_str())
        .collect();
    assert_eq!(kinds, ["Namespace", "Deployment", "ConfigMap"]);
}
